"""Each number of the page is read back from the table that it names, and no number stands there without one."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from analysis.page import page as pages
from analysis.page import sections
from analysis.page.section import Page, Section
from analysis.pipeline import tables_of
from analysis.results import gather
from analysis.tables.made import OWN_DRAWS, PAGE
from sim.world.names import PLACEBO
from tests import synthetic_tables as made
from tests.analysis.read_page import Element, Paper, loose, misread, paper
from tests.every import every

ALL_FOUR = ("basis", "voorrang", "huurgewenning", "placebo")


def _titles(content: dict[str, Any]) -> None:
    content["scenarios"]["voorrang"]["title"] = {"nl": "Voorrang 2030 & meer", "en": "Priority 2030 & more"}


def _held(content: dict[str, Any]) -> None:
    content["scenarios"]["basis"]["instruments"] = {"al_brieven": {"already": True}}
    content["scenarios"]["voorrang"] |= {"instruments": {"voorrang": {}}, "stops": ["al_brieven"]}
    content["scenarios"]["huurgewenning"] |= {"instruments": {"huurgewenning": {}, "voorrang": {}}, "rules": [{"do": {}}]}
    content["instrument_titles"] = {"al_brieven": {"nl": "Brieven 55+", "en": "Letters 55+"}}


def _own_draws(out: Path, spread: float) -> None:
    """Draws of the run's own, of which the last does (1 + spread) times what the first does; each has the chance of a world."""
    content = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    content["draws"] = {"n": 20, "behaviour": "posterior", "place": "zwolle"}
    (out / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    effects = gather(out).effects
    rows = effects[(effects["months_to"] == effects["months_to"].max()) & (effects["estimand"] == "net") & (effects["scenario"] != PLACEBO)]
    parts = []
    for _, row in rows.iterrows():
        base, noise = row["mean"] - row["difference"], max(row["upper"] - row["lower"], 1e-6)
        factors = 1 + spread * np.arange(21) / 20
        found = row["difference"] * factors + noise / 2 * np.where(np.arange(21) % 2, 1, -1)
        found[0] = row["difference"]
        figure = {name: row[name] for name in ("scenario", "indicator", "group_by", "group")}
        parts.append(pd.DataFrame(figure | {"draw": range(21), "base": base, "difference": found, "error": [noise / 5] + 20 * [noise]}))
    OWN_DRAWS.write(out, {"knowledge": pd.concat(parts)})


VARIANTS: dict[str, dict[str, Any]] = {
    "whole": {},
    "names with digits": {"change": _titles},
    "own draws": {"spread": 2.0},
    "own draws that are no wider": {"spread": 0.0},
    "basis only": {"scenarios": ("basis",), "seeds": range(3)},
    "nothing compared": {"scenarios": ("basis", "placebo"), "seeds": range(3)},
    "no placebo": {"scenarios": ("basis", "voorrang"), "seeds": range(3)},
    "one seed": {"seeds": range(1)},
    "no ledger": {"with_ledger": False},
    "several gemeenten": {"areas": {"WK1": "WK036301", "WK2": "WK019310"}},
    "done already, stopped, by rules": {"change": _held},
}


class Made(NamedTuple):
    """A page with its tables on disk, taken apart, and its sections by the file that makes each."""

    folder: Path
    html: str
    paper: Paper
    sections: dict[str, Section | None]


@cache
def page_of(base: Path, variant: str) -> Made:
    """The page of a variant, with all that it quotes beside it."""
    how = dict(VARIANTS[variant])
    change, areas, spread = how.pop("change", None), how.pop("areas", None), how.pop("spread", None)
    scenarios, seeds = how.get("scenarios", ALL_FOUR), how.get("seeds", range(6))
    if areas:
        how["tables"] = {name: table.replace(areas) for name, table in made.ledger(scenarios, seeds).items()}
    out = made.write(
        base / re.sub(r"\W", "_", variant), scenarios, seeds, **{k: v for k, v in how.items() if k not in ("scenarios", "seeds")}
    )
    if change:
        content = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        change(content)
        (out / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    if spread is not None:
        _own_draws(out, spread)
    results = gather(out)
    page = Page(results, tables_of(results))
    found = {make.__module__.rsplit(".", 1)[1]: make(page) for make in sections.ALL}
    html = pages.page(page, [one for one in found.values() if one is not None])
    PAGE.write(out, page.tables)
    return Made(out, html, paper(html), found)


EACH_VARIANT = pytest.mark.parametrize("variant", VARIANTS)
PARTS = ["", "kort", *(make.__module__.rsplit(".", 1)[1] for make in sections.ALL)]  # outside, the first screen, and every section


@every("part", PARTS)
@EACH_VARIANT
def test_every_number_is_that_of_its_cell_and_none_is_without_one(base: Path, variant: str, part: str):
    one = page_of(base, variant)
    found = [text for text, at in wrong(base, variant) if at.section == key_of(one, part)]
    assert not found, "\n".join(found)


@cache
def wrong(base: Path, variant: str) -> list[tuple[str, Element]]:
    """The numbers without a cell, and those that are not what their cell says."""
    one = page_of(base, variant)
    return [*loose(one.paper), *misread(one.paper, one.folder)]


def key_of(one: Made, part: str) -> str | None:
    """The id of a part of the page; None where this page has none."""
    section = one.sections.get(part)
    return part if part in ("", "kort") else section.key if section else None


@EACH_VARIANT
def test_each_part_of_the_page_is_one_of_those_that_are_read(base: Path, variant: str):
    one = page_of(base, variant)
    known = {"", "kort", *(section.key for section in one.sections.values() if section)}
    assert {at.section for at in one.paper.elements} <= known


def test_a_number_that_is_taken_off_its_cell_is_seen(base: Path):
    html = page_of(base, "whole").html
    numbers = list(re.finditer(r"<data [^>]*>([^<]*\d[^<]*)</data>", html))
    assert numbers
    for found in (numbers[0], numbers[-1]):
        assert loose(paper(html[: found.start()] + found[1] + html[found.end() :]))
    drawn = re.search(r'<g data-table="[^>]*>', html)
    assert drawn and loose(paper(html.replace(drawn[0], "<g>", 1)))
    for around in ("tr", "td"):  # where its table and row may stand
        place = re.search(rf"<{around}(?= )[^>]*?( data-table=[^>]*)>", html)
        assert place and loose(paper(html[: place.start(1)] + html[place.end(1) :])), around


def test_a_cell_that_is_changed_is_seen(base: Path, tmp_path: Path):
    one = page_of(base, "whole")
    tables = {at.cell[0] for at in one.paper.elements if at.cell} - {"manifest"}
    assert tables
    for path in one.folder.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "manifest.json").write_bytes((one.folder / "manifest.json").read_bytes())
    for name in sorted(tables):
        path = tmp_path / f"{name}.csv"
        whole = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"(?<=,)(\d)(?=[\d.]*(,|\n))", lambda found: str((int(found[1]) + 3) % 10), whole), encoding="utf-8")
        assert misread(one.paper, tmp_path), name
        path.write_text(whole, encoding="utf-8")
    assert not misread(one.paper, tmp_path)
