"""Asking a source: whatever it does ends in quotes, in gaps, or in one message that names it.

Every source passes here, so that one written elsewhere cannot end the program with a traceback,
hand over prices under another symbol, allow more than its data's terms do, or have the address it
asked printed with its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import pandas as pd

from reporter.declarations import agreed, terms_of
from reporter.errors import DataError, ForeignError, ReporterError, SpecError
from reporter.model import Basis, DeskInputs, Gap, Kind, Reason, Terms
from reporter.secrecy import without_secrets
from reporter.sources.base import DataRequest, Delivered, NoQuotesError, Quotes, missing, sources

E = TypeVar("E", bound=StrEnum)
_TEXTS = ("label", "origin", "name", "basis_tip", "exchange", "sha256")


def ask(name: str, request: DataRequest) -> Delivered:
    """What the source of this name gives; its answers are checked as they are asked for.

    The terms are those that hold: the user's word under `[sources.NAME]` where the source does
    not know, else the stricter of both.

    Raises:
        SpecError: no such source, or a package offers it that cannot be used.
        DataError: the source can give nothing at all; also while the answers are asked for.
        ForeignError: the source fails or gives what no source may; the message names it.
    """
    source = sources.get(name)
    with _blamed(name):
        given: object = source(request)
    if not isinstance(given, Delivered):
        raise _broken(name, f"gave {_kind(given)} where Delivered is wanted.")
    stated = _word(name, Terms, request.options.get("terms"))
    own = _word(name, Terms, given.terms) or Terms.UNKNOWN
    own = terms_of(name) if own is Terms.UNKNOWN else own
    answers = checked(given.answers, name, request.symbols)
    return replace(
        _typed(given, name), answers=_under(answers, own, stated), terms=agreed(own, stated)
    )


def checked(answers: Iterable[object], name: str, symbols: Iterable[str]) -> Iterator[Quotes | Gap]:
    """The answers of a source, one to each symbol; a gap for every symbol it left out.

    Raises:
        ForeignError: the source fails or gives what no source may; the message names it.
    """
    waiting = dict.fromkeys(symbols)
    asked = frozenset(waiting)
    for answer in _drawn(answers, name):
        if not isinstance(answer, Quotes | Gap):
            raise _broken(name, f"gave {_kind(answer)} where Quotes or a Gap is wanted.")
        symbol = answer.symbol if isinstance(answer, Quotes) else answer.subject
        if symbol not in waiting:
            what = "twice" if symbol in asked else "which was not asked for"
            raise _broken(name, f"gave {symbol!r}, {what}.")
        del waiting[symbol]
        yield _sound(answer, name)
    for symbol in waiting:
        message = f"the source {name!r} gave no answer for {symbol}."
        yield missing(symbol, Reason.NO_DATA, message)


def _under(
    answers: Iterable[Quotes | Gap], own: Terms, stated: Terms | None
) -> Iterator[Quotes | Gap]:
    """The answers under the terms that hold for each."""
    for answer in answers:
        if isinstance(answer, Quotes):
            yield replace(answer, terms=agreed(answer.terms or own, stated))
        else:
            yield answer


def _sound(answer: Quotes | Gap, name: str) -> Quotes | Gap:
    """An answer whose parts are what their types say, and tell no secret."""
    if isinstance(answer, Gap):
        return replace(answer, message=without_secrets(answer.message))
    frame: object = answer.frame
    if not isinstance(frame, pd.DataFrame):
        told = f"gave {_kind(frame)} as the table of {answer.symbol}"
        raise _broken(name, f"{told} where a pandas DataFrame is wanted.")
    for part in _TEXTS:
        if not isinstance(getattr(answer, part), str):
            raise _broken(name, f"gave {_kind(getattr(answer, part))} as the {part} of a table.")
    if answer.fetched is not None and not _has_zone(answer.fetched):
        raise _broken(name, f"gave {answer.fetched!r} as the time of a fetch: it has no zone.")
    worded = replace(
        answer,
        label=without_secrets(answer.label),
        origin=without_secrets(answer.origin),
        basis=_word(name, Basis, answer.basis),
        kind=_word(name, Kind, answer.kind),
        terms=_word(name, Terms, answer.terms),
    )
    return _days_told(worded, name)


def _days_told(quotes: Quotes, name: str) -> Quotes | Gap:
    """The quotes with their rows numbered, or a gap where no column holds the days."""
    frame = quotes.frame
    if quotes.correctable:  # the gate tells of the user's own table, by its label
        return quotes
    if "date" not in {str(column).strip().lower() for column in frame.columns}:
        message = f"the source {name!r} gave a table of {quotes.symbol} without the column Date."
        return missing(quotes.symbol, Reason.BAD_PAYLOAD, message)
    if isinstance(frame.index, pd.RangeIndex):
        return quotes
    return replace(quotes, frame=frame.reset_index(drop=True))


def _typed(given: Delivered, name: str) -> Delivered:
    """What is delivered beside the answers, if it is what its types say, without secrets."""
    notes: object = given.notes
    called: object = given.source
    desk: object = given.desk
    if not isinstance(notes, tuple) or not all(isinstance(note, str) for note in notes):
        raise _broken(name, "gave notes that are no tuple of texts.")
    if given.now is not None and not _has_zone(given.now):
        raise _broken(name, f"gave {given.now!r} as the time of its answers: it has no zone.")
    if not isinstance(called, str) or not isinstance(desk, DeskInputs):
        raise _broken(name, "gave a name or desk inputs of another type than Delivered says.")
    notes = tuple(map(without_secrets, notes))
    return replace(given, notes=notes, source=without_secrets(called))


def _has_zone(time: object) -> bool:
    return isinstance(time, datetime) and time.utcoffset() is not None


def _word(name: str, kind: type[E], said: object) -> E | None:
    """The member of an enumeration that was said, as it or as its text."""
    if said is None:
        return None
    try:
        return kind(str(said))
    except ValueError as error:
        known = ", ".join(kind)
        raise _broken(name, f"gave {said!r}, which is none of {known}.") from error


def _drawn(answers: Iterable[object], name: str) -> Iterator[object]:
    with _blamed(name):
        yield from answers


@contextmanager
def _blamed(name: str) -> Iterator[None]:
    """Tells of another package's failure as its own; a failure of ours passes, to be told as ours.

    Raises:
        SpecError: the source does not understand an option; the message names its table.
        DataError: a source says of all symbols what it would say of one.
        ForeignError: anything that a source of another package raises and no source may.
    """
    try:
        yield
    except SpecError as error:
        if error.where or sources.offer(name) is None:
            raise
        raise SpecError(error.message, where=f"[sources.{name}]", tip=error.tip) from error
    except ReporterError:
        raise
    except NoQuotesError as error:
        raise DataError(str(error)) from error
    except (Exception, SystemExit) as error:
        if sources.offer(name) is None:
            raise
        what = " ".join(f"{type(error).__name__}: {without_secrets(str(error))}".split())
        raise _broken(name, f"fails with {what}.") from error


def _broken(name: str, what: str) -> ForeignError:
    offer = sources.offer(name)
    of = f" of the package {offer.package}" if offer else ""
    return ForeignError(
        f"the source {name!r}{of} {what}",
        tip="Tell its author; -v shows where it stands.",
    )


def _kind(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
