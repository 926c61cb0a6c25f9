"""Places of one's own: what a folder of figures gives, what is refused of it, and that nothing else changes."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from sim.parameters import resolve as parameters
from sim.population import fitting, setting
from sim.population.base_year import base_year
from sim.world import figure_cells, figures
from sim.world.errors import Refusal
from sim.world.figure_checks import SPANS, SUMS, WHOLE, faults
from sim.world.place_names import everyday, former
from sim.world.places import places, resolve
from tests.own_places import CODE, NAME, another, folder_of, row_of, scaled, shipped, wijken_of
from tools.rooms import ROOT

HEADERS = {name: list(shipped(name)[0]) for name in ("gemeenten", "wijken")}
NUMBERS = [(name, column) for name, header in HEADERS.items() for column in header if not figure_cells.is_text(column)]


@pytest.fixture(autouse=True)
def only_shipped():
    """Each test begins and ends with the project's own figures."""
    figures.use(None)
    yield
    figures.use(None)


def by_code(code: str) -> dict[str, float]:
    """Totals of one gemeente in the base year."""
    b = base_year()
    at = list(b.code).index(code)
    return {name: float(getattr(b, name)[at].sum()) for name in ("persons", "households", "homeless", "dwellings", "occupied")}


def refused(folder) -> str:
    """What is said of a folder, in one line, with all as it was before."""
    before = figures.digest()
    with pytest.raises(Refusal) as error:
        figures.use(folder)
    assert figures.digest() == before and figures.own_files() == {}
    said = str(error.value)
    assert said and "\n" not in said
    return said


def test_nothing_of_figures_is_kept_past_a_change_of_figures():
    files = [*(ROOT / "sim" / "population").glob("*.py"), ROOT / "sim" / "world" / "places.py", ROOT / "sim" / "world" / "figures.py"]
    kept = sum(path.read_text(encoding="utf-8").count("@figures.kept\n") for path in files)
    held = {path.name: re.findall(r"functools\.\w*cache\w*|from functools import", path.read_text(encoding="utf-8")) for path in files}
    own = held.pop("figures.py")
    assert "functools.cache" in own and not any(held.values()), held
    assert kept >= 17 and {places, base_year} <= set(figures._made)


@pytest.mark.parametrize("by_wijk", [False, True])
def test_the_rows_of_a_gemeente_under_another_code_give_the_same_place(tmp_path, by_wijk):
    wanted = fitting.make(replace(resolve("zwolle"), by_wijk=resolve("zwolle").gemeenten if by_wijk else ()))
    totals, edge, built = (
        by_code("GM0193"),
        setting.border(resolve("zwolle")),
        setting.programme(resolve("zwolle"), parameters()),
    )
    figures.use(folder_of(tmp_path, [another()], wijken_of() if by_wijk else []))
    place = resolve(NAME)
    assert place is resolve(CODE) is resolve("zwolsch") and place.level == ("wijk" if by_wijk else "gemeente")
    made = fitting.make(place)
    assert len(made.code) == len(wanted.code) and set(made.code) == ({row["code"] for row in wijken_of()} & {*made.code} or {CODE})
    for name in ("x_km", "y_km", "urban", "persons", "woz_keur", "low_income", "dwellings", "occupied", "joint", "homeless", "known_types"):
        here, there = getattr(made, name).astype(float), getattr(wanted, name).astype(float)
        assert np.abs(here - there).sum() <= 0.01 * np.abs(there).sum(), name
    assert by_code(CODE) == pytest.approx(totals, rel=0.001)
    assert setting.border(place) == pytest.approx(edge, rel=0.001)
    assert np.concatenate(list(setting.programme(place, parameters()))) == pytest.approx(np.concatenate(list(built)), rel=0.001)


@pytest.mark.parametrize("persons", [5_000, 50_000, 500_000])
def test_an_added_place_comes_on_top_of_the_country_and_takes_from_nobody(tmp_path, persons):
    before, factor = base_year(), persons / float(row_of("GM0193")["population_2022"])
    wanted = {name: factor * total for name, total in by_code("GM0193").items()}
    figures.use(folder_of(tmp_path, [scaled(another(), factor)]))
    after = base_year()
    others = after.code != CODE
    for name in ("persons", "households", "dwellings", "occupied"):
        here, there = (getattr(one, name).reshape(len(one.code), -1).sum(axis=1) for one in (after, before))
        assert here[others] == pytest.approx(there, rel=1e-6), name
    assert by_code(CODE) == pytest.approx(wanted, rel=0.005)


