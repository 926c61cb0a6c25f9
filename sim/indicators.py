"""The one registry of what can be counted in a month or over a period. Pure definitions: no world, no tables.

``source`` says where a value comes from: ``moves`` (summed or averaged over the ledger), ``month`` (a state at the end of a
month, a column of months.parquet) or ``instruments`` (the instruments' ledger).
"""

from __future__ import annotations

from typing import NamedTuple


class Indicator(NamedTuple):
    """One thing that is counted. ``better`` is +1 when more is better, −1 when less is, 0 when neither."""

    key: str
    nl: str
    en: str
    unit: str
    source: str
    better: int
    definition: str
    toolkit: str = ""


_I = Indicator
_LIST = (
    _I("senior_moves", "verhuizingen van senioren", "moves by seniors", "moves", "moves", 1,
       "senior households that move to another home in the period: an empty one, by a swap, or to a home for informal care", "monitor 1/3, Aantal verhuizingen"),
    _I("moves_set_off", "verhuizingen in gang gezet per verhuizing van een senior", "moves set off per senior's move", "moves", "moves", 1,
       "moves after the senior's own in the same chain, mean over the seniors' moves into an empty home in the period; open chains count as far as they came",
       "monitor 1/3, Lengte verhuisketen"),
    _I("moves", "verhuizingen naar een lege woning", "moves into an empty home", "moves", "moves", 1, "all fills in the period"),
    _I("first_moves", "huishoudens die verhuisden", "households that moved", "households", "moves", 1,
       "households that moved at least once since month 0 (moving in with a partner left out), by their class before that move"),
    _I("fit", "passend wonen", "fit", "0-1", "month", 1, "mean fit of the households present, mean over the months of the period"),
    _I("suitable_seniors", "oudere huishoudens die geschikt wonen", "senior households in a suitable home", "households", "month", 1,
       "senior households in a step-free, reachable home, mean over the last twelve months of the period", "opgave 1"),
    _I("unsuitable_seniors", "oudere huishoudens die ongeschikt wonen", "senior households in an unsuitable home", "households", "month", -1,
       "senior households in a home that cannot be adapted for 10,000 euro, mean over the last twelve months", "opgave 2"),
    _I("adaptable_seniors", "oudere huishoudens in een aanpasbare woning", "senior households in an adaptable home", "households", "month", 0,
       "senior households in a home that can be adapted for at most 10,000 euro, mean over the last twelve months", "opgave 3"),
    _I("seniors_with_wish", "oudere huishoudens met een verhuiswens", "senior households with a wish to move", "households", "month", 0,
       "senior households in WOONWENS or WONINGZOEKEN, mean over the last twelve months", "opgave 4"),
    _I("senior_moves_suitable", "verhuizingen van senioren naar een geschikte woning", "seniors' moves into a suitable home", "moves", "moves", 1,
       "senior moves into a step-free, reachable home in the period", "opgave 5, 6"),
    _I("senior_moves_km", "afstand van verhuizingen van senioren", "distance of seniors' moves", "km", "moves", 0,
       "mean straight distance between the areas left and taken", "opgave 6"),
    _I("suitable_dwellings", "woningen die (potentieel) geschikt zijn", "suitable or adaptable homes", "dwellings", "month", 1,
       "homes in stock that are suitable or adaptable, mean over the last twelve months", "opgave 7"),
    _I("splittable_dwellings", "woningen die te splitsen of te delen zijn", "homes that can be split or shared", "dwellings", "month", 0,
       "single-family homes of 150 m2 or more (C40), mean over the last twelve months", "opgave 8"),
    _I("small_in_family_home", "een- en tweepersoonshuishoudens in een eengezinswoning", "one and two persons in a single-family home",
       "households", "month", -1, "mean over the last twelve months", "opgave 9"),
    _I("unsuitable_in_family_home", "daarvan senioren die ongeschikt wonen", "of them seniors in an unsuitable home", "households", "month", -1,
       "senior households of one or two persons in an unsuitable single-family home, mean over the last twelve months", "opgave 10"),
    _I("split_applications", "aanvragen voor splitsing of mantelzorgwoning", "applications to split or for a mantelzorgwoning", "applications",
       "month", 0, "applications in the period to split a home or to place a unit; none where no instrument lets anybody apply", "opgave 11"),
    _I("freed_family_homes", "vrijgekomen gezinswoningen", "family homes freed", "dwellings", "moves", 1,
       "single-family homes of four or more rooms left empty by a senior's move in the period"),
    _I("starters_housed", "starters met een woning", "starters housed", "households", "moves", 1,
       "households without a home of their own that take one in the period"),
    _I("families_housed", "gezinnen naar een andere woning", "families housed", "households", "moves", 1,
       "households of three or more persons that take an empty home in the period"),
    _I("waiting_months", "maanden zoeken tot een corporatiewoning", "months of searching for a corporatie home", "months", "moves", -1,
       "mean months from the start of the search to the keys, over corporatie homes let in the period"),
)
REGISTRY: dict[str, Indicator] = {entry.key: entry for entry in _LIST}
MONTH_STATES = tuple(k for k, entry in REGISTRY.items() if entry.source == "month" and k not in ("fit", "split_applications"))
