"""A copy of a run is its own: it shares no array but what is declared to be shared, and all of it pickles."""

from __future__ import annotations

import functools
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from sim import run
from sim.approach.rules import read
from sim.counts import lanes
from sim.interventions import REGISTRY, load
from sim.state import Run
from sim.world.chance import Draws
from sim.world.copies import Own
from tests.worlds import FOLLOW_UP, LIVELY, MIXED, MONTHS, digest, everything, let_pass

ROOT = Path(__file__).resolve().parents[2]
MINE, LATER = "interventie_kelder", "interventie_zolder"
STEPS = [
    {"when": {"after": 3}, "do": {"add": {LATER: {"pulls": {"sight": 0.5}}}}},
    {"when": {"talks": {"obstacle": "outranked", "share_above": 0.99}}, "do": {"stop": ["wooncoach_sociaal"]}},
    {"when": {"after": 9}, "do": {"stop": ["campagne"]}},
]
SO_FAR, MORE = 6, 4  # months before the copy, and after it
FOLLOWED = 40  # seniors: enough that something befalls one of them, and each test goes through all that is kept of each
VALUES = (type(None), bool, int, float, str, np.number, np.bool_)  # nobody can change one of these


def under_way() -> Run:
    """A run in which all instruments work, and some of a user's own, with ghosts, by steps."""
    one = run.burn_in(MIXED, 1, MONTHS, 12, FOLLOW_UP, behaviour=LIVELY, debug=True)
    chosen = everything() | {MINE: {"pulls": {"trouble": 0.1}}}
    chosen["wooncoach_particulier"]["fte"] = None  # its team counts the seniors, and remembers
    chosen["voorrang"]["n_labelled"] = 20  # the homes that have its label are remembered
    one.follow(lanes.seniors_at_home(one.world)[:FOLLOWED])
    one.equip({key: load(key, settings) for key, settings in chosen.items()}, read(STEPS))
    run.advance(one, SO_FAR, None)
    return one


@functools.cache
def original() -> Run:
    """As ``under_way``; shared between tests, that read it only."""
    return under_way()


class Part(NamedTuple):
    """Something in a run: where it is, and whether it is, or is in, what copies share."""

    where: str
    thing: Any
    shared: bool


def parts(thing: Any, where: str = "run", shared: bool = False, seen: dict[int, str] | None = None) -> Iterator[Part]:
    """Everything in a run, from its fields on, each thing once; in the same order in a copy.

    Raises:
        TypeError: a thing of which is not known what is in it; one that belongs to no field.
    """
    seen = {} if seen is None else seen
    if isinstance(thing, VALUES):
        yield Part(where, thing, shared)
        return
    if id(thing) in seen:
        yield Part(where, f"the same as {seen[id(thing)]}", shared)
        return
    seen[id(thing)] = where
    yield Part(where, thing, shared)
    for name, inner, as_well in inside(thing, where, shared):
        yield from parts(inner, where + name, as_well, seen)


def inside(thing: Any, where: str, shared: bool) -> list[tuple[str, Any, bool]]:
    """What is in a thing: where, what, and whether copies share it."""
    if is_dataclass(thing):
        stray = set(getattr(thing, "__dict__", {})) - {one.name for one in fields(thing)}
        if stray:
            raise TypeError(f"{where} holds {stray}, of which no field tells whether a copy shares it")
        return [(f".{one.name}", getattr(thing, one.name), shared or bool(one.metadata.get("shared"))) for one in fields(thing)]
    if isinstance(thing, tuple) and hasattr(thing, "_fields"):
        return [(f".{name}", value, shared) for name, value in zip(thing._fields, thing, strict=True)]
    if isinstance(thing, list | tuple):
        return [(f"[{k}]", value, shared) for k, value in enumerate(thing)]
    if isinstance(thing, dict):
        return [(f"[{key!r}]", value, shared) for key, value in thing.items()]
    if isinstance(thing, set | frozenset) and all(isinstance(one, VALUES) for one in thing):
        return []
    if shared or isinstance(thing, Draws) or (isinstance(thing, np.ndarray) and thing.dtype != object):
        return []
    raise TypeError(f"{where}: what is in {type(thing)} is not known, so neither is whether a copy shares it")


def state_of(part: Part) -> object:
    """What a thing is now, apart from what is in it."""
    thing = part.thing
    if isinstance(thing, Draws):
        return thing.seed, thing.debug
    if isinstance(thing, np.ndarray | np.void):
        return thing.dtype, thing.shape, thing.tobytes()
    if is_dataclass(thing) or isinstance(thing, list | tuple | dict):
        return type(thing), *(name for name, *_ in inside(thing, *part[::2]))
    return frozenset(thing) if isinstance(thing, set | frozenset) else (type(thing).__name__, repr(thing))


