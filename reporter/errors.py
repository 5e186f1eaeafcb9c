"""What can go wrong for a user: one base class, one message, one documented exit code.

Every message says what is wrong, where (file and key or row), and what to do next.
The command line prints it as one line and leaves with `exit_code`; nothing else catches it.
"""

from __future__ import annotations

from typing import ClassVar

EXIT_DONE = 0
EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_GAPS = 3
EXIT_WAITING = 4
EXIT_UNSENT = 5
EXIT_INTERRUPTED = 130


class ReporterError(Exception):
    """Any failure the user can act on.

    Args:
        message: what is wrong, in one sentence.
        where: the file, with its key or row, or the option it was said in.
        tip: what to do next, in one sentence.
    """

    exit_code: ClassVar[int] = EXIT_ERROR

    def __init__(self, message: str, *, where: str = "", tip: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.tip = tip

    def __str__(self) -> str:
        located = f"{self.where}: {self.message}" if self.where else self.message
        return f"{located} {self.tip}".rstrip()


class SpecError(ReporterError):
    """The brief's spec, or a word on the command line, is not understood."""

    exit_code = EXIT_USAGE


class DataError(ReporterError):
    """A source cannot give what was asked: the file, the folder or the feed is at fault."""


class ForeignError(DataError):
    """A source of another package fails, or gives what no source may: its author is at fault."""


class ContentError(ReporterError):
    """The brief contradicts itself: a digit without a fact, a pattern without its slot."""


class WithheldError(ContentError):
    """A sentence needs a detail that its fact leaves out as doubtful: it is not said."""


class RenderError(ReporterError):
    """A template, style or picture cannot be turned into pages."""


class OutputError(ReporterError):
    """The result cannot be written where it was asked for."""


class GapsError(ReporterError):
    """Under --strict: the brief has gaps."""

    exit_code = EXIT_GAPS


class ArchiveError(ReporterError):
    """The archive refuses, or cannot be read or written."""


class DeliveryError(ReporterError):
    """Delivery refuses, or what it needs cannot be reached, read or written."""


class WaitingError(ReporterError):
    """Nothing is wrong, but somebody else must act first: an approval is missing."""

    exit_code = EXIT_WAITING


class UnsentError(ReporterError):
    """A run is over, and some messages are not sent or not known to be."""

    exit_code = EXIT_UNSENT
