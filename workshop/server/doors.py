"""Who may come in: the right host and origin, the passphrase where there is one, and requests of a size that can be meant."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
import secrets
import socket
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from workshop.server import said
from workshop.table.wrong import Wrong

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE, ENTER = "werktafel", "/binnen"
MOST_BODY, BODY_SECONDS = 64_000, 10.0  # bytes of a request, and how long it may take to arrive
MOST_INSIDE = 200  # requests at a time: every open screen is one
MOST_SESSIONS, MOST_ADDRESSES = 500, 1_000
TRIES, TRIES_OF_ALL, WITHIN = 5, 30, 60.0  # wrong passphrases of one address, and of all, within so many seconds
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}
WORDS = """appel berg boot brug dorp eend fiets gras hond huis kaas kamer kast kerk klok lamp maan melk molen muur naald noot oven
paard plank plein pont raam regen ring roos schip sloot sneeuw stoel straat tafel tent tuin veer vis vlag wolk zand zee zon
"""  # for a passphrase that is made: short, plain, and spelled as they sound
N_WORDS = 5


def passphrase() -> str:
    """Words that can be said aloud (27 bits, and few tries)."""
    words = WORDS.split()
    return " ".join(secrets.choice(words) for _ in range(N_WORDS))


class Tries:
    """How often somebody was wrong lately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._of_all: deque[float] = deque(maxlen=TRIES_OF_ALL)
        self._of: OrderedDict[str, deque[float]] = OrderedDict()

    def wrong(self, address: str) -> None:
        """One more."""
        mine = self._of.setdefault(address, deque(maxlen=TRIES))
        self._of.move_to_end(address)
        if len(self._of) > MOST_ADDRESSES:
            self._of.popitem(last=False)
        for one in (mine, self._of_all):
            one.append(self.clock())

    def too_many(self, address: str) -> bool:
        """Whether no further try is looked at yet."""
        since = self.clock() - WITHIN
        lists = (self._of.get(address, deque(maxlen=TRIES)), self._of_all)
        return any(len(one) == one.maxlen and one[0] > since for one in lists)


class Doors:
    """Around the whole application: what does not come in is answered here, in one line.

    Args:
        passphrase: without one nobody is asked, and only this computer is answered.
        names: names of this computer by which others may ask for it, beside addresses.
        most: requests at a time, open screens among them; one more is told that it is full.
    """

    def __init__(self, app: ASGIApp, passphrase: str | None = None, names: tuple[str, ...] = (), most: int = MOST_INSIDE) -> None:
        self.app, self.passphrase, self.names = app, passphrase, {name.lower() for name in names}
        self.most, self._inside = most, set[asyncio.Task[Any]]()
        self._closed = False
        self.tries = Tries()
        self._sessions: OrderedDict[str, None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        begun = ended = False

        async def with_headers(message: Message) -> None:
            nonlocal begun, ended
            begun, ended = True, message["type"] == "http.response.body" and not message.get("more_body", False)
            if message["type"] == "http.response.start":
                mine = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                there = {name.lower() for name, _ in message["headers"]}
                message = {**message, "headers": [*message["headers"], *(one for one in mine if one[0] not in there)]}
            await send(message)

        mine = asyncio.current_task()
        assert mine is not None
        self._inside.add(mine)
        try:
            if len(self._inside) > self.most:
                raise Wrong(*said.FULL, 503)
            headers = _headers(scope)
            self._check_host(headers)
            _check_origin(scope, headers)
            body = await _body(scope, headers, receive)
            if self.passphrase is not None and not self._known(headers):
                await self._enter(scope, body, with_headers)
            else:
                await self.app(scope, _given(body, receive), with_headers)
        except Wrong as error:
            await answer(with_headers, error.status, {"nl": error.nl, "en": error.en})
        except asyncio.CancelledError:
            if not self._closed:
                raise
            mine.uncancel()
            if not begun:  # whatever it was about is on the disk already, or was never taken
                await answer(with_headers, 503, said.STOPS._asdict())
            elif not ended:
                await send({"type": "http.response.body", "body": b""})
        finally:
            self._inside.discard(mine)

    def close(self) -> None:
        """The server stops: who still waits for an answer is told so, instead of being waited for."""
        self._closed = True
        for one in list(self._inside):
            one.cancel()

    def _check_host(self, headers: dict[str, str]) -> None:
        """A page of somebody else whose name was made to lead here (DNS rebinding) still asks for that name."""
        name = _name_of(headers.get("host", ""))
        try:
            address = ipaddress.ip_address(name)
            fine = address.is_loopback or self.passphrase is not None
        except ValueError:
            fine = name == "localhost" or (self.passphrase is not None and name in self.names)
        if not fine:
            raise Wrong(*said.FOREIGN_HOST, 421)

    def _known(self, headers: dict[str, str]) -> bool:
        cookie: SimpleCookie = SimpleCookie()
        try:
            cookie.load(headers.get("cookie", ""))
        except CookieError:
            return False
        return COOKIE in cookie and cookie[COOKIE].value in self._sessions  # a token of 256 bits: its place in a table tells nothing

    async def _enter(self, scope: Scope, body: bytes, send: Send) -> None:
        """The way in: a page that asks, and what answers it."""
        if scope["path"] == ENTER and scope["method"] == "POST":
            await self._try(scope, body, send)
        elif scope["method"] == "GET" and not scope["path"].startswith(("/api/", "/tables/", "/static/")):
            await answer(send, 401, said.door_page(ENTER))
        else:
            raise Wrong(*said.NO_PASSPHRASE, 401)

    async def _try(self, scope: Scope, body: bytes, send: Send) -> None:
        address = (scope.get("client") or ("?",))[0]
        if self.tries.too_many(address):
            raise Wrong(*said.TOO_OFTEN, 429)
        given = parse_qs(body.decode("utf-8", "replace"), max_num_fields=5).get("woorden", [""])[0]
        if not hmac.compare_digest(_plain(given).encode(), _plain(self.passphrase or "").encode()):
            self.tries.wrong(address)
            await answer(send, 401, said.door_page(ENTER, wrong=True))
            return
        token = secrets.token_urlsafe(32)
        self._sessions[token] = None
        if len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)
        cookie = f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict"
        await answer(send, 303, "", (("location", "/"), ("set-cookie", cookie)))


