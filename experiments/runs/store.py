"""Tables on disk: parts of one run, merged into the tables of the interface, each whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from analysis.tables.files import whole, write_json, write_whole, writing
from experiments.runs.folder import sweep_up
from sim.counts.schema import TABLES, TEXT, Column
from sim.world.errors import Refusal

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

DONE = "done.json"
RUN = ("scenario", "seed")  # columns that a part lacks, for it is of one run
SORTED_BY = (*RUN, "month")
Content = tuple[str, int, str]  # scenario, seed, checksum of the contents of a part
ROWS_AT_ONCE = 400_000  # rows that are held while merging


def needed(with_ledger: bool) -> tuple[str, ...]:
    """Names of the tables that a run must leave."""
    return tuple(name for name, table in TABLES.items() if with_ledger or not table.large)


def is_done(folder: Path, tables: Iterable[str]) -> bool:
    """Whether a run has left its mark of completion, and these tables."""
    mark = read_mark(folder)
    return mark is not None and set(tables) <= set(mark["tables"])


def read_mark(folder: Path) -> dict[str, Any] | None:
    """The mark of completion of a run; None when there is none, or one that is damaged or of another run: what it stood for is run anew."""
    try:
        mark = json.loads((folder / DONE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    whole = isinstance(mark, dict) and mark.pop("digest", None) == _digest(mark)
    return mark if whole and mark["run"] == folder.name else None


def _digest(mark: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(mark, sort_keys=True).encode()).hexdigest()


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


def write_table(path: Path, tables: Iterable[pa.Table]) -> None:
    """Write tables of one schema after each other into one parquet file, whole or not at all."""
    with whole(path) as file:
        _to_parquet(file, tables)


def _to_parquet(file: BinaryIO, tables: Iterable[pa.Table]) -> None:
    import pyarrow.parquet as pq

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
    """Write the tables of one run and, last, its mark of completion (with checksums of each table's contents and file, and of itself).

    ``mark`` is asked for what the mark says when all tables are written. Raises NotWritten.
    """
    with writing(folder / DONE):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / DONE).unlink(missing_ok=True)
        sweep_up(folder, ("*",))
    sums, files = {}, {}
    for name in names:
        table = to_arrow(name, frames[name])
        _to_parquet(buffer := io.BytesIO(), [table])
        with whole(folder / f"{name}.parquet", sync=False) as file:
            file.write(buffer.getbuffer())
        sums[name], files[name] = content_digest(table), hashlib.sha256(buffer.getbuffer()).hexdigest()
    content = {**mark(), "run": folder.name, "tables": sums, "files": files}
    write_json(folder / DONE, {**content, "digest": _digest(content)})


def merge(out: Path, name: str, parts: Sequence[tuple[str, int, Path]]) -> str:
    """One table of the interface from the parts of all runs, in the order given; returns the checksum of what was merged.

    Args:
        parts: (scenario, seed, folder of the run); none leaves no file.

    Raises:
        Refusal: a part is lost or damaged.
    """
    path, contents = out / TABLES[name].file, list[Content]()
    if not parts:
        path.unlink(missing_ok=True)
    elif TABLES[name].suffix == "csv":
        _write_csv(path, _batches(name, parts, contents))
    else:
        write_table(path, _batches(name, parts, contents))
    return merged(contents)


def checksum(name: str, parts: Sequence[tuple[str, int, Path]]) -> str:
    """The checksum that a table merged of these parts has. Raises Refusal when one is lost or damaged."""
    return merged((scenario, seed, _checked(folder, name)[1]) for scenario, seed, folder in parts)


def merged(contents: Iterable[Content]) -> str:
    """The checksum of a table, by the checksums of the contents of its parts in the order of the table."""
    digest = hashlib.sha256()
    for scenario, seed, content in contents:
        digest.update(f"{scenario}/{seed}/{content};".encode())
    return digest.hexdigest()


def _batches(name: str, parts: Sequence[tuple[str, int, Path]], contents: list[Content]) -> Iterator[pa.Table]:
    """The parts as tables of many rows; what each part holds is added to ``contents``."""
    import pyarrow as pa

    held: list[pa.Table] = []
    schema, empty = None, None
    for scenario, seed, folder in parts:
        data, content = _checked(folder, name)
        contents.append((scenario, seed, content))
        table = _with_run(scenario, seed, parsed(data))
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
    """One table of one run. Raises Refusal when the file is lost or damaged, or of another run."""
    return parsed(_checked(folder, name)[0])


def read_parts(name: str, parts: Sequence[tuple[str, int, Path]], columns: Sequence[str] | None = None) -> pa.Table:
    """What ``merge`` would write of these parts, which are one at least; of these columns only, if they are named. Raises Refusal."""
    import pyarrow as pa

    own = None if columns is None else [one for one in columns if one not in RUN]
    found = [_with_run(scenario, seed, parsed(_checked(folder, name)[0], own)) for scenario, seed, folder in parts]
    schema = next((table.schema for table in found if len(table)), found[0].schema)
    whole = pa.concat_tables([table.cast(schema) for table in found if len(table)] or found[:1]).unify_dictionaries()
    return whole if columns is None else whole.select(list(columns))


def parsed(data: bytes, columns: list[str] | None = None) -> pa.Table:
    """A table from the bytes of its file; of these columns only, if they are named."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pq.ParquetFile(pa.BufferReader(data)).read(columns)


def _checked(folder: Path, name: str) -> tuple[bytes, str]:
    """The bytes of one table of one run, and the checksum of its contents: both as its mark says, or the run loses its mark."""
    mark = read_mark(folder)
    data, reason = verified(folder, mark, name)
    if mark is None or data is None:
        (folder / DONE).unlink(missing_ok=True)
        raise Refusal(f"{folder / name}.parquet is lost or damaged ({reason}); the same command makes it anew")
    return data, str(mark["tables"][name])


def verified(folder: Path, mark: dict[str, Any] | None, name: str) -> tuple[bytes | None, str]:
    """The bytes of one table of one run if they are as its mark says, else None and why. Changes nothing."""
    try:
        data = (folder / f"{name}.parquet").read_bytes()
    except OSError as error:
        return None, str(error.strerror)
    if mark is not None and hashlib.sha256(data).hexdigest() == mark["files"][name]:
        return data, ""
    return None, "its checksum is another than its mark says"


def _with_run(scenario: str, seed: int, table: pa.Table) -> pa.Table:
    import pyarrow as pa

    n = len(table)
    names = pa.DictionaryArray.from_arrays(pa.array([0] * n, pa.int32()), pa.array([scenario], pa.string()))
    return table.add_column(0, "scenario", names).add_column(1, "seed", pa.array([seed] * n, pa.int64()))


def _write_csv(path: Path, tables: Iterable[pa.Table]) -> None:
    import pyarrow as pa

    frame = pa.concat_tables(list(tables)).to_pandas()
    write_whole(path, frame.to_csv(index=False, lineterminator="\n"))
