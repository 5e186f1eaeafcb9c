"""What a message that came back says: pure, and for every message anybody could send.

Understood are delivery status notifications (RFC 3464, 6533), complaints (RFC 5965), the returns of
qmail and Exim where they are plain, and requests to unsubscribe by mail. What is not understood is
said to be so; nothing is guessed. Whether to believe it is decided by whoever knows what was sent.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from enum import StrEnum

from reporter.delivery.addresses import ENVELOPE
from reporter.delivery.replies import MAILBOX_GONE, SENDER_AT_FAULT, TOO_LARGE

MOST_PARTS = 30
"""Boundaries in one message; a return has about ten."""
MOST_MARKS = 2000  # lines that could be where a part begins
MOST_WORK = 200_000
"""Lines times boundaries: the parser holds each line against every boundary that is open."""
MOST_RECIPIENTS = 100
MOST_CANDIDATES = 20  # words of a subject that could be a token
REFUSED = ("5.1.", "5.3.", "5.5.", "5.6.", "5.7.")
ARRIVED_FOR = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")

_FAULTS = (RecursionError, ValueError, LookupError, AttributeError, TypeError, AssertionError)
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
_GLOBAL = re.compile(rb"message/global-delivery-status", re.IGNORECASE)  # RFC 6533: has the fields
_VERP = re.compile(rf"\+([A-Za-z0-9]{{{ENVELOPE}}})@")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
_ID_LINE = re.compile(r"^Message-ID:\s*(<[^<>\s]{3,250}>)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_ESCAPED = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,500}")
_QMAIL = "Hi. This is the qmail-send program at"
_COPY = "--- Below this line is a copy of the message."
_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list", "other"})
_AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Autorespond-To", "X-Auto-Reply")


class Kind(StrEnum):
    """What a message says of one that was sent.

    `gone`: there is no such mailbox. `soft`: not now, or for a reason that may pass. `refused`: for
    good, but for what we are or sent, not for the mailbox. `delivered`: nothing is wrong.
    `complaint`: the client called it spam. `automatic`: a machine answers for somebody who is away.
    """

    GONE = "gone"
    SOFT = "soft"
    REFUSED = "refused"
    DELIVERED = "delivered"
    COMPLAINT = "complaint"
    AUTOMATIC = "automatic"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Return:
    """What was read, of one recipient.

    `recipients` are the addresses it may be about, as it names them; `envelopes` and `message_ids`
    may tell which message it is of, the surest first. `tokens` are words that could be the token of
    a link to unsubscribe: where one is, the message asks for that.
    """

    kind: Kind
    recipients: tuple[str, ...] = field(default=(), repr=False)
    envelopes: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    enhanced: str = ""
    text: str = field(default="", repr=False)
    tokens: tuple[str, ...] = field(default=(), repr=False)


UNCLEAR = (Return(Kind.UNCLEAR),)


def read(data: bytes) -> tuple[Return, ...]:
    """What a message says, one value a recipient; it may be cut off, damaged or hostile."""
    if _is_laborious(data):
        return UNCLEAR
    try:
        message = email.message_from_bytes(_GLOBAL.sub(b"message/delivery-status", data))
        return tuple(_read(message))[:MOST_RECIPIENTS] or UNCLEAR
    except _FAULTS:  # of the parser: there are messages it has never met
        return UNCLEAR


def _is_laborious(data: bytes) -> bool:
    """Whether reading it could take seconds, which no honest return does."""
    boundaries = len(_BOUNDARY.findall(data))
    work = boundaries * data.count(b"\n")
    return boundaries > MOST_PARTS or work > MOST_WORK or data.count(b"\n--") > MOST_MARKS


def _read(message: Message) -> Iterable[Return]:
    parts = {part.get_content_type(): part for part in reversed(list(_parts(message)))}
    if status := parts.get("message/delivery-status"):
        return _notification(message, status, parts)
    if feedback := parts.get("message/feedback-report"):
        return _complaint(message, feedback, parts)
    text = _text(parts.get("text/plain", message))
    if failed := _words(message, "X-Failed-Recipients"):
        return _exim(message, failed.split(","), text)
    if text.lstrip().startswith(_QMAIL):
        return _qmail(message, text)
    return [_other(message, parts)]


def _parts(message: Message) -> Iterator[Message]:
    """The parts of a message, but none of a message within it."""
    yield message
    if message.get_content_maintype() == "multipart":
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _parts(part)


# --- delivery status notifications: RFC 3464 ------------------------------------------------------


def _notification(message: Message, status: Message, parts: dict[str, Message]) -> Iterator[Return]:
    blocks = [block for block in status.get_payload() if isinstance(block, Message)]
    known = {_words(block, "Original-Envelope-Id") for block in blocks} - {""}
    envelopes = (*_envelopes(message), *(one[:ENVELOPE] for one in sorted(known)))
    ids = (*_ids(parts), *sorted(one for one in known if _MESSAGE_ID.fullmatch(one)))
    for block in blocks:
        found = _recipients(block)
        if found and (action := _words(block, "Action").lower()):
            diagnostic = _words(block, "Diagnostic-Code").partition(";")[2].strip()
            enhanced = _enhanced(_words(block, "Status"), diagnostic)
            kind = _kind(action, enhanced)
            yield Return(kind, found, envelopes, ids, enhanced, diagnostic)


def _kind(action: str, enhanced: str) -> Kind:
    """What follows from a recipient's fields; what says nothing counts as what may pass."""
    if action in {"delivered", "relayed", "expanded"}:
        return Kind.DELIVERED
    if action == "delayed":
        return Kind.SOFT
    return _failed(enhanced) if action == "failed" else Kind.UNCLEAR


