"""The table of chain_lengths.csv, on chains whose length is known by what began them, their first home and its area."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.estimates.length_table import AREAS_AT_ONCE, FEWEST, chain_lengths
from analysis.estimates.statistics import leaving_one_out
from analysis.results import gather
from analysis.tables.schema import CHAIN_LENGTHS, LENGTHS_SHOWN
from tests import synthetic_tables
from tests.analytic.test_chain_length import FAST_SLOW, HOMES, TRUE_MEAN, world
from tests.counted import counted, mean_length

LAST = 59
KEYS = ["scenario", "origin", "home", "area", "length"]
KINDS = [f"{tenure}/{kind}" for tenure, kind in HOMES]


def table(worlds, last=LAST, months=LAST + 1):
    found = chain_lengths(lambda name: counted(*worlds[name], last, months), list(worlds), last)
    assert tuple(found.columns) == CHAIN_LENGTHS.names and not found.duplicated(KEYS).any()
    return found.set_index(KEYS).sort_index()


def made(n=4_000, last=LAST, seeds=5, areas=("WK1", "WK2"), **how):
    """A world whose first homes lie in turn in these areas and come free by death or are built."""
    moves, chains = world(n, last + 1, last, **{**FAST_SLOW, **how}, seeds=seeds)
    k = chains["chain_id"]
    chains["origin"] = np.where(k // len(areas) % 3 == 0, "death", "new_build")
    return moves, chains.assign(origin_area=np.array(areas)[k % len(areas)])


@pytest.fixture(scope="module", name="worlds")
def _worlds():
    return {"basis": made(), "other": made(seed=2), "same": made()}


def test_the_whole_of_each_origin_is_the_length_that_the_estimate_gives(worlds):
    found = table(worlds)
    for name, (moves, chains) in worlds.items():
        without = [mean_length(moves[moves["seed"] != seed], chains[chains["seed"] != seed], LAST) for seed in range(5)]
        plain, *rest = (one.set_index(["origin", "reading", "length"])["mean"] for one in (mean_length(moves, chains, LAST), *without))
        for origin, _, length in (key for key in plain.index if key[1] == "inside_area" and key[2] in LENGTHS_SHOWN):
            mine = found.loc[name, origin, "all", "all", length]
            whole, *others = (one[origin, "inside_area", length] for one in (plain, *rest))
            assert tuple(mine[["mean", "lower", "upper"]]) == pytest.approx(tuple(map(float, leaving_one_out(whole, others))), rel=1e-9)


def test_a_kind_of_first_home_has_the_length_of_chains_that_begin_there():
    moves, chains = made(60_000)
    found = table({"basis": (moves, chains)}).loc["basis"]
    after = np.linalg.solve(np.eye(2) - np.asarray(FAST_SLOW["p"]), np.ones(2))
    for kind, truth in zip(KINDS, after, strict=True):
        for origin, area in (("all", "all"), ("death", "all"), ("all", "WK2"), ("new_build", "WK1")):
            assert found.loc[origin, kind, area, "moves"]["mean"] == pytest.approx(truth, rel=0.03)
    assert found.loc["all", "all", "all", "moves"]["mean"] == pytest.approx(TRUE_MEAN, rel=0.01)


def test_an_area_whose_first_movers_leave_no_home_has_chains_of_one():
    moves, chains = made(areas=("WK1", "WK2", "WK3"))
    alone = chains.loc[chains["origin_area"] == "WK3", "chain_id"]
    cut = moves["chain_id"].isin(alone)
    moves = moves[~cut | (moves["link"] == 1)]
    moves.loc[cut & (moves["link"] == 1), "left_vacancy"] = False
    chains = chains.assign(moves=chains["moves"].where(~chains["chain_id"].isin(alone), chains["moves"].clip(upper=1)))
    found = table({"basis": (moves, chains)}).loc["basis"]
    for origin in ("all", "death", "new_build"):
        assert found.loc[origin, "all", "WK3", "moves"]["mean"] == 1.0
        assert found.loc[origin, "all", "WK1", "moves"]["mean"] > 1.5


def test_rows_count_all_chains_and_the_share_that_is_open(worlds):
    chains = worlds["basis"][1]
    found, segment = table(worlds).loc["basis"], chains["origin_tenure"] + "/" + chains["origin_type"].astype(str)
    for (origin, home, area, _), row in found.iterrows():
        mine = chains[chains["origin"].eq(origin) | (origin == "all")]
        mine = mine[segment[mine.index].eq(home) | (home == "all")]
        mine = mine[mine["origin_area"].eq(area) | (area == "all")]
        assert (row["chains"], row["share_open"], row["seeds"]) == (len(mine), pytest.approx(mine["open"].mean()), 5)
    assert len(found) == 3 * 3 * 3 * len(LENGTHS_SHOWN)


def test_a_difference_is_paired_and_equal_worlds_differ_by_exactly_nothing(worlds):
    found = table(worlds)
    assert found.loc["basis", ["difference", "difference_lower", "difference_upper"]].isna().all(axis=None)
    assert (found.loc["same", ["difference", "difference_lower", "difference_upper"]] == 0).all(axis=None)
    one = found.loc["other"]
    assert one["difference"].to_numpy() == pytest.approx((one["mean"] - found.loc["basis", "mean"]).to_numpy())

    def leaving(name, seed):
        moves, chains = (part[part["seed"] != seed] for part in worlds[name])
        plain = mean_length(moves, chains, LAST).set_index(["origin", "reading", "length"])
        return plain.loc[("all", "inside_area", "moves"), "mean"]

    rest = np.array([leaving("other", seed) - leaving("basis", seed) for seed in range(5)])
    half = 2.776445105 * np.sqrt(4 / 5 * ((rest - rest.mean()) ** 2).sum())  # Student's t with 4 degrees of freedom
    row = one.loc["all", "all", "all", "moves"]
    assert (row["difference_lower"], row["difference_upper"]) == pytest.approx((row["difference"] - half, row["difference"] + half))


@pytest.mark.parametrize("months", [9, 12, 18, 24, 36, 60])
def test_where_the_window_makes_the_mean_wrong_the_row_says_so_and_a_long_one_says_nothing(months):
    found = table({"basis": made(20_000, last=months - 1)}, months - 1, months).loc["basis"].xs("moves", level="length")
    truths = np.linalg.solve(np.eye(2) - np.asarray(FAST_SLOW["p"]), np.ones(2))
    for home, truth in (("all", TRUE_MEAN), *zip(KINDS, truths, strict=True)):
        of_home = found.xs(home, level="home")
        wrong = (of_home["mean"] / truth - 1).abs() > 0.08
        assert of_home.loc[wrong, "warning"].str.contains("window too short").all()
        assert months > 9 or wrong.all(), "else nothing is tried"
    assert months < 60 or (found["warning"] == "").all()


def test_a_warning_says_how_much_the_end_of_the_window_still_matters():
    short = table({"basis": made(last=11, wait=(3, 10))}, 11, 12).loc["basis", "all", KINDS[1], "all", "moves"]
    # homes are filled after ten months, and two thirds of the window are eight
    assert f"the last third of the follow-up changes the mean by {short['mean']:+.2f}" in short["warning"]
    assert f"{short['share_open']:.0%} of the chains are still open" in short["warning"]


def test_one_seed_and_other_seeds_than_basis_have_no_interval_and_no_difference_and_say_so(worlds):
    one = table({"basis": made(600, seeds=1)})
    assert one[["lower", "upper"]].isna().all(axis=None) and one["mean"].notna().all()
    assert one["warning"].str.contains("one seed: no interval").all()
    fewer = tuple(part[part["seed"] != 3] for part in worlds["other"])
    found = table({"basis": worlds["basis"], "other": fewer}).loc["other"]
    assert found["difference"].isna().all() and found["lower"].notna().all()
    assert found["warning"].eq("other seeds than basis: no difference").all()


def test_a_seed_without_such_a_chain_leaves_the_others_their_count():
    moves, chains = made(2_000)
    chains.loc[(chains["seed"] > 0) & (chains["origin"] == "death"), "origin"] = "new_build"
    row = table({"basis": (moves, chains)}).loc["basis", "death", "all", "all", "moves"]
    assert row["seeds"] == 5 and row["mean"] > 1 and np.isnan(row["lower"])
    assert "unknown without some seed: no interval" in row["warning"]


def test_small_areas_are_left_out_and_many_are_taken_in_parts():
    areas = tuple(f"WK{k:03}" for k in range(AREAS_AT_ONCE + 3))
    moves, chains = made(3_000, areas=areas)
    chains.loc[chains.index[: FEWEST - 1], "origin_area"] = "SMALL"
    everywhere = table({"basis": (moves, chains)}).loc["basis"]
    assert set(everywhere.index.get_level_values("area")) == {"all", *areas}
    assert everywhere["chains"][everywhere.index.get_level_values("area") != "all"].min() >= FEWEST
    last = areas[-1]
    alone = table({"basis": (moves, chains.assign(origin_area=np.where(chains["origin_area"] == last, last, "WK000")))}).loc["basis"]
    pd.testing.assert_frame_equal(everywhere.xs(last, level="area"), alone.xs(last, level="area"))


def test_the_order_of_rows_changes_nothing(worlds):
    moves, chains = worlds["other"]
    mixed = {"basis": worlds["basis"], "other": (moves.iloc[::-1], chains.sample(frac=1, random_state=3))}
    pd.testing.assert_frame_equal(table({name: worlds[name] for name in mixed}), table(mixed), check_exact=True)


def test_chains_that_nobody_moved_in_yet_have_no_length():
    moves, chains = made(50)
    chains = chains.assign(moves=0, open=True, origin_area="WK1")
    found = table({"basis": (moves[:0], chains)})
    assert found["mean"].isna().all() and (found["share_open"] == 1).all()
    assert found["warning"].str.startswith("no move to count from").all()


def test_the_page_shows_rows_of_the_table_and_a_folder_without_a_ledger_has_none(tmp_path):
    results = gather(synthetic_tables.write(tmp_path / "with"))
    whole, shown = results.chain_lengths, results.lengths
    assert set(whole["scenario"]) == {"basis", "voorrang", "huurgewenning", "placebo"}
    merged = shown.merge(whole, how="left", on=list(whole.columns), indicator=True)
    assert len(shown) == 6 and (merged["_merge"] == "both").all() and set(shown["length"]) == {"moves_set_off"}
    assert gather(synthetic_tables.write(tmp_path / "without", with_ledger=False)).lengths.empty
