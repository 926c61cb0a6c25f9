"""Work that goes on where it was stopped: each answer is a line of a file, and what the file has is not asked again."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from experiments.runs.runner import pool


def through(path: Path, tasks: Mapping[str, tuple[Any, ...]], call: Callable[..., Any], workers: int) -> dict[str, Any]:
    """What ``call`` gives for each task, by name: what the file has already is not asked again; each answer is a line of it."""
    found = read(path)
    todo = {name: task for name, task in tasks.items() if name not in found}
    if not todo:
        return {name: found[name] for name in tasks}
    began = time.monotonic()
    with pool(workers) as executor, path.open("a", encoding="utf-8") as file:
        asked = {executor.submit(call, *task): name for name, task in todo.items()}
        for n, (future, name) in enumerate(asked.items(), 1):
            found[name] = future.result()
            file.write(json.dumps([name, found[name]]) + "\n")
            file.flush()
            left = (time.monotonic() - began) / n * (len(todo) - n)
            print(f"{path.stem}: {n} of {len(todo)}, about {left / 60:.0f} minutes to go", file=sys.stderr, flush=True)
    return {name: found[name] for name in tasks}


def read(path: Path) -> dict[str, Any]:
    """The finished lines of a file; half a line, of a run that was killed, is cut off."""
    if not path.is_file():
        return {}
    whole = path.read_bytes()
    whole = whole[: whole.rfind(b"\n") + 1]
    path.write_bytes(whole)
    return dict(json.loads(line) for line in whole.splitlines())
