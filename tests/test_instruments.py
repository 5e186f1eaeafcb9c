from __future__ import annotations

import tomllib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporter.instruments import CATALOGUE, canonical, describe, distributes, known
from reporter.model import Kind
from reporter.sessions import NAMES, known_exchange

ENTRIES = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
REQUIRED = {"name", "prose", "kind", "segment"}
OPTIONAL = {"inception", "aliases", "distributes", "exchange", "lag"}


@pytest.mark.parametrize("symbol", known())
def test_every_catalogue_entry_is_complete(symbol: str) -> None:
    entry = ENTRIES[symbol]
    assert set(entry) >= REQUIRED
    assert set(entry) <= REQUIRED | OPTIONAL
    assert all(entry[key].strip() == entry[key] != "" for key in REQUIRED)
    assert Kind(entry["kind"])
    assert isinstance(entry.get("inception", date(1900, 1, 1)), date)
    assert symbol == symbol.upper() == canonical(symbol)


def test_names_are_unique_so_that_a_table_can_tell_instruments_apart() -> None:
    for key in ("name", "prose"):
        words = [entry[key] for entry in ENTRIES.values()]
        assert len(words) == len(set(words))


def test_an_alias_belongs_to_one_instrument_and_is_no_symbol_itself() -> None:
    aliases = [alias for entry in ENTRIES.values() for alias in entry.get("aliases", ())]
    assert len(aliases) == len(set(aliases))
    assert not set(aliases) & set(ENTRIES)
    assert all(alias == alias.upper() for alias in aliases)


def test_funds_carry_their_symbol_so_that_they_are_not_taken_for_their_index() -> None:
    for symbol, entry in ENTRIES.items():
        if entry["kind"] == "fund":
            assert f"({symbol})" in entry["prose"]
            assert f"({symbol})" in entry["name"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (".RUT", "^RUT"),
        ("RUT", "^RUT"),
        ("^rut", "^RUT"),
        (" rut ", "^RUT"),
        ("Russell 2000", "^RUT"),
        (".SPX", "^GSPC"),
        ("SPX", "^GSPC"),
        ("^GSPC", "^GSPC"),
        (".DJI", "^DJI"),
        (".IXIC", "^IXIC"),
        (".VIX", "^VIX"),
        ("VIX", "^VIX"),
        ("DXY", "DX-Y.NYB"),
        ("BRK.B", "BRK-B"),
        ("brk/b", "BRK-B"),
        ("usdjpy", "JPY=X"),
        ("gc=f", "GC=F"),
        (".FOO", "^FOO"),
        ("aapl", "AAPL"),
        ("VOD.L", "VOD.L"),
        ("7203.T", "7203.T"),
    ],
)
def test_symbols_work_as_people_write_them(written: str, meant: str) -> None:
    assert canonical(written) == meant


@pytest.mark.parametrize("ticker", ["DJT", "COMP", "DAX", "GOLD", "BTC"])
def test_a_share_or_fund_is_not_mistaken_for_an_index_of_the_same_letters(ticker: str) -> None:
    assert canonical(ticker) == ticker


@settings(deadline=None)
@given(st.text())
def test_canonical_twice_is_canonical_once(symbol: str) -> None:
    assert canonical(canonical(symbol)) == canonical(symbol)


@settings(deadline=None)
@given(st.text(alphabet=".^-=/ABCX abcx0", max_size=8))
def test_canonical_twice_is_canonical_once_near_the_rules(symbol: str) -> None:
    assert canonical(canonical(symbol)) == canonical(symbol)


@settings(deadline=None)
@given(st.text(), st.text())
def test_describing_never_fails_and_never_leaves_a_name_empty(symbol: str, name: str) -> None:
    instrument = describe(symbol, name)
    assert instrument.symbol == canonical(symbol)
    if symbol.strip():
        assert instrument.name
        assert instrument.prose


def test_the_reference_index_is_described_in_full() -> None:
    russell = describe(".RUT", "some other name")
    assert (russell.symbol, russell.name, russell.prose) == (
        "^RUT",
        "Russell 2000",
        "the Russell 2000",
    )
    assert russell.kind is Kind.INDEX
    assert russell.segment == "small caps"
    assert russell.inception == date(1978, 12, 29)


