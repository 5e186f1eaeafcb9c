"""What a user says of their database: where it is, and what its table and columns are called."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reporter import places, written
from reporter.errors import DataError, SpecError
from reporter.instruments import canonical
from reporter.model import Basis, Json, Kind, Terms
from reporter.publication import LONGEST_LAG
from reporter.registry import nearest
from reporter.written import MisreadError

SECTION = "[sources.sql]"
ENVIRONMENT = "REPORTER_SQL_URL"
REQUIRED = ("symbol", "date", "close")
PRICES = ("open", "high", "low", "adj_close", "volume", "dividends", "splits")
COLUMNS = (*REQUIRED, *PRICES, "published")
LONGEST_WAIT = 86_400.0  # seconds, a day


class WrongError(Exception):
    """A value that cannot be used; the message is a clause with a full stop."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What was said, checked.

    Args:
        url: SQLAlchemy's URL of the database, perhaps with a password.
        table: the table's or view's name.
        schema: its schema, None for the user's own path.
        columns: our names of columns to theirs, as far as they were named.
        symbols: our symbols to theirs, where they differ.
        basis: how the prices of a symbol are adjusted; that of "" goes for all others.
        kind: what a symbol is, such as a yield; the same.
        lag_days: how many days after its period a symbol's values come out; the same.
        terms: what the data may be used for.
        timeout: seconds an answer may take.
        zone: the zone whose day a moment is of, where dates are stored as moments.
        folder: what the path of an SQLite file is relative to.
        where: where all this was said, for messages.
    """

    url: str
    table: str = "prices"
    schema: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    symbols: Mapping[str, str | int] = field(default_factory=dict)
    basis: Mapping[str, Basis] = field(default_factory=dict)
    kind: Mapping[str, Kind] = field(default_factory=dict)
    lag_days: Mapping[str, int] = field(default_factory=dict)
    terms: Terms = Terms.UNKNOWN
    timeout: float = 120.0
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    folder: Path = Path()
    where: str = SECTION

    def __repr__(self) -> str:
        """Without the url, which may hold a password."""
        return f"Settings({self.where!r}, {self.table!r})"

    def theirs(self, symbol: str) -> str | int:
        """What their table calls the symbol."""
        return self.symbols.get(symbol, symbol)

    def basis_of(self, symbol: str) -> Basis | None:
        """What was said of the symbol's prices, or of all."""
        return self.basis.get(symbol, self.basis.get(""))

    def kind_of(self, symbol: str) -> Kind | None:
        """What was said that the symbol is, or that all are."""
        return self.kind.get(symbol, self.kind.get(""))

    def lag_of(self, symbol: str) -> int | None:
        """How long after its period a value of the symbol comes out, or of all."""
        return self.lag_days.get(symbol, self.lag_days.get(""))


def settle(
    options: Mapping[str, Json],
    location: str,
    environment: Mapping[str, str],
    holds_password: Callable[[str], bool],
) -> Settings:
    """What the spec's table and the file at `location` say; the spec's word goes before the file's.

    Args:
        options: what stands under `[sources.sql]`.
        location: a TOML file with the same keys, empty for none.
        environment: where a URL with a password may stand.
        holds_password: whether a URL does.

    Raises:
        SpecError: every mistake, a line each.
    """
    tables, lines = _file(location) if location else ({}, {})
    said = {**tables, **options}
    places_of = {key: _place(key, location, lines, options) for key in said}
    found: dict[str, object] = {}
    mistakes: list[str] = []
    for key, value in said.items():
        try:
            found[key] = _checked(key, value)
        except WrongError as error:
            mistakes += [f"{places_of[key]}: {line}" for line in str(error).splitlines()]
    where = location if tables else SECTION
    written_url, given = str(found.pop("url", "")), environment.get(ENVIRONMENT, "")
    if written_url and _opened(written_url, places_of["url"], holds_password, mistakes):
        mistakes.append(f"{places_of['url']}: {_password()}")
    if given:
        _opened(given, ENVIRONMENT, holds_password, mistakes)
    url = given or written_url
    if not url and not any("url" in line for line in mistakes):
        mistakes.append(f"{where}: url: {_no_url()}")
    if mistakes:
        raise SpecError("\n".join(mistakes))
    from_file = "url" in tables and "url" not in options and not environment.get(ENVIRONMENT)
    folder = written.path(location).parent if from_file else Path()
    return Settings(**found, url=url, where=where, folder=folder)  # type: ignore[arg-type]  # checked one by one


def _opened(
    url: str, place: str, holds_password: Callable[[str], bool], mistakes: list[str]
) -> bool:
    """Whether the URL holds a password; one that is no URL is a mistake, told with its place."""
    try:
        return holds_password(url)
    except DataError as error:
        mistakes.append(f"{place}: url: {error}")
        return False


def _password() -> str:
    return f"url: holds a password. Put it into {ENVIRONMENT}, PGPASSWORD or ~/.pgpass."


def _no_url() -> str:
    form = 'Write url = "postgresql://USER@HOST/DATABASE"'
    return f"the source 'sql' needs a database. {form}, or set {ENVIRONMENT}."


