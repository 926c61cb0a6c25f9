"""Whatever can be known before a world is built is refused before one is: exit status 2, one line, every instrument, every command."""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments import attribute, compare, entry, goals
from experiments.goal_file import FOLDER as GOALS
from experiments.runs.plan import make_plan
from experiments.runs.world import Verhuisketens
from experiments.schema import Compare, check
from sim import interventions, month, run
from sim.approach import beforehand, menukaart, rules, scenarios
from sim.approach.stepwise import QUARTER
from sim.interventions import REGISTRY
from sim.interventions.labels import ForHomesTaken
from sim.levers import MAX_INSTRUMENTS
from sim.model import HousingModel
from sim.world.codes import Stage
from sim.world.errors import Refusal
from sim.world.names import YEAR
from sim.world.places import resolve
from sim.world.span import span
from tests.fake_world import DEFAULTS
from tests.worlds import MIXED, at_work, burnt_in, strong
from verhuisketens.shell import guarded

LAW = {"interventie_x": {"pulls": {"trouble": 0.1}}}  # what cannot be without settings
FLOATS = {key: [name for name, one in cls.model_fields.items() if "float" in str(one.annotation)] for key, cls in REGISTRY.items()}
COSTLESS = sorted(key for key, cls in REGISTRY.items() if not interventions.load(key, LAW.get(key, {})).may_cost())
READ_ELSEWHERE = {"payer", "deliverer", "already", "allow_empty"}  # by the ledger, the worksheets, the plan, and after a run


class Never:
    """A world that nobody may ask for."""

    def world(self, job):
        raise AssertionError("a world was built")

    def run(self, *args):
        raise AssertionError("a world was run")


def written(folder: Path, instruments: dict[str, Any], rules: Any = None, name: str = "mine") -> dict[str, Any]:
    """Keys of a command for a scenario of one's own."""
    content = {"title": {"nl": "Eigen", "en": "Own"}, "instruments": instruments} | ({"rules": rules} if rules else {})
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return {"scenarios": [name], "scenario_dir": str(folder)}


def refused(capsys, folder: Path, instruments: dict[str, Any], rules: Any = None, **keys: Any) -> str:
    """The line with which a comparison is refused before its world is built."""
    config = DEFAULTS | written(folder, instruments, rules) | keys

    def command() -> int:
        return compare.execute(make_plan(check(Compare, config)), folder / "out", "", simulation=Never())

    assert guarded(command, False) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and said.count("\n") == 1 and len(said) < 500, said
    assert not (folder / "out").exists()
    return said


@pytest.mark.parametrize("key", REGISTRY)
def test_a_setting_with_which_an_instrument_would_do_nothing_or_cannot_be_is_refused(key, capsys, tmp_path):
    fit = LAW.get(key, {})
    for wrong, words in {
        ("from", "2027-01"): ("from=2027-01", "months=12", "start=2026-01"),
        ("from", "2040-01"): ("from=2040-01", "months=12", "start=2026-01"),
        ("until", "2026-01"): ("until=2026-01", "months=12", "start=2026-01"),
        ("until", "2025-06"): ("until=2025-06", "months=12", "start=2026-01"),
        ("until", "2020-06"): ("until=2020-06", "out of range: 2024-01 to 2130-12"),
        ("already", True): (f"{key}.already: only the list", "counts in full"),
    }.items():
        said = refused(capsys, tmp_path, {key: fit | dict([wrong])})
        assert f"scenario mine: {key}" in said and all(word in said for word in words), said
    for who, words in (
        ({"rooms": 8, "rooms_most": 2}, "rooms=8 and rooms_most=2"),
        ({"size": 2, "size_least": 4}, "size_least=4 and size=2"),
        ({"children": "with", "size": 1, "size_least": 1}, "children=with and size=1"),
    ):
        assert f"{key}.who: {words}" in refused(capsys, tmp_path, {key: fit | {"who": who}})
    if "who" not in interventions.load(key, fit).unread():
        assert "'Zwole' is no wijk or gemeente (name or CBS code) of Zwolle; did you mean zwolle?" in refused(
            capsys, tmp_path, {key: fit | {"who": {"areas": ["Zwole"]}}}
        )


