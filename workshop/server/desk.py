"""The desk of assumptions: one question at a time, asked on a page of its own, and answered beside the usual answer.

Nothing of it is kept when the server stops; the table ``desk`` of a package holds its last questions until then.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from analysis.page.assumption_words import assumption
from analysis.page.words import Text, span
from workshop.engine import through
from workshop.engine.package import Package
from workshop.engine.through import Pair, Through, Values
from workshop.prepared.make import BEGINNING, of_a_month
from workshop.server import named, ranges, reasons, said, units
from workshop.server.hall import Hall
from workshop.server.said import Said
from workshop.server.tables import Sheet
from workshop.table.wrong import Wrong

NAME = "desk"  # of its table, and of who looks at a package for it; no table has such an id
MOST = 20  # questions that are remembered
MINUTE = 60
SHOWN = tuple(said.WITHOUT)
COUNTING, DONE, STOPPED, REPLACED, FAILED, USUAL = "counting", "done", "stopped", "replaced", "failed", "usual"
LINES = {
    DONE: Text("Klaar.", "Done."),
    STOPPED: Text("Gestopt. Wat al is nagespeeld, blijft staan.", "Stopped. What was run already stays."),
    REPLACED: Text("Afgebroken: iemand anders vroeg iets.", "Broken off: somebody else asked something."),
    USUAL: Text(
        "U koos wat het model aanneemt. Dan is het antwoord het gewone antwoord.",
        "You chose what the model assumes. So the answer is the usual answer.",
    ),
}
NO_QUESTION = Text("Deze vraag is er niet meer.", "this question is not there any more")
NO_CARDS = Text("Er ligt nog geen kaart in dit pakket.", "there is no card in this package yet")
ONCE = Text("een keer nagespeeld, dus het kan toeval zijn", "run once, so it may be chance")
ALIKE = Text("elke keer hetzelfde verschil, dus er is geen marge", "the same difference each time, so there is no margin")
CHANCE = Text("kan toeval zijn", "may be chance")
MORE = Text("groter dan toeval", "larger than chance")
NOTHING = Text(
    "het pakket verandert dit nooit, ook niet met uw aannames", "the package never changes this, not even under your assumptions"
)
SAME = Text("precies gelijk: dezelfde aannames", "exactly equal: the same assumptions")
OF_A_CARD = Text("precies gelijk: u veranderde alleen iets aan een kaart", "exactly equal: you changed a card alone")
ONLY_CHANCE = Said(
    "De marges zijn van toeval alleen. Hoe goed uw aannames zijn, zit er niet in.",
    "The margins are of chance alone. How good your assumptions are is not in them.",
)


class Counts(Protocol):
    """What counts a package through (``workshop.engine.through.Desk``)."""

    seeds: tuple[int, ...]

    def ask(self, package: Package, values: Values, told: Callable[[Through], None]) -> None:
        """A question, which ends the one before; ``told`` hears from another thread."""

    def stop(self) -> None:
        """End what it is busy with."""


@dataclass
class Question:
    """What was asked, and how far it is; ``pairs`` are the worlds that were counted."""

    number: int
    package: Package
    values: dict[str, float]
    of: int
    state: str = COUNTING
    line: Text | None = None
    original: str | None = None  # of a failure: what the model says of it, in English
    began: float = field(default_factory=time.monotonic)
    pairs: list[Pair] = field(default_factory=list)
    answered: tuple[int, int] | None = None
    sheet: Sheet = field(default_factory=lambda: Sheet(NAME))


class Desk:
    """See the module. But for ``answer`` everything happens in the server's loop."""

    def __init__(self, hall: Hall, counts: Counts | None = None) -> None:
        self.hall = hall
        self.counts: Counts = through.Desk(hall.stock.doses, hall.stock.seeds) if counts is None else counts
        self._questions: OrderedDict[int, Question] = OrderedDict()
        self._asked = 0
        self._seconds: float | None = None  # that a world took, as measured

    def ask(self, content: Mapping[str, Any]) -> Question:
        """A question ``{"letters", "values"}``; it takes the place of the one that is counted. Raises Wrong; then that one goes on."""
        if content.keys() != {"letters", "values"} or not isinstance(content["letters"], str) or not isinstance(content["values"], dict):
            raise Wrong("Vraag een pakket met aannames, en niets anders.", "ask for letters and values, and nothing else")
        package = self.hall.letters.package(content["letters"])
        if not package.cards:
            raise Wrong(*NO_CARDS, 409)
        self.hall.check(package)
        values = ranges.checked(package, content["values"])
        self._end(REPLACED)
        self._asked += 1
        asked = Question(self._asked, package, values, len(self.counts.seeds))
        self._questions[asked.number] = asked
        if len(self._questions) > MOST:
            self._questions.popitem(last=False)
        self.hall.engine.show(NAME, package)  # the usual answer may lack worlds
        if values:
            self._count(asked)
        else:
            asked.state = USUAL
        return asked

    def _count(self, asked: Question) -> None:
        loop = asyncio.get_running_loop()

        def told(found: Through) -> None:
            with contextlib.suppress(RuntimeError):  # the server has stopped
                loop.call_soon_threadsafe(self._heard, asked, found)

        self.counts.ask(asked.package, asked.values, told)

    def _heard(self, asked: Question, found: Through) -> None:
        if asked.state != COUNTING:
            return
        if found.pair is None:
            asked.state, asked.line, asked.original = FAILED, reasons.of(found.why_not), found.why_not
            return
        asked.pairs.append(found.pair)
        self._seconds = (time.monotonic() - asked.began) / len(asked.pairs)
        if len(asked.pairs) == asked.of:
            asked.state = DONE

    def _end(self, state: str) -> None:
        """The question that is counted ends; of one that somebody else took the place of, no more is worked out. Worlds that were counted
        before a stop stay, and the usual answer in them is waited for."""
        last = self._last()
        if last is None:
            return
        if last.state == COUNTING:
            last.state = state
            self.counts.stop()
        if state == REPLACED:
            last.pairs = []
        if not last.pairs:
            self.hall.engine.leave(NAME)

    def _last(self) -> Question | None:
        return next(reversed(self._questions.values()), None)

    def stop(self, asked: Question) -> None:
        """Stop counting a question; nothing where it is not counted."""
        if asked is self._last() and asked.state == COUNTING:
            self._end(STOPPED)

    def close(self) -> None:
        """The server stops."""
        self._end(STOPPED)

    def find(self, number: str) -> Question:
        """A question by its number. Raises Wrong."""
        found = self._questions.get(int(number)) if number.isascii() and number.isdecimal() and len(number) < 9 else None
        if found is None:
            raise Wrong(*NO_QUESTION, 404)
        return found

    def now(self) -> dict[str, Any]:
        """Whether it is busy, and how long a question takes."""
        last = self._last()
        setting, times = self.hall.stock.doses.setting, len(self.counts.seeds)
        months = BEGINNING + setting.burn_in + 2 * setting.months
        return {
            "takes": _minutes(times * (months * of_a_month(setting.place) if self._seconds is None else self._seconds))._asdict(),
            "measured": self._seconds is not None,
            "of": times,
            "last": None if last is None else {"number": last.number, "letters": self.hall.letters.of(last.package), "state": last.state},
        }

    # answers

    def answer(self, asked: Question) -> dict[str, Any]:
        """A question as its page has it. In ``beside`` only."""
        state, pairs = asked.state, list(asked.pairs)  # in this order: worlds come in meanwhile, and what is done has them all
        most = len(self.hall.stock.seeds) if state == USUAL else len(pairs)
        if most and asked.answered != (len(pairs), most):  # else it is whole, and no file is read for whoever looks again
            counted = {base.seed for base, _ in pairs}
            both = [seed for seed in self.hall.worlds(asked.package) if state == USUAL or seed in counted]
            if asked.answered != (len(pairs), len(both)):
                usual = [found for seed in both if (found := self._usual(asked.package, seed)) is not None]
                asked.sheet = self._sheet(asked, usual, usual if state == USUAL else pairs)
                asked.answered = len(pairs), len(usual)
        if not asked.sheet.rows:
            asked.sheet = self._sheet(asked, [], [])
        sheet = asked.sheet
        line = LINES.get(state) if asked.line is None else asked.line
        left = None
        if state == COUNTING and pairs and self._seconds is not None:
            left = _minutes(self._seconds * asked.of - (time.monotonic() - asked.began))._asdict()
        rows = self._rows(asked, sheet)
        return {
            "number": asked.number,
            "letters": sheet.package,
            "state": state,
            "line": None if line is None else line._asdict(),
            "original": asked.original,
            "counted": len(pairs),
            "of": asked.of,
            "left": left,
            "worlds": rows[0]["worlds"] if rows else 0,
            "values": [_value(asked, sheet, key) for key in asked.values],
            "rows": rows,
            "sentences": [one.sent() for one in _sentences(rows, self.hall.stock.doses.setting.months, state == USUAL)],
        }

    def _usual(self, package: Package, seed: int) -> Pair | None:
        base, mine = (self.hall.stock.answers.get(one, seed) for one in (package.base(), package))
        return None if base is None or mine is None else (replace(base, people=None), replace(mine, people=None))

    def _sheet(self, asked: Question, usual: Sequence[Pair], mine: Sequence[Pair]) -> Sheet:
        found, there = Sheet(NAME, self.hall.letters.of(asked.package)), through.known(asked.package)
        for key, value in asked.values.items():
            found.put(f"{asked.number}.value.{key}", {"usual": there[key].default, "mine": value})
        for name, row in through.beside(usual, mine, self.hall.stock.doses.setting.months).iterrows():
            found.put(f"{asked.number}.{name}", {str(column): float(value) for column, value in row.items()})
        return found

    def _rows(self, asked: Question, sheet: Sheet) -> list[dict[str, Any]]:
        cards = all("." in key for key in asked.values)
        alike = {"without": SAME if asked.state == USUAL else OF_A_CARD if cards else None, "extra": SAME if asked.state == USUAL else None}
        names = [(f"{asked.number}.{key}.{what}", key, what) for key in SHOWN for what in alike]
        return [_row(sheet, name, key, what, alike[what]) for name, key, what in names if name in sheet.rows]

    def sheet(self, package: Package) -> Sheet:
        """The table ``desk``: of each question about a package that is remembered, in rows ``NUMBER.INDICATOR.without`` and ``.extra``."""
        found = Sheet(NAME, self.hall.letters.of(package))
        for asked in list(self._questions.values()):
            if asked.package == package:
                found.rows.update(asked.sheet.rows)
        return found