def _place(
    key: str, location: str, lines: Mapping[places.Key, int], options: Mapping[str, Json]
) -> str:
    if key in options:
        return SECTION
    line = places.place(lines, (key,))
    return f"{location}:{line}" if line else location


def _file(location: str) -> tuple[dict[str, object], dict[places.Key, int]]:
    """The tables of the TOML file and where their keys stand.

    Raises:
        SpecError: no such file, or not TOML.
    """
    tip = "Write sql:FILE.toml, a file with url, table and columns."
    try:
        text = written.text(written.path(location).read_bytes())
        return written.toml(text), places.line_numbers(text)
    except MisreadError as error:
        raise SpecError(str(error), where=location, tip=tip) from error
    except OSError as error:
        message = f"cannot be read: {error.strerror}."
        raise SpecError(message, where=location, tip=tip) from error


def _checked(key: str, value: object) -> object:
    """The value of one key as `Settings` holds it.

    Raises:
        WrongError: unknown key, or a value that cannot be meant.
    """
    if key not in _CHECKS:
        raise WrongError(f"{key}: unknown key. {nearest(key, _CHECKS)}")
    try:
        return _CHECKS[key](value)
    except WrongError as error:
        lines = str(error).splitlines()
        raise WrongError("\n".join(f"{key}{_joint(line)}{line}" for line in lines)) from error


def _joint(line: str) -> str:
    """Between a key and what is said of it: nothing more where the line names a key below."""
    return " " if line.startswith("'") and "': " in line else ": "


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise WrongError(f"{value!r} is no name. Write it as text in quotes.")
    return value.strip()


def _table_of(value: object, example: str) -> Mapping[object, object]:
    if not isinstance(value, Mapping):
        raise WrongError(f"{value!r} is no table. Write it like {example}.")
    return value


def _each(
    given: Mapping[object, object], check: Callable[[str, object], tuple[str, object]]
) -> Iterator[tuple[str, object]]:
    """Every entry checked, and all mistakes told at once."""
    mistakes = []
    for key, value in given.items():
        try:
            yield check(str(key), value)
        except WrongError as error:
            mistakes.append(f"'{key}': {error}")
    if mistakes:
        raise WrongError("\n".join(mistakes))


def _columns(value: object) -> dict[str, object]:
    def one(key: str, name: object) -> tuple[str, object]:
        if key not in COLUMNS:
            raise WrongError(f"unknown column. {nearest(key, COLUMNS)}")
        return key, _text(name)

    return dict(_each(_table_of(value, '{ close = "px_last" }'), one))


def _symbols(value: object) -> dict[str, object]:
    def one(key: str, name: object) -> tuple[str, object]:
        number = isinstance(name, int) and not isinstance(name, bool)
        return canonical(key), name if number else _text(name)

    return dict(_each(_table_of(value, '{ "^RUT" = "RTY" }'), one))


def _basis(value: object) -> dict[str, object]:
    return _for_all_or_each(value, Basis, '"price", or { "SPY" = "adjusted" }')


def _kind(value: object) -> dict[str, object]:
    return _for_all_or_each(value, Kind, '"yield", or { "DGS10" = "yield" }')


def _for_all_or_each(value: object, words: type[StrEnum], example: str) -> dict[str, object]:
    """One word for all symbols, kept under "", or a table of words by symbol."""

    def one(key: str, name: object) -> tuple[str, object]:
        return canonical(key), words(_one_of(name, tuple(words)))

    if isinstance(value, str):
        return {"": words(_one_of(value, tuple(words)))}
    return dict(_each(_table_of(value, example), one))


def _lag_days(value: object) -> dict[str, object]:
    """One number for all symbols, kept under "", or a table of numbers by symbol."""

    def one(key: str, number: object) -> tuple[str, object]:
        return canonical(key) if key else "", _days(number)

    if isinstance(value, Mapping):
        return dict(_each(value, one))
    return {"": _days(value)}


def _days(value: object) -> int:
    if type(value) is not int or not 0 <= value <= LONGEST_LAG:
        example = 'Write it like 10, or { "UNRATE" = 10 }.'
        raise WrongError(f"{value!r} is no number of days up to {LONGEST_LAG}. {example}")
    return value


def _terms(value: object) -> Terms:
    return Terms(_one_of(value, tuple(Terms)))


def _one_of(value: object, known: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in known:
        raise WrongError(f"{value!r} is none of {', '.join(known)}. {nearest(str(value), known)}")
    return value


def _timeout(value: object) -> float:
    number = float(value) if type(value) in {int, float} else math.nan  # type: ignore[arg-type]  # one of both
    if not 0 < number <= LONGEST_WAIT:
        raise WrongError(f"{value!r} is no number of seconds up to a day. Write it like 120.")
    return number


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(_text(value))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"{value!r} is no time zone. Write it like America/New_York."
        raise WrongError(message) from error


_CHECKS: Mapping[str, Callable[[object], object]] = {
    "url": _text,
    "table": _text,
    "schema": _text,
    "columns": _columns,
    "symbols": _symbols,
    "basis": _basis,
    "kind": _kind,
    "lag_days": _lag_days,
    "terms": _terms,
    "timeout": _timeout,
    "zone": _zone,
}
