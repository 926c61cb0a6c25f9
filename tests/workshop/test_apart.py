"""Money of packages beside each other: amounts that differ read apart, in the same digits, on screens and in the minutes."""

from __future__ import annotations

import itertools
import random

import pytest

from analysis.page.quote import digits_of
from analysis.page.words import numbers
from tests.workshop.fake_engine import strength
from tests.workshop.inside import client, put, table
from workshop.engine.package import Package
from workshop.server import apart
from workshop.server.tables import cells


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((150_400.0, 151_300.0), ["150.000", "151.000"]),
        ((150_400.0, 150_400.0), None),  # they are the same amount
        ((150_400.0, 152_000.0, 1_240_000.0), ["150.000", "152.000", "1.240.000"]),
        ((150_400.0, 170_000.0), None),  # they read apart in two digits
        ((99.6, 100.2), ["99,60", "100,20"]),
        ((1.0, 1.001), None),  # no finer than cents
        ((32_263.25, 32_264.0), None),  # what differs by a ten-thousandth reads alike
        ((24_997.75, 24_998.25), None),
        ((0.0, 15_040.0, 15_130.0), ["0", "15.000", "15.100"]),  # who pays nothing asks for no digits
        ((15_040.0, 15_130.0, 15_130.2, 1_240_000.0), ["15.000", "15.100", "15.100", "1.240.000"]),
        ((15_010.0, 15_040.0, 1_240_000.0, 1_240_400.0), ["15.010", "15.040", "1.240.000", "1.240.400"]),  # the last two first
        ((15_499.0, 15_501.0, 150_400.0, 151_300.0), ["15.000", "16.000", "150.000", "151.000"]),  # 15.500
    ],
)
def test_amounts_that_differ_in_four_digits_have_figures_that_differ_written_alike(values, texts):
    found = apart.told_apart({str(number): value for number, value in enumerate(values)})
    assert [one.nl for one in found.values()] == (texts or [])


@pytest.mark.parametrize("seed", range(20))
def test_no_two_amounts_that_differ_in_four_digits_look_alike(seed):
    rng = random.Random(seed)
    for _ in range(200):
        near = [10 ** rng.uniform(2, 7) for _ in range(2)]
        values = [rng.choice(near) * (1 + rng.choice((0.0, 0.0003, 0.002, 0.02)) * rng.random()) for _ in range(4)]
        found = apart.told_apart({str(number): value for number, value in enumerate(values)})
        text = [found.get(str(number)) or numbers(value, digits_of(value)) for number, value in enumerate(values)]
        for a, b in itertools.combinations(range(4), 2):
            fourth = 10.0 ** -(digits_of(max(values[a], values[b])) + apart.MORE)  # one in the fourth digit
            assert text[a] != text[b] or abs(values[a] - values[b]) <= fourth, values


def close(browser, monkeypatch):
    """Letters of two packages that cost nearly the same, on a table that named the first of them."""
    hall, cards = browser.hall, [key for key in browser.hall.stock.doses if strength(Package(cards=((key, "gewoon"),)))]
    packages, known = [Package(cards=((key, "gewoon"),)) for key in cards], hall.stock.outcome
    spent = dict(zip(packages[:2], (300_800.0, 302_600.0), strict=True))

    def outcome(base, mine, package, months=None):
        found = known(base, mine, package, months)
        money = found.costs.assign(eur=spent.get(package, 0.0))
        return type(found)(found.package, found.seeds, found.months, found.effects, money, ())

    monkeypatch.setattr(hall, "stock", type(hall.stock)(**{**vars(hall.stock), "outcome": outcome}))
    return packages[:2], [hall.letters.of(one) for one in packages[:2]]


def test_two_packages_that_cost_nearly_the_same_do_not_look_alike_anywhere(tmp_path, monkeypatch):
    with client(tmp_path, worlds=2, months=24) as browser:
        _, letters = close(browser, monkeypatch)
        found = browser.get(f"/api/compare?letters={','.join(letters)}").json()["packages"]
        years = [one["outcome"]["money"]["year"] for one in found]
        assert [one["v"] for one in years] == [150_400.0, 151_300.0]
        assert [one["t"]["nl"] for one in years] == ["150.000", "151.000"]
        for one in found:  # the sentence, the payers and the list have the same figure
            same = [cell for cell in cells(one) if cell["at"].startswith("money/") and "/all/eur_per_year" in cell["at"]]
            assert len(same) > 1 and len({cell["t"]["nl"] for cell in same}) == 1
        alone = browser.get(f"/api/outcome/{letters[0]}").json()["money"]["year"]
        assert alone["t"]["nl"] == "150.000" and alone["at"] == years[0]["at"]
        hall = [browser.get(f"/api/outcome/{one}?beside={','.join(letters)}").json()["money"]["year"]["t"]["nl"] for one in letters]
        assert hall == ["150.000", "151.000"]
        name = table(browser)
        put(browser, name, kind="open", letters=letters[0])
        put(browser, name, kind="bookmark", name="eerste")
        put(browser, name, kind="open", letters=letters[1])
        text = browser.get(f"/api/table/{name}/minutes.md").text
        assert "€ 150.000" in text and "€ 151.000" in text
