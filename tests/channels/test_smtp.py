"""SMTP against aiosmtpd: TLS, logins, sizes, addresses, and what a letter must be."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from reporter.channels.smtp import smtp
from reporter.delivery.settings import Smtp
from reporter.errors import DeliveryError, SpecError
from reporter.model import Verdict
from tests.letters import letter, settings
from tests.listening import free_port
from tests.postfix import certify
from tests.scripted import GOOD, scripted

USER = "desk@example.com"
PASSWORD = "correct hörse battery"  # noqa: S105
TOKEN = "ya29.token"  # noqa: S105


class Taking:
    """Takes every message; logs in by XOAUTH2 besides what the server knows."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.challenged: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take it."""
        del server, session
        self.taken.append(envelope)
        return "250 2.0.0 Taken"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """As Google has it: a refusal is a challenge first."""
        said = base64.b64decode(args[1]).decode()
        if said == f"user={USER}\1auth=Bearer {TOKEN}\1\1":
            return AuthResult(success=True)
        why = base64.b64encode(b'{"status":"401"}').decode()
        answer = await server.challenge_auth(why, encode_to_b64=False)
        assert isinstance(answer, bytes)
        self.challenged.append(answer)
        return AuthResult(success=False, handled=False)


def vouch(server: SMTP, session: Session, envelope: Envelope, way: str, data: Any) -> AuthResult:
    del server, session, envelope, way
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=data == right, handled=False)


@contextmanager
def serving(
    folder: Path, handler: Taking, hosts: tuple[str, ...] = ("localhost",), **options: Any
) -> Iterator[Smtp]:
    """A server of its own authority; its certificate is for `hosts`."""
    certify(folder / "authority.pem", folder / "server.pem", hosts)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    port = free_port()
    if options.pop("wrapped", False):  # TLS from the first byte
        options["ssl_context"] = context
    else:
        options = {"tls_context": context, "require_starttls": True, **options}
    controller = Controller(handler, "127.0.0.1", port, **options)
    controller.start()
    try:
        yield Smtp("127.0.0.1", port, authority=folder / "authority.pem", timeout=10)
    finally:
        controller.stop()


def login(server: Smtp, user: str = USER, way: str = "password") -> Smtp:
    return Smtp(server.host, server.port, server.security, server.authority, user, way, 10)  # type: ignore[arg-type]


def test_bytes_go_through_tls_unchanged(tmp_path: Path) -> None:
    handler = Taking()
    with serving(tmp_path, handler) as server, smtp(settings(tmp_path, server)) as post:
        answer = post.send(letter())
    assert (answer.verdict, answer.code, answer.enhanced) == (Verdict.SENT, 250, "2.0.0")
    (taken,) = handler.taken
    assert taken.content == letter().data
    assert taken.rcpt_tos == ["client@example.com"]
    assert taken.mail_from == "bounces+m1@example.com"


