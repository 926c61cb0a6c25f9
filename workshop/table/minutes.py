"""The minutes of a table as Markdown, in Dutch: packages, guesses beside outcomes, agreements, who does what, and how to repeat it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.page.sections.next_steps import AGREED, COUNTED
from analysis.page.words import STAGES, number, readable, span
from sim.interventions import card_of
from workshop.engine.package import Package
from workshop.engine.setting import Setting
from workshop.table.again import FOLDER, Again
from workshop.table.state import State

MOVES = "senior_moves"
SIZES = {"klein": "klein", "gewoon": "gewoon", "groot": "groot"}
NOTHING = "–"

GAINS = {  # of whom a table guesses that they notice most
    "seniors": "senioren",
    "families": "gezinnen met kinderen",
    "starters": "starters",
    "nobody": "bijna niemand",
}


@dataclass(frozen=True)
class Told:
    """A package in the minutes.

    Attributes:
        names: of its bookmarks. outcome: as a screen has it; None where it is not known.
        plan: of some months from the start on, the effect on moves by seniors as a screen has it.
        wrong: what is probably wrong where fewer are seen, in words. again: how to repeat it.
    """

    letters: str
    package: Package
    names: tuple[str, ...] = ()
    outcome: Mapping[str, Any] | None = None
    plan: tuple[tuple[int, Mapping[str, Any]], ...] = ()
    wrong: tuple[str, ...] = ()
    again: Again | None = None


def minutes(
    state: State, place: str, setting: Setting, seeds: Sequence[int], told: Sequence[Told], changes: Sequence[tuple[str, str]]
) -> str:
    """The text.

    Args:
        place: its name. seeds: the worlds. told: packages, that of the end first. changes: (when, sentence), in order.
    """
    parts = [
        *_head(state, place, setting, seeds),
        *_packages(told),
        *_guesses(state, told),
        *_agreements(state),
        *_names(state),
        *_plan(told),
        *_course(state, changes),
        *_repeat(told),
    ]
    return "\n".join(parts).rstrip() + "\n"


def safe(text: str) -> str:
    """What somebody wrote, as plain text in a line of Markdown."""
    return re.sub(r"([\\`*_\[\]<>|#~&])", r"\\\1", " ".join(text.split()))


def cards(pairs: Sequence[tuple[str, str]]) -> str:
    """Cards with their doses."""
    return ", ".join(f"{card_of(key).title['nl']} ({SIZES[size]})" for key, size in pairs) or "geen"


def _when(stamp: str) -> str:
    day, _, hour = stamp.partition("T")
    return f"{'-'.join(reversed(day.split('-')))} {hour[:5]}"


def _rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield ""
    for row in (header, ["---"] * len(header), *rows):
        yield f"| {' | '.join(row)} |"
    yield ""


def _head(state: State, place: str, setting: Setting, seeds: Sequence[int]) -> Iterator[str]:
    yield f"# Verslag van {safe(state.name)}"
    yield ""
    yield f"- Plaats: {place}"
    yield f"- Wanneer: {_when(state.began)} tot {_when(state.last)}"
    yield f"- Nagespeeld: {span(setting.months).nl} vanaf {setting.start}, {number(len(seeds))} keer"
    yield f"- Versie van het model: {setting.digests['code'][:16]}; van de cijfers: {setting.digests['data'][:16]}"
    yield ""
    yield f"Dit komt uit een nagebootst {place}. De mensen bestaan niet, de aantallen lijken op de echte."


def _packages(told: Sequence[Told]) -> Iterator[str]:
    yield ""
    yield "## Pakketten"
    effects = ("Extra verhuizingen van senioren", "Door toeval", "Met andere aannames")
    header = ("Letters", "Naam", "Kaarten", "Doet u al", *effects, "Euro per jaar")
    rows = []
    for one in told:
        lies = cards(one.package.cards), cards(one.package.done)
        rows.append((one.letters, ", ".join(map(safe, one.names)) or NOTHING, *lies, *_effect(one), _eur(one)))
    yield from _rows(header, rows)
    yield "Het eerste pakket lag aan het eind op tafel. Effecten van losse kaarten zijn niet opgeteld: elk pakket is als geheel nagespeeld."


def _effect(one: Told) -> tuple[str, str, str]:
    if one.outcome is None:
        return ("nog niet doorgerekend", NOTHING, NOTHING)
    moves = one.outcome["effects"].get(MOVES)
    if not moves or not moves["difference"]:
        return ("niet geteld", NOTHING, NOTHING)
    if moves["difference"]["v"] == 0 and moves["lower"] and moves["lower"]["v"] == 0 == moves["upper"]["v"]:
        return ("0", "elke keer precies gelijk", one.outcome["sentences"][0]["nl"])  # holds no number
    return (moves["difference"]["t"]["nl"], _ends(moves["lower"], moves["upper"]) or "één keer nagespeeld: geen marge", _wide(moves))


def _ends(low: Mapping[str, Any] | None, high: Mapping[str, Any] | None) -> str:
    return "" if low is None or high is None else f"{low['t']['nl']} tot {high['t']['nl']}"


def _wide(moves: Mapping[str, Any]) -> str:
    why = (moves["why_no_full"] or {}).get("nl") or "niet bekend"
    return _ends(moves["lower_full"], moves["upper_full"]) or why


def _eur(one: Told) -> str:
    if one.outcome is None:
        return NOTHING
    money = one.outcome["money"]
    if money["price"] == "none" or money["year"] is None:
        return "geen prijs ingevuld"
    more = ", zonder kaarten waarvan geen prijs is ingevuld" if money["price"] == "in part" else ""
    return f"€ {money['year']['t']['nl']}{more}"


def _guesses(state: State, told: Sequence[Told]) -> Iterator[str]:
    by_line = {one.package.line(): one for one in told}
    rows = []
    for line, guess in state.guesses.items():
        one = by_line.get(line)
        came = _effect(one)[0] if one else NOTHING
        said = [NOTHING if value is None else number(value) for value in (guess.moves, guess.chains)]
        rows.append((one.letters if one else NOTHING, *said, _noticed(guess.gains), came))
    if rows:
        yield ""
        yield "## Wat u vooraf dacht"
        yield from _rows(("Pakket", "Extra verhuizingen", "Ketens", "Wie wint", "Uitkomst: extra verhuizingen"), rows)


def _noticed(gains: str | None) -> str:
    """Who was guessed to notice most."""
    if not gains:
        return NOTHING
    return GAINS.get(gains) or readable(gains)


def _agreements(state: State) -> Iterator[str]:
    yield ""
    yield "## Afspraken"
    rows = [
        (str(n), safe(text), safe(who) or NOTHING, safe(when) or NOTHING) for n, (text, who, when) in enumerate(state.agreements, 1) if text
    ]
    if rows:
        yield from _rows(("", "Wat", "Wie", "Wanneer"), rows)
    else:
        yield ""
        yield "Er is niets afgesproken."


def _names(state: State) -> Iterator[str]:
    rows = [(_contact(key), safe(name)) for key, name in state.names.items()]
    if rows:
        yield ""
        yield "## Wie doet wat"
        yield from _rows(("Contactmoment", "Wie"), rows)


def _contact(key: str) -> str:
    contact, _, step = key.partition(":")
    return f"{readable(contact)}: {STAGES[step].nl if step in STAGES else readable(step)}"


def _plan(told: Sequence[Told]) -> Iterator[str]:
    one = told[0]
    if not one.plan:
        return
    yield ""
    yield f"## Volgen: pakket {one.letters}"
    yield ""
    yield from (said.nl for said in AGREED)
    rows = [_plan_row(months, moves) for months, moves in one.plan]
    yield from _rows(("Na", "Verhuizingen van senioren zonder", "Verschil", "Opletten bij minder dan"), rows)
    if one.wrong and any(row[-1] != NOTHING for row in rows):
        yield f"Ziet u minder? Dan klopt waarschijnlijk dit niet: {'; '.join(one.wrong)}."
        yield ""
    yield from (f"- {said.nl}" for said in COUNTED)


def _plan_row(months: int, moves: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Nothing to follow where chance alone can give the difference; else the ends of both intervals that are nearest to none."""
    before, difference, low, high = (moves[name] for name in ("base", "difference", "lower", "upper"))
    level = before["t"]["nl"] if before else NOTHING
    if difference is None or low is None or high is None or not moves["sure"]:
        return (span(months).nl, level, "geen verschil te zien", NOTHING)
    side = "lower" if difference["v"] > 0 else "upper"
    near, far = moves[side]["t"]["nl"], moves[f"{side}_full"]
    least = f"{near} (toeval)"
    if far is not None and moves["holds"]:
        least = f"{far['t']['nl']} (met andere aannames), {near} (toeval)"
    elif far is not None:
        least = f"{near} (toeval); met andere aannames is ook geen verschil mogelijk"
    return (span(months).nl, level, difference["t"]["nl"], least)


def _course(state: State, changes: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield ""
    yield "## Verloop"
    yield ""
    yield from (f"- {_when(stamp)} stap {step + 1} van het draaiboek" for stamp, step in state.steps)
    yield from (f"- {_when(stamp)} {safe(said)}" for stamp, said in changes)
    if not (state.steps or changes):
        yield "Er is niets veranderd."


def _repeat(told: Sequence[Told]) -> Iterator[str]:
    yield ""
    yield "## Zelf narekenen"
    for one in told:
        if one.again is None:
            continue
        yield ""
        yield f"### Pakket {one.letters}"
        for name, content in one.again.files.items():
            yield ""
            yield f"Zet dit in `{FOLDER}/{name}`:"
            yield ""
            yield "```yaml"
            yield content.rstrip()
            yield "```"
        yield ""
        yield "En geef in de map van verhuisketens:"
        yield ""
        yield "```sh"
        yield one.again.command
        yield "```"
        yield ""
        yield from (said.nl for said in one.again.remarks)
