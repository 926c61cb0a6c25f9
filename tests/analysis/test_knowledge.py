"""What we do not know, carried from the study to a run."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtrit
from scipy.stats import binomtest

from analysis.estimates.effects import packages_of
from analysis.estimates.knowledge import (
    ENDS,
    FACTOR,
    NO_VALUE,
    NO_WIDER,
    OF_OLDER,
    OLDER_FROM,
    SAMPLES,
    SHIFT,
    UNFELT,
    Spread,
    Study,
    among_best,
    beside,
    chance,
    draws,
    figure,
    in_step,
    of_group,
    otherwise,
    ranked,
    samples,
    shipped,
    without_noise,
)
from analysis.estimates.statistics import paired, wilson
from sim.counts.indicators import REGISTRY
from sim.interventions import REGISTRY as INSTRUMENTS

DRAWS = 60
OF_ALL = {"indicator": "senior_moves", "group_by": "all", "group": "all"}


def full(values, base, spread):
    """The figures of one scenario: lower, upper, p_sign."""
    table = beside(np.full(len(values), "senior_moves"), {"basis": base, "one": values}, lambda *_: spread)["one"]
    return SimpleNamespace(lower=table["lower_full"].to_numpy(), upper=table["upper_full"].to_numpy(), p_sign=table["p_sign"].to_numpy())


def best(values, base, spreads, indicator):
    """How likely each scenario is to do most."""
    found = beside(np.full(len(base), indicator), {"basis": base, **values}, lambda name, _: spreads[name])
    return {name: table["p_best"].to_numpy() for name, table in found.items()}


def one_row(values, base, spreads, side):
    """The figures of one row by scenario, with a step at a time: the readable version of ``beside``."""
    drawn = {name: samples(values[name][None], base[None], spreads[name])[0] for name in values}
    found = {}
    for name, own in drawn.items():
        sign = np.sign((values[name] - base).mean())
        shares = [0.0] * SAMPLES
        for k in range(SAMPLES):
            there = [side * other[k] for other in drawn.values()]
            shares[k] = (side * own[k] == max(there)) / sum(one == max(there) for one in there)
        nothing = all((other == 0).all() for other in drawn.values())
        p_best = np.nan if nothing or len(drawn) < 2 else np.mean(shares)
        regret = np.mean([max(side * other[k] for other in drawn.values()) - side * own[k] for k in range(SAMPLES)])
        sure = np.nan if sign == 0 else np.mean(np.sign(own) == sign)
        found[name] = (*np.quantile(own, ENDS), sure, p_best, np.nan if np.isnan(p_best) else regret)
    return found


@pytest.mark.parametrize(("indicator", "side"), [("senior_moves", 1), ("waiting_months", -1)])
def test_rows_and_scenarios_together_are_each_row_apart(indicator, side):
    draws = np.random.default_rng(3)
    base = draws.normal(100, 9, (7, 5))
    values = {"one": base + draws.normal(3, 2, (7, 5)), "other": base + draws.normal(2, 4, (7, 5)), "same": base + 0.0}
    values["one"][3] = values["other"][3] = base[3]  # nothing differs
    values["twin"] = values["one"]  # they tie
    spreads = {"one": Spread(FACTOR, draws.normal(1, 0.4, DRAWS)), "other": Spread(SHIFT, draws.normal(0, 0.02, DRAWS))}
    spreads |= {"same": Spread(FACTOR, np.ones(DRAWS)), "twin": spreads["one"]}
    found = beside(np.full(7, indicator), {"basis": base, **values}, lambda name, _: spreads[name])
    for row in range(7):
        for name, wanted in one_row({key: one[row] for key, one in values.items()}, base[row], spreads, side).items():
            mine = found[name][["lower_full", "upper_full", "p_sign", "p_best", "regret"]].iloc[row].to_numpy(float)
            np.testing.assert_allclose(mine, np.array(wanted, float), rtol=1e-12, atol=1e-12)


def test_a_chance_of_being_best_says_of_how_many_draws_it_is_and_what_is_missed_without_it():
    base, numbers = np.full((1, 2), 100.0), np.arange(10)
    values = {"one": base + 10, "other": base + 8}
    half = Spread(FACTOR, np.repeat([0.5, 1.0], 5), "", numbers)  # 5 in half of the draws, else 10; the other one always 8
    found = beside(
        np.array(["senior_moves"]),
        {"basis": base, **values},
        lambda name, _: half if name == "one" else Spread(FACTOR, np.ones(10), "", numbers),
    )
    one, other = (found[name].iloc[0] for name in values)
    assert (one["p_best"], one["regret"], other["p_best"], other["regret"]) == (0.5, 1.5, 0.5, 1.0) and one["draws"] == 10
    wanted = binomtest(5, 10).proportion_ci(method="wilson")
    np.testing.assert_allclose([one["p_best_lower"], one["p_best_upper"]], [wanted.low, wanted.high])


def test_among_the_best_add_up_to_as_many_as_there_are_places():
    rng = np.random.default_rng(3)
    drawn = {str(k): rng.normal(k / 2, 1, (3, 400)) for k in range(7)}
    for n in range(1, 9):
        found = among_best(drawn, "senior_moves", n)
        np.testing.assert_allclose(np.sum(list(found.values()), axis=0), min(n, 7), err_msg="a place for each")
    top, ranks = among_best(drawn, "senior_moves", 1), ranked(drawn, "senior_moves")
    assert all((top[name] == ranks[name].p_best).all() for name in drawn), "the best one is the one that does most"
    least = next(key for key, one in REGISTRY.items() if one.better < 0)
    turned = among_best({name: -one for name, one in drawn.items()}, least, 2)
    assert all((turned[name] == one).all() for name, one in among_best(drawn, "senior_moves", 2).items())
    assert among_best(drawn, next(key for key, one in REGISTRY.items() if not one.better), 2) == {}


def test_a_package_is_not_ranked_against_its_own_parts():
    base, numbers = np.full((1, 3), 100.0), np.arange(10)
    values = {"one": base + 10, "other": base + 8, "together": base + 18}

    def told(packages):
        spreads = Spread(FACTOR, np.linspace(0.5, 1.5, 10), "", numbers)
        return beside(np.array(["senior_moves"]), {"basis": base, **values}, lambda *_: spreads, packages)

    ranked_all, without = told(()), told({"together"})
    assert ranked_all["together"]["p_best"].iloc[0] == 1 and ranked_all["one"]["p_best"].iloc[0] == 0
    assert without["one"]["p_best"].iloc[0] == 1 and without["one"]["regret"].iloc[0] == 0 and without["other"]["regret"].iloc[0] > 0
    ranks = ["p_best", "p_best_lower", "p_best_upper", "draws", "regret"]
    assert without["together"][ranks].isna().all(axis=None)
    for name, table in without.items():
        pd.testing.assert_frame_equal(table.drop(columns=ranks), ranked_all[name].drop(columns=ranks))
    alone = beside(
        np.array(["senior_moves"]), {"basis": base, **values}, lambda *_: Spread(FACTOR, np.ones(3), "", numbers[:3]), {"one", "together"}
    )
    assert all(table["p_best"].isna().all() for table in alone.values()), "one that is left has nobody beside it"


def test_a_package_holds_another_one_and_more():
    held = {"basis": "z", "placebo": "z", "a": "xz", "b": "xyz", "c": "xyz", "rules": "wz", "stops": "", "stops_one": "q", "nothing": "zq"}
    listed = {name: {"instruments": {key: {"already": key in "zq"} for key in keys}} for name, keys in held.items()}
    assert packages_of(listed) == {"b", "c"}, "what is done already is in all that do not stop it"


@pytest.mark.parametrize(("k", "n"), [(0, 7), (7, 7), (3, 60), (59, 60)])
def test_the_interval_of_a_share_is_that_of_scipy(k, n):
    low, high = wilson(k / n, n)
    wanted = binomtest(k, n).proportion_ci(method="wilson")
    np.testing.assert_allclose([low, high], [wanted.low, wanted.high], atol=1e-12)
    assert np.isnan(wilson(np.nan, n)).all() and np.isnan(wilson(0.5, 0)).all()


def study(**cards):
    """Of one indicator: by card the differences (as shipped first), their error and the level of basis."""
    rows = [
        {"card": card, "draw": draw, "base": base, "difference": one, "error": error} | OF_ALL
        for card, (differences, error, base) in cards.items()
        for draw, one in enumerate(differences)
    ]
    return Study(pd.DataFrame(rows), {})


def test_chance_alone_is_students_t_over_the_seeds():
    for n in (5, 20):
        d = np.random.default_rng(n).normal(30, 8, (1, n))
        found = full(d, np.zeros((1, n)), Spread(FACTOR, np.ones(1)))
        exact = paired(d, np.zeros((1, n)))
        half = (exact.upper - exact.lower)[0] / 2
        assert abs(found.lower[0] - exact.lower[0]) < 0.2 * half and abs(found.upper[0] - exact.upper[0]) < 0.2 * half
        one = np.sqrt(n) * (chance(n) * (d - d.mean()).T).sum(axis=0) / d.std(ddof=1)
        inside = (np.abs(one) < stdtrit(n - 1, 0.75)).mean()
        assert inside == pytest.approx(0.5, abs=3 * np.sqrt(0.25 / SAMPLES))


def test_a_factor_goes_with_the_effect_and_a_shift_with_the_level_of_basis():
    values, base = np.array([[130.0, 130.0], [13.0, 13.0]]), np.array([[100.0, 100.0], [10.0, 10.0]])
    drawn = np.resize(np.linspace(0.5, 2, DRAWS), SAMPLES)
    times = full(values, base, Spread(FACTOR, drawn[:DRAWS]))
    assert times.lower / [30, 3] == pytest.approx(np.quantile(drawn, 0.025)) and times.upper / [30, 3] == pytest.approx(
        np.quantile(drawn, 0.975)
    )
    moved = full(values, base, Spread(SHIFT, drawn[:DRAWS] - 0.6))
    assert moved.lower / [100, 10] == pytest.approx(0.3 + np.quantile(drawn - 0.6, 0.025))
    assert (times.p_sign == 1).all() and (moved.p_sign == 1).all()
    assert full(values, base, Spread(FACTOR, np.array([-1.0, 1, 1, 1]))).p_sign == pytest.approx([0.75, 0.75])


def test_where_nothing_differs_knowledge_changes_nothing():
    same = np.array([[5.0, 7.0, 9.0]])
    for kind in (FACTOR, SHIFT):
        found = full(same, same, Spread(kind, np.linspace(-1, 3, DRAWS)))
        assert found.lower == [0] and found.upper == [0] and np.isnan(found.p_sign).all()


def test_noise_of_the_study_is_taken_out_and_what_varies_beyond_it_stays():
    draws = np.random.default_rng(0)
    truth, noise = draws.normal(100, 30, 4000), draws.normal(0, 40, 4000)
    found = without_noise(truth + noise, np.full(4000, 40.0))
    assert found.std() == pytest.approx(30, rel=0.06) and found.mean() == pytest.approx((truth + noise).mean())
    assert without_noise(noise, np.full(4000, 44.0)).std() < 1e-12
    assert np.array_equal(without_noise(truth, np.zeros(4000)), truth)


def test_one_tells_the_effect_from_zero_before_one_divides_by_it():
    drawn = [20.0, 10.0, 30.0]
    strong, weak = study(coach=(drawn, 1.0, 400.0)), study(coach=(drawn, 6.0, 400.0))
    assert strong.spread(["coach"], "senior_moves").kind == FACTOR and weak.spread(["coach"], "senior_moves").kind == SHIFT
    assert study(coach=(drawn, 0.0, 400.0)).spread(["coach"], "senior_moves").values.tolist() == [0.5, 1.5]


def test_draws_that_vary_no_more_than_by_chance_make_the_interval_for_chance_and_say_so():
    d = np.random.default_rng(5).normal(30, 8, (1, 9))
    low = np.random.default_rng(6).normal(900, 20, (1, 9))
    for error, kind in ((3.0, FACTOR), (12.0, SHIFT)):
        found = study(coach=([20.0, 16.0, 17.0, 15.0], error, 400.0)).spread(["coach"], "senior_moves")
        assert (found.kind, found.said) == (kind, f"{kind}; {NO_WIDER}")
        wide, chance_alone = full(low + d, low, found), full(low + d, low, Spread(FACTOR, np.ones(1)))
        for name in ("lower", "upper", "p_sign"):
            np.testing.assert_allclose(getattr(wide, name), getattr(chance_alone, name))
    beyond = study(coach=([20.0, 10.0, 30.0], 1.0, 400.0)), study(coach=([20.0, 20.0, 20.0], 0.0, 400.0))  # a cost that nothing changes
    assert [one.spread(["coach"], "senior_moves").said for one in beyond] == [FACTOR, FACTOR]


def by_default(key):
    return INSTRUMENTS[key]().model_dump(mode="json", by_alias=True)


@pytest.mark.parametrize("key", sorted(set(shipped().effects["card"])))
def test_a_card_with_other_settings_than_the_study_says_so_whichever_setting_it_is(key):
    assert otherwise({key: by_default(key)}, [1.0, 1.0]) == []
    for name, value in by_default(key).items():
        other = otherwise({key: by_default(key) | {name: f"not {value}"}})
        assert other == ([] if name in UNFELT else [key]), name


def test_what_is_not_as_studied_stands_beside_the_figures_and_not_beside_a_reason():
    assert otherwise({"voorrang": by_default("voorrang"), "mine": {}}, [1.0, 1.2]) == ["strength"]
    assert Spread(SHIFT, np.ones(2)).for_others(["voorrang", "strength"]).said == "shift; not as studied: strength, voorrang"
    assert Spread(FACTOR, np.ones(2), NO_WIDER).for_others(["voorrang"]).said == f"factor; {NO_WIDER}; not as studied: voorrang"
    assert Spread("no instrument", np.zeros(0)).for_others(["strength"]).said == "no instrument"


def test_a_row_without_a_value_in_some_seed_says_so_instead_of_how_knowledge_was_carried_over():
    values, base = np.array([[5.0, 6.0, np.nan], [5.0, 6.0, 7.0]]), np.ones((2, 3))
    found = beside(np.full(2, "senior_moves"), {"basis": base, "one": values}, lambda *_: Spread(FACTOR, np.ones(4)))["one"]
    assert found["knowledge"].tolist() == [NO_VALUE, FACTOR] and found["lower_full"].isna().tolist() == [True, False]


def test_cards_together_are_their_effects_together():
    both = study(coach=([20.0, 10.0, 30.0], 0.0, 400.0), letters=([5.0, 10.0, 5.0], 0.0, 400.0))
    assert both.spread(["letters", "coach"], "senior_moves").values.tolist() == [20 / 25, 35 / 25]


@pytest.mark.parametrize(
    ("cards", "indicator", "words"),
    [((), "senior_moves", "no instrument"), (("coach", "mine"), "senior_moves", "mine"), (("coach",), "fit", "does not count")],
)
def test_what_the_study_cannot_say_has_a_reason_and_no_figure(cards, indicator, words):
    said = study(coach=([20.0, 10.0, 30.0], 1.0, 400.0)).spread(cards, indicator)
    assert words in said.kind and len(said.values) == 0
    assert np.isnan(np.concatenate(list(vars(full(np.ones((2, 3)), np.zeros((2, 3)), said)).values()))).all()


def test_the_best_is_the_best_in_each_draw_and_less_is_better_where_it_is():
    n = 4
    base = np.zeros((1, n))
    values = {"one": np.full((1, n), 10.0), "other": np.full((1, n), 8.0), "mine": np.full((1, n), 99.0)}
    spreads = {
        "one": Spread(FACTOR, np.array([1.0, 1, 1, 0.5])),
        "other": Spread(FACTOR, np.ones(4)),
        "mine": Spread("not in the study: mine", np.zeros(0)),
    }
    most = best(values, base, spreads, "senior_moves")
    assert most["one"] == pytest.approx([0.75]) and most["other"] == pytest.approx([0.25]) and np.isnan(most["mine"]).all()
    least = best(values, base, spreads, "waiting_months")
    assert least["one"] == pytest.approx([0.25])
    assert np.isnan(best(values, base, spreads, "vasthouders")["one"]).all(), "neither side is better"
    assert np.isnan(best({"one": values["one"]}, base, spreads, "senior_moves")["one"]).all(), "alone"


def test_samples_of_scenarios_hang_together_over_the_seeds():
    d = np.random.default_rng(1).normal(0, 5, (1, 6))
    twice = samples(d, np.zeros((1, 6)), Spread(FACTOR, np.ones(1))), samples(d + 3, np.zeros((1, 6)), Spread(FACTOR, np.ones(1)))
    assert np.allclose(twice[1] - twice[0], 3)


def test_a_group_has_the_draws_of_its_own_rows():
    everybody = study(coach=([20.0, 10.0, 30.0], 0.0, 400.0)).effects
    seniors = everybody.assign(indicator="moves", group_by="class", group="senior", difference=[10.0, 10.0, 40.0])
    found = Study(pd.concat([everybody, seniors]), {})
    assert found.spread(["coach"], figure("senior_moves")).values.tolist() == [0.5, 1.5]
    assert found.spread(["coach"], figure("moves", "class", "senior")).values.tolist() == [1.0, 4.0]
    assert found.spread(["coach"], figure("moves", "class", "starter")).kind == "the study does not count it"


@given(st.sampled_from(sorted(REGISTRY)), st.sampled_from([("all", "all"), ("class", "senior"), ("seniors", "others")]))
def test_the_name_of_a_figure_says_its_indicator_and_group(indicator, group):
    assert of_group(figure(indicator, *group)) == (indicator, *group)


def test_what_holds_another_and_more_does_more_in_every_draw_also_where_a_draw_was_left_out_of_one():
    draws = np.random.default_rng(8)
    order = draws.permutation(DRAWS)
    coach = np.where(order < 20, np.nan, draws.uniform(20, 90, DRAWS))
    letters = np.where(order >= 50, np.nan, draws.uniform(1, 4, DRAWS))
    both = study(coach=([50.0, *coach], 0.0, 400.0), letters=([2.0, *letters], 0.0, 400.0))
    spreads = {"one": both.spread(["letters"], "senior_moves"), "coach": both.spread(["coach"], "senior_moves")}
    spreads["package"] = both.spread(["coach", "letters"], "senior_moves")
    base = draws.normal(400, 5, (1, 6))
    values = {"one": base + 2.0, "coach": base + 50.0, "package": base + 52.0}
    assert best(values, base, spreads, "senior_moves") == {"one": [0.0], "coach": [0.0], "package": [1.0]}
    step = in_step(spreads)
    assert {len(one.values) for one in step.values()} == {30} and len(spreads["coach"].values) == 40


def test_cards_that_were_not_run_anew_have_the_figures_of_the_older_study_and_say_so():
    rows = {card: (one + np.arange(DRAWS + 1.0), 0.1, 1000.0) for card, one in (("a", 500.0), ("b", 700.0))}
    both_cards, one_card = study(**rows), study(a=(50 + np.arange(DRAWS + 1.0), 0.1, 1000.0))
    numbers = both_cards.effects["draw"]
    older = Study(both_cards.effects.assign(draw=numbers.where(numbers == 0, numbers + OLDER_FROM)), {})
    found = Study(one_card.effects, {}, older)
    assert found.cards == {"a", "b"}
    new, old, mixed = (found.spread(cards, "senior_moves") for cards in (["a"], ["b"], ["a", "b"]))
    assert OF_OLDER not in new.said and (new.draws < OLDER_FROM).all()
    for one in (old, mixed):
        assert OF_OLDER in one.said and (one.draws > OLDER_FROM).all()
    assert mixed.values.tolist() == older.spread(["a", "b"], "senior_moves").values.tolist(), "one study, and never parts of two"
    assert not len(in_step({"new": new, "old": old})["new"].values), "no draw of one is a draw of the other"
    assert found.spread(["c"], "senior_moves").kind == "not in the study: c"
    assert Study(one_card.effects, {}).spread(["b"], "senior_moves").kind == "not in the study: b"


def test_the_draws_of_both_studies_are_known_by_their_numbers():
    for card in sorted(shipped().cards):
        spread = shipped().spread([card], "senior_moves")
        if len(spread.draws):
            at = draws().loc[spread.draws].dropna(axis="columns")
            assert len(at) == len(spread.draws) and sum("." not in key for key in at) == 15, card


def test_a_shift_holds_the_chance_of_the_few_worlds_that_it_is_a_shift_from():
    """Draws that lie 13 higher than eight worlds as shipped, whose mean is 10 off by chance, make no effect of 14 sure."""
    drawn = 25 + np.random.default_rng(3).normal(0, 35, DRAWS)
    spread = study(grant=([12.0, *drawn], 10.0, 5000.0)).spread(["grant"], "senior_moves")
    assert spread.kind == SHIFT and spread.error == pytest.approx(10 / 5000)
    base = np.full((1, 20), 5000.0)
    values = base + 14 + np.random.default_rng(4).normal(0, 1, (1, 20))
    found, exact = (full(values, base, one) for one in (spread, spread._replace(error=0.0)))
    assert found.upper[0] - found.lower[0] > np.hypot(exact.upper[0] - exact.lower[0], 2 * 1.96 * 10) * 0.9
    assert found.lower[0] < 14 < found.upper[0]
