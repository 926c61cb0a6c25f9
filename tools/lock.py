"""Renew requirements.lock, requirements-dev.lock and requirements-build.lock from pyproject.toml: `make lock`. Needs a network, and uv.

One lock serves Python 3.11 to 3.14 on every platform: what differs carries a marker. No registry is named in it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEV = "requirements-dev.lock"
OPTIONS = (
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--quiet",
)


def compile_lock(source: str, out: str, *more: str, text: str | None = None) -> None:
    """Resolve ``source`` into the file ``out``; raises CalledProcessError when there is no solution."""
    uv = Path(sysconfig.get_path("scripts")) / ("uv.exe" if sys.platform == "win32" else "uv")
    command = [str(uv), "pip", "compile", source, *more, *OPTIONS, "--output-file", out]
    subprocess.run(command, cwd=ROOT, check=True, input=text, text=True, stdout=subprocess.DEVNULL)


def main() -> int:
    """Renew the locks. What the product needs has the versions of the lock for developers, with which it is tested."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    compile_lock("pyproject.toml", DEV, "--extra", "dev", "--upgrade")
    shutil.copyfile(ROOT / DEV, ROOT / "requirements.lock")  # its versions are kept
    compile_lock("pyproject.toml", "requirements.lock", "--extra", "all")
    compile_lock("-", "requirements-build.lock", "--upgrade", text="\n".join(project["build-system"]["requires"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
