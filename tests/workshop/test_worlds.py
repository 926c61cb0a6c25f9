"""A kept world is the world, to the byte and in what it does; a file that is in any way another is refused, and nothing of it runs."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import pickle
import zipfile

import numpy as np
import pytest

from sim import stored
from sim.behaviour.klantreis import Neighbours
from sim.counts.recording import AtStart
from sim.counts.vasthouders import Stuck
from sim.demography.plan import Events
from sim.interventions import REGISTRY
from sim.run import run_scenario
from sim.state import Run
from sim.world.codes import FILLED
from sim.world.columns import TABLES
from sim.world.errors import Refusal
from sim.world.ids import public_id
from sim.world.world import Setting, World
from tests.workshop.small import MONTHS, burnt_in
from workshop.prepared import worlds

# What becomes of each field of a run: kept as it is, made again from what is kept, or as new because nothing has happened.
KEPT = {
    Run: {"world", "events", "to_demolish", "neighbours", "stuck", "at_start"},
    World: {"setting", "draws", "h", "d", "v", "m", "counts", "funnel", "totals", "params"},
    Neighbours: {"moves", "seniors"},
    Stuck: {"met", "since", "start", "followed", "taken"},
    AtStart: {"home", "counts", "year_before"},
    Events: {"month", "kind", "row", "other", "person", "new_row", "first"},
    Setting: {"place", "start", "first_month", "months", "last_month"},
}
MADE_AGAIN = {World: {"geography", "map", "tables"}}
AS_NEW = {Run: {"at_work", "approach", "records", "journal", "persons"}, World: {"month", "told"}}


def names_of(kind):
    return set(kind._fields) if hasattr(kind, "_fields") else {one.name for one in dataclasses.fields(kind)}


@pytest.fixture
def kept(tmp_path):
    worlds.save(burnt_in(), tmp_path / "0")
    return tmp_path / "0"


def leaves(value, at="run"):
    """Everything in a run, down to arrays and numbers, by its place."""
    if dataclasses.is_dataclass(value):
        for name in names_of(type(value)):
            yield from leaves(getattr(value, name), f"{at}.{name}")
    elif hasattr(value, "_fields"):
        for name, one in value._asdict().items():
            yield from leaves(one, f"{at}.{name}")
    elif isinstance(value, dict):
        yield f"{at} keys", sorted(map(str, value))
        for name, one in value.items():
            yield from leaves(one, f"{at}[{name}]")
    elif isinstance(value, np.ndarray | np.generic):
        yield at, (str(value.dtype), value.shape, value.tobytes())
    elif type(value).__name__ == "Draws":
        yield at, (value.seed, value.debug)
    else:
        yield at, repr(value)


@pytest.mark.parametrize("kind", KEPT)
def test_no_field_of_a_run_escapes(kind):
    said = [*KEPT[kind], *MADE_AGAIN.get(kind, ()), *AS_NEW.get(kind, ())]
    assert sorted(said) == sorted(names_of(kind)), f"say in sim/stored.py and here what becomes of a new field of {kind.__name__}"


@pytest.mark.parametrize("debug", [False, True])
def test_a_loaded_world_is_the_one_that_was_saved(tmp_path, debug):
    run = burnt_in(debug=debug)
    worlds.save(run, tmp_path / "0")
    assert dict(leaves(worlds.load(tmp_path / "0"))) == dict(leaves(run))
    assert worlds.load(tmp_path / "0").fingerprint == run.fingerprint


def test_every_array_and_number_is_read_from_the_files(tmp_path):
    """Each array is changed before it is saved, so that none can come from elsewhere."""
    arrays, numbers = stored.taken_apart(burnt_in())
    assert set(arrays) == set(stored.declared(numbers))
    changed = {name: array.copy() for name, array in arrays.items()}
    taken = int(np.flatnonzero(arrays["v.state"] == FILLED)[0])  # a home that is taken may name a move
    for name, array in changed.items():
        flat = array.reshape(-1)
        if len(flat) and name not in ("d.area", "d.delivery", "events.first"):  # the map is made from two of these, months are found by one
            at = -1 if name == "v.state" else taken if name.startswith("v.") else 0
            old = flat[at]
            flat[at] = 0 if old == 255 else old - 1 if old > 0 else old + 1 if old < 0 or array.dtype.kind == "u" else -1
    more = numbers.model_copy(update={"totals": {"a": 3}, "counts": {"b": 4}, "year_before": {"c": 0.5}, "seed": 7, "debug": True})
    run = stored.put_together({name: array.copy() for name, array in changed.items()}, more)
    again, said = stored.taken_apart(run)
    assert said == more
    assert all(np.array_equal(again[name], changed[name]) for name in changed)


@pytest.mark.parametrize("cards", [{}, *({key: {"allow_empty": True} for key in keys} for keys in (
    [key for key, cls in REGISTRY.items() if cls.card.category in ("op_weg_helpen", "voorrang")],
    [key for key, cls in REGISTRY.items() if cls.card.category in ("passend_aanbod", "prijsprikkel")],
))], ids=["none", "help and priority", "homes and money"])  # fmt: skip
def test_a_loaded_world_goes_on_as_the_saved_one_with_ghosts(kept, cards):
    mine, other = (run_scenario(run, cards, months=MONTHS, follow_up=0) for run in (burnt_in(), worlds.load(kept)))
    assert mine.reached == other.reached and mine.totals == other.totals
    for name, table in mine.tables.items():
        assert table.equals(other.tables[name]), name


def test_homes_that_were_taken_in_the_burn_in_may_name_moves_that_are_forgotten(tmp_path):
    run = burnt_in().copy()
    v, n = run.world.v, int(run.world.counts[0])
    taken, still_open = (np.flatnonzero(is_taken) for is_taken in (v.state[:n] == FILLED, v.state[:n] < FILLED))
    v.parent[taken] = 10**6
    worlds.save(run, tmp_path / "0")
    loaded = worlds.load(tmp_path / "0")
    assert loaded.fingerprint == run.fingerprint
    run_scenario(loaded, months=6, follow_up=0)
    v.parent[still_open[0]] = 10**6
    worlds.save(run, tmp_path / "0")
    with pytest.raises(Refusal, match=r"v\.parent"):
        worlds.load(tmp_path / "0")


def test_the_loaded_world_is_not_touched_by_a_run(kept):
    run = worlds.load(kept)
    before = dict(leaves(run))
    run_scenario(run, {"brieven": {}}, months=2, follow_up=0)
    assert dict(leaves(run)) == before


def test_a_world_under_way_is_not_kept(tmp_path):
    run = burnt_in().copy()
    from sim.month import step

    step(run)
    with pytest.raises(Refusal, match="month 0"):
        worlds.save(run, tmp_path / "0")
    followed = burnt_in().copy()
    followed.follow([public_id(int(followed.world.h.id[0]))])
    with pytest.raises(Refusal, match="month 0"):
        worlds.save(followed, tmp_path / "0")
    equipped = burnt_in().copy()
    from sim.interventions import load

    equipped.equip({"brieven": load("brieven", {})})
    with pytest.raises(Refusal, match="month 0"):
        worlds.save(equipped, tmp_path / "0")


def refused(kept, *words):
    with pytest.raises(Refusal) as error:
        worlds.load(kept)
    said = str(error.value)
    assert str(kept.parent) in said and worlds.WAY_OUT in said and "\n" not in said
    for word in words:
        assert word in said, said


@pytest.mark.parametrize("part", [0, 1])
def test_one_byte_that_changed_is_refused_wherever_it_is(kept, part):
    file = worlds.files_of(kept)[part]
    content = file.read_bytes()
    digest = hashlib.sha256(worlds.files_of(kept)[1].read_bytes()).hexdigest()
    for at in range(0, len(content), max(1, len(content) // 9)):
        file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(Refusal) as error:
            worlds.load(kept, digest)
        assert str(file) in str(error.value) and worlds.WAY_OUT in str(error.value)


def rewritten(kept, change):
    """The arrays anew, as ``change`` leaves what stands in the archive, with a digest that fits."""
    array_file, number_file = worlds.files_of(kept)
    with zipfile.ZipFile(array_file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(array_file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    found = json.loads(number_file.read_text())
    found["arrays"] = hashlib.sha256(array_file.read_bytes()).hexdigest()
    number_file.write_text(json.dumps(found))


def npy(array, allow_pickle=False):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=(1, 0), allow_pickle=allow_pickle)
    return out.getvalue()


class Evil:
    ran = False

    def __reduce__(self):
        return exec, ("import tests.workshop.test_worlds as t; t.Evil.ran = True",)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("h.size", lambda a: None, "h.size"),
        ("h.extra", lambda a: npy(np.zeros(3)), "h.extra"),
        ("../../h.size", lambda a: npy(np.zeros(3)), "h.size"),
        ("h.size", lambda a: npy(a["h.size"].astype(np.int64)), "h.size"),
        ("h.size", lambda a: npy(a["h.size"].astype(">u2")), "h.size"),
        ("h.size", lambda a: npy(a["h.size"][:-1]), "h.size"),
        ("h.adult_id", lambda a: npy(np.asfortranarray(a["h.adult_id"])), "h.adult_id"),
        ("h.size", lambda a: npy(a["h.size"])[:-1], "h.size"),
        ("h.size", lambda a: npy(a["h.size"]) + b"0", "h.size"),
        ("h.size", lambda a: b"nothing", "cannot be read"),
        ("h.size", lambda a: npy(np.array([Evil()] * 3, object), allow_pickle=True), "h.size"),
        ("h.size", lambda a: pickle.dumps(Evil()), "cannot be read"),
        ("h.home", lambda a: npy(np.full_like(a["h.home"], 10**8)), "h.home"),
        ("d.occupant", lambda a: npy(np.full_like(a["d.occupant"], -2)), "d.occupant"),
        ("d.area", lambda a: npy(np.full_like(a["d.area"], 10**6)), "d.area"),
        ("events.row", lambda a: npy(np.full_like(a["events.row"], 10**8)), "events.row"),
        ("h.stage", lambda a: npy(np.full_like(a["h.stage"], 99)), "h.stage"),
        ("h.profile", lambda a: npy(np.full_like(a["h.profile"], 99)), "h.profile"),
        ("events.first", lambda a: npy(a["events.first"] + 1), "events.first"),
        ("counts", lambda a: npy(a["counts"] + 10**9), "counts"),
    ],
)
def test_what_is_not_as_declared_is_refused_and_does_not_run(kept, name, content, word):
    arrays, _ = stored.taken_apart(burnt_in())

    def change(parts):
        made = content(arrays)
        if made is None:
            del parts[f"{name}.npy"]
        else:
            parts[f"{name}.npy"] = made

    rewritten(kept, change)
    refused(kept, word)
    assert not Evil.ran


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seed", -1), ("seed", "0"), ("place", "nergens"), ("months", 0), ("debug", 1), ("behaviour", {"p_sight": 99.0}),
        ("behaviour", {"x": 1.0}),
        ("behaviour", {"p_sight": 0.3}), ("made_again", "0" * 64), ("rows", {}), ("start", "2030-01"), ("last_month", 10_000), ("extra", 1),
        ("totals", {"a": "b"}),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_are_refused(kept, key, value):
    file = worlds.files_of(kept)[1]
    found = json.loads(file.read_text())
    found["numbers"][key] = value
    file.write_text(json.dumps(found))
    refused(kept)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"[" * 100_000, b"\xff", b'{"format": 2, "arrays": "", "numbers": {}}'])
def test_a_file_of_numbers_that_is_none_is_refused(kept, content):
    worlds.files_of(kept)[1].write_bytes(content)
    refused(kept)


@pytest.mark.parametrize("part", [0, 1])
def test_a_world_of_which_a_file_is_lost_is_refused(kept, part):
    worlds.files_of(kept)[part].unlink()
    refused(kept)


def test_all_columns_of_the_world_are_declared_to_be_kept():
    _, numbers = stored.taken_apart(burnt_in())
    names = {f"{name}.{column}" for name, table in stored.TABLE_OF.items() for column in table._fields}
    assert names <= set(stored.declared(numbers)) and set(stored.TABLE_OF.values()) == set(TABLES)
