"""The journal of followed households: what befell them and their ghosts, month by month, as the simulation decided it.

After each part of the month their columns are compared with what they were before it, and what the market decided for them is
read from the market. A journal draws nothing and changes nothing: with and without one a run is the same to the byte.
What stands in it for outsiders: ``sim.counts.lanes``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.behaviour import money
from sim.behaviour.fit import fit_at, moment
from sim.interventions.delivery import Outreach
from sim.levers import ALL_BIT, LOST_BIT, NO_BITS, nothing_in_force
from sim.market.clearing import lists
from sim.market.matching import clear
from sim.market.sieve import turns_down
from sim.world.codes import (
    ADAPTED,
    FADED,
    FILL,
    GAVE_UP,
    HUIDIGE,
    NIEUW,
    OUTRANKED,
    PRESENT,
    REFUSED,
    VERHUIZEN,
    WENS,
    ZOEKEN,
    EventKind,
    MoveReason,
    Origin,
    Trigger,
)
from sim.world.columns import NEVER, NOWHERE, take
from sim.world.copies import Own
from sim.world.errors import Refusal
from sim.world.ids import public_id

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from sim.demography.plan import Happened
    from sim.interventions.at_work import AtWork
    from sim.market.market import Met
    from sim.without.ghosts import Ghosts
    from sim.without.ghosts_on_the_market import Watch
    from sim.world.columns import Dwellings, Households
    from sim.world.world import World

COMPARED = ("state", "stage", "registered", "touched", "decisive", "home")
PERSONS = ("adult_birth", "adult_sex", "size")
DROPPED = {WENS: FADED, ZOEKEN: GAVE_UP}  # back to HUIDIGE from these


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that befell a household, or a ghost of it."""

    month: int
    household: int  # row
    ghost: int  # row; −1: the household itself
    kind: str  # one of sim.counts.schema.BEFELL
    reason: int = -1  # a code, of which kind ``kind`` says (sim.counts.schema.JOURNAL); −1 none
    by: tuple[str, ...] = ()  # keys of the instruments that did it
    home: int = int(NOWHERE)  # dwelling row
    number: int = -1  # homes responded to, or the ghost that it parts from; −1 none
    keys: int = int(NEVER)  # month of the keys of a home accepted
    fit_before: float = np.nan
    fit_after: float = np.nan


@dataclass
class Side(Own):
    """Who is watched on one side, and how they were when they were last looked at."""

    rows: NDArray = field(default_factory=lambda: np.zeros(0, np.int64))  # households, or ghosts
    of: NDArray = field(default_factory=lambda: np.zeros(0, np.int64))  # household row of each
    was: dict[str, NDArray] = field(default_factory=dict)  # COMPARED and ``access`` of each

    def look(self, h: Households, d: Dwellings) -> dict[str, NDArray]:
        """How they are now."""
        now = {name: getattr(h, name)[self.rows] for name in COMPARED}
        return now | {"access": d.access[np.maximum(now["home"], 0)]}


