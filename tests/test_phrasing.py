"""Patterns are filled by facts that fit them, and by nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reporter.errors import ContentError, WithheldError
from reporter.model import Span, plain
from reporter.phrasing import (
    Named,
    Quoted,
    Slots,
    capitalised,
    direction,
    fill,
    led_in,
    listed,
    merged,
    parse,
    pattern,
    sentences,
    words,
)
from tests.facts import GSPC, RUT, fact, move, spread

ENTRY = {
    "text": "{s} {r.verb} {r.magnitude} from {r.base_date}, {b} by {q}.",
    "slots": {
        "r": "period_return:ytd of s is up",
        "q": "period_return:ytd of b is up|down",
    },
}
SLOTS: Slots = {
    "s": RUT,
    "b": GSPC,
    "r": move("^RUT", 0.07762, z=1.9),
    "q": move("^GSPC", 0.01446, z=0.4),
}


def test_slots_become_spans_that_cite() -> None:
    text = fill(parse("t.x", ENTRY), SLOTS)
    assert plain(text) == "The Russell 2000 jumped 7.8% from 31 December 2025, the S&P 500 by 1.4%."
    assert text[0] == Span("The Russell 2000", "name")
    assert Span("7.8%", "fact", "period_return:^RUT:ytd") in text
    assert Span("jumped", "text", "period_return:^RUT:ytd") in text
    assert Span("the S&P 500", "name") in text


@pytest.mark.parametrize(
    ("slot", "value", "wrong"),
    [
        ("r", move("^GSPC", 0.07), "subject"),
        ("r", move("^RUT", 0.07, "1m"), "window"),
        ("r", move("^RUT", -0.07), "it is not up"),
        ("r", spread(0.07, 0.01), "metric"),
        ("r", move("^RUT", 0.0001), "it is not up"),
        ("s", GSPC, "subject"),
        ("b", RUT, "subject"),
    ],
)
def test_a_fact_or_name_that_does_not_belong_is_refused(
    slot: str, value: object, wrong: str
) -> None:
    with pytest.raises(ContentError, match=wrong):
        fill(parse("t.x", ENTRY), {**SLOTS, slot: value})  # type: ignore[dict-item]


def test_a_missing_slot_is_refused() -> None:
    with pytest.raises(ContentError, match="'q' is not filled"):
        fill(parse("t.x", ENTRY), {k: v for k, v in SLOTS.items() if k != "q"})


def test_an_unbound_fact_is_refused() -> None:
    with pytest.raises(ContentError, match="without a binding"):
        fill(parse("t.x", {"text": "{r}"}), SLOTS)


def test_a_part_that_the_fact_does_not_print_is_refused() -> None:
    entry = {"text": "{r.peak}", "slots": {"r": "period_return"}}
    with pytest.raises(ContentError, match="no printable 'peak'"):
        fill(parse("t.x", entry), SLOTS)


@pytest.mark.parametrize("part", ["low_date", "low_date_short", "low_day", "low"])
def test_a_part_that_is_withheld_is_told_from_one_that_there_never_was(part: str) -> None:
    entry = {"text": f"{{r.{part}}}", "slots": {"r": "period_return"}}
    slots = {**SLOTS, "r": replace(move("^RUT", 0.07), withheld=("low_date", "peak"))}
    expected = ContentError if part == "low" else WithheldError
    with pytest.raises(ContentError, match=f"no printable '{part}'") as raised:
        fill(parse("t.x", entry), slots)
    assert raised.type is expected


def test_a_digit_outside_every_slot_is_refused() -> None:
    with pytest.raises(ContentError, match="a digit"):
        parse("t.x", {"text": "The index rose 5%."})
    with pytest.raises(ContentError, match="a digit"):
        parse("t.x", {"text": "It rose.", "agrees": "All 3 agree: "})


def test_terms_with_digits_are_names() -> None:
    text = fill(parse("t.x", {"text": "Its 200-day average and the overbought line of 70."}), {})
    assert [span.text for span in text if span.kind == "name"] == [
        "200-day",
        "overbought line of 70",
    ]


def test_a_binding_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ContentError, match="cannot be read"):
        parse("t.x", {"text": "{r}", "slots": {"r": "period return, please"}})


def test_an_unknown_pattern_is_refused() -> None:
    with pytest.raises(ContentError, match="no sentence pattern"):
        pattern("records.nonsense")


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ("verb_done", "risen"),
        ("verb_now", "rises"),
        ("verb_second", "gained"),
        ("verb_plain", "rose"),
        ("way", "up"),
        ("higher", "higher"),
        ("noun", "gain"),
    ],
)
def test_forms_of_a_move(part: str, shown: str) -> None:
    entry = {"text": f"it {{r.{part}}}", "slots": {"r": "period_return"}}
    assert plain(fill(parse("t.x", entry), {"r": move("^RUT", 0.03, z=0.7)})) == f"It {shown}"


def test_a_spread_may_leave_its_unit_to_the_next() -> None:
    entry = {"text": "{d.display.bare} or {d}", "slots": {"d": "relative_return"}}
    text = fill(parse("t.x", entry), {"d": spread(0.078, 0.014)})
    assert plain(text) == "6.4 or 6.4 percentage points"


def test_desk_words_are_quotes_and_names_names() -> None:
    text = fill(
        parse("t.x", {"text": "{who}: {view}."}),
        {"who": Named("BofA"), "view": Quoted("up 10% by June")},
    )
    assert [(span.text, span.kind) for span in text] == [
        ("BofA", "name"), (": ", "text"), ("up 10% by June", "quote"), (".", "text"),
    ]  # fmt: skip


def test_direction_judges_the_printed_number() -> None:
    assert direction(move("^RUT", 0.0004)) == "flat"
    assert direction(move("^RUT", 0.0005)) == "up"
    assert direction(move("^RUT", -0.0123)) == "down"
    assert direction(fact("record_close", "^RUT", value=True, display="10")) == "up"


def test_lists_and_sentences() -> None:
    a, b, c = words("a"), words("b"), words("c")
    assert plain(listed([a])) == "a"
    assert plain(listed([a, b])) == "a and b"
    assert plain(listed([a, b, c])) == "a, b and c"
    assert plain(sentences(words("A."), (), words("B."))) == "A. B."


def test_every_sentence_begins_with_a_capital() -> None:
    text = capitalised((Span("the S&P 500", "name"), Span(" rose. it "), Span("fell. ")))
    assert plain(text) == "The S&P 500 rose. It fell. "
    assert merged([Span("a"), Span(""), Span("b")]) == (Span("ab"),)


def test_an_opening_takes_the_capital_back() -> None:
    small = frozenset({"small caps"})
    assert plain(led_in("But ", (Span("The Russell", "name"),))) == "But the Russell"
    assert plain(led_in("But ", (Span("Small caps", "name"),), lower=small)) == "But small caps"
    assert plain(led_in("But ", (Span("IWM", "name"),))) == "But IWM"
    assert plain(led_in("But ", (Span("On it"),))) == "But on it"
    assert plain(led_in("But ", (Span("RSI is"),))) == "But RSI is"
    assert led_in("", (Span("Same"),)) == (Span("Same"),)
