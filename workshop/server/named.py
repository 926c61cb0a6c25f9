"""Names of what is counted and of whom, as screens have them: two counts that are alike but not the same have two names."""

from __future__ import annotations

from analysis.page import words
from analysis.page.words import Text
from sim.world.codes import HouseholdClass

COUNTED = {
    "families_housed": Text(
        "Huishoudens van drie of meer mensen naar een lege woning", "Households of three or more people into an empty home"
    )
}
CLASSES = {HouseholdClass.FAMILY.key: Text("gezinnen met kinderen", "families with children")}  # no seniors, a child at home


def indicator(key: str) -> Text:
    """The name of what is counted."""
    return COUNTED.get(key) or words.indicator(key)


def group(key: str) -> Text:
    """The name of a group of households."""
    return CLASSES.get(key) or words.GROUPS.get(key, words.both(words.readable(key)))
