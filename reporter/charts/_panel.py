"""A plot area on a sheet: data to points, and the furniture charts share.

The house's manner: light horizontal grid lines, no vertical ones, no frame, few ticks, and a
label at each line's end in the line's colour instead of a legend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from matplotlib import rcParams

from reporter.brands import contrast
from reporter.charts._sheet import BOLD, CAP_HEIGHT, Line, Point, Sheet
from reporter.display import REGULAR as REGULAR, Plot

if TYPE_CHECKING:
    from reporter.model import Brand, ChartSeries, Json

Values = Sequence[float | None]
Ticks = Sequence[tuple[float, str]]

WEIGHTS: Mapping[str, float] = {"subject": 1.25, "benchmark": 1.0, "context": 0.75}
SOLID: tuple[float, ...] = ()
DASHED = (5.0, 2.0)
CONTEXT_DASHES = ((3.6, 1.6), (1.2, 1.6), (6.0, 1.6, 1.2, 1.6))
"""Lines of the context share a colour: the dash tells them apart, in grey too."""
DARKEST = 0.008856
LIGHTNESS_APART = 15.0
"""Least difference of CIE lightness (0 to 100) that two solid lines need in grey."""


@dataclass(frozen=True, slots=True)
class Panel:
    """The part of a sheet between `left`, `right`, `bottom` and `top` that shows data.

    `x` and `y` are the data values at those edges.
    """

    sheet: Sheet
    brand: Brand
    left: float
    right: float
    bottom: float
    top: float
    x: tuple[float, float]
    y: tuple[float, float]

    def px(self, x: float) -> float:
        """Points from the sheet's left edge."""
        return self.left + (x - self.x[0]) / (self.x[1] - self.x[0]) * (self.right - self.left)

    def py(self, y: float) -> float:
        """Points from the sheet's bottom edge."""
        return self.bottom + (y - self.y[0]) / (self.y[1] - self.y[0]) * (self.top - self.bottom)

    def runs(self, values: Values) -> list[list[Point]]:
        """Unbroken stretches of a series whose x are 0, 1, 2, ..."""
        runs: list[list[Point]] = [[]]
        for at, value in enumerate(values):
            if value is not None:
                runs[-1].append((self.px(at), self.py(value)))
            elif runs[-1]:
                runs.append([])
        return [run for run in runs if len(run) > 1]

    def answers(self, count: int) -> None:
        """Tell readers with a pointer that this panel's points are 0 to `count` - 1."""
        top, bottom = self.sheet.height - self.top, self.sheet.height - self.bottom
        left, right = self.px(0), self.px(count - 1)
        self.sheet.plot = Plot(left, right, top, bottom, self.y[0], self.y[1], count)

    def grid(self, ticks: Ticks, *, base: float | None = None) -> None:
        """Horizontal grid lines with their labels at the sheet's left edge.

        `base` is the level drawn darker, such as zero.
        """
        thin = Line(self.brand.colours["rule"], rcParams["grid.linewidth"])
        self.sheet.stroke([self._across(value) for value, _ in ticks if value != base], thin)
        if base is not None:
            strong = Line(self.brand.colours["muted"], rcParams["axes.linewidth"])
            self.sheet.stroke([self._across(base)], strong)
        for value, label in ticks:
            self._tick(label, value)

    def _across(self, y: float) -> list[Point]:
        return [(self.left, self.py(y)), (self.right, self.py(y))]

    def _tick(self, label: str, y: float) -> None:
        size = rcParams["ytick.labelsize"]
        self.sheet.write(
            (self.left - 6, self.py(y) - size * CAP_HEIGHT / 2), label,
            self.brand.colours["muted"], size=size, anchor="right",
        )  # fmt: skip

    def dates(self, ticks: Ticks) -> None:
        """Dates below the panel, each with a short tick; those that would collide are left out."""
        size, colour = rcParams["xtick.labelsize"], self.brand.colours["muted"]
        shown = self._fitting(ticks, size)
        marks = [[(self.px(x), self.bottom), (self.px(x), self.bottom - 3)] for x, _ in shown]
        if marks:
            self.sheet.stroke(marks, Line(colour, rcParams["grid.linewidth"]))
        for x, label in shown:
            place = self.sheet.place_within(self.px(x), label, size)
            self.sheet.write((place, self.bottom - 4 - size), label, colour, size=size)

    def _fitting(self, ticks: Ticks, size: float) -> list[tuple[float, str]]:
        shown: list[tuple[float, str]] = []
        free = -1e9
        for x, label in ticks:
            left = self.sheet.place_within(self.px(x), label, size)
            if left >= free:
                shown.append((x, label))
                free = left + self.sheet.width_of(label, size=size) + size
        return shown

    def line(self, values: Values, line: Line) -> None:
        """Draw a series whose x are 0, 1, 2, ..."""
        if runs := self.runs(values):
            self.sheet.stroke(runs, line)

    def end_dot(self, label: EndLabel) -> None:
        """Close a line with a dot at its last value."""
        at = (self.right, self.py(label.y))
        self.sheet.dot(at, rcParams["lines.linewidth"] * 1.35, label.colour)

    def area(self, values: Values, base: float, colour: str, alpha: float = 0.14) -> None:
        """Fill between a series and the level `base`."""
        for run in self.runs(values):
            floor = self.py(base)
            self.sheet.fill([(run[0][0], floor), *run, (run[-1][0], floor)], colour, alpha)


    def beyond(self, values: Values, bound: float, colour: str, *, above: bool) -> None:
        """Fill where a series is above (or below) a bound."""
        sign = 1 if above else -1
        for outline in _beyond(values, bound, sign):
            points = [(self.px(x), self.py(y)) for x, y in outline]
            self.sheet.fill(points, colour, 0.35)

    def level(self, y: float, label: str, colour: str) -> None:
        """A level across the panel, its words above it at the left."""
        size = rcParams["xtick.labelsize"]
        self.sheet.stroke([self._across(y)], Line(colour, rcParams["axes.linewidth"], (1.2, 1.6)))
        self.sheet.write((self.left + 2, self.py(y) + 3), label, colour, size=size)

    def band(self, first: float, last: float, label: str) -> None:
        """Shade a stretch of sessions, with its words at the top, left of its end."""
        size, muted = rcParams["xtick.labelsize"], self.brand.colours["muted"]
        left, right = self.px(first), self.px(last)
        self.sheet.block(left, self.bottom, right - left, self.top - self.bottom, muted, 0.12)
        at = (min(right, self.right), self.top - size)
        self.sheet.write((left - 4, at[1]), label, muted, size=size, anchor="right")

    def caption(self, text: str) -> None:
        """Name the panel above its left edge."""
        size, muted = rcParams["xtick.labelsize"], self.brand.colours["muted"]
        self.sheet.write((self.left, self.top + 3), text, muted, size=size)


