"""What a single entry of a spec, a desk table or the command line may say.

Each function takes the text as written and gives what it stands for, or raises `EntryError` with
the nearest thing that can be understood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from reporter import windows, written
from reporter.declarations import location_of, needs_of
from reporter.errors import SpecError
from reporter.instruments import canonical
from reporter.model import SourceRef
from reporter.registry import nearest
from reporter.sections.base import sections
from reporter.sessions import known_exchange
from reporter.sources.base import sources
from reporter.written import MisreadError

SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
LIST = r"[a-z][a-z0-9_-]*"
LONGEST = 600
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LONGEST_TITLE = 160
SMALLEST_LEVEL = 0.0001
LONGEST_SLUG = 64
BILLION = 10**9
LARGEST = 1e15
"""Beyond it no price, figure or flow (in US dollars) is meant; below it all digits are printed."""
TIMES = "Write 2026-01-21T08:30-05:00, 2026-01-21 08:30 America/New_York, or the day alone."
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[T ](?P<hour>\d\d:\d\d(?::\d\d)?)"
    r"(?P<offset>Z|[+-]\d\d:\d\d)?(?: (?P<zone>[\w+/-]+))?)?"
)
SPAN = r"[1-9]\d{0,3}[mhd]"
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_SYMBOL = re.compile(r"\^?[A-Z0-9][A-Z0-9.=&_-]{0,23}")


class EntryError(SpecError, ValueError):
    """An entry that cannot be understood; its message says why and what to write instead.

    A `ValueError` too, so that pydantic collects it with the rest.
    """


def words(text: str) -> str:
    """A cell of free text: white space collapsed, control characters refused.

    So are those that turn the direction of the text around them: they could turn a number round.
    """
    text = " ".join(text.split())
    if any(unicodedata.category(letter) == "Cc" or letter in TURNING for letter in text):
        raise EntryError("holds a control character.")
    if len(text) > LONGEST:
        raise EntryError(f"is longer than {LONGEST} characters.")
    return text


def number(text: str) -> Decimal:
    """A finite number as written with a point: `6.4`, `-45.9`, `2861`."""
    try:
        value = Decimal(text) if text.isascii() and "_" not in text else Decimal("nan")
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite():
        raise EntryError(
            f"{text!r} is not a number. Write it like 2861 or -5.7, without separators."
        )
    return value


def amount(text: str) -> float:
    """A number, as a float."""
    return _float(number(text), text)


def level(text: str) -> float:
    """A number above zero, by enough to be printed."""
    value = _float(number(text), text)
    if value <= 0:
        raise EntryError(f"{text!r} is not above zero.")
    if value < SMALLEST_LEVEL:
        raise EntryError(f"{text!r} is too small a level to be meant.")
    return value


def billions(text: str) -> float:
    """US dollars, from billions of them: exact, because the product is taken in decimals."""
    value = number(text)
    _float(value, text, LARGEST / BILLION)
    return float(value * BILLION)


def _float(value: Decimal, text: str, largest: float = LARGEST) -> float:
    """The float nearest to a number of a size that can be meant."""
    if not abs(value) < largest:
        raise EntryError(f"{text!r} is too large a number.")
    return float(value)


def symbol(text: str) -> str:
    """A symbol as people write it, in Yahoo's form."""
    form = canonical(text)
    if not _SYMBOL.fullmatch(form):
        raise EntryError(f"{text!r} is no symbol. Write it like ^RUT, IWM or CL=F.")
    return form


def published(text: str) -> date:
    """The first day of a publication date: a day, a month (`2026-01`) or an ISO week (`2026-W03`).

    A week begins on its Monday. What was published "in January" thus exists from 1 January on.
    """
    first = f"{text}-01" if re.fullmatch(r"\d{4}-\d\d", text) else text
    first = f"{text}-1" if re.fullmatch(r"\d{4}-W\d\d", text) else first
    try:
        return date.fromisoformat(first)
    except ValueError:
        tip = "Write a day (2026-01-15), a month (2026-01) or an ISO week (2026-W03)."
        raise EntryError(f"{text!r} is not a date. {tip}") from None


class Moment(NamedTuple):
    """A day, or a time of it; without a zone it says nothing yet."""

    day: date
    hour: time | None = None
    zone: tzinfo | None = None


def moment(text: str) -> Moment:
    """A day, or a day and an hour, with its zone where one is written.

    The zone is an offset (`2026-01-21T08:30-05:00`, `Z`) or a name behind a space
    (`2026-01-21 08:30 America/New_York`).
    """
    found = _MOMENT.fullmatch(text)
    try:
        day = date.fromisoformat(found["day"] if found else "")
        hour = time.fromisoformat(found["hour"]) if found and found["hour"] else None
        offset = (
            datetime.strptime(found["offset"], "%z").tzinfo if found and found["offset"] else None
        )
    except ValueError:
        raise EntryError(f"{text!r} is no time. {TIMES}") from None
    name = found["zone"] if found else None
    return Moment(day, hour, zone(name) if name else offset)


