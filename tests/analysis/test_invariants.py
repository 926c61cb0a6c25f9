"""Every invariant, and every column of every table, with a fault planted in it: what is seen, and what no invariant can see."""

from __future__ import annotations

import hashlib
import pickle
from itertools import chain

import numpy as np
import pandas as pd
import pytest

from analysis.invariants import counted, made
from analysis.invariants.folder import asked, check
from analysis.invariants.rule import RECORD, REGISTRY, RESULTS, TABLE_OF, Invariant
from analysis.invariants.shape import faults_of_values, stands_for_none
from analysis.results import gather
from analysis.tables import record
from sim.counts.schema import TEXT, TRUTH


@pytest.fixture(scope="module", name="sound")
def _sound(every_table):
    """Tables by name, and all that invariants read beside them; what the makers make is worked out once."""
    seen = check(every_table, record.read(every_table / record.MANIFEST))
    assert seen.faults == [] and set(seen.tables) == set(TABLE_OF) and seen.invariants == len(REGISTRY)
    results = gather(every_table)
    again = {name: maker(results) for name, maker in made.MAKERS.items()}
    return {**seen.tables, RECORD: record.read(every_table / record.MANIFEST), RESULTS: results}, again


@pytest.fixture(scope="module", autouse=True)
def _counted_once():
    """What is counted of a ledger, once for the same moves and chains, bit for bit: three rules ask for it, and most runs have no fault."""
    known, real = {}, counted.of_ledger

    def of_ledger(*given):
        key = hashlib.sha256(pickle.dumps(given)).digest()
        if key not in known:
            known[key] = real(*given)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counted, "of_ledger", of_ledger)
        yield