@pytest.mark.parametrize("key", REGISTRY)
def test_no_number_is_infinite_or_none(key, capsys, tmp_path):
    for name in FLOATS[key]:
        alias = REGISTRY[key].model_fields[name].alias or name
        for number in (math.inf, math.nan):
            wrong = {"pulls": {"trouble": number}} if name == "pulls" else {alias: number}
            assert f"{key}.{alias}" in refused(capsys, tmp_path, {key: LAW.get(key, {}) | wrong})
    assert {"capacity", "eur_budget", "eur_fixed"} <= {*FLOATS[key]}
    said = refused(capsys, tmp_path, {key: LAW.get(key, {}) | {"who": {"floor_area": math.inf}}})
    assert f"{key}.who.floor_area=.inf: a number is finite" in said


@pytest.mark.parametrize("key", COSTLESS)
def test_a_budget_of_what_costs_nothing_is_refused_and_one_of_what_costs_is_taken(key, capsys, tmp_path):
    fit = LAW.get(key, {})
    assert f"{key}.eur_budget=1000.0 would do nothing: it costs nothing (eur_fixed" in refused(
        capsys, tmp_path, {key: fit | {"eur_budget": 1000}}
    )
    for taken in ({"eur_budget": 1000, "eur_fixed": 100}, {"eur_budget": 0}):
        make_plan(check(Compare, DEFAULTS | written(tmp_path, {key: fit | taken})))


@pytest.mark.parametrize("key", [key for key, cls in REGISTRY.items() if issubclass(cls, ForHomesTaken) and not cls.asks_label])
def test_settings_of_a_label_without_a_label_are_refused(key, capsys, tmp_path):
    for name, value in {"label_step_free": False, "n_labelled": 5, "rel_labelled": 0.25}.items():
        assert f"{key}.{name}={value} would do nothing: no label is named" in refused(capsys, tmp_path, {key: {name: value}})
        make_plan(check(Compare, DEFAULTS | written(tmp_path, {key: {"label": "mine", name: value}})))
    both = {"label": "mine", "n_labelled": 5, "rel_labelled": 0.25}
    assert "rel_labelled=0.25 would do nothing: n_labelled says how many" in refused(capsys, tmp_path, {key: both})
    assert f"{key}.label='=1+1'" in refused(capsys, tmp_path, {key: {"label": "=1+1"}})


