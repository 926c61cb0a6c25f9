"""A file of draws: keys of a command in its first line, and a job of a sweep in each line below."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from analysis.estimates import posterior
from experiments.runs.world import digests
from sim.world.errors import Refusal

MOST_ROWS = 10_000
POSTERIOR = "posterior"  # instead of a path: the draws that ship


def file_of(named: str) -> Path:
    """The file that a key names: its path, or that of the draws that ship (POSTERIOR).

    Raises:
        Refusal: what ships is of another model than there is now.
    """
    if named != POSTERIOR:
        return Path(named).expanduser()
    posterior.shipped(digests())
    return posterior.FOLDER / posterior.SWEPT


def read(path: Path) -> list[tuple[int, list[str]]]:
    """The rows of a CSV file with their number in it, each as ``key=value``; what the keys and values mean is not looked at.

    Raises:
        Refusal: names file and line: it is not there or no such table, a key stands twice, a row lacks a value.
    """
    try:
        lines = list(_lines(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise Refusal(f"draws={path}: {error.strerror}; name a CSV file with keys in its first line") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refusal(f"draws={path}: this is no CSV file in UTF-8 ({str(error).splitlines()[0]})") from error
    if not lines:
        raise Refusal(f"draws={path}: the file is empty; its first line holds keys, such as behaviour.p_sight")
    number, keys = lines[0]
    if len(keys) == 1 and ";" in keys[0]:
        raise Refusal(f"{path}, line {number}: its columns are parted by ';'; save it with commas, and points in numbers")
    for n, key in enumerate(keys):
        if not key or "=" in key:
            raise Refusal(f"{path}, line {number}: column {n + 1} has no key above it, such as behaviour.p_sight")
        if key in keys[:n]:
            raise Refusal(f"{path}, line {number}: {key} stands above two columns")
    if len(lines) == 1 or len(lines) > MOST_ROWS + 1:
        raise Refusal(f"draws={path}: it has {len(lines) - 1:,} rows below its keys; 1 to {MOST_ROWS:,} will do")
    rows = []
    for number, values in lines[1:]:
        if len(values) != len(keys):
            raise Refusal(f"{path}, line {number}: {len(values)} values, and there are {len(keys)} keys")
        if "" in values:
            raise Refusal(f"{path}, line {number}: {keys[values.index('')]} has no value")
        rows.append((number, [f"{key}={value}" for key, value in zip(keys, values, strict=True)]))
    return rows


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines with something in them, with their numbers."""
    reader = csv.reader(text.splitlines(), strict=True)
    for values in reader:
        if any(values):
            yield reader.line_num, [value.strip() for value in values]
