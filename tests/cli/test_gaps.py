from __future__ import annotations

from reporter.cli.gaps import Wish, lines, of_series
from reporter.model import Gap, Reason

LOST = Gap("FOO", "prices", Reason.UNKNOWN_SYMBOL, "no prices of FOO.")
OF_LOST = [Gap("FOO", name, Reason.UNKNOWN_SYMBOL, LOST.message) for name in ("rsi", "atr")]
WINDOWS = ("1d", "ytd", "1y", "3y")
YIELD = [Gap("^TNX", "period_return", Reason.NOT_APPLICABLE, "a yield.", None, w) for w in WINDOWS]
SHORT = Gap("XLC", "period_return", Reason.SHORT_HISTORY, "begins later.", None, "5y")
HINT = "-v tells every gap and its reason."


def told(*gaps: Gap, wish: Wish | None = None, every: bool = False) -> list[str]:
    return list(lines(gaps, wish or Wish(), every=every))


def test_a_missing_series_is_told_once() -> None:
    assert of_series([LOST, *OF_LOST]) == (LOST,)
    assert told(LOST, *OF_LOST) == ["FOO prices: no prices of FOO."]
    assert told(LOST, *OF_LOST, every=True) == ["FOO prices: no prices of FOO."]


def test_a_line_a_symbol_names_what_it_lacks() -> None:
    assert told(*YIELD, SHORT) == [
        "^TNX lacks period_return (not applicable).",
        "XLC lacks period_return 5y (short history).",
        HINT,
    ]


def test_what_was_asked_for_by_name_comes_with_its_reason() -> None:
    assert told(*YIELD, SHORT, wish=Wish(metrics={"period_return"})) == [
        "^TNX period_return: a yield.",
        "XLC period_return 5y: begins later.",
    ]


def test_a_window_means_the_metrics_that_can_have_it() -> None:
    assert told(*YIELD, SHORT, wish=Wish(windows={"5y", "ytd"})) == [
        "XLC period_return 5y: begins later.",
        "^TNX lacks period_return (not applicable).",
        HINT,
    ]


def test_where_nothing_could_be_had_every_reason_is_told() -> None:
    assert told(*YIELD, SHORT, wish=Wish(answered=False)) == [
        "^TNX period_return: a yield.",
        "XLC period_return 5y: begins later.",
    ]


def test_every_gap_has_a_line_where_that_is_wanted() -> None:
    assert len(told(LOST, *OF_LOST, *YIELD, SHORT, every=True)) == 6
    assert not told()
