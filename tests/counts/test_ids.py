"""Ids that spreadsheets, JavaScript and R keep whole: at most 15 digits, in every table, and no two alike in one world."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import run
from sim.counts.schema import TABLES as SCHEMA
from sim.model import HousingModel
from sim.world.errors import Refusal
from sim.world.ids import public_id, refuse_shared
from tests.worlds import burnt_in, strong

MOST = 10**15 - 1  # what Excel keeps
WITH_IDS = [(name, column.name) for name, table in SCHEMA.items() for column in table.columns if column.unit == "id"]


@given(st.integers(0, 2**64 - 1))
def test_an_id_has_at_most_15_digits_and_survives_a_double(one):
    short = int(public_id(np.array([one], np.uint64))[0])
    assert 0 <= short <= MOST and int(float(short)) == short


def test_ids_lie_even_over_all_that_15_digits_can_hold_in_whole_bits():
    """Of ids that are spread over 64 bits each short one belongs to as many, in order: so n of them clash as n draws would."""
    n_bits = int(np.log2(MOST))
    first = np.arange(0, 1 << 20, dtype=np.uint64) << np.uint64(64 - n_bits)
    assert public_id(first).tolist() == list(range(1 << 20))
    assert public_id(first + np.uint64((1 << 64 - n_bits) - 1)).tolist() == list(range(1 << 20)), "the last of each is still the same"
    assert int(public_id(np.array([2**64 - 1], np.uint64))[0]) == 2**n_bits - 1
    n = 60_000  # homes of Zwolle; n draws out of N clash with probability 1 - exp(-n(n-1) / 2N)
    ids = public_id(np.random.default_rng(1).integers(0, 2**64, n, dtype=np.uint64))
    assert -np.expm1(-n * (n - 1) / 2 / 2**n_bits) < 1e-5 and len(np.unique(ids)) == n


@pytest.fixture(scope="module")
def tables():
    settings = {key: strong(key) for key in ("voorrang", "seniorenwoningen", "woningsplitsen")}
    return run.run_scenario(burnt_in(), settings).tables


def test_every_whole_number_of_every_table_survives_a_spreadsheet(tables):
    for name, table in tables.items():
        for column in table.select_dtypes("integer"):
            values = table[column].dropna().astype(np.int64)
            assert (values.abs() <= MOST).all(), f"{name}.{column}"
            assert (values.astype(float).astype(np.int64) == values).all(), f"{name}.{column}"


def test_the_columns_of_ids_are_those_of_households_and_homes(tables):
    assert {column for _, column in WITH_IDS} == {"household_id", "from_dwelling", "to_dwelling"}
    known = {*public_id(burnt_in().world.h.id).tolist()}
    for name, column in WITH_IDS:
        if column == "household_id" and name in tables:
            assert set(tables[name][column].tolist()) <= known, f"{name}.{column}: ids of the world, cut in one way"


def test_agents_have_the_ids_of_the_tables(tables):
    model = HousingModel("terschelling", seed=1, months=2, burn_in=0, follow_up=0)
    row = next(iter(model.agents)).row
    assert model.household(row).unique_id == public_id(model.world.h.id[row : row + 1])[0]


def test_two_with_one_id_are_refused_by_seed_before_and_after_the_run():
    ids = np.array([1, 2, 3], np.uint64) * np.uint64(2**40)
    refuse_shared(ids, "homes", 7)
    with pytest.raises(Refusal, match="seed=7: 1 of 4 homes would have the id of another in the tables; take another seed"):
        refuse_shared(np.append(ids, ids[1] + np.uint64(5)), "homes", 7)


@pytest.mark.parametrize("of", ["h", "d"])
def test_a_world_with_such_a_pair_does_not_begin(of, monkeypatch):
    real = run.build

    def with_pair(*args, **kwargs):
        under_way = real(*args, **kwargs)
        ids = getattr(under_way.world, of).id
        ids[1] = ids[0] ^ np.uint64(1)
        return under_way

    monkeypatch.setattr(run, "build", with_pair)
    with pytest.raises(Refusal, match=f"1 of .* {'households' if of == 'h' else 'homes'} would have the id"):
        run.burn_in("terschelling", 1, 1, 0, 0)


def test_a_home_that_is_built_with_the_id_of_another_is_refused_in_the_tables():
    under_way = burnt_in().copy()
    ids = under_way.world.d.id.copy()
    ids[-1] = ids[0] ^ np.uint64(1)
    under_way.world.d = under_way.world.d._replace(id=ids)
    with pytest.raises(Refusal, match="homes would have the id of another"):
        run.make_tables(under_way, 1, [], ("chains",))
