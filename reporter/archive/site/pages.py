"""The archive as a web site: files alone, read from a disk or from any server.

Everything in it comes from what editions show their readers; the same archive gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from reporter import document, glossary, wording
from reporter.archive.base import Archive
from reporter.archive.site import feed, pictures, trends, wordlist
from reporter.archive.site.publishing import Leaf, mark, publish
from reporter.archive.site.shelf import PAGE, PRINT, Approved, Issue, Shelf, shelf
from reporter.model import Brand
from reporter.resources import shipped
from reporter.templating import render, trusted
from reporter.written import text as read

NEWEST = 24
"""Editions on the first page; the years have all."""
SCRIPTS = ("search.js",)
POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; "
    "img-src 'self' file: data:; font-src data:; base-uri 'none'; form-action 'self' file:"
)
"""A page on a disk has no origin, so `'self'` alone would forbid it its own files there."""
INTERNAL = "Internal: for the house's own use, not to be published"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a site shall be.

    `base` is its address with a slash behind, empty where unknown; `internal` takes in what may
    not be passed on, and names people; `approved` tells of an id whether that edition may go to
    the site's readers.
    """

    brand: Brand
    base: str = ""
    internal: bool = False
    approved: Approved | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """What was written: files, editions and figures, what was left out, pages without picture."""

    files: int
    editions: int
    figures: int
    left_out: Mapping[str, int]
    unpictured: int
    only_sample: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """An edition as the site's pages show it; `picture` has no bytes any more."""

    issue: Issue
    date: str
    month: str
    marks: tuple[str, ...]
    folder: str
    picture: pictures.Picture | None
    others: Mapping[str, str]

    @property
    def edition(self) -> Any:  # noqa: ANN401  for templates
        """The record."""
        return self.issue.edition

    @property
    def terms(self) -> str:
        """What must be said of the data where it may not be passed on."""
        return next((u.notice for t, u in glossary.USES.items() if t == self.edition.terms), "")


@dataclass(slots=True)
class _Site:
    """A site while it is written."""

    archive: Archive
    wish: Wish
    shelf: Shelf
    cards: list[Card] = field(default_factory=list)
    trends: tuple[trends.Trend, ...] = ()

    def leaves(self) -> Iterator[Leaf]:
        """Every file, pictures first: pages say how large they are."""
        yield mark()
        yield from self._assets()
        others = feed.addresses(self.shelf)
        for issue in self.shelf.issues:
            yield from self._files(issue, others)
        self.trends = trends.trends(self.shelf.issues)
        yield from self._editions()
        yield from self._lists()
        yield from self._figures()
        yield self._page("search.html", "search", "Search", count=len(self.cards))
        for path, data in wordlist.files(self.shelf.issues):
            yield Leaf(path, data)
        yield Leaf("feed.xml", feed.feed(self.shelf, self.wish.brand.house, self.wish.base))

    def _assets(self) -> Iterator[Leaf]:
        style = read((shipped("styles") / "site.css").read_bytes())
        tokens = document.screen_tokens(self.wish.brand)
        yield Leaf("assets/site.css", f"{tokens}\n{style}".encode())
        for name in SCRIPTS:
            yield Leaf(f"assets/{name}", (shipped("templates") / "site" / name).read_bytes())

    def _files(self, issue: Issue, others: Mapping[str, str]) -> Iterator[Leaf]:
        """The files of an edition as they were filed, and the picture of its first page."""
        picture = None
        for part in issue.files:
            yield Leaf(issue.folder + part.path.removeprefix("files/"), part)
            if part.path == PRINT:
                pdf = partial(self.archive.object, part.sha256)
                picture = pictures.first_page(pdf, part.sha256, self.archive.folder)
        if picture:
            yield Leaf(f"{issue.folder}page.webp", picture.data)
            picture = pictures.Picture(b"", picture.width, picture.height)
        day = issue.edition.as_of
        self.cards.append(
            Card(
                issue,
                wording.long_date(day),
                wording.month_year(day),
                tuple(wordlist.marks(issue)),
                quote(issue.folder),
                picture,
                others,
            )
        )

    def _editions(self) -> Iterator[Leaf]:
        """A page an edition, with a link to the one before and the one after of its title."""
        for _, same in _by(self.cards, lambda card: card.edition.slug):
            current = [card for card in same if not card.issue.corrected_by]
            for card in same:
                earlier = [c for c in current if c.edition.as_of < card.edition.as_of]
                later = [c for c in current if c.edition.as_of > card.edition.as_of]
                files = [p.path.removeprefix("files/") for p in card.issue.files]
                yield self._page(
                    f"{card.issue.folder}index.html",
                    "edition",
                    f"{card.edition.headline} \u2013 {card.edition.title}, {card.date}",
                    card=card,
                    before=earlier[-1:],
                    after=later[:1],
                    web=card.issue.file(PAGE),
                    pdf=card.issue.file(PRINT),
                    data=[name for name in files if name.endswith((".csv", ".json"))],
                )

    def _lists(self) -> Iterator[Leaf]:
        """The first page, and one a year of all titles and of each."""
        newest = self.cards[::-1]
        shown = newest[:NEWEST]
        real = [card for card in newest if not card.edition.sample]
        if real and real[0] not in shown:  # it leads
            shown = [*shown[:-1], real[0]]
        yield self._list("index.html", "Editions", shown, "", lead=True)
        for year, some in _by(newest, lambda card: card.edition.as_of.year):
            yield self._list(f"years/{year}.html", f"Editions of {year}", some, "")
            for slug, same in _by(some, lambda card: card.edition.slug):
                title = f"{same[0].edition.title}, {year}"
                yield self._list(f"titles/{slug}/{year}.html", title, same, slug)

    def _list(
        self, path: str, name: str, cards: Sequence[Card], slug: str, *, lead: bool = False
    ) -> Leaf:
        real = [card for card in cards if not card.edition.sample]
        first = (real or cards)[:1] if lead else []
        rest = [card for card in cards if card not in first]
        months = [(month, list(some)) for month, some in groupby(rest, lambda card: card.month)]
        return self._page(
            path, "list", name,
            lead=first, months=months, years=self._years(slug), slug=slug, home=lead,
            titles=self._titles(), more=lead and len(self.cards) > NEWEST,
        )  # fmt: skip

    def _years(self, slug: str) -> list[tuple[int, str]]:
        """Years with editions of a title, or of any, newest first, each with its page."""
        folder = f"titles/{slug}" if slug else "years"
        own = {c.edition.as_of.year for c in self.cards if slug in {"", c.edition.slug}}
        return [(year, f"{folder}/{year}.html") for year in sorted(own, reverse=True)]

    def _titles(self) -> list[tuple[str, str, str]]:
        """Every title by its slug, with the page of its latest year."""
        latest = {card.edition.slug: card.edition for card in self.cards}
        return [
            (slug, edition.title, f"titles/{slug}/{edition.as_of.year}.html")
            for slug, edition in sorted(latest.items())
        ]

    def _figures(self) -> Iterator[Leaf]:
        yield self._page("figures/index.html", "figures", "Figures", trends=self.trends)
        cards = {card.edition.id: card for card in self.cards}
        for trend in self.trends:
            wide, slim = trends.pictures(trend, self.wish.brand)
            rows = [(cards[issue.edition.id], one) for issue, one in reversed(trend.points)]
            yield self._page(
                trend.path,
                "figure",
                trend.headline,
                trend=trend,
                chart=trends.chart(trend),
                rows=rows,
                wide=trusted(wide),
                slim=trusted(slim),
            )

    def _page(self, path: str, template: str, name: str, **values: object) -> Leaf:
        shared = {
            "up": "../" * path.count("/"),
            "name": name,
            "brand": self.wish.brand,
            "policy": POLICY,
            "internal": INTERNAL if self.wish.internal else "",
            "address": self.wish.base + quote(path) if self.wish.base else "",
            "has_figures": bool(self.trends),
        }
        page = render(f"site/{template}.html.j2", {**shared, **values})
        return Leaf(path, page.encode())


