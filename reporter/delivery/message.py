"""One client's message: the edition's mail body filled for him, in MIME, signed.

Its structure is mixed(related(alternative(text, html), pictures), pdf); without a PDF the outermost
is left away. One address stands in it, his own. Headers are 7-bit, unless the local part of his
address is beyond ASCII: then it stands as it is (RFC 6532).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

from reporter.archive.clients import Client
from reporter.delivered import Form, Letter, Recipient
from reporter.delivery import holdings, tokens, wire
from reporter.delivery.addresses import on_the_wire, returning
from reporter.delivery.fragments import NOTHING, Fragment, Words, paragraphs, written
from reporter.delivery.protecting import protected
from reporter.delivery.signing import Signer
from reporter.delivery.stationery import SLOTS, Stationery, attached
from reporter.errors import DeliveryError

FIRST = "1"
MOST_HTML = 100_000
"""Bytes of the HTML part, decoded: Gmail cuts off what is beyond about 102 KB."""
MOST_BEFORE = 90_000
"""Bytes before the end of what no reader may miss: disclosures, and how to unsubscribe."""
NEEDED = ("closing", "unsubscribe")
_BETWEEN, _BETWEEN_NOTES, _BELOW_TABLE, _ABOVE_HEADLINE = 12, 6, 20, 24  # pixels


@dataclass(frozen=True, slots=True)
class Secrets:
    """What only the house knows.

    `unsubscribing` is the key of links to unsubscribe, as `tokens.key` gives it; `signer` None
    leaves DKIM to the server; `password` gives a client's for PDFs, by his id, or None.
    """

    unsubscribing: bytes = field(repr=False)
    signer: Signer | None = field(repr=False)
    password: Callable[[str], str | None] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A letter, and what it came to.

    `file` is what the archive calls it. `short`: his holdings were left out, because there was no
    room. `detached`: the PDF was left out, because the message would have been too large.
    """

    letter: Letter
    file: str
    sha256: str
    short: bool = False
    detached: bool = False


@dataclass(frozen=True, slots=True)
class _Draft:
    """A message on its way: whose it is, and under which names."""

    stationery: Stationery
    recipient: Recipient
    address: str
    token: str
    unsubscribing: str
    date: datetime

    @property
    def message_id(self) -> str:
        return f"<{self.token}@{self.stationery.domain}>"


def compose(  # noqa: PLR0913  whose what, how and when
    stationery: Stationery,
    recipient: Recipient,
    client: Client,
    secrets: Secrets,
    *,
    date: datetime,
    campaign: str = "",
    group: str = FIRST,
) -> Message:
    """The message to a client.

    Same arguments, same bytes, unless its PDF is encrypted, which takes new salts each time. Who
    wants a link gets the PDF where the settings name no web page. What has no room is left out:
    first his holdings, then, where the whole is too large for the server, the PDF, which the
    message then says.

    Args:
        stationery: what is the same for all.
        recipient: whom it goes to.
        client: the same, as the archive knows him.
        secrets: what only the house knows.
        date: when it is sent, as the message says it; with a zone.
        campaign: the edition that is sent; empty where it is the stationery's own.
        group: what makes a second message of the same edition another one.

    Raises:
        DeliveryError: he has no password, his address is none, he is to get a PDF and there is
            none, or his note and disclosures leave no room; names his id.
        RenderError: a template is at fault.
    """
    draft = _draft(stationery, recipient, client, secrets, date, campaign or stationery.edition.id,
                   group)  # fmt: skip
    kind = _kind(stationery, recipient)
    fillings, short = _fillings(draft, kind)
    pdf = _attachment(stationery, recipient, secrets) if kind == Form.ATTACHED else b""
    data = _signed(draft, fillings, pdf, secrets.signer)
    if detached := bool(pdf) and len(data) > stationery.limit:
        fillings, short = _fillings(draft, "large")
        data = _signed(draft, fillings, b"", secrets.signer)
    if len(data) > stationery.limit:
        message = f"the message to the client {recipient.id!r} has {len(data)} bytes."
        tip = f"At most {stationery.limit} are taken: see limits.message, or shorten his texts."
        raise DeliveryError(message, where=recipient.place, tip=tip)
    envelope = returning(stationery.bounces, draft.token)
    letter = Letter(recipient.id, stationery.edition.id, envelope, draft.address, draft.message_id,
                    data)  # fmt: skip
    sha256 = hashlib.sha256(data).hexdigest()
    return Message(letter, file_of(group), sha256, short, detached)


