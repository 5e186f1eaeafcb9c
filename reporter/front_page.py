"""Page 1 holds the whole argument: the lead chart takes the height that the words leave.

All measures are points and stand in `print.css` as well; lines are counted with the fonts' own
widths, so that the page fills to within a line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from reporter.flow import BODY as BODY_LINE
from reporter.flow import FIRST_PAGE_MORE, HEIGHTS, STRIP
from reporter.flow import HEADLINE as HEADLINE_LINE
from reporter.flow import LARGE as LARGE_LINE
from reporter.flow import SMALL as SMALL_LINE
from reporter.marking import daggers
from reporter.model import plain
from reporter.typesetting import level, line_count

if TYPE_CHECKING:
    from reporter.model import Brief, Chart, Section
    from reporter.typesetting import Ruler

Rulers = Callable[[str, int], "Ruler"]
"""The ruler of a brand's font by its role (`text`, `display`, `label`) and weight."""

WIDTH, STANDFIRST_WIDTH, COLUMN_WIDTH, COLUMNS = 468.0, 410.0, 225.0, 2
SMALL, BODY, LARGE, HEADLINE = 8.0, 9.4, 12.0, 24.0
REGULAR, BOLD = 400, 600
TIGHT = 0.01
INDENT = 10.0
MASTHEAD, HEADLINE_MARGIN, STANDFIRST_MARGIN = 34.0, 12.0, 6.0
CHART, ARGUMENT = 30.5, 12.0
LOWEST_LEAD, HIGHEST_LEAD = 80.0, 210.0
EASE = 2.0
"""What is left free, for kerning and rounding."""

SHARE_STEP, LONGER_FIRST = 0.02, 0.06


def fitted(brief: Brief, rulers: Rulers) -> Brief:
    """The brief with its lead chart as high as the argument below it leaves room on page 1.

    Within limits: where words are few the page ends early or the next section begins on it, where
    they are very many the argument runs over. A brief without a lead chart stays as it is.
    """
    front = next((section for section in brief.sections if section.name == "front"), None)
    if front is None or not front.charts:
        return brief
    lead = next(chart for chart in brief.charts if chart.id == front.charts[0])
    taken = _taken(daggers(brief), lead.id, rulers)
    spare = HEIGHTS[brief.page_size] + FIRST_PAGE_MORE - taken - EASE
    size = (lead.size[0], min(max(float(int(spare)), LOWEST_LEAD), HIGHEST_LEAD))
    charts = (replace(c, size=size) if c is lead else c for c in brief.charts)
    return replace(brief, charts=tuple(charts))


def _taken(brief: Brief, lead: str, rulers: Rulers) -> float:
    """Height of everything on page 1 but the lead chart's picture."""
    front = next(section for section in brief.sections if section.name == "front")
    chart = next(chart for chart in brief.charts if chart.id == lead)
    return _opening(brief, rulers) + _around(chart, rulers) + _argument(front, rulers)


def headline_share(headline: str, ruler: Ruler) -> float:
    """The share of the page's width that gives a headline even lines, the first a little longer."""
    count = _headline_lines(headline, ruler, 1.0)
    share = 1.0
    while count > 1 and _headline_lines(headline, ruler, share - SHARE_STEP) == count:
        share -= SHARE_STEP
    return min(share + LONGER_FIRST, 1.0)


def _headline_lines(headline: str, ruler: Ruler, share: float) -> int:
    def tight(text: str) -> float:
        return ruler(text) - TIGHT * len(text)

    return line_count(headline, share * WIDTH / HEADLINE, tight)


def _opening(brief: Brief, rulers: Rulers) -> float:
    """Height of all above the lead chart."""
    headline = _headline_lines(plain(brief.headline), rulers("display", BOLD), 1.0)
    height = MASTHEAD + HEADLINE_MARGIN + HEADLINE_LINE * headline
    if brief.standfirst:
        words = plain(brief.standfirst)
        count = line_count(words, STANDFIRST_WIDTH / LARGE, rulers("text", REGULAR))
        height += STANDFIRST_MARGIN + LARGE_LINE * count
    return height + STRIP * bool(brief.key_figures)


def _around(chart: Chart, rulers: Rulers) -> float:
    """Height of a chart's title, subtitle, source and margins."""
    title = line_count(plain(chart.title), WIDTH / BODY, rulers("label", BOLD))
    small = rulers("label", REGULAR)
    below = line_count(chart.source_line, WIDTH / SMALL, small)
    subtitle = line_count(chart.subtitle, WIDTH / SMALL, small)
    return CHART - SMALL_LINE + BODY_LINE * title + SMALL_LINE * (subtitle + below)


def _argument(front: Section, rulers: Rulers) -> float:
    """Height of the words, in level columns."""
    ruler = rulers("text", REGULAR)
    counts: list[int] = []
    for remarks in front.paragraphs:
        text = " ".join(plain(remark.text) for remark in remarks)
        indent = INDENT / BODY if counts else 0.0
        counts.append(line_count(text, COLUMN_WIDTH / BODY, ruler, indent))
    return ARGUMENT * bool(counts) + BODY_LINE * level(counts, COLUMNS)