def _value(asked: Question, sheet: Sheet, key: str) -> dict[str, Any]:
    row, one = f"{asked.number}.value.{key}", through.known(asked.package)[key]
    cells = {name: ranges.cell(sheet, row, name) for name in ("usual", "mine")}
    return {"key": key, "card": ranges.card(one), **assumption(key)._asdict(), **cells, "unit": units.unit(one)._asdict()}


def _row(sheet: Sheet, row: str, key: str, what: str, alike: Text | None) -> dict[str, Any]:
    """One row of the answer; ``alike``: why it cannot differ from the usual one, if so."""
    extra = what == "extra"
    lower, upper = sheet.ends(row, "lower", "upper") if extra else (None, None)
    low, high = sheet.ends(row, "change_lower", "change_upper")
    change = sheet.cell(row, "change", sign=True)
    same = low is not None and high is not None and low["v"] == 0 == high["v"]
    none = same and lower is not None and upper is not None and lower["v"] == 0 == upper["v"]
    if alike is not None:
        how = alike
    elif same:
        how = NOTHING if none else said.NOBODY
    elif low is None or high is None:
        how = ONCE
    elif low["v"] == high["v"]:
        how = ALIKE
    else:
        how = MORE if low["v"] > 0 or high["v"] < 0 else CHANCE
    return {
        "key": key,
        "what": what,
        "name": named.indicator(key)._asdict(),
        "usual": sheet.cell(row, "usual", sign=extra),
        "mine": sheet.cell(row, "mine", sign=extra),
        "lower": lower,
        "upper": upper,
        "change": change,
        "change_lower": low,
        "change_upper": high,
        "same": same or alike is not None,
        "nothing": none,
        "how": how._asdict(),
        "worlds": int(sheet.value(row, "worlds")),
    }


