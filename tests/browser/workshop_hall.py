"""A workshop of invented answers in a thread, for what no small place shows at will (see its tests). Nothing of it is a result."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import uvicorn

from analysis.tables.for_page import CHAIN_EXAMPLES
from sim.world.codes import DwellingType, EndReason, HouseholdClass, Tenure, Trigger
from tests.workshop import fake_engine
from workshop.engine.package import Package
from workshop.engine.scheduler import Failed
from workshop.server.app import make_app

MONTHS, WORLDS, CHAINS = 24, 2, 12
FAILS, WHY = ("brieven", "groot"), "brieven: er is geen adres"  # a card that no package can hold, and what is said of it
CARDS = (("wooncoach_sociaal", "gewoon"), ("seniorenwoningen", "gewoon"), ("voorrang", "gewoon"))


def chains(package: Package) -> dict[str, pd.DataFrame]:
    """A dozen chains of one to four homes, each ending in the next of all ways to end."""
    rows, ends = [], [one.key for one in EndReason]
    for chain, link in [(number, link) for number in range(CHAINS) for link in range(1, number % 4 + 2)]:
        pick = [[one.key for one in codes][(chain + link) % len(codes)] for codes in (Tenure, DwellingType, HouseholdClass, Trigger)]
        tenure, kind, who, why = pick
        rows.append({
            "scenario": "pakket", "seed": 0, "chain": chain, "link": link, "drawn": chain == 2, "in_hundred": True, "origin": "new_build",
            "start_month": 0, "moves": chain % 4 + 1, "end": ends[chain % len(ends)], "month": float(chain + link), "area": "WK006001",
            "tenure": tenure, "type": kind, "rooms": float(link + 1), "household_class": who, "age": 70.0 - 11 * link,
            "household_size": float(link), "trigger": why, "instruments": package.cards[0][0] if package.cards and link == 1 else "",
            "left_area": "WK006001", "left_tenure": tenure, "left_type": kind, "left_rooms": float(link + 2),
        })  # fmt: skip
    found = pd.DataFrame(rows)[list(CHAIN_EXAMPLES.names)]
    return {"chains": found, "hundred": pd.DataFrame({"by": ["all"], "value": ["all"], "chains": [CHAINS]})}


def people(package: Package) -> dict[str, Any]:
    """Two seniors, with and without, as the journal of the simulation tells them."""

    def line(lane: str, month: int, kind: str, nl: str, en: str, **numbers: float) -> dict[str, Any]:
        when = {"nl": f"maand {month}", "en": f"month {month}"}
        return {
            "month": month,
            "date": "2026-01",
            "when": when,
            "kind": kind,
            "lane": lane,
            "said": {"nl": nl, "en": en},
            "numbers": numbers,
        }

    def senior(number: int) -> dict[str, Any]:
        start = ("start", "Zij woont in een huis met {rooms} kamers.", "She lives in a home of {rooms} rooms.")
        lanes = {
            "with": [line("met", 0, *start, rooms=5), line("met", 7, "keys", "Zij krijgt de sleutel.", "She gets the keys.")],
            "without": [
                line("zonder", 0, *start, rooms=5),
                line("zonder", 19, "keys", "Na een val verhuist zij.", "After a fall she moves."),
            ],
        }
        why = {"nl": "Met uw kaarten komt er iemand langs.", "en": "With your cards somebody visits."}
        who = {"said": {"nl": "Een senior van {age} jaar.", "en": "A senior aged {age}."}, "numbers": {"age": 70 + number, "size": 1}}
        said = {"nl": "Eerder verhuisd.", "en": "Moved earlier."}
        return {
            "id": number, "verdict": "zetje", "said": said, "parted_month": 6, "parted": None, "watched_until": MONTHS,
            "who": who, "why": why, "lanes": lanes, "entries": {"with": [], "without": []},
        }  # fmt: skip

    rule = {"nl": "De eersten voor wie een beslissing anders uitviel.", "en": "The first for whom a decision came out otherwise."}
    return {"rule": rule, "people": [senior(1), senior(2)] if package.cards else [], "followed": 1_000}


class FailingEngine(fake_engine.FakeEngine):
    """An engine that cannot play a package in which ``FAILS`` lies."""

    def _next(self) -> Any:
        job = super()._next()
        if job is None or FAILS not in job[0].cards:
            return job
        for table in [name for name, package in list(self.looking.items()) if package == job[0]]:
            self.looking.pop(table, None)
        self.tell(Failed(*job, WHY))
        return None


class FewAnswers(fake_engine.FakeAnswers):
    """Of single cards those of CARDS alone are prepared: what the others do takes seconds to work out, and nobody asks."""

    def get(self, package: Package, seed: int) -> Any:
        """See the class."""
        asked = len(package.cards) == 1 and not package.done and package.cards[0][0] not in dict(CARDS)
        return self.there.get((package, seed)) if asked else super().get(package, seed)


@contextmanager
def served(folder: Path, pause: float = 0.01) -> Iterator[str]:
    """The address of a workshop of two worlds × 24 months that answers while the block runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fake_engine, "first_tables", chains)
        patch.setattr(fake_engine, "followed", people)
        patch.setattr(fake_engine, "FakeAnswers", FewAnswers)
        patch.setattr(fake_engine, "FakeEngine", FailingEngine)
        with fake_engine.fake_hall(folder, worlds=WORLDS, months=MONTHS, pause=pause) as hall:
            server = uvicorn.Server(
                uvicorn.Config(make_app(hall), host="127.0.0.1", port=0, log_level="warning", lifespan="on", timeout_graceful_shutdown=1)
            )
            thread = threading.Thread(target=server.run, daemon=True)
            thread.start()
            wait(lambda: server.started)
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
            server.should_exit = True
            thread.join(20)


def wait(until: Any, seconds: float = 30.0) -> Any:
    """What a question answers as soon as that is true. Raises TimeoutError."""
    for _ in itertools.takewhile(lambda end: time.monotonic() < end, itertools.repeat(time.monotonic() + seconds)):
        if found := until():
            return found
        time.sleep(0.02)
    raise TimeoutError("it never came")
