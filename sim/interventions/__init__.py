"""The menukaart: one registry of instruments, from which tests, documentation and lists are made.

Whoever writes an instrument finds here what it needs: ``from sim.interventions import Card, Instrument, Running, Who``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sim.behaviour.money import rent_discount
from sim.interventions import organisations
from sim.interventions.at_work import AtWork, InService
from sim.interventions.card import Card
from sim.interventions.cards import (
    eigen,
    familie,
    flexibele_eisen,
    herstructurering,
    onderzoek,
    ontzorgen,
    op_weg_helpen,
    passend_aanbod,
    prijsprikkel,
    splitsen,
    voorrang,
    woningdelen,
    woningruil,
    wooncoach,
)
from sim.interventions.delivery import Help, KnownToSome, Outreach
from sim.interventions.instrument import Instrument
from sim.interventions.labels import filters_of, refuse_two_labels
from sim.interventions.renamed import there
from sim.interventions.running import Running
from sim.interventions.terms import Payer
from sim.interventions.who import ALL_DRAWN, Lot, Who, area_rows
from sim.levers import MAX_INSTRUMENTS, NO_BITS, InForce, make_levers
from sim.without.ghosts import no_ghosts
from sim.world.errors import Fault, Refusal, first_fault, hint, shown
from sim.world.names import is_there, other_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from sim.world.geography import Geography
    from sim.world.keyed_files import KeyedFile
    from sim.world.notation import Place
    from sim.world.world import World

# The files of cards, in the order of the menukaart; each ends with the tuple of its instruments.
FILES = (
    onderzoek,
    passend_aanbod,
    splitsen,
    woningdelen,
    familie,
    woningruil,
    herstructurering,
    op_weg_helpen,
    wooncoach,
    ontzorgen,
    prijsprikkel,
    voorrang,
    eigen,
    flexibele_eisen,
)
REGISTRY: dict[str, type[Instrument]] = {cls.card.key: cls for file in FILES for cls in file.CARDS}


def class_of(key: str) -> type[Instrument] | None:
    """The class of an instrument. ``interventie_…`` is a user's own; ``al_…`` what a place does already of the instrument of that key."""
    if is_there(key):
        base = class_of(other_of(key))
        return None if base is None or is_there(base.card.key) else there(base, key)
    return REGISTRY.get(key) or (eigen.own(key) if re.fullmatch(r"interventie_[a-z0-9_]+", key) else None)


def card_of(key: str) -> Card:
    """The card of an instrument; an empty one, with its key alone, where there is no such instrument."""
    cls = class_of(key)
    return Card(key=key) if cls is None else cls.card


def load(key: str, settings: Mapping[str, Any] | None, start: str = "2026-01") -> Instrument:
    """Settings of one instrument, checked against its fields and the law in force at ``start``.

    Raises:
        Refusal: unknown instrument or setting (with the nearest name), a value out of range, settings that contradict
            each other, or what the law forbids.
    """
    instrument = fill(key, settings)
    instrument.check_law(start)
    _refuse_contradictions(instrument)
    return instrument


def fill(key: str, settings: Mapping[str, Any] | None) -> Instrument:
    """Settings of one instrument, checked against its fields alone; none, or no content, are the defaults.

    Raises:
        Refusal: unknown instrument or setting (with the nearest name), no settings at all, or a value out of range.
    """
    cls = class_of(key)
    if cls is None:
        raise Refusal(f"there is no instrument {key!r}{hint(key, REGISTRY)} (python -m experiments.list what=instruments)")
    try:
        return cls.model_validate(dict(defaults_if_empty(key, settings)))
    except ValidationError as error:
        fault = first_fault(error)
        raise Refusal(_readable(key, fault), fault.at) from None


def check_written(file: KeyedFile, key: str, at: Place) -> None:
    """Refuse what stands in a file as the settings of an instrument and cannot be; raises Refusal with the place."""
    settings, cls = file.value(at), class_of(key)
    if settings and cls is not None:
        file.check(cls, at)
    try:
        fill(key, settings)
    except Refusal as error:
        raise file.refusal(error, (*at, *error.at)) from None


def defaults_if_empty(key: str, settings: Any) -> Mapping[str, Any]:
    """What was written for an instrument: nothing means its defaults, and no sign means that it is off.

    Raises:
        Refusal: ``false``, ``0``, a text or a list instead of settings.
    """
    if settings is not None and not isinstance(settings, Mapping):
        off = f"to switch it off leave {key} out, or write capacity: 0, which delivers nothing"
        raise Refusal(f"{key}: settings are keys with values, or nothing for the defaults; {off}", (key,))
    return settings or {}


def _refuse_contradictions(instrument: Instrument) -> None:
    card, key, since, until = instrument.card, instrument.key, instrument.since, instrument.until
    if instrument.payer not in card.payers:
        raise Refusal(organisations.refuse(key, "payer", instrument.payer, card.payers, card.powers))
    if instrument.deliverer is not None and instrument.deliverer not in card.may_deliver:
        raise Refusal(organisations.refuse(key, "deliverer", instrument.deliverer, card.may_deliver, card.powers))
    if since is not None and until is not None and until <= since:
        raise Refusal(f"{key}.from={since} and {key}.until={until} leave no month in which it works; let until be later")
    for other in instrument.brings_along():
        if class_of(other) is None:
            raise Refusal(f"{key} brings along {other!r}, and there is no such instrument{hint(other, REGISTRY)}")


