"""All tables of one workshop, what they look at, and what their screens hear when an answer grows."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from workshop.engine.outcome import Outcome
from workshop.engine.package import Package
from workshop.engine.scheduler import Broken, Event, Failed, Slice, Warm, Whole
from workshop.server import said, views
from workshop.server.stock import Runs, Stock
from workshop.server.stream import Mailbox
from workshop.server.tables import Sheet
from workshop.table import events
from workshop.table.files import Shown
from workshop.table.letters import Letters
from workshop.table.state import Table, Tables, changed
from workshop.table.wrong import Wrong

MOST_SCREENS = 60  # that are open at once
MOST_KEPT = 512  # tracks of answers in memory
PLANNED = (24, 60)  # months of the plan, beside the whole run
GRACE = 30.0  # seconds that a table's work goes on after its last screen went away


Made = TypeVar("Made")


class Known(NamedTuple):
    """An outcome, the tables that hold it, and what a screen has of it."""

    outcome: Outcome
    sheets: dict[str, Sheet]
    told: dict[str, Any]
    plan: dict[int, dict[str, Any]]  # moves by seniors up to some months, when all worlds are there


class Hall:
    """See the module. But for ``heard`` everything happens in the server's loop.

    Attributes:
        stock, engine, tables, letters: what it is made of.
    """

    def __init__(self, stock: Stock, engine: Runs, tables: Tables, letters: Letters) -> None:
        self.stock, self.engine, self.tables, self.letters = stock, engine, tables, letters
        self.alone: dict[tuple[str, str], Any] = {}
        self.old: OrderedDict[str, Mapping[str, Shown]] = OrderedDict()  # what files that were opened showed, by letters
        self.pairs: OrderedDict[tuple[Package, Package], None] = OrderedDict()  # what screens compared, a package with another
        self._one = threading.Lock()  # of tracks, which are looked up beside the loop, too
        self._screens: dict[str, list[Mailbox]] = {}
        self._shown: dict[str, Package] = {}
        self._tracks: OrderedDict[tuple[Package, int], pd.DataFrame] = OrderedDict()
        self._outcomes: OrderedDict[tuple[Package, int], Known] = OrderedDict()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._beside = ThreadPoolExecutor(1, "outcome")  # outcomes are worked out beside the loop, one after another
        self._leaving: dict[str, asyncio.TimerHandle] = {}
        self._warm = self._told_ready = self._closed = False
        self._failed: dict[Package, dict[str, Any]] = {}  # what was said of packages that tables still look at
        self._broken: dict[str, Any] | None = None
        self._warming: asyncio.Task[None] | None = None

    # what tables do

    def take(self, table: Table, content: Any) -> dict[str, Any]:
        """An event that a screen asks for; the state after it, which all screens of the table hear. Raises Wrong, NotWritten."""
        event = self._written(table, events.asked(content))
        before = table.state.package
        table.take(event)
        if table.state.package != before or isinstance(event, events.Open):
            self._look(table)
        sent = self.state(table)
        for screen in self._screens.get(table.id, ()):
            screen.put("state", sent)
        if isinstance(event, events.Card) and event.dose is not None:
            self._tell_alone(table, event.key, event.dose)
        if table.state.package != before:
            self._tell_broken(self._screens.get(table.id, ()))
            self._tell_known(table, self._screens.get(table.id, ()))
        return sent

    def stop_work(self, table: Table) -> None:
        """Nothing more is worked out for a table until it opens or changes a package."""
        self._shown.pop(table.id, None)
        self.engine.leave(table.id)

    def _written(self, table: Table, event: Any) -> events.Event:
        """As it is written down: with the package that it is about, where that can be."""
        line = table.state.package.line()
        if isinstance(event, events.AskedGuess):
            return events.Guess(**event.model_dump(), package=line)
        if isinstance(event, events.AskedBookmark):
            return events.Bookmark(**event.model_dump(), package=line)
        if isinstance(event, events.AskedOpen):
            return events.Open(kind="open", package=self.letters.package(event.letters).line())
        if isinstance(event, events.Card | events.Done):
            self._check_card(table, event)
        return event

    def _check_card(self, table: Table, event: events.Card | events.Done) -> None:
        if event.key not in self.stock.doses:
            raise Wrong("Deze kaart is er niet.", f"there is no card {event.key}", 404)
        self.check(changed(table.state.board, event).package)

    def check(self, package: Package) -> None:
        """Raises Wrong for a package that cannot be in this place."""
        why_not = package.why_not(self.stock.doses)
        if why_not is not None:
            raise Wrong(*why_not, 409)

    def state(self, table: Table) -> dict[str, Any]:
        """The state of a table as a screen has it."""
        return views.state(table, self.letters) | {"cost": views.cost(table.state.package, self.stock.doses, self.letters)}

    def _look(self, table: Table) -> None:
        self._shown[table.id] = table.state.package
        self.engine.show(table.id, table.state.package)

    # screens that come and go

    def open(self, table: Table) -> Mailbox:
        """A screen of a table: it hears the state, what is known of its package, and from then on all that happens."""
        if self._closed:
            raise Wrong(*said.STOPS, 503)
        if sum(map(len, self._screens.values())) >= MOST_SCREENS:
            raise Wrong("Er zijn te veel schermen open. Sluit er een.", "too many screens are open; close one", 503)
        mailbox = Mailbox()
        self._screens.setdefault(table.id, []).append(mailbox)
        if (timer := self._leaving.pop(table.id, None)) is not None:
            timer.cancel()
        looked_at = self._shown.get(table.id) == table.state.package
        if not looked_at:
            self._look(table)
        mailbox.put("state", self.state(table))
        if self.ready():
            mailbox.put("ready", {"ready": True})
        for why_not in self._why_not(table) if looked_at else ():  # else the engine says it again, as long as it can
            mailbox.put("failed", why_not)
        if not looked_at:
            self._tell_broken([mailbox])
        self._tell_known(table, [mailbox])
        return mailbox

    def close(self, table: Table, mailbox: Mailbox) -> None:
        """A screen went away; after a while without any its table's work is dropped."""
        screens = self._screens.get(table.id, [])
        if mailbox in screens:
            screens.remove(mailbox)
        if not screens:
            self._screens.pop(table.id, None)
            self._leaving[table.id] = asyncio.get_running_loop().call_later(GRACE, self._leave, table.id)

    def _leave(self, table: str) -> None:
        self._leaving.pop(table, None)
        if table not in self._screens:
            self._shown.pop(table, None)
            self.engine.leave(table)

    # what the engine tells

    def heard(self, event: Event) -> None:
        """Something of the engine, from its thread."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the server has stopped
                self._loop.call_soon_threadsafe(self._happened, event)

    def _happened(self, event: Event) -> None:
        match event:
            case Warm():
                self._tell_ready()
            case Broken():
                self._broken = views.failed(None, None, event.message)
                self._tell_all("failed", self._broken)
            case Slice():
                self._grow(event.package, event.seed, event.rows)
                first, last = int(event.rows["month"].iloc[0]), int(event.rows["month"].iloc[-1])
                for table in self._looking(event.package):
                    self._tell_slice(table, event.seed, first, last, self._screens[table.id])
            case Whole():
                self._remember(event.package, event.seed, event.answer.track)
                for package in {table.state.package for table in self._looking(event.package)}:
                    self._work_out(package)
            case Failed():
                sent = views.failed(self.letters.of(event.package), event.seed, event.message)
                still = {one for package in self._shown.values() for one in (package, package.base())}
                self._failed = {one: why for one, why in self._failed.items() if one in still} | {event.package: sent}
                for table in self._looking(event.package):
                    for screen in self._screens[table.id]:
                        screen.put("failed", sent)

    def _why_not(self, table: Table) -> list[dict[str, Any]]:
        """Why a table waits in vain, as its other screens heard it already."""
        found = (self._failed.get(table.state.package), self._failed.get(table.state.package.base()), self._broken)
        return [one for one in found if one is not None]

    def _tell_broken(self, screens: Iterable[Mailbox]) -> None:
        """An engine that counts nothing any more says so once: whoever comes to another package hears it from here."""
        for screen in screens if self._broken is not None else ():
            screen.put("failed", self._broken)

    def why_not(self, package: Package) -> dict[str, Any] | None:
        """Why nothing of a package is known, nor will be; None where it may come."""
        return self._failed.get(package) or self._failed.get(package.base()) or self._broken

    def _looking(self, package: Package) -> list[Table]:
        """Tables with a screen that look at a package, or at one that is compared with it."""
        return [
            table for table in self.tables if table.id in self._screens and package in (table.state.package, table.state.package.base())
        ]

    def _tell_all(self, name: str, content: Any) -> None:
        for screen in (one for screens in self._screens.values() for one in screens):
            screen.put(name, content)

    def _grow(self, package: Package, seed: int, rows: pd.DataFrame) -> None:
        there = self._tracks.get((package, seed))
        before = there[there["month"] < rows["month"].iloc[0]] if there is not None else None
        self._remember(package, seed, rows if before is None else pd.concat([before, rows], ignore_index=True))

    def _remember(self, package: Package, seed: int, track: pd.DataFrame) -> None:
        with self._one:
            self._tracks[package, seed] = track
            self._tracks.move_to_end((package, seed))
            if len(self._tracks) > MOST_KEPT:
                self._tracks.popitem(last=False)

    def track(self, package: Package, seed: int) -> pd.DataFrame | None:
        """What is known of a package in a world so far, month by month."""
        found = self._tracks.get((package, seed))
        if found is None and (answer := self.stock.answers.get(package, seed)) is not None:
            found = answer.track
            self._remember(package, seed, found)
        return found

    def _tell_slice(self, table: Table, seed: int, first: int, last: int, screens: Iterable[Mailbox]) -> None:
        package = table.state.package
        mine, base = self.track(package, seed), self.track(package.base(), seed)
        if mine is not None:
            sent = views.slice_of(self.letters.of(package), seed, mine, base, first, last)
            for screen in screens if sent["rows"] else ():
                screen.put("slice", sent)

    def _tell_known(self, table: Table, screens: Iterable[Mailbox]) -> None:
        """What is there of a table's package already."""
        first = self.stock.seeds[0]
        self._tell_slice(table, first, 0, self.stock.doses.setting.months - 1, screens)
        self._work_out(table.state.package)

    def _tell_alone(self, table: Table, key: str, dose: str) -> None:
        letters = self.letters.of(Package(cards=((key, dose),)))
        effects = self.alone.get((key, dose))
        why = None if effects else (said.NOT_PREPARED if self._warm else said.NOT_YET)._asdict()
        for screen in self._screens.get(table.id, ()):
            screen.put("alone", {"key": key, "card": key, "dose": dose, "letters": letters, "effects": effects, "why": why})

    # outcomes

    def worlds(self, package: Package) -> list[int]:
        """The worlds in which both the package and what it is compared with are known."""
        mine, base = (self.stock.answers.known(one, self.stock.seeds) for one in (package, package.base()))
        return [seed for seed in self.stock.seeds if seed in mine and seed in base]

    def outcome(self, package: Package) -> Known | None:
        """What a package does as far as it is known; None where nothing is. In ``beside`` only."""
        seeds = self.worlds(package)
        if not seeds:
            return None
        found = self._outcomes.get((package, len(seeds)))
        if found is None and (made := self.made(package, seeds)) is not None:
            outcome, reached = made
            sheets = views.sheets(self.letters.of(package), outcome, reached)
            sheets["monitor"], plan = self._plan(package, seeds)
            found = Known(outcome, sheets, views.told(sheets, outcome), plan)
            self._outcomes[package, len(seeds)] = found
            if len(self._outcomes) > MOST_KEPT:
                self._outcomes.popitem(last=False)
        return found

    def made(self, package: Package, seeds: list[int], months: int | None = None) -> tuple[Outcome, dict[str, float]] | None:
        """An outcome worked out anew, and the households that each card reached, mean over the worlds."""
        pairs = [(self.stock.answers.get(package.base(), seed), self.stock.answers.get(package, seed)) for seed in seeds]
        base, mine = ([replace(one, people=None) for one in answers if one] for answers in zip(*pairs, strict=True))
        if not base or not mine:  # damaged meanwhile
            return None
        reached = {key: sum(one.reached.get(key, 0) for one in mine) / len(mine) for key, _ in package.cards}
        return self.stock.outcome(base, mine, package, months), reached

    def _plan(self, package: Package, seeds: list[int]) -> tuple[Sheet, dict[int, dict[str, Any]]]:
        """What should be seen by when; nothing before all worlds are there."""
        months = self.stock.doses.setting.months
        asked = [*(one for one in PLANNED if one < months), months] if len(seeds) == len(self.stock.seeds) and package.cards else []
        found = {one: made for one in asked if (made := self.made(package, seeds, one)) is not None}
        return views.plan(self.letters.of(package), found)

    def told(self, package: Package) -> dict[str, Any] | None:
        """An outcome as a screen has it."""
        found = self.outcome(package)
        if found is None:
            return None
        of = {"of": len(self.stock.seeds), "package": views.package(package, self.letters)}
        return views.outcome(self.letters.of(package), found.told) | of | {"monitor": [said.followed(*one) for one in found.plan.items()]}

    def remember_old(self, letters: str, shown: Mapping[str, Shown]) -> None:
        """What a file that was opened showed of a package."""
        self.old[letters] = shown
        if len(self.old) > MOST_KEPT:
            self.old.popitem(last=False)

    def remember_pair(self, package: Package, other: Package) -> None:
        """A screen compared a package with another."""
        self.pairs[package, other] = None
        self.pairs.move_to_end((package, other))
        if len(self.pairs) > MOST_KEPT:
            self.pairs.popitem(last=False)

    async def beside(self, work: Callable[..., Made], *arguments: Any) -> Made:
        """Work that takes longer than the loop may wait, one after another."""
        return await asyncio.get_running_loop().run_in_executor(self._beside, work, *arguments)

    def _work_out(self, package: Package) -> None:
        """Whoever looks at the package when its outcome is there hears of it."""
        assert self._loop is not None
        done = self._loop.run_in_executor(self._beside, self.told, package)
        done.add_done_callback(lambda future: self._tell_outcome(package, future))

    def _tell_outcome(self, package: Package, future: asyncio.Future[Any]) -> None:
        if future.cancelled():
            return
        if (error := future.exception()) is not None:
            print(f"outcome of {package.line()}: {type(error).__name__}: {error}", file=sys.stderr)
            return
        if (sent := future.result()) is not None:
            for table in self.tables:
                if table.state.package == package:
                    for screen in self._screens.get(table.id, ()):
                        screen.put_once("outcome", sent)

    async def warm(self) -> None:
        """Work out what every card does alone, as far as it was prepared; what tables ask comes in between."""
        for key, sizes in self.stock.doses.items():
            for size, one in sizes.items():
                if one.why_not is None and (found := await self.beside(self.outcome, Package(cards=((key, size),)))) is not None:
                    self.alone[key, size] = found.told["effects"]
        self._warm = True
        self._tell_ready()

    def begin(self) -> None:
        """The server has begun: what cards do alone is worked out while the page is there already."""
        self._loop = asyncio.get_running_loop()
        self.engine.listen(self.heard)
        self._warming = self._loop.create_task(self.warm())

    def ready(self) -> bool:
        """Whether a question is answered at once."""
        return self._warm and self.engine.ready()

    def _tell_ready(self) -> None:
        if not self._told_ready and self.ready():
            self._told_ready = True
            self._tell_all("ready", {"ready": True})

    def stop(self) -> None:
        """The end: no more work, and every screen is let go."""
        self.engine.stop()
        if self._warming is not None:
            self._warming.cancel()
        self._beside.shutdown(wait=False, cancel_futures=True)
        self.let_go()

    def let_go(self) -> None:
        """Every screen is let go, and none comes in its place."""
        self._closed = True
        for screen in [one for screens in self._screens.values() for one in screens]:
            screen.let_go()
