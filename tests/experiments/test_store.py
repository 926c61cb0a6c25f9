"""Tables on disk: whole or not at all, the promised columns and types, the same bytes for the same contents."""

from __future__ import annotations

import json

import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis.tables import record
from analysis.tables.files import write_whole
from experiments.runs import store
from experiments.runs.folder import first_difference, join, locked
from sim.counts.schema import TABLES
from sim.world.errors import Refusal
from tests.fake_world import fake_tables


def part(folder, scenario="voorrang", seed=1, names=None):
    store.write_part(folder, fake_tables(scenario, seed), names or store.needed(True), lambda: {"scenario": scenario})
    return folder


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.suffix == "parquet"])
def test_a_table_comes_back_as_the_schema_says_whatever_the_order_in_which_it_was_made(name, tmp_path):
    tables = fake_tables("voorrang", 1)
    tables[name] = tables[name][tables[name].columns[::-1]]
    store.write_part(tmp_path / "run", tables, [name], dict)
    store.merge(tmp_path, name, [("voorrang", 1, tmp_path / "run")])
    frame = pd.read_parquet(tmp_path / TABLES[name].file)
    assert tuple(frame.columns) == TABLES[name].names
    for column in (*TABLES[name].keys, *TABLES[name].columns):
        dtype = frame[column.name].dtype
        plain = dtype.categories.dtype if isinstance(dtype, pd.CategoricalDtype) else dtype
        assert str(plain) == ("str" if column.stored == "text" else column.stored), column.name


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda chains: chains.drop(columns="end_reason"), r"table chains: no column end_reason"),
        (lambda chains: chains.assign(income=1.0), r"table chains: column income is not in the schema .*declare it"),
    ],
)
def test_a_column_too_few_or_too_many_names_table_and_column(change, words, tmp_path):
    tables = fake_tables("voorrang", 1)
    tables["chains"] = change(tables["chains"])
    with pytest.raises(Refusal, match=words):
        store.write_part(tmp_path / "run", tables, store.needed(True), dict)
    assert not store.is_done(tmp_path / "run", ())


def test_merging_keeps_the_order_and_skips_nothing(tmp_path):
    parts = [
        ("basis", 0, part(tmp_path / "a", "basis", 0)),
        ("voorrang", 0, part(tmp_path / "b", "voorrang", 0)),
        ("voorrang", 1, part(tmp_path / "c", "voorrang", 1)),
    ]
    store.merge(tmp_path, "moves", parts)
    frame = pd.read_parquet(tmp_path / "moves.parquet")
    assert list(zip(frame["scenario"], frame["seed"], strict=True)) == [*[("basis", 0)] * 3, *[("voorrang", 0)] * 3, *[("voorrang", 1)] * 4]
    assert list(frame["reason"].astype(str).unique()) == ["basis-moves", "voorrang-moves"]


def test_a_table_that_is_empty_everywhere_still_has_its_columns(tmp_path):
    store.merge(tmp_path, "instruments", [("basis", 0, part(tmp_path / "a", "basis", 0))])
    frame = pd.read_parquet(tmp_path / "instruments.parquet")
    assert len(frame) == 0
    assert list(frame.columns) == ["scenario", "seed", *(column.name for column in TABLES["instruments"].columns)]


def test_drift_is_a_csv_with_the_columns_of_the_interface(tmp_path):
    store.merge(tmp_path, "drift", [("placebo", 3, part(tmp_path / "a", "placebo", 3))])
    frame = pd.read_csv(tmp_path / "drift.csv")
    assert list(frame.columns) == ["scenario", "seed", "month", "share_elsewhere"]
    assert (frame["seed"] == 3).all()


def test_equal_contents_give_equal_bytes_and_digests_and_unequal_ones_do_not(tmp_path):
    one, two, other = (part(tmp_path / name, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 3)))
    for name in TABLES:
        assert (one / f"{name}.parquet").read_bytes() == (two / f"{name}.parquet").read_bytes()
    sums = [store.read_mark(folder)["tables"] for folder in (one, two, other)]
    assert sums[0] == sums[1]
    assert all(sums[0][name] != sums[2][name] for name in sums[0])


def test_the_digest_sees_a_value_a_type_an_order_and_a_name(tmp_path):
    frame = fake_tables("voorrang", 1)["summary"]
    frame["value"] = range(len(frame))
    changed = [frame.assign(value=frame["value"] + 1), frame[::-1]]
    one, *others = (store.to_arrow("summary", each) for each in [frame, *changed])
    renamed = one.rename_columns([name.replace("group", "groep") for name in one.column_names])
    typed = one.set_column(one.column_names.index("value"), "value", one["value"].cast("float32"))
    sums = [store.content_digest(each) for each in (one, *others, renamed, typed)]
    assert len(set(sums)) == len(sums)


