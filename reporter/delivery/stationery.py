"""What all clients' messages of an edition have in common, read from the archive once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar
from urllib.parse import quote

from reporter.archive.base import Archive
from reporter.archive.contents import brief_of
from reporter.delivery import wire
from reporter.delivery.addresses import on_the_wire
from reporter.delivery.fragments import Look
from reporter.delivery.holdings import Quotes, quotes
from reporter.delivery.settings import Settings
from reporter.errors import DeliveryError
from reporter.filed import Edition
from reporter.wording import long_date

SLOTS = ("opening", "holdings", "notice", "closing", "unsubscribe")
HTML, TEXT, PDF = "files/mail.html", "files/mail.txt", "files/brief.pdf"
_SLOT = re.compile(r"<!--slot:([a-z]+)-->.*?<!--/slot:\1-->", re.DOTALL)
_LINE = re.compile(r"^\[\[([a-z]+)\]\]$", re.MULTILINE)
_PICTURE = re.compile(r'src="mail/([A-Za-z0-9][A-Za-z0-9._-]*)\.png"')
_CLASS = re.compile(r"<[a-z0-9]+\b(?=[^>]*\bclass=\"([^\"]*)\")(?=[^>]*\bstyle=\"([^\"]*)\")[^>]*>")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LANGUAGE = re.compile(r"<html\b[^>]*\blang=\"([A-Za-z-]{2,20})\"")
_SET = re.compile(r"[A-Za-z0-9 ,'_#-]+")  # a font, a size, a colour
_SETTING = ("font-family", "font-size", "line-height", "font-weight", "color")
_LONGEST_NAME = 60  # signs of a title in the name of a file
_T = TypeVar("_T")
_AGAIN = "Build it again with --format mail, and file it."


@dataclass(frozen=True, slots=True)
class Body:
    """A part of the message, cut at its slots; `pieces` stand around them, as they are and encoded.

    `gap` is what stands between two pieces that are not empty.
    """

    slots: tuple[str, ...]
    pieces: tuple[str, ...]
    encoded: tuple[bytes, ...]
    gap: str

    def filled(self, words: Mapping[str, str]) -> bytes:
        """The part as it goes over the wire, its slots filled."""
        between = wire.quoted_printable("") * (len(self.gap) - 1)
        fillings = [wire.quoted_printable(words[one]) if words[one] else b"" for one in self.slots]
        return between.join(filter(None, _woven(self.encoded, fillings)))

    def bytes_to(self, words: Mapping[str, str], slot: str = "") -> int:
        """How many bytes of the part, decoded, reach to the end of a slot; without one, to its own.

        Lines end in two bytes, as they do when it is decoded.
        """
        total = 0
        fillings = [words[one] for one in self.slots]
        for name, one in zip(_woven(("",) * len(self.pieces), self.slots),
                             _woven(self.pieces, fillings), strict=True):  # fmt: skip
            total += len(one.encode()) + one.count("\n") + 2 * len(self.gap) if one else 0
            if name and name == slot:
                return total
        return total


@dataclass(frozen=True, slots=True)
class Stationery:
    """What is the same for all.

    Args:
        edition: which.
        corrected: the edition that it corrects, where clients are told so.
        settings: how the house delivers.
        limit: bytes that a message may have.
        subject: the headline, said to be a correction where it is one.
        html: the HTML part.
        text: the text part.
        look: how the HTML part sets its words.
        language: that of the mail body.
        pictures: MIME parts of the pictures, whole.
        pdf: the PDF; empty where the edition was built without one.
        file: the PDF's name, as a client gets it.
        attachment: the MIME part of the PDF, whole; empty where there is none.
        quotes: what the brief says of instruments.
        link: where the brief is on the web; empty where it is not.
        sender: the sender's address as it goes over the wire.
        bounces: the same of returned mail.
        reply_to: the same of answers; empty where they go to the sender.
        shared: runs of bytes that messages have in common, for `archive.enclosures.enclose`.
    """

    edition: Edition
    corrected: Edition | None
    settings: Settings
    limit: int
    subject: str
    html: Body = field(repr=False)
    text: Body = field(repr=False)
    look: Look = field(repr=False)
    language: str
    pictures: tuple[bytes, ...] = field(repr=False)
    pdf: bytes = field(repr=False)
    file: str
    attachment: bytes = field(repr=False)
    quotes: Quotes = field(repr=False)
    link: str
    sender: str
    bounces: str
    reply_to: str
    shared: tuple[bytes, ...] = field(repr=False)

    @property
    def domain(self) -> str:
        """The domain that messages and their pictures are named under."""
        return self.sender.rpartition("@")[2]

    @property
    def values(self) -> dict[str, object]:
        """What any template of a mail may print."""
        old = self.corrected
        return {
            "title": self.edition.title,
            "headline": self.edition.headline,
            "day": self.edition.as_of,
            "date": long_date(self.edition.as_of),
            "house": self.settings.sender.name,
            "reason": self.edition.reason,
            "corrected_day": old.as_of if old else date.min,
            "corrected_date": long_date(old.as_of) if old else "",
            "corrected_headline": old.headline if old else "",
        }


def stationery(
    archive: Archive,
    edition_id: str,
    settings: Settings,
    *,
    limit: int | None = None,
    corrected: Edition | None = None,
) -> Stationery:
    """The stationery of an edition.

    Args:
        archive: where it is filed.
        edition_id: its id.
        settings: how the house delivers.
        limit: the most bytes that the server takes, where it says; else None.
        corrected: the edition that this one corrects, where clients are told so.

    Raises:
        DeliveryError: it was built without a mail body, or that cannot be filled.
        ArchiveError: something of it is missing.
    """
    edition = archive.edition(edition_id)
    sender = on_the_wire(settings.sender.address)[0]
    domain = sender.rpartition("@")[2]
    marked = _part(archive, edition, HTML).decode()
    shown, names = _with_pictures(marked, domain)
    html, text = _html(shown, edition.id), _text(_part(archive, edition, TEXT).decode(), edition.id)
    pictures = tuple(_picture(archive, edition, name, domain) for name in names)
    pdf = _part(archive, edition, PDF) if edition.part(PDF) else b""
    file = file_name(edition)
    attachment = attached(pdf, file) if pdf else b""
    reply_to, most = settings.sender.reply_to, settings.limits.message
    return Stationery(
        edition, corrected, settings, min(most, limit or most),
        f"{'Correction: ' if corrected else ''}{edition.headline}", html, text, _look(marked),
        _language(marked), pictures, pdf, file, attachment, quotes(brief_of(archive, edition)),
        _link(settings.link, edition), sender, on_the_wire(settings.sender.bounces)[0],
        on_the_wire(reply_to)[0] if reply_to else "",
        tuple(filter(None, (attachment, *pictures, *html.encoded, *text.encoded))),
    )  # fmt: skip


def file_name(edition: Edition) -> str:
    """What the PDF is called when a client saves it: `US-Small-Caps-2026-01-15.pdf`."""
    plain = unicodedata.normalize("NFKD", edition.title).encode("ascii", "ignore").decode()
    title = "-".join(re.findall(r"[A-Za-z0-9]+", plain))[:_LONGEST_NAME].strip("-")
    number = f"-{edition.number}" if edition.number > 1 else ""
    return f"{title or edition.slug}-{edition.as_of.isoformat()}{number}.pdf"


def attached(pdf: bytes, file: str) -> bytes:
    """The MIME part of a PDF, whole."""
    head = (
        f'Content-Type: application/pdf; name="{file}"',
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{file}"',
    )
    return _headed(head, wire.base64(pdf))


def _headed(lines: tuple[str, ...], body: bytes) -> bytes:
    return "".join(line + wire.END for line in (*lines, "")).encode() + body


def _part(archive: Archive, edition: Edition, path: str) -> bytes:
    part = edition.part(path)
    if part is None:
        raise DeliveryError("was built without a mail body.", where=edition.id, tip=_AGAIN)
    return archive.object(part.sha256)


def _link(address: str, edition: Edition) -> str:
    told = address.replace("{slug}", quote(edition.slug))
    return told.replace("{edition}", quote(edition.id, safe="/"))


# --- pictures and looks -----------------------------------------------------------------------


def _with_pictures(html: str, domain: str) -> tuple[str, tuple[str, ...]]:
    """The HTML with its pictures as parts of the message (RFC 2392), and their names."""
    names = tuple(dict.fromkeys(_PICTURE.findall(html)))
    return _PICTURE.sub(rf'src="cid:\1@{domain}"', html), names


def _picture(archive: Archive, edition: Edition, name: str, domain: str) -> bytes:
    part = edition.part(f"files/mail/{name}.png")
    if part is None:
        message = f"the mail body shows mail/{name}.png, which is no part of the edition."
        raise DeliveryError(message, where=edition.id, tip=_AGAIN)
    head = (
        f'Content-Type: image/png; name="{name}.png"',
        "Content-Transfer-Encoding: base64",
        f"Content-ID: <{name}@{domain}>",
        f'Content-Disposition: inline; filename="{name}.png"',
    )
    return _headed(head, wire.base64(archive.object(part.sha256)))


def _look(html: str) -> Look:
    """How elements of the mail body are set, so that what is filled in is set as they are."""
    styles: dict[str, dict[str, str]] = {}
    for classes, style in _CLASS.findall(html):
        for name in classes.split():
            styles.setdefault(name, _declared(style))
    plain = Look()
    heading = styles.get("chart", {})
    family = {"font-family": heading.get("font-family", ""), "color": heading.get("color", "")}
    return Look(
        _set(styles.get("text", {}), plain.text),
        _set(styles.get("note", {}), plain.note),
        _set(heading, plain.heading),
        _set(family, plain.cell),
        _colour(styles, "small", "border-top", "border-bottom") or plain.rule,
        _colour(styles, "name", "color") or plain.accent,
    )


def _language(html: str) -> str:
    found = _LANGUAGE.search(html)
    return found[1] if found else "en"


def _set(found: Mapping[str, str], plain: str) -> str:
    """Declarations of fonts and colours: those that were found, else plain ones."""
    usable = {one: found[one] for one in _SETTING if _SET.fullmatch(found.get(one, ""))}
    return ";".join(f"{name}:{value}" for name, value in (_declared(plain) | usable).items())


def _declared(style: str) -> dict[str, str]:
    pairs = (one.partition(":") for one in style.replace("&quot;", "'").split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _colour(styles: Mapping[str, Mapping[str, str]], kind: str, *properties: str) -> str:
    values = (styles.get(kind, {}).get(one, "") for one in properties)
    return next((found.group() for one in values if (found := _COLOUR.search(one))), "")


# --- slots ------------------------------------------------------------------------------------


def _html(marked: str, where: str) -> Body:
    return _cut(marked.replace("\r\n", "\n"), _SLOT, where, "\n")


def _text(marked: str, where: str) -> Body:
    return _cut(marked.replace("\r\n", "\n"), _LINE, where, "\n\n")


def _cut(marked: str, slot: re.Pattern[str], where: str, gap: str) -> Body:
    found = list(slot.finditer(marked))
    names = tuple(one.group(1) for one in found)
    if sorted(names) != sorted(SLOTS):
        told = ", ".join(sorted(set(SLOTS) ^ set(names)) or ["some twice"])
        message = f"its mail body cannot be filled, for slots are wrong: {told}."
        tip = f"A template of mails has each once: {', '.join(SLOTS)}."
        raise DeliveryError(message, where=where, tip=tip)
    starts, ends = [0, *(one.end() for one in found)], [*(one.start() for one in found), None]
    pieces = tuple(marked[a:b].strip("\n") for a, b in zip(starts, ends, strict=True))
    encoded = tuple(wire.quoted_printable(one) if one.strip() else b"" for one in pieces)
    return Body(names, pieces, encoded, gap)


def _woven(pieces: Sequence[_T], fillings: Sequence[_T]) -> Iterator[_T]:
    """Pieces with what is filled in between them."""
    for at, piece in enumerate(pieces):
        yield piece
        yield from fillings[at : at + 1]
