"""The command line as it was typed: Dutch notation, zeros and words of other languages are explained before Hydra reads them."""

from __future__ import annotations

import functools
import itertools
import shutil

import pytest

from experiments import attribute, compare, entry, goals, overrides
from experiments.entry import CONFIGS
from sim.interventions import REGISTRY
from sim.parameters import REGISTRY as PARAMETERS
from sim.world.errors import Refusal
from tests.every import every
from tests.experiments.test_entry import Recorder
from tests.world.test_notation import FIELDS, counted

COMMANDS = {"compare": compare.COMMAND, "attribute": attribute.COMMAND, "goals": goals.COMMAND}
KEYS = [(owner, name, kind, counted(owner, name, kind, text)) for owner, name, kind, text in FIELDS if owner in COMMANDS]
KEYS += [
    ("compare", f"instruments.{owner}.{name}", kind, counted(owner, name, kind, text))
    for owner, name, kind, text in FIELDS
    if owner in REGISTRY
]
KEYS += [
    ("compare", f"instruments.brieven.who.{name}", kind, counted("who", name, kind, text))
    for owner, name, kind, text in FIELDS
    if owner == "who"
]
KEYS += [("compare", f"behaviour.{name}", float, name.startswith(("eur_", "n_", "dur_"))) for name in PARAMETERS]


@functools.cache
def parsed(line: str):
    """As Hydra reads it, once: its parser is the larger part of what this file takes."""
    return entry.parse([line])[0]


def said(command: str, *lines: str, multirun: bool = False) -> str:
    """What the check of the lines says; empty where they go on to Hydra."""
    try:
        entry.checked_lines(COMMANDS[command], [parsed(line) for line in lines], multirun)
    except Refusal as error:
        assert "\n" not in str(error)
        return str(error)
    return ""


@every(("command", "key", "kind", "counts"), KEYS, ids=lambda value: str(value)[:60])
def test_every_key_reads_a_point_and_a_comma_by_its_type_and_unit(command, key, kind, counts):
    if kind is bool:
        for text in ("yes", "no", "on", "1", "True", "'true'"):
            assert f"{key}={text.strip(chr(39))}: write true or false" in said(command, f"{key}={text}")
        assert not said(command, f"{key}=false")
        return
    for multirun, text in itertools.product((False, True), ("250.000", "100,250.000", "choice(1,250.000)")):
        if multirun or "," not in text:
            found = said(command, f"{key}={text}", multirun=multirun)
            assert ("that is 250 or 250000: write 250000" in found) == counts, (text, found)
    for multirun in (False, True):
        assert "write 1250000" in said(command, f"{key}=1.250.000", multirun=multirun)
        assert "write 1250000" in said(command, f"{key}=1,250,000", multirun=multirun)
        assert "write 65" in said(command, f"{key}=065", multirun=multirun)
        assert "finite" in said(command, f"{key}=inf", multirun=multirun) and "finite" in said(command, f"{key}=nan", multirun=multirun)
        assert "without quotes" in said(command, f"{key}='5'", multirun=multirun)
        if kind is float:
            assert "that is Dutch notation; write 0.5" in said(command, f"{key}=0,5", multirun=multirun)
    for text in ("5", "1_000_000", "1000", "0.250", "null"):
        assert not said(command, f"{key}={text}"), text
    for text in ("1,2,3", "choice(0,5)", "range(1,4)"):
        assert not said(command, f"{key}={text}", multirun=True), text


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["instruments.voorrang={eur_budget: 1.000}"], "instruments.voorrang.eur_budget=1.000: that is 1 or 1000: write 1000, or 1 (euro"),
        (["instruments={voorrang:{who:{age:065}}}"], "instruments.voorrang.who.age=065: a number has no zeros"),
        (["behaviour={p_sight:0.05,eur_moving:5.000}"], "behaviour.eur_moving=5.000: that is 5 or 5000"),
        (["instruments.voorrang=false"], "voorrang: settings are keys with values"),
        (["instruments.voorrang=0"], "leave voorrang out, or write capacity: 0"),
        (["instruments={voorrang: no}"], "leave voorrang out, or write capacity: 0"),
        (["instruments.voorrang=[]"], "leave voorrang out, or write capacity: 0"),
        (["months=1.200"], "months=1.200: that is 1.2 or 1200: write 1200 (1 to 1200 months)"),
        (["instruments.interventie_x.pulls={eur_once:1.000,sight:0.125}"], "pulls.eur_once=1.000: that is 1 or 1000"),
    ],
)
def test_what_is_typed_in_lists_and_braces_is_looked_at_too(lines, words):
    assert words in said("compare", *lines) and words in said("compare", *lines, multirun=True)


@pytest.mark.parametrize("flags", [[], ["--multirun"]])
@pytest.mark.parametrize("line", ["eur_budget_total=100.000", "strength=0,5", "instruments.voorrang.eur_budget=1.000"])
def test_nothing_runs_on_a_figure_in_dutch_notation(tmp_path, monkeypatch, capsys, flags, line):
    monkeypatch.chdir(tmp_path)
    run = Recorder()
    assert run(*flags, "scenarios=voorrang", line) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: {line}: that is ") and error.count("\n") == 1
    assert not run.plans and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("p_sight: 0,05", "line 1, column 10: p_sight=0,05: that is Dutch notation; write 0.05"),
        ("# mine\neur_moving: 5.000", "line 2, column 13: eur_moving=5.000: that is 5 or 5000"),
        ("p_sigth: 0.05", "line 1, column 10: behaviour.p_sigth does not exist; did you mean p_sight?"),
        ("p_sight: 7", "line 1, column 10: behaviour.p_sight=7 is out of range"),
        ("p_sight: ${oc.env:HOME}", "line 1, column 10: p_sight=${oc.env:HOME}: a number is needed"),
        ("p_sight: &a 0.05", "line 1, column 10: anchors"),
        ("p_sight:", "line 1, column 1: p_sight: a number is needed"),
        ("defaults: [default]", "line 1, column 1: defaults: a number is needed"),
        ("- p_sight", "line 1, column 1: this is no list of behavioural parameters"),
    ],
)
@pytest.mark.parametrize(
    "line", [["behaviour=mijn"], ["--multirun", "behaviour=default,mijn"], ["--multirun", "behaviour=choice(mijn,default)"]]
)
def test_a_file_of_behaviour_is_read_strictly_before_hydra_reads_it(tmp_path, monkeypatch, capsys, line, text, words):
    shutil.copytree(CONFIGS, tmp_path / "configs")
    (tmp_path / "configs" / "behaviour" / "mijn.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(entry, "CONFIGS", tmp_path / "configs")
    monkeypatch.chdir(tmp_path)
    assert Recorder()(*line, "scenarios=basis", "out=here") == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: mijn.yaml, {words}") and error.count("\n") == 1, error


def test_what_is_typed_is_cut_where_hydra_cuts_it():
    assert overrides.parts("a, [b,c] ,'d,e',{f:1,g:2}") == ["a", "[b,c]", "'d,e'", "{f:1,g:2}"]
    assert overrides.tree("{who: {age: 65}, areas: [a, 'b,c'], capacity: null}") == {
        "who": {"age": ("65", False)},
        "areas": [("a", False), ("b,c", True)],
        "capacity": None,
    }