def build(archive: Archive, place: Path, wish: Wish, *, last: bool = True) -> Built:
    """Write the site of an archive into a folder, in the place of an earlier one.

    `last` says that the program does nothing after it.

    Raises:
        ArchiveError: an edition is not what was filed.
        OutputError: the folder cannot be written, or is not a site's.
    """
    found = shelf(archive, internal=wish.internal, approved=wish.approved)
    site = _Site(archive, wish, found)
    count = publish(site.leaves(), archive, place, last=last)
    bare = sum(card.picture is None for card in site.cards)
    only = bool(site.cards) and all(card.edition.sample for card in site.cards)
    return Built(count, len(site.cards), len(site.trends), found.left_out, bare, only)


def report(built: Built) -> dict[str, Any]:
    """What was built, as JSON tells it."""
    return {
        "files": built.files,
        "editions": built.editions,
        "figures": built.figures,
        "left_out": dict(built.left_out),
    }


def spelled(built: Built) -> list[str]:
    """What is worth knowing of what was built, a line each."""
    lines = []
    if built.left_out:
        why = "; ".join(f"{count} ({reason})" for reason, count in built.left_out.items())
        lines.append(f"Editions left out: {why}.")
    if built.only_sample:
        lines.append("Only editions from sample data are shown: there is no other.")
    if built.unpictured:
        tip = (
            "the PDF cannot be drawn"
            if pictures.possible()
            else "install pypdfium2: pip install 'market-brief-reporter[site]'"
        )
        pages = "edition is" if built.unpictured == 1 else "editions are"
        lines.append(f"{built.unpictured} {pages} shown without a picture of page 1: {tip}.")
    return lines


def dumped(built: Built) -> str:
    """The report as JSON text."""
    return json.dumps(report(built), indent=1, sort_keys=True)


def _by(cards: Sequence[Card], key: Any) -> Iterator[tuple[Any, list[Card]]]:  # noqa: ANN401  a sort key
    """Cards by a key, in their order within each."""
    for value, some in groupby(sorted(cards, key=key), key):
        yield value, list(some)
