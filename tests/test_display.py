"""The drawing as SVG: well-formed, with text as text, and colours a page can change."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.display import DisplayList, Paint, Pen, Plot, Shape, Words, num, svg

SVG = "{http://www.w3.org/2000/svg}"
LINE = Shape(
    (("M", (1.0, 2.0)), ("L", (11.5, 2.0)), ("L", (11.5, 0.75))),
    stroke=Paint("#0b3d6b"),
    pen=Pen(1.5, (4.0, 2.0), "round", "bevel"),
)
AREA = Shape((("M", (0.0, 0.0)), ("L", (5.0, 5.0)), ("Z", ())), fill=Paint("#112233", 0.14))
WORDS = Words(3, 4, "S&P <500>", 8.5, Paint("#16191d"), 600, "end")


def drawing(*marks: Shape | Words, alt: str = "A line.") -> DisplayList:
    return DisplayList("c", 100, 50, "Source Sans 3", marks, alt=alt)


def only(tree: ET.Element, tag: str) -> ET.Element:
    found = tree.find(f".//{SVG}{tag}")
    assert found is not None
    return found


def test_words_are_text_in_the_family_asked_for() -> None:
    tree = ET.fromstring(svg(drawing(WORDS)))  # noqa: S314  our own
    text = only(tree, "text")
    assert text.text == "S&P <500>"
    assert text.attrib == {
        "x": "3", "y": "4", "font-size": "8.5", "text-anchor": "end", "font-weight": "600",
        "fill": "#16191d",
    }  # fmt: skip
    assert only(tree, "g").get("font-family") == "'Source Sans 3', sans-serif"


def test_paths_are_relative_and_keep_their_pen() -> None:
    tree = ET.fromstring(svg(drawing(LINE, AREA)))  # noqa: S314  our own
    line, area = tree.findall(f".//{SVG}path")
    assert line.get("d") == "m1 2l10.5 0l0-1.25"
    assert line.get("stroke-dasharray") == "4 2"
    assert line.get("fill") == "none"
    assert line.get("stroke-linecap") == "round"
    assert area.get("fill-opacity") == "0.14"
    assert area.get("stroke") is None


def test_tokens_become_custom_properties_with_the_colour_as_fallback() -> None:
    text = svg(drawing(LINE, WORDS), tokens={"#0b3d6b": "subject"})
    assert 'style="stroke:var(--subject,#0b3d6b)"' in text
    assert 'fill="#16191d"' in text


def test_the_root_says_what_it_shows_and_where_its_points_lie() -> None:
    plot = Plot(20.5, 90, 6, 44, -0.01, 0.08, 11)
    shown = DisplayList("ytd", 100, 50, "F", (), plot, 'Alt "text" & more.')
    root = ET.fromstring(svg(shown))  # noqa: S314  our own
    assert root.get("aria-label") == 'Alt "text" & more.'
    assert root.get("role") == "img"
    assert {k: v for k, v in root.attrib.items() if k.startswith("data-")} == {
        "data-chart": "ytd", "data-plot-left": "20.5", "data-plot-right": "90",
        "data-plot-top": "6", "data-plot-bottom": "44", "data-y-min": "-0.01",
        "data-y-max": "0.08", "data-n": "11",
    }  # fmt: skip


def test_a_decoration_is_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in svg(drawing(alt=""))


def test_a_clipped_shape_shows_only_in_its_box() -> None:
    clipped = Shape(LINE.path, stroke=LINE.stroke, pen=LINE.pen, clip=(1, 2, 3, 4))
    inner = ET.fromstring(svg(drawing(clipped))).find(f".//{SVG}svg")  # noqa: S314  ours
    assert inner is not None
    assert inner.get("viewBox") == "1 2 3 4"


@given(st.floats(-1e4, 1e4))
def test_numbers_are_short_and_near(value: float) -> None:
    text = num(value)
    assert float(text) == pytest.approx(value, abs=0.00501)
    assert text != "-0"
    assert not text.endswith(".")
