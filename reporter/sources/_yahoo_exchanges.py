"""What only Yahoo knows of an instrument outside the catalogue: its kind, exchange and hours.

Exchanges are given by the names `reporter.sessions` has for their calendars: those of stock
exchanges are their market identifier codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reporter.model import Kind
from reporter.sessions import ALWAYS, FUTURES, WEEKDAYS

KINDS = {
    "INDEX": Kind.INDEX,
    "ETF": Kind.FUND,
    "MUTUALFUND": Kind.FUND,
    "EQUITY": Kind.EQUITY,
    "CURRENCY": Kind.CURRENCY,
    "CRYPTOCURRENCY": Kind.CURRENCY,
    "FUTURE": Kind.COMMODITY,
}
_BY_CALENDAR = {  # a calendar, and what Yahoo calls the exchanges that keep it
    "XNYS": "NYQ NYS NMS NGM NCM NAS NIM PCX ASE BTS BATS PNK OQB OQX OEM OTC SNP DJI WCB CXI",
    FUTURES: "CME CBT NYM CMX NYB",
    WEEKDAYS: "CCY",
    ALWAYS: "CCC",
    "XTSE": "TOR VAN CNQ NEO",
    "XMEX": "MEX",
    "BVMF": "SAO",
    "XBUE": "BUE",
    "XSGO": "SGO",
    "XLON": "LSE IOB FGI",
    "XDUB": "ISE",
    "XETR": "GER",
    "XFRA": "FRA BER DUS HAM HAN MUN STU",
    "XPAR": "PAR",
    "XAMS": "AMS",
    "XBRU": "BRU",
    "XLIS": "LIS",
    "XMIL": "MIL",
    "XMAD": "MCE",
    "XSWX": "EBS VTX",
    "XWBO": "VIE",
    "XSTO": "STO",
    "XOSL": "OSL",
    "XCSE": "CPH",
    "XHEL": "HEL",
    "XICE": "ICE",
    "XWAR": "WSE",
    "XPRA": "PRA",
    "XBUD": "BUD",
    "XIST": "IST",
    "XSAU": "SAU",
    "XJSE": "JNB",
    "XTKS": "JPX OSA",
    "XHKG": "HKG",
    "XSHG": "SHH SHZ",
    "XTAI": "TAI TWO",
    "XKRX": "KSC KOE",
    "XASX": "ASX",
    "XNZE": "NZE",
    "XSES": "SES",
    "XKLS": "KLS",
    "XBKK": "SET",
    "XIDX": "JKT",
    "XBOM": "BSE NSI",
}
CALENDARS = {code: calendar for calendar, codes in _BY_CALENDAR.items() for code in codes.split()}
_BY_ZONE = {  # for an index whose publisher Yahoo names in place of an exchange
    "America/New_York": "XNYS",
    "America/Toronto": "XTSE",
    "Europe/London": "XLON",
    "Europe/Berlin": "XETR",
    "Europe/Paris": "XPAR",
    "Europe/Zurich": "XSWX",
    "Asia/Tokyo": "XTKS",
    "Asia/Hong_Kong": "XHKG",
    "Asia/Shanghai": "XSHG",
    "Asia/Seoul": "XKRX",
    "Australia/Sydney": "XASX",
}


def kind(meta: Mapping[str, Any]) -> Kind | None:
    """What the instrument is, None where Yahoo does not say it in a way known here."""
    return KINDS.get(str(meta.get("instrumentType")))


def calendar(meta: Mapping[str, Any]) -> str:
    """The calendar the instrument trades by, empty where it is not known."""
    named = CALENDARS.get(str(meta.get("exchangeName")), "")
    if named or kind(meta) is not Kind.INDEX:
        return named
    return _BY_ZONE.get(str(meta.get("exchangeTimezoneName")), "")


def unfinished(meta: Mapping[str, Any], now: datetime | None, settling: timedelta) -> date | None:
    """The day whose session was not over and settled by `now`, None if none is.

    Yahoo tells the hours of the current session, early closes included.
    """
    try:
        hours = meta["currentTradingPeriod"]["regular"]
        zone = ZoneInfo(meta["exchangeTimezoneName"])
        begin, end = (datetime.fromtimestamp(hours[key], zone) for key in ("start", "end"))
    except (KeyError, TypeError, ValueError, OverflowError, OSError, ZoneInfoNotFoundError):
        return None
    return begin.date() if now and now < end + settling else None
