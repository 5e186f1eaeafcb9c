from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from time import monotonic
from typing import Any

import pytest

from reporter.model import Reason
from reporter.sources._yahoo_session import (
    AsideError,
    AskingError,
    Pace,
    PoliteSession,
    StrangerError,
    in_words,
    judge,
)
from tests.sources.fake_yahoo import (
    DENIED,
    FOUND,
    GARBAGE,
    LOST,
    TOO_MANY,
    FakeYahoo,
    Reply,
    Time,
    bar,
    chart,
    serving,
)

GOOD = chart([bar("2026-01-15", 10.0), bar("2026-01-16", 11.0)])
CHART = "https://query2.finance.yahoo.com/v8/finance/chart/IWM"
CRUMB = "https://query1.finance.yahoo.com/v1/test/getcrumb"


def moved(target: str) -> Reply:
    return Reply(302, "", {"Location": target})


@contextmanager
def asking(*turns: Reply, crumb: Reply = FOUND) -> Iterator[tuple[PoliteSession, FakeYahoo]]:
    clock = Time()
    with serving({"IWM": turns, "QQQ": [GOOD]}, crumbs=[crumb]) as fake:
        pace = Pace(clock, clock.sleep, 0.5, 100)
        with fake.opener(pace, 5) as session:
            yield session, fake


# --- pace ---


def test_requests_are_a_pause_apart_and_the_first_is_at_once() -> None:
    clock = Time()
    pace = Pace(clock, clock.sleep, 0.5, 10)
    pace.step()
    assert clock.waits == []
    pace.step()
    clock.now += 0.2
    pace.step()
    clock.now += 3
    pace.step()
    assert clock.waits == pytest.approx([0.5, 0.3])
    assert pace.gone == pytest.approx(4)
    assert pace.left == pytest.approx(6)


def test_when_the_time_is_over_no_step_is_taken() -> None:
    clock = Time()
    pace = Pace(clock, clock.sleep, 0.5, 10)
    assert pace.rest(9.5)
    assert not pace.rest(0.5)
    clock.now = 10
    with pytest.raises(AskingError) as caught:
        pace.step()
    assert caught.value.spent
    assert caught.value.reason is Reason.TIMEOUT


# --- where it goes ---


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/v8/finance/chart/IWM",
        "https://yahoo.com.example.com/v8/finance/chart/IWM",
        "https://notyahoo.com/v8/finance/chart/IWM",
        "http://query2.finance.yahoo.com/v8/finance/chart/IWM",
    ],
)
def test_only_yahoos_hosts_are_asked(url: str) -> None:
    with asking(GOOD) as (session, fake):
        with pytest.raises(AskingError, match="not Yahoo's"):
            session.get(url)
        with pytest.raises(StrangerError):
            session.get(url.replace("chart", "other"))
    assert not fake.asked


def test_redirections_are_followed_at_the_same_pace() -> None:
    with asking(moved("QQQ")) as (session, fake):
        answer = session.get(CHART)
        assert answer.status_code == 200
        assert session.chart["timestamp"]
        assert fake.asked["IWM"] == fake.asked["QQQ"] == 1
        assert session.pace.gone == 0.5


def test_no_redirection_leads_elsewhere() -> None:
    with (
        asking(moved("https://example.com/")) as (session, _),
        pytest.raises(AskingError, match=r"example\.com, which is not Yahoo's"),
    ):
        session.get(CHART)


def test_redirections_end() -> None:
    with (
        asking(moved(CHART)) as (session, fake),
        pytest.raises(AskingError, match="redirects without end"),
    ):
        session.get(CHART)
    assert fake.asked["IWM"] == 6


def test_a_page_of_consent_is_left_to_yfinance() -> None:
    with asking(moved("https://consent.yahoo.com/v2/collectConsent")) as (session, fake):
        answer = session.get(CHART)
        assert answer.status_code == 404
        assert not session.chart
    assert fake.asked["consent.yahoo.com"] == 1


