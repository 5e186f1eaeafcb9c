from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reporter import crosschecks


def told(raw: dict[str, Any], folder: Path | None = None) -> list[str]:
    return [message for _, message in crosschecks.across(raw, folder)]


def test_a_sound_order_passes() -> None:
    assert not told({"subjects": ["^RUT"], "benchmark": "^GSPC", "sections": [{"name": "front"}]})


@pytest.mark.parametrize(
    "raw",
    [
        {"subjects": "^RUT", "benchmark": 3, "pairs": [1], "sections": 5, "watch": 1, "title": 2},
        {"subjects": [[1]], "pairs": [{"subject": []}], "sections": [{"name": []}], "brand": 3},
        {"sections": [{"name": "frunt", "lists": 3}]},
    ],
)
def test_shapes_that_are_wrong_are_left_to_the_forms(raw: dict[str, Any]) -> None:
    assert not told(raw)


def test_an_instrument_is_not_held_against_itself() -> None:
    raw = {"pairs": [{"subject": "rut", "benchmark": ".RUT"}]}
    assert list(crosschecks.across(raw, None)) == [
        (("pairs", 0, "benchmark"), "^RUT is the subject too.")
    ]


def test_a_brand_is_shipped_or_a_file_beside_the_spec(tmp_path: Path) -> None:
    assert not told({"brand": "house"})
    assert "Did you mean 'house'?" in told({"brand": "hous"})[0]
    assert "cannot be read" in told({"brand": "ours.toml"}, tmp_path)[0]


def test_a_move_is_confirmed_once_of_an_instrument_of_the_brief() -> None:
    moves = [
        {"symbol": "rut", "on": "2020-03-16"},
        {"symbol": "^RUT", "on": date(2020, 3, 16)},
        {"symbol": "^RUT", "on": "2020-03-17"},
        {"symbol": "IWM", "on": "2020-03-16"},
        {"symbol": 3},
    ]
    found = crosschecks.across({"subjects": ["^RUT"], "confirmed": moves}, None)
    assert [key for key, _ in found] == [("confirmed", 1, "on"), ("confirmed", 3, "symbol")]
    assert found[0][1] == "^RUT is confirmed twice on this day."
    assert found[1][1].startswith("IWM is none of the brief's instruments.")


def in_section(tables: dict[str, Any], **given: object) -> list[str]:
    """What is told of the options of a section that knows them all."""
    return told({**tables, "sections": [{"name": "cross_asset", **given}]})


@pytest.fixture
def _every_option(monkeypatch: pytest.MonkeyPatch) -> None:
    known = (
        "title", "lists", "heat", "window", "windows", "figures", "subjects", "chart", "size",
    )  # fmt: skip
    monkeypatch.setattr(crosschecks, "options", lambda _name: dict.fromkeys(known, "About."))


TABLES = {"subjects": ["rut"], "benchmark": ".SPX", "watch": {"sizes": ["IWM"], "odd": 3}}


@pytest.mark.usefixtures("_every_option")
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("lists", ["size", "sizes"], "no watch list 'size'. Did you mean 'sizes'?"),
        ("lists", 3, "must be text, or a list of texts."),
        ("lists", [], "is empty."),
        ("lists", ["sizes", "sizes"], "sizes is named twice."),
        ("subjects", ["rut", "^RUT"], "^RUT is named twice."),
        ("window", ["ytd"], "must be text in quotes."),
        ("chart", [], "must be text in quotes."),
        ("title", ["A"], "must be text in quotes."),
        ("heat", [], "must be text in quotes."),
        ("heat", "size", "no watch list 'size'. Did you mean 'sizes'?"),
        ("windo", "ytd", "unknown option. Did you mean 'window'?"),
        ("window", "ydt", "unknown window 'ydt'. Did you mean 'ytd'?"),
        ("windows", ["ytd", "ydt"], "unknown window 'ydt'. Did you mean 'ytd'?"),
        ("figures", ["IWN"], "IWN is none of the brief's instruments. Did you mean 'IWM'?"),
        ("subjects", "a b", "'a b' is no symbol."),
        ("title", " ", "is empty."),
        ("chart", "montain", "unknown chart 'montain'. Did you mean 'mountain'?"),
    ],
)
def test_what_no_option_can_say_gets_the_nearest(name: str, value: object, message: str) -> None:
    (mistake,) = in_section(TABLES, **{name: value})
    assert message in mistake


@pytest.mark.usefixtures("_every_option")
def test_what_options_can_say_passes() -> None:
    good = {"lists": "sizes", "windows": ["ytd", "20s"], "figures": ["^RUT", "spx", "iwm"],
            "title": "T", "chart": "mountain", "size": 3}  # fmt: skip
    assert not in_section(TABLES, **good)


@pytest.mark.parametrize(
    ("name", "tip"),
    [
        ("technicals", "Name all of its subjects in one."),
        ("cross_asset", "Name all of its lists in one."),
        ("front", "Remove one."),
    ],
)
def test_a_section_stands_once(name: str, tip: str) -> None:
    raw = {"sections": [{"name": name}, {"name": "flows"}, {"name": name}]}
    assert list(crosschecks.across(raw, None)) == [
        (("sections", 2, "name"), f"{name!r} stands twice. {tip}")
    ]


def test_every_option_that_names_lists_is_checked() -> None:
    raw = {**TABLES, "sections": [{"name": "leadership", "heat": "sectorz", "lists": ["size"]}]}
    assert len(told(raw)) == 2


@pytest.mark.usefixtures("_every_option")
def test_without_watch_lists_one_is_asked_for() -> None:
    assert in_section({}, lists=["x"]) == ["no watch list 'x'. Add it under [watch]."]


def test_symbols_among_options_take_yahoos_form() -> None:
    given = {"figures": ["rut", ".SPX"], "subjects": "rut", "window": "ytd", "size": 3}
    assert crosschecks.in_yahoos_form(given) == {
        "figures": ["^RUT", "^GSPC"], "subjects": "^RUT", "window": "ytd", "size": 3,
    }  # fmt: skip


def test_a_section_that_declares_no_options_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crosschecks, "options", lambda _name: {})
    raw = {"sections": [{"name": "front", "x": 1}]}
    assert told(raw) == ["unknown option. This section has no options."]


def test_an_instrument_stands_once_in_a_list() -> None:
    raw = {"watch": {"sizes": ["IWM", ".RUT", "rut"], "odd": ["IWM"]}}
    assert list(crosschecks.across(raw, None)) == [(("watch", "sizes", 2), "^RUT is named twice.")]


def test_the_windows_of_a_section_are_given_as_facts_name_them() -> None:
    given = {"window": "YTD", "windows": ["1D", "3m", 5], "subjects": ["rut"], "title": "YTD"}
    assert crosschecks.in_yahoos_form(given) == {
        "window": "ytd",
        "windows": ["1d", "3m", 5],
        "subjects": ["^RUT"],
        "title": "YTD",
    }
