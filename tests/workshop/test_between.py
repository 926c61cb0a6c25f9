"""One package beside another: paired by world, in words that are not about the difference with nothing, and numbers that read apart."""

from __future__ import annotations

import math
import random
import re

import numpy as np
import pytest

from analysis.estimates.statistics import t_value
from tests.workshop.fake_engine import fake_hall, invented, strength
from tests.workshop.inside import client
from tests.workshop.test_server import read_back
from workshop.engine.package import Package
from workshop.engine.shares import _lacking
from workshop.server import between, said, short
from workshop.server.tables import Sheet, cells

MONTHS = 24
ALL = ("wooncoach_sociaal", "brieven", "campagne", "voorrang", "klusdienst", "verhuisbegeleider", "informatiepunt", "woonevenement")
STRONG = max(ALL, key=lambda key: strength(Package(cards=((key, "groot"),))))
IDLE = [key for key in ALL if not strength(Package(cards=((key, "groot"),)))]
MUCH, SOME = (Package(cards=((STRONG, dose),)) for dose in ("groot", "klein"))


def told(folder, *packages, worlds=4):
    with fake_hall(folder, worlds=worlds, months=MONTHS) as hall:
        return between.told(hall, packages), [hall.letters.of(one) for one in packages]


def totals(package, worlds):
    return np.array([invented(package, seed, MONTHS).track["senior_moves"].sum() for seed in range(worlds)], float)


@pytest.mark.parametrize("turned", [False, True])
def test_the_difference_is_of_the_two_packages_in_the_same_worlds(tmp_path, turned):
    first, other = (MUCH, SOME) if turned else (SOME, MUCH)
    (one,), (of_first, of_other) = told(tmp_path, first, other)
    each = totals(other, 4) - totals(first, 4)
    half = float(t_value(4)) * each.std(ddof=1) / 2
    assert one["difference"]["v"] == pytest.approx(each.mean()) and one["worlds"] == 4
    assert (one["lower"]["v"], one["upper"]["v"]) == pytest.approx((each.mean() - half, each.mean() + half))
    line = said.filled(one["sentences"][0], "nl")
    assert one["lower"]["v"] * one["upper"]["v"] > 0, "the rest is about a difference that is larger than chance"
    assert of_first not in line and of_other not in line, "who reads it need not remember letters"
    name_first, name_other = (f"‘{said.title(STRONG).nl} ({dose})’" for dose in (("groot", "klein") if turned else ("klein", "groot")))
    assert line.startswith(f"Met {name_other} verhuizen er in 2 jaar ongeveer ") and f"dan met {name_first}." in line
    assert "groter dan toeval" in line and "larger than chance" in one["sentences"][0]["en"]
    english = said.filled(one["sentences"][0], "en")
    en_first, en_other = (f"“{said.title(STRONG).en} ({dose})”" for dose in (("large", "small") if turned else ("small", "large")))
    assert english.startswith(f"With {en_other} about ") and f" than with {en_first}." in english and "‘" not in english
    assert ("meer dan" in line, "minder dan" in line) == (not turned, turned) and "−" not in line
    low, high = (float(text.replace(".", "").replace(",", ".")) for text in re.search(r"van ([0-9.,]+) tot ([0-9.,]+)\.$", line).groups())
    assert low < abs(each.mean()) < high
    assert "toeval alleen" in one["sentences"][1]["nl"]


def test_names_are_of_the_cards_that_the_others_do_not_have_and_no_two_are_alike():
    shared = [(key, "gewoon") for key in ALL[2:]]
    first, other, third = (Package(cards=tuple(sorted([*shared, *more]))) for more in ([], [(ALL[0], "groot")], [(ALL[1], "klein")]))
    found = short.names([first, other, third])
    assert found[other].nl == f"{said.title(ALL[0]).nl}, {said.title(min(ALL[2:])).nl} plus 5 kaarten"
    assert found[third].en.startswith(said.title(ALL[1]).en) and found[third].en.endswith("plus 5 cards")
    assert len(set(found.values())) == 3
    (one, another) = short.names(
        [Package(cards=(*shared[:2], (ALL[0], "klein"))), Package(cards=(*shared[:2], (ALL[0], "groot")))]
    ).values()
    assert one.nl.startswith(f"{said.title(ALL[0]).nl} (klein)") and another.nl.startswith(f"{said.title(ALL[0]).nl} (groot)")
    empty, done = Package(), Package(done=(("voorrang", "gewoon"),))
    assert short.names([empty, first])[empty].nl == "geen nieuwe kaarten"
    assert short.names([empty, done])[done].nl == f"geen nieuwe kaarten (doet u al: {said.title('voorrang').nl})"