def test_texts_count_by_what_they_say_not_by_how_they_are_coded():
    frame = fake_tables("voorrang", 1)["funnel"].assign(code=list("abca"))
    coded = frame.assign(code=pd.Categorical(frame["code"], categories=["z", "c", "b", "a"]))
    sums = {store.content_digest(store.to_arrow("funnel", each)) for each in (frame, coded)}
    assert len(sums) == 1


def test_the_mark_is_gone_while_a_run_is_written_again(tmp_path):
    folder = part(tmp_path / "run")
    assert store.is_done(folder, store.needed(True))
    with pytest.raises(Refusal):
        store.write_part(folder, {**fake_tables("voorrang", 1), "drift": pd.DataFrame()}, store.needed(True), dict)
    assert not store.is_done(folder, ())


def test_a_run_without_its_ledger_is_finished_only_for_who_needs_none(tmp_path):
    folder = part(tmp_path / "run", names=store.needed(False))
    assert store.is_done(folder, store.needed(False))
    assert not store.is_done(folder, store.needed(True))


def test_a_damaged_part_is_named_and_made_anew_next_time(tmp_path):
    folder = part(tmp_path / "run")
    whole = (folder / "months.parquet").read_bytes()
    (folder / "months.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refusal, match=r"months\.parquet is lost or damaged .* the same command makes it anew"):
        store.merge(tmp_path, "months", [("voorrang", 1, folder)])
    assert not store.is_done(folder, ())
    assert not (tmp_path / "months.parquet").exists()


def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path):
    path = tmp_path / "table.parquet"
    good = store.to_arrow("summary", fake_tables("voorrang", 1)["summary"])
    store.write_table(path, [good])

    def breaks():
        yield good
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        store.write_table(path, breaks())
    assert pq.read_table(path).num_rows == good.num_rows
    assert [p.name for p in tmp_path.iterdir()] == ["table.parquet"]


def test_one_run_at_a_time_and_the_second_is_told_who_holds_the_folder(tmp_path):
    words = r"another run works in .*: process \d+ on .* since .*choose another out"
    with locked(tmp_path / "out"), pytest.raises(Refusal, match=words), locked(tmp_path / "out"):
        raise AssertionError("two runs in one folder")
    with locked(tmp_path / "out"):
        pass


def test_a_lock_that_nobody_holds_is_taken_over(tmp_path):
    (tmp_path / ".lock").write_text("process 1 on another computer since 2026-01-01 00:00:00\n")
    with locked(tmp_path):
        pass


@pytest.mark.parametrize(
    ("design", "contents", "words"),
    [
        ({"months": 24}, {}, r"months=12, and this command asks for 24"),
        ({"behaviour": {"p_wish_senior": 0.01}}, {}, r"behaviour\.p_wish_senior=None, and this .* 0\.01"),
        ({}, {"voorrang": {"voorrang": {"rank": 2}}}, r"scenario voorrang: voorrang\.rank=1, and this .* 2;"),
    ],
)
def test_another_design_in_one_folder_names_the_key_and_both_values(tmp_path, design, contents, words):
    first = {"months": 12, "behaviour": {}}
    join(tmp_path, first, {"voorrang": {"voorrang": {"rank": 1}}})
    with pytest.raises(Refusal, match=words):
        join(tmp_path, first | design, contents)


def test_more_scenarios_join_a_folder_and_stay_in_it(tmp_path):
    join(tmp_path, {"months": 12}, {"basis": {}})
    join(tmp_path, {"months": 12}, {"voorrang": {"voorrang": {"rank": 1}}})
    with pytest.raises(Refusal, match="scenario voorrang"):
        join(tmp_path, {"months": 12}, {"voorrang": {"voorrang": {"rank": 3}}})


def test_the_first_difference_is_by_name_whatever_the_order():
    assert first_difference({"b": 1, "a": {"y": 1, "x": 2}}, {"a": {"x": 3, "y": 2}, "b": 2}) == ("a.x", 2, 3)
    assert first_difference({"a": [1], "b": None}, {"b": None, "a": [1]}) is None


def test_damaged_json_names_the_file(tmp_path):
    write_whole(tmp_path / "manifest.json", json.dumps({"a": 1})[:-1])
    with pytest.raises(Refusal, match=r"manifest\.json is damaged"):
        record.read(tmp_path / "manifest.json")
