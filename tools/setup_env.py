"""Make .venv from the pinned, hashed dependencies: `python tools/setup_env.py`, with nothing but a Python.

Standard library only, and written so that any Python can read it: one that will not do gets one plain sentence. What is
installed follows requirements.lock, or with `--dev` requirements-dev.lock, which holds linters and tests besides; a finished
.venv carries the digests of what it was made from and is left alone.
"""

import errno
import hashlib
import os
import platform
import subprocess
import sys
import time

LOWEST, HIGHEST = (3, 11), (3, 14)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")
MARK = os.path.join(VENV, "verhuisketens-ready")
ONE_AT_A_TIME = VENV + ".lock"  # beside it: .venv itself is emptied
BUILD_LOCK = os.path.join(ROOT, "requirements-build.lock")
LOCK = os.path.join(ROOT, "requirements.lock")
DEV_LOCK = os.path.join(ROOT, "requirements-dev.lock")
HELD = (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK)  # what a lock says that another process holds
OTHER = "name another Python, for instance: make PYTHON=python3.12 (Windows: py -3.12 tools\\setup_env.py)"


def version_of(parts):
    """(3, 11) as 3.11."""
    return ".".join(str(part) for part in parts)


def wanted(lock):
    """What a .venv made from ``lock`` must say: the digest of it, of the lock to build with and of the place of this clone."""
    digest = hashlib.sha256(repr(ROOT).encode("utf-8"))
    for path in (BUILD_LOCK, lock):
        with open(path, "rb") as file:
            digest.update(file.read().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def is_ready(only_this_python, dev=False):
    """Whether .venv is finished and up to date (and, if asked, made with this version of Python). One for developers holds all."""
    if not os.path.exists(PYTHON):
        return False
    try:
        with open(MARK) as mark:
            digest, _, made_with = mark.read().strip().partition(" ")
    except (IOError, OSError):  # none, or another set-up takes it away just now
        return False
    return digest in [wanted(lock) for lock in ((DEV_LOCK,) if dev else (LOCK, DEV_LOCK))] and (
        not only_this_python or made_with == version_of(sys.version_info[:2])
    )


def refusal():
    """Why this Python will not do, in one sentence; empty if it will."""
    mine = version_of(sys.version_info[:3]) + " (" + sys.executable + ")"
    span = "Python " + version_of(LOWEST) + " to " + version_of(HIGHEST)
    if not LOWEST <= sys.version_info[:2] <= HIGHEST or platform.python_implementation() != "CPython":
        kind = platform.python_implementation()
        return "verhuisketens needs " + span + ", and this is " + kind + " " + mine + ": " + OTHER + "."
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        package = "python" + version_of(sys.version_info[:2]) + "-venv"
        return (
            "verhuisketens needs a Python with venv, and " + mine + " comes without it: install it (Debian, Ubuntu: "
            "sudo apt install " + package + "), or " + OTHER + "."
        )
    return ""


def n_packages(lock):
    """How many packages a lock names; some have a version for each Python."""
    with open(lock) as file:
        return len(set(line.split("==")[0].lower() for line in file if "==" in line and not line.startswith((" ", "#"))))


def quiet_environment():
    """The environment without what would install elsewhere or leave no compiled files."""
    dropped = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "__PYVENV_LAUNCHER__")
    return dict((key, value) for key, value in os.environ.items() if key not in dropped)


def install(lock):
    """Fill .venv from a lock; the clone itself is put on its path. Raises CalledProcessError when pip fails.

    antlr4-python3-runtime, which hydra-core needs, is published as source only; it is built with the pinned setuptools
    of requirements-build.lock, so that nothing comes in that is not pinned and hashed.
    """
    import venv

    if os.path.exists(MARK):
        os.remove(MARK)  # first, so that what is half emptied is not taken for finished
    venv.EnvBuilder(with_pip=True, clear=True, symlinks=os.name != "nt").create(VENV)
    environment = quiet_environment()
    pip = [
        PYTHON,
        "-m",
        "pip",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "install",
        "--require-hashes",
        "--no-deps",
        "--no-compile",
    ]
    subprocess.check_call(pip + ["-r", BUILD_LOCK], env=environment)
    subprocess.check_call(pip + ["--no-build-isolation", "--use-pep517", "-r", lock], env=environment)
    ask = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    packages = subprocess.check_output([PYTHON, "-c", ask], env=environment).decode().strip()
    subprocess.call(
        [PYTHON, "-m", "compileall", "-q", "-j", "0", packages], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    with open(os.path.join(packages, "verhuisketens.pth"), "wb") as path:
        path.write((ROOT + "\n").encode("utf-8" if sys.version_info >= (3, 13) else sys.getfilesystemencoding()))


def taken(lock):
    """Whether this process holds the lock file now, and no other does; the system gives it back when the process ends, however it ends.

    Raises OSError when files cannot be locked here, which no waiting mends.
    """
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (IOError, OSError) as error:
        if error.errno not in HELD:
            raise
        return False
    return True


def main(arguments):
    """0 when .venv is ready, 2 when this Python will not do, 1 when the installation failed, 130 when it was stopped."""
    try:
        if is_ready("--this-python" in arguments, "--dev" in arguments):
            return 0  # nothing is written, so that a clone that only can be read will do
        with open(ONE_AT_A_TIME, "a") as lock:
            said = False
            while not taken(lock):
                if not said:
                    sys.stdout.write("Another set-up is at work in this clone; this one waits for it ...\n")
                    sys.stdout.flush()
                said = True
                time.sleep(0.2)
            return prepared(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; the same command starts again.\n")
        return 130
    except (IOError, OSError) as error:
        place = getattr(error, "filename", None) or ONE_AT_A_TIME
        sys.stderr.write("The set-up cannot work at " + str(place) + ": " + str(error.strerror or error) + ". Free it, and start again.\n")
        return 1


def prepared(arguments):
    """As ``main``, by one set-up at a time."""
    dev = "--dev" in arguments
    lock = DEV_LOCK if dev else LOCK
    if is_ready("--this-python" in arguments, dev):
        return 0
    problem = refusal()
    if problem:
        sys.stderr.write(problem + "\n")
        return 2
    began = time.time()
    sys.stdout.write(
        "Setting up, once in this clone: .venv with Python "
        + platform.python_version()
        + " and the "
        + str(n_packages(lock))
        + " packages of "
        + os.path.basename(lock)
        + " are fetched, checked against their hashes and installed. About a minute, longer on a slow network ...\n"
    )
    sys.stdout.flush()
    try:
        install(lock)
    except subprocess.CalledProcessError:
        sys.stderr.write(
            "The dependencies could not be installed; what pip said stands above. With a network (or a mirror set for "
            "pip) the same command starts again.\n"
        )
        return 1
    with open(MARK, "w") as mark:
        mark.write(wanted(lock) + " " + version_of(sys.version_info[:2]) + "\n")
    sys.stdout.write("Ready after " + str(int(time.time() - began)) + " s.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
