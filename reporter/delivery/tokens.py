"""What a link to unsubscribe ends in: who it is and from what, in a form that only we can make.

A token holds the archive's handle of a client and the slug of a brief, signed: no address, no id of
the house's. It never ends, because a client may unsubscribe from an old mail.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os

from reporter.errors import DeliveryError

SIGNATURE = 16  # bytes of HMAC-SHA256, which RFC 2104 allows to be cut to half
LONGEST = 500  # signs; nobody makes longer ones, so none is read
LEAST_KEY = 32  # signs
TRIAL = b"a key that everybody knows, for mails that are only looked at"
"""The key of links in samples and dry runs: whoever follows one unsubscribes nobody."""
_PURPOSE = b"unsubscribe\0"


class ForgedError(ValueError):
    """A token that was not made with this key, or not whole."""


def key(secret: str) -> bytes:
    """The key that tokens are made with, of the secret `unsubscribe-key` as the vault gives it.

    Raises:
        DeliveryError: it is too short to be one.
    """
    told = secret.strip()
    if len(told) < LEAST_KEY:
        message = f"the key of links to unsubscribe has fewer than {LEAST_KEY} signs."
        raise DeliveryError(message, tip="Make one: reporter unsubscribe key.")
    return told.encode()


def new_key() -> str:
    """A new secret `unsubscribe-key`."""
    return os.urandom(32).hex()


def make(key: bytes, handle: str, listed: str) -> str:
    """A token for a client.

    Args:
        key: what it is signed with.
        handle: what the archive calls the client.
        listed: the slug of the brief that he would get no more.

    Raises:
        ValueError: a handle holds a line's end, or the token would be too long.
    """
    if "\n" in handle:
        raise ValueError("a handle is one line")
    told = f"{handle}\n{listed}".encode()
    token = base64.urlsafe_b64encode(told + _signature(key, told)).rstrip(b"=").decode()
    if len(token) > LONGEST:
        raise ValueError("a token must not be that long")
    return token


def read(key: bytes, token: str) -> tuple[str, str]:
    """Handle and slug of a token.

    Raises:
        ForgedError: it was not made with this key.
    """
    try:
        if len(token) > LONGEST:
            raise ForgedError("this is no token of ours")
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        told, signature = sealed[:-SIGNATURE], sealed[-SIGNATURE:]
        if not hmac.compare_digest(signature, _signature(key, told)):
            raise ForgedError("this is no token of ours")
        handle, _, listed = told.decode().partition("\n")
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise ForgedError("this is no token of ours") from error
    if make(key, handle, listed) != token:  # written otherwise, though it means the same
        raise ForgedError("this is no token of ours")
    return handle, listed


def _signature(key: bytes, told: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + told, "sha256")[:SIGNATURE]
