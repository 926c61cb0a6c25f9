"""The world of verhuisketens: people, homes, instruments and chance. Knows nothing of experiments."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

_ROOM = Path(__file__).parent


def code_digest() -> str:
    """SHA-256 (hex) over every source file of this package, in name order."""
    digest = hashlib.sha256()
    for path in sorted(_ROOM.rglob("*.py")):
        digest.update(path.relative_to(_ROOM).as_posix().encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


# A compiled kernel does not notice a change in a helper of another file, so the cache is kept per state of the code.
os.environ.setdefault(
    "NUMBA_CACHE_DIR", str(Path(tempfile.gettempdir()) / f"verhuisketens-numba-{code_digest()[:16]}")
)
