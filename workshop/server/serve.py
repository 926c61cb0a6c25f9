"""Serve a prepared folder: to this computer alone, or with a passphrase to others on the same network."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sim.approach.done_already import in_force
from sim.world.errors import Refusal
from sim.world.names import plain
from workshop.engine.assumed import deciding
from workshop.engine.doses import ORDINARY, Doses
from workshop.engine.outcome import outcome
from workshop.engine.package import Cards
from workshop.engine.scheduler import Engine
from workshop.engine.shares import shares
from workshop.prepared.folder import Prepared
from workshop.server import doors
from workshop.server.app import make_app
from workshop.server.hall import Hall
from workshop.server.stock import Stock
from workshop.table.letters import Letters
from workshop.table.state import opened

if TYPE_CHECKING:
    from workshop.server.doors import Doors

LOOPBACK, EVERYWHERE = "127.0.0.1", "0.0.0.0"
FEWEST_SIGNS = 12  # of a passphrase that somebody chooses
LEAVE = 2  # seconds that answers under way get when the server stops
CUT = 3  # seconds more before the server itself cuts them off, which it says with a traceback
MOST_CONNECTIONS = doors.MOST_INSIDE + 100  # so that nearly all hear in words that it is full, before the connection itself is refused


def stock_of(prepared: Prepared) -> Stock:
    """What the server asks of a prepared folder."""
    doses, answers, seeds, public = prepared.doses, prepared.answers, prepared.seeds, prepared.public
    placebo = prepared.placebo
    hits = None if public is None else dict(zip(public["key"].astype(str), public["hit"].astype(bool), strict=True))
    return Stock(
        folder=prepared.path,
        doses=doses,
        seeds=seeds,
        answers=answers,
        outcome=lambda base, mine, package, months: outcome(base, mine, package, doses, months, hits, placebo),
        shares=lambda package: shares(answers, package, seeds),
        deciding=lambda found: deciding(found, doses),
        public=public,
        current=current(doses),
    )


def current(doses: Doses) -> Cards:
    """What the list of places says that this one does already, each in the ordinary dose where that can be."""
    keys = sorted({plain(key) for key in in_force(doses.setting.place, doses.setting.start)})
    return tuple((key, ORDINARY) for key in keys if doses[key][ORDINARY].why_not is None)


def serve(prepared: Prepared, port: int, network: bool, passphrase: str | None, show: bool, workers: int) -> int:
    """Serve until it is stopped; returns the exit status.

    Args:
        network: to others, too, who are asked for the passphrase; without one it is made. show: open a browser.

    Raises:
        Refusal: a port that is taken, a passphrase that is too short or for nobody, another workshop in the folder.
    """
    words = checked(network, passphrase)
    listening = listen(EVERYWHERE if network else LOOPBACK, port)
    with listening, opened(prepared.path / "tables") as tables:
        letters = Letters(prepared.path)
        for said in (*tables.said, *letters.said):
            print(said, file=sys.stderr)
        engine = Engine.of(prepared, workers)
        hall = Hall(stock_of(prepared), engine, tables, letters)
        app = make_app(hall, words, doors.names_here() if network else ())
        tell(addresses(listening, network), words)
        engine.start()
        run(app, listening, (lambda: webbrowser.open(addresses(listening, False)[0])) if show else None, hall.let_go)
    return 0


def checked(network: bool, passphrase: str | None) -> str | None:
    """The passphrase that is asked for; None on this computer alone. Raises Refusal."""
    if not network:
        if passphrase is not None:
            raise Refusal("a passphrase is for others on the network: give --network, too, or leave the passphrase out")
        return None
    if passphrase is not None and len("".join(passphrase.split())) < FEWEST_SIGNS:
        raise Refusal(f"the passphrase has fewer than {FEWEST_SIGNS} signs; give a longer one, or leave it out and one is made")
    return passphrase or doors.passphrase()


def listen(host: str, port: int) -> socket.socket:
    """A socket that is bound. Raises Refusal where it cannot be."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name != "nt":  # there it would let two servers share a port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen()
    except OSError as error:
        found.close()
        raise Refusal(
            f"port={port} cannot be used ({error.strerror or error}); give another with --port, or 0 for any that is free"
        ) from None
    return found


def addresses(listening: socket.socket, network: bool) -> Sequence[str]:
    """Where the page is; for others by the addresses of this computer."""
    port = listening.getsockname()[1]
    hosts = [LOOPBACK]
    if network:
        try:
            own = [info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
        except OSError:  # no name for this computer: it can still be reached by address
            own = []
        hosts += sorted({str(one) for one in own if not str(one).startswith("127.")}) or [socket.gethostname()]
    return [f"http://{host}:{port}/" for host in hosts]


def tell(where: Sequence[str], words: str | None) -> None:
    """Where the page is, and how to come in."""
    print(f"the workshop is at {where[0]} (stop it with Ctrl-C)")
    for one in where[1:]:
        print(f"others on this network: {one}")
    if words is not None:
        print(f"they are asked for these words: {words}")
        print("what they send is not encrypted: use a network of your own, such as a hotspot of this laptop")
    sys.stdout.flush()


def run(app: Doors, listening: socket.socket, begun: Callable[[], object] | None, leaving: Callable[[], object]) -> None:
    """The server, until it is stopped; ``leaving`` lets the open screens go."""
    import asyncio

    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if begun is not None:
                begun()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            leaving()
            cut = asyncio.get_running_loop().call_later(LEAVE, app.close)
            await super().shutdown(sockets)
            cut.cancel()

    config = uvicorn.Config(
        app,
        log_level="warning",
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=LEAVE + CUT,
    )
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # begun in the background: it hears Ctrl-C all the same, and says so
    Server(config).run(sockets=[listening])