def _beyond(values: Values, bound: float, sign: int) -> list[list[Point]]:
    """Outlines of the parts of a series on one side of a bound, closed along the bound."""
    outlines: list[list[Point]] = []
    current: list[Point] = []
    for at, (before, value) in enumerate(pairwise([None, *values])):
        if value is None:
            current = []
            continue
        inside = (value - bound) * sign > 0
        if before is not None and inside != ((before - bound) * sign > 0):
            crossing = (at - 1 + (bound - before) / (value - before), bound)
            current.append(crossing)
            if not inside:
                outlines.append(current)
                current = []
        if inside:
            current = current or [(at, bound)]
            current.append((at, value))
    if current:
        outlines.append([*current, (current[-1][0], bound)])
    return [outline for outline in outlines if len(outline) > 2]  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class EndLabel:
    """What stands at a line's end: the fact's display, and the line's name."""

    y: float
    value: str
    name: str
    colour: str


def styled(series: Sequence[ChartSeries], brand: Brand) -> list[Line]:
    """The line of each series: colour by role, dash and weight so that grey tells them apart."""
    lines, others = [], 0
    for one in series:
        dash = SOLID
        if one.role == "benchmark" and not _apart(brand):
            dash = DASHED
        if one.role == "context":
            dash = CONTEXT_DASHES[others % len(CONTEXT_DASHES)]
            others += 1
        width = rcParams["lines.linewidth"] * WEIGHTS[one.role]
        lines.append(Line(brand.colours[one.role], width, dash))
    return lines


def thinner(line: Line) -> Line:
    """The line for an indicator, which must not outweigh the prices."""
    return replace(line, width=rcParams["lines.linewidth"] * 0.75)


def _apart(brand: Brand) -> bool:
    one, other = (lightness(brand.colours[role]) for role in ("subject", "benchmark"))
    return abs(one - other) >= LIGHTNESS_APART


def lightness(colour: str) -> float:
    """CIE lightness of a colour `#rrggbb`, 0 to 100: what is left of it in grey."""
    relative = contrast(colour, "#000000") * 0.05 - 0.05
    return 116 * relative ** (1 / 3) - 16 if relative > DARKEST else relative * 903.3  # noqa: PLR2004


def label_width(sheet: Sheet, labels: Sequence[EndLabel]) -> float:
    """Points to keep free at the right of a panel for these labels."""
    return max((_one_width(sheet, label) for label in labels), default=0.0) + 8


def _one_width(sheet: Sheet, label: EndLabel) -> float:
    value = sheet.width_of(label.value, weight=BOLD)
    name = sheet.width_of(label.name)
    if sheet.narrow or not label.name:
        return max(value, name)
    return value + 4 + name