@dataclass
class Journal(Own):
    """What befell the followed households and their ghosts so far; nobody is followed by default."""

    mine: Side = field(default_factory=Side)  # the households
    theirs: Side = field(default_factory=Side)  # their ghosts, those watched no longer among them
    entries: dict[int, list[Entry]] = field(default_factory=dict)  # by household row, in the order in which they befell
    n_moves: int = 0  # rows of the ledger that have been read
    n_ghosts: int = 0  # rows of the ghosts that have been read
    month: int = 0  # in which it was begun
    persons: dict[str, NDArray] = field(default_factory=dict)  # PERSONS of the households in that month

    @property
    def idle(self) -> bool:
        """Whether nobody is followed."""
        return len(self.mine.rows) == 0

    def without_ghosts(self, w: World) -> Journal:
        """The same, when other instruments go to work: what would have happened without those that were is not asked any more."""
        kept = {i: [one for one in some if one.ghost < 0 and one.kind != "parted"] for i, some in self.entries.items()}
        return replace(self, theirs=Side(was=Side().look(w.h, w.d)), entries=kept, n_ghosts=0)

    # after each part of the month

    def hear_events(self, w: World, at_work: AtWork, happened: Happened) -> None:
        """Life events, and what households did about them."""
        if not self.idle:
            here = happened.changed[np.isin(happened.changed, self.mine.rows)]
            self._events(w.month, happened, {i: [-1] for i in here.tolist()})
            origins = dict(zip(happened.ended.tolist(), happened.origin.tolist(), strict=True))
            self._compare_mine(w, at_work, origins, set(happened.unions[:, :2].ravel().tolist()))

    def hear_instruments(self, w: World, at_work: AtWork) -> None:
        """Letters, talks, help; who an organisation moves or sets searching itself."""
        if not self.idle:
            self._contacts(w.month, at_work, self.mine, w.h, own=True)
            self._part(w, at_work, NIEUW)
            self._compare_mine(w, at_work)

    def hear_ghosts(self, w: World, at_work: AtWork, happened: Happened) -> None:
        """The same life events, and letters and help of what may reach them, in the life of the ghosts."""
        if not self.idle and at_work.ghosts is not None:
            watched = (self.theirs.was["state"] == PRESENT) & (at_work.ghosts.born[self.theirs.rows] < w.month)
            ghosts: dict[int, list[int]] = {}
            for i, r in zip(self.theirs.of[watched].tolist(), self.theirs.rows[watched].tolist(), strict=True):
                ghosts.setdefault(i, []).append(r)
            self._events(w.month, happened, ghosts)
            self._contacts(w.month, at_work, self.theirs, at_work.ghosts.h, own=False)
            self._compare_theirs(w, at_work.ghosts)

    def hear_steps(self, w: World, at_work: AtWork, there: World | None) -> None:
        """The klantreis; ``there`` is the world as ghosts took their steps in it."""
        if not self.idle:
            self._part(w, at_work)
            self._compare_mine(w, at_work)
            if there is not None and at_work.ghosts is not None:
                self.theirs.was["access"] = self.theirs.look(at_work.ghosts.h, w.d)["access"]
                self._compare_theirs(w, at_work.ghosts, there.d)

    def hear_market(self, w: World, at_work: AtWork, met: Met, obstacles: NDArray, owed: NDArray, watch: Watch) -> None:
        """What those who looked responded to, what stood in the way, and what they got; after everybody has taken."""
        if self.idle:
            return
        places = np.flatnonzero(np.isin(met.rows, self.mine.rows))
        refused = homes_refused(met, places)
        self._part(w, at_work, VERHUIZEN, dict(zip(met.rows[places].tolist(), owed[places].tolist(), strict=True)))
        for s in places.tolist():
            n, home = int(met.responses.n[s].sum()), met.offers.at["dwelling"]
            self._looked(w.month, int(met.rows[s]), -1, n, [int(home[o]) for o in refused[s]], int(obstacles[s]))
        self._compare_mine(w, at_work)
        if at_work.ghosts is not None:
            for r, n, homes, obstacle in looks_of_ghosts(at_work.ghosts, self.theirs.rows, met, watch):
                self._looked(w.month, int(at_work.ghosts.of[r]), r, n, homes, obstacle)
            self._compare_theirs(w, at_work.ghosts)

    def hear_keys(self, w: World, at_work: AtWork) -> None:
        """The keys, of households and ghosts."""
        if not self.idle:
            self._compare_mine(w, at_work)
            if at_work.ghosts is not None:
                self._compare_theirs(w, at_work.ghosts)

    # how it is written down

    def _add(self, month: int, household: Any, ghost: Any, kind: str, reason: Any = -1, **more: Any) -> None:
        self.entries[int(household)].append(Entry(month, int(household), int(ghost), kind, int(reason), **more))

    def _events(self, month: int, happened: Happened, lives: dict[int, list[int]]) -> None:
        """Events of this month in the ``lives`` (ghosts by household row, −1 the household itself)."""
        apart = set(happened.founded_parent[happened.founded_kind == int(EventKind.SEPARATION)].tolist())
        for i, trigger in zip(happened.changed.tolist(), happened.trigger.tolist(), strict=True):
            reason = Trigger.SEPARATION if i in apart and trigger == Trigger.NONE else trigger
            for ghost in lives.get(i, ()):
                self._add(month, i, ghost, "event", reason)

    def _looked(self, month: int, household: int, ghost: int, n: int, refused: list[int], obstacle: int) -> None:
        """A month of looking: responses to ``n`` homes, homes refused, and what stood in the way (−1: a home was won)."""
        if n:
            self._add(month, household, ghost, "responded", number=n)
        for home in refused:
            self._add(month, household, ghost, "refused", REFUSED, home=home)
        if obstacle >= 0:
            self._add(month, household, ghost, "obstacle", obstacle)

    def _find_ghosts(self, w: World, g: Ghosts | None) -> list[int]:
        """Watch the ghosts that users have left behind since; returns their rows. They were as their household was."""
        new = np.arange(self.n_ghosts, 0 if g is None else g.n)
        self.n_ghosts += len(new)
        if g is None or not len(new := new[np.isin(g.of[new], self.mine.rows) & (g.mark[new] & LOST_BIT == 0)]):
            return []
        at = np.searchsorted(self.mine.rows, g.of[new])
        was = {name: column[at] for name, column in self.mine.was.items()} | {"touched": g.h.touched[new]}
        self.theirs.was = {name: np.append(column, was[name]) for name, column in self.theirs.was.items()}
        self.theirs.rows, self.theirs.of = np.append(self.theirs.rows, new), np.append(self.theirs.of, g.of[new])
        return new.tolist()

    def _part(self, w: World, at_work: AtWork, stage: int | None = None, owed: dict[int, int] | None = None) -> None:
        """Write down who parts from which ghost, and the instruments that made the decision differ.

        ``stage``: the one that the decision was about; without it the next one. ``owed``: bits of them by household row, where
        they are known; else those that have become decisive since the household was last looked at.
        """
        g, new = at_work.ghosts, self._find_ghosts(w, at_work.ghosts)
        if g is None:
            return
        for r in new:
            i = int(g.of[r])
            at = int(np.searchsorted(self.mine.rows, i))
            bits = w.h.decisive[i] & ~self.mine.was["decisive"][at] if owed is None else np.uint64(owed.get(i, 0))
            bits = np.bitwise_or.reduce([bits, *(g.mark[other] for other in new if g.of[other] == i)])
            about = int(self.mine.was["stage"][at]) + 1 if stage is None else stage
            for ghost in (-1, r):
                self._add(w.month, i, ghost, "parted", about, by=keys_of(at_work, bits), number=r)

    def _compare_mine(self, w: World, at_work: AtWork, origins: dict[int, int] | None = None, unions: Any = ()) -> None:
        """Write down in what the households differ from when they were last looked at."""
        now, was, n = self.mine.look(w.h, w.d), self.mine.was, int(w.counts[1])
        self._steps(w, self.mine, w.h, now, own=True)
        m = w.m
        for k in (self.n_moves + np.flatnonzero(np.isin(m.household[self.n_moves : n], self.mine.rows))).tolist():
            i, fits = int(m.household[k]), {"fit_before": float(m.fit_before[k]), "fit_after": float(m.fit_after[k])}
            if m.reason[k] == MoveReason.INWONEN and was["stage"][np.searchsorted(self.mine.rows, i)] == NIEUW:
                self._add(w.month, i, -1, "search", w.h.trigger[i])  # lodged until this month, and goes on to the next host at once
            by = keys_of(at_work, m.instruments[k])
            self._add(w.month, i, -1, "keys", m.reason[k], by=by, home=int(m.to_dwelling[k]), **fits)
        for at in np.flatnonzero((was["state"] == PRESENT) & (now["state"] != PRESENT)):
            i = int(self.mine.rows[at])
            self._add(w.month, i, -1, "ended", Origin.UNION if i in unions else (origins or {}).get(i, Origin.DEPARTURE))
        self.mine.was, self.n_moves = now, n

    def _compare_theirs(self, w: World, g: Ghosts, d: Dwellings | None = None) -> None:
        """Write down in what the ghosts differ from when they were last looked at; ``d``: homes as ghosts have them."""
        now, was = self.theirs.look(g.h, w.d if d is None else d), self.theirs.was
        self._steps(w, self.theirs, g.h, now, own=False)
        for at in np.flatnonzero((was["state"] == PRESENT) & (now["state"] != PRESENT)):
            r, i = int(self.theirs.rows[at]), int(self.theirs.of[at])
            if g.moved[r] == w.month:
                home = int(w.v.dwelling[g.h.reserved[r]])
                fits = {"fit_before": float(g.h.fit_here[r]), "fit_after": fit_of_ghost(w, g, r, home)}
                self._add(w.month, i, r, "keys", FILL, home=home, **fits)
            else:
                self._add(w.month, i, r, "ended", self._origin(w.month, i))
        self.theirs.was = now

    def _origin(self, month: int, household: int) -> int:
        """Why the household itself ended this month; a ghost alone ends because it found no home in time."""
        last = [one.reason for one in self.entries[household] if (one.month, one.ghost, one.kind) == (month, -1, "ended")]
        return last[0] if last else Origin.DEPARTURE

    def _contacts(self, month: int, at_work: AtWork, side: Side, h: Households, own: bool) -> None:
        """Instruments that work on somebody from now on; information is news each month: who did nothing with it has forgotten it.

        Who is reached and moved by an organisation in one month starts anew, and what reached it before is not seen here.
        """
        touched, still = h.touched[side.rows], (h.stage[side.rows] == HUIDIGE) & (h.state[side.rows] == PRESENT)
        outreach = np.bitwise_or.reduce([one.mask for one in at_work.running if isinstance(one.settings, Outreach)] or [NO_BITS])
        new = touched & ~(side.was["touched"] & ~np.where(still, outreach, NO_BITS))
        for at in np.flatnonzero(new != NO_BITS):
            for one in at_work.running:
                if new[at] & one.mask:
                    kind = "talk" if one.settings.card.talks else "information" if isinstance(one.settings, Outreach) else "help"
                    self._add(month, side.of[at], -1 if own else side.rows[at], kind, by=(one.key,))

    def _steps(self, w: World, side: Side, h: Households, now: dict[str, NDArray], own: bool) -> None:
        """Steps of the klantreis, registration, and homes accepted or given back."""
        there = (side.was["state"] == PRESENT) & (now["state"] == PRESENT)
        registered = there & (side.was["registered"] == NEVER) & (now["registered"] != NEVER)
        for at in np.flatnonzero(there & ((side.was["stage"] != now["stage"]) | registered)):
            row, before, after = int(side.rows[at]), int(side.was["stage"][at]), int(now["stage"][at])
            whose = w.month, int(side.of[at]), -1 if own else row
            if before != after:
                adapted = before == WENS and now["access"][at] > side.was["access"][at]
                self._step(whose, w, h, row, before, after, adapted)
            if registered[at]:
                self._add(*whose, "registered")

    def _step(self, whose: tuple[int, int, int], w: World, h: Households, row: int, before: int, after: int, adapted: bool) -> None:
        if after == VERHUIZEN:
            self._add(*whose, "accepted", home=int(w.v.dwelling[h.reserved[row]]), keys=int(h.keys_month[row]))
        elif after == ZOEKEN and before == VERHUIZEN:
            self._add(*whose, "gave_back")
        elif after in (WENS, ZOEKEN):
            self._add(*whose, "wish" if after == WENS else "search", h.trigger[row])
        elif after == HUIDIGE and before in DROPPED:
            self._add(*whose, "dropped", ADAPTED if adapted else DROPPED[before])
        elif after == HUIDIGE and before == NIEUW:
            self._add(*whose, "settled")


