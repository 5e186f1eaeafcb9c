from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter import brands
from reporter.errors import SpecError

COLOURS = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")
SCHEMES = [(name, prefix) for name in brands.names() for prefix in ("", "dark-")]


def written(folder: Path, text: str, name: str = "brand.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(SpecError) as told:
        brands.load(beside=written(folder, text))
    assert str(folder / "brand.toml") in str(told.value)
    return str(told.value)


def test_two_brands_ship_and_look_different() -> None:
    assert brands.names() == ("house", "meridian")
    one, other = (brands.load(name) for name in brands.names())
    assert one.house != other.house
    assert one.fonts["text"] != other.fonts["text"]
    assert {one.colours[t] for t in brands.TOKENS}.isdisjoint(
        other.colours[t] for t in brands.TOKENS
    )
    assert one.disclosures
    assert other.disclosures


@pytest.mark.parametrize(("name", "prefix"), SCHEMES)
def test_text_and_series_can_be_seen(name: str, prefix: str) -> None:
    colours = brands.load(name).colours
    for token, least in brands.LEAST_CONTRAST.items():
        assert brands.contrast(colours[prefix + token], colours[f"{prefix}paper"]) >= least, token


@pytest.mark.parametrize(("name", "prefix"), SCHEMES)
def test_labels_in_a_series_colour_can_be_read(name: str, prefix: str) -> None:
    colours = brands.load(name).colours
    for token in ("subject", "benchmark", "context"):
        assert brands.contrast(colours[prefix + token], colours[f"{prefix}paper"]) >= 4.5, token


def test_contrast_is_that_of_the_guidelines() -> None:
    assert brands.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert brands.contrast("#0072b2", "#ffffff") == pytest.approx(5.19, abs=0.005)
    assert brands.contrast("#999999", "#fff1e5") == pytest.approx(2.57, abs=0.01)


@given(COLOURS, COLOURS)
def test_contrast_is_the_same_both_ways_and_never_below_one(one: str, other: str) -> None:
    assert brands.contrast(one, other) == brands.contrast(other, one)
    assert 1 <= brands.contrast(one, other) <= 21.0001


def test_a_brand_beside_the_spec_takes_the_defaults_place(tmp_path: Path) -> None:
    own = 'name = "ours"\nhouse = "Ours & Co"\n[colours]\naccent = "#004433"\n'
    brand = brands.load(beside=written(tmp_path, own))
    assert (brand.house, brand.colours["accent"]) == ("Ours & Co", "#004433")
    assert brand.colours["ink"] == brands.load().colours["ink"]
    assert brands.load("meridian", tmp_path).name == "meridian"


def test_a_brand_may_be_named_by_its_file(tmp_path: Path) -> None:
    written(tmp_path, 'house = "Another"\n', "other.toml")
    assert brands.load("other.toml", tmp_path).house == "Another"


def test_an_unknown_brand_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="Did you mean 'meridian'"):
        brands.load("meridan", tmp_path)


def test_a_missing_file_is_one_clear_message(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="cannot be read"):
        brands.load("none.toml", tmp_path)


@pytest.mark.parametrize(
    "colour", ["red", "#fff", "#0b3d6b;}body{display:none", "#0b3d6g", "url(//x)", "#0b3d6b\n"]
)
def test_only_plain_colours_reach_the_styles(tmp_path: Path, colour: str) -> None:
    told = refusal(tmp_path, f"[colours]\naccent = {colour!r}\n".replace("'", '"'))
    assert "colours.accent must be a colour such as #0b3d6b." in told


def test_a_colour_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    told = refusal(tmp_path, '[colours]\nmuted = "#bbbbbb"\n')
    assert "colours.muted #bbbbbb has a contrast of 1.92" in told
    assert "at least 4.5 is needed" in told


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    told = refusal(
        tmp_path,
        'house = 3\nhuose = "x"\ndisclosures = "none"\nlogo = "none.svg"\ndark = 1\n'
        '[colours]\nink = 7\nacent = "#000000"\n[fonts]\ntext = "Comic Sans"\n',
    )
    for part in (
        "house must be text", "unknown key 'huose'", "disclosures must be a list",
        "logo 'none.svg' must be", "dark must be a table", "colours.ink must be a colour",
        "unknown key colours.acent", "fonts.text 'Comic Sans' is not bundled",
    ):  # fmt: skip
        assert part in told


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert brands.load(beside=written(tmp_path, '\ufeffhouse = "We"')).house == "We"


@pytest.mark.parametrize("nested", ["[" * 9000 + "]" * 9000, "1" * 5001])
def test_toml_that_cannot_be_read_is_told(nested: str, tmp_path: Path) -> None:
    assert "is not TOML: " in refusal(tmp_path, f"house = {nested}")


@pytest.mark.parametrize("place", ["../ours.toml", "{outside}/ours.toml", "a\0.toml"])
def test_a_brand_from_elsewhere_is_refused(place: str, tmp_path: Path) -> None:
    inside = tmp_path / "brief"
    inside.mkdir()
    written(tmp_path, 'house = "Elsewhere"', "ours.toml")
    with pytest.raises(SpecError, match=r"outside the folder|control character"):
        brands.load(place.format(outside=tmp_path), inside)


@pytest.mark.parametrize("place", ["../secret.png", "{outside}/secret.png"])
def test_a_logo_from_elsewhere_is_refused(place: str, tmp_path: Path) -> None:
    inside = tmp_path / "brief"
    inside.mkdir()
    (tmp_path / "secret.png").write_bytes(b"png")
    told = refusal(inside, f'logo = "{place.format(outside=tmp_path)}"')
    assert "beside the brand's file" in told


def test_what_is_not_toml_is_one_clear_message(tmp_path: Path) -> None:
    assert "is not TOML" in refusal(tmp_path, "house = ")


def test_a_logo_travels_inside_the_brand(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text("<svg/>", encoding="utf-8")
    brand = brands.load(beside=written(tmp_path, 'logo = "logo.svg"\n'))
    assert brand.logo == "data:image/svg+xml;base64,PHN2Zy8+"
