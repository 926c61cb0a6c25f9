"""Conditions of real schemes, each apart: who fails which, labels on the home taken, a coach before the move, and pots that run empty."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.estimates import pots
from experiments import compare
from sim import month, run
from sim.approach import scenarios
from sim.behaviour.money import gross_income
from sim.interventions import REGISTRY, load
from sim.interventions.labels import Labelled
from sim.interventions.who import binding, failing, members_of
from sim.market.searchers import describe
from sim.world import law
from sim.world.codes import Access, DwellingState, DwellingType, HouseholdState, Stage, Tenure
from sim.world.columns import ABSENT, NEVER
from sim.world.errors import Refusal
from tests.worlds import RARE, at_work, burnt_in, let_pass, strong

NO_MASK = np.uint64(0)
ANY_STAGE = (0, 4)
OPEN = {"age": 18, "tenure": "any", "rooms": 1}
ALL_LABELS = {
    "age": 60,
    "size": 2,
    "size_least": 2,
    "children": "without",
    "rooms": 3,
    "rooms_most": 6,
    "tenure": "corporatie",
    "floor_area": 60,
    "type": "eengezins",
    "dur_lived": 24,
    "registered": True,
    "income": "daeb",
}


def who(**labels):
    return load("interventie_x", {"who": OPEN | labels}).who


def group(w, **labels) -> set[int]:
    return set(members_of(w, who(**labels), ANY_STAGE, NO_MASK).tolist())


def expected(w, meets) -> set[int]:
    """Households with a home that has not been left behind for an accepted one, and for which ``meets`` holds."""
    h = w.h
    there = [i for i in range(len(h.state)) if h.state[i] == HouseholdState.PRESENT and h.home[i] >= 0 and h.reserved[i] < 0]
    return {i for i in there if meets(i, int(h.home[i]))}


def limit(w, i):
    return law.amount("daeb_more" if w.h.size[i] > 1 else "daeb_one", w.setting.start)


LABELS = {
    "size_least": (3, lambda w, i, j: w.h.size[i] >= 3),
    "children": ("with", lambda w, i, j: (w.h.child_birth[i] != ABSENT).any()),
    "type": ("meergezins", lambda w, i, j: w.d.kind[j] == DwellingType.MEERGEZINS),
    "dur_lived": (120, lambda w, i, j: w.month - int(w.h.moved_in[i]) >= 120),
    "registered": (True, lambda w, i, j: w.h.registered[i] != NEVER),
    "income": ("daeb", lambda w, i, j: gross_income(w, np.array([i]))[0] <= limit(w, i)),
}


@pytest.mark.parametrize("name", LABELS)
def test_a_label_lets_in_who_meets_it_and_nobody_else(name):
    w = burnt_in().world
    value, meets = LABELS[name]
    found = group(w, **{name: value})
    assert found == expected(w, lambda i, j: meets(w, i, j))
    assert 0 < len(found) < len(group(w)), "a label that binds nobody, or everybody, would show nothing"


def test_opposite_labels_share_everybody_out():
    w = burnt_in().world
    for name, values in {"income": ("daeb", "above_daeb"), "children": ("with", "without")}.items():
        first, second = (group(w, **{name: value}) for value in values)
        assert not first & second and first | second == group(w)


def test_an_area_is_named_by_code_or_name_of_wijk_or_gemeente():
    burnt = burnt_in("veldhoven", months=24, lively=False)
    w, g = burnt.world, burnt.world.geography
    one = group(w, areas=[g.code[0]])
    assert one == group(w, areas=[g.name[0].upper()]) == expected(w, lambda i, j: w.d.area[j] == 0)
    assert group(w, areas=["Veldhoven"]) == group(w, areas=g.code) == group(w)
    with pytest.raises(Refusal, match=r"campagne\.who\.areas: 'Veldhove' is no wijk .*did you mean veldhoven\?"):
        at_work(burnt, {"campagne": {"who": {"areas": ["Veldhove"]}}})


def test_dropping_one_condition_lets_in_those_who_fail_that_one_only():
    w = burnt_in().world
    rows = failing(w, who(**ALL_LABELS))
    for place in ("senior", "all"):
        own = {row["filter"]: row for row in rows if row["household_group"] == place}
        assert set(own) == {*ALL_LABELS, "alle"}
        whole = own["alle"]
        assert whole["fail"] == whole["households"] - whole["left"]
        for name in ALL_LABELS:
            less = {key: value for key, value in ALL_LABELS.items() if key != name}
            [without] = [r for r in failing(w, who(**less)) if r["filter"] == "alle" and r["household_group"] == place]
            assert without["left"] == whole["left"] + own[name]["fail_only"], name
        [apart] = [r for r in failing(w, who(tenure="corporatie")) if r["filter"] == "tenure" and r["household_group"] == place]
        assert apart["fail"] == apart["fail_only"] == own["tenure"]["fail"], "alone or among others, as many fail it"


def test_labels_that_ask_nothing_are_no_filters():
    assert binding(who()) == ()
    assert [row["filter"] for row in failing(burnt_in().world, who())] == ["alle", "alle"]


# the coach must be involved


def test_money_that_asks_for_a_coach_is_for_those_who_were_talked_to():
    grant = strong("verhuiskostenvergoeding")
    grant["who"] = grant["who"] | {"coach": True}
    chosen = {"verhuiskostenvergoeding": grant, "wooncoach_sociaal": strong("wooncoach_sociaal")}
    under_way = at_work(burnt_in(), chosen)
    w = under_way.world
    bit = {one.key: one.mask for one in under_way.at_work.running}
    seen = 0
    for _ in range(6):
        month.step(under_way)
        on = (w.h.touched & bit["verhuiskostenvergoeding"]) != 0
        assert (w.h.touched[on] & bit["wooncoach_sociaal"]).all()
        seen += int(on.sum())
    assert seen > 0
    alone = let_pass(at_work(burnt_in(), {"verhuiskostenvergoeding": grant}), 6)
    [one] = alone.at_work.running
    assert one.n_reached == 0 and one.somebody, "somebody could ask, and no coach came"


# labels on the home taken


@pytest.mark.parametrize(
    ("label", "suits"),
    [
        ({"tenure_taken": "huur"}, lambda d, j: d.tenure[j] != Tenure.KOOP),
        ({"tenure_taken": "koop"}, lambda d, j: d.tenure[j] == Tenure.KOOP),
        ({"step_free_taken": True}, lambda d, j: d.access[j] == Access.GESCHIKT),
        ({"n_rooms_taken": 2}, lambda d, j: d.rooms[j] <= 2),
    ],
)
def test_a_grant_is_paid_for_the_homes_that_it_names(label, suits):
    settings = strong("verhuiskostenvergoeding") | label
    settings["who"] = settings["who"] | {"tenure": "any", "age": 18}
    w = let_pass(at_work(burnt_in(), {"verhuiskostenvergoeding": settings}), 12).world
    n = int(w.counts[1])
    homes = w.m.to_dwelling[:n][w.m.instruments[:n] != 0]
    assert len(homes) > 0 and suits(w.d, homes).all()
    assert not suits(w.d, w.m.to_dwelling[:n]).all(), "others took other homes"


def test_instruments_that_name_one_label_mean_the_same_homes_and_no_more_than_there_are():
    scheme = {"label": "mijn_label", "n_labelled": 120, "who": OPEN, "n_rooms_taken": 0}
    chosen = {"voorrang": scheme, "verhuiskostenvergoeding": scheme | {"rel_known": 1.0, "eur_grant": 10000}}
    under_way = at_work(burnt_in(), chosen)
    w = under_way.world
    money, first = (next(one for one in under_way.at_work.running if one.key == key) for key in chosen.__reversed__())
    ever: set[int] = set()
    for _ in range(12):
        month.step(under_way)
        labelled = (w.d.labels & first.mask) != 0
        assert (labelled == ((w.d.labels & money.mask) != 0)).all()
        ever |= set(np.flatnonzero(labelled).tolist())
    assert 0 < len(ever) <= 120
    n = int(w.counts[1])
    taken = w.m.to_dwelling[:n][(w.m.instruments[:n] & money.mask) != 0]
    assert len(taken) > 0 and set(taken.tolist()) <= set(first.memory(Labelled).homes.tolist())
    with pytest.raises(Refusal, match=r"voorrang\.n_labelled=120 and verhuiskostenvergoeding\.n_labelled=100: both name label"):
        at_work(burnt_in(), {**chosen, "verhuiskostenvergoeding": scheme | {"n_labelled": 100}})


def test_a_weaker_label_is_on_a_part_of_the_same_homes():
    scheme = {"voorrang": {"who": OPEN, "label": "mijn_label", "n_labelled": 120}}
    sets = []
    for strength in (0.5, 1.0):
        [one] = at_work(burnt_in(), scheme, strength).at_work.running
        sets.append(set(one.memory(Labelled).homes.tolist()))
    assert len(sets[0]) == 60 and sets[0] < sets[1] and len(sets[1]) == 120


def test_homes_of_the_stock_are_counted_by_what_is_asked_of_the_home_taken():
    asked = {"n_rooms_taken": 3, "tenure_taken": "corporatie", "step_free_taken": True, "label": "mijn_label", "n_labelled": 40}
    under_way = at_work(burnt_in(), {"verhuiskostenvergoeding": {"who": OPEN, **asked}})
    [one] = under_way.at_work.running
    own = {row["filter"]: row for row in one.filters if row["household_group"] == "homes"}
    d = under_way.world.d
    stock = d.state == DwellingState.IN_STOCK
    assert own["n_rooms_taken"]["fail"] == (d.rooms[stock] > 3).sum() > 0
    assert own["tenure_taken"]["fail"] == (d.tenure[stock] != Tenure.CORPORATIE).sum()
    assert own["step_free_taken"]["fail"] == (d.access[stock] != Access.GESCHIKT).sum()
    assert own["label"]["fail"] == stock.sum() - 40 and 0 < own["alle"]["left"] <= 40
    assert set(own) == {"n_rooms_taken", "tenure_taken", "step_free_taken", "label", "alle"}


# pots


def test_a_pot_runs_empty_in_the_month_in_which_money_first_turns_somebody_away():
    grant = strong("verhuiskostenvergoeding") | {"eur_grant": 2000, "eur_budget": 9000}
    under_way = let_pass(at_work(burnt_in(), {"verhuiskostenvergoeding": grant}), 12)
    rows = under_way.at_work.ledger
    first = next(row for row in rows if row["no_money"] > 0)
    assert first["waiting"] >= first["no_money"] and under_way.at_work.running[0].n_reached >= 4, "four grants fit in the pot"
    rich = let_pass(at_work(burnt_in(), {"verhuiskostenvergoeding": grant | {"eur_budget": 9e9, "capacity": 1}}), 12)
    rows = rich.at_work.ledger
    assert sum(row["waiting"] for row in rows) > 0 and sum(row["no_money"] for row in rows) == 0, "they wait for their turn, not for money"


@pytest.mark.parametrize("key", sorted(REGISTRY))
def test_an_instrument_that_its_money_stops_says_so(key):
    place = {"place": RARE[key], "months": 24} if key in RARE else {}
    free = run.run_scenario(burnt_in(**place), {key: strong(key)}, tables=("instruments",)).tables["instruments"]
    cost = free["cost_eur"].sum()
    assert free["no_money"].sum() == 0, "there is no limit"
    if cost > 0:
        limited = run.run_scenario(burnt_in(**place), {key: strong(key) | {"eur_budget": cost / 3}}, tables=("instruments",))
        table = limited.tables["instruments"]
        assert table["no_money"].sum() > 0 and table["cost_eur"].sum() <= cost / 3


def test_the_table_of_pots_says_in_how_many_worlds_and_when():
    columns = ["scenario", "seed", "month", "instrument", "organisation", "cost_eur", "no_money"]
    ledger = pd.DataFrame(
        [
            ("mine", 0, 3, "premie", "gemeente", 900.0, 0),
            ("mine", 0, 5, "premie", "gemeente", 0.0, 2),
            ("mine", 0, 7, "premie", "gemeente", 0.0, 4),
            ("mine", 1, 9, "premie", "gemeente", 700.0, 1),
            ("mine", 2, 9, "premie", "gemeente", 300.0, 0),
            ("other", 0, 1, "premie", "gemeente", 5.0, 9),
        ],
        columns=columns,
    )
    listed = {"mine": {"instruments": {"premie": {"eur_budget": 1000, "payer": "gemeente"}, "vrij": {"eur_budget": None}}}}
    [row] = pots.pots(ledger, listed, {"mine": [1.0, 1.0, 1.0]}, [0, 1, 2]).to_dict("records")
    assert (row["seeds"], row["seeds_empty"], row["month_mean"], row["month_earliest"], row["month_latest"]) == (3, 2, 7.0, 5, 9)
    assert row["eur_spent"] == pytest.approx(1900 / 3) and row["eur_left"] == pytest.approx(1000 - 1900 / 3)
    assert row["most_turned_away"] == pytest.approx(5 / 3)
    scaled = {"mine": {**listed["mine"], "rules": [{"do": {"scale": {"premie": 2}}}]}}
    [row] = pots.pots(ledger, scaled, {}, [0, 1, 2]).to_dict("records")
    assert np.isnan(row["eur_left"]) and row["note"]


def test_a_run_says_of_each_budget_when_it_ran_empty(tmp_path, capsys):
    rows = [
        {"scenario": "mine", "instrument": "premie", "seeds": 3, "seeds_empty": 2, "month_earliest": 5.0},
        {"scenario": "mine", "instrument": "vrij", "seeds": 3, "seeds_empty": 0, "month_earliest": np.nan},
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "pots.csv", index=False)
    compare.tell_pots(tmp_path / "pots.csv")
    assert capsys.readouterr().out.splitlines() == [
        "mine: the budget of premie ran empty in 2 of 3 seeds, first in month 5",
        "mine: the budget of vrij ran empty in 0 of 3 seeds",
    ]


# double rent


def test_paying_for_two_homes_is_a_trouble_and_its_remedy_takes_as_much_away():
    w = burnt_in().world
    rows = np.flatnonzero((w.h.stage == Stage.WONINGZOEKEN) & (w.h.home >= 0) & (w.h.state == HouseholdState.PRESENT)).astype(np.int32)

    def trouble(double: float):
        other = w.copy()
        other.params = replace(w.params, rel_trouble_double=double)
        return describe(other, rows)["trouble"]

    more = trouble(0.05) - trouble(0.0)
    factor = w.params.rel_trouble_nood
    assert len(rows) > 0 and all(value == pytest.approx(0.05) or value == pytest.approx(0.05 * factor) for value in more)
    assert load("geen_dubbele_huur", {}).levers()["trouble"] == w.params.rel_trouble_double
    bundle = scenarios.load("doorstroming_maassluis").instruments
    there = let_pass(at_work(burnt_in("veldhoven", months=24, lively=False), bundle), 12)
    key = next(one for one in there.at_work.running if one.key == "geen_dubbele_huur")
    m = there.world.m
    moves = np.flatnonzero((m.instruments[: int(there.world.counts[1])] & key.mask) != 0)
    assert len(moves) > 0 and key.eur_spent == pytest.approx(m.from_rent[moves].astype(float).sum()), "one month of the old rent"
