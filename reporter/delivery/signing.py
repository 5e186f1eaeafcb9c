"""Messages signed with DKIM (RFC 6376): the one home of dkimpy, an extra.

rsa-sha256, headers relaxed and body simple: servers on the way may fold headers anew, and no byte
of the body may change. `From`, `To`, `Subject` and `Date` are named once more than they occur, so
that nobody adds a second one for readers to see.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from reporter.delivery.settings import Dkim
from reporter.errors import DeliveryError

LEAST_BITS = 2048
OVERSIGNED = (b"from", b"to", b"subject", b"date")
HEADERS = (
    b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"mime-version",
    b"content-type", b"list-id", b"list-unsubscribe", b"list-unsubscribe-post", b"precedence",
)  # fmt: skip
_TIP = "Give an RSA key as PEM, not encrypted: REPORTER_DKIM_KEY_FILE, or the keyring."


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that signs for a domain, seen to be fit."""

    domain: str
    selector: str
    key: bytes = field(repr=False)

    def signed(self, message: bytes, date: datetime) -> bytes:
        """The message with its signature before it.

        Args:
            message: with CRLF line ends.
            date: when it is signed, as the signature says; the same date gives the same bytes.
        """
        signing = _dated()(message, moment=int(date.timestamp()))
        signature: bytes = signing.sign(
            self.selector.encode(), self.domain.encode(), self.key, include_headers=_names(message)
        )
        return signature + message


def signer(dkim: Dkim, pem: bytes) -> Signer:
    """A signer for the domain that settings name.

    Raises:
        DeliveryError: the key is none, or too short for receivers; or dkimpy is not installed.
    """
    crypto = _library("dkim.crypto")
    where = f"dkim-key of {dkim.selector}._domainkey.{dkim.domain}"
    try:
        bits = crypto.parse_pem_private_key(pem)["modulus"].bit_length()
    except (crypto.UnparsableKeyError, ValueError, LookupError, TypeError):
        raise DeliveryError("is no RSA key as PEM.", where=where, tip=_TIP) from None
    if bits < LEAST_BITS:
        message = f"has {bits} bits; receivers want {LEAST_BITS} at least."
        raise DeliveryError(message, where=where, tip="Make a longer one and publish it.")
    return Signer(dkim.domain, dkim.selector, pem)


def is_published(signer: Signer, record: str) -> bool:
    """Whether a record of the DNS holds the public half of a signer's key: a signature decides.

    Args:
        signer: whose key.
        record: the text at `<selector>._domainkey.<domain>`.
    """
    trial = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: trial\r\nDate: now\r\n\r\n\r\n"
    message = signer.signed(trial, datetime(2000, 1, 1, tzinfo=UTC))
    try:
        return bool(_library("dkim").verify(message, dnsfunc=lambda *_, **__: record.encode()))
    except (ValueError, TypeError):  # a record that is none
        return False


def _names(message: bytes) -> list[bytes]:
    """The headers to be signed: those that are there, some once more."""
    head = b"\r\n" + message.partition(b"\r\n\r\n")[0].lower()
    return [*(one for one in HEADERS if b"\r\n" + one + b":" in head), *OVERSIGNED]


def _library(name: str) -> Any:  # noqa: ANN401  a module without types
    try:
        return importlib.import_module(name)
    except ImportError as error:
        tip = "Install it: pip install 'market-brief-reporter[mail]'."
        raise DeliveryError("dkimpy is not installed.", tip=tip) from error


@cache
def _dated() -> Any:  # noqa: ANN401  a class without types
    """The library's signer, whose signature says a given time and not the system's."""
    library = _library("dkim")

    class Dated(library.DKIM):  # type: ignore[misc, name-defined]  # known when it runs
        def __init__(self, message: bytes, *, moment: int) -> None:
            head, end, body = message.partition(b"\r\n\r\n")
            super().__init__(head + end)  # the library splits all that it is given into lines
            self.body = body
            self.moment = str(moment).encode()

        def gen_header(self, fields: list[tuple[bytes, bytes]], *rest: object) -> bytes:
            told = [(name, self.moment if name == b"t" else value) for name, value in fields]
            made: bytes = super().gen_header(told, *rest)
            return made

    return Dated
