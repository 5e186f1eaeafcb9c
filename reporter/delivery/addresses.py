"""Addresses of mail: whether one is well written, what it is compared by, how it is sent to.

The one home of the library email-validator. Nothing is asked of the network, and no message repeats
the address it is about: addresses are personal.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from reporter.errors import DeliveryError

try:
    from email_validator import EmailNotValidError, ValidatedEmail, validate_email
except ImportError as error:
    raise DeliveryError(
        "mail needs the library email-validator.",
        tip="Install it with: pip install 'market-brief-reporter[mail]'.",
    ) from error

ENVELOPE = 20
"""So many signs of a message's token stand in the address that its return goes to."""
LONGEST = 254
"""Bytes that an address may have in a command of SMTP (RFC 5321, 4.5.3.1.3, without `<>`)."""
_ASIDE = re.compile(r"\s*\(.*\)", re.DOTALL)
"""What the library says in brackets, which may be a part of the address."""
_REMEMBERED = 1024  # the same few are asked for several times on their way to the wire


def checked(text: str) -> str:
    """The address, in Unicode's normal form, its domain in small letters and as people read it.

    Letters beyond ASCII may stand before and behind the @. What no mail goes to is refused: quoted
    local parts, addresses of machines in brackets, names such as `localhost`.

    Raises:
        ValueError: it is no address; the message is a sentence that does not repeat it.
    """
    return _read(text).normalized


def domain(address: str) -> str:
    """What stands behind the @, in small letters, as DNS has it (`xn--bcher-kva.de`).

    Raises:
        ValueError: as `checked`.
    """
    return _read(address).ascii_domain.lower()


def folded(address: str) -> str:
    """The address as addresses are compared: two that reach one mailbox fold to the same.

    The domain is as DNS has it; case is taken off the local part too, though RFC 5321 leaves it to
    the receiver: no provider keeps two mailboxes that differ in nothing else.

    Raises:
        ValueError: as `checked`.
    """
    found = _read(address)
    local = unicodedata.normalize("NFC", found.local_part.casefold())
    return f"{local}@{found.ascii_domain.lower()}"


def on_the_wire(address: str) -> tuple[str, bool]:
    """The address for SMTP and for headers, and whether the server must know SMTPUTF8 (RFC 6531).

    The domain is always as DNS has it, so that only a local part beyond ASCII needs more.

    Raises:
        ValueError: as `checked`.
    """
    found = _read(address)
    return f"{found.local_part}@{found.ascii_domain}", found.smtputf8


def returning(bounces: str, token: str) -> str:
    """The address that returned mail of a message goes to: the token tells which one it was.

    Raises:
        ValueError: as `checked`.
    """
    local, _, host = on_the_wire(bounces)[0].rpartition("@")
    return f"{local}+{token[:ENVELOPE]}@{host}"


@lru_cache(_REMEMBERED)
def _read(text: str) -> ValidatedEmail:
    """The parts of an address; `.test`, for trying things out (RFC 2606), is let through."""
    if len(text) > LONGEST:
        raise ValueError(f"An address has at most {LONGEST} characters.")
    try:
        return validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as error:
        raise ValueError(_ASIDE.sub("", str(error))) from None
