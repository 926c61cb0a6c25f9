"""Which rooms there are, from the bottom up, and which file reads which: for the test that holds it and the page that shows it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# From the bottom up: a room may read itself and those before it. A module belongs where its longest beginning is named.
ROOMS = {
    "project": "verhuisketens.version",
    "world": "sim sim.kernel_cache sim.parameters sim.levers sim.world",
    "population": "sim.population sim.data",
    "demography": "sim.demography",
    "behaviour": "sim.behaviour",
    "chains": "sim.chains",
    "market": "sim.market",
    "without": "sim.without",
    "interventions": "sim.interventions",
    "counts": "sim.counts",
    "approach": "sim.approach",
    "state": "sim.state",
    "month": "sim.month",
    "run": "sim.start sim.run sim.stored",
    "model": "sim.agents sim.model",
    "shell": "verhuisketens.shell verhuisketens.extras",
    "analysis": "analysis",
    "experiments": "experiments",
    "workshop": "workshop",
    "package": "verhuisketens",
}
ROOM_OF = {module: room for room, modules in ROOMS.items() for module in modules.split()}
PLACES = [
    path.relative_to(ROOT)
    for top in ("sim", "experiments", "analysis", "workshop", "verhuisketens")
    for path in sorted((ROOT / top).rglob("*.py"))
]
TEXTS = {
    ".".join(place.with_suffix("").parts).removesuffix(".__init__"): (place.as_posix(), (ROOT / place).read_text(encoding="utf-8"))
    for place in PLACES
}


def arrows(texts: dict[str, tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(module, module that it reads) with the place of the first import, ``file:line``."""
    found: dict[tuple[str, str], str] = {}
    for module, (place, text) in texts.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                read = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                inside = [f"{node.module}.{alias.name}" for alias in node.names]
                read = [one if one in texts else node.module or "" for one in inside]  # a name of a package may be a file of it
            else:
                continue
            for one in read:
                if one in texts and one != module:
                    found.setdefault((module, one), f"{place}:{node.lineno}")
    return found


def room_of(module: str) -> str:
    """The room of a module; an error names one that has none."""
    part = module
    while part not in ROOM_OF or part == "sim" != module:  # the package itself has a room, which is not that of its files
        part, dot, _ = part.rpartition(".")
        assert dot, f"{module} is in no room: enter it in ROOMS"
    return ROOM_OF[part]


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence."""
    plain = " ".join(text.split())
    found = re.match(r"(.*?[.!?])(?: [A-Z`]|$)", plain)
    return found[1] if found else plain
