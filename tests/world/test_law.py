"""What the law allows, with the rule and its year in the error, and amounts by date."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from sim import interventions, parameters
from sim.approach import beforehand, rules
from sim.chains.new_homes import free_rent
from sim.population import build as population
from sim.world import law
from sim.world.codes import Tenure
from sim.world.errors import Refusal
from sim.world.law import AMOUNTS, amount, limits
from sim.world.places import resolve
from tools.make_docs import STATUSES, evidence

EVIDENCE = evidence()
TWICE = [("herstructurering.py", 7673)]  # the default of a setting, which the law checks


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
    assert amount("daeb_one", "2025-12") == 49669
    assert amount("daeb_one", "2026-01") == 51537
    assert amount("daeb_one", "2030-06") == 51537, "after the newest date the newest value"
    with pytest.raises(Refusal, match=r"daeb_one is known from 2024-01 on, and the start is 2023-12.*2024-01 or later"):
        amount("daeb_one", "2023-12")


@pytest.mark.parametrize("key", AMOUNTS)
def test_every_amount_has_unit_source_and_dates_in_order(key):
    entry = AMOUNTS[key]
    assert entry.key == key and entry.unit and entry.values
    dates = [since for since, _, _ in entry.values]
    assert dates == sorted(set(dates))
    assert all(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", since) for since in dates)
    for since, _, source in entry.values:
        status = EVIDENCE[source]["status"] if re.fullmatch(r"D\d\d", source) else source
        assert status in STATUSES or source in law.OTHER_SOURCES, f"{key} of {since}: {source}"


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_year_that_is_dated_has_the_amounts_that_rise_each_year_of_its_own(year):
    yearly = [entry for entry in AMOUNTS.values() if entry.unit in (law.INCOME, law.RENT, "euro per adult")]
    assert len(yearly) > 15
    for entry in yearly:
        assert any(since[:4] == str(year) for since, _, _ in entry.values), f"{entry.key} has no amount of {year}"


def test_no_amount_of_law_stands_a_second_time_in_the_code():
    known = {f"{value:g}" for entry in AMOUNTS.values() for _, value, _ in entry.values if entry.unit in (law.INCOME, law.RENT, law.EURO)}
    twice = []
    for path in Path(law.__file__).parents[1].rglob("*.py"):
        if path.name == "law.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and f"{float(node.value):g}" in known:
                twice.append((path.name, node.value))
    assert sorted(twice) == TWICE


def test_limits_are_higher_for_more_persons():
    incomes, rents = limits("2026-01")
    assert (incomes[1::2] > incomes[::2]).all()
    assert (np.diff(rents) > 0).all()
    assert (incomes[2:6] < incomes[:2].min()).all(), "passend toewijzen is for incomes below the DAEB limit"


def test_a_year_makes_a_difference_in_a_run():
    by_year = [np.concatenate(limits(f"{year}-06")) for year in (2024, 2025, 2026)]
    assert (by_year[0] < by_year[1]).all() and (by_year[1] < by_year[2]).all()


@pytest.mark.parametrize("start", ["2024-01", "2026-01"])
def test_no_social_rent_of_the_start_is_above_the_limit_of_its_own_year(start):
    limit = amount("liberalisatiegrens", start)
    d = population.build(resolve("vlieland"), 1, parameters.resolve(), start=start).dwellings
    rents = d.rent[d.tenure == Tenure.CORPORATIE]
    assert len(rents) > 50 and rents.max() == np.float32(limit)


def test_a_new_free_sector_home_is_above_the_limit_of_the_year():
    assert free_rent(np.array([20.0, 200.0]), parameters.resolve(), 932.93).tolist() == [932.93, 1900.0]


@pytest.mark.parametrize(("side", "date"), [("from", "2023-12"), ("until", "1926-05"), ("until", "2206-01")])
def test_a_date_of_a_scenario_outside_the_dates_of_runs_is_refused_with_the_range(side, date):
    held = {"voorrang": interventions.load("voorrang", {side: date})}
    term = beforehand.Term(resolve("vlieland"), "2026-01", 60, 36)
    with pytest.raises(Refusal, match=rf"voorrang\.{side}={date} is out of range: 2024-01 to 2130-12"):
        beforehand.check(held, [], term)


def test_a_date_that_a_rule_gives_is_looked_at_too():
    steps = rules.read([{"when": {"after": 12}, "do": {"add": {"voorrang": {"until": "2206-01"}}}}])
    term = beforehand.Term(resolve("vlieland"), "2026-01", 60, 36)
    with pytest.raises(Refusal, match=r"voorrang\.until=2206-01 is out of range: 2024-01 to 2130-12"):
        beforehand.check({}, steps, term)


@pytest.mark.parametrize("date", ["2024-01", "2027-06"])
def test_dates_within_the_dates_of_runs_are_no_mistake(date):
    term = beforehand.Term(resolve("vlieland"), "2026-01", 60, 36)
    beforehand.check({"voorrang": interventions.load("voorrang", {"from": date})}, [], term)
