"""A map of tiles: one for each area, placed about where its centre lies, of one size so that a small area can be read, too."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from markupsafe import Markup
from scipy.optimize import linear_sum_assignment

from analysis.page.quote import Quote, named
from analysis.page.words import LANGUAGES, Text

ROOM = 1.5  # cells for each area
MOST_COLUMNS = 5  # that a phone can show with names
SHADES = {  # by how large a difference is beside the largest: dark letters can be read on each
    "more": ("#e3eff8", "#c3def1", "#9fcae8"),
    "fewer": ("#fdeeda", "#fbdcb0", "#f7c683"),
    "none": ("#eceff3",) * 3,
}


class Tile(NamedTuple):
    """One area: its name, where it lies (km; y to the north), its number, and whether that is told from chance."""

    name: Text
    x: float
    y: float
    quote: Quote
    claimed: bool


def placed(xs: Sequence[float], ys: Sequence[float]) -> list[tuple[int, int]]:
    """Row and column (from 1) of each area: of all cells of a grid those that move the centres least. Without places: row by row.

    Empty rows and columns are left out.
    """
    n = len(xs)
    x, y = np.asarray(xs, float), -np.asarray(ys, float)
    if np.isnan(x).any() or np.isnan(y).any():
        columns = math.ceil(math.sqrt(n))
        return [(k // columns + 1, k % columns + 1) for k in range(n)]
    wide, high = max(float(np.ptp(x)), 1e-9), max(float(np.ptp(y)), 1e-9)
    columns = min(n, max(1, round(math.sqrt(ROOM * n * min(3.0, max(1 / 3, wide / high))))))
    rows = max(1, math.ceil(ROOM * n / columns))
    across, down = (x - x.min()) / wide * (columns - 1), (y - y.min()) / high * (rows - 1)
    cells = np.array([(row, column) for row in range(rows) for column in range(columns)], float)
    far = (cells[:, 0][None] - down[:, None]) ** 2 + (cells[:, 1][None] - across[:, None]) ** 2
    _, chosen = linear_sum_assignment(far)
    return list(zip(*(_close_up(cells[chosen][:, k]) for k in (0, 1)), strict=True))


def _close_up(at: np.ndarray) -> list[int]:
    """The same order without gaps, from 1."""
    return [int(k) + 1 for k in np.unique(at, return_inverse=True)[1]]


def tile_map(tiles: Sequence[Tile]) -> dict[str, Markup]:
    """The map in both languages: a list whose items lie in a grid."""
    at = placed([tile.x for tile in tiles], [tile.y for tile in tiles])
    columns, largest = max(column for _, column in at), max((abs(tile.quote.value) for tile in tiles if tile.claimed), default=0.0)
    order = sorted(range(len(tiles)), key=lambda k: at[k])
    found = {}
    for language in LANGUAGES:
        items = Markup("").join(_tile(tiles[k], *at[k], largest, language) for k in order)
        kind = "tiles many" if columns > MOST_COLUMNS else "tiles"
        found[language] = Markup('<ul class="{}" style="grid-template-columns:repeat({},minmax(0,1fr))">{}</ul>').format(
            kind, columns, items
        )
    return found


def _tile(tile: Tile, row: int, column: int, largest: float, language: str) -> Markup:
    value = tile.quote.value
    kind = "none" if not tile.claimed else "more" if value > 0 else "fewer"
    shade = SHADES[kind][min(2, int(3 * abs(value) / largest)) if largest else 0]
    return Markup('<li style="grid-area:{}/{};background:{}"><span class="name" lang="nl-NL">{}</span> {}</li>').format(
        row, column, shade, named(tile.name.of(language)), tile.quote.of(language)
    )


def paragraph(said: str) -> Markup:
    """A text under a map."""
    return Markup('<p class="source">{}</p>').format(said)
