"""A hall of a really prepared place whose engine works nothing out: what was prepared is all that tables see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workshop.engine.package import Package
from workshop.prepared.folder import Prepared
from workshop.server.hall import Hall
from workshop.server.serve import stock_of
from workshop.table.letters import Letters
from workshop.table.state import opened


class Still:
    """An engine that works nothing out, and remembers who looks at what."""

    def __init__(self) -> None:
        self.looking = dict[str, Package]()

    def show(self, name: str, package: Package) -> None:
        self.looking[name] = package

    def leave(self, name: str) -> None:
        self.looking.pop(name, None)

    def listen(self, callback: Any) -> None:
        pass

    def ready(self) -> bool:
        return True

    def stop(self) -> None:
        pass


@contextmanager
def still_hall(prepared: Prepared, folder: Path) -> Iterator[Hall]:
    """A hall that keeps its tables in a folder."""
    with opened(folder / "tables") as tables:
        yield Hall(stock_of(prepared), Still(), tables, Letters(folder))
