"""Signatures and sealed files: the one home of the cryptography library.

Approvals are signed with Ed25519 (RFC 8032). What belongs to one client is sealed with AES-256 in
GCM (NIST SP 800-38D) under his own key, bound to what it is by the associated data.
"""

from __future__ import annotations

import os
import unicodedata
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from reporter.errors import ArchiveError

KIND = "ed25519:"
RAW = 32  # bytes of a public key
NONCE = 12  # bytes
_P = 2**255 - 19
_ORDER_8 = (
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
)
_WEAK = frozenset(y.to_bytes(RAW, "little") for y in (0, 1, _P - 1, _P, _P + 1, *_ORDER_8))
"""Points of small order, their sign apart: under such a key anybody's signature holds."""


def new_signing_key(passphrase: str) -> bytes:
    """A private key for signatures as PEM (PKCS #8), encrypted under a passphrase."""
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(_letters(passphrase)),
    )


def public_key(pem: bytes, passphrase: str) -> str:
    """The public half of a private key: `ed25519:` and 32 bytes in base64.

    Raises:
        ArchiveError: another passphrase, or no such key.
    """
    raw = _private(pem, passphrase).public_key().public_bytes_raw()
    return KIND + b64encode(raw).decode()


def sign(pem: bytes, passphrase: str, data: bytes) -> str:
    """The signature of bytes, in base64.

    Raises:
        ArchiveError: another passphrase, or no such key.
    """
    return b64encode(_private(pem, passphrase).sign(data)).decode()


def is_public_key(text: str) -> bool:
    """Whether a text is a public key as `public_key` writes it."""
    try:
        raw = b64decode(text.removeprefix(KIND), validate=True)
    except ValueError:
        return False
    if len(raw) != RAW or text != KIND + b64encode(raw).decode():
        return False
    return bytes([*raw[:-1], raw[-1] & 0x7F]) not in _WEAK


def is_signed(data: bytes, signature: str, public: str) -> bool:
    """Whether a signature is of these bytes and of the key with this public half."""
    if not is_public_key(public):
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(public.removeprefix(KIND)))
        key.verify(b64decode(signature, validate=True), data)
    except (ValueError, InvalidSignature):
        return False
    return True


def new_client_key() -> bytes:
    """A key for the files of one client."""
    return AESGCM.generate_key(256)


def seal(key: bytes, data: bytes, about: bytes) -> bytes:
    """Bytes that only the key opens, and only as what `about` says they are."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, about)


def unseal(key: bytes, sealed: bytes, about: bytes) -> bytes:
    """What was sealed.

    Raises:
        ArchiveError: another key, or changed bytes.
    """
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], about)
    except (InvalidTag, ValueError) as error:  # the latter where hardly a byte is left
        raise ArchiveError("a sealed file does not open: another key, or changed bytes.") from error


def _private(pem: bytes, passphrase: str) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(pem, _letters(passphrase) or b"\0")
    except TypeError as error:  # it needs none
        tip = "Make one: reporter keys new."
        raise ArchiveError("the key is kept without a passphrase.", tip=tip) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ArchiveError("the passphrase does not open the key.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ArchiveError("is no Ed25519 key.", tip="Make one: reporter keys new.")
    return key


def _letters(passphrase: str) -> bytes:
    """A passphrase as it is used: the same letters are the same bytes on every keyboard."""
    try:
        return unicodedata.normalize("NFC", passphrase).encode()
    except UnicodeEncodeError as error:
        raise ArchiveError("the passphrase is no text in UTF-8.") from error
