"""Charts to pictures: the home of Matplotlib.

A chart is drawn once, on a `Sheet`, and recorded as a `DisplayList`; paper and screen walk that
list. Only bitmaps go through a Matplotlib canvas.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.ft2font import __freetype_version__ as freetype
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D
from PIL import Image

from reporter import written
from reporter.charts._sheet import BOLD, Faces, Sheet, advance, type_size
from reporter.charts.base import charts
from reporter.display import (
    NO_TOKENS,
    PLACES,
    Box,
    Command,
    DisplayList,
    Paint,
    Pen,
    Segment,
    Shape,
    Words,
    svg,
)  # fmt: skip
from reporter.errors import RenderError
from reporter.fonts import FACES, screen_faces
from reporter.model import Brand, Chart, Picture, plain
from reporter.resources import overriding, shipped

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text
    from matplotlib.transforms import Transform

Medium = Literal["screen", "phone", "mail", "file", "vector"]
STYLE = "reporter.mplstyle"
PHONE_WIDTH = 280.0
BITMAP_SCALE = 2
MAIL_PIXELS = 1200
"""A mail's width of 600 pixels, twice."""
MAIL_COLOURS = 64
MAIL_DRAWN = 300.0
"""Points a mail's chart is drawn at: fewer than it takes, so that its labels are large."""
MAIL_INSET = MAIL_DRAWN * 20 / 560
"""Its margins in those points: 20 pixels of the mail's 600, as the words beside it have."""
TOKENS = (
    "subject", "benchmark", "context", "up", "down", "ink", "muted", "rule", "paper", "accent",
)  # fmt: skip
_COMMANDS: Mapping[int, Command] = {
    int(Outline.MOVETO): "M",
    int(Outline.LINETO): "L",
    int(Outline.CURVE3): "Q",
    int(Outline.CURVE4): "C",
    int(Outline.CLOSEPOLY): "Z",
}
_CAPS: Mapping[str, Literal["butt", "round", "square"]] = {
    "butt": "butt", "round": "round", "projecting": "square",
}  # fmt: skip
_JOINS: Mapping[str, Literal["miter", "round", "bevel"]] = {
    "miter": "miter", "round": "round", "bevel": "bevel",
}  # fmt: skip
_ANCHORS: Mapping[str, Literal["start", "middle", "end"]] = {
    "left": "start", "center": "middle", "right": "end",
}  # fmt: skip
_POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 1}


def picture(chart: Chart, brand: Brand, medium: Medium, *, beside: Path | None = None) -> Picture:
    """The chart as one medium wants it.

    Args:
        chart: what to draw.
        brand: its colours and fonts.
        medium: `screen` is an SVG for a page, its colours `var(--token, #rrggbb)`, its root
            carrying the plot's place (`data-plot-left`, ...) so that a script can find values;
            `phone` the same at a phone's width; `mail` a PNG as wide as a mail, at twice the
            pixels, its margins in it; `file` and `vector` a PNG and an SVG that stand alone,
            with title, subtitle and source.
        beside: the folder of the spec, whose `styles` win over the shipped ones.
    """
    if medium == "screen":
        return _vector(display_list(chart, brand, beside=beside), tokens=_tokens(brand))
    if medium == "phone":
        narrow = (min(PHONE_WIDTH, chart.size[0]), chart.size[1])
        recorded = display_list(chart, brand, beside=beside, size=narrow)
        return _vector(recorded, tokens=_tokens(brand))
    if medium == "vector":
        recorded = display_list(chart, brand, beside=beside, framed=True)
        return _vector(recorded, head=_embedded(brand))
    if medium == "mail":
        with _drawn(chart, brand, beside, (MAIL_DRAWN, chart.size[1]), inset=MAIL_INSET) as sheet:
            drawn = _bitmap(chart, brand, sheet, MAIL_PIXELS / (sheet.outer[0] / 72))
            return replace(drawn, data=_small(drawn.data))
    with _drawn(chart, brand, beside, chart.size, framed=True) as sheet:
        return _bitmap(chart, brand, sheet, 96 * BITMAP_SCALE)


def display_list(
    chart: Chart,
    brand: Brand,
    *,
    beside: Path | None = None,
    size: tuple[float, float] | None = None,
    framed: bool = False,
) -> DisplayList:
    """The chart as shapes and words, for paper; the same every time, in every process."""
    with _drawn(chart, brand, beside, size or chart.size, framed=framed) as sheet:
        recorder = Recorder(*sheet.outer)
        sheet.draw(recorder)
    return DisplayList(
        chart=chart.id, width=sheet.outer[0], height=sheet.outer[1], family=sheet.faces.family,
        marks=tuple(recorder.marks), plot=sheet.plot, alt=chart.alt, title=plain(chart.title),
    )  # fmt: skip


def freetype_version() -> str:
    """Of the library that draws letters into bitmaps: Matplotlib's own."""
    return str(freetype)


