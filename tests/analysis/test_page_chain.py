"""The section on the chain: which chains are drawn, what is said of them, and what its title says of any lengths."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.estimates.chain_examples import FEWEST_LINKS, HOME, OF_CHAINS, OF_MOVES, ROWS, every_so_many, examples, home_by_home
from analysis.page.chain_charts import ENDS
from analysis.page.chain_drawing import FLAGS, SHAPES, TENURES, TRIGGERS, WHO, drawing
from analysis.page.section import Chart, Drawing, Page
from analysis.page.sections import chain
from analysis.pipeline import tables_of
from analysis.results import gather
from analysis.tables.for_page import CHAIN_EXAMPLES, CHAIN_HUNDRED
from sim.world.codes import DwellingType, EndReason, HouseholdClass, Tenure, Trigger, names
from tests import synthetic_tables as made


class Kept:
    """A folder that holds these chains and moves."""

    def __init__(self, chains: pd.DataFrame, moves: pd.DataFrame) -> None:
        self.tables = {"chains": chains, "moves": moves}

    def of_scenario(self, name, columns, scenario, where=()):
        table = self.tables[name]
        table = table[table["scenario"] == scenario]
        for column, sign, value in where:
            table = table[{"==": table[column] == value, ">=": table[column] >= value, "<": table[column] < value}[sign]]
        return table[list(columns)]


def ledger(lengths: list[int], first: list[str], helped: list[bool], open_: list[bool], seed: int = 3, name: str = "one") -> Kept:
    """Chains of these lengths, by the class of their first mover; chain k begins in month k."""
    chains, moves = [], []
    for k, (n, who, with_help, still) in enumerate(zip(lengths, first, helped, open_, strict=True)):
        end = "open" if still else "starter"
        chains.append((name, seed, k, "death", k, n, end, still))
        for link in range(1, n + 1):
            row = dict.fromkeys(OF_MOVES, "") | {
                "scenario": name, "seed": seed, "month": k + link, "fills_vacancy": True, "chain_id": k, "link": link,
                "household_class": who if link == 1 else "family", "age": 30 + link, "household_size": link, "trigger": "wish",
                "instruments": "voorrang" if with_help and link == 1 else "", "left_vacancy": link < n or still,
                "from_area": "WK1", "from_tenure": "koop", "from_type": "eengezins", "from_rooms": 4,
                "to_area": "WK2", "to_tenure": "corporatie", "to_type": "meergezins", "to_rooms": 3,
            }  # fmt: skip
            moves.append(row)
    frame = pd.DataFrame(moves, columns=list(OF_MOVES))
    return Kept(pd.DataFrame(chains, columns=list(OF_CHAINS)), frame)


some = st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["senior", "family"]), st.booleans(), st.booleans()), min_size=1, max_size=30)


@given(some)
def test_the_chain_that_is_drawn_is_the_first_that_the_rule_allows(rows):
    kept = ledger(*map(list, zip(*rows, strict=True)))
    found = home_by_home(kept.tables["chains"], kept.tables["moves"])
    seniors = [(k, n, with_help, still) for k, (n, who, with_help, still) in enumerate(rows) if n and who == "senior"]
    wanted = None
    for group in ([one for one in seniors if one[2]], seniors):  # the rule again, one chain at a time
        lengths = sorted(one[1] for one in group)
        median = lengths[(len(lengths) - 1) // 2] if lengths else 0
        for n in range(max(FEWEST_LINKS, median), 20):
            of_length = [one[0] for one in group if one[1] == n and not one[3]]
            if wanted is None and of_length:
                wanted = min(of_length)
    assert found == wanted


@given(some)
def test_links_are_whole_chains_and_the_hundred_are_counted_once(rows):
    kept = ledger(*map(list, zip(*rows, strict=True)))
    links, hundred = examples(kept, "one", months=1000)
    assert list(links.columns) == list(CHAIN_EXAMPLES.names) and list(hundred.columns) == list(CHAIN_HUNDRED.names)
    for _, one in links.groupby("chain"):
        n = int(one["moves"].iloc[0])
        assert list(one["link"]) == (list(range(1, n + 1)) or [0])
        assert list(one["left_type"] != "") == ([k < n or one["end"].iloc[0] == "open" for k in range(1, n + 1)] or [False])
    for by in ("moves", "end"):
        assert (
            hundred.loc[hundred["by"] == by, "chains"].sum() == hundred.loc[hundred["by"] == "all", "chains"].sum() == min(len(rows), ROWS)
        )


@given(st.integers(1, 5000))
def test_the_hundred_lie_at_equal_distances(n):
    rows = every_so_many(pd.DataFrame({"chain_id": np.arange(n)}))["chain_id"].to_numpy()
    assert len(rows) == min(n, ROWS) == len(set(rows))
    if n > ROWS:
        assert set(np.diff(rows)) <= {n // ROWS, n // ROWS + 1} and rows[0] + rows[-1] == pytest.approx(n - 1, abs=n / ROWS)


def test_every_word_that_a_link_can_hold_has_a_picture_or_a_phrase():
    assert set(SHAPES) == set(names(DwellingType)) and set(TENURES) == set(names(Tenure)) and set(TRIGGERS) == set(names(Trigger))
    assert set(WHO) == set(names(HouseholdClass)) and set(FLAGS) == set(ENDS) == set(names(EndReason))
    assert set(HOME) == {"area", "tenure", "type", "rooms"}


@pytest.fixture(name="page", scope="module")
def _page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    results = gather(made.write(tmp_path_factory.mktemp("run") / "out"))
    links, hundred = examples(ledger([3, 0, 1, 3], ["senior"] * 4, [True] * 4, [False] * 4, name="voorrang"), "voorrang", 100)
    return Page(results, tables_of(results) | {"chain_examples": links, "chain_hundred": hundred})


def with_lengths(page: Page, difference: float, half: float, placebo: float = 0.0) -> Page:
    """The same page with another difference in the length of all chains, in every scenario."""
    table = page.tables["chain_lengths"].copy()
    mine = ~table["scenario"].isin(["basis", "placebo"])
    table.loc[mine, "difference"] = difference
    table.loc[mine, ["difference_lower", "difference_upper"]] = [difference - half, difference + half]
    table.loc[table["scenario"] == "placebo", ["difference_lower", "difference_upper"]] = [-placebo, placebo]
    return Page(page.results, {**page.tables, "chain_lengths": table})


@pytest.mark.parametrize(
    ("difference", "half", "placebo", "said"),
    [
        (0.1, 0.01, 0.0, "procent langer"),
        (0.1, 0.01, 0.2, "Bij geen maatregel zien we langere ketens"),
        (0.1, 0.2, 0.0, "Bij geen maatregel zien we langere ketens"),
        (0.005, 0.001, 0.0, "Geen maatregel maakt ketens merkbaar langer"),
        (-0.1, 0.01, 0.0, "Bij geen maatregel zien we langere ketens"),
        (0.0, 0.0, 0.0, "Bij geen maatregel zien we langere ketens"),
        (0.1, np.nan, 0.0, "Een keten telt gemiddeld"),
        (np.nan, np.nan, 0.0, "Een keten telt gemiddeld"),
    ],
)
def test_the_title_says_longer_only_where_it_is_told_and_can_be_noticed(page, difference, half, placebo, said):
    found = chain.section(with_lengths(page, difference, half, placebo))
    assert said in found.finding.nl


def test_one_chain_is_drawn_and_it_says_that_it_proves_nothing(page):
    one = next(block for block in chain.section(page).blocks if isinstance(block, Drawing))
    for language, words in zip(("nl", "en"), chain.PROVES_NOTHING, strict=True):
        assert str(words) in one.html[language] and one.html[language].count("<li") == 3
        assert "Wijk" not in one.html[language]


@pytest.mark.parametrize("end", names(EndReason))
def test_the_last_home_is_drawn_empty_where_nobody_lives_in_it(page, end):
    links = page.tables["chain_examples"]
    mine = links[links["chain"] == links["chain"].iloc[0]].assign(end=end)
    mine.loc[mine.index[-1], ["left_tenure", "left_type", "left_area"]] = ["koop", "flex", "WK1"]
    mine.loc[mine.index[-1], "left_rooms"] = 2
    tables = {**page.tables, "chain_examples": mine}
    html = drawing(Page(page.results, tables), mine)["nl"]
    assert html.count("<li") == len(mine) + (end in ("open", "withdrawn", "demolished")) and FLAGS[end].nl in html


def test_pictures_are_drawn_for_both_widths_and_a_folder_without_a_ledger_has_no_section(page, tmp_path: Path):
    for chart in (block for block in chain.section(page).blocks if isinstance(block, Chart)):
        wide, narrow = (chart.draw("nl", narrow).get_size_inches()[0] for narrow in (False, True))
        assert wide > narrow
    results = gather(made.write(tmp_path / "out", with_ledger=False))
    assert chain.section(Page(results, tables_of(results))) is None
