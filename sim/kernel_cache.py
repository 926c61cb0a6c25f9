"""Compiled kernels, kept between runs: one is used again exactly when its file, and all that the file imports, is the same.

numba itself looks at a kernel's own file only, while a kernel takes in what that file imports. So the kernels of a file are kept
in a folder of their own, named by a digest of the file and of what it imports, directly or not. Two processes or two states of
the code never share a folder unless these are equal, so none reads what another is writing over.

Two kinds of import need care. What stands under ``if TYPE_CHECKING:`` is not read by the program, and does not count. A kernel
takes a named tuple from its caller without importing it, and numba knows a tuple by its class and the types of its fields, not
by their names. So the fields of every named tuple of this package count for every kernel.

Compiled kernels are pickles, so they lie in a folder that only this user can write or read. All of it may be deleted at any time:
what is lacking is compiled anew. What no process has asked for in KEPT_DAYS is deleted here.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import shutil
import stat
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.extending import register_jitable

__all__ = ["closure", "folder", "imports", "njit", "register_jitable"]
KEPT_DAYS = 30
OTHERS_WRITE = 0o022
_ROOM = Path(__file__).resolve().parent
_CONFIG: Any = numba.config
_DECORATING = threading.Lock()
# Read as text, since parsing these files would cost every process a quarter of a second; a test compares with what a parser says.
_UNREAD = re.compile(r"^if TYPE_CHECKING:\n(?:[ \t]+[^\n]*\n|\n)+|#[^\n]*", re.M)
_FROM = re.compile(r"^[ \t]*from[ \t]+(sim(?:\.\w+)*)[ \t]+import[ \t]+(\([^)]*\)|(?:\\\n|[^\n])+)", re.M)
_IMPORT = re.compile(r"^[ \t]*import[ \t]+((?:\\\n|[^\n])+)", re.M)
_TUPLE = re.compile(r"^class (\w+)\(NamedTuple\):\n((?:[ \t]+[^\n]*\n|\n)+)", re.M)
_FIELD = re.compile(r"^    (\w+):", re.M)


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """As ``numba.njit``; with ``cache=True`` the compiled kernel is kept in the folder of its file, or else it is not kept.

    The folders are in ``NUMBA_CACHE_DIR``, if that is set, or in ``default_place``. A warning says when they cannot be used. A kernel
    of a file outside this package is not kept, for what that file reads is not known here.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        path = Path(function.__code__.co_filename).resolve()
        again = function.__name__ in function.__globals__  # loaded again: what it imports may have changed
        if not options.get("cache") or again or _ROOM not in path.parents:
            return numba.njit(**{**options, "cache": False})(function)
        with _DECORATING:
            before = _CONFIG.CACHE_DIR
            place = before or default_place()
            if place:
                kept = Path(place) / folder(path)
                _CONFIG.CACHE_DIR = str(kept)  # numba reads it when it decorates, and not again
                try:
                    made = numba.njit(**options)(function)
                finally:
                    _CONFIG.CACHE_DIR = before
                if _CONFIG.DISABLE_JIT:
                    return made
                if kept in Path(made.stats.cache_path).parents:
                    _mark_used(kept)
                    return made
        warnings.warn(
            f"kernels are not kept in {place or 'any folder'}, so every process compiles anew: let NUMBA_CACHE_DIR name a writable folder",
            stacklevel=2,
        )
        return numba.njit(**{**options, "cache": False})(function)

    return decorate


@functools.cache
def default_place() -> Path | None:
    """Folder of this user's kernels, rid of what is old: by the custom of the system, or among temporary files if need be.

    None where neither can be made, or both are somebody else's.
    """
    shared = Path(tempfile.gettempdir()) / f"verhuisketens-numba-{getattr(os, 'getuid', int)()}"
    for place in (user_place(), shared):
        if place and is_own(place):
            forget_old(place)
            return place
    return None


def user_place() -> Path | None:
    """Where this system keeps what a user's programs can make anew, ``numba`` in the folder of this one; None where nobody can say."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "verhuisketens" / "Cache" / "numba"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "verhuisketens" / "numba"
    said = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (said if said.is_absolute() else home / ".cache") / "verhuisketens" / "numba"


def is_own(place: Path) -> bool:
    """Whether a folder is there, or could be made, that is this user's and that nobody else can write to; a link is none. It is closed.

    Nor can others put another folder in its place: the folders around it are of this user or of the system.
    """
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = place.lstat()
        if not stat.S_ISDIR(found.st_mode) or not os.access(place, os.W_OK | os.X_OK):
            return False
        if hasattr(os, "getuid"):  # elsewhere the folders of a user are closed to others as they are
            if found.st_uid != os.getuid() or found.st_mode & OTHERS_WRITE:  # what lies there is run: somebody may have put it there
                return False
            if any(is_open(around.stat()) for around in place.resolve().parents):
                return False
            place.chmod(0o700)
    except OSError:
        return False
    return True


def is_open(found: os.stat_result) -> bool:
    """Whether somebody else could rename what lies in this folder: it is theirs, or open to all and not sticky."""
    open_to_all = found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX
    return bool(open_to_all) or found.st_uid not in (0, os.getuid())


def forget_old(place: Path) -> None:
    """Delete the folders of kernels that no process has used in KEPT_DAYS."""
    for one in place.iterdir():
        with contextlib.suppress(OSError):  # another process may have deleted it just now
            if time.time() - one.stat().st_mtime > KEPT_DAYS * 86400:
                shutil.rmtree(one, ignore_errors=True)


@functools.cache
def _mark_used(kept: Path) -> None:
    with contextlib.suppress(OSError):
        os.utime(kept)


@functools.cache
def folder(path: Path) -> str:
    """Name of the folder of a file's kernels: the file's name and a digest (hex) of all that they can read."""
    digest = hashlib.sha256(_layouts().encode())
    for one in sorted(closure(path.resolve())):
        digest.update(f"\0{one.relative_to(_ROOM).as_posix()}\0{_text(one)}".encode())
    return f"{path.stem}-{digest.hexdigest()[:16]}"


def closure(path: Path) -> set[Path]:
    """A file of this package with the files of this package that it imports, directly or not."""
    found, todo = {path}, [path]
    while todo:
        new = imports(todo.pop()) - found
        found |= new
        todo += new
    return found


@functools.cache
def imports(path: Path) -> frozenset[Path]:
    """Files of this package that a file imports, anywhere in it but under ``if TYPE_CHECKING:``."""
    text = _UNREAD.sub("", _text(path))
    modules = set()
    for plain in re.findall(r"\bsim\b(?:\.\w+)*", " ".join(_IMPORT.findall(text))):
        parts = plain.split(".")
        modules |= {".".join(parts[:size]) for size in range(1, len(parts) + 1)}  # `import sim.a.b` lets sim and sim.a be read too
    for module, names in _FROM.findall(text):
        modules |= {module} | {f"{module}.{name}" for name in re.findall(r"\w+", names)}
    return frozenset(_files()[module] for module in modules & _files().keys()) - {path}


@functools.cache
def _files() -> dict[str, Path]:
    """The file of each module of this package."""
    found = {}
    for path in _ROOM.rglob("*.py"):
        parts = ("sim", *path.relative_to(_ROOM).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@functools.cache
def _layouts() -> str:
    """Every named tuple of this package with its fields in their order, one a line."""
    lines = []
    for module, path in sorted(_files().items()):
        for name, body in _TUPLE.findall(_text(path)):
            lines.append(f"{module}.{name}: {', '.join(_FIELD.findall(body))}")
    return "\n".join(lines)


@functools.cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")  # with any line ending as one sign
