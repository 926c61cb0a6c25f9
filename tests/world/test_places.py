"""Places: by what names they are known, and how damaged figures are reported."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from sim.world import figures
from sim.world.errors import Refusal
from sim.world.places import places, resolve


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("zwolle", "GM0193"),
        ("GM0193", "GM0193"),
        ("gm0193", "GM0193"),
        ("s-gravenhage", "GM0518"),
        ("bergen-nh", "GM0373"),
        ("sudwest-fryslan", "GM1900"),
        ("'s-Gravenhage", "GM0518"),
        ("Súdwest-Fryslân", "GM1900"),
    ],
)
def test_slug_code_and_official_name_lead_to_the_same_gemeente(asked: str, code: str) -> None:
    assert resolve(asked).gemeenten == (code,)


def test_every_key_and_code_is_unique_ascii_and_leads_back_to_its_place() -> None:
    assert len({place.key for place in places()}) == len(places())
    for place in places():
        assert place.key.isascii()
        assert resolve(place.key) is place
        assert resolve(place.code) is place


def test_regions_hold_all_gemeenten_once() -> None:
    country = set(resolve("nederland").gemeenten)
    assert len(country) == 342
    provinces = [p for p in places() if 1 < len(p.gemeenten) < 342]
    assert len(provinces) == 12
    assert sorted(code for p in provinces for code in p.gemeenten) == sorted(country)


def test_the_ten_gemeenten_and_gelderland_go_down_to_wijken() -> None:
    north = ["amersfoort", "apeldoorn", "arnhem", "enschede", "ooststellingwerf", "zwolle"]
    south = ["delft", "veenendaal", "veldhoven", "vlaardingen"]
    assert {resolve(key).level for key in [*north, *south, "gelderland"]} == {"wijk"}
    assert len(resolve("gelderland").gemeenten) == 51
    assert resolve("nederland").level == "gemeente"


def test_an_unknown_place_names_the_nearest() -> None:
    with pytest.raises(Refusal, match=r"'zwole' is not known; did you mean zwolle\?"):
        resolve("zwole")
    with pytest.raises(ValueError, match="did you mean s-gravenhage"):
        resolve("gravenhage")


@pytest.fixture
def folder(tmp_path):
    """A copy of the figures that a test may damage."""
    copy = tmp_path / "population"
    shutil.copytree(figures.FOLDER, copy)
    return copy


def _damage(path, change) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")


def test_a_missing_file_is_named(folder) -> None:
    (folder / "gemeenten.csv").unlink()
    with pytest.raises(figures.Refusal, match=r"gemeenten\.csv: cannot be read .*convert\.py"):
        figures.table("gemeenten", folder)


@pytest.mark.parametrize("change", [lambda line: line + ",1", lambda line: line.rsplit(",", 3)[0]])
def test_a_row_with_a_cell_too_many_or_too_few_names_row_and_column(folder, change) -> None:
    _damage(folder / "gemeenten.csv", lambda lines: [*lines[:9], change(lines[9]), *lines[10:]])
    with pytest.raises(figures.Refusal, match=r"gemeenten\.csv: row 10, column \w+: \d+ cells, the header has"):
        figures.table("gemeenten", folder)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("many", "'many' is not a number"),
        ("", "empty, but this column must be complete"),
        ("140", "140 is out of range, 0 to 100"),
    ],
)
def test_a_damaged_cell_names_file_row_column_and_range(folder, cell, message) -> None:
    column = figures_header(folder).index("pct_occupied_2020")

    def change(lines):
        cells = lines[6].split(",")
        cells[column] = cell
        return [*lines[:6], ",".join(cells), *lines[7:]]

    _damage(folder / "gemeenten.csv", change)
    with pytest.raises(figures.Refusal, match=rf"gemeenten\.csv: row 7, column pct_occupied_2020: {message}"):
        figures.table("gemeenten", folder)


def test_a_double_row_is_named(folder) -> None:
    _damage(folder / "wijken.csv", lambda lines: [*lines, lines[3]])
    with pytest.raises(figures.Refusal, match=r"wijken\.csv: row \d+, column code: WK\d+ is there twice"):
        figures.table("wijken", folder)


def test_row_order_of_a_file_does_not_matter(folder) -> None:
    _damage(folder / "gemeenten.csv", lambda lines: [lines[0], *reversed(lines[1:])])
    here, there = figures.table("gemeenten", folder), figures.table("gemeenten")
    assert all(np.array_equal(here[name], there[name]) or np.isnan(there[name].astype(float)).any() for name in there)
    assert figures.digest(folder) == figures.digest()


def figures_header(folder) -> list[str]:
    """Column names of gemeenten.csv."""
    return (folder / "gemeenten.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
