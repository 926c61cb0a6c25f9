"""Packages that only some commands need: what is lacking is refused before anything is run."""

from __future__ import annotations

import importlib.util

from sim.world.errors import Refusal

EXTRAS = {  # as in pyproject.toml: the name of the extra, and what its packages are imported as
    "report": ("jinja2", "matplotlib", "openpyxl", "pyphen"),
    "goals": ("optuna",),
    "figures": ("cbsodata",),
    "workshop": ("starlette", "uvicorn"),
    "dask": ("distributed",),
    "ray": ("ray",),
}


def need(*extras: str) -> None:
    """Refuse to go on without the packages of ``extras``.

    Raises:
        Refusal: names what is lacking and the command that installs it.
    """
    lacking = [name for extra in extras for name in EXTRAS[extra] if importlib.util.find_spec(name) is None]
    if lacking:
        raise Refusal(f"this needs {', '.join(lacking)}, which is not installed: pip install 'verhuisketens[{','.join(extras)}]'")
