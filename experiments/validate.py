"""The base world beside its targets, the public figures: ``python -m experiments.validate municipality=zwolle``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd

from analysis.tables.made import VALIDATION
from experiments import compare, declared_test
from experiments.entry import HydraCommand, main
from experiments.runs.plan import Plan, make_plan
from experiments.schema import Compare
from sim.counts.schema import MONTHS, TABLES
from sim.world.names import BASIS
from sim.world.places import resolve

TOO_SHORT = "Persons who move are counted by whole years, and there is none: their targets say none. Ask for months=12 or more."


def base_only(config: Compare) -> Plan:
    """A plan with the base world alone: no placebo, no effects."""
    plan = make_plan(config.model_copy(update={"scenarios": [BASIS], "ledger": "all"}))
    for parts in (plan.scenarios, plan.contents, plan.titles):
        for name in [name for name in parts if name != BASIS]:
            del parts[name]
    if config.out is None:  # a folder of its own: the comparison's holds other scenarios
        plan = replace(plan, config=plan.config.model_copy(update={"out": f"{plan.out.as_posix()}-validate"}))
    return plan


def execute(plan: Plan, out: Path | None, command: str) -> int:
    """Run what is not finished, then print and write validation.csv and judged.csv."""
    place = str(plan.design["municipality"])
    return compare.execute(plan, out, command, finish=lambda folder, content: report(folder, plan.config.months, place, command))


def report(out: Path, months: int, place: str, command: str) -> int:
    """Read the tables, write and print the comparison; a place of the declared test leaves a line in its log before that."""
    from analysis.estimates import beside_rivals, judged, person_rates, validation
    from analysis.estimates.ledger_counts import COUNTED
    from analysis.tables.files import Folder

    counted = {name: pd.read_parquet(out / TABLES[name].file) for name in (*COUNTED, MONTHS.name)}
    persons = person_rates.of_folder(Folder(out), months)
    codes = set(resolve(place).gemeenten) if persons else set[str]()
    tables = validation.tables(counted, counted[MONTHS.name], months)._replace(persons=persons)
    table, rivals = judged.judge(tables, place), beside_rivals.beside(tables, place)
    standing = beside_rivals.as_text(beside_rivals.standing(rivals, place, codes))
    declared_test.note(place, command, f"{judged.verdict(table)}; {beside_rivals.in_short(rivals, codes)}")
    VALIDATION.write(out, {"validation": validation.compare(tables), "judged": table, "rivals": rivals})
    short = [] if persons else [TOO_SHORT]
    print(judged.as_text(table, place), *short, standing, sep="\n\n")
    print(out / "judged.csv")
    return 0


COMMAND = HydraCommand("validate", "validate", Compare, base_only, execute)

if __name__ == "__main__":
    sys.exit(main(COMMAND))
