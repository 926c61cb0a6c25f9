"""What a table cannot do, said in one line to who sits there."""

from __future__ import annotations

from sim.world.errors import Refusal


class Wrong(Refusal):
    """A request that cannot be met: its line in Dutch and English, and the HTTP status that goes with it.

    ``original``: the English of the model where the Dutch line says less than it; None where both say the same.
    """

    def __init__(self, nl: str, en: str, status: int = 400, original: str | None = None) -> None:
        super().__init__(en)
        self.nl, self.en, self.status, self.original = " ".join(nl.split()), str(self), status, original
