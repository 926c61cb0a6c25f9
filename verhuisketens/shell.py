"""What every command does with its work: an error becomes one line and an exit status."""

from __future__ import annotations

import io
import sys
import traceback
from collections.abc import Callable

from sim.world.errors import Refusal


class NotWritten(OSError):
    """A file could not be written; the message names it and the way out."""


def guarded(call: Callable[[], int], debug: bool, switch: str = "debug=true") -> int:
    """Run a command as ``answered`` does; 130 for what was stopped."""
    try:
        return answered(call, debug, switch)
    except KeyboardInterrupt:
        return stopped("stopped; give the command again")


def stopped(said: str) -> int:
    """Say that a command was stopped, in its own sentence; returns its exit status."""
    print(said, file=sys.stderr)
    return 130


def answered(call: Callable[[], int], debug: bool, switch: str = "debug=true") -> int:
    """Run ``call``; an exception becomes one line on stderr (with a traceback in debug mode) and an exit status.

    ``switch`` is how the command is asked for that mode.

    Returns:
        What ``call`` returned; 2 for what cannot be run as it is, 1 for what failed.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a sign that the console lacks must not end a command
    try:
        return call()
    except (Refusal, NotWritten) as error:
        if debug:
            traceback.print_exc()
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, Refusal) else 1
    except Exception as error:
        if debug:
            traceback.print_exc()
        print(f"error: {type(error).__name__}: {' '.join(str(error).split())} ({switch} shows where)", file=sys.stderr)
        return 1
