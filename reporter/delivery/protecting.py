"""PDFs that open with a client's password: the one home of pikepdf, an extra."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from importlib.util import find_spec

from reporter.delivery import vault
from reporter.errors import DeliveryError

KEPT_AS = "pdf-password:"
"""What stands before a client's id in the name of his secret."""
LEAST = 8  # signs of a password
MOST_NAMED = 50


def check(clients: Iterable[str], password: Callable[[str], str | None]) -> None:
    """Refuse to begin where the PDF of somebody could not be protected: all of them at once.

    Raises:
        DeliveryError: pikepdf is not installed, or somebody has no password or a poor one.
    """
    _check_installed()
    poor = [one for one in clients if len(password(one) or "") < LEAST]
    if poor:
        few = ", ".join(poor[:MOST_NAMED])
        more = f" and {len(poor) - MOST_NAMED:,} more" if len(poor) > MOST_NAMED else ""
        who = "1 client has" if len(poor) == 1 else f"{len(poor):,} clients have"
        message = f"{who} no password of {LEAST} signs for PDFs: {few}{more}."
        tip = (
            f"Put {KEPT_AS}ID of each into the keyring, or the environment "
            f"({vault.variable(KEPT_AS + poor[0])}), or encrypt none."
        )
        raise DeliveryError(message, tip=tip)


def _check_installed() -> None:
    if find_spec("pikepdf") is None:
        tip = "Install it: pip install 'market-brief-reporter[protect]'."
        raise DeliveryError("pikepdf is not installed.", tip=tip)


def protected(pdf: bytes, password: str | None, client: str) -> bytes:
    """A PDF encrypted by AES-256 (ISO 32000-2, revision 6), for whoever knows the password.

    Nothing is forbidden to him: there is no second password, and what reads aloud may read. Its
    tags, links and bookmarks stay. Title and other metadata are encrypted too, because a headline
    may say what a client is interested in; so no reader shows them before the password is given.
    Salts come from the system, so that the bytes are others each time, and the result is no PDF/A,
    which forbids encryption.

    Args:
        pdf: the bytes of one that is not encrypted.
        password: the client's.
        client: his id, for messages.

    Raises:
        DeliveryError: there is no password, or a poor one, or pikepdf is not installed.
    """
    name = f"{KEPT_AS}{client}"
    if not password:
        message = f"the client {client!r} has no password for PDFs."
        tip = f"Put {name} into the keyring, or set {vault.variable(name)}, or encrypt none."
        raise DeliveryError(message, tip=tip)
    if len(password) < LEAST:
        message = f"the client {client!r} has a password of fewer than {LEAST} signs."
        raise DeliveryError(message, tip=f"Put a longer {name} into the keyring.")
    _check_installed()
    import pikepdf  # noqa: PLC0415  an extra

    encryption = pikepdf.Encryption(user=password, owner=password, R=6, aes=True, metadata=True)
    sealed = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            document.save(sealed, encryption=encryption)
    except (pikepdf.PdfError, ValueError) as error:
        message = f"the PDF for the client {client!r} cannot be encrypted."
        raise DeliveryError(message, tip="See whether the edition's PDF opens.") from error
    return sealed.getvalue()
