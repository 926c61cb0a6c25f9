"""The section on one senior: whom it shows, that each sentence is of the journal, where the lanes part, and until when they are known."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from analysis.estimates import one_senior as estimated
from analysis.estimates.one_senior import one_senior, senior_of, steps, watched
from analysis.page.cells import ON_PAPER, too_long
from analysis.page.figures import style
from analysis.page.quote import plain
from analysis.page.section import Chart, Fold, Grid, Page, Section
from analysis.page.sections import one_senior as section
from analysis.page.senior_chart import MARKS, STAGE_AFTER, marks, stretches
from analysis.page.words import LANGUAGES
from analysis.pipeline import tables_of
from analysis.results import gather
from analysis.tables.for_page import ONE_SENIOR
from sim.counts import told
from sim.counts.lanes import MOST_FOLLOWED, WITH, WITHOUT
from sim.counts.schema import BEFELL
from sim.counts.told import CONTACTS
from sim.world.codes import DropReason, Obstacle, Stage, Trigger, Verdict, names
from tests import synthetic_tables as made
from tests.synthetic_journal import HOME, START, Made, household, journal, looked, moves, parts

MONTH_0 = str(made.manifest((), range(1))["configuration"]["start"])
LAST = made.MONTHS + made.FOLLOW_UP - 1
QUIET = ("registered", "gave_back", "responded", "obstacle", "settled", "start", "parted")  # in the table, and no mark in the picture


@pytest.fixture(name="page", scope="module")
def _page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    results = gather(made.write(tmp_path_factory.mktemp("run") / "out"))
    return Page(results, tables_of(results))


def of(page: Page, rows: pd.DataFrame) -> Page:
    """The same page of which another journal was kept."""
    return Page(page.results, {**page.tables, "one_senior": one_senior(rows, MONTH_0)})


def made_of(page: Page) -> Section:
    found = section.section(page)
    assert found is not None
    return found


def grid(found: Section) -> Grid:
    return next(block for block in found.blocks if isinstance(block, Grid))


def chart(found: Section) -> Chart:
    return next(block for block in found.blocks if isinstance(block, Chart))


def lines(text: Any, language: str) -> list[str]:
    """What a cell says, line by line."""
    return [str(Markup(one).striptags()) for one in text.of(language).split("<br>")]


@st.composite
def entries(draw: st.DrawFn, since: int, contacts: bool) -> list[Made]:
    """Entries of a part of a lane in their order, from a month on."""
    found: list[Made] = []
    for month in sorted(draw(st.lists(st.integers(since, since + 12), max_size=8))):
        kind = draw(st.sampled_from(["look", "wish", "search", "dropped", "refused", "event", *(CONTACTS if contacts else ())]))
        home = {**HOME, "rooms": draw(st.integers(1, 4)), "area": draw(st.sampled_from(["WK1", "WK2"]))}
        found += {
            "look": lambda m=month: looked(m, draw(st.integers(1, 5)), draw(st.sampled_from(names(Obstacle)))),
            "refused": lambda m=month, h=home: [("refused", m, {**h, "reason": "refused"})],
            "dropped": lambda m=month: [("dropped", m, {"reason": draw(st.sampled_from(names(DropReason)))})],
            "event": lambda m=month: [("event", m, {"reason": "fall"})],
        }.get(kind, lambda m=month, k=kind: [(k, m, {"instruments": "voorrang"} if k in CONTACTS else {"reason": "wish"})])()
    return found


@st.composite
def journals(draw: st.DrawFn) -> tuple[pd.DataFrame, int, int]:
    """A household with two lanes, and how many entries of each come before the parting."""
    before, at = [START, *draw(entries(0, contacts=True))], 13
    own = [one for one in before if one[0] not in CONTACTS]
    after = [draw(entries(at, contacts=False)) for _ in range(2)]
    return household([*before, *after[0]], [*own, parts(at), *after[1]]), len(before), len(own)


@settings(max_examples=60, deadline=None)
@given(journals())
def test_the_table_knows_what_came_before_the_parting_and_each_entry_is_told_once(made_up):
    rows, before, own = made_up
    table = one_senior(rows, MONTH_0)
    assert list(table.columns) == list(ONE_SENIOR.names)
    for lane, n in ((WITH, before), (WITHOUT, own)):
        mine = table[table["lane"] == lane]
        assert mine["after_parting"].tolist() == [k >= n for k in range(len(mine))]
    one = senior_of(table, "voorrang", "noodzakelijk")
    for lane, after in itertools.product((WITH, WITHOUT), (False, True)):
        part = one.part(lane, after)
        found = steps(part, MONTH_0)
        firsts = [row["entry"] for row, _ in found]
        assert firsts == sorted(set(firsts)) and firsts[:1] == [row["entry"] for row in part[:1]]
        for (row, line), until in zip(found, [*firsts, 10**6][1:], strict=True):
            held = [one for one in part if row["entry"] <= one["entry"] < until]
            together = line["kind"] == "searched"
            assert together or len(held) == 1
            counted = [sum(one["kind"] == "obstacle" for one in held), sum(one["number"] for one in held if one["kind"] == "responded")]
            why = pd.Series([one["reason"] for one in held if one["kind"] == "obstacle"], dtype=object).value_counts()
            sums = [row["months"], row["responses"], row["most"]]
            assert sums == [*counted, why.max()] if together else pd.isna(sums).all()


def as_written(page: Page, row: Any) -> dict[str, Any]:
    """A row of the journal for ``told.line``, with the names that the page has."""
    known = {name: None if pd.isna(row[name]) else row[name] for name in ("number", "keys_month", "fit_before", "fit_after")}
    known |= {name: int(known[name]) for name in ("number", "keys_month") if known[name] is not None}
    return {**row, **known, "area_name": page.area(row["area"]).nl, "instruments": [key for key in row["instruments"].split("+") if key]}


@settings(max_examples=40, deadline=None)
@given(journals())
def test_each_sentence_is_one_that_the_simulation_says_of_rows_of_that_lane_and_month(page, made_up):
    rows, *_ = made_up
    found, records = grid(made_of(of(page, rows))), rows.to_dict("records")
    for cells in found.rows:
        if "parted" in cells[0].kind:
            continue
        for language in LANGUAGES:
            for lane, cell in zip((WITH, WITHOUT), cells[1:], strict=True):
                mine = [as_written(page, row) for row in records if row["lane"] == lane and row["kind"] != "parted"]
                sides = ([one for one in mine if one["month"] < 13], [one for one in mine if one["month"] >= 13])
                told_of = {
                    (line["when"][language], told.text(line, language)) for side in sides for line in told.drawn_together(side, MONTH_0)
                }
                for said in lines(cell.text, language):
                    if said not in {str(one.of(language)) for one in (section.SAME, section.NOT, section.UNWATCHED)} | {"–"}:
                        assert (plain(cells[0].text).of(language), said) in told_of
    every = [line for cells in found.rows for line in lines(cells[1].text, "nl")]
    whole = one_senior(rows, MONTH_0)
    one = senior_of(whole, "voorrang", "noodzakelijk")
    n = sum(len(steps(one.part(WITH, after), MONTH_0)) for after in (False, True))
    assert len([said for said in every if said not in ("–", section.UNWATCHED.nl)]) == n + 1, "all steps, and the parting"


@given(st.integers(0, LAST - 2), st.sampled_from(["woonwens", "woningzoeken", "verhuizen"]), st.sampled_from(["", "voorrang"]))
@settings(max_examples=30, deadline=None)
def test_the_lanes_part_where_the_table_says_in_words_and_in_the_picture(page, month, stage, by):
    rows = household([START, *moves(month, month + 1)], [START, parts(month, stage, by)])
    found = made_of(of(page, rows))
    marked = [cells for cells in grid(found).rows if "parted" in cells[0].kind]
    assert len(marked) == 1 and grid(found).rows.index(marked[0]) == 1
    row = rows[rows["kind"] == "parted"].iloc[0].to_dict()
    for language in LANGUAGES:
        assert plain(marked[0][0].text).of(language) == told.month_said(MONTH_0, month)[language]
        assert plain(marked[0][1].text).of(language) == told.said(as_written(page, row), MONTH_0)[language]
        assert told.month_said(MONTH_0, month)[language] in plain(found.sentences[0]).of(language)
        with style():
            ax = chart(found).draw(language, True).axes[0]
        [line] = [one for one in ax.lines if one.get_linestyle() != "-" and len(one.get_xdata()) == 2]
        year, at = told.date_of(MONTH_0, month).split("-")
        assert line.get_xdata()[0] == pytest.approx(int(year) + (int(at) - 1) / 12)
        assert any(told.month_said(MONTH_0, month)[language] in text.get_text() for text in ax.texts)


def test_lanes_that_never_part_are_said_to_be_the_same(page):
    same = [START, ("wish", 2, {"reason": "fall"}), ("dropped", 9, {"reason": "wish_faded"})]
    found = made_of(of(page, household(same, same)))
    assert "maakt de maatregel niets uit" in found.finding.nl and found.sentences[0].nl == "Zonder de maatregelen was het net zo gegaan."
    assert "nergens" in chart(found).finding.nl
    assert [cells[2].text for cells in grid(found).rows] == [section.SAME] * len(same)
    with style():
        ax = chart(found).draw("nl", False).axes[0]
    assert not [one for one in ax.lines if len(one.get_xdata()) == 2]


def test_what_differs_before_the_parting_is_not_called_the_same(page):
    rows = household([START, ("wish", 2, {"reason": "fall"})], [START, ("wish", 2, {"reason": "wish"}), parts(4)])
    said = [cells[2].text.nl for cells in grid(made_of(of(page, rows))).rows]
    assert section.SAME.nl not in said and any("wens om anders te wonen" in one for one in said)


@pytest.mark.parametrize(
    ("mine", "theirs", "verdict", "wanted"),
    [
        (6, 20, "noodzakelijk", "Deze senior verhuist in 2027, zonder maatregel in 2028"),
        (6, 8, "zetje", "Deze senior verhuist in januari, zonder maatregel in maart 2027"),
        (6, 6, "ook_zonder", "Deze senior verhuist in 2027, ook zonder maatregel"),
        (6, None, "noodzakelijk", "Deze senior verhuist in 2027, zonder maatregel niet"),
        (6, None, "onbekend", "Deze senior verhuist in 2027, zonder maatregel nog niet"),
        (None, 6, "niet_verhuisd", "Deze senior verhuist niet, zonder maatregel wel in 2027"),
        (None, None, "niet_verhuisd", "Deze senior verhuist niet, ook niet zonder maatregel"),
    ],
)
def test_the_title_says_who_moves_when_and_no_more_than_is_known(page, mine, theirs, verdict, wanted):
    with_, without = (moves(month - 1, month) if month else [] for month in (mine, theirs))
    found = made_of(of(page, household([START, *with_], [START, parts(4), *without], verdict=verdict)))
    assert plain(found.finding).nl == wanted
    assert all(len(one.split()) <= 10 for one in plain(found.finding))
    for side, month in (("Met de maatregelen: ", mine), ("Zonder: ", theirs)):
        word = f"verhuisd in {told.month_said(MONTH_0, month)['nl']}" if month else "niet verhuisd"
        assert side + word in plain(found.sentences[0]).nl


def test_a_lane_without_ends_with_its_keys_and_is_not_known_from_then_on(page):
    rows = household([START, *moves(5, 6), ("settled", 12, {})], [START, parts(4), *moves(8, 9)])
    found = made_of(of(page, rows))
    one = senior_of(one_senior(rows, MONTH_0), "voorrang", "noodzakelijk")
    assert (watched(one, WITH, LAST), watched(one, WITHOUT, LAST)) == (LAST, 9)
    after = {plain(cells[0].text).nl: cells for cells in grid(found).rows}
    assert after["juli 2027"][2].text == section.UNWATCHED and after["december 2026"][2].text.nl == "–"
    with style():
        ax = chart(found).draw("nl", False).axes[0]
    ends = [max(float(end[0]) for end in one.get_segments()[0]) for one in ax.collections]
    assert min(max(ends[:3]), max(ends)) == pytest.approx(2026 + (6 + 9 + 1) / 12), "the grey line, drawn first"


@given(st.lists(st.tuples(st.sampled_from(sorted(STAGE_AFTER)), st.integers(0, 30)), max_size=12), st.sampled_from(names(Stage)))
def test_stages_follow_each_other_over_the_whole_lane(steps_, first):
    rows = [{"kind": "start", "month": 0, "reason": first}]
    rows += [{"kind": kind, "month": month, "reason": ""} for kind, month in sorted(steps_, key=lambda one: one[1])]
    found = list(stretches(rows, 30))
    assert found[0][0] == 0 and found[-1][1] == 31 and all(a[1] == b[0] for a, b in itertools.pairwise(found))
    for begin, end, stage in found:
        last = [row for row in rows if row["month"] <= begin][-1]
        wanted = Stage[first.upper()] if last["kind"] == "start" else STAGE_AFTER[last["kind"]]
        assert begin < end and stage == wanted


@given(st.lists(st.integers(0, 100), max_size=15))
def test_marks_near_each_other_lie_on_different_levels(months):
    rows = [{"kind": "refused", "month": month} for month in sorted(months)]
    found = list(marks(rows, MONTH_0, 0.5))
    assert len(found) == len(rows)
    assert all(a[1] != b[1] or b[0] - a[0] >= 0.5 for a, b in itertools.pairwise(found))


def test_of_each_outcome_the_first_seed_counts_and_the_first_outcome_is_a_move_that_would_not_have_been(page):
    rows = journal(["voorrang"], [3, 1, 2])
    table = one_senior(rows, MONTH_0)
    for verdict, mine in table.groupby("verdict"):
        assert mine["seed"].unique().tolist() == [rows.loc[rows["verdict"] == verdict, "seed"].min()]
    found = made_of(of(page, rows))
    assert list(section.of_scenario(of(page, rows), "voorrang")) == ["noodzakelijk", "zetje", "niet_verhuisd"]
    folds = [block for block in found.blocks if isinstance(block, Fold)]
    assert [plain(one.title).nl.split()[3] for one in folds] == ["verhuist", "niet"]
    assert set(section.OUTCOMES) == set(names(Verdict))
    lacking = " ".join(line.nl for line in found.researchers[-1].lines)
    assert "later verhuist dan zonder" in lacking and "Scenario huurgewenning" in lacking


def test_other_measures_stand_in_a_fold_of_their_own(page):
    other = household([START, *moves(2, 3)], [START, parts(2)], scenario="huurgewenning")
    found = made_of(of(page, pd.concat([journal(["voorrang"], [0]), other])))
    [fold] = [block for block in found.researchers if isinstance(block, Fold)]
    assert fold.title == page.results.titles["huurgewenning"] and any(isinstance(block, Grid) for block in fold.blocks)


def test_without_a_journal_or_anybody_in_it_there_is_no_section(page, tmp_path):
    assert section.section(of(page, journal(["huurgewenning"], [0]))) is None
    without = gather(made.write(tmp_path / "out", with_ledger=False))
    assert section.section(Page(without, tables_of(without))) is None
    alone = gather(made.write(tmp_path / "alone", ("basis",), range(1)))
    assert section.section(Page(alone, tables_of(alone))) is None


def test_every_kind_of_entry_is_drawn_or_said_to_be_none_of_the_picture():
    assert {*MARKS, *QUIET} == set(BEFELL) and not {*MARKS} & {*QUIET}
    assert set(STAGE_AFTER) < set(BEFELL) and set(names(Trigger)) >= {"fall", "wish"}


def test_who_it_is_says_age_and_size_and_how_the_senior_was_chosen(page):
    for size, said in ((1, "Een senior van 71 jaar, alleen"), (3, "Een huishouden van 3 personen, de oudste 71 jaar")):
        found = made_of(of(page, household([START, *moves(2, 3)], [START, parts(2)], size=size)))
        assert said in plain(found.subtitle).nl
        assert "bewijst niets" in found.sentences[2].nl and "van de eerste duizend senioren" in found.sentences[2].nl
    assert MOST_FOLLOWED == 1000 and (WITH, WITHOUT) == (estimated.WITH, estimated.WITHOUT)


def test_steps_that_are_too_many_for_paper_name_the_table_that_holds_them(page):
    long = [("refused", month, {**HOME, "reason": "refused"}) for month in range(ON_PAPER + 1)]
    found = made_of(of(page, household([START, *long], [START, parts(0)])))
    assert len(grid(found).rows) > ON_PAPER and too_long(grid(found)) == "one_senior.csv"
