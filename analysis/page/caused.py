"""Tables of the page on what would have happened anyway: direct, net and displaced; users by verdict; monitors without a model."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.estimates.effects import FIRST_MOVES, whole_run
from analysis.estimates.users import SHOWN, WINDOWS
from analysis.page import words
from analysis.page.cells import UNKNOWN, Cell, Table, cell_of, range_of
from analysis.page.words import Text, both, capitals, numbers
from analysis.results import Results
from sim.world.codes import Verdict
from sim.world.names import ALLE

NAMES = {key: capitals(text) for key, text in words.coded(SHOWN).items()}


def caused_table(results: Results) -> Table:
    """Direct and net effect on first moves of seniors, verdringing, the share that would have moved anyway, and the unknown."""
    e, found = results.effects, results.verdicts.get(results.window)
    if FIRST_MOVES not in set(e["indicator"]) or found is None:
        return {"header": [], "rows": [], "words": 0}
    by = {}
    for estimand in ("direct", "net", "verdringing"):
        table = whole_run(e, FIRST_MOVES, "class", estimand)
        by[estimand] = {row["scenario"]: row for _, row in table[table["group"] == "senior"].iterrows()}
    whole = found[found["instrument"] == ALLE].set_index("scenario")
    rows = []
    for name in results.scenarios:
        if name not in whole.index:
            continue
        one = whole.loc[name]
        anyway = UNKNOWN if math.isnan(one["deadweight"]) else Cell(both(f"{100 * one['deadweight']:.0f} %"))
        cells = [cell_of(by[estimand].get(name)) for estimand in by]
        rows.append({"head": results.titles[name], "unit": both(""), "cells": [*cells, anyway, Cell(numbers(one[Verdict.ONBEKEND.key]))]})
    header = [
        Text("Direct effect", "Direct effect"),
        Text("Netto-effect", "Net effect"),
        Text("Verdringing", "Displacement"),
        Text(
            "Was even snel ook zonder verhuisd (van de verhuisde gebruikers van wie dat bekend is)",
            "Would have moved as soon without (of the users who moved and of whom that is known)",
        ),
        NAMES[Verdict.ONBEKEND.key],
    ]
    return {"header": header, "rows": rows, "words": 0}


def windows_table(results: Results) -> Table:
    """Users by verdict for each instrument, and how many are a *zetje* or *noodzakelijk* under other windows."""
    counted, window = results.verdicts, results.window
    if not counted:
        return {"header": [], "rows": [], "words": 0}
    rows: list[dict[str, Any]] = []
    for scenario in results.scenarios:
        of = {months: one[one["scenario"] == scenario].set_index("instrument") for months, one in counted.items()}
        for key in (one for one in of[window].index if one != ALLE or len(of[window]) > 2):
            here = of[window].loc[key]
            others = [Cell(_pair(of[months].loc[key])) for months in WINDOWS if months != window]
            head = Text("alle samen", "all together") if key == ALLE else results.instrument(key)
            cells = [Cell(head, kind="words"), *(Cell(numbers(here[verdict])) for verdict in NAMES), *others]
            rows.append({"head": results.titles[scenario], "unit": both(""), "cells": cells})
    other = [Text(f"Zetje / noodzakelijk bij {m} maanden", f"Nudge / necessary at {m} months") for m in WINDOWS if m != window]
    header = [Text("Maatregel", "Measure"), *NAMES.values(), *other]
    return {"header": header, "rows": rows, "words": 1}


def _pair(row: pd.Series) -> Text:
    zetje, needed = (numbers(row[one.key]) for one in (Verdict.ZETJE, Verdict.NOODZAKELIJK))
    return Text(f"{zetje.nl} / {needed.nl}", f"{zetje.en} / {needed.en}")


def naive_table(results: Results) -> Table:
    """What two monitors without a model credit each scenario with, its effect, and how far off they are.

    An instrument of a bundle has a row where its own effect is known: the same scenario without it was run too.
    """
    table = results.naive
    table = table[(table["indicator"] == "senior_moves") & ((table["instrument"] == ALLE) | table["effect"].notna())]
    rows = []
    for name in results.scenarios:
        mine = table[table["scenario"] == name]
        for _, row in mine[(mine["instrument"] == ALLE) | (len(mine) > 2)].iterrows():
            rows.append(_naive_row(results.titles[name], results.instrument(row["instrument"]), row))
    header = [
        Text("Van wie", "Of whom"),
        Text("Monitor: verhuizingen van gebruikers", "Monitor: moves of users"),
        Text("Monitor: jaren erna min jaar ervoor", "Monitor: years after less the year before"),
        Text("Effect volgens het model", "Effect by the model"),
        Text("Gebruikers: zoveel te veel", "Users: so many too many"),
        Text("Voor en na: zoveel te veel", "Before and after: so many too many"),
    ]
    return {"header": header, "rows": rows, "words": 1}


def _naive_row(scenario: Text, instrument: Text, row: pd.Series) -> dict[str, Any]:
    """One scenario, or one instrument in it."""
    whom = Text("het hele scenario", "the whole scenario") if row["instrument"] == ALLE else instrument
    cells = [
        Cell(whom, kind="words"),
        Cell(numbers(row["users"])),
        _number(row, "before_after"),
        Cell(numbers(row["effect"], sign=True), range_of(row["lower"], row["upper"])),
        _off(row, "users"),
        _off(row, "before_after"),
    ]
    return {"head": scenario, "unit": both(""), "cells": cells}


def _number(row: pd.Series, key: str) -> Cell:
    return UNKNOWN if math.isnan(row[key]) else Cell(numbers(row[key], sign=True))


def _off(row: pd.Series, key: str) -> Cell:
    if math.isnan(row[f"{key}_too_many"]):
        return UNKNOWN
    return Cell(numbers(row[f"{key}_too_many"], sign=True), range_of(row[f"{key}_lower"], row[f"{key}_upper"]))
