"""Long words of tables and tiles may be broken between syllables, and are the same words to whoever copies, searches or reads them back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markupsafe import Markup

from analysis.page import page as pages
from analysis.page.hyphens import HYPHEN, IN_A_TILE, LEAST, LEFT, hyphened
from analysis.page.section import Drawing, Page, Section
from analysis.page.tiles import Tile, tile_map
from analysis.page.words import LANGUAGES, both
from analysis.pipeline import tables_of
from analysis.results import gather
from tests.analysis.test_page_numbers import page_of

WORD = r"[^\W\d_]"
APART = re.compile(r"<(?!/?i>)[^>]*>")  # tags but where a word may be broken


def unbroken(html: str, least: int) -> set[str]:
    """Words of so many letters that cannot be broken."""
    text = APART.sub(" ", html)
    return {word for word in re.findall(rf"(?<![\w./>]){WORD}{{{least},}}(?![\w/<]|\.\w)", text)}


def test_every_long_word_of_a_table_may_be_broken_and_numbers_and_attributes_are_left_alone(base: Path):
    html = page_of(base, "whole").html
    tables = re.findall(r"<table.*?</table>", html, re.DOTALL)
    assert tables and HYPHEN in "".join(tables)
    assert unbroken("".join(tables), LEAST) == set()
    assert not re.search(r'="[^"<>]*<i>', html) and not re.search(r"<data [^>]*>[^<]*<i>", html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_broken_with_letters_enough_on_each_side_and_nothing_else_changes(base: Path, language: str):
    html = Markup(page_of(base, "whole").html.replace(HYPHEN, ""))
    found = str(hyphened(html, language, IN_A_TILE))
    assert found.replace(HYPHEN, "") == html
    words = re.findall(rf"(?:{WORD}|{HYPHEN})+", APART.sub(" ", found))
    assert any(HYPHEN in one for one in words)
    none = [one for one in words if HYPHEN in one and min(map(len, (one.split(HYPHEN)[0], one.split(HYPHEN)[-1]))) < LEFT]
    assert not none


def test_a_word_is_broken_in_the_language_that_it_stands_in_and_keys_and_files_never():
    nl, en = "ver<i></i>ant<i></i>woor<i></i>de<i></i>lijk<i></i>he<i></i>den", "respons<i></i>ib<i></i>il<i></i>it<i></i>ies"
    said = f'<p>{nl} <span lang="en">{en}</span><br> <span lang="nl-NL">{nl}</span></p>'
    assert hyphened(Markup(said.replace(HYPHEN, ""))) == said
    for same in (
        "verhuiskostenvergoeding_sociaal",
        "docs/woningcorporaties.md",
        "woningcorporaties.csv",
        '<a href="woningcorporaties">x</a>',
    ):
        assert hyphened(Markup(same)) == same


def test_names_on_tiles_may_be_broken(base: Path):
    folder = page_of(base, "whole").folder
    page = Page(results := gather(folder), tables_of(results))
    quote = page.effect("voorrang", "senior_moves")
    tiles = [Tile(both(name), n, n, quote, True) for n, name in enumerate(("Vechtlanden", "Kamperpoort-Veerallee", "Soestweteringlanden"))]
    map_of = Drawing("wijken", both("A map"), tile_map(tiles), "areas.csv")
    html = pages.page(page, [Section("wie", both("Who"), both("Who"), both("Who"), (), (map_of,), ())])
    names = re.findall(r'<span class="name" lang="nl-NL">(.*?)</span>', html)
    assert {name.replace(HYPHEN, "") for name in names} == {tile.name.nl for tile in tiles}
    assert unbroken(" ".join(names), IN_A_TILE) == set()