def zone(name: str) -> ZoneInfo:
    """A time zone by its name, such as America/New_York."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = nearest(name, sorted(available_timezones()))
        tip = near if near.startswith("Did") else "Write one like America/New_York."
        raise EntryError(f"{name!r} is no time zone. {tip}") from None


def instant(when: Moment, named: ZoneInfo | str) -> datetime | None:
    """The moment with its zone, which a column of its own may name; None for a whole day."""
    if when.hour is None:
        return None
    if when.zone and named:
        raise EntryError("time says its zone, and so does the column zone. Leave one out.")
    where = when.zone or named
    if isinstance(where, str):
        raise EntryError(f"time {when.day} {when.hour:%H:%M} has no zone. {TIMES}")
    made = datetime.combine(when.day, when.hour, where)
    if made.utcoffset() != made.replace(fold=1).utcoffset():
        tip = "Write the offset, as in 2026-01-21T08:30-05:00."
        raise EntryError(f"time {when.hour:%H:%M} is not one moment: clocks change then. {tip}")
    return made


def one_of(what: str, known: Iterable[str]) -> Callable[[str], str]:
    """A reader that takes just these words; `what` is what they are called."""
    known = tuple(map(str, known))

    def read(text: str) -> str:
        if text not in known:
            raise EntryError(f"unknown {what} {text!r}. {nearest(text, known)}")
        return text

    return read


def title(text: str) -> str:
    """A line of text that is not empty and fits a masthead."""
    text = words(text)
    if not text:
        raise EntryError("is empty.")
    if len(text) > LONGEST_TITLE:
        raise EntryError(f"is longer than {LONGEST_TITLE} characters.")
    return text


def slugified(text: str) -> str:
    """The nearest safe file name to a text: lower-case words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:LONGEST_SLUG].strip("-")


def slug(text: str) -> str:
    """A safe file name."""
    if len(text) > LONGEST_SLUG or not re.fullmatch(SLUG, text):
        tip = f"Did you mean {slugified(text)!r}?" if slugified(text) else "Such as 'small-caps'."
        raise EntryError(f"{text!r} is no safe file name: small letters, digits, hyphens. {tip}")
    return text


def window(text: str) -> str:
    """A window's name, as the calendar knows it: `ytd`, `20s`, `since:2025-10-16`."""
    try:
        return windows.parse(text).name
    except SpecError as error:
        raise EntryError(str(error)) from error


def day(value: object) -> date:
    """A day, written as a TOML date or as text."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise EntryError(f"{value!s} is not a day. Write it like 2026-01-15.") from None


def span(text: str) -> timedelta:
    """A length of time in whole minutes, hours or days: `90m`, `2h`, `3d`."""
    if not re.fullmatch(SPAN, text, re.ASCII):
        raise EntryError(f"{text!r} is no length of time. Write it like 90m, 2h or 3d.")
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


def exchange(name: str) -> str:
    """An exchange by its code or its name, as its code."""
    try:
        return known_exchange(name)
    except SpecError as error:
        raise EntryError(str(error)) from error


def section(name: str) -> str:
    """The name of a section there is."""
    if name not in sections.names():
        raise EntryError(f"unknown section {name!r}. {nearest(name, sections.names())}")
    return name


def list_name(name: str) -> str:
    """The name of a watch list."""
    if not re.fullmatch(LIST, name):
        raise EntryError(
            "is no list name: small letters, digits, hyphens, beginning with a letter."
        )
    return name


def source(text: str) -> SourceRef:
    """A source as people write it: `sample`, `files:DIR`, `yahoo`, or one of another package."""
    name, _, location = text.strip().partition(":")
    if name not in sources.names():
        raise EntryError(f"unknown source {name!r}. {nearest(name, sources.names())}")
    if not location and (needs := needs_of(name)):
        raise EntryError(f"the source {name!r} needs {needs}")
    if location:
        _check_location(name, location)
    return SourceRef(name, location)


def _check_location(name: str, location: str) -> None:
    """Refuses what the source cannot be at; whether there is anything is the source's to say."""
    kind = location_of(name)
    if kind == "none":
        raise EntryError(f"the source {name!r} has no location. Write just {name}.")
    if kind == "path" and "://" in location:  # not repeated: it may hold a password
        raise EntryError(f"the source {name!r} takes a path, not an address.")
    try:
        written.path(location)
    except MisreadError as error:
        raise EntryError(str(error)) from error
