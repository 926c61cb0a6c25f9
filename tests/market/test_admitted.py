"""Who may live in a home, at which rent it is tested, and what a senior may borrow for one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.levers import RENT_OLD, RENT_OLD_PLUS, RENT_STEPS, make_levers
from sim.market.allocation import FREE_SPACE, OUTSIDE_PASSEND, Applicant, eligible
from sim.market.records import OFFER, SEEKER
from sim.market.searchers import interest_only, senior_loan
from sim.world import law
from sim.world.codes import NOT_ELIGIBLE, OUTRANKED, TOO_EXPENSIVE, Tenure
from tests.market.test_respond import INCOMES, NHG, RENTS, RULES, P, look
from tests.twins import market as twins_market

INCOME = st.floats(10000, 90000)


@given(
    st.integers(0, 2),
    st.integers(1, 7),
    st.floats(300, 1200),
    st.sampled_from([0, 55, 75]),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(18, 100),
    st.integers(1, 6),
    INCOME,
    st.floats(0, 3e5),
)
def test_who_may_live_somewhere_is_what_the_rules_say(tenure, rooms, rent, label, relaxed, quota, age, size, gross, wealth):
    s, o = np.zeros(1, SEEKER), np.zeros(1, OFFER)
    for name, value in {"age": age, "size": size, "gross": gross, "wealth": wealth}.items():
        s[name] = value
    for name, value in {
        "tenure": tenure,
        "rooms": rooms,
        "rent": rent,
        "age_label": label,
        "relaxed": relaxed,
        "quota": quota,
    }.items():
        o[name] = value
    who = (rent, Applicant(age, 0, size, gross, wealth), RULES)
    got = eligible(o[0], *who)
    assert bool(got) == twins_market.eligible(o[0], s[0], RULES, rent)
    relaxing, wide = o.copy(), o.copy()
    relaxing["relaxed"], wide["quota"] = min(2, relaxed + 1), quota | FREE_SPACE | OUTSIDE_PASSEND
    if got:
        assert eligible(relaxing[0], *who), "relaxing excludes nobody"
        assert eligible(wide[0], *who), "a quota excludes nobody"


def test_passend_toewijzen_and_its_exception():
    dear = {"rent": float(RENTS[0]) + 1}
    low = float(INCOMES[3]) - 1
    assert look(home=dear, age=60, gross=low)[0] == NOT_ELIGIBLE
    assert look(home=dear | {"quota": OUTSIDE_PASSEND}, age=60, gross=low)[0] != NOT_ELIGIBLE
    assert look(home=dear, age=70, gross=float(INCOMES[5]) - 1, wealth=float(INCOMES[7]) + 1)[0] != NOT_ELIGIBLE
    assert look(home=dear, age=60, gross=low, wealth=float(INCOMES[7]) + 1)[0] == NOT_ELIGIBLE, "it is for AOW households"


POOR = {"age": 60, "gross": 30000.0, "old_rent": 600.0}


def test_a_kept_rent_is_the_rent_that_passend_toewijzen_tests_and_a_rent_in_steps_is_not():
    dear = {"rent": float(RENTS[0]) + 50, "labels": 1}
    kept, steps = make_levers([{"rent_path": RENT_OLD}]), make_levers([{"rent_path": RENT_STEPS, "rent_discount": 0.9}])
    assert look(home=dear, **POOR)[0] == NOT_ELIGIBLE
    assert look(kept, 1, home=dear, **POOR)[::3] == (OUTRANKED, 1), "the old rent fits"
    assert look(kept, 0, home=dear, **POOR)[0] == NOT_ELIGIBLE, "for whom it is not"
    assert look(steps, 1, home=dear, **POOR)[0] == NOT_ELIGIBLE, "it ends at the regular rent"
    assert look(kept, 1, home=dear, **(POOR | {"tenant": 0}))[0] == NOT_ELIGIBLE, "there is no old rent to keep"
    assert look(kept, 1, home=dear, **(POOR | {"old_rent": 720.0}))[0] == NOT_ELIGIBLE, "the old rent does not fit either"


@pytest.mark.parametrize(("cap", "gate"), [(100.0, True), (114.0, False)])
def test_the_old_rent_and_a_little_is_tested_with_the_little(cap, gate):
    plus = make_levers([{"rent_path": RENT_OLD_PLUS, "eur_rent_cap": cap}])
    assert (look(plus, 1, home={"rent": float(RENTS[0]) + 50}, **POOR)[0] != NOT_ELIGIBLE) == gate


@pytest.mark.parametrize(
    ("conditions", "place"),
    [({"n_rooms_left": 6}, {}), ({"n_rooms_taken": 2}, {}), ({"needs_label": 1}, {}), ({"step_free_taken": 1}, {"access": 0})],
)
def test_a_kept_rent_that_does_not_hold_for_a_home_is_not_tested(conditions, place):
    kept = make_levers([{"rent_path": RENT_OLD, **conditions}])
    assert look(kept, 1, home={"rent": float(RENTS[0]) + 50, **place}, **POOR)[0] == NOT_ELIGIBLE


def test_years_off_an_age_label_do_not_bring_the_limits_of_aow():
    eased, gross = make_levers([{"age_eased": 10}]), (float(INCOMES[5]) + float(INCOMES[3])) / 2  # fits with AOW, is low without
    dear = {"rent": float(RENTS[0]) + 1, "age_label": 65}
    assert look(eased, 1, home=dear, age=60, gross=gross)[0] == NOT_ELIGIBLE
    assert look(eased, 1, home=dear, age=67, gross=gross)[0] != NOT_ELIGIBLE


def by_cost(**more):
    """A senior owner who knows of the Senioren Verhuisregeling, with a debt of 150,000 euro, looks at a home to buy."""
    who = {"tenant": 0, "own_money": 100000.0, "budget": 120000.0, "senior_loan": 150000.0}
    home = {"tenure": Tenure.KOOP, "price": 200000.0, "rent": 0}
    return look(make_levers([{"actual_cost": 1}]), more.pop("touched", 1), home=home | more.pop("home", {}), **(who | more))


def test_the_senioren_verhuisregeling_lends_by_what_is_really_paid_to_who_knows_of_it_and_it_is_open_to():
    assert by_cost()[0] > TOO_EXPENSIVE and by_cost()[3] == 1
    assert by_cost(touched=0)[0] == TOO_EXPENSIVE, "who does not know of it"
    assert by_cost(senior_loan=0.0)[::3] == (TOO_EXPENSIVE, 0), "to whom it is not open"
    most = (100000.0 + 150000.0) / (1 + P.rel_buying_cost)
    assert by_cost(home={"price": most - 1})[0] > TOO_EXPENSIVE and by_cost(home={"price": most + 1})[0] == TOO_EXPENSIVE


def test_without_nhg_the_loan_is_at_most_four_fifths_of_the_price_and_with_it_the_whole():
    rich = {"own_money": 60000.0, "senior_loan": 600000.0}
    with_nhg, without = {"price": float(NHG)}, {"price": NHG + 1.0}
    assert by_cost(home=with_nhg, **rich)[0] > TOO_EXPENSIVE, "470,000 and its costs are 60,000 and a loan below the price"
    assert by_cost(home=without, **rich)[0] == TOO_EXPENSIVE, "80 % of it and 60,000 are too little"
    assert by_cost(home=without, **(rich | {"own_money": 130000.0}))[0] > TOO_EXPENSIVE


OLD, YOUNG, NORM = (57, 1.5), 56, 100000.0


@pytest.mark.parametrize(
    ("age", "owns", "debt", "expected"),
    [
        (57, True, 80000.0, 80000.0),  # no more debt than now
        (57, True, 150000.0, 150000.0),  # what it costs is just within what the income allows
        (57, True, 200000.0, 150000.0),  # and no more than that
        (YOUNG, True, 80000.0, 0.0),  # too young
        (57, False, 80000.0, 0.0),  # leaves no owned home
        (57, True, 0.0, 0.0),  # pays nothing now
    ],
    ids=["cost as now", "income", "above income", "age", "previous home", "no mortgage"],
)
def test_each_condition_of_the_senioren_verhuisregeling(age, owns, debt, expected):
    assert senior_loan(age, owns, debt, NORM, OLD) == expected


def test_the_interest_on_the_larger_loan_costs_what_the_annuity_does():
    rate, months = 0.035, 12 * law.MORTGAGE_YEARS
    larger = interest_only(rate)
    yearly = rate / (1 - (1 + rate) ** -law.MORTGAGE_YEARS)
    assert larger * rate == pytest.approx(yearly) and months == 360
