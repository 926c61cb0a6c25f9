"""Tables of many scenarios in a province that never ran, to measure how long its page takes; without a ledger."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.estimates.knowledge import shipped
from analysis.page import page as pages
from analysis.page.section import Page
from analysis.pipeline import tables_of
from analysis.results import gather
from sim.counts.indicators import REGISTRY
from sim.counts.schema import DRIFT, FUNNEL, INSTRUMENTS, SUMMARY
from sim.world.codes import DropReason, FunnelKind, HouseholdClass, Obstacle, Tenure, Trigger, names
from sim.world.names import BASIS, PLACEBO
from tests import synthetic_tables as small

MONTHS = 120
GELDERLAND = 336  # wijken, in 51 gemeenten
BY_WIJK = 16  # indicators that a run counts by group


def scenarios(n: int) -> dict[str, dict]:
    """``n`` scenarios of one card each, of the study, and the two that are always there."""
    cards = sorted(shipped().effects["card"].unique())[:n]
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
    worlds = pd.MultiIndex.from_product([listed, range(seeds), range(MONTHS)], names=["scenario", "seed", "month"]).to_frame(index=False)
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
        "months": worlds.assign(seniors=200_000, dwellings_corporatie=250_000),
        "funnel": funnel,
        "instruments": money[list(INSTRUMENTS.names)],
        "drift": drift[list(DRIFT.names)],
    }


def write(out: Path, n: int = 12, seeds: int = 20, wijken: int = GELDERLAND) -> Path:
    """Write the folder: ``n`` scenarios beside basis and placebo."""
    listed = scenarios(n)
    tables = {"summary": summary(list(listed), seeds, wijken), **others(list(listed), seeds)}
    small.write(out, (BASIS,), range(seeds), with_ledger=False, tables=tables)
    content = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    content["configuration"]["months"] = MONTHS
    content |= {"place": "gelderland", "scenarios": listed}
    (out / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    return out


def timed(folder: Path) -> tuple[float, float, int]:
    """Seconds of the processor for the tables and for the page, and the bytes of the page."""
    results, start = gather(folder), time.process_time()
    tables = tables_of(results)
    made = time.process_time()
    page = Page(results, tables)
    html = pages.page(page, pages.sections(page))
    return made - start, time.process_time() - made, len(html.encode())


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    tables, page, size = timed(folder if (folder / "manifest.json").is_file() else write(folder))
    print(f"{tables:.1f} s for the tables, {page:.1f} s for the page, {size} bytes")
