"""What life events set off: a fall, a partner lost, children who left or a child born send a household on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.behaviour.funnel import count_row
from sim.behaviour.klantreis import begin_search
from sim.kernel_cache import njit
from sim.world.chance import Purpose, draw_bits, to_unit
from sim.world.codes import GESCHIKT, HUIDIGE, PRESENT, T_CHILDREN_LEFT, T_FALL, T_SIZE, WENS, ZOEKEN, Trigger
from sim.world.columns import NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.world import World

EVENT_DRAWS = 100000  # keeps the draws of life events apart from the run-long draw of urgency


class Reaction(NamedTuple):
    """How households react to what happens to them in a month."""

    base: np.uint64  # key of the month
    chances: NDArray  # float64 [Trigger], see ``event_chances``
    discontent: np.float32  # fit points
    senior_age: int


def react(w: World, rows: NDArray, triggers: NDArray) -> None:
    """Life events set a journey off: household ``rows`` with what happened to each (Trigger)."""
    base = w.draws.base(Purpose.NOOD, w.month + EVENT_DRAWS)
    reaction = Reaction(base, event_chances(w.params), np.float32(w.params.rel_discontent), int(w.params.senior_age))
    react_kernel(w.h, w.d, rows, triggers, w.month, reaction, w.funnel)


@njit(cache=True)
def react_kernel(h, d, rows, triggers, month, reaction, funnel):
    """Who is set off gets a wish where the children left, and else searches; changes the columns in place.

    A household that two things happened to is named twice; the second finds it where the first has brought it.
    """
    for r in range(len(rows)):
        i, trigger = rows[r], triggers[r]
        home, stage = h.home[i], h.stage[i]
        if h.state[i] != PRESENT or home < 0 or h.reserved[i] != NOWHERE or (stage != HUIDIGE and stage != WENS):
            continue
        fits = (trigger == T_FALL and d.access[home] >= GESCHIKT) or (trigger == T_SIZE and d.rooms[home] >= h.rooms_needed[i])
        if fits or to_unit(draw_bits(reaction.base, h.id[i])) >= reaction.chances[trigger]:
            continue
        to = WENS if trigger == T_CHILDREN_LEFT else ZOEKEN
        if stage == to:
            continue
        if stage == HUIDIGE:
            h.taste_here[i] -= reaction.discontent  # a journey that begins is discontent with the present home
        h.trigger[i] = trigger
        count_row(h, i, to, month, reaction.senior_age, funnel)
        h.stage[i] = to
        h.stage_month[i] = month
        if to == ZOEKEN:
            begin_search(h, i, month)


def event_chances(p: Params) -> NDArray:
    """Chance per event that it starts a search (CHILDREN_LEFT: a wish), float64 [Trigger]."""
    chances = np.zeros(len(Trigger))
    chances[Trigger.FALL] = p.p_nood_fall
    chances[Trigger.LOSS_OF_PARTNER] = p.p_nood_partner
    chances[Trigger.CHILDREN_LEFT] = p.p_event_children_left
    chances[Trigger.SIZE] = p.p_event_birth
    return chances
