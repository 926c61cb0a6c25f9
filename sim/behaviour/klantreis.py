"""The klantreis: what moves a household from its present home to a wish, to searching, and out of the journey again.

Each month every household with a home takes at most one step. The chance of a step is a logit of what the household has: the
gap in fit that it perceives, attachment, age, moves of neighbours, and the levers of the instruments that reach it. Each
decision that an instrument touches is taken twice with the same draw: with it, and with it off.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.behaviour.fit import any_child, class_of, oldest_age
from sim.behaviour.memory import remembered
from sim.behaviour.notes import LOGIT_LIMIT, LOGIT_SCALE, N_LOGIT, Parting, logit_cell, note_levers, twice
from sim.kernel_cache import njit
from sim.levers import NO_BITS
from sim.world.chance import Draws, Purpose, draw_bits, to_unit, uniform
from sim.world.codes import (
    AANPASBAAR,
    ADAPTED,
    AROUND,
    DROPPED,
    ENTERED,
    FADED,
    GAVE_UP,
    GESCHIKT,
    HUIDIGE,
    KOOP,
    LEFT,
    NIEUW,
    NOOD_TRIGGERS,
    PRESENT,
    T_CONTACT,
    T_NONE,
    T_WISH,
    VERHUIZEN,
    WENS,
    ZOEKEN,
    Stage,
)
from sim.world.columns import ABSENT, NEVER
from sim.world.copies import Own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.behaviour.memory import Memory
    from sim.parameters import Params
    from sim.world.world import World

WISH_BASE, SEARCH_BASE, FADE_BASE, ADAPT_BASE, WHERE_BASE = range(5)
NEVER_HERE = np.inf  # a draw above every chance
SEARCH_AT = len(Stage)
NORM_MONTHS = 12
ROOTED_MONTHS = 960  # from here on nothing is added
CEILING = 0.21  # no wish before levers is likelier: CEILING_LOGIT is 0.2, and the table adds less than a hundredth
CEILING_LOGIT = -1.3862943611198906
ROUNDING = 1e-9  # far more than the sums of a logit can be rounded by


@dataclass
class Neighbours(Own):
    """What seniors see of their neighbours: who moved lately, and how many they are."""

    moves: NDArray  # float64 [NORM_MONTHS, areas], moves by choice of seniors out of each area, by calendar month
    seniors: NDArray  # float64 [areas], at the end of the last month

    def norm(self) -> NDArray:
        """Share of the seniors of each area that moved in the last year, float64 [areas]."""
        return self.moves.sum(axis=0) / np.maximum(1.0, self.seniors)


class Journey(NamedTuple):
    """What the monthly step reads of the parameters: tables, and numbers that are the same for everybody."""

    chance: NDArray  # float64 [N_LOGIT], chance at the midpoint of each cell of the logit
    wish: NDArray  # float64 [2 (senior), age], logit of a woonwens at zero gap, attachment and norm
    search: NDArray  # float64 [2], logit of starting to search
    fade: NDArray  # float64 [2], chance per month
    give_up: NDArray  # float64 [2 (senior), 2 (nood)], chance per month
    rooted: NDArray  # float64 [months lived], what living somewhere for so long adds to attachment
    gap: float  # logit of a wish per point of fit that is lacking
    attachment: float  # … per point of attachment to the neighbourhood
    social_norm: float  # … per share of the seniors around that moved in the last year
    owner: float  # … of an owner
    p_adapt: float  # share of the wishes that fade in which a home that can be adapted is
    dur_settle: float  # months until a new home is home
    look_elsewhere: int  # months before it leaves for another gemeente in which a household looks there, and not here
    discontent: np.float32  # fit points by which a home is liked less as long as one is on the way
    senior_age: int  # years


@functools.lru_cache(maxsize=16)
def make_journey(p: Params) -> Journey:
    """Tables of one set of parameters."""
    x = (np.arange(N_LOGIT) + 0.5) / LOGIT_SCALE - LOGIT_LIMIT
    age, lived = np.arange(111), np.arange(ROOTED_MONTHS)
    middling = 0.15  # the gap at which p_wish_… is stated
    base = -p.logit_wish_gap * middling - p.logit_wish_attachment * 0.5
    senior = _logit(p.p_wish_senior) + base + p.logit_wish_age * np.clip(age - p.senior_age - 15, -p.n_years_wish_level, None)
    other = _logit(p.p_wish_other) + base + p.logit_wish_young * (np.clip(age, 18, None) - 40)
    return Journey(
        chance=1 / (1 + np.exp(-x)),
        wish=np.stack([other, senior]),
        search=np.array([_logit(p.p_search_other), _logit(p.p_search_senior) + p.logit_search_delay]),
        fade=np.array([p.p_fade_other, p.p_fade_senior]),
        give_up=np.array([[p.p_give_up_other] * 2, [p.p_give_up_senior, p.p_give_up_senior * p.rel_give_up_nood]]),
        rooted=p.rel_attachment_years * (lived / (lived + p.dur_rooted_half) - p.rel_rooted_neutral),
        gap=p.logit_wish_gap,
        attachment=p.logit_wish_attachment,
        social_norm=p.logit_social_norm,
        owner=p.logit_wish_koop,
        p_adapt=p.p_adapt_share,
        dur_settle=p.dur_settle,
        look_elsewhere=int(p.dur_look_elsewhere),
        discontent=np.float32(p.rel_discontent),
        senior_age=int(p.senior_age),
    )


def _logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


@njit(cache=True)
def is_nood(trigger):
    """Whether a trigger is nood rather than wens."""
    return trigger in NOOD_TRIGGERS


@njit(cache=True)
def attached(own, months, rooted):
    """Attachment to the neighbourhood, 0-1: a household's own part and what ``months`` of living there have added."""
    return min(1.0, max(0.0, own + rooted[min(len(rooted) - 1, max(0, months))]))


