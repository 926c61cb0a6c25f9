"""Rules that hold for every picture of the page: a colour for each measure, letters that can be read, nothing over anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis.estimates.knowledge import NO_WIDER
from analysis.page import bars, words
from analysis.page import page as pages
from analysis.page.chain_charts import ENDS, _draw
from analysis.page.figures import LOOKS, NARROW, OTHER, style
from analysis.page.noticed import coloured, look
from analysis.page.section import Chart, Page
from analysis.page.sections import who
from analysis.pipeline import tables_of
from analysis.results import gather
from tests import fake_page
from tests import synthetic_tables as made


@pytest.fixture(name="page", scope="module")
def _page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    results = gather(made.write(tmp_path_factory.mktemp("pictures") / "out"))
    return Page(results, tables_of(results))


def charts(page: Page) -> list[Chart]:
    return pages.charts(page, pages.sections(page))


def drawn(chart: Chart, language: str = "nl", narrow: bool = False) -> Figure:
    with style():
        return chart.draw(language, narrow)


def name_of(text: str) -> str:
    """A name as it stands in a picture, without line breaks and without signs after it."""
    return re.sub(r"[^\w)]+$", "", " ".join(text.split()))


def colours(figure: Figure, names: set[str]) -> Iterator[tuple[str, str]]:
    """(measure, colour) of all that a picture says by its legend, by the name beside a row, or by the title of a panel."""
    for legend in figure.legends:
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
            if name_of(text.get_text()) in names:
                yield name_of(text.get_text()), to_hex(handle.get_color())  # type: ignore[union-attr]
    for ax in figure.axes:
        of_row = {float(at): name_of(label.get_text()) for at, label in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True)}
        bars = [line for line in ax.get_lines() if line.get_marker() == "None" and len(set(line.get_ydata())) == 1]
        named = name_of(ax.get_title(loc="left"))
        for line in bars:
            name = named if named in names else of_row.get(float(line.get_ydata()[0]), "")
            if name in names:
                yield name, to_hex(line.get_color())
        for patch in ax.patches if named in names else ():
            yield named, to_hex(patch.get_facecolor())


def test_a_measure_has_one_colour_in_every_picture_also_where_others_are_missing(page: Page) -> None:
    first = page.order[0]
    some = {key: table[table["scenario"] != first] if key in ("parting", "journey") else table for key, table in page.tables.items()}
    found: dict[str, dict[str, str]] = {}
    for one in (page, Page(page.results, some)):
        names = {page.results.titles[name].nl: name for name in page.order}
        for chart in charts(one):
            for title, colour in colours(drawn(chart), set(names)):
                found.setdefault(names[title], {}).setdefault(colour, chart.key)
    assert found == {name: {look(page, name)[0].lower(): next(iter(found[name].values()))} for name in page.order}


def test_no_two_measures_that_have_a_colour_have_the_same_and_the_others_are_grey() -> None:
    names = [f"scenario_{k}" for k in range(len(LOOKS) + 3)]
    effects = [fake_page.effect(name, "senior_moves", (-1) ** k * float(k)) for k, name in enumerate(names)]  # the last are the largest
    page = fake_page.page({"effects": effects}, {name: {} for name in names}, tuple(names))
    assert coloured(page) == names[3:]
    assert len({look(page, name) for name in names[3:]}) == len(LOOKS)
    assert OTHER not in LOOKS and {look(page, name) for name in [*names[:3], "basis"]} == {OTHER}


def test_no_letter_is_smaller_than_a_phone_can_show(page: Page) -> None:
    for chart in charts(page):
        for language in ("nl", "en"):
            figure = drawn(chart, language, narrow=True)
            assert figure.get_figwidth() <= NARROW
            small = {one.get_text() for one in figure.findobj(Text) if one.get_text().strip() and one.get_fontsize() < 9}
            assert not small, chart.key


def test_a_picture_of_changes_names_a_difference_only_where_it_is_told_from_chance(page: Page) -> None:
    for lower in (-1.0, 1.0):
        table = page.tables["journey"].assign(difference=2.0, difference_lower=lower, difference_upper=3.0)
        [chart] = [one for one in charts(Page(page.results, {**page.tables, "journey": table})) if one.key == "klantreis_verschil"]
        assert ("Het meest" in chart.finding.nl) == (lower > 0), lower


def test_every_colour_of_a_hundred_chains_is_in_the_legend() -> None:
    chains = pd.DataFrame({"moves": [0, 1, 3, 4], "end": [*ENDS][:4]})
    figure = _draw(chains, {("end", end): None for end in chains["end"]}, "nl", True)  # type: ignore[arg-type]
    shown = {to_hex(one.get_facecolor()) for one in figure.axes[0].patches if one.get_width()}
    assert shown == {to_hex(one.get_facecolor()) for one in figure.legends[0].legend_handles}  # type: ignore[union-attr]


def test_the_title_of_fit_hides_no_difference_that_its_picture_shows(page: Page) -> None:
    effects = page.tables["effects"]
    fit = (effects["indicator"] == "fit") & effects["scenario"].isin(page.order)
    for group, word in (("senior", "nauwelijks"), ("nobody", "niet zichtbaar")):
        table = effects.assign(claimed=effects["claimed"] & ~fit | fit & (effects["group"] == group))
        other = Page(page.results, {**page.tables, "effects": table})
        panels = who._fit_panels(other, (("all", "all"), ("class", "senior")))
        assert len(panels) == 2 and word in who._fit_chart(other, panels).finding.nl, group


NONE = {"lower_full": float("nan"), "upper_full": float("nan")}
SEEN = {  # what stands in a table of a measure, and what the words below the picture say of it
    "known": ({}, "Dun: ook met andere aannames"),
    "not studied": (NONE | {"knowledge": "the study does not count it"}, "niet uitgezocht"),
    "no wider": ({"knowledge": f"factor; {NO_WIDER}"}, "niet breder"),
    "open": ({"upper_full": float("nan")}, "zonder bovengrens"),
}


@pytest.mark.parametrize("own", [None, object()], ids=["of the study", "own draws"])
@pytest.mark.parametrize("there", [some for n in (1, 2, 4) for some in combinations(SEEN, n)], ids="+".join)
def test_below_a_picture_stands_why_thin_lines_lack_and_nothing_of_what_is_not_in_it(there, own) -> None:
    rows = [fake_page.effect(name, "senior_moves", 10.0, **SEEN[name][0]) for name in there]
    page = fake_page.page({"effects": rows}, {name: {} for name in there})
    page.results.own_draws = own  # type: ignore[misc]
    shown = [bars.bar(page, words.both(name), page.effect(name, "senior_moves"), claimed=True) for name in there]
    said = bars.legend(page, [bars.Panel(words.both(""), tuple(shown))]).nl
    assert {name for name, (_, words_of) in SEEN.items() if words_of in said} == {*there}
    assert ("Geen dunne streep" in said) == ("known" in there and len(there) > 1)
    if "no wider" in there:
        assert ("in de trekkingen niet breder" in said) == (own is not None) != ("in de studie niet breder" in said)
