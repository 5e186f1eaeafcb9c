"""The page to unsubscribe, asked over real sockets as mail programs, browsers and others ask."""

from __future__ import annotations

import asyncio
import http.client
import importlib
import os
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import ConsoleMessage

from reporter.delivery import ledger, tokens, unsubscribing
from reporter.delivery.ledger import Ledger
from reporter.errors import DeliveryError, SpecError
from tests.browsing import chromium
from tests.delivery.outboxes import CAMPAIGN, URL, delivery, outbox

NOW = datetime(2026, 1, 16, 12, tzinfo=UTC)
KEY = b"0123456789abcdef0123456789abcdef"
CLIENTS = 200
ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
get, head, post, request = (
    partial(ask, timeout=60) for ask in (httpx.get, httpx.head, httpx.post, httpx.request)
)  # a busy machine is no failure
BOUNDARY = (
    b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
)


@dataclass
class Server:
    """A page being served, and what its operator reads."""

    address: str
    folder: Path
    log: list[str]
    opened: Callable[[], AbstractContextManager[Ledger]]

    def link(self, number: int = 0, listed: str = "weekly") -> str:
        """The link in the mail of a client."""
        return self.address + tokens.make(KEY, delivery(number).handle, listed)

    def suppressed(self) -> dict[str, str]:
        """Address to brief."""
        with ledger.opened(URL, self.folder) as book:
            return {one.address: one.listed for one in book.suppressions()}


@contextmanager
def served(folder: Path, path: str = "/u/") -> Iterator[Server]:
    """The page on a free port, by uvicorn, over an outbox of 200 clients."""
    log: list[str] = []
    broken = folder / "broken"

    @contextmanager
    def opened() -> Iterator[Ledger]:
        if broken.exists():
            raise OSError("disk of person0@example.com")
        with ledger.opened(URL, folder, must_exist=True) as book:
            yield book

    desk = unsubscribing.Desk(f"https://house.example{path}", KEY, opened, lambda: NOW, log.append)
    made = unsubscribing.app(desk)
    with unsubscribing.listening("127.0.0.1", 0) as bound:
        server = uvicorn.Server(unsubscribing.config(made))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            yield Server(f"http://127.0.0.1:{bound.getsockname()[1]}{path}", folder, log, opened)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("page")
    with outbox(folder, CLIENTS):
        pass
    with served(folder) as server:
        yield server


@pytest.fixture
def server(shared: Server) -> Server:
    """The page, its outbox without suppressions."""
    with ledger.opened(URL, shared.folder) as book:
        for one in book.suppressions():
            book.lift(one.address, one.listed, NOW, "test")
    shared.log.clear()
    return shared


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (ONE_CLICK, "application/x-www-form-urlencoded"),
        (BOUNDARY, "multipart/form-data; boundary=b"),
        (b"", "text/plain"),
        (b"\xff\x00" * 100, "application/octet-stream"),
    ],
)
def test_a_post_unsubscribes_at_once_and_for_good(server: Server, body: bytes, kind: str) -> None:
    for _ in range(2):
        answer = post(server.link(), content=body, headers={"Content-Type": kind})
        assert answer.status_code == 200
        assert "You are unsubscribed" in answer.text
        assert "set-cookie" not in answer.headers
        assert server.suppressed() == {"person0@example.com": "weekly"}
    assert server.log == ["200: unsubscribed.", "200: unsubscribed already."]


def test_a_get_changes_nothing_and_shows_a_button(server: Server) -> None:
    answer = get(server.link())
    headed = head(server.link())
    assert (answer.status_code, headed.status_code, headed.content) == (200, 200, b"")
    assert '<form method="post">' in answer.text
    assert "<script" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    told = {name: answer.headers[name] for name in ("cache-control", "referrer-policy")}
    assert told == {"cache-control": "no-store", "referrer-policy": "no-referrer"}
    assert "noindex" in answer.headers["x-robots-tag"]
    assert not {"set-cookie", "location", "server"} & set(answer.headers)
    assert server.suppressed() == {}
    assert server.log == []


