"""Where areas and gemeenten lie, by name for people and by number for kernels, and who crosses their borders."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Geography(NamedTuple):
    """One row per smallest area, sorted by code within the gemeenten sorted by code."""

    code: list[str]
    name: list[str]
    gemeente: NDArray  # int32, row of gemeente_code
    gemeente_code: list[str]
    gemeente_name: list[str]
    x_km: NDArray  # float32, Rijksdriehoek
    y_km: NDArray
    urban: NDArray  # uint8, CBS 1 (extremely urban) to 5
    leaving: NDArray  # float64 [gemeenten], how often people leave each for another, over how often those of their ages do in the country
    other_km: NDArray  # float64 [other gemeenten of the country, 2], Rijksdriehoek
    other_homes: NDArray  # int64 [other gemeenten]


class Border(NamedTuple):
    """Who leaves an area for another gemeente of the country."""

    persons: float  # per month; 0: nobody, as of the whole country
    gemeenten: int  # in the area
    outside: float  # of the moves across their borders the share that crosses that of the area
    level: float  # how often people leave a gemeente of it, over how often those of their ages do in the country


class Map(NamedTuple):
    """Where areas lie."""

    gemeente: NDArray  # int32 [areas]
    x_km: NDArray  # float64 [areas]
    y_km: NDArray  # float64 [areas]
    urban: NDArray  # int64 [areas]
    around_first: NDArray  # int32 [gemeenten + 1], range in around
    around: NDArray  # int32, gemeenten around each gemeente, itself excluded
    overview: NDArray  # float64 [gemeenten], share of a gemeente of this size that a searcher keeps an overview of
    stock: NDArray  # float64 [areas], cumulative share of the dwellings of the start: what an instrument builds must not shift a draw
    beyond: NDArray  # float64 [areas], of the homes that who looks in the gemeenten around keeps an overview of the share outside the world
