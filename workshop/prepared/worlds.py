"""A burnt-in world as two files, arrays and numbers, never a pickle: what is read from a stranger's stick cannot run.

``SEED.npz`` holds the arrays, ``SEED.json`` the numbers and the digest of the arrays. Whatever is not exactly as declared is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast
from zipfile import BadZipFile, ZipFile

import numpy as np

from analysis.tables.files import whole, write_json, writing
from sim import stored
from sim.world.errors import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.state import Run

FORMAT = 1
KEYS = {"format", "arrays", "numbers"}
WAY_OUT = "prepare the place again (python -m workshop)"


def files_of(path: Path) -> tuple[Path, Path]:
    """The files of a world: arrays, and numbers. ``path`` has no ending."""
    return path.with_name(f"{path.name}.npz"), path.with_name(f"{path.name}.json")


def save(run: Run, path: Path) -> None:
    """Write a run at month 0, each file whole or not at all, the numbers last.

    Raises:
        Refusal: the run is not at month 0, or an instrument is at work in it.
        NotWritten: the system refuses.
    """
    arrays, numbers = stored.taken_apart(run)
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **cast(dict[str, Any], arrays))
    array_file, number_file = files_of(path)
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    with whole(array_file) as file:
        file.write(content.getbuffer())
    digest = hashlib.sha256(content.getbuffer()).hexdigest()
    write_json(number_file, {"format": FORMAT, "arrays": digest, "numbers": numbers.model_dump()})


def load(path: Path, digest: str | None = None) -> Run:
    """The run of two files; ``digest`` is the SHA-256 that the file of numbers must have.

    Raises:
        Refusal: a file is not there, or is in any way other than it was written; names it, and the way out.
    """
    array_file, number_file = files_of(path)
    try:
        numbers_found = _bytes(number_file)
        if digest is not None and hashlib.sha256(numbers_found).hexdigest() != digest:
            raise Refusal(f"{number_file} was changed since it was made; {WAY_OUT}")
        found = _numbers(number_file, numbers_found)
        content = _bytes(array_file)
        if hashlib.sha256(content).hexdigest() != found["arrays"]:
            raise Refusal(f"{array_file} was changed since it was made; {WAY_OUT}")
        try:
            numbers = stored.read_numbers(found["numbers"])
            return stored.put_together(_arrays(content, numbers), numbers)
        except Refusal as error:
            raise Refusal(f"{path} is no world of this version: {error}; {WAY_OUT}") from None
    except MemoryError:
        raise Refusal(f"{path} does not fit into the memory of this computer; prepare a smaller place") from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refusal(f"{path} cannot be read ({error.strerror}); {WAY_OUT}") from None


def _numbers(path: Path, content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or set(found) != KEYS or found["format"] != FORMAT:
        raise Refusal(f"{path} is no world of this version; {WAY_OUT}")
    return found


def _arrays(content: bytes, numbers: stored.Numbers) -> dict[str, NDArray]:
    """All arrays; type and shape of each are compared before any of it is read."""
    declared = stored.declared(numbers)
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            names = sorted(archive.namelist())
            if names != sorted(f"{name}.npy" for name in declared):
                strange = sorted(set(names) ^ {f"{name}.npy" for name in declared}) or names
                raise Refusal(f"{strange[0]} is lacking, there twice, or too much")
            found = {}
            for name, (dtype, shape) in declared.items():
                with archive.open(f"{name}.npy") as file:
                    found[name] = _array(file, name, dtype, shape)
            return found
    except (BadZipFile, ValueError, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, Refusal):
            raise
        raise Refusal(f"its arrays cannot be read ({str(error)[:40]})") from None


def _array(file: IO[bytes], name: str, dtype: np.dtype, shape: tuple[int, ...]) -> NDArray:
    if np.lib.format.read_magic(file) != (1, 0):
        raise Refusal(f"{name}: written by another version of numpy")
    there = np.lib.format.read_array_header_1_0(file)
    if there != (shape, False, dtype):
        raise Refusal(f"{name}: {there[2]}{list(there[0])} instead of {dtype}{list(shape)}")
    out = np.empty(shape, dtype)
    size, content = out.nbytes, file.read(out.nbytes + 1)
    if len(content) != size:
        raise Refusal(f"{name}: not as long as it says")
    out.view(np.uint8).reshape(-1)[:] = np.frombuffer(content, np.uint8)
    return out
