"""A folder with every table that the commands leave, made once for all tests that read it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from experiments import attribute, compare, entry, goals, validate
from tests.unpainted import unpainted

GOALS = """
title: {nl: Doelen, en: Goals}
goals: {meer: {title: {nl: Meer, en: More}, indicator: senior_moves, above_basis: 0.05, within: 12}}
doses: {verhuiskostenvergoeding.eur_grant: [100, 500]}
"""
PLAN = {
    "title": {"nl": "Plan", "en": "Plan"},
    "instruments": {
        "verhuiskostenvergoeding": {"eur_budget": 3000, "who": {"rooms": 1, "tenure": "any"}},
        "wooncoach_sociaal": {"fte_per_1000": 2},
    },
}
# worlds in which each rule has something to see
SHARED = [
    "municipality=vlieland",
    "months=14",
    "burn_in=13",
    "follow_up=3",
    "workers=1",
    "seeds=2",
    "first_seed=26",
]


@pytest.fixture(scope="session")
def every_table(tmp_path_factory) -> Path:
    """The folder; who changes it works on a copy."""
    home = tmp_path_factory.mktemp("every_table")
    (home / "plan.yaml").write_text(yaml.safe_dump(PLAN), encoding="utf-8")
    (home / "goals.yaml").write_text(GOALS, encoding="utf-8")
    shared, out = [*SHARED, f"scenario_dir={home}", f"out={home / 'out'}"], home / "out"
    with unpainted():
        assert entry.main(compare.COMMAND, [*shared, "scenarios=[plan]", "ledger=all", "behaviour=posterior", "draws=8"]) == 0
        assert entry.main(attribute.COMMAND, [*shared, "scenario=plan"]) == 0
        assert entry.main(goals.COMMAND, [*shared, "scenario=plan", f"goals={home / 'goals.yaml'}", "trials=3"]) == 0
        validate.report(out, 14, "vlieland", "")
    return out


@pytest.fixture(name="base", scope="session")
def _base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pages of all variants stand: each is made once by a process."""
    return tmp_path_factory.mktemp("pages")
