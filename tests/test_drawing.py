"""Charts to pictures: every medium, the same every time, in the fonts that ship."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from matplotlib import rcParams
from PIL import Image

from reporter import brands
from reporter.charts.base import charts
from reporter.display import Shape, Words
from reporter.drawing import display_list, picture
from reporter.errors import RenderError
from reporter.model import Chart, Span, plain
from tests.charts import world
from tests.charts.checks import HOUSE, made

ALL = {
    "mountain": {"benchmark": "^GSPC"},
    "bars": {},
    "relative_strength": {},
    "diverging": {},
    "ladder": {},
    "heat_table": {},
    "sparkline": {},
}


@pytest.fixture(scope="module")
def drawn() -> dict[str, Chart]:
    context = world.context()
    return {kind: made(context, kind, **options) for kind, options in ALL.items()}


def test_every_kind_is_known_by_its_file() -> None:
    assert charts.names() == tuple(sorted(ALL))
    assert all(charts.summary(kind) for kind in ALL)


@pytest.mark.parametrize(
    ("style", "message"),
    [
        (b"foo.bar: 3\n", "Bad key foo.bar in line 1 ('foo.bar: 3')."),
        (b"\nlines.linewidth: wide\n", "Bad value in line 2 ("),
        (b"nonsense\n", "Missing colon in line 1 ('nonsense')."),
        (b"\xff\n", "is not UTF-8 text (byte 0)."),
    ],
)
def test_a_bad_style_beside_the_spec_is_one_message(
    style: bytes, message: str, drawn: dict[str, Chart], tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "reporter.mplstyle").write_bytes(style)
    with pytest.raises(RenderError) as told:
        picture(drawn["bars"], HOUSE, "screen", beside=tmp_path)
    assert str(told.value).startswith(f"{tmp_path / 'styles' / 'reporter.mplstyle'}: {message}")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kind", ALL)
def test_building_needs_no_matplotlib(kind: str) -> None:
    code = (
        "import sys; from reporter.charts.base import charts; "
        f"charts.get({kind!r}); assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("kind", ALL)
def test_only_the_brand_s_colours_are_used(kind: str, drawn: dict[str, Chart]) -> None:
    for brand in (HOUSE, brands.load("meridian")):
        allowed = {c for token, c in brand.colours.items() if not token.startswith("dark")}
        for mark in display_list(drawn[kind], brand).marks:
            paints = [mark.paint] if isinstance(mark, Words) else [mark.fill, mark.stroke]
            assert {paint.colour for paint in paints if paint} <= allowed


@pytest.mark.parametrize("brand", brands.names())
def test_subject_and_benchmark_differ_in_grey(brand: str) -> None:
    from reporter.charts._panel import lightness

    colours = brands.load(brand).colours
    assert abs(lightness(colours["subject"]) - lightness(colours["benchmark"])) >= 15


def test_recording_leaves_matplotlib_as_it_was(drawn: dict[str, Chart]) -> None:
    before = dict(rcParams)
    display_list(drawn["bars"], HOUSE)
    assert dict(rcParams) == before


def test_the_screen_s_svg_follows_the_page_s_colours(drawn: dict[str, Chart]) -> None:
    shown = picture(drawn["mountain"], HOUSE, "screen")
    text = shown.data.decode()
    assert shown.media_type == "image/svg+xml"
    assert "var(--subject,#0b3d6b)" in text
    assert "data-plot-left=" in text
    assert f'data-n="{len(drawn["mountain"].series[0].x)}"' in text
    assert (shown.width, shown.height) == drawn["mountain"].size


def test_the_plot_maps_back_to_the_values(drawn: dict[str, Chart]) -> None:
    chart = drawn["relative_strength"]
    recorded = display_list(chart, HOUSE)
    plot = recorded.plot
    assert plot
    low, high = plot.y_min, plot.y_max
    last = chart.series[0].values["value"][-1]
    assert last
    expected = plot.bottom - (last - low) / (high - low) * (plot.bottom - plot.top)
    lines = [m for m in recorded.marks if isinstance(m, Shape) and m.pen and m.pen.width > 1.5]
    end = lines[0].path[-1][1]
    assert end == pytest.approx((plot.right, expected), abs=0.02)


def test_a_phone_gets_its_own_width(drawn: dict[str, Chart]) -> None:
    assert picture(drawn["bars"], HOUSE, "phone").width == 280
    assert picture(drawn["sparkline"], HOUSE, "phone").width == 64


@pytest.mark.parametrize("kind", ALL)
def test_a_mails_pictures_are_opaque_small_and_twice_its_width(
    kind: str, drawn: dict[str, Chart]
) -> None:
    shown = picture(drawn[kind], HOUSE, "mail")
    image = Image.open(BytesIO(shown.data)).convert("RGBA")
    assert image.width == 1200
    assert image.height == pytest.approx(1200 * shown.height / shown.width, abs=1)
    assert len(shown.data) < 60_000
    assert shown == picture(drawn[kind], HOUSE, "mail")
    assert image.getchannel("A").getextrema() == (255, 255)
    assert image.getpixel((0, 0)) == (255, 255, 255, 255)


def test_a_file_that_stands_alone_carries_title_and_source(drawn: dict[str, Chart]) -> None:
    chart = drawn["diverging"]
    text = picture(chart, HOUSE, "vector").data.decode()
    written = " ".join(w.text for w in display_list(chart, HOUSE, framed=True).marks
                       if isinstance(w, Words))  # fmt: skip
    assert plain(chart.title) in written
    assert chart.subtitle in written
    assert chart.source_line in written
    assert "@font-face" in text
    assert "var(" not in text
    framed = picture(chart, HOUSE, "file")
    assert framed.width > chart.size[0]
    assert framed.height > chart.size[1]


def test_a_long_title_is_wrapped_inside_the_frame(drawn: dict[str, Chart]) -> None:
    chart = replace(drawn["bars"], title=(Span("A title of many words, " * 8),))
    framed = display_list(chart, HOUSE, framed=True)
    titles = [m for m in framed.marks if isinstance(m, Words) and m.size == 12]
    assert len(titles) == 2
    assert " ".join(words.text for words in titles) == plain(chart.title).strip()


def test_a_long_source_is_wrapped_inside_the_frame(drawn: dict[str, Chart]) -> None:
    said = "Source: " + "a source of many words, " * 9 + "and its end."
    chart = replace(drawn["sparkline"], source_line=said)
    framed = display_list(chart, HOUSE, framed=True)
    words = [m for m in framed.marks if isinstance(m, Words)]
    first = next(at for at, m in enumerate(words) if m.text.startswith("Source: "))
    source = words[first:]
    assert " ".join(m.text for m in source) == said
    depths = [m.y for m in source]
    assert len(set(depths)) == len(depths) > 3
    assert 0 < min(depths) < max(depths) < framed.height


def test_the_style_beside_the_spec_wins(drawn: dict[str, Chart], tmp_path: Path) -> None:
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "reporter.mplstyle").write_text(
        "font.size: 11\nytick.labelsize: small\n", encoding="utf-8"
    )
    sizes = {
        mark.size
        for mark in display_list(drawn["mountain"], HOUSE, beside=tmp_path).marks
        if isinstance(mark, Words) and mark.weight == 600
    }
    assert sizes == {11}


def test_dollars_are_not_taken_for_formulas(drawn: dict[str, Chart]) -> None:
    words = [m.text for m in display_list(drawn["diverging"], HOUSE).marks if isinstance(m, Words)]
    assert "+$6.4bn" in words


def test_pictures_are_the_same_in_every_process() -> None:
    code = """
import hashlib
from tests.charts import world
from tests.charts.checks import HOUSE, made
from reporter.drawing import picture
context = world.context()
for kind in ("mountain", "bars", "heat_table"):
    for medium in ("screen", "vector", "file"):
        print(hashlib.sha256(picture(made(context, kind), HOUSE, medium).data).hexdigest())
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
    assert len(runs.pop().split()) == 9


def test_letters_the_fonts_have_not_are_drawn_without_a_word(drawn: dict[str, Chart]) -> None:
    lead = drawn["mountain"]
    foreign = replace(lead, series=(replace(lead.series[0], name="中文 🚀 عربى"), *lead.series[1:]))
    words = [mark.text for mark in display_list(foreign, HOUSE).marks if isinstance(mark, Words)]
    assert any("🚀" in text for text in words)
    assert picture(foreign, HOUSE, "file").data
