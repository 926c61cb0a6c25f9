"""A page whose tables are made up, one measure at a time: for the rules of a section."""

from __future__ import annotations

import math
import re
from types import SimpleNamespace
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.page.section import Page, Section
from analysis.page.words import Text
from analysis.tables.schema import EVERY
from sim.counts.indicators import HEADLINE

MONTHS, BASE = 120, 1000.0


def page(tables: dict[str, list[dict[str, Any]]], scenarios: dict[str, Any], order: tuple[str, ...] | None = None) -> Page:
    """A page with rows of some tables; what a row does not give is empty. ``scenarios`` as in the manifest."""
    made = {}
    for table in EVERY:
        rows = pd.DataFrame(tables.get(table.name, []))
        extra = [name for name in rows.columns if name not in table.names]
        columns = dict.fromkeys(table.names)
        made[table.name] = rows.reindex(columns=[*columns, *(name for name in extra if name not in columns)])
    results = SimpleNamespace(
        manifest={"scenarios": scenarios},
        months=MONTHS,
        headline=HEADLINE,
        window=24,
        place="Zwolle",
        scenarios=list(order or [name for name in scenarios if name != "basis"]),
        titles={name: Text(f"Maatregel {name}", f"Measure {name}") for name in scenarios},
        instrument=lambda key: Text(f"kaart {key}", f"card {key}"),
        already=lambda _: [],
        own_draws=None,
    )
    return Page(results, made)  # type: ignore[arg-type]


def effect(scenario: str, indicator: str, difference: float, claimed: bool = True, **more: Any) -> dict[str, Any]:
    """A row of effects.csv over the whole run."""
    row = {"scenario": scenario, "indicator": indicator, "group_by": "all", "group": "all", "months_from": 0, "months_to": MONTHS}
    half = abs(difference) / 2 if claimed else abs(difference) * 2 + 1
    row |= {"estimand": "net", "mean": BASE + difference, "difference": difference, "lower": difference - half}
    row |= {"upper": difference + half, "lower_full": difference - 2 * half, "upper_full": difference + 2 * half}
    row |= dict.fromkeys(("p_best_lower", "p_best_upper", "regret", "draws"), math.nan)
    return row | {"placebo": 0.0, "knowledge": "factor", "claimed": claimed} | more


def plain(text: str) -> str:
    """Without tags, as it is read."""
    return str(Markup(text).striptags()).replace("\u00a0", " ")


def said(section: Section) -> dict[str, str]:
    """All that a section says before its blocks, by language."""
    lines = (section.finding, section.subtitle, *section.sentences)
    return {language: "\n".join(plain(line.of(language)) for line in lines) for language in ("nl", "en")}


def too_long(section: Section) -> list[str]:
    """Sentences of more than 25 words, without what stands in brackets or after a colon, and titles that are questions or too long."""
    title = plain(section.finding.nl)
    found = [title] if len(title.split()) > 10 or title.endswith("?") else []
    for line in section.sentences:
        for one in re.split(r"(?<=[.;:])\s", re.sub(r"\([^)]*\)", "", plain(line.nl))):
            found += [one] if len(one.split()) > 25 else []
    return found
