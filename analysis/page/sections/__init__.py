"""The sections of the page, in their order. A section is one file with one ``section(page)``; None where there is nothing to say."""

from __future__ import annotations

from collections.abc import Callable

from analysis.page.section import Page, Section
from analysis.page.sections import cards, chain, journey, money, next_steps, now, one_senior, researchers, sureness, who, without

ALL: tuple[Callable[[Page], Section | None], ...] = (
    now.section,
    cards.section,
    who.section,
    chain.section,
    journey.section,
    one_senior.section,
    without.section,
    money.section,
    sureness.section,
    next_steps.section,
    researchers.section,
)
