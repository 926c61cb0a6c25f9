"""What each measure is: doses by closed form, a mark of evidence for every card, sentences that hold for every card."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import pandas as pd
import pytest

from analysis.estimates.card_evidence import EVIDENCE, weakest
from analysis.estimates.cards import REHOUSING, Place, cards, dose
from analysis.page import words
from analysis.page.sections import cards as section
from analysis.tables.for_page import CARDS, DOSES
from analysis.tables.schema import COSTS
from sim.interventions import REGISTRY
from sim.interventions.who import Who
from sim.parameters.evidence import STRONGEST_FIRST
from tests import fake_page
from tests.every import every

PLACE = Place(20_000.0, 9_000.0)
DOCS = Path(__file__).parents[2] / "docs"
EUR = {None: 0.0, "spends": 12_000.0}
REQUIRED = {"interventie_x": {"pulls": {"search": 0.1}}}


def settings(key: str) -> dict:
    """All settings of a card as it is when nothing is set."""
    return REGISTRY[key](**REQUIRED.get(key, {})).model_dump(by_alias=True)


def table(key: str, spent: float = 0.0, **changes) -> pd.DataFrame:
    held = {"a": {"instruments": {key: settings(key) | changes}}}
    rows = [
        {"scenario": "a", "instrument": key, "payer": "gemeente", "year": str(year), "eur": spent / 10, "uses": 3.0} for year in range(10)
    ]
    costs = pd.DataFrame(rows).reindex(columns=list(COSTS.names))
    return cards(held, PLACE, costs, {"a": {key: 70.0}}, {"a": [2.0, 4.0]}, fake_page.MONTHS)


def test_every_card_has_a_mark_with_a_reason_and_sources_that_were_read():
    assert set(EVIDENCE) == set(REGISTRY)
    with (DOCS / "evidence.csv").open(encoding="utf-8", newline="") as file:
        status = {row["id"]: row["status"] for row in csv.DictReader(file)}
    for key, one in EVIDENCE.items():
        assert one.mark in STRONGEST_FIRST and one.nl and one.en and one.sources, key
        cited = re.findall(r"\b[A-G]\d\d\b", one.sources)
        assert all(status[ident].startswith("read") for ident in cited), f"{key}: {cited} is no evidence"
        assert one.mark == "aanname" or cited or "docs/sources.md" in one.sources, f"{key} is counted nowhere that it names"


def test_a_package_rests_on_its_weakest_part():
    assert weakest(["gemeten", "aanname", "één bron"]) == "aanname" and weakest(["gemeten"]) == "gemeten" and weakest([]) == ""


@pytest.mark.parametrize("key", sorted(REGISTRY))
def test_every_card_has_a_dose_in_a_unit_that_the_page_can_say(key):
    amount, unit = dose(key, settings(key), PLACE, 1.0, 70.0)
    assert unit in DOSES and math.isfinite(amount) and amount > 0
    assert unit == "posts" or unit in section.DOSED


def test_what_is_set_per_thousand_is_of_senior_households_or_of_corporatie_homes():
    coach = settings("wooncoach_sociaal")
    assert dose("wooncoach_sociaal", coach | {"fte_per_1000": 0.06, "fte": None}, PLACE, 2.0, 0.0) == (pytest.approx(2.4), "posts")
    assert dose("wooncoach_sociaal", coach | {"fte": 0.65}, PLACE, 1.0, 0.0) == (0.65, "posts")
    for key in ("seniorenwoningen", *REHOUSING):
        of = PLACE.corporatie if key in REHOUSING else PLACE.seniors
        assert dose(key, settings(key) | {"n_per_1000": 3.0}, PLACE, 1.0, 0.0) == (pytest.approx(3 * of / 1000), "homes a year")


def test_strength_multiplies_a_dose_but_not_what_is_done_already():
    more = table("wooncoach_sociaal").set_index("instrument").loc["wooncoach_sociaal", "dose"]
    assert more == pytest.approx(3 * 0.06 * PLACE.seniors / 1000), "the mean strength of the seeds"
    assert table("wooncoach_sociaal", already=True).iloc[0]["dose"] == pytest.approx(0.06 * PLACE.seniors / 1000)


def test_euro_a_year_are_the_costs_over_the_years_and_the_whole_leaves_out_what_is_done_already():
    found = table("verhuisvoucher", 50_000.0).set_index("instrument")
    assert found.loc["verhuisvoucher", ["eur_per_year", "uses", "reached"]].tolist() == [5_000.0, 30.0, 70.0]
    assert found.loc["all", ["eur_per_year", "price"]].tolist() == [5_000.0, "filled in"]
    already = table("verhuisvoucher", 50_000.0, already=True).set_index("instrument")
    assert already.loc["all", "eur_per_year"] == 0 and list(found.reset_index().columns) != [] and set(CARDS.names) >= set(found.columns)


@every("spent", EUR.values())
@every("key", sorted(REGISTRY))
def test_the_first_sentence_begins_well_with_every_card_and_never_costs_nothing_for_want_of_a_price(key, spent):
    rows = table(key, spent)
    page = fake_page.page({"cards": rows.to_dict("records")}, {"a": {"instruments": {key: settings(key)}}})
    said = section.dose(page, "a")
    for language, begins in (("nl", "Met "), ("en", "With ")):
        text = fake_page.plain(said.of(language))
        assert text.startswith(begins) and not re.search(r"€ 0\b", text) and "{" not in text and "nan" not in text and "–" not in text
    assert ("geen prijs ingevuld" in said.nl) == (rows.iloc[0]["price"] == "none") == ("no price filled in" in said.en)
    assert spent == 0 or rows.iloc[0]["price"] == "filled in"
    made = section.section(fake_page.page({"cards": rows.to_dict("records")}, {"a": {"instruments": {key: settings(key)}}}))
    assert fake_page.too_long(made) == []


def test_every_label_of_a_target_group_is_said_in_words():
    assert set(Who.model_fields) - {"coach"} <= set(words.CONDITIONS)
    for name, value in (("age", 70), ("rooms", 4), ("tenure", "koop"), ("registered", True), ("areas", ["Wijk 10"]), ("coach", True)):
        held = {"who": Who(age=18, tenure="any").model_dump() | {name: value}}
        said = section.target(fake_page.page({}, {"a": {"instruments": {"x": held}}}), "a", "x")
        text = fake_page.plain(said.nl)
        assert "{" not in text and said.nl != said.en
        assert isinstance(value, bool | list | str) or str(value) in text
    nobody = fake_page.page({}, {"a": {"instruments": {"x": {"who": Who(age=18).model_dump()}}}})
    assert section.target(nobody, "a", "x").nl == "iedereen"
