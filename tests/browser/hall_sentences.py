"""Every kind of sentence that the screen for the hall can show, as answers of a server: numbers and names are invented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from workshop.engine.scheduler import DIED
from workshop.server import said, views
from workshop.server.tables import Sheet

MOST_SIGNS = 60  # of a name
WORDS = "Woonstichting Welgelegen aan de Vecht en omstreken, wijkteam 1"[:MOST_SIGNS]
WIDEST = "W" * MOST_SIGNS  # one word that nowhere breaks by itself
SURE, MAYBE = True, False


class Of(NamedTuple):
    """What is known of a table's package: extra moves and the ends of their margin, what it costs, or why nothing is known."""

    moves: float | None = None
    lower: float | None = None
    upper: float | None = None
    sure: bool = MAYBE
    eur: float | None = 150_000.0
    why: Any = said.NOT_YET
    name: str = ""
    letters: str = ""
    cards: bool = True


MOST = Of(1_234.0, 1_100.0, 1_400.0, SURE)
NOBODY = Of(0.0, 0.0, 0.0)
CHANCE = Of(12.0, -4.0, 28.0)
FEWER = Of(-1_250.0, -1_400.0, -1_100.0, SURE, 2_345_678.0)
ONCE = Of(7.0)  # of one world there is no margin
FREE = Of(12.0, 10.0, 14.0, SURE, 0.0)
UNPRICED = Of(12.0, 10.0, 14.0, SURE, None)
WAITS = Of()
BROKEN = Of(why=views.failed("AAAAA", 0, DIED)["said"])  # its process died
ENGINE = Of(
    why=views.failed(None, None, "the engine stopped: OSError: [Errno 28] No space left on device; start the workshop again")["said"]
)

KINDS: Mapping[str, list[Of]] = {
    "no table": [],
    "no card": [Of(cards=False)] * 2,
    "waiting": [WAITS],
    "all wait": [WAITS] * 4,
    "nobody moved": [NOBODY],
    "nobody moved, no price": [NOBODY._replace(eur=None)],
    "nobody moved at four": [NOBODY._replace(eur=None)] * 4,
    "may be chance": [CHANCE, CHANCE._replace(eur=None)],
    "once": [ONCE, ONCE._replace(eur=None)],
    "more": [MOST],
    "more, for nothing": [FREE],
    "more than another": [MOST, FREE, UNPRICED, CHANCE],
    "chosen twice": [MOST._replace(letters="AAAAA")] * 2,
    "not told apart": [MOST, MOST._replace(moves=1_250.0, lower=1_150.0)],
    "not told apart at four": [MOST, MOST._replace(moves=1_250.0), UNPRICED, MOST],
    "fewer": [FEWER],
    "fewer and more": [FEWER, MOST, FEWER._replace(eur=None), CHANCE],
    "cut short": [BROKEN, CHANCE],
    "broken": [ENGINE, MOST, ENGINE, NOBODY],
    "all broken": [ENGINE] * 4,
    "seven of each kind": [NOBODY, CHANCE, FEWER, ONCE, MOST, WAITS, BROKEN],
    "twelve wait in vain": [ENGINE] * 11 + [NOBODY],
}  # fmt: skip
NAMED = {"short": "Noord", "long": WORDS, "one word": WIDEST}


def answers(kind: str, named: str) -> dict[str, tuple[int, Any]]:
    """What is answered to ``/api/tables`` and to the outcome of each package, by the end of its address: status and content."""
    found: dict[str, tuple[int, Any]] = {}
    tables = []
    for number, one in enumerate(KINDS[kind]):
        letters = one.letters or "ABCDE"[number % 5] * 4 + "FGHJK"[number // 5]
        cards = [["voorrang", "gewoon"]] if one.cards else []
        name = NAMED[named] if named == "one word" else f"{NAMED[named][: MOST_SIGNS - 3]} {number + 1}"
        tables.append(
            {"id": f"{number:012x}", "name": name, "screen": "start", "package": {"done": [], "cards": cards, "letters": letters}}
        )
        found[letters] = _outcome(letters, one)
    return found | {"tables": (200, tables)}


def _outcome(letters: str, one: Of) -> tuple[int, Any]:
    if one.moves is None:
        why = one.why if isinstance(one.why, dict) else one.why._asdict()
        return 404, why
    sheet = Sheet("effects", letters)
    row = {"difference": one.moves, "lower": one.lower, "upper": one.upper, "eur": one.eur}
    sheet.put("senior_moves", {name: value for name, value in row.items() if value is not None})
    low, high = sheet.ends("senior_moves", "lower", "upper")
    effect = {"difference": sheet.cell("senior_moves", "difference", sign=True), "lower": low, "upper": high, "sure": one.sure}
    money = {"price": "none" if one.eur is None else "all", "year": sheet.cell("senior_moves", "eur")}
    return 200, {"letters": letters, "worlds": 1 if low is None else 8, "money": money, "effects": {"senior_moves": effect}}


ANSWERS = """() => { const ask = window.fetch;
  window.told = null;  // by the end of an address: status and content; nothing: the server is away
  window.fetch = async (address, ...more) => {
    if (!/^.api.(tables|outcome)/.test(address)) return ask(address, ...more);
    if (!window.told) throw new TypeError('no server');
    const [status, content] = window.told[address.split('?')[0].split('/').pop()];
    return new Response(JSON.stringify(content), {status, headers: {'content-type': 'application/json'}});
  }; }"""
LOOK = "told => { window.told = told; document.getElementById('heading').dataset.old = true; }"


class Screen:
    """The screen for the hall in a page, which shows one kind after another without being loaded again."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        page.clock.install(time=0)
        page.clock.pause_at(1_000)  # it looks when it is told to, and never in between
        page.add_init_script(f"({ANSWERS})()")
        page.goto(f"{address}/zaal")
        page.wait_for_selector("#wrong")

    def show(self, kind: str, named: str) -> Any:
        """The page with this on it."""
        self.look(answers(kind, named))
        return self.page

    def look(self, told: Mapping[str, Any] | None) -> None:
        """It looks again, at a server that answers so, or at none, and draws what it sees."""
        if told != self.page.evaluate("window.told"):
            self.page.evaluate(LOOK, told)
            self.page.clock.run_for(3_000)  # between two looks
            self.page.wait_for_selector("#heading:not([data-old])")
