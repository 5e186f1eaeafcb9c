"""HTML to PDF: the home of WeasyPrint, and the only place that may open a file for it.

Charts are named in the HTML as `<img src="chart:ID" alt="...">`. Through WeasyPrint's image cache
each becomes PDF operators and real text in the body's own fonts: a fraction of the time and size
of an SVG. That way uses parts of WeasyPrint that are not its public interface, so it is taken
only with the version it was written for; with any other the charts go in as SVG.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from weasyprint import HTML, VERSION
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from reporter.display import DisplayList, Paint, Pen, Segment, Shape, Words, num, svg
from reporter.errors import RenderError

if TYPE_CHECKING:
    from weasyprint import Document

WRITTEN_FOR = "70"
DIRECT = VERSION.split(".", maxsplit=1)[0] == WRITTEN_FOR
"""Whether charts go in as operators: only with the version whose inside is known."""
SCHEME = "chart"
PIXELS_A_POINT = 96 / 72
VARIANT = "pdf/ua-1"

Listener = Callable[[str], None]


def deaf(_message: str) -> None:
    """Warnings nobody hears."""


def write(  # noqa: PLR0913  keywords only
    html: str,
    charts: Mapping[str, DisplayList],
    *,
    folders: Sequence[Path],
    title: str,
    author: str,
    created: date,
    listen: Listener = deaf,
    direct: bool = DIRECT,
) -> bytes:
    """A tagged PDF (PDF/UA-1) of the page, the same bytes for the same arguments.

    Args:
        html: the whole page; styles and fonts are named by file URLs.
        charts: what `chart:ID` addresses stand for.
        folders: only files in these may be read; the network is never asked.
        title: the document's title.
        author: its author.
        created: the day it claims to be made on.
        listen: hears what WeasyPrint warns of, such as a property it does not know.
        direct: draw charts as operators rather than as SVG.

    Raises:
        RenderError: the page asks for what it may not have, or cannot be rendered.
    """
    fetcher = Fetcher(folders, charts)
    with _overheard(listen), _refusals(), _no_sweeping():
        page = HTML(string=html, url_fetcher=fetcher, base_url=_address(folders))
        known = {f"{SCHEME}:{name}": Operators(chart) for name, chart in charts.items()}
        document = page.render(
            font_config=_fonts(), cache=known if direct else {}, pdf_variant=VARIANT
        )
        _describe(document, title, author, created)
        return bytes(document.write_pdf(pdf_variant=VARIANT))


def system_versions() -> dict[str, str]:
    """The versions of the system's libraries that set text, `pango` and `harfbuzz`.

    Empty where WeasyPrint has changed so that they cannot be asked through it.
    """
    try:
        from weasyprint.text import ffi  # noqa: PLC0415  not its public interface

        number = int(ffi.pango.pango_version())
        harfbuzz = _harfbuzz(ffi.harfbuzz.hb_version_atleast)
    except (ImportError, AttributeError):
        return {}
    pango = f"{number // 10000}.{number // 100 % 100}.{number % 100}"
    return {"pango": pango, "harfbuzz": harfbuzz}


def _harfbuzz(is_at_least: Callable[[int, int, int], int]) -> str:
    """HarfBuzz's version, which can only be asked for by a question."""
    major = next(n for n in count() if not is_at_least(n + 1, 0, 0))
    minor = next(n for n in count() if not is_at_least(major, n + 1, 0))
    micro = next(n for n in count() if not is_at_least(major, minor, n + 1))
    return f"{major}.{minor}.{micro}"


@cache
def _fonts() -> FontConfiguration:
    """One for the process: a new one costs time and never gives all its memory back."""
    return FontConfiguration()


def _address(folders: Sequence[Path]) -> str | None:
    return f"{folders[0].resolve().as_uri()}/" if folders else None


def _describe(document: Document, title: str, author: str, created: date) -> None:
    metadata = document.metadata
    metadata.title, metadata.authors = title, [author] if author else []
    metadata.created = metadata.modified = created.isoformat()
    metadata.generator = "reporter"


