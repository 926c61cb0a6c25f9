"""Figures of one's own: ``gemeenten.csv`` and ``wijken.csv`` of a folder, laid over those that come with the project.

A row of a code that is there replaces the figures that it gives; an empty field keeps the one that is there. A row of a new code must
give all that may not be missing. Wijken of a gemeente stand for all its wijken: those that the file does not name are gone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from sim.world.errors import Refusal, hint, shown
from sim.world.figure_cells import Sheet, may_miss, sheet_of, text_of

FILES = ("gemeenten.csv", "wijken.csv")
NEW = {"gemeenten": (r"[A-Z]{2}\d{4}", "XX0001"), "wijken": (r"[A-Z]{2}\d{6}", "XX000101")}  # codes that may be added
FIXED = ("name", "province", "gemeente")  # what a row of a code that is there may repeat, never change
Files = Mapping[str, bytes]


def read(folder: Path) -> dict[str, bytes]:
    """The content of each own file, by its name. What is no CSV file is left alone.

    Raises:
        Refusal: no such folder, none of the files, or another CSV file.
    """
    if not folder.is_dir():
        raise Refusal(f"place_dir={shown(folder)}: there is no such folder")
    try:
        there = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv" and not path.name.startswith("."))
        found = {path.name: path.read_bytes() for path in there if path.name in FILES}
    except OSError as error:
        raise Refusal(f"place_dir={shown(folder)}: cannot be read ({error.strerror}); let it be read, or choose another") from error
    for path in there:
        if path.name not in FILES:
            near = hint(path.name, FILES, f"files are {' and '.join(FILES)}")
            raise Refusal(f"place_dir={shown(folder)}: {shown(path.name)} is no file of figures{near}; else move it elsewhere")
    if not there:
        raise Refusal(f"place_dir={shown(folder)}: neither {' nor '.join(FILES)} is there; put one of them in it")
    return found


def digests(files: Files) -> dict[str, str]:
    """SHA-256 (hex) of each own file by name, as the file is."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def merged(name: str, shipped: Sheet, files: Files) -> Sheet:
    """The rows that come with the project and one's own as one sheet; ``name`` is gemeenten or wijken.

    Raises:
        Refusal: an unknown column, a code that cannot be, a row twice, or a new row without what it must have.
    """
    file = f"{name}.csv"
    if file not in files:
        return shipped
    own = sheet_of(text_of(files[file], f"own {file}"), f"own {file}")
    for column in own.header:
        if column not in shipped.header:
            raise Refusal(f"{own.file}: row 1, column {shown(column)}: not known{hint(column, shipped.header, 'leave it out')}")
    if "code" not in own.header:
        raise Refusal(f"{own.file}: row 1, column code: not there, so no row says which of the {name} it is; add it")
    before = {row[shipped.header.index("code")]: row for row in shipped.body}
    rows: dict[str, tuple[list[str], str]] = {}
    for cells, where in zip(own.body, own.at, strict=True):
        given = dict(zip(own.header, cells, strict=True))
        code = given["code"]
        if code in rows:
            raise Refusal(f"{where}, column code: {shown(code)} is there twice; leave one row out")
        known = dict(zip(shipped.header, before[code], strict=True)) if code in before else None
        rows[code] = (_laid_over(name, known, given, shipped.header, where), where)
    gone = _replaced(name, shipped, [row for row, _ in rows.values()])
    kept = [(row, at) for code, row, at in zip(before, shipped.body, shipped.at, strict=True) if code not in rows and code not in gone]
    both = [*kept, *rows.values()]
    return Sheet(file, shipped.header, [row for row, _ in both], [at for _, at in both])


def _laid_over(name: str, known: Mapping[str, str] | None, given: Mapping[str, str], header: list[str], where: str) -> list[str]:
    """One row of one's own with every column. Raises Refusal."""
    code = given["code"]
    if known is not None:
        for column in FIXED:
            if given.get(column) and given[column] != known[column]:
                raise Refusal(f"{where}, column {column}: {code} is {known[column]}, not {shown(given[column])}; give a code of its own")
        return [given.get(column) or known[column] for column in header]
    pattern, example = NEW[name]
    if not re.fullmatch(pattern, code, re.ASCII):
        raise Refusal(f"{where}, column code: {shown(code)} is none of the {name}; write a code as {example} for a new one")
    for column in header:
        if column not in given and not may_miss(name, column):
            raise Refusal(f"{where}, column {column}: not there, and {code} is new, so that it must have it; add the column")
    return [given.get(column, "") for column in header]


def _replaced(name: str, shipped: Sheet, rows: list[list[str]]) -> set[str]:
    """Codes of wijken that give way to one's own of the same gemeente."""
    if name != "wijken":
        return set()
    code, gemeente = (shipped.header.index(column) for column in ("code", "gemeente"))
    own = {row[gemeente] for row in rows}
    return {row[code] for row in shipped.body if row[gemeente] in own}
