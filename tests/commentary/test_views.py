"""Views: the editor's own labelled, a house's under its name."""

from __future__ import annotations

from datetime import date

import pytest

from reporter.commentary.views import name_of, paired
from reporter.model import DeskInputs, DeskView, Fact, Unit, plain
from tests.facts import YEAR_END, fact, level, reading, told, words

LAST = level("^RUT", 2674.56)
SHUT = "\N{RIGHT SINGLE QUOTATION MARK}"


def view(text: str, stance: str = "supportive", **rest: str) -> DeskView:
    """A view on the Russell 2000."""
    given = {"kind": "driver", "symbol": "^RUT", "house": "", "author": "", **rest}
    return DeskView(
        given["kind"], given["symbol"], given["house"], given["author"], stance, text,
        date(2026, 1, 1), "2026-01",
    )  # fmt: skip


def desk(*views: DeskView) -> DeskInputs:
    """Nothing but views."""
    return DeskInputs(views=views)


RATES = view("rate cuts expected later in the year")
GROWTH = view("data point to strong growth.")


def yields(change: float) -> Fact:
    """The 10-year yield's year."""
    return fact(
        "yield_change", "^TNX", change, Unit.BASIS_POINTS, window="ytd", base=YEAR_END,
        display=f"{change:+.0f} basis points",
    )  # fmt: skip


def test_the_editors_own_view_is_labelled() -> None:
    said = words("views", reading(LAST, desk=desk(RATES, GROWTH)))
    assert said["own_supportive_many"] == (
        "In our view two things speak for small caps, with the Russell 2000 at 2,674.56: "
        "rate cuts expected later in the year, and data point to strong growth."
    )
    made = reading(LAST, desk=desk(view("prices are rich", "cautious")))
    assert told("views", made)["own_cautious_one"].tone == -1


def test_desk_words_are_quoted_spans() -> None:
    made = told("views", reading(LAST, desk=desk(RATES)))["own_supportive_one"]
    assert [span.text for span in made.text if span.kind == "quote"] == [RATES.text]


@pytest.mark.parametrize(
    ("change", "key"),
    [(-3.0, "own_supportive_one_rates"), (0.0, "own_supportive_one_rates_flat")],
)
def test_a_view_on_rates_stands_beside_the_yield(change: float, key: str) -> None:
    one = fact(
        "yield_change", "^TNX", change, Unit.BASIS_POINTS, window="ytd", base=YEAR_END, level=4.16
    )
    watch = {"rates": ("^TNX",)}
    said = words("views", reading(LAST, one, desk=desk(RATES), watch=watch))
    assert "; the 10-year Treasury yield, at 4.16, is " in said[key]


def test_reasons_with_commas_are_set_apart_by_semicolons() -> None:
    said = words("views", reading(LAST, desk=desk(RATES, view("growth, at home"))))
    assert said["own_supportive_many"].endswith("later in the year; and growth, at home.")


def test_a_houses_chart_reading() -> None:
    chart = view("breakout from a range", kind="technical", house="BofA", author="Paul Ciana")
    said = words("views", reading(LAST, desk=desk(chart)))
    assert said["house_technical"] == (
        "Paul Ciana of BofA reads the chart of the Russell 2000, which closed at 2,674.56, as "
        "follows: breakout from a range."
    )
    held = fact("range_breakout", "^RUT", value=True, state="retaken", level=2442.74)
    said = words("views", reading(LAST, held, desk=desk(chart)))
    assert said["house_technical_ours"].endswith(
        "; our own rules confirm the breakout only, with the close of 2,674.56 above 2,442.74."
    )


@pytest.mark.parametrize(
    ("house", "author", "name"),
    [
        ("BofA", "", "BofA"),
        ("BofA", "Paul Ciana", "Paul Ciana of BofA"),
        ("Barclays", "traders", f"Barclays{SHUT} traders"),
        ("BofA", "strategists", f"BofA{SHUT}s strategists"),
    ],
)
def test_who_holds_a_view(house: str, author: str, name: str) -> None:
    assert name_of(view("x", house=house, author=author)).text == name


def test_opinions_are_left_to_the_pairs() -> None:
    opinion = view("less compelling", "cautious", kind="opinion", house="Barclays")
    made = reading(LAST, desk=desk(opinion, RATES))
    assert paired(made) == (opinion,)
    assert not any("less" in plain(r.text) for r in told("views", made).values())


def test_no_views_no_word() -> None:
    assert words("views", reading(LAST)) == {}
