"""What is remembered of a fetch and of a run, and how it stands in the store's JSON.

A `Fetch` holds everything that the same `Quotes` can be made of again, a `Snapshot` everything that
the same `Delivered` can. Passwords never come in: see `Asked.of`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from reporter.model import EMPTY, Basis, Gap, Json, Kind, Reason, SourceRef, Terms
from reporter.secrecy import is_elsewhere, may_be_secret, without_secrets
from reporter.sources._canonical import thaw
from reporter.sources.base import Quotes
from reporter.store import Document, Ref

if TYPE_CHECKING:
    import pandas as pd

APART = ("symbol", "frame")  # of Quotes: what stands elsewhere in the record


@dataclass(frozen=True, slots=True)
class Asked:
    """Where prices were asked for, without any password."""

    source: str
    location: str = ""
    options: Mapping[str, Json] = field(default_factory=lambda: EMPTY)

    @classmethod
    def of(cls, ref: SourceRef) -> Asked:
        """What a spec or a command line says, safe to be written down."""
        options = _harmless(dict(ref.options))
        return cls(ref.name, without_secrets(ref.location), options)

    @classmethod
    def read(cls, document: Document) -> Asked:
        """As it stands in the store."""
        return cls(document["source"], document["location"], document["options"])

    def document(self) -> dict[str, Any]:
        """As it stands in the store."""
        return {"source": self.source, "location": self.location, "options": dict(self.options)}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a source says of all it gives: the fields of `Delivered` beside the answers.

    `source` is what pages call the source.
    """

    source: str
    terms: Terms
    notes: tuple[str, ...] = ()
    sample: bool = False

    @classmethod
    def read(cls, document: Document) -> Delivery:
        """As it stands in the store."""
        terms = Terms(document["terms"])
        return cls(document["source"], terms, tuple(document["notes"]), document["sample"])

    def document(self) -> dict[str, Any]:
        """As it stands in the store."""
        return {
            "source": self.source,
            "terms": self.terms.value,
            "notes": list(self.notes),
            "sample": self.sample,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Fetch:
    """One symbol's table as it came, and what was asked for it.

    Args:
        symbol: as it was asked for.
        asked: where.
        until: the last day wanted then.
        fetched: when.
        versions: of the libraries that fetched it.
        delivery: what the source said of all it gave.
        sha256: of the table as canonical CSV.
        columns: name and kind of the table's columns.
        numbers: of its rows: the first of consecutive ones, else each.
        rows: how many.
        days: the first and the last that has a closing price, where that can be told.
        quotes: the other fields of `Quotes`, as JSON has them.
    """

    symbol: str
    asked: Asked
    until: date | None
    fetched: datetime
    versions: Mapping[str, str]
    delivery: Delivery
    sha256: str
    columns: tuple[tuple[str, str], ...]
    numbers: int | tuple[int, ...]
    rows: int
    days: tuple[date, date] | None
    quotes: Mapping[str, Any]

    @classmethod
    def read(cls, document: Document) -> Fetch:
        """As it stands in the store."""
        table, numbers, days = document["table"], document["table"]["numbers"], None
        if table["days"]:
            days = (date.fromisoformat(table["days"][0]), date.fromisoformat(table["days"][1]))
        return cls(
            document["symbol"],
            Asked.read(document["asked"]),
            _day(document["until"]),
            datetime.fromisoformat(document["fetched"]),
            document["versions"],
            Delivery.read(document["delivery"]),
            table["sha256"],
            tuple((name, kind) for name, kind in table["columns"]),
            numbers if isinstance(numbers, int) else tuple(numbers),
            table["rows"],
            days,
            document["quotes"],
        )

    def document(self) -> dict[str, Any]:
        """As it stands in the store."""
        return {
            "symbol": self.symbol,
            "asked": self.asked.document(),
            "until": _plain(self.until),
            "fetched": self.fetched.isoformat(),
            "versions": dict(self.versions),
            "delivery": self.delivery.document(),
            "table": {
                "sha256": self.sha256,
                "columns": [list(column) for column in self.columns],
                "numbers": _plain(self.numbers),
                "rows": self.rows,
                "days": [day.isoformat() for day in self.days or ()],
            },
            "quotes": dict(self.quotes),
        }

    def again(self, data: bytes) -> Quotes:
        """The quotes, made from the record and the table it names.

        Terms that the source gave for all stand with each; the hash is the table's own where the
        source gave none, unless the record says that the brief made its own (`null`).
        """
        made = quotes_of(self.symbol, thaw(data, self.columns, self.numbers), self.quotes)
        sha256 = "" if self.quotes["sha256"] is None else made.sha256 or self.sha256
        return replace(made, sha256=sha256, terms=made.terms or self.delivery.terms)


def quotes_of(symbol: str, frame: pd.DataFrame, told: Document) -> Quotes:
    """Quotes from their table and what `about` told of them."""
    return Quotes(
        symbol,
        frame,
        label=told["label"],
        origin=told["origin"],
        name=told["name"],
        basis=Basis(told["basis"]) if told["basis"] else None,
        basis_tip=told["basis_tip"],
        kind=Kind(told["kind"]) if told["kind"] else None,
        exchange=told["exchange"],
        correctable=told["correctable"],
        fetched=datetime.fromisoformat(told["fetched"]) if told["fetched"] else None,
        sha256=told["sha256"] or "",
        short=frozenset(told["short"]),
        terms=Terms(told["terms"]) if told["terms"] else None,
        lag_days=told.get("lag_days"),
    )


def tells_all(ref: SourceRef) -> bool:
    """Whether what is written down of a place is all that tells it from others.

    Else two different places may look the same, and what one gave must not pass for the other's.
    """
    said = Asked(ref.name, ref.location, dict(ref.options))
    return Asked.of(ref) == said and not any(map(is_elsewhere, ref.options))


def about(quotes: Quotes) -> dict[str, Json]:
    """Every field of quotes but those that stand apart, as JSON has them."""
    names = [one.name for one in fields(Quotes) if one.name not in APART]
    return {name: _plain(getattr(quotes, name)) for name in names}


@dataclass(frozen=True, slots=True)
class Held:
    """A series of a snapshot: the fetch it comes from, and its last day with a price."""

    symbol: str
    ref: Ref
    last: date | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One run: what was asked when, and the answer for every symbol, in the order asked."""

    asked: Asked
    as_of: date | None
    now: datetime | None
    delivery: Delivery
    answers: tuple[Held | Gap, ...]

    @classmethod
    def read(cls, document: Document) -> Snapshot:
        """As it stands in the store."""
        return cls(
            Asked.read(document["asked"]),
            _day(document["as_of"]),
            datetime.fromisoformat(document["now"]) if document["now"] else None,
            Delivery.read(document["delivery"]),
            tuple(_answer(one) for one in document["answers"]),
        )

    def document(self) -> dict[str, Any]:
        """As it stands in the store."""
        return {
            "asked": self.asked.document(),
            "as_of": _plain(self.as_of),
            "now": _plain(self.now),
            "delivery": self.delivery.document(),
            "answers": [_answered(one) for one in self.answers],
        }

    @property
    def held(self) -> tuple[Held, ...]:
        """Its series."""
        return tuple(one for one in self.answers if isinstance(one, Held))

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What it could not have."""
        return tuple(one for one in self.answers if isinstance(one, Gap))

    @property
    def last(self) -> date | None:
        """The last day that any of its series has a price of."""
        return max((one.last for one in self.held if one.last), default=None)


def _answer(document: Document) -> Held | Gap:
    if "gap" in document:
        return gap_of(document)
    ref = Ref(document["fetch"], document["sha256"])
    return Held(document["symbol"], ref, _day(document["last"]))


def gap_document(gap: Gap) -> dict[str, Any]:
    """A gap as JSON has it."""
    return {"gap": {one.name: _plain(getattr(gap, one.name)) for one in fields(Gap)}}


def gap_of(document: Document) -> Gap:
    """The gap that `gap_document` was given."""
    told = document["gap"]
    return Gap(**{**told, "reason": Reason(told["reason"])})


def _answered(answer: Held | Gap) -> dict[str, Any]:
    if isinstance(answer, Gap):
        return gap_document(answer)
    ref = answer.ref
    return {
        "symbol": answer.symbol,
        "fetch": ref.path,
        "sha256": ref.sha256,
        "last": _plain(answer.last),
    }


def _plain(value: object) -> Any:  # noqa: ANN401  as JSON has it
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):  # moments too
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    return list(value) if isinstance(value, tuple) else value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _harmless(value: Any) -> Any:  # noqa: ANN401  as JSON has it
    """Options without what opens doors."""
    if isinstance(value, Mapping):
        kept = {key: inner for key, inner in value.items() if not may_be_secret(key)}
        return {key: _harmless(inner) for key, inner in kept.items()}
    if isinstance(value, list):
        return [_harmless(inner) for inner in value]
    return without_secrets(value) if isinstance(value, str) else value
