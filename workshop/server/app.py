"""The routes of the workshop: pages, what screens ask for, streams, and the CSV behind every number."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sim.world.errors import Refusal
from verhuisketens.shell import NotWritten
from workshop.engine.package import Package
from workshop.server import asked, papers, reasons, said, views
from workshop.server import desk as desks
from workshop.server.doors import Doors
from workshop.server.hall import Hall
from workshop.server.stream import Stream
from workshop.table.wrong import Wrong

PAGE = Path(__file__).resolve().parents[1] / "page"
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml"}
SCREENS = ("/", "/zaal", "/aannames")


def static_files(folder: Path = PAGE) -> Mapping[str, tuple[bytes, str]]:
    """The files of the page by name, with their kinds: read once, so that no request reaches the disk."""
    found = sorted(path for path in folder.rglob("*") if path.suffix in KINDS and path.is_file())
    return {path.relative_to(folder).as_posix(): (path.read_bytes(), KINDS[path.suffix]) for path in found}


class Routes:
    """What answers each route."""

    def __init__(self, hall: Hall, files: Mapping[str, tuple[bytes, str]], desk: desks.Desk) -> None:
        self.hall, self.files, self.desk = hall, files, desk

    def table(self) -> list[Route]:
        """All of them: the one list from which tests are made, too."""
        get, post = ["GET"], ["POST"]
        return [
            *(Route(path, self.page, methods=get) for path in SCREENS),
            Route("/static/{name:path}", self.static, methods=get),
            Route("/api/place", self.place, methods=get),
            Route("/api/tables", self.tables, methods=get),
            Route("/api/tables", self.new_table, methods=post),
            Route("/api/table/{table}", self.state, methods=get),
            Route("/api/table/{table}/event", self.event, methods=post),
            Route("/api/table/{table}/stream", self.stream, methods=get),
            Route("/api/table/{table}/minutes.md", self.minutes, methods=get),
            Route("/api/outcome/{letters}", self.outcome, methods=get),
            *(Route(f"/api/{name}/{{letters}}", self._of_package(work), methods=get) for name, work in asked.OF_PACKAGE.items()),
            Route("/api/senior/{letters}/{senior}", self.senior, methods=get),
            Route("/api/compare", self.compare, methods=get),
            Route("/api/desk", self.desk_now, methods=get),
            Route("/api/desk", self.ask_desk, methods=post),
            Route("/api/desk/{question}", self.desk_answer, methods=get),
            Route("/api/desk/{question}/stop", self.stop_desk, methods=post),
            Route("/api/package/{letters}.txt", self.package_text, methods=get),
            Route("/api/package", self.read_package, methods=post),
            Route("/tables/{name}/{letters}.csv", self.csv, methods=get),
        ]

    async def page(self, request: Request) -> Response:
        """The page itself; which screen it is, it reads from its address."""
        return self._file("index.html")

    async def static(self, request: Request) -> Response:
        """A file of the page."""
        return self._file(request.path_params["name"])

    def _file(self, name: str) -> Response:
        if name not in self.files:
            raise Wrong(*said.NO_ROUTE, 404)
        content, kind = self.files[name]
        return Response(content, media_type=kind)

    async def place(self, request: Request) -> Response:
        """The place, its cards and its public figures."""
        return JSONResponse(asked.place(self.hall))

    async def tables(self, request: Request) -> Response:
        """All tables."""
        return JSONResponse([views.listed(table, self.hall.letters) for table in self.hall.tables])

    async def new_table(self, request: Request) -> Response:
        """A table with a name."""
        content = await _json(request)
        if content.keys() != {"name"}:
            raise Wrong("Geef de tafel een naam, en niets anders.", "give the table a name, and nothing else")
        return JSONResponse({"id": self.hall.tables.new(content["name"]).id})

    async def state(self, request: Request) -> Response:
        """The state of a table."""
        return JSONResponse(self.hall.state(self._table(request)))

    async def event(self, request: Request) -> Response:
        """Something happens at a table."""
        table, content = self._table(request), await _json(request)
        if content == {"kind": "stop"}:  # changes nothing of the state
            self.hall.stop_work(table)
            return JSONResponse(self.hall.state(table))
        return JSONResponse(self.hall.take(table, content))

    async def stream(self, request: Request) -> Response | Stream:
        """What a screen of a table hears."""
        table = self._table(request)
        mailbox = self.hall.open(table)
        return Stream(mailbox, lambda: self.hall.close(table, mailbox))

    async def minutes(self, request: Request) -> Response:
        """The minutes of a table."""
        table = self._table(request)
        text = await self.hall.beside(papers.table_minutes, self.hall, table)
        return _download(text, "text/markdown", f"verslag-{table.id}.md")

    def _of_package(self, work: Callable[[Hall, Package], Any]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return JSONResponse(await self.hall.beside(work, self.hall, self._package(request)))

        return answer

    async def outcome(self, request: Request) -> Response:
        """What a package does; its money in figures that read apart from those of the packages that it is shown beside."""
        others = [self.hall.letters.package(one) for one in self._listed(request, "beside")]
        return JSONResponse(await self.hall.beside(asked.outcome, self.hall, self._package(request), others))

    async def senior(self, request: Request) -> Response:
        """One senior with and without a package."""
        return JSONResponse(await self.hall.beside(asked.senior, self.hall, self._package(request), request.path_params["senior"]))

    async def compare(self, request: Request) -> Response:
        """Packages side by side."""
        packages = [self.hall.letters.package(one) for one in self._listed(request, "letters") or [""]]
        return JSONResponse(await self.hall.beside(asked.compare, self.hall, packages))

    async def desk_now(self, request: Request) -> Response:
        """Whether the desk of assumptions is busy."""
        return JSONResponse(self.desk.now())

    async def ask_desk(self, request: Request) -> Response:
        """A question to the desk of assumptions; it takes the place of the one before."""
        question = self.desk.ask(await _json(request))
        return JSONResponse(await self.hall.beside(self.desk.answer, question))

    async def desk_answer(self, request: Request) -> Response:
        """How far a question is, and what came of it."""
        question = self.desk.find(request.path_params["question"])
        return JSONResponse(await self.hall.beside(self.desk.answer, question))

    async def stop_desk(self, request: Request) -> Response:
        """A question is stopped."""
        question = self.desk.find(request.path_params["question"])
        if await _json(request):
            raise Wrong("Stoppen is genoeg.", "stop it, and nothing else")
        self.desk.stop(question)
        return JSONResponse(await self.hall.beside(self.desk.answer, question))

    def _listed(self, request: Request, name: str) -> list[str]:
        """Letters of some packages, with commas between them. Raises Wrong for too many."""
        found = request.query_params.get(name, "").split(",") if request.query_params.get(name) else []
        if len(found) > asked.MOST_COMPARED:
            raise Wrong(f"Leg hoogstens {asked.MOST_COMPARED} pakketten naast elkaar.", f"at most {asked.MOST_COMPARED} packages")
        return found

    async def package_text(self, request: Request) -> Response:
        """A package as a small text file."""
        package = self._package(request)
        text = await self.hall.beside(papers.package_text, self.hall, package)
        return _download(text, "text/plain", f"pakket-{self.hall.letters.of(package)}.txt")

    async def read_package(self, request: Request) -> Response:
        """A package from such a file: its letters here, and what differs."""
        return JSONResponse(await self.hall.beside(papers.read_package, self.hall, await request.body()))

    async def csv(self, request: Request) -> Response:
        """A table behind numbers."""
        name, letters = request.path_params["name"], request.path_params["letters"]
        if name == desks.NAME:
            sheet = await self.hall.beside(self.desk.sheet, self._package(request))
        else:
            sheet = await self.hall.beside(asked.sheet, self.hall, name, letters)
        return _download(sheet.csv(), "text/csv", f"{sheet.name}-{sheet.package}.csv")

    def _table(self, request: Request) -> Any:
        return self.hall.tables.find(request.path_params["table"])

    def _package(self, request: Request) -> Package:
        return self.hall.letters.package(request.path_params["letters"])


def _download(text: str, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)


async def _json(request: Request) -> dict[str, Any]:
    """The object in a request: plain JSON, each key once. Raises Wrong."""
    try:
        found = json.loads(await request.body(), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Wrong(*said.NO_JSON) from None
    if not isinstance(found, dict):
        raise Wrong(*said.NO_JSON)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _one_line(status: int, nl: str, en: str, original: str | None = None) -> Response:
    return JSONResponse({"nl": nl, "en": en} | ({"original": original} if original else {}), status)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    wrong = reasons.in_words(error)
    return _one_line(wrong.status, wrong.nl, wrong.en, wrong.original)


async def _not_written(request: Request, error: Exception) -> Response:
    return _one_line(507, f"Dit kon niet worden bewaard. {reasons.dutch(str(error))}", str(error), str(error))


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _one_line(error.status_code, *(said.NO_METHOD if error.status_code == 405 else said.NO_ROUTE))


async def _failed(request: Request, error: Exception) -> Response:
    traceback.print_exception(error, file=sys.stderr)
    return _one_line(500, *said.FAILED)


def make_app(hall: Hall, passphrase: str | None = None, names: tuple[str, ...] = (), counts: desks.Counts | None = None) -> Doors:
    """The whole application, its doors around it; ``counts`` is what the desk of assumptions asks."""
    desk = desks.Desk(hall, counts)

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        hall.begin()
        yield
        desk.close()
        hall.stop()

    handlers: Any = {Refusal: _refused, NotWritten: _not_written, HTTPException: _no_route, Exception: _failed}
    app = Starlette(routes=list(Routes(hall, static_files(), desk).table()), exception_handlers=handlers, lifespan=life)
    return Doors(app, passphrase, names)
