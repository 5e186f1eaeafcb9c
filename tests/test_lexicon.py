"""The words that carry a claim."""

from __future__ import annotations

import pytest

from reporter.lexicon import (
    CAUSAL,
    DIRECTIONS,
    FORECAST,
    OPPOSITES,
    noun,
    participle,
    plain_past,
    present,
    verb,
)


@pytest.mark.parametrize(
    ("z", "up", "down"),
    [
        (0.2, "edged up", "edged down"),
        (0.5, "rose", "fell"),
        (1.0, "climbed", "slid"),
        (1.75, "jumped", "sank"),
        (2.5, "surged", "tumbled"),
        (3.5, "soared", "plunged"),
        (9.0, "soared", "plunged"),
    ],
)
def test_the_verb_fits_the_size(z: float, up: str, down: str) -> None:
    assert (verb(0.009, z), verb(-0.009, -z)) == (up, down)


def test_a_hundredth_does_not_merely_edge() -> None:
    assert (verb(0.01, 0.2), verb(-0.011, -0.2)) == ("rose", "fell")


def test_an_unknown_size_gets_the_plain_verb() -> None:
    assert (verb(0.3, None), verb(-0.3, None)) == ("rose", "fell")


def test_a_second_verb_is_of_the_same_size() -> None:
    assert verb(0.01, 0.7, second=True) == "gained"
    assert verb(-0.01, 1.2, second=True) == "dropped"


def test_other_forms_go_back_to_the_past() -> None:
    for past in ("rose", "fell", "sank", "climbed", "edged up", "plunged"):
        assert plain_past(participle(past)) == past
        assert plain_past(present(past)) == past


def test_nouns() -> None:
    assert (noun(0.1), noun(-0.1)) == ("gain", "loss")


def test_every_direction_has_its_opposite() -> None:
    assert set(DIRECTIONS) == set(OPPOSITES) | set(OPPOSITES.values())
    assert all(DIRECTIONS[a] != DIRECTIONS[b] for a, b in OPPOSITES.items())


@pytest.mark.parametrize("words", ["rose because of it", "Amid calm", "fell after the close"])
def test_causes_are_seen(words: str) -> None:
    assert CAUSAL.search(words)


@pytest.mark.parametrize("words", ["it will rise", "is set to fall", "Should hold"])
def test_forecasts_are_seen(words: str) -> None:
    assert FORECAST.search(words)


def test_innocent_words_are_not() -> None:
    for words in ("a willing buyer", "afternoon", "in the month of May", "shoulders"):
        assert not FORECAST.search(words.replace("May", "June"))
        assert not CAUSAL.search(words)
