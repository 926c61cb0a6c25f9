"""The simplified month: the product's own ``sim.month.step`` with rules switched off by parameters alone.

Off: place and profile in fit, attachment, the social norm, rarer wishes of owners, discontent, trouble and cost of
moving, loss aversion, urgency, nood in the market, searching beyond the gemeente, homes outside the quotas, falling
rents of sitting tenants, registrations that lapse (whoever has a home is registered), and who on the list is awake
without searching. On: every demographic event, ageing, fit by size, accessibility and affordability, the five stages,
looking, sight, taste, eligibility, income limits, the three rankings, deferred acceptance with refusals, relaxing,
keys, money, new build, demolition and the ledger of chains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim import month, parameters, run
from sim.start import build
from sim.world import places

if TYPE_CHECKING:
    from sim.state import Run

BEHAVIOUR = {
    "rel_weight_place": 0,
    "rel_weight_profile": 0,
    "logit_wish_attachment": 0,
    "logit_social_norm": 0,
    "logit_wish_koop": 0,
    "rel_discontent": 0,
    "rel_trouble": 0,
    "rel_trouble_senior": 0,
    "rel_trouble_age": 0,
    "rel_trouble_double": 0,
    "rel_trouble_koop": 0,
    "rel_eur_once": 0,
    "rel_loss_aversion": 1,
    "p_urgent": 0,
    "p_urgent_starter": 0,
    "rel_sight_nood": 1,
    "rel_give_up_nood": 1,
    "p_event_children_left": 0,
    "p_event_birth": 0,
    "rel_scope_around": 0,
    "rel_outside_passend": 0,
    "rel_free_space": 0,
    "rel_rise_felt": 0,
    "rel_sitting_rent": 0,
    "rel_sitting_rent_vrij": 0,
    "dur_presale_koop": 0,
    "dur_presale_huur": 0,
    "dur_look_elsewhere": 0,
    "rel_registered_long": 1,
    "p_alert": 0,
}


def settled(place: str, seed: int, months: int, settle: int = 12) -> Run:
    """A world under the simplified rules after ``settle`` months, with events for ``months`` more."""
    settled_run = build(
        places.resolve(place), seed, parameters.resolve(BEHAVIOUR), start="2026-01", burn_in=settle, months=months, follow_up=0
    )
    for _ in range(settle):
        month.step(settled_run)
    run.begin(settled_run)
    return settled_run
