"""``python -m workshop``: prepare what is lacking of a place, into one folder that can be carried, and serve its tables."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from sim.world.names import YEAR
from verhuisketens.extras import need
from verhuisketens.shell import answered, stopped


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare a place, and serve it; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if any(one.lstrip("-").replace("-", "_").startswith("place_dir") for one in words):
        return answered(no_own_places, "--debug" in words, "--debug")
    given = _parser().parse_args(words)
    try:
        return answered(lambda: run(given), given.debug, "--debug")
    except KeyboardInterrupt:
        return stopped("stopped; the same command goes on where it ended")


def no_own_places() -> int:
    """Raises Refusal: the processes that count read the figures of the project alone."""
    from sim.world.errors import Refusal

    raise Refusal(
        "place_dir: a workshop cannot be of a place from own figures yet; leave it out and name a municipality of the list, or "
        "run experiments.compare, which can"
    )


def run(given: argparse.Namespace) -> int:
    """Raises Refusal."""
    need("workshop", "report")
    from sim.interventions import fill
    from workshop.prepared.make import prepare
    from workshop.server.serve import checked, serve

    checked(given.network, given.passphrase)  # before a preparation that takes long
    for key in given.cards or ():
        fill(key, {})

    folder = given.folder or Path("results") / f"workshop-{given.place}"
    asked = {"months": given.months, "workers": given.workers, "cards": given.cards}
    prepared = prepare(given.place, folder, range(given.worlds), min(given.alone, given.worlds), **asked)
    print(f"{prepared.path}: ready ({given.place}, {len(prepared.seeds)} worlds)", flush=True)
    if given.only_prepare:
        return 0
    return serve(prepared, given.port, given.network, given.passphrase, given.open, given.workers)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workshop", description="Prepare and serve a workshop table.")
    parser.add_argument("place", nargs="?", default="zwolle", help="municipality (default zwolle)")
    parser.add_argument("--folder", type=Path, help="folder of the workshop (default results/workshop-PLACE)")
    parser.add_argument("--worlds", type=_number, default=8, help="how often the future is played (default 8)")
    parser.add_argument("--alone", type=_number, default=4, help="in how many of them every card is played alone beforehand (default 4)")
    parser.add_argument("--cards", nargs="+", metavar="CARD", help="which of them (default every card)")
    parser.add_argument("--months", type=_months, default=120, help="how far the future is played (default 120)")
    parser.add_argument("--workers", type=_number, default=os.cpu_count() or 1, help="processes (default: all cores)")
    parser.add_argument("--only-prepare", action="store_true", help="do not serve it")
    parser.add_argument("--port", type=_port, default=8765, help="of the page (default 8765; 0: any that is free)")
    parser.add_argument("--network", action="store_true", help="serve others on the same network, too, who are asked for words")
    parser.add_argument("--passphrase", help="those words (with --network; default: made, and shown)")
    parser.add_argument("--open", action="store_true", help="open the page in a browser")
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    return parser


def _number(text: str) -> int:
    value = int(text)
    if not 1 <= value <= MOST:
        raise argparse.ArgumentTypeError(f"{value}: a number from 1 to {MOST}")
    return value


def _months(text: str) -> int:
    value = int(text)
    if not YEAR <= value <= MOST or value % YEAR:
        raise argparse.ArgumentTypeError(f"{value}: whole years, from {YEAR} to {MOST // YEAR * YEAR}")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= MOST_PORT:
        raise argparse.ArgumentTypeError(f"{value}: a port from 0 to {MOST_PORT}")
    return value


MOST, MOST_PORT = 1_024, 65_535

if __name__ == "__main__":
    sys.exit(main())
