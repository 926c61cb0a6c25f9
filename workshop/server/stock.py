"""What the server asks of a prepared folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from workshop.engine.answers import Answer
from workshop.engine.assumed import Deciding
from workshop.engine.doses import Doses
from workshop.engine.outcome import Outcome
from workshop.engine.package import Cards, Package
from workshop.engine.shares import Shares


class Kept(Protocol):
    """Answers by package and world (``workshop.engine.answers.Answers``)."""

    def get(self, package: Package, seed: int) -> Answer | None:
        """One of them, if it is there."""
        ...

    def known(self, package: Package, seeds: Sequence[int]) -> list[int]:
        """The worlds of which there is one."""
        ...


class Runs(Protocol):
    """What works answers out (``workshop.engine.scheduler.Engine``)."""

    def show(self, table: str, package: Package) -> None:
        """A table looks at a package now."""

    def leave(self, table: str) -> None:
        """A table looks at nothing any more."""

    def listen(self, callback: Callable[[Any], None]) -> None:
        """Whom to tell what happens; from another thread."""

    def ready(self) -> bool:
        """Whether the first question is answered at once."""
        ...

    def stop(self) -> None:
        """The end."""


@dataclass(frozen=True)
class Stock:
    """See the module.

    Attributes:
        seeds: the worlds, first world first.
        public: public figures beside those of the base (columns of validation.csv); None where none were worked out.
        current: what the place does already, as far as is known: (card, dose).
        outcome: from answers of the base, answers of a package, the package and months (None: the run), what it does.
        shares, deciding: what each card contributes, and the assumptions that decide most (``workshop.engine``).
    """

    folder: Path
    doses: Doses
    seeds: tuple[int, ...]
    answers: Kept
    outcome: Callable[[list[Answer], list[Answer], Package, int | None], Outcome]
    shares: Callable[[Package], Shares]
    deciding: Callable[[Outcome], Deciding]
    public: pd.DataFrame | None = None
    current: Cards = ()