def test_a_name_has_as_many_cards_as_it_takes_to_tell_packages_apart():
    """The rarest two cards of the first two packages are the same."""
    which = ((0, 1, 2), (0, 1, 3), (2, 3), (2, 3, 4))
    packages = [Package(cards=tuple(sorted((ALL[number], "gewoon") for number in numbers))) for numbers in which]
    found = short.names(packages)
    assert len(set(found.values())) == 4 and not any("plus" in name.nl for name in found.values())
    assert said.title(ALL[2]).nl in found[packages[0]].nl and said.title(ALL[3]).nl in found[packages[1]].nl


@pytest.mark.parametrize("seed", range(30))
def test_however_packages_look_their_names_differ(seed):
    rng = random.Random(seed)
    cards = [(key, dose) for key in ALL for dose in said.SIZES]

    def some(n):
        return tuple({key: (key, dose) for key, dose in rng.sample(cards, n)}.values())

    packages = list(dict.fromkeys(Package(done=some(rng.randrange(3)), cards=some(rng.randrange(7))) for _ in range(4)))
    found = short.names(packages)
    assert len(set(found.values())) == len({name.en for name in found.values()}) == len(packages)


def test_two_packages_that_each_do_much_may_not_differ_by_more_than_chance(tmp_path):
    """Both do more than nothing, and the difference between them is chance."""
    pairs = [(first, other) for first in ALL for other in ALL if first != other and strength(Package(cards=((first, "groot"),)))]
    found = None
    with fake_hall(tmp_path, worlds=2, months=MONTHS) as hall:
        for first, other in pairs:
            (one,) = between.told(hall, [Package(cards=((key, "groot"),)) for key in (first, other)])
            if one["lower"]["v"] < 0 < one["upper"]["v"]:
                found = said.filled(one["sentences"][0], "nl")
                break
    assert not any(text in found for text in hall.letters._packages)
    assert found and "geen verschil te zien dat groter is dan toeval: tussen −" in found and "ongeveer" not in found


def test_exactly_equal_one_world_another_start_and_not_played_yet_are_said(tmp_path):
    idle = [Package(cards=((key, "groot"),)) for key in IDLE[:2]]
    (one,), _ = told(tmp_path / "equal", *idle)
    assert "precies evenveel" in one["sentences"][0]["nl"] and one["difference"]["v"] == 0
    (one,), _ = told(tmp_path / "once", SOME, MUCH, worlds=1)
    assert one["sentences"][0]["nl"].startswith("Eén keer nagespeeld") and "toeval" in one["sentences"][0]["nl"] and one["lower"] is None
    (one,), _ = told(tmp_path / "start", SOME, Package(done=(("voorrang", "gewoon"),), cards=MUCH.cards))
    assert one["difference"] is None and "ander begin" in one["sentences"][0]["nl"] and not one["sentences"][0]["cells"]
    (one,), _ = told(tmp_path / "later", SOME, Package(cards=tuple(sorted([*MUCH.cards, (IDLE[0], "groot")]))))
    assert one["difference"] is None and "nog niet allebei" in one["sentences"][0]["nl"]


