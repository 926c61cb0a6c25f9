"""A compiled kernel is used again exactly when its file, and all that the file imports, is the same."""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numba
import pytest

from sim import kernel_cache
from sim.kernel_cache import closure, folder, imports
from tests.every import every

ROOM = Path(kernel_cache.__file__).resolve().parent
FILES = sorted(ROOM.rglob("*.py"))
NAMES = [path.relative_to(ROOM).as_posix() for path in FILES]
HOLDERS = [path for path in FILES if "@njit(cache=True" in path.read_text(encoding="utf-8")]


def module_of(path: Path) -> str:
    return ".".join(("sim", *path.relative_to(ROOM).with_suffix("").parts)).removesuffix(".__init__")


@functools.cache
def parsed(path: Path) -> set[Path]:
    """What a file imports as the parser reads it: everywhere but under ``if TYPE_CHECKING:``."""
    found, todo = set(), [ast.parse(path.read_text(encoding="utf-8"))]
    while todo:
        for node in ast.iter_child_nodes(todo.pop()):
            if isinstance(node, ast.Import):
                found |= {".".join(alias.name.split(".")[:size]) for alias in node.names for size in range(1, 9)}
            elif isinstance(node, ast.ImportFrom):
                found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
                todo += node.orelse
            else:
                todo.append(node)
    return {other for other in FILES if module_of(other) in found} - {path}


@every("name", NAMES)
def test_imports_read_as_text_are_those_that_the_parser_finds(name):
    assert imports(ROOM / name) == parsed(ROOM / name)


def test_what_the_kernels_of_a_file_can_read_is_what_it_imports_directly_or_not_and_no_more():
    for path in HOLDERS:
        found, todo = {path}, [path]
        while todo:
            todo += [other for other in parsed(todo.pop()) if other not in found and not found.add(other)]
        assert closure(path) == found
        cards = [one.name for one in found if one.parent.name == "cards"]
        assert path.parent.name == "cards" or not cards, f"a new instrument would compile {path.name} anew"


@pytest.fixture
def fresh():
    """The digests are read anew in the test, and after it."""
    caches = [kernel_cache._text, kernel_cache._layouts, folder]
    for one in caches:
        one.cache_clear()
    yield
    for one in caches:
        one.cache_clear()


def test_an_edit_of_a_file_changes_the_folders_of_those_that_import_it_and_of_no_other(fresh, monkeypatch):
    before = {path: folder(path) for path in HOLDERS}
    texts = {path: kernel_cache._text(path) for path in FILES}
    edited = dict(texts)
    with monkeypatch.context() as patch:
        patch.setattr(kernel_cache, "_text", edited.get)
        for one in FILES:
            edited |= texts | {one: texts[one] + "# edited\n"}
            folder.cache_clear()
            assert {path for path in HOLDERS if folder(path) != before[path]} == {path for path in HOLDERS if one in closure(path)}


def test_the_fields_of_every_named_tuple_count():
    lines = dict(line.split(": ") for line in kernel_cache._layouts().splitlines())
    for module in map(module_of, FILES):
        if not module.startswith("sim.data"):
            for one in vars(importlib.import_module(module)).values():
                if isinstance(one, type) and issubclass(one, tuple) and hasattr(one, "_fields") and one.__module__ == module:
                    key = f"{module}.{one.__name__}"
                    read = lines.get(key, "").split(", ")
                    assert [field for field in read if field in one._fields] == list(one._fields), key


def test_only_one_file_asks_numba_to_compile():
    for path in FILES:
        heads = {name.split(".")[0] for name in imported_names(path)}
        assert "numba" not in heads or path == ROOM / "kernel_cache.py", f"{path.name}: write `from sim.kernel_cache import njit`"


def imported_names(path: Path) -> set[str]:
    nodes = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {alias.name if isinstance(node, ast.Import) else node.module or "" for node in nodes for alias in node.names}


