"""What holds for every chart, whatever its kind (the desk's chart rules T41 to T50)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from reporter import brands
from reporter.charts.base import ChartContext, charts
from reporter.display import DisplayList, Words
from reporter.drawing import display_list
from reporter.model import Chart, Gap, Json, plain

HOUSE = brands.load("house")
PHONE = (340.0, 200.0)


def made(context: ChartContext, kind: str, **options: Json) -> Chart:
    """The chart, which must not be a gap."""
    chart = charts.get(kind).build(context, options)
    assert isinstance(chart, Chart), chart
    return chart


def refused(context: ChartContext, kind: str, **options: Json) -> Gap:
    """The gap, which must not be a chart."""
    gap = charts.get(kind).build(context, options)
    assert isinstance(gap, Gap), gap
    return gap


def obeys_the_rules(chart: Chart, context: ChartContext) -> None:
    """Title, subtitle, source, alternative text and labels are as the desk wants them."""
    ids = {fact.id for fact in context.facts}
    cited = [span.fact for span in chart.title if span.kind == "fact"]
    assert cited, "the title states no fact"
    assert set(cited) <= ids
    assert len(plain(chart.title).split()) > 3
    assert not any(
        any(letter.isdigit() for letter in span.text) for span in chart.title if span.kind == "text"
    )
    assert chart.subtitle
    assert "as of 15 January 2026" in chart.source_line
    assert chart.alt.endswith(".")
    for drawing in (display_list(chart, HOUSE), display_list(chart, HOUSE, size=narrow(chart))):
        assert not list(overlapping(drawing))
        assert not list(outside(drawing))


def narrow(chart: Chart) -> tuple[float, float]:
    """A phone's width at the chart's own height."""
    return min(PHONE[0], chart.size[0]), chart.size[1]


def box(words: Words) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a line of text, measured with the font itself."""
    wide = text_width(words)
    left = words.x - wide * {"start": 0, "middle": 0.5, "end": 1}[words.anchor]
    return left, words.y - 0.66 * words.size, left + wide, words.y + 0.1 * words.size


def text_width(words: Words) -> float:
    """Width of a line in points, with kerning, by FreeType."""
    from matplotlib.ft2font import FT2Font, LoadFlags

    from reporter.resources import shipped

    style = "Semibold" if words.weight == 600 else "Regular"
    font = FT2Font(str(shipped("styles") / "fonts" / f"SourceSans3-{style}.ttf"))
    font.set_size(words.size, 72)
    font.set_text(words.text, 0.0, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0]) / 64


def texts(drawing: DisplayList) -> list[Words]:
    """The words of a drawing."""
    return [mark for mark in drawing.marks if isinstance(mark, Words)]


def overlapping(drawing: DisplayList) -> Iterator[tuple[str, str]]:
    """Pairs of texts that stand on each other."""
    boxes = [(words.text, box(words)) for words in texts(drawing) if words.text]
    for (one, a), (other, b) in combinations(boxes, 2):
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]:
            yield one, other


def outside(drawing: DisplayList) -> Iterator[str]:
    """Texts that leave the sheet."""
    for words in texts(drawing):
        left, top, right, bottom = box(words)
        if left < -0.5 or right > drawing.width + 0.5 or top < -1 or bottom > drawing.height + 1:
            yield words.text


def shown(chart: Chart) -> set[str]:
    """All texts in the picture of a chart."""
    return {words.text for words in texts(display_list(chart, HOUSE))}