@pytest.mark.parametrize(
    ("instruments", "words"),
    [
        ({"passendheidsnorm": {"capacity": 3}}, "passendheidsnorm.capacity=3.0 would do nothing: it is a rule on homes"),
        ({"passendheidsnorm": {"who": {"age": 70}}}, "passendheidsnorm.who.age would do nothing"),
        ({"seniorenwoningen": {"who": {"areas": ["Zwolle"]}}}, "seniorenwoningen.who.areas would do nothing: homes are built where"),
        ({"huurbehoud": {"eur_plus": 80}}, "huurbehoud.eur_plus=80.0 would do nothing: variant oude_huur"),
        ({"wooncoach_sociaal": {"fte": 2, "fte_per_1000": 1}}, "fte_per_1000=1.0 would do nothing: fte says"),
        ({"interventie_x": {}}, "interventie_x pulls no lever"),
        ({"interventie_koffie": {"eur_fixed": 100}}, "interventie_koffie pulls no lever"),
        ({"interventie_x": {"pulls": {"sight": 0}}}, "interventie_x pulls no lever"),
        ({"interventie_x": {"pulls": {"n_rooms_left": 4}}}, "interventie_x pulls no lever"),
        ({"wooncoach_sociaal": {"toolbox": ["vorrang"]}}, "did you mean voorrang?"),
        ({"wooncoach_sociaal": {"toolbox": ["koning"]}}, "brings along 'koning', and there is no such instrument"),
        ({"wooncoach_sociaal": {"toolbox": ["voorrang"]}}, "wooncoach_sociaal.toolbox: voorrang is not in this scenario"),
        ({"wooncoach_sociaal": {"toolbox": ["wooncoach_sociaal"]}}, "toolbox: wooncoach_sociaal is the coach itself"),
        (
            {"wooncoach_sociaal": {"toolbox": ["passendheidsnorm"]}, "passendheidsnorm": {}},
            "toolbox: passendheidsnorm is not for a household that searches",
        ),
        ({"huurgewenning": {"who": {"coach": True}}}, "huurgewenning.who.coach=true, and nobody talks: add wooncoach_sociaal or"),
        (
            {f"interventie_{n}": {"pulls": {"trouble": 0.1}} for n in range(MAX_INSTRUMENTS + 1)},
            f"{MAX_INSTRUMENTS + 1} instruments in one scenario; at most {MAX_INSTRUMENTS} fit",
        ),
        (
            {"huurgewenning": {"label": "a", "rel_labelled": 0.2}, "huurbehoud": {"label": "a", "rel_labelled": 0.3}},
            "both name label a; make them equal",
        ),
    ],
)
def test_a_scenario_of_which_something_would_do_nothing_is_refused(instruments, words, capsys, tmp_path):
    assert words in refused(capsys, tmp_path, instruments)
    for door in (lambda: HousingModel(MIXED, seed=1, months=12, burn_in=0, interventions=instruments), lambda: model().fork(instruments)):
        with pytest.raises(Refusal) as error:
            door()
        assert words in str(error.value) or "toolbox" in str(error.value)


@functools.cache
def model() -> HousingModel:
    """One of twelve months, of which five have passed."""
    return HousingModel("vlieland", seed=1, months=12, burn_in=0, follow_up=2).run(5)


def test_a_fork_refuses_what_would_do_nothing_in_the_months_that_are_left():
    for given, words in (
        ({"voorrang": {"until": "2026-06"}}, "voorrang.until=2026-06: it would work in no month.*and 5 of them have passed"),
        ({"voorrang": {"from": "2027-01"}}, "voorrang.from=2027-01: it would work in no month"),
        ({"voorrang": {"already": True}}, "voorrang.already"),
        ({"al_voorrang": {}}, "interventions.al_voorrang is what a place does already"),
    ):
        with pytest.raises(Refusal, match=words):
            model().fork(given)
    model().fork({"voorrang": {"until": "2026-07"}, "brieven": {"from": "2026-12"}})
    with pytest.raises(Refusal, match=r"voorrang: it would work in no month.*and 12 of them have passed"):
        model().fork().run(7).fork({"voorrang": {}})


def brought_to_nobody(key: str) -> bool:
    """Whether it works through homes, says by a dose whom it reaches, or is over before anybody searches."""
    one = REGISTRY[key]()
    return not one.card.for_households or one.card.dosed or one.asked_in()[1] < Stage.WONINGZOEKEN


@pytest.mark.parametrize("key", [key for key in REGISTRY if brought_to_nobody(key) and key != "wooncoach_sociaal"])
def test_a_coach_brings_nothing_along_that_is_not_for_who_searches(key, capsys, tmp_path):
    assert f"toolbox: {key} is not for a household that searches" in refused(
        capsys, tmp_path, {"wooncoach_sociaal": {"toolbox": [key]}, key: {}}
    )


