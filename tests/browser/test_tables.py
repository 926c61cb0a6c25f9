"""What a table is to a screen reader: a table with rows, heads and cells, also where a phone shows each row as a card."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.browser.conftest import RULES
from tests.browser.states import LANGUAGES, PHONE, none

INSIDE = {"rowgroup": "table", "row": "rowgroup", "columnheader": "row", "rowheader": "row", "cell": "row"}
ROWS = 4  # of a table that are asked after, and the last: one loop of a template makes them all
CARDS = "<style>table, tbody, tr, th, td { display: block }</style>"
TABLE = "<table><thead><tr><th scope=col>A<th scope=col>B</thead><tbody><tr><th scope=row>one<td>1</table>"


def wrong(page):
    """Parts of tables that the browser does not tell a screen reader of, and those that it tells of outside their table."""
    every = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    roles = {one["nodeId"]: (one["role"]["value"], one.get("parentId")) for one in every if not one["ignored"]}
    said = Counter(role for role, _ in roles.values())
    there = Counter(page.evaluate("rules.parts()"))
    lost = [f"{role}: {said[role]} of {n}" for role, n in there.items() if said[role] != n]
    places = Counter((role, roles.get(parent, ("nothing",))[0]) for role, parent in roles.values() if role in INSIDE)
    return lost + [f"{n} times {role} in {around}" for (role, around), n in places.items() if around != INSIDE[role]]


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_table_whose_rows_are_cards_is_still_one_to_a_screen_reader(name, shown):
    page = shown(name, "nl", PHONE, unfold=True)
    page.evaluate(f"document.querySelectorAll('tbody').forEach(one => [...one.rows].slice({ROWS}, -1).forEach(row => row.remove()))")
    assert page.evaluate("rules.parts()")
    none(wrong(page))


def test_a_table_that_is_none_to_a_screen_reader_is_seen(context):
    roles = {"<table": "table", "<thead": "rowgroup", "<tbody": "rowgroup", "<tr": "row", "<td": "cell"}
    named = TABLE
    for tag, role in roles.items():
        named = named.replace(tag, f"{tag} role={role}")
    named = named.replace("scope=col", "scope=col role=columnheader").replace("scope=row", "scope=row role=rowheader")
    for html, sees in ((CARDS + TABLE, True), (CARDS + named, False)):
        page = context.new_page()
        page.set_content(f"<!DOCTYPE html><html lang='nl'><body>{html}</body></html>")
        page.evaluate(RULES)
        assert bool(wrong(page)) == sees