@njit(cache=True)
def looks_elsewhere(departs, month, dur):
    """Whether a household that leaves for another gemeente in month ``departs`` has found what it looks for there (``dur`` in months)."""
    return month >= np.int64(departs) - dur


@njit(cache=True)
def looks_beyond(scope, ident, base, beyond):
    """Whether a household looks in the gemeenten around, and there in those outside this world, which have the share ``beyond``."""
    return scope == AROUND and to_unit(draw_bits(base, ident)) < beyond


class ThisMonth(NamedTuple):
    """What is the same for everybody in a month's klantreis."""

    month: int
    norm: NDArray  # float64 [areas], share of the seniors that moved in the last year
    crowd: NDArray  # float64 [2, areas], none above 0: what choice overload adds to the logit of a search
    beyond: NDArray  # float64 [areas], share of those who look in the gemeenten around that looks there only
    bases: NDArray  # uint64: keys of WISH, SEARCH, FADE, ADAPT, and of who looks where
    levers: NDArray  # LEVERS records of the instruments at work
    memory: Memory  # what is left of what they told
    parting: Parting  # filled with whoever decides otherwise than without an instrument, for the first time


@njit(cache=True)
def most_beside_gap(j, norm):
    """The most that anything but the gap in fit can add to the logit of a wish, at any age, attachment (0 to 1) and area."""
    pressed = 0.0
    for area in range(len(norm)):
        pressed = max(pressed, j.social_norm * norm[area])
    return np.max(j.wish) + max(0.0, j.attachment) + max(0.0, j.owner) + pressed + ROUNDING


@njit(cache=True)
def likeliest_steps(j):
    """The highest chance without levers of the step that is drawn first, by stage, then of starting to search; float64 [6]."""
    likeliest = np.ones(SEARCH_AT + 1)
    likeliest[HUIDIGE], likeliest[WENS], likeliest[ZOEKEN] = CEILING, np.max(j.fade), np.max(j.give_up)
    likeliest[SEARCH_AT] = j.chance[logit_cell(np.max(j.search))]
    return likeliest


