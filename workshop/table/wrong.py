"""What a table cannot do, said in one line to who sits there."""

from __future__ import annotations

from sim.world.errors import Refusal


class Wrong(Refusal):
    """A request that cannot be met: its line in Dutch and English, and the HTTP status that goes with it."""

    def __init__(self, nl: str, en: str, status: int = 400) -> None:
        super().__init__(en)
        self.nl, self.en, self.status = " ".join(nl.split()), str(self), status


def in_words(error: Refusal) -> Wrong:
    """A refusal of the model, which speaks English, as one that a table can show."""
    return error if isinstance(error, Wrong) else Wrong(f"Dit kan niet. Het model zegt (in het Engels): {error}", str(error))
