"""The principles of behaviour: each is one parameter of perception, with a value that removes it. The one registry of them.

``configs/behaviour/zonder_KEY.yaml`` switches one off, ``zonder_psychologie.yaml`` all of them.
"""

from __future__ import annotations

from typing import NamedTuple


class Principle(NamedTuple):
    """One principle: its parameter, the value at which it is gone, and what it does."""

    key: str
    nl: str
    en: str
    parameter: str
    neutral: float
    does: str
    source: str


_P = Principle
# fmt: off
PRINCIPLES: dict[str, Principle] = {one.key: one for one in (
    _P("verliesaversie", "verlies weegt zwaarder dan winst", "loss aversion", "rel_loss_aversion", 1.0,
       "what a home on offer has less of than the present home weighs more than what it has more of",
       "toolkit ch. 3; that it is about twice is an assumption"),
    _P("optimisme", "onrealistisch optimisme", "unrealistic optimism", "rel_optimism", 0.0,
       "a senior underestimates the own future limitation when it judges a home",
       "toolkit ch. 3; size is an assumption"),
    _P("uitstelgedrag", "uitstellen", "delay", "logit_search_delay", 0.0,
       "a senior with a wish puts off the start of the search",
       "design section 7; size is an assumption"),
    _P("nu_voor_later", "nu telt zwaarder dan later", "present bias", "rel_present_bias", 0.0,
       "under an instrument that lets the rent rise in steps, the rent of the first year weighs more than the rent that follows; without "
       "such an instrument it does nothing",
       "design section 7; size is an assumption"),
    _P("sociale_norm", "doen wat de buren doen", "social norm", "logit_social_norm", 0.0,
       "moves of seniors in the wijk in the last year raise the chance of a wish of the seniors there",
       "design section 7; size is an assumption"),
    _P("keuzestress", "te veel keus", "choice overload", "logit_choice_overload", 0.0,
       "the more homes on offer a household would see, the more often it puts off the start of the search; off unless it is set "
       "(`met_keuzestress`)",
       "design section 7; form and size are an assumption"),
)}
# fmt: on
