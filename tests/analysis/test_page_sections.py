"""Sections of the page that need every kind of table: how things stand, how sure, what now, and for researchers."""

from __future__ import annotations

import json
import math
import re
import shlex
from html import unescape
from typing import NamedTuple

import pandas as pd
import pytest

from analysis.estimates.certainty import certainty
from analysis.estimates.deciding import deciding
from analysis.estimates.knowledge import FOLDER, NO_WIDER, OF_OLDER
from analysis.estimates.parting import parting
from analysis.estimates.statistics import wilson
from analysis.page import public_words
from analysis.page.assumption_words import WORDS, assumption
from analysis.page.command import flat, whole
from analysis.page.noticed import certain
from analysis.page.page import page as drawn
from analysis.page.quote import plain
from analysis.page.section import Cell, Chart, Fold, Grid, Page, Section, Words
from analysis.page.sections import next_steps, now, researchers, sureness
from analysis.pipeline import tables_of
from analysis.results import gather
from analysis.tables.for_page import DECIDING
from experiments import compare
from experiments.assumptions import behaviour, of_instrument
from experiments.entry import checked
from sim.interventions import REGISTRY as INSTRUMENTS
from tests import fake_page
from tests import synthetic_tables as made

MAKERS = {"nu": now.section, "zeker": sureness.section, "verder": next_steps.section, "onderzoekers": researchers.section}
BANNED = re.compile(r"\b(95 %|diens|netto|verdringing|Fieller|ruis|werelden|0-1)\b|\?$")
MOST_WORDS, MOST_OF_TITLE = 25, 10


class Case(NamedTuple):
    """A folder that may come."""

    scenarios: tuple[str, ...] = ("basis", "voorrang", "huurgewenning", "placebo")
    seeds: range = range(6)
    ledger: bool = True


CASES = {
    "all": Case(),
    "nothing claimed": Case(("basis", "huurgewenning", "placebo")),
    "no scenario": Case(("basis", "placebo")),
    "no placebo": Case(("basis", "voorrang")),
    "one seed": Case(seeds=range(1)),
    "no ledger": Case(ledger=False),
}


def study() -> pd.DataFrame:
    """Three assumptions that decide about voorrang."""
    rows = [("voorrang", k + 1, key, 0.9 - 0.3 * k, 60) for k, key in enumerate(("voorrang.search", "p_search_senior", "p_refusal"))]
    return pd.DataFrame(rows, columns=["card", "rank", "assumption", "correlation", "draws"])


