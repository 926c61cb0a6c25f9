"""The rivals: forecasts of the public figures by hand, what they see and do not see, and the model beside them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from analysis.estimates import beside_rivals, person_rates, rivals, validation
from analysis.estimates.targets import targets
from analysis.tables.schema import RIVALS
from sim.counts.schema import PERSON_AGES
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


def persons() -> pd.DataFrame:
    """Who lives there in two seeds and two years: each the same, 200 of 20 and 100 of 70 in each of two gemeenten."""
    rows = [
        (seed, year, gemeente, age, n)
        for seed in (0, 1)
        for year in (0, 1)
        for gemeente in ("GM0001", "GM0002")
        for age, n in (("18_22", 200), ("69_71", 100))
    ]
    return pd.DataFrame(rows, columns=["seed", "year", "gemeente", "age", "persons"])


MOVES = pd.DataFrame(
    [
        (0, 0, "GM0001", "GM0001", "own_home", "18_22", 40),  # 10 a year
        (1, 1, "GM0001", "GM0001", "room", "69_71", 8),
        (0, 1, "GM0001", "GM0002", "own_home", "18_22", 16),
        (1, 0, "", "GM0002", "partner", "18_22", 8),
        (1, 0, "GM0002", "", "elsewhere", "69_71", 4),
    ],
    columns=["seed", "year", "from_gemeente", "to_gemeente", "kind", "age", "persons"],
)


def test_rates_of_persons_are_those_of_a_register_by_hand():
    found = person_rates.rates(MOVES, persons())
    assert found.of_gemeenten() == {
        rivals.WITHIN: {"GM0001": pytest.approx(100 * 12 / 300), "GM0002": 0},
        rivals.ARRIVED: {"GM0001": 0, "GM0002": pytest.approx(100 * 6 / 300)},
        rivals.LEFT: {"GM0001": pytest.approx(100 * 4 / 300), "GM0002": pytest.approx(100 * 1 / 300)},
    }
    assert found.within_all() == pytest.approx(100 * 12 / 600)
    assert found.within_at(20) == pytest.approx(100 * 10 / 400) and found.within_at(70) == pytest.approx(100 * 2 / 200)
    assert found.between_at(20) == pytest.approx(100 * (4 + 2 / 2) / 400), "a move between two gemeenten of the run counts whole"
    assert found.between_at(70) == pytest.approx(100 * (1 / 2) / 200)
    assert found.into_no_freed_home() == pytest.approx((2 + 2) / (10 + 2 + 4 + 2)), "where who left went to nobody knows"
    with pytest.raises(ZeroDivisionError):
        found.within_at(40)


def test_the_bands_of_a_rate_are_those_of_the_table_and_of_its_target():
    for age, (low, above) in person_rates.AGES.items():
        assert {low, above} <= set(PERSON_AGES) and low <= age < above
        assert f"persons of {low} to {above - 1} who" in targets()[f"within_{age}"].definition
    assert {int(key.split("_")[1]) for key in targets() if key.startswith("between_")} == set(person_rates.AGES)


def rows_of(word: str, factor: float) -> pd.DataFrame:
    """Rows of runs in all gemeenten of a set, in which the model gives what was observed times a factor."""
    codes = sorted(SETS[word])
    model = {rivals.WITHIN: (TABLE.loc[codes, rivals.WITHIN] * factor).to_dict()}
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
    codes = sorted(SETS["Gelderland"])
    there = pd.DataFrame({"gemeente": codes, "age": 18, "persons": TABLE.loc[codes, "population"]})
    inside = there.assign(from_gemeente=codes, to_gemeente=codes, kind="own_home", persons=0.06 * there["persons"])
    came = inside.assign(from_gemeente="", persons=0.03 * there["persons"])
    rates = person_rates.PersonRates(pd.concat([inside, came]).drop(columns="gemeente"), there)
    t = validation.Tables(None, None, None, 12, rates)  # type: ignore[arg-type]
    known = TABLE[TABLE.index.isin(SETS["Gelderland"])]
    moved, arrived = known.dropna(subset=[rivals.WITHIN]), known.dropna(subset=[rivals.ARRIVED])
    by_hand = (100 * (6 / moved[rivals.WITHIN] - 1).abs() * moved["population"]).sum() / moved["population"].sum()
    found = {key: validation.value_of(count, t) for key, count in validation.COUNTS.items() if key.endswith("_gelderland")}
    assert found["moved_within_gelderland"] == pytest.approx(by_hand)
    assert found["arrived_gelderland"] == pytest.approx((100 * (3 / arrived[rivals.ARRIVED] - 1).abs()).mean())
    assert found["left_gelderland"] == pytest.approx(100), "nobody left"
    assert validation.COUNTS["moved_within_nl"](t) == pytest.approx(6)
    rows = pd.DataFrame(beside_rivals.of_gemeenten(codes, rates.of_gemeenten()), columns=list(RIVALS.names))
    model = rows[rows["who"] == "model"].set_index(["figure", "place"])["value"]
    assert model[rivals.WITHIN, codes[0]] == pytest.approx(6) and model[rivals.ARRIVED, codes[0]] == pytest.approx(3)
    assert all(math.isnan(validation.value_of(validation.COUNTS[key], t._replace(persons=None))) for key in found)
    assert resolve("gelderland").gemeenten == tuple(codes)
