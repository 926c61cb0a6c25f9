"""The table of commands, made from the modules that can be run."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def made_commands() -> str:
    """Modules that are run with ``python -m``, with the first line of their docstrings."""
    rows = []
    for folder in ("experiments", "analysis", "workshop", "benchmarks", "sim"):
        for path in sorted([*(ROOT / folder).glob("*.py"), *(ROOT / folder).glob("*/__main__.py")]):
            source = path.read_text(encoding="utf-8")
            if '__name__ == "__main__"' in source or path.name == "__main__.py":
                here = path.parent if path.name == "__main__.py" else path.with_suffix("")
                module = ".".join(here.relative_to(ROOT).parts)
                doc = (ast.get_docstring(ast.parse(source)) or "").split("\n")[0].split(": ``python")[0]
                rows.append((f"`python -m {module}`", doc.replace("``", "`").rstrip(".")))
    return "| command | what it does |\n|---|---|\n" + "".join(f"| {command} | {does} |\n" for command, does in rows)
