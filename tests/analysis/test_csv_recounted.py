"""Every table of the page on disk, recounted from the tables of a small folder in which no two numbers are alike.

The recounts are loops over seeds with the textbook's formula; a table of the page that is neither here nor named with its own test
fails.
"""

from __future__ import annotations

import functools
import json
import math
import statistics

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.estimates import validation
from analysis.estimates.cards import STOCK
from analysis.estimates.users import USED
from analysis.estimates.worksheet_counts import SPECIAL, _applications, _by_year
from analysis.page import summary as page_summary
from analysis.page.figures import drift_curve
from analysis.page.words import Text
from analysis.pipeline import finish
from analysis.results import gather
from analysis.tables.schema import COSTS, EFFECTS, FILTERS_CSV, MONITOR, NAIVE, POTS, SENIORS, VALIDATION
from sim.counts.indicators import REGISTRY
from sim.counts.schema import FILTERS, INSTRUMENTS, SUMMARY
from sim.counts.worksheet_rows import REGISTRY as REGISTERED
from sim.world.chance import hash_text
from tests import synthetic_tables
from tests.sentinels import undeclared

MONTHS, SEEDS, START = synthetic_tables.MONTHS, range(5), "2026-07"
SCENARIOS = ("basis", "a", "b", "both", "placebo")
HELD = {
    "basis": {},
    "a": {"brieven": {"payer": "gemeente"}},
    "b": {"verhuisvoucher": {"payer": "provincie", "eur_budget": 9000}},
    "both": {"brieven": {"payer": "gemeente"}, "verhuisvoucher": {"payer": "provincie", "eur_budget": 9000}},
    "placebo": {},
}
MONTHLY = ("senior_moves", "split_applications")
COUNTED = ("senior_moves", "suitable_seniors", "moves", "first_moves", "first_moves_direct", "first_moves_lost", "starters_housed", "fit")


def number(low: float, high: float, *key: object) -> float:
    """A number of its own for each key."""
    return low + (high - low) * (int(hash_text("|".join(map(str, key)))) % 10007) / 10007


@functools.cache
def summary() -> pd.DataFrame:
    rows = []
    for scenario in SCENARIOS:
        more = {"a": 30, "b": 50, "both": 90}.get(scenario, 0)
        for seed in SEEDS:
            for key in COUNTED:
                for start, end in ((0, 12), (0, MONTHS), (-12, 0)):
                    for by, group in (("all", "all"), ("class", "senior"), ("class", "family")):
                        value = 100 + more * (start == 0) + number(0, 12, scenario, seed, key, end, group)
                        if start == 0 or by == "all":
                            rows.append((scenario, seed, key, by, group, start, end, value))
    return pd.DataFrame(rows, columns=SUMMARY.names)


@functools.cache
def instruments() -> pd.DataFrame:
    rows = []
    for scenario, held in HELD.items():
        for key, settings in held.items():
            for seed in SEEDS:
                for month in (0, 5, 6, 17, MONTHS - 1, MONTHS, MONTHS + 3):
                    whole = [int(number(low, high, scenario, key, seed, month, low)) for low, high in ((5, 60), (3, 40), (1, 30))]
                    short = whole[2] if settings.get("eur_budget") and month > 5 + 3 * seed else 0
                    rows.append(
                        (scenario, seed, month, key, settings["payer"], whole[0], whole[1],
                         number(50, 900, scenario, key, seed, month), whole[2], short)
                    )  # fmt: skip
    return pd.DataFrame(rows, columns=INSTRUMENTS.names)


@functools.cache
def months() -> pd.DataFrame:
    rows = [
        (scenario, seed, month, 2000, *(int(number(0, 90, scenario, seed, month, what)) for what in MONTHLY))
        for scenario in SCENARIOS
        for seed in SEEDS
        for month in range(MONTHS + synthetic_tables.FOLLOW_UP)
    ]
    columns = [*SENIORS, *MONTHLY]
    return pd.DataFrame(rows, columns=columns).reindex(columns=list(dict.fromkeys((*columns, *STOCK))), fill_value=100)


