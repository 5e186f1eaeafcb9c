"""How a house delivers, as `delivery.toml` says it; secrets are never among it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Literal

FILE = "delivery.toml"
NO_RATES: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Sender:
    """Who mails are from.

    `bounces` is the address that returned mail goes to: a token is put behind its local part
    (`bounces+TOKEN@…`), so that each return tells which message it is of.
    """

    name: str
    address: str
    bounces: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Smtp:
    """The server that takes mail.

    `security` is `starttls`, `tls` (from the first byte) or `none`, which is for a server on this
    machine. `authority` is a file of certificates that are trusted besides the system's own.
    Without `user` nobody logs in; `login` says how: `password` (AUTH PLAIN or LOGIN) or `xoauth2`.
    `timeout` is seconds; `per_connection` letters go over one connection.
    """

    host: str = "localhost"
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    authority: Path | None = None
    user: str = ""
    login: Literal["password", "xoauth2"] = "password"
    timeout: float = 60.0
    per_connection: int = 100


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast letters go out: so many a minute in all, and to single domains; None is no limit."""

    per_minute: float | None = 600.0
    domains: Mapping[str, float] = field(default_factory=lambda: NO_RATES)


@dataclass(frozen=True, slots=True)
class Dkim:
    """What mails are signed as; the private key is a secret."""

    domain: str
    selector: str


@dataclass(frozen=True, slots=True)
class Unsubscribing:
    """Where a client says that he wants no more: an https address that a token is put behind."""

    url: str
    mailto: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is not exceeded.

    `message` is bytes of a message as it goes over the wire, `stale` how old the as-of day's end
    may be when an edition is sent, `age` how long a deferred letter is tried, `attempts` how often,
    `per_day` how many letters to one domain are warned of, `soft_bounces` how many in a row count
    as a hard one.
    """

    message: int = 10_000_000
    stale: timedelta = timedelta(hours=96)
    age: timedelta = timedelta(hours=48)
    attempts: int = 12
    per_day: int = 5000
    soft_bounces: int = 3


@dataclass(frozen=True, slots=True)
class Release:
    """A staged release: the first so many clients, then, after a while, the rest."""

    first: int
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Variant:
    """An edition that some clients get instead of another of the same day.

    `of` is the slug of the brief that it stands in for. It is for those for whom all it names
    holds; empty means any.
    """

    slug: str
    of: str
    segment: str = ""
    brand: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a house delivers.

    Args:
        folder: where the file lies; its `templates/mail/` win over those that ship.
        sender: who mails are from.
        channel: by which of `reporter list channels`.
        smtp: for the channel `smtp`.
        drop: for the channel `folder`: where files are dropped.
        rates: how fast.
        dkim: what mails are signed as; None leaves it to the server.
        unsubscribing: where clients unsubscribe.
        limits: what is not exceeded.
        allowed: domains that mail may go to; empty is all.
        link: address of the web page, with `{edition}` and `{slug}` in it; empty where there is
            none.
        encrypt: PDFs are encrypted, each with its client's password.
        release: staged, or None for all at once.
        variants: editions for some.
        operator: the address that failures are told to.
        outbox: SQLAlchemy URL of the outbox; `REPORTER_OUTBOX` names another.
        mailbox: where returned mail arrives: a maildir's path, or `imaps://USER@HOST/FOLDER`.
        file: which file says all this; empty where none does.
    """

    folder: Path
    sender: Sender
    unsubscribing: Unsubscribing
    channel: str = "smtp"
    smtp: Smtp = field(default_factory=Smtp)
    drop: Path | None = None
    rates: Rates = field(default_factory=Rates)
    dkim: Dkim | None = None
    limits: Limits = field(default_factory=Limits)
    allowed: tuple[str, ...] = ()
    link: str = ""
    encrypt: bool = False
    release: Release | None = None
    variants: tuple[Variant, ...] = ()
    operator: str = ""
    outbox: str = "sqlite:///outbox.sqlite"
    mailbox: str = ""
    file: str = ""
