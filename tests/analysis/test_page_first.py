"""Rules of the first screen: the evidence beside each measure, why nothing differs, and chances that are never none or all."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd
import pytest

from analysis.page import first
from analysis.page import page as pages
from analysis.page.figures import style
from analysis.page.section import Page
from analysis.page.sections import cards, sureness
from analysis.page.words import LANGUAGES
from analysis.pipeline import tables_of
from analysis.results import gather
from sim.parameters.evidence import STRONGEST_FIRST
from tests import synthetic_tables as made
from tests.fake_page import plain


@pytest.fixture(name="whole", scope="module")
def _whole(tmp_path_factory: pytest.TempPathFactory) -> Page:
    results = gather(made.write(tmp_path_factory.mktemp("first") / "out"))
    return Page(results, tables_of(results))


def with_tables(page: Page, **changed: pd.DataFrame) -> Page:
    return Page(page.results, {**page.tables, **changed})


def with_evidence(page: Page, marks: Mapping[str, str]) -> Page:
    """A page on which each measure rests on what is given."""
    shown = [{"scenario": name, "instrument": key, "evidence": mark} for name, mark in marks.items() for key in ("voorrang", "all")]
    rows = pd.DataFrame(shown).reindex(columns=page.tables["cards"].columns)
    return with_tables(page, cards=rows.astype({"already": bool}).assign(already=False))


def test_signs_of_evidence_differ_without_colour_and_grow_with_the_evidence() -> None:
    assert list(cards.SIGNS) == list(cards.MARKS) == list(STRONGEST_FIRST)
    filled = [sign.count("■") for sign in cards.SIGNS.values()]
    assert filled == sorted(set(filled), reverse=True)
    assert {len(sign) for sign in cards.SIGNS.values()} == {filled[0]}


@pytest.mark.parametrize("turn", range(len(STRONGEST_FIRST)))
def test_evidence_stands_beside_each_measure_in_picture_legend_table_and_alternative_text(whole: Page, turn: int) -> None:
    marks = {name: STRONGEST_FIRST[(k + turn) % len(STRONGEST_FIRST)] for k, name in enumerate(whole.order)}
    page = with_evidence(whole, marks)
    [chart] = first.charts(page)
    html = pages.page(page, [])
    for language in LANGUAGES:
        labels = re.findall(rf'role="img" lang="{language}" aria-label="([^"]*)"', html)
        for narrow in (False, True):
            with style():
                [ax] = chart.draw(language, narrow).axes
            drawn = [" ".join(one.get_text().split()) for one in (*ax.get_yticklabels(), *ax.texts)]
            for name, mark in marks.items():
                assert f"{page.results.titles[name].of(language)} {cards.SIGNS[mark]}" in drawn
        assert len(labels) == 2
        for row, (name, mark) in zip(chart.figures.rows, marks.items(), strict=True):
            said = cards.MARKS[mark].of(language)
            assert plain(row[-1].text.of(language)) == f"{cards.SIGNS[mark]} {said}"
            assert all(f"{page.results.titles[name].of(language)} ({said})" in label for label in labels)
        for mark, sign in cards.SIGNS.items():
            assert f"{sign} {cards.MARKS[mark].of(language)}" in chart.subtitle.of(language)


def test_without_a_table_of_cards_no_sign_is_promised(whole: Page) -> None:
    [chart] = first.charts(with_tables(whole, cards=whole.tables["cards"].iloc[:0]))
    assert not chart.beside.nl
    assert not any(sign in chart.subtitle.nl for sign in cards.SIGNS.values())


def same_as_basis(page: Page, but: int | None = None) -> Page:
    """A page on which no number of a measure differs, or one row does."""
    effects = page.tables["effects"].assign(claimed=False, lower=0.0, upper=0.0, difference=0.0)
    if but is not None:
        effects.loc[effects.index[effects["scenario"].isin(page.order)][but], "difference"] = 0.25
    return with_tables(page, effects=effects)


@pytest.mark.parametrize(
    ("strength", "reached", "said", "why"),
    [
        (0.0, 0.0, "de sterkte staat op 0", "niet uitgevoerd"),
        (1.0, 0.0, "verandert geen maatregel iets", "geen huishouden bereikt"),
        (1.0, 4.0, "verandert geen maatregel iets", "precies gelijk"),
    ],
)
def test_a_run_in_which_nothing_differs_says_so_and_why_in_its_first_sentence(whole, monkeypatch, strength, reached, said, why) -> None:
    monkeypatch.setitem(whole.results.manifest["configuration"], "strength", strength)
    page = same_as_basis(with_tables(whole, cards=whole.tables["cards"].assign(reached=reached)))
    [(finding, more)] = first.sentences(page)
    [chart] = first.charts(page)
    assert said in plain(finding.nl) and said in plain(chart.finding.nl) and why in plain(more.nl)
    for row in (0, -1):
        other = same_as_basis(page, row)
        assert all(said not in plain(one.nl) for one in (*first.sentences(other)[0], first.charts(other)[0].finding))


@pytest.mark.parametrize("chance", [0.0, 0.004, 0.2, 0.994, 1.0])
def test_no_chance_is_said_to_be_none_or_all(whole: Page, chance: float) -> None:
    page = with_tables(whole, effects=whole.tables["effects"].assign(p_sign=chance, p_best=chance))
    html = pages.page(page, [section for section in (sureness.section(page),) if section])
    text = " ".join(plain(html).split())
    found = re.findall(r"(\d+) van de 100|(\d+) in 100", text)
    assert found and not any({"0", "100"} & set(one) for one in found)
    assert ("minder dan 1 van de 100" in text) == (chance < 0.01) and ("meer dan 99 van de 100" in text) == (chance > 0.99)


@pytest.mark.parametrize(
    ("difference", "low", "high", "said"),
    [(-25.0, -68.0, 19.0, "68 minder tot 19 meer"), (22.0, -11.0, 79.0, "11 minder tot 79 meer"), (-25.0, -68.0, -9.0, "9,0 tot 68")],
)
def test_a_sentence_of_more_or_fewer_says_both_where_other_assumptions_turn_it_round(whole, difference, low, high, said) -> None:
    changed = whole.tables["effects"].assign(
        difference=difference, lower=difference - 1, upper=difference + 1, lower_full=low, upper_full=high, claimed=True, knowledge="shift"
    )
    page = with_tables(whole, effects=changed)
    _, who = first.who(page, "voorrang")
    assert f"met aannames: {said})" in plain(who.nl)
