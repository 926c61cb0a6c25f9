"""Progress on stderr: a bar of months in a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

STEP = 0.1  # share of the months between two plain lines
SHORTEST = 10.0  # seconds between them; what is over sooner says nothing
SETTLED = 0.02  # share of the months that are left, from which on a speed is told: not every month takes as long
LONGEST = 60.0  # seconds between them, as long as months pass or kernels are compiled
FORMAT = "{l_bar}{bar}| {n_fmt} of {total_fmt} months [{elapsed}{postfix}]"


class Progress:
    """Shows how many of ``total`` months have passed; call it with that number.

    What passed before the first call, and the time in which kernels are compiled or nothing passes yet, say nothing of the speed of
    what is to come.
    """

    def __init__(self, total: int, stream: Any = None) -> None:
        self.total = total
        self.stream = stream or sys.stderr
        self.began = self.said = self.since = time.monotonic()
        self.first: int | None = None  # months at ``since``, from when on the speed is counted
        self.kernels = 0
        self.shown: tuple[int, int] = (0, 0)
        self.bar: Any = None
        if self.stream.isatty():
            from tqdm import tqdm

            self.bar = tqdm(total=total, file=self.stream, dynamic_ncols=True, leave=False, bar_format=FORMAT)

    def __call__(self, months: int, kernels: int = 0) -> None:
        """Show ``months`` that have passed, and ``kernels`` that were compiled."""
        if self.first is None:
            self.shown = months, 0
        if self.first is None or kernels != self.kernels or months == self.first:
            self.first, self.since, self.kernels = months, time.monotonic(), kernels
        if self.bar is not None:
            self.bar.n = months
            self.bar.set_postfix_str(", ".join(self._pace(months)))
        elif self._worth_a_line(months):
            self.shown, self.said = (months, kernels), time.monotonic()
            line = [f"{months:,} of {self.total:,} months", f"{self.said - self.began:.0f} s", *self._pace(months)]
            print(", ".join(line), file=self.stream, flush=True)

    def _worth_a_line(self, months: int) -> bool:
        waited = time.monotonic() - self.said
        far = months >= self.shown[0] + STEP * self.total
        return waited >= SHORTEST and (far or (waited >= LONGEST and (months, self.kernels) != self.shown))

    def _pace(self, months: int) -> list[str]:
        """How fast months pass, and how long the others take; how many kernels were compiled."""
        passed, seconds = months - (self.first or 0), time.monotonic() - self.since
        pace = [f"{self.kernels} kernels compiled"] if self.kernels else []
        if passed < SETTLED * (self.total - (self.first or 0)) or seconds <= 0:
            return pace
        return [f"{passed / seconds:,.0f} a second", f"about {in_words((self.total - months) * seconds / passed)} to go", *pace]

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Print other lines meanwhile: the bar makes way for them."""
        if self.bar is None:
            yield
        else:
            with self.bar.external_write_mode(file=self.stream):
                yield

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self.bar is not None:
            self.bar.close()


def in_words(seconds: float) -> str:
    """A time that people can use: whole seconds below a minute and a half, whole minutes above."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} minutes"