@njit(cache=True)
def step_kernel(h, d, j, now, funnel):
    """One month of the klantreis for every household with a home (see the module); changes the columns in place.

    ``j`` is a ``Journey``, ``now`` a ``ThisMonth``; ``funnel`` int64 [FUNNEL_SHAPE] counts the steps.
    """
    armed, most, likeliest = len(now.levers) > 0, most_beside_gap(j, now.norm), likeliest_steps(j)
    left = np.zeros(len(now.levers))
    month, bases, chance, per_gap, dur_settle, look = now.month, now.bases, j.chance, j.gap, j.dur_settle, j.look_elsewhere
    for i in range(len(h.state)):
        if h.state[i] != PRESENT or h.home[i] < 0:
            continue
        stage = h.stage[i]
        settling = stage == NIEUW and month - h.stage_month[i] < dur_settle
        if stage == VERHUIZEN or settling or (looks_elsewhere(h.departs[i], month, look) and _on_the_way_out(h, i, j, month, funnel)):
            continue
        u = to_unit(draw_bits(bases[WISH_BASE if stage == HUIDIGE else FADE_BASE], h.id[i]))
        touched = h.touched[i] if armed else NO_BITS
        if touched == NO_BITS:  # most rows end here; stages as functions, even of plain numbers, cost more than all of this
            if u > likeliest[stage] and (stage != WENS or to_unit(draw_bits(bases[SEARCH_BASE], h.id[i])) > likeliest[SEARCH_AT]):
                continue  # no step is that likely for anybody
            gap = 1.0 - np.float64(h.fit_here[i]) - np.float64(h.taste_here[i])
            if stage == HUIDIGE and u >= chance[logit_cell(most + per_gap * gap)]:
                continue
        age = oldest_age(np.int64(h.adult_birth[i, 0]), np.int64(h.adult_birth[i, 1]), month)
        senior, home, to, code = 1 if age >= j.senior_age else 0, h.home[i], stage, -1
        if stage == HUIDIGE:  # a wish comes with a home that fits badly, with age, and with neighbours who move
            x = j.wish[senior, age] + j.attachment * attached(h.attachment[i], month - h.moved_in[i], j.rooted)
            x += per_gap * (1.0 - np.float64(h.fit_here[i]) - np.float64(h.taste_here[i]))
            x += j.owner if d.tenure[home] == KOOP else 0.0
            x += j.social_norm * now.norm[d.area[home]] if senior else 0.0
            gone = remembered(now.levers.awareness, touched, now.memory, i, month, left)
            h.used[i] &= ~gone | h.decisive[i]  # what is forgotten and came to nothing is no use any more
            start, off, used, decisive = twice(u, min(x, CEILING_LOGIT), chance, touched, left)
            if used:
                note_levers(h, i, used, decisive, now.parting)
            if start:
                to = WENS
                h.trigger[i] = T_WISH if off else T_CONTACT
                h.taste_here[i] -= j.discontent  # a wish is discontent with the present home
        elif stage == WENS:  # a search begins, or the wish fades
            x = j.search[senior] + now.crowd[min(1, h.scope[i]), d.area[home]]
            beyond = looks_beyond(h.scope[i], h.id[i], bases[WHERE_BASE], now.beyond[d.area[home]])
            go = NEVER_HERE if beyond else to_unit(draw_bits(bases[SEARCH_BASE], h.id[i]))
            remembered(now.levers.search, touched, now.memory, i, month, left)
            start, off, used, decisive = twice(go, x, chance, touched, left)
            if used:
                note_levers(h, i, used, decisive, now.parting)
            if start:
                to = ZOEKEN
            elif u < j.fade[senior]:
                to, code = HUIDIGE, FADED
                if senior and d.access[home] == AANPASBAAR and to_unit(draw_bits(bases[ADAPT_BASE], h.id[i])) < j.p_adapt:
                    d.access[home] = GESCHIKT  # adapting the home is an exit from the journey, not a failure
                    code = ADAPTED
        elif stage != ZOEKEN:
            to = HUIDIGE  # who is settled in a new home is at home
        elif u < j.give_up[senior, 1 if is_nood(h.trigger[i]) else 0]:  # who searches in vain may give up; in nood less often
            to, code = HUIDIGE, GAVE_UP
        if to != stage:
            _go_to(h, i, to, code, class_of(0, age, any_child(h.child_birth, i), j.senior_age), month, j.discontent, funnel)


def long_run(w: World, rows: NDArray, u: NDArray) -> tuple[NDArray, NDArray]:
    """Stages of the households with a home ``rows`` as each would have them in the long run, and the chance to stay in them a month.

    That is the balance of the steps of ``step_kernel``: into a stage as often as out of it, at the gap, attachment and age that the
    household has now, without levers; a search ends by giving up or by a home (``p_find_…``). ``u`` [rows] in [0, 1) draws the stage.
    """
    p, j = w.params, make_journey(w.params)
    senior, x = _wishing(w, rows, j)
    wish = j.chance[np.clip(((np.minimum(x, CEILING_LOGIT) + LOGIT_LIMIT) * LOGIT_SCALE).astype(np.int64), 0, N_LOGIT - 1)]
    search = np.array([j.chance[logit_cell(one)] for one in j.search])[senior] * ~_looks_beyond(w, rows)
    leave_wish = search + (1 - search) * j.fade[senior]
    find = np.where(senior, p.p_find_senior, p.p_find_other)
    leave_search = j.give_up[senior, 0] + (1 - j.give_up[senior, 0]) * find
    at_home, wishing = np.ones(len(rows)), wish / leave_wish
    searching = wishing * search / leave_search
    whole = at_home + wishing + searching
    stage = np.select([u * whole < searching, u * whole < searching + wishing], [ZOEKEN, WENS], HUIDIGE)
    return stage, 1 - np.select([stage == ZOEKEN, stage == WENS], [leave_search, leave_wish], wish)


