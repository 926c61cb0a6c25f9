"""What a table hears of a package is what the report says of it: same worlds, same numbers, same margins."""

from __future__ import annotations

import functools
import math

import numpy as np
import pandas as pd
import pytest

from analysis.estimates.claims import with_claims
from analysis.estimates.knowledge import NOT_AS_STUDIED, OF_OLDER, shipped
from analysis.estimates.knowledge import deciding as of_cards
from analysis.estimates.statistics import t_value
from experiments.comparison import Comparison, compare
from sim.counts import lanes
from sim.counts.track import COST
from sim.interventions import REGISTRY
from sim.world.errors import Refusal
from tests.workshop.fresh import Fresh
from workshop.engine import one_world
from workshop.engine.answers import Answer
from workshop.engine.assumed import deciding
from workshop.engine.doses import Doses, doses, place_of
from workshop.engine.outcome import Outcome, outcome, said
from workshop.engine.package import Package
from workshop.engine.setting import Setting
from workshop.prepared import make
from workshop.prepared.folder import PLACEBO, Asked
from workshop.server.asked import beside_study

SETTING = Setting("terschelling", months=24, burn_in=6)
SEEDS = (1, 2, 3)
HEADLINE = {"q": math.nan, "family": "headline"}
COACHES = Package((), (("wooncoach_particulier", "gewoon"), ("wooncoach_sociaal", "gewoon")))
SCENARIO = "coaches"
WRITTEN = """title: {nl: "Coaches", en: "Coaches"}
instruments: {wooncoach_particulier: {}, wooncoach_sociaal: {}}
"""  # the same cards, as the report is told of them


@functools.cache
def worlds() -> dict:
    return {seed: Fresh(SETTING).world(seed) for seed in SEEDS}


@functools.cache
def doses_here() -> Doses:
    return doses(SETTING, place_of(worlds()[SEEDS[0]]))


@functools.cache
def answers(package: Package) -> list[Answer]:
    found = []
    for seed, world in worlds().items():
        run = one_world.begin(world, package.instruments(doses_here()), first=seed == SEEDS[0])
        rows = one_world.forward(run, SETTING.months)
        found.append(one_world.answer(run, package, seed, rows, first=seed == SEEDS[0]))
    return found


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Comparison:
    folder = tmp_path_factory.mktemp("scenarios")
    (folder / f"{SCENARIO}.yaml").write_text(WRITTEN, encoding="utf-8")
    ours = {"seeds": len(SEEDS), "first_seed": SEEDS[0], "months": SETTING.months, "burn_in": SETTING.burn_in, "follow_up": 6}
    return compare(SETTING.place, ["basis", SCENARIO], scenario_dir=folder, **ours)


def of(package: Package, **more) -> Outcome:
    return outcome(answers(package.base()), answers(package), package, doses_here(), **more)


def test_the_numbers_of_a_table_are_those_of_the_report(report):
    mine = of(COACHES).effects.set_index(["indicator", "group_by", "group"])
    table = report.effects
    theirs = table[(table["scenario"] == SCENARIO) & (table["months_to"] == 24) & (table["estimand"] == "net")]
    theirs = theirs.set_index(["indicator", "group_by", "group"]).loc[mine.index]
    followed_on = mine.index.get_level_values(0) == "moves_set_off"  # chains go on in the follow-up
    assert followed_on.sum() < len(mine) / 4
    for column in ("mean", "difference", "lower", "upper", "lower_full", "upper_full", "p_sign", "seeds"):
        pd.testing.assert_series_equal(
            mine.loc[~followed_on, column], theirs.loc[~followed_on, column], check_dtype=False, check_index_type=False, rtol=1e-9
        )
    assert (mine.loc[~followed_on, "knowledge"] == theirs.loc[~followed_on, "knowledge"]).all()
    assert mine.loc[("senior_moves", "all", "all"), "difference"] != 0


@pytest.fixture(scope="module")
def placebo(tmp_path_factory) -> pd.DataFrame:
    """As a prepared folder has it."""
    path = tmp_path_factory.mktemp("placebo")
    asked = Asked(
        place=SETTING.place, months=SETTING.months, burn_in=SETTING.burn_in, start=SETTING.start, seeds=list(SEEDS), alone=0, digests={}
    )
    for seed in SEEDS:
        make.make_world(path, asked, seed)
    moved = {seed: make.run_placebo(path, asked, seed) for seed in SEEDS}
    make.write_placebo(path / PLACEBO, moved, dict(zip(SEEDS, answers(Package()), strict=True)))
    return pd.read_csv(path / PLACEBO)


