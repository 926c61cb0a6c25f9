"""Each number has a mark and a prior by one rule, which is the rule of the cards too, and the list shows them all."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from analysis.estimates.card_evidence import EVIDENCE
from experiments import list as listing
from experiments.assumptions import numbers_of_instrument
from experiments.schema import Listing
from sim.interventions import REGISTRY as INSTRUMENTS
from sim.interventions.terms import Terms
from sim.parameters import REGISTRY, evidence, priors
from sim.parameters.evidence import ASSUMED, MEASURED, ONE_SOURCE, STRONGEST_FIRST, mark_of, mark_of_number
from sim.parameters.priors import LOG_UNIFORM, SHAPES, TRIANGULAR, UNIFORM, Prior, prior_of
from tests.every import every
from tools import make_params


def test_the_mark_is_by_how_many_counted_it():
    assert [mark_of(n) for n in (0, 1, 2, 7)] == [ASSUMED, ONE_SOURCE, MEASURED, MEASURED]
    assert [one.mark for one in EVIDENCE.values()] == [mark_of(one.counts) for one in EVIDENCE.values()]


@pytest.mark.parametrize(
    ("words", "mark"),
    [
        ("B31, F37", MEASURED),  # CBS and ActiZ
        ("B01-B08: movers are young", ONE_SOURCE),  # eight rows, all of CBS
        ("D41, derived from D45", ONE_SOURCE),
        ("F06", ONE_SOURCE),
        ("31 weeks, sources section 3", ONE_SOURCE),
        ("F06, sources section 3", MEASURED),
        ("B43", ASSUMED),  # only recalled
        ("B31, F37; assumption", ASSUMED),
        ("fitted: A14", ASSUMED),
        ("calibrated so that A34 and A25 hold", ASSUMED),
        ("UN life table 2020-2025", ASSUMED),  # no row that a reader can look up
        ("", ASSUMED),
    ],
)
def test_the_mark_of_a_number_counts_the_makers_of_its_rows(words, mark):
    assert mark_of_number(words) == mark


def test_the_makers_are_those_of_the_evidence_table():
    assert evidence.MAKERS.read_text(encoding="utf-8") == make_params.makers(), "run: python tools/make_params.py"
    assert evidence.makers()["B08"] == evidence.makers()["B01"] == "CBS" and "B43" not in evidence.makers()


def test_a_prior_is_no_narrower_than_what_is_known():
    assert prior_of(0.3, 0.1, 0.5, ASSUMED) == Prior(UNIFORM, 0.1, 0.5, 0.3)
    assert prior_of(0.3, 0.0, 5.0, ASSUMED).shape == UNIFORM  # nothing is ten times nothing
    assert prior_of(0.3, 0.1, 1.0, ASSUMED).shape == LOG_UNIFORM
    assert prior_of(-0.3, -4.0, -0.1, ASSUMED).shape == UNIFORM
    assert [prior_of(0.3, 0.1, 1.0, mark).shape for mark in (ONE_SOURCE, MEASURED)] == [TRIANGULAR, TRIANGULAR]
    assert prior_of(0.3, 0.1, 1.0, MEASURED, (0.2, 0.4)) == Prior(UNIFORM, 0.2, 0.4, 0.3)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("top", [1.0, 2.5, 16.0])
def test_values_are_drawn_as_their_prior_says(shape, top):
    prior = Prior(shape, 1.0, 16.0, top)
    share = (np.arange(40_000) + 0.5) / 40_000
    values = np.array([prior.at(one) for one in share])
    assert (np.diff(values) > 0).all() and prior.at(0) == pytest.approx(1) and prior.at(1) == pytest.approx(16)
    mean = {UNIFORM: 8.5, LOG_UNIFORM: 15 / np.log(16), TRIANGULAR: (1 + 16 + top) / 3}[shape]
    assert values.mean() == pytest.approx(mean, rel=1e-4)


@every("name", REGISTRY)
def test_every_parameter_has_a_mark_and_a_prior_within_its_range(name):
    one = REGISTRY[name]
    assert one.mark in STRONGEST_FIRST and one.prior.shape in SHAPES
    assert one.low <= one.prior.low <= one.default <= one.prior.high <= one.high
    assert one.prior.low < one.prior.high and one.low <= one.prior.at(0.3) <= one.high
    assert one.mark != MEASURED or len(evidence.rows_of(one.evidence)) > 1


def test_the_list_shows_every_parameter_and_every_number_of_every_card_once():
    rows = {row["key"]: row for row in listing.parameters(Listing(what="parameters"))}
    numbers = {
        f"{key}.{name}"
        for key, cls in INSTRUMENTS.items()
        for name, field in cls.model_fields.items()
        if name not in Terms.model_fields and type(field.get_default()) in (int, float)
    }
    assert set(rows) == set(REGISTRY) | numbers
    for key, row in rows.items():
        assert row["mark_nl"] in STRONGEST_FIRST and row["mark_en"] == evidence.IN_ENGLISH[row["mark_nl"]], key
        assert row["low"] <= row["default"] <= row["high"], key
        assert (row["prior"] in priors.SHAPES) == (row["subject"] != "dose"), key
    assert rows["wooncoach_sociaal.fte_per_1000"]["subject"] == "dose" and rows["wooncoach_sociaal.trouble"]["subject"] == "setting"


def test_the_list_is_a_table_with_the_same_columns_in_each_row(capsys):
    config = Listing(what="parameters")
    assert listing.execute(listing.Prepared(config), None, "") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == len(listing.parameters(config)) and all(None not in row and None not in row.values() for row in rows)


def test_the_prior_of_an_assumption_about_a_card_lies_on_what_is_plausible():
    found = {one.key: one for key in INSTRUMENTS for one in numbers_of_instrument(key)}
    known = found["klusdienst.trouble"]
    assert (known.low, known.high, known.prior) == (0, 0.2, Prior(UNIFORM, 0, 0.05, 0.015))