def file_of(group: str = FIRST) -> str:
    """What the archive calls a client's message."""
    return "message.eml" if group == FIRST else f"message-{group}.eml"


def _draft(  # noqa: PLR0913, PLR0917  as `compose`
    stationery: Stationery,
    recipient: Recipient,
    client: Client,
    secrets: Secrets,
    date: datetime,
    campaign: str,
    group: str,
) -> _Draft:
    edition = stationery.edition
    try:
        address, _ = on_the_wire(recipient.address)
    except ValueError:
        message = f"the client {recipient.id!r} has no address that mail could go to."
        raise DeliveryError(message, where=recipient.place) from None
    token = client.token("message", campaign, edition.id, group)
    listed = stationery.listed or edition.slug
    ending = tokens.make(secrets.unsubscribing, client.handle, listed)
    return _Draft(stationery, recipient, address, token, ending, date)


def _kind(stationery: Stationery, recipient: Recipient) -> Form:
    """How he gets the brief: as he wants, but attached where there is no page to link to."""
    is_linked = recipient.form == Form.LINKED
    kind = Form.ATTACHED if is_linked and not stationery.link else recipient.form
    if kind == Form.ATTACHED and not stationery.pdf:
        message = f"the client {recipient.id!r} is to get a PDF, and the edition has none."
        tip = "Build it again with --format pdf too, and file it; or let him have a link."
        raise DeliveryError(message, where=recipient.place, tip=tip)
    return kind


def _attachment(stationery: Stationery, recipient: Recipient, secrets: Secrets) -> bytes:
    if not stationery.settings.encrypt:
        return stationery.attachment
    password = secrets.password(recipient.id)
    return attached(protected(stationery.pdf, password, recipient.id), stationery.file)


# --- what is filled in ------------------------------------------------------------------------


def _fillings(draft: _Draft, kind: str) -> tuple[dict[str, Fragment], bool]:
    """What goes into the slots, and whether holdings were left out for want of room."""
    fillings = _all_fillings(draft, kind)
    if _fits(draft, fillings):
        return fillings, False
    fillings["holdings"] = NOTHING
    if not _fits(draft, fillings):
        message = f"the mail to the client {draft.recipient.id!r} would be cut off by his reader."
        tip = "Shorten his note or his disclosures, or the edition's mail body."
        raise DeliveryError(message, where=draft.recipient.place, tip=tip)
    return fillings, True


def _all_fillings(draft: _Draft, kind: str) -> dict[str, Fragment]:
    whose, of = draft.recipient, draft.stationery
    link = unsubscribing(of, draft.unsubscribing)
    values = {
        **of.values,
        "name": wire.harmless(whose.name),
        "note": whose.note,
        "kind": str(kind),
        "encrypted": of.settings.encrypt,
        "file": of.file,
        "link": of.link,
    }
    said = _Templates(draft, values)
    first = ("salutation", "correction") if of.corrected else ("salutation",)
    cover = said("cover", after=_ABOVE_HEADLINE)
    last = _BETWEEN if cover.text else _ABOVE_HEADLINE
    opening = [said(one, after=last if one == first[-1] else _BETWEEN) for one in first]
    symbols = (*whose.holdings, *whose.watched)
    table = holdings.table(
        of.quotes, symbols, of.look, whose.language, of.settings.folder, values
    )  # fmt: skip
    told = Words("\n\n".join(whose.disclosures))
    return {
        "opening": sum((*opening, cover), NOTHING),
        "holdings": table,
        "notice": said("notice", link=of.link, before=_BELOW_TABLE if table.text else 0),
        "closing": paragraphs(told, of.look, muted=True, after=_BETWEEN_NOTES),
        "unsubscribe": said("unsubscribe", link=link, muted=True),
    }