def test_euro_are_told_where_all_cards_have_a_price_and_every_number_is_read_back(tmp_path):
    with client(tmp_path, worlds=3, months=MONTHS) as browser:
        letters = [browser.hall.letters.of(one) for one in (SOME, MUCH, Package())]
        found = browser.get(f"/api/compare?letters={','.join(letters)}").json()["between"]
        assert [(one["letters"], one["other"]) for one in found] == [(one, letters[0]) for one in letters[1:]]
        numbers = list(cells(found))
        assert {cell["at"].split("/")[0] for cell in numbers} == {"between"} and len(numbers) > 8
        for cell in numbers:
            assert read_back(browser, cell["at"]) == cell["v"]
        doses = browser.hall.stock.doses
        priced = all(doses[STRONG][size].price != "none" for size in ("klein", "groot"))
        money = [said.filled(one["sentences"][-1], "nl") for one in found]
        if priced:
            per_year = [browser.hall.outcome(one).sheets["money"].value("all", "eur_per_year") for one in (SOME, MUCH)]
            assert found[0]["sentences"][-1]["cells"]["eur"]["v"] == pytest.approx(per_year[1] - per_year[0])
            assert "per jaar meer dan" in money[0] and "per jaar minder dan" in money[1]
        else:
            assert all("Niet van elke kaart" in one for one in money)


# numbers that read apart


def counted(text):
    """Digits that count in a text."""
    whole = re.sub("[^0-9,]", "", text)
    return len(whole.replace(",", "").lstrip("0").rstrip("0")) if "," not in whole else len(whole.replace(",", "").lstrip("0"))


def test_a_middle_never_reads_as_an_end_that_it_is_not():
    rng = random.Random(5)
    for _ in range(3_000):
        size = 10 ** rng.uniform(-1, 4)
        low, middle, high = sorted(rng.choice((-1, 1)) * size * (1 + rng.choice((0.001, 0.02, 0.2)) * rng.random()) for _ in range(3))
        sheet = Sheet("effects", "X")
        sheet.put("a", {"difference": middle, "lower": low, "upper": high})
        cell, ((lower, upper),) = sheet.around("a", "difference", ("lower", "upper"))
        most = max(map(abs, (low, middle, high)))
        unit = max(float(most >= 100), 10.0 ** (math.floor(math.log10(most)) - 3))
        for end, language in [(end, language) for end in (lower, upper) for language in ("nl", "en")]:
            if abs(end["v"] - middle) > unit:
                assert end["t"][language] != cell["t"][language].lstrip("+"), (low, middle, high)
        assert [one["v"] for one in (lower, cell, upper)] == [low, middle, high]
        assert all(counted(one["t"]["nl"]) <= 4 for one in (lower, cell, upper)), (low, middle, high)


def test_what_reads_apart_in_two_digits_stays_as_it_is_and_thousands_get_a_third():
    sheet = Sheet("effects", "X")
    sheet.put("a", {"difference": 1_500.0, "lower": 1_200.0, "upper": 1_800.0})
    sheet.put("b", {"difference": 1_264.0, "lower": 1_212.0, "upper": 1_316.0})
    texts = []
    for row in ("a", "b"):
        cell, ((low, high),) = sheet.around(row, "difference", ("lower", "upper"))
        texts.append([one["t"]["nl"] for one in (low, cell, high)])
        assert said.in_digits(cell, 2, low, high)["t"]["nl"] not in (low["t"]["nl"], high["t"]["nl"])
    assert texts == [["1.200", "+1.500", "1.800"], ["1.210", "+1.260", "1.320"]]


def test_a_middle_in_one_digit_has_one_more_where_that_digit_is_an_end():
    def cell(value, text):
        return {"v": value, "t": {"nl": text, "en": text}, "at": ""}

    ends = cell(-180.0, "−180"), cell(-100.0, "−100")
    assert said.in_digits(cell(-142.0, "−140"), 1, *ends)["t"]["nl"] == "140"
    assert said.in_digits(cell(-100.0, "−100"), 1, *ends)["t"]["nl"] == "100"  # it is that end
    assert said.in_digits(cell(-212.0, "−210"), 1, *ends)["t"]["nl"] == "200"


@pytest.mark.parametrize(("n", "nl", "en"), [(1, "1 is nog niet", "1 has not"), (2, "2 zijn nog niet", "2 have not")])
def test_one_combination_is_one(n, nl, en):
    assert nl in _lacking(n, 4).nl and en in _lacking(n, 4).en
