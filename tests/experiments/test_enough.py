"""Worlds are added until intervals are narrow: on width alone, from eight on, and never more than were asked for."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.estimates.effects import effects
from analysis.estimates.statistics import seeds_for
from experiments import compare, sweep
from experiments.enough import FEWEST, Looked, go_on, of_headlines
from experiments.entry import checked, main
from experiments.runs.plan import make_plan
from experiments.schema import Compare, check
from sim.world.errors import Refusal

KEYS = {"months": 2, "burn_in": 0, "follow_up": 0, "start": "2026-01", "strength": 1, "workers": 1, "first_seed": 0, "ledger": "none"}


def planned(**keys):
    return make_plan(check(Compare, KEYS | {"municipality": "terschelling", "scenarios": "basis"} | keys))


def asked(plan, needs, there=0):
    """The seeds of each run before the last, where so many are needed after each; and of the last."""
    seen, left = [], iter(needs)

    def run(some, _look):
        seen.append(some.config.seeds)
        needed = next(left)
        return needed and Looked(max(some.config.seeds, there), needed)

    last = go_on(plan, run, quiet=True).config.seeds
    return [*seen, last]


@pytest.mark.parametrize(
    ("most", "needs", "seeds"),
    [
        (100, [8], [8, 8]),  # enough at once: the last time it runs nothing, and tells
        (100, [11, 11], [8, 11, 11]),
        (100, [90, 90, 90, 90, 90], [8, 16, 32, 64, 90, 90]),  # never more than twice as many on what a few seeds say
        (40, [1000, 1000, 1000], [8, 16, 32, 40]),
        (5, [], [5]),
        (100, [None], [8, 8]),  # a run failed: these are told
    ],
)
def test_seeds_are_added_until_they_are_enough_and_never_more_than_asked_for(most, needs, seeds):
    assert asked(planned(seeds=most, width=0.1), needs) == seeds


def test_seeds_of_an_earlier_run_in_the_folder_count():
    assert asked(planned(seeds=100, width=0.1), [20], there=24) == [8, 8]


def test_without_a_width_all_seeds_run_at_once():
    assert asked(planned(seeds=50), []) == [50]


@given(st.lists(st.floats(-50, 50), min_size=3, max_size=12, unique=True), st.floats(-1000, 1000), st.sampled_from([0.01, 0.1]))
def test_whether_a_difference_is_there_decides_nothing(deviations, shift, width):
    """The same worlds with another mean difference ask for the same seeds: nobody stops because a result is there."""
    n = len(deviations)
    half = [of_headlines(table(np.array(deviations) + more), width) for more in (0.0, shift)]
    wanted = seeds_for([width * 100.0], [np.std(deviations, ddof=1)])[0]
    assert half == pytest.approx([wanted, wanted], abs=1.01) and n >= 3


def table(differences):
    rows = [
        (scenario, seed, "senior_moves", "all", "all", 0, 2, 100.0 + (one if scenario == "a" else 0.0))
        for seed, one in enumerate(differences)
        for scenario in ("basis", "a")
    ]
    columns = ["scenario", "seed", "indicator", "group_by", "group", "months_from", "months_to", "value"]
    return effects(pd.DataFrame(rows, columns=columns))


def test_auto_is_a_width_and_a_most_and_what_is_typed_beside_it_stays():
    for typed, wanted in ((["seeds=auto"], 0.01), (["seeds=auto", "width=0.2"], 0.2), (["width=0.2", "seeds=auto"], 0.2)):
        config, _ = checked(compare.COMMAND, ["municipality=terschelling", *typed])
        assert (config.seeds, config.width) == (100, wanted)
    with pytest.raises(Refusal, match="seeds=auto: a whole number is needed"):
        checked(sweep.COMMAND, ["municipality=terschelling", "seeds=auto"])


def test_a_run_ends_at_eight_seeds_where_the_width_is_large_and_tells_of_them(tmp_path, capsys):
    keys = [f"{key}={one}" for key, one in KEYS.items()]
    asked_for = [*keys, "municipality=terschelling", "scenarios=[basis]", "seeds=12", "width=1", f"out={tmp_path / 'out'}"]
    assert main(compare.COMMAND, asked_for) == 0
    content = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert content["seeds"] == list(range(FEWEST)) and content["configuration"]["seeds"] == FEWEST
    assert "width=1" in content["command"] and (tmp_path / "out" / "report.html").is_file()
