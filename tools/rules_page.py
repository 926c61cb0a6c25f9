"""Rules of the model in one page: readable twins of kernels as the tests hold them, each under a sentence that says it (docs/rules.md)."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

from sim.world.errors import Refusal

ROOT = Path(__file__).resolve().parents[1]


class Rule(NamedTuple):
    """One rule: what it says, where its figures come from, the readable version and the kernel that must give the same."""

    title: str
    says: str
    source: str
    twin: str  # file:function
    kernel: str  # file:function


RULES = (
    Rule(
        "Rooms that a household needs",
        "One for the household, one for each couple or single adult; children share by two, from 12 to 17 with one of their sex.",
        "the EU norm for room and occupation ([F41](evidence.md#f41))",
        "tests/twins/month.py:rooms_needed",
        "sim/population/persons.py:rooms_needed",
    ),
    Rule(
        "Rent after huurtoeslag",
        "Above an own part of the rent all is paid back, then 65 %, then 40 %; less a share of the income above a point.",
        "the law of the start year ([D76](evidence.md#d76), [D77](evidence.md#d77)); see [amounts of law](odd.md#amounts-of-law)",
        "tests/twins/kernels.py:net_rent",
        "sim/behaviour/fit.py:net_rent",
    ),
    Rule(
        "A decision, with and without each instrument",
        "A household decides by its logit; instruments only add to it, and one is decisive if the answer differs without it.",
        "the form is an assumption; the logits are [parameters](odd.md#parameters)",
        "tests/twins/kernels.py:decide",
        "sim/behaviour/notes.py:twice",
    ),
    Rule(
        "What is left of what people were told",
        "The levers awareness and search fade by the months since the last contact; help, money and rules do not.",
        "an assumption; how fast is the [parameter](odd.md#parameters) `rel_forgotten`",
        "tests/twins/kernels.py:what_is_left",
        "sim/behaviour/memory.py:remembered",
    ),
    Rule(
        "Who looks for a home this month",
        "Of all who search and have accepted nothing, a keyed share looks; so does who is registered, has a home and is awake this month.",
        "[parameters](odd.md#parameters) of the market",
        "tests/twins/kernels.py:looking",
        "sim/market/searchers.py:looking_rows",
    ),
    Rule(
        "Who may live in a home",
        "A home may ask an age; one of a corporatie also an income limit, a rent that suits the income, and three persons for many rooms.",
        "[amounts of law](odd.md#amounts-of-law): DAEB limits and passend toewijzen ([D08](evidence.md#d08), [D10](evidence.md#d10))",
        "tests/twins/market.py:eligible",
        "sim/market/allocation.py:eligible",
    ),
    Rule(
        "The rent that a mover feels under a rent arrangement",
        "The old rent, the old rent with an amount on top, or at first only a part of the rise.",
        "the instrument that offers it ([instruments](odd.md#instruments))",
        "tests/twins/market.py:felt_rent",
        "sim/behaviour/money.py:rent_felt",
    ),
    Rule(
        "Who comes first for a home",
        "Corporatie: urgency, points, then months of registration; for sale: points, then budget; free rent: points, then a lottery.",
        "how corporaties let homes, simplified (assumption)",
        "tests/twins/market.py:rank_of",
        "sim/market/allocation.py:rank_of",
    ),
    Rule(
        "Who gets which home",
        "Everybody asks for the best home left on the list; each home holds the first in its order and turns the others down.",
        "deferred acceptance (Gale and Shapley, 1962)",
        "tests/twins/matching.py:_deferred_acceptance",
        "sim/market/matching.py:clear",
    ),
    Rule(
        "Who swaps homes with whom",
        "Everybody points at the best home left, or at the own; who stands in a circle trades, until nobody is left.",
        "top trading cycles (Shapley and Scarf, 1974)",
        "tests/twins/trading.py:top_trading_cycles",
        "sim/market/trading.py:top_trading_cycles",
    ),
)


def function(place: str) -> str:
    """The text of a function, given as file:function. Raises Refusal where it is not there."""
    file, _, name = place.partition(":")
    text = (ROOT / file).read_text(encoding="utf-8") if (ROOT / file).is_file() else ""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return ast.get_source_segment(text, node) or ""
    raise Refusal(f"tools/rules_page.py: there is no function {name} in {file}: name the one that says the rule now")


def made_rules() -> str:
    """Each rule with its sentence, its source, and the readable version word for word."""
    parts = []
    for one in RULES:
        function(one.kernel)  # it must be there
        file, _, name = one.kernel.partition(":")
        read = one.twin.partition(":")[0]
        held = f"Source: {one.source}.\nIn the model: `{name}` of [{file}](../{file}). Below: `{read}`."
        parts.append(f"## {one.title}\n\n{one.says}\n{held}\n\n```py\n{function(one.twin)}\n```\n")
    return "\n".join(parts)


def made_invariants() -> str:
    """What ``experiments.check`` holds against the tables, by the table whose rows a fault is in."""
    import analysis.invariants.folder  # noqa: F401  (enters them all)
    from analysis.invariants.rule import REGISTRY, TABLE_OF

    lines = ["| file | what must hold | read beside it |", "|---|---|---|"]
    files = [table.file for table in TABLE_OF.values()]
    for one in sorted(REGISTRY.values(), key=lambda one: (files.index(one.table.file), one.says)):  # whoever was imported first
        beside = ", ".join(
            f"`{TABLE_OF[name].file if name in TABLE_OF else 'manifest.json'}`" for name in one.reads[1:] if name != "results"
        )
        lines.append(f"| `{one.table.file}` | {one.says} | {beside or ('all tables of the run' if 'results' in one.reads else '')} |")
    return "\n".join(lines) + "\n"
