"""Command lines and files that strangers could give, made from the schemas: every field, its bounds, its type and its notation.

A seeded generator and no Hypothesis: cases are independent, what fails is named by its number, and shrinking would run worlds.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from analysis.estimates.goals import COUNTABLE, TARGETS, Goal
from experiments.schema import Attribute, Compare, Goals, Listing
from sim import interventions
from sim.approach.rules import READABLE, When
from sim.interventions import REGISTRY
from sim.interventions.who import Who
from sim.parameters import REGISTRY as PARAMETERS
from tests.own_places import CODE, another, folder_of, scaled
from tests.worlds import EMPTY_GROUP, FOR_HOUSEHOLDS, LIVELY, strong

PLACES = ("schiermonnikoog", "vlieland", "rozendaal")
REACHED_IN = ("schiermonnikoog", "vlieland")  # where every instrument that is for households reaches some within three months
SHORT = {"municipality": "schiermonnikoog", "months": "2", "burn_in": "0", "follow_up": "0", "seeds": "1", "workers": "1"}
TITLE = {"nl": "Iets", "en": "Something"}
SURPRISES = ("yes", "no", "on", "~", "065", "0x1F", "0o17", "1:30", "1e400", ".inf", "-.inf", ".nan", "1.000", "250.000", "0,5", "1.250,50",
             "1e3", "1_0", "--1", "½", "١٢", "12 ", "2026-01-01", "=1+1", "''", "[]", "{}", "[1,2]", "{a: 1}", "true", "null",
             "€ 100")  # fmt: skip
WORDS = ("koning", "x", "", "é", "a" * 300, "../x", "/etc/passwd", "sub/x", "CON", "a b", "-x", ".", "..", "~", "$HOME",
        "${oc.env:HOME}", "x\ny",
         "<b>", "=cmd", "null", "voorrang;rm", "Voorrang", "zeer onwaarschijnlijk")  # fmt: skip


RUNS_EACH = 25  # one of so many runs a world


class Case(NamedTuple):
    """One thing to try.

    Attributes:
        kind: which maker made it.
        command: of experiments, by name. arguments: what is typed.
        files: what lies in the folder in which it is typed, by name; None is a folder.
        names: what an error must name, one of them, as a word. reaches: instruments that reach somebody where it runs.
        must: refused (never runs), runs (never refused, never fails), fails (in the run), or either.
    """

    kind: str
    arguments: list[str]
    command: str = "compare"
    files: Mapping[str, bytes | None] = MappingProxyType({})
    names: tuple[str, ...] = ()
    must: str = "either"
    reaches: tuple[str, ...] = ()


Maker = Callable[[random.Random], Case]
MAKERS: dict[str, Maker] = {}
RUNS: dict[str, Maker] = {}  # those whose cases are carried out, not only planned


def maker(make: Maker) -> Maker:
    """Enter a kind of cases."""
    MAKERS[make.__name__] = make
    return make


def runner(make: Maker) -> Maker:
    """Enter a kind of cases that are carried out."""
    RUNS[make.__name__] = make
    return maker(make)


def cases(n: int, seed: int = 0, runs_each: int = RUNS_EACH) -> Iterator[Case]:
    """``n`` cases, the kinds by turns; one in ``runs_each`` runs a world."""
    planned, carried_out = [name for name in MAKERS if name not in RUNS], [*RUNS]
    for number in range(n):
        kind = planned[number % len(planned)] if number % runs_each else carried_out[number // runs_each % len(carried_out)]
        yield MAKERS[kind](random.Random(f"{seed}-{number}"))


def typed(keys: dict[str, str]) -> list[str]:
    """Keys as arguments."""
    return [f"{key}={value}" for key, value in keys.items()]


def misspelt(rng: random.Random, word: str) -> str:
    """A word with one sign left out, doubled, or two that changed places."""
    at = rng.randrange(max(1, len(word) - 1))
    return rng.choice(
        [word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:], word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]]
    )


def limits(field: FieldInfo) -> tuple[float | None, float | None]:
    """The range of a number, from the field itself."""
    low = next((getattr(m, "ge", getattr(m, "gt", None)) for m in field.metadata if hasattr(m, "ge") or hasattr(m, "gt")), None)
    return low, next((m.le for m in field.metadata if hasattr(m, "le")), None)


def kind_of(field: FieldInfo) -> Any:
    """bool, int, float, str or Literal: what a field takes where it takes one value."""
    options = [one for one in get_args(field.annotation) if one is not type(None)]
    return field.annotation if get_origin(field.annotation) is Literal or not options else options[0]


def outside(rng: random.Random, field: FieldInfo) -> Any:
    """A value that a field cannot have."""
    low, high = limits(field)
    far = [one for one in (None if low is None else low - 1, None if high is None else high * 2 + 1) if one is not None]
    kind = kind_of(field)
    if kind in (int, float) and far and rng.random() < 0.5:
        return int(rng.choice(far)) if kind is int else float(rng.choice(far))
    return "zeer onwaarschijnlijk" if kind is not str else ["een", "lijst"]


def inside(rng: random.Random, field: FieldInfo) -> Any:
    """A value that a field can have; None where it takes no single value."""
    kind, (low, high) = kind_of(field), limits(field)
    if get_origin(kind) is Literal:
        return rng.choice(get_args(kind))
    if kind is bool:
        return rng.random() < 0.5
    if kind in (int, float):
        low, high = 0 if low is None else low, 50_000 if high is None else high
        value = rng.choice([low, high, low + (high - low) * rng.random()])
        return int(value) if kind is int else round(float(value), 4)
    return None


def numeric(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields that take one number or truth, by the name that users write."""
    return {field.alias or name: field for name, field in model.model_fields.items() if kind_of(field) in (int, float, bool)}


