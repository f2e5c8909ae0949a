"""Standard output that may be narrower than what is said, or gone: the exit code still tells."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress

__all__ = ["flush", "let_go", "prepare", "say"]


def prepare() -> None:
    """Have what the terminal can not show (names of files in another encoding) shown as escapes instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Print, or do nothing where the reader is gone."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        let_go()


def flush() -> None:
    """Write out what was printed, so that a reader who is gone is no error at the interpreter's end."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        let_go()


def let_go() -> None:
    """Send the rest nowhere."""
    with suppress(OSError, ValueError):  # ValueError: it is no file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
