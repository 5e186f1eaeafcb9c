"""The gates a sentence passes before it is printed: no stray digit, cause, forecast or turned sign.

`check` reads finished text, `faithful` holds it against the facts it cites, and `lint` reads the
patterns themselves: a word of direction must stand beside a slot that is bound to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reporter.errors import ContentError
from reporter.lexicon import (
    CAUSAL,
    DIRECTION,
    DIRECTIONS,
    DOWN,
    FORECAST,
    SUPERLATIVE,
    TERM,
    UP,
    VERBS,
    plain_past,
    verb,
)
from reporter.model import Fact, Facts, Span, Text, plain
from reporter.phrasing import SLOT, Pattern, bare, points, size
from reporter.wording import magnitude

_UPWARD = frozenset(("up", "above", "ahead", "overbought", "golden", "retaken", "true"))
_DOWNWARD = frozenset(
    ("down", "below", "behind", "oversold", "death", "failed", "inside", "bear", "correction")
)
_TWO_NUMBERS = re.compile(r"\{[a-z](?:\.name)?\} \{\w+(?:\.(?!verb|way|higher|noun)\w+)*\}")


# --- finished text --------------------------------------------------------------------------


def check(text: Text, where: str = "") -> Text:
    """The text itself, if all its digits are facts', names' or desk inputs'.

    Nor may anything be explained or foretold in our own words.

    Raises:
        ContentError: a digit, a cause or a forecast stands in plain words.
    """
    for span in text:
        if span.kind == "text" and re.search(r"\d", span.text):
            raise ContentError(f"a digit without a fact: {span.text!r}.", where=where)
        if span.kind == "fact" and not span.fact:
            raise ContentError(f"a figure without a fact: {span.text!r}.", where=where)
    own = " | ".join(span.text for span in text if span.kind == "text")
    for lexicon, what in ((CAUSAL, "a cause"), (FORECAST, "a forecast")):
        if found := lexicon.search(own):
            raise ContentError(
                f"{what} that nobody is quoted for: {found.group()!r} in {plain(text)!r}.",
                where=where,
            )
    return text


def faithful(text: Text, facts: Facts) -> Text:
    """The text itself, if every figure is printed as its fact prints it and every verb fits.

    Raises:
        ContentError: an unknown fact, another figure than the fact's, or a verb of another sign
            or size than the fact's.
    """
    known = {fact.id: fact for fact in facts}
    for span in text:
        if span.fact is None:
            continue
        fact = known.get(span.fact)
        if fact is None:
            raise ContentError(f"{span.text!r} cites {span.fact!r}, which is no fact.")
        _faithful(span, fact)
    return text


def _faithful(span: Span, fact: Fact) -> None:
    if span.kind == "fact":
        shown = {fact.display, *fact.displays.values()}
        if span.text not in shown | {
            cut(form) for form in shown for cut in (magnitude, bare, points)
        }:
            raise ContentError(f"{span.text!r} is not how {fact.id} is printed.")
    elif span.text.lower() in VERBS and not fits(span.text.lower(), fact):
        raise ContentError(f"{span.text!r} does not fit {fact.id} ({fact.display}).")


def fits(word: str, fact: Fact) -> bool:
    """Whether a verb has the fact's sign and stands in its band of size."""
    z = size(fact)
    value = float(fact.value)
    allowed = {verb(value, None), verb(value, z), verb(value, z, second=True)}
    return plain_past(word) in allowed


def superlatives(text: Text) -> tuple[str, ...]:
    """The superlatives a text uses in its own words."""
    own = " | ".join(span.text for span in text if span.kind == "text")
    return tuple(found.group().lower() for found in SUPERLATIVE.finditer(own))


# --- patterns -------------------------------------------------------------------------------


def lint(pattern: Pattern) -> tuple[str, ...]:
    """What is wrong with a pattern; empty where nothing is.

    A word of direction must agree with the nearest slot of its sentence that is bound to a
    direction; where it belongs to another slot, or to none, the pattern's `claims` say so. A name
    that may end in digits must not stand before a figure ("the Russell 2000 9.2%").
    """
    loose = [at for sentence in _sentences(pattern.text) for at in _loose(sentence, pattern)]
    claimed = [word for word, _ in pattern.claims]
    problems = [
        f"{pattern.name}: {word!r} claims {slot!r}, which goes the other way"
        for word, slot in pattern.claims
        if slot != "-" and _sign(pattern, slot) != DIRECTIONS.get(word)
    ]
    if loose != claimed:
        problems.append(f"{pattern.name}: words of direction {loose} without a slot, not {claimed}")
    if found := _TWO_NUMBERS.search(pattern.text):
        problems.append(f"{pattern.name}: a name before a figure in {found.group()!r}")
    return tuple(problems)


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.?!]) ", TERM.sub(_masked, text))


def _masked(found: re.Match[str]) -> str:
    return "_" * len(found.group())


def _loose(sentence: str, pattern: Pattern) -> Iterator[str]:
    """The words of direction that the nearest bound slot does not answer for."""
    bound = [
        (found.start(), found.end(), sign)
        for found in SLOT.finditer(sentence)
        if (sign := _sign(pattern, found.group(1)))
    ]
    for word in DIRECTION.finditer(SLOT.sub(_masked, sentence)):
        gaps = [(max(b - word.end(), word.start() - e), sign) for b, e, sign in bound]
        if not gaps or min(gaps)[1] != DIRECTIONS[word.group()]:
            yield word.group()


def _sign(pattern: Pattern, slot: str) -> str:
    rule = pattern.bindings.get(slot)
    states = set(rule.states) if rule else set()
    if states and states <= _UPWARD:
        return UP
    return DOWN if states and states <= _DOWNWARD else ""
