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
from reporter.charts._sheet import CAP_HEIGHT, Line, Point, Sheet, type_size
from reporter.display import Plot

if TYPE_CHECKING:
    from reporter.model import Brand, ChartSeries, Json

Values = Sequence[float | None]
Ticks = Sequence[tuple[float, str]]

WEIGHTS: Mapping[str, float] = {"subject": 1.25, "benchmark": 1.0, "context": 0.75}
SOLID: tuple[float, ...] = ()
DASHED = (5.0, 2.0)
CONTEXT_DASHES = ((3.6, 1.6), (1.2, 1.6), (6.0, 1.6, 1.2, 1.6))
"""Lines of the context share a colour: the dash tells them apart, in grey too."""
MANY = 400
DARKEST, LINEAR = 0.008856, 903.3
"""Below this luminance CIE lightness is linear, by this factor."""
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
        size = type_size("ytick.labelsize")
        self.sheet.write(
            (self.left - 6, self.py(y) - size * CAP_HEIGHT / 2), label,
            self.brand.colours["muted"], size=size, anchor="right",
        )  # fmt: skip

    def dates(self, ticks: Ticks) -> None:
        """Dates below the panel, each with a short tick; those that would collide are left out."""
        size, colour = type_size("xtick.labelsize"), self.brand.colours["muted"]
        shown = self._fitting(ticks, size)
        marks = [[(self.px(x), self.bottom), (self.px(x), self.bottom - 3)] for x, _ in shown]
        if marks:
            self.sheet.stroke(marks, Line(colour, rcParams["grid.linewidth"]))
        for x, label in shown:
            place = self.sheet.place_within(self.px(x), label, size)
            self.sheet.write((place, self.bottom - 4 - size), label, colour, size=size)

    def _fitting(self, ticks: Ticks, size: float) -> Ticks:
        """Every one, or every second, or third, ... of the ticks, so that none touch."""
        for every in range(1, len(ticks) + 1):
            chosen = list(ticks[::-1][::every])[::-1]
            if self._apart([self._span(tick, size) for tick in chosen], size / 2):
                return chosen
        return []

    def _span(self, tick: tuple[float, str], size: float) -> tuple[float, float]:
        left = self.sheet.place_within(self.px(tick[0]), tick[1], size)
        return left, left + self.sheet.width_of(tick[1], size=size)

    @staticmethod
    def _apart(spans: Sequence[tuple[float, float]], gap: float) -> bool:
        return all(one[1] + gap <= other[0] for one, other in pairwise(spans))

    def line(self, values: Values, line: Line) -> None:
        """Draw a series whose x are 0, 1, 2, ..."""
        if runs := self.runs(values):
            self.sheet.stroke(runs, line)

    def end_dot(self, y: float, colour: str) -> None:
        """Close a line with a dot at its last value."""
        self.sheet.dot((self.right, self.py(y)), rcParams["lines.linewidth"] * 1.35, colour)

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

    def level(self, y: float, label: str, colour: str, others: Sequence[Values] = ()) -> None:
        """A level across the panel; its words stand where the other series leave most room."""
        size = type_size("xtick.labelsize")
        self.sheet.stroke([self._across(y)], Line(colour, rcParams["axes.linewidth"], (1.2, 1.6)))
        wide = self.sheet.width_of(label, size=size)
        places = [
            (self.left + 2 + share * (self.right - self.left - wide - 4), base)
            for share in (0, 0.25, 0.5, 0.75, 1)
            for base in (self.py(y) + 3, self.py(y) - size)
        ]
        quiet = min(places, key=lambda at: self._crowd((*at, at[0] + wide, at[1] + size), others))
        behind = (quiet[0] - 2, quiet[1] - 0.2 * size, wide + 4, size)  # no grid line strikes it
        self.sheet.block(behind, self.brand.colours["paper"])
        self.sheet.write(quiet, label, colour, size=size)

    def _crowd(self, box: tuple[float, float, float, float], others: Sequence[Values]) -> int:
        """How many points of the series lie in a box of left, bottom, right and top."""
        left, bottom, right, top = box
        return sum(
            left <= x <= right and bottom - 2 <= y <= top + 2
            for values in others
            for run in self.runs(values)
            for x, y in run
        )

    def band(self, first: float, last: float, label: str, others: Sequence[Values] = ()) -> None:
        """Shade a stretch of sessions; its words stand left of it, at the top or at the foot."""
        size, muted = type_size("xtick.labelsize"), self.brand.colours["muted"]
        left, right = self.px(first), self.px(last)
        self.sheet.block((left, self.bottom, right - left, self.top - self.bottom), muted, 0.12)
        wide = self.sheet.width_of(label, size=size)
        quiet = min(
            (self.top - size, self.bottom + 3),
            key=lambda y: self._crowd((left - 4 - wide, y, left - 4, y + size), others),
        )
        self.sheet.write((left - 4, quiet), label, muted, size=size, anchor="right")

    def caption(self, text: str) -> None:
        """Name the panel above its left edge."""
        size, muted = type_size("xtick.labelsize"), self.brand.colours["muted"]
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


def for_length(line: Line, count: int) -> Line:
    """A thinner line where there are many points, lest it become a blot."""
    return replace(line, width=line.width * 0.65) if count > MANY else line


def _apart(brand: Brand) -> bool:
    one, other = (lightness(brand.colours[role]) for role in ("subject", "benchmark"))
    return abs(one - other) >= LIGHTNESS_APART


def lightness(colour: str) -> float:
    """CIE lightness of a colour `#rrggbb`, 0 to 100: what is left of it in grey."""
    relative = contrast(colour, "#000000") * 0.05 - 0.05
    if relative <= DARKEST:
        return relative * LINEAR
    return float(116 * relative ** (1 / 3) - 16)


def ticks(options: Mapping[str, Json], key: str) -> list[tuple[float, str]]:
    """Ticks as `build` left them in the options: pairs of place and label."""
    pairs = options.get(key, [])
    assert isinstance(pairs, list)
    found = []
    for pair in pairs:
        assert isinstance(pair, list)
        place, label = pair
        assert isinstance(place, int | float)
        found.append((float(place), str(label)))
    return found


def bounds(options: Mapping[str, Json], key: str) -> tuple[float, float]:
    """An axis' two ends as `build` left them in the options."""
    pair = options[key]
    assert isinstance(pair, list)
    low, high = (float(end) for end in pair if isinstance(end, int | float))
    return low, high


def tick_width(sheet: Sheet, found: Ticks) -> float:
    """Points to keep free at the left of a panel for these labels."""
    size = type_size("ytick.labelsize")
    return max((sheet.width_of(label, size=size) for _, label in found), default=0.0) + 6


def text_height() -> float:
    """Points from a panel's bottom to the bottom of the dates below it."""
    return type_size("xtick.labelsize") * 1.25 + 4


def small() -> float:
    """The size of dates, ticks and heads, in points."""
    return type_size("xtick.labelsize")


def hairline(brand: Brand) -> Line:
    """The line between rows."""
    return Line(brand.colours["rule"], rcParams["grid.linewidth"])


def base_line(brand: Brand) -> Line:
    """The line bars grow from."""
    return Line(brand.colours["muted"], rcParams["axes.linewidth"])


def extent(values: Values) -> tuple[float, float]:
    """The lowest and highest value; a flat series is given room."""
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    return (low, high) if high > low else (low - 1, high + 1)