def follow(w: World, ids: Collection[int]) -> Journal:
    """A journal of the households ``ids`` (as in the tables) from this month on; to be begun before their first ghost.

    Raises:
        Refusal: one of them is not there in this month.
    """
    wanted = np.unique(np.asarray(list(ids), np.int64))
    here = np.flatnonzero(w.h.state == PRESENT)
    known = public_id(w.h.id[here])
    if len(lacking := wanted[~np.isin(wanted, known)]):
        raise Refusal(f"follow: household {lacking[0]} is not there in month {w.month}; take the id of one of model.agents")
    rows = here[np.isin(known, wanted)]
    mine = Side(rows, rows)
    mine.was = mine.look(w.h, w.d)
    stage, home, fit = (getattr(w.h, name)[rows].tolist() for name in ("stage", "home", "fit_here"))
    begun = {i: [Entry(w.month, i, -1, "start", stage[k], home=home[k], fit_before=fit[k])] for k, i in enumerate(rows.tolist())}
    persons = {name: getattr(w.h, name)[rows] for name in PERSONS}
    return Journal(mine, Side(was=Side().look(w.h, w.d)), begun, int(w.counts[1]), month=w.month, persons=persons)


def keys_of(at_work: AtWork, bits: Any) -> tuple[str, ...]:
    """Keys of the instruments of these bits."""
    return tuple(key for k, key in enumerate(at_work.keys) if int(bits) >> k & 1)


