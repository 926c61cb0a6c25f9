"""One month of the world: the schedule, readable aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.behaviour import founding, klantreis, notes, reactions, registration, sitting_rent
from sim.behaviour.choice_overload import crowding
from sim.behaviour.fit import moment, refresh
from sim.behaviour.klantreis import NORM_MONTHS
from sim.behaviour.memory import memory_of
from sim.chains import moves as chains
from sim.chains import new_homes, programme, vacancies
from sim.counts import person_moves, recording
from sim.demography import plan as demography
from sim.demography.describe import birthdays, describe
from sim.kernel_cache import njit
from sim.market import market
from sim.population.income import fifth_of
from sim.without import clearings, ghosts
from sim.world.codes import ENDED, PRESENT, HouseholdClass, MoveReason, Origin
from sim.world.columns import NOWHERE
from sim.world.errors import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.demography.plan import Events, Happened
    from sim.state import Run
    from sim.world.world import World

SEEN_BY_NEIGHBOURS = (MoveReason.FILL, MoveReason.WONINGRUIL)  # moves by choice


def step(run: Run) -> None:
    """Let one month pass.

    Raises:
        Refusal: the run ends here: its events and homes were planned up to ``last_month``.
    """
    w, at_work = run.world, run.at_work
    s = w.setting
    if w.month >= s.last_month:
        raise Refusal(
            f"month {w.month}: the run was made for the months before {s.last_month} (months={s.months}, "
            f"follow_up={s.last_month - s.months}); give more months or follow_up at its start"
        )
    w.funnel[:] = 0
    moves_before = int(w.counts[1])
    # what befalls the households that somebody follows is heard after each part of the month (``sim.counts.journal``)
    # births, illness, leaving home, unions, separations, care, deaths, arrivals and departures happen
    leaving, bound = recording.leavers(w, run.events), person_moves.bound(w, run.events)
    happened = life_events(w, run.events)
    run.journal.hear_events(w, at_work, happened)
    # new homes come on offer; dwellings are delivered and demolished
    new_homes.offer_ahead(w)
    new_homes.stand(w)
    programme.demolish(w, run.to_demolish)
    # households that live differently now see their home with other eyes
    look_again(w, happened.changed)
    # people register with the corporaties or let it lapse; some of those on the list are awake
    registration.pass_month(w)
    # an approach that is built step by step looks at its monitor: instruments are added, stopped or scaled
    look_at_the_monitor(run)
    # organisations act: letters, talks, home visits, labels, within capacity and budget
    instruments_act(run)
    run.journal.hear_instruments(w, at_work)
    # ghosts live through the same: what becomes of a household without an instrument
    live_on(run, happened)
    run.journal.hear_ghosts(w, at_work, happened)
    # households move on in their klantreis, or drop out, with a reason
    take_steps(run)
    # vacant dwellings are offered; who searches, or is awake on the list, responds; owners rank; the two are matched
    go_to_market(run)
    at_work.uses.note(w.h, w.month)
    # matched households get their keys; the ledger grows
    hand_over_keys(run, moves_before)
    ghosts.get_keys(w, at_work.ghosts)
    run.journal.hear_keys(w, at_work)
    # the month is recorded; who has no home of its own moves too, from room to room
    recording.record(w, run.records, run.stuck, run.neighbours.seniors, moves_before, leaving)
    run.persons.record(w, bound, happened, moves_before)
    w.month += 1


def life_events(w: World, events: Events) -> Happened:
    """Replay the month's events; homes come free, couples choose one, new households begin to search."""
    happened = demography.replay(w.h, events, w.month, w.setting.first_month)
    ended, origins = leave_for_lack_of_home(w, happened)
    vacancies.end_households(w, ended, origins)
    new, kinds, parents = happened.founded, happened.founded_kind, happened.founded_parent
    founding.found(w, new, kinds, parents)
    pairs = happened.unions
    chains.unite(w, pairs[:, 0], pairs[:, 1], pairs[:, 2])
    fresh = np.concatenate((new, pairs[:, 2]))
    w.h.origin_income[fresh] = fifth_of(w.h.income[fresh], w.h.size[fresh])
    w.add("founded", len(new) + len(pairs))
    w.add("ended", len(ended) + len(pairs) + int((pairs[:, 1] >= 0).sum()))
    reactions.react(w, happened.changed, happened.trigger)
    return happened


def leave_for_lack_of_home(w: World, happened) -> tuple[NDArray, NDArray]:
    """Arrivals whose patience ran out without a home leave again; returned with those that ended by events."""
    h = w.h
    gone = out_of_patience(h.patience, h.state, h.home, h.reserved, w.month)
    h.state[gone] = ENDED
    w.add("left_without_home", len(gone))
    origins = np.full(len(gone), int(Origin.DEPARTURE), np.uint8)
    return np.concatenate((happened.ended, gone)), np.concatenate((happened.origin, origins))


