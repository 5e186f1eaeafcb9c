"""The gates catch what must not be printed: digits, causes, forecasts, turned words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from reporter.errors import ContentError
from reporter.lexicon import DIRECTION, OPPOSITES, TERM
from reporter.model import Facts, Span
from reporter.phrasing import FOLDER, SLOT, Pattern, Slot, fill, parse, pattern, patterns
from reporter.proofreading import check, faithful, fits, lint, superlatives
from tests.facts import GSPC, RUT, fact, move, spread, year

FAMILIES = sorted(path.stem for path in FOLDER.glob("*.toml"))
ALL = [one for family in FAMILIES for one in patterns(family).values()]
TURNED = {**OPPOSITES, **{down: up for up, down in OPPOSITES.items()}}


def test_digits_need_a_fact_a_name_or_a_desk_input() -> None:
    check((Span("7.8%", "fact", "x"), Span(" of "), Span("S&P 500", "name"), Span("2%", "quote")))
    with pytest.raises(ContentError, match="digit"):
        check((Span("up 7.8%"),))
    with pytest.raises(ContentError, match="figure"):
        check((Span("7.8%", "fact"),))


@pytest.mark.parametrize(
    "words", ["rose because rates fell", "fell amid doubt", "it will rise", "is set to fall"]
)
def test_our_own_words_explain_and_foretell_nothing(words: str) -> None:
    with pytest.raises(ContentError):
        check((Span(words),))
    assert check((Span(words, "quote"),))


def test_a_figure_must_be_its_facts() -> None:
    own, other, gap = year(0.0776, 0.0145)
    facts = Facts((own, other, gap))
    assert faithful((Span("7.8%", "fact", own.id), Span("31 December 2025", "fact", own.id)), facts)
    assert faithful((Span("6.3", "fact", gap.id),), facts)
    for wrong in ("1.4%", "7.9%", "8%"):
        with pytest.raises(ContentError, match="is not how"):
            faithful((Span(wrong, "fact", own.id),), facts)
    with pytest.raises(ContentError, match="is no fact"):
        faithful((Span("7.8%", "fact", "period_return:XYZ:ytd"),), facts)


@pytest.mark.parametrize(
    ("word", "value", "z", "right"),
    [
        ("rose", 0.05, 3.0, True),
        ("surged", 0.05, 3.0, True),
        ("surges", 0.05, 3.0, True),
        ("jumped", 0.05, 3.0, False),
        ("soared", 0.05, 3.0, False),
        ("tumbled", 0.05, 3.0, False),
        ("fallen", -0.05, -0.2, True),
        ("plunged", -0.05, -0.2, False),
    ],
)
def test_a_verb_must_have_the_sign_and_the_size(
    word: str,
    value: float,
    z: float,
    right: bool,  # noqa: FBT001  a table of answers
) -> None:
    one = move("^RUT", value, z=z)
    assert fits(word, one) is right
    if not right:
        with pytest.raises(ContentError, match="does not fit"):
            faithful((Span(word, "text", one.id),), Facts((one,)))


def test_superlatives_are_counted_in_our_own_words_only() -> None:
    text = (Span("its largest loss since May; the lowest"), Span("best idea", "quote"))
    assert superlatives(text) == ("largest", "lowest")


# --- patterns -----------------------------------------------------------------------------------


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_patterns_are_sound(one: Pattern) -> None:
    assert lint(one) == ()


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_patterns_neither_explain_nor_foretell(one: Pattern) -> None:
    for words in (one.text, one.agrees, one.counters):
        check((Span(SLOT.sub("", TERM.sub("", words))),), one.name)


def mutants(one: Pattern) -> Iterator[Pattern]:
    """The pattern with each of its words of direction turned, one at a time."""
    hidden = SLOT.sub(lambda found: "_" * len(found.group()), one.text)
    hidden = TERM.sub(lambda found: "_" * len(found.group()), hidden)
    for word in DIRECTION.finditer(hidden):
        turned = one.text[: word.start()] + TURNED[word.group()] + one.text[word.end() :]
        yield replace(one, text=turned)


def test_every_turned_word_of_direction_is_caught() -> None:
    every = [mutant for one in ALL for mutant in mutants(one)]
    assert len(every) > 100
    assert [mutant.text for mutant in every if not lint(mutant)] == []


def test_every_swap_of_subject_and_benchmark_is_caught() -> None:
    own, other, gap = year(0.0776, 0.0145)
    facts: dict[str, Slot] = {"r": own, "q": other, "spread": gap}
    one = pattern("relative.ahead_both_up")
    assert fill(one, {**facts, "s": RUT, "b": GSPC})
    swaps: tuple[dict[str, Slot], ...] = (
        {**facts, "s": GSPC, "b": RUT},
        {**facts, "s": RUT, "b": GSPC, "r": other, "q": own},
        {**facts, "s": RUT, "b": GSPC, "q": own},
        {**facts, "s": RUT, "b": GSPC, "spread": spread(0.0145, 0.0776)},
    )
    for swapped in swaps:
        with pytest.raises(ContentError):
            fill(one, swapped)


def test_closing_and_intraday_records_cannot_be_swapped() -> None:
    high = fact("record_high", "^RUT", value=True, level=2689.28)
    with pytest.raises(ContentError, match="metric"):
        fill(pattern("records.headline_close"), {"s": RUT, "rc": high})


def test_a_claim_on_a_slot_of_the_other_sign_is_a_problem() -> None:
    entry = {
        "text": "The gain is {r.magnitude}, {q.magnitude} below.",
        "slots": {"r": "period_return is up", "q": "drawdown is down"},
    }
    assert lint(parse("t.x", entry)) == ()
    assert lint(parse("t.x", {**entry, "claims": ["below r"]}))


def test_a_name_before_a_figure_is_a_problem() -> None:
    entry = {"text": "and {s} {r.magnitude}", "slots": {"r": "period_return"}}
    assert "before a figure" in lint(parse("t.x", entry))[0]


def test_patterns_speak_no_cliche() -> None:
    worn = re.compile(r"investors|markets? (?:watch|mood)|remains to be seen|rollercoaster|bulls")
    assert not [one.name for one in ALL if worn.search(one.text)]