def _sentences(rows: Sequence[Mapping[str, Any]], months: int, usual: bool) -> list[Said]:
    """What the answer says of moves by seniors: without a measure, and what the package adds."""
    found = {row["what"]: row for row in rows if row["key"] == said.MOVES}
    if not found:
        return []
    time_, without, extra = span(months), found["without"], found["extra"]
    lines = [
        Said(
            f"Zonder dit pakket verhuizen er met deze aannames {{mine}} senioren in {time_.nl}. Gewoon zijn dat er {{usual}}.",
            f"Without this package {{mine}} seniors move in {time_.en} under these assumptions. Usually that is {{usual}}.",
            {name: without[name] for name in ("mine", "usual")},
        ),
        Said(
            "Het pakket verandert dat met {mine}. Gewoon is dat {usual}.",
            "The package changes that by {mine}. Usually that is {usual}.",
            {name: extra[name] for name in ("mine", "usual")},
        ),
    ]
    return lines if usual else [*lines, _difference(extra), ONLY_CHANCE]


def _difference(extra: Mapping[str, Any]) -> Said:
    low, high = extra["change_lower"], extra["change_upper"]
    if extra["nothing"]:
        return Said(
            "Het pakket verandert daar nooit iets aan, ook niet met uw aannames.",
            "The package never changes that, not even under your assumptions.",
        )
    if extra["same"]:
        return Said("Het pakket doet met uw aannames precies evenveel.", "The package does exactly as much under your assumptions.")
    if low is None:
        return Said("Dit is één keer nagespeeld. Elk verschil kan toeval zijn.", "This was run once. Any difference may be chance.")
    ends = {"low": low, "high": high}
    if low["v"] > 0 or high["v"] < 0:
        more = Text("meer", "more") if extra["change"]["v"] > 0 else Text("minder", "less")
        alike = low["v"] == high["v"]  # so few times that all came out the same: no margin can be told from it
        between = Text("door toeval tussen {low} en {high}", "by chance between {low} and {high}")
        how = Text("elke keer {low}", "each time {low}") if alike else between
        return Said(
            f"Met uw aannames doet het pakket {more.nl} dan gewoon. Het verschil is {how.nl}.",
            f"Under your assumptions the package does {more.en} than usual. The difference is {how.en}.",
            {"low": said.size(low)} if alike else said.sizes(low, high),
        )
    return Said(
        "Of het pakket met uw aannames meer of minder doet, is niet te zien. Het verschil is tussen {low} en {high}.",
        "Whether the package does more or less under your assumptions is not to be seen. The difference is between {low} and {high}.",
        ends,
    )


def _minutes(seconds: float) -> Text:
    n = round(seconds / MINUTE)
    if n < 1:
        return Text("minder dan een minuut", "less than a minute")
    return Text("ongeveer 1 minuut", "about 1 minute") if n == 1 else Text(f"ongeveer {n} minuten", f"about {n} minutes")
