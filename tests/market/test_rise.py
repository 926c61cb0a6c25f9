"""A rise of the net rent is felt as a rise, whatever the burden; a lower rent is no gain beyond what it does to that."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.levers import RENT_OLD, RENT_OLD_PLUS, RENT_STEPS, make_levers
from sim.market.choice import make_rules, weigh
from sim.parameters import resolve
from sim.world.codes import Tenure
from tests.market.test_respond import INCOMES, LEVERS, NHG, NO_LEVERS, OF_VALUE, OFF, RENTS, RULES, P, T, homes, look, searchers, terms
from tests.twins import kernels as twins_kernels

NOT_FELT = make_rules(resolve({"p_sight": 0.4, "n_responses": 2, "rel_rise_felt": 0.0}), INCOMES, RENTS, NHG, OF_VALUE)


def net(rent, **who):
    """Net rent of the couple of ``look``."""
    one = {"gross": 29000, "size": 2, "toeslag_limit": 932.93} | who
    return twins_kernels.net_rent(rent, one["gross"], one["size"], 1, one["toeslag_limit"], T)


@given(st.floats(450, 700), st.floats(300, 700), st.sampled_from([26000, 32000, 40000]))
def test_a_net_rise_costs_so_much_per_euro_also_below_the_norm(rent, old, gross):
    """Income is so high that affordability is 1 before and after: what is left is the rise alone."""
    who = {"income": 60000, "gross": gross, "here_cost": net(old, gross=gross), "old_rent": old, "trouble": 0.0}
    felt, not_felt = (look(home={"rent": rent}, rules=rules, **who) for rules in (RULES, NOT_FELT))
    rise = max(0.0, net(rent, gross=gross) - net(old, gross=gross))
    assert felt.worth == pytest.approx(not_felt.worth - P.rel_rise_felt / 100 * rise, abs=1e-9)
    assert P.rel_rise_felt > 0


@pytest.mark.parametrize("instruments", [0, 7])
@pytest.mark.parametrize("seed", range(2))
def test_where_no_rise_is_felt_or_none_can_be_the_choice_is_that_without_it(seed, instruments):
    """To the last bit: switched off, or for who pays no rent now."""
    levers = LEVERS if instruments else NO_LEVERS
    s, o = searchers(seed, 60, instruments), homes(seed, 60, instruments).at
    nobody = s.copy()
    nobody["here_cost"] = np.inf
    n_felt = 0
    for one, other in zip(s, nobody, strict=True):
        for home in o:
            touched = one["touched"]
            off = weigh(one, home, touched, OFF, terms(levers, NOT_FELT))
            assert off == weigh(other, home, touched, OFF, terms(levers)) == weigh(other, home, touched, OFF, terms(levers, NOT_FELT))
            on = weigh(one, home, touched, OFF, terms(levers))
            n_felt += on != off
            if home["tenure"] == Tenure.KOOP or np.isinf(one["here_cost"]):
                assert on == off
    assert n_felt > 50


def test_a_lower_rent_is_no_gain_beyond_what_it_does_to_the_burden():
    who = {"income": 60000, "here_cost": net(650) + 50}
    assert look(**who) == look(rules=NOT_FELT, **who)


@pytest.mark.parametrize(
    ("lever", "share"),
    [
        ({"rent_path": RENT_OLD}, 0.0),
        ({"rent_path": RENT_STEPS, "rent_discount": 0.6}, 0.4),
        ({"rent_path": RENT_OLD_PLUS, "eur_rent_cap": 30}, 0.2),
    ],
    ids=["old rent", "steps", "a little more"],
)
def test_under_a_path_the_rise_is_felt_that_the_path_leaves(lever, share):
    who = {"income": 60000, "gross": 50000, "toeslag_limit": 0.0, "here_cost": 500.0, "old_rent": 500}
    path = make_levers([lever])
    felt, not_felt = (look(path, 1, rules=rules, **who) for rules in (RULES, NOT_FELT))
    assert not_felt.worth - felt.worth == pytest.approx(P.rel_rise_felt / 100 * share * 150, abs=1e-9)
    assert felt.bits == 1


@given(st.floats(100, 900), st.floats(0, 200))
def test_who_pays_more_now_feels_no_larger_rise(here, more):
    assert look(here_cost=here + more).worth >= look(here_cost=here).worth