def test_a_toolbox_may_hold_what_a_rule_adds(tmp_path):
    rule = {"when": {"after": 6}, "do": {"add": {"voorrang": {}}}}
    make_plan(check(Compare, DEFAULTS | written(tmp_path, {"wooncoach_sociaal": {"toolbox": ["voorrang"]}}, [rule])))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"when": {"after": 12}, "do": {"stop": "voorrang"}}, "rule 1: when.after=12, and the run has months=12 from start=2026-01 on"),
        ({"when": {"after": 10}, "do": {"stop": "voorrang"}}, "the last look at rules in month 9"),
        ({"when": {"after": 4}, "do": {"add": {"brieven": {"until": "2026-06"}}}}, "the rule begins it in month 6 at the earliest"),
        ({"when": {"after": 4}, "do": {"add": {"brieven": {"until": "2026-07"}}}}, "the rule begins it in month 6 at the earliest"),
        ({"when": {"after": 6}, "do": {"add": {"brieven": {"who": {"coach": True}}}}}, "brieven.who.coach=true, and nobody talks"),
        ({"when": {"instrument": "voorrang", "count": "uses", "below": 5}, "do": {"stop": "voorrang"}}, "counted over 12 months of work"),
        (
            {"when": {"after": 6}, "do": {"add": {"brieven": {"until": "2026-07"}}}},
            "rule 1: do.add.brieven.until=2026-07: it would work in no",
        ),
        ({"when": {"after": 6}, "do": {"add": {"brieven": {"until": "2020-07"}}}}, "until=2020-07"),
        ({"when": {"after": 6}, "do": {"add": {"brieven": {"already": True}}}}, "brieven.already: only the list"),
        ({"when": {"after": 6}, "do": {"add": {"interventie_x": {}}}}, "interventie_x pulls no lever"),
        ({"when": {"after": 6}, "do": {"add": {"brieven": {"who": {"areas": ["Zwole"]}}}}}, "brieven.who.areas: 'Zwole'"),
        ({"when": {"instrument": "voorrang", "count": "uses", "below": math.nan}, "do": {"stop": "voorrang"}}, "rule 1: when.below"),
        ({"when": {"instrument": "voorrang", "count": "uses", "above": math.inf}, "do": {"stop": "voorrang"}}, "rule 1: when.above"),
        ({"when": {"after": 6}, "do": {"scale": {"voorrang": math.inf}}}, "rule 1: do.scale"),
    ],
)
def test_a_rule_that_cannot_fire_or_would_add_nothing_is_refused(rule, words, capsys, tmp_path):
    assert words in refused(capsys, tmp_path, {"voorrang": {}}, [rule])


