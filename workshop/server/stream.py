"""What a screen hears while it is open: server-sent events, a bounded number of which wait for a slow one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

MOST_WAITING = 256  # messages for one screen; one more, and it is let go, and comes back by itself
QUIET, STUCK = 15.0, 20.0  # seconds after which a sign of life is sent, and after which a screen that takes nothing is let go
AGAIN = 1_000  # milliseconds after which a screen that was let go comes back


class Mailbox:
    """Messages on their way to one screen. All of it happens in the server's loop.

    Attributes:
        gone: whether it was let go.
    """

    def __init__(self) -> None:
        self.gone, self._last = False, dict[str, Any]()
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(MOST_WAITING)

    def put(self, name: str, content: Any) -> None:
        """One more message; nothing for a screen that was let go."""
        if self.gone:
            return
        try:
            self._waiting.put_nowait(written(name, content))
        except asyncio.QueueFull:
            self.let_go()

    def put_once(self, name: str, content: Any) -> None:
        """One more message, unless the last of this name was the same."""
        if self._last.get(name) != content:
            self._last[name] = content
            self.put(name, content)

    def let_go(self) -> None:
        """No more for this screen, and what waits is forgotten."""
        self.gone = True
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(b"")  # wakes who waits

    async def next(self) -> bytes:
        """The next message, a sign of life, or nothing where the screen was let go."""
        try:
            async with asyncio.timeout(QUIET):
                found = await self._waiting.get()
        except TimeoutError:
            return b": \n\n"
        return b"" if self.gone else found


def written(name: str, content: Any) -> bytes:
    """A message as it is sent."""
    return f"event: {name}\ndata: {json.dumps(content, ensure_ascii=False, separators=(',', ':'), allow_nan=False)}\n\n".encode()


class Stream:
    """An answer that goes on until the screen goes away, or is let go.

    Args:
        mailbox: what it sends. left: called once when it has ended.
    """

    def __init__(self, mailbox: Mailbox, left: Callable[[], None]) -> None:
        self.mailbox, self.left = mailbox, left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        listens = asyncio.create_task(self._until_gone(receive))
        try:
            headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await self._send(send, f"retry: {AGAIN}\n\n".encode())
            while message := await self.mailbox.next():
                await self._send(send, message)
            await self._send(send, b"", more=False)
        except (TimeoutError, OSError):
            pass  # it took nothing for a while, or is gone: its table keeps its state, and it comes back
        finally:
            listens.cancel()
            with suppress(asyncio.CancelledError):
                await listens
            self.mailbox.let_go()
            self.left()

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.mailbox.let_go()

    async def _send(self, send: Send, body: bytes, more: bool = True) -> None:
        async with asyncio.timeout(STUCK):
            await send({"type": "http.response.body", "body": body, "more_body": more})
