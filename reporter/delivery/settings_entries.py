"""What single values of `delivery.toml` may say.

Each function takes the text as written and gives what it stands for, or raises `EntryError`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from string import Formatter
from urllib.parse import SplitResult, urlsplit

from reporter import entries, written
from reporter.channels.base import channels
from reporter.delivery import addresses
from reporter.delivery.hosts import is_here, is_number
from reporter.entries import EntryError
from reporter.registry import nearest
from reporter.written import MisreadError

LONGEST_LOCAL = 64
LONGEST_WEB = 400
LONGEST_HOST = 253
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?")
_SELECTOR = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_SPAN = re.compile(r"([1-9][0-9]{0,5})\s*(m|h|d)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_SLOT = re.compile(r"\{[^{}]*\}")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z]{4})?(-([a-zA-Z]{2}|[0-9]{3}))?")
_DATABASE = re.compile(r"[a-z][a-z0-9]*(\+[a-z0-9_]+)?://\S+")
_LONGEST_SPAN = timedelta(days=366)


def word(text: str) -> str:
    """A line of text without a character that could end it; it may be empty."""
    return entries.words(text)


def file(text: str) -> str:
    """A path."""
    try:
        written.path(text)
    except MisreadError as error:
        raise EntryError(str(error)) from None
    if not text.strip():
        raise EntryError("is empty.")
    return text


def address(text: str) -> str:
    """An address of the house's own; it may be repeated."""
    try:
        return addresses.checked(text)
    except ValueError as error:
        raise EntryError(f"is no address: {error}") from None


def domain(text: str) -> str:
    """What stands behind the @ of addresses, as DNS has it."""
    try:
        return addresses.domain(f"anybody@{text}")
    except ValueError:
        raise EntryError(f"{text!r} is no domain. Write it like example.com.") from None


def bounces(text: str) -> str:
    """The address returned mail goes to, with room for `+TOKEN` behind its local part."""
    local = address(text).rpartition("@")[0]
    if "+" in local or not local.isascii():
        raise EntryError("must be plain before the @, without '+': a token is put behind it.")
    most = LONGEST_LOCAL - addresses.ENVELOPE - len("+")
    if len(local) > most:
        raise EntryError(f"has more than {most} letters before the @.")
    return address(text)


def host(text: str) -> str:
    """The name or number of a server."""
    if is_number(text) or (_HOST.fullmatch(text) and len(text) <= LONGEST_HOST):
        return text
    raise EntryError(f"{text!r} is no server's name. Write it like smtp.example.com.")


def selector(text: str) -> str:
    """The selector of a DKIM key (RFC 6376, 3.1)."""
    if not _SELECTOR.fullmatch(text):
        raise EntryError(f"{text!r} is no selector. Write it like s2026.")
    return text


def may_align(one: str, other: str) -> bool:
    """Whether two domains can be of one organisation (RFC 7489, 3.1): their last two labels agree.

    That is less than alignment where names are registered below a label of two parts (`co.uk`).
    """
    return one.split(".")[-2:] == other.split(".")[-2:]


def span(value: object) -> timedelta:
    """A span of time, written 30m, 2h or 3d."""
    found = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise EntryError(f"{value!r} is no span of time. Write it like 30m, 96h or 3d.")
    made = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if made > _LONGEST_SPAN:
        raise EntryError(f"{value!r} is longer than {_LONGEST_SPAN.days} days.")
    return made


def language(text: str) -> str:
    """A language's code as BCP 47 writes it: `en`, `de-CH`, `zh-Hant-TW`."""
    if not _LANGUAGE.fullmatch(text):
        raise EntryError("is no code of a language. Write it like en or de-CH.")
    first, *rest = text.split("-")
    sized = {4: str.title, 2: str.upper, 3: str.upper}
    return "-".join([first.lower(), *(sized[len(part)](part) for part in rest)])


def channel(name: str) -> str:
    """The name of a channel there is."""
    known = channels.names()
    if known and name not in known:
        raise EntryError(f"unknown channel {name!r}. {nearest(name, known)}")
    return name


def web(text: str) -> str:
    """An address of the web that clients are shown: https, but for this machine's own."""
    parts = _parts(text)
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise EntryError(f"is no address of a page. Write it like {_LIKE}.")
    if parts.scheme == "https" or (parts.scheme == "http" and is_here(parts.hostname)):
        return text
    raise EntryError(f"must begin with https://, such as {_LIKE}.")


_LIKE = "https://mail.example.com/unsubscribe/"


def _parts(text: str) -> SplitResult:
    """An address taken apart; of letters that go into a header as they are.

    Raises:
        EntryError: other letters, or no address.
    """
    plain = text.isascii() and text.isprintable() and not set(text) & set(' <>"\\^`|,;()')
    if not plain or len(text) > LONGEST_WEB:
        raise EntryError(f"is no address of the web. Write it like {_LIKE}.")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise EntryError(f"is no address of the web. Write it like {_LIKE}.") from None
    return parts


def unsubscribing(text: str) -> str:
    """The address that a token is put behind: it ends so that the token stands by itself."""
    _each(text, web, _ends_for_a_token)
    return text


def _ends_for_a_token(text: str) -> None:
    if not text.endswith(("/", "=")) or "{" in text or "}" in text:
        raise EntryError("must end with '/' or '=': a token is put behind it.")


def _each(text: str, *rules: Callable[[str], object]) -> None:
    """Everything that is wrong by any of the rules, told at once."""
    faults = []
    for rule in rules:
        try:
            rule(text)
        except EntryError as error:
            faults.append(str(error))
    if faults:
        raise EntryError(" ".join(faults))


def link(text: str) -> str:
    """The address of an edition's page, with `{edition}` in it, perhaps `{slug}` too."""
    if text:
        _each(text, _names_the_edition, lambda address: web(_SLOT.sub("x", address)))
    return text


def _names_the_edition(text: str) -> None:
    try:
        names = {name for _, name, form, _ in Formatter().parse(text) if name is not None or form}
    except ValueError:
        names = {None}
    if "edition" not in names or not names <= {"edition", "slug"}:
        raise EntryError("must hold {edition}, may hold {slug}, and nothing else in braces.")


def outbox(text: str) -> str:
    """The URL of a database as SQLAlchemy writes it."""
    if not _DATABASE.fullmatch(text) or not text.isprintable():
        like = "sqlite:///outbox.sqlite or postgresql://USER@HOST/DATABASE"
        raise EntryError(f"is no URL of a database. Write it like {like}.")
    return text


def mailbox(text: str) -> str:
    """Where returned mail arrives: a maildir's path, or `imaps://USER@HOST/FOLDER`."""
    if "://" not in text:
        return file(text) if text else text
    parts = _parts(text)
    safe = parts.scheme == "imaps" or (parts.scheme == "imap" and is_here(parts.hostname or ""))
    if not (safe and parts.hostname and parts.username):
        like = "imaps://USER@HOST/FOLDER, or the path of a maildir"
        raise EntryError(f"is no mailbox that is read. Write it like {like}.")
    return text
