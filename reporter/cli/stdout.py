"""stdout, where the result goes: what stands in its way is told apart from every other failure."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TextIO, cast

from reporter.errors import OutputError


class _Guarded:
    """A stream that says itself why it cannot be written; everything else is the stream's."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """As the stream's own."""
        with _told():
            return self._stream.write(text)

    def flush(self) -> None:
        """As the stream's own."""
        with _told():
            self._stream.flush()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        why = error.strerror or str(error)
        message = f"stdout cannot be written: {why[:1].lower()}{why[1:]}."
        raise OutputError(message) from error


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Within, a stdout that cannot be written raises `OutputError`, unless its reader has left.

    Where there is no stdout at all, nothing is written and nothing is wrong.
    """
    if sys.stdout is None:
        yield
        return
    guard = _Guarded(sys.stdout)
    with contextlib.redirect_stdout(cast("TextIO", guard)):
        try:
            yield
            guard.flush()
        except (OutputError, BrokenPipeError):
            _forget()
            raise


def _forget() -> None:
    """Let what is left in the stream go nowhere, so that closing it does not fail once more."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
