"""The HTTP session through which yfinance asks Yahoo: paced, bounded in time, Yahoo's hosts only.

yfinance keeps bad answers, replays refused requests and hides why an answer was bad. So each
answer of the chart API is judged here, before yfinance sees it, and a bad one is raised as an
`AskingError`: nothing bad is ever kept, nothing refused is asked again, and the reason survives.

What yfinance asks beside the charts (a cookie, a "crumb") the charts do not need. Each is asked
for once, a few in all, and nothing more of the kind once one was refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from curl_cffi.requests import Response, Session
from curl_cffi.requests.exceptions import Timeout

from reporter.model import Reason
from reporter.wording import as_given

CHART = "/v8/finance/chart/"
CRUMB = "/v1/test/getcrumb"
ASIDES = 6  # a cookie and a crumb take two requests; with a page of consent four more
LONGEST_CRUMB = 64  # characters; they have eleven
SHORTEST = 0.001  # seconds an answer may take: curl counts in thousandths, and 0 is no limit
HOPS = 6  # redirections followed
LONGEST_WAIT = 86_400.0  # a server that says more is not believed
REFUSED = frozenset({429, 999})  # 999 is Yahoo's own way to say it
DENIED = frozenset({401, 403})  # a stale crumb: yfinance replays once without it
MOVED = frozenset({301, 302, 303, 307, 308})
ERROR_STATUS = 400
SERVER_ERROR = 500
OUTAGE = b"Will be right back"
TOLD = {
    "Not Found": Reason.UNKNOWN_SYMBOL,
    "Bad Request": Reason.NO_DATA,
    "Unprocessable Entity": Reason.NO_DATA,
}
LONGEST_REASON = 120  # characters of somebody else's words that a message shows

Clock = Callable[[], float]
Sleep = Callable[[float], None]
Options = dict[str, Any]  # of one request, as curl_cffi names them


class AskingError(Exception):
    """Yahoo gave no good answer.

    Args:
        reason: of what kind the failure is.
        clause: what happened, a clause without a full stop.
        wait: the seconds after which Yahoo says to ask again, where it says so.
        spent: the time for the whole run is used up.
        offline: the request or its answer was lost on the way.
    """

    def __init__(
        self,
        reason: Reason,
        clause: str,
        *,
        wait: float | None = None,
        spent: bool = False,
        offline: bool = False,
    ) -> None:
        super().__init__(clause)
        self.reason = reason
        self.wait = wait
        self.spent = spent
        self.offline = offline


class AsideError(OSError):
    """A cookie or crumb is not asked for; yfinance goes on without it after such an error."""


class StrangerError(OSError):
    """A request would leave Yahoo's hosts."""


class Pace:
    """When the next request may go out, and when all asking ends.

    Args:
        clock: seconds that never run backwards.
        sleep: waits so many seconds.
        pause: seconds between the beginnings of two requests.
        budget: seconds for everything together.
    """

    def __init__(self, clock: Clock, sleep: Sleep, pause: float, budget: float) -> None:
        self.budget = budget
        self._clock, self._sleep, self._pause = clock, sleep, pause
        self._begin = self._free = clock()

    @property
    def gone(self) -> float:
        """Seconds since the asking began."""
        return self._clock() - self._begin

    @property
    def left(self) -> float:
        """Seconds until all asking ends."""
        return self.budget - self.gone

    def step(self) -> None:
        """Wait for the next request's turn.

        Raises:
            AskingError: no time is left.
        """
        if (wait := self._free - self._clock()) > 0:
            self._sleep(wait)
        if self.left <= 0:
            raise AskingError(Reason.TIMEOUT, "the time for asking is used up", spent=True)
        self._free = self._clock() + self._pause

    def rest(self, seconds: float) -> bool:
        """Wait so long if that leaves time to ask again; whether it did."""
        if seconds >= self.left:
            return False
        self._sleep(seconds)
        return True


