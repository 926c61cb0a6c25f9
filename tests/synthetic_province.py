"""Tables of many scenarios in a province that never ran, to measure how long its page takes.

A ledger of true size would have 1.2 million moves and 0.6 million chains in each world: a run of Zwolle (135,000 inhabitants, ten years
and the follow-up) has 74,000 and 37,000, and Gelderland has 16 times as many inhabitants. Fourteen scenarios with the ledger of five
seeds, as by default, make 84 million moves; of all twenty seeds 330 million. ``write`` makes a part of that.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis.estimates.cards import STOCK
from analysis.estimates.knowledge import shipped
from analysis.estimates.validation import OF_MONTHS
from analysis.page import page as pages
from analysis.page.section import Page
from analysis.pipeline import tables_of
from analysis.results import gather
from analysis.tables.files import write_whole
from analysis.tables.made import REPORT
from experiments.runs import store
from sim.counts.indicators import REGISTRY
from sim.counts.ledger_numbers import of_ledger
from sim.counts.schema import CHAINS, DRIFT, FUNNEL, INSTRUMENTS, MOVES, SUMMARY, TEXT
from sim.interventions import REGISTRY as CARDS
from sim.world.codes import DropReason, FunnelKind, HouseholdClass, Obstacle, Tenure, Trigger, names
from sim.world.names import BASIS, PLACEBO
from tests import synthetic_tables as small

MONTHS = 120
GELDERLAND = 336  # wijken, in 51 gemeenten
BY_WIJK = 16  # indicators that a run counts by group
CHAINS_OF_A_WORLD = 600_000  # at true size, two moves each
KEPT = 5  # seeds whose ledger is kept by default


def scenarios(n: int) -> dict[str, dict]:
    """``n`` scenarios of one card each, those of the study first, and the two that are always there."""
    studied = sorted(shipped().cards)
    cards = [*studied, *sorted(set(CARDS) - set(studied))][:n]
    titles = {card: {"nl": f"Maatregel {card.replace('_', ' ')}", "en": f"Measure {card.replace('_', ' ')}"} for card in cards}
    held = {card: {"title": titles[card], "instruments": {card: {}}} for card in cards}
    return {name: {"title": {"nl": name, "en": name}, "instruments": {}} for name in (BASIS, PLACEBO)} | held


def summary(listed: list[str], seeds: int, wijken: int) -> pd.DataFrame:
    """Each indicator for all, and BY_WIJK of them by group too, over four periods; differences of a per cent or so."""
    by_group = [key for key, one in REGISTRY.items() if one.source == "moves"][:BY_WIJK]
    groups = [("class", name) for name in names(HouseholdClass)] + [("tenure", name) for name in names(Tenure)]
    groups += [("income", f"inkomen_{k}") for k in range(1, 6)] + [("role", name) for name in ("senior", "follower", "other")]
    groups += [("wijk", f"WK{k:06d}") for k in range(wijken)]
    rows = [(key, "all", "all") for key in REGISTRY] + [(key, *group) for key in by_group for group in groups]
    frame = pd.DataFrame(rows, columns=["indicator", "group_by", "group"])
    frame = pd.concat([frame.assign(months_from=0, months_to=end) for end in (24, 48, 60, MONTHS)], ignore_index=True)
    level = np.random.default_rng(1).uniform(20, 2000, len(frame))
    parts = []
    for k, name in enumerate(listed):
        for seed in range(seeds):
            noise = np.random.default_rng((seed, k)).normal(0, 0.004, len(frame))
            more = 0.0 if name in (BASIS, PLACEBO) else 0.002 * k
            parts.append(frame.assign(scenario=name, seed=seed, value=level * (1 + 0.01 * (seed % 7) + more + noise)))
    return pd.concat(parts, ignore_index=True)[list(SUMMARY.names)]


def others(listed: list[str], seeds: int) -> dict[str, pd.DataFrame]:
    """Months, funnel, money and drift."""
    worlds = pd.MultiIndex.from_product(
        [listed, range(seeds), range(MONTHS + small.FOLLOW_UP)], names=["scenario", "seed", "month"]
    ).to_frame(index=False)
    cells = [("woonwens", "entered", "wish", 90), ("woonwens", "left", "", 30), ("woningzoeken", "entered", "wish", 32)]
    cells += [("woonwens", "dropped", code, 20) for code in names(DropReason)[:2]] + [("verhuizen", "entered", "wish", 25)]
    cells += [("woningzoeken", "left", "", 25), ("woningzoeken", "entered", names(Trigger)[4], 5)]
    cells += [("woningzoeken", FunnelKind.OBSTACLE.key, code, 40) for code in names(Obstacle)]
    parts = [
        worlds.assign(household_class=who, stage=stage, kind=kind, code=code, n=n)
        for who in names(HouseholdClass)
        for stage, kind, code, n in cells
    ]
    funnel = pd.concat(parts, ignore_index=True)[list(FUNNEL.names)]
    money = worlds[~worlds["scenario"].isin([BASIS, PLACEBO])]
    money = money.assign(instrument=money["scenario"], organisation="gemeente", contacts=9, uses=3, cost_eur=9000.0, waiting=0, no_money=0)
    drift = worlds[worlds["scenario"] != BASIS].assign(share_elsewhere=worlds["month"] / 1000)
    return {
        "months": worlds.assign(**{name: 200_000 for name in ("senior_moves", *STOCK, *OF_MONTHS) if name not in worlds}),
        "funnel": funnel,
        "instruments": money[list(INSTRUMENTS.names)],
        "drift": drift[list(DRIFT.names)],
    }


def ledger(wijken: int, part: float) -> dict[str, pd.DataFrame]:
    """One world: chains of two moves each (see ``synthetic_tables.person``) in all wijken; ``part`` of as many as at true size."""
    n = max(wijken, round(part * CHAINS_OF_A_WORLD))
    few = small.ledger((BASIS,), range(1))
    tenures, wijk = names(Tenure), np.array([f"WK{k:06d}" for k in range(wijken)], object)
    chain, made = np.arange(n), []
    for name, frame in few.items():
        each = len(frame) // 20  # rows of a chain
        many = frame.iloc[np.arange(n * each) % len(frame)].reset_index(drop=True)
        of = np.repeat(chain, each)
        many["chain_id"], many["start_month" if name == "chains" else "month"] = of, of % MONTHS + np.tile(np.arange(each) * 2, n)
        if name == "moves":
            link = many["link"].to_numpy()
            many["move_id"], many["parent_move_id"] = 2 * of + link - 1, np.where(link == 1, -1, 2 * of)
            many["household_id"], many["from_dwelling"] = 2 * of + link, np.where(link == 1, of, -1)
            many["from_area"], many["to_area"] = np.where(link == 1, wijk[of % wijken], ""), wijk[(of + link) % wijken]
            many["to_tenure"] = np.array(tenures, object)[of % len(tenures)]
        else:
            many["origin_area"], many["origin_tenure"] = wijk[(of + 1) % wijken], np.array(tenures, object)[of % len(tenures)]
        made.append(many)
    return {
        name: one.astype({column.name: "category" for column in of.columns if column.kind == TEXT and column.name in one})
        for name, of, one in zip(few, (MOVES, CHAINS), made, strict=True)
    }


def write_ledger(out: Path, worlds: list[tuple[str, int]], wijken: int, part: float, counted: bool) -> None:
    """The ledger, the same in all worlds, written one world at a time; ``counted``: and what a run counts of it."""
    tables = {name: one.drop(columns=["scenario", "seed"]) for name, one in ledger(wijken, part).items()}
    if counted:
        tables |= of_ledger(**tables, months=MONTHS, last=MONTHS + small.FOLLOW_UP - 1, start="2026-07")
    for name, one in tables.items():
        alike = pa.Table.from_pandas(one, preserve_index=False).replace_schema_metadata(None)
        store.write_table(out / f"{name}.parquet", (store._with_run(scenario, seed, alike) for scenario, seed in worlds))


def write(out: Path, n: int = 12, seeds: int = 20, wijken: int = GELDERLAND, part: float = 0.02, counted: bool = True) -> Path:
    """Write the folder: ``n`` scenarios beside basis and placebo, with ``part`` of the rows of a ledger of true size."""
    listed = scenarios(n)
    tables = {"summary": summary(list(listed), seeds, wijken), **others(list(listed), seeds)}
    small.write(out, (BASIS,), range(seeds), with_ledger=False, tables=tables)
    write_ledger(out, [(name, seed) for name in listed for seed in range(min(seeds, KEPT))], wijken, part, counted)
    content = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    content["configuration"]["months"] = MONTHS
    content |= {"place": "gelderland", "scenarios": listed}
    (out / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    return out


class Timed(NamedTuple):
    """Seconds of the processor for the tables and for the page, bytes of the page, and the most memory that the process held, in MB."""

    tables: float
    page: float
    size: int
    memory: int


def timed(folder: Path) -> Timed:
    """From the tables of a run to report.html on disk."""
    results, start = gather(folder), time.process_time()
    tables = tables_of(results)
    made = time.process_time()
    page = Page(results, tables)
    write_whole(folder / REPORT, pages.page(page, pages.sections(page)))
    size = (folder / REPORT).stat().st_size
    return Timed(made - start, time.process_time() - made, size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    found = timed(folder if (folder / "manifest.json").is_file() else write(folder, part=float((*sys.argv[2:], 0.02)[0])))
    print(f"{found.tables:.1f} s for the tables, {found.page:.1f} s for the page, {found.size} bytes, at most {found.memory} MB")