def plan(instruments: Any, **more: Any) -> bytes:
    """The file of a scenario."""
    return yaml.safe_dump({"title": TITLE, "instruments": instruments, **more}, allow_unicode=True, sort_keys=False).encode()


def of_plan(kind: str, content: bytes, *names: str, must: str = "either", **keys: str) -> Case:
    """A case that runs the scenario of a file."""
    given = SHORT | {"scenarios": "[plan]", "scenario_dir": "."} | keys
    return Case(kind, typed(given), files={"plan.yaml": content}, names=names, must=must)


@maker
def a_key_out_of_range(rng: random.Random) -> Case:
    command, schema = rng.choice([("compare", Compare), ("attribute", Attribute), ("goals", Goals)])
    key, field = rng.choice(sorted(numeric(schema).items()))
    needed = {"attribute": {"scenario": "van_groot_naar_beter"}, "goals": {"scenario": "voorrang", "goals": "ambities"}}.get(command, {})
    return Case("a_key_out_of_range", typed(SHORT | needed | {key: str(outside(rng, field))}), command, names=(key,), must="refused")


@maker
def a_key_in_an_odd_notation(rng: random.Random) -> Case:
    key = rng.choice(sorted(Compare.model_fields.keys() - {"out", "scenario_dir", "behaviour", "instruments", "debug"}))
    value = rng.choice(SURPRISES + WORDS)
    return Case(
        "a_key_in_an_odd_notation", typed(SHORT | {"scenarios": "[basis]", key: value}), names=(key, key.removesuffix("s"), "gemeente")
    )


@maker
def a_key_that_does_not_exist(rng: random.Random) -> Case:
    schema = rng.choice([Compare, Compare, Listing])
    key = rng.choice(sorted(schema.model_fields))
    key = rng.choice([misspelt(rng, key), f"+{key}", f"~{key}", f"{key}.x", "zeer_onwaarschijnlijk", f"{key}@x"])
    near = key.strip("+~").partition(".")[0].partition("@")[0]
    if (near in schema.model_fields and key == near) or near in ("behaviour", "instruments"):
        key = near = "zeer_onwaarschijnlijk"
    return Case("a_key_that_does_not_exist", [f"{key}=1"], "list" if schema is Listing else "compare", names=(near, key), must="refused")