# --- what may be read ---------------------------------------------------------------------------


class RefusedError(ValueError):
    """The page asked for something outside the folders it may read."""


class Fetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint is not typed
    """Gives files of the named folders, `data:` addresses and charts; refuses everything else.

    A path counts where it really leads: links and `..` are resolved first.
    """

    def __init__(self, folders: Sequence[Path], charts: Mapping[str, DisplayList]) -> None:
        super().__init__(
            allowed_protocols={"file", "data"}, allow_redirects=False, fail_on_errors=True
        )
        self._folders = [folder.resolve() for folder in folders]
        self._charts = charts

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The response for an address.

        Raises:
            RefusedError: the address is not one of those the page may read.
        """
        parts = urlsplit(url)
        if parts.scheme == SCHEME:
            return self._chart(url, unquote(parts.path))
        if parts.scheme == "file":
            self._check(url, parts.netloc, parts.path)
        elif parts.scheme != "data":
            raise RefusedError(f"{url} was refused: pages are made without the network")
        return super().fetch(url, headers)

    def _check(self, url: str, host: str, path: str) -> None:
        file = Path(url2pathname(path)).resolve()
        if host not in {"", "localhost"} or not any(file.is_relative_to(f) for f in self._folders):
            raise RefusedError(f"{url} was refused: it is outside the folders of this brief")

    def _chart(self, url: str, name: str) -> URLFetcherResponse:
        if name not in self._charts:
            raise RefusedError(f"there is no chart {name!r}")
        body = svg(self._charts[name]).encode()
        return URLFetcherResponse(url, body, {"Content-Type": "image/svg+xml"})


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except FatalURLFetchingError as error:
        raise RenderError(f"{error.__cause__ or error}.") from error


@contextmanager
def _overheard(listen: Listener) -> Iterator[None]:
    """WeasyPrint's warnings go to the listener, its errors end the work, neither to stderr."""
    logger = logging.getLogger("weasyprint")
    ear = _Ear(listen)
    logger.addHandler(ear)
    before, logger.propagate = logger.propagate, False
    try:
        yield
    finally:
        logger.removeHandler(ear)
        logger.propagate = before


@contextmanager
def _no_sweeping() -> Iterator[None]:
    """The collector of cycles rests: every box lives to the end, and looking costs a sixth."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _Ear(logging.Handler):
    def __init__(self, listen: Listener) -> None:
        super().__init__(logging.WARNING)
        self.listen = listen

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if record.levelno >= logging.ERROR:
            raise RenderError(f"the page cannot be rendered: {message}.")
        self.listen(message)


# --- charts as operators ------------------------------------------------------------------------


class Operators:
    """A chart as WeasyPrint sees an image: a size, and a way to draw itself on a page."""

    def __init__(self, drawing: DisplayList) -> None:
        self.drawing = drawing
        self.width = drawing.width * PIXELS_A_POINT
        self.height = drawing.height * PIXELS_A_POINT

    def get_intrinsic_size(
        self, _resolution: float, _font_size: float
    ) -> tuple[float, float, float]:
        """Width and height in CSS pixels, and their ratio."""
        return self.width, self.height, self.width / self.height

    def draw(self, stream: Any, width: float, height: float, _style: object) -> None:  # noqa: ANN401
        """Draw on a page's stream, whose y grows downwards, in the room given (CSS pixels)."""
        with stream.stacked():
            stream.transform(a=width / self.drawing.width, d=height / self.drawing.height)
            for mark in self.drawing.marks:
                if isinstance(mark, Words):
                    _draw_words(stream, mark, self.drawing.family)
                else:
                    _draw_shape(stream, mark)


