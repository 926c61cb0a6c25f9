"""One test of many things, which tells by name of every thing that fails it.

A check that is over in less time than pytest takes to begin a test is written `@every("name", NAMES)` in place of
`@pytest.mark.parametrize("name", NAMES)`. What it states is the same, and of the same things; they share their fixtures.
"""

from __future__ import annotations

import functools
import inspect
import traceback
from collections.abc import Callable, Iterable
from typing import Any, cast

import pytest

OWN = {"capsys", "caplog", "monkeypatch", "tmp_path", "request"}  # fixtures that the next thing would find as the last one left them


def every(
    names: str | tuple[str, ...], values: Iterable[Any] | Callable[[], Iterable[Any]], ids: Callable[[Any], str] = str
) -> Callable[..., Any]:
    """A decorator: the test is done for each of ``values``, of one argument or of more, and fails with the name of each that failed.

    Values that take long to make are given as a function, which only the process that does the test calls. Raises ValueError where
    there is nothing to test, or where things would share a fixture that is made for one.
    """
    wanted = (names,) if isinstance(names, str) else names

    def counted(given: Iterable[Any]) -> list[tuple[Any, ...]]:
        cases = [(one,) if isinstance(names, str) else tuple(one) for one in given]
        if not cases or any(len(one) != len(wanted) for one in cases):
            raise ValueError(f"every {', '.join(wanted)}: there is nothing to test, or not one value for each name")
        return cases

    known = None if inspect.isfunction(values) else counted(cast(Iterable[Any], values))

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        asked = inspect.signature(check)
        rest = [one for name, one in asked.parameters.items() if name not in wanted]
        if not set(wanted) <= set(asked.parameters) or OWN & {one.name for one in rest}:
            raise ValueError(
                f"{check.__name__}: it asks for {[*asked.parameters]}, of which {[*wanted]} vary and {sorted(OWN)} cannot be shared"
            )

        @functools.wraps(check)
        def test(**shared: Any) -> None:
            failed, cases = [], counted(cast(Callable[[], Iterable[Any]], values)()) if known is None else known
            for case in cases:
                try:
                    check(**dict(zip(wanted, case, strict=True)), **shared)
                except (Exception, pytest.fail.Exception) as error:
                    where = [one for one in traceback.extract_tb(error.__traceback__) if one.filename != __file__]
                    line = f" (line {where[0].lineno})" if where else ""
                    failed.append(f"[{'-'.join(map(ids, case))}]{line} {type(error).__name__}: {error}")
            if failed:
                pytest.fail(f"{len(failed)} of {len(cases)}:\n" + "\n".join(failed), pytrace=False)

        del test.__wrapped__  # else pytest asks for what varies
        test.__signature__ = asked.replace(parameters=rest)  # type: ignore[attr-defined]
        return test

    return decorate


def by_turns(things: Iterable[Any], ways: Iterable[Any], each: int = 1) -> list[Any]:
    """Every thing with every way, as parameters: ``each`` of the ways by turns in the default suite, and the others marked ``long``.

    A thing that is new gets its turn by itself. Raises ValueError where a way would have no turn.
    """
    there, known = list(things), list(ways)
    if len(there) * each < len(known):
        raise ValueError(f"by turns: {len(there)} things, {each} ways each, leave some of {len(known)} ways without a turn")
    turns = {(k, (k * each + j) % len(known)) for k in range(len(there)) for j in range(each)}
    return [
        pytest.param(thing, way, marks=() if (k, j) in turns else pytest.mark.long)
        for k, thing in enumerate(there)
        for j, way in enumerate(known)
    ]
