"""A folder on an IMAP server, by the standard library: the one home of imaplib.

The address is RFC 5092's: `imaps://USER@HOST/FOLDER`, or `imaps://USER;AUTH=XOAUTH2@HOST/FOLDER`
where the server wants a token. Over `imap://` a password would be read by others: it is for a
server on this machine.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from reporter.delivery.hosts import is_here
from reporter.delivery.inbox import LARGEST, PROCESSED, Mailbox, Secret, message_id
from reporter.errors import DeliveryError, SpecError

PORTS = {"imaps": 993, "imap": 143}
HEADERS = 4096  # bytes of a Message-ID's header that are read
PAGE = 500  # messages whose Message-IDs are asked for at a time
_TOKEN = ";AUTH=XOAUTH2"  # noqa: S105  a word of the address
_FAILURES = (imaplib.IMAP4.error, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a mailbox is, read from its URL; `token`: by XOAUTH2 instead of a password."""

    host: str
    port: int
    user: str
    folder: str
    encrypted: bool
    token: bool

    @property
    def shown(self) -> str:
        """The address as messages name it, without the user."""
        return f"{'imaps' if self.encrypted else 'imap'}://{self.host}/{self.folder}"


def address(url: str) -> Address:
    """The parts of a URL.

    Raises:
        SpecError: it is none, holds a password, or would send one in the clear.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        parts, port = SplitResult("", "", "", "", ""), 0
    login, _, _ = parts.netloc.rpartition("@")
    if not parts.hostname or not login or parts.query or parts.fragment:
        tip = "Write it like imaps://USER@HOST/FOLDER, or name the folder of a maildir."
        raise SpecError("names no mailbox.", where="mailbox", tip=tip)
    if ":" in login:
        tip = "Take it out, and set REPORTER_IMAP_PASSWORD."
        raise SpecError("a password stands in the address.", where="mailbox", tip=tip)
    if parts.scheme == "imap" and not is_here(parts.hostname):
        message = "the password would be sent in the clear."
        raise SpecError(message, where="mailbox", tip="Write imaps:// instead of imap://.")
    token = login.upper().endswith(_TOKEN)
    user = unquote(login[: -len(_TOKEN)] if token else login)
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not (user + folder).isprintable() or '"' in folder or "\\" in folder:
        raise SpecError("holds signs that none has.", where="mailbox")
    return Address(parts.hostname, port, user, folder, parts.scheme == "imaps", token)


@contextmanager
def opened(url: str, secret: Secret, authority: Path | None, timeout: float) -> Iterator[Mailbox]:
    """The folder of this URL, logged in and selected.

    Raises:
        SpecError: the URL is none.
        DeliveryError: the server cannot be reached, is not who it should be, or refuses.
    """
    place = address(url)
    word = secret("imap-token" if place.token else "imap-password")
    with _telling(place):
        server = _connected(place, authority, timeout)
    try:
        with _telling(place):
            _log_in(server, place, word)
        with _telling(place):
            processed = _processed(server, place.folder)
            _ok(server.select(_quoted(place.folder)))
        yield Folder(server, place, processed)
    finally:
        with suppress(*_FAILURES):  # what is done is done, whatever leaving answers
            server.logout()


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is selected; `processed` is the one beside it for what is dealt with."""

    server: imaplib.IMAP4
    place: Address
    processed: str

    def waiting(self) -> Iterator[tuple[str, bytes]]:
        """Messages not read yet; all, where those dealt with are moved away."""
        for key in self._found("ALL" if self.processed else "UNSEEN"):
            with _telling(self.place):
                answer = self.server.uid("FETCH", key, f"(BODY.PEEK[]<0.{LARGEST}>)")
                data = next(_literals(_ok(answer)), None)
            if data is not None:  # else somebody else has taken it away meanwhile
                yield key, data

    def done(self, key: str, *, flagged: bool = False) -> None:
        """Mark it, then move it if there is a folder for that."""
        marks = r"(\Seen \Flagged)" if flagged else r"(\Seen)"
        with _telling(self.place):
            _ok(self.server.uid("STORE", key, "+FLAGS.SILENT", marks))
            if self.processed:
                _ok(self.server.uid("MOVE", key, _quoted(self.processed)))

    def message_ids(self) -> Iterator[str]:
        """Of what lies here and of what is dealt with."""
        for name in filter(None, (self.place.folder, self.processed)):
            with _telling(self.place):
                _ok(self.server.select(_quoted(name), readonly=True))
            found = self._found("ALL")
            for at in range(0, len(found), PAGE):
                yield from self._ids(found[at : at + PAGE])
        with _telling(self.place):
            _ok(self.server.select(_quoted(self.place.folder)))

    def _ids(self, keys: list[str]) -> Iterator[str]:
        what = f"(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]<0.{HEADERS}>)"
        with _telling(self.place):
            answer = _ok(self.server.uid("FETCH", ",".join(keys), what))
        yield from filter(None, map(message_id, _literals(answer)))

    def _found(self, which: str) -> list[str]:
        with _telling(self.place):
            (found, *_) = _ok(self.server.uid("SEARCH", which)) or [b""]
        keys = found.decode("ascii", "replace").split() if isinstance(found, bytes) else []
        return sorted((key for key in keys if key.isdigit()), key=int)