@maker
def a_line_that_is_no_key(rng: random.Random) -> Case:
    line = rng.choice(["months", "=3", "[a", "{", "months=[1", "a=b=c=[", "scenarios=[a,b", "'", "é=1", "months==3", "months=3 4",
            "a b=1", "\x00=1",
                       "months=${nothing}", "months=???", "out='", "months=range(1,3)", "seeds=1,2", "months=choice(1,2)",
                       "@=1"])  # fmt: skip
    return Case("a_line_that_is_no_key", [*typed(SHORT), "scenarios=[basis]", line], must="refused")


@maker
def a_place(rng: random.Random) -> Case:
    from sim.world.places import places

    known = [one.key for one in places()]
    name = rng.choice(
        [misspelt(rng, rng.choice(known)), rng.choice(WORDS), rng.choice(SURPRISES), rng.choice(known).upper(), "bergen", "uden", "0363"]
    )
    return Case(
        "a_place",
        typed(SHORT | {"municipality": f"'{name}'" if "'" not in name else name, "scenarios": "[basis]"}),
        names=("municipality", name),
    )


@maker
def a_name_of_a_scenario(rng: random.Random) -> Case:
    from sim.approach.scenarios import names

    name = rng.choice([misspelt(rng, rng.choice(names())), *WORDS[:-1], "placebo", "[]", "{a: b}", "3", "null", "[voorrang,Voorrang]",
                       "[basis,[voorrang]]"])  # fmt: skip
    return Case("a_name_of_a_scenario", typed(SHORT | {"scenarios": name}), names=("scenario", "scenarios"))


@maker
def a_setting_on_the_command_line(rng: random.Random) -> Case:
    key = rng.choice(sorted(REGISTRY))
    name, field = rng.choice(sorted(numeric(REGISTRY[key]).items()))
    value = rng.choice([str(outside(rng, field)), rng.choice(SURPRISES)])
    name = rng.choice([name, name, name, misspelt(rng, name)])
    keys = SHORT | {"scenarios": f"[{key}]", f"instruments.{key}.{name}": value}
    return Case("a_setting_on_the_command_line", typed(keys), names=(name, key))


@maker
def a_setting_in_a_file(rng: random.Random) -> Case:
    key = rng.choice(sorted(REGISTRY))
    name, field = rng.choice(sorted(numeric(REGISTRY[key]).items()))
    return of_plan("a_setting_in_a_file", plan({key: {name: outside(rng, field)}}), name, must="refused")


@maker
def a_setting_in_odd_notation(rng: random.Random) -> Case:
    key = rng.choice(sorted(REGISTRY))
    name = rng.choice(sorted(numeric(REGISTRY[key])))
    value = rng.choice(SURPRISES)
    content = f"title: {{nl: a, en: b}}\ninstruments:\n  {key}:\n    {name}: {value}\n"
    return of_plan("a_setting_in_odd_notation", content.encode(), name, key)


@maker
def settings_that_are_none(rng: random.Random) -> Case:
    key, value = rng.choice(sorted(REGISTRY)), rng.choice(["false", "0", '""', "[]", "no", "koning", "3", "[a]", "'{}'", "on"])
    return of_plan("settings_that_are_none", f"title: {{nl: a, en: b}}\ninstruments: {{{key}: {value}}}\n".encode(), key, must="refused")


