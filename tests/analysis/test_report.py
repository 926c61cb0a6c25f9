"""The page, the pictures and the summary of a folder whose effects are known."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from analysis import report
from analysis.collect import collected
from analysis.page import page as pages
from analysis.page.figures import inline, svg
from analysis.page.noticed import MOST_DRAWN, drawn
from analysis.page.quote import gathered
from analysis.page.section import Chart, Page
from analysis.page.sections import without
from analysis.page.sections.researchers import design, reached
from analysis.page.summary import headline, on_top, plain
from analysis.page.words import both, digits_for, number, place
from analysis.pipeline import early_page, finish, tables_of
from analysis.results import gather
from analysis.tables.files import Folder
from analysis.tables.made import CHARTS, OF_OUTCOMES, PAGE
from analysis.worksheets import fill
from sim.world.errors import Refusal
from tests import fake_page
from tests import synthetic_tables as made
from tests.analysis.read_page import paper
from tests.analysis.test_page_without import made as of_others
from tests.unpainted import unpainted


@pytest.fixture(name="run", scope="module")
def _run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    out = made.write(tmp_path_factory.mktemp("run") / "out")
    return out, finish(gather(out))


def unquoted(text: str) -> str:
    """Without tags."""
    return re.sub("<[^>]*>", "", text)


class Reader(HTMLParser):
    """What a page holds: tags left open, ids, headings, words by language."""

    VOID = ("meta", "br", "link", "img", "path", "use", "rect")

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if dict(attrs).get("id"):
            self.ids.append(str(dict(attrs)["id"]))
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append(tag)


def read(out: Path) -> tuple[str, Reader]:
    text = (out / "report.html").read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(text)
    return text, reader


def test_the_first_line_is_one_sentence_with_number_interval_and_comparison(run: tuple[Path, str]) -> None:
    first = run[1].splitlines()[0]
    assert re.fullmatch(
        r"In dit model van Zwolle zijn er in 2 jaar ongeveer 40 verhuizingen van senioren meer met 'Scenario voorrang' dan met "
        r"niets doen \(door toeval 38 tot 42; met de aannames: hier is geen maatregel\)\.",
        first,
    )


def test_the_summary_says_what_is_an_effect_and_what_chance_would_do(run: tuple[Path, str]) -> None:
    text = run[1]
    assert re.search(r"^- Scenario voorrang: \+40 \(38 tot 42\) .* een effect: .*placebo \(±1\); 6 werelden", text, re.MULTILINE)
    assert re.search(r"^- Scenario huurgewenning: geen enkel verschil\.$", text, re.MULTILINE)
    assert "naar schatting is hooguit" in text and "Vooraf gekozen hoofdcijfers: " in text
    text.encode("cp1252")  # a Dutch Windows terminal can show it


@pytest.fixture(name="page", scope="module")
def _page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """What the page of ``run`` is made from."""
    results = gather(made.write(tmp_path_factory.mktemp("page") / "out"))
    return Page(results, tables_of(results))


def drawn_of(page: Page) -> list[Chart]:
    return pages.charts(page, pages.sections(page))


def test_every_file_is_there_and_nothing_half_written(run: tuple[Path, str], page: Page) -> None:
    out = run[0]
    assert {*(table.file for table in PAGE.tables), "report.html"} <= {file.name for file in out.iterdir()}
    keys = [chart.key for chart in drawn_of(page)]
    assert len(keys) == len(set(keys)) and all(key in CHARTS or fnmatchcase(key, OF_OUTCOMES) for key in keys)
    assert {file.name for file in (out / "figures").iterdir()} == {f"{key}{end}" for key in keys for end in (".svg", ".png")}
    assert not list(out.rglob("*.tmp"))


def test_the_wide_dutch_pictures_of_the_page_are_those_that_lie_beside_it(run: tuple[Path, str], page: Page) -> None:
    text = (run[0] / "report.html").read_text(encoding="utf-8")
    for n, chart in enumerate(drawn_of(page)):
        assert inline((run[0] / "figures" / f"{chart.key}.svg").read_bytes(), f"p{n}wn") in text, chart.key


def test_no_request_can_leave_the_page(run: tuple[Path, str]) -> None:
    text, reader = read(run[0])
    assert "http:" not in re.sub(r'xmlns(:xlink)?="[^"]*"', "", text)
    assert "https:" not in text
    for tag, attributes in reader.tags:
        assert tag not in ("link", "iframe", "img", "object", "embed")
        assert not attributes.get("src") and not attributes.get("action")
        for name in ("href", "xlink:href"):
            assert not attributes.get(name) or str(attributes[name]).startswith("#") or tag == "a"
    policy = next(a["content"] for t, a in reader.tags if t == "meta" and "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    own = {"'none'", "'unsafe-inline'", "data:", "blob:"}  # what is in the page, or made by it
    assert {word for rule in policy.split(";") for word in rule.split()[1:]} <= own
    assert "url(" not in text.replace("url(#", "")


def links(reader: Reader) -> set[str]:
    """What a reader can go to, or a picture is made of."""
    return {str(a[name]) for _, a in reader.tags for name in ("href", "xlink:href") if a.get(name)}


def test_every_link_goes_to_a_part_of_the_page_or_to_a_file_beside_it(run: tuple[Path, str]) -> None:
    _, reader = read(run[0])
    inside, beside = ({one for one in links(reader) if one.startswith("#") == part} for part in (True, False))
    assert inside and {one[1:] for one in inside} <= set(reader.ids)
    assert beside and beside <= {file.name for file in run[0].iterdir()}


def test_a_page_that_stands_alone_while_seeds_are_awaited_links_to_no_file(tmp_path: Path) -> None:
    out = made.write(tmp_path / "out")
    with unpainted():
        early_page(replace(gather(out), awaited=20))
    _, reader = read(out)
    assert {one for one in links(reader) if not one.startswith("#")} == set()


def test_the_page_is_well_formed_and_ids_are_unique(run: tuple[Path, str]) -> None:
    text, reader = read(run[0])
    assert reader.wrong == []
    assert reader.stack == []
    assert len(reader.ids) == len(set(reader.ids))
    clips = re.findall(r"url\(#([^)]*)\)", text)
    assert clips
    assert set(clips) <= set(reader.ids)


def test_each_picture_is_named_captioned_and_has_a_table(run: tuple[Path, str], page: Page) -> None:
    text, reader = read(run[0])
    charts = drawn_of(page)
    pictures = [a for _, a in reader.tags if a.get("role") == "img" and a.get("lang")]
    assert len(pictures) == 4 * len(charts)  # for two widths, in two languages
    assert all(a.get("aria-label") for a in pictures)
    figures = {
        key: figure for key, figure in re.findall(r'<figure id="figuur-([^"]*)"(.*?</figure>.*?)(?=<figure|</section>)', text, re.DOTALL)
    }
    assert set(figures) == {chart.key for chart in charts}
    for chart in charts:
        drawing, after = figures[chart.key].split("</figure>", 1)
        assert f'<figcaption>{pages.say(chart.subtitle)} <a href="{chart.file}">' in drawing
        if chart.figures is not None:
            assert re.match(r"\s*<details>.*?<table.*?<caption[^>]*>.*?<th [^>]*scope=\"row\"", after, re.DOTALL), chart.key
    levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_what_is_written_in_a_picture_stands_in_a_table_of_its_section(run: tuple[Path, str]) -> None:
    whole = paper((run[0] / "report.html").read_text(encoding="utf-8"))
    numbers = [at for at in whole.elements if at.cell]
    cells = {(at.section, at.cell) for at in numbers if at.within("table")}
    drawings = [at for at in numbers if at.within("svg")]
    assert drawings
    assert {(at.section, at.cell) for at in drawings} <= cells


def test_every_text_has_both_languages(run: tuple[Path, str]) -> None:
    _, reader = read(run[0])
    spoken = [a.get("lang") for t, a in reader.tags if t in ("span", "div") and a.get("lang") in ("nl", "en")]
    assert spoken.count("nl") == spoken.count("en")


def test_the_page_tells_how_to_repeat_it_and_how_many_were_reached(run: tuple[Path, str], page: Page) -> None:
    text, _ = read(run[0])
    assert "<code>python -m experiments.compare municipality=zwolle</code>" in text
    [row] = reached(page).rows
    assert row[1].text.said("nl") == "12" and f">{gathered(pages.say(row[1].text))[1]}</td>" in text
    assert "CC BY 4.0" in text
    assert "2026–2028" in text  # 24 months from July 2026


def test_the_page_says_which_figures_are_no_finding(run: tuple[Path, str]) -> None:
    assert "Bereikt is nog niet geholpen" in read(run[0])[0], "households reached"
    others = without.section(of_others(500.0, -69.0))
    assert others is not None and others.researchers[0] is without.EXPLAINED
    assert "De rest is het verschil in totaal min deze twee" in without.EXPLAINED.lines[0].nl


def test_effects_on_disk_are_those_of_the_summary_table_alone(tmp_path: Path, run: tuple[Path, str]) -> None:
    out = made.write(tmp_path / "out", with_ledger=False)
    finish(gather(out))
    mine, whole = (pd.read_csv(folder / "effects.csv").drop(columns="misses") for folder in (out, run[0]))
    pd.testing.assert_frame_equal(mine, whole)  # what the base misses is known from the ledger
    assert not (out / "figures" / "ketenlengte.svg").exists()
    assert "ledger=none" in (out / "report.html").read_text(encoding="utf-8")
    assert "ledger=none" not in (run[0] / "report.html").read_text(encoding="utf-8")


def test_the_same_tables_give_the_same_bytes_and_old_pictures_go(tmp_path: Path, run: tuple[Path, str]) -> None:
    out = made.write(tmp_path / "out")
    (out / "figures").mkdir()
    old = {pattern for pattern in PAGE.patterns if "figures/" in pattern}
    for name in (*old, "figures/mine.svg"):
        (out / name).write_text("of an earlier run")
    finish(gather(out))
    for name in (
        "effects.csv",
        "costs.csv",
        "drift.csv",
        "report.html",
        *(f"figures/{p.name}" for p in (run[0] / "figures").iterdir()),
    ):
        assert (out / name).read_bytes() == (run[0] / name).read_bytes(), name
    there = {path.name for path in (out / "figures").iterdir()}
    assert there == {path.name for path in (run[0] / "figures").iterdir()} | {"mine.svg"}, "what is somebody else's stays"


@pytest.mark.parametrize(
    ("scenarios", "seeds", "words"),
    [
        (("basis", "placebo"), range(3), "er is niets om mee te vergelijken"),
        (("basis",), range(3), "Er is geen placebo gerekend"),
        (("basis", "voorrang", "placebo"), range(1), "één keer nagespeeld: geen marge"),
        (("basis", "huurgewenning", "placebo"), range(4), "van geen van de 1 maatregelen te zeggen"),
    ],
)
def test_a_run_with_little_to_compare_still_gets_its_page(tmp_path: Path, scenarios, seeds, words: str) -> None:
    out = made.write(tmp_path / "out", scenarios, seeds)
    with unpainted():
        assert words in finish(gather(out))
    assert (out / "report.html").stat().st_size > 10_000


def test_nothing_is_written_when_a_conclusion_is_forbidden(tmp_path: Path) -> None:
    table = made.summary(("basis", "voorrang"), range(3))
    lost = table[(table["seed"] != 1) | (table["scenario"] == "basis")]
    out = made.write(tmp_path / "out", ("basis", "voorrang"), range(3), tables={"summary": lost})
    with pytest.raises(Refusal, match="voorrang lacks seeds 1"):
        finish(gather(out))
    assert not (out / "effects.csv").exists()
    assert not (out / "report.html").exists()


def test_twins_are_refused_from_the_manifest(tmp_path: Path) -> None:
    out = made.write(tmp_path / "out")
    content = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    content["fingerprints"]["2"] = content["fingerprints"]["1"]
    (out / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(Refusal, match="seeds 1 and 2 have the same world"):
        finish(gather(out))


def test_the_command_rebuilds_and_tells_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report.main([str(tmp_path / "nowhere")]) == 2
    assert "there is no such folder" in capsys.readouterr().err
    assert report.main([str(tmp_path)]) == 2
    assert "is not finished" in capsys.readouterr().err
    out = made.write(tmp_path / "out", ("basis", "placebo"), range(2))
    assert report.main([str(out)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(out / "report.html")


LACKS = [{"files": {}}, {"failed_runs": [{"scenario": "voorrang", "seed": 1, "error": "nobody"}]}, None]
DOORS = {"report": report.rebuild, "worksheets": fill.write, "collect": collected}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("lacks", LACKS, ids=["no files", "failed", "no manifest"])
def test_nothing_is_concluded_from_tables_that_nobody_vouches_for(tmp_path: Path, lacks: dict | None, door: str) -> None:
    out = made.write(tmp_path / "out")
    path = out / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    (out / ".runs").mkdir()
    path.unlink() if lacks is None else path.write_text(json.dumps(content | lacks), encoding="utf-8")
    there = sorted(out.rglob("*"))
    with pytest.raises(Refusal, match=r"not finished|1 runs failed, the first of scenario voorrang, seed 1") as said:
        DOORS[door](out)
    assert str(out) in str(said.value) and sorted(out.rglob("*")) == there


def test_page_and_summary_say_that_scenarios_come_on_top_and_what_they_stop(tmp_path: Path, run: tuple[Path, str]) -> None:
    out = made.write(tmp_path / "run")
    path = out / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["scenarios"]["basis"]["instruments"] = {"al_brieven": {"already": True}}
    content["scenarios"]["voorrang"]["stops"] = ["al_brieven"]
    content.setdefault("instrument_titles", {})["al_brieven"] = {"nl": "Brieven (wat er al is)", "en": "Letters (what is there already)"}
    path.write_text(json.dumps(content), encoding="utf-8")
    results = gather(out)
    title = results.titles["voorrang"]
    said = on_top(results)
    assert said.nl == f"bovenop wat er al is; {title.nl} stopt Brieven (wat er al is)"
    assert said.en == f"on top of what is there already; {title.en} stops Letters (what is there already)"
    assert said.nl in plain(results).replace("'", "’") and any(
        said == row[1].text for row in design(Page(results, tables_of(results))).rows
    )
    assert "bovenop" not in run[1] and on_top(gather(run[0])) is None


def test_a_scenario_with_rules_has_no_effect_of_one_instrument(tmp_path: Path) -> None:
    out = made.write(tmp_path)
    path = out / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["scenarios"]["voorrang"] |= {"instruments": {"huurgewenning": {}}, "rules": [{"do": {"add": {"voorrang": {}}}}]}
    content["scenarios"]["huurgewenning"] |= {"instruments": {"huurgewenning": {}, "voorrang": {}}}
    path.write_text(json.dumps(content), encoding="utf-8")
    table = gather(out).naive.query("indicator == 'senior_moves'").set_index(["scenario", "instrument"])["effect"]
    assert table.drop("alle", level="instrument").isna().all(), "it is known as a whole, and is not the rest of another"
    assert table["voorrang", "alle"] == pytest.approx(40)


def test_titles_are_escaped_and_headline_takes_the_larger_claim(tmp_path: Path) -> None:
    out = made.write(tmp_path / "out")
    content = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    content["scenarios"]["voorrang"]["title"]["nl"] = "<b>Voorrang</b> & meer"
    (out / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    results = gather(out)
    assert "<b>Voorrang</b>" in headline(results).nl
    page = pages.page(Page(results, tables_of(results)), [])
    assert "&lt;b&gt;Voorrang&lt;/b&gt; &amp; meer" in page
    assert "<b>Voorrang</b> &" not in page


def test_each_chart_table_holds_every_scenario_and_value(page: Page) -> None:
    charts = {chart.key: chart for chart in drawn_of(page)}
    for chart in charts.values():
        assert chart.figures is None or all(len(row) == len(chart.figures.header) for row in chart.figures.rows)
    rows = [[title.text.nl, cell.text.said("nl"), unquoted(cell.chance.nl)] for title, cell, _ in charts["extra_verhuizingen"].figures.rows]
    assert rows == [["Scenario voorrang", "+40", "38 tot 42"], ["Scenario huurgewenning", "0", "elke keer precies gelijk"]]
    assert {row[1].text.said("nl") for row in charts["ketenlengte"].figures.rows} == {"2,0"}  # a senior and the starter who follows


def test_the_english_summary_names_the_same_numbers(run: tuple[Path, str]) -> None:
    results = gather(run[0])
    found = [re.findall(r"\d+", plain(results, language).splitlines()[0]) for language in ("nl", "en")]
    assert sorted(found[0]) == sorted(found[1])


@pytest.mark.parametrize(
    ("value", "digits", "language", "sign", "text"),
    [
        (1234.5, 1, "nl", False, "1.234,5"),
        (1234.5, 1, "en", False, "1,234.5"),
        (-2.0, 0, "nl", False, "−2"),
        (2.0, 0, "nl", True, "+2"),
        (-0.001, 1, "nl", True, "0,0"),
        (float("nan"), 0, "nl", False, "–"),
    ],
)
def test_numbers_are_written_as_the_language_does(value: float, digits: int, language: str, sign: bool, text: str) -> None:
    assert number(value, digits, language, sign) == text


@pytest.mark.parametrize(("half", "digits"), [(29.0, 0), (2.6, 0), (0.5, 1), (0.023, 2), (0.00001, 4), (0.0, 0)])
def test_decimals_follow_the_width_of_the_interval(half: float, digits: int) -> None:
    assert digits_for(half) == digits


NAMES = [
    ("zwolle", "Zwolle"),
    ("s-gravenhage", "’s-Gravenhage"),
    ("bergen-op-zoom", "Bergen op Zoom"),
    ("delft+s-gravenhage", "Delft, ’s-Gravenhage"),
]


@pytest.mark.parametrize(("slug", "name"), NAMES)
def test_a_place_gets_its_name_back(slug: str, name: str) -> None:
    assert place(slug) == name


def test_a_picture_with_colours_shows_those_with_the_largest_effects_and_says_so():
    names = [f"scenario_{k}" for k in range(MOST_DRAWN + 3)]
    effects = [fake_page.effect(name, "senior_moves", (-1) ** k * float(k)) for k, name in enumerate(names)]  # the last are the largest
    page = fake_page.page({"effects": effects}, {name: {} for name in names}, tuple(names))
    some, left_out = drawn(page, list(page.order))
    assert some == names[3:] and unquoted(left_out.nl).startswith(f" Getekend zijn de {MOST_DRAWN} maatregelen")
    assert drawn(page, some) == (some, both(""))


@pytest.mark.parametrize("key", ["drift", "klantreis_verschil"])
def test_a_picture_that_leaves_measures_out_says_so(key: str, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    [whole] = [chart for chart in drawn_of(page) if chart.key == key]
    assert "Getekend" not in whole.subtitle.nl
    monkeypatch.setattr("analysis.page.noticed.MOST_DRAWN", 1)
    [some] = [chart for chart in drawn_of(page) if chart.key == key]
    assert "Getekend" in some.subtitle.nl
    counts = [
        sum(title.nl in str(svg(partial(chart.draw, "nl", False))) for title in page.results.titles.values()) for chart in (whole, some)
    ]
    assert counts[0] > counts[1]


def test_a_table_without_scenarios_or_cut_short_is_refused_with_its_name(tmp_path):
    pd.DataFrame({"seed": [1]}).to_parquet(tmp_path / "attribution.parquet")
    with pytest.raises(Refusal, match=r"attribution\.parquet.*scenario"):
        Folder(tmp_path).scenarios("attribution")
    (tmp_path / "attribution.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(Refusal, match=r"attribution\.parquet is damaged"):
        Folder(tmp_path).scenarios("attribution")
