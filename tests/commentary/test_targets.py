"""Published targets against the last close."""

from __future__ import annotations

from datetime import date

from reporter.model import DeskInputs, Fact, Target
from tests.facts import fact, level, reading, told, words

PUBLISHED = date(2026, 1, 12)
LAST = level("^RUT", 2674.56)


def target(at: float, conviction: str = "base", analyst: str = "Paul Ciana") -> Fact:
    """What a target implies."""
    return fact(
        "implied_advance", "^RUT", at / 2674.56 - 1, suffix=f"bofa-{at}", target=at, house="BofA",
        analyst=analyst, kind="technical", conviction=conviction, published=PUBLISHED,
        reference_close=2674.56,
    )  # fmt: skip


def desk(*levels: float) -> DeskInputs:
    """The inputs behind them."""
    return DeskInputs(
        tuple(Target("^RUT", at, "BofA", "Paul Ciana", PUBLISHED, "2026-W03") for at in levels)
    )


def test_the_reference_targets() -> None:
    made = reading(
        target(2861.0), target(3000.0, "possible"), target(3126.0, "possible"), LAST,
        desk=desk(2861.0, 3000.0, 3126.0),
    )  # fmt: skip
    said = words("targets", made)
    assert said["several_above"] == (
        "The technical target that Paul Ciana of BofA published in January 2026, 2,861.00, is 7.0% "
        "above the last close; 3,000.00 (12.2%) and 3,126.00 (16.9%) are named with less "
        "conviction."
    )
    assert "further" not in said


def test_several_houses_span_a_range() -> None:
    made = reading(
        target(2861.0), target(3126.0, analyst="Jo Bloggs"), LAST, desk=desk(2861.0, 3126.0)
    )
    said = words("targets", made)["further"]
    assert said.startswith("Of the two published levels, 2,861.00 (7.0%)")


def test_a_target_below_the_close() -> None:
    made = reading(target(2500.0), LAST, desk=desk(2500.0))
    assert told("targets", made)["one_below"].tone == -1
    assert "6.5% below the last close" in words("targets", made)["one_below"]


def test_one_target() -> None:
    assert list(words("targets", reading(target(2861.0), LAST, desk=desk(2861.0)))) == ["one_above"]


def test_no_targets_no_word() -> None:
    assert words("targets", reading(LAST)) == {}