def homes_refused(met: Met, places: NDArray) -> dict[int, list[int]]:
    """Offers that each of the searchers ``places`` got and turned down after a viewing, by searcher."""
    found: dict[int, list[int]] = {s: [] for s in places.tolist()}
    if met.cleared.n_refused[places].any():
        listed, _ = lists(met.responses, met.viewing)
        _, refused, _ = clear(listed.first, listed.home, listed.rank, listed.refuses, len(met.viewing.offers))
        for s in found:
            mine = np.arange(listed.first[s], listed.first[s + 1])
            found[s] = listed.home[mine[refused[mine] > 0]].tolist()
    return found


def looks_of_ghosts(g: Ghosts, rows: NDArray, met: Met, watch: Watch) -> list[tuple[int, int, list[int], int]]:
    """What the ghosts among ``rows`` that looked this month did: ghost, responses, homes refused, obstacle (−1: a home was won)."""
    found: list[tuple[int, int, list[int], int]] = []
    if watch.looked is None:
        return found
    answers, won, seen, at = watch.looked.answers, watch.looked.won, watch.seen, met.offers.at
    for k in np.flatnonzero(np.isin(watch.rows, rows)).tolist():
        r, m = int(watch.rows[k]), watch.at[k]
        mine = [(int(o), float(worth), rank) for o, worth, rank in responses_of(answers, k)]
        least = next((worth for o, worth, _ in mine if o == won[k]), -np.inf)
        bar = {o: seen.second[m, o] if seen.holder[m, o] == g.of[r] else seen.rank[m, o] for o, _, _ in mine}
        refused = [
            int(at["dwelling"][o])
            for o, worth, rank in mine
            if worth > least and rank > bar[o] and turns_down(met.viewing.key, g.h.id[r], at["id"][o], met.viewing.p_refusal)
        ]
        gate = int(answers.gate[k])
        obstacle = -1 if won[k] >= 0 or g.h.stage[r] != ZOEKEN else REFUSED if refused and gate == OUTRANKED else gate
        found.append((r, len(mine), refused, obstacle))
    return found


def responses_of(answers: Any, s: int) -> list[tuple[int, float, int]]:
    """Offer, worth and rank of each response of one searcher."""
    half = answers.offer.shape[1] // 2
    slots = [side * half + k for side in range(2) for k in range(int(answers.n[s, side]))]
    return [(answers.offer[s, k], answers.worth[s, k], answers.rank[s, k]) for k in slots]


def fit_of_ghost(w: World, g: Ghosts, r: int, home: int) -> float:
    """Fit of the home that a ghost would have moved into, at the rent or debt that it would have; of a ghost without all instruments.

    Where other instruments go on nobody knows which of them would have eased the rent: not a number then.
    """
    if not g.mark[r] & ALL_BIT:
        return float("nan")
    alone, one, to = replace(w, h=take(g.h, np.array([r]))), np.zeros(1, np.int32), np.array([home], np.int32)
    price = w.v.price[g.h.reserved[r : r + 1]]
    money.settle(alone, one, to, price, nothing_in_force().levers, np.zeros(1, np.uint64))
    return float(fit_at(alone.h, one, to, moment(alone))[0])
