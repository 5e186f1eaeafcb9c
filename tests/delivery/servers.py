"""A mail server with TLS, keys and a DNS for tests of the set-up: all on this machine."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from reporter.delivery.lookups import Ask, Kind, SilentError
from tests.listening import free_port

LOGIN, PASSWORD = "us", "let-me-in"


def dns(table: Mapping[tuple[str, str], tuple[str, ...]]) -> Ask:
    """A DNS that has these records; of a name with None it gives no answer."""

    def ask(name: str, kind: Kind) -> tuple[str, ...]:
        if ("silent", name) in table:
            raise SilentError("Timeout")
        return table.get((name, kind), ())

    return ask


def private_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def pem(key: rsa.RSAPrivateKey) -> str:
    """A private key as PEM, as openssl writes it."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


def published(key: rsa.RSAPrivateKey) -> str:
    """The record of a key's public half (RFC 6376, 3.6.1)."""
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def certified(folder: Path, name: str = "127.0.0.1") -> tuple[ssl.SSLContext, Path]:
    """A context of a server with a certificate of its own, and that certificate's file."""
    key = private_key()
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    who_is_meant = x509.IPAddress(ip_address(name))
    now = datetime.now(UTC)  # noqa: TID251  a certificate of today
    made = (
        x509.CertificateBuilder()
        .subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([who_is_meant]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file, secret = folder / "server.pem", folder / "server.key"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_text(pem(key), encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return context, file


class Inbox:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's
        """Take a message."""
        self.received.append(envelope.content)
        return "250 2.0.0 taken"


@contextmanager
def mail_server(
    context: ssl.SSLContext | None, *, size: int = 20_000_000, utf8: bool = True
) -> Iterator[tuple[int, Inbox]]:
    """A mail server: its port, and what it received."""

    def login(_server: SMTP, _session: Any, _envelope: Any, _way: str, data: Any) -> AuthResult:
        good = (data.login, data.password) == (LOGIN.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=good)

    inbox = Inbox()
    server = Controller(
        inbox, "127.0.0.1", free_port(), data_size_limit=size, enable_SMTPUTF8=utf8,
        tls_context=context, authenticator=login, auth_require_tls=context is not None,
    )  # fmt: skip
    server.start()
    try:
        yield server.port, inbox
    finally:
        server.stop()
