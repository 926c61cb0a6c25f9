"""Places: by what names they are known, and how damaged figures are reported."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from sim.population import fitting
from sim.world import figures
from sim.world.errors import Refusal
from sim.world.places import Former, everyday, former, places, resolve, share_outside, slug
from tests.every import every


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


def test_joined_gemeenten_are_one_place_in_whatever_order_and_by_whatever_name() -> None:
    both = resolve("zwolle+kampen")
    assert both is resolve("Kampen + GM0193") is resolve(both.key) and both.key == "kampen+zwolle" and both.name == "Kampen, Zwolle"
    assert both.gemeenten == tuple(sorted(resolve("kampen").gemeenten + resolve("zwolle").gemeenten))
    assert resolve("drenthe+zwolle").gemeenten == tuple(sorted((*resolve("drenthe").gemeenten, "GM0193")))


@pytest.mark.parametrize("key", ["kampen+zwolle", "fryslan", "gelderland", "limburg", "vlieland+ooststellingwerf"])
def test_a_gemeente_has_the_areas_that_it_has_alone_whatever_it_is_joined_to(key: str) -> None:
    place = resolve(key)
    alone = [fitting.make(resolve(code)).code for code in place.gemeenten]
    assert list(fitting.make(place).code) == [area for codes in alone for area in codes]
    assert set(place.by_wijk) == set(place.gemeenten) & set(figures.column("wijken", "gemeente"))
    assert place.level == {0: "gemeente", len(place.gemeenten): "wijk"}.get(len(place.by_wijk), "both")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("zwolle+zwole", r"'zwole' is not known; did you mean zwolle\?"),
        ("zwolle+", "municipality='' is not known"),
        ("zwolle+GM0193", "municipality=zwolle\\+zwolle: Zwolle is in it twice \\(zwolle\\); leave one out"),
        ("overijssel+zwolle", "Zwolle is in it twice \\(overijssel and zwolle\\)"),
        ("nederland+zwolle", "is in it twice"),
        ("+".join(place.key for place in places()[:40]), "letters together, and 120 is the most; join fewer, or a province"),
    ],
)
def test_what_cannot_be_joined_is_refused(asked: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        resolve(asked)


def test_of_more_gemeenten_together_more_moves_stay_inside() -> None:
    pairs = ["zwolle", "zwolle+kampen", "zwolle+kampen+dalfsen+hattem+zwartewaterland+oldebroek"]
    shares = [share_outside(resolve(key)) for key in pairs]
    assert shares[0] == 1 > shares[1] > shares[2] > share_outside(resolve("nederland")) == 0
    assert 0.25 < share_outside(resolve("gelderland")) < 0.55
    far = share_outside(resolve("terschelling+maastricht"))
    assert far == pytest.approx(1, abs=0.01), "who leaves one of two places far apart leaves both"


def test_the_shares_are_those_of_the_counts() -> None:
    t = figures.table("exchange")
    home = set(resolve("kampen+zwolle").gemeenten)
    rows = list(zip(t["code"], t["other"], t["persons_2018"], strict=True))
    left = sum(n for code, _, n in rows if code in home)
    stays = sum(n for code, other, n in rows if code in home and other in home)
    assert share_outside(resolve("kampen+zwolle")) == pytest.approx(1 - stays / left) and 0 < stays < left


def test_an_unknown_place_names_the_nearest() -> None:
    with pytest.raises(Refusal, match=r"'zwole' is not known; did you mean zwolle\?"):
        resolve("zwole")
    with pytest.raises(ValueError, match="did you mean s-gravenhage"):
        resolve("gravenhage")


@pytest.mark.parametrize("asked", ["363", "0363", "GM0363", "gm363", "Amsterdam"])
def test_a_bare_code_is_a_code(asked: str) -> None:
    assert resolve(asked).key == "amsterdam"


@every("name", everyday())
def test_an_everyday_name_is_the_place_itself_and_no_other_place_has_it(name: str) -> None:
    assert slug(name) == name and name not in {place.key for place in places()}
    assert resolve(name) is resolve(everyday()[name]) is resolve(name.upper())
    assert {resolve("Den Haag").code, resolve("den bosch").code} == {"GM0518", "GM0796"}


@every("one", former(), ids=lambda one: slug(one.name))
def test_a_former_gemeente_leads_to_places_that_exist_by_name_and_code(one: Former) -> None:
    codes = {place.code for place in places()}
    assert one.code not in codes and {*one.successors} <= codes and 2015 <= one.until <= 2023
    assert slug(one.name) not in {*(place.key for place in places()), *everyday()}
    assert (len(one.successors) > 1) == (one.how == "split")
    keys = [place.key for place in places() if place.code in one.successors]
    for asked in (one.name, slug(one.name), one.code, one.code.removeprefix("GM"), str(int(one.code[2:]))):
        if one.how == "renamed":
            assert resolve(asked).key == keys[0]
            continue
        with pytest.raises(Refusal) as error:
            resolve(asked)
        said = str(error.value)
        assert all(key in said for key in keys) and str(one.until) in said and one.name in said and "give municipality=" in said


def test_former_gemeenten_add_up_to_what_there_were_each_year() -> None:
    """One for each gemeente that ended, less each that then began: CBS, gemeentelijke indeling, on 1 January."""
    ended = [one for one in former() if one.how != "renamed" and one.code != "GM0241"]  # Groesbeek went on, and is Berg en Dal since 2016
    there = {2023: 342, 2022: 345, 2021: 352, 2020: 355, 2019: 355, 2018: 380, 2017: 388, 2016: 390, 2015: 393, 2014: 403}
    assert len(places()) - 13 == there[2023]
    started = {"GM1930": 2015, "GM1931": 2015, "GM1942": 2016, "GM1948": 2017, "GM1949": 2018, "GM1950": 2018, "GM1952": 2018}
    started |= dict.fromkeys(("GM1954", "GM1959", "GM1960", "GM1961", "GM1963", "GM1966", "GM1969", "GM1970", "GM1978"), 2019)
    started |= {"GM1979": 2021, "GM1980": 2022, "GM1982": 2022, "GM1991": 2022, "GM1992": 2023}
    in_course = [one for one in ended if one.name == "Weesp"]  # on 24 March 2022
    assert len(in_course) == 1
    for year, number in there.items():
        later = sum(one.until > year for one in ended) + (year == 2022) * len(in_course)
        assert 342 + later - sum(since > year for since in started.values()) == number, year


def test_places_of_one_name_are_listed_in_one_line() -> None:
    with pytest.raises(Refusal, match=r"'bergen' is the name of bergen-nh and of bergen-l; give one of them$"):
        resolve("bergen")


def test_what_looks_like_no_place_gets_no_hint() -> None:
    for asked in ("xyzzy", "parijs-aan-zee", "9999", "kopenhagen"):
        with pytest.raises(Refusal, match="is not known ") as error:
            resolve(asked)
        assert "did you mean" not in str(error.value)
    with pytest.raises(Refusal, match=r"did you mean weesp\?"):
        resolve("wesp")


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
