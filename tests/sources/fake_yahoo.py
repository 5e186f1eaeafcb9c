"""A server on this machine that answers like Yahoo's chart API, with faults on demand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from curl_cffi.requests import Session

NEW_YORK = ZoneInfo("America/New_York")
Bar = Mapping[str, float | str | None]
Reply = tuple[int, str]
UNKNOWN: Reply = (
    404,
    json.dumps(
        {
            "chart": {
                "result": None,
                "error": {"code": "Not Found", "description": "No data found"},
            }
        }
    ),
)
TOO_MANY: Reply = (429, "Too Many Requests")
BROKEN: Reply = (500, "Internal Server Error")
GARBAGE: Reply = (200, "<html>hello</html>")


def bar(day: str, close: float | None, **other: float | None) -> Bar:
    """One daily bar; open, high and low follow from the close unless given."""
    around: dict[str, float | None] = dict.fromkeys(("open", "high", "low", "close"), close)
    if close is not None:
        around |= {"high": close * 1.01, "low": close * 0.99}
    return {"day": day, "volume": 1000, "adjclose": close, **around, **other}


def stamp(day: str, at: time = time(9, 30)) -> int:
    """Seconds of a time of day in New York."""
    moment = datetime.fromisoformat(day).replace(hour=at.hour, minute=at.minute, tzinfo=NEW_YORK)
    return int(moment.astimezone(UTC).timestamp())


def chart(bars: Sequence[Bar], *, now: int | None = None) -> Reply:
    """Yahoo's answer with these bars; its clock stands at `now`, else after the last close."""
    last = str(bars[-1]["day"])
    quote = {k: [b[k] for b in bars] for k in ("open", "high", "low", "close", "volume")}
    regular = {
        "timezone": "EST",
        "gmtoffset": -18000,
        "start": stamp(last),
        "end": stamp(last, time(16)),
    }
    meta: dict[str, Any] = {
        "currency": "USD",
        "symbol": "X",
        "longName": "An Invented Fund ETF",
        "instrumentType": "INDEX",
        "firstTradeDate": stamp(str(bars[0]["day"])),
        "regularMarketTime": now if now is not None else stamp(last, time(16, 0)),
        "exchangeTimezoneName": "America/New_York",
        "timezone": "EST",
        "gmtoffset": -18000,
        "currentTradingPeriod": {part: dict(regular) for part in ("pre", "regular", "post")},
        "dataGranularity": "1d",
        "validRanges": ["1d", "max"],
    }
    result = {
        "meta": meta,
        "timestamp": [stamp(str(b["day"])) for b in bars],
        "indicators": {"quote": [quote], "adjclose": [{"adjclose": [b["adjclose"] for b in bars]}]},
    }
    return 200, json.dumps({"chart": {"result": [result], "error": None}})


@dataclass
class FakeYahoo:
    """What the server says: replies by symbol, in turn, the last one again and again."""

    replies: Mapping[str, Sequence[Reply]]
    port: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    queries: list[dict[str, list[str]]] = field(default_factory=list)

    def reply(self, path: str, query: str) -> Reply:
        """The answer to a request for /host/path."""
        host, _, rest = path.lstrip("/").partition("/")
        if rest.startswith("v8/finance/chart/"):
            symbol = unquote(rest.rsplit("/", 1)[1])
            turn = self.asked[symbol]
            self.asked[symbol] += 1
            self.queries.append(parse_qs(query))
            turns = self.replies.get(symbol, (UNKNOWN,))
            return turns[min(turn, len(turns) - 1)]
        self.asked[host] += 1
        return (200, "crumb") if rest.startswith("v1/test/getcrumb") else (404, "{}")

    def session(self) -> Session[Any]:
        """A session of the kind yfinance uses whose every request goes to this server."""
        port = self.port

        class Local(Session[Any]):
            def request(self, method: Any, url: str, *rest: Any, **options: Any) -> Any:
                parts = urlsplit(url)
                assert parts.hostname is not None
                assert parts.hostname.endswith("yahoo.com")
                local = f"http://127.0.0.1:{port}/{parts.hostname}{parts.path}?{parts.query}"
                return super().request(method, local, *rest, **options)

        return Local()


@contextmanager
def serving(replies: Mapping[str, Sequence[Reply]]) -> Iterator[FakeYahoo]:
    """The server while it runs."""
    fake = FakeYahoo(replies)

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            parts = urlsplit(self.path)
            status, body = fake.reply(parts.path, parts.query)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    Handler.do_GET = Handler.do_POST = Handler.answer  # type: ignore[attr-defined]
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        fake.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()
