"""What may be claimed: headlines by their interval, others by a false discovery rate, and what describes never."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from analysis.estimates.claims import DESCRIPTION, HEADLINES, OTHERS, RATE, families, p_chance, q_values, with_claims
from analysis.estimates.effects import comparisons, effects
from analysis.estimates.statistics import paired
from experiments import compare, entry
from sim.counts.indicators import HEADLINE, REGISTRY
from sim.world.names import ALL
from tests import synthetic_tables as made

SEEDS = 8


def table(differences, scenario="a", indicator="families_housed", group_by="class", placebo=0.0):
    """A table of effects over differences by seed, [rows, seeds]."""
    found = paired(differences, np.zeros_like(differences))
    rows = {"scenario": scenario, "indicator": indicator, "group_by": group_by, "group": ALL, "months_from": 0, "months_to": 120}
    of = pd.DataFrame({"difference": found.difference, "lower": found.lower, "upper": found.upper, "seeds": found.seeds})
    return of.assign(**rows, estimand="net", placebo=placebo)


def noise(rows, seed, mean=0.0):
    return np.random.default_rng(seed).normal(mean, 1.0, (rows, SEEDS))


def test_the_chance_of_a_row_is_that_of_a_t_test_over_its_seeds():
    drawn = noise(50, 1, 0.4)
    found = paired(drawn, np.zeros_like(drawn))
    mine = p_chance(found.difference, found.lower, found.upper, found.seeds)
    assert mine == pytest.approx(ttest_1samp(drawn, 0.0, axis=1).pvalue)


def test_equal_seeds_are_certain_and_no_difference_is_none_and_one_seed_says_nothing():
    same = table(np.array([[3.0] * SEEDS, [0.0] * SEEDS]))
    assert p_chance(same["difference"], same["lower"], same["upper"], same["seeds"]).tolist() == [0.0, 1.0]
    one = paired(np.ones((1, 1)), np.zeros((1, 1)))
    assert np.isnan(p_chance(one.difference, one.lower, one.upper, one.seeds)).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_a_rate_is_the_least_at_which_the_rule_of_benjamini_and_hochberg_takes_the_row(p):
    q, ordered, n = q_values(p), sorted(p), len(p)
    for mine, rate in zip(p, q, strict=True):
        least = min(one * n / (rank + 1) for rank, one in enumerate(ordered) if one >= mine)
        assert rate == pytest.approx(min(least, 1.0))


def test_where_nothing_happens_one_study_in_twenty_at_most_claims_anything_at_all():
    n = 600
    some = sum(with_claims(table(noise(100, seed)))["claimed"].any() for seed in range(n))
    assert some <= RATE * n + 3 * np.sqrt(n * RATE * (1 - RATE))
    bare = sum((table(noise(100, seed))["lower"] > 0).any() for seed in range(20))
    assert bare > 10, "by their intervals alone nearly every study would claim something"


def test_of_what_is_claimed_one_in_twenty_at_most_is_chance():
    wrong = []
    for seed in range(300):
        drawn = np.concatenate([noise(80, seed), noise(20, 1000 + seed, 2.0)])
        claimed = with_claims(table(drawn))["claimed"].to_numpy()
        wrong.append(claimed[:80].sum() / max(claimed.sum(), 1))
        assert claimed[80:].mean() > 0.5
    assert np.mean(wrong) <= RATE + 3 * np.std(wrong) / np.sqrt(len(wrong))


def test_a_claim_hangs_on_no_other_scenario_and_a_headline_on_no_other_row():
    alone = with_claims(table(noise(40, 3, 0.8)))
    beside = with_claims(pd.concat([table(noise(40, 3, 0.8)), table(noise(400, 4), "b")], ignore_index=True))
    pd.testing.assert_frame_equal(beside.iloc[:40], alone)
    first = table(noise(1, 5, 1.5), indicator="senior_moves", group_by=ALL)
    crowd = pd.concat([first, table(noise(5000, 6))], ignore_index=True)
    assert bool(with_claims(first)["claimed"].iloc[0]) and bool(with_claims(crowd)["claimed"].iloc[0])
    as_another = with_claims(crowd, headline=["suitable_seniors"])
    assert not bool(as_another["claimed"].iloc[0]), "among five thousand figures it may be chance"


def test_what_describes_is_never_claimed_and_each_row_is_of_one_family():
    summary = made.summary(("basis", "placebo", "voorrang"), range(6))
    found = effects(summary)
    assert set(found["family"]) == {HEADLINES, OTHERS, DESCRIPTION}
    named = found[found["family"] == HEADLINES]
    assert set(named["indicator"]) == set(HEADLINE) and set(named["group_by"]) == {ALL} and set(named["estimand"]) == {"net"}
    assert set(named["months_to"]) == {found["months_to"].max()}
    describes = found[found["family"] == DESCRIPTION]
    means = {key for key, one in REGISTRY.items() if one.over_movers}
    assert means == {"moves_set_off", "fit_gain", "senior_moves_km", "senior_moves_share_nood", "waiting_months"}
    assert set(describes["indicator"]) >= means & set(found["indicator"]) and not describes["claimed"].any()
    assert found.loc[found["family"] != OTHERS, "q"].isna().all() and found.loc[found["scenario"] == "placebo", "q"].isna().all()
    large = table(np.full((1, SEEDS), 9.0), indicator="fit_gain", group_by=ALL)
    role = table(np.full((1, SEEDS), 9.0), indicator="moves", group_by="role")
    for row in (large, role):
        assert families(row).tolist() == [DESCRIPTION] and not with_claims(row)["claimed"].any()


def test_counts_are_those_of_the_families():
    found = with_claims(pd.concat([table(noise(40, 3, 0.8)), table(noise(1, 5, 1.5), indicator="senior_moves", group_by=ALL)]))
    counted = comparisons(found)
    assert (counted["headlines"], counted["headline_claims"], counted["n"], counted["descriptions"]) == (1, 1, 40, 0)
    assert counted["claims"] == found.iloc[:40]["claimed"].sum() and counted["false_claims"] == pytest.approx(RATE * counted["claims"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("headline=senior_movs", "did you mean senior_moves"),
        ("headline=[moves,fit_gain]", "fit_gain is a mean over whoever moved"),
        ("headline=[]", "headline"),
    ],
)
def test_a_headline_that_cannot_be_one_is_refused(given, said, capsys):
    assert entry.main(compare.COMMAND, [given]) == 2
    assert said in capsys.readouterr().err