def _looks_beyond(w: World, rows: NDArray) -> NDArray:
    """Which households with a home look in the gemeenten around, outside this world; bool."""
    h = w.h
    u = uniform(where_base(w.draws), h.id[rows])
    return (h.scope[rows] == AROUND) & (u < w.map.beyond[w.d.area[h.home[rows]]])


def _wishing(w: World, rows: NDArray, j: Journey) -> tuple[NDArray, NDArray]:
    """Whether each household is senior (int64), and the logit of a wish without levers, at the norm of the start."""
    h, home = w.h, w.h.home[rows]
    age = np.array([oldest_age(np.int64(a), np.int64(b), w.month) for a, b in h.adult_birth[rows]])
    senior = (age >= j.senior_age).astype(np.int64)
    months = np.clip(w.month - h.moved_in[rows].astype(np.int64), 0, len(j.rooted) - 1)
    x = j.wish[senior, age] + j.attachment * np.clip(h.attachment[rows] + j.rooted[months], 0, 1)
    x += j.gap * (1.0 - h.fit_here[rows].astype(np.float64) - h.taste_here[rows])
    x += j.owner * (w.d.tenure[home] == KOOP) + j.social_norm * w.params.rel_start_norm * senior
    return senior, x


def take_steps(w: World, now: ThisMonth) -> None:
    """The klantreis of this month for every household of ``w`` with a home (see ``step_kernel``)."""
    step_kernel(w.h, w.d, make_journey(w.params), now, w.funnel)


@njit(forceinline=True)
def _go_to(h, i, to, code, cls, month, discontent, funnel):
    """Household i goes to stage ``to``, or drops out with a reason (``code`` not −1)."""
    stage = h.stage[i]
    if code >= 0:
        funnel[cls, stage, DROPPED, code] += 1
        h.taste_here[i] += discontent
        _forget_journey(h, i)
    else:
        funnel[cls, stage, LEFT, 0] += 1
        funnel[cls, to, ENTERED, h.trigger[i]] += 1
    h.stage[i] = to
    h.stage_month[i] = month
    if to == ZOEKEN:
        begin_search(h, i, month)


@njit(cache=True)
def _on_the_way_out(h, i, j, month, funnel):
    """Household i looks in another gemeente, with a home in sight there: it takes the next step towards searching. Always True."""
    stage = h.stage[i]
    if stage == ZOEKEN:
        return True
    age = oldest_age(np.int64(h.adult_birth[i, 0]), np.int64(h.adult_birth[i, 1]), month)
    if stage == HUIDIGE:
        h.trigger[i] = T_WISH
        h.taste_here[i] -= j.discontent
    cls = class_of(0, age, any_child(h.child_birth, i), j.senior_age)
    _go_to(h, i, HUIDIGE if stage == NIEUW else stage + 1, -1, cls, month, j.discontent, funnel)
    return True


@njit(cache=True)
def begin_search(h, i, month):
    h.search_month[i] = month
    if h.registered[i] == NEVER:
        h.registered[i] = month


@njit(cache=True)
def _forget_journey(h, i):
    h.trigger[i] = T_NONE
    h.search_month[i] = ABSENT
    h.used[i] = NO_BITS
    h.decisive[i] = NO_BITS


def bases_of(draws: Draws, month: int) -> NDArray:
    """Base keys of one month's steps, in the order that ``step_kernel`` reads."""
    purposes = (Purpose.WISH, Purpose.SEARCH, Purpose.FADE, Purpose.ADAPT)
    return np.array([*(draws.base(purpose, month) for purpose in purposes), where_base(draws)], np.uint64)


def where_base(draws: Draws) -> np.uint64:
    """Base key of which households that look in the gemeenten around look outside this world: fixed for a household."""
    with draws.replay():
        return draws.base(Purpose.SCOPE, 1)
