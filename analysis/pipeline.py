"""From the tables of a run to its conclusions on disk: effects, costs, pictures, page.

A table is worked out in the file of its name in ``estimates/`` (effects.csv in ``estimates/effects.py``, monitor.csv in
``estimates/worksheet_counts.py``), asked of ``Results``, and put on disk by ``PAGE.write`` here, by ``tables/files.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.estimates.certainty import certainty
from analysis.estimates.deciding import deciding
from analysis.estimates.parting import parting
from analysis.estimates.worksheet_counts import monitor
from analysis.page import page as pages
from analysis.page import summary, words
from analysis.page.figures import svg_and_png
from analysis.page.section import Page
from analysis.results import Results
from analysis.tables.made import PAGE, REPORT, WORKBOOK
from analysis.workbook.book import workbook
from analysis.workbook.words import Names
from sim.counts.schema import DRIFT

if TYPE_CHECKING:
    import pandas as pd


def finish(results: Results, tables: Mapping[str, pd.DataFrame] | None = None) -> str:
    """Write the files of ``PAGE`` (CSV, pictures, report.html), each whole or not at all; those of an earlier run go.

    Args:
        tables: what ``tables_of`` made of the results, for who has it already.

    Returns:
        The plain Dutch summary, one line per conclusion; the first is one sentence with one number.

    Raises:
        Refusal: unequal sets of seeds, two seeds with one world, tables lost or damaged. Nothing is then written.
    """
    # everything is worked out before anything is written: what forbids a conclusion leaves no file behind
    tables, text = tables or tables_of(results), summary.plain(results)
    others: dict[str, str | bytes] = {}
    drawn: dict[str, bytes] = {}
    page = Page(results, tables)
    sections = pages.sections(page)
    for chart in pages.charts(page, sections):
        drawn[chart.key], bitmap = svg_and_png(partial(chart.draw, "nl", False))
        others |= {f"figures/{chart.key}.svg": drawn[chart.key], f"figures/{chart.key}.png": bitmap}
    others[REPORT] = pages.page(page, sections, drawn)
    others[WORKBOOK] = workbook(tables, _about(results), Names.of(results))
    PAGE.clear(results.folder.path)
    PAGE.write(results.folder.path, tables, others)
    return text


def _about(results: Results) -> str:
    """Which run it is, in one line."""
    period = f"{words.span(results.months).nl} vanaf {results.config['start']}, {len(results.seeds)} keer nagespeeld"
    return f"{results.place}, {period}. Maatregelen: {', '.join(results.titles[name].nl for name in results.scenarios)}."


def tables_of(results: Results) -> dict[str, pd.DataFrame]:
    """The tables of ``PAGE`` by name, with all columns that their makers give. Raises Refusal."""
    return {
        "effects": results.effects,
        "costs": results.costs,
        "chain_lengths": results.chain_lengths,
        "monitor": monitor(results),
        "naive": results.naive,
        "filters": results.filters,
        "pots": results.pots,
        "chain_examples": results.chain_examples.links,
        "chain_hundred": results.chain_examples.hundred,
        "journey": results.journey,
        "one_senior": results.one_senior,
        "validation": results.validation,
        "deciding": deciding(results.manifest.get("scenarios", {})),
        "certainty": certainty(results.effects),
        "parting": parting(results.folder.table("drift", DRIFT.promised)),
        "cards": results.cards,
        "freed_homes": results.freed_homes,
        "areas": results.areas,
        "cost_curve": results.cost_curve,
        "users": results.users,
    }


def early_page(results: Results) -> Path:
    """Write report.html of results of which seeds are awaited, and nothing else; returns its path."""
    out = results.folder.path
    page = Page(results, tables_of(results))
    content = pages.page(page, pages.sections(page))
    PAGE.clear(out)
    PAGE.write(out, {}, {REPORT: content})
    return out / REPORT