def test_pages_say_nothing_of_anybody(server: Server) -> None:
    for answer in (get(server.link()), post(server.link())):
        assert not re.search("person0|example|weekly|C0000|@[a-z]+[.]", answer.text)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "token", ["x", "", "../u/x", "%00", "%2e%2e", "a" * 600, "forged", "listed", "padded", "known/"]
)
def test_a_forged_token_is_refused(server: Server, token: str, method: str) -> None:
    good = server.link().removeprefix(server.address)
    other = tokens.make(b"f" * 32, delivery(0).handle, "weekly")
    said = {"forged": other, "listed": good[:-1] + "_", "padded": good + "=", "known/": good + "/"}
    answer = request(method, server.address + said.get(token, token), content=ONE_CLICK)
    assert answer.status_code == 404
    assert method == "HEAD" or "not valid" in answer.text
    assert server.suppressed() == {}


@given(garbled=st.text(st.characters(exclude_categories=["Cs"], min_codepoint=33), max_size=80))
def test_no_text_is_taken_for_a_token(garbled: str) -> None:
    with pytest.raises(tokens.ForgedError):
        tokens.read(KEY, garbled)


@pytest.mark.parametrize("path", ["/", "/u", "/u/", "/favicon.ico", "/U/x", "/u//x", "/u/a/b"])
def test_other_paths_are_not_there_and_lead_nowhere_else(server: Server, path: str) -> None:
    for method in ("GET", "POST"):
        answer = request(method, httpx.URL(server.address).join(path))
        assert answer.status_code == 404
        assert "location" not in answer.headers


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_other_methods_are_refused(server: Server, method: str) -> None:
    answer = request(method, server.link())
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert answer.headers["cache-control"] == "no-store"
    assert server.suppressed() == {}


def test_a_body_is_read_no_further_than_4_kilobytes(server: Server) -> None:
    def parts() -> Iterator[bytes]:
        yield from (b"x" * 1000 for _ in range(6))

    assert post(server.link(), content=b"x" * 4096).status_code == 200
    assert post(server.link(1), content=parts()).status_code == 413
    assert post(server.link(1), content=b"x" * 5000).status_code == 413
    assert list(server.suppressed()) == ["person0@example.com"]


def test_who_hangs_up_unsubscribes_nobody_and_stops_nothing(server: Server) -> None:
    host = httpx.URL(server.address)
    told = f"POST {httpx.URL(server.link()).path} HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\n"
    with socket.create_connection((host.host, host.port or 0)) as caller:
        caller.sendall(told.encode() + b"List")
    assert get(server.link()).status_code == 200
    assert server.suppressed() == {}


def test_who_sends_too_slowly_is_sent_away(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsubscribing, "PATIENCE", 0.05)
    host = httpx.URL(server.link())
    caller = http.client.HTTPConnection(host.host, host.port)
    caller.putrequest("POST", host.path)
    caller.putheader("Content-Length", "26")
    caller.endheaders(b"List")
    answer = caller.getresponse()
    assert answer.status == 408
    answer.read()
    caller.close()


def test_trouble_with_the_outbox_is_told_and_tried_again(server: Server) -> None:
    broken = server.folder / "broken"
    broken.touch()
    try:
        answer = post(server.link(), content=ONE_CLICK, headers=FORM)
    finally:
        broken.unlink()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "300")
    assert "not unsubscribed yet" in answer.text
    assert server.log == ["503: not unsubscribed, asked to come again: OSError"]
    assert post(server.link(), content=ONE_CLICK, headers=FORM).status_code == 200


