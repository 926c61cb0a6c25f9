"""The rivals: forecasts of the public figures by hand, what they see and do not see, and the model beside them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from analysis.estimates import beside_rivals, local_moves, rivals, validation
from analysis.estimates.targets import targets
from analysis.tables.schema import RIVALS
from sim.world import figures
from sim.world.places import resolve

TABLE = rivals.gemeenten()
SETS = beside_rivals.sets()


def off(word: str, figure: str, who: str) -> dict[str, float]:
    mine = TABLE[TABLE.index.isin(SETS[word])]
    return rivals.how_far_off(mine[f"{figure} {who}"].to_numpy(), mine[figure].to_numpy(), mine["population"].to_numpy())


@pytest.mark.parametrize(
    ("word", "who", "column", "expected"),
    [
        ("ten gemeenten", "R0", "error", 25.0),
        ("ten gemeenten", "R1s", "error", 20.6),
        ("ten gemeenten", "R2+", "error", 16.4),
        ("ten gemeenten", "R2+", "correlation", 0.81),
        ("Gelderland", "R0", "weighted", 38.6),
        ("Gelderland", "R1s", "weighted", 30.4),
        ("Gelderland", "R2+", "weighted", 14.9),
        ("Gelderland", "R2+", "correlation", 0.84),
        ("Nederland", "R2+", "error", 20.0),
        ("declared test", "R1s", "weighted", 28.2),
        ("declared test", "R1s", "rank", 0.587),
    ],
)
def test_rivals_are_as_far_off_as_when_the_targets_were_frozen(word, who, column, expected):
    assert off(word, rivals.WITHIN, who)[column] == pytest.approx(expected, rel=0.005)


def test_the_bar_of_the_declared_test_is_the_rival_there():
    found = off("declared test", rivals.WITHIN, "R1s")
    assert targets()["moved_within_test"].value == round(found["weighted"], 1)
    assert targets()["moved_within_test_order"].value == round(found["rank"], 2)


def test_flows_of_2018_miss_those_of_2025_by_a_ninth():
    assert off("Nederland", rivals.ARRIVED, "R3")["error"] == pytest.approx(11.4, abs=0.05)
    assert off("Nederland", rivals.LEFT, "R3")["error"] == pytest.approx(11.5, abs=0.05)


def test_a_rate_for_the_country_is_that_of_all_its_persons():
    known = TABLE.dropna(subset=[rivals.WITHIN])
    whole = (known[rivals.WITHIN] * known["population"]).sum() / known["population"].sum()
    assert whole == pytest.approx(5.11, abs=0.005) and np.allclose(TABLE["moved_within R0"], whole)
    for who in ("R0", "R1s"):
        forecast = (known[f"moved_within {who}"] * known["population"]).sum()
        assert forecast == pytest.approx(whole * known["population"].sum()), who


def test_the_regression_never_sees_the_province_that_it_forecasts():
    x, provinces = rivals.columns(np.ones(len(TABLE))), TABLE["province"].to_numpy()
    x[:, 0] = np.random.default_rng(1).random(len(x))  # what is the same everywhere cannot be standardised
    observed = TABLE[rivals.WITHIN].to_numpy().copy()
    before, here = rivals.left_out(x, observed, provinces), provinces == "Zeeland"
    observed[here] *= 3
    after = rivals.left_out(x, observed, provinces)
    assert np.array_equal(before[here], after[here]) and not np.allclose(before[~here], after[~here])


def test_ridge_is_that_of_scikit_learn():
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rng = np.random.default_rng(2)
    x, asked = rng.normal(size=(40, 5)) * [1, 10, 100, 1, 5] + 3, rng.normal(size=(7, 5))
    y = x @ [1, 0.2, 0, -1, 0.1] + rng.normal(size=40)
    theirs = make_pipeline(StandardScaler(), Ridge(alpha=rivals.PENALTY)).fit(x, y).predict(asked)
    assert np.allclose(rivals.ridge(x, y, asked), theirs)


def test_rates_by_age_are_weighted_with_the_persons_of_each_age():
    ages = np.stack([figures.column("gemeenten", f"age_{age}_2021") for age in figures.BANDS], axis=1)
    assert np.allclose(rivals.of_age(np.full(101, 3.0)), 3)
    only_young = np.where(np.arange(101) < 5, 10.0, 0.0)
    assert np.allclose(rivals.of_age(only_young), 10 * ages[:, 0] / ages.sum(axis=1))
    only_oldest = np.where(np.arange(101) >= 95, 6.0, 0.0)
    assert np.allclose(rivals.of_age(only_oldest), 6 * ages[:, -1] / ages.sum(axis=1))


def test_a_vacancy_chain_is_seven_per_cent_off_and_adds_up():
    said = rivals.markov()
    assert np.mean([abs(said[key] / targets()[key].value - 1) for key in rivals.CHAIN]) == pytest.approx(0.07, abs=0.005)
    assert said["homes_freed"] == pytest.approx(sum(0.71 * 0.5**k for k in range(60)))


def test_errors_by_hand_and_a_forecast_that_is_the_same_everywhere_ranks_nothing():
    observed, population = np.array([4.0, 5.0, np.nan, 10.0, 8.0]), np.array([1.0, 1.0, 9.0, 2.0, 4.0])
    found = rivals.how_far_off(np.array([5.0, 4.0, 7.0, 10.0, 4.0]), observed, population)
    assert (found["gemeenten"], found["error"]) == (4, pytest.approx((25 + 20 + 0 + 50) / 4))
    assert found["weighted"] == pytest.approx((25 + 20 + 0 + 4 * 50) / 8)
    assert found["rank_lower"] < found["rank"] < found["rank_upper"]
    assert math.isnan(rivals.how_far_off(np.full(5, 5.0), observed, population)["rank"])
    assert rivals.how_far_off(observed, observed, population)["correlation"] == pytest.approx(1)


# the model beside them


def moves(**changed: list) -> pd.DataFrame:
    """Five moves of one household each in half a year, of two persons: inside, out of the gemeente, a starter, an arrival, a union."""
    rows = {
        "seed": [0] * 5,
        "chain_id": [1, 2, 3, 4, -1],
        "household_size": [2] * 5,
        "from_dwelling": [7, 8, -1, -1, -1],
        "from_area": ["WK000101", "WK000101", "", "", ""],
        "to_area": ["WK000102", "WK000201", "WK000101", "WK000101", "WK000201"],
        "left_home_elsewhere": [False] * 5,
        "fills_vacancy": [True, True, True, True, False],
    }
    return pd.DataFrame(rows | changed)


CHAINS = pd.DataFrame({"seed": [0] * 4, "chain_id": [1, 2, 3, 4], "end_reason": ["starter", "open", "starter", "arrival"]})


def test_persons_who_move_inside_a_gemeente_are_counted_per_year():
    assert local_moves.moved_within(moves(), CHAINS, 6) == {"GM0001": 8.0, "GM0002": 4.0}
    gone = moves(left_home_elsewhere=[False, False, True, False, False])
    assert local_moves.moved_within(gone, CHAINS, 6) == {"GM0001": 4.0, "GM0002": 4.0}
    two = pd.concat([moves(), moves(seed=[1] * 5)], ignore_index=True)
    chains = pd.concat([CHAINS, CHAINS.assign(seed=1, end_reason="arrival")], ignore_index=True)
    assert local_moves.moved_within(two, chains, 6) == {"GM0001": 6.0, "GM0002": 4.0}, "the starter is an arrival in the second world"


def rows_of(word: str, factor: float) -> pd.DataFrame:
    """Rows of runs in all gemeenten of a set, in which the model gives what was observed times a factor."""
    codes = sorted(SETS[word])
    model = (TABLE.loc[codes, rivals.WITHIN] * factor).to_dict()
    chains = beside_rivals.of_chains({key: factor * targets()[key].value for key in rivals.CHAIN})
    rows = [*beside_rivals.of_gemeenten(codes, model), *chains, *beside_rivals.of_coach()]
    return pd.DataFrame(rows, columns=list(RIVALS.names))


@pytest.mark.parametrize(("factor", "loses"), [(1.10, 0.0), (1.5, 1.0)])
def test_the_model_loses_where_a_rival_is_nearer_and_losses_come_first(factor, loses):
    table = beside_rivals.standing(rows_of("ten gemeenten", factor), "ten", SETS["ten gemeenten"])
    mine = table[(table["figure"] == rivals.WITHIN) & (table["who"] == "model")].iloc[0]
    assert mine["weighted"] == pytest.approx(100 * (factor - 1)) and mine["loses"] == loses
    known = table["loses"].dropna()
    assert list(known) == sorted(known, reverse=True) and table["loses"].isna().iloc[-1]
    assert ("LOSES" in beside_rivals.as_text(table[table["figure"] == rivals.WITHIN])) == bool(loses)


def test_part_of_a_set_is_not_the_set():
    rows = rows_of("ten gemeenten", 1.0)
    part = rows.assign(value=rows["value"].where(rows["place"] != "GM0193"))
    table = beside_rivals.standing(part, "ten", SETS["ten gemeenten"])
    mine = table[(table["figure"] == rivals.WITHIN) & (table["who"] == "model")].iloc[0]
    assert math.isnan(mine["error"]) and math.isnan(mine["loses"])


def test_over_all_sets_the_model_stands_only_where_it_was_run():
    table = beside_rivals.over_sets({"ten gemeenten": rows_of("ten gemeenten", 1.2)})
    model = table[(table["who"] == "model") & (table["figure"] == rivals.WITHIN)].set_index("over")["weighted"]
    assert model["ten gemeenten"] == pytest.approx(20) and model.drop("ten gemeenten").isna().all()
    assert set(table["over"]) == set(SETS)
    with pytest.raises(KeyError, match="no set of gemeenten is called 'eleven'"):
        beside_rivals.over_sets({"eleven": rows_of("ten gemeenten", 1.0)})


def test_figures_of_a_run_are_those_of_its_gemeenten():
    within = {code: 0.06 * TABLE.loc[code, "population"] for code in SETS["Gelderland"]}
    t = validation.Tables(None, None, None, 12, within)  # type: ignore[arg-type]
    known = TABLE[TABLE.index.isin(SETS["Gelderland"])].dropna(subset=[rivals.WITHIN])
    by_hand = (100 * (6 / known[rivals.WITHIN] - 1).abs() * known["population"]).sum() / known["population"].sum()
    assert validation.local_error(t) == pytest.approx(by_hand) and validation.local_rate(t) == pytest.approx(6)
    assert math.isnan(validation.local_error(t._replace(within={}))) and math.isnan(validation.local_rate(t._replace(within={})))
    assert resolve("gelderland").gemeenten == tuple(sorted(SETS["Gelderland"]))
