"""Scenarios as files: every shopping list is whole, every instrument is a scenario, and mistakes name file, rule and key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from experiments import goal_file
from sim import interventions
from sim.approach import done_already, menukaart, rules, scenarios
from sim.interventions import REGISTRY, card_of
from sim.world.errors import Refusal

HOLDS = "instruments: {voorrang: {}, wooncoach_sociaal: {}}"


def loads(name: str) -> dict[str, Any]:
    """The instruments of a scenario, checked."""
    found = scenarios.load(name)
    return {key: interventions.load(key, settings) for key, settings in found.instruments.items()}


def test_every_category_has_its_scenario_and_every_instrument_is_in_one_of_them():
    held = {name: set(loads(name)) for name in scenarios.names() if name.startswith("categorie_")}
    assert set(held) == {f"categorie_{category}" for category in menukaart.CATEGORIES}
    assert sorted(key for keys in held.values() for key in keys) == sorted(set(REGISTRY) - {scenarios.OWN})
    assert all(cls.card.category in menukaart.CATEGORIES for key, cls in REGISTRY.items() if key != scenarios.OWN)


def test_what_a_full_plan_chooses_is_of_an_instrument_of_its_sector():
    for sector, chosen in menukaart.CHOICES.items():
        assert [key for key in chosen if sector not in REGISTRY[key].card.sector] == []


@pytest.mark.parametrize("sector", menukaart.SECTORS)
def test_a_full_plan_holds_every_instrument_of_its_sector_for_the_people_of_that_sector(sector):
    held = loads(f"volledig_{sector}")
    assert set(held) == {key for key, cls in REGISTRY.items() if sector in cls.card.sector}
    others = {"sociaal": "koop", "particulier": "corporatie"}[sector]
    assert [key for key, one in held.items() if one.who.tenure == others] == []


@pytest.mark.parametrize("key", REGISTRY)
def test_the_name_of_an_instrument_is_the_scenario_that_holds_it_alone(key):
    found = scenarios.load(key)
    assert key in scenarios.names()
    assert list(found.instruments) == [key] and not found.rules
    assert found.instruments[key] == {}, "with its defaults"
    title = card_of(key).title
    assert set(title) == {"nl", "en"} and all(len(text) > 3 for text in title.values())


def test_the_parts_of_complex_and_campaign_are_what_the_whole_holds():
    whole = scenarios.load("complex_en_campagne").instruments
    parts = [scenarios.load(name).instruments for name in ("alleen_complex", "alleen_campagne")]
    assert {key: one for part in parts for key, one in part.items()} == whole and sum(map(len, parts)) == len(whole)
    assert len({(one["from"], one["until"]) for one in whole.values()}) == 1, "in the same year: that is the trap"


def test_a_file_wins_from_the_instrument_of_its_name(tmp_path):
    (tmp_path / "voorrang.yaml").write_text("title: {nl: Eigen, en: Own}\ninstruments: {voorrang: {rank: 2}}\n", encoding="utf-8")
    assert scenarios.load("voorrang", tmp_path).instruments == {"voorrang": {"rank": 2}}
    assert scenarios.load("brieven", tmp_path).instruments == {"brieven": {}}
    assert scenarios.names(tmp_path) == ["voorrang"]
    with pytest.raises(Refusal, match=r"no scenario 'breven'; did you mean brieven\?"):
        scenarios.load("breven", tmp_path)


def test_one_word_names_every_instrument_of_the_menukaart_alone(tmp_path):
    each = scenarios.spread(["basis", "elk_instrument"])
    assert each == ["basis", *sorted(set(REGISTRY) - {"interventie_x"})]
    assert all(key in scenarios.load(key).instruments for key in each[1:])
    with pytest.raises(Refusal, match=r"elk_instrument is many scenarios"):
        scenarios.load("elk_instrument")
    with pytest.raises(Refusal, match=r"no scenario 'elk_instrumnet'; did you mean elk_instrument\?"):
        scenarios.load("elk_instrumnet")
    (tmp_path / "elk_instrument.yaml").write_text("title: {nl: Eigen, en: Own}\ninstruments: {voorrang: {}}\n", encoding="utf-8")
    assert scenarios.spread(["elk_instrument"], tmp_path) == ["elk_instrument"], "a file of that name wins"


def test_every_scenario_can_be_loaded():
    for name in scenarios.names():
        held = loads(name)
        rules.loaded(held, scenarios.load(name).rules, "2026-01", 1.0)
        toolboxes = [set(getattr(one, "toolbox", ())) for one in held.values()]
        brought = {*held, *rules.added(scenarios.load(name).rules)}
        assert all(toolbox <= brought for toolbox in toolboxes), f"{name}: a toolbox holds what is not there"


READERS = {
    "scenario": lambda path: scenarios.load(path.stem, path.parent),
    "file of goals": lambda path: goal_file.load(str(path)),
    "list of places": done_already.read,
}


@pytest.mark.parametrize("what", READERS)
@pytest.mark.parametrize("content", [b"- voorrang", b"3", b"0", b"voorrang", b"''", b"[]", b"false", b"a: [", b"a: {b: 2: 3}", b""])
def test_a_file_that_holds_no_keys_is_refused_in_one_line_by_name(tmp_path, what, content):
    (path := tmp_path / "mine.yaml").write_bytes(content)
    keys = {"scenario": "title, instruments, stops, rules", "file of goals": "title, goals, doses"}.get(what)
    known = f"; keys are {keys}" if keys else ""
    said = rf"mine\.yaml, line 1, column \d: (this is no YAML: .+|this is no {what}{known})"
    if not content:
        if not keys:
            assert READERS[what](path) == {}, "nobody looked anywhere"
            return
        said = r"mine\.yaml, line 1, column 1: title: field required.*"
    with pytest.raises(Refusal) as error:
        READERS[what](path)
    assert re.fullmatch(said, str(error.value))


# rules: what is refused before the run


def read(folder: Path, text: str, holds: str = HOLDS) -> scenarios.Scenario:
    (folder / "mine.yaml").write_text(f"title: {{nl: Eigen, en: Own}}\n{holds}\nrules: {text}\n", encoding="utf-8")
    return scenarios.load("mine", folder)


def test_a_rule_is_read_as_it_is_written(tmp_path):
    found = read(tmp_path, "[{when: {after: 24, indicator: vacant, share_of: dwellings, above: 0.03}, do: {stop: voorrang}}]")
    [rule] = found.rules
    assert rule.when.after == 24 and rule.when.above == 0.03 and rule.do.stop == ("voorrang",) and not rule.repeat
    assert read(tmp_path, "[{when: {after: 3}, do: {add: {huurgewenning: }}}]").rules[0].do.add == {"huurgewenning": {}}
    assert read(tmp_path, "").rules == []


WORDS = {"OK": "do: {stop: voorrang}", "WHEN": "when: {after: 24}"}
FAULTS = {
    "[{when: {after: 24, indicatr: moves}, OK}]": "rule 1: when.indicatr: there is no such key; did you mean indicator",
    "[{WHEN, doo: {stop: voorrang}}]": "rule 1: doo: there is no such key; did you mean do",
    "[{WHEN, do: {stp: voorrang}}]": "rule 1: do.stp: there is no such key; did you mean stop",
    "[{WHEN, OK}, {after: 24}]": "rule 2: after: there is no such key",
    "[{WHEN}]": "rule 1: do: field required",
    "{after: 3}": "rules is no list",
    "[3]": "rule 1: input should be",
    "[{when: {}, OK}]": "rule 1: when: nothing is named",
    "[{when: {after: -1}, OK}]": "rule 1: when.after: input should be greater than or equal to 0",
    "[{when: {after: soon}, OK}]": "rule 1: when.after=soon: a whole number is needed",
    "[{when: {after: 24, indicator: senior_move, above: 3}, OK}]": "did you mean senior_moves?",
    "[{when: {after: 24, indicator: fit, above: 0.4}, OK}]": "no monitor can know fit in the month itself",
    "[{when: {after: 24, indicator: moves_set_off, above: 1}, OK}]": "known only years later",
    "[{when: {after: 24, indicator: seniors_with_wish, above: 1}, OK}]": "talks: {wish: woonwens}",
    "[{when: {after: 6, indicator: moves, above: 3}, OK}]": "after=6: an indicator is counted over 12 months",
    "[{when: {after: 24, indicator: moves}, OK}]": "an indicator needs limits",
    "[{when: {after: 24, indicator: moves, above: 3, change: {below: 1}}, OK}]": "and not both",
    "[{when: {after: 24, indicator: moves, above: 3, below: 2}, OK}]": "nothing lies above 3 and below 2",
    "[{when: {after: 24, indicator: moves, change: {}}, OK}]": "rule 1: when.change: a limit is missing",
    "[{when: {after: 24, indicator: moves, above: 3, share_of: homes}, OK}]": "rule 1: when.share_of: input should be 'households'",
    "[{when: {after: 24, above: 3}, OK}]": "above and below are limits of an indicator or an instrument",
    "[{when: {after: 24, change: {below: 0.1}}, OK}]": "change says nothing without indicator",
    "[{when: {after: 24, indicator: moves, above: 3, count: uses}, OK}]": "count says nothing without instrument",
    "[{when: {instrument: voorrang, above: 3}, OK}]": "say what of its ledger is counted",
    "[{when: {instrument: voorrang, count: uses}, OK}]": "a limit is missing",
    "[{when: {instrument: huurgewenning, count: uses, above: 3}, OK}]": "when.instrument: huurgewenning never runs in this scenario",
    "[{when: {instrument: voorang, count: uses, above: 3}, OK}]": "no instrument 'voorang'; did you mean voorrang?",
    "[{when: {indicator: moves, instrument: voorrang, after: 24, above: 3}, OK}]": "indicator and instrument are two things",
    "[{when: {talks: {obstacle: too_dear, share_above: 0.2}}, OK}]": "rule 1: when.talks.obstacle: there is no obstacle 'too_dear'",
    "[{when: {talks: {wish: verhuizen, share_above: 0.2}}, OK}]": "rule 1: when.talks.wish: input should be 'huidige_woning'",
    "[{when: {talks: {wish: woonwens, of: searching, share_above: 0.2}}, OK}]": "of: searching says nothing of a wish",
    "[{when: {talks: {share_above: 0.2}}, OK}]": "name one of wish and obstacle",
    "[{when: {talks: {wish: woonwens, share_above: 2}}, OK}]": "rule 1: when.talks.share_above: input should be less than or equal to 1",
    "[{WHEN, do: {}}]": "rule 1: do: nothing is named",
    "[{WHEN, do: {add: {huurgewening: {}}}}]": "no instrument 'huurgewening'; did you mean huurgewenning?",
    "[{WHEN, do: {add: {voorrang: {}}}}]": "rule 1: do.add.voorrang: the scenario holds voorrang from the start",
    "[{WHEN, OK}, {WHEN, do: {add: {voorrang: {rank: 2}}}}]": "rule 2: do.add.voorrang: voorrang has its settings under instruments",
    "[{WHEN, do: {add: {brieven: {}}}}, {WHEN, do: {add: {brieven: {capacity: 3}}}}]": "do.add.brieven: rule 1 adds brieven with other",
    "[{WHEN, do: {add: {brieven: {from: 2028-01}}}}]": "add.brieven.from: the rule says when it begins",
    "[{WHEN, do: {stop: [huurgewenning]}}]": "rule 1: do.stop: huurgewenning never runs in this scenario",
    "[{WHEN, do: {scale: {brieven: 2}}}]": "rule 1: do.scale: brieven never runs in this scenario",
    "[{WHEN, do: {scale: {voorrang: 0}}}]": "rule 1: do.scale.voorrang: input should be greater than 0",
    "[{WHEN, do: {scale: {voorrang: 1}}}]": "scale.voorrang=1 changes nothing",
    "[{WHEN, do: {scale: {voorrang: 0.5}, stop: voorrang}}]": "voorrang stands there twice",
}


@pytest.mark.parametrize("text", FAULTS, ids=lambda text: text[:60])
def test_a_rule_that_cannot_be_is_refused_by_file_rule_and_key(tmp_path, text):
    with pytest.raises(Refusal) as caught:
        read(tmp_path, re.sub("OK|WHEN", lambda word: WORDS[word[0]], text))
    assert re.match(r"mine\.yaml, line \d+, column \d+: rule", str(caught.value)) and FAULTS[text] in str(caught.value)


@pytest.mark.parametrize(
    ("when", "way_out"),
    [
        ("indicator: zzz, above: 3", "what=indicators"),
        ("instrument: zzz, count: uses, above: 3", "what=instruments"),
        ("talks: {obstacle: zzz, share_above: 0.2}", "it is one of nothing_seen"),
    ],
)
def test_a_name_that_is_near_none_is_answered_in_one_short_line(tmp_path, when, way_out):
    with pytest.raises(Refusal, match=re.escape(way_out)) as caught:
        read(tmp_path, f"[{{when: {{after: 24, {when}}}, do: {{stop: voorrang}}}}]")
    assert len(str(caught.value)) < 250


def test_talks_need_somebody_who_talks(tmp_path):
    text = "[{when: {talks: {wish: woonwens, share_above: 0.2}}, do: {stop: voorrang}}]"
    with pytest.raises(Refusal, match=r"rule 1: when\.talks: nobody talks .* add wooncoach_sociaal or wooncoach_particulier"):
        read(tmp_path, text, "instruments: {voorrang: {}}")


def test_what_a_rule_adds_is_checked_against_ranges_law_and_strength():
    def loaded(do: dict[str, Any], strength: float = 1.0) -> Any:
        held = {"voorrang": interventions.load("voorrang", {})}
        return rules.loaded(held, rules.read([{"when": {"after": 12}, "do": do}]), "2026-01", strength)

    assert set(loaded({"add": {"huurgewenning": {"dur_path": 12}}})) == {"huurgewenning"}
    for do, strength, words in (
        ({"add": {"huurgewenning": {"dur_path": 48}}}, 1.0, "rule 1: do.add: .*1 to 36"),
        ({"add": {"huurgewenning": {"dur": 4}}}, 1.0, r"rule 1: do.add: huurgewenning\.dur does not exist"),
        ({"add": {"huurgewenning": {}}}, 2.0, "rule 1: do.add: huurgewenning: strength=2 is out of range, 0 to 1"),
        ({"scale": {"voorrang": 1.5}}, 1.0, "rule 1: do.scale: voorrang: strength=1.5 is out of range, 0 to 1"),
    ):
        with pytest.raises(rules.Refusal, match=words):
            loaded(do, strength)


def test_every_indicator_is_for_a_rule_to_read_or_says_why_not():
    from sim.counts.indicators import REGISTRY as INDICATORS

    assert not set(rules.READABLE) & set(rules.HIDDEN)
    for key, one in INDICATORS.items():
        assert key in rules.READABLE or key in rules.HIDDEN or one.source == "instruments" or key == "split_applications", key