@functools.cache
def filters() -> pd.DataFrame:
    rows = [
        (scenario, seed, key, group, filter_, "55", *(int(number(1, 900, scenario, seed, key, group, filter_, k)) for k in range(4)))
        for scenario, held in HELD.items()
        for seed in SEEDS
        for key in held
        for group, filter_ in (("senior", "age"), ("senior", "alle"), ("homes", "rooms_taken"))
    ]
    return pd.DataFrame(rows, columns=FILTERS.names)


@functools.cache
def attribution() -> pd.DataFrame:
    """For all instruments together in ``a`` and ``both``: per seed so many that moved just as soon, thanks to it, or are unknown."""
    rows = []
    for scenario, often in (("a", (3, 1, 2)), ("both", (1, 4, 1))):
        for seed in SEEDS:
            for n, (moved, ghost, followed, decisive) in zip(often, ((5, 5, 40, False), (5, -1, 60, True), (5, -1, 6, True)), strict=True):
                rows += [(scenario, seed, "alle", 3, moved, ghost, followed, decisive, False)] * n
    return pd.DataFrame(rows, columns=["scenario", *USED]).assign(verdict="onbekend", household_id=range(len(rows)))


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recounted")
    tables = {"summary": summary(), "instruments": instruments(), "filters": filters(), "attribution": attribution()}
    synthetic_tables.write(folder, ("basis", "placebo"), SEEDS, with_ledger=False, tables=tables)
    funnel = synthetic_tables.others(("basis",), SEEDS)["funnel"]
    pd.concat([funnel.assign(scenario=one) for one in SCENARIOS]).to_parquet(folder / "funnel.parquet", index=False)
    months().to_parquet(folder / "months.parquet", index=False)
    said = synthetic_tables.manifest(SCENARIOS, SEEDS)
    for name, held in HELD.items():
        said["scenarios"][name]["instruments"] = held
    said["strengths"] = {"both": [1.0, 1.0, 0.5, 1.0, 2.0]}
    (folder / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    finish(gather(folder))
    return folder


def written(out, table) -> list[dict]:
    frame = pd.read_csv(out / table.file, keep_default_na=False, na_values=[""])
    assert list(frame.columns) == list(table.names)
    return frame.to_dict("records")


def same(row, **expected):
    for name, value in expected.items():
        given = row[name]
        assert given == (pytest.approx(value, nan_ok=True) if isinstance(value, float) else value), (name, row)


@functools.cache
def by_place() -> dict[tuple, float]:
    return {tuple(row[:-1]): row[-1] for row in summary().itertuples(index=False, name=None)}


def interval(differences) -> tuple[float, float, float]:
    n, mean = len(differences), statistics.mean(differences)
    half = half_of(n, statistics.stdev(differences))
    return mean, mean - half, mean + half


def half_of(n: int, spread: float) -> float:
    return float(stats.t.ppf(0.975, n - 1)) * spread / math.sqrt(n)


def values(scenario, key, by="all", group="all", start=0, end=MONTHS) -> list[float]:
    return [by_place()[scenario, seed, key, by, group, start, end] for seed in SEEDS]


def minus(some, other) -> list[float]:
    return [a - b for a, b in zip(some, other, strict=True)]


RECOUNTED = {one.file for one in (EFFECTS, COSTS, NAIVE, FILTERS_CSV, POTS)}
ELSEWHERE = {
    "chain_lengths.csv": "tests/analysis/test_chain_lengths.py",
    "cards.csv": "tests/analysis/test_page_cards.py",
    "freed_homes.csv": "tests/analysis/test_page_who.py",
    "cost_curve.csv": "tests/analysis/test_cost_curve.py",
    "areas.csv": "tests/analysis/test_page_who.py",
    "users.csv": "tests/analysis/test_page_without.py",
    "chain_examples.csv": "tests/analysis/test_page_chain.py",
    "chain_hundred.csv": "tests/analysis/test_page_chain.py",
    "journey.csv": "tests/analysis/test_page_journey.py",
    "one_senior.csv": "tests/analysis/test_page_one_senior.py",
    "certainty.csv": "tests/analysis/test_page_sections.py",
    "parting.csv": "tests/analysis/test_page_sections.py",
    "deciding.csv": "tests/analysis/test_page_sections.py",
    "validation.csv": "here, of tables; and tests/analysis/test_misses.py",
    "monitor.csv": "rows from moves: tests/counts/test_monitor.py; the others here",
}


def test_every_table_of_the_page_is_recounted_here_or_has_a_test_of_its_own(out):
    assert {path.name for path in out.glob("*.csv")} - {"drift.csv"} == RECOUNTED | ELSEWHERE.keys()


def test_no_value_stands_for_none_unless_the_schema_says_so(out):
    for table in (EFFECTS, COSTS, NAIVE, FILTERS_CSV, POTS, MONITOR):
        assert undeclared(table, pd.DataFrame(written(out, table))) == []


def test_effects(out):
    rows, seen = written(out, EFFECTS), set()
    for row in rows:
        place = (row["group_by"], row["group"], row["months_from"], row["months_to"])
        one, key = row["scenario"], row["indicator"]
        net, floor = (minus(values(name, key, *place), values("basis", key, *place)) for name in (one, "placebo"))
        base = statistics.mean(values(one, key, *place))
        if key == "first_moves" and row["estimand"] != "net":
            caused, lost = (
                minus(values(one, of, *place), values("basis", of, *place)) for of in ("first_moves_direct", "first_moves_lost")
            )
            rest = [total - a + b for total, a, b in zip(net, caused, lost, strict=True)]
            net = {"direct": caused, "verdrongen": lost, "doorwerking": rest, "verdringing": minus(caused, net)}[row["estimand"]]
            base = statistics.mean(values(one, "first_moves_direct", *place)) if row["estimand"] == "direct" else statistics.mean(net)
        mean, lower, upper = interval(net)
        half = (interval(floor)[2] - interval(floor)[1]) / 2
        same(row, mean=base, difference=mean, lower=lower, upper=upper, seeds=len(SEEDS), unit=REGISTRY[key].unit)
        n, spread = int(row["seeds_needed"]), statistics.stdev(net)
        assert half_of(n, spread) <= abs(mean) / 2 and (n == 2 or half_of(n - 1, spread) > abs(mean) / 2), "the fewest that do"
        same(row, placebo=0.0 if row["estimand"] in ("direct", "verdrongen") else half)
        seen.add((one, key, *place, row["estimand"]))
    estimands = len(COUNTED) - 2 + 4
    assert len(seen) == len(rows) == 2 * 3 * (3 * estimands + len(COUNTED) - 2), "periods, groups, scenarios and the placebo"


def test_costs(out):
    ledger = instruments()
    ledger = ledger[ledger["month"] < MONTHS]
    year = {month: str(2026 + (month + 6) // 12) for month in range(MONTHS)}  # from July
    t, rows, seen = float(stats.t.ppf(0.975, len(SEEDS) - 1)), written(out, COSTS), set()
    for row in rows:
        mine = ledger[ledger["scenario"] == row["scenario"]]
        for name, column in (("instrument", mine["instrument"]), ("payer", mine["organisation"]), ("year", mine["month"].map(year))):
            mine = mine[column.reindex(mine.index) == str(row[name])] if row[name] != "all" else mine
        eur = [float(mine[mine["seed"] == seed]["cost_eur"].sum()) for seed in SEEDS]
        same(row, eur=statistics.mean(eur), uses=float(mine["uses"].sum() / len(SEEDS)))
        seen.add(tuple(row[name] for name in ("scenario", "instrument", "payer", "year")))
        for key, of, lower, upper in (
            ("senior_moves", "senior_move", "lower", "upper"),
            ("suitable_seniors", "suitable_home", "lower_suitable", "upper_suitable"),
            ("moves", "link", "lower_link", "upper_link"),
        ):
            many = f"extra_{of}s_per_100k"
            if row["instrument"] != "all" or row["year"] != "all":
                assert all(math.isnan(row[name]) for name in (f"eur_per_extra_{of}", lower, upper, many, f"lower_{many}", f"upper_{many}"))
                continue
            extra = minus(values(row["scenario"], key), values("basis", key))
            rest = [(sum(extra) - x) / (sum(eur) - e) for x, e in zip(extra, eur, strict=True)]  # all seeds but one
            half = t * math.sqrt(sum((one - statistics.mean(rest)) ** 2 for one in rest) * (len(rest) - 1) / len(rest))
            mean = sum(extra) / sum(eur)
            same(row, **{many: 1e5 * mean, f"lower_{many}": 1e5 * (mean - half), f"upper_{many}": 1e5 * (mean + half)})
            same(row, **{f"eur_per_extra_{of}": 1 / mean, lower: 1 / (mean + half), upper: 1 / (mean - half)})
    whole = sum(1 + len(held) * 1 + 2 * 3 * len(held) for held in HELD.values() if held)  # the whole, payers, payers and both by year
    assert len(seen) == len(rows) == whole


def test_naive(out):
    rows, ledger = written(out, NAIVE), instruments()
    without = {("a", "brieven"): "basis", ("b", "verhuisvoucher"): "basis", ("both", "brieven"): "b", ("both", "verhuisvoucher"): "a"}
    for row in rows:
        one, what, key = row["scenario"], row["instrument"], row["indicator"]
        mine = values(one, key)
        effect = minus(mine, values("basis" if what == "alle" else without[one, what], key))
        same(
            row, **dict(zip(("effect", "lower", "upper"), interval(effect), strict=True)), seeds=len(SEEDS), months_from=0, months_to=MONTHS
        )
        years = MONTHS / 12 if REGISTRY[key].source == "moves" else 1
        change = minus(mine, [years * one for one in values("basis", key, start=-12, end=0)])
        used = ledger[(ledger["scenario"] == one) & (ledger["month"] < MONTHS) & ((ledger["instrument"] == what) | (what == "alle"))]
        several = what == "alle" and len(HELD[one]) > 1  # without a ledger nobody knows how many moves carry both
        users = [math.nan if several else float(used[used["seed"] == seed]["uses"].sum()) for seed in SEEDS]
        assert row["users_seeds"] == (len(SEEDS) if key == "senior_moves" and not several else 0)
        for name, counted in (("before_after", change), ("users", users if key == "senior_moves" and not several else None)):
            if counted is None:
                assert all(math.isnan(row[f"{name}{end}"]) for end in ("", "_too_many", "_lower", "_upper"))
                continue
            too_many = interval(minus(counted, effect))
            same(row, **{name: statistics.mean(counted)})
            same(row, **dict(zip((f"{name}_too_many", f"{name}_lower", f"{name}_upper"), too_many, strict=True)))
    keys = {row["indicator"] for row in rows}
    assert len(rows) == len(keys) * (2 + 2 + 3) and {"senior_moves", "suitable_seniors", "starters_housed"} == keys


def test_filters(out):
    table, rows = filters(), written(out, FILTERS_CSV)
    for row in rows:
        mine = table
        for name in ("scenario", "instrument", "household_group", "filter"):
            mine = mine[mine[name] == row[name]]
        same(row, seeds=len(SEEDS), **{name: float(mine[name].mean()) for name in ("households", "fail", "fail_only", "left")})
        assert len(mine) == len(SEEDS)
    assert len(rows) == 3 * sum(map(len, HELD.values()))


def test_pots(out):
    ledger, rows = instruments(), written(out, POTS)
    assert [(row["scenario"], row["instrument"]) for row in rows] == [("b", "verhuisvoucher"), ("both", "verhuisvoucher")]
    for row in rows:
        budgets = [9000.0 * factor for factor in ([1, 1, 0.5, 1, 2] if row["scenario"] == "both" else [1] * 5)]
        first, worst, spent = [], [], []
        for seed in SEEDS:
            mine = ledger[(ledger["scenario"] == row["scenario"]) & (ledger["instrument"] == row["instrument"]) & (ledger["seed"] == seed)]
            short = [(month, n) for month, n in zip(mine["month"], mine["no_money"], strict=True) if n > 0]
            first += [min(short)[0]]
            worst.append(max(n for _, n in short))
            spent.append(sum(mine["cost_eur"]))
        same(row, payer="provincie", eur_budget=statistics.mean(budgets), seeds=5, seeds_empty=5, note=math.nan)
        same(row, month_mean=float(statistics.mean(first)), month_earliest=float(min(first)), month_latest=float(max(first)))
        same(row, most_turned_away=float(statistics.mean(worst)), eur_spent=statistics.mean(spent))
        same(row, eur_left=statistics.mean(minus(budgets, spent)))


def test_the_monitor_counts_years_applications_and_what_the_summary_and_the_ledger_say(out):
    seen = set()
    for row in written(out, MONITOR):
        key, _, part = row["key"].partition(".")
        of, table, ledger = REGISTERED[key], months(), instruments()
        table = table[(table["scenario"] == row["scenario"]) & (table["month"] < MONTHS)]
        if SPECIAL.get(key) is _by_year:
            first = 12 * (int(part[:4]) - 2026)
            assert part == f"{2026 + first // 12}_07", "years begin in July, as the run does"
            table = table[(table["month"] >= first) & (table["month"] < first + 12)]
            counted = [float(table[table["seed"] == seed]["senior_moves"].sum()) for seed in SEEDS]
        elif SPECIAL.get(key) is _applications:
            counted = [float(table[table["seed"] == seed][key].sum()) for seed in SEEDS]
        elif of.source == "summary" and not of.ledger and key not in SPECIAL:
            if key not in COUNTED:
                assert math.isnan(row["mean"]) and row["seeds"] == 0
                continue
            counted = values(row["scenario"], key)
        elif of.ledger and part:
            mine = ledger[(ledger["scenario"] == row["scenario"]) & (ledger["instrument"] == part) & (ledger["month"] < MONTHS)]
            counted = [float(mine[mine["seed"] == seed][of.ledger].sum()) for seed in SEEDS]
        else:
            continue
        seen.add(SPECIAL.get(key) or of.source or of.ledger)
        same(row, seeds=len(SEEDS), **dict(zip(("mean", "lower", "upper"), interval(counted), strict=True)))
    assert len(seen) > 3


def test_what_basis_is_on_the_page_is_its_mean_over_the_run(out):
    results = gather(out)
    for key in COUNTED:
        for place in (("all", "all"), ("class", "senior")):
            assert results.base_value(key, *place) == pytest.approx(statistics.mean(values("basis", key, *place)))
    assert math.isnan(results.base_value("no_such_indicator"))


def test_a_curve_of_the_page_is_drawn_through_its_table_in_years():
    rows = [(one, month, number(0, 1, one, month)) for one in ("a", "both", "placebo") for month in range(30)]
    table = pd.DataFrame(rows, columns=["scenario", "month", "share_elsewhere"])
    titles = {one: Text(one, one) for one in ("a", "both", "placebo")}
    lines = drift_curve(table, titles, "en", dict.fromkeys(titles, ("red", "o"))).axes[0].get_lines()
    for name, line in zip(("a", "both", "placebo"), lines, strict=True):
        mine = table[table["scenario"] == name]
        assert list(line.get_xdata()) == pytest.approx([month / 12 for month in mine["month"]])
        assert list(line.get_ydata()) == pytest.approx([100 * share for share in mine["share_elsewhere"]])


def test_validation(monkeypatch):
    given_rows = [
        validation.Row(f"key{k}", f"text {k}", 100.0, f"unit{k}", f"area{k}", f"S{k}", ("input", "fitted", "predicted")[k % 3],
                       lambda t, value=value: value)
        for k, value in enumerate((100.0, 125.0, 126.0, 75.0, 74.0, 0.0))
    ]  # fmt: skip
    monkeypatch.setattr(validation, "ROWS", given_rows)
    table = validation.compare(None)
    assert tuple(table.columns) == VALIDATION.names
    for row, of in zip(table.to_dict("records"), given_rows, strict=True):
        expected = {"key": of.key, "figure": of.text, "simulated": of.value(None), "observed": 100.0, "ratio": of.value(None) / 100}
        expected |= {"hit": 75 <= of.value(None) <= 125, "unit": of.unit, "area": of.area, "source": of.source, "status": of.status}
        same(row, **expected)


# what the page says, from what lies on disk


@given(st.sets(st.integers(0, 30), min_size=1).map(sorted))
def test_the_seeds_that_the_page_names_are_those_of_the_run(seeds):
    said, named = page_summary.ranges(seeds), []
    for part in said.split(", "):
        first, _, last = part.partition("–")
        named += range(int(first), int(last or first) + 1)
    assert named == seeds and ("–" in said) == (len(seeds) > 1 and named == list(range(seeds[0], seeds[-1] + 1)))
