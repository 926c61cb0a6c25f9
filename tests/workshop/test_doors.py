"""Every route, from the table of routes: who is not let in gets one line in two languages, and nothing of a request reaches a file."""

from __future__ import annotations

import asyncio
import builtins
import json
import os
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.every import every
from tests.workshop.inside import HERE, client, put, table
from workshop.server import doors, serve
from workshop.server.app import Routes
from workshop.server.doors import COOKIE, ENTER, MOST_BODY, TRIES, WITHIN, Tries

WORDS = "appel berg boot brug dorp"
ROUTES = [(route.path, method) for route in Routes(None, {}, None).table() for method in sorted(route.methods - {"HEAD"})]  # type: ignore[arg-type]
WITH = {"table": "0123456789ab", "letters": "BFGHK", "senior": "1", "question": "1", "name": "effects"}
LIKE_FILES = ("../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/etc/passwd", "%00", "a" * 5_000, "x.jsonl", "codes.txt", "C:\\x", "é", "<b>")


def address(path: str, **values: str) -> str:
    return re.sub(r"{(\w+)(:path)?}", lambda found: {**WITH, **values}[found[1]], path)


def refused(answer, *statuses):
    """One line in both languages, with the headers of every answer."""
    assert answer.status_code in statuses, (answer.status_code, answer.text[:200])
    content = answer.json()
    assert content.keys() == {"nl", "en"} and all(one and "\n" not in one and len(one) < 700 for one in content.values())
    for name, value in doors.HEADERS.items():
        assert answer.headers[name] == value
    assert "traceback" not in answer.text.lower() and str(Path.cwd()) not in answer.text
    return content


@pytest.fixture(scope="module")
def open_house(tmp_path_factory):
    with client(tmp_path_factory.mktemp("open")) as browser:
        yield browser


@pytest.fixture(scope="module")
def guarded_house(tmp_path_factory):
    with client(tmp_path_factory.mktemp("guarded"), WORDS, ("laptop",)) as browser:
        yield browser


def test_one_request_more_than_there_is_room_for_is_told_so_in_both_languages_and_room_comes_back():
    async def house():
        leave, inside = asyncio.Event(), []

        async def app(scope, receive, send):
            inside.append(scope)
            await leave.wait()
            await doors.answer(send, 200, {})

        door = doors.Doors(app, most=2)

        async def ask():
            sent = []

            async def send(message):
                sent.append(message)

            headers = [(b"host", b"127.0.0.1:1")]
            await door({"type": "http", "method": "GET", "path": "/", "headers": headers}, None, send)
            return sent

        open_ones = [asyncio.create_task(ask()) for _ in range(2)]
        while len(inside) < 2:
            await asyncio.sleep(0)
        start, body = await asyncio.wait_for(ask(), 10)
        assert start["status"] == 503 and set(json.loads(body["body"])) == {"nl", "en"}
        assert {name.decode() for name, _ in start["headers"]} >= doors.HEADERS.keys()
        leave.set()
        assert [(await one)[0]["status"] for one in open_ones] == [200, 200]
        assert (await asyncio.wait_for(ask(), 10))[0]["status"] == 200

    asyncio.run(house())


def test_the_server_itself_refuses_only_later():
    assert serve.MOST_CONNECTIONS > doors.MOST_INSIDE


def test_there_are_routes_of_every_kind():
    assert {"/", "/api/place", "/api/table/{table}/event", "/tables/{name}/{letters}.csv"} <= {path for path, _ in ROUTES}


@every(("path", "method"), ROUTES)
@every(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1:8765"},
        {"origin": "http://127.0.0.1:8766"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
    ],
)
def test_a_page_of_somebody_else_is_not_answered(open_house, path, method, headers):
    refused(open_house.request(method, address(path), headers=headers, content=b"{}" if method == "POST" else None), 403)


@every(("path", "method"), ROUTES)
@every("host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "", "192.168.1.7:8765", "localhost.evil"])
def test_a_name_that_was_made_to_lead_here_is_not_answered(open_house, path, method, host):
    refused(open_house.request(method, address(path), headers={"host": host}), 421)


@every("host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765", "localhost"])
def test_this_computer_is_answered(open_house, host):
    assert open_house.get("/api/tables", headers={"host": host}).status_code == 200


def test_a_link_from_elsewhere_may_be_followed_but_not_asked_from_a_script(open_house):
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert open_house.get("/api/tables", headers=link).status_code == 200
    refused(open_house.post("/api/tables", headers=link, content=b"{}"), 403)
    refused(open_house.get("/api/tables", headers={**link, "sec-fetch-dest": "iframe"}), 403)


@every(("path", "method"), ROUTES)
def test_without_the_words_nothing_is_answered(guarded_house, path, method):
    answer = guarded_house.request(method, address(path), content=b"{}" if method == "POST" else None)
    if path.startswith(("/api/", "/tables/", "/static/")):
        refused(answer, 401)
    else:
        assert answer.status_code == 401 and ENTER in answer.text and "api" not in answer.text
        assert answer.headers["content-security-policy"] == doors.POLICY


@every("cookie", [f"{COOKIE}=", f"{COOKIE}=x", "x=y", f'{COOKIE}="; a=b', "\x01", f"{COOKIE}=" + "a" * 4_000])
def test_a_cookie_that_nobody_gave_opens_nothing(guarded_house, cookie):
    refused(guarded_house.get("/api/place", headers={"cookie": cookie}), 401)