def _plain(words: str) -> str:
    return " ".join(words.lower().split())


def _headers(scope: Scope) -> dict[str, str]:
    """By name; one that is given twice where one counts is none."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key = name.decode("latin-1").lower()
        if key in found and key in ("host", "origin", "content-length"):
            raise Wrong(*said.TWICE)
        found[key] = value.decode("latin-1") if key not in found else f"{found[key]}; {value.decode('latin-1')}"
    return found


def _name_of(host: str) -> str:
    """The host without its port."""
    return (host[1 : host.find("]")] if host.startswith("[") else host.partition(":")[0]).lower()


def _check_origin(scope: Scope, headers: dict[str, str]) -> None:
    """Nothing is answered to pages of others; a link to a page here may be followed."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
    navigates = scope["method"] == "GET" and headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    if origin is not None and origin != f"{scope.get('scheme', 'http')}://{headers.get('host', '')}":
        raise Wrong(*said.FOREIGN_ORIGIN, 403)
    if site not in ("same-origin", "none") and not (navigates and origin is None):
        raise Wrong(*said.FOREIGN_ORIGIN, 403)


async def _body(scope: Scope, headers: dict[str, str], receive: Receive) -> bytes:
    """The whole body of a request. Raises Wrong: too large, or too slow."""
    if headers.get("content-length", "0").strip() > "" and not headers.get("content-length", "0").isdecimal():
        raise Wrong(*said.TWICE)
    if int(headers.get("content-length", "0")) > MOST_BODY:
        raise Wrong(*said.TOO_LARGE, 413)
    if scope["method"] in ("GET", "HEAD") and "content-length" not in headers and "transfer-encoding" not in headers:
        return b""
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                part = message.get("body", b"")
                size += len(part)
                if size > MOST_BODY:
                    raise Wrong(*said.TOO_LARGE, 413)
                parts.append(part)
                if message["type"] != "http.request" or not message.get("more_body"):
                    return b"".join(parts)
    except TimeoutError:
        raise Wrong(*said.TOO_SLOW, 408) from None


def _given(body: bytes, receive: Receive) -> Receive:
    """The body that was read, and then what comes after it (that somebody went away)."""
    left = [body]

    async def again() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return again


async def answer(send: Send, status: int, content: Any, headers: tuple[tuple[str, str], ...] = ()) -> None:
    """One whole answer: JSON, or a page."""
    is_page = isinstance(content, str)
    body = content.encode() if is_page else json.dumps(content, ensure_ascii=False).encode()
    kind = "text/html; charset=utf-8" if is_page else "application/json"
    listed = [("content-type", kind), ("content-length", str(len(body))), *headers]
    start = {"type": "http.response.start", "status": status, "headers": [(name.encode(), value.encode()) for name, value in listed]}
    await send(start)
    await send({"type": "http.response.body", "body": body})


def names_here() -> tuple[str, ...]:
    """Names of this computer."""
    name = socket.gethostname()
    return (name, f"{name}.local", socket.getfqdn())
