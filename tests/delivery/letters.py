"""Messages for tests of delivery: clients, secrets, and what a reader finds in a message."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from reporter.archive.clients import Client
from reporter.delivered import Recipient
from reporter.delivery import tokens
from reporter.delivery.message import Message, Secrets, compose
from reporter.delivery.signing import Signer, signer
from reporter.delivery.stationery import Stationery, stationery
from tests.delivery import editions

MORNING = datetime(2026, 1, 16, 8, 30, tzinfo=UTC)
KEY = tokens.key("k" * 40)
ANN = Recipient("c-17", "Ann Meier", "ann@client.test", "retail", "CH", place="row 2")


@cache
def key(bits: int) -> rsa.RSAPrivateKey:
    """An RSA key."""
    return rsa.generate_private_key(65537, bits)


def pem(bits: int = 2048, *, newer: bool = False) -> bytes:
    """The same as PEM: PKCS #1, or PKCS #8."""
    form = serialization.PrivateFormat
    return key(bits).private_bytes(
        serialization.Encoding.PEM,
        form.PKCS8 if newer else form.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


def record() -> bytes:
    """What DNS says of the key."""
    import base64

    public = (
        key(2048)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def signing() -> Signer:
    """What signs for the tests' house."""
    return signer(editions.DKIM, pem())


def secrets(*, signed: bool = False, password: str | None = None) -> Secrets:
    """What only the tests' house knows."""
    return Secrets(KEY, signing() if signed else None, lambda _: password)


def client(name: str = "c-17") -> Client:
    """A client as the archive knows him."""
    return Client(name.encode().ljust(32, b"."))


def composed(
    paper: Stationery, whose: Recipient = ANN, known: Secrets | None = None, **more: Any
) -> Message:
    """The message to somebody."""
    return compose(paper, whose, client(whose.id), known or secrets(), **{"date": MORNING} | more)


def sent(paper: Stationery, known: Secrets | None = None, **changes: Any) -> EmailMessage:
    """The message to Ann with some things otherwise, read by the standard library."""
    return read(composed(paper, replace(ANN, **changes), known).letter.data)


def read(data: bytes) -> EmailMessage:
    """A message, in which no part may have a defect."""
    found: EmailMessage = BytesParser(policy=policy.default).parsebytes(data)
    assert not [one.defects for one in found.walk() if one.defects]
    return found


def words(message: EmailMessage, kind: str = "plain") -> str:
    """The text of a message, or its HTML."""
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def files(message: EmailMessage) -> dict[str, bytes]:
    """What is attached, by its name."""
    return {str(one.get_filename()): one.get_content() for one in message.iter_attachments()
            if one.get_content_disposition() == "attachment"}  # fmt: skip


@cache
def stationed() -> Stationery:
    """The stationery of an edition, made once."""
    with tempfile.TemporaryDirectory() as folder:
        made, edition = editions.archive(Path(folder))
        told = editions.settings(Path("/nowhere"), link="https://house.test/{edition}")
        return stationery(made, edition, told)


@pytest.fixture
def paper() -> Stationery:
    """The stationery of an edition."""
    return stationed()
