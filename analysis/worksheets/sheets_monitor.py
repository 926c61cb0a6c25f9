"""Worksheets of the toolkit on figures: Wat is de opgave, and Wat willen we monitoren 1/3 to 3/3, in Dutch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from analysis.estimates.worksheet_counts import NO_CONTACT, NO_LEDGER, NO_VERDICTS, NOBODY, TOO_SHORT, UNWATCHED
from analysis.page.wijken import area_name
from analysis.page.words import capital, digits_for, number
from analysis.results import Results
from analysis.worksheets.sheets import EXTRA, NOW, Approach, Item, Sheet, Table
from sim.counts.worksheet_rows import OPGAVE, REGISTRY, SHEETS, Row
from sim.world.names import BASIS

DUTCH = {
    NO_LEDGER: "Niet te tellen: van deze run is de lijst van verhuizingen niet bewaard.",
    NOBODY: "Niet te tellen: in een van de nagebootste werelden is er niemand van wie het te tellen is.",
    UNWATCHED: "In deze run niet apart te zeggen: staat onder ‘onbekend’.",
    NO_CONTACT: "Niet te tellen: geen instrument in dit model legt dit contact nog.",
    TOO_SHORT: "Niet te tellen: de run is korter dan een jaar.",
    NO_VERDICTS: "Niet te tellen: de tabel van gebruik ontbreekt.",
}
MOST_AREAS = 5  # wijken shown; all stand in monitor.csv
TICKED, OPEN = "☒", "☐"
UNITS = {"km": "km", "m2": "m²", "share": "%", "share of moves": "%", "share of homes taken again": "%"}
ASK = {
    OPGAVE: "Welke cijfers brengen de opgave in beeld?",
    "1/3": "Welke verhuizingen, en waarom?",
    "2/3": "Wie verhuist, waarheen, en via wie?",
    "3/3": "Welke interventies zijn gebruikt, en hoe vaak?",
}


class Line(NamedTuple):
    """A line of a row: what it says, and its figure (or figures old → new) by key."""

    label: str
    keys: tuple[str, ...]
    share: bool = False


def figures(plan: Approach, sheet: str) -> Sheet:
    """One sheet of figures: a line per number, basis beside the scenario."""
    scenarios = [BASIS] if plan.scenario == BASIS else [BASIS, plan.scenario]
    table = plan.monitor[plan.monitor["scenario"].isin(scenarios)].set_index(["scenario", "key"])
    rows = []
    for row in (one for one in REGISTRY.values() if one.sheet == sheet):
        for line in lines(row, table, plan.results):
            found = [[_of(table, scenario, key) for key in line.keys] for scenario in scenarios]
            known = any(not math.isnan(float(one["mean"])) for one in found[0])
            cells = [[Item(shown(row, line, ones))] for ones in found]
            cells += [[]] * (2 - len(cells))
            rows.append(
                [
                    [Item(row.subject)],
                    [Item(row.row)],
                    [Item(TICKED if known else OPEN)],
                    [Item(OPEN)],
                    [Item(line.label)],
                    *cells,
                    [Item(said(row, found[0][0]["note"], len(line.keys) > 1))],
                ]
            )
    for k in range(1, len(rows)):  # a row of the toolkit is ticked when one of its numbers is there
        if rows[k][1] == rows[k - 1][1] and rows[k - 1][2] == [Item(TICKED)]:
            rows[k][2] = [Item(TICKED)]
    first = "Doel" if sheet == OPGAVE else "Onderwerp"
    head = (first, "Indicatoren", "Beschikbaar?", "Opnemen?", "Wat is geteld", "Basis", "Scenario", "Toelichting")
    kept, worlds = int(table.loc[(BASIS, "senior_households_moved"), "seeds"]), len(plan.results.seeds)
    fewer = f" Wat uit de lijst van verhuizingen komt, is van {kept} van de {worlds} werelden." if 0 < kept < worlds else ""
    notes = (
        f"Gemiddelde over de nagebootste werelden met 95 %-interval (van toeval), over {plan.results.months} maanden.{fewer} "
        "Beschikbaar ☒: in deze uitkomsten geteld. Zet zelf een kruis bij Opnemen.",
        "Dit zijn tellingen, zoals een monitor ze geeft. Wat een maatregel veroorzaakt, staat in het rapport (report.html).",
    )
    name = SHEETS[sheet]
    tab = "Opgave" if sheet == OPGAVE else f"Monitor {sheet.replace('/', '-')}"
    return Sheet(
        tab,
        f"Werkblad {name}",
        ASK[sheet],
        [Table(head, rows, (9, 14, 7, 6, 14, 12, 12, 16), merged=4, heads=2, marks=("", "", "", "", "", NOW, EXTRA, ""))],
        notes,
    )


def lines(row: Row, table: pd.DataFrame, results: Results) -> list[Line]:
    """The lines of a row: of old and new home together, classes that never occur left out; one at least."""
    if row.key.startswith("from_") or row.key == "area_left":
        return []  # with the new home
    if row.values and (BASIS, row.key) in table.index:  # not counted by class
        return [Line(capital(row.nl), (row.key,))]
    return list(_lines(row, table, results)) or [Line(capital(row.nl), (row.key,))]


def _lines(row: Row, table: pd.DataFrame, results: Results) -> Iterator[Line]:
    old = {"to": "from", "area_taken": "area_left"}
    keys = [key for scenario, key in table.index if scenario == BASIS]
    pair = row.key.replace("to_", "from_", 1) if row.key.startswith("to_") else old.get(row.key, "")
    if row.areas:
        shares = [key for key in keys if key.startswith(f"{pair}.") and key.endswith(".share")]
        top = sorted(shares, key=lambda key: -table.loc[(BASIS, key), "mean"])[:MOST_AREAS]
        for key in top:
            area = key.split(".")[1]
            yield Line(area_name(results.manifest.get("areas", {}), area), (key, f"{row.key}.{area}.share"), True)
    elif row.values:
        for value in row.values:
            found = tuple(f"{key}.{value.key}" for key in (pair, row.key) if key)
            if any(_nonzero(table, key) for key in found) or row.key == "by_measures":
                name = capital(value.nl)
                yield Line(name, tuple(f"{key}.share" for key in found), True) if pair else Line(name, found)
    elif pair:
        yield Line(capital(row.nl.split(" van ")[0]), (pair, row.key))
    else:
        parts = [key for key in keys if key.startswith(f"{row.key}.")]
        if row.key in keys:
            yield Line(capital(row.nl), (row.key,))
        for key in sorted({*parts, *(key for _, key in table.index if key.startswith(f"{row.key}."))}):
            part = key.split(".")[1]
            yield Line(
                results.instrument(part).nl if not part[0].isdigit() else f"jaar vanaf {part.replace('_', '-')}" if "_" in part else part,
                (key,),
            )


def _nonzero(table: pd.DataFrame, key: str) -> bool:
    means = table.loc[[at for at in table.index if at[1] == key], "mean"]
    return bool((means.fillna(0) != 0).any())


def _of(table: pd.DataFrame, scenario: str, key: str) -> dict[str, float | str]:
    """Mean, bounds, unit and note of a key; what the scenario lacks is 0 (an instrument that is not at work)."""
    if (scenario, key) in table.index:
        return table.loc[(scenario, key), ["mean", "lower", "upper", "unit", "note"]].to_dict()
    return {"mean": 0.0, "lower": math.nan, "upper": math.nan, "unit": "", "note": ""}


def shown(row: Row, line: Line, found: list[dict[str, float | str]]) -> str:
    """Figures of a cell: ``1.234 (1.210 tot 1.258)``; a class with its share; old → new."""
    if len(found) > 1:
        unit = "%" if line.share else UNITS.get(row.unit, "")
        return " → ".join(one(number_of(f["mean"], line.share), unit) for f in found)
    f = found[0]
    mean, lower, upper = (float(f[name]) for name in ("mean", "lower", "upper"))
    if math.isnan(mean):
        return "–"
    unit = str(f["unit"])
    scale = 100 if UNITS.get(unit) == "%" else 1
    half = scale * (upper - lower) / 2
    digits = max(0, min(3, digits_for(half) if half > 0 else (0 if scale * mean == int(scale * mean) else 2)))
    text = one(number(scale * mean, digits), UNITS.get(unit, ""))
    if half > 0:
        text += f" ({number(scale * lower, digits)}\u00a0tot\u00a0{number(scale * upper, digits)})"
    return text


def one(text: str, unit: str) -> str:
    """A number with its unit."""
    return f"{text}\u00a0{unit}" if unit and text != "–" else text


def number_of(mean: float | str, share: bool) -> str:
    """A mean as a whole number, or a share in per cent."""
    return number((100 if share else 1) * float(mean), 0)


def said(row: Row, note: float | str, pair: bool = False) -> str:
    """The explanation of a line, and why a number is not there."""
    reason = DUTCH.get(str(note), row.open[0] if note and note == row.open[1] else "")
    if reason and row.open[1] == note:
        return f"{row.uitleg} {reason}"
    return reason or (f"Oude woning → nieuwe woning. {row.uitleg}" if pair else row.uitleg)