def first_and_other(values: pd.Series) -> tuple[int, int] | None:
    """Two rows whose values differ, from the middle of the table; None where all are the same."""
    middle = len(values) // 2
    others = np.flatnonzero((values != values.iloc[middle]).to_numpy() & ~(values.isna() & pd.isna(values.iloc[middle])).to_numpy())
    return (middle, int(others[len(others) // 2])) if len(others) else None


def swapped(frame, column):
    """Two cells change places."""
    if pair := first_and_other(frame[column.name]):
        a, b = (frame.columns.get_loc(column.name), pair)
        frame.iloc[list(b), a] = frame.iloc[list(reversed(b)), a].to_numpy()
        return frame
    return None


def tried(frame, usable):
    """The row for a fault: ``part`` down those that are ``usable`` (bool), of moves one that most is counted of; None without any."""
    rows = np.zeros(0, int)
    if "in_scope" in frame:
        rows = np.flatnonzero(usable & frame["in_scope"] & frame["left_vacancy"] & (frame["household_class"] == "senior"))
    rows = rows if len(rows) else np.flatnonzero(usable)
    return int(rows[int(len(rows) * frame.attrs["part"])]) if len(rows) else None


def changed(frame, column):
    """A cell becomes another of its kind: one more, another word, the other truth."""
    row, at = tried(frame, frame[column.name].notna()), frame.columns.get_loc(column.name)
    if row is None:
        return None
    value = frame.iloc[row, at]
    if column.kind == TRUTH:
        frame.iloc[row, at] = not value
    elif column.kind == TEXT:
        frame.iloc[row, at] = next((one for one in (*column.words, *frame[column.name].unique()) if one not in ("", value)), "another")
    else:
        frame.iloc[row, at] = value + 1 if np.dtype(column.kind).kind == "i" else value * 0.7 + 0.1
    return frame


def flipped(frame, column):
    """A number that is not 0 changes its sign."""
    if column.kind in (TEXT, TRUTH):
        return None
    row = tried(frame, frame[column.name].fillna(0).astype(float) != 0)
    if row is None:
        return None
    at = (row, frame.columns.get_loc(column.name))
    frame.iloc[at] = -frame.iloc[at]
    return frame


def emptied(frame, column):
    """A number is no longer known."""
    if column.kind == TEXT or np.dtype(column.kind).kind != "f" or not frame[column.name].notna().any():
        return None
    frame.iloc[tried(frame, frame[column.name].notna()), frame.columns.get_loc(column.name)] = np.nan
    return frame


CELLS = {one.__name__: one for one in (swapped, changed, flipped, emptied)}
ROW_FAULTS = {
    "dropped": lambda frame, at: frame.drop(index=at).reset_index(drop=True),
    "doubled": lambda frame, at: pd.concat([frame.iloc[: at + 1], frame.iloc[at:]], ignore_index=True),
}


def told(one, given) -> bool:
    """Whether an invariant names a fault; that it could not be worked out names none."""
    return any(str(fault.what).startswith("this does not hold: ") for fault in asked(one, given))


def planted(plant, whole, column, part=0.5):
    """A copy of a table with a fault in it, that far down; None where this kind of fault changes nothing there."""
    frame = whole.copy()
    frame.attrs["part"] = part
    frame = plant(frame, column)
    return None if frame is None or frame.equals(whole) else frame


def seen(sound, name, frame, monkeypatch) -> bool:
    """Whether a single value or any invariant that reads the table tells a changed one."""
    given, again = sound
    if list(faults_of_values(TABLE_OF[name], frame)):
        return True
    for key, table in again.items():
        monkeypatch.setitem(made.MAKERS, key, lambda results, table=table: table)
    return any(told(one, {**given, name: frame}) for one in that_read(name))


def that_read(name) -> list[Invariant]:
    """Invariants that read a table; those that count a ledger anew come last, for they take longest."""
    return sorted((one for one in REGISTRY.values() if name in one.reads), key=lambda one: one.test.__module__ == counted.__name__)


# how far down a table a fault is tried: in some rows nothing else depends on it, so that in a small world many must be asked
PARTS = (0.5, 0.25, 0.8, 0.1, 0.35, 0.65, 0.92, *((0.3 + n * 0.618034) % 1 for n in range(14)))
UNSEEN = {  # columns in which a fault of some kind may be told by checksums alone: nothing else need depend on the rows that are tried
    "moves": "household_id household_size "
    "household_class age to_dwelling from_tenure from_rooms from_rent to_tenure to_rooms to_floor_area to_rent "
    "fit_before fit_after trigger waited_months registered_months candidates months_from_contact",
    "chains": "origin_tenure origin_type start_month",
    "chain_links": "segment",
    "chain_homes": "age",
    "ledger_numbers": "key",
    "summary": "value",
    "months": "vacant searchers seniors_with_wish small_in_family_home unsuitable_in_family_home seniors_searching persons "
    "aged_65_with_wish aged_65_searching suitable_dwellings splittable_dwellings realised_65 realised_all departed_65 care_70 "
    "senior_moves_suitable vasthouders vastzitters registered responding registered_responding",
    "funnel": "household_class stage n",
    "instruments": "month contacts cost_eur waiting no_money",
    "attribution": "household_id instrument month_ghost decisive ghost_final",
    "drift": "share_elsewhere",
    "journal": "month instruments number fit_after",
    "person_moves": "seed year from_gemeente to_gemeente kind age persons",
    "persons": "year age persons",
    "one_senior_csv": "household_id",  # so long that the next one is as good as equal to a number
    "filters": "instrument filter asks fail",
    "goals_csv": "value target",
    "knowledge_csv": "base difference",  # of a draw, whose world no other table has
    "packages_csv": "package doses shortfall first_seed chosen",
}
ROWS_UNSEEN = {
    "packages_csv": ["dropped"],
    **{key: ["dropped"] for key in ("funnel", "instruments", "drift", "filters", "person_moves")},
}


@pytest.mark.parametrize("name", TABLE_OF)
def test_a_fault_in_any_column_is_seen_or_listed_as_one_that_checksums_alone_can_see(sound, name, monkeypatch):
    table, whole, missed, seen_in, n_planted = TABLE_OF[name], sound[0][name], set(), set(), 0
    unseen, rows_unseen = set(UNSEEN.get(name, "").split()), ROWS_UNSEEN.get(name, [])
    for column in (*table.keys, *table.columns):
        for plant in CELLS.values():
            frames = (frame for part in PARTS if (frame := planted(plant, whole, column, part)) is not None)
            if (first := next(frames, None)) is not None:
                n_planted += 1
                if column.name not in unseen:
                    found = any(seen(sound, name, frame, monkeypatch) for frame in chain([first], frames))
                    (seen_in if found else missed).add(column.name)
    assert n_planted >= len(table.columns) - 2 and not missed, sorted(missed)
    at = [int(len(whole) * part) for part in PARTS[:7]]
    rows = {kind: plant for kind, plant in ROW_FAULTS.items() if kind not in rows_unseen}
    assert [kind for kind, plant in rows.items() if not any(seen(sound, name, plant(whole.copy(), k), monkeypatch) for k in at)] == []
    for column in (*table.keys, *table.columns):
        if column.name not in seen_in and read_by_any(sound[0], name, column.name):
            # what is far out first: it is seen soonest
            far = [frame for plant in (absurd, nothing) if (frame := planted(plant, whole, column)) is not None]
            cells = (planted(plant, whole, column, part) for plant in CELLS.values() for part in PARTS)
            faults = chain(far, (frame for frame in cells if frame is not None) if column.name in unseen else [])
            assert any(seen(sound, name, frame, monkeypatch) for frame in faults), f"{column.name} is read in vain"


def read_by_any(given, name, column) -> bool:
    """Whether some invariant cannot be worked out, or says otherwise, without a column."""
    without = {**given, name: given[name].drop(columns=column)}
    return any(asked(one, without) for one in that_read(name))


def test_an_invariant_that_cannot_be_worked_out_has_seen_no_fault(sound):
    one = Invariant("It holds.", ("moves",), lambda moves: moves["no such column"])
    assert asked(one, sound[0]) != [] and not told(one, sound[0])


def test_a_sound_table_has_no_fault_and_every_table_says_what_tells_its_rows_apart(sound):
    for table in TABLE_OF.values():
        assert table.apart and set(table.apart) <= set(table.names) - {"scenario", "seed"}


class Watched(dict):
    """A part of a record that remembers which keys were asked of it."""

    def __init__(self, content):
        super().__init__(content)
        self.asked = set()

    def __getitem__(self, key):
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key, default=None):
        self.asked.add(key)
        return super().get(key, default)


@pytest.mark.parametrize("name", [name for name, one in REGISTRY.items() if RECORD in one.reads])
def test_a_key_that_the_record_lacks_is_told_by_each_invariant_that_asks_for_it(sound, name):
    one, given = REGISTRY[name], sound[0]
    content = given[RECORD]
    configuration = Watched(content["configuration"])
    whole = Watched({**content, "configuration": configuration})
    assert asked(one, {**given, RECORD: whole}) == [] and whole.asked
    lacking = [{key: content[key] for key in content if key != lost} for lost in whole.asked]
    lacking += [
        {**content, "configuration": {key: configuration[key] for key in configuration if key != lost}} for lost in {*configuration.asked}
    ]
    for record_of_less in lacking:
        assert any("cannot be told" in str(fault) for fault in asked(one, {**given, RECORD: record_of_less}))


@pytest.mark.parametrize("name", REGISTRY)
def test_each_invariant_sees_a_fault_that_is_planted_in_what_it_reads(sound, name, monkeypatch):
    """Cells are changed column by column until it speaks: an invariant that nothing can break says nothing."""
    one, given = REGISTRY[name], dict(sound[0])
    for key, made_again in sound[1].items():
        monkeypatch.setitem(made.MAKERS, key, lambda results, made_again=made_again: made_again)
    for read in (read for read in one.reads if read in TABLE_OF):
        for column in (*TABLE_OF[read].keys, *TABLE_OF[read].columns):
            for plant in (*CELLS.values(), absurd, nothing, backwards):
                frame = planted(plant, given[read], column)
                if frame is not None and told(one, {**given, read: frame}):
                    return
    pytest.fail("no fault in any column of what it reads is seen by it")


def absurd(frame, column):
    """Every value of a column is far too much, or the first word of its column."""
    if column.kind == TEXT:
        frame[column.name] = next((one for one in (*column.words, "basis") if one), "")
    elif column.kind == TRUTH:
        frame[column.name] = True
    else:
        frame[column.name] = 999
    return frame


def backwards(frame, column):
    """Every interval is upside down, also where a small run gives none."""
    for name in frame.columns:
        if "lower" in name or "upper" in name:
            frame[name] = 2.0 if "lower" in name else 1.0
    return frame


def nothing(frame, column):
    """Every number of a column is 0, every text empty, and no truth holds."""
    frame[column.name] = {TEXT: "", TRUTH: False}.get(column.kind, 0)
    return frame


def test_a_count_of_a_large_run_is_no_stand_in_for_none_and_a_lonely_end_of_a_type_is():
    counts = np.arange(70_000, dtype=float)
    assert not stands_for_none(counts).any() and not stands_for_none(np.array([1.0, np.nan, np.inf])).any()
    for end in (32_767.0, -32_768.0, 65_535.0, 2.0**31 - 1, -(2.0**63)):
        few = np.array([3.0, end, 40.0, np.nan])
        assert stands_for_none(few).tolist() == [False, True, False, False]
        assert stands_for_none(np.array([end])).all()
