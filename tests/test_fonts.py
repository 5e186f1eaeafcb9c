from __future__ import annotations

import pytest
from fontTools.ttLib import TTFont

from reporter import fonts
from reporter.resources import shipped

FOLDER = shipped("styles") / "fonts"


@pytest.mark.parametrize("face", fonts.FACES, ids=lambda face: face.file)
def test_every_face_is_there_for_paper_and_screen(face: fonts.Face) -> None:
    assert (FOLDER / f"{face.file}.ttf").is_file()
    assert (FOLDER / "web" / f"{face.file}.woff2").is_file()


@pytest.mark.parametrize("face", fonts.FACES, ids=lambda face: face.file)
def test_figures_are_tabular_by_default(face: fonts.Face) -> None:
    """No style asks for tabular figures, so the fonts' own must be."""
    with TTFont(FOLDER / f"{face.file}.ttf") as font:
        names, widths = font.getBestCmap(), font["hmtx"]
        assert len({widths[names[ord(digit)]][0] for digit in "0123456789"}) == 1


@pytest.mark.parametrize("face", fonts.FACES, ids=lambda face: face.file)
def test_web_fonts_keep_their_licence_but_not_the_reserved_name(face: fonts.Face) -> None:
    with TTFont(FOLDER / "web" / f"{face.file}.woff2") as font:
        names = font["name"]
        assert "Source" not in str(names.getDebugName(1))
        assert "SIL Open Font License" in str(names.getDebugName(13))


def test_paper_is_told_of_files_and_only_of_used_families() -> None:
    rules = fonts.paper_faces({"text": "Source Sans 3", "label": "Source Sans 3"})
    assert rules.count("@font-face") == 3
    assert "file:///" in rules
    assert "Serif" not in rules


def test_the_screen_carries_its_fonts() -> None:
    rules = fonts.screen_faces({"text": "Source Serif 4 Display"})
    assert rules.startswith("@font-face{font-family:'Source Serif 4 Display';font-weight:600;")
    assert "url('data:font/woff2;base64,d09GMg" in rules
