"""The command of a run with every setting written out, so that it stays the same when defaults change."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

PLAIN = re.compile(r"[A-Za-z0-9_./-]+")
NESTED = ("instruments", "behaviour")  # keys that have keys of their own
DRAWS = "draws"


def whole(configuration: Mapping[str, Any]) -> str:
    """``python -m experiments.compare`` with each key of a configuration."""
    lines = (shlex.quote(f"{key}={_value(value)}") for key, value in _keys(configuration))
    return " ".join(["python -m experiments.compare", *lines])


def flat(content: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The values of nested keys, each with the keys that lead there; a list is one value."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from flat(value, (*before, str(key)))
    else:
        yield before, content


def _keys(configuration: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in configuration.items():
        if key in NESTED:
            yield from ((".".join(path), one) for path, one in flat(value, (key,)))
        elif key == DRAWS:  # is typed with what it is of, or not at all
            yield from () if value is None else (("behaviour", "posterior"), (key, value))
        else:
            yield key, value


def _value(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{','.join(map(_value, value))}]"
    text = str(value)
    return text if PLAIN.fullmatch(text) else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
