"""A server on this machine that answers like Yahoo's chart API, with faults on demand."""

from __future__ import annotations

import json
import time as clocks
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from yfinance import base, cache
from yfinance.data import SingletonMeta, YfData

from reporter.sources._yahoo_session import Pace, PoliteSession
from tests.listening import answering

NEW_YORK = "America/New_York"
Bar = Mapping[str, float | str | None]


@dataclass(frozen=True)
class Reply:
    """One answer: after `delay` seconds, and broken off in the middle if `cut`.

    With `drip` it comes a byte at a time, so many seconds apart.
    """

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: bool = False
    drip: float = 0.0


def failed(status: int, code: str, description: str) -> Reply:
    """Yahoo's own word that it cannot answer."""
    error = {"code": code, "description": description}
    return Reply(status, json.dumps({"chart": {"result": None, "error": error}}))


UNKNOWN = failed(404, "Not Found", "No data found, symbol may be delisted")
OUTSIDE = failed(400, "Bad Request", "Data doesn't exist for startDate = 1, endDate = 2")
DENIED = failed(401, "Unauthorized", "Invalid Crumb")
TOO_MANY = Reply(429, "Too Many Requests\r\n")
BROKEN = Reply(500, "Internal Server Error")
LOST = Reply(404, "<html>Not Found on Accelerator</html>")
OUTAGE = Reply(200, "<html><title>Yahoo</title>Will be right back...</html>")
GARBAGE = Reply(200, "<html>hello</html>")
FOUND = Reply(200, "crumb")


def bar(day: str, close: float | None, **other: float | None) -> Bar:
    """One daily bar; open, high and low follow from the close unless given."""
    around: dict[str, float | None] = dict.fromkeys(("open", "high", "low", "close"), close)
    if close is not None:
        around |= {"high": close * 1.01, "low": close * 0.99}
    return {"day": day, "volume": 1000, "adjclose": close, **around, **other}


def stamp(day: str, at: time = time(9, 30), zone: str = NEW_YORK) -> int:
    """Seconds of a time of day, New York's unless another zone is given."""
    moment = datetime.combine(date.fromisoformat(day), at, ZoneInfo(zone))
    return int(moment.astimezone(UTC).timestamp())


def chart(
    bars: Sequence[Bar],
    *,
    now: int | None = None,
    dividends: Mapping[str, float] | None = None,
    zone: str = NEW_YORK,
    **told: Any,
) -> Reply:
    """Yahoo's answer with these bars.

    Args:
        bars: by day; two of one day are two rows, a few seconds apart.
        now: its clock; else that of the last close.
        dividends: by day.
        zone: of the exchange.
        told: more of what it says of the instrument, such as `exchangeName`.
    """
    result = {
        "meta": {**about(bars, now, zone), **told},
        "timestamp": [stamp(str(b["day"]), zone=zone) + at % 7 for at, b in enumerate(bars)],
        "indicators": _indicators(bars),
    }
    if dividends:
        paid = {str(stamp(d)): {"amount": a, "date": stamp(d)} for d, a in dividends.items()}
        result["events"] = {"dividends": paid}
    return Reply(200, json.dumps({"chart": {"result": [result], "error": None}}))


def _indicators(bars: Sequence[Bar]) -> dict[str, Any]:
    quote = {k: [b[k] for b in bars] for k in ("open", "high", "low", "close", "volume")}
    return {"quote": [quote], "adjclose": [{"adjclose": [b["adjclose"] for b in bars]}]}


def about(bars: Sequence[Bar], now: int | None = None, zone: str = NEW_YORK) -> dict[str, Any]:
    """What the answer says of the instrument."""
    last = str(bars[-1]["day"])
    begin, end = stamp(last, zone=zone), stamp(last, time(16), zone)
    regular = {"timezone": "EST", "gmtoffset": -18000, "start": begin, "end": end}
    return {
        "currency": "USD",
        "symbol": "X",
        "longName": "An Invented Fund ETF",
        "instrumentType": "INDEX",
        "exchangeName": "NYQ",
        "firstTradeDate": stamp(str(bars[0]["day"]), zone=zone),
        "regularMarketTime": end if now is None else now,
        "exchangeTimezoneName": zone,
        "timezone": "EST",
        "gmtoffset": -18000,
        "currentTradingPeriod": {part: dict(regular) for part in ("pre", "regular", "post")},
        "dataGranularity": "1d",
        "validRanges": ["1d", "max"],
    }


