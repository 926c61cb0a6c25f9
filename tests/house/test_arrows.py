"""Which file reads which: no circles between files, and no arrow from a room to one above it.

An import counts wherever it stands, in a function and under ``if TYPE_CHECKING:`` too.
"""

from __future__ import annotations

import networkx as nx

from tools.rooms import ROOM_OF, ROOMS, TEXTS, arrows, room_of


def in_circles(found: dict[tuple[str, str], str]) -> dict[str, str]:
    """Arrows between files that read each other, directly or not, with their places."""
    circle = {module: number for number, one in enumerate(nx.strongly_connected_components(nx.DiGraph(list(found)))) for module in one}
    return {f"{a} -> {b}": place for (a, b), place in found.items() if circle[a] == circle[b]}


def upward(found: dict[tuple[str, str], str]) -> dict[str, str]:
    """Arrows to a room that is above the reader's, with their places."""
    height = {room: number for number, room in enumerate(ROOMS)}
    return {f"{a} -> {b}": place for (a, b), place in found.items() if height[room_of(a)] < height[room_of(b)]}


def listed(found: dict[str, str]) -> str:
    return "\n".join(f"{place}: {arrow}" for arrow, place in sorted(found.items()))


def test_no_files_read_each_other_in_a_circle():
    found = in_circles(arrows(TEXTS))
    assert not found, f"these imports are part of a circle:\n{listed(found)}"


def test_no_room_reads_one_above_it():
    found = upward(arrows(TEXTS))
    assert not found, f"these imports read a room above their own:\n{listed(found)}"


def test_every_room_is_made_of_modules_that_exist_and_every_module_has_a_room():
    assert {room_of(module) for module in TEXTS} == set(ROOMS)
    for beginning in ROOM_OF:
        assert any(f"{module}.".startswith(f"{beginning}.") for module in TEXTS), f"ROOMS names {beginning}, which is no file or folder"


def test_a_planted_import_is_seen_wherever_it_stands():
    texts = {
        "sim.world.codes": ("codes.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sim.market import help\n"),
        "sim.market": ("__init__.py", ""),
        "sim.market.help": ("help.py", "def f():\n    import sim.world.codes\n"),
        "analysis.page": ("page.py", "from sim.market import help\n"),
    }
    found = arrows(texts)
    assert upward(found) == {"sim.world.codes -> sim.market.help": "codes.py:3"}
    assert in_circles(found) == {"sim.world.codes -> sim.market.help": "codes.py:3", "sim.market.help -> sim.world.codes": "help.py:2"}
