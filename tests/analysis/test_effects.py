"""From tables with known effects to effects.csv and costs.csv."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.estimates.costs import CHEAPER, FREE, costs, whole_scenarios
from analysis.estimates.effects import KEYS, by_seed, comparisons, effects, whole_run
from analysis.estimates.knowledge import FACTOR, Spread, figure, studied
from analysis.estimates.statistics import ratio, turned_over
from analysis.page.section import Page
from analysis.page.sections.money import SENIOR, WHY, why_not
from analysis.pipeline import finish
from analysis.results import Results, gather
from analysis.tables.files import Folder
from analysis.tables.schema import COSTS, EFFECTS
from sim.counts.indicators import REGISTRY
from sim.counts.schema import SUMMARY, TABLES, Table
from sim.world.errors import Refusal
from sim.world.names import ALL
from tests import synthetic_tables as made
from tests.unpainted import unpainted

SCENARIOS = ("basis", "voorrang", "huurgewenning", "placebo")
SEEDS = range(6)


@pytest.fixture(name="summary")
def _summary() -> pd.DataFrame:
    return made.summary(SCENARIOS, SEEDS)


def of(table: pd.DataFrame, scenario: str, indicator: str) -> pd.Series:
    rows = whole_run(table, indicator)
    return rows[rows["scenario"] == scenario].iloc[0]


def test_the_effect_that_was_put_in_comes_out(summary: pd.DataFrame) -> None:
    row = of(effects(summary), "voorrang", "senior_moves")
    assert row["difference"] == pytest.approx(made.EFFECTS["voorrang"])
    assert row["lower"] < made.EFFECTS["voorrang"] < row["upper"]
    assert row["mean"] == pytest.approx(500 + 10 * np.mean(SEEDS) + made.EFFECTS["voorrang"])
    assert (row["estimand"], row["seeds"], row["unit"]) == ("net", 6, REGISTRY["senior_moves"].unit)


def test_columns_are_those_of_the_interface(summary: pd.DataFrame) -> None:
    assert tuple(effects(summary).columns) == EFFECTS.names


def test_a_scenario_that_changes_nothing_has_effects_of_exactly_zero(summary: pd.DataFrame) -> None:
    table = effects(summary)
    zero = table[(table["scenario"] == "huurgewenning") & table["difference"].notna()]
    assert len(zero) > 10
    assert (zero[["difference", "lower", "upper"]] == 0.0).all(axis=None)
    assert zero["seeds_needed"].isna().all()
    assert not zero["claimed"].any()


def test_the_placebo_column_is_the_half_width_of_the_placebos_own_interval(summary: pd.DataFrame) -> None:
    table = effects(summary)
    row, placebo = of(table, "voorrang", "senior_moves"), table[table["scenario"] == "placebo"]
    own = placebo[(placebo["indicator"] == "senior_moves") & (placebo["months_to"] == made.MONTHS)].iloc[0]
    assert row["placebo"] == own["placebo"] == pytest.approx((own["upper"] - own["lower"]) / 2)
    assert comparisons(table)["placebo_misses"] == 0


def test_without_a_placebo_nothing_is_claimed() -> None:
    table = effects(made.summary(("basis", "voorrang"), SEEDS))
    assert table["placebo"].isna().all()
    assert not table["claimed"].any()


def test_what_was_not_counted_in_every_seed_has_no_effect(summary: pd.DataFrame) -> None:
    table = effects(summary)
    row = table[(table["scenario"] == "voorrang") & (table["group"] == "starter")].iloc[0]
    assert np.isnan(row["difference"])
    assert row["seeds"] == len(SEEDS) - 1


def test_the_order_of_rows_does_not_matter(summary: pd.DataFrame) -> None:
    basis_first = summary.sort_values(
        ["scenario", "seed"], key=lambda c: c.map(lambda v: v != "basis" if isinstance(v, str) else -v), kind="stable"
    )
    keys = ["scenario", "indicator", "group", "months_to"]
    a, b = (effects(table).sort_values(keys).reset_index(drop=True) for table in (summary, basis_first))
    pd.testing.assert_frame_equal(a, b)


def test_unequal_sets_of_seeds_are_refused(summary: pd.DataFrame) -> None:
    lost = summary[~((summary["scenario"] == "voorrang") & (summary["seed"] == 4))]
    with pytest.raises(Refusal, match="voorrang lacks seeds 4"):
        effects(lost)


def test_two_seeds_that_are_one_world_get_no_interval(summary: pd.DataFrame) -> None:
    with pytest.raises(Refusal, match="seeds 0 and 5 have the same world"):
        effects(summary, {"0": "x", "1": "y", "5": "x"})


def test_a_value_given_twice_is_refused_by_name(summary: pd.DataFrame) -> None:
    with pytest.raises(Refusal, match="scenario basis, seed 0 gives senior_moves for all=all to month 12 twice"):
        effects(pd.concat([summary, summary.head(1)]))


def test_a_lost_column_is_named_with_the_nearest(summary: pd.DataFrame) -> None:
    with pytest.raises(Refusal, match=r"summary\.parquet: no column 'value'; did you mean values"):
        effects(summary.rename(columns={"value": "values"}))


def test_a_lost_and_a_damaged_table_are_named(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"holds no summary\.parquet; run experiments\.compare"):
        Folder(tmp_path).table("summary", ())
    (tmp_path / "summary.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(Refusal, match=r"summary\.parquet is damaged"):
        Folder(tmp_path).table("summary", ())
    with pytest.raises(Refusal, match=r"summary\.parquet is damaged"):
        Folder(tmp_path).of_scenario("summary", ("seed",), "basis")


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.file)
def test_a_table_of_a_run_is_the_file_of_its_schema_and_none_of_its_name_that_was_computed(tmp_path: Path, table: Table) -> None:
    other = tmp_path / f"{table.name}.{'parquet' if table.suffix == 'csv' else 'csv'}"
    other.write_text("scenario,instrument\nbasis,voorrang\n", encoding="utf-8")
    folder = Folder(tmp_path)
    assert not folder.has(table.name)
    for read in (
        lambda: folder.table(table.name, ()),
        lambda: folder.scenarios(table.name),
        lambda: folder.of_scenario(table.name, (), "a"),
    ):
        with pytest.raises(Refusal, match=f"holds no {table.file}"):
            read()


def test_a_page_made_anew_reads_no_table_that_the_page_itself_wrote(tmp_path: Path) -> None:
    out = made.write(tmp_path / "out")
    with unpainted():
        first = finish(gather(out))
        assert not (out / "filters.parquet").exists() and (out / "filters.csv").is_file() and finish(gather(out)) == first


def test_one_scenario_is_read_with_its_columns_only(tmp_path: Path) -> None:
    folder = Folder(made.write(tmp_path / "out"))
    part, whole = folder.of_scenario("moves", ("scenario", "seed"), "basis"), folder.table("moves", ("scenario",))
    assert list(part.columns) == ["scenario", "seed"]
    assert len(part) == (whole["scenario"] == "basis").sum() > 0
    with pytest.raises(Refusal, match=r"moves\.parquet: no column 'seeds'; did you mean seed"):
        folder.of_scenario("moves", ("scenario", "seeds"), "basis")


def test_a_package_of_a_folder_is_ranked_in_neither_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Spread(FACTOR, np.linspace(0.8, 1.2, 10), "", np.arange(10))
    monkeypatch.setattr(Results, "spread", lambda *_: drawn)
    held = {"voorrang": ("voorrang",), "huurgewenning": ("huurgewenning",), "plan": ("huurgewenning", "voorrang")}
    names = ("basis", *held, "placebo")
    paid = made.instruments(("voorrang",), SEEDS)
    ledger = pd.concat([paid.assign(scenario=name, cost_eur=paid["cost_eur"] + k) for k, name in enumerate(held)], ignore_index=True)
    for name, one in (("huurgewenning", 30.0), ("plan", 70.0)):
        monkeypatch.setitem(made.EFFECTS, name, one)
        monkeypatch.setitem(made.NOISE, name, 1.0)
    out = made.write(tmp_path / "out", names, SEEDS, tables={"instruments": ledger})
    content = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    content["scenarios"] = {name: {"instruments": {key: {} for key in held.get(name, ())}} for name in names}
    (out / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    results = gather(out)
    whole = whole_run(results.effects, "senior_moves").set_index("scenario")
    euro = results.costs[(results.costs["payer"] == ALL) & (results.costs["year"] == ALL) & (results.costs["instrument"] == ALL)]
    for table in (whole, euro.set_index("scenario")):
        assert table.loc[["voorrang", "huurgewenning"], "p_best"].sum() == pytest.approx(1) and np.isnan(table.loc["plan", "p_best"])


@pytest.fixture(name="money")
def _money(summary: pd.DataFrame) -> pd.DataFrame:
    return costs(made.instruments(SCENARIOS, SEEDS), summary, "2026-07", made.MONTHS)


def test_euro_per_extra_move_is_what_was_put_in_and_homes_cost_twice_that(money: pd.DataFrame) -> None:
    row = money[(money["instrument"] == "all") & (money["payer"] == "all")].iloc[0]
    assert tuple(money.columns) == COSTS.names
    assert (row["eur_per_extra_senior_move"], row["lower"], row["upper"]) == pytest.approx((1000.0, 1000.0, 1000.0))
    assert (row["eur_per_extra_suitable_home"], row["upper_suitable"]) == pytest.approx((2000.0, 2000.0))
    assert row["eur"] == pytest.approx(1000 * made.EFFECTS["voorrang"])


def test_euro_per_extra_link_is_over_all_extra_moves(summary: pd.DataFrame) -> None:
    links = summary[(summary["indicator"] == "senior_moves")].assign(indicator="moves")
    twice = links.assign(value=links["value"] * 2)
    other = costs(made.instruments(SCENARIOS, SEEDS), pd.concat([summary[summary["indicator"] != "moves"], twice]), "2026-07", made.MONTHS)
    row = other[(other["instrument"] == "all") & (other["payer"] == "all")].iloc[0]
    assert row["eur_per_extra_link"] == pytest.approx(row["eur_per_extra_senior_move"] / 2)
    assert (row["lower_link"], row["upper_link"]) == pytest.approx((500.0, 500.0))


def test_payers_years_and_instruments_add_up_to_the_whole(money: pd.DataFrame) -> None:
    whole = money[(money["instrument"] == "all") & (money["payer"] == "all")].iloc[0]
    payers = money[(money["instrument"] == "all") & (money["payer"] != "all") & (money["year"] == "all")]
    fine = money[money["instrument"] != "all"]
    for part in (payers, fine):
        assert part["eur"].sum() == pytest.approx(whole["eur"])
        assert part["uses"].sum() == pytest.approx(whole["uses"])
    assert payers["eur_per_extra_senior_move"].sum() == pytest.approx(whole["eur_per_extra_senior_move"])
    assert fine["eur_per_extra_senior_move"].isna().all()
    by_year = money[(money["instrument"] == "all") & (money["year"] != "all")]
    of_all = fine.groupby(["payer", "year"])["eur"].sum()
    assert {(r.payer, r.year): pytest.approx(r.eur) for r in by_year.itertuples()} == of_all.to_dict()
    assert sorted(fine["year"]) == [
        "2026",
        "2027",
    ]  # months 3 and 15 from July 2026; what falls after the run is left out


def test_no_interval_where_there_may_be_no_extra_moves(summary: pd.DataFrame) -> None:
    ledger = made.instruments(SCENARIOS, SEEDS).assign(scenario="placebo")
    ledger = pd.concat([ledger.assign(scenario="huurgewenning"), ledger])
    table = costs(ledger, summary, "2026-01", made.MONTHS)
    assert table[["lower", "upper"]].isna().all(axis=None)
    whole = table[(table["scenario"] == "huurgewenning") & (table["payer"] == "all")]
    assert "no extra: the number is not above 0" in whole["note"].iloc[0]


PAID = {  # euro of each seed from the ledger's own, and the reason why there is no ratio
    "nothing was spent": lambda eur, seed: 0.0 * eur,
    "it costs less than basis": lambda eur, seed: -eur,
    "all in one seed: no interval": lambda eur, seed: eur * (seed == 0),
    "": lambda eur, seed: eur,
}


@pytest.mark.parametrize("why", PAID)
def test_why_there_is_no_euro_per_move_is_said_as_it_is_in_table_and_page(summary: pd.DataFrame, why: str) -> None:
    """The scenario has extra moves in every case: nobody may read that it has none."""
    ledger = made.instruments(SCENARIOS, SEEDS)
    ledger["cost_eur"] = PAID[why](ledger["cost_eur"], ledger["seed"])
    cards = pd.DataFrame({"scenario": ["voorrang"], "instrument": ["all"], "price": ["filled in"]})
    tables = {"costs": costs(ledger, summary, "2026-07", made.MONTHS), "effects": effects(summary), "cards": cards}
    [row] = [one for _, one in whole_scenarios(tables["costs"]).iterrows() if one["scenario"] == "voorrang"]
    assert (f"senior move: {why}" in row["note"]) if why else "senior move" not in row["note"]
    said = why_not(Page(SimpleNamespace(manifest={}, months=made.MONTHS), tables), "voorrang", SENIOR)
    assert said == (WHY[why] if why else None)
    assert said is None or "kwam niets bij" not in said.nl


def test_every_reason_that_a_ratio_can_have_is_in_words_of_the_page() -> None:
    whole = {ratio(extra, eur).note for extra, eur in (([1.0], [1.0]), ([1.0, 1.0], [1.0, 0.0]))}
    over = {turned_over(ratio(extra, [1.0, 1.0, 1.0])).note for extra in ([-1.0, 0.0, -2.0], [5.0, 0.0, 0.1])}
    assert whole | over | {FREE.note, CHEAPER.note, "no effect to divide by"} == set(WHY)


@given(
    st.lists(
        st.tuples(*map(st.sampled_from, (["fit", "moves"], ["all", "class"], [-12, 0], [12, 24]))),
        min_size=1, unique=True,
    ),
    st.integers(1, 3), st.integers(0, 5),
)  # fmt: skip
def test_the_summary_as_arrays_is_its_pivot(keys, seeds, lost):
    worlds = [(name, seed) for name in ("one", "basis", "zero") for seed in range(seeds)]
    rows = [(*world, key, by, "all", start, end) for world in worlds for key, by, start, end in keys]
    table = pd.DataFrame(rows, columns=list(SUMMARY.names[:-1])).assign(value=np.arange(len(rows), dtype=float))
    table.loc[table.index[:lost], "value"] = np.nan
    table = table.sample(frac=1, random_state=lost, ignore_index=True)
    found = by_seed(table)
    wide = table.pivot(index=KEYS, columns=["scenario", "seed"], values="value")
    order = table.loc[(table["scenario"] == "basis") & (table["months_from"] >= 0), KEYS].drop_duplicates()
    wide = wide.reindex(pd.MultiIndex.from_frame(order))
    assert (
        found.rows.equals(order.reset_index(drop=True))
        and found.seeds == list(range(seeds))
        and sorted(found.values) == ["basis", "one", "zero"]
    )
    for name, values in found.values.items():
        np.testing.assert_array_equal(values, wide[name][found.seeds].to_numpy(float))


@pytest.mark.parametrize(("indicator", "by"), [(key, by) for key in ("senior_moves", "waiting_months") for by in ("all", "class", "wijk")])
def test_a_group_has_the_second_interval_of_its_own_figure_where_the_study_counts_it_and_else_says_that_it_does_not(summary, indicator, by):
    asked = []

    def spread(_scenario, named):
        asked.append(named)
        return Spread(FACTOR, np.array([0.5, 1.0, 2.0]))

    group = "all" if by == "all" else "one"
    rows = summary[(summary["group_by"] == "all") & (summary["indicator"] == "senior_moves")]
    table = effects(rows.assign(indicator=indicator, group_by=by, group=group), spread=spread)
    table = table[(table["scenario"] != "placebo") & (table["estimand"] == "net")]
    if studied(indicator, by):
        assert set(asked) == {figure(indicator, by, group)} and table["lower_full"].notna().any()
    else:
        assert (
            not asked and len(table) and table["lower_full"].isna().all() and set(table["knowledge"]) == {"the study does not count groups"}
        )
