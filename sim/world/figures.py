"""The figures of gemeenten, wijken and the country, read from ``sim/data/population`` and checked cell by cell.

What each column is, its source and year: ``sim/data/README.md``. Missing values are NaN. A folder of places of one's own can be laid
over them (``use``); it holds for the process, and what was made from other figures is forgotten.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from sim.world import figure_checks, own_figures
from sim.world.errors import Refusal
from sim.world.figure_cells import Sheet, columns_of, sheet_of, text_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDER = Path(__file__).parents[1] / "data" / "population"
BANDS = tuple(range(0, 100, 5))
Made = TypeVar("Made")
_made: list[functools._lru_cache_wrapper] = []  # what is kept of the figures
_own: dict[str, bytes] = {}  # files of one's own in use, by name


def kept(call: Callable[..., Made]) -> functools._lru_cache_wrapper[Made]:
    """``functools.cache`` for what is made from figures: forgotten when others come into use."""
    made = functools.cache(call)
    _made.append(made)
    return made


def use(folder: str | Path | None) -> None:
    """Lay the places of a folder over the figures, from now on and in this process; None: only those that come with the project.

    The files are read once, here. The same content as is in use already changes nothing, and so costs little.

    Raises:
        Refusal: what cannot be in the folder, in a cell, or among the figures of a place; then all is as it was.
    """
    before, wanted = dict(_own), {} if folder is None else own_figures.read(Path(folder).expanduser())
    if wanted == before:
        return
    _lay(wanted)
    if wanted:
        try:
            figure_checks.check(table("gemeenten"), table("wijken"), table("gemeenten", FOLDER), _where)
        except Refusal:
            _lay(before)
            raise


def own_files() -> dict[str, str]:
    """SHA-256 (hex) of the files of one's own in use, by name; none where only the project's figures are."""
    return own_figures.digests(_own)


def _lay(files: Mapping[str, bytes]) -> None:
    _own.clear()
    _own.update(files)
    forget()


def _where(name: str, code: str) -> str:
    """Where the row of a code stands in one's own files; empty where it does not."""
    sheet = _sheet(name, FOLDER)
    at = sheet.at[[row[sheet.header.index("code")] for row in sheet.body].index(code)]
    return at if at.startswith("own ") else ""


def table(name: str, folder: Path | None = None) -> dict[str, NDArray]:
    """Columns of one file, sorted by its key, read-only: text as object arrays, the rest float64 (NaN where missing).

    Rows of one's own are in it, unless a ``folder`` is named.

    Raises:
        Refusal: missing file, missing column, double row, or a value that is no number or out of its range.
    """
    return _table(name, folder or FOLDER, folder is None and f"{name}.csv" in _own)


@kept
def _table(name: str, folder: Path, with_own: bool) -> dict[str, NDArray]:
    return columns_of(name, _sheet(name, folder, with_own))


def _sheet(name: str, folder: Path, with_own: bool = True) -> Sheet:
    path = folder / f"{name}.csv"
    try:
        text = text_of(path.read_bytes(), path.name)
    except OSError as error:
        raise Refusal(f"{path.name}: cannot be read ({error.strerror}); expected in {folder.name}/, made by sim/data/convert.py") from error
    shipped = sheet_of(text, path.name)
    return own_figures.merged(name, shipped, _own) if with_own else shipped


def column(name: str, key: str, folder: Path | None = None) -> NDArray:
    """One column of one file.

    Raises:
        Refusal: names file and column.
    """
    columns = table(name, folder)
    if key not in columns:
        raise Refusal(f"{name}.csv: row 1, column {key}: not there (columns: {', '.join(columns)})")
    return columns[key]


def matrix(name: str, keys: list[str]) -> NDArray:
    """Several columns side by side, float64 [rows, keys]."""
    return np.stack([column(name, key) for key in keys], axis=1)


@kept
def listed() -> NDArray:
    """Which gemeenten, in the order of their codes, come with the project (bool); the others are one's own."""
    return np.isin(column("gemeenten", "code"), column("gemeenten", "code", FOLDER))


def forget() -> None:
    """Read the files again at the next call, and make anew what was made from them."""
    for made in _made:
        made.cache_clear()


def digest(folder: Path | None = None) -> str:
    """SHA-256 (hex) of all files of figures, in name order, one's own included; line ends and row order do not count."""
    total = hashlib.sha256()
    for path in sorted((folder or FOLDER).glob("*.csv")):
        total.update(f"{path.name}\n{_in_row_order(path.read_text(encoding='utf-8'))}".encode())
    for name, content in sorted(_own.items()) if folder is None else ():
        total.update(f"own {name}\n{_in_row_order(text_of(content, name))}".encode())
    return total.hexdigest()


def _in_row_order(text: str) -> str:
    head, *rows = text.splitlines()
    return "\n".join([head, *sorted(rows)])
