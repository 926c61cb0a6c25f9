"""What is counted of a ledger: the same as pandas counts move by move, of any ledger and of one that ran; and it can be added up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.estimates import chain_length
from analysis.estimates.chain_length import READINGS
from analysis.estimates.ledger_counts import COUNTED, LedgerCounts, Numbers
from analysis.tables.files import Folder
from sim import run
from sim.counts.ledger_numbers import NEEDED, Ledger, instruments, numbers_table, of_ledger
from sim.counts.schema import CHAINS, MOVES, TEXT
from sim.world.codes import Contact, DwellingType, EndReason, HouseholdClass, Origin, Tenure, Trigger, names
from tests.counted import counted
from tests.twins import ledger_chains as twin_chains
from tests.twins import ledger_numbers as twin_numbers

MONTHS, LAST, START = 24, 35, "2026-07"
WORDS = {"tenure": names(Tenure), "type": names(DwellingType), "area": ("WK001900", "WK001901", "WK002000")}
RUN = [(seed, n) for seed, n in ((0, 0), (1, 1), (2, 6), (3, 400), (4, 3_000))]


def made(seed: int, n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A ledger of ``n`` moves in a third as many chains, in which anything that may occur does: several moves after one, moves without
    a chain, homes that nobody follows in, chains from before the start."""
    rng = np.random.default_rng(seed)
    number, chains = np.arange(n), max(1, n // 3)
    vacancy = rng.random(n) < 0.9
    left = vacancy & (rng.random(n) < 0.6)
    parent = np.where(rng.random(n) < 0.6, rng.integers(0, np.maximum(number, 1)), -1)
    parent = np.where((parent >= 0) & left[parent] & vacancy, parent, -1) if n else parent
    chain, link, month = np.where(vacancy, rng.integers(0, chains, n), -1), np.where(vacancy, 1, 0), rng.integers(0, LAST, n)
    for k in np.flatnonzero(parent >= 0):
        chain[k], link[k], month[k] = chain[parent[k]], link[parent[k]] + 1, min(LAST, month[parent[k]] + rng.integers(0, 9))
    home = {side: {key: rng.choice(words, n) for key, words in WORDS.items()} for side in ("from", "to")}
    housed = left | (rng.random(n) < 0.1)
    size = {side: {"rooms": rng.integers(1, 7, n), "floor_area": rng.integers(20, 200, n) / 2, "rent": rng.integers(2, 15, n) * 100.0}
            for side in ("from", "to")}  # fmt: skip
    of = {f"{side}_{key}": np.where(housed | (side == "to"), one, "") for side in home for key, one in home[side].items()}
    of |= {f"{side}_{key}": np.where(housed | (side == "to"), one, 0) for side in size for key, one in size[side].items()}
    start = rng.integers(-2, MONTHS + 3, chains)
    np.minimum.at(start, chain[vacancy], month[vacancy])  # nobody moves in before the home comes free
    origin = np.where(start < 0, Origin.VOOR_START.key, rng.choice([one.key for one in Origin if one != Origin.VOOR_START], chains))
    moves = pd.DataFrame(
        of
        | {"month": month, "fills_vacancy": vacancy, "move_id": number, "parent_move_id": parent, "chain_id": chain, "link": link}
        | {"in_scope": vacancy & (start[chain] >= 0) & (start[chain] < MONTHS), "left_vacancy": left}
        | {"household_id": rng.integers(0, max(1, n), n), "household_class": rng.choice(names(HouseholdClass), n)}
        | {"age": rng.integers(18, 99, n), "household_size": rng.integers(1, 6, n), "from_dwelling": np.where(housed, number, -1)}
        | {"left_home_elsewhere": ~housed & (rng.random(n) < 0.5), "trigger": rng.choice(names(Trigger), n), "nood": rng.random(n) < 0.3}
        | {"first_contact": rng.choice(names(Contact), n), "instruments": rng.choice(["", "al_x", "a", "a+b", "al_x+b"], n)}
        | {name: rng.integers(0, 99, n) for name in ("waited_months", "registered_months", "candidates")}
    )
    table = pd.DataFrame(
        {"chain_id": np.arange(chains), "origin": origin, "start_month": start, "open": rng.random(chains) < 0.3}
        | {f"origin_{key}": rng.choice(words, chains) for key, words in WORDS.items()}
        | {"end_reason": rng.choice(names(EndReason), chains)}
    )
    return moves.sample(frac=1, random_state=seed), table.sample(frac=1, random_state=seed)


@pytest.fixture(scope="module")
def ran() -> dict[str, pd.DataFrame]:
    world = run.burn_in("terschelling", 1, 12, 12, 4)
    base = run.run_scenario(world)
    return run.run_scenario(world, {"voorrang": {"allow_empty": True}, "verhuiskostenvergoeding": {"allow_empty": True}}, base=base).tables


def as_numbers(table: pd.DataFrame) -> dict[tuple[str, str], float]:
    return dict(zip(zip(table["key"].astype(str), table["name"].astype(str), strict=True), table["value"], strict=True))


def check_numbers(moves: pd.DataFrame, chains: pd.DataFrame, months: int, start: str) -> None:
    mine = as_numbers(numbers_table(moves, chains, months, start))
    wide = moves.sort_index().astype(dict.fromkeys(moves.select_dtypes("float32"), float))  # as on disk: pandas adds up in the type it has
    theirs = twin_numbers.numbers(wide, chains, months, start)
    assert {key for key, value in theirs.items() if value} <= set(mine)
    assert mine == {key: float(theirs.get(key, 0)) for key in mine}


def check_chains(worlds: list[tuple[pd.DataFrame, pd.DataFrame]], months: int, last: int) -> None:
    moves, chains = (pd.concat([one[k].assign(scenario="basis", seed=seed) for seed, one in enumerate(worlds)]) for k in (0, 1))
    mine = chain_length.ledger(*counted(moves, chains, last, months))
    theirs = twin_chains.ledger(moves, chains, last, months)
    assert (list(mine.segments), mine.origins, list(mine.seeds)) == (list(theirs.segments), theirs.origins, list(theirs.seeds))
    code = pd.Index(mine.origins)
    got = chain_length.count(mine, mine.links["origin"], mine.homes["origin"], len(code))
    expected = twin_chains.count(theirs, code.get_indexer(theirs.links["origin"]), code.get_indexer(theirs.chains["origin"]), len(code))
    for name, one in got._asdict().items():
        np.testing.assert_array_equal(one, getattr(expected, name), name)
    for reading in READINGS:
        found = chain_length.continuation(mine, ("origin", "link"), reading).set_index(["origin", "link"])
        twin = twin_chains.continuation(moves, chains.astype({"origin": str}), ("origin", "link_class"), reading, last)
        twin = twin.rename(columns={"link_class": "link"}).drop(columns="scenario").set_index(["origin", "link"])
        pd.testing.assert_frame_equal(found, twin, check_dtype=False, check_index_type=False)


@pytest.mark.parametrize(("seed", "n"), RUN)
def test_numbers_of_any_ledger_are_those_that_pandas_counts(seed, n):
    check_numbers(*made(seed, n), MONTHS, START)


def test_chains_of_any_ledger_are_those_that_pandas_counts():
    check_chains([made(seed, n) for seed, n in RUN if n > 100], MONTHS, LAST)


def test_a_ledger_that_ran_is_counted_by_the_run_as_pandas_counts_it(ran):
    check_numbers(ran["moves"], ran["chains"], 12, "2026-01")
    check_chains([(ran["moves"], ran["chains"])], 12, 15)
    again = of_ledger(ran["moves"], ran["chains"], 12, 15, "2026-01")
    for name in COUNTED:
        pd.testing.assert_frame_equal(ran[name], again[name])


def test_what_is_counted_of_the_file_is_what_the_run_counted(ran, tmp_path):
    for name in ("moves", "chains"):
        ran[name].assign(scenario="basis", seed=3).to_parquet(tmp_path / f"{name}.parquet")
    counts = LedgerCounts(Folder(tmp_path), 12, 15, "2026-01")
    assert counts.known and not counts.stored and counts.scenarios() == ["basis"]
    from_moves = {name: counts.table(name, "basis") for name in COUNTED}
    for name in COUNTED:
        ran[name].assign(scenario="basis", seed=3).to_parquet(tmp_path / f"{name}.parquet")
    (tmp_path / "moves.parquet").unlink()
    stored = LedgerCounts(Folder(tmp_path), 12, 15, "2026-01")
    assert stored.known and stored.stored and stored.scenarios() == ["basis"]
    for name, table in from_moves.items():
        keys = [one for one in table.columns if one not in ("n", "n_open", "value")]
        texts = dict.fromkeys(table.select_dtypes(exclude=["number", "bool"]), str)
        both = [one[list(table)].astype(texts).set_index(keys).sort_index() for one in (table, stored.table(name, "basis"))]
        pd.testing.assert_frame_equal(*both, check_dtype=False)


def test_every_column_that_is_counted_from_is_read_and_no_other(ran):
    """Fewer would not do: each is missed."""
    few = {name: ran[name][list(columns)] for name, columns in NEEDED.items()}
    of_ledger(**few, months=12, last=15, start="2026-01")
    for name, columns in NEEDED.items():
        for column in columns:
            with pytest.raises(KeyError, match=column):
                of_ledger(**(few | {name: few[name].drop(columns=column)}), months=12, last=15, start="2026-01")


def test_counts_of_parts_add_up_to_the_whole():
    moves, chains = made(*RUN[-1])
    whole = chain_length.ledger(*counted(moves.assign(seed=0), chains.assign(seed=0), LAST, MONTHS))
    parts = [whole.part(k, k + 1) for k in range(len(whole.areas))]
    for table, key in (("links", "link"), ("homes", "first")):
        mine = [getattr(one, table) for one in (whole, *parts)]
        first = [one["n"][one[key] == 1].sum() for one in mine]
        rest = [one["n"][one[key] != 1].sum() for one in mine]
        assert first[0] == sum(first[1:]) > 0 and set(rest[1:]) == {rest[0]}, "what all chains share is in each part"


def test_a_seed_without_such_a_move_counts_0_and_has_no_mean():
    moves, chains = made(*RUN[3])
    nobody = numbers_table(moves.assign(household_class="family"), chains, MONTHS, START)
    both = pd.concat([nobody.assign(seed=0), numbers_table(moves, chains, MONTHS, START).assign(seed=1)])
    found = Numbers(both)
    assert found.count("nood_wens", "nood")[0] == 0 < found.count("nood_wens", "nood")[1]
    assert set(found.mean("same_area")) == {1} and found.seeds == [0, 1]
    assert found.sum("helped_moves", "") == sum(found.count("helped_moves").values())


@given(st.lists(st.tuples(st.integers(0, 2 * MONTHS), st.sampled_from(["", "al_x", "a", "a+b", "a+al_x"])), min_size=1))
def test_a_move_that_carries_several_instruments_is_one_move(rows):
    moves = pd.DataFrame(rows, columns=["month", "instruments"])
    once = [month for month, carried in rows if {*carried.split("+")} & {"a", "b"} and month < MONTHS]
    assert instruments(Ledger(moves, pd.DataFrame(), MONTHS, START)) == {("helped_moves", ""): len(once)}


def test_texts_of_the_ledger_that_are_counted_have_words_or_are_areas_or_names():
    for table, of in ((MOVES, NEEDED["moves"]), (CHAINS, NEEDED["chains"])):
        open_ended = {one.name for one in table.columns if one.kind == TEXT and one.name in of and not one.words}
        assert open_ended <= {"from_area", "to_area", "origin_area", "instruments"}