@pytest.fixture(name="page", params=CASES, scope="module")
def _page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Page:
    case = CASES[request.param]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.estimates.deciding.of_cards", study)
        out = made.write(tmp_path_factory.mktemp("page") / "out", case.scenarios, case.seeds, case.ledger)
        content = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        if "voorrang" in content["scenarios"]:
            content["scenarios"]["voorrang"]["instruments"] = {"voorrang": {"payer": "corporatie", "rank": 1}}
        content["parameters"] = {"p_sight": 0.05, "eur_wealth_owner": 36300.0}
        (out / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
        results = gather(out)
        return Page(results, tables_of(results))


def texts(blocks):
    """All that blocks say, as (text, whether it is a title or a caption)."""
    for block in blocks:
        if isinstance(block, Words):
            yield from block.lines
        elif isinstance(block, Fold):
            yield block.title
            yield from texts(block.blocks)
        elif isinstance(block, Grid):
            yield from (block.caption, *block.header)
            for cell in (cell for row in block.rows for cell in row):
                yield from (one for one in (cell.text, cell.chance, cell.wide) if not hasattr(one, "value"))
        elif isinstance(block, Chart):
            yield from (block.finding, block.subtitle)
            yield from texts([block.figures])


def said_by(section: Section):
    """Every text of a section, without tags."""
    found = [section.finding, section.subtitle, section.menu, *section.sentences, *texts([*section.blocks, *section.researchers])]
    return [plain(one) for one in found]


@pytest.mark.parametrize("key", MAKERS)
def test_a_section_is_whole_whatever_the_run_or_is_not_there(page, key):
    section = MAKERS[key](page)
    if section is None:
        assert not page.order and key in ("zeker", "verder")
        return
    assert section.key == key and len(section.sentences) <= 3
    title = plain(section.finding)
    assert all(0 < len(one.split()) <= MOST_OF_TITLE and not one.endswith("?") for one in title), title
    for text in said_by(section):
        assert (text.nl == "") == (text.en == ""), text
        assert not BANNED.search(text.nl) or "?" in text.nl, text
        assert "<" not in text.nl and "{" not in text.nl and "nan" not in text.nl.split(), text
    for text in section.sentences:
        for sentence in re.split(r"(?<=[.?!]) ", plain(text).nl):
            assert len(sentence.split()) <= MOST_WORDS, sentence


@pytest.mark.parametrize("key", MAKERS)
def test_every_digit_of_a_section_is_a_cell_or_is_said_to_be_none(page, key):
    section = MAKERS[key](page)
    if section is None:
        return
    text = drawn(page, [section])
    body = text[text.index(f'<section id="{key}"') : text.index("</section>", text.index(f'<section id="{key}"'))]
    body = re.sub(
        r'<svg.*?</svg>|<data .*?</data>|<span data-fixed="[^"]*">.*?</span>|<code>.*?</code>|<a .*?</a>', "", body, flags=re.DOTALL
    )
    assert [one for one in map(unescape, re.findall(r">([^<]*)<", body)) if re.search(r"\d", one)] == []


def test_a_figure_that_the_model_cannot_count_says_why(page):
    validation, monitor = page.tables["validation"], page.tables["monitor"]
    if validation.empty:
        return
    of_km = (monitor["key"] == "senior_moves_km") & (monitor["scenario"] == "basis")
    assert of_km.any()
    for key, words in public_words.WORDS.items():
        uncounted = validation.assign(simulated=validation["simulated"].fillna(1.0).where(validation["key"] != key))
        level = monitor.assign(mean=monitor["mean"].where(~of_km, 0.0))
        section = MAKERS["nu"](Page(page.results, page.tables | {"validation": uncounted, "monitor": level}))
        said = said_by(section)
        assert any(words.nothing.nl in text.nl and words.nothing.en in text.en for text in said), key
        assert not any(text.nl.count(words.nothing.nl) > 1 for text in said), "it is said once"
        assert any(text.nl == public_words.NO_WIJKEN.nl for text in said), "a distance of 0 km is that of one area"


def test_what_decides_stands_beside_the_page_and_is_said_in_words(page):
    table = page.tables["deciding"]
    assert tuple(table.columns) == DECIDING.names
    if "voorrang" not in page.order:
        assert table.empty
        return
    said = sureness.hangs_on(page, "voorrang")
    assert WORDS[".search"].nl in said.nl and WORDS["p_search_senior"].en in said.en
    assert sureness.hangs_on(page, "huurgewenning").nl == ""


def test_of_rules_and_of_what_is_done_already_nothing_decides(monkeypatch):
    monkeypatch.setattr("analysis.estimates.deciding.of_cards", study)
    held = {"voorrang": {}}
    assert len(deciding({"a": {"instruments": held}})) == 3
    assert deciding({"a": {"instruments": held, "rules": [1]}}).empty
    assert deciding({"a": {"instruments": {"voorrang": {"already": True}}}}).empty


def test_every_assumption_has_words_in_both_languages():
    keys = [one.key for one in behaviour()] + [one.key for key in INSTRUMENTS for one in of_instrument(key)]
    for key in keys:
        found = WORDS.get("." + key.partition(".")[2] if "." in key else key)
        assert found and found.nl and found.en and found.nl != found.en, key
        assert re.match(r"(hoe|of|wat|wanneer|vanaf|tot|op|met|welk)", found.nl) and len(found.nl.split()) <= 9, found
        assert assumption(key) == found
    assert len({text.nl for text in WORDS.values()}) == len(WORDS), "two assumptions with one name"


def test_the_study_that_ships_has_words_for_what_decides():
    keys = pd.read_csv(FOLDER / "deciding.csv")["assumption"].unique()
    assert [key for key in keys if ("." + key.partition(".")[2] if "." in key else key) not in WORDS] == []


def test_months_of_the_plan_are_those_that_were_counted(page):
    for name in certain(page):
        grid = next_steps.plan(page, [name])
        ends = sorted(set(page.results.effects.query("scenario == @name and indicator == 'senior_moves'")["months_to"]))
        assert next_steps.periods_of(page, name) == ends and len(grid.rows) == len(ends)


def test_how_soon_worlds_part_is_the_mean_over_the_seeds():
    drift = pd.DataFrame({"scenario": "a", "seed": [0, 1, 0, 1], "month": [0, 0, 1, 1], "share_elsewhere": [0.1, 0.3, 0.2, 0.2]})
    found = parting(drift)
    assert found["share_elsewhere"].tolist() == pytest.approx([0.2, 0.2]) and found["seeds"].tolist() == [2, 2]
    assert found["lower"].iloc[0] < 0.2 < found["upper"].iloc[0] and found["lower"].iloc[1] == pytest.approx(0.2)
    assert parting(drift.iloc[:0]).empty


def test_certainty_counts_what_the_table_of_effects_holds(page):
    effects, row = page.results.effects, certainty(page.results.effects).iloc[0]
    rows = effects[(effects["upper"] > effects["lower"]) & (effects["scenario"] != "placebo")]
    of = {name: rows[rows["family"] == name] for name in ("headline", "others", "description")}
    assert [row[key] for key in ("headlines", "comparisons", "descriptions")] == [len(of[name]) for name in of]
    assert [row["headline_claims"], row["claimed"]] == [of[name]["claimed"].sum() for name in ("headline", "others")]
    assert not of["description"]["claimed"].any() and row["by_chance"] == pytest.approx(row["claimed"] / 20)


@pytest.mark.parametrize(
    ("claimed", "said"), [(4, "hooguit 0,2 toch toeval"), (0, "hooguit 0 toch toeval"), (200, "hooguit 10 toch toeval")]
)
def test_rows_are_counted_in_whole_numbers_and_a_share_of_a_claim_is_no_none(claimed, said):
    row = {"of": "all", "headlines": 5, "headline_claims": 1, "comparisons": 400, "claimed": claimed, "by_chance": claimed / 20}
    row |= {"descriptions": 9, "placebo_comparisons": 0, "placebo_misses": 0}
    words = sureness._chance(fake_page.page({"certainty": [row]}, {"a": {}}))
    text = " ".join(plain(line).nl for line in words.lines)
    assert "kozen we 5 hoofdcijfers. Bij 1 daarvan" in text and said in text, text


def test_two_cards_that_hang_on_the_same_thing_name_it_once():
    both = ("huurgewenning", "verhuiskostenvergoeding")
    rows = [
        {"scenario": "a", "instrument": card, "rank": 1, "assumption": f"{card}.rel_known", "correlation": 0.5, "draws": 60}
        for card in both
    ]
    assert len(sureness.deciding(fake_page.page({"deciding": rows}, {"a": {}}), "a")) == 1


def test_the_command_with_every_setting_gives_the_same_configuration():
    typed = ["municipality=vlieland", "scenarios=[basis,voorrang]", "seeds=3", "start=2027-03", "behaviour.p_sight=0.1"]
    typed += ["instruments.voorrang.rank=2", "out=results/een naam"]
    config, _ = checked(compare.COMMAND, typed)
    again = whole(config.model_dump())
    assert checked(compare.COMMAND, shlex.split(again)[3:])[0] == config


def test_each_setting_of_the_run_is_shown_to_its_last_digit(page):
    grid, shown = researchers.settings(page), {}
    for name, value in grid.rows:
        shown[plain(name.text).nl] = value.text
    for path, value in flat(page.results.manifest["parameters"]):
        assert shown[" . ".join(path)].value == value
        assert float(shown[" . ".join(path)].said("en").replace(",", "")) == value


def test_a_hundred_in_a_hundred_is_said_with_its_direction(page):
    if not page.order:
        return
    for row in sureness.section(page).blocks[0].rows:
        cells = [cell for cell in row if isinstance(cell, Cell)]
        assert len(cells) == 6 and plain(cells[2].text).nl


@pytest.mark.parametrize(
    ("measures", "words"),
    [
        ({"a": f"factor; {OF_OLDER}", "b": "factor"}, "verschillende modellen"),
        ({"a": "factor"}, "één losse maatregel"),
        ({"a": "factor", "b": "factor"}, "niet uitgezocht"),
    ],
)
def test_a_chance_of_being_best_that_nobody_knows_says_why(measures, words):
    rows = [fake_page.effect(name, "senior_moves", 100.0, p_sign=0.9, p_best=math.nan, knowledge=said) for name, said in measures.items()]
    grid = sureness._measures(fake_page.page({"effects": rows}, {key: {} for key in measures}))
    assert all(words in plain(cells[3].text).nl for cells in grid.rows)


def test_a_package_is_said_to_stand_outside_the_order():
    best = {"a": 0.6, "b": 0.4, "ab": math.nan}
    rows = [fake_page.effect(name, "senior_moves", 100.0, p_sign=0.9, p_best=one, knowledge="factor") for name, one in best.items()]
    held = {name: {"instruments": {key: {} for key in name}} for name in best}
    page = fake_page.page({"effects": rows}, held)
    said = dict(zip(page.order, (plain(cells[3].text).nl for cells in sureness._measures(page).rows), strict=True))
    assert said["ab"] == "een pakket: doet niet mee" and said["a"].startswith("60 van de 100")


def test_a_chance_of_few_draws_has_its_ends_in_whole_numbers():
    (low,), (high,) = wilson([0.0], 49)
    row = fake_page.effect("a", "senior_moves", 100.0, p_sign=0.9, p_best=0.0, p_best_lower=low, p_best_upper=high, regret=3.0)
    grid = sureness._measures(fake_page.page({"effects": [row]}, {"a": {}}))
    assert [plain(cells[3].text).nl for cells in grid.rows] == ["minder dan 1 van de 100 (0 tot 7)"]


@pytest.mark.parametrize(("knowledge", "alone"), [("factor", False), (f"factor; {NO_WIDER}", True)])
def test_a_certainty_by_chance_alone_says_so(knowledge, alone):
    row = fake_page.effect("a", "senior_moves", 100.0, p_sign=0.999, p_best=0.6, knowledge=knowledge)
    grid = sureness._measures(fake_page.page({"effects": [row]}, {"a": {}}))
    [sign] = [cells[2].text for cells in grid.rows]
    assert ("alleen toeval" in plain(sign).nl, "chance alone" in plain(sign).en) == (alone, alone)