def _readable(key: str, fault: Fault) -> str:
    if not fault.at:  # of settings together
        return f"{key}: {fault.says}"
    *path, last = map(str, fault.at)
    fields = _fields(key, path)
    where = ".".join((key, *path, last))
    if fault.kind == "value_error" and isinstance(fault.value, dict) and last == "who":  # of its labels together
        return f"{where}: {fault.says}"
    if fault.kind == "extra_forbidden":
        return f"{where} does not exist{hint(last, fields, 'settings are ' + ', '.join(fields))}"
    field = fields.get(last)
    unit = f" ({field.description})" if field is not None and field.description else ""
    return f"{where}={shown(repr(fault.value))}: {fault.says}{unit}"


def _fields(key: str, path: list[str]) -> dict[str, FieldInfo]:
    """Settings by the name that a scenario uses: of an instrument, or of its target group."""
    model: type[BaseModel] = Who if path == ["who"] else class_of(key) or Instrument
    return {field.alias or name: field for name, field in model.model_fields.items()}


def equip(
    w: World, instruments: Mapping[str, Instrument], strength: float, months: int, watch: bool = True, before: AtWork | None = None
) -> AtWork:
    """Put instruments to work in a world, in the order of their names (so that their order in a file means nothing).

    What is there already (``al_…``) comes before what is added by that order, and neither reaches whom the other works on.
    ``months`` is the length of the run: in the follow-up after it no instrument begins. ``watch``: whether ghosts are left
    behind. ``before`` are those at work so far: they stop, and what they wrote down comes along.
    """
    refuse_too_many(instruments)
    keys = tuple(sorted(instruments))
    refuse_two_labels(instruments)
    refuse_unlawful_together(instruments, w.setting.start)
    for key in keys:
        check_strength(instruments[key], strength_of(instruments[key], strength))
        check_areas(w.geography, w.setting.place.name, instruments[key])
    before = AtWork() if before is None else before
    if before.running:
        before.stop(w, keys)
    settings = [instruments[key].levers() for key in keys]
    levers = make_levers([{**one, "rent_discount": rent_discount(one, w.params.rel_present_bias)} for one in settings])
    force = InForce(keys, levers)
    w.told = np.zeros((1 + int(force.told.max(initial=-1)), len(w.h.id)), np.int16)
    new = AtWork(
        in_force=force,
        ghosts=no_ghosts(len(w.h.id), len(w.told)) if watch and keys else None,
        uses=before.uses.followed_by(len(w.h.id), before.in_force, keys),
        ledger=before.ledger,
        applications=before.applications,
    )
    new.running = tuple(
        InService(instruments[key], new, bit, strength_of(instruments[key], strength), w.setting.start, w.month, months)
        for bit, key in enumerate(keys)
    )
    new.coaches = np.uint64(sum(int(one.mask) for one in new.running if one.settings.card.talks))
    bits = {one.key: one.mask for one in new.running}
    for running in new.running:
        running.filters = filters_of(running, w)
        if running.settings.once:
            running.beside = bits.get(other_of(running.key), NO_BITS)
    return new


def refuse_too_many(instruments: Collection[str]) -> None:
    """Raises Refusal for more instruments than there are bits."""
    if len(instruments) > MAX_INSTRUMENTS:
        raise Refusal(f"{len(instruments)} instruments in one scenario; at most {MAX_INSTRUMENTS} fit: take some out")


def refuse_unlawful_together(instruments: Mapping[str, Instrument], start: str) -> None:
    """Raises Refusal where what is there and what is added of it label more homes in one month than a law allows for both together."""
    for key, one in instruments.items():
        beside = None if is_there(key) else instruments.get(other_of(key))
        if beside is None or one.once:
            continue
        (first, end), (its_first, its_end) = one.term(start), beside.term(start)
        if max(first, its_first) < min(end, its_end):
            share = 1 - (1 - getattr(one, one.share_of_homes)) * (1 - getattr(beside, one.share_of_homes))
            try:
                one.model_copy(update={one.share_of_homes: share}).check_law(start)
            except Refusal as error:
                raise Refusal(f"{key} beside {beside.key}, together {share:.3g} of the homes: {error}") from None


def refuse_unread(instrument: Instrument) -> None:
    """Raises Refusal for a setting that nothing would read, named with the reason and the way out."""
    for name, why in instrument.unread().items():
        field, value = type(instrument).model_fields[name], getattr(instrument, name)
        usual = field.get_default()
        if value != usual:
            labels = [label for label, one in value if one != getattr(usual, label)] if isinstance(value, BaseModel) else []
            said = f".{' and '.join(labels)}" if labels else f"={value}"
            raise Refusal(f"{instrument.key}.{field.alias or name}{said} would do nothing: {why}")


def strength_of(instrument: Instrument, strength: float) -> float:
    """The strength of an instrument in a run: what is done already is delivered as it is."""
    return 1.0 if instrument.already else strength


def check_areas(geography: Geography, place: str, instrument: Instrument) -> None:
    """Raises Refusal when ``who.areas`` names what is no part of this place (its name)."""
    try:
        area_rows(geography, place, instrument.who.areas)
    except ValueError as error:
        raise Refusal(f"{instrument.key}.{error}") from None


def check_strength(instrument: Instrument, strength: float) -> None:
    """A strength multiplies delivery: capacity, budget or a dose. A rule without any of them holds for all or for a part.

    Raises:
        Refusal: below 0, or above 1 for such a rule.
    """
    most = instrument.most_strength()
    if not 0 <= strength <= most:
        why = "nothing is delivered at 0" if strength < 0 else "more is not delivered"
        why = "a rule without capacity or budget holds for all at 1" if strength > most == 1 else why
        raise Refusal(f"{instrument.key}: strength={strength:g} is out of range, 0 to {most:g} (factor): {why}")


__all__ = [
    "ALL_DRAWN",
    "REGISTRY",
    "Card",
    "Help",
    "Instrument",
    "KnownToSome",
    "Lot",
    "Outreach",
    "Payer",
    "Refusal",
    "Running",
    "Who",
    "equip",
    "load",
]
