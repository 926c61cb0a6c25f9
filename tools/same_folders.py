"""What two folders of results differ in: tables cell by cell, pictures byte by byte, everything else line by line.

Left out, because it says when, where or with which code a thing was made, and not what came out:

- ``.lock``: process and time;
- ``.runs/HASH``: the folder of one run is named by its scenario and seed, for its hash covers the digest of the code;
- in JSON the keys ``seconds``, ``finished``, ``date``, ``commit``, ``sim``, ``code``, ``run`` and ``digest`` (digests of code or of
  such keys);
- in JSON the values under ``parameters`` that only one of the two has: a number that became an entry, or is one no more;
- in pages the lines ``commit`` and ``sim`` of the versions, and the number of processor minutes;
- in what was said (``.err``) the lines that count finished runs;
- in spreadsheets the times of making and changing, and those of the zip;
- in every text the folder of the results and the folder of the code, which become OUT and CODE.

Fingerprints, checksums of contents, what fired and what was reached are compared: they say what came out. Of parquet the values
and the schema count, not how they are packed; a float counts bit by bit, so -0.0 is not 0.0, and NaN equals the same NaN.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

MADE_WITH = {"seconds", "finished", "date", "commit", "sim", "code", "run", "digest"}
SAID: tuple[tuple[str, str, str], ...] = (  # suffix, pattern, what stands there instead
    (".html", r"(?m)^<dt>(?:commit|sim)</dt><dd>[^<]*</dd>\n", ""),
    (".html", r"(ongeveer|about) \d+ (processorminuten|processor minutes)", r"\1 N \2"),
    (".err", r"(?m)^\d+ of \d+ runs finished, \d+ s\n", ""),
    ("core.xml", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "WHEN"),
)
ROUND = 40  # characters shown before and after the first that differs
NOTHING = "(nothing)"


class Side(NamedTuple):
    """One folder of results, and the folder of the code that made it."""

    folder: Path
    code: Path


class Found(NamedTuple):
    """What the comparison of one file gave: how much was compared; if unlike, where first and what stands there in both."""

    file: str
    n: int
    unit: str
    where: str = ""
    base: str = ""
    head: str = ""

    def __str__(self) -> str:
        """One line that names the first difference."""
        return f"{self.file}: {self.where}: {self.base} | {self.head}"


def compare(base: Side, head: Side) -> list[Found]:
    """Compare all files of two folders, in the order of their names."""
    ours, theirs = files(base.folder), files(head.folder)
    found = []
    for name in sorted({*ours, *theirs}):
        if name in ours and name in theirs:
            found.append(_one_file(name, ours[name], theirs[name], base, head))
        else:
            there = ["there", "not there"]
            found.append(Found(name, 0, "files", "the file", *(there if name in ours else there[::-1])))
    return found


def files(folder: Path) -> dict[str, Path]:
    """All files of a folder by their names in it; a run's own folder is named by its scenario and seed."""
    runs: dict[Path, Path] = {}
    marks = [(json.loads(path.read_text(encoding="utf-8")), path.parent) for path in folder.rglob(".runs/*/done.json")]
    for mark, place in sorted(marks, key=lambda one: one[0]["finished"]):
        name = f"{mark['scenario']}, seed {mark['seed']}".replace("/", " ")
        while place.with_name(name) in runs.values():  # two of one name: in the order in which they were finished
            name += "+"
        runs[place] = place.with_name(name)
    there = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {(runs.get(path.parent, path.parent) / path.name).relative_to(folder).as_posix(): path for path in there}


def _one_file(name: str, one: Path, two: Path, base: Side, head: Side) -> Found:
    kind = one.suffix
    if kind == ".parquet":
        return Found(name, *_parquet(one, two))
    if kind == ".xlsx":
        return Found(name, *_book(one, two))
    first, second = one.read_bytes(), two.read_bytes()
    try:
        texts = plain(name, first.decode(), base), plain(name, second.decode(), head)
    except UnicodeDecodeError:
        return Found(name, *_bytes(first, second))
    compare_texts = {".csv": _csv, ".json": _json}.get(kind, _lines)
    return Found(name, *compare_texts(*texts))


def plain(name: str, text: str, side: Side) -> str:
    """A text without what it says of when, where and with which code it was made."""
    for place, word in ((side.folder, "OUT"), (side.code, "CODE")):
        text = text.replace(str(place), word).replace(place.as_posix(), word)
    for suffix, pattern, instead in SAID:
        if name.endswith(suffix):
            text = re.sub(pattern, instead, text)
    return text


Outcome = tuple[Any, ...]  # the fields of Found after the name
Leaves = list[tuple[str, str]]  # dotted key and value as text