def test_what_is_called_larger_than_chance_is_what_the_report_claims(report, placebo):
    mine = of(COACHES, placebo=placebo).effects.set_index(["indicator", "group_by", "group"])
    table = report.effects
    table = with_claims(table[(table["months_to"] == 24) & (table["estimand"] == "net")])  # a table asks one package and one period
    theirs = table[(table["scenario"] == SCENARIO) & (table["months_to"] == 24) & (table["estimand"] == "net")]
    theirs = theirs.set_index(["indicator", "group_by", "group"]).loc[mine.index]
    followed_on = mine.index.get_level_values(0) == "moves_set_off"
    assert np.allclose(mine.loc[~followed_on, "placebo"], theirs.loc[~followed_on, "placebo"], rtol=1e-9, equal_nan=True)
    assert (mine.loc[~followed_on, "sure"] == theirs.loc[~followed_on, "claimed"]).all()
    assert mine["checked"].sum() > len(mine) / 2 and (mine["placebo"] > 0).any()
    assert not of(COACHES).effects["checked"].any()


def test_in_fewer_worlds_the_placebo_is_as_wide_as_so_few_make_it(placebo):
    """The deviation is that of all worlds: t of two worlds, over the root of two."""
    two = outcome(answers(Package())[:2], answers(COACHES)[:2], COACHES, doses_here(), placebo=placebo).effects
    all_of_them = of(COACHES, placebo=placebo).effects
    wider = t_value(2) / math.sqrt(2) / (t_value(3) / math.sqrt(3))
    assert np.allclose(two["placebo"], all_of_them["placebo"] * wider, equal_nan=True)


def test_the_money_of_a_table_is_that_of_the_report(report):
    mine, theirs = of(COACHES).costs, report.costs
    theirs = theirs[theirs["scenario"] == SCENARIO].set_index(["instrument", "payer", "year"])["eur"]
    mine = mine.set_index(["instrument", "payer", "year"])["eur"]
    pd.testing.assert_series_equal(mine.sort_index(), theirs.sort_index(), check_index_type=False)
    payers = of(COACHES).payers
    assert payers["eur"].iloc[0] == pytest.approx(payers["eur"].iloc[1:].sum()) and payers["eur"].iloc[0] > 0
    assert payers["eur_per_year"].iloc[0] == payers["eur"].iloc[0] * 12 / 24


def test_sums_of_the_track_are_what_the_summary_says():
    for one in answers(COACHES):
        summary = one.tables["summary"]
        whole = summary[(summary["group_by"] == "all") & (summary["months_from"] == 0)].set_index("indicator")["value"]
        for key in ("senior_moves", "moves", "starters_housed", "families_housed", "freed_family_homes", "senior_moves_suitable"):
            assert one.track[key].sum() == whole[key]
        assert one.track["cost_eur"].sum() == pytest.approx(one.tables["money"]["cost_eur"].sum())


def test_the_first_world_alone_has_chains_and_verdicts_and_its_ghosts_change_nothing():
    first, *others = answers(COACHES)
    assert {"chains", "hundred", "verdicts"} < set(first.tables) and all(set(one.tables) == {"summary", "money"} for one in others)
    run = one_world.begin(worlds()[SEEDS[0]], COACHES.instruments(doses_here()), first=False)
    pd.testing.assert_frame_equal(one_world.forward(run, SETTING.months), first.track)
    assert first.tables["verdicts"]["n"].sum() > 0
    assert first.people["people"] and all(one.people is None for one in [*others, *answers(Package())])


@pytest.mark.parametrize("most", [1, 7, 300, 10_000])
def test_seniors_are_followed_up_to_a_number_spread_over_all(most, monkeypatch):
    monkeypatch.setattr(one_world, "FOLLOWED", most)
    every, some = sorted(lanes.seniors_at_home(worlds()[SEEDS[0]].world)), one_world.followed(worlds()[SEEDS[0]])
    assert len(some) <= most and set(some) <= set(every)
    assert len(some) > min(most, len(every)) / 2
    if len(every) <= most:
        assert some == every
    elif most > 1:
        assert every.index(some[-1]) > len(every) / 2


def test_what_is_done_already_is_no_part_of_a_package_and_costs_nothing_more():
    done = COACHES.cards[:1]
    alone = of(Package(done))
    assert (alone.effects["difference"].dropna() == 0).all()
    assert set(alone.effects["knowledge"]) <= {"no instrument", "the study does not count groups", ""}
    assert alone.payers["eur"].sum() == 0
    both = Package(done, COACHES.cards[1:])
    there = [answer.track for answer in answers(both.base())]  # who is reached is drawn apart from what is added
    assert of(both).effect("senior_moves")["base"] == pytest.approx(np.mean([track["senior_moves"].sum() for track in there]))
    assert all(track[COST].sum() > 0 for track in there) and all(answer.track[COST].sum() == 0 for answer in answers(Package()))