@dataclass(frozen=True, slots=True)
class _Templates:
    """Templates filled for one client."""

    draft: _Draft
    values: Mapping[str, object]

    def __call__(
        self, name: str, *, link: str = "", muted: bool = False, before: int = 0, after: int = 0
    ) -> Fragment:
        of, language = self.draft.stationery, self.draft.recipient.language
        values = {**self.values, "link": link}
        words = written(name, language, values, of.settings.folder)
        return paragraphs(words, of.look, muted=muted, link=link, before=before, after=after)


def _fits(draft: _Draft, fillings: Mapping[str, Fragment]) -> bool:
    html, words = draft.stationery.html, {name: one.html for name, one in fillings.items()}
    needed = max(html.bytes_to(words, slot) for slot in NEEDED)
    return needed <= MOST_BEFORE and html.bytes_to(words) <= MOST_HTML


def unsubscribing(stationery: Stationery, token: str) -> str:
    """The address of the page where a client unsubscribes."""
    return stationery.settings.unsubscribing.url + token


# --- bytes ------------------------------------------------------------------------------------


def _signed(
    draft: _Draft, fillings: Mapping[str, Fragment], pdf: bytes, signer: Signer | None
) -> bytes:
    data = b"".join(_written(draft, fillings, pdf))
    return signer.signed(data, draft.date) if signer else data


def _written(draft: _Draft, fillings: Mapping[str, Fragment], pdf: bytes) -> Iterator[bytes]:
    of = draft.stationery
    text = of.text.filled({name: fillings[name].text for name in SLOTS})
    html = of.html.filled({name: fillings[name].html for name in SLOTS})
    inner = _multipart("alternative", draft.token, [_typed("plain", text), _typed("html", html)])
    if of.pictures:
        inner = _multipart("related", draft.token, [inner, *of.pictures])
    said = (fillings[name].language for name in SLOTS)
    languages = tuple(dict.fromkeys(filter(None, (of.language, *said))))
    yield "".join(_headers(draft, languages)).encode()
    yield _multipart("mixed", draft.token, [inner, pdf]) if pdf else inner


def _headers(draft: _Draft, languages: Iterable[str]) -> Iterator[str]:
    of, sender = draft.stationery, draft.stationery.settings.sender
    yield wire.mailbox("From", sender.name, of.sender)
    yield wire.mailbox("To", draft.recipient.name, draft.address)
    if of.reply_to:
        yield wire.mailbox("Reply-To", "", of.reply_to)
    yield wire.header("Subject", of.subject)
    yield f"Date: {format_datetime(draft.date)}{wire.END}"
    yield f"Message-ID: {draft.message_id}{wire.END}"
    yield wire.uris("List-Unsubscribe", *_ways_out(draft))
    yield f"List-Unsubscribe-Post: List-Unsubscribe=One-Click{wire.END}"
    yield f"List-Id: <{of.listed or of.edition.slug}.{of.domain}>{wire.END}"
    yield f"Precedence: bulk{wire.END}"
    yield f"MIME-Version: 1.0{wire.END}"
    yield f"Content-Language: {', '.join(languages)}{wire.END}"


def _ways_out(draft: _Draft) -> Iterator[str]:
    yield unsubscribing(draft.stationery, draft.unsubscribing)
    if address := draft.stationery.settings.unsubscribing.mailto:
        local = quote(on_the_wire(address)[0], safe="@+")
        yield f"mailto:{local}?subject={draft.unsubscribing}"


def _typed(kind: str, body: bytes) -> bytes:
    head = f"Content-Type: text/{kind}; charset=utf-8{wire.END}"
    encoding = f"Content-Transfer-Encoding: quoted-printable{wire.END}{wire.END}"
    return (head + encoding).encode() + body


def _multipart(kind: str, token: str, parts: Iterable[bytes]) -> bytes:
    """A part of parts, each of which ends its last line.

    `=_` stands in nothing that is quoted-printable or base64, so that no part holds the boundary.
    """
    boundary = f"=_{kind}_{token}"
    more = f'{wire.END} type="multipart/alternative";' if kind == "related" else ""
    head = f'Content-Type: multipart/{kind};{more}{wire.END} boundary="{boundary}"{wire.END * 2}'
    line = f"--{boundary}{wire.END}".encode()
    return head.encode() + b"".join(line + one for one in parts) + line[:-2] + b"--\r\n"
