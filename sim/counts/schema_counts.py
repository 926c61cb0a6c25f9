"""Tables that are counted from the ledger of a run, for estimates that cannot read all its moves (see ``sim.counts.ledger_counts``)."""

from __future__ import annotations

from sim.counts.schema_columns import REAL, SHORT, TEXT, TRUTH, WHOLE, YES, Column, Table
from sim.world.codes import Origin

FREED = ("every home", "family home")  # that seniors left
NEXT_OF = {"persons": ("1", "2", "3+"), "home": ("starter", "with a home")}  # who came to live in it
NOBODY = ("empty", "demolished")
_C = Column
_SEGMENT = "tenure/kind of home"
CHAIN_LINKS = Table(
    "chain_links",
    "kind of move in the chains that began in the run",
    "counted from moves and chains of the run, for lengths of chains; can be added up over runs, areas and origins. Chains under way at "
    "month 0 are not in it",
    ("origin_area", "origin", "link", "parent_segment", "segment", "left_segment", "elsewhere", "senior"),
    (
        _C("origin_area", TEXT, "code", "wijk of the first home of its chain; empty after the first move of a chain", False),
        _C("origin", TEXT, Origin, "why the first home of its chain was empty", False),
        _C("link", SHORT, "number", "of the move in its chain, from 1; 3 for all from the third on", False),
        _C("parent_segment", TEXT, _SEGMENT, "the home taken, as the move before it left it; empty at a chain's start", False),
        _C("segment", TEXT, _SEGMENT, "the home taken", False),
        _C("left_segment", TEXT, _SEGMENT, "the home that it left empty; empty if none", False),
        _C("elsewhere", TRUTH, YES, "whether an arrival left a home elsewhere", False),
        _C("senior", TRUTH, YES, "whether a senior household moves", False),
        _C("n", WHOLE, "moves", "of this kind", False),
    ),
    large=True,
)
CHAIN_HOMES = Table(
    "chain_homes",
    "kind of home that came free and months in which it was followed",
    "counted from moves and chains of the run, beside chain_links: first homes of chains, by wijk and origin, and homes that moves of "
    "chain_links left",
    ("origin_area", "origin", "segment", "age", "filled", "first"),
    (
        _C("origin_area", TEXT, "code", "wijk of the first home of a chain; empty for a home that a mover left", False),
        _C("origin", TEXT, (Origin, ""), "why the first home was empty; empty for a home that a mover left", False),
        _C("segment", TEXT, _SEGMENT, "the home", False),
        _C("age", SHORT, "months", "until it was filled, else until the end of the follow-up", False),
        _C("filled", TRUTH, YES, "whether it was filled", False),
        _C("first", TRUTH, YES, "whether it is the first home of a chain", False),
        _C("n", WHOLE, "dwellings", "of this kind", False),
        _C("n_open", WHOLE, "chains", "that began with them and are still open", False),
    ),
    large=True,
)
LEDGER_NUMBERS = Table(
    "ledger_numbers",
    "number and class",
    "counted from moves and chains of the run: what monitor.csv, freed_homes.csv, naive.csv and validation.csv say of them, of one run. "
    "A count that is not there is 0",
    ("key", "name"),
    (
        _C("key", TEXT, "key", "of the number: a row of the monitor, or what another table is made from", False),
        _C("name", TEXT, "name", "of the class; empty if there is one number only", False),
        _C("value", REAL, "by key", "of this run", False),
    ),
    large=True,
)


def next_key(homes: str, by: str) -> str:
    """Key in ledger_numbers of who came to live in homes that seniors left (one of FREED, one of NEXT_OF)."""
    return f"next_{by}_{homes.replace(' ', '_')}"
