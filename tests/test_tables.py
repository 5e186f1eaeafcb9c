from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporter.model import Reason
from reporter.sources.base import NoQuotesError, missing
from reporter.tables import Cleaned, Table, clean, days_in_words

DAYS = ["2026-01-13", "2026-01-14", "2026-01-15", "2026-01-16"]


def frame(**columns: list[object]) -> pd.DataFrame:
    """Four good days, with columns replaced."""
    good: dict[str, list[object]] = {
        "Date": list(DAYS),
        "Open": [10.0, 11.0, 12.0, 13.0],
        "High": [11.0, 12.0, 13.0, 14.0],
        "Low": [9.0, 10.0, 11.0, 12.0],
        "Close": [10.5, 11.5, 12.5, 13.5],
        "Adj Close": [10.0, 11.0, 12.0, 13.5],
        "Volume": [100, 200, 300, 400],
    }
    made = pd.DataFrame({**good, **columns})
    made.index = pd.RangeIndex(2, len(made) + 2)
    return made


def cleaned(table: pd.DataFrame, until: date | None = None) -> Cleaned:
    return clean(Table(table, "X.csv", until=until))


def messages(result: Cleaned) -> list[str]:
    return [finding.message for finding in result.findings]


def refusal(table: Table) -> str:
    with pytest.raises(NoQuotesError) as caught:
        clean(table)
    return str(caught.value)


def test_good_bars_come_through_unchanged() -> None:
    result = cleaned(frame())
    assert result.findings == ()
    assert result.dividends
    assert list(result.bars.columns) == ["open", "high", "low", "close", "volume"]
    assert result.bars.index.name == "date"
    assert str(result.bars.index.dtype) == "datetime64[us]"
    assert set(map(str, result.bars.dtypes)) == {"float64"}
    assert result.bars["close"].tolist() == [10.5, 11.5, 12.5, 13.5]
    assert [day.date().isoformat() for day in result.bars.index] == DAYS


@pytest.mark.parametrize("form", ["{0:}", "  {0:} "])
@pytest.mark.parametrize("case", ["lower", "upper", "title"])
@pytest.mark.parametrize("gap", [" ", "_"])
def test_column_names_may_be_written_in_any_way(form: str, case: str, gap: str) -> None:
    names = {c: form.format(getattr(c, case)().replace(" ", gap)) for c in frame().columns}
    result = cleaned(frame().rename(columns=names))
    assert result.bars.equals(cleaned(frame()).bars)
    assert result.dividends


def test_further_columns_do_not_matter() -> None:
    more: dict[str, list[object]] = {"Dividends": [0.0] * 4, "Stock Splits": ["none"] * 4}
    extra = frame(**more)
    assert cleaned(extra).bars.equals(cleaned(frame()).bars)


def test_a_missing_volume_is_not_a_number_but_no_reason_to_refuse() -> None:
    assert cleaned(frame().drop(columns="Volume")).bars["volume"].isna().all()


@pytest.mark.parametrize("column", ["Date", "Open", "High", "Low", "Close"])
def test_a_missing_column_is_named_with_those_found(column: str) -> None:
    message = refusal(Table(frame().drop(columns=column), "X.csv"))
    assert f"no column '{column.lower()}'" in message
    assert "found: " in message


def test_a_column_given_twice_is_refused() -> None:
    assert "two columns 'close'" in refusal(Table(frame().assign(CLOSE=1.0), "X.csv"))


@pytest.mark.parametrize("text", ["1,234.5", "abc", "12.5 USD", "--"])
def test_text_in_a_number_is_refused_with_row_and_column(text: str) -> None:
    message = refusal(Table(frame(High=[11.0, 12.0, text, 14.0]), "X.csv"))
    assert "X.csv, row 4, column high" in message
    assert text in message


def test_an_endless_number_is_refused() -> None:
    message = refusal(Table(frame(High=[11.0, float("inf"), 13.0, 14.0]), "X.csv"))
    assert "row 3, column high" in message


@pytest.mark.parametrize("text", ["15/01/2026", "2026-13-01", "tomorrow", "20260115", "2026-1-15"])
def test_what_is_not_a_date_is_refused_with_its_row(text: str) -> None:
    days: list[object] = [*DAYS[:2], text, DAYS[3]]
    message = refusal(Table(frame(Date=days), "X.csv"))
    assert "X.csv, row 4" in message
    assert "is not a date" in message


