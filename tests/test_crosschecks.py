from __future__ import annotations

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


def test_options_and_watch_lists_get_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"lists": "Which watch lists.", "window": "Over which window."}
    monkeypatch.setattr(crosschecks, "options", lambda _name: known)
    raw = {
        "watch": {"sizes": ["IWM"]},
        "sections": [{"name": "cross_asset", "lists": ["size", 3], "windo": "ytd"}],
    }
    assert list(crosschecks.across(raw, None)) == [
        (("sections", 0, "lists"), "no watch list 'size'. Did you mean 'sizes'?"),
        (("sections", 0, "lists"), "no watch list '3'. Known: sizes."),
        (("sections", 0, "windo"), "unknown option. Did you mean 'window'?"),
    ]
    del raw["watch"]
    assert "Add it under [watch]." in told(raw)[0]


def test_a_section_that_declares_no_options_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crosschecks, "options", lambda _name: {})
    raw = {"sections": [{"name": "front", "x": 1}]}
    assert told(raw) == ["unknown option. This section has no options."]