@njit(cache=True)
def out_of_patience(patience, state, home, reserved, month):
    """Rows (int32) of those present whose patience ends this month, without a home and without one accepted."""
    rows = np.empty(len(state), np.int32)
    n = 0
    for i in range(len(state)):
        if patience[i] == month and state[i] == PRESENT and home[i] < 0 and reserved[i] < 0:
            rows[n] = i
            n += 1
    return rows[:n].copy()


def look_again(w: World, changed: NDArray) -> None:
    """Income and rent of who has a birthday, rent of who follows a path, then fit of their homes, and after an event."""
    h = w.h
    birthday = birthdays(h.state, h.adult_birth, w.month)
    describe(h, birthday, w.month)  # income moves on with age, with or without a home
    sitting_rent.pass_year(w, birthday)
    paths = sitting_rent.step_rents(w)
    rows = np.concatenate((birthday, changed, paths)).astype(np.int32)
    refresh(h, rows[(h.state[rows] == PRESENT) & (h.home[rows] >= 0)], moment(w))


def look_at_the_monitor(run: Run) -> None:
    """A stepwise approach does what its rules say."""
    if run.approach is not None:
        run.approach.look(run.world, run.at_work, run.records, run.at_start)


def instruments_act(run: Run) -> None:
    """Instruments at work, in the order of their names; the approach hears what was said in the talks."""
    talks = run.at_work.act(run.world, run.neighbours.seniors)
    if run.approach is not None:
        for rows, stages in talks:
            run.approach.hear_talks(rows, stages)


def live_on(run: Run, happened: Happened) -> None:
    """Ghosts share the events of their households, see their homes with other eyes, and are reached by what they may have."""
    w, g = run.world, run.at_work.ghosts
    if g is None or not g.watched():
        return
    there = ghosts.as_world(w, g)
    changed, triggers = ghosts.share_events(w, g, happened)
    g.end(out_of_patience(there.h.patience, there.h.state, there.h.home, there.h.reserved, w.month), w.month, True)
    with w.draws.replay():
        reactions.react(there, changed, triggers)
        look_again(there, changed)
        registration.pass_month(there)
        run.at_work.reach_ghosts(w, there)


def take_steps(run: Run) -> None:
    """The klantreis of this month; whoever takes another way than without an instrument leaves a ghost behind, that takes its own."""
    w, g, force = run.world, run.at_work.ghosts, run.at_work.in_force
    bases, way = klantreis.bases_of(w.draws, w.month), ghosts.parting(w, g)
    now = klantreis.ThisMonth(w.month, run.neighbours.norm(), crowding(w), w.map.beyond, bases, force.levers, memory_of(w, force), way)
    klantreis.take_steps(w, now)
    ghosts.part(w, g, force, way)
    there = ghosts.as_world(w, g) if g is not None and g.n > 0 else None
    if there is not None:
        klantreis.take_steps(there, now._replace(memory=memory_of(there, force), parting=notes.no_parting()))
    run.journal.hear_steps(w, run.at_work, there)


def go_to_market(run: Run) -> None:
    """Who gets which home, and what each searcher owes to an instrument; those who got nothing tell what stood in the way."""
    w, force = run.world, run.at_work.in_force
    met = market.meet(w, force)
    run.records.wins[:] = 0
    if met is None:
        return
    owed, watch = clearings.owed(w, force, run.at_work.ghosts, met)
    run.records.wins[:] = watch.wins
    obstacles = market.take(w, met, owed)
    run.stuck.hear(met.rows, obstacles, w.h.search_month)
    run.journal.hear_market(w, run.at_work, met, obstacles, owed, watch)
    if run.approach is not None:
        run.approach.hear_obstacles(met.rows, obstacles)


def hand_over_keys(run: Run, first: int) -> None:
    """Everybody whose month of the keys has come moves; ``first`` is this month's first row of the ledger."""
    w, h = run.world, run.world.h
    rows = np.flatnonzero((h.keys_month <= w.month) & (h.reserved != NOWHERE) & (h.state == PRESENT)).astype(np.int32)
    chains.hand_over(w, run.at_work.in_force.levers, rows)
    moved = np.arange(first, int(w.counts[1]))
    moved = moved[np.isin(w.m.reason[moved], SEEN_BY_NEIGHBOURS)]
    senior = (w.m.household_class[moved] == HouseholdClass.SENIOR) & (w.m.from_dwelling[moved] >= 0)
    areas = w.d.area[w.m.from_dwelling[moved][senior]]
    run.neighbours.moves[w.month % NORM_MONTHS] = np.bincount(areas, minlength=len(w.map.gemeente))
    run.at_work.close_month(w, first)
