"""Who sees which homes: the chance is exact, seen stays seen, and nobody's sight hangs on what else is on offer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.market.records import OFFER
from sim.market.sight import CHANNELS, arrange, find_starts, see
from sim.parameters import resolve
from sim.start import make_map
from sim.world.chance import Draws, Purpose, hash_ints
from sim.world.geography import Geography
from tests.twins import market as twins_market
from tests.worlds import burnt_in, pick

BASE = Draws(3).base(Purpose.SIGHT)
GEMEENTE = np.array([0, 0, 0, 1, 2], np.int32)  # of each area
FAR = 5.0  # standard errors


def on_offer(seed, n, areas=range(5)):
    """Records of homes on offer, of which only id and area matter here."""
    o = np.zeros(n, OFFER)
    o["id"] = [hash_ints(seed, k) for k in range(n)]
    o["area"] = pick(seed, "area", n, list(areas))
    return o


def ids(seed, n):
    """Households."""
    return np.array([hash_ints(seed, 9, k) for k in range(n)], np.uint64)


def seen_by(household, chance, offers, g=0, area=-1):
    """Ids of the homes that a household sees."""
    starts, seen = np.empty(CHANNELS, np.uint64), np.empty(len(offers.at), np.int32)
    find_starts(BASE, household, starts)
    n = see(starts, chance, g, area, offers, seen)
    found = offers.at["id"][seen[:n]].tolist()
    assert len(set(found)) == n, "a home is seen once"
    return set(found)


def table(households, chance, offers):
    """Who sees what, bool [households, offers]."""
    order = {ident: k for k, ident in enumerate(offers.at["id"].tolist())}
    out = np.zeros((len(households), len(offers.at)), bool)
    for i, one in enumerate(households):
        out[i, [order[ident] for ident in seen_by(one, chance, offers)]] = True
    return out


@pytest.mark.parametrize("chance", [0.0, 1e-9, 0.03, 0.05, 0.5, 0.999, 1.0])
@pytest.mark.parametrize(("n", "areas"), [(0, [0]), (1, [0]), (7, range(5)), (300, range(5)), (300, [1])])
def test_what_is_found_is_what_lies_in_the_stretch(n, areas, chance):
    offers = arrange(on_offer(n + 1, n, areas), BASE, GEMEENTE)
    for household in ids(1, 12):
        for g, area in ((0, -1), (1, -1), (2, -1), (0, 0), (0, 1), (1, 3)):
            there = (GEMEENTE[offers.at["area"]] == g) & ((area < 0) | (offers.at["area"] == area))
            expected = {i for i in offers.at["id"][there].tolist() if twins_market.sees(household, i, chance, BASE)}
            assert seen_by(household, chance, offers, g, area) == expected


@pytest.mark.parametrize("chance", [0.02, 0.05, 0.4])
def test_each_home_is_seen_with_exactly_this_chance(chance):
    offers = arrange(on_offer(5, 400, [0]), BASE, GEMEENTE)
    sight = table(ids(2, 1500), chance, offers)
    error = np.sqrt(chance * (1 - chance))
    assert sight.mean() == pytest.approx(chance, abs=FAR * error / np.sqrt(1500 * CHANNELS))  # homes of a channel share viewers
    by_home = sight.mean(axis=0)
    assert abs(by_home - chance).max() < FAR * error / np.sqrt(1500)
    n_seen = sight.sum(axis=1)
    assert n_seen.var() < 2 * 400 * chance * (1 - chance), "as many homes for one household as for another, but for chance"


def test_who_sees_more_sees_all_that_it_saw_before():
    offers = arrange(on_offer(6, 300, [0]), BASE, GEMEENTE)
    for household in ids(3, 50):
        before: set[int] = set()
        for chance in (0.0, 0.01, 0.05, 0.08, 0.3, 0.9, 1.0):
            now = seen_by(household, chance, offers)
            assert before <= now
            before = now
        assert len(before) == 300, "a chance of 1 shows everything"


def test_neither_order_nor_other_homes_on_offer_change_what_is_seen():
    o = on_offer(7, 200, [0])
    whole, half = arrange(o, BASE, GEMEENTE), arrange(o[::-2], BASE, GEMEENTE)
    again = arrange(o[np.argsort(pick(1, "order", 200, range(10**6)))], BASE, GEMEENTE)
    there = set(half.at["id"].tolist())
    for household in ids(4, 50):
        seen = seen_by(household, 0.1, whole)
        assert seen_by(household, 0.1, again) == seen
        assert seen_by(household, 0.1, half) == seen & there


def test_two_households_see_a_home_together_as_often_as_chance_has_it():
    """For each home both by a chance squared; over pairs of households hardly anything is left of a likeness."""
    chance, n = 0.1, 400
    offers = arrange(on_offer(8, 800, [0]), BASE, GEMEENTE)
    sight = table(ids(5, n), chance, offers).astype(float)
    both = sight @ sight.T / sight.shape[1]
    pairs = both[np.triu_indices(n, 1)]
    assert pairs.mean() == pytest.approx(chance**2, rel=0.05)
    likeness = np.corrcoef(sight)[np.triu_indices(n, 1)]
    assert abs(likeness.mean()) < 0.01
    assert np.percentile(likeness, 99) < 1 / 3, "nobody is another's double"


def test_places_are_spread_over_the_channels_and_round_each_circle():
    channel, place = twins_market.places(BASE, ids(6, 20_000))
    share = np.bincount(channel, minlength=CHANNELS) / len(channel)
    assert len(share) == CHANNELS and abs(share - 1 / CHANNELS).max() < FAR * np.sqrt(1 / CHANNELS / len(channel))
    assert place.mean() / 2**32 == pytest.approx(0.5, abs=FAR / np.sqrt(12 * len(place)))
    assert abs(np.corrcoef(channel, place)[0, 1]) < FAR / np.sqrt(len(place))


def test_in_a_large_gemeente_a_searcher_sees_as_many_homes_as_in_one_of_its_overview():
    w = burnt_in().world
    geography: Geography = w.geography
    n_homes = int((w.d.delivery < 0).sum())
    stock, sizes = w.d.area[w.d.delivery < 0], (n_homes / 4, n_homes * 2)
    few, enough = (make_map(geography, stock, replace(w.params, n_overview=n)).overview for n in sizes)
    assert few.tolist() == [0.25] and enough.tolist() == [1.0]
    assert w.map.overview.tolist() == [1.0] and resolve().n_overview > n_homes
