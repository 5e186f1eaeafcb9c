"""The words that carry a claim: verbs by size, directions, and what may only be said by others.

The verb bands follow the desk's own calibration: a move is held against the subject's own
volatility (z, in standard deviations of its window), never against a fixed percentage.
"""

from __future__ import annotations

import re

UP = "up"
DOWN = "down"

# upper bound of |z|, then (up, down): the first verb is the plain one, the second its neighbour
_BANDS: tuple[tuple[float, tuple[str, str], tuple[str, str]], ...] = (
    (0.5, ("edged up", "edged down"), ("inched up", "inched down")),
    (1.0, ("rose", "fell"), ("gained", "slipped")),
    (1.75, ("climbed", "slid"), ("advanced", "dropped")),
    (2.5, ("jumped", "sank"), ("jumped", "sank")),
    (3.5, ("surged", "tumbled"), ("surged", "tumbled")),
    (float("inf"), ("soared", "plunged"), ("soared", "plunged")),
)
_PLAIN = ("rose", "fell")
LARGEST_EDGE = 0.01
_PARTICIPLES = {"rose": "risen", "fell": "fallen", "sank": "sunk"}
_PRESENT = {
    "edged up": "edges up",
    "edged down": "edges down",
    "rose": "rises",
    "fell": "falls",
    "climbed": "climbs",
    "slid": "slides",
    "jumped": "jumps",
    "sank": "sinks",
    "surged": "surges",
    "tumbled": "tumbles",
    "soared": "soars",
    "plunged": "plunges",
}
_NOUNS = ("gain", "loss")

VERBS: frozenset[str] = (
    frozenset(v for _, one, two in _BANDS for v in (*one, *two))
    | frozenset(_PARTICIPLES.values())
    | frozenset(_PRESENT.values())
)

# words of direction with their opposites: a pattern that says one must be bound to a fact that
# moves that way
OPPOSITES: dict[str, str] = {
    "up": "down",
    "rose": "fell",
    "risen": "fallen",
    "gained": "lost",
    "gain": "loss",
    "gains": "losses",
    "above": "below",
    "ahead": "behind",
    "leads": "trails",
    "led": "trailed",
    "lead": "deficit",
    "beaten": "lost to",
    "bought": "sold",
    "buyers": "sellers",
    "overbought": "oversold",
    "higher": "lower",
    "held": "failed",
}
DIRECTIONS: dict[str, str] = {
    **dict.fromkeys(OPPOSITES, UP),
    **dict.fromkeys(OPPOSITES.values(), DOWN),
}

# names and fixed definitions in which a digit is no figure
TERMS: tuple[str, ...] = (
    "overbought line of 70",
    "oversold line of 30",
    "14-day",
    "21-day",
    "50-day",
    "200-day",
    "10-year",
    "52 weeks",
    "S&P 500",
    "Russell 2000",
)

CAUSES: tuple[str, ...] = (
    "because",
    "due to",
    "driven by",
    "on the back of",
    "owing to",
    "thanks to",
    "on hopes",
    "on fears",
    "hopes of",
    "fears of",
    "amid",
    "after",
    "following",
    "as investors",
    "sparked",
    "spurred",
    "fuelled",
    "prompted",
    "triggered",
    "boosted",
    "lifted by",
    "weighed on",
    "in response to",
    "caused",
)
FORECASTS: tuple[str, ...] = (
    "will",
    "is set to",
    "are set to",
    "should",
    "likely",
    "poised",
    "expected to",
    "is going to",
    "looks set",
    "bound to",
    "may",
    "might",
    "could",
)
SUPERLATIVES: tuple[str, ...] = (
    "highest",
    "lowest",
    "largest",
    "biggest",
    "longest",
    "shortest",
    "best",
    "worst",
    "strongest",
    "weakest",
    "steepest",
    "most",
)


def _any(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


CAUSAL = _any(CAUSES)
FORECAST = _any(FORECASTS)
SUPERLATIVE = _any(SUPERLATIVES)
DIRECTION = re.compile(
    rf"\b(?:{'|'.join(sorted(map(re.escape, DIRECTIONS), key=len, reverse=True))})\b"
)
TERM = re.compile("|".join(map(re.escape, TERMS)))


def verb(value: float, z: float | None, *, second: bool = False) -> str:
    """The past tense that fits a move of this sign and size; plain where the size is unknown.

    A fraction of a hundredth or more never merely edges, however wild the days before were.
    """
    edges = z is not None and abs(z) < _BANDS[0][0]
    plain = z is None or (edges and abs(value) >= LARGEST_EDGE)
    pair = _PLAIN if z is None or plain else _pair(abs(z), second=second)
    return pair[0] if value > 0 else pair[1]


def participle(past: str) -> str:
    """What follows "has": `rose` gives `risen`."""
    return _PARTICIPLES.get(past, past)


def present(past: str) -> str:
    """What a headline says: `rose` gives `rises`."""
    return _PRESENT.get(past, past)


def noun(value: float) -> str:
    """`gain` or `loss`."""
    return _NOUNS[0] if value > 0 else _NOUNS[1]


def plain_past(word: str) -> str:
    """The past tense of a verb's other forms: `risen` and `rises` give `rose`."""
    forms = [*_PARTICIPLES.items(), *_PRESENT.items()]
    return next((past for past, form in forms if form == word), word)


def _pair(size: float, *, second: bool) -> tuple[str, str]:
    _, one, two = next(band for band in _BANDS if size < band[0])
    return two if second else one
