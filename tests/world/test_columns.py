"""The columns of the world: each is declared once, and everything that is made from the declaration agrees with it."""

from __future__ import annotations

import pickle
from typing import Annotated, NamedTuple

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from sim.world.columns import COPY_BLOCK, TABLES, Col, _copy_column, copy, declared, empty, grow, is_table, take
from tests.every import every

EVERY = [(table, name, one) for table, columns in TABLES.items() for name, one in columns.items()]
BY_NAME = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)


@every(("table", "name", "one"), EVERY, ids=lambda one: getattr(one, "__name__", str(one)))
def test_a_column_has_a_unit_a_meaning_and_a_neutral_value_that_its_type_can_hold(table, name, one):
    assert one.unit and one.meaning and one.meaning == one.meaning.strip() and not one.meaning.endswith(".")
    made = getattr(empty(table, 3), name)
    assert made.dtype == one.dtype and made.shape == ((3, one.width) if one.width else (3,))
    assert (made == one.neutral).all() and one.dtype(one.neutral) == one.neutral
    if not isinstance(one.unit, str):  # codes: each of them fits
        assert one.dtype(max(one.unit)) == max(one.unit)


@BY_NAME
def test_a_table_holds_the_declared_columns_in_their_order_whatever_is_done_with_it(table):
    rows = empty(table, 3)
    assert table._fields == tuple(TABLES[table])
    for one in (rows, grow(rows, 5), copy(rows), take(rows, np.array([0, 2])), pickle.loads(pickle.dumps(rows))):
        assert type(one) is table and is_table(one)
        assert [(column.dtype, column.ndim) for column in one] == [(column.dtype, column.ndim) for column in rows]
    assert all(len(column) == 5 and (column[3:] == TABLES[table][name].neutral).all() for name, column in grow(rows, 5)._asdict().items())


@BY_NAME
def test_a_kernel_reads_a_table_by_attribute(table):
    seen = numba.typeof(empty(table, 1))
    assert seen.fields == table._fields and seen.instance_class is table


class Bare(NamedTuple):
    """A column that is not declared."""

    month: Annotated[NDArray, Col(np.int16, 0, "month", "of the keys")]
    income: NDArray


class NoUnit(NamedTuple):
    """A column without a unit."""

    income: Annotated[NDArray, Col(np.float32, 0, "", "of the mover")]


@pytest.mark.parametrize("table", [Bare, NoUnit])
def test_a_column_that_is_not_declared_in_full_is_named_with_the_way_out(table):
    with pytest.raises(TypeError, match=rf"^{table.__name__}\.income: write income: Annotated\[NDArray, Col\(dtype, neutral value, unit"):
        declared(table)


def test_a_tuple_of_another_kind_is_no_table_of_the_world():
    assert not is_table((1, 2)) and not is_table(Bare(np.zeros(1), np.zeros(1)))


@pytest.mark.parametrize("n", [0, 1, COPY_BLOCK - 1, COPY_BLOCK, COPY_BLOCK + 1, 3 * COPY_BLOCK, 3 * COPY_BLOCK + 5])
def test_a_copy_of_a_column_of_any_length_has_its_bytes_and_none_of_its_memory(n):
    for values in (np.zeros(n), np.arange(n, dtype=np.int32), np.full(n, -0.0), np.arange(2 * n, dtype=np.float32).reshape(n, 2)):
        some = values.copy()
        some[COPY_BLOCK : 2 * COPY_BLOCK] = 0
        made = _copy_column(some)
        assert made.tobytes() == some.tobytes() and made.dtype == some.dtype and made.shape == some.shape
        assert not np.shares_memory(made, some)
