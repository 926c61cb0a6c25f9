"""A folder of results whose effects are known, because they are put in: the tables of a run that never ran."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.estimates.cards import STOCK
from analysis.estimates.validation import OF_MONTHS
from analysis.tables.schema import SENIORS
from sim.counts.schema import CHAINS, DRIFT, FUNNEL, INSTRUMENTS, MOVES, SUMMARY, TABLES
from tests import synthetic_journal

MONTHS, FOLLOW_UP = 24, 12
OF_CHAINS = CHAINS.some(
    "scenario", "seed", "chain_id", "origin", "origin_tenure", "origin_type", "start_month", "moves", "open", "origin_area", "end_reason"
)
EFFECTS = {"voorrang": 40.0, "huurgewenning": 0.0, "placebo": 0.0}  # extra senior moves per seed over the run
NOISE = {"voorrang": 2.0, "huurgewenning": 0.0, "placebo": 1.0}  # how far seeds are from that, by turns above and below


def extra(scenario: str, seed: int, factor: float = 1.0) -> float:
    """Extra senior moves of a scenario in a seed."""
    if scenario == "basis":
        return 0.0
    return factor * (EFFECTS[scenario] + NOISE[scenario] * (1 if seed % 2 else -1))


def summary(scenarios: tuple[str, ...], seeds: range) -> pd.DataFrame:
    """One row per scenario, seed, indicator, group and period."""
    rows = []
    for scenario in scenarios:
        for seed in seeds:
            more = extra(scenario, seed)
            values = {
                "senior_moves": 500.0 + 10 * seed + more,
                "moves_set_off": 1.8 + 0.01 * seed,
                "fit": 0.8 + more / 10_000,
                "suitable_seniors": 900.0 + more / 2,
                "starters_housed": 200.0 + seed,
            }
            for key, value in values.items():
                for end in (12, MONTHS):
                    rows.append((scenario, seed, key, "all", "all", 0, end, value * end / MONTHS))
            for group in ("senior", "family"):
                rows.append((scenario, seed, "fit", "class", group, 0, MONTHS, 0.7 + more / 5_000))
            rows.append((scenario, seed, "fit", "seniors", "others", 0, MONTHS, 0.6))
            rows.append((scenario, seed, "fit", "class", "starter", 0, MONTHS, np.nan if seed == 0 else 0.5))
    return pd.DataFrame(rows, columns=SUMMARY.names)


def instruments(scenarios: tuple[str, ...], seeds: range) -> pd.DataFrame:
    """Money: 1,000 euro per extra move in each seed, shared by two payers over two years, and some after the run."""
    rows = []
    for scenario in set(scenarios) & {"voorrang"}:
        for seed in seeds:
            eur = 1000 * extra(scenario, seed)
            for month, payer, share in (
                (3, "gemeente", 0.25),
                (15, "corporatie", 0.75),
                (MONTHS + 2, "corporatie", 9.0),
            ):
                rows.append((scenario, seed, month, "voorrang", payer, 10, 5, share * eur, 0))
    return pd.DataFrame(rows, columns=INSTRUMENTS.promised)


def others(scenarios: tuple[str, ...], seeds: range) -> dict[str, pd.DataFrame]:
    """Months, funnel and drift."""
    months, funnel, drift = [], [], []
    for scenario in scenarios:
        for seed in seeds:
            for month in range(MONTHS + FOLLOW_UP):
                moved = 50 + extra(scenario, seed) / MONTHS if month < MONTHS else 50
                months.append((scenario, seed, month, 2000, moved))
                for stage, n in (("woonwens", 20), ("woningzoeken", 10), ("verhuizen", 5)):
                    funnel.append((scenario, seed, month, "senior", stage, "entered", "wish", n + (scenario == "voorrang")))
                    funnel.append((scenario, seed, month, "family", stage, "entered", "wish", 100))
                funnel.append((scenario, seed, month, "senior", "woonwens", "dropped", "wish_faded", 4))
                if scenario != "basis":
                    drift.append((scenario, seed, month, month / 100))
    of_month = dict.fromkeys((*SENIORS, "senior_moves", *OF_MONTHS, *STOCK))
    return {
        "months": pd.DataFrame(months, columns=[*SENIORS, "senior_moves"]).reindex(columns=list(of_month), fill_value=0),
        "funnel": pd.DataFrame(funnel, columns=FUNNEL.names),
        "drift": pd.DataFrame(drift, columns=DRIFT.names),
    }


def person(link: int, chain: int) -> dict[str, Any]:
    """What the monitor reads of a move: a couple of 70 leaves a large home, a family of three takes it."""
    senior = link == 1
    return {
        "household_id": 100 * chain + link,
        "age": 70 if senior else 30,
        "household_size": 2 if senior else 3,
        "from_dwelling": chain if senior else -1,
        "from_area": "WK1" if senior else "",
        "to_area": "WK2" if senior else "WK1",
        "from_rooms": 5 if senior else 0,
        "to_rooms": 3 if senior else 5,
        "from_floor_area": 120.0 if senior else 0.0,
        "to_floor_area": 80.0 if senior else 120.0,
        "from_rent": 600.0 if senior else 0.0,
        "to_rent": 750.0,
        "trigger": "fall" if senior and chain % 4 == 0 else "wish",
        "nood": senior and chain % 4 == 0,
        "first_contact": "corporatie_passend_wonen" if senior and chain % 2 else "none",
        "instruments": "",
        "candidates": 8,
        "phase": "run",
        "registered_months": 60,
        "waited_months": 12,
    }


def ledger(scenarios: tuple[str, ...], seeds: range) -> dict[str, pd.DataFrame]:
    """Chains of two moves each: a senior into a new home, a starter into the home left."""
    moves, chains = [], []
    for scenario in scenarios:
        for seed in seeds:
            for chain in range(20):
                start = chain % MONTHS
                common = {
                    "scenario": scenario,
                    "seed": seed,
                    "in_scope": True,
                    "fills_vacancy": True,
                    "chain_id": chain,
                    "left_home_elsewhere": False,
                    "to_tenure": "corporatie",
                    "to_type": "meergezins",
                }
                moves.append(
                    common
                    | {
                        "month": start + 1,
                        "move_id": 2 * chain,
                        "parent_move_id": -1,
                        "link": 1,
                        "household_class": "senior",
                        "from_tenure": "corporatie",
                        "from_type": "eengezins",
                        "left_vacancy": True,
                    }
                    | person(1, chain)
                )
                moves.append(
                    common
                    | {
                        "month": start + 3,
                        "move_id": 2 * chain + 1,
                        "parent_move_id": 2 * chain,
                        "link": 2,
                        "to_type": "eengezins",
                        "household_class": "starter",
                        "from_tenure": "",
                        "from_type": "",
                        "left_vacancy": False,
                    }
                    | person(2, chain)
                )
                chains.append((scenario, seed, chain, "new_build", "corporatie", "meergezins", start, 2, False, "WK1", "starter"))
    frame = pd.DataFrame(moves)
    return {
        "moves": frame[list(MOVES.some(*frame.columns))],
        "chains": pd.DataFrame(chains, columns=OF_CHAINS),
    }


def manifest(scenarios: tuple[str, ...], seeds: range) -> dict[str, Any]:
    """What manifest.json says."""
    return {
        "made_by": "verhuisketens",
        "command": "python -m experiments.compare municipality=zwolle",
        "place": "zwolle",
        "configuration": {"months": MONTHS, "follow_up": FOLLOW_UP, "burn_in": 6, "start": "2026-07", "strength": 1.0, "ghost_window": 24},
        "scenarios": {name: {"title": {"nl": f"Scenario {name}", "en": f"The scenario {name}"}} for name in scenarios},
        "seeds": list(seeds),
        "fingerprints": {str(seed): f"world-{seed}" for seed in seeds},
        "reached": {"voorrang": {"voorrang": 12.5}} if "voorrang" in scenarios else {},
        "seconds": {"building": 30.0, "months": 60.0},
        "checksums": {"summary": "of its parts"},
        "files": {"summary.parquet": "of its bytes"},
        "version": {"verhuisketens": "0.0.0"},
        "packages": {"numpy": "2"},
    }


def write(
    out: Path,
    scenarios: tuple[str, ...] = ("basis", "voorrang", "huurgewenning", "placebo"),
    seeds: range = range(6),
    with_ledger: bool = True,
    tables: Mapping[str, pd.DataFrame] | None = None,
) -> Path:
    """Write the folder; ``tables`` replaces some."""
    out.mkdir(parents=True, exist_ok=True)
    made = {
        "summary": summary(scenarios, seeds),
        "instruments": instruments(scenarios, seeds),
        **others(scenarios, seeds),
    }
    if with_ledger:
        made |= {**ledger(scenarios, seeds), "journal": synthetic_journal.journal(scenarios, list(seeds))}
    for name, table in {**made, **(tables or {})}.items():
        if TABLES[name].suffix == "csv":
            table.to_csv(out / TABLES[name].file, index=False)
        else:
            table.to_parquet(out / TABLES[name].file, index=False)
    (out / "manifest.json").write_text(json.dumps(manifest(scenarios, seeds)), encoding="utf-8")
    return out
