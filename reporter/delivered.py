"""What is delivered: who gets it, the message as it leaves, what became of it.

Import these from `reporter.model`, the one door to every value that crosses between stages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Form(StrEnum):
    """How a client wants the brief: attached to the mail, behind a link, or the mail alone."""

    ATTACHED = "attached"
    LINKED = "linked"
    BODY = "body"


class Status(StrEnum):
    """Whether a client gets anything at present."""

    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A client as the list of clients has him, checked.

    `id` is what the house calls him. `audience` is `retail` or `professional`, `jurisdiction` a
    code such as CH: an edition goes to him only where it is approved for both. `holdings` and
    `watched` are symbols. `place` says where the list has him (`row 12`). Who prints one by mistake
    gives away no name and no address.
    """

    id: str
    name: str = field(repr=False)
    address: str = field(repr=False)
    audience: str
    jurisdiction: str
    language: str = "en"
    brand: str = ""
    segments: tuple[str, ...] = ()
    holdings: tuple[str, ...] = field(default=(), repr=False)
    watched: tuple[str, ...] = field(default=(), repr=False)
    disclosures: tuple[str, ...] = field(default=(), repr=False)
    note: str = field(default="", repr=False)
    form: Form = Form.ATTACHED
    status: Status = Status.ACTIVE
    place: str = ""


class State(StrEnum):
    """Where a message is on its way.

    `queued`, `deferred`: it will be sent. `sending`: claimed; whoever dies then leaves it
    `uncertain`, and nothing sends it again by itself. `sent`: the server took it. `failed`: it was
    refused for good. `suppressed`: its address wants none.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it is handed to a channel: to one address, with the bytes that are archived.

    `client` is the client's id and `edition` the edition's, for channels that file by them; `data`
    has CRLF line ends. `envelope` is the address that returned mail goes to.
    """

    client: str
    edition: str
    envelope: str = field(repr=False)
    address: str = field(repr=False)
    message_id: str
    data: bytes = field(repr=False)


class Verdict(StrEnum):
    """What a channel says of a letter.

    `halted`: the letter was not taken, for a reason that would hold for every other one too; it
    stays queued and the run stops.
    """

    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    HALTED = "halted"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a letter, in the server's own words.

    `code` is the reply's (250; 0 where none came), `enhanced` RFC 3463's (`5.1.1`; empty where
    none), `text` its first words. `suppress`: the mailbox is not there, so that its address is to
    be asked no more.
    """

    verdict: Verdict
    code: int = 0
    enhanced: str = ""
    text: str = field(default="", repr=False)
    suppress: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """A line of the outbox: one client and one edition.

    `campaign` is the edition that was sent, `edition` the variant of it that this client gets:
    mostly the same. `position` is its place in the list, `stage` 0 for the first group of a staged
    release and 1 for the rest. `handle` is what the archive calls the client, `file` what it calls
    the message, `sha256` and `size` are of its bytes. `due` is when a deferred one is tried again.
    """

    campaign: str
    client: str
    handle: str
    edition: str
    address: str = field(repr=False)
    domain: str
    position: int
    stage: int
    message_id: str
    file: str
    sha256: str
    size: int
    state: State = State.QUEUED
    attempts: int = 0
    due: datetime | None = None
    changed: datetime | None = None
    code: int = 0
    enhanced: str = ""
    text: str = field(default="", repr=False)