def heard(ask: Callable[[int], Any]) -> bytes:
    """What a server hears that hangs up after the first words."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        words: list[bytes] = []

        def listen() -> None:
            line, _ = server.accept()
            with line:
                words.append(line.recv(4096))

        thread = Thread(target=listen)
        thread.start()
        ask(server.getsockname()[1])
        thread.join()
    return words[0]


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy"])
def test_a_proxy_named_in_the_environment_is_used(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    clock = Time()

    def ask(port: int) -> None:
        monkeypatch.setenv(variable, f"http://127.0.0.1:{port}")
        pace = Pace(clock, clock.sleep, 0.5, 100)
        with PoliteSession(pace, 5) as session, pytest.raises(AskingError) as caught:
            session.get(CHART)
        assert caught.value.offline
        assert caught.value.reason is Reason.UNAVAILABLE

    assert heard(ask).startswith(b"CONNECT query2.finance.yahoo.com:443 ")


# --- how long it takes ---


@pytest.mark.parametrize("left", [0.2, 0.0004], ids=["little", "less than curl can count"])
def test_no_answer_takes_longer_than_the_time_that_is_left(left: float) -> None:
    """Also one that comes a byte at a time, and so never pauses for long."""
    clock, begin = Time(), monotonic()
    with serving({"IWM": [replace(GOOD, drip=0.05)]}) as fake:
        pace = Pace(clock, clock.sleep, 0.5, left)
        with fake.opener(pace, 5) as session, pytest.raises(AskingError) as caught:
            session.get(CHART)
        assert caught.value.reason is Reason.TIMEOUT
        assert monotonic() - begin < 2
    assert fake.asked["IWM"] <= 1


# --- beside the charts ---


def test_a_cookie_and_a_crumb_are_asked_for_once() -> None:
    with asking(GOOD) as (session, fake):
        for _ in range(3):
            assert session.get("https://fc.yahoo.com").status_code == 404
            assert session.get(CRUMB).text == "crumb"
    assert fake.asked == {"fc.yahoo.com": 1, "crumb": 1}


def test_what_is_no_crumb_is_not_passed_on() -> None:
    for reply in (GARBAGE, LOST, Reply(200, ""), Reply(200, "x" * 65)):
        with asking(GOOD, crumb=reply) as (session, fake):
            for _ in range(2):
                with pytest.raises(AsideError):
                    session.get(CRUMB)
            assert session.get("https://fc.yahoo.com").status_code == 404
        assert fake.asked["crumb"] == 1


def test_after_a_refusal_nothing_more_is_asked_for_beside_the_charts() -> None:
    with asking(GOOD, crumb=TOO_MANY) as (session, fake):
        with pytest.raises(AsideError):
            session.get(CRUMB)
        with pytest.raises(AsideError):
            session.get("https://fc.yahoo.com")
        assert session.get(CHART).status_code == 200
    assert fake.asked["fc.yahoo.com"] == 0


def test_so_many_things_beside_the_charts_and_no_more() -> None:
    with asking(GOOD) as (session, fake):
        for at in range(6):
            session.get(f"https://guce.yahoo.com/{at}")
        with pytest.raises(AsideError):
            session.get("https://guce.yahoo.com/7")
    assert fake.asked.total() == 6


def test_a_denial_is_passed_on_once_so_that_yfinance_can_renew_its_crumb() -> None:
    with asking(DENIED) as (session, _):
        assert session.get(CHART).status_code == 401
        with pytest.raises(AskingError, match="Invalid Crumb"):
            session.get(CHART)


# --- what an answer is worth ---


def test_a_good_answer_is_kept_for_who_asks() -> None:
    with asking(GOOD) as (session, _):
        session.get(CHART)
        assert session.chart["meta"]["exchangeName"] == "NYQ"
        assert len(session.chart["timestamp"]) == 2


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (429, b"", Reason.RATE_LIMITED),
        (999, b"", Reason.RATE_LIMITED),
        (200, b"Will be right back", Reason.UNAVAILABLE),
        (503, GOOD.body.encode(), Reason.UNAVAILABLE),
        (400, b"no json", Reason.UNAVAILABLE),
        (418, GOOD.body.encode(), Reason.UNAVAILABLE),
        (200, b'{"chart": {"error": "strange"}}', Reason.UNAVAILABLE),
        (404, b'{"chart": {"error": {"code": "Not Found"}}}', Reason.UNKNOWN_SYMBOL),
        (422, b'{"chart": {"error": {"code": "Unprocessable Entity"}}}', Reason.NO_DATA),
        (200, b"[" * 100_000, Reason.BAD_PAYLOAD),
        (200, b"\xff\xfe", Reason.BAD_PAYLOAD),
        (200, b'{"chart": null}', Reason.BAD_PAYLOAD),
        (200, b'{"finance": {}}', Reason.BAD_PAYLOAD),
        (200, b'{"chart": {"result": null}}', Reason.BAD_PAYLOAD),
        (200, b'{"chart": {"result": [{"timestamp": [1]}]}}', Reason.BAD_PAYLOAD),
        (200, b'{"chart": {"result": [{"meta": {}}]}}', Reason.NO_DATA),
    ],
)
def test_every_answer_of_no_use_has_its_reason(status: int, body: bytes, reason: Reason) -> None:
    with pytest.raises(AskingError) as caught:
        judge(status, {}, body)
    assert caught.value.reason is reason
    assert str(caught.value)


def test_an_exception_is_told_without_what_only_programmers_need() -> None:
    said = OSError(
        "Failed to perform, curl: (6) Could not resolve host. See https://curl.se/x first"
    )
    assert in_words(said) == "OSError: curl: (6) Could not resolve host"
