"""The body of the mail: a page for mail programs, and a text that stands alone.

It is part of the edition: built, reviewed and approved with it. What differs from client to
client goes into *slots*, which stand in the page and in the text once each and are empty here.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, replace
from itertools import chain
from struct import unpack
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from reporter import document, glossary, inlining, mail_lint, marking, templating, view, wording
from reporter.errors import RenderError
from reporter.model import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from reporter.model import Brand, Brief, Chart, Picture, Text

SLOTS = ("opening", "holdings", "notice", "closing", "unsubscribe")
"""What delivery fills for each client, in the order in which they stand in page and text."""
FOLDER = "mail"
"""Where the pictures lie beside the page."""
CHARTS = 2
WIDTH = 72
LARGEST = 100_000
"""Bytes of the page as sent: Gmail cuts what is longer than about 102 kB."""
ROOM = 8_000
"""Bytes kept free for what the slots will hold."""
LAST_WORD = 90_000
"""Disclosures and the unsubscribe slot end before this byte, slots filled: no cut reaches them."""
_PAGE, _TEXT, _STYLE = "mail.html.j2", "mail.txt.j2", "email.css"
_SERIF = "Charter, 'Bitstream Charter', Cambria, 'Times New Roman', serif"
_SANS = "'Segoe UI', 'Helvetica Neue', Helvetica, Arial, sans-serif"
# Fonts of the reader's machine: Apple's, Windows', any. Georgia is not among them: its figures
# go below the line, and figures are what a brief is made of.
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_DOUBLE = re.compile(r"\[(?=\[)")
_PNG_SIZE = slice(16, 24)
_BITMAP_SCALE = 2


@dataclass(frozen=True, slots=True)
class Body:
    """A mail's body: the page and the text, slots empty."""

    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A chart in its place: the picture's address, and its size in pixels of the screen."""

    chart: Chart
    address: str
    width: int
    height: int


class Slot(NamedTuple):
    """How a slot stands in the page and in the text."""

    html: str
    text: str


class Columns(NamedTuple):
    """How many key figures stand beside each other, and how wide each is, in pixels."""

    across: int
    name: str
    width: int


class _Form(NamedTuple):
    """How much of the brief the page holds."""

    paragraphs: int | None = None
    notes: bool = True
    charts: int = CHARTS
    standfirst: bool = True


FORMS = (
    _Form(),
    _Form(paragraphs=3),
    _Form(paragraphs=1),
    _Form(paragraphs=1, notes=False),
    _Form(paragraphs=0, notes=False, charts=1),
)
"""The page as it should be, and shorter and shorter ones for a brief that is too long."""


def slot(name: str) -> Slot:
    """The marks that delivery looks for: `<!--slot:NAME--><!--/slot:NAME-->` and `[[NAME]]`."""
    return Slot(f"<!--slot:{name}--><!--/slot:{name}-->", f"[[{name}]]")


def chosen(brief: Brief) -> tuple[Chart, ...]:
    """The charts that the mail shows: the lead chart and the next one that carries the story."""
    known = {chart.id: chart for chart in brief.charts}
    order = sorted(brief.sections, key=lambda section: _rank(section.name))
    named = dict.fromkeys(chain.from_iterable(section.charts for section in order))
    shown = (known[name] for name in named if name in known)
    return tuple(chart for chart in shown if chart.kind != "sparkline")[:CHARTS]


def _rank(section: str) -> int:
    return {"front": 0, "leadership": 1}.get(section, 2)


def body(
    brief: Brief, brand: Brand, pictures: Mapping[str, Picture], folder: Path | None = None
) -> Body:
    """The mail's page and text.

    Args:
        brief: the content.
        brand: colours for light and dark, names, disclosures.
        pictures: PNG by chart id, for every one of the charts `chosen`.
        folder: where the spec lies; its `templates/` and `styles/` win over the shipped ones.

    Raises:
        RenderError: a template or style is missing, wrong, or not fit for mail programs; or the
            page is too large even in its shortest form.
    """
    shown = _reduced(brief)
    return Body(_page(shown, brand, pictures, folder), _text(shown, brand, folder))


def _reduced(brief: Brief) -> Brief:
    """The brief with nothing but what the mail tells, its doubtful figures marked."""
    front = tuple(section for section in brief.sections if section.name == "front")
    kept = tuple(replace(section, tables=(), notes=()) for section in front)
    return marking.daggers(replace(brief, sections=kept, charts=chosen(brief)))


def _shared(brief: Brief, brand: Brand) -> dict[str, object]:
    """What page and text hold alike."""
    return {
        "brief": brief,
        "brand": brand,
        "date": wording.long_date(brief.as_of),
        "slots": {name: Slot(templating.trusted(slot(name).html), slot(name).text)
                  for name in SLOTS},
    }  # fmt: skip


def _disclosures(brief: Brief, brand: Brand) -> Iterator[str]:
    yield from brand.disclosures
    if brief.sample:
        yield f"The prices behind this document are invented. {document.SAMPLE_NOTICE}."


def _paragraphs(brief: Brief) -> tuple[Text, ...]:
    return tuple(view.joined(run) for section in brief.sections for run in section.paragraphs)


# --- the page ------------------------------------------------------------------------------------


def _page(brief: Brief, brand: Brand, pictures: Mapping[str, Picture], folder: Path | None) -> str:
    """The page in the longest form that is not too large."""
    shown = tuple(_shown(chart, pictures) for chart in brief.charts)
    fault = None
    for form in FORMS:
        page = _rendered(brief, brand, shown, form, folder)
        fault = _too_large(page)
        if fault is None:
            mail_lint.check(page)
            return page
    raise RenderError(
        f"the mail is too large even in its short form: {fault}.",
        where=_PAGE,
        tip="Shorten the brand's disclosures or the template.",
    )