def test_an_added_place_is_in_no_region_and_the_regions_stay(tmp_path):
    before = [(place.key, place.gemeenten, place.level) for place in places()]
    figures.use(folder_of(tmp_path, [another()]))
    assert [(place.key, place.gemeenten, place.level) for place in places() if place.code != CODE] == before
    assert fitting.make(resolve("nederland")).persons.sum() == pytest.approx(by_total("persons") - by_code(CODE)["persons"])


def by_total(name: str) -> float:
    return float(getattr(base_year(), name).sum())


def test_one_column_of_a_gemeente_changes_what_it_should(tmp_path):
    before, low = by_code("GM0193"), fitting.make(resolve("zwolle"))
    more = round(1.04 * float(row_of("GM0193")["dwellings_20240101"]))
    figures.use(folder_of(tmp_path / "homes", [{"code": "GM0193", "dwellings_20240101": str(more)}]))
    after = by_code("GM0193")
    assert after["dwellings"] == pytest.approx(more) and after["persons"] == before["persons"]
    assert fitting.make(resolve("zwolle")).dwellings.sum() == pytest.approx(more) and resolve("zwolle").level == "wijk"
    figures.use(folder_of(tmp_path / "owners", [{"code": "GM0193", "pct_owner_2022": "70", "woz_keur_2022": "400"}]))
    after = fitting.make(resolve("zwolle"))
    assert after.dwellings[:, :2].sum() == pytest.approx(0.7 * low.dwellings.sum())
    assert np.average(after.woz_keur, weights=after.dwellings.sum(axis=1)) == pytest.approx(400)
    figures.use(folder_of(tmp_path / "moves", [{"code": "GM0193", "left_2025": "1200"}]))
    assert setting.border(resolve("zwolle")).persons == pytest.approx(100)


def test_what_the_guide_says_that_others_lose_to_ten_per_cent_more_in_zwolle(tmp_path):
    def of_others() -> dict[str, float]:
        b = base_year()
        return {name: float(getattr(b, name)[b.code != "GM0193"].sum()) for name in ("persons", "homeless")}

    before = of_others()
    wijken = [scaled(row, 1.1) for row in shipped("wijken") if row["gemeente"] == "GM0193"]
    figures.use(folder_of(tmp_path, [scaled(row_of("GM0193"), 1.1)], wijken))
    lost = {name: 100 * (1 - total / before[name]) for name, total in of_others().items()}
    guide = " ".join((ROOT / "docs" / "howto-municipality.md").read_text(encoding="utf-8").split())
    assert f"take {lost['persons']:.3f} % of the persons from the others" in guide
    assert f"Of the households without a home they take {lost['homeless']:.2f} %" in guide


def test_wijken_of_a_gemeente_stand_for_all_that_it_had(tmp_path):
    before = fitting.make(resolve("zwolle"))
    own = [{"code": row["code"], "pct_owner_2022": ""} for row in shipped("wijken") if row["gemeente"] == "GM0193"]
    figures.use(folder_of(tmp_path / "same", wijken=own))
    same = fitting.make(resolve("zwolle"))
    assert all(np.array_equal(*pair) for pair in zip(same, before, strict=True)), "an empty field keeps what is there"
    assert "list all its wijken" in refused_after_none(folder_of(tmp_path / "fewer", wijken=own[1:]))
    island = row_of("GM0093")
    parts = [
        {**wijken_of()[0], "code": f"WK00930{k}", "name": f"Deel {k}", "gemeente": "GM0093", "x_km": str(140 + k), "y_km": island["y_km"],
         "population_2022": str(round(share * float(island["population_2022"]))),
         "dwellings_2022": str(round(share * float(island["dwellings_2022"])))}
        for k, share in enumerate((0.6, 0.4))
    ]  # fmt: skip
    assert resolve("terschelling").level == "gemeente"
    figures.use(folder_of(tmp_path / "island", wijken=parts))
    assert resolve("terschelling").level == "wijk" and list(fitting.make(resolve("terschelling")).name) == ["Deel 0", "Deel 1"]
    assert fitting.make(resolve("terschelling")).occupied.sum() == pytest.approx(by_code("GM0093")["occupied"])


