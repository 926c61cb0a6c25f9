"""Refreshing figures from CBS open data, against answers written here in its format."""

from __future__ import annotations

import csv
import shutil

import pytest

from sim.population import cbs
from sim.world import figures

STOCK = cbs.QUERIES["stock"]
PROPERTIES = [
    {"Key": "RegioS", "Type": "GeoDimension"},
    {"Key": "BeginstandVoorraad_1", "Type": "Topic"},
    {"Key": "Nieuwbouw_2", "Type": "Topic"},
    {"Key": "EindstandVoorraad_8", "Type": "Topic"},
]


def _row(code: str, begin: float | None, new: int, end: int, period: str = "2025JJ00", use: str = "A045364") -> dict:
    return {
        "ID": 1,
        "Gebruiksfunctie": f"{use} ",
        "RegioS": f"{code}    ",
        "Perioden": period,
        "BeginstandVoorraad_1": begin,
        "Nieuwbouw_2": new,
        "EindstandVoorraad_8": end,
    }


def _answer(rows: list[dict]) -> dict:
    return {"TypedDataSet": rows, "DataProperties": PROPERTIES, "TableInfos": [{"Title": "Voorraad"}]}


def _no_network(*args, **kwargs):
    raise ConnectionError("name or service not known")


def test_only_gemeenten_of_the_year_and_use_asked_for_are_taken(tmp_path) -> None:
    rows = [
        _row("GM0193", 62000, 500, 62400),
        _row("NL01", 8e6, 7, 8),
        _row("GM0193", 1, 1, 1, use="T001419"),
        _row("GM0200", 1, 1, 1, period="2024JJ00"),
        _row("GM0141", None, 1, 2),
    ]
    asked: dict = {}

    def download(table, **options):
        asked.update(options, table=table)
        return _answer(rows)

    found = cbs.fetch(STOCK, 2025, download, tmp_path)
    assert found == {"GM0193": {"dwellings_20250101": 62000.0, "dwellings_20251231": 62400.0, "new_build_2025": 500.0}}
    assert asked["table"] == "81955NED"
    assert asked["typed"] is True
    assert "Perioden eq '2025JJ00'" in asked["filters"]
    assert "A045364" in asked["filters"]


def test_without_network_the_last_download_is_used(tmp_path) -> None:
    first = cbs.fetch(STOCK, 2025, lambda *a, **k: _answer([_row("GM0193", 1000, 10, 1010)]), tmp_path)
    assert cbs.fetch(STOCK, 2025, _no_network, tmp_path) == first
    assert cbs.fetch(STOCK, 2025, None, tmp_path) == first
    assert not list(tmp_path.glob("*.tmp"))


def test_without_network_and_copy_it_says_what_it_tried_and_what_is_there(tmp_path) -> None:
    cbs.fetch(STOCK, 2025, lambda *a, **k: _answer([_row("GM0193", 1000, 10, 1010)]), tmp_path)
    with pytest.raises(cbs.Refusal, match=r"81955NED for 2026: ConnectionError.*no earlier download.*there: 81955NED-2025"):
        cbs.fetch(STOCK, 2026, _no_network, tmp_path)


def test_a_measure_that_the_table_no_longer_has_names_the_nearest(tmp_path) -> None:
    query = cbs.Query("81955NED", {}, {"BeginVoorraad_1": "dwellings_{year}0101"})
    with pytest.raises(cbs.Refusal, match=r"no measure BeginVoorraad_1; did you mean BeginstandVoorraad_1"):
        cbs.fetch(query, 2025, lambda *a, **k: _answer([_row("GM0193", 1, 1, 1)]), tmp_path)


def test_a_damaged_copy_names_file_and_place(tmp_path) -> None:
    (tmp_path / "81955NED-2025.json").write_text('{"TypedDataSet": [', encoding="utf-8")
    with pytest.raises(cbs.Refusal, match=r"81955NED-2025\.json: damaged at line 1, column 19"):
        cbs.fetch(STOCK, 2025, None, tmp_path)


def test_new_columns_enter_the_file_and_are_readable(tmp_path) -> None:
    folder = tmp_path / "population"
    shutil.copytree(figures.FOLDER, folder)
    codes = figures.column("gemeenten", "code")
    found = {code: {"dwellings_20250101": 100.0 + k, "new_build_2024": 7.0} for k, code in enumerate(codes)}
    changed = cbs.put(found, folder / "gemeenten.csv")
    assert changed["dwellings_20250101"] == len(codes)
    assert list(figures.column("gemeenten", "dwellings_20250101", folder)) == [100.0 + k for k in range(len(codes))]
    assert set(figures.column("gemeenten", "new_build_2024", folder)) == {7.0}
    assert cbs.put(found, folder / "gemeenten.csv") == {"dwellings_20250101": 0, "new_build_2024": 0}
    with (folder / "gemeenten.csv").open(encoding="utf-8") as file:
        untouched = [row["population_2022"] for row in csv.DictReader(file)]
    assert [float(n) for n in untouched] == list(figures.column("gemeenten", "population_2022"))


def test_figures_on_other_boundaries_are_refused_and_nothing_is_written(tmp_path) -> None:
    shutil.copy(figures.FOLDER / "gemeenten.csv", tmp_path / "gemeenten.csv")
    before = (tmp_path / "gemeenten.csv").read_bytes()
    with pytest.raises(cbs.Refusal, match=r"341 gemeenten are not in the download .*other boundaries"):
        cbs.put({"GM0193": {"new_build_2024": 1.0}}, tmp_path / "gemeenten.csv")
    assert (tmp_path / "gemeenten.csv").read_bytes() == before