@pytest.mark.parametrize(
    ("symbol", "name", "kind", "prose"),
    [
        ("^FOO", "Foo 50", Kind.INDEX, "the Foo 50"),
        ("^FOO", "The Foo 50", Kind.INDEX, "The Foo 50"),
        ("^FOO", "", Kind.INDEX, "^FOO"),
        ("^FOO", "20-year yield", Kind.YIELD, "the 20-year yield"),
        ("^FOO", "Foo Volatility Index", Kind.VOLATILITY, "the Foo Volatility Index"),
        ("KC=F", "Coffee", Kind.COMMODITY, "Coffee"),
        ("SEK=X", "", Kind.CURRENCY, "SEK=X"),
        ("SOL-USD", "Solana", Kind.CURRENCY, "Solana"),
        ("VFIAX", "", Kind.FUND, "VFIAX"),
        ("ARKK", "ARK Innovation ETF", Kind.FUND, "the ARK Innovation ETF"),
        ("AAPL", "Apple Inc.", Kind.EQUITY, "Apple Inc."),
        ("AAPL", "", Kind.EQUITY, "AAPL"),
    ],
)
def test_an_unknown_symbol_is_guessed_from_its_form(
    symbol: str, name: str, kind: Kind, prose: str
) -> None:
    instrument = describe(symbol, name)
    assert (instrument.kind, instrument.prose) == (kind, prose)
    assert instrument.inception is None


@pytest.mark.parametrize(
    ("symbol", "pays"),
    [("SPY", True), ("AAPL", True), ("GLD", False), ("^RUT", False), ("GC=F", False)],
)
def test_only_funds_and_shares_pay_dividends(symbol: str, pays: bool) -> None:  # noqa: FBT001
    assert distributes(describe(symbol)) is pays


# --- exchanges ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("symbol", "exchange"),
    [
        ("^GSPC", "XNYS"),
        ("^TNX", "XNYS"),  # a Cboe index, reckoned on the days stocks trade
        ("BRK.B", "XNYS"),
        ("ZZZ", "XNYS"),
        ("^ZZZ", "XNYS"),
        ("^N225", "XTKS"),
        ("DAX.DE", "XETR"),
        ("000001.SS", "XSHG"),
        ("ffn.v", "XTSE"),
        ("CL=F", "US_FUTURES"),
        ("DXY", "US_FUTURES"),
        ("EURUSD=X", "24/5"),
        ("BTC-USD", "24/7"),
        ("SOL-EUR", "24/7"),
        ("BRK-B", "XNYS"),
    ],
)
def test_an_instrument_knows_where_it_trades(symbol: str, exchange: str) -> None:
    assert describe(symbol).exchange == exchange


@pytest.mark.parametrize(
    ("suffix", "name"),
    [
        ("L", "London"), ("DE", "Frankfurt"), ("PA", "Paris"), ("T", "Tokyo"), ("HK", "Hong Kong"),
        ("TO", "Toronto"), ("SW", "Zurich"), ("AS", "Amsterdam"), ("MI", "Milan"),
        ("MC", "Madrid"), ("ST", "Stockholm"), ("CO", "Copenhagen"), ("HE", "Helsinki"),
        ("OL", "Oslo"), ("AX", "Sydney"), ("NS", "Mumbai"), ("BO", "Mumbai"), ("SZ", "Shanghai"),
        ("KS", "Seoul"), ("TW", "Taipei"), ("SI", "Singapore"), ("MX", "Mexico City"),
        ("SA", "S\N{LATIN SMALL LETTER A WITH TILDE}o Paulo"),
    ],
)  # fmt: skip
def test_a_suffix_tells_the_exchange(suffix: str, name: str) -> None:
    assert NAMES[describe(f"ABCD.{suffix}").exchange] == name


@pytest.mark.parametrize("symbol", known())
def test_every_exchange_of_the_catalogue_is_known(symbol: str) -> None:
    exchange = describe(symbol).exchange
    assert known_exchange(exchange) == exchange
