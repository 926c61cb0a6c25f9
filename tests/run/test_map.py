"""Where gemeenten lie: which are around another, and how much of what is around stands outside the world."""

from __future__ import annotations

import numpy as np
import pytest

from sim.parameters import resolve
from sim.population import fitting, setting
from sim.start import make_map
from sim.world import figures, places
from sim.world.geography import Geography


def geography(other_km: list[list[float]], other_homes: list[int]) -> Geography:
    """Two gemeenten of one wijk each, ten km apart, and others outside the world."""
    where = np.array([0.0, 10.0], np.float32)
    names, two = ["a", "b"], np.arange(2, dtype=np.int32)
    urban = np.array([3, 3], np.uint8)
    others = np.array(other_km, np.float64).reshape(-1, 2)
    return Geography(names, names, two, names, names, where, where * 0, urban, np.ones(2), others, np.array(other_homes, np.int64))


STOCK = np.repeat([0, 1], [1000, 3000])


def test_what_lies_around_outside_the_world_is_counted_in_homes_that_a_searcher_oversees():
    p = resolve({"km_around": 15, "n_overview": 20000})
    made = make_map(geography([[-5, 0], [24, 0], [400, 0]], [2000, 50_000, 9000]), STOCK, p)
    assert made.beyond == pytest.approx([2000 / (2000 + 4000), (2000 + 20_000) / (2000 + 20_000 + 4000)])
    assert make_map(geography([], []), STOCK, p).beyond == pytest.approx([0, 0])
    assert made.around.tolist() == [1, 0]


@pytest.mark.parametrize("key", ["veldhoven", "flevoland"])
def test_the_others_are_all_other_gemeenten_of_the_country(key):
    place = places.resolve(key)
    found, homes = setting.geography(place, fitting.fitted(place)), figures.column("gemeenten", "dwellings_20240101")
    assert len(found.other_km) == len(found.other_homes) == figures.listed().sum() - len(place.gemeenten)
    assert found.other_homes.sum() + homes[setting.rows_of(place)].sum() == homes[figures.listed()].sum()
    centres = np.array(
        [[found.x_km[found.gemeente == g].mean(), found.y_km[found.gemeente == g].mean()] for g in range(len(place.gemeenten))]
    )
    assert np.hypot(*(found.other_km[:, None] - centres[None]).T).min() > 1, "none of them stands inside"