def _draw_shape(stream: Any, shape: Shape) -> None:  # noqa: ANN401
    with stream.stacked():
        if shape.clip:
            stream.rectangle(*shape.clip)
            stream.clip()
            stream.end()
        if shape.fill:
            _colour(stream, shape.fill)
        if shape.stroke:
            _colour(stream, shape.stroke, stroke=True)
        if shape.pen:
            _set_pen(stream, shape.pen)
        stream.stream.append(_path(shape.path))
        stream.stream.append(_PAINTING[bool(shape.fill), bool(shape.stroke)])


_PAINTING = {(True, True): b"B", (True, False): b"f", (False, True): b"S", (False, False): b"n"}
_CAPS = {"butt": 0, "round": 1, "square": 2}
_JOINS = {"miter": 0, "round": 1, "bevel": 2}


def _colour(stream: Any, paint: Paint, *, stroke: bool = False) -> None:  # noqa: ANN401
    red, green, blue = (int(paint.colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    stream.set_color_rgb(round(red, 4), round(green, 4), round(blue, 4), stroke)
    if paint.alpha < 1:
        stream.set_alpha(paint.alpha, stroke)


def _set_pen(stream: Any, pen: Pen) -> None:  # noqa: ANN401
    stream.set_line_width(pen.width)
    stream.set_line_cap(_CAPS[pen.cap])
    stream.set_line_join(_JOINS[pen.join])
    if pen.dash:
        stream.set_dash(pen.dash, 0)


def _path(path: Sequence[Segment]) -> bytes:
    parts: list[str] = []
    here = (0.0, 0.0)
    for command, numbers in path:
        found = _cubic(here, numbers) if command == "Q" else numbers
        parts.extend(num(number) for number in found)
        parts.append(_OPERATORS[command])
        here = (found[-2], found[-1]) if found else here
    return " ".join(parts).encode()


_OPERATORS = {"M": "m", "L": "l", "Q": "c", "C": "c", "Z": "h"}


def _cubic(start: tuple[float, float], quadratic: Sequence[float]) -> tuple[float, ...]:
    """PDF has no quadratic curves: the same one as a cubic."""
    (x0, y0), (x1, y1, x2, y2) = start, quadratic
    near = (x0 + 2 / 3 * (x1 - x0), y0 + 2 / 3 * (y1 - y0))
    far = (x2 + 2 / 3 * (x1 - x2), y2 + 2 / 3 * (y1 - y2))
    return (*near, *far, x2, y2)


# --- text as the body's text: the inside of WeasyPrint, and all we use of it ---------------------

_ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}


class _Line:
    """What WeasyPrint's painter wants of a line of text."""

    def __init__(self, words: Words, family: str) -> None:
        from weasyprint.text.line_break import Layout, line_size  # noqa: PLC0415  see DIRECT

        self.style = _style(family, words)
        self.text = words.text
        self.pango_layout = Layout(self.style)
        self.pango_layout.set_text(words.text)
        first, _ = self.pango_layout.get_first_line()
        self.width, _ = line_size(first, self.style)


def _style(family: str, words: Words) -> Any:  # noqa: ANN401
    from weasyprint.css.properties import INITIAL_VALUES  # noqa: PLC0415  see DIRECT

    style = _Style(INITIAL_VALUES)
    style.font_config = _fonts()
    style["font_family"] = (family, "sans-serif")
    style["font_size"] = words.size
    style["font_weight"] = words.weight
    style["font_style"] = "italic" if words.italic else "normal"
    style["lang"] = "en"
    return style


class _Style(dict[str, Any]):
    font_config: FontConfiguration


def _draw_words(stream: Any, words: Words, family: str) -> None:  # noqa: ANN401
    from weasyprint.draw.text import draw_first_line  # noqa: PLC0415  see DIRECT
    from weasyprint.matrix import Matrix  # noqa: PLC0415  see DIRECT

    line = _Line(words, family)
    left = words.x - line.width * _ANCHORS[words.anchor]
    with stream.stacked():
        _colour(stream, words.paint)
        stream.begin_text()
        draw_first_line(stream, line, "none", "none", Matrix(d=-1, e=left, f=words.y))
        stream.end_text()
