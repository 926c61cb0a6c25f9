"""Write what ``sim/parameters`` holds of other files: the registry's names as typed fields, and who made each row of the evidence.

``params.py``: a misspelt parameter is then an error of mypy. ``makers.csv``: marks count makers of sources, and docs/ is not installed.
"""

from __future__ import annotations

import ast
import csv
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOM = ROOT / "sim" / "parameters"
FILE = ROOM / "params.py"
MAKERS = ROOM / "makers.csv"
EVIDENCE = ROOT / "docs" / "evidence.csv"
ONE_MAKER = {"ministry": "ministry|ministerial|VRO|Rijksoverheid", "press": r"^(trade|regional|local|consumer)? ?(press|pages|newspaper)"}
HEAD = '''"""The parameters as rules read them. Made by ``tools/make_params.py`` from the registry: not edited by hand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Params:
    """One value of each parameter, in the order of the registry; what each is, and its unit: ``REGISTRY[name]``.

    No tuple, for no kernel takes it: they take tables that are made of it, so that a new parameter compiles no kernel anew.
    """

'''


def made() -> str:
    """The text of the file; read from the entries as text, since the registry itself needs the file."""
    subjects = next(
        ast.literal_eval(node.value)
        for node in ast.parse((ROOM / "__init__.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SUBJECTS"
    )
    trees = [ast.parse((ROOM / f"{subject}.py").read_text(encoding="utf-8")) for subject in subjects]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "_P"]
    return HEAD + "".join(f"    {ast.literal_eval(call.args[0])}: float\n" for call in calls)


def makers() -> str:
    """The text of ``makers.csv``: id and maker of every row of the evidence that was read, at first or second hand."""
    with EVIDENCE.open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    read = {ident: _maker(row["source"], rows) for ident, row in rows.items() if row["status"].startswith("read")}
    return "id,maker\n" + "".join(f"{ident},{maker}\n" for ident, maker in read.items())


def _maker(source: str, rows: dict[str, dict[str, str]]) -> str:
    """Who made a source: of "as B01" and "derived from B01" the maker of that row; else its first word, but for ``ONE_MAKER``."""
    other = re.match(r"(?:as|derived from(?: the figures of)?) ([A-Z]\d\d)\b", source)
    if other:
        return _maker(rows[other[1]]["source"], rows)
    known = next((name for name, words in ONE_MAKER.items() if re.search(words, source)), "")
    return known or re.split(r"[ ,;:]", source.removeprefix("derived from ").removeprefix("its ").removeprefix("a "))[0]


if __name__ == "__main__":
    FILE.write_text(made(), encoding="utf-8")
    MAKERS.write_text(makers(), encoding="utf-8")