def test_another_dose_is_not_as_studied_and_says_of_which_card():
    small = Package((), (("wooncoach_sociaal", "klein"),))
    usual = Package((), (("wooncoach_sociaal", "gewoon"),))
    assert "not as studied: wooncoach_sociaal" in of(small).effect("senior_moves")["knowledge"]
    assert "not as studied" not in of(usual).effect("senior_moves")["knowledge"]


def test_one_world_has_a_difference_and_no_margin_and_two_have_one():
    one = outcome(answers(Package())[:1], answers(COACHES), COACHES, doses_here())
    row = one.effect("senior_moves")
    assert one.seeds == SEEDS[:1] and math.isnan(row["lower"]) and row["digits"] == 0 and not row["sure"]
    assert not math.isnan(row["difference"])
    two = outcome(answers(Package())[:2], answers(COACHES)[1:], COACHES, doses_here())
    assert two.seeds == SEEDS[1:2], "worlds that both have"
    with pytest.raises(Refusal, match="wait for the first"):
        outcome(answers(Package())[:1], answers(COACHES)[1:], COACHES, doses_here())


def test_a_period_that_is_not_counted_is_refused_and_names_those_that_are():
    with pytest.raises(Refusal, match="24"):
        of(COACHES, months=7)


@pytest.mark.parametrize(
    ("difference", "half", "digits"),
    [(670, 40, 2), (670, 50, 2), (670, 51, 1), (670, 600, 1), (670, 700, 0), (-670, 40, 2), (0.0, 0.0, 2), (7, 0.4, 2), (9.9, 3, 1)],
)
def test_a_second_digit_is_written_where_the_band_is_no_wider_than_one_of_the_first(difference, half, digits):
    row = {"difference": difference, "lower": difference - half, "upper": difference + half, "mean": 1000.0 + difference}
    assert said(pd.DataFrame([row | {"placebo": math.nan} | HEADLINE]))["digits"].iloc[0] == digits


def test_one_of_many_that_chance_may_have_made_is_not_sure_and_a_description_never_is():
    row = {"difference": 670.0, "lower": 640.0, "upper": 700.0, "mean": 1000.0, "placebo": math.nan}
    many = [{"q": 0.04, "family": "others"}, {"q": 0.06, "family": "others"}, {"q": math.nan, "family": "description"}]
    found = said(pd.DataFrame([row | one for one in many]))
    assert found["sure"].tolist() == found["noticed"].tolist() == [True, False, False] and found["digits"].tolist() == [2, 0, 2]


def test_noticed_is_a_hundredth_of_what_there_is_without_and_sure():
    rows = pd.DataFrame({"difference": [10.0, 9.0, 10.0], "lower": [1.0, 8.0, -1.0], "upper": [19.0, 10.0, 21.0], **HEADLINE})
    found = said(rows.assign(mean=1000 + rows["difference"], placebo=math.nan))
    assert found["noticed"].tolist() == [True, False, False] and found["sure"].tolist() == [True, True, False]
    found = said(rows.assign(mean=1000 + rows["difference"], placebo=[9.0, 9.0, 0.0]))
    assert found["noticed"].tolist() == [True, False, False] and found["sure"].tolist() == [True, False, False]


@pytest.mark.parametrize("card", sorted(set(of_cards()["card"]) & set(REGISTRY)))
def test_the_assumptions_of_one_card_are_those_of_the_study(card):
    table = pd.DataFrame([{"difference": 5.0, "base": 100.0, "indicator": "senior_moves", "group_by": "all", "group": "all"}])
    found = deciding(Outcome(Package((), ((card, "gewoon"),)), (0,), 24, table, pd.DataFrame(), ()), doses_here())
    theirs = of_cards()[of_cards()["card"] == card].sort_values("rank")
    spread = shipped().spread([card], "senior_moves")
    if not len(spread.values) or not np.ptp(spread.values):
        assert found.why_not is not None and found.table.empty
        return
    assert found.table["assumption"].tolist() == theirs["assumption"].tolist() and found.but == spread.but
    assert np.allclose(
        found.table["correlation"].abs(), theirs["correlation"].abs(), atol=2e-3
    )  # effects that are nearly the same may change places
    assert (found.table["low"] < found.table["high"]).all()
    assert ((found.table["upper"] > found.table["lower"]) == (found.table["correlation"] > 0))[found.table["correlation"].abs() > 0.3].all()


def test_what_is_not_as_in_the_study_is_said_in_both_languages():
    assert beside_study("") is None
    assert beside_study(f"{OF_OLDER}; {NOT_AS_STUDIED}wooncoach_sociaal") == {
        "nl": "Uit een studie van een ouder model; de kaart is anders ingesteld dan in de studie.",
        "en": "From a study of an older model; the card is set otherwise than in the study.",
    }