def ruler(brand: Brand, role: str, weight: int) -> Callable[[str], float]:
    """Measures a line of text, at size 1, in the brand's font of this role; without kerning."""
    return partial(advance, str(_faces(brand.fonts[role]).file(weight)))


@contextmanager
def _drawn(  # noqa: PLR0913  keywords mostly
    chart: Chart,
    brand: Brand,
    beside: Path | None,
    size: tuple[float, float],
    *,
    framed: bool = False,
    inset: float = 0.0,
) -> Iterator[Sheet]:
    """The finished sheet, inside the style it was drawn in: texts are laid out when rendered."""
    with mpl.rc_context(_style(beside)):
        faces = _faces(brand.fonts["label"])
        margin = (inset, inset / 2, inset / 2)
        sheet = _framed(chart, brand, size, faces) if framed else Sheet(size, faces, margin)
        charts.get(chart.kind).draw(sheet, chart, brand)
        yield sheet


def _style(beside: Path | None) -> Any:  # noqa: ANN401  Matplotlib spells out every key
    """The shipped style, and over it the one beside the spec, which may be partial."""
    found = [f for folder in overriding("styles", beside) if (f := folder / STYLE).is_file()]
    style: dict[str, Any] = {}
    for file in reversed(found):
        style |= _read_style(file)
    return style


def _read_style(file: Path) -> dict[str, Any]:
    """One file's entries. What Matplotlib would pass over with a line in its log is refused."""
    complaints = _Complaints()
    log = logging.getLogger("matplotlib")
    log.addHandler(complaints)
    try:
        written.text(file.read_bytes())
        style = dict(mpl.rc_params_from_file(file, use_default_template=False).items())
    except (ValueError, OSError) as error:
        raise RenderError(f"{str(error).rstrip('.')}.", where=str(file)) from error
    finally:
        log.removeHandler(complaints)
    if complaints.told:
        raise RenderError(f"{complaints.told[0]}.", where=str(file))
    return style


class _Complaints(logging.Handler):
    """What a library says in its log, a line each, kept from the reader's screen."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message on one line, without the file's path and advice for Matplotlib's own."""
        line = " ".join(record.getMessage().split()).partition(" You probably need")[0]
        self.told.append(re.sub(r" in file .+?, line (\d+)", r" in line \1", line))


@cache
def _faces(family: str) -> Faces:
    """The files of a bundled family; never a font that happens to be on the machine."""
    folder = shipped("styles") / "fonts"
    upright = [face for face in FACES if face.family == family and face.style == "normal"]
    return Faces(family, {face.weight: folder / f"{face.file}.ttf" for face in upright})


# --- a picture that stands alone -----------------------------------------------------------------

FRAME = 14.0


def _framed(chart: Chart, brand: Brand, size: tuple[float, float], faces: Faces) -> Sheet:
    """A sheet with title and subtitle above and the source below, each wrapped to its width."""
    title_size, small = type_size("figure.titlesize"), type_size("xtick.labelsize")
    measure = Sheet(size, faces)
    title = measure.wrapped(plain(chart.title), size=title_size, weight=BOLD)
    subtitle = measure.wrapped(chart.subtitle, size=small)
    source = measure.wrapped(chart.source_line, size=small)
    below = len(source) * small * 1.3 + small * 0.5
    above = len(title) * title_size * 1.25 + len(subtitle) * small * 1.3 + 6
    sheet = Sheet(size, faces, (FRAME, FRAME + below, FRAME + above))
    ink, muted = brand.colours["ink"], brand.colours["muted"]
    at = sheet.height + above
    for line in title:
        sheet.write((0, at := at - title_size * 1.25), line, ink, size=title_size, weight=BOLD)
    for line in subtitle:
        sheet.write((0, at := at - small * 1.3), line, muted, size=small)
    for at, line in enumerate(source, 1):
        sheet.write((0, -small * (0.5 + 1.3 * at)), line, muted, size=small)
    return sheet


def _embedded(brand: Brand) -> str:
    """A background, and the fonts, so that the file looks the same everywhere."""
    faces = screen_faces({"label": brand.fonts["label"]})
    paper = brand.colours["paper"]
    return f'<style>{faces}</style><rect width="100%" height="100%" fill="{paper}"/>'


def _vector(
    recorded: DisplayList, *, tokens: Mapping[str, str] = NO_TOKENS, head: str = ""
) -> Picture:
    text = svg(recorded, tokens=tokens, head=head)
    data = text.encode()
    return Picture(recorded.chart, "image/svg+xml", data, recorded.width, recorded.height)


def _tokens(brand: Brand) -> dict[str, str]:
    """Each colour's first token: what a page calls it."""
    return {brand.colours[token]: token for token in reversed(TOKENS) if token in brand.colours}


