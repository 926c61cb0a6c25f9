"""The one registry of what can be counted in a month or over a period. Pure definitions: no world, no tables.

``source`` says where a value comes from: ``moves`` (summed or averaged over the ledger) or ``month`` (a column of months.parquet).
"""

from __future__ import annotations

from typing import NamedTuple

HEADLINE = ("senior_moves", "suitable_seniors", "starters_housed")  # what a run claims first, unless it names others
# no indicators of their own, but estimands of first moves: what users owe to instruments, and what others lost to users in a clearing
DIRECT, LOST = "first_moves_direct", "first_moves_lost"


class Indicator(NamedTuple):
    """One thing that is counted.

    Attributes:
        better: +1 when more is better, −1 when less is, 0 when neither.
        over_movers: a mean or share over those who moved: two worlds have different movers, so it describes them and is no effect.
    """

    key: str
    nl: str
    en: str
    unit: str
    source: str
    better: int
    definition: str
    toolkit: str = ""
    over_movers: bool = False


# fmt: off
_I = Indicator
_LIST = (
    _I("senior_moves", "verhuizingen van senioren", "moves by seniors", "moves", "moves", 1,
       "senior households that move to another home in the period: an empty one, by a swap, or to a home for informal care", "monitor 1/3, Aantal verhuizingen"),
    _I("moves_set_off", "verhuizingen in gang gezet per verhuizing van een senior", "moves set off per senior's move", "moves", "moves", 1,
       "moves after the senior's own in the same chain, mean over the seniors' moves into an empty home in the period; open chains count as far as they came",
       "monitor 1/3, Lengte verhuisketen", over_movers=True),
    _I("moves", "verhuizingen naar een lege woning", "moves into an empty home", "moves", "moves", 1, "all fills in the period"),
    _I("first_moves", "huishoudens die verhuisden", "households that moved", "households", "moves", 1,
       "households that moved at least once since month 0 (moving in with a partner left out), by their class before that move"),
    _I("fit", "passend wonen", "fit", "0-1", "month", 1, "mean fit of the households present, mean over the months of the period"),
    _I("fit_gain", "passender wonen na een verhuizing", "fit gained by a move", "0-1", "moves", 1,
       "mean fit after less fit before, over moves by choice from a home in the area; two worlds have different movers, so it describes them "
       "and is no effect on anybody", over_movers=True),
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
       "mean straight distance between the areas left and taken", "opgave 6", over_movers=True),
    _I("suitable_dwellings", "woningen die (potentieel) geschikt zijn", "suitable or adaptable homes", "dwellings", "month", 1,
       "homes in stock that are suitable or adaptable, mean over the last twelve months", "opgave 7"),
    _I("splittable_dwellings", "woningen die te splitsen of te delen zijn", "homes that can be split or shared", "dwellings", "month", 0,
       "single-family homes of 150 m2 or more, of all tenures (C40 counts owned ones of one or two persons of 55-75), mean over the last twelve months", "opgave 8"),
    _I("small_in_family_home", "een- en tweepersoonshuishoudens in een eengezinswoning", "one and two persons in a single-family home",
       "households", "month", -1, "mean over the last twelve months", "opgave 9"),
    _I("unsuitable_in_family_home", "daarvan senioren die ongeschikt wonen", "of them seniors in an unsuitable home", "households", "month", -1,
       "senior households of one or two persons in an unsuitable single-family home, mean over the last twelve months", "opgave 10"),
    _I("split_applications", "aanvragen voor splitsing of mantelzorgwoning", "applications to split or for a mantelzorgwoning", "applications",
       "month", 0, "applications in the period to split a home or to place a unit; none where no instrument lets anybody apply", "opgave 11"),
    _I("vasthouders", "vasthouders", "vasthouders: seniors who hold on to a home in demand", "households", "month", 0,
       "senior households without a wish (HUIDIGE_WONING) in a home in high demand: homes of its kind (gemeente, tenure, single-family or "
       "not, up to three, four or more rooms) taken in the last twelve months drew n_candidates_high responses each or more; mean over the "
       "last twelve months", "Ambities: vasthouders"),
    _I("vastzitters", "vastzitters", "vastzitters: households stuck in their search", "households", "month", -1,
       "households with a home that have searched for dur_vastzitter months or longer, mean over the last twelve months",
       "Ambities: vastzitters"),
    _I("vastzitters_senior", "vastzitters: daarvan senioren", "vastzitters: seniors among them", "households", "month", -1,
       "of the vastzitters, mean over the last twelve months", "Ambities: vastzitters"),
    _I("vastzitters_no_offer", "vastzitters: zien geen aanbod", "vastzitters: no offer", "households", "month", -1,
       "vastzitters who most often saw no home on offer; who never looked in this search is in no group"),
    _I("vastzitters_not_eligible", "vastzitters: komen niet in aanmerking", "vastzitters: not eligible", "households", "month", -1,
       "vastzitters who most often were not eligible for what they saw"),
    _I("vastzitters_too_expensive", "vastzitters: aanbod te duur", "vastzitters: too expensive", "households", "month", -1,
       "vastzitters for whom what they saw was most often too expensive"),
    _I("vastzitters_unsuitable", "vastzitters: aanbod past niet", "vastzitters: offer does not suit", "households", "month", -1,
       "vastzitters for whom what they saw was most often not better, not worth the trouble, or refused after a viewing"),
    _I("vastzitters_outranked", "vastzitters: anderen gaan voor", "vastzitters: lost to others", "households", "month", -1,
       "vastzitters who most often lost the home to others"),
    _I("vasthouders_start_moved", "vasthouders bij de start: verhuisd", "vasthouders at the start: moved", "households", "month", 1,
       "vasthouders at month 0 that have moved to another home by the end of the period (moving in with a partner left out)"),
    _I("vasthouders_start_there", "vasthouders bij de start: wonen er nog", "vasthouders at the start: still there", "households", "month", 0,
       "vasthouders at month 0 that have not moved and are still there at the end of the period, with or without a wish by now"),
    _I("vasthouders_start_ended", "vasthouders bij de start: weg zonder verhuizing", "vasthouders at the start: ended without a move",
       "households", "month", 0, "vasthouders at month 0 that ended before any move: death, care, departure, a partner"),
    _I("vastzitters_start_moved", "vastzitters bij de start: verhuisd", "vastzitters at the start: moved", "households", "month", 1,
       "vastzitters at month 0 that have moved to another home by the end of the period (moving in with a partner left out)"),
    _I("vastzitters_start_searching", "vastzitters bij de start: zoeken nog", "vastzitters at the start: still searching", "households",
       "month", -1, "vastzitters at month 0 that have not moved and search, or wait for the keys, at the end of the period"),
    _I("vastzitters_start_stopped", "vastzitters bij de start: gestopt met zoeken", "vastzitters at the start: stopped searching",
       "households", "month", -1, "vastzitters at month 0 that have not moved and are there without searching at the end of the period"),
    _I("vastzitters_start_ended", "vastzitters bij de start: weg zonder verhuizing", "vastzitters at the start: ended without a move",
       "households", "month", 0, "vastzitters at month 0 that ended before any move: death, care, departure, a partner"),
    _I("senior_moves_nood", "verhuizingen van senioren uit nood", "seniors' moves out of need", "moves", "moves", 0,
       "senior moves set off by a fall, loss of a partner or rehousing (nood)"),
    _I("senior_moves_wens", "verhuizingen van senioren uit wens", "seniors' moves by wish", "moves", "moves", 0,
       "all other senior moves (wens)"),
    _I("senior_moves_share_nood", "aandeel nood in verhuizingen van senioren", "share of need in seniors' moves", "0-1", "moves", -1,
       "senior_moves_nood as a share of senior_moves", over_movers=True),
    _I("freed_family_homes", "vrijgekomen gezinswoningen", "family homes freed", "dwellings", "moves", 1,
       "single-family homes of four or more rooms left empty by a senior's move in the period"),
    _I("starters_housed", "starters met een woning", "starters housed", "households", "moves", 1,
       "households without a home of their own that take one in the period"),
    _I("families_housed", "gezinnen naar een andere woning", "families housed", "households", "moves", 1,
       "households of three or more persons that take an empty home in the period"),
    _I("waiting_months", "maanden zoeken tot een corporatiewoning", "months of searching for a corporatie home", "months", "moves", -1,
       "mean months from the start of the search to the keys, over corporatie homes let in the period", over_movers=True),
)
REGISTRY: dict[str, Indicator] = {entry.key: entry for entry in _LIST}
# fmt: on
STUCK_STATES = tuple(k for k in REGISTRY if k.startswith("vast"))  # in the order in which sim.counts.vasthouders counts them
FOLLOWED = tuple(k for k in REGISTRY if "_start_" in k)  # of groups of month 0: read at the end of a period, not as a mean
MONTH_STATES = tuple(k for k, entry in REGISTRY.items() if entry.source == "month" and k not in ("fit", "split_applications", *FOLLOWED))