def _rendered(
    brief: Brief, brand: Brand, shown: tuple[Shown, ...], form: _Form, folder: Path | None
) -> str:
    strips = view.strips(brief, {})
    families = {role: _SERIF if "Serif" in name else _SANS for role, name in brand.fonts.items()}
    values = {
        **_shared(brief, brand),
        "subject": plain(brief.headline),
        "preview": plain(brief.standfirst),
        "style": templating.trusted(document.flat_style(_STYLE, brand, folder, families)),
        "sample": document.SAMPLE_NOTICE if brief.sample else "",
        "terms": glossary.USES[brief.terms].notice,
        "strips": strips,
        "columns": _columns(len(strips)),
        "notes": form.notes,
        "charts": shown[: form.charts],
        "paragraphs": _paragraphs(brief)[: form.paragraphs],
        "doubts": marking.doubts(brief),
        "doubt": {"sign": marking.MARK, "meaning": marking.MEANING},
        "disclosures": tuple(_disclosures(brief, brand)),
    }
    page = inlining.inlined(templating.render(_PAGE, values, folder))
    page = _harmless(page)
    _check_slots(page, [mark for name in SLOTS for mark in _ends(name)], _PAGE)
    return page


def _ends(name: str) -> tuple[str, str]:
    return f"<!--slot:{name}-->", f"<!--/slot:{name}-->"


def _check_slots(written: str, marks: Iterable[str], where: str) -> None:
    """Every mark stands there once, in order.

    Raises:
        RenderError: a template beside the spec left one out, or placed one twice.
    """
    at = -1
    for mark in marks:
        if written.count(mark) != 1 or written.index(mark) < at:
            raise RenderError(f"{mark} must stand there once, in its order.", where=where)
        at = written.index(mark)


def _too_large(page: str) -> str | None:
    """What is too large about it, slots filled; None where nothing is."""
    data = page.encode()
    size = len(data) + ROOM
    if size > LARGEST:
        return f"{wording.count(size)} bytes with its slots filled, at most {LARGEST:,} are sent"
    last = data.index(_ends(SLOTS[-1])[1].encode()) + ROOM
    if last > LAST_WORD:
        return f"disclosures end at byte {wording.count(last)}, later than {LAST_WORD:,}"
    return None


def _shown(chart: Chart, pictures: Mapping[str, Picture]) -> Shown:
    picture = pictures.get(chart.id)
    if picture is None or picture.media_type != "image/png":
        raise RenderError(f"chart {chart.id!r} was not drawn for mail.")
    width, height = unpack(">II", picture.data[_PNG_SIZE])
    size = (round(width / _BITMAP_SCALE), round(height / _BITMAP_SCALE))
    return Shown(chart, f"{FOLDER}/{chart.id}.png", *size)


def _columns(figures: int) -> Columns:
    """Two rows of two for four, else rows of three: nothing stands alone where it need not."""
    return Columns(2, "two", 280) if figures in {2, 4} else Columns(3, "three", 186)


def _harmless(text: str) -> str:
    """The text, in which signs that move, hide or turn what is read stand as escapes."""
    return _UNSEEN.sub(lambda sign: sign[0].encode("unicode_escape").decode(), text)


# --- the text ------------------------------------------------------------------------------------


def _text(brief: Brief, brand: Brand, folder: Path | None) -> str:
    date = wording.long_date(brief.as_of)
    notices = (document.SAMPLE_NOTICE if brief.sample else "", glossary.USES[brief.terms].notice)
    doubts = marking.doubts(brief)
    told = (f"{marking.MARK} {marking.MEANING}: {' '.join(doubts)}",) if doubts else ()
    values = {
        **_shared(brief, brand),
        "notices": _lines(notices),
        "masthead": _lines((brand.house, brand.tagline, f"{brief.title}, {date}")),
        "headline": _wrapped(plain(brief.headline)),
        "standfirst": _wrapped(plain(brief.standfirst)),
        "figures": _lines(_figure(strip) for strip in view.strips(brief, {})),
        "paragraphs": tuple(_wrapped(plain(text)) for text in _paragraphs(brief)),
        "charts": tuple(_lines(_told(chart)) for chart in brief.charts),
        "disclosures": tuple(_wrapped(text) for text in (*told, *_disclosures(brief, brand))),
    }
    text = templating.render(_TEXT, MappingProxyType(values), folder)
    lines = [line for line in text.splitlines() if line in {slot(name).text for name in SLOTS}]
    if lines != [slot(name).text for name in SLOTS]:
        raise RenderError(
            "every slot must stand on a line of its own, once, in its order.", where=_TEXT
        )
    return text


def _figure(strip: view.Strip) -> str:
    """A key figure in a line: label, value, change and over what."""
    more = " ".join(part for part in (plain(strip.change), strip.figure.note) if part)
    return f"{strip.figure.label}: {plain(strip.value)}" + (f" ({more})" if more else "")


def _told(chart: Chart) -> Iterator[str]:
    """A chart in words."""
    yield f"Chart: {plain(chart.title)}"
    yield from (part for part in (chart.subtitle, chart.source_line) if part)


def _lines(texts: Iterable[str]) -> str:
    """Each text on lines of its own, those that are empty left out."""
    return "\n".join(_wrapped(text, "  ") for text in texts if text)


def _wrapped(text: str, indent: str = "") -> str:
    """The words in lines of at most 72 signs; what looks like a slot is one no more."""
    clean = _DOUBLE.sub("[ ", _harmless(" ".join(text.split())))
    return textwrap.fill(
        clean, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