def changed(reply: Reply, *, without: Sequence[str] = ()) -> Reply:
    """A chart whose columns or rows are not there: "adjclose", "timestamp", "open", ..."""
    said = json.loads(reply.body)
    (result,) = said["chart"]["result"]
    for name in without:
        for place in (result, result["indicators"], *result["indicators"]["quote"]):
            place.pop(name, None)
    return replace(reply, body=json.dumps(said))


def slow(reply: Reply, delay: float) -> Reply:
    """The same answer, late."""
    return replace(reply, delay=delay)


def refused(after: str) -> Reply:
    """A refusal that says when to come back."""
    return replace(TOO_MANY, headers={"Retry-After": after})


@dataclass
class FakeYahoo:
    """What the server says: replies by symbol, in turn, the last one again and again.

    `crumbs` are the replies to requests for a crumb, `cookie` that of the page which sets one.
    """

    replies: Mapping[str, Sequence[Reply]]
    crumbs: Sequence[Reply] = (FOUND,)
    cookie: Reply = LOST
    port: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    queries: list[dict[str, list[str]]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def reply(self, path: str, query: str) -> Reply:
        """The answer to a request for /host/path."""
        host, _, rest = path.lstrip("/").partition("/")
        if rest.startswith("v8/finance/chart/"):
            self.queries.append(parse_qs(query))
            symbol = unquote(rest.rsplit("/", 1)[1])
            return self._next(symbol, self.replies.get(symbol, (UNKNOWN,)))
        if rest.startswith("v1/test/getcrumb"):
            return self._next("crumb", self.crumbs)
        return self._next(host, (self.cookie if host == "fc.yahoo.com" else LOST,))

    def _next(self, name: str, turns: Sequence[Reply]) -> Reply:
        with self.lock:
            turn = self.asked[name]
            self.asked[name] += 1
        return turns[min(turn, len(turns) - 1)]

    def address(self, url: str) -> str:
        """Where this server answers for an address of Yahoo's."""
        parts = urlsplit(url)
        return f"http://127.0.0.1:{self.port}/{parts.hostname}{parts.path}?{parts.query}"

    def opener(self, pace: Pace, timeout: float) -> PoliteSession:
        """A session whose every request goes to this server."""
        return _Local(self, pace, timeout)


class _Local(PoliteSession):
    def __init__(self, fake: FakeYahoo, pace: Pace, timeout: float) -> None:
        super().__init__(pace, timeout)
        self.fake = fake

    def send(self, method: str, url: str, options: dict[str, Any]) -> Any:
        return super().send(method, self.fake.address(url), options)


@contextmanager
def serving(
    replies: Mapping[str, Sequence[Reply]],
    *,
    crumbs: Sequence[Reply] = (FOUND,),
    cookie: Reply = LOST,
) -> Iterator[FakeYahoo]:
    """The server while it runs."""
    fake = FakeYahoo(replies, crumbs, cookie)
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake)) as server,
        answering(server) as fake.port,
    ):
        yield fake


def _handler(fake: FakeYahoo) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # connections are kept, as Yahoo keeps them

        def answer(self) -> None:
            parts = urlsplit(self.path)
            reply = fake.reply(parts.path, parts.query)
            clocks.sleep(reply.delay)
            body = reply.body.encode()
            try:
                self.send_response(reply.status)
                self.send_header("Content-Length", str(len(body)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for part in _parts(body[: len(body) // 2] if reply.cut else body, reply.drip):
                    self.wfile.write(part)
                self.close_connection |= reply.cut
            except OSError:
                self.close_connection = True  # who asked has left

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    Handler.do_GET = Handler.do_POST = Handler.answer  # type: ignore[attr-defined]
    return Handler


def _parts(body: bytes, drip: float) -> Iterator[bytes]:
    """A body as it is written: at once, or byte by byte."""
    if not drip:
        yield body
        return
    for at in range(len(body)):
        clocks.sleep(drip)
        yield body[at : at + 1]


class Time:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        """The clock."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass at once."""
        self.waits.append(seconds)
        self.now += seconds


def forget() -> None:
    """Make yfinance remember nothing: it keeps state for the whole process."""
    YfData.cache_get.cache_clear()
    SingletonMeta._instances.clear()
    base._tz_info_fetch_ctr = 0
    for store in (cache._TzDBManager, cache._CookieDBManager, cache._ISINDBManager):
        store.close_db()
        store._db = None
    cache._TzCacheManager._tz_cache = None
    cache._CookieCacheManager._Cookie_cache = None
    cache._ISINCacheManager._isin_cache = None
