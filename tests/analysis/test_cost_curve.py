"""Euro per extra move by when one looks: the sums of each year, and at the end what costs.csv says."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.estimates.cost_curve import cost_curve
from analysis.page.sections import money_when
from analysis.page.words import Text
from analysis.results import gather
from tests.fake_page import plain


def worlds(extra, eur, months=30, seeds=(0, 1, 2)):
    """Tables of basis and one measure that brings extra moves and costs euro by month and seed."""
    rows = [(name, seed, month) for name in ("basis", "placebo", "a") for seed in seeds for month in range(months + 6)]
    moved = pd.DataFrame(rows, columns=["scenario", "seed", "month"])
    moved["senior_moves"] = [10 + seed + (extra(month, seed) if name == "a" else 0) for name, seed, month in rows]
    spent = moved[moved["scenario"] == "a"].drop(columns="senior_moves")
    return moved, spent.assign(cost_eur=[eur(month, seed) for _, seed, month in spent.itertuples(index=False)])


def test_each_row_is_the_sum_up_to_its_year_and_the_follow_up_is_left_out():
    moved, spent = worlds(lambda month, seed: month % 2 + seed, lambda month, seed: 100.0)
    table = cost_curve(spent, moved, [0, 1, 2], 30)
    assert table["months_to"].tolist() == [12, 24, 30] and set(table["scenario"]) == {"a"}
    for row in table.to_dict("records"):
        n = row["months_to"]
        extra = [sum(month % 2 + seed for month in range(n)) for seed in range(3)]
        assert row["eur"] == 100 * n and row["extra"] == pytest.approx(np.mean(extra))
        assert row["eur_per_extra_senior_move"] == pytest.approx(3 * 100 * n / sum(extra))


def test_who_pays_before_it_works_sees_a_higher_price_at_first():
    moved, spent = worlds(lambda month, seed: 2 if month >= 12 else seed % 2, lambda month, seed: 50.0 if month < 12 else 1.0, 36)
    table = cost_curve(spent, moved, [0, 1, 2], 36)
    price = table["eur_per_extra_senior_move"].tolist()
    assert price == sorted(price, reverse=True)


@pytest.mark.parametrize(
    ("extra", "eur", "note"),
    [
        (lambda month, seed: 1, lambda month, seed: 0.0, "nothing was spent"),
        (lambda month, seed: 1, lambda month, seed: -5.0, "it costs less than basis"),
        (lambda month, seed: 0, lambda month, seed: 5.0, "no extra: the number is not above 0"),
        (lambda month, seed: seed - 0.9, lambda month, seed: 5.0, "the number of extra may be zero: no upper end"),
    ],
)
def test_where_there_is_no_price_the_row_says_why(extra, eur, note):
    moved, spent = worlds(extra, eur)
    table = cost_curve(spent, moved, [0, 1, 2], 30)
    assert set(table["note"]) == {note} and table["upper"].isna().all()


def test_the_last_row_is_that_of_the_whole_run(every_table):
    results = gather(every_table)
    costs, curve = results.costs, results.cost_curve
    whole = costs[(costs["instrument"] == "all") & (costs["payer"] == "all") & (costs["year"] == "all")].set_index("scenario")
    last = curve[curve["months_to"] == results.months].set_index("scenario")
    assert len(last) >= 1
    for name, row in last.iterrows():
        for key in ("eur", "eur_per_extra_senior_move", "lower", "upper"):
            assert row[key] == pytest.approx(whole.loc[name, key], nan_ok=True), (name, key)
    net = results.effects.query("indicator == 'senior_moves' and group_by == 'all' and months_from == 0 and estimand == 'net'")
    for row in net[net["scenario"] != "placebo"].to_dict("records"):
        mine = curve[(curve["scenario"] == row["scenario"]) & (curve["months_to"] == row["months_to"])]
        for _, one in mine.iterrows():
            assert (one["extra"], one["lower_extra"], one["upper_extra"]) == pytest.approx((row["difference"], row["lower"], row["upper"]))


@pytest.mark.parametrize(
    ("prices", "said"),
    [
        ([(200, 100), (130, 100)], "sooner sees a higher price"),
        ([(100, 200), (100, 130)], "sooner sees a lower price"),
        ([(100, 110), (110, 100)], "changes little"),
        ([(200, 100), (100, 200)], "hangs on when you look"),
    ],
)
def test_the_finding_is_what_the_curves_do(prices, said):
    found = []
    for pair in prices:
        at = tuple((12 * n, SimpleNamespace(value=value), 0.0, 1.0) for n, value in enumerate(pair, 1))
        found.append(money_when.Curve(Text("a", "a"), ("k", "o"), at))
    assert said in plain(money_when.finding(found).en)