def _failed(enhanced: str) -> Kind:
    if enhanced in MAILBOX_GONE:
        return Kind.GONE
    about_us = enhanced in SENDER_AT_FAULT | TOO_LARGE or enhanced.startswith(REFUSED)
    return Kind.REFUSED if about_us else Kind.SOFT


def _enhanced(status: str, diagnostic: str) -> str:
    """The status; where it says no more than its class, that of the other server's own words."""
    found = _STATUS.search(status)
    if found and not found[1].endswith(".0.0"):
        return found[1]
    other = _STATUS.search(diagnostic)
    return other[1] if other else found[1] if found else ""


def _recipients(block: Message) -> tuple[str, ...]:
    """Addresses as `Original-Recipient` and `Final-Recipient` name them: `rfc822; a@b`."""
    found = []
    for name in ("Original-Recipient", "Final-Recipient"):
        kind, _, address = _words(block, name).partition(";")
        if kind.strip().lower() in {"rfc822", "utf-8"} and "@" in address:
            found.append(_unescaped(address.strip().strip("<>")))
    return tuple(dict.fromkeys(found))


def _unescaped(address: str) -> str:
    """A letter that RFC 6533 writes by its number, as the letter it is."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), address)


# --- complaints: RFC 5965 -------------------------------------------------------------------------


def _complaint(message: Message, feedback: Message, parts: dict[str, Message]) -> Iterator[Return]:
    inner = feedback.get_payload()
    fields = inner[0] if isinstance(inner, list) and inner else feedback
    if not isinstance(fields, Message):
        return
    what = _words(fields, "Feedback-Type").lower()
    if what in _COMPLAINTS:
        sender = _VERP.findall(_words(fields, "Original-Mail-From"))
        named = [_words(fields, "Original-Rcpt-To").strip("<>")]
        yield Return(
            Kind.COMPLAINT,
            tuple(one for one in named if "@" in one),
            (*sender, *_envelopes(message)),
            _ids(parts),
            text=what,
        )
    elif what == "not-spam":
        yield Return(Kind.DELIVERED)


# --- older ways to return -------------------------------------------------------------------------


def _exim(message: Message, failed: list[str], text: str) -> Iterator[Return]:
    """Each recipient of the header, with the reason that stands below it in the text."""
    top, _, copy = text.partition("\n------")
    for address in (one.strip().strip("<>") for one in failed):
        if "@" in address:
            below = top.partition(address)[2].partition("\n\n")[0]
            yield _plain(message, address, below, copy)


def _qmail(message: Message, text: str) -> Iterator[Return]:
    """Each paragraph that begins with `<address>:`."""
    top, _, copy = text.partition(_COPY)
    for paragraph in re.split(r"\n\s*\n", top.replace("\r\n", "\n")):
        if found := re.match(r"<([^<>\s]+@[^<>\s]+)>:\s", paragraph.strip() + "\n"):
            yield _plain(message, found[1], paragraph.strip()[found.end() :], copy)


def _plain(message: Message, address: str, reason: str, copy: str) -> Return:
    found = _STATUS.search(reason)
    enhanced = found[1] if found else ""
    ids = tuple(_ID_LINE.findall(copy)[:1])
    kind, text = _failed(enhanced), " ".join(reason.split())
    return Return(kind, (address,), tuple(_envelopes(message)), ids, enhanced, text)


# --- what is no return ----------------------------------------------------------------------------


def _other(message: Message, parts: dict[str, Message]) -> Return:
    """What may ask to unsubscribe: a token stands in the subject or behind the address's plus."""
    told = " ".join(_words(message, name) for name in ("Subject", *ARRIVED_FOR))
    tokens = tuple(dict.fromkeys(_TOKEN.findall(told)))[:MOST_CANDIDATES]
    said = _words(message, "Auto-Submitted").lower()
    receipt = "message/disposition-notification" in parts
    answers = _words(message, "Precedence").lower() == "auto_reply"
    by_machine = any(name in message for name in _AUTOMATIC)
    automatic = receipt or answers or by_machine or said.startswith("auto-")
    return Return(Kind.AUTOMATIC if automatic else Kind.UNCLEAR, tokens=tokens)


# --- parts ----------------------------------------------------------------------------------------


def _words(message: Message, name: str) -> str:
    """All headers of a name in one line, cut where no honest one is that long."""
    found = message.get_all(name) or []
    return " ".join(" ".join(str(one)[:2000].split()) for one in found[:10])


def _envelopes(message: Message) -> list[str]:
    """Tokens of the address that the message arrived for."""
    told = " ".join(_words(message, name) for name in ARRIVED_FOR)
    return list(dict.fromkeys(_VERP.findall(told)))[:MOST_CANDIDATES]


def _ids(parts: dict[str, Message]) -> tuple[str, ...]:
    """The Message-ID of the message that is returned, whole or its headers alone."""
    for kind in ("message/rfc822", "message/global", "message/global-headers"):
        if (part := parts.get(kind)) and isinstance(inner := part.get_payload(), list):
            found = (_words(one, "Message-ID") for one in inner if isinstance(one, Message))
            return tuple(one for one in found if _MESSAGE_ID.fullmatch(one))
    if part := parts.get("text/rfc822-headers"):
        return tuple(_ID_LINE.findall(_text(part))[:1])
    return ()


def _text(part: Message) -> str:
    """A part's text, whatever it says of its charset: what is looked for is ASCII."""
    data = part.get_payload(decode=True)
    return data.decode("latin-1") if isinstance(data, bytes) else ""