class PoliteSession(Session[Response]):
    """A session for yfinance whose chart answers are good or raise an `AskingError`.

    `chart` is what the last good answer holds: `meta`, `timestamp` (seconds), `indicators`.
    """

    def __init__(self, pace: Pace, timeout: float) -> None:
        super().__init__(impersonate="chrome")
        self.chart: Mapping[str, Any] = {}
        self.pace = pace
        self._longest = timeout
        self._asides: dict[str, Response] = {}
        self._spared = False
        self._denied = False

    def request(self, method: Any, url: str, *_: Any, **options: Any) -> Response:  # noqa: ANN401  as in the base class
        """One answer, redirections followed; yfinance names all options.

        Raises:
            AskingError: a chart's answer that is of no use.
            OSError: a cookie or crumb that cannot be had.
        """
        if CHART not in url:
            return self._aside(method, url, options)
        try:
            return self._judged(*self._follow(method, url, options))
        except Timeout as error:
            clause = f"it gave no answer within {as_given(self._longest)} seconds"
            raise AskingError(Reason.TIMEOUT, clause) from error
        except OSError as error:
            clause = f"the connection failed ({in_words(error)})"
            raise AskingError(Reason.UNAVAILABLE, clause, offline=True) from error

    def send(self, method: str, url: str, options: Options) -> Response:
        """One request over the network, and its answer."""
        return super().request(method, url, **options)  # type: ignore[arg-type]

    def _aside(self, method: str, url: str, options: Options) -> Response:
        if url not in self._asides:  # yfinance does not know a cookie again that it did not store
            if self._spared or len(self._asides) >= ASIDES:
                raise AsideError("asked often enough")
            self._asides[url] = self._asked_aside(method, url, options)
        answer = self._asides[url]
        if CRUMB in url and not _is_crumb(answer.status_code, answer.content):
            raise AsideError("no crumb")  # else yfinance would send along whatever came instead
        return answer

    def _asked_aside(self, method: str, url: str, options: Options) -> Response:
        try:
            answer, place = self._follow(method, url, options)
        except OSError:
            self._spared = True
            raise
        self._spared = answer.status_code in REFUSED or answer.status_code >= SERVER_ERROR
        return self._judged(answer, place)

    def _follow(self, method: str, url: str, options: Options) -> tuple[Response, str]:
        """The answer at the end of all redirections, and where that is."""
        for _ in range(HOPS):
            answer = self._once(method, url, options)
            target = answer.headers.get("Location")
            if answer.status_code not in MOVED or not target:
                return answer, url
            url = urljoin(url, target)
            method, options = "GET", {"timeout": options.get("timeout")}
        raise StrangerError("it redirects without end")

    def _once(self, method: str, url: str, options: Options) -> Response:
        place = urlsplit(url)
        host = place.hostname or ""
        if place.scheme != "https" or not f".{host}".endswith(".yahoo.com"):
            raise StrangerError(f"it leads to {host}, which is not Yahoo's")
        self.pace.step()
        asked = options.get("timeout") or self._longest
        longest = max(min(asked, self._longest, self.pace.left), SHORTEST)
        return self.send(method, url, {**options, "timeout": longest, "allow_redirects": False})

    def _judged(self, answer: Response, place: str) -> Response:
        """The answer, if it is no chart's, or denied for the first time, or a good chart.

        Raises:
            AskingError: why it is of no use.
        """
        if CHART not in urlsplit(place).path:
            return answer  # such as a page of consent, with which yfinance knows how to deal
        if answer.status_code in DENIED and not (self._denied or self._spared):
            self._denied = True
            return answer
        self.chart = judge(answer.status_code, answer.headers, answer.content)
        return answer


def _is_crumb(status: int, body: bytes) -> bool:
    return status < ERROR_STATUS and 0 < len(body) <= LONGEST_CRUMB and b"<" not in body


def judge(status: int, headers: Mapping[str, str | None], body: bytes) -> Mapping[str, Any]:
    """What a chart's answer holds: `meta`, `timestamp`, `indicators`.

    Raises:
        AskingError: why it is of no use.
    """
    if status in REFUSED:
        clause = "it refuses further requests for now (rate limit)"
        raise AskingError(Reason.RATE_LIMITED, clause, wait=_seconds(headers))
    if OUTAGE in body:
        raise AskingError(Reason.UNAVAILABLE, "it shows its page for outages")
    if status >= SERVER_ERROR:
        raise AskingError(Reason.UNAVAILABLE, f"it answered with HTTP status {status}")
    chart = _chart(status, body)
    if error := chart.get("error"):
        raise _told(error, status)
    if status >= ERROR_STATUS:
        raise AskingError(Reason.UNAVAILABLE, f"it answered with HTTP status {status}")
    return _whole(chart.get("result"))


def _chart(status: int, body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
        chart = said["chart"]
        chart.keys()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if status >= ERROR_STATUS:
            clause = f"it answered with HTTP status {status}"
            raise AskingError(Reason.UNAVAILABLE, clause) from error
        raise AskingError(Reason.BAD_PAYLOAD, "its answer is no table of prices") from error
    return chart  # type: ignore[no-any-return]


def _told(error: object, status: int) -> AskingError:
    """Yahoo's own word for what is wrong."""
    said: Mapping[str, Any] = error if isinstance(error, dict) else {"description": error}
    words = " ".join(str(said.get("description") or said.get("code") or status).split())
    reason = TOLD.get(str(said.get("code")), Reason.UNAVAILABLE)
    return AskingError(reason, f"it says {words[:LONGEST_REASON]!r}")


def _whole(result: object) -> Mapping[str, Any]:
    """The first result, if it has rows of prices and their adjusted close."""
    try:
        one: Mapping[str, Any] = result[0]  # type: ignore[index]
        if not one.get("timestamp"):
            raise AskingError(Reason.NO_DATA, "its answer holds no day")
        one["meta"].keys()
        one["indicators"]["quote"][0].keys()
    except (TypeError, KeyError, IndexError, AttributeError) as error:
        raise AskingError(Reason.BAD_PAYLOAD, "its answer is no table of prices") from error
    if not one["indicators"].get("adjclose"):
        clause = "its answer lacks the adjusted close, which shows what its prices are adjusted for"
        raise AskingError(Reason.BAD_PAYLOAD, clause)
    return one


def _seconds(headers: Mapping[str, str | None]) -> float | None:
    """What `Retry-After` says: seconds, or a moment counted from the server's own `Date`."""
    told = headers.get("Retry-After") or ""
    try:
        wait = float(told) if told.strip().isdigit() else _until(told, headers.get("Date") or "")
    except (TypeError, ValueError):
        return None
    return min(wait, LONGEST_WAIT) if wait >= 0 else None


def _until(moment: str, now: str) -> float:
    return (_moment(moment) - _moment(now)).total_seconds()


def _moment(text: str) -> datetime:
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def in_words(error: BaseException) -> str:
    """An exception as a clause: its kind, and the beginning of what it says."""
    said = " ".join(str(error).split())
    said = said.removeprefix("Failed to perform, ").partition(" See https:")[0].rstrip(". ")
    return f"{type(error).__name__}: {said[:LONGEST_REASON]}"
