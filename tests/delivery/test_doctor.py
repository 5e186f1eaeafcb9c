"""The set-up of mail looked at: a real mail server with TLS, a DNS of the test's own."""

from __future__ import annotations

import importlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from reporter.delivery import doctor_server
from reporter.delivery.census import Census
from reporter.delivery.checks import Check, Grade, Means
from reporter.delivery.doctor import Wish, examine
from reporter.delivery.settings import Dkim, Sender, Settings, Smtp, Unsubscribing
from reporter.errors import DeliveryError, SpecError
from tests.delivery.servers import (
    LOGIN,
    PASSWORD,
    certified,
    dns,
    mail_server,
    pem,
    private_key,
    published,
)

DKIM: Any = importlib.import_module("dkim")  # a library without types
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
URL = "https://example.com/u/"
KEY_NAME = ("s1._domainkey.example.com", "TXT")


@dataclass
class House:
    """A house that is set up well, to be made ill."""

    settings: Settings
    key: rsa.RSAPrivateKey
    records: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    web: dict[str, int] = field(default_factory=lambda: {"POST": 403, "GET": 404})
    outbox: str = ""

    def __post_init__(self) -> None:
        self.records |= {
            ("bounce.example.com", "TXT"): ("v=spf1 ip4:192.0.2.0/24 -all",),
            KEY_NAME: (published(self.key),),
            ("_dmarc.example.com", "TXT"): ("v=DMARC1; p=none",),
            ("example.com", "MX"): ("mx.example.com",),
            ("bounce.example.com", "MX"): ("mx.example.com",),
        }
        self.secrets |= {
            "dkim-key": pem(self.key), "unsubscribe-key": "x" * 32, "smtp-password": PASSWORD,
        }  # fmt: skip

    def checks(self, wish: Wish | None = None, census: Census | None = None) -> list[Check]:
        """What the doctor says."""

        def web(method: str, url: str) -> int:
            assert url.startswith(URL)
            if not self.web:
                raise ConnectionRefusedError(111, "Connection refused")
            return self.web[method]

        def outbox() -> None:
            if self.outbox:
                raise DeliveryError(self.outbox, tip="Mend it.")

        means = Means(dns(self.records), doctor_server.opened, web, self.secrets.get, outbox)
        wish = wish or Wish(leaves_from="192.0.2.5")
        return list(examine(self.settings, means, wish, NOW, census))

    def said(self, name: str, wish: Wish | None = None) -> tuple[Grade, str]:
        """The worst that the doctor says of one thing."""
        order = [Grade.OK, Grade.WARNING, Grade.FAILED]
        found = [one for one in self.checks(wish) if one.name == name]
        worst = max(found, key=lambda one: order.index(one.grade))
        assert worst.grade is Grade.OK or worst.remedy
        return worst.grade, worst.what


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return private_key()


@pytest.fixture
def house(key: rsa.RSAPrivateKey) -> House:
    """A house without a mail server: what the DNS says."""
    return House(
        Settings(
            Path(),
            Sender("A House", "briefs@example.com", "bounces@bounce.example.com"),
            Unsubscribing(URL),
            smtp=Smtp("127.0.0.1", 1, "none", timeout=5),
            dkim=Dkim("example.com", "s1"),
            operator="desk@example.com",
        ),
        key,
    )


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


@pytest.mark.parametrize("to", ["ann@client.example", "nobody", "x@sub.example.com"])
def test_a_test_message_goes_to_nobody_else(house: House, to: str) -> None:
    with pytest.raises(SpecError, match="--to"):
        house.checks(Wish(to))
    house.settings = replace(house.settings, allowed=("client.example",))
    assert house.checks(Wish("ann@client.example"))


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
    ("record", "wish", "grade", "what"),
    [
        ((), Wish(), Grade.FAILED, "has no record"),
        (("v=spf1 x -all",), Wish(), Grade.FAILED, "is wrong: 'x' is no mechanism"),
        (("v=spf1 -all",), Wish(), Grade.WARNING, "which address mails leave from is not known"),
        (("v=spf1 -all",), Wish(leaves_from="192.0.2.5"), Grade.FAILED, "says fail of 192.0.2.5"),
        (("v=spf1 ip4:192.0.2.5",), Wish(leaves_from="192.0.2.5"), Grade.OK, "lets 192.0.2.5 send"),
    ],
)
def test_spf(house: House, record: tuple[str, ...], wish: Wish, grade: Grade, what: str) -> None:
    house.records["bounce.example.com", "TXT"] = record
    found, said = house.said("spf", wish)
    assert found is grade
    assert what in said


def test_spf_of_the_server_s_own_address(house: House) -> None:
    house.settings = replace(house.settings, smtp=Smtp("mx.nowhere.invalid", timeout=1))
    house.records["mx.nowhere.invalid", "A"] = ("192.0.2.7",)
    assert house.said("spf", Wish())[0] is Grade.OK
    house.records["mx.nowhere.invalid", "A"] = ("198.51.100.1",)
    assert house.said("spf", Wish())[0] is Grade.WARNING