def test_a_genuine_link_of_a_stranger_is_honoured_and_told(server: Server) -> None:
    """His mails may be older than the outbox; what was refused would be refused for ever."""
    for _ in range(2):
        assert post(server.link(999)).status_code == 200
    assert server.suppressed() == {f"handle:{delivery(999).handle}": "weekly"}
    assert set(server.log) == {
        "200 to a stranger: unsubscribed, but no mail to him is in this outbox."
    }


def test_many_at_once_are_all_unsubscribed(server: Server) -> None:
    async def everybody() -> list[int]:
        async with httpx.AsyncClient(timeout=60, limits=httpx.Limits()) as caller:
            asked = (caller.post(server.link(n), content=ONE_CLICK) for n in range(CLIENTS))
            return [answer.status_code for answer in await asyncio.gather(*asked)]

    assert asyncio.run(everybody()) == [200] * CLIENTS
    assert len(server.suppressed()) == CLIENTS
    said = " ".join(server.log)
    assert len(server.log) == CLIENTS
    assert not re.search(r"person|@|[A-Za-z0-9_-]{30}", said)


def test_the_very_next_send_knows(server: Server) -> None:
    with ledger.opened(URL, server.folder) as book:
        assert book.is_suppressed("Person7@Example.com", "weekly") == ""
        post(server.link(7), content=ONE_CLICK)
        assert book.is_suppressed("Person7@Example.com", "weekly") == "unsubscribed"
        assert book.is_suppressed("Person7@Example.com", "daily") == ""
        assert book.row(CAMPAIGN, "C0007")


def told(problems: list[str], said: ConsoleMessage) -> None:
    problems.append(said.text)


def test_a_browser_unsubscribes_without_scripts(server: Server) -> None:
    shots = os.environ.get("REPORTER_SHOTS")
    with chromium() as browser:
        for width in (390, 1280):
            for scheme in ("light", "dark"):
                page = browser.new_page(
                    viewport={"width": width, "height": 800},
                    java_script_enabled=False,
                    color_scheme="dark" if scheme == "dark" else "light",
                )
                problems: list[str] = []
                page.on("console", partial(told, problems))
                page.goto(server.link(width))
                if shots:
                    page.screenshot(path=f"{shots}/ask-{width}-{scheme}.png")
                page.goto(server.link(3))
                page.get_by_role("button", name="Unsubscribe").click()
                assert page.get_by_role("heading").inner_text() == "You are unsubscribed"
                if shots:
                    page.screenshot(path=f"{shots}/done-{width}-{scheme}.png")
                assert problems == []
    assert server.suppressed() == {"person3@example.com": "weekly"}


def test_the_path_is_the_settings(tmp_path: Path) -> None:
    with outbox(tmp_path, 1):
        pass
    with served(tmp_path, "/mail/out/") as server:
        assert post(server.link()).status_code == 200
        assert post(server.link().replace("/mail/out", "/u")).status_code == 404


@pytest.mark.parametrize("url", ["https://x", "https://x/u?t=", "https://x/{a}/", "https://x/#a"])
def test_an_address_without_a_path_is_refused(url: str) -> None:
    with pytest.raises(SpecError, match="is no address of a page"):
        unsubscribing.prefix(url)


def test_whoever_is_told_the_address_may_call_at_once() -> None:
    with unsubscribing.listening("127.0.0.1", 0) as bound:
        socket.create_connection(bound.getsockname(), 5).close()


def test_a_port_that_is_taken_is_told() -> None:
    with unsubscribing.listening("127.0.0.1", 0) as bound:
        bound.listen()
        with (
            pytest.raises(DeliveryError, match="cannot be listened on"),
            unsubscribing.listening("127.0.0.1", bound.getsockname()[1]),
        ):
            pass


@pytest.mark.parametrize("library", ["uvicorn", "starlette.applications"])
def test_without_its_libraries_the_page_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, "reporter.delivery.unsubscribing")
    with pytest.raises(DeliveryError, match=r"market-brief-reporter\[unsubscribe\]"):
        importlib.import_module("reporter.delivery.unsubscribing")