@maker
def a_key_in_a_file_that_does_not_exist(rng: random.Random) -> Case:
    key = rng.choice(sorted(REGISTRY))
    name = rng.choice([misspelt(rng, one) for one in REGISTRY[key].model_fields] + ["zeer_onwaarschijnlijk"])
    if name in REGISTRY[key].model_fields or name == "from":
        name = "onzin"
    where = rng.choice([{key: {name: 1}}, {key: {"who": {name: 1}}}, {misspelt(rng, key) + "q": {}}])
    return of_plan("a_key_in_a_file_that_does_not_exist", plan(where), name, "instrument", key, must="refused")


@maker
def a_label_of_who(rng: random.Random) -> Case:
    key, (name, field) = rng.choice(sorted(REGISTRY)), rng.choice(sorted(Who.model_fields.items()))
    value = outside(rng, field) if name != "areas" else rng.choice([["Atlantis"], "Atlantis", [3], [["a"]], ["WK999999"], [""]])
    return of_plan("a_label_of_who", plan({key: {"who": {name: value}}}), name, "areas", must="refused")


@maker
def dates_outside_the_run(rng: random.Random) -> Case:
    key = rng.choice(sorted(set(REGISTRY) - {"interventie_x"}))
    dates = rng.choice([{"from": "2031-01"}, {"until": "2020-01"}, {"from": "2026-03", "until": "2026-02"}, {"from": "2026-13"},
            {"from": "maart"},
                        {"from": 2026}, {"until": [1]}, {"from": "2026-1"}, {"from": "26-01"}, {"until": "2026-01"},
                        {"from": "2026-03"}])  # fmt: skip
    return of_plan("dates_outside_the_run", plan({key: dates}), "from", "until", must="refused")


@maker
def a_start(rng: random.Random) -> Case:
    value = rng.choice(["1900-01", "2199-12", "2026", "2026-00", "2026-13", "2019-12", "2031-01", "januari", "2026/01", "'2026-01 '",
                        "[2026-01]", "２０２６-01"])  # fmt: skip
    return Case("a_start", typed(SHORT | {"scenarios": "[basis]", "start": value}), names=("start=",), must="refused")


@maker
def a_file_that_is_no_plain_yaml(rng: random.Random) -> Case:
    good = plan({"voorrang": {}}).decode()
    content = rng.choice([
        b"hallo", b"- a\n- b\n", b"3", b"", b"[" * 3000, b"{" * 500, good.encode("utf-16"), good.replace("Iets", "é").encode("latin-1"),
        good.encode() + b"\x00", good.replace("  ", "\t").encode(), b"a: &a [1]\nb: *a\n", good.encode() + b"---\n" + good.encode(),
        b"%YAML 1.1\n---\n" + good.encode(), b"title: !!python/object:os.system {}\n", good.encode() * 2, b"? [a]\n: b\n", b"title: [\n",
        b"<<: {a: b}\n", b"title: 'x\n", b"x" * 2_000_000, b"title: {nl: " + b"a" * 200_000 + b", en: b}\n", b"\xff\xfe\x00", b": : :\n",
        b"title: {nl: a, en: b}\r\rinstruments: 3", b"'': 1\n", b"\x1b[2J: 1\n", "\u2028: 1\n".encode(), b"a: 1\n a: 2\n", b"...",
        b"@x", b"`x`",
    ])  # fmt: skip
    return of_plan("a_file_that_is_no_plain_yaml", content, "plan.yaml", must="refused")


@maker
def a_scenario_of_another_shape(rng: random.Random) -> Case:
    shape = rng.choice([{"title": "Iets"}, {"title": {"nl": "a"}}, {"instruments": {}}, {"title": TITLE, "instrumenten": {}},
            {"title": TITLE, "instruments": []},
                        {"title": TITLE, "instruments": "voorrang"}, {"title": {"nl": 3, "en": [1]}}, {"title": TITLE, "rules": "geen"},
                        {"title": None},
                        {"title": TITLE, "rules": [3]}, {"title": TITLE, "rules": {"when": 1}}, {"title": TITLE,
                        "instruments": {"voorrang": {"already": True}}},
                        {"title": TITLE, "instruments": {"wooncoach_sociaal": {"toolbox": ["koning"]}}}])  # fmt: skip
    names = ("title", "instrument", "rule", "already", "toolbox")
    return of_plan("a_scenario_of_another_shape", yaml.safe_dump(shape).encode(), *names, must="refused")


