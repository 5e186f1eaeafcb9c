"""What symbols stand for, and the forms in which people write them.

The catalogue is data (`data/instruments.toml`); a symbol outside it still gets a description,
guessed from its form and never missing.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any

from reporter.model import Instrument, Kind
from reporter.resources import PACKAGE
from reporter.sessions import ALWAYS, FUTURES, NEW_YORK, WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

CATALOGUE = PACKAGE / "data" / "instruments.toml"
_SHARE_CLASS = re.compile(r"([A-Z]{1,5})[./]([ABC])")
_FUND_WORDS = re.compile(r"\b(etf|etn|fund|trust|ishares|spdr|vanguard|invesco)\b", re.IGNORECASE)
_FORMS = (  # how Yahoo writes what is not a share, most telling first
    (re.compile(r"\^.*"), Kind.INDEX),
    (re.compile(r".*=F"), Kind.COMMODITY),
    (re.compile(r".*=X|[A-Z0-9]+-USD"), Kind.CURRENCY),
    (re.compile(r"[A-Z]{4}X"), Kind.FUND),
)
_PAYING = frozenset({Kind.FUND, Kind.EQUITY})
_EXCHANGES = {  # Yahoo's suffixes
    "L": "XLON", "IL": "XLON", "IR": "XDUB", "DE": "XETR", "F": "XFRA", "PA": "XPAR",
    "AS": "XAMS", "BR": "XBRU", "LS": "XLIS", "MI": "XMIL", "MC": "XMAD", "SW": "XSWX",
    "VI": "XWBO", "ST": "XSTO", "CO": "XCSE", "HE": "XHEL", "OL": "XOSL", "IC": "XICE",
    "WA": "XWAR", "PR": "XPRA", "BD": "XBUD", "IS": "XIST", "JO": "XJSE", "SR": "XSAU",
    "T": "XTKS", "HK": "XHKG", "SS": "XSHG", "SZ": "XSHG", "TW": "XTAI", "TWO": "XTAI",
    "KS": "XKRX", "KQ": "XKRX", "SI": "XSES", "NS": "XBOM", "BO": "XBOM", "JK": "XIDX",
    "KL": "XKLS", "BK": "XBKK", "AX": "XASX", "NZ": "XNZE", "TO": "XTSE", "V": "XTSE",
    "NE": "XTSE", "CN": "XTSE", "SA": "BVMF", "MX": "XMEX", "SN": "XSGO", "BA": "XBUE",
}  # fmt: skip
_TRADED = (  # forms that tell where something trades
    (re.compile(r".*=F"), FUTURES),
    (re.compile(r".*=X"), WEEKDAYS),
    (re.compile(r"[A-Z0-9]+-(USD|EUR|GBP)"), ALWAYS),
)


@cache
def _entries() -> Mapping[str, Mapping[str, Any]]:
    """The catalogue as written, by symbol."""
    with CATALOGUE.open("rb") as file:
        return tomllib.load(file)


@cache
def _aliases() -> Mapping[str, str]:
    """Every other way to write a catalogue symbol, in capitals."""
    dotted = {f".{s[1:]}": s for s in _entries() if s.startswith("^")}
    listed = {a: s for s, entry in _entries().items() for a in entry.get("aliases", ())}
    return {**dotted, **listed}


@cache
def known() -> tuple[str, ...]:
    """Every symbol of the catalogue, in its order."""
    return tuple(_entries())


def canonical(symbol: str) -> str:
    """The symbol in Yahoo's form, however it was written; unknown symbols in capitals.

    `.RUT`, `rut` and `^rut` give `^RUT`; `SPX` and `.SPX` give `^GSPC`; `BRK.B` gives `BRK-B`.
    Applying it twice changes nothing.
    """
    text = " ".join(symbol.upper().split())
    if text in _entries():
        return text
    if text in _aliases():
        return _aliases()[text]
    if share := _SHARE_CLASS.fullmatch(text):
        return f"{share[1]}-{share[2]}"
    return f"^{text[1:]}" if re.match(r"\.[A-Z0-9]", text) else text


def describe(symbol: str, name: str = "") -> Instrument:
    """What the symbol stands for: from the catalogue, else guessed from its form; never fails.

    Args:
        symbol: in any form `canonical` understands.
        name: what the source calls it; used where the catalogue does not know the symbol.
    """
    form = canonical(symbol)
    entry = _entries().get(form)
    if entry is None:
        return _guess(form, " ".join(name.split()) or form)
    return Instrument(
        form,
        entry["name"],
        entry["prose"],
        Kind(entry["kind"]),
        entry["segment"],
        entry.get("inception"),
        entry.get("exchange") or exchange_of(form),
    )


def exchange_of(symbol: str) -> str:
    """The calendar that something of this form trades by; New York's where the form is silent."""
    form = canonical(symbol)
    if traded := next((where for how, where in _TRADED if how.fullmatch(form)), None):
        return traded
    return _EXCHANGES.get(form.rpartition(".")[2], NEW_YORK) if "." in form else NEW_YORK


def distributes(instrument: Instrument) -> bool:
    """Whether it pays dividends, so that its quoted and its adjusted prices differ.

    Indices, yields, commodities and currencies never do, nor do funds the catalogue says so of.
    """
    listed = _entries().get(instrument.symbol, {}).get("distributes", True)
    return instrument.kind in _PAYING and bool(listed)


def _guess(symbol: str, name: str) -> Instrument:
    kind = _kind(symbol, name)
    article = kind in {Kind.INDEX, Kind.FUND, Kind.VOLATILITY, Kind.YIELD} and name != symbol
    has_one = name.lower().startswith("the ")
    prose = f"the {name}" if article and not has_one else name
    return Instrument(symbol, name, prose, kind, exchange=exchange_of(symbol))


def _kind(symbol: str, name: str) -> Kind:
    by_form = next((kind for form, kind in _FORMS if form.fullmatch(symbol)), None)
    lower = name.lower()
    if by_form is Kind.INDEX and "yield" in lower:
        return Kind.YIELD
    if by_form is Kind.INDEX and "volatility" in lower:
        return Kind.VOLATILITY
    if by_form is None and _FUND_WORDS.search(name):
        return Kind.FUND
    return by_form or Kind.EQUITY
