"""The two lanes of a followed household: itself, with the instruments (``with``), and its ghost without them all (``without``).

Up to the first decision that differed both are the same, but for the letters, talks and help of the instruments themselves: without
them there would be none. A ghost stays behind there, and is compared on the same market as its household. The same household in
the base world is a plain alternative (``other_world``); that world has drifted: others have moved in it, too.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.behaviour.fit import classes
from sim.counts import told
from sim.counts.attribution import attribution_table
from sim.counts.journal import PERSONS
from sim.counts.schema import JOURNAL
from sim.counts.tables import framed
from sim.levers import ALL_BIT
from sim.world.codes import (
    Code,
    DropReason,
    DwellingType,
    HouseholdClass,
    MoveReason,
    Obstacle,
    Origin,
    Sex,
    Stage,
    Tenure,
    Trigger,
    Verdict,
    names,
)
from sim.world.columns import ABSENT, NEVER, NOWHERE, age_years
from sim.world.errors import Refusal
from sim.world.ids import public_id
from sim.world.names import ALLE

if TYPE_CHECKING:
    import pandas as pd

    from sim.counts.journal import Entry, Journal
    from sim.interventions.at_work import AtWork
    from sim.world.world import World

WITH, WITHOUT, ELSEWHERE = "with", "without", "elsewhere"  # the lanes: itself, its ghost, the base world
REASONS: dict[str, type[Code]] = {
    "start": Stage,
    "event": Trigger,
    "wish": Trigger,
    "search": Trigger,
    "refused": Obstacle,
    "obstacle": Obstacle,
    "dropped": DropReason,
    "keys": MoveReason,
    "ended": Origin,
    "parted": Stage,
}
RULE = {
    "nl": "Senioren voor wie een beslissing anders uitviel. Per uitkomst de eersten, naar de maand waarin dat was.",
    "en": "Seniors for whom a decision came out otherwise. Of each outcome the first, by the month in which it did.",
}


def row_of(w: World, one: Entry, lane: str) -> dict[str, Any]:
    """An entry in words, by column; nothing known is None."""
    words = names(REASONS[one.kind]) if one.kind in REASONS else []
    return {
        "lane": lane,
        "month": one.month,
        "kind": one.kind,
        "reason": words[one.reason] if one.reason >= 0 else "",
        "instruments": list(one.by),
        **home_of(w, one.home),
        "fit_before": None if math.isnan(one.fit_before) else one.fit_before,
        "fit_after": None if math.isnan(one.fit_after) else one.fit_after,
        "number": one.number if one.kind == "responded" else None,
        "keys_month": None if one.keys == NEVER else one.keys,
    }


def home_of(w: World, home: int) -> dict[str, Any]:
    """A dwelling in words, by column; empty words, 0 and −1 for none."""
    if home == NOWHERE:
        return {"dwelling": -1, "area": "", "area_name": "", "tenure": "", "type": "", "rooms": 0}
    d, area = w.d, int(w.d.area[home])
    return {
        "dwelling": int(public_id(d.id[home : home + 1])[0]),
        "area": w.geography.code[area],
        "area_name": w.geography.name[area],
        "tenure": names(Tenure)[int(d.tenure[home])],
        "type": names(DwellingType)[int(d.kind[home])],
        "rooms": int(d.rooms[home]),
    }


def lane_met(journal: Journal, household: int) -> list[Entry]:
    """What befell a household row itself; where it parts from ghosts is left out."""
    return [one for one in journal.entries[household] if one.ghost < 0 and one.kind != "parted"]


def lane_of_ghost(journal: Journal, at_work: AtWork, ghost: int) -> list[Entry]:
    """What would have befallen a household without the instruments that are off for this ghost, from the start on; with the parting."""
    g = at_work.ghosts
    mine = [] if g is None else journal.entries[int(g.of[ghost])]
    off = set(at_work.keys) if g is None or g.mark[ghost] & ALL_BIT else {at_work.keys[int(g.mark[ghost]).bit_length() - 1]}
    until = next(k for k, one in enumerate(mine) if one.kind == "parted" and one.ghost == ghost)
    before = [one for one in mine[:until] if one.ghost < 0 and one.kind != "parted"]
    return [one for one in before if one.kind not in told.CONTACTS or not off.intersection(one.by)] + [
        one for one in mine if one.ghost == ghost
    ]


def ghost_without_all(at_work: AtWork, household: int) -> int:
    """Row of the ghost of a household row without all instruments; −1 where no decision differed."""
    g = at_work.ghosts
    found = np.zeros(0, int) if g is None else np.flatnonzero((g.of[: g.n] == household) & ((g.mark[: g.n] & ALL_BIT) != 0))
    return int(found[0]) if len(found) else -1


def followed(w: World, journal: Journal, household_id: int) -> int:
    """Household row of an id as in the tables.

    Raises:
        Refusal: it is not followed.
    """
    rows = journal.mine.rows
    found = rows[public_id(w.h.id[rows]) == household_id]
    if not len(found):
        raise Refusal(f"household {household_id} has no journal; follow it before the first month (follow=[{household_id}])")
    return int(found[0])


def lanes(w: World, at_work: AtWork, journal: Journal, household_id: int) -> dict[str, Any]:
    """Both lanes of a followed household, entry by entry and as told, and where they part and why; JSON-able.

    ``parted`` is None where no decision differed: the lanes are then the same, but for what the instruments themselves did.
    ``why`` sums up: until when all is the same, what differed and by what, and the move on either side.
    ``watched_until`` is the last month in which the ghost was watched (that of its keys, or of the household's end).

    Raises:
        Refusal: it is not followed.
    """
    household, start = followed(w, journal, household_id), w.setting.start
    ghost, mine = ghost_without_all(at_work, household), lane_met(journal, household)
    theirs = [one for one in mine if one.kind not in told.CONTACTS] if ghost < 0 else lane_of_ghost(journal, at_work, ghost)
    parted = next((one for one in theirs if one.kind == "parted"), None)
    rows = {WITH: [row_of(w, one, WITH) for one in mine], WITHOUT: [row_of(w, one, WITHOUT) for one in theirs]}
    until = w.month - 1 if ghost < 0 or at_work.ghosts is None else min(int(at_work.ghosts.ended[ghost]), w.month - 1)
    mark = None if parted is None else row_of(w, parted, WITHOUT)
    return {
        "id": household_id,
        "who": who(w, journal, household),
        "parted": mark and told.line(mark, start) | {"about": mark["reason"], "by": mark["instruments"]},
        "why": told.summed(rows[WITH], rows[WITHOUT], mark, (w.month - 1, until), start),
        "watched_until": until,
        "entries": rows,
        "lanes": {lane: told.drawn_together([row for row in some if row["kind"] != "parted"], start) for lane, some in rows.items()},
    }


def other_world(w: World, journal: Journal, household_id: int) -> dict[str, Any]:
    """The same household in another world of the same seed (the base world), told as its own lane; JSON-able.

    Raises:
        Refusal: it is not followed there.
    """
    rows = [row_of(w, one, ELSEWHERE) for one in lane_met(journal, followed(w, journal, household_id))]
    return {"entries": rows, "told": told.drawn_together(rows, w.setting.start)}


def who(w: World, journal: Journal, household: int) -> dict[str, Any]:
    """Who lived there when the journal was begun: age of the oldest, persons, and words."""
    at = int(np.searchsorted(journal.mine.rows, household))
    births, sexes, size = (journal.persons[name][at] for name in PERSONS)
    ages, n = age_years(births, journal.month), int((births != ABSENT).sum())
    age = int(ages.max())
    woman = sexes[int(ages.argmax())] == Sex.WOMAN
    if n == size == 1:
        said = {"nl": f"Een {'vrouw' if woman else 'man'} van {{age}}, alleen", "en": f"A {'woman' if woman else 'man'} of {{age}}, alone"}
    else:
        said = {"nl": "Een huishouden van {size} mensen, de oudste is {age}", "en": "A household of {size} people, the oldest is {age}"}
    return {"said": said, "numbers": {"age": age, "size": int(size)}}


def seniors_at_home(w: World) -> list[int]:
    """Ids of the seniors with a home in this month, in the order of their rows: whom to follow where it is not known who parts."""
    rows = np.flatnonzero(w.h.home != NOWHERE)
    kinds = classes(w.h, rows, w.month, int(w.params.senior_age))
    return public_id(w.h.id[rows[kinds == HouseholdClass.SENIOR]]).tolist()


MOST_FOLLOWED = 1000  # for the table: so few that following them costs a run next to nothing


def worth_following(w: World, at_work: AtWork, among: Sequence[int], window: int = 24, each: int = 3) -> list[dict[str, Any]]:
    """Of the households ``among`` (ids) those for whom a decision differed: the first ``each`` of each verdict (``RULE``).

    Verdicts are those on all instruments together, with the ghost window of ``window`` months. Of equals the lowest id comes first.
    """
    g = at_work.ghosts
    if g is None or g.n == 0:
        return []
    table = attribution_table(w, at_work, window)
    table = table[(table["instrument"] == ALLE) & table["household_id"].isin(among)]
    verdict = dict(zip(table["household_id"].tolist(), table["verdict"].tolist(), strict=True))
    ghosts = np.flatnonzero((g.mark[: g.n] & ALL_BIT) != 0)
    born = sorted(zip(g.born[ghosts].tolist(), public_id(w.h.id[g.of[ghosts]]).tolist(), strict=True))
    chosen: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for month, one in born:
        if one in verdict and len(chosen[verdict[one]]) < each:
            chosen[verdict[one]].append({"id": one, "verdict": verdict[one], "parted_month": month})
    return [one for name in names(Verdict) for one in chosen[name]]


def people(w: World, at_work: AtWork, journal: Journal, window: int = 24, each: int = 3) -> dict[str, Any]:
    """``people.json``: the rule, and the followed households worth showing with both lanes; JSON-able."""
    ids = public_id(w.h.id[journal.mine.rows]).tolist()
    chosen = worth_following(w, at_work, ids, window, each)
    labels = {one.key: {"nl": one.nl, "en": one.en} for one in Verdict}
    return {
        "rule": RULE,
        "people": [one | {"said": labels[one["verdict"]], **lanes(w, at_work, journal, one["id"])} for one in chosen],
    }


def journal_table(w: World, at_work: AtWork, journal: Journal, window: int) -> pd.DataFrame:
    """journal.parquet: both lanes of the first of the followed households of each verdict."""
    rows = [
        row | {"household_id": one["id"], "entry": n, "verdict": one["verdict"], "household_size": one["who"]["numbers"]["size"], **at}
        for one in people(w, at_work, journal, window, each=1)["people"]
        for lane in one["entries"].values()
        for n, row in enumerate(lane, 1)
        for at in [{"age": one["who"]["numbers"]["age"], "instruments": "+".join(row["instruments"])}]
    ]
    columns: dict[str, Any] = {column.name: [row[column.name] for row in rows] for column in JOURNAL.columns}
    for name in ("number", "keys_month"):
        unknown = np.array([value is None for value in columns[name]], bool)
        columns[name] = np.ma.masked_array(np.array([value or 0 for value in columns[name]], np.int64), unknown)
    for name in ("fit_before", "fit_after"):
        columns[name] = np.array(columns[name], float)
    return framed(JOURNAL.name, columns)