@maker
def a_rule(rng: random.Random) -> Case:
    when: dict[str, Any] = {"after": rng.choice([0, 1, 12, 24, -1, 2000, "veel", None, 1.5])}
    for name in rng.sample(sorted(When.model_fields), 2):
        when[name] = rng.choice(
            [0.5, -3, "x", None, {"below": 0.05}, [1], rng.choice(READABLE), "voorrang", {"wish": "woonwens", "share_above": 0.2}]
        )
    do = rng.choice([{"add": {"huurgewenning": {}}}, {"stop": ["voorrang"]}, {"scale": {"voorrang": 2}}, {"scale": {"voorrang": 0}}, {},
            {"add": {"x": {}}},
                     {"stop": "voorrang"}, {"add": {"voorrang": {}}}, {"stopp": ["voorrang"]}, 3, None,
                     {"scale": {"voorrang": "veel"}}])  # fmt: skip
    rule = rng.choice([{"when": when, "do": do}] * 4 + [{"when": when}, {"do": do}, {"when": when, "do": do, "repeat": "ja"}, 3])
    return of_plan("a_rule", plan({"voorrang": {}}, rules=[rule]), "rule 1", must="refused")


@maker
def a_goal(rng: random.Random) -> Case:
    good: dict[str, Any] = {"title": TITLE, "indicator": rng.choice(COUNTABLE), rng.choice(TARGETS): 0.5, "within": 2}
    key = rng.choice(sorted(Goal.model_fields))
    odd = good | {key: rng.choice(["x", -5, [1, 2], {"a": 1}, 1e300, "0,5", True, ["koning"], [], 5000])}
    file = rng.choice([{"goals": {"een": odd}}, {"goals": {"all": good}}, {"goals": {}}, {"goals": 3}, {"goals": {"e/e": good}},
            {"goalen": {}},
                       {"goals": {"een": good}, "doses": {"voorrang.x": [0, 1]}}, {"goals": {"een": good},
                       "doses": {"voorrang.rank": [5, 1]}},
                       {"goals": {"een": good | {"within": 900}}}, {"goals": {"een": good}, "doses": {"koning": [0, 1]}}])  # fmt: skip
    content = yaml.safe_dump({"title": TITLE, **file}).encode()
    keys = SHORT | {
        "scenario": "voorrang",
        "goals": "doel.yaml",
        "trials": rng.choice(["0", "2"]),
        "instruments.voorrang.allow_empty": "true",
    }
    return Case("a_goal", typed(keys), "goals", {"doel.yaml": content}, ("goal", "doses", "doel.yaml"))


@maker
def a_parameter(rng: random.Random) -> Case:
    name, one = rng.choice(sorted(PARAMETERS.items()))
    value = rng.choice([str(one.high * 2 + 1), str(one.low - 1), *rng.sample(SURPRISES, 2)])
    name = rng.choice([name, name, name, misspelt(rng, name)])
    return Case("a_parameter", typed(SHORT | {"scenarios": "[basis]", f"behaviour.{name}": value}), names=(name, "behaviour"))


@maker
def a_place_for_results(rng: random.Random) -> Case:
    files: dict[str, bytes | None] = {
        "file": b"mine",
        "foreign/notes.txt": b"mine",
        "foreign/manifest.json": b"{}",
        "odd/manifest.json": b"[5]",
        "empty": None,
    }
    out = rng.choice(["file", "file/x", "foreign", "odd", "a" * 300, "/proc/x", "'x\ny'", "/dev/null", "/dev/null/x", "'${x}'", "${x}",
            "'\x7f'", "''", "[a,b]",
                      "{a: b}", ".", "/", "~nobody_at_all/x/../../../proc/x", "3", "null", "foreign/../foreign", "'a\\'b'",
                      "file/../file"])  # fmt: skip
    return Case(
        "a_place_for_results",
        [*typed(SHORT), "scenarios=[basis]", f"out={out}"],
        files=files,
        names=("out=", out, "cannot read", "empty", "foreign", "odd"),
    )