def _parquet(one: Path, two: Path) -> Outcome:
    x, y = pq.ParquetFile(one).read(), pq.ParquetFile(two).read()
    n = x.num_rows * x.num_columns
    for k, (a, b) in enumerate(zip_longest(x.schema, y.schema)):
        if a is None or b is None or not a.equals(b, check_metadata=True):
            return n, "cells", f"column {k}", str(a or NOTHING), str(b or NOTHING)
    both = min(x.num_rows, y.num_rows)
    unlike = [(row, k) for k in range(x.num_columns) if (row := _first_unlike(x.column(k)[:both], y.column(k)[:both])) >= 0]
    if unlike:
        row, k = min(unlike)
        keys = [f"{key}={x[key][row]}" for key in ("scenario", "seed") if key in x.column_names]
        where = f"row {row}{' (' + ', '.join(keys) + ')' if keys else ''}, column {x.column_names[k]}"
        return n, "cells", where, _value(x.column(k)[row]), _value(y.column(k)[row])
    if x.num_rows != y.num_rows:
        return n, "cells", "number of rows", str(x.num_rows), str(y.num_rows)
    if x.schema.metadata != y.schema.metadata:
        return n, "cells", "metadata of the schema", str(x.schema.metadata), str(y.schema.metadata)
    return n, "cells"


def _first_unlike(a: pa.ChunkedArray, b: pa.ChunkedArray) -> int:
    """The first row in which two columns of one type and length differ; -1 if there is none."""
    x, y = (_comparable(one) for one in (a, b))
    unlike = pc.or_(pc.xor(x.is_null(), y.is_null()), pc.fill_null(pc.not_equal(x, y), False))
    return int(pc.index(unlike, True).as_py())


def _comparable(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array whose values can be compared: words for a dictionary, bits for floats."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_null(column.type):
        column = column.cast(pa.int8())
    whole = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return whole.view(f"int{whole.type.bit_width}") if pa.types.is_floating(whole.type) else whole


def _value(scalar: pa.Scalar) -> str:
    return "null" if scalar.as_py() is None else repr(scalar.as_py())


def _csv(one: str, two: str) -> Outcome:
    x, y = (list(csv.reader(io.StringIO(text, newline=""))) for text in (one, two))
    n = sum(map(len, x))
    nothing: list[str] = []
    for row, (a, b) in enumerate(zip_longest(x, y, fillvalue=nothing)):
        for k, (cell, other) in enumerate(zip_longest(a, b, fillvalue=NOTHING)):
            if cell != other:
                name = x[0][k] if row and k < len(x[0]) else str(k)
                return n, "cells", f"row {row - 1}, column {name}" if row else f"header, column {k}", cell, other
    return (n, "cells") if one == two else (n, "cells", *_lines(one, two)[2:])


def _json(one: str, two: str) -> Outcome:
    x, y = _without_new_parameters(*(list(_leaves(json.loads(text))) for text in (one, two)))
    for a, b in zip_longest(x, y, fillvalue=("", NOTHING)):
        if a != b:
            return len(x), "values", a[0] or b[0], *(one[1] if a[0] == b[0] else ": ".join(one) for one in (a, b))
    return len(x), "values"


def _without_new_parameters(x: Leaves, y: Leaves) -> tuple[Leaves, Leaves]:
    """Both, but for the parameters that the other does not have at all."""
    there = [{key for key, _ in leaves} for leaves in (x, y)]
    mine, theirs = (
        [one for one in a if not one[0].startswith("parameters.") or one[0] in keys] for a, keys in ((x, there[1]), (y, there[0]))
    )
    return mine, theirs


def _leaves(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """(dotted key, value as text) of all that a JSON file holds, in its order, without what it was made with."""
    if isinstance(value, dict | list) and value:
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if name not in MADE_WITH:
                yield from _leaves(inner, f"{key}.{name}" if key else str(name))
    else:
        yield key, repr(value)


def _lines(one: str, two: str) -> Outcome:
    x, y = one.split("\n"), two.split("\n")
    for number, (a, b) in enumerate(zip_longest(x, y, fillvalue=NOTHING), 1):
        if a != b:
            at = next((k for k, (c, d) in enumerate(zip(a, b, strict=False)) if c != d), min(len(a), len(b)))
            shown = [text[max(0, at - ROUND) : at + ROUND] for text in (a, b)]
            return len(one.encode()), "bytes", f"line {number}, sign {at}", *shown
    return len(one.encode()), "bytes"


def _bytes(one: bytes, two: bytes) -> Outcome:
    at = next((k for k, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    if one == two:
        return len(one), "bytes"
    return len(one), "bytes", f"byte {at}", *(f"{part[at : at + 8].hex(' ') or NOTHING} ({len(part)} bytes)" for part in (one, two))


def _book(one: Path, two: Path) -> Outcome:
    """A spreadsheet part by part."""
    nowhere = Side(Path("OUT"), Path("CODE"))
    with zipfile.ZipFile(one) as x, zipfile.ZipFile(two) as y:
        if x.namelist() != y.namelist():
            return 0, "bytes", "parts", str(x.namelist()), str(y.namelist())
        n = 0
        for name in x.namelist():
            part = _lines(*(plain(name, book.read(name).decode(), nowhere) for book in (x, y)))
            n += part[0]
            if len(part) > 2:
                return n, "bytes", f"{name}, {part[2]}", *part[3:]
    return n, "bytes"
