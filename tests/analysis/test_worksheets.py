"""The toolkit's worksheets: all of them, what is done already apart from what comes on top, in two forms that say the same."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser

import openpyxl
import pandas as pd
import pytest

from analysis.estimates.worksheet_counts import monitor
from analysis.estimates.worksheet_tables import Shared
from analysis.page import words
from analysis.tables.files import write_table
from analysis.tables.schema import GOALS
from analysis.worksheets import fill as worksheets
from analysis.worksheets import sheets, sheets_monitor
from analysis.worksheets.sheets import EXTRA, NOW, SIGNS, STOP, Item, Table, runs
from analysis.worksheets.sheets_xlsx import FILLS
from sim.counts.worksheet_rows import REGISTRY
from sim.interventions import REGISTRY as INSTRUMENTS
from tests import synthetic_tables
from tests.every import every

BASE = {
    "al_wooncoach_sociaal": {"payer": "corporatie", "already": True},
    "al_brieven": {"payer": "gemeente", "already": True},
    "campagne": {"payer": "gemeente", "rel_reached": 0.1},
    "klusdienst": {"payer": "welzijn"},
    "informatiepunt": {"payer": "gemeente"},
}
ON_TOP = {
    "al_wooncoach_sociaal": {"payer": "corporatie", "already": True},
    "campagne": {"payer": "gemeente", "rel_reached": 0.3},
    "klusdienst": {"payer": "welzijn"},
    "voorrang": {"payer": "corporatie"},
    "wooncoach_sociaal": {"payer": "corporatie"},
    "verhuisbegeleider": {},
}


@pytest.fixture
def folder(tmp_path):
    """A finished run whose basis does something already, and whose scenario adds, changes and stops something."""
    out = synthetic_tables.write(tmp_path / "run")
    path = out / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["scenarios"]["basis"]["instruments"] = BASE
    content["scenarios"]["voorrang"]["instruments"] = ON_TOP
    path.write_text(json.dumps(content), encoding="utf-8")
    return out


def plan_of(folder, scenario="voorrang"):
    results = worksheets.finished(folder)
    return sheets.approach(results, scenario, Shared(results), monitor(results))


class Cells(HTMLParser):
    """Text of all table cells, and whatever would fetch something."""

    def __init__(self):
        super().__init__()
        self.cells, self.fetches, self.inside, self.spans = [], [], False, 0

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.fetches += [value for name, value in attrs if name in {"src", "href", "srcset", "action"}]
        if tag in {"td", "th"}:
            self.inside = True
            self.cells.append("")
            self.spans += int(given.get("rowspan", 1))
        if tag in {"script", "link", "img", "iframe"}:
            self.fetches.append(tag)

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.cells[-1] += data


def words_of(text):
    return re.sub(r"[\s\u00ad]", "", text)


def test_both_files_are_written_and_named_and_hold_every_worksheet(folder, capsys):
    assert worksheets.main([str(folder), "--scenario", "voorrang"]) == 0
    paths = capsys.readouterr().out.splitlines()
    assert paths == [str(folder / f"werkbladen_voorrang.{kind}") for kind in ("html", "xlsx")]
    book = openpyxl.load_workbook(paths[1])
    assert book.sheetnames == [
        "Organisaties",
        "Ambities",
        "Contactmomenten",
        "Stimuleren Gemeente",
        "Stimuleren Woningcorporatie",
        "Stimuleren Welzijnsorganisatie",
        "Stimuleren Makelaar",
        "Opgave",
        "Monitor 1-3",
        "Monitor 2-3",
        "Monitor 3-3",
        "Cijfers",
    ]
    page = (folder / "werkbladen_voorrang.html").read_text(encoding="utf-8")
    assert page.count('<section class="sheet">') == len(book.sheetnames) - 1
    assert {(tab.page_setup.orientation, int(tab.page_setup.paperSize)) for tab in book.worksheets[:-1]} == {("landscape", 9)}


def test_a_spreadsheet_that_somebody_may_have_changed_is_kept_until_it_is_given_up(folder, capsys):
    def make(*more):
        status = worksheets.main([str(folder), *more])
        return status, capsys.readouterr().err

    assert make("--scenario", "huurgewenning")[0] == 0
    mine = folder / "werkbladen_huurgewenning.xlsx"
    mine.write_bytes(b"what I wrote")
    (folder / "werkbladen_huurgewenning.html").unlink()
    there = set(folder.iterdir())
    for more in ((), ("--scenario", "huurgewenning")):
        status, error = make(*more)
        assert status == 2 and error.startswith(f"error: {mine} is there") and "--again" in error and error.count("\n") == 1
    assert mine.read_bytes() == b"what I wrote" and set(folder.iterdir()) == there, "nothing is written then, of no scenario"
    assert make("--scenario", "voorrang")[0] == 0, "of another scenario it says nothing"
    assert make("--again")[0] == 0
    assert "Ambities" in openpyxl.load_workbook(mine).sheetnames


def test_without_a_name_every_scenario_gets_its_worksheets(folder):
    made = {path.name for path in worksheets.write(folder)}
    assert made == {f"werkbladen_{name}.{kind}" for name in ("voorrang", "huurgewenning") for kind in ("html", "xlsx")}


def test_a_folder_with_basis_only_gets_what_is_done_already(tmp_path):
    out = synthetic_tables.write(tmp_path / "run", ("basis", "placebo"))
    assert {path.name for path in worksheets.write(out)} == {"werkbladen_basis.html", "werkbladen_basis.xlsx"}


def test_what_is_done_comes_on_top_changes_and_stops_is_told_apart(folder):
    plan = plan_of(folder)
    marks = {key: part.mark for key, part in plan.instruments.items()}
    assert marks == {
        "al_wooncoach_sociaal": NOW,
        "al_brieven": STOP,
        "campagne": EXTRA,
        "klusdienst": NOW,
        "informatiepunt": STOP,
        "voorrang": EXTRA,
        "wooncoach_sociaal": EXTRA,
        "verhuisbegeleider": EXTRA,
    }
    assert "wordt anders" in plan.item("campagne").text
    team = [plan.delivered(key) for key in ("al_wooncoach_sociaal", "wooncoach_sociaal")]
    assert [(item.text, item.mark) for item in team] == [("Wooncoach voor huurders", NOW), ("Wooncoach voor huurders", EXTRA)]
    assert {sheets.category_in(f"al_{key}", stage) == sheets.category_in(key, stage) for key in INSTRUMENTS for stage in sheets.STAGES} == {
        True
    }
    own = plan.instruments["verhuisbegeleider"]
    assert (own.payer, own.deliverer) == ("huishouden", "makelaar"), "what is not set is the default"


def test_an_instrument_stands_at_who_delivers_it_by_category_and_stages_and_nowhere_else(folder):
    plan = plan_of(folder)
    for name in sheets.ORGANISATIONS:
        (table,) = sheets.stimulate(plan, name).tables
        for category, row in zip(sheets.CATEGORIES, table.rows, strict=True):
            for stage, cell in zip(sheets.STAGES, row[1:], strict=True):
                keys = {key for key in plan.by(name) if sheets.category_in(key, stage) == category}
                assert cell == [plan.delivered(key) for key in sorted(keys)]


def test_who_delivers_and_who_pays_stand_apart(folder):
    plan = plan_of(folder)
    [table] = sheets.organisations(plan).tables
    by_name = {row[0][0].text: row for row in table.rows}
    delivers = {name: [item.text for cell in row[1:3] for item in cell] for name, row in by_name.items()}
    pays = {name: [item.text for item in row[3]] for name, row in by_name.items()}
    assert any(text.startswith("Verhuisbegeleider") for text in delivers["Makelaar"])
    assert not any("Verhuisbegeleider" in text for text in pays["Makelaar"])
    assert pays["Huishouden zelf"] == ["Verhuisbegeleider"] and not delivers["Huishouden zelf"]
    met = sheets.contacts(plan).tables[0].rows
    [agent] = [row for row in met if row[0][0].text == "Makelaar"]
    assert {item.text for cell in agent[1:] for item in cell} == {"Verhuisbegeleider (betaald door: huishouden zelf)"}


def test_what_a_scenario_stops_is_not_called_changed(folder):
    path = folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["scenarios"]["voorrang"]["instruments"]["campagne"] = {"payer": "gemeente", "capacity": 0}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert plan_of(folder).instruments["campagne"].mark == STOP


def test_the_category_is_that_of_the_registry_but_for_the_coach_on_the_day_of_the_move():
    for key, cls in INSTRUMENTS.items():
        for stage in sheets.STAGES:
            if stage not in cls.card.stages:
                assert sheets.category_in(key, stage) == ""
            elif not (key.startswith("wooncoach") and stage in ("verhuizen", "nieuw_thuis")):
                assert sheets.category_in(key, stage) == cls.card.category
    assert sheets.category_in("wooncoach_sociaal", "woonwens") == "op_weg_helpen"
    assert sheets.category_in("wooncoach_sociaal", "verhuizen") == "ontzorgen"


def test_categories_and_stages_are_those_of_the_registry():
    assert {cls.card.category for cls in INSTRUMENTS.values()} <= set(sheets.CATEGORIES)
    assert {stage for cls in INSTRUMENTS.values() for stage in cls.card.stages} <= set(sheets.STAGES)
    assert {name for cls in INSTRUMENTS.values() for name in cls.card.payers} <= {*sheets.ORGANISATIONS, sheets.HOUSEHOLD[0]}


def test_the_page_fetches_nothing_and_says_what_the_spreadsheet_says(folder):
    html, xlsx = worksheets.write(folder, "voorrang")
    parsed = Cells()
    parsed.feed(html.read_text(encoding="utf-8"))
    assert not parsed.fetches
    on_page = {words_of(cell) for cell in parsed.cells}
    for tab in openpyxl.load_workbook(xlsx).worksheets[:-1]:
        header = next(row for row in range(4, 9) if tab.cell(row, 2).value)
        for row in tab.iter_rows(min_row=header, max_row=tab.max_row - 1):
            values = [cell.value for cell in row[1:] if cell.value]
            for value in values:
                one = words_of(str(value))
                assert one in on_page or one.lstrip("●+✕ ") in on_page, f"{tab.title}: {one}"


def test_the_two_colours_have_a_mark_beside_them(folder):
    _, xlsx = worksheets.write(folder, "voorrang")
    tab = openpyxl.load_workbook(xlsx)["Stimuleren Woningcorporatie"]
    cells = [cell for row in tab.iter_rows(min_row=8) for cell in row if isinstance(cell.value, str) and "Voorrang" in cell.value]
    (cell,) = [cell for cell in cells if cell.value.startswith("+")]
    assert cell.fill.fgColor.rgb.endswith(FILLS[EXTRA])
    legend = {tab.cell(row, 1).value[0] for row in (4, 5, 6)}
    assert legend == {SIGNS[NOW], SIGNS[EXTRA], SIGNS[STOP]} and len(set(SIGNS.values())) == 4


@pytest.mark.parametrize("with_ledger", [True, False])
def test_every_row_of_the_toolkit_stands_on_its_sheet(tmp_path, with_ledger):
    folder = synthetic_tables.write(tmp_path, with_ledger=with_ledger)
    filled = {sheet.tab: sheet for sheet in worksheets.all_sheets(plan_of(folder))}
    for row in REGISTRY.values():
        sheet = filled["Opgave" if row.sheet == "opgave" else f"Monitor {row.sheet.replace('/', '-')}"]
        assert any(cells[1] == [Item(row.row)] for table in sheet.tables for cells in table.rows), row.row


def test_figures_are_numbers_on_the_last_tab(folder):
    _, xlsx = worksheets.write(folder, "voorrang")
    head, *rows = openpyxl.load_workbook(xlsx)["Cijfers"].values
    moves = [one for one in (dict(zip(head, row, strict=True)) for row in rows) if one["sleutel: key"] == "senior_moves"]
    assert {row["Maatregel"] for row in moves} == {"Scenario basis", "Scenario voorrang"}
    assert {row["Wat is geteld"] for row in moves} == {"Verhuizingen van senioren"}
    assert next(row["Gemiddeld"] for row in moves if row["sleutel: scenario"] == "basis") == pytest.approx(525)


def test_a_text_is_never_a_formula(folder):
    path = folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["scenarios"]["voorrang"]["title"] = {"nl": "=1+1 <b>", "en": "x"}
    path.write_text(json.dumps(content), encoding="utf-8")
    html, xlsx = worksheets.write(folder, "voorrang")
    for tab in openpyxl.load_workbook(io.BytesIO(xlsx.read_bytes())).worksheets:
        assert all(cell.data_type != "f" for row in tab.iter_rows() for cell in row)
    assert "<b>=" not in html.read_text(encoding="utf-8") and "1+1 <b>" not in html.read_text(encoding="utf-8")


def test_the_opgave_says_of_whom_and_by_whose_words_it_counts(folder):
    first, *figures, room = sheets.challenge(plan_of(folder))
    assert first == "In de nagebootste gemeente, volgens de begrippen van dit model:" and figures and not room


GOAL = dict.fromkeys(GOALS.names, 0.0) | {"goal": "meer_verhuizingen", "scenario": "voorrang", "month": 23, "target": 550.1, "seeds": 20}
GOAL |= {"share": 0.8, "lower": 0.6, "upper": 0.9, "due": True}
BASE_GOAL = {"scenario": "basis", "share": 0.1, "lower": 0.03, "upper": 0.3}


def write_goals(folder, rows):
    """goals.csv of rows that differ in this from the goal."""
    write_table(folder, GOALS, pd.DataFrame([GOAL | row for row in rows]))


def test_goals_that_were_worked_out_stand_on_the_sheet_of_ambitions(folder):
    write_goals(folder, [{}, BASE_GOAL, {"month": 22, "share": 0.7, "due": False}, {"goal": "all"}])
    (line, empty) = sheets.goals(plan_of(folder))
    assert line == (
        "Meer verhuizingen: binnen 2 jaar gehaald in 80 procent van 20 nagebootste werelden (door toeval 60 tot 90 procent); "
        "met wat we al doen in 10 procent (door toeval 3 tot 30 procent)."
    )
    assert not empty


@pytest.mark.parametrize("other", [{"month": 35}, {"target": 400.0}, {"seeds": 10}, {"goal": "meer_woningen"}])
def test_a_goal_of_basis_stands_beside_it_only_where_it_is_the_same_goal_in_as_many_worlds(folder, other):
    write_goals(folder, [{}, BASE_GOAL | other])
    (line, _) = sheets.goals(plan_of(folder))
    assert line.endswith("van 20 nagebootste werelden (door toeval 60 tot 90 procent).")


def test_equal_neighbours_are_merged_within_what_stands_before_them():
    def row(*texts):
        return [[Item(text)] for text in texts]

    rows = [row("x", "1", "p", "s"), row("x", "2", "p", "s"), row("x", "2", "q", "s"), row("y", "2", "q", "t")]
    table = Table(("a", "b", "c", "d"), rows, (1, 1, 1, 1), merged=2)
    assert set(runs(table)) == {(0, 0, 2), (0, 3, 3), (1, 0, 0), (1, 1, 2), (1, 3, 3), (3, 0, 0), (3, 1, 2), (3, 3, 3)}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "there is no such folder"),
        (["run", "--scenario", "vorrang"], "did you mean voorrang?"),
        (["run", "--scenario", "placebo"], "holds no scenario 'placebo'"),
        (["empty"], "not finished"),
        (["failed"], "runs failed"),
    ],
)
def test_what_cannot_be_made_is_one_line_and_leaves_nothing(folder, capsys, arguments, said):
    root = folder.parent
    (root / "empty").mkdir()
    failed = synthetic_tables.write(root / "failed")
    content = json.loads((failed / "manifest.json").read_text(encoding="utf-8"))
    content["failed_runs"] = [{"scenario": "voorrang", "seed": 3, "error": "x"}]
    (failed / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    assert worksheets.main([str(root / arguments[0]), *arguments[1:]]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and error.count("\n") == 1 and said in error
    assert not list(root.rglob("werkbladen_*"))


@every("row", REGISTRY.values(), ids=lambda row: row.key)
def test_a_line_explains_what_is_counted_and_why_a_number_is_not_there(row):
    assert sheets_monitor.said(row, "") == sheets_monitor.said(row, float("nan")) == row.uitleg
    assert row.uitleg in sheets_monitor.said(row, "", pair=True) and "→" in sheets_monitor.said(row, "", pair=True)
    for note, reason in sheets_monitor.DUTCH.items():
        if note != row.open[1]:
            assert sheets_monitor.said(row, note) == reason
    if row.open[1]:
        assert row.open[0] and sheets_monitor.said(row, row.open[1]) == f"{row.uitleg} {row.open[0]}"


def test_each_sheet_prints_on_a4_across_and_shows_no_grid(folder):
    _, xlsx = worksheets.write(folder, "voorrang")
    for tab in openpyxl.load_workbook(xlsx).worksheets[:-1]:
        assert tab.page_setup.orientation == "landscape" and int(tab.page_setup.paperSize) == 9 and tab.page_setup.fitToWidth == 1
        assert tab.sheet_properties.pageSetUpPr.fitToPage and tab.sheet_view.showGridLines is False


@pytest.mark.parametrize("name", ["../../outside", "sub/x", "=1+1", "Basis"])
def test_a_folder_of_somebody_else_cannot_make_the_worksheets_write_elsewhere(folder, capsys, name):
    before = sorted(folder.parent.rglob("*"))
    table = pd.read_parquet(folder / "summary.parquet").astype({"scenario": object})
    table.replace({"scenario": {"voorrang": name}}).to_parquet(folder / "summary.parquet")
    assert worksheets.main([str(folder)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: scenario") and said.count("\n") == 1 and name in said
    assert sorted(folder.parent.rglob("*")) == before


def test_every_instrument_is_called_by_its_name_on_the_menukaart(folder):
    plan = plan_of(folder)
    said = {name for row in sheets.organisations(plan).tables[0].rows for item in row[4] + row[5] for name in item.text.split(", ")}
    known = {cls.card.nl for cls in INSTRUMENTS.values()} | {"geen instrument in dit model", "betaalt geen instrument in dit model"}
    assert len(said) > 20 and said <= {part for name in known for part in name.split(", ")}
    assert words.instrument("al_pre_mantelzorgwoning", {}).nl == INSTRUMENTS["pre_mantelzorgwoning"].card.nl
