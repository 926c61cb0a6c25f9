"""The frozen targets: what the file may hold, what is frozen, what may be fitted, and what a run says beside them."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.estimates import judged, person_rates, targets, validation
from analysis.estimates.ledger_counts import COUNTED, Numbers
from analysis.page.public_words import WORDS
from analysis.results import gather
from analysis.tables.schema import JUDGED
from experiments import declared_test, validate
from sim.world.errors import Refusal
from sim.world.places import places, resolve
from tests import synthetic_tables as made

FROZEN = (  # rows with counted=yes: a new row is late, and an old one is not changed
    "6e3358d82ed794114549b0625ed9a9a8a534bd60f7d9cf536d7a07d1514db514"
)
ALL = targets.targets()


def written(folder: Path, **changed: str) -> Path:
    """A file with one row, of which some cells are changed."""
    with targets.FILE.open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file)) | changed
    path, text = folder / "targets.csv", io.StringIO()
    writer = csv.DictWriter(text, list(row), lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def test_what_is_frozen_is_as_it_was_frozen():
    assert targets.digest(ALL.values()) == FROZEN, "a target that counts was changed: add a row that is late instead"


@pytest.mark.parametrize("column", [name for name in targets.Target.model_fields if name not in ("model", "note")])
def test_the_digest_sees_each_column_that_is_frozen(column):
    one = ALL["first_link"]
    other = {"value": 0.7, "counted": "late", "tolerance": (0.2,), "evidence": ("A01",), "place": ("zwolle",)}.get(column, "x")
    assert targets.digest([one.model_copy(update={column: other})]) != targets.digest([one])


def test_the_digest_leaves_open_what_may_change():
    one = ALL["first_link"]
    assert targets.digest([one.model_copy(update={"model": targets.NOT_YET, "note": "x"})]) == targets.digest([one])
    late = one.model_copy(update={"id": "later", "counted": "late"})
    assert targets.digest([one, late]) == targets.digest([late, one]) == targets.digest([one])


def test_every_figure_that_says_it_is_counted_has_a_counter_and_the_other_way_round():
    assert {key for key, one in ALL.items() if one.model == "counted"} == set(validation.COUNTS)
    assert list(validation.OF_PAGES) == [row.key for row in validation.ROWS] == list(ALL)[: len(validation.OF_PAGES)]
    assert set(WORDS) == set(validation.OF_PAGES)


def test_every_figure_names_evidence_that_is_there_and_places_that_can_be_run():
    assert targets.evidence_ids() is not None
    known = {place.key for place in places()}
    assert all(key in known for one in ALL.values() for key in one.place if key != targets.ANY)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"status": "guessed"}, "row 2, column status: input should be 'input', 'fitted' or 'predicted'"),
        ({"tolerance": ""}, "row 2, column tolerance.*number"),
        ({"tolerance": "0"}, "row 2, column tolerance: tolerance: nothing but the value itself"),
        ({"tolerance_kind": "between"}, "row 2, column tolerance: tolerance: between takes 2 numbers"),
        ({"tolerance_kind": "between", "tolerance": "5 to 6"}, "row 2, column tolerance: tolerance: the value itself lies outside"),
        ({"tolerance_kind": ""}, "row 2, column tolerance_kind"),
        ({"reason": "taste"}, "row 2, column reason"),
        ({"counted": "maybe"}, "row 2, column counted"),
        ({"value": "nan"}, "row 2, column value"),
        ({"evidence": "Z99"}, "Z99 is not in docs/evidence.csv"),
        ({"place": "zwole"}, "row 2, column place.*zwolle"),
        ({"definition": ""}, "row 2, column definition"),
    ],
)
def test_a_file_with_something_wrong_is_refused_by_row_and_column(changed, message, tmp_path):
    with pytest.raises(Refusal, match=message):
        targets.read(written(tmp_path, **changed), {"B05"})


def test_a_double_id_a_strange_column_and_a_short_row_are_refused(tmp_path):
    path = written(tmp_path)
    text = path.read_text(encoding="utf-8")
    head, row = text.splitlines()
    for content, message in (
        (f"{head}\n{row}\n{row}\n", "row 3, column id: rate_45_54 is there twice"),
        (f"{head},more\n{row},x\n", "row 1: columns are"),
        (f"{head}\nrate_45_54,B05\n", "row 2: as many cells"),
        (f"{head}\n{row},x\n", "row 2: as many cells"),
    ):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(Refusal, match=message):
            targets.read(path)


@pytest.mark.parametrize(
    ("kind", "tolerance", "inside", "outside"),
    [
        ("relative", (0.1,), (3.1, 3.6), (3.0, 3.7)),
        ("absolute", (1.0,), (2.4, 4.3), (2.3, 4.4)),
        ("factor", (2.0,), (1.7, 6.7), (1.6, 6.8)),
        ("between", (3.0, 5.0), (3.0, 5.0), (2.9, 5.1)),
        ("at_most", (0.0,), (-9.0, 3.36), (3.37, 99.0)),
        ("at_least", (0.0,), (3.36, 99.0), (-9.0, 3.35)),
    ],
)
def test_what_is_within_tolerance(kind, tolerance, inside, outside):
    one = ALL["rate_45_54"].model_copy(update={"tolerance_kind": kind, "tolerance": tolerance})
    assert all(one.low <= value <= one.high for value in inside) and not any(one.low <= value <= one.high for value in outside)


# what may be fitted


def test_only_what_is_fitted_may_be_read_for_fitting():
    for key, one in ALL.items():
        if one.status == "fitted":
            assert targets.for_fitting(key) is one
        else:
            with pytest.raises(Refusal, match=f"{key}: its status is {one.status}"):
                targets.for_fitting(key)
    with pytest.raises(Refusal, match="did you mean first_link"):
        targets.for_fitting("first_lnk")


def test_a_figure_of_the_declared_test_is_refused_whatever_its_status(monkeypatch):
    one = ALL["moved_within_test"].model_copy(update={"status": "fitted"})
    monkeypatch.setattr(targets, "targets", lambda: {one.id: one})
    with pytest.raises(Refusal, match="lies in the declared test"):
        targets.for_fitting(one.id)


def test_no_gemeente_of_the_test_provinces_may_be_fitted_on_and_no_other_stranger():
    test = {place.key for place in places() if targets.in_declared_test(place.key)}
    inside = [place for place in places() if len(place.gemeenten) == 1 and set(place.gemeenten) <= targets.test_gemeenten()]
    assert len(inside) == 54 and {one.key for one in inside} < test and {"provincie-groningen", "zeeland", "limburg", "nederland"} < test
    for key in test - {"nederland"}:
        with pytest.raises(Refusal, match="lies in the declared test"):
            targets.place_for_fitting(key)
    allowed = {code for key in targets.FITTED_ON for code in resolve(key).gemeenten}
    for place in places():
        if place.key not in test and not set(place.gemeenten) <= allowed:
            with pytest.raises(Refusal, match="is not fitted on"):
                targets.place_for_fitting(place.key)
    for key in (*targets.FITTED_ON, "nederland", "doesburg", "GM0193"):
        assert targets.place_for_fitting(key) == resolve(key)


def test_the_places_of_the_figures_are_those_of_the_rule():
    assert set(ALL["moved_within_ten"].place) | set(ALL["moved_within_gelderland"].place) == set(targets.FITTED_ON)
    test = {code for key in ALL["moved_within_test"].place for code in resolve(key).gemeenten}
    assert test == targets.test_gemeenten()


# the log of the declared test


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "declared_test.csv"
    path.write_text(",".join(declared_test.COLUMNS) + "\n", encoding="utf-8")
    return path


def test_each_run_of_the_declared_test_leaves_a_line(log):
    for place in ("zeeland", "goes", "groningen", "nederland"):
        assert declared_test.note(place, f"python -m experiments.validate municipality={place} out=here/mine seeds=2", "1, or 2", log)
    with log.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["command"] for line in lines][1] == "python -m experiments.validate municipality=goes seeds=2"
    assert len(lines) == 4 and all(line["result"] == "1, or 2" and line["date"] for line in lines)


def test_another_place_leaves_none(log):
    before = log.read_bytes()
    assert not declared_test.note("zwolle", "", "", log) and not declared_test.note("gelderland", "", "", log)
    assert log.read_bytes() == before


def test_where_the_log_cannot_be_kept_the_line_is_said_and_nothing_fails(tmp_path, monkeypatch, capsys):
    assert not declared_test.note("zeeland", "the command", "the result", tmp_path / "nowhere" / "log.csv")
    monkeypatch.setattr(declared_test, "ROOT", tmp_path)  # as where a package is installed
    before = declared_test.LOG.read_bytes()
    assert not declared_test.note("zeeland", "the command", "the result")
    assert declared_test.LOG.read_bytes() == before
    assert capsys.readouterr().err.count("the command | the result") == 2


def test_the_shipped_log_has_its_columns():
    assert declared_test.LOG.read_text(encoding="utf-8").splitlines()[0] == ",".join(declared_test.COLUMNS)


def test_a_validation_notes_before_it_tells(tmp_path, monkeypatch, tables):
    said: list[str] = []
    monkeypatch.setattr(pd, "read_parquet", lambda path: None)
    monkeypatch.setattr(validation, "tables", lambda *parts: tables)
    there = pd.DataFrame({"gemeente": ["GM0664"], "age": 18, "persons": 1000.0})
    moved = there.assign(from_gemeente="GM0664", to_gemeente="GM0664", kind="own_home", persons=50.0)
    monkeypatch.setattr(person_rates, "of_folder", lambda folder, months: person_rates.PersonRates(moved, there))
    monkeypatch.setattr(declared_test, "note", lambda place, command, result: said.append(f"{place} {command} {result}"))
    monkeypatch.setattr("builtins.print", lambda *texts, **how: said.append(" ".join(map(str, texts))))
    assert validate.report(tmp_path, made.MONTHS, "zeeland", "the command") == 0
    assert said[0].startswith("zeeland the command ") and "predicted targets are within tolerance" in said[0] and len(said) > 1
    assert "moves inside the gemeente, weighted error %: model " in said[0]
    assert not any(validate.TOO_SHORT in one for one in said)


def test_a_run_without_a_whole_year_says_why_its_persons_are_not_counted(tmp_path, monkeypatch, tables, capsys):
    monkeypatch.setattr(pd, "read_parquet", lambda path: None)
    monkeypatch.setattr(validation, "tables", lambda *parts: tables)
    monkeypatch.setattr(person_rates, "of_folder", lambda folder, months: None)
    assert validate.report(tmp_path, 11, "oss", "the command") == 0
    out = capsys.readouterr().out
    assert " none " in out and validate.TOO_SHORT in out


# a run beside its targets


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    results = gather(made.write(tmp_path_factory.mktemp("of") / "out"))
    counted = {name: results.ledger_counts.table(name, "basis") for name in COUNTED}
    return validation.tables(counted, results.folder.table("months", validation.OF_MONTHS), made.MONTHS)


def test_nobody_stays_in_a_wijk_where_each_gemeente_is_one_area(tables):
    seeds = [
        (seed, key, band, n)
        for seed in tables.numbers.seeds
        for band in ("65_74", "65_plus")
        for key, n in (("moved", 9), ("moved_in_gemeente", 5))
    ]
    for in_wijk, known in ((3, True), (5, False)):
        rows = [*seeds, *((seed, "moved_in_wijk", band, in_wijk) for seed, _, band, _ in seeds)]
        of = tables._replace(numbers=Numbers(pd.DataFrame(rows, columns=["seed", "key", "name", "value"])))
        assert math.isnan(validation.value_of(validation.COUNTS["own_wijk"], of)) != known


def test_a_run_is_judged_by_what_is_asked_of_its_place_misses_first(tables):
    table = judged.judge(tables, "oss")
    wanted = {key for key, one in ALL.items() if one.model == "counted" and (one.place == (targets.ANY,) or "oss" in one.place)}
    assert tuple(table.columns) == JUDGED.names and set(table["id"]) == wanted and {"registration_oss", "search_oss"} < wanted
    assert "registration_oss" not in set(judged.judge(tables, "zwolle")["id"])
    order = [2 if math.isnan(row.simulated) else int(row.inside) for row in table.itertuples()]
    assert order == sorted(order) and 0 in order
    shown = validation.compare(tables).set_index("key")
    for row in table.itertuples():
        one = ALL[row.id]
        assert row.inside == (one.low <= row.simulated <= one.high) and row.target == one.value and row.status == one.status
        if row.id in shown.index and not math.isnan(row.simulated):
            assert row.simulated == shown.loc[row.id, "simulated"] and row.target == shown.loc[row.id, "observed"]
    text = judged.as_text(table, "oss")
    assert text.index("MISS") < text.index(" ok ") and "moved_within_ten" not in text and "within_25" in text


def test_the_verdict_counts_what_is_predicted_and_frozen_and_nobody_that_is_not_there():
    values = {"second_link": 0.59 * np.exp(0.1), "later_links": 0.9, "realised_65": math.nan, "first_link": 9.0, "order_house_flat": 1.0}
    table = judged.judgement(values)
    said = judged.verdict(table)
    assert said.startswith("2 of 3 predicted targets are within tolerance; missed: later_links;")
    assert judged.log_ratio(table[table["id"] == "second_link"]) == pytest.approx(0.1)
    assert math.isnan(judged.log_ratio(table[table["id"] == "order_house_flat"])), "nothing is near a limit"
    assert table["id"].iloc[-1] == "realised_65"
    built_on = judged.judgement(dict.fromkeys(judged.BUILT_ON, 1.0))
    assert set(built_on["status"]) == {"input"} and judged.verdict(built_on).startswith("0 of 0 predicted")
    late = table.assign(counted="late")
    assert judged.verdict(late).startswith("0 of 0 predicted")


def test_chains_of_new_houses_are_held_against_those_of_new_flats(tmp_path):
    results = gather(made.write(tmp_path / "out"))
    links, homes = (results.ledger_counts.table(name, "basis") for name in ("chain_links", "chain_homes"))
    more_homes = homes[homes["first"]].assign(segment="koop/eengezins")
    first = links[links["link"] == 1].assign(segment="koop/eengezins")
    months = results.folder.table("months", validation.OF_MONTHS)
    for left, expected in (("", -1.0), ("corporatie/eengezins", 0.0)):  # chains of flats have two moves
        counted = {
            "chain_links": pd.concat([links, first.assign(left_segment=left)], ignore_index=True),
            "chain_homes": pd.concat([homes, more_homes], ignore_index=True),
            "ledger_numbers": results.ledger_counts.table("ledger_numbers", "basis"),
        }
        of_both = validation.tables(counted, months, made.MONTHS)
        assert validation.value_of(validation.longer_chains, of_both) == pytest.approx(expected)
    alone = validation.tables(counted | {"chain_links": links, "chain_homes": homes}, months, made.MONTHS)
    assert math.isnan(validation.value_of(validation.longer_chains, alone)), "no house was built"