def _connected(place: Address, authority: Path | None, timeout: float) -> imaplib.IMAP4:
    if not place.encrypted:
        return imaplib.IMAP4(place.host, place.port, timeout)
    context = ssl.create_default_context()
    if authority:
        context.load_verify_locations(authority)
    return imaplib.IMAP4_SSL(place.host, place.port, ssl_context=context, timeout=timeout)


def _log_in(server: imaplib.IMAP4, place: Address, word: str) -> None:
    """By what the address says; the server's own words are not told, for they may name the user."""
    try:
        if place.token:
            told = f"user={place.user}\1auth=Bearer {word}\1\1".encode()
            answers = iter((told, b""))  # RFC 7628: an error is answered by an empty line
            _ok(server.authenticate("XOAUTH2", lambda _challenge: next(answers, b"")))
        elif "AUTH=PLAIN" in server.capabilities:  # RFC 4616: takes a password beyond ASCII
            told = f"\0{place.user}\0{word}".encode()
            _ok(server.authenticate("PLAIN", lambda _challenge: told))
        else:
            _ok(server.login(place.user, word))
    except (imaplib.IMAP4.abort, OSError):
        raise
    except imaplib.IMAP4.error:
        name = "REPORTER_IMAP_TOKEN" if place.token else "REPORTER_IMAP_PASSWORD"
        tip = f"See that {name} and the user in the mailbox's address belong together."
        message = "the mail server refuses the login."
        raise DeliveryError(message, where=place.shown, tip=tip) from None


def _processed(server: imaplib.IMAP4, folder: str) -> str:
    """The folder for what is dealt with, if there is one and the server can move."""
    (told, *_) = _ok(server.capability())  # asked again: more may be told after the login
    if b"MOVE" not in bytes(told or b"").upper().split():
        return ""
    for name in (f"{folder}/{PROCESSED}", f"{folder}.{PROCESSED}", PROCESSED):
        with suppress(imaplib.IMAP4.readonly):
            if server.status(_quoted(name), "(MESSAGES)")[0] == "OK":
                return name
    return ""


def _quoted(folder: str) -> str:
    """A folder's name as IMAP writes it: RFC 3501's UTF-7 for what is not ASCII."""
    plain = folder.replace("&", "&-")
    if plain.isascii():
        return f'"{plain}"'
    told, run = "", ""
    for sign in [*plain, ""]:
        if sign and not sign.isascii():
            run += sign
            continue
        if run:
            shifted = run.encode("utf-7").decode().strip("+-").replace("/", ",")
            told, run = f"{told}&{shifted}-", ""
        told += sign
    return f'"{told}"'


def _literals(answer: list[Any]) -> Iterator[bytes]:
    return (part[1] for part in answer if isinstance(part, tuple) and isinstance(part[1], bytes))


def _ok(answer: tuple[str, Any]) -> list[Any]:
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error("the server refuses")
    return list(data)


@contextmanager
def _telling(place: Address) -> Iterator[None]:
    """Every failure of the network or the server as one sentence."""
    try:
        yield
    except DeliveryError:
        raise
    except ssl.SSLCertVerificationError as error:
        message = f"the mail server's certificate is not trusted: {error.verify_message}."
        tip = "See that the host's name is right; a house's own authority is named in the settings."
        raise DeliveryError(message, where=place.shown, tip=tip) from None
    except _FAILURES as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        message = f"the mail server does not give the mailbox: {why}."
        raise DeliveryError(message, where=place.shown) from None