def test_this_numba_keeps_every_kernel_where_it_is_told():
    relies = f"numba {numba.__version__}: config.CACHE_DIR is read when a kernel is decorated, stats.cache_path says what came of it"
    for path in HOLDERS:
        kept = [one.stats.cache_path for one in vars(importlib.import_module(module_of(path))).values() if hasattr(one, "py_func")]
        own = [Path(place).parent.name for place in kept if place]
        assert own and folder(path) in own, relies


KERNELS = {
    "__init__.py": "",
    "leaf.py": "TIMES = 2\n",
    "step.py": "from sim import kernel_cache, leaf\n\n@kernel_cache.njit(forceinline=True)\ndef by(x):\n    return leaf.TIMES * x\n",
    "uses.py": "from sim.kernel_cache import njit\nfrom sim.step import by\n\n@njit(cache=True)\ndef f(x):\n    return by(x) + 1\n",
    "apart.py": "from sim.kernel_cache import njit\n\n@njit(cache=True)\ndef f(x):\n    return x - 1\n",
    "pair.py": "from typing import NamedTuple\n\nclass Pair(NamedTuple):\n    low: int\n    high: int\n",
    "takes.py": "from sim.kernel_cache import njit\n\n@njit(cache=True)\ndef f(pair):\n    return 10 * pair.low + pair.high\n",
}
SAYS = """
import importlib, json, sys
from sim import apart, pair, takes, uses
again = sys.argv[1:] == ["again"] and importlib.reload(uses)
answers = [uses.f(10), apart.f(10), takes.f(pair.Pair(low=1, high=2))]
print(json.dumps([answers, [sum(one.f.stats.cache_hits.values()) for one in (uses, apart, takes)]]))
"""


class Package:
    """A small package of the same name with the real ``kernel_cache``, each run a process of its own."""

    def __init__(self, place: Path):
        self.room, self.cache = place / "sim", place / "cache"
        self.room.mkdir()
        shutil.copy(kernel_cache.__file__, self.room)
        for name, text in KERNELS.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        (self.room / name).write_bytes(text.encode())

    def run(self, *words: str, says: str = SAYS, **settings: str) -> tuple[list[int], list[int]]:
        """The three answers, and how often each kernel came from the cache."""
        env = {**os.environ, "PYTHONPATH": str(self.room.parent), "PYTHONDONTWRITEBYTECODE": "1", "NUMBA_CACHE_DIR": str(self.cache)}
        command = [sys.executable, "-c", says, *words]
        done = subprocess.run(command, cwd=self.room.parent, env=env | settings, capture_output=True, text=True, check=True)
        self.warned = done.stderr
        answers, hits = ast.literal_eval(done.stdout)
        return answers, hits


@pytest.fixture
def package(tmp_path):
    return Package(tmp_path)


def test_a_kernel_is_compiled_anew_when_a_helper_of_another_file_changes_and_only_then(package):
    assert package.run() == ([21, 9, 12], [0, 0, 0])
    assert package.run() == ([21, 9, 12], [1, 1, 1])
    package.write("leaf.py", "TIMES = 3\n")
    assert package.run() == ([31, 9, 12], [0, 1, 1])
    package.write("leaf.py", "TIMES = 2\r\n")  # as it was, from another system: what was compiled then is still there
    assert package.run() == ([21, 9, 12], [1, 1, 1])


def test_a_kernel_sees_that_the_fields_of_a_tuple_changed_places(package):
    package.run()
    package.write("pair.py", KERNELS["pair.py"].replace("    low: int\n    high: int\n", "    high: int\n    low: int\n"))
    assert package.run() == ([21, 9, 12], [0, 0, 0])


