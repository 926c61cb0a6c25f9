"""Progress on stderr: a bar in a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Any

STEP = 0.1  # share of the runs between two plain lines
LONGEST = 60.0  # seconds between them, as long as runs finish


class Progress:
    """Shows how many of ``total`` runs are finished; call it with that number."""

    def __init__(self, total: int, stream: Any = None) -> None:
        self.total = total
        self.stream = stream or sys.stderr
        self.began = self.said = time.monotonic()
        self.shown = -1
        self.bar: Any = None
        if self.stream.isatty():
            from tqdm import tqdm

            self.bar = tqdm(total=total, unit="run", file=self.stream, dynamic_ncols=True, leave=False)

    def __call__(self, done: int) -> None:
        """Show ``done`` finished runs."""
        if self.bar is not None:
            if done == self.bar.n and self.bar.n:
                self.bar.refresh()
            else:
                if self.shown < 0:
                    self.bar.initial = done  # runs of an earlier command say nothing of the speed of this one
                self.bar.n = done
                self.bar.refresh()
            self.shown = done
        elif self._worth_a_line(done):
            self.shown, self.said = done, time.monotonic()
            print(f"{done} of {self.total} runs finished, {self.said - self.began:.0f} s", file=self.stream, flush=True)

    def _worth_a_line(self, done: int) -> bool:
        """The first number, the last, and some between."""
        if self.shown < 0 or done >= self.shown + STEP * self.total or (done == self.total != self.shown):
            return True
        return done > self.shown and time.monotonic() >= self.said + LONGEST

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self.bar is not None:
            self.bar.close()