def refused_after_none(folder) -> str:
    figures.use(None)
    return refused(folder)


def test_two_folders_in_one_process_do_not_mix_and_none_gives_back_the_project(tmp_path):
    one = folder_of(tmp_path / "one", [another()])
    two = folder_of(tmp_path / "two", [another("GM0200", name=NAME)])

    def seen(folder) -> tuple:
        figures.use(folder)
        made = fitting.fitted(resolve(CODE if folder else "zwolle"))
        values = [value.tobytes() for value in (*made[3:], base_year().joint, figures.column("gemeenten", "population_2022"))]
        return figures.digest(), figures.own_files(), [place.key for place in places()], values

    rounds = [[seen(folder) for folder in (None, one, two)] for _ in range(2)]
    assert rounds[0] == rounds[1]
    assert len({digest for digest, *_ in rounds[0]}) == 3 and rounds[0][0][1] == {}
    assert rounds[0][1][3] != rounds[0][2][3], "the fit that is kept on disk follows the figures"


def test_line_ends_the_mark_of_a_spreadsheet_and_the_order_of_rows_do_not_count(tmp_path):
    rows = [another(), another("GM0200", code="XX0002", name="Apeldoornsch")]
    figures.use(folder_of(tmp_path / "one", rows))
    digest, table = figures.digest(), figures.table("gemeenten")
    path = folder_of(tmp_path / "two", rows[::-1]) / "gemeenten.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\r\n", b"\n"))
    (tmp_path / "two" / "README.txt").write_text("not read")
    figures.use(tmp_path / "two")
    assert figures.digest() == digest and figures.own_files().keys() == {"gemeenten.csv"}
    assert all(list(map(str, figures.table("gemeenten")[name])) == list(map(str, values)) for name, values in table.items())


def test_every_row_of_the_project_passes_every_check():
    tables = [figures.table(name) for name in ("gemeenten", "wijken")]
    assert list(faults(*tables, tables[0])) == []
    assert len({(place.key, place.code) for place in places()}) == len(places())


def damaged(name: str, columns, factor: float) -> set[str]:
    """Columns of which something is said when these of one row are multiplied."""
    tables = {key: {column: values.copy() for column, values in figures.table(key).items()} for key in HEADERS}
    code = "GM0193" if name == "gemeenten" else "WK019310"
    at = list(tables[name]["code"]).index(code)
    for column in columns:
        tables[name][column][at] *= factor
    return {fault.column for fault in faults(tables["gemeenten"], tables["wijken"], figures.table("gemeenten")) if code in str(fault.where)}


@pytest.mark.parametrize("factor", [0.5, 2.0])
@pytest.mark.parametrize(("name", "one"), [(name, one) for name, sums in SUMS.items() for one in sums], ids=str)
def test_each_sum_is_seen_to_fail_on_either_side(name, one, factor):
    assert one.columns[0] in damaged(name, one.columns, factor)


@pytest.mark.parametrize("start", SPANS)
def test_each_bound_is_seen_to_fail_on_either_side(start):
    for column in HEADERS["gemeenten"]:
        if column.startswith(start):
            assert column in damaged("gemeenten", [column], 1e-4) and column in damaged("gemeenten", [column], 100)


@pytest.mark.parametrize(("name", "column"), [(name, one) for name, one in NUMBERS if one.startswith(WHOLE)])
def test_a_dot_between_thousands_is_no_whole_number(tmp_path, name, column):
    gemeenten, wijken = [another(**({column: "130.668"} if name == "gemeenten" else {}))], wijken_of()
    wijken[0] |= {column: "13.668"} if name == "wijken" else {}
    said = refused(folder_of(tmp_path, gemeenten, wijken))
    assert said.startswith(f"own {name}.csv: row 2, column {column}: ") and said.endswith(
        "no whole number; write no sign between thousands"
    )


@pytest.mark.parametrize("column", ["population_2022", "dwellings_2022"])
def test_wijken_that_do_not_add_up_to_their_gemeente_are_named(column):
    assert column in damaged("wijken", [column], 5.0) | damaged("wijken", [column], 50.0)


