"""``python -m benchmarks.workshop_rehearsal ADDRESS OUT``: the script of ninety minutes, played by tables of a workshop.

ADDRESS is where it is served. Each table does what the script asks for, in the order and the minutes that its page shows. ``--pace 3``
plays a minute in 20 seconds: people would ask for a third of it in the same time. OUT holds the minutes of every table afterwards.
Printed is what each step took of its time, and how soon the tables heard of their changes.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import statistics
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STEP = re.compile(r"^\s*\[(\d+), \"([a-z-]+)\",", re.MULTILINE)  # a line of the script of the page
PATIENCE = 120.0  # seconds for an answer
DOSES = ("klein", "gewoon")  # those that nearly every card has
FOUR = 4  # worlds


@dataclass
class Visit:
    """One table: what it may lay down, and what it has heard when.

    Attributes:
        worlds: in how many of them an answer is looked at before a table goes on.
        took: seconds from a change to what was heard of it, by kind.
    """

    address: str
    number: int
    cards: list[str]
    worlds: int = 1
    id: str = ""
    took: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.number)
        self._heard: list[tuple[float, str, Any]] = []
        self._news = threading.Condition()

    def begin(self) -> None:
        """Lay out the table, and listen to it."""
        self.id = self.ask("/api/tables", {"name": f"Tafel {self.number}"})["id"]
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(self, path: str, content: Any = None) -> Any:
        """What the server answers to a page."""
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self.address + path, data, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as found:
            body = found.read()
        return json.loads(body) if found.headers["content-type"].startswith("application/json") else body.decode()

    def does(self, kind: str, **more: Any) -> dict[str, Any]:
        """An event of the table; its state."""
        state: dict[str, Any] = self.ask(f"/api/table/{self.id}/event", {"kind": kind, **more})
        return state

    def changes(self, kind: str, dose: str, worlds: int = 1, guess: float | None = None) -> None:
        """Turn a card over, guess, and wait for an answer; how long it took is kept."""
        key, began = self.free(), time.perf_counter()
        letters = self.does(kind, key=key, dose=dose)["package"]["letters"]
        if guess is not None:
            self.does("guess", moves=guess)
            self.does("screen", screen="uitkomst")
        for name in ("slice", "outcome"):
            moment = self._when(lambda of=name: self._first(of, letters, began, worlds))  # type: ignore[misc]
            if moment is None:
                self.wrong.append(f"table {self.number}: no {name} of {letters} within {PATIENCE:.0f} s")
            else:
                what = name if name == "slice" else f"{name} of {worlds}"
                self.took.setdefault(what, []).append(moment - began)

    def free(self) -> str:
        """A card that does not lie there yet."""
        state = self.ask(f"/api/table/{self.id}")
        there = {key for key, _ in (*state["package"]["cards"], *state["package"]["done"])}
        return self.dice.choice([key for key in self.cards if key not in there])

    def _first(self, name: str, letters: str, since: float, worlds: int) -> float | None:
        for moment, what, content in self._heard:
            enough = what != "outcome" or content["worlds"] >= worlds
            if moment >= since and what == name and content.get("letters") == letters and enough:
                return moment
        return None

    def _when(self, found: Callable[[], float | None]) -> float | None:
        with self._news:
            self._news.wait_for(lambda: found() is not None, PATIENCE)
            return found()

    def _listen(self) -> None:
        with urllib.request.urlopen(f"{self.address}/api/table/{self.id}/stream", timeout=PATIENCE) as stream:
            name = ""
            for line in stream:
                if line.startswith(b"event: "):
                    name = line[7:].strip().decode()
                elif line.startswith(b"data: "):
                    with self._news:
                        content = json.loads(line[6:])
                        self._heard.append((time.perf_counter(), name, content))
                        if name == "failed":
                            self.wrong.append(f"table {self.number}: {content['said']['nl']}")
                        self._news.notify_all()


def _without(visit: Visit) -> None:
    visit.ask("/api/place")
    visit.ask("/tables/without/place.csv")


def _already(visit: Visit) -> None:
    visit.changes("done", "gewoon")


def _guess(visit: Visit) -> None:
    visit.does("budget", eur=400_000)
    visit.changes("card", "gewoon", visit.worlds, guess=100 * visit.number)


def _package(visit: Visit) -> None:
    """Some changes, one of which is taken back, and two packages that are kept."""
    for turn in range(6):
        visit.changes("card", visit.dice.choice(DOSES))
        if turn == 2:
            visit.does("bookmark", name="eerste")
        time.sleep(2)
    visit.does("undo")
    visit.does("bookmark", name="tweede")


def _beside(visit: Visit) -> None:
    letters = [one["letters"] for one in visit.ask(f"/api/table/{visit.id}")["bookmarks"]]
    found = visit.ask(f"/api/compare?letters={','.join(letters)}")
    visit.wrong += [f"table {visit.number}: nothing beside {one['letters']}" for one in found["packages"] if not one["outcome"]]


def _senior(visit: Visit) -> None:
    letters = visit.ask(f"/api/table/{visit.id}")["package"]["letters"]
    began = time.perf_counter()
    people = visit.ask(f"/api/people/{letters}")["people"]["people"]
    for one in people[:2]:
        visit.ask(f"/api/senior/{letters}/{one['id']}")
    visit.took.setdefault("seniors", []).append(time.perf_counter() - began)


def _agree(visit: Visit) -> None:
    for number in range(3):
        visit.does("agree", text=f"Afspraak {number + 1}", who="corporatie", when="voor de zomer")
    visit.does("name", contact="gesprek", step="weten", name="de wooncoach")


STEPS: dict[str, Callable[[Visit], None]] = {
    "zonder": _without,
    "wat-al": _already,
    "raad": _guess,
    "kaarten": _package,
    "naast": _beside,
    "senior": _senior,
    "afspraken": _agree,
}


def script(visit: Visit) -> Iterator[tuple[int, str]]:
    """Minutes and screen of each step, as the page has them."""
    return ((int(minutes), screen) for minutes, screen in STEP.findall(visit.ask("/static/js/toolkit.js")))


def step(visits: list[Visit], number: int, screen: str) -> float:
    """All tables do a step at once; seconds until the last one has."""

    def do(visit: Visit) -> None:
        try:
            visit.does("clock", step=number)
            visit.does("screen", screen=screen)
            STEPS[screen](visit)
        except Exception as error:
            visit.wrong.append(f"table {visit.number}, {screen}: {type(error).__name__}: {error}")

    began = time.perf_counter()
    tables = [threading.Thread(target=do, args=(one,)) for one in visits]
    for one in tables:
        one.start()
    for one in tables:
        one.join()
    return time.perf_counter() - began


def main(argv: list[str] | None = None) -> None:
    """Play it, and print what was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workshop_rehearsal", description=__doc__)
    parser.add_argument("address", help="of a workshop that is served")
    parser.add_argument("out", type=Path, help="folder for the minutes")
    parser.add_argument("--tables", type=int, default=4)
    parser.add_argument("--pace", type=float, default=1.0, help="how many minutes pass in one (default 1)")
    options = parser.parse_args(argv)
    address = options.address.rstrip("/")
    place = Visit(address, 0, []).ask("/api/place")
    cards = [one["key"] for one in place["cards"] if "why_not" not in one["doses"]["klein"]]
    worlds = min(FOUR, place["worlds"])
    visits = [Visit(address, number, cards, worlds) for number in range(1, options.tables + 1)]
    for one in visits:
        one.begin()
    whole = time.perf_counter()
    steps = list(script(visits[0]))
    if not steps:
        raise SystemExit("the page has no script that can be read: nothing was played")
    for number, (minutes, screen) in enumerate(steps):
        began = time.perf_counter()
        took, there = step(visits, number, screen), 60 * minutes / options.pace
        print(f"{screen:12}{minutes:4} minutes: {there:6.0f} s here, the tables were done after {took:6.1f} s", flush=True)
        time.sleep(max(0.0, there - (time.perf_counter() - began)))
    print(f"played in {(time.perf_counter() - whole) / 60:.1f} minutes")
    tell(visits)
    options.out.mkdir(parents=True, exist_ok=True)
    for one in visits:
        (options.out / f"verslag-{one.number}.md").write_text(one.ask(f"/api/table/{one.id}/minutes.md"), encoding="utf-8")


def tell(visits: list[Visit]) -> None:
    """How soon tables heard, and what went wrong."""
    for what in dict.fromkeys(itertools.chain.from_iterable(one.took for one in visits)):
        seconds = sorted(itertools.chain.from_iterable(one.took.get(what, ()) for one in visits))
        at_95 = seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]
        times = f"median {statistics.median(seconds):5.2f} s, 95 % {at_95:5.2f} s, longest {seconds[-1]:5.2f} s"
        print(f"{what:16}{len(seconds):4} times: {times}")
    wrong = [line for one in visits for line in one.wrong]
    print(f"went wrong: {len(wrong)}{''.join(f'; {one}' for one in wrong[:5])}")


if __name__ == "__main__":
    main()
