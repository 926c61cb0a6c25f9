"""What instruments cost, recounted: each month's euro from what is seen in the world and what its settings ask for one of it.

Nothing here reads what an instrument noted of itself but its contacts. A setting in euro that is in neither table below fails.
"""

from __future__ import annotations

import functools
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
import pytest

from sim import month
from sim.interventions import REGISTRY
from sim.interventions.at_work import InService
from sim.parameters import resolve
from sim.world.codes import Access, DwellingState, MoveReason, Trigger, VacancyState
from sim.world.world import World
from tests.every import every
from tests.worlds import FOLLOW_UP, MONTHS, at_work, burnt_in, everything

FIXED = 1200  # euro per year for each of them


class Seen(NamedTuple):
    """The world at the end of a month, with what an instrument needs of the month."""

    w: World
    one: InService
    k: np.ndarray  # this month's moves on which it worked
    access: np.ndarray  # of each home, before this month's keys
    n_homes: int  # before the month

    def moves(self, reason: MoveReason | None = None) -> int:
        return len(self.k) if reason is None else int((self.w.m.reason[self.k] == reason).sum())

    def made(self) -> int:
        """Homes that it added this month."""
        return int((self.w.d.made_by[self.n_homes :] == self.one.bit + 1).sum())

    def rehoused(self) -> int:
        """Moves because of works, out of homes that are out of use now: pulled down, or only empty."""
        m, d = self.w.m, self.w.d
        k = self.k[(m.reason[self.k] == MoveReason.FILL) & (m.trigger[self.k] == Trigger.REHOUSING)]
        empty = self.w.v.state[m.left_vacancy[k]] == VacancyState.WITHDRAWN
        gone = d.state[m.from_dwelling[k]] == DwellingState.GONE
        return int((empty & (gone == (self.one.key == "sloop"))).sum())

    def adapted(self) -> int:
        """Moves into homes that could be adapted and now are."""
        to = self.w.m.to_dwelling[self.k]
        return int(((self.access[to] == Access.AANPASBAAR) & (self.w.d.access[to] == Access.GESCHIKT)).sum())

    def contacts(self) -> int:
        return self.one.month.contacts

    def below_asking(self) -> np.ndarray:
        """Euro per month that movers pay less than the home asks."""
        m = self.w.m
        return np.maximum(0, self.w.d.rent[m.to_dwelling[self.k]].astype(float) - m.to_rent[self.k].astype(float))


PRICES = {  # setting to how many of what it is the price of
    "eur_fixed": lambda seen: 1 / 12,
    "eur_use": lambda seen: seen.moves(MoveReason.WONINGRUIL if seen.one.key == "woningruil" else None),
    "eur_grant": lambda seen: seen.moves(),
    "eur_moving": lambda seen: seen.rehoused(),
    "eur_contact": lambda seen: seen.contacts(),
    "eur_inspection": lambda seen: seen.contacts(),
    "eur_home": lambda seen: seen.adapted() if seen.one.key == "extra_hulpmiddelen" else seen.made(),
    "eur_split": lambda seen: seen.made(),
    "eur_case": lambda seen: seen.moves(MoveReason.INWONEN) if seen.one.key == "woningdelen" else seen.made(),
    "eur_survey": lambda seen: (seen.w.month - 1) % seen.one.settings.dur_cycle == 0,
    "eur_fte": lambda seen: seen.one.settings.fte / 12,
}
NOT_PAID = {"eur_budget", "eur_rent", "eur_room", "eur_plus", "eur_rent_most"}  # a limit; what households pay
FORGONE = {  # rent that is not asked, month by month
    "geen_dubbele_huur": lambda seen: sum(seen.w.m.from_rent[seen.k].astype(float).sum() for _ in range(seen.one.settings.dur_overlap)),
    "huurgewenning": lambda seen: sum(seen.below_asking().sum() * (1 - k / 3) * seen.one.settings.dur_path / 3 for k in range(3)),
    "huurbehoud": lambda seen: sum(seen.below_asking().sum() for _ in range(12 * int(resolve().n_years_rent_kept))),
}


@functools.cache
def ran(capacity):
    """A run with every instrument in it, and what each month of each should have cost: {(key, month): euro}."""
    asked = {key: settings | {"eur_fixed": FIXED, "capacity": capacity} for key, settings in everything().items()}
    under_way, due, keys = at_work(burnt_in(), asked), {}, month.hand_over_keys
    for _ in range(MONTHS + FOLLOW_UP):
        w = under_way.world
        now, first, n_homes, before = w.month, int(w.counts[1]), len(w.d.id), []

        def noted(run, since, before=before):
            before.append(run.world.d.access.copy())
            keys(run, since)

        with patch.object(month, "hand_over_keys", noted):
            month.step(under_way)
        for one in under_way.at_work.running:
            k = first + np.flatnonzero(w.m.instruments[first : int(w.counts[1])] & one.mask)
            seen = Seen(w, one, k, before[0], n_homes)
            named = [name for name in type(one.settings).model_fields if name in PRICES]
            due[one.key, now] = sum(getattr(one.settings, name) * PRICES[name](seen) for name in named)
            due[one.key, now] += FORGONE.get(one.key, lambda seen: 0.0)(seen)
    return under_way, due


@every("key", REGISTRY)
def test_a_setting_in_euro_is_a_price_of_something_that_is_counted_here(key):
    assert {name for name in REGISTRY[key].model_fields if name.startswith("eur_")} <= PRICES.keys() | NOT_PAID


@every("capacity", [None, 2.5])
@every("key", REGISTRY)
def test_each_month_costs_what_was_done_times_what_one_of_it_costs(key, capacity):
    under_way, due = ran(capacity)
    paid = {row["month"]: row["cost_eur"] for row in under_way.at_work.ledger if row["instrument"] == key}
    for now in range(MONTHS + FOLLOW_UP):
        assert paid.get(now, 0.0) == pytest.approx(due[key, now]), f"month {now}"
    spent = {one.key: one.eur_spent for one in under_way.at_work.running}
    assert sum(paid.values()) == pytest.approx(spent[key])


def test_each_price_was_paid_for_something():
    under_way, due = ran(None)
    for one in under_way.at_work.running:
        prices = {name for name in type(one.settings).model_fields if name in PRICES and name != "eur_fixed"}
        if any(getattr(one.settings, name) for name in prices) or one.key in FORGONE:
            assert sum(due[one.key, now] for now in range(MONTHS + FOLLOW_UP)) > FIXED / 12 * (MONTHS + FOLLOW_UP) + 1, one.key
