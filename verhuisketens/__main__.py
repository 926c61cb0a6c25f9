"""The command ``verhuisketens NAME …``: each is a module, so ``verhuisketens compare`` is ``python -m experiments.compare``."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from verhuisketens import check_rooms

COMMANDS = {
    "compare": "experiments.compare",
    "attribute": "experiments.attribute",
    "goals": "experiments.goals",
    "sweep": "experiments.sweep",
    "sensitivity": "experiments.sensitivity",
    "calibrate": "experiments.calibrate",
    "validate": "experiments.validate",
    "list": "experiments.list",
    "check": "experiments.check",
    "report": "analysis.report",
    "worksheets": "analysis.worksheets.__main__",
    "collect": "analysis.collect",
    "workshop": "workshop.__main__",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit status (2: there is no such command, or the rooms are not ours)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    name, *rest = given or ["--help"]
    if name in ("-h", "--help", "--version"):
        return _say(name)
    try:
        check_rooms()
    except ImportError as error:
        return _refused(str(error))
    from sim.world.errors import hint
    from verhuisketens.shell import guarded

    if name not in COMMANDS:
        return _refused(f"there is no command {name!r}{hint(name, COMMANDS, 'commands are ' + ', '.join(COMMANDS))}")
    return guarded(lambda: _run(name, rest), False)


def _run(name: str, arguments: Sequence[str]) -> int:
    module = importlib.import_module(COMMANDS[name])
    if hasattr(module, "COMMAND"):
        from experiments.entry import main as run

        return run(module.COMMAND, arguments)
    status: int = module.main(arguments)
    return status


def _say(name: str) -> int:
    if name == "--version":
        from verhuisketens import __version__

        print(__version__)
    else:
        print("verhuisketens NAME …, and NAME --help says more. Names: " + ", ".join(COMMANDS))
    return 0


def _refused(why: str) -> int:
    print(f"error: {why}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
