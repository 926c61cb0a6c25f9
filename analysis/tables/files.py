"""Reading the tables that a run left in a folder, and writing files whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from analysis.tables import record
from sim.counts.schema import TABLES, Table
from sim.world.errors import Refusal, hint
from sim.world.names import BASIS, PLACEBO
from verhuisketens.shell import NotWritten

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

FULL = (errno.ENOSPC, errno.EDQUOT)
ONCE = {"split_blocks": True, "self_destruct": True}  # of a table that becomes a frame: no column is in memory twice
NONE, SOME, ONLY = "none", "some", "only"  # rows of a scenario in a part of a file


@dataclass(frozen=True)
class Folder:
    """A folder of results. Tables are read when asked for."""

    path: Path

    def has(self, name: str) -> bool:
        """Whether the table is there."""
        return self._file(name).is_file()

    def table(self, name: str, columns: Sequence[str], maybe: Sequence[str] = (), plain: bool = True) -> pd.DataFrame:
        """All rows of one table. Of a parquet table these columns only, of a CSV file all that it has.

        Args:
            maybe: columns to be read where they are there.
            plain: texts as plain strings; else as categories, where the file has them so, which millions of rows take less room for.

        Raises:
            Refusal: the file is not there or damaged, or lacks one of ``columns``.
        """
        import pandas as pd
        import pyarrow.parquet as pq

        file = self._found(name)
        with readable(file):
            if file.suffix == ".csv":
                frame = pd.read_csv(file)
                need(list(frame.columns), columns, file.name)
            else:
                with pq.ParquetFile(file) as table:
                    there = table.schema_arrow.names
                    need(there, columns, file.name)
                    asked = [*columns, *(one for one in maybe if one in there and one not in columns)]
                    frame = table.read(asked).select(asked).to_pandas(**ONCE)
        texts = frame.select_dtypes("category").columns if plain else ()
        return frame.astype({column: object for column in texts})

    def of_scenario(self, name: str, columns: Sequence[str], scenario: str, where: Sequence[tuple[str, str, object]] = ()) -> pd.DataFrame:
        """One scenario's rows of a large parquet table: these columns only, texts as categories.

        ``where`` holds further conditions (column, sign, value), all of which must hold. Raises Refusal.
        """
        import pyarrow as pa

        with self._of_scenario(name, columns, scenario, where) as parts:
            return pa.concat_tables(parts).unify_dictionaries().to_pandas(**ONCE)

    def parts_of_scenario(self, name: str, columns: Sequence[str], scenario: str) -> Iterator[pd.DataFrame]:
        """The same in parts of a million rows at most, one at a time, for what need not be in memory whole. Raises Refusal."""
        with self._of_scenario(name, columns, scenario) as parts:
            for part in parts:
                yield part.to_pandas(**ONCE)

    @contextmanager
    def _of_scenario(
        self, name: str, columns: Sequence[str], scenario: str, where: Sequence[tuple[str, str, object]] = ()
    ) -> Iterator[Iterator[pa.Table]]:
        """What ``of_scenario`` gives, in the parts in which the file was written; of none an empty one, to know the types."""
        import pyarrow.parquet as pq

        file = self._found(name)
        with readable(file), pq.ParquetFile(file) as table:
            need(table.schema_arrow.names, [*columns, *(column for column, _, _ in where)], file.name)
            held = {k: _held(table.metadata.row_group(k), scenario) for k in range(table.num_row_groups)}
            groups = [k for k, here in held.items() if here is not NONE] or [*held][:1]
            yield (_part(table, k, columns, [*where, *([] if held[k] is ONLY else [("scenario", "==", scenario)])]) for k in groups)

    def scenarios(self, name: str) -> list[str]:
        """The scenarios with rows in a parquet table, in order. Raises Refusal."""
        return self.words(name, "scenario")

    def words(self, name: str, column: str) -> list[str]:
        """The texts that occur in a column of a parquet table, in order. Raises Refusal."""
        import pyarrow.parquet as pq

        file, found = self._found(name), set[str]()
        with readable(file), pq.ParquetFile(file) as table:
            need(table.schema_arrow.names, [column], file.name)
            for k in range(table.num_row_groups):
                low, high = _ends(table.metadata.row_group(k), column)
                found |= {low} if low is not None and low == high else set(table.read_row_group(k, [column])[column].unique().to_pylist())
        return sorted(found)

    def manifest(self) -> dict[str, Any]:
        """What was run; empty when there is no manifest.json. Raises Refusal when it is damaged, or not of this program."""
        return record.read(self.path / record.MANIFEST) or {}

    def _found(self, name: str) -> Path:
        file = self._file(name)
        if not file.is_file():
            raise Refusal(f"{self.path} holds no {file.name}; run experiments.compare with out={self.path}")
        return file

    def _file(self, name: str) -> Path:
        """Of a table of a run the file that its schema names: one that is computed from it may have the same name."""
        return self.path / (TABLES[name].file if name in TABLES else f"{name}.csv")


def _ends(group: pq.RowGroupMetaData, name: str) -> tuple[str | None, str | None]:
    """The first and the last text of a column in a part of a parquet file, by what it says of itself; None where it says nothing."""
    for k in range(group.num_columns):
        column = group.column(k)
        if column.path_in_schema == name and column.is_stats_set and column.statistics.has_min_max and not column.statistics.null_count:
            return column.statistics.min, column.statistics.max
    return None, None


def _held(group: pq.RowGroupMetaData, scenario: str) -> str:
    """Whether a part of a parquet file has rows of a scenario, or no others, or may have some."""
    low, high = _ends(group, "scenario")
    if low is None or high is None:
        return SOME
    return (ONLY if low == high else SOME) if low <= scenario <= high else NONE


def _part(table: pq.ParquetFile, group: int, columns: Sequence[str], tests: Sequence[tuple[str, str, object]]) -> pa.Table:
    """These columns of the rows of one part that pass all tests."""
    import pyarrow.parquet as pq

    found = table.read_row_groups([group], list(dict.fromkeys([*columns, *(column for column, _, _ in tests)])))
    return (found.filter(pq.filters_to_expression(list(tests))) if tests else found).select(list(columns))


@contextmanager
def readable(file: Path) -> Iterator[None]:
    """What cannot be read as Refusal, with the file and the way out."""
    import pyarrow as pa

    try:
        yield
    except Refusal:
        raise
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = (str(error).splitlines() or ["no reason given"])[0]
        raise Refusal(f"{file} is damaged ({reason}); the same experiments.compare makes it anew") from error


def need(there: Sequence[str], columns: Sequence[str], name: str) -> None:
    """Raise Refusal when a column is lacking, with the nearest name that is there."""
    for column in columns:
        if column not in there:
            raise Refusal(f"{name}: no column {column!r}{hint(column, there)}")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What the system refuses as NotWritten, with the place and the way out."""
    try:
        yield
    except NotWritten:
        raise
    except OSError as error:
        full = f"no room is left in {path.parent}: make room, and the same command goes on"
        raise NotWritten(full if error.errno in FULL else f"{path} cannot be written ({error.strerror or error})") from error


