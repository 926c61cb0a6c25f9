"""Write ``sim/parameters/params.py``: the registry's names as typed fields, so that a misspelt parameter is an error of mypy."""

from __future__ import annotations

import ast
from pathlib import Path

ROOM = Path(__file__).resolve().parents[1] / "sim" / "parameters"
FILE = ROOM / "params.py"
HEAD = '''"""The parameters as rules read them. Made by ``tools/make_params.py`` from the registry: not edited by hand."""

from typing import NamedTuple


class Params(NamedTuple):
    """One value of each parameter, in the order of the registry; what each is, and its unit: ``REGISTRY[name]``."""

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


if __name__ == "__main__":
    FILE.write_text(made(), encoding="utf-8")
