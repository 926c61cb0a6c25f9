"""A page reads tables of all scenarios once, and no column that it does not use."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.estimates.effects import by_seed
from analysis.pipeline import finish
from analysis.results import gather
from analysis.tables.files import Folder
from sim.counts.schema import TABLES
from sim.world.errors import Refusal
from tests import synthetic_tables as made

LARGE = ("summary", "instruments")  # of all scenarios together


def test_a_page_reads_tables_of_all_scenarios_once_and_no_column_that_nobody_uses(tmp_path, monkeypatch):
    out, read, table = made.write(tmp_path / "out"), [], Folder.table
    for path in out.glob("*.parquet"):
        there = pq.read_table(path)
        pq.write_table(there.append_column("of_nobody", pa.array(range(len(there)))), path)

    def noted(folder, name, columns, *more, **how):
        frame = table(folder, name, columns, *more, **how)
        read.append((name, tuple(frame.columns)))
        return frame

    monkeypatch.setattr(Folder, "table", noted)
    finish(gather(out))
    times = Counter(name for name, _ in read)
    assert {name: times[name] for name in LARGE} == dict.fromkeys(LARGE, 1)
    assert times["months"] > 1 and not [name for name, columns in read if "of_nobody" in columns]


def test_a_parquet_table_is_read_with_the_columns_that_were_asked_for_and_those_that_may_be_there(tmp_path):
    words = pa.array(["b", "a", "b"]).dictionary_encode()
    pq.write_table(pa.table({"seed": [0, 1, 2], "month": [3, 4, 5], "scenario": words}), tmp_path / TABLES["months"].file)
    folder = Folder(tmp_path)
    asked = folder.table("months", ("scenario", "seed"), ("seed", "fit"))
    assert list(asked.columns) == ["scenario", "seed"] and asked["scenario"].dtype == object
    assert list(folder.table("months", ("seed",), ("month",)).columns) == ["seed", "month"]
    assert isinstance(folder.table("months", ("scenario",), plain=False)["scenario"].dtype, pd.CategoricalDtype)
    with pytest.raises(Refusal, match=r"months\.parquet: no column 'seeds'; did you mean seed"):
        folder.table("months", ("seeds",))


def test_a_summary_of_categories_in_any_order_is_that_of_plain_texts():
    plain = made.summary(("voorrang", "placebo", "basis", "huurgewenning"), range(3))
    texts = [name for name in plain if not pd.api.types.is_numeric_dtype(plain[name])]
    turned = {name: pd.CategoricalDtype(["unused", *sorted(plain[name].unique())[::-1]]) for name in texts}
    one, other = by_seed(plain), by_seed(plain.astype(turned))
    pd.testing.assert_frame_equal(one.rows, other.rows, check_dtype=False)
    assert not other.rows.select_dtypes("category").columns.any()
    assert list(one.values) == list(other.values) == sorted(one.values) and one.seeds == other.seeds
    for name, values in one.values.items():
        np.testing.assert_array_equal(values, other.values[name])
