"""Clearings without an instrument look again, and clear again, only where something can have changed; the answers are the same."""

from __future__ import annotations

import numpy as np
import pytest

from sim.levers import LOST_BIT
from sim.market import market as market_module
from sim.market.choice import MAX_RESPONSES, PER_SEGMENT, Market, empty_responses, respond
from sim.market.clearing import Chosen, Viewing, clear_again, open_for_all, settle
from sim.market.notes import empty_looks
from sim.market.offers import publish
from sim.market.searchers import describe
from sim.without.clearings import FEW, hindering, late, owed
from sim.without.responses import AllOn, exchange, respond_without
from tests import quiet
from tests.market.test_respond import GEO, LEVERS, OFF, homes, searchers, terms
from tests.quiet import for_these, instruments
from tests.worlds import at_work, burnt_in, everything, let_pass

EVERY = np.uint64((1 << len(LEVERS)) - 1)


def looked(s, offers, levers, off=OFF, room=4000):
    """Responses and looks of searchers with some instruments left out."""
    out, looks = empty_responses(len(s)), empty_looks(len(s), room)
    respond(np.arange(len(s)), Market(s, offers, GEO), terms(levers), off, out, looks)
    return out, looks


def without(offs, s, offers, levers, on, looks):
    """Answers with the instruments in each of ``offs`` off."""
    return respond_without(np.array(offs, np.uint64), hindering(levers), AllOn(Market(s, offers, GEO), on, looks), terms(levers))


def kept(out, k):
    """What row ``k`` of some responses says."""
    at = [side * PER_SEGMENT + r for side in range(2) for r in range(out.n[k, side])]
    return out.n[k].tolist(), out.offer[k, at].tolist(), out.worth[k, at].tolist(), out.rank[k, at].tolist()


@pytest.mark.parametrize("seed", range(4))
def test_responses_without_are_those_of_a_full_look_without(seed):
    s, offers = searchers(seed, 150, len(LEVERS)), homes(seed, 120, len(LEVERS))
    s["without"] = 0
    offs = [EVERY, *(np.uint64(1 << k) for k in range(len(LEVERS)))]
    on, looks = looked(s, offers, LEVERS)
    answers, n_differ = without(offs, s, offers, LEVERS, on, looks), 0
    for v, off in enumerate(offs):
        expected, _ = looked(s, offers, LEVERS, off, 0)
        rows = {int(answers.who[r]): r for r in range(answers.first[v], answers.stop[v])}
        for k in range(len(s)):
            assert (kept(answers, rows[k]) if k in rows else kept(on, k)) == kept(expected, k)
            assert k not in rows or kept(on, k) != kept(expected, k), "only what differs is written down"
        n_differ += len(rows)
    assert n_differ > 50


def test_looks_that_do_not_fit_are_counted_and_change_no_response():
    s, offers = searchers(3, 80, len(LEVERS)), homes(3, 80, len(LEVERS))
    (on, looks), (same, few) = looked(s, offers, LEVERS), looked(s, offers, LEVERS, room=5)
    assert few.n[0] == looks.n[0] > 5
    for one, other in zip(on, same, strict=True):
        np.testing.assert_array_equal(one, other)


def test_who_has_nothing_to_do_with_an_instrument_leaves_no_look_behind():
    s, offers = searchers(4, 80, len(LEVERS)), homes(4, 80, len(LEVERS))
    s["touched"][:10], offers.at["made_by"], offers.at["labels"] = 0, 0, 0  # ten whom no instrument touches, helps to a home or bars
    on, looks = looked(s, offers, LEVERS)
    alone = (on.used | on.barred) == 0
    assert alone.any() and (looks.first[alone] == looks.stop[alone]).all() and (looks.stop > looks.first)[~alone].any()


@pytest.mark.parametrize(("pulls", "which"), [({"rank": 1, "rank_market": 1}, 3), ({"trouble": -2.0}, 4)])
def test_who_won_who_lost_and_who_gained_is_counted_beside_the_clearing_without_all(pulls, which):
    """Half of all go first, and others lose a home to them; or half are kept from moving, and others gain one."""
    burnt, others = burnt_in(), 0
    half = range(0, len(burnt.world.h.id), 2)
    one = quiet.at_work(burnt, instruments(for_these(burnt.world, half, **pulls), for_these(burnt.world, half, sight=0.1)))
    for _ in range(14):
        let_pass(one, 1)
        spare = one.copy()
        w, force = spare.world, spare.at_work.in_force
        met = market_module.meet(w, force)
        _, watch = owed(w, force, spare.at_work.ghosts, met)
        answers = empty_responses(len(met.seekers))
        respond(np.arange(len(met.seekers)), Market(met.seekers, met.offers, w.map), met.terms, force.every, answers, empty_looks(0))
        alone, before, users = settle(answers, met.viewing).offer >= 0, met.cleared.offer >= 0, met.responses.used != 0
        more = before.astype(int) - alone
        assert watch.wins.tolist() == [before.sum(), alone.sum(), more[users].sum(), (more[~users] < 0).sum(), (more[~users] > 0).sum()]
        rows, marks, _ = watch.parted
        assert sorted(rows[marks == LOST_BIT]) == sorted(met.rows[~users & (more < 0)])
        others += watch.wins[which]
    assert others > 0


def test_a_clearing_that_goes_on_from_what_all_share_is_one_from_the_start():
    one = let_pass(at_work(burnt_in(), everything()), 6)
    w, force = one.world, one.at_work.in_force
    offers = publish(w, force)
    rows = np.flatnonzero((w.h.state == 1) & (w.h.stage == 2) & (w.h.reserved < 0)).astype(np.int32)
    seekers, these = describe(w, rows), market_module.terms_of(w, force)
    market = Market(seekers, offers, w.map)
    on, looks = market_module.respond_all(market, these)
    offs = np.array([force.every, *(1 << k for k in range(len(force.keys)))], np.uint64)
    answers = respond_without(offs, hindering(force.levers), AllOn(market, on, looks), these)
    before = [column.copy() for column in on]
    viewing = Viewing(seekers, offers.at, these.bases.viewing, 0.4)
    n_differ, differs = answers.stop - answers.first, np.zeros((len(offs), len(rows)), bool)
    for v in range(len(offs)):
        differs[v, answers.who[answers.first[v] : answers.stop[v]]] = True
    np.testing.assert_array_equal(late(answers, len(rows)), differs[n_differ <= len(rows) // FEW].any(axis=0))
    opened = open_for_all(on, viewing, differs.any(axis=0))
    for v in range(len(offs)):
        some = slice(answers.first[v], answers.stop[v])
        won, slot = clear_again(opened, answers.who[some], Chosen(*(column[some] for column in answers[3:])), viewing)
        exchange(answers, v, on)
        plain, plain_slot, _ = settle(on, viewing)
        exchange(answers, v, on)
        np.testing.assert_array_equal(won, plain)
        np.testing.assert_array_equal(slot, plain_slot)
    assert (n_differ > 0).sum() > 5
    for column, was in zip(on, before, strict=True):
        np.testing.assert_array_equal(column, was)
    assert on.offer.shape[1] == MAX_RESPONSES