def contents(one: Run) -> dict[str, object]:
    """Everything that a run is now, by where it is."""
    return {part.where: state_of(part) for part in parts(one)}


def differing(a: dict[str, object], b: dict[str, object]) -> list[str]:
    """Where two runs differ."""
    return sorted(where for where in a.keys() | b.keys() if a.get(where) != b.get(where))


def wrongly_held(one: Run, twin: Run) -> list[str]:
    """Where a copy holds what is the original's, or not what it should share with it."""
    theirs = {part.where: part.thing for part in parts(one)}
    own = {part.where: part.thing for part in parts(one) if not part.shared and not isinstance(part.thing, (tuple, *VALUES))}
    arrays, places = [(where, thing) for where, thing in own.items() if isinstance(thing, np.ndarray)], set(map(id, own.values()))
    found = []
    for where, thing, shared in parts(twin):
        if shared:
            found += [] if thing is theirs.get(where) or isinstance(thing, VALUES) else [f"{where} is not the original's"]
        elif isinstance(thing, np.ndarray):
            found += [f"{where} is in memory of {other} of the original" for other, array in arrays if np.shares_memory(thing, array)]
        elif id(thing) in places:
            found.append(f"{where} is the original's")
    return found


# what is looked at is all that there is


def below(cls: type) -> set[type]:
    """All classes made from this one."""
    return {cls, *(one for child in cls.__subclasses__() for one in below(child))}


def test_the_run_that_is_copied_has_something_of_everything():
    seen = [part.thing for part in parts(original())]
    kinds = {cls for cls in below(Own) if not cls.__subclasses__() and cls.__module__.startswith("sim.")}
    assert {type(thing) for thing in seen if isinstance(thing, Own)} == kinds
    assert {one.key for one in original().at_work.running} == {*REGISTRY, MINE, LATER}
    assert original().approach.fired and original().at_work.ghosts.n > 0
    own = [part for part in parts(original()) if not part.shared and isinstance(part.thing, list | dict | np.ndarray)]
    empty = [part.where for part in own if not len(part.thing)]
    assert [where for where in empty if ".memories" not in where] == [], "an empty thing would hide what a copy does with it"


@dataclass
class Stray(Own):
    """One field, for what does not belong."""

    held: Any


def test_a_thing_that_no_field_tells_of_is_refused():
    one = Stray([])
    one.more = np.zeros(3)
    with pytest.raises(TypeError, match=r"run holds .*more.*, of which no field tells"):
        list(parts(one))
    with pytest.raises(TypeError, match=r"run\.held\[0\]: what is in <class 'object'> is not known"):
        list(parts(Stray([object()])))


# a copy


def test_a_copy_shares_what_is_declared_to_be_shared_and_nothing_else():
    twin = original().copy()
    assert differing(contents(original()), contents(twin)) == []
    assert wrongly_held(original(), twin) == []


def test_whatever_field_a_copy_keeps_from_the_original_is_named():
    twin = original().copy()
    theirs = {type(part.thing): part for part in parts(original()) if isinstance(part.thing, Own)}  # one of each class
    mine = {part.where: part.thing for part in parts(twin)}
    for where, thing, _ in theirs.values():
        for name in (one.name for one in fields(thing) if not one.metadata.get("shared")):
            kept, own = getattr(thing, name), getattr(mine[where], name)
            if isinstance(kept, (tuple, *VALUES)):
                continue
            setattr(mine[where], name, kept)
            assert any(found.startswith(f"{where}.{name}") for found in wrongly_held(original(), twin)), f"{where}.{name}"
            setattr(mine[where], name, own)
    assert wrongly_held(original(), twin) == []


def test_what_becomes_of_a_copy_is_nothing_to_the_original():
    before, mark = contents(original()), original().fingerprint
    twin = original().copy()
    run.advance(twin, SO_FAR + MORE, None)
    assert differing(before, contents(original())) == []
    assert original().fingerprint == mark != twin.fingerprint


# a pickle


def test_a_run_from_a_pickle_is_the_run():
    again = pickle.loads(pickle.dumps(original()))
    assert differing(contents(original()), contents(again)) == []


def test_a_copy_and_a_run_from_a_pickle_go_on_as_the_original_would():
    one = under_way()
    several = [one, one.copy(), pickle.loads(pickle.dumps(one))]
    tables = [run.make_tables(let_pass(each, MORE), SO_FAR + MORE, []) for each in several]
    for name, frame in tables[0].items():
        assert len({digest(each[name]) for each in tables}) == 1, name
        assert len(frame) > 0 or name == "drift", name


def test_another_process_opens_the_pickle():
    program = "import pickle, sys; one = pickle.load(sys.stdin.buffer); print(one.fingerprint, *(each.key for each in one.at_work.running))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, input=pickle.dumps(original()), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().split() == [original().fingerprint, *original().at_work.keys]