def test_times_of_day_and_zones_are_dropped() -> None:
    days: list[object] = [f"{day} 00:00:00-05:00" for day in DAYS]
    assert cleaned(frame(Date=days)).bars.equals(cleaned(frame()).bars)
    zoned = frame()
    zoned["Date"] = pd.DatetimeIndex(DAYS).tz_localize("America/New_York")
    assert cleaned(zoned).bars.equals(cleaned(frame()).bars)


def test_unsorted_rows_are_sorted_with_a_note() -> None:
    result = cleaned(frame().iloc[::-1])
    assert result.bars.equals(cleaned(frame()).bars)
    assert "order" in messages(result)[0]


def test_repeated_rows_count_once_with_a_note() -> None:
    result = cleaned(pd.concat([frame(), frame().iloc[[1]]], ignore_index=True))
    assert result.bars.equals(cleaned(frame()).bars)
    assert any("14 January 2026" in note for note in messages(result))


def test_two_different_rows_for_one_day_are_refused_with_both_rows() -> None:
    other = frame(Close=[10.6, 11.6, 12.6, 13.6]).iloc[[1]]
    both = pd.concat([frame(), other], ignore_index=True)
    both.index = pd.RangeIndex(2, len(both) + 2)
    message = refusal(Table(both, "X.csv"))
    assert "row 3 and row 6" in message
    assert "14 January 2026" in message


def test_rows_without_a_price_are_left_out_and_named_never_filled() -> None:
    result = cleaned(frame(Close=[10.5, np.nan, 12.5, np.nan]))
    assert [day.date().isoformat() for day in result.bars.index] == [DAYS[0], DAYS[2]]
    assert "16 January 2026, 14 January 2026" in messages(result)[0]


def test_an_empty_row_beside_a_full_one_for_the_same_day_is_not_missed() -> None:
    twice = pd.concat([frame(), frame(Close=[np.nan] * 4).iloc[[1]]], ignore_index=True)
    result = cleaned(twice)
    assert result.bars.equals(cleaned(frame()).bars)
    assert not any("without a price" in note for note in messages(result))


def test_no_row_with_a_price_is_no_data() -> None:
    with pytest.raises(NoQuotesError) as caught:
        clean(Table(frame(Close=[np.nan] * 4), "X.csv"))
    assert caught.value.reason is Reason.NO_DATA


@pytest.mark.parametrize("price", [-40.32, 0.0])
@pytest.mark.parametrize("column", ["Open", "High", "Low", "Close"])
def test_a_price_that_is_not_above_zero_is_refused_with_its_day(column: str, price: float) -> None:
    values = list(frame()[column])
    values[2] = price
    message = refusal(Table(frame(**{column: values}), "X.csv"))
    assert "X.csv, row 4: on 15 January 2026 a price is zero or negative" in message


def test_a_yield_may_be_zero_or_negative() -> None:
    low = frame(Low=[9.0, -0.1, 0.0, 12.0])
    assert clean(Table(low, "IRX.csv", signed=True)).bars["low"].tolist() == [9.0, -0.1, 0.0, 12.0]


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ({"High": [11.0, 11.4, 13.0, 14.0]}, "high is below"),
        ({"Open": [10.0, 12.1, 12.0, 13.0]}, "high is below"),
        ({"Low": [9.0, 11.1, 11.0, 12.0]}, "low is above"),
        ({"High": [11.0, 9.5, 13.0, 14.0]}, "low is above the high"),
        ({"Volume": [1, -1, 1, 1]}, "volume is negative"),
    ],
)
def test_impossible_prices_are_refused(columns: dict[str, list[object]], complaint: str) -> None:
    message = refusal(Table(frame(**columns), "X.csv"))
    assert "row 3" in message
    assert complaint in message


def test_the_last_digit_of_a_32_bit_price_is_no_disorder() -> None:
    highs: list[object] = [11.0, 11.4999995, 13.0, 14.0]
    assert len(cleaned(frame(High=highs)).bars) == 4


def test_leniency_leaves_impossible_rows_out_and_names_them() -> None:
    table = Table(frame(Low=[9.0, -10.0, 11.0, 12.0]), "Feed", lenient=True)
    result = clean(table)
    assert len(result.bars) == 3
    assert "14 January 2026" in messages(result)[0]
    assert "possible" in refusal(Table(frame(Low=[-1.0] * 4), "Feed", lenient=True))


def test_rows_after_the_day_wanted_are_not_even_looked_at() -> None:
    spoilt = frame(Close=[10.5, 11.5, "soon", -1.0])
    result = cleaned(spoilt, date(2026, 1, 14))
    assert [day.date().isoformat() for day in result.bars.index] == DAYS[:2]
    assert result.findings == ()


def test_a_table_that_begins_later_is_given_whole_so_that_its_start_can_be_told() -> None:
    assert len(cleaned(frame(), date(2020, 1, 1)).bars) == 4


@pytest.mark.parametrize(
    ("adjusted", "pays"),
    [([10.5, 11.5, 12.5, 13.5], False), ([10.50004, 11.5, 12.5, 13.5], False), ([10.4] * 4, True)],
)
def test_dividends_show_where_the_adjusted_close_leaves_the_close(
    adjusted: list[object],
    pays: bool,  # noqa: FBT001
) -> None:
    assert cleaned(frame(**{"Adj Close": adjusted})).dividends is pays
    assert not cleaned(frame().drop(columns="Adj Close")).dividends


def test_many_days_are_counted_not_listed() -> None:
    days = [date(2026, 1, day) for day in range(1, 8)]
    assert days_in_words(days[:1]) == "1 January 2026"
    assert days_in_words(days).endswith("3 January 2026 and 4 more")


def test_the_gap_of_a_series_names_its_symbol() -> None:
    gap = missing("^RUT", Reason.STALE, "why")
    assert (gap.subject, gap.reason, gap.message) == ("^RUT", Reason.STALE, "why")


@settings(deadline=None)
@given(st.permutations(range(4)))
def test_any_order_of_rows_gives_the_same_bars(order: list[int]) -> None:
    assert cleaned(frame().iloc[order]).bars.equals(cleaned(frame()).bars)


@settings(deadline=None)
@given(
    st.lists(st.lists(st.floats(0.01, 1e6), min_size=4, max_size=4), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_whatever_passes_is_sorted_whole_and_in_order(
    prices: list[list[float]], shuffler: object
) -> None:
    rows = [sorted(four) for four in prices]
    table = pd.DataFrame(
        {
            "Date": [str(day.date()) for day in pd.bdate_range("2020-01-01", periods=len(rows))],
            "Open": [row[1] for row in rows],
            "High": [row[3] for row in rows],
            "Low": [row[0] for row in rows],
            "Close": [row[2] for row in rows],
        }
    )
    order = list(range(len(rows)))
    shuffler.shuffle(order)  # type: ignore[attr-defined]
    bars = clean(Table(table.iloc[order], "X.csv")).bars
    assert bars.index.is_monotonic_increasing
    assert bars.index.is_unique
    assert bars[["open", "high", "low", "close"]].notna().all(axis=None)
    assert bars["close"].tolist() == table["Close"].tolist()


def closes(*values: object) -> pd.DataFrame:
    """Closes and nothing else, as a rate has them."""
    return frame(Close=list(values))[["Date", "Close"]]


def test_closes_alone_will_do() -> None:
    """The close is all that is known: no open, and the highest and lowest known too."""
    result = cleaned(closes(4.1, 4.2, 4.3, 4.4))
    for column in ("high", "low", "close"):
        assert result.bars[column].tolist() == [4.1, 4.2, 4.3, 4.4]
    assert result.bars[["open", "volume"]].isna().all(axis=None)


def test_blank_days_among_closes_alone_are_no_findings() -> None:
    """So they are where they stand beside a price of the same day."""
    alone = cleaned(closes(4.1, None, 4.3, None))
    assert alone.bars["close"].tolist() == [4.1, 4.3]
    assert alone.findings == ()
    beside = cleaned(frame(Close=[10.5, None, 12.5, 13.5]))
    assert messages(beside) == ["X.csv: days without a price are left out: 14 January 2026."]


@pytest.mark.parametrize("lacking", ["Open", "High", "Low"])
def test_a_table_with_some_prices_of_the_day_needs_all(lacking: str) -> None:
    message = refusal(Table(frame().drop(columns=lacking), "X.csv"))
    assert f"X.csv has no column {lacking.lower()!r}" in message


def test_closes_alone_must_be_possible_too() -> None:
    assert "a price is zero or negative" in refusal(Table(closes(4.1, -0.1, 4.3, 4.4), "X.csv"))
    signed = clean(Table(closes(4.1, -0.1, 0.0, 4.4), "X.csv", signed=True))
    assert signed.bars["close"].tolist() == [4.1, -0.1, 0.0, 4.4]
