"""Figures across editions: every key figure that two editions gave, as a chart and a table."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from html import escape

from reporter import drawing, glossary, wording
from reporter.archive.site.shelf import Issue, Sighting
from reporter.charts._editions import headline, of_editions
from reporter.display import num
from reporter.model import Brand, Chart

MOST_LINKS = 120
"""Points of a chart that are shown and lead to editions; more would touch: the table has all."""
_STYLE = re.compile(r' style="((?:fill|stroke):var\(--[a-z]+,#[0-9a-f]{6}\);?)+"')
_PAINT = re.compile(r"(fill|stroke):var\(--([a-z]+),")
_PLOT = re.compile(r'data-plot-(\w+)="([\d.]+)"|data-y-(min|max)="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Trend:
    """A figure at the editions that gave it, oldest first, one edition a day.

    `path` is its page's place below the site.
    """

    fact: str
    name: str
    path: str
    sample: bool
    points: tuple[tuple[Issue, Sighting], ...]

    @property
    def last(self) -> Sighting:
        """The figure at the latest edition."""
        return self.points[-1][1]

    @property
    def linked(self) -> bool:
        """Whether its points are shown, each as a link to its edition."""
        return len(self.points) <= MOST_LINKS

    @property
    def headline(self) -> str:
        """What the last value is and how it stands among the others."""
        return headline(self.name, _numbers(self))


def trends(issues: Sequence[Issue]) -> tuple[Trend, ...]:
    """Every key figure of two editions and more, by name; sample data is never mixed in.

    An edition that was corrected counts as its correction has it; of two editions of one day the
    first by slug counts.
    """
    found: dict[tuple[str, bool], dict[str, tuple[Issue, Sighting]]] = {}
    for issue in issues:
        if issue.corrected_by:
            continue
        for one in issue.sightings:
            days = found.setdefault((one.fact, issue.edition.sample), {})
            days.setdefault(issue.edition.as_of.isoformat(), (issue, one))
    made = [
        Trend(fact, name(*last), _path(fact, sample=sample), sample, tuple(points))
        for (fact, sample), days in found.items()
        if len(points := list(days.values())) > 1 and (last := points[-1])
    ]
    return tuple(sorted(made, key=lambda trend: (trend.name, trend.path)))


def name(issue: Issue, one: Sighting) -> str:
    """What a figure is of: "Russell 2000, return, year to date", a level by its name alone."""
    names = issue.names or {}
    subject = names.get(one.subject, one.subject.removeprefix("flow:"))
    if one.benchmark:
        subject = f"{subject} against {names.get(one.benchmark, one.benchmark)}"
    measure = glossary.metric_name(one.metric)
    if not measure.isupper():
        measure = measure[:1].lower() + measure[1:]
    parts = (subject, measure, glossary.window_name(one.window))
    return ", ".join(part for part in parts if part)


def _path(fact: str, *, sample: bool) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", fact.lower()).strip("-")[:60].strip("-")
    digest = hashlib.sha256(f"{fact}\n{sample}".encode()).hexdigest()[:6]
    return f"figures/{words or 'figure'}-{digest}.html"


def chart(trend: Trend) -> Chart:
    """The chart of a figure over its editions."""
    sources = ", ".join(dict.fromkeys(issue.edition.source for issue, _ in trend.points))
    day = wording.long_date(trend.points[-1][0].edition.as_of)
    sample = " Sample data, not market prices." if trend.sample else ""
    source = f"Source: {sources}, as printed in each edition; as of {day}.{sample}"
    return of_editions(trend.name, _numbers(trend), trend.last.unit, source)


def _numbers(trend: Trend) -> list[tuple[date, float, str]]:
    return [(issue.edition.as_of, one.value, one.display) for issue, one in trend.points]


def pictures(trend: Trend, brand: Brand) -> tuple[str, str]:
    """The chart as SVG for a page, for a desk and for a phone; its points lead to editions."""
    drawn = chart(trend)
    made = (drawing.picture(drawn, brand, medium) for medium in ("screen", "phone"))
    wide, slim = (_linked(picture.data.decode(), trend) for picture in made)
    return wide, slim


def _linked(svg: str, trend: Trend) -> str:
    """The picture with colours by class, as the site's policy wants it, and its points as links.

    Links are for pointers: those who come by keyboard find the same in the table below.
    """
    plot = {one or other: float(at or to) for one, at, other, to in _PLOT.findall(svg)}
    picture = _STYLE.sub(_classes, svg).replace("<svg ", '<svg class="plotted" ', 1)
    if not trend.linked:
        return picture
    dots = "".join(map(partial(_dot, trend, plot), trend.points))
    return picture.replace('role="img"', 'role="group"', 1).removesuffix("</svg>") + dots + "</svg>"


def _classes(match: re.Match[str]) -> str:
    names = " ".join(f"{role}-{token}" for role, token in _PAINT.findall(match[0]))
    return f' class="{names}"'


def _dot(trend: Trend, plot: dict[str, float], point: tuple[Issue, Sighting]) -> str:
    issue, one = point
    first, last = (trend.points[at][0].edition.as_of for at in (0, -1))
    share = (issue.edition.as_of - first).days / (last - first).days
    x = plot["left"] + share * (plot["right"] - plot["left"])
    rise = (one.value - plot["min"]) / (plot["max"] - plot["min"])
    y = plot["bottom"] - rise * (plot["bottom"] - plot["top"])
    told = escape(f"{wording.long_date(issue.edition.as_of)}: {one.display}")
    return (
        f'<a href="../{issue.folder}index.html" tabindex="-1" aria-hidden="true">'
        f"<title>{told}</title>"
        f'<circle class="target" cx="{num(x)}" cy="{num(y)}" r="9"/>'
        f'<circle class="point" cx="{num(x)}" cy="{num(y)}" r="2.6"/></a>'
    )
