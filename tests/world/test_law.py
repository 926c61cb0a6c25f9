"""What the law allows, with the rule and its year in the error, and amounts by date."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sim import interventions
from sim.world.errors import Refusal
from sim.world.law import AMOUNTS, amount, limits


def test_a_corporatie_may_not_pay_a_moving_grant():
    with pytest.raises(Refusal) as caught:
        interventions.load("verhuiskostenvergoeding", {"payer": "corporatie"})
    text = str(caught.value)
    assert "a corporatie may not pay a moving grant" in text
    assert re.search(r"in force 20\d\d", text), "the error names the year of the rule"
    assert "gemeente or provincie" in text, "and the way out"


@pytest.mark.parametrize("payer", ["gemeente", "provincie"])
def test_gemeente_and_provincie_may(payer):
    assert interventions.load("verhuiskostenvergoeding", {"payer": payer}).payer == payer


@pytest.mark.parametrize("months", [0, 37, 120])
def test_huurgewenning_outside_1_to_36_months_is_refused(months):
    with pytest.raises(Refusal, match=rf"dur_path={months} months, the law allows 1 to 36 .*2021.*huurbehoud"):
        interventions.load("huurgewenning", {"dur_path": months})


@pytest.mark.parametrize("months", [1, 36])
def test_huurgewenning_of_1_to_36_months_is_allowed(months):
    assert interventions.load("huurgewenning", {"dur_path": months}).model_dump()["dur_path"] == months


@pytest.mark.parametrize("key", ["renovatie", "sloop"])
def test_who_must_move_is_paid_the_minimum_of_the_year(key):
    with pytest.raises(Refusal, match=rf"{key}: eur_moving=7428 .*at least 7673 .*7:220.*2026.*pay at least that"):
        interventions.load(key, {"eur_moving": 7428}, "2026-01")
    assert interventions.load(key, {"eur_moving": 7428}, "2024-06").model_dump()["eur_moving"] == 7428
    assert interventions.load(key, {}, "2026-01").model_dump()["eur_moving"] >= amount("minimum_verhuiskosten", "2026-01")


def test_an_amount_is_the_one_in_force_at_the_date():
    assert amount("daeb_one", "2024-12") == 47699
    assert amount("daeb_one", "2025-01") == 49669
    assert amount("daeb_one", "2030-06") == 49669
    assert amount("daeb_one", "1999-01") == 47699, "before the first date the first value"


@pytest.mark.parametrize("key", AMOUNTS)
def test_every_amount_has_unit_source_and_dates_in_order(key):
    entry = AMOUNTS[key]
    assert entry.key == key and entry.unit and entry.source
    dates = [since for since, _ in entry.values]
    assert dates == sorted(set(dates))
    assert all(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", since) for since in dates)
    assert all(value > 0 for _, value in entry.values)


def test_limits_are_higher_for_more_persons():
    incomes, rents = limits("2026-01")
    assert (incomes[1::2] > incomes[::2]).all()
    assert (np.diff(rents) > 0).all()
    assert (incomes[2:6] < incomes[:2].min()).all(), "passend toewijzen is for incomes below the DAEB limit"


def test_a_year_makes_a_difference_in_a_run():
    assert limits("2024-06")[0][0] < limits("2025-06")[0][0]
