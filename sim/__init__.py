"""The world of verhuisketens: people, homes, instruments and chance. Knows nothing of experiments."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

_ROOM = Path(__file__).parent
_IMPORT = re.compile(r"^from (sim[\w.]*) import (\([^)]*\)|[^\n(]+)", re.M)


def code_digest() -> str:
    """SHA-256 (hex) over every source file of this package, in name order."""
    return _digest(_ROOM.rglob("*.py"))


def kernel_files() -> set[Path]:
    """Files that hold compiled kernels, and those that they import, directly or not."""
    texts = {path: path.read_text(encoding="utf-8") for path in _ROOM.rglob("*.py")}
    todo = [path for path, text in texts.items() if "@njit" in text]
    found: set[Path] = set()
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found.add(path)
        for module, names in _IMPORT.findall(texts[path]):
            base = _ROOM.joinpath(*module.split(".")[1:])
            near = [base.with_suffix(".py"), base / "__init__.py", *(base / f"{name}.py" for name in re.findall(r"\w+", names))]
            todo += [candidate for candidate in near if candidate in texts]
    return found


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(_ROOM).as_posix().encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


# A compiled kernel does not notice a change in a helper of another file, so the cache is kept per state of what kernels can read.
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(tempfile.gettempdir()) / f"verhuisketens-numba-{_digest(kernel_files())[:16]}"))