def _bitmap(chart: Chart, brand: Brand, sheet: Sheet, dpi: float) -> Picture:
    """The sheet as a PNG on the brand's paper: it may come to stand on a dark page."""
    sheet.set_frameon(True)
    sheet.patch.set_facecolor(brand.colours["paper"])
    sheet.set_dpi(dpi)
    data = BytesIO()
    sheet.set_canvas(FigureCanvasAgg(sheet))
    with warnings.catch_warnings():  # a letter the brand's font has not shows as a box
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        sheet.canvas.print_figure(data, format="png", dpi=sheet.dpi, metadata={"Software": None})
    return Picture(chart.id, "image/png", data.getvalue(), *sheet.outer)


def _small(png: bytes) -> bytes:
    """The picture in few colours, chosen by median cut: a fourth of the bytes, to the same eye."""
    data = BytesIO()
    few = (
        Image.open(BytesIO(png))
        .convert("RGB")
        .quantize(MAIL_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    )
    few.save(data, "png", optimize=True)
    return data.getvalue()


# --- recording -----------------------------------------------------------------------------------


class Recorder(RendererBase):
    """A renderer that keeps what is drawn as shapes and words, measured from the top left.

    Charts have no images and no turned or mathematical text: those it refuses.
    """

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height
        self.marks: list[Shape | Words] = []
        self._flip = Affine2D().scale(1, -1).translate(0, height)

    def get_canvas_width_height(self) -> tuple[float, float]:
        """The sheet's size in points."""
        return self.width, self.height

    def draw_path(
        self,
        gc: GraphicsContextBase,
        path: Outline,
        transform: Transform,
        rgbFace: Any = None,  # noqa: ANN401, N803  Matplotlib's
    ) -> None:
        """Record a path with its fill, its line, or both."""
        fill = _paint(rgbFace, gc) if rgbFace is not None else None
        stroke = _paint(gc.get_rgb(), gc) if gc.get_linewidth() > 0 else None
        segments = _segments(path, transform + self._flip, simplify=fill is None)
        if segments and (fill or stroke):
            pen = _pen(gc) if stroke else None
            self.marks.append(Shape(segments, fill, stroke, pen, self._clip(gc)))

    def draw_text(  # noqa: PLR0913, PLR0917  Matplotlib's signature
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: bool | Literal["TeX"] = False,  # noqa: FBT001, FBT002  Matplotlib's
        mtext: Text | None = None,
    ) -> None:
        """Record one line of text where its anchor stands, so that any font keeps its place."""
        if angle or ismath:
            raise NotImplementedError("charts write level, plain text")
        anchor = _ANCHORS[mtext.get_horizontalalignment()] if mtext else "start"
        if mtext and anchor != "start":
            x = mtext.get_transform().transform(mtext.get_position())[0]
        place = (round(float(x), PLACES), round(float(y), PLACES))
        size, weight = prop.get_size_in_points(), int(prop.get_weight())
        paint = _paint(gc.get_rgb(), gc)
        self.marks.append(Words(*place, s, size, paint, weight, anchor))

    def get_text_width_height_descent(
        self,
        s: str,
        prop: FontProperties,
        ismath: bool | Literal["TeX"],  # noqa: FBT001, ARG002  the same
    ) -> tuple[float, float, float]:
        """A line's size in points, from the font's own advances."""
        size = prop.get_size_in_points()
        return advance(str(prop.get_file()), s) * size, size, 0.25 * size

    def _clip(self, gc: GraphicsContextBase) -> Box | None:
        box = gc.get_clip_rectangle()
        if box is None:
            return None
        return (box.x0, self.height - box.y1, box.width, box.height)


def _paint(rgb: Sequence[float], gc: GraphicsContextBase) -> Paint:
    forced = gc.get_forced_alpha() or len(rgb) < RGBA
    alpha = gc.get_alpha() if forced else rgb[-1]
    return Paint(to_hex((rgb[0], rgb[1], rgb[2])), round(float(alpha), PLACES))


RGBA = 4


def _pen(gc: GraphicsContextBase) -> Pen:
    _, dash = gc.get_dashes()
    lengths = () if dash is None else tuple(float(length) for length in np.asarray(dash))
    cap, join = _CAPS[gc.get_capstyle()], _JOINS[gc.get_joinstyle()]
    return Pen(float(gc.get_linewidth()), lengths, cap, join)


def _segments(path: Outline, transform: Transform, *, simplify: bool) -> tuple[Segment, ...]:
    clean = path.cleaned(transform, remove_nans=True, simplify=simplify, curves=True)
    points: list[list[float]] = np.round(np.asarray(clean.vertices), PLACES).tolist()
    codes: list[int] = np.asarray(clean.codes).tolist()
    return tuple(_walk(points, codes))


def _walk(points: list[list[float]], codes: list[int]) -> Iterator[Segment]:
    at = 0
    while at < len(codes) and codes[at] != Outline.STOP:
        command = _COMMANDS[codes[at]]
        length = _POINTS[command]
        if command != "L" or points[at] != points[at - 1]:
            numbers = [n for point in points[at : at + length] for n in point]
            yield command, tuple(numbers) if command != "Z" else ()
        at += length
