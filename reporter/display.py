"""A drawn chart as a list of shapes and words: made once, written to any medium.

Coordinates are points (1/72 inch) from the top left corner. Nothing here knows Matplotlib,
WeasyPrint or a browser; each medium walks the same frozen list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Command = Literal["M", "L", "Q", "C", "Z"]
Segment = tuple[Command, tuple[float, ...]]
Box = tuple[float, float, float, float]
PLACES = 2
"""Decimals of a coordinate: a hundredth of a point is below what any printer resolves."""

REGULAR = 400
"""The weight of text that is not bold."""

NO_TOKENS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Paint:
    """A colour (`#rrggbb`) and its opacity, 0 to 1."""

    colour: str
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Pen:
    """How a line is drawn: width in points, dash lengths in points (empty: solid)."""

    width: float
    dash: tuple[float, ...] = ()
    cap: Literal["butt", "round", "square"] = "butt"
    join: Literal["miter", "round", "bevel"] = "miter"


@dataclass(frozen=True, slots=True)
class Shape:
    """A path, filled, stroked or both; `clip` is the left, top, width, height it shows in."""

    path: tuple[Segment, ...]
    fill: Paint | None = None
    stroke: Paint | None = None
    pen: Pen | None = None
    clip: Box | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text; `x`, `y` is where its anchor stands on the baseline."""

    x: float
    y: float
    text: str
    size: float
    paint: Paint
    weight: int = REGULAR
    anchor: Literal["start", "middle", "end"] = "start"
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """Where the data lie: the x of the first and last point, and the y of the axis' two ends."""

    left: float
    right: float
    top: float
    bottom: float
    y_min: float
    y_max: float
    count: int


@dataclass(frozen=True, slots=True)
class DisplayList:
    """A whole drawing. `family` is the font of its words, `alt` what stands for it."""

    chart: str
    width: float
    height: float
    family: str
    marks: tuple[Shape | Words, ...]
    plot: Plot | None = None
    alt: str = ""
    title: str = ""


# --- SVG --------------------------------------------------------------------------------------


def svg(drawing: DisplayList, *, tokens: Mapping[str, str] = NO_TOKENS, head: str = "") -> str:
    """The drawing as an SVG element with its text as text.

    Args:
        drawing: what to write.
        tokens: colour (`#rrggbb`) to the name of a design token. Such a colour is written as
            `var(--name, #rrggbb)`, so that a page's dark scheme reaches it; any other as a plain
            attribute, which every reader of SVG understands.
        head: SVG to stand before the drawing, such as fonts and a background.
    """
    marks = "".join(_mark(mark, tokens) for mark in drawing.marks)
    family = _quoted(f"'{drawing.family}', sans-serif")
    return f"<svg {_root(drawing)}>{head}<g font-family={family}>{marks}</g></svg>"


def _root(drawing: DisplayList) -> str:
    width, height = num(drawing.width), num(drawing.height)
    attributes = [
        'xmlns="http://www.w3.org/2000/svg"',
        f'width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}"',
        f'role="img" aria-label={_quoted(drawing.alt)}' if drawing.alt else 'aria-hidden="true"',
        f"data-chart={_quoted(drawing.chart)}",
        *_plot_data(drawing.plot),
    ]
    return " ".join(attributes)


def _plot_data(plot: Plot | None) -> Iterable[str]:
    if plot is None:
        return ()
    sides = (("left", plot.left), ("right", plot.right), ("top", plot.top), ("bottom", plot.bottom))
    return (
        *(f'data-plot-{side}="{num(at)}"' for side, at in sides),
        f'data-y-min="{plot.y_min!r}" data-y-max="{plot.y_max!r}" data-n="{plot.count}"',
    )


def _mark(mark: Shape | Words, tokens: Mapping[str, str]) -> str:
    return _words(mark, tokens) if isinstance(mark, Words) else _shape(mark, tokens)


def _words(words: Words, tokens: Mapping[str, str]) -> str:
    anchor = f' text-anchor="{words.anchor}"' if words.anchor != "start" else ""
    weight = f' font-weight="{words.weight}"' if words.weight != REGULAR else ""
    style = ' font-style="italic"' if words.italic else ""
    place = f'x="{num(words.x)}" y="{num(words.y)}" font-size="{num(words.size)}"'
    colour = _colours({"fill": words.paint}, tokens)
    return f"<text {place}{anchor}{weight}{style}{colour}>{escape(words.text, quote=False)}</text>"


def _shape(shape: Shape, tokens: Mapping[str, str]) -> str:
    colours = _colours({"fill": shape.fill, "stroke": shape.stroke}, tokens)
    path = f'<path d="{_data(shape.path)}"{colours}{_pen(shape.pen)}/>'
    if shape.clip is None:
        return path
    x, y, width, height = (num(side) for side in shape.clip)
    place = f'x="{x}" y="{y}" width="{width}" height="{height}"'
    return f'<svg {place} viewBox="{x} {y} {width} {height}">{path}</svg>'


def _colours(paints: Mapping[str, Paint | None], tokens: Mapping[str, str]) -> str:
    attributes, styles = [], []
    for role, paint in paints.items():
        colour = paint.colour if paint else "none"
        if colour in tokens:
            styles.append(f"{role}:var(--{tokens[colour]},{colour})")
        elif colour != "none" or role == "fill":
            attributes.append(f' {role}="{colour}"')
        if paint and paint.alpha < 1:
            attributes.append(f' {role}-opacity="{num(paint.alpha)}"')
    return "".join(attributes) + (f' style="{";".join(styles)}"' if styles else "")


def _pen(pen: Pen | None) -> str:
    if pen is None:
        return ""
    dash = f' stroke-dasharray="{" ".join(num(d) for d in pen.dash)}"' if pen.dash else ""
    cap = f' stroke-linecap="{pen.cap}"' if pen.cap != "butt" else ""
    join = f' stroke-linejoin="{pen.join}"' if pen.join != "miter" else ""
    return f' stroke-width="{num(pen.width)}"{dash}{cap}{join}'


def _data(path: tuple[Segment, ...]) -> str:
    """Path data in relative form, which is less than half as long as absolute."""
    parts, here, start = [], (0.0, 0.0), (0.0, 0.0)
    for command, numbers in path:
        if command == "Z":
            parts.append("z")
            here = start
            continue
        steps = [number - here[at % 2] for at, number in enumerate(numbers)]
        parts.append(command.lower() + _packed(steps))
        here = (numbers[-2], numbers[-1])
        start = here if command == "M" else start
    return "".join(parts)


def _packed(numbers: Iterable[float]) -> str:
    texts = (
        num(number).replace("0.", ".", 1) if abs(number) < 1 else num(number) for number in numbers
    )
    return "".join(t if t.startswith("-") else f" {t}" for t in texts).lstrip()


def _quoted(text: str) -> str:
    return f'"{escape(text)}"'


def num(value: float) -> str:
    """A coordinate in the shortest form that keeps `PLACES` decimals."""
    text = f"{value:.{PLACES}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
