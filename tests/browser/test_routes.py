"""Who answers in the place of a server is waited for before a page closes, however slow it is."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.workshop_hall import wait


class Answer(BaseHTTPRequestHandler):
    """The same few bytes, whatever is asked."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


@contextmanager
def answering():
    """The address of a server of two bytes."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("of", ["page", "context"])
def test_a_slow_answer_in_the_place_of_the_server_is_finished_before_its_page_is_closed(browser, of):
    begun, done = [], []

    def slow(route):
        answer = route.fetch()
        begun.append(route)
        page.wait_for_timeout(300)  # as on a machine that is busy: the test goes on meanwhile
        route.fulfill(response=answer, json=answer.json())
        done.append(route)

    with answering() as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        {"page": page, "context": context}[of].route("**/slow", slow)
        page.evaluate("() => { fetch('/slow'); }")
        wait(lambda: page.evaluate("1") and begun)
        assert not done
    assert len(done) == 1
