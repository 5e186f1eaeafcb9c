"""How the pages will fill, roughly: each section takes the order that leaves least empty.

Pictures may not be parted, words and long tables may. A picture that does not fit leaves a hole
unless something that may be parted stands before it. Heights are estimates in points from the
measures of `print.css`; a wrong one costs some white, never a wrong page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import ceil
from typing import TYPE_CHECKING

from reporter import marking
from reporter.model import plain

if TYPE_CHECKING:
    from reporter.model import Brand, Brief, Chart, Remark, Section, Table

HEIGHTS = {"A4": 732.0, "Letter": 682.0}
FIRST_PAGE_MORE = 20.0
BODY, SMALL, LARGE, HEADLINE = 12.6, 10.5, 15.5, 26.0
LETTERS = {"Source Serif 4": 78, "Source Sans 3": 86}
COLUMN_LETTERS = {"Source Serif 4": 50.5, "Source Sans 3": 55.0}
COLUMNS = 2
SMALL_LETTERS, CELL_LETTERS = 118, 80
LARGE_LETTERS = {"Source Serif 4": 71, "Source Sans 3": 79}
TITLE_LETTERS, HEADLINE_LETTERS = 95, 46
DISCLOSURE_LETTERS = 92
MASTHEAD, STRIP, ARGUMENT = 52.0, 74.0, 12.0
SECTION, HEAD, CHART, TABLE, ROW, FINE_ROW, MARGIN = 25.0, 20.0, 53.1, 44.0, 13.8, 11.8, 13.0
WHOLE_ROWS = 8
FEWEST_LINES = 3
MOST_ORDERS = 512
PAGE_COST = 0.05
SLACK = 12.0

Orders = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """Something in the flow: `parts` of `step` points each; the first `least` stay together."""

    step: float
    parts: int = 1
    least: int = 1
    lead: float = 0.0


def orders(brief: Brief, brand: Brand) -> Orders:
    """For every section how many of its pictures stand before its tables.

    Args:
        brief: the content.
        brand: its font decides how many lines the words take, its disclosures end the document.
    """
    family = brand.fonts["text"]
    doubts = marking.doubts(brief)
    charts = {chart.id: chart for chart in brief.charts}
    known = [section for section in brief.sections if set(section.charts) <= set(charts)]
    movable = [s for s in known if s.name != "front" and s.charts and s.tables]
    fixed = {section.name: len(section.charts) for section in known}
    choices = product(*(range(len(s.charts), -1, -1) for s in movable))
    tried = [
        fixed | dict(zip((s.name for s in movable), choice, strict=True))
        for choice in islice(choices, MOST_ORDERS)
    ]

    def cost(order: Orders) -> float:
        body = (piece for s in known for piece in _pieces(s, charts, order, family))
        pieces = _opening(brief, family), *body, *_closing(brand, doubts)
        return emptiness(pieces, HEIGHTS[brief.page_size])

    return min(tried, key=cost)


def emptiness(pieces: Iterable[Piece], height: float) -> float:
    """What the holes of all pages but the last cost: squares, so that one large one is worse."""
    cost, left = 0.0, height + FIRST_PAGE_MORE
    for piece in pieces:
        parts, lead, need = piece.parts, piece.lead, piece.least
        while parts:
            if left < lead + piece.step * min(need, parts) + SLACK and left < height:
                cost += (left / height) ** 2 + PAGE_COST
                left = height + min(lead, MARGIN)  # a page's first margin is dropped
            fit = min(parts, max(1, int((left - lead) / piece.step)))
            left = max(0.0, left - lead - piece.step * fit)
            parts, lead, need = parts - fit, 0.0, 1
    return cost


# --- estimates -----------------------------------------------------------------------------------


def lines(text: str, letters: float) -> int:
    """Number of lines a text takes."""
    return max(1, ceil(len(text) / letters))


def _opening(brief: Brief, family: str) -> Piece:
    """Everything above the lead chart: one piece that is never parted."""
    letters = LARGE_LETTERS.get(family, TITLE_LETTERS)
    headline = HEADLINE * lines(plain(brief.headline), HEADLINE_LETTERS)
    standfirst = LARGE * lines(plain(brief.standfirst), letters)
    return Piece(MASTHEAD + headline + standfirst + STRIP * bool(brief.key_figures))


def _argument(front: Section, family: str) -> Piece:
    """The words of page 1, in level columns."""
    letters = COLUMN_LETTERS.get(family, LETTERS["Source Serif 4"] / COLUMNS)
    texts = (" ".join(plain(remark.text) for remark in remarks) for remarks in front.paragraphs)
    count = ceil(sum(lines(text, letters) for text in texts) / COLUMNS)
    return Piece(BODY, count, count, ARGUMENT)


def _pieces(
    section: Section, charts: Mapping[str, Chart], order: Orders, family: str
) -> Iterator[Piece]:
    pictures = [_picture(charts[name]) for name in section.charts]
    if section.name == "front":
        yield from (*pictures, _argument(section, family))
        return
    words = list(_words(section.paragraphs, LETTERS.get(family, SMALL_LETTERS), SECTION))
    at = order[section.name]
    opening = [] if words else [Piece(SECTION + HEAD)]
    tables = (piece for table in section.tables for piece in _table(table))
    yield from _kept([*opening, *words, *pictures[:at], *tables, *pictures[at:]], not words)
    yield from _fine(section)


def _fine(section: Section) -> Iterator[Piece]:
    """Notes and definitions."""
    notes = sum(lines(plain(note), SMALL_LETTERS) for note in section.notes)
    terms = str(section.options.get("definitions", ""))
    if notes or terms:
        yield Piece(SMALL, notes + lines(terms, SMALL_LETTERS), lead=MARGIN)


def _closing(brand: Brand, doubts: Sequence[str]) -> Iterator[Piece]:
    """What daggers mean, and the disclosures."""
    if doubts:
        yield Piece(SMALL, lines(" ".join(doubts), SMALL_LETTERS), lead=MARGIN)
    count = sum(lines(text, DISCLOSURE_LETTERS) for text in brand.disclosures)
    yield Piece(SMALL, count, FEWEST_LINES, SECTION + MARGIN)


def _kept(pieces: Sequence[Piece], alone: bool) -> Sequence[Piece]:  # noqa: FBT001
    """A head without words stays with what follows it."""
    if not alone or len(pieces) < 2:  # noqa: PLR2004
        return pieces
    head, first, *rest = pieces
    joined = Piece(first.step, first.parts, first.least, first.lead + head.step)
    return joined, *rest


def _words(paragraphs: Sequence[Sequence[Remark]], letters: int, lead: float) -> Iterator[Piece]:
    for remarks in paragraphs:
        text = " ".join(plain(remark.text) for remark in remarks)
        yield Piece(BODY, lines(text, letters), FEWEST_LINES, lead)
        lead = BODY / 2


def _picture(chart: Chart) -> Piece:
    title = BODY * lines(plain(chart.title), TITLE_LETTERS)
    titles = title + SMALL * lines(chart.subtitle, SMALL_LETTERS)
    return Piece(CHART - BODY - SMALL - MARGIN + titles + chart.size[1], lead=MARGIN)


def _table(table: Table) -> Iterator[Piece]:
    rows = sum(lines(max((c.text for c in row), key=len), CELL_LETTERS) for row in table.rows)
    whole = len(table.rows) <= WHOLE_ROWS
    step = FINE_ROW if table.id == "figures" else ROW
    yield Piece(step, rows, rows if whole else FEWEST_LINES, TABLE)
    if table.note:
        yield Piece(SMALL, lines(table.note, SMALL_LETTERS))