@contextmanager
def whole(path: Path, sync: bool = True) -> Iterator[BinaryIO]:
    """A file to write to that takes its name only at the end: whole or not at all. Raises NotWritten.

    ``sync`` waits for the disk, so that a power cut leaves no half file either; parts, which can be made anew and tell
    when they are damaged, do without.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with writing(path):
            with open(temporary, "wb") as file:
                yield file
                if sync:
                    file.flush()
                    os.fsync(file.fileno())
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write text (UTF-8, line ends as given) or bytes, whole or not at all."""
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def write_json(path: Path, content: Any) -> None:
    """Write JSON whole or not at all, keys in the order given."""
    write_whole(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def digest(path: Path) -> str:
    """SHA-256 (hex) of a file, byte by byte; empty when it is not there."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def write_table(folder: Path, table: Table, frame: pd.DataFrame) -> None:
    """A table as CSV: comma, decimal point, empty where nothing is known, the shortest digits that read back equal.

    Raises:
        Refusal: a column is lacking. What the schema does not have is left out.
    """
    need(list(frame.columns), table.names, table.file)
    write_whole(folder / table.file, frame[list(table.names)].to_csv(index=False, lineterminator="\n"))


def beside_others(folder: Path, of: Table, scenario: str, table: pd.DataFrame | None) -> pd.DataFrame | None:
    """A table of one scenario with the rows that its file holds of others, by scenario; None when no row is left.

    Rows of basis and placebo are of who wrote last. Without a table (None) they go with those of the scenario: its runs,
    which they were made from too, are no longer whole.

    Raises:
        Refusal: the file is damaged.
    """
    import pandas as pd

    path = folder / of.file
    if not path.is_file():
        return table
    mine = {scenario, BASIS, PLACEBO} if table is None else {scenario, *table["scenario"]}
    try:
        there = pd.read_csv(path, keep_default_na=False, na_values=[""])
        others = there.loc[~there["scenario"].isin(mine), list(of.names)]
    except (OSError, ValueError, KeyError) as error:
        raise Refusal(f"{path} is damaged ({error}); remove it, and give the same command again") from error
    if table is None:
        return others if len(others) else None
    both = pd.concat([others, table], ignore_index=True) if len(others) else table
    return both.sort_values("scenario", kind="stable", ignore_index=True)