def test_dkim(house: House) -> None:
    assert house.said("dkim")[0] is Grade.OK
    good = house.records[KEY_NAME][0]
    for records, what in (
        ((), "has no key"),
        ((good, good), "has several keys"),
        (("v=DKIM1; p=",), "is withdrawn"),
        ((published(private_key()),), "is not that of our private key"),
        (("v=DKIM1; p=AAAA",), "is not that of our private key"),
    ):
        house.records[KEY_NAME] = records
        grade, said = house.said("dkim")
        assert grade is Grade.FAILED
        assert what in said
    house.records[KEY_NAME] = (good,)
    house.secrets["dkim-key"] = pem(private_key(1024))
    assert "1024 bits" in house.said("dkim")[1]
    house.settings = replace(house.settings, dkim=None)
    assert house.said("dkim")[0] is Grade.WARNING


@pytest.mark.parametrize(
    ("policy", "signed", "bounces", "grade", "what"),
    [
        ("v=DMARC1; p=reject; adkim=s", "example.com", "b@x.org", Grade.OK, "p=reject"),
        ("v=DMARC1;p=none", "mail.example.com", "b@x.org", Grade.OK, "not the envelope's"),
        ("v=DMARC1; p=none; adkim=s", "mail.example.com", "b@x.org", Grade.FAILED, "neither"),
        ("v=DMARC1; p=none", "", "b@bounce.example.com", Grade.WARNING, "only the envelope's"),
        ("v=DMARC1; p=none; aspf=s", "", "b@bounce.example.com", Grade.FAILED, "neither"),
        ("v=DMARC1; p=maybe", "example.com", "b@example.com", Grade.FAILED, "no policy"),
        ("v=DMARC1; rua=mailto:x@y.z", "example.com", "b@example.com", Grade.FAILED, "no policy"),
        ("", "example.com", "b@example.com", Grade.FAILED, "has no policy"),
    ],
)  # fmt: skip
def test_dmarc(  # noqa: PLR0913, PLR0917  a row of the table
    house: House, policy: str, signed: str, bounces: str, grade: Grade, what: str
) -> None:
    house.records["_dmarc.example.com", "TXT"] = (policy,)
    house.settings = replace(
        house.settings,
        sender=replace(house.settings.sender, bounces=bounces),
        dkim=Dkim(signed, "s1") if signed else None,
    )
    found, said = house.said("dmarc")
    assert found is grade
    assert what in said


def test_a_subdomain_goes_by_the_policy_above_it(house: House) -> None:
    sender = replace(house.settings.sender, address="briefs@news.example.com")
    house.settings = replace(house.settings, sender=sender)
    house.records["_dmarc.example.com", "TXT"] = ("v=DMARC1; p=none; sp=quarantine",)
    assert house.said("dmarc")[1].startswith("example.com says p=quarantine")


def test_who_takes_replies(house: House) -> None:
    house.records["example.com", "MX"] = (".",)
    assert house.said("mx") == (Grade.FAILED, "example.com says that it takes no mail")
    house.records["example.com", "MX"] = ()
    assert house.said("mx")[0] is Grade.FAILED
    house.records["example.com", "A"] = ("192.0.2.1",)
    assert house.said("mx")[0] is Grade.WARNING


def test_a_dns_that_is_silent_is_no_verdict(house: House) -> None:
    for name in ("bounce.example.com", KEY_NAME[0], "_dmarc.example.com", "example.com"):
        house.records["silent", name] = ()
    for name in ("spf", "dkim", "dmarc", "mx"):
        assert house.said(name, Wish(leaves_from="192.0.2.5"))[0] in {Grade.WARNING, Grade.FAILED}
    assert house.said("dkim")[0] is Grade.WARNING


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


def test_secrets_are_told_by_name(house: House) -> None:
    del house.secrets["unsubscribe-key"]
    assert house.said("secrets") == (Grade.FAILED, "unsubscribe-key is not set")


def test_an_outbox_that_does_not_open(house: House) -> None:
    house.outbox = "is no outbox."
    assert house.said("outbox") == (Grade.FAILED, "is no outbox")


def test_many_to_one_provider(house: House) -> None:
    (check,) = [c for c in house.checks(census=Census(1, {}, {})) if c.name == "volume"]
    assert check.grade is Grade.OK
    census = Census(9000, {}, {"gmail.com": 6000})
    (check,) = [c for c in house.checks(census=census) if c.name == "volume"]
    assert (check.grade, check.what) == (
        Grade.WARNING,
        "more than 5000 mails of an edition go to: gmail.com 6000",
    )


def test_a_channel_without_a_mail_server(house: House) -> None:
    house.settings = replace(house.settings, channel="folder")
    assert {one.name for one in house.checks()} == {"secrets", "outbox", "channel", "unsubscribe"}