@maker
def a_folder_to_check(rng: random.Random) -> Case:
    manifest = rng.choice([b"", b"[]", b"5", b"{}", b'{"made_by": "verhuisketens"}', b"\xff", b"[" * 9000, b'{"made_by": "x"}'])
    files: dict[str, bytes | None] = {
        "r/manifest.json": manifest,
        "r/effects.csv": rng.choice([b"", b"a,b\n1\n", b"\xff\xfe"]),
        "r/moves.parquet": b"PAR1",
    }
    words = rng.choice([["r"], ["r", "nowhere"], ["nowhere"], ["r/effects.csv"], ["r", "months=x"], ["months=x"], [""], ["."]])
    return Case("a_folder_to_check", words, "check", files, must="refused")


@runner
def a_run_of_anything(rng: random.Random) -> Case:
    """Settings anywhere in their range, in a world of any length: it may reach nobody, and then says so or is allowed to."""
    held = {}
    for key in rng.sample(sorted(REGISTRY), rng.choice([1, 1, 2, 3])):
        fields = numeric(REGISTRY[key])
        chosen = {name: inside(rng, fields[name]) for name in rng.sample(sorted(fields), min(2, len(fields))) if name not in ("already",)}
        held[key] = chosen | ({"pulls": {"sight": 0.3}} if key == "interventie_x" else {})
    keys = {
        "municipality": rng.choice(PLACES), "months": str(rng.randint(1, 4)), "burn_in": str(rng.randint(0, 2)),
        "follow_up": str(rng.randint(0, 2)), "start": rng.choice(["2026-01", "2024-07", "2029-12"]), **around(rng),
        "strength": rng.choice(["1", "1", "0.5", "0"]), "first_seed": str(rng.choice([0, 7, 2_000_000_000])),
    }  # fmt: skip
    return of_plan("a_run_of_anything", plan(held), *held, **keys | {"seeds": "1"})


def around(rng: random.Random) -> dict[str, str]:
    """Keys of compare that decide nothing about whom an instrument reaches."""
    return {
        "ledger": rng.choice(["all", "first", "none"]), "ghosts": rng.choice(["true", "false"]), "ghost_window": str(rng.randint(1, 30)),
        "out": rng.choice(["out", "'uit é'", "a/b/c", "'o,u=t'"]),
    }  # fmt: skip


def meant(key: str) -> dict[str, Any]:
    """Settings with which an instrument reaches many, without those that nothing would read."""
    unread = interventions.load(key, strong(key)).unread()
    return {name: value for name, value in strong(key).items() if name not in unread}


def sound(rng: random.Random, kind: str, n: int, command: str = "compare", must: str = "runs", **more: Any) -> Case:
    """A case that is valid by construction: instruments that each reach somebody in a small lively world, and no ``allow_empty``."""
    held = more.pop("held", None) or {key: meant(key) for key in sorted(rng.sample(sorted(REGISTRY), n))}
    files = {"plan.yaml": plan(held, **more.pop("steps", {})), "lively.yaml": yaml.safe_dump(LIVELY).encode(), **more.pop("files", {})}
    keys = SHORT | {"municipality": rng.choice(REACHED_IN), "months": "6", "scenario_dir": ".", "behaviour": "lively.yaml"}
    keys |= {"seeds": rng.choice(["1", "1", "2"]), "first_seed": str(rng.choice([0, 7])), "out": "out"} | more
    keys |= {"scenarios": "[plan]", **around(rng)} if command == "compare" else {"scenario": "plan"}
    return Case(kind, typed(keys), command, files, tuple(held), must, tuple(key for key in held if key in FOR_HOUSEHOLDS))


