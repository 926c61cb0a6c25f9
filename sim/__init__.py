"""The world of verhuisketens: people, homes, instruments and chance. Knows nothing of experiments."""

from __future__ import annotations

import hashlib
from pathlib import Path


def code_digest() -> str:
    """SHA-256 (hex) over every source file of this package, in name order."""
    room, digest = Path(__file__).parent, hashlib.sha256()
    for path in sorted(room.rglob("*.py")):
        digest.update(path.relative_to(room).as_posix().encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()
