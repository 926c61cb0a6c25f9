"""The state of a table: what follows from its events, so that undo, history and a crash are one mechanism."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from experiments.runs.folder import LOCK, held
from sim.world.errors import Refusal
from workshop.engine.package import Package
from workshop.table import events
from workshop.table.events import Log, Written
from workshop.table.wrong import Wrong

MOST_TABLES = 200
MOST_OF_A_LIST = 100  # bookmarks, agreements, names


@dataclass(frozen=True)
class Board:
    """What lies on the table, and what undo brings back."""

    package: Package = field(default_factory=Package)
    budget: float | None = None


@dataclass(frozen=True)
class Change:
    """A line of the history: the number of its event, the event that it is about, and the board before and after.

    ``how`` is ``do``, ``undo`` or ``redo``.
    """

    number: int
    how: str
    event: Any
    before: Board
    after: Board


@dataclass(frozen=True)
class State:
    """See the module.

    Attributes:
        boards: one more than there are changes that hold; the last lies on the table. done: those changes.
        undone: changes that were taken back, with the board that they gave; the last is the next to be done again.
        guesses, bookmarks: by package line and by name.
        agreements: (text, who, when), in order; one that was taken out is empty, so that the others keep their numbers.
    """

    name: str = ""
    began: str = ""
    last: str = ""
    number: int = 0
    screen: str = "start"
    boards: tuple[Board, ...] = (Board(),)
    done: tuple[Any, ...] = ()
    undone: tuple[tuple[Any, Board], ...] = ()
    history: tuple[Change, ...] = ()
    guesses: Mapping[str, events.Guess] = field(default_factory=dict)
    bookmarks: Mapping[str, str] = field(default_factory=dict)
    agreements: tuple[tuple[str, str, str], ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    clock: tuple[str, int] | None = None
    steps: tuple[tuple[str, int], ...] = ()  # of the script, each with when it began

    @property
    def board(self) -> Board:
        """What lies on the table."""
        return self.boards[-1]

    @property
    def package(self) -> Package:
        """What the table looks at."""
        return self.board.package


def fold(lines: Iterable[Written]) -> State:
    """The state after all events of a table."""
    state = State()
    for line in lines:
        state = after(state, line)
    return state


def after(state: State, line: Written) -> State:
    """The state after one more event. Raises Wrong where it cannot be in this state."""
    event = line.event
    state = replace(state, number=state.number + 1, last=line.at)
    return STEPS[event.kind](state, event, line.at)


def _begin(state: State, event: events.Begin, at: str) -> State:
    return replace(state, name=event.name, began=at)


def _screen(state: State, event: events.Screen, at: str) -> State:
    return replace(state, screen=event.screen)


def _change(state: State, event: Any, at: str) -> State:
    """A change of the board; one that changes nothing is none."""
    new = changed(state.board, event)
    if new == state.board:
        return state
    listed = Change(state.number, "do", event, state.board, new)
    return replace(state, boards=(*state.boards, new), done=(*state.done, event), undone=(), history=(*state.history, listed))


def changed(board: Board, event: Any) -> Board:
    """A board after a change."""
    if isinstance(event, events.Budget):
        return replace(board, budget=event.eur)
    if isinstance(event, events.Open):
        return replace(board, package=Package.read(event.package))
    part = "done" if isinstance(event, events.Done) else "cards"
    package = replace(board.package, **{part: _put(getattr(board.package, part), event.key, event.dose)})
    return replace(board, package=package)


def _put(pairs: tuple[tuple[str, str], ...], key: str, value: str | None) -> tuple[tuple[str, str], ...]:
    others = [pair for pair in pairs if pair[0] != key]
    return tuple(sorted(others if value is None else [*others, (key, value)]))


def _undo(state: State, event: events.Undo, at: str) -> State:
    if not state.done:
        raise Wrong("Er is niets om terug te nemen.", "there is nothing to take back", 409)
    *done, last = state.done
    *boards, gone = state.boards
    listed = Change(state.number, "undo", last, gone, boards[-1])
    undone = (*state.undone, (last, gone))
    return replace(state, boards=tuple(boards), done=tuple(done), undone=undone, history=(*state.history, listed))


def _redo(state: State, event: events.Redo, at: str) -> State:
    if not state.undone:
        raise Wrong("Er is niets om opnieuw te doen.", "there is nothing to do again", 409)
    *undone, (again, board) = state.undone
    listed = Change(state.number, "redo", again, state.board, board)
    return replace(state, boards=(*state.boards, board), done=(*state.done, again), undone=tuple(undone), history=(*state.history, listed))


def _guess(state: State, event: events.Guess, at: str) -> State:
    return replace(state, guesses={**state.guesses, event.package: event})


def _bookmark(state: State, event: events.Bookmark, at: str) -> State:
    return replace(state, bookmarks=_bounded({**state.bookmarks, event.name: event.package}))


def _named(state: State, event: events.Named, at: str) -> State:
    names = {**state.names, f"{event.contact}:{event.step}": event.name}
    return replace(state, names=_bounded({key: name for key, name in names.items() if name}))


def _agree(state: State, event: events.Agree, at: str) -> State:
    one, held = (event.text, event.who, event.when) if event.text else ("", "", ""), list(state.agreements)
    if event.number is None:
        if not event.text:
            raise Wrong("Schrijf op wat u afspreekt.", "write down what you agree on")
        held.append(one)
    elif event.number > len(held):
        raise Wrong(f"Er is geen afspraak {event.number}.", f"there is no agreement {event.number}", 409)
    else:
        held[event.number - 1] = one
    _refuse_more(len(held))
    return replace(state, agreements=tuple(held))


def _clock(state: State, event: events.Clock, at: str) -> State:
    if event.step is None:
        return replace(state, clock=None)
    return replace(state, clock=(at, event.step), steps=(*state.steps, (at, event.step)))


def _bounded(found: dict[str, str]) -> dict[str, str]:
    _refuse_more(len(found))
    return found


def _refuse_more(n: int) -> None:
    if n > MOST_OF_A_LIST:
        raise Wrong(f"Meer dan {MOST_OF_A_LIST} past niet op een tafel.", f"more than {MOST_OF_A_LIST} do not fit on a table", 409)


STEPS: Mapping[str, Any] = {
    "begin": _begin,
    "screen": _screen,
    "card": _change,
    "done": _change,
    "budget": _change,
    "open": _change,
    "undo": _undo,
    "redo": _redo,
    "guess": _guess,
    "bookmark": _bookmark,
    "name": _named,
    "agree": _agree,
    "clock": _clock,
}


class Table:
    """One table: its file and the state that follows from it."""

    def __init__(self, log: Log) -> None:
        self.log, self.state = log, fold(log.lines)

    @property
    def id(self) -> str:
        """The name of its file, and of the table in requests."""
        return self.log.path.stem

    def take(self, event: events.Event) -> State:
        """An event: it is on the disk, and part of the state, when this returns.

        Raises:
            Wrong: it cannot be in this state; nothing is written.
            NotWritten: no room, or no right to write; nothing is taken.
        """
        after(self.state, Written(at=events.now(), event=event))
        self.state = after(self.state, self.log.append(event))
        return self.state


class Tables:
    """The tables of a folder, each in a file of its own; one process has them at a time.

    Attributes:
        said: what was found that is not as it was written, a line each.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.said = folder, list[str]()
        self._tables: dict[str, Table] = {}
        for path in sorted(folder.iterdir()):
            if path.suffix == ".jsonl":
                self._open(path)
            elif path.name != LOCK:
                self.said.append(f"{path} is no table; it is left alone")

    def _open(self, path: Path) -> None:
        if not events.is_id(path.stem) or path.is_symlink() or not path.is_file() or len(self._tables) >= MOST_TABLES:
            self.said.append(f"{path} is no file of a table here, or one more than {MOST_TABLES}; it is left alone")
            return
        try:
            table = Table(Log.open(path))
        except Refusal as error:
            self.said.append(f"{path} is left out: {error}")
            return
        self._tables[table.id] = table
        if table.log.dropped:
            self.said.append(f"table {table.state.name}: its last line was cut short, so it was never answered, and is dropped")

    def __iter__(self) -> Iterator[Table]:
        return iter(self._tables.values())

    def find(self, name: str) -> Table:
        """A table by its id. Raises Wrong."""
        found = self._tables.get(name)
        if found is None:
            raise Wrong("Deze tafel is er niet. Begin een nieuwe tafel.", "there is no such table; begin a new one", 404)
        return found

    def new(self, name: Any) -> Table:
        """A table with a name. Raises Wrong: no name, or too many tables."""
        if len(self._tables) >= MOST_TABLES:
            raise Wrong(f"Er zijn al {MOST_TABLES} tafels.", f"there are {MOST_TABLES} tables already", 409)
        said = " ".join(name.split()) if isinstance(name, str) else ""
        if not said or len(said) > 60 or not said.isprintable():
            raise Wrong("Geef de tafel een naam van hoogstens 60 tekens.", "give the table a name of at most 60 signs")
        table = Table(Log.begin(self.folder / f"{uuid4().hex[:12]}.jsonl", said))
        self._tables[table.id] = table
        return table


@contextmanager
def opened(folder: Path) -> Iterator[Tables]:
    """The tables of a folder, held for this process. Raises Refusal where another process has them."""
    with held(folder, "another workshop works in", "stop it there"):
        yield Tables(folder)
