"""Who contributes what in a scenario: files, picture and plain words (language level B1), Dutch first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.estimates.bundles import BUNDLE, Bundle, Values, parts_table, shares_table
from analysis.estimates.statistics import claimed, refuse_twins
from analysis.page import words
from analysis.page.figures import bundle_panels, svg_and_png
from analysis.page.summary import ONLY_CHANCE, PLAIN_SIGNS, reason
from analysis.page.words import Text, interval, span
from analysis.tables.made import SHARES

SHOWN = ("senior_moves", "suitable_seniors", "freed_family_homes")
HEADLINE = SHOWN[0]


def finish(out: Path, worlds: pd.DataFrame, bundle: Bundle, config: Mapping[str, Any], title: Mapping[str, str]) -> str:
    """Write what ``SHARES`` names, each whole or not at all; returns the Dutch summary.

    Rows of other scenarios in these tables stay.

    Args:
        worlds: columns of the table worlds. config: place, months, fingerprints. title: of the scenario, nl and en.

    Raises:
        Refusal: two seeds with one world, or a table of an earlier run that is damaged. Nothing is then written.
    """
    refuse_twins(config.get("fingerprints", {}))
    values = Values(worlds, bundle)
    shares, parts = shares_table(values), parts_table(values)
    tables = {"worlds": worlds, "bundles": parts, "shapley": shares}
    shares, parts = (
        table.assign(claimed=claimed(table["difference"], table["lower"], table["upper"], table["placebo"]))
        for table in (shares.rename(columns={"share": "difference"}), parts)
    )
    name = Text(title["nl"], title["en"])
    names = {key: words.instrument(key, config.get("instrument_titles", {})) for key in bundle.keys}
    SHARES.write(out, bundle.scenario, tables, {"shapley": svg_and_png(partial(picture, shares, parts, name, names))})
    lines = plain(shares, parts, bundle, name, names, config)
    return "\n".join(line.nl for line in lines).translate(PLAIN_SIGNS)


def picture(shares: pd.DataFrame, parts: pd.DataFrame, name: Text, names: Mapping[str, Text], language: str = "nl") -> Any:
    """The shares in the indicators SHOWN; ``names`` are those of the instruments."""
    there = set(shares["indicator"])
    shown = [(key, words.indicator(key)) for key in SHOWN if key in there]
    titles = {**names, BUNDLE: Text(f"Samen: {name.nl}", f"Together: {name.en}")}
    rows = [table.drop(columns="scenario").rename(columns={"instrument": "scenario"}) for table in (shares, parts)]
    return bundle_panels(rows[0], rows[1], shown, titles, language)


def plain(
    shares: pd.DataFrame, parts: pd.DataFrame, bundle: Bundle, name: Text, names: Mapping[str, Text], config: Mapping[str, Any]
) -> list[Text]:
    """The conclusions on moves by seniors: the whole, who contributes what, together against apart, toolboxes."""
    mine = shares[shares["indicator"] == HEADLINE].set_index("instrument")
    of = parts[parts["indicator"] == HEADLINE].set_index(["instrument", "kind"])
    place, time = words.place(str(config["place"])), span(int(config["months"]))
    lines = [_whole(mine.loc[BUNDLE], name, place, time)]
    lines.append(
        Text(
            "Wie draagt wat bij (verhuizingen van senioren, met 95 %-interval voor toeval; samen precies het geheel):",
            "Who contributes what (moves by seniors, with 95 % interval for chance; together exactly the whole):",
        )
    )
    rows = mine.drop(index=BUNDLE).sort_values("difference", ascending=False, kind="stable")
    lines += [_line(Text(f"- {names[str(key)].nl}", f"- {names[str(key)].en}"), row) for key, row in rows.iterrows()]
    lines.append(
        _line(
            Text("Samen meer dan de som van elk alleen", "Together more than the sum of each alone"),
            of.loc[(BUNDLE, "interaction")],
        )
    )
    for key in bundle.toolboxes:
        lines += _toolbox(key, names[key], of)
    n = len(bundle.keys)
    how = (
        Text(f"alle {2**n} combinaties van de {n} maatregelen", f"all {2**n} combinations of the {n} instruments")
        if not bundle.permutations
        else Text(
            f"{bundle.permutations} gelote volgordes van de {n} maatregelen; die loting zit in het interval",
            f"{bundle.permutations} drawn orders of the {n} instruments; that draw is in the interval",
        )
    )
    seeds = int(mine["seeds"].max())
    lines.append(
        Text(
            f"Gerekend met {seeds} keer dezelfde mensen en huizen ({seeds} seeds), elk met {how.nl}.",
            f"Based on {seeds} times the same people and homes ({seeds} seeds), each with {how.en}.",
        )
    )
    return [*lines, ONLY_CHANCE]


def _whole(row: pd.Series, name: Text, place: str, time: Text) -> Text:
    amount, why = _amount(row), reason(row)
    return Text(
        f"In dit model van {place} geeft ‘{name.nl}’ als geheel in {time.nl} {amount.nl} verhuizingen van senioren, "
        f"vergeleken met het beleid van nu; {why.nl}.",
        f"In this model of {place} ‘{name.en}’ as a whole gives {amount.en} moves by seniors in {time.en}, compared "
        f"with today's policy; {why.en}.",
    )


def _line(what: Text, row: pd.Series) -> Text:
    if row["difference"] == 0 and row["lower"] == 0 == row["upper"]:
        return Text(f"{what.nl}: precies niets.", f"{what.en}: exactly nothing.")
    amount, why = _amount(row), reason(row)
    return Text(f"{what.nl}: {amount.nl}; {why.nl}.", f"{what.en}: {amount.en}; {why.en}.")


def _amount(row: pd.Series) -> Text:
    return interval(row["difference"], row["lower"], row["upper"])


def _toolbox(key: str, name: Text, of: pd.DataFrame) -> list[Text]:
    """What an instrument with a toolbox does alone, beside the others, and what the bringing along adds."""
    alone, last = _amount(of.loc[(key, "alone")]), _amount(of.loc[(key, "without")])
    return [
        _line(
            Text(
                f"{name.nl} alleen: {alone.nl}; naast de andere maatregelen: {last.nl}. Het verschil daartussen",
                f"{name.en} alone: {alone.en}; beside the other instruments: {last.en}. The difference between them",
            ),
            of.loc[(key, "interaction")],
        ),
        _line(
            Text(
                f"{name.nl}: dat die de andere maatregelen zelf meebrengt (de instrumentenkoffer), doet",
                f"{name.en}: that it brings the other instruments along itself (the toolbox) does",
            ),
            of.loc[(key, "toolbox")],
        ),
    ]
