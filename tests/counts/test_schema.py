"""The schema: every column is declared once, in full, and a maker that gives more or less is told so by name."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from analysis.tables.files import write_table
from analysis.tables.schema import COMPUTED, EFFECTS, EVERY, SENSITIVITY
from experiments.runs.store import to_arrow
from sim import run
from sim.counts.indicators import FOLLOWED, MONTH_STATES
from sim.counts.schema import MONTHS, TABLES, TEXT, YES
from sim.counts.tables import framed, instruments_table
from sim.world.codes import names
from sim.world.errors import Refusal
from tests.every import every
from tests.fake_world import fake_tables
from tests.sentinels import undeclared

COLUMNS = [(f"{table.file}.{one.name}", one) for table in (*EVERY, SENSITIVITY) for one in (*table.keys, *table.columns)]
OF_A_RUN = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@every(("name", "column"), COLUMNS, ids=lambda one: one if isinstance(one, str) else one.kind)
def test_a_column_has_a_type_a_unit_and_a_meaning(name, column):
    assert column.name == column.name.lower() and column.unit and column.meaning.strip() and not column.meaning.endswith(".")
    assert column.kind == TEXT or np.dtype(column.kind).kind in "fib"
    assert (column.unit == YES) == (column.kind == "bool")
    assert isinstance(column.unit, str) or column.kind == TEXT, "only texts take their values from words"
    assert len(set(column.words)) == len(column.words)
    if isinstance(column.unit, Mapping):  # by what another column of the same table says
        assert column.name == "code" and set(column.unit) < set(TABLES["funnel"].columns[3].words)


@pytest.mark.parametrize("table", [*COMPUTED, SENSITIVITY], ids=lambda table: table.name)
def test_an_end_of_an_interval_says_of_what_it_is_and_whether_it_is_about_chance_or_about_knowledge_too(table):
    for column in table.columns:
        if end := re.search(r"(?:^|_)(lower|upper)(?:_|$)", column.name):
            about = "chance and knowledge together" if column.name.endswith("_full") else r"chance \(over the seeds\)"
            if table is SENSITIVITY:  # an interval over the points of a design
                about = "which points were tried, chance included"
            if column.name.startswith("p_best_"):  # a share of draws
                about = "how few `draws` it is of"
            assert re.match(rf"{end[1]} end of the 95 % interval of \w.+, for {about}", column.meaning), column.name


def test_no_two_tables_share_a_file_and_no_two_columns_of_a_table_a_name():
    assert len({table.file for table in EVERY}) == len(EVERY) == len(TABLES) + len(COMPUTED)
    for table in EVERY:
        assert len(set(table.names)) == len(table.names) and table.rows and table.notes
        kept = [column.promised for column in (*table.keys, *table.columns)]
        assert kept == sorted(kept, reverse=True), f"{table.file}: what is promised stands first"


def test_months_has_every_state_that_is_an_indicator():
    assert {*MONTH_STATES, *FOLLOWED, "split_applications", "fit"} <= set(MONTHS.names)


@pytest.fixture(scope="module")
def result():
    world = run.burn_in("terschelling", 1, 12, 12, 4)
    base = run.run_scenario(world)
    held = {"voorrang": {}, "wooncoach_sociaal": {"eur_budget": 20_000}, "verhuiskostenvergoeding": {}}
    return run.run_scenario(world, {key: {**settings, "allow_empty": True} for key, settings in held.items()}, base=base)


@OF_A_RUN
def test_a_run_makes_every_table_as_the_schema_says(table, result):
    made = result.tables[table.name]
    assert len(made) > 0 and set(made.columns) == {column.name for column in table.columns}
    for column in table.columns:
        values = made[column.name]
        if column.kind != TEXT:
            assert str(values.dtype).lower() == column.kind, column.name
            assert column.empty == pd.api.types.is_extension_array_dtype(values.dtype), column.name
        elif column.words:
            assert set(values.astype(str)) <= set(column.words), column.name
        elif isinstance(column.unit, Mapping):  # what the values are depends on another column
            for kind, part in made.groupby("kind", observed=True)[column.name]:
                assert set(part.astype(str)) <= set(names(column.unit[kind]) if kind in column.unit else [""]), kind
        else:
            assert not pd.api.types.is_numeric_dtype(values), column.name


@every(("name", "column"), COLUMNS, ids=lambda one: one if isinstance(one, str) else one.kind)
def test_a_value_that_stands_for_none_is_told_apart_and_told(name, column):
    if column.none is not None:
        assert f"{column.none}".replace("-", "−") in column.meaning and not column.empty
        assert column.none == 0 or not column.signed, "else it could be a number, too"
    assert not (column.empty or column.signed) or column.kind.startswith("int")
    assert not column.empty or "empty" in column.meaning


@OF_A_RUN
def test_no_value_of_a_run_stands_for_none_unless_the_schema_says_so(table, result):
    assert undeclared(table, result.tables[table.name]) == []
    stored = to_arrow(table.name, result.tables[table.name])
    for column in table.columns:
        assert column.empty or not column.kind.startswith("int") or stored[column.name].null_count == 0, column.name
        assert not column.empty or stored[column.name].null_count > 0, f"{column.name} is never empty: nothing is tried"


def test_who_leaves_no_home_has_none_in_every_column_of_the_home_left(result):
    arrived = result.tables["moves"].query("from_dwelling == -1")
    assert len(arrived) > 20
    for column in TABLES["moves"].columns:
        if column.name.startswith("from_"):
            values = arrived[column.name]
            assert (values.isna() | (values == ("" if column.kind == TEXT else column.none))).all(), column.name


@OF_A_RUN
def test_a_table_lies_on_disk_in_the_order_and_with_the_types_of_the_schema(table, result):
    stored = to_arrow(table.name, result.tables[table.name])
    assert stored.column_names == [column.name for column in table.columns]
    for column in table.columns:
        kind = stored.schema.field(column.name).type
        assert str(kind.value_type if column.kind == TEXT else kind) == {"text": "string", "float64": "double", "float32": "float"}.get(
            column.stored, column.stored
        )


def test_an_empty_ledger_has_the_types_of_a_full_one(result):
    full, empty = result.tables["instruments"], instruments_table([])
    assert len(empty) == 0 and to_arrow("instruments", empty).schema == to_arrow("instruments", full).schema
    for column in TABLES["instruments"].columns:
        assert column.kind == TEXT or empty[column.name].dtype == column.kind, column.name


def columns_of(table):
    """One row of what a maker gives: codes as numbers, texts as words."""
    return {c.name: np.zeros(1, c.kind) if c.kind != TEXT else [0] if c.words else ["x"] for c in table.columns}


@OF_A_RUN
def test_codes_become_words_and_numbers_take_their_type_in_the_order_of_the_maker(table):
    given = dict(reversed(columns_of(table).items()))
    made = framed(table.name, given)
    assert list(made.columns) == list(given)
    for column in table.columns:
        if column.kind != TEXT:
            assert str(made[column.name].dtype).lower() == column.kind
        else:
            assert made[column.name].tolist() == [column.words[0] if column.words else "x"]


@OF_A_RUN
def test_a_column_that_the_maker_adds_or_leaves_out_is_named(table):
    for column in table.columns:
        fewer = columns_of(table)
        del fewer[column.name]
        with pytest.raises(Refusal, match=rf"table {table.name}: no column {column.name}; the schema"):
            framed(table.name, fewer)
    with pytest.raises(Refusal, match=rf"table {table.name}: column income is not in the schema .*; declare it there"):
        framed(table.name, columns_of(table) | {"income": np.zeros(1)})


def test_a_number_that_would_lose_its_fraction_is_refused():
    with pytest.raises(TypeError, match="table chains: column moves is float64, and the schema says int64"):
        framed("chains", columns_of(TABLES["chains"]) | {"moves": np.array([1.5])})


@OF_A_RUN
def test_the_fake_world_of_the_tests_has_the_columns_of_the_schema(table):
    assert list(fake_tables("voorrang", 1)[table.name].columns) == [column.name for column in table.columns]


def test_who_reads_a_column_that_is_not_there_is_told_the_nearest():
    with pytest.raises(Refusal, match=r"table months: the schema has no column 'senior'; did you mean seniors\?"):
        MONTHS.some("month", "senior")


def test_a_computed_table_is_written_as_the_schema_has_it_and_a_lost_column_is_named(tmp_path):
    frame = pd.DataFrame([range(len(EFFECTS.names) + 1)], columns=["beside", *reversed(EFFECTS.names)])
    write_table(tmp_path, EFFECTS, frame)
    assert tuple(pd.read_csv(tmp_path / EFFECTS.file).columns) == EFFECTS.names
    with pytest.raises(Refusal, match=r"effects\.csv: no column 'seeds_needed'"):
        write_table(tmp_path, EFFECTS, frame.drop(columns="seeds_needed"))


def test_who_reads_the_schema_loads_neither_compiler_nor_data_frames():
    code = "import sys, analysis.tables.schema; print(*sorted({'numba', 'pandas', 'numpy', 'pyarrow'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() == []
