"""HTML to PDF: charts as operators, text that can be found, and nothing read that may not be."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from reporter import pdf
from reporter.display import DisplayList
from reporter.drawing import display_list
from reporter.errors import RenderError
from reporter.fonts import paper_faces
from reporter.resources import shipped
from tests.charts import world
from tests.charts.checks import HOUSE, made, shown

CREATED = date(2026, 1, 16)
STYLES = shipped("styles")


def page(body: str, style: str = "") -> str:
    return (
        f"<!doctype html><html lang='en'><head><title>x</title><style>{paper_faces(HOUSE.fonts)}"
        f"@page{{size:A4;margin:20mm}}body{{font:10pt 'Source Serif 4'}}img{{width:100%}}{style}"
        f"</style></head><body>{body}</body></html>"
    )


def written(
    body: str,
    charts: Mapping[str, DisplayList] | None = None,
    folders: tuple[Path, ...] = (STYLES,),
    *,
    direct: bool = pdf.DIRECT,
) -> bytes:
    return pdf.write(
        page(body), charts or {}, folders=folders, title="The brief", author="Market Desk",
        created=CREATED, direct=direct,
    )  # fmt: skip


@pytest.fixture(scope="module")
def drawings() -> dict[str, DisplayList]:
    context = world.context()
    kinds = ("mountain", "bars", "diverging", "heat_table", "ladder")
    return {kind: display_list(made(context, kind), HOUSE) for kind in kinds}


def figures(drawings: Mapping[str, DisplayList]) -> str:
    images = (f"<img src='chart:{name}' alt='About {name}.'>" for name in drawings)
    return f"<h1>Heading</h1>{''.join(images)}"


def text_of(data: bytes) -> str:
    return "\n".join(found.extract_text() for found in PdfReader(BytesIO(data)).pages)


def test_the_charts_text_can_be_found(drawings: dict[str, DisplayList]) -> None:
    text = text_of(written(figures(drawings), drawings))
    for expected in ("+$6.4bn", "\u2212$45.9bn", "50-day average", "RSI, 14 days", "Small caps"):
        assert expected in text
    assert shown(made(world.context(), "heat_table")) >= {"1 day", "Year to date"}
    assert "Year to date" in text


def test_charts_use_the_fonts_of_the_body(drawings: dict[str, DisplayList]) -> None:
    reader = PdfReader(BytesIO(written(figures(drawings), drawings)))
    resources = reader.pages[0]["/Resources"].get_object()
    fonts = resources["/Font"].get_object()  # type: ignore[index]
    names = {str(font.get_object()["/BaseFont"]).partition("+")[2] for font in fonts.values()}
    assert all(name.startswith("Source-") for name in names)
    assert len(names) == len(fonts) <= 4


def test_operators_and_svg_give_the_same_picture(
    drawings: dict[str, DisplayList], tmp_path: Path
) -> None:
    pictures = []
    for direct in (True, False):
        file = tmp_path / f"{direct}.pdf"
        file.write_bytes(written(figures(drawings), drawings, direct=direct))
        subprocess.run(["pdftoppm", "-r", "72", "-gray", "-png", file, tmp_path / f"{direct}"],
                       check=True)  # fmt: skip
        pictures.append([
            np.asarray(Image.open(found), int) for found in sorted(tmp_path.glob(f"{direct}-*.png"))
        ])  # fmt: skip
    direct_pages, svg_pages = pictures
    assert len(direct_pages) == len(svg_pages) > 1
    for one, other in zip(direct_pages, svg_pages, strict=True):
        difference = np.abs(one - other)
        assert difference.mean() < 0.3
        assert (difference > 96).mean() < 0.001


def test_operators_are_smaller_than_svg(drawings: dict[str, DisplayList]) -> None:
    sizes = [len(written(figures(drawings), drawings, direct=way)) for way in (True, False)]
    assert sizes[0] < 0.75 * sizes[1]


def test_the_file_is_tagged_and_says_what_it_is(drawings: dict[str, DisplayList]) -> None:
    reader = PdfReader(BytesIO(written(figures(drawings), drawings)))
    meta = reader.metadata
    assert meta
    assert (meta.title, meta.author) == ("The brief", "Market Desk")
    assert str(meta["/CreationDate"]).startswith("D:20260116")
    root = reader.trailer["/Root"].get_object()
    assert root["/MarkInfo"]["/Marked"] == True  # type: ignore[index]  # noqa: E712  a pypdf value
    assert root["/Lang"] == "en"  # type: ignore[index]
    assert [item.title for item in reader.outline if not isinstance(item, list)] == ["Heading"]
    tree = root["/StructTreeRoot"]  # type: ignore[index]
    assert list(_alternatives(tree)) == [f"About {kind}." for kind in drawings]


def _alternatives(node: Any) -> Iterator[str]:
    """The alternative texts of the structure tree, in reading order."""
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from _alternatives(child)
    elif isinstance(node, dict):
        if "/Alt" in node:
            yield str(node["/Alt"])
        if "/K" in node:
            yield from _alternatives(node["/K"])


# --- what may be read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "<img src='http://127.0.0.1:9/a.png' alt='a'>",
        "<img src='https://example.com/a.png' alt='a'>",
        "<img src='ftp://example.com/a.png' alt='a'>",
        "<link rel='stylesheet' href='https://example.com/a.css'>",
        "<style>@import url(https://example.com/a.css);</style>",
        "<style>@font-face{font-family:f;src:url(https://example.com/a.ttf)}</style>",
        "<p style='background:url(https://example.com/a.png)'>x</p>",
        "<a rel='attachment' href='https://example.com/a.txt'>x</a>",
    ],
)
def test_the_network_is_refused(body: str) -> None:
    with pytest.raises(RenderError, match="made without the network"):
        written(body)


@pytest.mark.parametrize(
    "body",
    [
        "<img src='file://{secret}' alt='a'>",
        "<img src='../secret.txt' alt='a'>",
        "<img src='link.png' alt='a'>",
        "<img src='file://elsewhere{secret}' alt='a'>",
        "<link rel='attachment' href='file://{secret}'>",
        "<a rel='attachment' href='file://{secret}'>x</a>",
        "<link rel='stylesheet' href='file://{secret}'>",
        "<style>@font-face{{font-family:f;src:url(file://{secret})}}</style>",
    ],
)
def test_files_outside_the_folders_are_refused(body: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    folder = tmp_path / "brief"
    folder.mkdir()
    (folder / "link.png").symlink_to(secret)
    with pytest.raises(RenderError, match="outside the folders"):
        written(body.format(secret=secret), folders=(folder, STYLES))


def test_a_file_inside_the_folders_is_read(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4), "red").save(tmp_path / "logo.png")
    data = written("<p>Text</p><img src='logo.png' alt='Logo'>", folders=(tmp_path, STYLES))
    assert b"/Image" in data


def test_a_missing_file_fails_the_page(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"nothing\.png"):
        written("<img src='nothing.png' alt='a'>", folders=(tmp_path, STYLES))


def test_an_unknown_chart_fails_the_page() -> None:
    with pytest.raises(RenderError, match="there is no chart 'nothing'"):
        written("<img src='chart:nothing' alt='a'>")


# --- what it says -------------------------------------------------------------------------------


def test_warnings_go_to_the_listener_and_nowhere_else(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[str] = []
    pdf.write(
        page("<p>x</p>", "p{colour:red}"), {}, folders=(STYLES,), title="t", author="",
        created=CREATED, listen=heard.append,
    )  # fmt: skip
    assert len(heard) == 1
    assert "colour" in heard[0]
    assert capfd.readouterr().err == ""
    assert caplog.records == []


def test_a_letter_no_font_has_is_heard() -> None:
    heard: list[str] = []
    pdf.write(page("<p>\U000f0000</p>"), {}, folders=(STYLES,), title="t", author="",
              created=CREATED, listen=heard.append)  # fmt: skip
    assert any("notdef" in message for message in heard)


# --- the same bytes -----------------------------------------------------------------------------


def test_the_file_is_the_same_in_every_process() -> None:
    code = """
import hashlib, sys
from tests.charts import world
from tests.charts.checks import HOUSE, made
from tests.test_pdf import figures, written
from reporter.drawing import display_list
context = world.context()
drawings = {kind: display_list(made(context, kind), HOUSE) for kind in ("mountain", "bars")}
print(hashlib.sha256(written(figures(drawings), drawings)).hexdigest())
"""
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
