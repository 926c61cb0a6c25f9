"""The klantreis: journey.csv from any funnel, and a stream whose widths are its numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import PathPatch, Rectangle

from analysis.estimates.journey import DROPPED, ENTERED, LEFT, STAGES, journey
from analysis.page.journey_charts import stream
from analysis.page.section import Chart, Page
from analysis.page.sections import journey as section
from analysis.pipeline import tables_of
from analysis.results import gather
from analysis.tables.for_page import JOURNEY, PASSED, REST
from sim.counts.schema import FUNNEL
from sim.world.codes import DropReason, FunnelKind, Obstacle, Stage, names
from tests import synthetic_tables as made

KEYS = ["scenario", "stage", "kind", "code"]


def test_seniors_are_counted_per_thousand_and_year():
    others = made.others(("basis", "voorrang", "placebo"), range(4))
    funnel = others["funnel"]
    table = journey(lambda name: funnel[funnel["scenario"] == name], others["months"], made.MONTHS).set_index(KEYS)
    assert table.loc[("basis", "woonwens", ENTERED, "all"), "mean"] == pytest.approx(20 * 12 / 2000 * 1000)
    changed = table.loc[("voorrang", "verhuizen", ENTERED, "wish")]
    assert (changed["difference"], changed["difference_lower"], changed["difference_upper"]) == pytest.approx((6.0, 6.0, 6.0))
    assert ("basis", "verhuizen", LEFT, "all") not in table.index  # nobody ever: the model does not note it


rows = st.lists(
    st.tuples(
        st.sampled_from(["basis", "one"]),
        st.integers(0, 2),
        st.integers(-1, 13),
        st.sampled_from(["senior", "family"]),
        st.sampled_from(names(Stage)),
        st.sampled_from(names(FunnelKind)),
        st.sampled_from(["wish", "fall"]),
        st.integers(1, 9),
    ),
    max_size=40,
)


@settings(max_examples=40)
@given(rows)
def test_sums_shares_and_what_is_left_hold_for_any_funnel(given_rows):
    listed = [(*row[:6], "" if row[5] == LEFT else row[6], row[7]) for row in given_rows]  # who leaves a stage has no reason
    funnel = pd.DataFrame(listed, columns=list(FUNNEL.names)).groupby(list(FUNNEL.names[:-1]), as_index=False)["n"].sum()
    months = pd.DataFrame([(name, seed, month, 500) for name in ("basis", "one") for seed in range(3) for month in range(14)])
    months.columns = ["scenario", "seed", "month", "seniors"]
    table = journey(lambda name: funnel[funnel["scenario"] == name], months, 12)
    assert list(table.columns) == list(JOURNEY.names) and not table.duplicated(KEYS).any()
    mean = table.set_index(KEYS)["mean"]
    mine = funnel[(funnel["household_class"] == "senior") & funnel["month"].between(0, 11)]
    for (scenario, stage, kind, code), value in mean.items():
        some = mine[(mine["scenario"] == scenario) & (mine["stage"] == stage)]
        n = {k: some.loc[some["kind"] == k, "n"].sum() for k in names(FunnelKind)}
        before = STAGES[STAGES.index(stage) - 1] if stage != STAGES[0] else None
        came = mine.loc[(mine["scenario"] == scenario) & (mine["stage"] == before) & (mine["kind"] == LEFT), "n"].sum()
        wanted = {PASSED: n[ENTERED] - came, REST: n[ENTERED] - n[LEFT] - n[DROPPED]}.get(kind, n.get(kind))
        if code != "all":
            wanted = some.loc[(some["kind"] == kind) & (some["code"] == code), "n"].sum()
        assert value == pytest.approx(wanted / 3 / 500 * 1000)
    shares = table[(table["code"] != "all") & ~table["kind"].isin([PASSED, REST, LEFT])].groupby(KEYS[:3])["share"]
    assert np.allclose(shares.sum(min_count=1).dropna(), 1)


@pytest.fixture(name="page", scope="module")
def _page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    results = gather(made.write(tmp_path_factory.mktemp("run") / "out"))
    return Page(results, tables_of(results))


def picture(page: Page) -> Chart:
    return next(block for block in section.section(page).blocks if isinstance(block, Chart))


def test_the_stream_is_as_wide_as_its_numbers_at_both_widths(page):
    table = page.tables["journey"].set_index(KEYS)["mean"]
    for narrow in (False, True):
        ax = picture(page).draw("nl", narrow).axes[0]
        bars = [patch.get_height() for patch in ax.patches if isinstance(patch, Rectangle)]
        assert bars == pytest.approx([table[("basis", stage, ENTERED, "all")] for stage in STAGES])
        ribbons = [patch.get_path().vertices for patch in ax.patches if isinstance(patch, PathPatch)]
        widths = [points[3][1] - points[4][1] for points in ribbons] + [points[0][1] - points[7][1] for points in ribbons]
        dropped = table[("basis", "woonwens", DROPPED, "wish_faded")]
        assert min(abs(width - dropped) for width in widths) < 1e-9
        written = {text.get_text() for text in ax.texts if text.get_gid()}
        assert picture(page).figures is not None and len(written) >= len(STAGES)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("share", [0.002, 0.06, 0.3, 0.9])
def test_all_that_the_stream_says_lies_in_the_picture_however_many_come_in_later(page, narrow, share):
    steps = [section._step(page, stage) for stage in STAGES]
    whole = steps[0].entered.value
    later = steps[-1].entered._replace(value=share * whole)
    fig = stream([*steps[:-1], steps[-1]._replace(passed=(section.DIRECT, later))], "nl", narrow)
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    ax = fig.axes[0]
    for one in ax.texts:
        box = one.get_window_extent(canvas.get_renderer())
        assert box.y0 >= 0 and box.y1 <= fig.bbox.y1, one.get_text()
        assert ax.get_ylim()[0] <= one.xy[1] <= ax.get_ylim()[1], f"{one.get_text()}: what is beside the axes is not drawn"
    tops = [patch.get_path().vertices[:, 1].max() for patch in ax.patches if isinstance(patch, PathPatch)]
    assert max(tops) <= ax.get_ylim()[1], "nor is a band"


def changed(page: Page, **columns: float) -> Page:
    """The same page in which every difference is another."""
    table = page.tables["journey"].copy()
    mine = table["scenario"] != "basis"
    for name, value in columns.items():
        table.loc[mine, name] = value
    return Page(page.results, {**page.tables, "journey": table})


def test_what_a_measure_changes_is_said_with_its_sign_or_that_it_is_nothing(page):
    same = section.section(changed(page, difference=0.0, difference_lower=0.0, difference_upper=0.0))
    assert any("verandert hier niets" in line.nl for line in same.sentences)
    for value, sign in ((2.0, "+2,0"), (-2.0, "−2,0")):
        found = section.section(changed(page, difference=value, difference_lower=value - 1, difference_upper=value + 1))
        assert any(sign in line.nl for line in found.sentences)


def test_every_reason_and_stage_has_its_words():
    assert {one.key for one in DropReason} == set(section.REASONS) and set(STAGES) < set(section.NAMES)
    assert set(names(Obstacle)) == set(section.coded(Obstacle))


def test_a_folder_without_seniors_on_their_way_has_no_section(page, tmp_path: Path):
    empty = Page(page.results, {**page.tables, "journey": page.tables["journey"].iloc[:0]})
    assert section.section(empty) is None
    alone = gather(made.write(tmp_path / "out", ("basis",), range(1)))
    assert section.section(Page(alone, tables_of(alone))) is not None
