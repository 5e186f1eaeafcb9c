"""What a database's refusal means for a user: from a driver's error to one message.

Drivers tell trouble in many ways: by an SQLSTATE, where there was a server to give one, else in
words. Both are looked up here. Of the driver's own words at most one line is passed on, and none
that holds the password.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reporter.errors import DataError
from reporter.registry import nearest

LONGEST = 160  # characters of a driver's words that are passed on
CONNECTION_LOST = "the connection to the database was lost in the middle of reading."
AGAIN = "Run it again; nothing was written."

_STATES = (  # beginnings of SQLSTATEs, as PostgreSQL's manual lists them (appendix A)
    ("42501", "refused"),
    ("28", "login"),
    ("3D000", "no_database"),
    ("57014", "too_slow"),
    ("57P03", "starting"),
    ("57P", "lost"),
    ("25P03", "lost"),
    ("08", "lost"),
    ("40", "disturbed"),
    ("53300", "crowded"),
    ("55P03", "locked"),
    ("22", "value"),
    ("42883", "value"),
    ("42P01", "changed"),
    ("42703", "changed"),
)
_WORDS = (  # where no server gave a state; the first that fits counts
    (r"password authentication failed|no password supplied|access denied for user", "login"),
    (r"login failed|no pg_hba\.conf entry|role .* does not exist", "login"),
    (r"database .* does not exist|unknown database|cannot open database", "no_database"),
    (r"command denied|permission (was )?denied|not authorized", "refused"),
    (r"too many (connections|clients)|connection slots are reserved", "crowded"),
    (r"starting up|shutting down", "starting"),
    (r"refused|resolve host|translate host|timeout expired|timed? ?out|no route", "unreachable"),
    (r"can't connect|could not connect|unreachable|no such file or directory", "unreachable"),
    (r"database (table )?is locked", "locked"),
    (r"not a database|malformed|file is encrypted", "no_file"),
    (r"unable to open database file|disk i/o", "unreadable"),
    (r"closed the connection|connection (is )?(closed|lost|reset)|gone away|eof detected", "lost"),
)
_TOLD = {  # kind of trouble: what is wrong, what to do
    "login": (
        "the database does not let {user} in.",
        "Check user and password, in REPORTER_SQL_URL, PGPASSWORD or ~/.pgpass.",
    ),
    "no_database": ("there is no database {database!r} there.", "Correct its name in the url."),
    "refused": ("{user} may not read {table}.", "Ask its owner for: {grant}"),
    "unreachable": (
        "the database server cannot be reached.",
        "Check host and port in the url, and whether the server runs.",
    ),
    "starting": ("the database server is starting or stopping.", "Try again in a minute."),
    "crowded": ("the database server takes no more connections.", "Try again in a minute."),
    "too_slow": (
        "the database took longer than the timeout of {timeout:g} seconds.",
        "Give the table an index on its columns for symbol and date, or raise timeout.",
    ),
    "locked": ("the database is locked by a writer.", "Try again when it is done."),
    "lost": (CONNECTION_LOST, AGAIN),
    "disturbed": ("the database broke the reading off for another's writing.", AGAIN),
    "changed": ("{table} was changed while it was read.", AGAIN),
    "no_file": ("the file is not an SQLite database.", "Correct its name in the url."),
    "unreadable": ("the database file cannot be read.", "Check who may read it and its folder."),
    "value": (
        "a value in {table}, or a symbol asked for, does not fit its column",
        "Map the columns, and the symbols if theirs are numbers.",
    ),
    "other": ("the database refuses to read {table}", "Ask whoever keeps the database."),
}
_QUOTING = frozenset({"value", "other"})  # where the driver's own words say what the matter is


@dataclass(frozen=True, slots=True)
class Asked:
    """What was being done, for the message.

    Args:
        where: the database's address without its password.
        user: who asks, as a message calls them.
        database: its name.
        table: the table as SQL writes it.
        grant: what to ask for where reading is not allowed.
        timeout: seconds an answer may take.
        secrets: the passwords, so that none is ever printed.
    """

    where: str
    user: str
    database: str
    table: str
    grant: str
    timeout: float
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        """Without the secrets: a traceback may print it."""
        return f"Asked({self.where!r}, {self.table!r})"


def refusal(error: BaseException, asked: Asked, *, lost: bool = False) -> DataError:
    """The message for a driver's error.

    Args:
        error: the driver's own.
        asked: what was being done.
        lost: whether the connection is known to be gone.
    """
    trouble = "lost" if lost else kind(error)
    message, tip = _TOLD[trouble]
    names = {
        "user": asked.user, "database": asked.database, "table": asked.table,
        "grant": asked.grant, "timeout": asked.timeout,
    }  # fmt: skip
    message = message.format(**names)
    if trouble in _QUOTING:
        words = _first_line(error, asked.secrets)
        message = f"{message}: {words}." if words else f"{message}."
    return DataError(message, where=asked.where, tip=tip.format(**names))


def similar(name: str, known: Sequence[str]) -> str:
    """A hint at the nearest of `known`, whatever its capitals; nothing where none is known."""
    same = next((one for one in known if one.casefold() == name.casefold()), None)
    if same:
        return f"Did you mean {same!r}?"
    return nearest(name, known) if known else ""


def kind(error: BaseException) -> str:
    """What sort of trouble a driver's error is: `lost`, `locked`, `login` …; else `other`."""
    state = str(getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or "")
    for beginning, found in _STATES:
        if state.startswith(beginning):
            return found
    text = str(error)
    return next((found for form, found in _WORDS if re.search(form, text, re.IGNORECASE)), "other")


def _first_line(error: BaseException, secrets: Sequence[str]) -> str:
    """The first line of the driver's words; nothing where they hold a password."""
    line = next(iter(str(error).strip().splitlines()), "").strip().rstrip(".")
    if any(secret in line for secret in secrets):
        return ""
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