@pytest.mark.parametrize(("name", "column"), NUMBERS)
def test_a_number_that_is_text_out_of_range_or_not_there_is_named_by_row_and_column(tmp_path, name, column):
    low, high = figure_cells.bounds(column)
    gemeenten, wijken = [another()], wijken_of()
    row = (gemeenten if name == "gemeenten" else wijken)[-1]
    at = f"own {name}.csv: row {2 if name == 'gemeenten' else len(wijken) + 1}, column {column}: "
    for cell, words in (("many", "'many' is not a number"), ("12,5", "write a decimal point"), (str(low - 1), "is out of range"),
                        (str(10 * high), "is out of range"), ("nan", "is out of range"), ("inf", "is out of range")):  # fmt: skip
        kept, row[column] = row[column], cell
        said = refused(folder_of(tmp_path / "cell", gemeenten, wijken))
        assert said.startswith(at) and words in said
        row[column] = kept
    missing = [{key: cell for key, cell in one.items() if key != column} for one in (gemeenten if name == "gemeenten" else wijken)]
    folder = folder_of(tmp_path / "gone", missing if name == "gemeenten" else gemeenten, missing if name == "wijken" else wijken)
    if figure_cells.may_miss(name, column):
        figures.use(folder)
        assert np.isfinite(fitting.make(resolve(CODE)).joint).all()
    else:
        assert f"own {name}.csv: row 2, column {column}: not there, and" in refused(folder)


TEXTS = [
    ({"code": "GM9998"}, None),
    ({"code": "XX1"}, "column code: XX1 is none of the gemeenten; write a code as XX0001"),
    ({"code": "xx0001"}, "column code: xx0001 is none of the gemeenten"),
    ({"code": former()[0].code}, f"column code: {former()[0].code} was {former()[0].name}"),
    ({"code": "GM0193"}, f"column name: GM0193 is Zwolle, not {NAME}; give a code of its own"),
    ({"code": "GM0193", "name": "Zwolle", "province": "Gelderland"}, "column province: GM0193 is Overijssel, not Gelderland"),
    ({"province": "Overijsel"}, "column province: Overijsel is no province; did you mean Overijssel?"),
    ({"name": "Zwolle"}, "column name: Zwolle is the name of Zwolle; give a name of its own"),
    ({"name": "zwólle!"}, "is the name of Zwolle"),
    ({"name": "Bergen"}, "column name: Bergen is the name of Bergen"),
    ({"name": "Gelderland"}, "column name: Gelderland is the name of Gelderland"),
    ({"name": "Provincie Utrecht"}, "is the name of Utrecht"),
    ({"name": "Nederland"}, "is the name of Nederland"),
    ({"name": next(iter(everyday()))}, "is the name of another place, as people call it"),
    ({"name": former()[0].name}, f"is the name of {former()[0].name}, which is no more"),
    ({"name": "363"}, "column name: 363 gives no key"),
    ({"name": "XX0002"}, "column name: XX0002 gives no key"),
    ({"name": "!!"}, "column name: !! gives no key"),
    ({"name": "Z" * 70}, "gives no key"),
    ({"name": "  "}, "column name: empty"),
    ({f"age_{a}_2021": str(30_000 * (a == 40)) if a > 60 or a == 40 else row_of("GM0193")[f"age_{a}_2021"] for a in range(0, 100, 5)},
     "column age_65_2021: nobody is 65 and over; give"),
    ({"mean_household_size_2020": "3"}, "column mean_household_size_2020: households_2020 times it is"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "words"), TEXTS, ids=str)
def test_codes_names_and_provinces_that_cannot_be_are_named(tmp_path, changed, words):
    folder = folder_of(tmp_path, [another(**changed)])
    if words is None:
        return figures.use(folder)
    said = refused(folder)
    assert said.startswith("own gemeenten.csv: row 2, ") and words in said