@every("host", ["laptop:8765", "192.168.1.7:8765", "10.0.0.1", "LAPTOP"])
def test_others_on_the_network_are_asked_for_the_words(guarded_house, host):
    refused(guarded_house.get("/api/place", headers={"host": host}), 401)
    refused(guarded_house.get("/api/place", headers={"host": "evil.example"}), 421)


def test_the_words_open_the_door_once_and_the_cookie_keeps_it_open(tmp_path):
    with client(tmp_path, WORDS) as browser:
        answer = browser.post(ENTER, data={"woorden": "  Appel  berg boot BRUG dorp "})
        assert answer.status_code == 303 and answer.headers["location"] == "/"
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
        assert browser.get("/api/place").status_code == 200
        browser.cookies.clear()
        refused(browser.get("/api/place"), 401)


def test_wrong_words_are_counted_and_then_even_the_right_ones_wait(tmp_path):
    with client(tmp_path, WORDS) as browser:
        for _ in range(TRIES):
            assert browser.post(ENTER, data={"woorden": "kaas"}).status_code == 401
        refused(browser.post(ENTER, data={"woorden": WORDS}), 429)


def test_tries_are_forgotten_after_a_while_and_memory_is_bounded():
    now = [0.0]
    tries = Tries(lambda: now[0])
    for _ in range(TRIES):
        tries.wrong("a")
    assert tries.too_many("a") and not tries.too_many("b")
    now[0] += WITHIN + 1
    assert not tries.too_many("a")
    for number in range(doors.TRIES_OF_ALL):
        tries.wrong(str(number))
    assert tries.too_many("somebody new")
    for number in range(3 * doors.MOST_ADDRESSES):
        tries.wrong(str(number))
    assert len(tries._of) == doors.MOST_ADDRESSES


def test_a_passphrase_that_is_made_has_words_enough():
    assert len(set(doors.WORDS.split())) ** doors.N_WORDS > 10**8
    assert doors.passphrase() != doors.passphrase() and len(doors.passphrase().split()) == doors.N_WORDS


@every(("path", "method"), [one for one in ROUTES if one[1] == "POST"])
@every("said", [True, False])
def test_a_body_that_is_too_large_is_refused(open_house, path, method, said):
    raw = b"x" * (MOST_BODY + 1)
    pieces = raw if said else (raw[at : at + 10_000] for at in range(0, len(raw), 10_000))
    refused(open_house.request(method, address(path), content=pieces), 413)


@every("length", [b"-1", b"1e9", b"\xb2", b"99999999999999999999"])
def test_a_length_that_is_none_is_refused(open_house, length):
    assert open_house.post("/api/tables", headers={"content-length": length}, content=b"{}").status_code in (400, 413)


@every(("path", "method"), [one for one in ROUTES if "{" in one[0]])
@every("value", ["0123456789ab", *LIKE_FILES])
def test_what_is_not_there_is_not_there_and_no_path_reaches_a_file(open_house, path, method, value):
    names = re.findall(r"{(\w+)", path)
    content = b'{"kind": "undo"}' if method == "POST" else None
    asked = address(path, **dict.fromkeys(names, value))

    def touched(*arguments, **_):
        raise AssertionError(f"a file was touched: {arguments}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builtins, "open", touched)
        patch.setattr(os, "open", touched)
        answer = open_house.request(method, asked, content=content)
    refused(answer, 404, 405, 400)


@every(("path", "method"), ROUTES)
def test_another_method_is_refused(open_house, path, method):
    for other in ("PUT", "DELETE", "PATCH", "POST" if method == "GET" else "DELETE", "TRACE", "OPTIONS"):
        if (path, other) not in ROUTES:
            refused(open_house.request(other, address(path)), 404, 405)


@every(
    "raw", [b"", b"[]", b"null", b"{", b'{"name": "a", "name": "b"}', b'{"name": NaN}', b"[" * 5_000, b"\xff", b'{"name": 5}', b'{"a": 1}']
)
def test_what_is_no_request_is_refused(open_house, raw):
    refused(open_house.post("/api/tables", content=raw), 400)
    one = table(open_house)
    refused(open_house.post(f"/api/table/{one}/event", content=raw), 400)


def test_every_good_answer_has_the_headers_too(open_house):
    one = table(open_house)
    letters = put(open_house, one, kind="card", key="voorrang", dose="gewoon")["package"]["letters"]
    for path, method in ROUTES:
        if method == "GET" and "stream" not in path:
            answer = open_house.get(address(path, table=one, letters=letters))
            assert answer.headers["content-security-policy"] == doors.POLICY and "server" not in answer.headers


def test_a_fault_of_ours_is_one_line_and_says_nothing_of_the_inside(open_house, monkeypatch, capsys):
    monkeypatch.setattr("workshop.server.asked.place", lambda hall: 1 / 0)
    refused(open_house.get("/api/place"), 500)
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_socket_that_wants_to_stay_open_is_closed(open_house):
    with pytest.raises(Exception) as error, open_house.websocket_connect("/api/place"):
        pass
    assert "1008" in str(error.value) or getattr(error.value, "code", 1008) == 1008


def test_the_page_is_served_from_what_was_read_at_the_start(open_house):
    assert HERE.startswith("http://127.0.0.1") and isinstance(open_house, TestClient)
    refused(open_house.get("/static/../app.py"), 404)
    refused(open_house.get("/static/%2e%2e/server/app.py"), 404)
