"""A server in a test, without a network: the application around invented answers, asked as a browser would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from tests.workshop.fake_engine import fake_hall
from workshop.server.app import make_app

HERE = "http://127.0.0.1:8765"


@contextmanager
def client(folder: Path, passphrase: str | None = None, names: tuple[str, ...] = (), **settings: Any) -> Iterator[TestClient]:
    """A browser on this computer; ``client.hall`` is what it asks."""
    with fake_hall(folder, **{"worlds": 2, "months": 24, "pause": 0.0, **settings}) as hall:
        app = make_app(hall, passphrase, names)
        with TestClient(app, HERE, follow_redirects=False, raise_server_exceptions=False) as found:
            found.hall = hall  # type: ignore[attr-defined]
            yield found


def table(browser: TestClient, name: str = "Tafel") -> str:
    """A new table."""
    return str(browser.post("/api/tables", json={"name": name}).json()["id"])


def put(browser: TestClient, id: str, **event: Any) -> dict[str, Any]:
    """An event that is taken."""
    answer = browser.post(f"/api/table/{id}/event", json=event)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