@pytest.mark.parametrize("setting", ["a file where the folder should be", "another locator"])
def test_where_numba_keeps_kernels_elsewhere_they_are_right_and_are_not_kept(package, setting):
    (package.room.parent / "file").write_text("")
    to_file = {"NUMBA_CACHE_DIR": str(package.room.parent / "file")}
    settings = {"NUMBA_CACHE_LOCATOR_CLASSES": "InTreeCacheLocator"} if setting == "another locator" else to_file
    assert package.run(**settings)[0] == [21, 9, 12]
    package.write("leaf.py", "TIMES = 3\n")
    answers, hits = package.run(**settings)
    assert answers == [31, 9, 12] and hits[0] == 0
    if setting != "another locator":  # numba 0.61 does not know that setting, and uses the folder
        assert hits == [0, 0, 0] and "let NUMBA_CACHE_DIR name a writable folder" in package.warned


def test_a_file_that_is_loaded_again_is_compiled_anew_and_not_kept(package):
    package.run()
    assert package.run("again") == ([21, 9, 12], [0, 1, 1])


def test_a_kernel_of_a_file_outside_the_package_is_compiled_and_not_kept(package):
    (package.room.parent / "mine.py").write_text("from sim.kernel_cache import njit\n\n@njit(cache=True)\ndef f(x):\n    return x + 5\n")
    says = "import mine\nprint([[mine.f(1)], [mine.f.stats.cache_path]])"
    assert package.run(says=says) == ([6], [None])
    assert package.warned == ""


