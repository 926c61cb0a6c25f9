"""Tables on disk: parts of one run, merged into the tables of the interface, each whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.tables.files import whole, write_whole
from experiments.runs.folder import read_json, sweep_up, write_json
from sim.counts.schema import TABLES, TEXT, Column
from sim.world.errors import Refusal

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

DONE = "done.json"
SORTED_BY = ("scenario", "seed", "month")
ROWS_AT_ONCE = 400_000  # rows that are held while merging


def needed(with_ledger: bool) -> tuple[str, ...]:
    """Names of the tables that a run must leave."""
    return tuple(name for name, table in TABLES.items() if with_ledger or not table.large)


def is_done(folder: Path, tables: Iterable[str]) -> bool:
    """Whether a run has left its mark of completion, and these tables."""
    mark = read_json(folder / DONE)
    return mark is not None and set(tables) <= set(mark["tables"])


def to_arrow(name: str, frame: pd.DataFrame) -> pa.Table:
    """A frame as an Arrow table in the order and with the types of the schema; texts become dictionaries.

    Raises:
        Refusal: a column is lacking, or is not in the schema.
    """
    import pyarrow as pa

    TABLES[name].compare(frame.columns)
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    return pa.table({column.name: _typed(table[column.name], column) for column in TABLES[name].columns})


def _typed(values: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    import pyarrow as pa

    text = pa.dictionary(pa.int32(), pa.string())
    if column.kind == TEXT:
        return pa.chunked_array([values.cast(pa.string()).combine_chunks().dictionary_encode().cast(text)], text)
    return values.cast(pa.type_for_alias(column.stored))


def content_digest(table: pa.Table) -> str:
    """SHA-256 over the values of a table, column by column: the same for equal contents, whatever the file."""
    import pyarrow as pa

    digest = hashlib.sha256()
    for name in table.column_names:
        column = table[name]
        if pa.types.is_dictionary(column.type):
            column = column.cast(pa.string())
        digest.update(f"{name}:{column.type}:{len(column)};".encode())
        one = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
        digest.update(pa.RecordBatch.from_arrays([one], ["values"]).serialize())
    return digest.hexdigest()


def write_table(path: Path, tables: Iterable[pa.Table], sync: bool = True) -> None:
    """Write tables of one schema after each other into one parquet file, whole or not at all."""
    import pyarrow.parquet as pq

    with whole(path, sync) as file:
        writer = None
        try:
            for table in tables:
                if writer is None:
                    writer = pq.ParquetWriter(file, table.schema, compression="zstd", **encoding(table.schema))
                writer.write_table(table.cast(writer.schema).unify_dictionaries())
        finally:
            if writer is not None:
                writer.close()


def encoding(schema: pa.Schema) -> dict[str, list[str]]:
    """How parquet writes columns: a dictionary where values repeat, statistics where somebody filters."""
    import pyarrow as pa

    seldom_repeats = {f.name for f in schema if pa.types.is_floating(f.type) or f.name.endswith(("_id", "_dwelling"))}
    return {
        "use_dictionary": [name for name in schema.names if name not in seldom_repeats],
        "write_statistics": [name for name in SORTED_BY if name in schema.names],
    }


def write_part(folder: Path, frames: dict[str, pd.DataFrame], names: Sequence[str], mark: Callable[[], dict[str, Any]]) -> None:
    """Write the tables of one run and, last, its mark of completion (with a checksum of each table's contents).

    ``mark`` is asked for what the mark says when all tables are written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        (folder / DONE).unlink()
    sweep_up(folder)
    sums = {}
    for name in names:
        table = to_arrow(name, frames[name])
        sums[name] = content_digest(table)
        write_table(folder / f"{name}.parquet", [table], sync=False)
    write_json(folder / DONE, {**mark(), "tables": sums})


def merge(out: Path, name: str, parts: Sequence[tuple[str, int, Path]]) -> None:
    """One table of the interface from the parts of all runs, in the order given.

    Args:
        parts: (scenario, seed, folder of the run); none leaves no file.
    """
    path = out / TABLES[name].file
    if not parts:
        path.unlink(missing_ok=True)
    elif TABLES[name].suffix == "csv":
        _write_csv(path, _batches(name, parts))
    else:
        write_table(path, _batches(name, parts))


def _batches(name: str, parts: Sequence[tuple[str, int, Path]]) -> Iterator[pa.Table]:
    import pyarrow as pa

    held: list[pa.Table] = []
    schema, empty = None, None
    for scenario, seed, folder in parts:
        table = _with_run(scenario, seed, read_part(folder, name))
        if len(table) == 0:
            empty = table
            continue
        schema = schema or table.schema
        held.append(table.cast(schema))
        if sum(map(len, held)) >= ROWS_AT_ONCE:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)
    elif schema is None and empty is not None:
        yield empty


def read_part(folder: Path, name: str) -> pa.Table:
    """One table of one run. Raises Refusal when the file is lost or damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / f"{name}.parquet"
    try:
        return pq.ParquetFile(path).read()
    except (OSError, pa.ArrowException) as error:
        (folder / DONE).unlink(missing_ok=True)
        reason = str(error).splitlines()[0]
        raise Refusal(f"{path} is lost or damaged ({reason}); the same command makes it anew") from error


def _with_run(scenario: str, seed: int, table: pa.Table) -> pa.Table:
    import pyarrow as pa

    n = len(table)
    names = pa.DictionaryArray.from_arrays(pa.array([0] * n, pa.int32()), pa.array([scenario], pa.string()))
    return table.add_column(0, "scenario", names).add_column(1, "seed", pa.array([seed] * n, pa.int64()))


def _write_csv(path: Path, tables: Iterable[pa.Table]) -> None:
    import pyarrow as pa

    frame = pa.concat_tables(list(tables)).to_pandas()
    write_whole(path, frame.to_csv(index=False, lineterminator="\n"))