def end_labels(panel: Panel, labels: Sequence[EndLabel]) -> None:
    """Write labels to the right of a panel, at their lines' height but never on each other."""
    size = rcParams["font.size"]
    tall = size * (2.2 if panel.sheet.narrow else 1.25)
    order = sorted(labels, key=lambda label: label.y)
    wanted = [panel.py(label.y) for label in order]
    room = (panel.bottom + tall / 2 - 4, panel.top - tall / 2 + 6)
    for label, middle in zip(order, spread(wanted, tall, *room), strict=True):
        _write_label(panel, label, middle)


def _write_label(panel: Panel, label: EndLabel, middle: float) -> None:
    sheet, size = panel.sheet, rcParams["font.size"]
    left, base = panel.right + 6, middle - size * CAP_HEIGHT / 2
    if sheet.narrow and label.name:
        sheet.write((left, base + size * 0.55), label.value, label.colour, weight=BOLD)
        sheet.write((left, base - size * 0.55), label.name, label.colour)
        return
    sheet.write((left, base), label.value, label.colour, weight=BOLD)
    after = left + sheet.width_of(label.value, weight=BOLD) + 4
    sheet.write((after, base), label.name, label.colour)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Ascending places as near as can be to `wanted`, at least `gap` apart, within the room.

    Where the room is too small for all, the gap holds and the room does not.
    """
    groups: list[list[float]] = []
    for place in wanted:
        groups.append([place])
        while len(groups) > 1 and _collide(groups[-2], groups[-1], gap):
            groups[-2:] = [[*groups[-2], *groups[-1]]]
    places = [place for group in groups for place in _around(group, gap)]
    return _within(places, gap, low, high)


def _around(group: Sequence[float], gap: float) -> list[float]:
    first = sum(group) / len(group) - gap * (len(group) - 1) / 2
    return [first + gap * at for at in range(len(group))]


def _collide(lower: Sequence[float], upper: Sequence[float], gap: float) -> bool:
    return _around(upper, gap)[0] - _around(lower, gap)[-1] < gap


def _within(places: list[float], gap: float, low: float, high: float) -> list[float]:
    for at in range(len(places) - 1, -1, -1):
        ceiling = high if at == len(places) - 1 else places[at + 1] - gap
        places[at] = min(places[at], ceiling)
    for at in range(len(places)):
        floor = low if at == 0 else places[at - 1] + gap
        places[at] = max(places[at], floor)
    return places


def ticks(options: Mapping[str, Json], key: str) -> list[tuple[float, str]]:
    """Ticks as `build` left them in the options: pairs of place and label."""
    pairs = options.get(key, [])
    assert isinstance(pairs, list)
    return [(float(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, list)]


def bounds(options: Mapping[str, Json], key: str) -> tuple[float, float]:
    """An axis' two ends as `build` left them in the options."""
    pair = options[key]
    assert isinstance(pair, list)
    low, high = (float(end) for end in pair if isinstance(end, int | float))
    return low, high


def tick_width(sheet: Sheet, found: Ticks) -> float:
    """Points to keep free at the left of a panel for these labels."""
    size = rcParams["ytick.labelsize"]
    return max((sheet.width_of(label, size=size) for _, label in found), default=0.0) + 6


def text_height() -> float:
    """Points from a panel's bottom to the bottom of the dates below it."""
    return float(rcParams["xtick.labelsize"]) * 1.25 + 4


def small() -> float:
    """The size of dates, ticks and heads, in points."""
    return float(rcParams["xtick.labelsize"])


def middle_base(middle: float) -> float:
    """The baseline that centres capitals and figures on a height."""
    return middle - rcParams["font.size"] * CAP_HEIGHT / 2


def hairline(brand: Brand) -> Line:
    """The line between rows."""
    return Line(brand.colours["rule"], rcParams["grid.linewidth"])


def base_line(brand: Brand) -> Line:
    """The line bars grow from."""
    return Line(brand.colours["muted"], rcParams["axes.linewidth"])


def fitted(sheet: Sheet, text: str, width: float, *, size: float | None = None) -> str:
    """The text, shortened with an ellipsis where it is wider than the room."""
    if sheet.width_of(text, size=size) <= width:
        return text
    while text and sheet.width_of(f"{text}…", size=size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def extent(values: Values) -> tuple[float, float]:
    """The lowest and highest value; a flat series is given room."""
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    return (low, high) if high > low else (low - 1, high + 1)


def hatched(
    panel: Panel, left: float, bottom: float, width: float, height: float, colour: str
) -> None:
    """A bar below zero: an outline with a light fill, so that grey tells it from one above."""
    panel.sheet.block(left, bottom, width, height, colour, 0.35)
    corners = [(left, bottom), (left + width, bottom), (left + width, bottom + height)]
    outline = [*corners, (left, bottom + height), (left, bottom)]
    panel.sheet.stroke([outline], Line(colour, 0.8))
