"""The monitor: every row of the toolkit stands in it, instruments cannot escape, and counts are those of the tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.estimates.worksheet_counts import BY_CLAIM, NO_LEDGER, monitor, of_movers
from analysis.results import gather
from analysis.tables.files import Folder
from analysis.tables.schema import MONITOR
from sim.counts import indicators
from sim.counts.worksheet_rows import AGES, FIRST, OPGAVE, OTHER, REGISTRY, RENTS, SECOND, SHEETS, SPONTANEOUS, THIRD, rent_limits, row_of
from sim.interventions import REGISTRY as INSTRUMENTS
from sim.world import codes
from tests import synthetic_tables

# The toolkit's rows by worksheet, first words as the errata give them, in its order.
TOOLKIT = {
    OPGAVE: [
        "Aantal oudere huishoudens dat geschikt woont",
        "Aantal oudere huishoudens dat ongeschikt woont",
        "Aantal oudere huishoudens dat in een woning woont die aanpasbaar is",
        "Aantal oudere huishoudens met een verhuiswens",
        "Aantal oudere huishoudens dat verhuisd is",
        "Verhuisbeweging",
        "Aantal woningen dat (potentieel) geschikt is",
        "Aantal woningen dat geschikt is om eventueel te splitsen",
        "Aantal 1 en 2 persoonshuishoudens dat in een eengezinswoning woont",
        "Aantal huishoudens dat ongeschikt woont in deze eengezinswoningen",
        "Aantal aanvragen voor woningsplitsing",
    ],
    FIRST: ["Aantal verhuizingen", "Lengte van de verhuisketen", "Omvang nieuwe huishouden", "Reden van verhuizing", "Spontane verhuizing"],
    SECOND: [
        "Leeftijdscategorie",
        "Woning",
        "Locatie",
        "Eigen initiatief senior",
        "Doorverwijzing zorgpartij",
        "Benaderd door woningcorporatie vanwege renovatie",
        "Benaderd door woningcorporatie vanwege passend wonen",
        "Aantal senioren benaderd door woningcorporatie vanwege sloop",
    ],
    THIRD: [
        "Aantal verstuurde brieven",
        "Aantal gesprekken",
        "Aantal trajecten",
        "Verhouding aantal trajecten",
        "Aantal toewijzingen op basis van voorrangsregel",
        "Verhouding tot het totaal aantal verhuizingen",
        "Verhouding toewijzingen op basis van voorrangsregel",
        "Aantal huishoudens dat woonlastengewenning",
        "Aantal huishoudens dat vergoeding",
        "Aandeel hiervan",
        "Aantal keer dat een flexibele eis",
        "Aantal keer dat interventie x",
    ],
}


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_row_of_the_toolkit_has_a_number_and_stands_in_its_order(sheet):
    rows = list(dict.fromkeys(row.row for row in REGISTRY.values() if row.sheet == sheet and not row.row.startswith("(niet in")))
    assert len(rows) == len(TOOLKIT[sheet])
    assert all(row.startswith(begin) for row, begin in zip(rows, TOOLKIT[sheet], strict=True))


def test_rows_say_what_they_are_and_own_indicators_are_defined_once():
    for key, row in REGISTRY.items():
        assert row.key == key and row.nl and row.en and row.unit and row.definition and row.uitleg and row.source, key
        assert len({value.key for value in row.values}) == len(row.values)
        if key in indicators.REGISTRY:
            assert row.definition == indicators.REGISTRY[key].definition


def test_every_instrument_feeds_a_row_and_none_escapes_sheet_3():
    for key, cls in INSTRUMENTS.items():
        assert cls.card.indicator in REGISTRY, f"{key} feeds {cls.card.indicator}, which is no row of the monitor"
        assert row_of(cls.card.indicator).sheet == THIRD
    assert row_of("suitable_dwellings").key == row_of("anything else").key == OTHER


def test_classes_are_those_of_the_model():
    def keys(name):
        return {value.key for value in REGISTRY[name].values}

    assert keys("reason") == set(codes.names(codes.Trigger))
    assert keys("to_type") == keys("from_type") == set(codes.names(codes.DwellingType))
    assert keys("to_tenure") == set(codes.names(codes.Tenure))
    assert keys("age_class") == {name for _, name in AGES} and keys("to_rent_class") == {*RENTS, "free"}
    assert {f"first_contact_{name}" for name in codes.names(codes.Contact)} <= set(REGISTRY)
    assert sorted(rent_limits("2026-01")) == rent_limits("2026-01")


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    return monitor(gather(synthetic_tables.write(tmp_path_factory.mktemp("run"))))


def value(table, key, scenario="basis"):
    found = table[(table["scenario"] == scenario) & (table["key"] == key)]
    assert len(found) == 1, key
    return found.iloc[0]


def test_the_table_has_every_row_for_basis_and_each_scenario_and_not_for_the_placebo(counted):
    assert list(counted.columns) == list(MONITOR.names)
    assert set(counted["scenario"]) == {"basis", "voorrang", "huurgewenning"} and counted["scenario"].iloc[0] == "basis"
    assert not counted.duplicated(["scenario", "key"]).any()
    for _, part in counted.groupby("scenario"):
        assert {key.split(".")[0] for key in part["key"]} == set(REGISTRY)
    empty = counted[counted["mean"].isna()]
    known = {"area_left", "area_taken"}  # classes are the wijken: none, no rows
    unexplained = empty[(empty["note"] == "") & ~empty["key"].str.split(".").str[0].isin(known)]
    in_summary = {row.key for row in REGISTRY.values() if "summary" in row.source}
    assert set(unexplained["key"]) <= in_summary, "a number that is not there says why"


def test_counts_are_those_put_in(counted):
    # 20 chains in each seed: a couple of 70 leaves 120 m2 for 80 m2 in another wijk, a family of three follows
    assert value(counted, "senior_households_moved")["mean"] == 20
    assert value(counted, "new_household.three_plus")["mean"] == 20 and value(counted, "new_household.one")["mean"] == 0
    assert value(counted, "larger_household")["mean"] == 1
    assert value(counted, "age_class.66_75.share")["mean"] == 1
    assert value(counted, "nood_wens.nood")["mean"] == 5 and value(counted, "reason.wish")["mean"] == 15
    assert value(counted, "from_floor_area.100_149")["mean"] == 20 and value(counted, "to_floor_area_mean")["mean"] == 80
    assert value(counted, "from_rent_class.aftopping_small.share")["mean"] == 1
    assert value(counted, "to_rent_class.aftopping_large.share")["mean"] == 1
    assert value(counted, "area_left.WK1")["mean"] == 20 and value(counted, "same_area")["mean"] == 0
    assert value(counted, "first_contact_corporatie_passend_wonen")["mean"] == 10
    care = value(counted, "first_contact_zorgpartij")
    assert np.isnan(care["mean"]) and "cannot be counted" in care["note"] and care["seeds"] == 0
    assert value(counted, "first_contact_corporatie_sloop")["mean"] == 0


def test_the_ledger_of_instruments_gives_uses_of_the_run_and_ratios(counted):
    priority = value(counted, "allocations_by_priority", "voorrang")
    assert priority["mean"] == value(counted, "allocations_by_priority.voorrang", "voorrang")["mean"] == 10  # the follow-up is left out
    assert value(counted, "allocations_by_priority")["mean"] == 0
    assert value(counted, "priority_of_lettings", "voorrang")["mean"] == pytest.approx(10 / 40)
    moves = 500 + 10 * np.arange(6) + np.array([synthetic_tables.extra("voorrang", seed) for seed in range(6)])
    assert value(counted, "priority_of_senior_moves", "voorrang")["mean"] == pytest.approx((10 / moves).mean())
    senior = value(counted, "senior_moves", "voorrang")
    assert senior["lower"] < senior["mean"] < senior["upper"] and senior["seeds"] == 6


def test_without_a_ledger_rows_from_moves_say_so(tmp_path):
    table = monitor(gather(synthetic_tables.write(tmp_path, with_ledger=False)))
    assert value(table, "reason")["note"] == NO_LEDGER and np.isnan(value(table, "reason")["mean"])
    assert value(table, "senior_moves")["seeds"] == 6


def test_every_verdict_has_its_place_among_the_claims_and_every_one_of_a_user_that_moved_a_class():
    assert sorted(BY_CLAIM) == sorted(codes.Verdict)
    classes = [value.key for value in REGISTRY["by_measures"].values]
    assert classes == [SPONTANEOUS, *(name for name in codes.names(codes.Verdict) if name != codes.Verdict.NIET_VERHUISD.key)]


def test_users_get_one_verdict_each_and_unknown_is_shown(tmp_path):
    rows = [
        ("voorrang", seed, 7, key, verdict, month)
        for seed in range(6)
        for key, verdict, month in (
            ("voorrang", "onbekend", 5),
            ("huurgewenning", "ook_zonder", 5),
        )
    ]
    rows += [
        ("voorrang", 0, 8, "voorrang", "ook_zonder", 9),
        ("voorrang", 0, 9, "voorrang", "niet_verhuisd", -1),
        ("voorrang", 0, 10, "voorrang", "ook_zonder", synthetic_tables.MONTHS),
    ]
    names = ["scenario", "seed", "household_id", "instrument", "verdict", "month_moved"]
    table = monitor(gather(synthetic_tables.write(tmp_path, tables={"attribution": pd.DataFrame(rows, columns=names)})))
    assert value(table, "by_measures.onbekend", "voorrang")["mean"] == 1
    assert value(table, "by_measures.ook_zonder", "voorrang")["mean"] == pytest.approx(1 / 6)  # after the run is not in it
    assert np.isnan(value(table, "by_measures.noodzakelijk", "voorrang")["mean"])
    assert value(table, "by_measures.spontaan")["mean"] == 20


def test_the_row_of_all_instruments_decides_where_there_is_one(tmp_path):
    rows = [(1, "alle", "noodzakelijk", 5), (1, "voorrang", "onbekend", 5), (2, "alle", "zetje", 5), (3, "alle", "zetje", 99)]
    rows += [(4, "alle", "niet_verhuisd", -1)]
    frame = pd.DataFrame(rows, columns=["household_id", "instrument", "verdict", "month_moved"])
    frame.assign(scenario="a", seed=0).to_parquet(tmp_path / "attribution.parquet")
    found = of_movers(Folder(tmp_path), "a", months=10)
    assert {name: n.to_dict() for name, n in found.items() if len(n)} == {"noodzakelijk": {0: 1}, "zetje": {0: 1}}


PARTS = (["a"] * 3, ["a", "b", "b"], ["b"], ["c", "a"])


@pytest.mark.parametrize("told", [True, False], ids=["parts say what they hold", "parts say nothing"])
@pytest.mark.parametrize("texts", ["dictionary", "plain"])
@pytest.mark.parametrize("scenario", ["a", "b", "c", "aa", "d"])
def test_a_scenario_is_read_whole_and_alone_however_the_file_was_cut(tmp_path, told, texts, scenario):
    names = [name for part in PARTS for name in part]
    whole = pd.DataFrame({"scenario": names, "seed": range(len(names)), "verdict": [f"v{k % 3}" for k in range(len(names))]})
    schema = pa.Table.from_pandas(whole.astype({"scenario": "category", "verdict": "category"} if texts == "dictionary" else {})).schema
    with pq.ParquetWriter(tmp_path / "attribution.parquet", schema, write_statistics=told) as file:
        for k, part in enumerate(PARTS):
            first = sum(map(len, PARTS[:k]))
            file.write_table(pa.Table.from_pandas(whole.iloc[first : first + len(part)], preserve_index=False).cast(schema))
    folder, columns = Folder(tmp_path), ["seed", "verdict"]
    mine = whole[whole["scenario"] == scenario]
    assert folder.scenarios("attribution") == ["a", "b", "c"]
    assert folder.of_scenario("attribution", columns, scenario).astype(object).to_numpy().tolist() == mine[columns].to_numpy().tolist()
    parts = pd.concat([one.astype(object) for one in folder.parts_of_scenario("attribution", columns, scenario)])
    assert parts.to_numpy().tolist() == mine[columns].to_numpy().tolist()
    even = mine[mine["seed"] >= 2][columns].to_numpy().tolist()
    assert folder.of_scenario("attribution", columns, scenario, [("seed", ">=", 2)]).astype(object).to_numpy().tolist() == even
