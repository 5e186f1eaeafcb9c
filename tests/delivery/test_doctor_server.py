"""The mail server and the page for unsubscribing looked at: real ones, on this machine."""

from __future__ import annotations

import importlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from reporter.delivery import doctor_server
from reporter.delivery.checks import Grade
from reporter.delivery.doctor import Wish
from reporter.delivery.settings import Smtp
from tests.delivery.houses import KEY_NAME, House
from tests.delivery.houses import house as house  # noqa: PLC0414  a fixture
from tests.delivery.houses import key as key  # noqa: PLC0414  a fixture
from tests.delivery.servers import (
    LOGIN,
    PASSWORD,
    certified,
    mail_server,
)

DKIM: Any = importlib.import_module("dkim")  # a library without types


@pytest.fixture
def healthy(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[House, list[bytes]]]:
    """The same with a mail server that speaks TLS, and what that received."""
    monkeypatch.setenv("REPORTER_SMTP_PASSWORD", PASSWORD)
    context, file = certified(tmp_path)
    with mail_server(context) as (port, inbox):
        smtp = Smtp("127.0.0.1", port, authority=file, user=LOGIN, timeout=5)
        house.settings = replace(house.settings, smtp=smtp)
        yield house, inbox.received


def test_all_is_well_and_the_test_message_arrives_signed(
    healthy: tuple[House, list[bytes]],
) -> None:
    house, received = healthy
    checks = house.checks(Wish("desk@example.com", "192.0.2.5"))
    assert [one for one in checks if one.grade is not Grade.OK] == []
    told = {one.name: one.what for one in checks}
    assert "TLSv1." in told["tls"]
    assert told["size"] == "the server takes 20000000 bytes, 10000000 are needed at most"
    assert told["login"].startswith("by password; offered: LOGIN, PLAIN")
    (message,) = received
    record = house.records[KEY_NAME][0]
    assert DKIM.verify(message, dnsfunc=lambda *_, **__: record.encode())
    assert b"\r\nTo: desk@example.com\r\n" in message
    said = " ".join(f"{one.what} {one.remedy}" for one in checks)
    assert not any(secret in said for secret in house.secrets.values())


def test_a_certificate_that_is_not_trusted(healthy: tuple[House, list[bytes]]) -> None:
    house, _ = healthy
    house.settings = replace(house.settings, smtp=replace(house.settings.smtp, authority=None))
    grade, what = house.said("server")
    assert grade is Grade.FAILED
    assert "certificate is refused" in what


def test_a_login_that_is_wrong(
    healthy: tuple[House, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTER_SMTP_PASSWORD", "hunter2")
    grade, what = healthy[0].said("server")
    assert grade is Grade.FAILED
    assert "535" in what
    assert "hunter2" not in what


@contextmanager
def plain_server(house: House, *, size: int = 20_000_000, utf8: bool = True) -> Iterator[None]:
    """The house with a server in the clear."""
    with mail_server(None, size=size, utf8=utf8) as (port, _):
        house.settings = replace(house.settings, smtp=Smtp("127.0.0.1", port, "none", timeout=5))
        yield


def test_a_server_that_offers_no_tls(house: House) -> None:
    with plain_server(house):
        assert house.said("tls")[1].endswith("is on this machine, and is spoken to in the clear")
        smtp = replace(house.settings.smtp, security="starttls")
        house.settings = replace(house.settings, smtp=smtp)
        grade, what = house.said("server")
    assert grade is Grade.FAILED
    assert "offers no STARTTLS" in what


def test_a_server_that_takes_little(house: House) -> None:
    with plain_server(house, size=1_000_000, utf8=False):
        assert house.said("size")[0] is Grade.WARNING
        assert house.said("letters") == (Grade.WARNING, "SMTPUTF8 is not offered")


def test_a_server_that_is_not_there(house: House) -> None:
    assert house.said("server")[0] is Grade.FAILED


@pytest.mark.parametrize(
    ("posted", "got", "grade"),
    [
        (403, 403, Grade.OK), (400, 200, Grade.OK), (302, 403, Grade.FAILED),
        (403, 301, Grade.FAILED), (405, 200, Grade.FAILED), (500, 500, Grade.FAILED),
        (200, 200, Grade.WARNING),
    ],
)  # fmt: skip
def test_the_page_for_unsubscribing(house: House, posted: int, got: int, grade: Grade) -> None:
    house.web = {"POST": posted, "GET": got}
    assert house.said("unsubscribe")[0] is grade


def test_a_page_that_is_not_there(house: House) -> None:
    house.web = {}
    grade, what = house.said("unsubscribe")
    assert (grade, what) == (Grade.WARNING, "cannot be reached: Connection refused")


def test_the_web_is_asked_without_following() -> None:
    bodies: list[bytes] = []

    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(303)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/u/x"
        assert doctor_server.web("POST", url) == 303
        thread.join()
    assert bodies == [b"List-Unsubscribe=One-Click"]


@contextmanager
def _talker(said: bytes, again: bytes) -> Iterator[int]:
    """A server that says something, and then the same sign over and over; its port."""
    over = threading.Event()

    def talk(listening: socket.socket) -> None:
        with suppress(OSError), listening.accept()[0] as caller:
            caller.sendall(said)
            while again and not over.wait(0.05):
                caller.sendall(again)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=talk, args=(listening,))
        thread.start()
        yield listening.getsockname()[1]
        over.set()
        thread.join()


def test_who_answers_without_end_is_not_waited_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_server, "WHOLE", 0.5)
    with _talker(b"220", b"-") as port:
        house.settings = replace(house.settings, smtp=Smtp("127.0.0.1", port, "none"))
        grade, what = house.said("server")
    assert grade is Grade.FAILED
    assert what.endswith("the mail server gives no whole answer in time")
    with (
        _talker(b"HTTP/1.1 200 OK\r\nX: ", b"x") as port,
        pytest.raises(OSError, match="no whole answer in time"),
    ):
        doctor_server.web("GET", f"http://127.0.0.1:{port}/")


def test_what_is_no_server_of_the_web_is_said_to_be_none() -> None:
    with (
        _talker(b"SSH-2.0-OpenSSH_9.2\r\n", b"") as port,
        pytest.raises(OSError, match="no server of the web"),
    ):
        doctor_server.web("GET", f"http://127.0.0.1:{port}/")