@pytest.mark.parametrize("excluded", [[], ["PLAIN"]])
def test_a_password_is_said_by_plain_or_login(
    excluded: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTER_SMTP_PASSWORD", PASSWORD)
    options: dict[str, Any]
    handler, options = Taking(), {"authenticator": vouch, "auth_exclude_mechanism": excluded}
    with (
        serving(tmp_path, handler, auth_required=True, **options) as server,
        smtp(settings(tmp_path, login(server))) as post,
    ):
        assert post.send(letter()).verdict is Verdict.SENT


def test_a_wrong_password_is_told_and_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTER_SMTP_PASSWORD", "wrong-and-secret")
    with (
        serving(tmp_path, Taking(), authenticator=vouch) as server,
        pytest.raises(DeliveryError, match=r"535 5\.7\.8") as told,
        smtp(settings(tmp_path, login(server))),
    ):
        pass
    assert "smtp.user" in told.value.tip
    assert "wrong-and-secret" not in str(told.value)


def test_a_token_logs_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTER_SMTP_TOKEN", TOKEN)
    with (
        serving(tmp_path, Taking(), auth_required=True) as server,
        smtp(settings(tmp_path, login(server, way="xoauth2"))) as post,
    ):
        assert post.send(letter()).verdict is Verdict.SENT


def test_a_token_that_is_refused_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTER_SMTP_TOKEN", "stale")
    handler = Taking()
    with (
        serving(tmp_path, handler) as server,
        pytest.raises(DeliveryError, match="535"),
        smtp(settings(tmp_path, login(server, way="xoauth2"))),
    ):
        pass
    assert handler.challenged == [b""]


def test_a_secret_that_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REPORTER_SMTP_PASSWORD", raising=False)
    with (
        serving(tmp_path, Taking(), authenticator=vouch) as server,
        pytest.raises(DeliveryError, match="'smtp-password' is not set"),
        smtp(settings(tmp_path, login(server))),
    ):
        pass


def test_a_server_without_logins_is_told(tmp_path: Path) -> None:
    server = Smtp("127.0.0.1", 0, "none", user=USER)
    with (
        scripted() as script,
        pytest.raises(DeliveryError, match="no login by PLAIN or LOGIN"),
        smtp(settings(tmp_path, Smtp(server.host, script.port, "none", user=USER))),
    ):
        pass


def test_a_server_without_starttls_is_told_nothing(tmp_path: Path) -> None:
    with (
        scripted() as script,
        pytest.raises(DeliveryError, match="the server offers no STARTTLS"),
        smtp(settings(tmp_path, Smtp("127.0.0.1", script.port))),
    ):
        pass
    assert script.said == ["ehlo example.com"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_certificate_of_another_host_is_refused(
    tmp_path: Path, host: str, *, wrapped: bool
) -> None:
    """Its authority is trusted, and it is in time: only its name is wrong."""
    handler = Taking()
    with serving(tmp_path, handler, ("mail.elsewhere.example",), wrapped=wrapped) as server:
        to = replace(server, host=host, security="tls" if wrapped else "starttls")
        with (
            pytest.raises(DeliveryError, match=r"refused: (IP|Host).* mismatch"),
            smtp(settings(tmp_path, to)),
        ):
            pass
    assert handler.taken == []


def test_what_is_said_before_tls_is_not_believed(tmp_path: Path) -> None:
    answers = {"EHLO": b"250-here\r\n250 STARTTLS\r\n", "STARTTLS": b"220 go\r\n250 injected\r\n"}
    with (
        scripted(answers) as script,
        pytest.raises(DeliveryError, match="talks on before TLS"),
        smtp(settings(tmp_path, Smtp("127.0.0.1", script.port))),
    ):
        pass


@pytest.mark.parametrize("host", ["mail.example.com", "192.0.2.1"])
def test_nothing_goes_to_another_machine_in_the_clear(host: str, tmp_path: Path) -> None:
    with (
        pytest.raises(SpecError, match="nothing in the clear"),
        smtp(settings(tmp_path, Smtp(host, 25, "none"))),
    ):
        pass


def test_certificates_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("nothing")
    for name in ("none.pem", "missing.pem"):
        server = Smtp("127.0.0.1", 1, authority=tmp_path / name)
        with pytest.raises(SpecError, match="certificates"), smtp(settings(tmp_path, server)):
            pass


def test_a_letter_that_is_too_large_is_not_offered(tmp_path: Path) -> None:
    answers = {"EHLO": b"250-here\r\n250 SIZE 500\r\n"}
    with (
        scripted(answers) as script,
        smtp(settings(tmp_path, Smtp("127.0.0.1", script.port, "none"))) as post,
    ):
        assert post.limit == 500
        answer = post.send(letter(body="x\r\n" * 200))
        assert (answer.verdict, answer.enhanced) == (Verdict.FAILED, "5.3.4")
        assert not answer.suppress
    assert not [said for said in script.said if said.startswith("MAIL")]


@pytest.mark.parametrize("said", [b"SIZE", b"SIZE 0", b"SIZE much"])
def test_a_server_may_have_no_limit(said: bytes, tmp_path: Path) -> None:
    with (
        scripted({"EHLO": b"250-here\r\n250 " + said + b"\r\n"}) as script,
        smtp(settings(tmp_path, Smtp("127.0.0.1", script.port, "none"))) as post,
    ):
        assert post.limit is None


UNFIT = {
    "line ends": b"A: b\r\n\r\none\ntwo\r\n",
    "line ends other": b"A: b\r\n\r\none\rtwo\r\n",
    "does not end": b"A: b\r\n\r\none",
    "NUL": b"A: b\r\n\r\n\0\r\n",
    "998": b"A: b\r\n\r\n" + b"x" * 999 + b"\r\n",
}


@pytest.mark.parametrize("why", UNFIT)
def test_what_would_be_changed_on_its_way_is_refused(why: str, tmp_path: Path) -> None:
    whole = letter()
    bad = type(whole)("c", "e", whole.envelope, whole.address, "<m@example.com>", UNFIT[why])
    with (
        scripted() as script,
        smtp(settings(tmp_path, Smtp("127.0.0.1", script.port, "none"))) as post,
    ):
        answer = post.send(bad)
        assert answer.verdict is Verdict.FAILED
        assert why in answer.text
        assert post.send(letter(body="x" * 998 + "\r\n")).verdict is Verdict.SENT


@pytest.mark.parametrize("address", ["", "nobody", "a@example.com>\r\nRCPT TO:<b@example.com", "a b@c.example"])  # fmt: skip  # noqa: E501
def test_no_address_ends_its_command(address: str, tmp_path: Path) -> None:
    with (
        scripted() as script,
        smtp(settings(tmp_path, Smtp("127.0.0.1", script.port, "none"))) as post,
    ):
        answer = post.send(letter(address))
    assert (answer.verdict, answer.enhanced, answer.suppress) == (Verdict.FAILED, "5.1.3", False)
    assert script.said == ["ehlo example.com", "QUIT"]


def test_what_a_server_cannot_take_is_not_offered(tmp_path: Path) -> None:
    with (
        scripted({"EHLO": b"250 here\r\n"}) as script,
        smtp(settings(tmp_path, Smtp("127.0.0.1", script.port, "none"))) as post,
    ):
        assert post.send(letter(body="Größe\r\n")).enhanced == "5.6.3"
        assert post.send(letter("jürgen@example.com")).enhanced == "5.6.7"
        assert post.send(letter("anna@bücher.example")).verdict is Verdict.SENT
    assert "RCPT TO:<anna@xn--bcher-kva.example>" in script.said
    assert not script.said[1].endswith("SIZE")


def test_what_a_server_offers_is_used(tmp_path: Path) -> None:
    with (
        scripted() as script,
        smtp(settings(tmp_path, Smtp("127.0.0.1", script.port, "none"))) as post,
    ):
        assert post.send(letter("jürgen@example.com", "Größe\r\n")).verdict is Verdict.SENT
        assert post.send(letter()).verdict is Verdict.SENT
    mails = [said for said in script.said if said.startswith("MAIL")]
    assert mails[0].endswith(" BODY=8BITMIME SMTPUTF8")
    assert "BODY" not in mails[1]


def test_a_connection_carries_so_many_letters(tmp_path: Path) -> None:
    with scripted({"": GOOD[""]}) as script:
        server = Smtp("127.0.0.1", script.port, "none", per_connection=3)
        with smtp(settings(tmp_path, server)) as post:
            for number in range(7):
                assert post.send(letter(number=number)).verdict is Verdict.SENT
    assert script.connections == 3
    assert script.said.count("QUIT") == 3
