"""Which public figures the base world misses, and which indicators hang on one that it misses."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

NOT_COMPARED = "not compared"  # there is no public figure, or nobody to count it of
_MOVING = ("rate_65", "rate_65_74", "realised_65", "definite_wish")  # how often seniors move, want to, and succeed
_SUITED = ("unsuitable",)  # F05 says it of homes that suit or can be adapted, and of no finer class
_WAITING = ("search_time", "success", "candidates")  # how scarce a corporatie home is for who looks for one
_FREED = ("freed_all", "freed_koop", "freed_vrij", "turnover_corporatie")
_CHAIN = ("first_link", "second_link", "later_links", "homes_freed", "starter_links")
RESTS_ON: Mapping[
    str, tuple[str, ...]
] = {  # indicator or row of the opgave to figures of the same thing, as near as the public ones come; () where none is
    "senior_moves": _MOVING,
    "first_moves": _MOVING,
    "senior_moves_suitable": (*_MOVING, *_SUITED),
    "senior_moves_wens": _MOVING,
    "senior_moves_nood": _MOVING,
    "senior_moves_share_nood": (),
    "senior_moves_km": ("own_wijk", "inside_gemeente"),
    "moves_set_off": _CHAIN,
    "moves": _FREED,
    "freed_family_homes": ("freed_koop", "turnover_corporatie"),  # nearly all family homes are one or the other
    "starters_housed": ("starter_links", "starter_social"),
    "families_housed": ("rate_45_54",),  # the only public rate of an age with children at home
    "fit": (),
    "fit_gain": (),
    "suitable_seniors": _SUITED,
    "unsuitable_seniors": _SUITED,
    "adaptable_seniors": _SUITED,
    "suitable_dwellings": _SUITED,
    "seniors_with_wish": ("possible_wish", "definite_wish"),
    "splittable_dwellings": (),
    "small_in_family_home": (),
    "unsuitable_in_family_home": _SUITED,
    "split_applications": (),
    "waiting_months": ("search_time", "registration"),
    "senior_households_moved": ("rate_65",),  # this and the next are rows of the opgave
    "candidates_per_senior_home": ("candidates",),
    "vasthouders": (),
    "vasthouders_start_moved": ("rate_65",),
    "vasthouders_start_there": ("rate_65",),
    "vasthouders_start_ended": (),
    "vastzitters": _WAITING,
    "vastzitters_senior": (*_WAITING, "realised_65"),
    "vastzitters_no_offer": ("vacancy", "freed_all"),
    "vastzitters_not_eligible": (),
    "vastzitters_too_expensive": (),
    "vastzitters_unsuitable": (),
    "vastzitters_outranked": _WAITING,
    "vastzitters_start_moved": ("realised_all", "search_time"),
    "vastzitters_start_searching": _WAITING,
    "vastzitters_start_stopped": (),
    "vastzitters_start_ended": (),
}
SHIPPED = frozenset({"freed_koop", "search_time", "candidates", "success", "starter_social", "later_links"})  # missed in both places


def hits(validation: pd.DataFrame) -> dict[str, bool]:
    """Figure to whether the base world is within 25 % of it; figures of nobody are left out. Rows as ``validation.compare``."""
    known = validation[validation["simulated"].notna()]
    return dict(zip(known["key"], known["hit"].astype(bool), strict=True))


def of_indicator(indicator: str, found: Mapping[str, bool]) -> str:
    """The figures that an indicator hangs on and the base world misses: keys with spaces between them, empty where it misses none."""
    compared = [key for key in RESTS_ON.get(indicator, ()) if key in found]
    return " ".join(key for key in compared if not found[key]) if compared else NOT_COMPARED
