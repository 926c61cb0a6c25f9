"""Progress on stderr: a bar in a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Any

STEP = 0.1  # share of the runs between two plain lines


class Progress:
    """Shows how many of ``total`` runs are finished; call it with that number."""

    def __init__(self, total: int, stream: Any = None) -> None:
        self.total = total
        self.stream = stream or sys.stderr
        self.began = time.monotonic()
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
        elif self.shown < 0 or done >= self.shown + STEP * self.total or (done == self.total != self.shown):
            self.shown = done
            seconds = time.monotonic() - self.began
            print(f"{done} of {self.total} runs finished, {seconds:.0f} s", file=self.stream, flush=True)

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self.bar is not None:
            self.bar.close()