def text_with(change) -> bytes:
    """The file of one place of one's own, changed."""
    row = another()
    return change(",".join(row) + "\n" + ",".join(row.values()) + "\n").encode("cp1252")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace(NAME, "Súdwest"), "not UTF-8 text (byte 795); a spreadsheet saves it as 'CSV UTF-8'"),
        (lambda text: text.replace(",", ";"), "row 1: a comma is needed between columns, and a decimal point in numbers"),
        (lambda text: text.replace("202.", "202,"), "cells, the header has 53; numbers have a decimal point"),
        (lambda text: text + text.splitlines()[1], f"own gemeenten.csv: row 3, column code: {CODE} is there twice"),
        (lambda text: text.replace("x_km", "x_metre"), "row 1, column x_metre: not known"),
        (lambda text: text.replace("pct_owner_2022", "pct_owner_2020", 1), "column pct_owner_2020: there twice"),
        (lambda text: text.replace("code", "name", 1).replace("name,name", "name,province,", 1), "there twice"),
        (lambda text: text.splitlines()[0], "row 1: a header and at least one row are expected"),
        (lambda text: "", "row 1: a header and at least one row are expected"),
        (lambda text: text + "\n", "row 3, column code: 0 cells"),
        (lambda text: text.split(",", 1)[1].replace(f"\n{CODE},", "\n"), "row 1, column code: not there, so no row says which"),
    ],
)
def test_a_damaged_file_is_told_in_one_line_with_the_way_out(tmp_path, change, words):
    (tmp_path / "gemeenten.csv").write_bytes(text_with(change))
    said = refused(tmp_path)
    assert said.startswith("own gemeenten.csv: ") and words in said


def test_what_a_folder_may_hold(tmp_path):
    assert f"place_dir={tmp_path / 'nowhere'}"[:30] in refused(tmp_path / "nowhere") and "no such folder" in refused(tmp_path / "nowhere")
    assert "neither gemeenten.csv nor wijken.csv is there" in refused(tmp_path)
    folder_of(tmp_path, [another()])
    for name in ("gemeente.csv", "Wijken.CSV"):
        (tmp_path / name).write_text("code\n")
        assert f"{name} is no file of figures; did you mean {name.lower().replace('te.', 'ten.')}?" in refused(tmp_path)
        (tmp_path / name).unlink()
    (tmp_path / ".~lock.gemeenten.csv").write_text("of a spreadsheet")
    (tmp_path / "sources.xlsx").write_bytes(b"not read")
    figures.use(tmp_path)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"gemeente": "XX0009"}, "column gemeente: XX0009 is no gemeente that is there; did you mean XX0001?"),
        ({"code": "WK019310"}, f"column gemeente: WK019310 is GM0193, not {CODE}; give a code of its own"),
        ({"code": "XX1"}, "column code: XX1 is none of the wijken; write a code as XX000101"),
        ({"population_2022": "90000"}, "column population_2022: the wijken of Zwolsch have"),
    ],
    ids=str,
)
def test_a_wijk_that_cannot_be_is_named(tmp_path, changed, words):
    rows = wijken_of()
    rows[0] |= changed
    said = refused(folder_of(tmp_path, [another()], rows))
    assert said.startswith("own wijken.csv: row 2, ") and words in said


SHARES = [
    {"pct_owner_2020": "0", "pct_owner_2022": "1", "pct_corporation_2020": "100", "pct_other_landlord_2020": "0"},
    {"pct_owner_2020": "100", "pct_owner_2022": "99", "pct_corporation_2020": "0", "pct_other_landlord_2020": "0"},
    {"pct_multi_family_2020": "0", "pct_occupied_2020": "50"},
    {"pct_multi_family_2020": "100", "pct_occupied_2020": "100"},
    {"pct_one_person_2020": "100", "pct_no_children_2020": "0", "pct_with_children_2020": "0"},
    {"pct_one_person_2020": "0", "pct_no_children_2020": "0", "pct_with_children_2020": "100"},
    {"pct_households_low40_2020": "0", "pct_persons_low40_2022": "100", "urban_2022": "1"},
]


@pytest.mark.parametrize("by_wijk", [False, True])
@pytest.mark.parametrize("changed", SHARES, ids=str)
def test_the_extremes_that_are_let_in_give_a_place_of_finite_figures(tmp_path, changed, by_wijk):
    figures.use(folder_of(tmp_path, [another(**changed)], wijken_of() if by_wijk else []))
    for values in (*base_year()[1:], *fitting.make(resolve(CODE))[3:]):
        assert np.isfinite(values).all() and (values >= 0).all()


def test_what_is_read_of_a_folder_is_read_once(tmp_path, monkeypatch):
    folder = folder_of(tmp_path, [another()])
    figures.use(folder)
    kept = base_year()
    figures.use(folder)
    assert base_year() is kept, "the same files again forget nothing"
    (folder / "gemeenten.csv").unlink()
    figures.forget()
    assert resolve(CODE).name == NAME, "a file that is taken away in the meantime changes nothing"