@runner
def a_run_of_several_instruments(rng: random.Random) -> Case:
    return sound(rng, "a_run_of_several_instruments", rng.randint(2, 4), start=rng.choice(["2026-01", "2024-07", "2029-12"]))


@runner
def a_run_with_rules(rng: random.Random) -> Case:
    *first, later = rng.sample(sorted(REGISTRY), 3)
    held = {key: meant(key) for key in first}
    ledger = {"instrument": first[0], "count": rng.choice(["contacts", "uses", "cost_eur", "waiting"]), "above": -1}
    stocks = [{"after": 12, "indicator": rng.choice(READABLE), "above": -1} for _ in range(2)]
    rules: list[dict[str, Any]] = [
        {"when": {"after": 3}, "do": {"add": {later: meant(later)}}},
        {"when": rng.choice([{"after": 6}, {**ledger, "after": 6}, stocks[0]]), "do": {"scale": {first[0]: rng.choice([0.5, 0.9])}}},
        {"when": rng.choice([{"after": 9}, {**ledger, "after": 9}, stocks[1]]), "do": {"stop": first[1]}, "repeat": rng.random() < 0.5},
    ]
    case = sound(rng, "a_run_with_rules", 0, held=held, steps={"rules": rules}, months="14", burn_in="12")
    return case._replace(reaches=(*case.reaches, *[key for key in [later] if key in FOR_HOUSEHOLDS]))


@runner
def a_run_towards_goals(rng: random.Random) -> Case:
    held = {key: meant(key) for key in rng.sample(FOR_HOUSEHOLDS, 2)}
    doses = {f"{key}.{name}": [value / 2, value] for key, one in held.items() for name, value in one.items()
             if isinstance(value, float) and value > 0}  # fmt: skip
    wanted = {
        name: {"title": dict(TITLE), "indicator": rng.choice(COUNTABLE), rng.choice(TARGETS): 0.5, "within": rng.randint(1, 6)}
        for name in ("een", "twee")
    }
    file: dict[str, Any] = {"title": dict(TITLE), "goals": wanted} | ({"doses": doses} if doses else {})
    trials = rng.choice(["0", "2"]) if doses else "0"
    return sound(rng, "a_run_towards_goals", 0, "goals", held=held, files={"doel.yaml": yaml.safe_dump(file).encode()},
                 goals="doel.yaml", trials=trials)  # fmt: skip


@runner
def a_run_of_shares(rng: random.Random) -> Case:
    return sound(rng, "a_run_of_shares", 2, "attribute", seeds="2")


@runner
def a_run_in_a_place_of_ones_own(rng: random.Random) -> Case:
    row = scaled(another(rng.choice(["GM0088", "GM0096"])), rng.choice([1.0, 1.1, 1.6]))
    with TemporaryDirectory() as folder:
        content = (folder_of(Path(folder), [row]) / "gemeenten.csv").read_bytes()
    keys = {"place_dir": "mine", "municipality": rng.choice([CODE, row["name"].lower()])}
    return sound(rng, "a_run_in_a_place_of_ones_own", 2, files={"mine/gemeenten.csv": content}, **keys)


@runner
def a_run_that_reaches_nobody(rng: random.Random) -> Case:
    key = rng.choice(FOR_HOUSEHOLDS)
    held = {key: meant(key) | EMPTY_GROUP | {"allow_empty": False}}
    return sound(rng, "a_run_that_reaches_nobody", 0, must="fails", held=held)._replace(reaches=())


def laid_out(case: Case, home: Path) -> None:
    """Put the files of a case where it is typed."""
    for name, content in case.files.items():
        path = home / name
        if content is None:
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