def closed(place: Path) -> bool:
    return place.is_dir() and (os.name != "posix" or place.stat().st_mode & 0o777 == 0o700)


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The folder of the user by the custom of Linux and that among temporary files, neither there yet."""
    monkeypatch.setattr(kernel_cache.sys, "platform", "linux")
    monkeypatch.setattr(kernel_cache.os, "getuid", lambda: tmp_path.stat().st_uid, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(kernel_cache.tempfile, "tempdir", str(tmp_path))
    kernel_cache.default_place.cache_clear()
    yield tmp_path / "cache" / "verhuisketens" / "numba", tmp_path / f"verhuisketens-numba-{os.getuid()}"
    kernel_cache.default_place.cache_clear()


def test_kernels_lie_in_a_folder_of_the_user_that_is_closed_to_others(places, monkeypatch):
    own, shared = places
    own.mkdir(parents=True, mode=0o755)
    assert kernel_cache.default_place() == own and closed(own)
    assert not shared.exists()
    for said in ("", "cache"):  # a place that depends on where one stands is none
        monkeypatch.setenv("XDG_CACHE_HOME", said)
        assert kernel_cache.user_place() == Path.home() / ".cache" / "verhuisketens" / "numba"


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o702])
def test_a_folder_that_others_could_write_to_is_not_read(places, mode):
    own, shared = places
    own.mkdir(parents=True)
    own.chmod(mode)
    place = shared if os.name == "posix" else own  # elsewhere folders of a user are closed to others as they are
    assert kernel_cache.default_place() == place and closed(place)


@pytest.mark.parametrize(("mode", "safe"), [(0o777, False), (0o757, False), (0o1777, True), (0o775, True), (0o700, True)])
def test_a_folder_that_others_could_put_another_in_place_of_is_not_read(places, mode, safe):
    own, shared = places
    own.mkdir(parents=True)
    own.parent.chmod(mode)
    place = own if safe or os.name != "posix" else shared
    assert kernel_cache.default_place() == place and closed(place)


@pytest.mark.parametrize("what", ["a file", "a link", "nobody's home"])
def test_where_the_folder_of_the_user_cannot_be_made_kernels_lie_among_temporary_files(places, what, monkeypatch, tmp_path):
    own, shared = places
    own.parent.mkdir(parents=True)
    if what == "a file":
        own.write_text("")
    elif what == "a link":
        own.symlink_to(tmp_path)
    else:
        monkeypatch.setattr(kernel_cache, "user_place", lambda: None)
    assert kernel_cache.default_place() == shared and closed(shared)


def test_a_folder_of_another_user_is_never_read(places, monkeypatch):
    own, shared = places
    me = os.getuid()
    for place in places:
        place.mkdir(parents=True, mode=0o777)
    monkeypatch.setattr(kernel_cache.os, "getuid", lambda: me + 1)
    another = shared.with_name(f"verhuisketens-numba-{me + 1}")
    another.mkdir()
    assert kernel_cache.default_place() is None
    another.rmdir()
    monkeypatch.setattr(kernel_cache.os, "getuid", lambda: me)
    kernel_cache.default_place.cache_clear()
    assert kernel_cache.default_place() == own


def test_where_no_folder_is_this_users_kernels_are_right_and_are_not_kept(package):
    says = "from sim import kernel_cache\nkernel_cache.is_own = lambda place: False\n" + SAYS
    for _ in range(2):
        assert package.run(says=says, NUMBA_CACHE_DIR="") == ([21, 9, 12], [0, 0, 0])
        assert "let NUMBA_CACHE_DIR name a writable folder" in package.warned


def test_what_was_not_used_for_long_is_deleted_and_what_is_used_stays(package, tmp_path):
    (tmp_path / "cache").mkdir(mode=0o700)
    at = {"NUMBA_CACHE_DIR": "", "XDG_CACHE_HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path), "HOME": str(tmp_path)}
    assert package.run(**at) == ([21, 9, 12], [0, 0, 0])
    (place,) = {one.parent for one in tmp_path.rglob("uses-*")}
    old = place / "uses-0123456789abcdef"
    old.mkdir()
    before = set(place.iterdir())
    for one in before:
        os.utime(one, (0, time.time() - 86400 * (kernel_cache.KEPT_DAYS - 1)))
    assert package.run(**at) == ([21, 9, 12], [1, 1, 1])
    assert set(place.iterdir()) == before
    assert {one for one in before if time.time() - one.stat().st_mtime > 86400} == {old}
    os.utime(old, (0, time.time() - 86400 * (kernel_cache.KEPT_DAYS + 1)))
    assert package.run(**at) == ([21, 9, 12], [1, 1, 1])
    assert set(place.iterdir()) == before - {old}


FORMS = {
    "from sim import leaf": {"__init__", "leaf"},
    "from sim.deep import leaf": {"deep/__init__", "deep/leaf"},
    "from sim.deep.leaf import (\n    ONE,  # one (of two)\n    TWO,\n)": {"deep/leaf"},
    "from sim.deep import \\\n    leaf as other": {"deep/__init__", "deep/leaf"},
    "import sim.deep.leaf as other": {"__init__", "deep/__init__", "deep/leaf"},
    "import os, sim.leaf": {"__init__", "leaf"},
    "def f():\n    from sim.leaf import ONE\n    return ONE": {"leaf"},
    "if TYPE_CHECKING:\n    from sim.deep.leaf import ONE\n\n    import sim.deep\nfrom sim.leaf import ONE": {"leaf"},
    "import simple\nfrom simple import leaf": set(),
    "from sim.around import ONE": {"around"},
}


@pytest.mark.parametrize("text", FORMS)
def test_every_form_of_import_is_read(tmp_path, text):
    room = tmp_path / "sim"
    (room / "deep").mkdir(parents=True)
    for name in ("__init__", "leaf", "deep/__init__", "deep/leaf"):
        (room / f"{name}.py").write_text("")
    (room / "around.py").write_text("from sim.here import ONE\n")  # a circle
    (room / "here.py").write_text(f"import numba\n{text}\n")
    shutil.copy(kernel_cache.__file__, room)
    spec = importlib.util.spec_from_file_location("a_copy", room / "kernel_cache.py")
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    here = (room / "here.py").resolve()
    assert {one.relative_to(room.resolve()).with_suffix("").as_posix() for one in copy.closure(here) - {here}} == FORMS[text]


def test_a_new_parameter_compiles_no_kernel_anew():
    parameters = {path for path in FILES if path.parent.name == "parameters"}
    assert parameters and not any(parameters & closure(path) for path in HOLDERS)
    assert not any(line.startswith("sim.parameters") for line in kernel_cache._layouts().splitlines())
