"""The sheet every chart is drawn on: a Matplotlib figure measured in points, with fixed margins.

Axes are left out on purpose: grid lines and tick labels are content (`Chart.options`), and their
places are ours, so nothing has to be laid out twice. Only drawing modules import this one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path as File
from typing import TYPE_CHECKING, Literal

from matplotlib import rcParams
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from reporter.display import REGULAR, Box, Plot

if TYPE_CHECKING:
    from matplotlib.artist import Artist

Anchor = Literal["left", "center", "right"]
TypeKey = Literal["font.size", "figure.titlesize", "xtick.labelsize", "ytick.labelsize"]
Point = tuple[float, float]
BOLD = 600
NARROW = 400.0
"""A sheet below this many points wide is drawn for a phone."""
_UNIT = 100
FOREIGN = 1.0
"""Width at size 1 of a letter the font has not: whatever font shows it, it is about as wide."""
CAP_HEIGHT = 0.66
"""Height of a capital of Source Sans, as a share of the type size."""


@dataclass(frozen=True, slots=True)
class Faces:
    """The font files of one family, by weight."""

    family: str
    files: Mapping[int, File]

    def file(self, weight: int) -> File:
        """The file of this weight, or the regular one where the family has no such weight."""
        return self.files.get(weight) or self.files[REGULAR]


@dataclass(frozen=True, slots=True)
class Line:
    """How a line is drawn; the width in points, dash lengths in points (empty: solid)."""

    colour: str
    width: float
    dash: tuple[float, ...] = ()
    alpha: float = 1.0


def type_size(key: TypeKey) -> float:
    """A size of the style in points, whether it is given as a number or as a word ("small")."""
    return float(FontProperties(size=rcParams[key]).get_size_in_points())


def advance(file: str, text: str) -> float:
    """Width of a line of text at size 1, without kerning."""
    known = _advances(file)
    return sum(known[letter] for letter in text)


class _Advances(dict[str, float]):
    """A font file's advance widths at size 1, read as they are asked for."""

    def __init__(self, file: str) -> None:
        self.font = get_font(file)

    def __missing__(self, letter: str) -> float:
        if not self.font.get_char_index(ord(letter)):
            return self.setdefault(letter, FOREIGN)
        self.font.set_size(_UNIT, 72)
        glyph = self.font.load_char(ord(letter), flags=LoadFlags.NO_HINTING)
        self[letter] = glyph.linearHoriAdvance / 65536 / _UNIT
        return self[letter]


@cache
def _advances(file: str) -> _Advances:
    return _Advances(file)


class Sheet(Figure):
    """A figure of `width` by `height` points whose origin is the bottom left corner.

    Args:
        size: width and height in points.
        faces: the fonts of its words.
        margin: points around it, in which a frame may write: left and right, bottom, top.
    """

    def __init__(
        self,
        size: tuple[float, float],
        faces: Faces,
        margin: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> None:
        sides, bottom, top = margin
        self.width, self.height = size
        self.outer = (size[0] + 2 * sides, size[1] + bottom + top)
        super().__init__(figsize=(self.outer[0] / 72, self.outer[1] / 72), dpi=72, frameon=False)
        self.faces = faces
        self.plot: Plot | None = None
        self._points = Affine2D().translate(sides, bottom).scale(1 / 72) + self.dpi_scale_trans

    @property
    def narrow(self) -> bool:
        """Whether the sheet is a phone's width, where labels stack."""
        return self.width < NARROW

    def place(self, artist: Artist) -> None:
        """Put an artist measured in points on the sheet, above all earlier ones."""
        artist.set_transform(self._points)
        artist.set_zorder(len(self.artists))
        self.add_artist(artist)

    def stroke(self, runs: Sequence[Sequence[Point]], line: Line) -> None:
        """Draw every run of points as a line; all runs are one path, and none is nothing."""
        if not runs:
            return
        codes = [c for run in runs for c in (Path.MOVETO, *[Path.LINETO] * (len(run) - 1))]
        path = Path([point for run in runs for point in run], codes)
        patch = PathPatch(
            path, fill=False, edgecolor=line.colour, linewidth=line.width, alpha=line.alpha
        )
        patch.set_capstyle("butt" if line.dash else rcParams["lines.solid_capstyle"])
        patch.set_joinstyle(rcParams["lines.solid_joinstyle"])
        if line.dash:
            patch.set_linestyle((0, line.dash))
        self.place(patch)

    def fill(self, outline: Sequence[Point], colour: str, alpha: float = 1.0) -> None:
        """Fill a polygon."""
        path = Path([*outline, outline[0]], closed=True)
        self.place(PathPatch(path, facecolor=colour, edgecolor="none", linewidth=0, alpha=alpha))

    def block(self, box: Box, colour: str, alpha: float = 1.0) -> None:
        """Fill a rectangle of left, bottom, width and height."""
        left, bottom, right, top = box[0], box[1], box[0] + box[2], box[1] + box[3]
        self.fill([(left, bottom), (right, bottom), (right, top), (left, top)], colour, alpha)

    def outline(self, box: Box, line: Line) -> None:
        """Draw around a rectangle of left, bottom, width and height."""
        left, bottom, right, top = box[0], box[1], box[0] + box[2], box[1] + box[3]
        corners = [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
        self.stroke([corners], line)

    def dot(self, at: Point, radius: float, colour: str) -> None:
        """Fill a circle."""
        circle = Path.circle(at, radius)
        self.place(PathPatch(circle, facecolor=colour, edgecolor="none", linewidth=0))

    def write(  # noqa: PLR0913  keywords only
        self,
        at: Point,
        text: str,
        colour: str,
        *,
        size: float | None = None,
        weight: int = REGULAR,
        anchor: Anchor = "left",
    ) -> Text:
        """Write one line; `at` is where the anchor stands on the baseline."""
        font = FontProperties(fname=str(self.faces.file(weight)), weight=weight, size=size)
        words = Text(
            *at,
            text,
            color=colour,
            fontproperties=font,
            horizontalalignment=anchor,
            verticalalignment="baseline",
            parse_math=False,
        )
        self.place(words)
        return words

    def width_of(self, text: str, *, size: float | None = None, weight: int = REGULAR) -> float:
        """Width of a line of text in points."""
        return advance(str(self.faces.file(weight)), text) * (size or type_size("font.size"))

    def place_within(self, middle: float, text: str, size: float) -> float:
        """The left end of a text centred at `middle`, moved so that it stays on the sheet."""
        width = self.width_of(text, size=size)
        return min(max(middle - width / 2, 0.0), self.width - width)

    def wrapped(self, text: str, *, size: float, weight: int = REGULAR) -> list[str]:
        """The text in lines that fit the sheet's width."""
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".lstrip()
            if lines[-1] and self.width_of(longer, size=size, weight=weight) > self.width:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines
