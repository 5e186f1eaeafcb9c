"""Sessions that a chart passes over, in the words of its source line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from reporter import absences, pipeline
from reporter.model import Chart, ChartSeries, Finding, Kind, MarketData, Severity, Span
from reporter.spec import load
from tests import exchanges
from tests.market import market, series, sessions

DAYS = sessions(30)
LINE = "Source: test; as of 15 January 2026."
MONDAY, TUESDAY = date(2026, 1, 12), date(2026, 1, 13)


def lacking(absent: Mapping[str, Sequence[date]], kind: Kind = Kind.INDEX) -> MarketData:
    """Instruments whose bars of these days were missing, each with its finding."""
    kept = {symbol: [day for day in DAYS if day not in lost] for symbol, lost in absent.items()}
    given = (series(symbol, [100.0] * len(d), days=d, kind=kind) for symbol, d in kept.items())
    found = tuple(
        Finding(symbol, "missing", Severity.MARK, "A session is missing.", "", tuple(lost))
        for symbol, lost in absent.items()
    )
    return replace(market(*given), findings=found)


def chart(*keys: str, first: str = DAYS[0].isoformat()) -> Chart:
    """Lines of these keys from `first` to the as-of day."""
    x = (first, DAYS[-1].isoformat())
    lines = tuple(ChartSeries(key, key, x, {"value": (1.0, 2.0)}) for key in keys)
    return Chart("c", "mountain", (Span("It rose"),), "", LINE, "", lines)


def said(drawn: Chart, data: MarketData) -> str:
    """What is added to the source line."""
    line = absences.told(drawn, data).source_line
    assert line.startswith(LINE)
    return line.removeprefix(LINE).strip()


def test_a_missing_session_within_the_chart_is_named() -> None:
    assert said(chart("A"), lacking({"A": [TUESDAY]})) == "No price for 13 January 2026."
    several = lacking({"A": [MONDAY, TUESDAY]})
    assert said(chart("A"), several) == "No price for 12 January and 13 January 2026."


def test_days_of_two_years_have_theirs() -> None:
    data = lacking({"A": [date(2025, 12, 30), MONDAY]})
    assert said(chart("A"), data) == "No price for 30 December 2025 and 12 January 2026."


def test_a_yield_has_values() -> None:
    data = lacking({"A": [TUESDAY]}, Kind.YIELD)
    assert said(chart("A"), data) == "No value for 13 January 2026."


def test_a_session_before_the_chart_is_not_its_concern() -> None:
    assert said(chart("A", first="2026-01-14"), lacking({"A": [TUESDAY]})) == ""


def test_of_many_sessions_their_number_and_the_last_are_told() -> None:
    told = "No price for 5 sessions, the last on 13 January 2026."
    assert said(chart("A"), lacking({"A": DAYS[-7:-2]})) == told


def test_lines_that_lack_the_same_day_are_not_named() -> None:
    data = lacking({"A": [TUESDAY], "B": [TUESDAY]})
    assert said(chart("A", "B"), data) == "No price for 13 January 2026."


def test_of_several_lines_those_that_lack_a_day_are_named() -> None:
    assert said(chart("A", "B"), lacking({"A": [], "B": [TUESDAY]})) == (
        "No price for 13 January 2026 (B)."
    )
    differing = lacking({"A": [MONDAY], "B": [TUESDAY]})
    assert said(chart("A", "B"), differing) == (
        "No price for 12 January 2026 (A); 13 January 2026 (B)."
    )


def test_of_very_many_lines_the_first_are_named() -> None:
    alike = lacking({"A": [], **{name: [TUESDAY] for name in "BCDEF"}})
    assert said(chart(*"ABCDEF"), alike) == ("No price for 13 January 2026 (B, C, D and 2 more).")
    differing = lacking({name: [DAYS[-at]] for at, name in enumerate("ABCDE", 2)})
    assert said(chart(*"ABCDE"), differing).endswith("; others.")


def test_a_line_of_two_instruments_lacks_what_either_lacks() -> None:
    data = lacking({"A": [], "B": [TUESDAY]})
    assert said(chart("A/B"), data) == "No price for 13 January 2026 (B)."


def test_a_doubtful_bar_that_is_drawn_is_not_missing() -> None:
    data = lacking({"A": []})
    jump = Finding("A", "jump", Severity.MARK, "It jumped.", "", (TUESDAY,))
    assert said(chart("A"), replace(data, findings=(jump,))) == ""


def test_a_bar_left_out_on_a_day_without_session_is_not_missing() -> None:
    data = lacking({"A": []})
    sunday = MONDAY - timedelta(days=1)
    off = Finding("A", "off-session", Severity.DROP, "A Sunday.", "", (sunday,))
    assert said(chart("A"), replace(data, findings=(off,))) == ""


def test_a_chart_along_something_else_says_nothing() -> None:
    data = lacking({"A": [TUESDAY]})
    line = ChartSeries("A", "A", ("Week to date", "1 month"), {"value": (1.0, 2.0)})
    empty = replace(line, x=(), values={"value": ()})
    assert said(replace(chart("A"), series=(line, empty)), data) == ""


def test_the_chart_is_otherwise_the_same() -> None:
    data = lacking({"A": [TUESDAY]})
    drawn = chart("A")
    assert replace(absences.told(drawn, data), source_line=LINE) == drawn
    assert pd.Timestamp(TUESDAY) not in data.series["A"].bars.index


def test_a_briefs_charts_name_the_session_they_pass_over() -> None:
    whole = exchanges.market("^RUT", "^GSPC", as_of=date(2026, 1, 15))
    finding = Finding("^RUT", "missing", Severity.MARK, "It has no price.", "", (TUESDAY,))
    data = replace(exchanges.lacking(whole, "^RUT", TUESDAY), findings=(finding,))
    spec = replace(load("daily"), subjects=("^RUT",), benchmark="^GSPC", pairs=(), known_highs=())
    lines = [c.source_line for c in pipeline.compose(spec, data).charts if c.kind == "mountain"]
    assert lines
    assert all("No price for 13 January 2026" in line for line in lines)
    clean = [chart.source_line for chart in pipeline.compose(spec, whole).charts]
    assert not any("No price" in line for line in clean)
