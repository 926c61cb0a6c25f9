"""The version of the project, which every room may ask for, and which asks no room."""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = "requirements.lock"
IN_CLONE = (ROOT / LOCK).is_file()  # else the rooms were installed, and what lies around them is somebody else's


def version() -> str:
    """That of pyproject.toml in a clone, else that of the installed package."""
    if IN_CLONE:
        return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
    return metadata.version("verhuisketens")
