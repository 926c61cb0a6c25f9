"""The page: one self-contained file, made from the results of a folder: a first screen, sections, and the pictures drawn of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from analysis.estimates.pots import with_rules
from analysis.page import first, public_words, summary, words
from analysis.page.cells import once, too_long
from analysis.page.figures import inline, svg
from analysis.page.hyphens import IN_A_TILE, hyphened
from analysis.page.quote import Quote, gathered
from analysis.page.section import Chart, Fold, Page, Section
from analysis.page.sections import ALL
from analysis.page.words import Text

TEMPLATES = Path(__file__).parents[1] / "templates"
WIDTHS = ("wide", "narrow")
TAG = re.compile(r"(<[^>]*>)")


def say(text: Text | Quote | str, names: re.Pattern[str] | None = None) -> Markup:
    """A text as HTML: both languages, of which the page shows one; digits in the names of the run are said to be part of them."""
    if isinstance(text, str):
        return _told_apart(escape(text), names)
    nl, en = (_told_apart(escape(text.of(language)), names) for language in words.LANGUAGES)
    return nl if nl == en else Markup('<span lang="nl">{}</span><span lang="en">{}</span>').format(nl, en)


def names_with_digits(page: Page) -> re.Pattern[str] | None:
    """The names of scenarios and instruments that hold a digit, as they stand in HTML."""
    listed = page.results.manifest.get("scenarios", {}).values()
    keys = {key for one in listed for key in with_rules(one or {})[0]} | set(page.results.manifest.get("instrument_titles", {}))
    said = {name for text in (*page.results.titles.values(), *map(page.results.instrument, keys)) for name in text}
    found = sorted((str(escape(name)) for name in said if any(map(str.isdigit, name))), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, found))})(?!\w)", re.IGNORECASE) if found else None


def _told_apart(html: Markup, names: re.Pattern[str] | None) -> Markup:
    """HTML with the names marked that are in no cell and not marked yet."""
    if names is None:
        return html
    parts, held = [], 0  # held: elements open at or inside one that is marked
    for part in TAG.split(html):
        if part.startswith("</"):
            held -= held > 0
        elif part.startswith("<") and not part.startswith("<br"):
            held += held > 0 or "data-" in part
        elif not held and not part.startswith("<"):
            part = names.sub(lambda found: f'<span data-fixed="name">{found[0]}</span>', part)
        parts.append(part)
    return Markup("".join(parts))


def sections(page: Page) -> list[Section]:
    """Those for which there is something to say, in their order."""
    return [section for make in ALL if (section := make(page)) is not None]


def charts(page: Page, made: Iterable[Section]) -> list[Chart]:
    """All pictures, the one of the first screen first."""
    return [*first.charts(page), *(block for section in made for block in _blocks((*section.blocks, *section.researchers)))]


def _blocks(blocks: Iterable[Any]) -> Iterator[Chart]:
    for block in blocks:
        if isinstance(block, Chart):
            yield block
        elif isinstance(block, Fold):
            yield from _blocks(block.blocks)


def drawings(chart: Chart, key: str, dutch: bytes | None = None) -> dict[str, dict[str, Markup]]:
    """A picture by width and language, to be put into the page; ``key`` begins its ids. ``dutch``: the wide Dutch one, if drawn."""

    def drawn(language: str, narrow: bool) -> bytes:
        return dutch if dutch and language == "nl" and not narrow else svg(partial(chart.draw, language, narrow))

    return {
        width: {
            language: Markup(inline(drawn(language, width == "narrow"), f"{key}{width[0]}{language[0]}")) for language in words.LANGUAGES
        }
        for width in WIDTHS
    }


def page(page: Page, made: list[Section], dutch: Mapping[str, bytes] = MappingProxyType({})) -> str:
    """The whole page. ``dutch``: wide pictures in Dutch that are drawn already, by the key of their chart."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters["say"] = partial(say, names=names_with_digits(page))
    environment.filters |= {"once": once, "too_long": too_long, "gathered": gathered, "hyphened": hyphened}
    environment.filters["legend"] = public_words.legend
    environment.globals |= {"T": Text, "IN_A_TILE": IN_A_TILE, "kind": lambda block: type(block).__name__.lower()}
    results, screen = page.results, first.screen(page)
    there = {section.key for section in made}
    context: Mapping[str, Any] = {
        "results": results,
        "first": screen._replace(ways=tuple(way for way in screen.ways if way[0] in there)),
        "provisional": summary.provisional(results),
        "sections": made,
        "pictures": {chart.key: drawings(chart, f"p{n}", dutch.get(chart.key)) for n, chart in enumerate(charts(page, made))},
        "years": years(page),
        "version": str(results.manifest.get("version", {}).get("verhuisketens", "")),
        "date": str(results.manifest.get("date", ""))[:10],
        "style": Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),
        "script": Markup((TEMPLATES / "report.js").read_text(encoding="utf-8")),
    }
    return environment.get_template("report.html").render(context)


def years(page: Page) -> str:
    """Calendar span of the run, such as 2026–2035."""
    year, month = (int(part) for part in str(page.results.config["start"]).split("-"))
    last = year + (month - 1 + page.results.months - 1) // 12
    return f"{year}–{last}" if last > year else str(year)