@pytest.mark.parametrize("after", [0, 1, 3, 4])
def test_what_a_rule_counts_of_what_another_adds_is_known_a_year_after_that_one_can_fire(after, capsys, tmp_path):
    add = {"when": {"after": after or 1, "talks": {"wish": "woonwens", "share_above": 0.5}}, "do": {"add": {"voorrang": {}}}}
    late = {"when": {"after": 40}, "do": {"add": {"voorrang": {}}}}
    count = {"when": {"instrument": "voorrang", "count": "uses", "below": 5}, "do": {"stop": "voorrang"}}
    first = -(-(after or 1) // QUARTER) * QUARTER + YEAR
    steps = [count, add, late]
    assert (
        f"rule 1: when.instrument=voorrang is counted over 12 months of work, so it can fire in month {first} at the earliest"
        in refused(capsys, tmp_path, {"wooncoach_sociaal": {}}, steps, months=first)
    )
    term = beforehand.Term(resolve("vlieland"), "2026-01", first + 1, 0)
    read, held = rules.read([count, add]), {"wooncoach_sociaal": interventions.load("wooncoach_sociaal", {})}
    beforehand.check(held, read, term)
    assert beforehand.earliest(held, read) == [first, first - YEAR]
    heard = add | {"do": {"stop": "wooncoach_sociaal"}}
    later = {"when": {"after": 4}, "do": {"add": {"wooncoach_sociaal": {}}}}
    assert beforehand.earliest({}, rules.read([heard, later])) == [9, 6]
    assert "rule 1: when.talks needs a coach that has talked, so it can fire in month 9" in refused(
        capsys, tmp_path, {}, [heard, later], months=9
    )
    circle = [
        count | {"do": {"add": {"brieven": {}}}},
        count | {"when": count["when"] | {"instrument": "brieven"}, "do": {"add": {"voorrang": {}}}},
    ]
    assert "rule 1: when.instrument=voorrang is counted over 12 months of work, and nothing that can fire before adds that" in refused(
        capsys, tmp_path, {}, circle, months=1200
    )


def test_a_rule_at_the_last_look_and_dates_of_one_month_are_taken(tmp_path):
    last = {"when": {"after": 9}, "do": {"stop": "voorrang"}}
    make_plan(check(Compare, DEFAULTS | written(tmp_path, {"voorrang": {"from": "2026-12"}, "brieven": {"until": "2026-02"}}, [last])))


def test_a_date_of_the_list_of_what_is_done_already_may_lie_outside_the_run():
    plan = make_plan(check(Compare, DEFAULTS | {"municipality": "ooststellingwerf", "start": "2024-01", "months": 3}))
    assert plan.contents["basis"]["al_wooncoach_sociaal"]["from"] == "2024-07"


@pytest.mark.parametrize("name", sorted({*scenarios.names(), *menukaart.scenarios()} - {"interventie_x"}))
def test_every_scenario_that_is_shipped_is_taken(name):
    make_plan(check(Compare, DEFAULTS | {"scenarios": [name], "months": 120, "burn_in": 12}))


@pytest.mark.parametrize(
    "lines",
    [
        ["instruments.wooncoach_sociaal.until=2025-01"],
        ["instruments.wooncoach_sociaal.toolbox=[brieven]"],
        ["instruments.wooncoach_sociaal.who.areas=[Zwole]"],
        ["instruments.wooncoach_sociaal.already=true"],
        ["instruments.wooncoach_sociaal.capacity=.inf"],
        ["start=1900-01"],
        ["municipality=weesp"],
    ],
)
@pytest.mark.parametrize("command", [compare.COMMAND, attribute.COMMAND, goals.COMMAND], ids=lambda one: one.name)
def test_every_command_refuses_before_it_builds_a_world(command, lines, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Verhuisketens, "world", Never.world)
    which = "scenarios=[van_groot_naar_beter]" if command is compare.COMMAND else "scenario=van_groot_naar_beter"
    more = ["goals=ambities"] if command is goals.COMMAND else []
    assert entry.main(command, [which, *more, "months=12", "seeds=1", "workers=1", "out=here", *lines]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and said.count("\n") == 1, said
    assert not list(tmp_path.iterdir())


def test_a_dose_that_nothing_would_read_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Verhuisketens, "world", Never.world)
    content = yaml.safe_load((GOALS / "ambities.yaml").read_text(encoding="utf-8")) | {"doses": {"voorrang.eur_budget": [10, 1000]}}
    Path("mine.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    assert entry.main(goals.COMMAND, ["scenario=voorrang", "goals=mine.yaml", "trials=2", "seeds=1", "out=here"]) == 2
    assert "voorrang.eur_budget=10.0 would do nothing" in capsys.readouterr().err


@pytest.mark.parametrize("key", REGISTRY)
def test_a_setting_that_nobody_reads_in_a_run_is_one_that_the_instrument_says_is_unread(key, monkeypatch):
    """So a new setting that does nothing cannot escape."""
    cls, read = REGISTRY[key], set[str]()
    original = cls.__getattribute__

    def noted(self, name):
        read.add(name)
        return original(self, name)

    monkeypatch.setattr(cls, "__getattribute__", noted)
    lives = at_work(burnt_in(), {key: strong(key) | {"allow_empty": True}}, ghosts=False)
    for _ in range(6):
        month.step(lives)
    monkeypatch.undo()
    assert {"capacity", "since"} <= read
    assert {*cls.model_fields} - read - READ_ELSEWHERE <= {*lives.at_work.running[0].settings.unread()}, "read by nothing, and not refused"


def test_a_model_refuses_before_it_builds_a_world_and_counts_nothing_as_done_already(monkeypatch):
    monkeypatch.setattr(run, "build", Never().world)
    for more, words in (
        ({"interventions": {"voorrang": {"until": "2020-01"}}}, "until=2020-01"),
        ({"interventions": {"voorrang": {"already": True}}}, "voorrang.already"),
        ({"interventions": {"voorrang": interventions.load("voorrang", {"already": True})}}, "voorrang.already"),
        ({"interventions": {"voorrang": {"who": {"areas": ["Zwole"]}}}}, "who.areas"),
        ({"scenario": "stapsgewijs"}, "rule 1: when.after=12"),
        ({"scenario": "../x"}, "a name is a word"),
        ({"start": "1900-01"}, "start=1900-01 is out of range: 2024-01 to"),
    ):
        with pytest.raises(Refusal, match=words):
            HousingModel("vlieland", seed=1, **{"months": 12, "burn_in": 12} | more)


@pytest.mark.parametrize("name", ["../x", "sub/x", "/abs/x", "=1+1", "een twee", "één", "", "x.yaml", "a\n", "..", "-" * 3 + "/"])
def test_the_name_of_a_scenario_is_a_word(name):
    for names in ([name], ["voorrang", name]):
        with pytest.raises(Refusal, match="a name is a word of letters, digits, _ and -"):
            make_plan(check(Compare, DEFAULTS | {"scenarios": names}))
    with pytest.raises(Refusal, match="a name is a word"):
        scenarios.load(name)


@pytest.mark.parametrize("name", ["Basis", "PLACEBO", "Mine"])
def test_names_that_differ_in_capitals_only_are_refused(name, tmp_path):
    for one in (name, "mine"):
        written(tmp_path, {}, name=one)
    with pytest.raises(Refusal, match=f"scenarios .* and .*(?i:{name}) differ in capitals only"):
        make_plan(check(Compare, DEFAULTS | {"scenarios": ["mine", name], "scenario_dir": str(tmp_path)}))


def test_a_name_in_other_capitals_is_no_scenario_on_any_computer(monkeypatch):
    monkeypatch.setattr(Path, "is_file", lambda self: True)  # as where case does not count
    with pytest.raises(Refusal, match="there is no scenario 'Stapsgewijs'; did you mean stapsgewijs"):
        scenarios.load("Stapsgewijs")


def test_a_start_is_within_the_span_of_the_figures_and_the_ends_are_in_it():
    first, last = span()
    assert (first, last) == ("2024-01", "2030-12"), "amounts of law of 2024 to 2026; the figures are of 2020 to 2025"
    for start in (first, last):
        make_plan(check(Compare, DEFAULTS | {"start": start}))
    for start in ("1900-01", "2019-12", "2023-12", "2031-01", "2199-12"):
        with pytest.raises(Refusal, match=f"start={start} is out of range: {first} to {last}"):
            make_plan(check(Compare, DEFAULTS | {"start": start}))
        with pytest.raises(Refusal, match="out of range"):
            run.burn_in("vlieland", 1, start=start)


def test_a_region_takes_the_names_of_its_gemeenten(tmp_path):
    key = resolve("drenthe").key
    make_plan(check(Compare, DEFAULTS | written(tmp_path, {"brieven": {"who": {"areas": ["Assen", "GM0114"]}}}) | {"municipality": key}))


@pytest.mark.parametrize(
    "content", [{"instruments": {"voorrang": {}}}, {"instruments": {}, "rules": [{"when": {"after": 3}, "do": {"add": {"voorrang": {}}}}]}]
)
def test_what_costs_nothing_is_not_brought_to_a_sum(content, tmp_path):
    given = DEFAULTS | written(tmp_path, content["instruments"], content.get("rules", []))
    with pytest.raises(Refusal, match=r"nothing of it costs anything, so it cannot be brought to eur_budget_total=100000;.*voorrang costs"):
        make_plan(check(Compare, given | {"eur_budget_total": 100_000.0}))
    make_plan(check(Compare, given | {"eur_budget_total": 0.0}))
    content["instruments"]["brieven"] = {}
    make_plan(
        check(Compare, DEFAULTS | written(tmp_path, content["instruments"], content.get("rules", [])) | {"eur_budget_total": 100_000.0})
    )
