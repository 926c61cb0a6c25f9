"""The life of one household in sentences, Dutch or English: its journal where it is followed, else what columns and ledger can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.behaviour.fit import classes, fit_at, moment
from sim.counts import told
from sim.counts.lanes import WITH, home_of, lanes
from sim.world.codes import Contact, HouseholdClass, MoveReason, Stage
from sim.world.columns import NOWHERE, age_years
from sim.world.errors import Refusal
from sim.world.ids import public_id

if TYPE_CHECKING:
    from sim.counts.journal import Journal
    from sim.interventions.at_work import AtWork
    from sim.world.world import World

STAGES = {
    Stage.HUIDIGE_WONING: ("woont daar zonder woonwens", "lives there without a wish to move"),
    Stage.WOONWENS: ("denkt over verhuizen", "thinks about moving"),
    Stage.WONINGZOEKEN: ("zoekt een woning", "is searching"),
    Stage.VERHUIZEN: ("heeft een woning geaccepteerd en wacht op de sleutel", "has accepted a home and waits for the keys"),
    Stage.NIEUW_THUIS: ("went aan de woning", "is settling in"),
}
ORIGINS = ("zonder eigen woning", "no home of its own")
MOVED = ("In {month} verhuist het van {before} naar {after}{reason}{fits}.", "In {month} it moved from {before} to {after}{reason}{fits}.")
FITS = ("; passendheid {before} wordt {after}", "; fit {before} became {after}")
CONTACT = (" Eerste contact: {}.", " First contact: {}.")
FIRST = (
    "Huishouden {id}: {size} persoon of personen, de oudste is {age}, {kind}.",
    "Household {id}: {size} person(s), oldest {age}, {kind}.",
)
LODGES = (
    "Het heeft nu geen eigen woning: het woont bij een ander in en zoekt niet.",
    "It has no home of its own now: it lodges in the home of another household and is not searching.",
)
HOMELESS = ("Het heeft nu geen eigen woning en zoekt er een.", "It has no home of its own now and is searching.")
LIVES = ("Het woont hier: {home} (passendheid {fit}), en het {stage}.", "It lives in {home} (fit {fit}) and {stage}.")
LANES = (("Met de maatregelen:", "With the measures:"), ("Zonder de maatregelen:", "Without the measures:"))


def story(w: World, at_work: AtWork, journal: Journal, row: int, language: str = "en") -> str:
    """Sentences on a household row, one a line; of a followed one month by month, and what would have been without the instruments.

    Raises:
        Refusal: there is no such language.
    """
    if language not in told.LANGUAGES:
        raise Refusal(f"language={language!r}: a story is told in {' or '.join(told.LANGUAGES)}")
    return _journal(w, at_work, journal, row, language) if row in journal.mine.rows else _moves(w, row, told.LANGUAGES.index(language))


def _journal(w: World, at_work: AtWork, journal: Journal, row: int, language: str) -> str:
    both = lanes(w, at_work, journal, int(public_id(w.h.id[row : row + 1])[0]))
    k, parted = told.LANGUAGES.index(language), both["parted"]
    lines = [f"{told.text(both['who'], language)}."]
    for lane, said in zip(both["lanes"], LANES, strict=True):
        if lane == WITH or parted:
            lines.append(said[k])
            lines += [f"{one['when'][language]}: {told.text(one, language)}" for one in both["lanes"][lane]]
    return "\n".join([*lines, both["why"][language]] if at_work.keys else lines)


def _moves(w: World, row: int, k: int) -> str:
    """From the columns and the ledger."""
    h, m, rows, language = w.h, w.m, np.array([row]), told.LANGUAGES[k]
    kind = HouseholdClass(int(classes(h, rows, w.month, int(w.params.senior_age))[0]))
    unique, age = int(public_id(h.id[rows])[0]), int(age_years(h.adult_birth[row], w.month).max())
    lines = [FIRST[k].format(id=unique, size=int(h.size[row]), age=age, kind=getattr(kind, language))]
    for move in np.flatnonzero(m.household[: int(w.counts[1])] == row):
        before, after = (int(column[move]) for column in (m.from_dwelling, m.to_dwelling))
        why = MoveReason(int(m.reason[move]))
        said = MOVED[k].format(
            month=told.month_said(w.setting.start, int(m.month[move]))[language],
            before=ORIGINS[k] if before == NOWHERE else _home(w, before, language),
            after=_home(w, after, language),
            reason="" if why == MoveReason.FILL else f" ({getattr(why, language)})",
            fits=_fits(float(m.fit_before[move]), float(m.fit_after[move]), k),
        )
        contact = Contact(int(m.first_contact[move]))
        lines.append(said + (CONTACT[k].format(getattr(contact, language)) if contact else ""))
    return "\n".join([*lines, _now(w, row, k)])


def _fits(before: float, after: float, k: int) -> str:
    """How well the homes left and taken fit; nothing where one of them is not worked out, which is 0 in the ledger."""
    language = told.LANGUAGES[k]
    return FITS[k].format(before=told.decimals(before, language), after=told.decimals(after, language)) if before and after else ""


def _home(w: World, home: int, language: str) -> str:
    row = home_of(w, home)
    return told.home_said(row)[language].format(rooms=row["rooms"])


def _now(w: World, row: int, k: int) -> str:
    h, stage = w.h, Stage(int(w.h.stage[row]))
    if h.home[row] == NOWHERE:
        return LODGES[k] if stage == Stage.NIEUW_THUIS else HOMELESS[k]
    fit = float(fit_at(h, np.array([row], np.int32), h.home[row : row + 1], moment(w))[0])
    home = _home(w, int(h.home[row]), told.LANGUAGES[k])
    return LIVES[k].format(home=home, fit=told.decimals(fit, told.LANGUAGES[k]), stage=STAGES[stage][k])
