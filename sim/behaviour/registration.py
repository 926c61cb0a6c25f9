"""Registration with the corporaties, apart from searching: who stands on the list, who lets it lapse, and who looks this month.

Who searches is registered. A household with a home and no definite wish may be registered, as insurance: it is *dormant* and never
reacts, or *alert* and looks in the months in which a keyed draw wakes it, at corporatie homes only and for that month only. Who is
awake hangs on its id and the month, never on what is on offer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit
from sim.levers import NO_BITS
from sim.world.chance import Purpose, draw_bits, to_unit, uniform
from sim.world.codes import HUIDIGE, PRESENT, T_ALERT, WENS, ZOEKEN
from sim.world.columns import ABSENT, NEVER, NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.world import World


class Insured(NamedTuple):
    """What happens to a registration in a month, and who on the list is awake."""

    renewal: np.uint64  # base key of the month: who registers, and whose registration lapses
    kind: np.uint64  # base key of who is alert when registered: fixed for a household
    waking: np.uint64  # base key of the month: which of them are awake
    begins: float  # chance per month that who is not registered registers
    lapses: float  # chance per month that the registration of who does not search lapses
    alert: float  # share of the registered that is alert
    p_alert: float  # chance per month that these are awake


def renewal(p: Params) -> tuple[float, float]:
    """Chance per month to register, and to let it lapse, of who has a home and does not search: in balance at ``rel_registered_long``."""
    share = p.rel_registered_long
    if share == 1:
        return 1.0, 0.0
    lapses = 1 / p.dur_registered
    return min(1.0, lapses * share / (1 - share)), lapses


def pass_month(w: World) -> None:
    """Registrations begin and lapse, and some of those on the list are awake this month (column ``awake``); ghosts alike."""
    p = w.params
    with w.draws.replay():  # who is alert is fixed for the whole run
        kind = w.draws.base(Purpose.ALERT)
    keys = w.draws.base(Purpose.REGISTER, w.month), kind, w.draws.base(Purpose.AWAKE, w.month)
    pass_kernel(w.h, w.month, Insured(*keys, *renewal(p), p.rel_alert, p.p_alert))


@njit(cache=True)
def pass_kernel(h, month, by):
    """One month on the list for every household with a home that has accepted none and does not search; changes the columns in place."""
    for i in range(len(h.state)):
        if h.state[i] != PRESENT or h.home[i] < 0 or h.stage[i] == ZOEKEN or h.reserved[i] != NOWHERE:
            continue
        u = to_unit(draw_bits(by.renewal, h.id[i]))
        if h.registered[i] == NEVER:
            if u < by.begins:
                h.registered[i] = month
        elif u < by.lapses:
            h.registered[i] = NEVER
            h.first_response[i] = ABSENT
        if h.registered[i] == NEVER or (h.stage[i] != HUIDIGE and h.stage[i] != WENS):
            continue
        if to_unit(draw_bits(by.kind, h.id[i])) < by.alert and to_unit(draw_bits(by.waking, h.id[i])) < by.p_alert:
            h.awake[i] = month


def long_run(w: World, n: int, lived: NDArray, adult: NDArray, spent: NDArray) -> tuple[NDArray, NDArray]:
    """Whether each of the first ``n`` households is registered in the long run of ``renewal``, and for how many months; bool and int32.

    A registration goes back no further than to the age of 18 (``adult``, months), and in a home of a corporatie (``spent``, bool) than to
    the move (``lived``, months), which took what there was before.
    """
    ids, p = w.h.id[:n], w.params
    there = uniform(w.draws.base(Purpose.REGISTRATION, 1), ids) < p.rel_registered_long
    u, (_, lapses) = uniform(w.draws.base(Purpose.REGISTRATION, 2), ids), renewal(p)
    lasts = np.log1p(-u) / np.log1p(-lapses) if lapses > 0 else np.full(n, np.inf)
    return there, np.minimum(lasts, np.minimum(p.dur_registration_cap, np.where(spent, lived, adult))).astype(np.int32)


def first_responses(w: World, rows: NDArray) -> None:
    """Of the registered ``rows`` at the start, the alert have responded since they were first awake."""
    h, p = w.h, w.params
    with w.draws.replay():
        alert = uniform(w.draws.base(Purpose.ALERT), h.id[rows]) < p.rel_alert
    rows = rows[alert & (p.p_alert > 0)]
    u = uniform(w.draws.base(Purpose.REGISTRATION, 3), h.id[rows])
    asleep = np.log1p(-u) / np.log1p(-min(p.p_alert, 1 - np.finfo(np.float64).eps)) if len(rows) else u  # months
    first = h.registered[rows] + np.minimum(asleep, p.dur_registration_cap).astype(np.int64)
    h.first_response[rows] = np.where(first < w.month, first, ABSENT)


@njit(cache=True)
def note_responses(h, rows, n, month):
    """The households ``rows`` respond to ``n`` (int64 [rows, segments]) homes this month, of which the first segment is of corporaties.

    The whole table is asked for: one column of a single row is contiguous to numba, and would be compiled for again.
    """
    for s in range(len(rows)):
        if n[s, 0] > 0:
            i = rows[s]
            h.responded[i] = month
            if h.first_response[i] == ABSENT:
                h.first_response[i] = month


@njit(cache=True)
def set_out(h, rows, month, discontent):
    """Those of ``rows`` that win a home without having searched are on their way; their search began with their first response."""
    for i in rows:
        if h.stage[i] == ZOEKEN:
            continue
        if h.stage[i] == HUIDIGE:  # it knows a better home now, and goes on searching if that one falls through
            h.trigger[i] = T_ALERT
            h.taste_here[i] -= discontent
            h.used[i], h.decisive[i] = NO_BITS, NO_BITS  # what led to no wish before has no part in this
        h.search_month[i] = month if h.first_response[i] == ABSENT else h.first_response[i]
