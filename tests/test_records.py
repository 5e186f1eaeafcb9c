from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from reporter.model import Basis, Gap, Kind, Reason, SourceRef, Terms
from reporter.records import Asked, Delivery, Fetch, Held, Snapshot, about, tells_all
from reporter.sources._canonical import freeze
from reporter.sources.base import Quotes
from reporter.store import Ref

NOW = datetime(2026, 1, 16, 4, tzinfo=UTC)
FRAME = pd.DataFrame(
    {"Date": ["2026-01-14", "2026-01-15"], "Close": [0.1, 2.0]}, index=pd.RangeIndex(2, 4)
)
FULL = Quotes(
    "^RUT", FRAME, "RUT.csv", "a place", "Small", Basis.PRICE, "Say so.", Kind.YIELD, "XLON",
    correctable=True, fetched=NOW, sha256="ab" * 32, short=frozenset({3, 2}), terms=Terms.INTERNAL,
    lag_days=0,
)  # fmt: skip
BARE = Quotes("^RUT", FRAME, "Yahoo's ^RUT", "a page")


def recorded(quotes: Quotes) -> Fetch:
    """The record of quotes, read again from its JSON."""
    kept = freeze(quotes.frame)
    delivery = Delivery("files:prices", Terms.PERSONAL, ("A note.",), sample=True)
    fetch = Fetch(
        quotes.symbol, Asked.of(SourceRef("files", "prices")), date(2026, 1, 15), NOW,
        {"reporter": "1"}, delivery, "cd" * 32, kept.columns, kept.numbers, len(quotes.frame),
        kept.days, about(quotes),
    )  # fmt: skip
    again = Fetch.read(json.loads(json.dumps(fetch.document())))
    assert again.document() == fetch.document()
    assert (again.until, again.fetched, again.days) == (fetch.until, NOW, kept.days)
    assert again.delivery == delivery
    return again


@pytest.mark.parametrize("quotes", [FULL, BARE], ids=["full", "bare"])
def test_quotes_are_the_same_again(quotes: Quotes) -> None:
    again = recorded(quotes).again(freeze(quotes.frame).data)
    pd.testing.assert_frame_equal(again.frame, quotes.frame, check_index_type=False)
    given = {"frame", "sha256", "terms"}
    for one in fields(Quotes):
        if one.name not in given:
            assert getattr(again, one.name) == getattr(quotes, one.name), one.name
    assert again.sha256 == (quotes.sha256 or "cd" * 32)
    assert again.terms == (quotes.terms or Terms.PERSONAL)


def test_every_field_of_quotes_is_recorded() -> None:
    """A field added to Quotes must come back from a record too."""
    alike = [
        one.name for one in fields(Quotes) if getattr(FULL, one.name) is getattr(BARE, one.name)
    ]
    assert alike == ["symbol", "frame"]


def test_rows_that_are_not_consecutive_keep_their_numbers() -> None:
    frame = FRAME.set_axis([5, 3], axis=0)
    quotes = Quotes("X", frame, "a", "b")
    again = recorded(quotes).again(freeze(frame).data)
    assert again.frame.index.tolist() == [5, 3]


def test_a_snapshot_is_the_same_again() -> None:
    gap = Gap("IWM", "prices", Reason.TIMEOUT, "no answer", benchmark="^RUT", window="3m")
    run = Snapshot(
        Asked.of(SourceRef("yahoo", options={"terms": "internal"})),
        date(2026, 1, 15),
        NOW,
        Delivery("yahoo", Terms.PERSONAL),
        (
            Held("^RUT", Ref("^RUT/x.json", "ab"), date(2026, 1, 15)),
            gap,
            Held("X", Ref("X/y", "c"), None),
        ),
    )
    again = Snapshot.read(json.loads(json.dumps(run.document())))
    assert again == run
    assert (again.gaps, again.last) == ((gap,), date(2026, 1, 15))
    assert [held.symbol for held in again.held] == ["^RUT", "X"]
    bare = Snapshot(run.asked, None, None, run.delivery, ())
    assert Snapshot.read(json.loads(json.dumps(bare.document()))) == bare
    assert bare.last is None


@pytest.mark.parametrize(
    ("location", "kept"),
    [
        ("prices", "prices"),
        ("https://host/feed?q=^RUT&x=#part", "https://host/feed?q=^RUT&x=#part"),
        ("https://host/feed?q=a&access%5Ftoken=t#token=t", "https://host/feed?q=a"),
        ("host=h password='a b' dbname=d", "host=h  dbname=d"),
        ("postgresql://me:hunter2@host:5432/db", "postgresql://me@host:5432/db"),
        ("postgresql://me:p@ss@host/db", "postgresql://me@host/db"),
        ("mssql://host/db?driver=x&pwd=hunter2", "mssql://host/db?driver=x"),
        ("mssql://?odbc_connect=PWD%3Dhunter2", "mssql:"),
        ("http://[hunter2", ""),
    ],
)
def test_an_address_is_recorded_without_what_opens_it(location: str, kept: str) -> None:
    assert Asked.of(SourceRef("sql", location)).location == kept


@pytest.mark.parametrize(
    ("source", "all_told"),
    [
        (SourceRef("files", "prices"), True),
        (SourceRef("x", "https://host/feed?q=^RUT", {"columns": {"close": "px"}}), True),
        (SourceRef("x", "https://me:word@host/feed"), False),
        (SourceRef("x", options={"also": [{"token": "t"}]}), False),
        (SourceRef("x", options={"token_env": "ACME_TOKEN"}), True),
        (SourceRef("x", options={"url_env": "ACME_URL"}), False),
    ],
)
def test_it_is_known_whether_something_had_to_be_left_out(
    source: SourceRef, *, all_told: bool
) -> None:
    assert tells_all(source) is all_told
