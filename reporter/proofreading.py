"""The gates a sentence passes before it is printed: no stray digit, cause, forecast or turned sign.

`check` reads finished text, `faithful` holds it against the facts it cites, and `lint` reads the
patterns themselves: a word of direction must stand beside a slot that is bound to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reporter.errors import ContentError
from reporter.lexicon import (
    CAUSAL,
    DIRECTION,
    DIRECTIONS,
    FORECAST,
    SUPERLATIVE,
    VERBS,
    plain_past,
    verb,
)
from reporter.model import Fact, Facts, Span, Text, plain
from reporter.phrasing import SLOT, Pattern, size
from reporter.wording import magnitude

_UPWARD = frozenset({"up", "above", "ahead", "overbought", "golden", "retaken"})
_DOWNWARD = frozenset({"down", "below", "behind", "oversold", "death", "failed", "inside"})
_DOWNWARD_DEPTHS = frozenset({"bear", "correction"})
_VERBAL_PARTS = frozenset(
    {"verb", "verb_second", "verb_done", "verb_now", "verb_plain", "way", "higher", "noun"}
)


# --- finished text --------------------------------------------------------------------------


def check(text: Text, where: str = "") -> Text:
    """The text itself, if every digit is a fact's, a name's or a desk input's, and nothing is
    explained or foretold in our own words.

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
        if span.text not in shown | {magnitude(form) for form in shown}:
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

    Every word of direction in a sentence must agree with the nearest slot bound to a direction,
    and every slot printed without its sign must have such a binding.
    """
    problems = [
        f"{pattern.name}: slot {slot!r} is not bound"
        for slot, part, _ in SLOT.findall(pattern.text)
        if part and part in _VERBAL_PARTS | {"magnitude"} and slot not in pattern.bindings
    ]
    for sentence in re.split(r"(?<=[.?!]) ", pattern.text):
        problems.extend(f"{pattern.name}: {problem}" for problem in _turned(sentence, pattern))
    return tuple(problems)


def _turned(sentence: str, pattern: Pattern) -> Iterator[str]:
    bound = [
        (found.start(), found.end(), sign)
        for found in SLOT.finditer(sentence)
        if (sign := _sign(pattern, found.group(1)))
    ]
    for word in DIRECTION.finditer(sentence):
        if not bound:
            yield f"{word.group()!r} is bound to no fact"
            continue
        near = min(bound, key=lambda at: max(at[0] - word.end(), word.start() - at[1]))  # noqa: B023  used at once
        if near[2] != DIRECTIONS[word.group()]:
            yield f"{word.group()!r} stands beside a fact that is {near[2]}"


def _sign(pattern: Pattern, slot: str) -> str:
    rule = pattern.bindings.get(slot)
    states = set(rule.states) if rule else set()
    if states and states <= _UPWARD:
        return "up"
    return "down" if states and states <= _DOWNWARD | _DOWNWARD_DEPTHS else ""


def lint_all(found: Iterable[Pattern]) -> tuple[str, ...]:
    """The problems of many patterns."""
    return tuple(problem for pattern in found for problem in lint(pattern))
