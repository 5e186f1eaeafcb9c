from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from reporter.bars import Floats
from reporter.checks import RATIOS, History, Trading, judge, shared_volume, unfinished
from reporter.limits import FEWEST_AFTER
from reporter.model import Finding, Instrument, Kind, Severity
from reporter.sessions import Sessions, calendar
from reporter.sources.base import NoQuotesError
from tests.market import wave

NYSE = calendar("XNYS", 2024, 2026)
DAYS = np.array([day for day in NYSE.days if day <= date(2025, 12, 31)], dtype="datetime64[D]")
TRADING = Trading(NYSE, DAYS, date(2025, 12, 31), date(2025, 12, 31))
SHARE = Instrument("ZZZ", "Zed", "Zed", Kind.EQUITY)


def history(close: Floats | None = None, kind: Kind = Kind.EQUITY) -> History:
    """Closes on the last sessions of 2025, each day opening where the one before closed."""
    close = np.array(wave(300)) if close is None else np.asarray(close, dtype=float)
    opened = np.concatenate((close[:1], close[:-1]))
    top, foot = np.maximum(opened, close), np.minimum(opened, close)
    cells = np.column_stack((opened, top, foot, close, np.full(len(close), 5.0)))
    return History(replace(SHARE, kind=kind), DAYS[-len(close) :], cells, {})


def scaled(past: History, rows: slice, factor: float) -> History:
    cells = past.cells.copy()
    cells[rows, :4] *= factor
    return replace(past, cells=cells)


def found(past: History, trading: Trading = TRADING) -> dict[str, Finding]:
    return {finding.check: finding for finding in judge(past, trading).found}


def test_good_bars_pass_unchanged() -> None:
    past = history()
    judged = judge(past, TRADING)
    assert judged.found == ()
    assert np.array_equal(judged.cells, past.cells)


# --- the calendar ---


def test_bars_of_days_without_a_session_are_left_out() -> None:
    past = history()
    days = past.days.copy()
    days[100] = np.datetime64("2025-03-15")  # a Saturday
    days[101:] = past.days[101:]
    odd = found(replace(past, days=np.sort(days)))["off-session"]
    assert odd.severity is Severity.DROP
    assert odd.days == (date(2025, 3, 15),)
    assert "15 March 2025" in odd.message


def test_bars_before_the_calendar_begins_cannot_be_judged() -> None:
    late = replace(TRADING, days=DAYS[-100:])
    assert len(judge(history(), late).days) == 300


def test_a_missing_session_is_marked_and_named() -> None:
    past = history()
    keep = np.arange(300) != 200
    holed = replace(past, days=past.days[keep], cells=past.cells[keep])
    missing = found(holed)["missing"]
    assert missing.severity is Severity.MARK
    assert missing.days == (past.days[200].item(),)


def test_a_day_already_told_of_is_not_told_again() -> None:
    past = history()
    keep = np.arange(300) != 200
    told = Finding("ZZZ", "null", Severity.DROP, "null", days=(past.days[200].item(),))
    holed = replace(past, days=past.days[keep], cells=past.cells[keep], found=(told,))
    assert judge(holed, TRADING).found == (told,)


def test_a_bar_that_was_not_final_is_left_out() -> None:
    noon = Trading(NYSE, DAYS, date(2025, 12, 30), date(2025, 12, 31))
    late = found(history(), noon)["unfinished"]
    assert late.days == (date(2025, 12, 31),)
    assert "closes at 16:00 New York time; its bar counts from 16:30" in late.message
    assert late.remedy == "Ask again after 16:30 New York time."


def test_a_bar_of_tomorrow_is_of_the_future() -> None:
    early = Trading(NYSE, DAYS, date(2025, 12, 29), date(2025, 12, 30))
    both = found(history(), early)
    assert both["unfinished"].days == (date(2025, 12, 30),)
    assert both["future"].days == (date(2025, 12, 31),)


def test_the_hour_is_told_in_the_exchanges_own_zone() -> None:
    assert "at 13:00 New York time" in unfinished(NYSE, date(2025, 11, 28))
    crypto: Sessions = calendar("24/7", 2025, 2025)
    assert "at 00:00 UTC; its bar counts from 00:30 UTC" in unfinished(crypto, date(2025, 6, 1))


# --- spikes ---


@pytest.mark.parametrize("factor", [10, 100, 0.1, 0.01, 1.5])
def test_a_bar_that_comes_straight_back_is_left_out(factor: float) -> None:
    past = scaled(history(), slice(150, 151), factor)
    cells = past.cells.copy()
    cells[151, 0] = cells[151, 3]
    cells[151, 1:3] = cells[151, 3]
    judged = judge(replace(past, cells=cells), TRADING)
    (spike,) = judged.found
    assert (spike.check, spike.days) == ("spike", (past.days[150].item(),))
    assert len(judged.days) == 299


def test_a_good_bar_between_two_wild_ones_stays() -> None:
    cells = history().cells.copy()
    cells[:, 0:3] = cells[:, 3:4]
    cells[[150, 152], :4] *= 10
    judged = judge(replace(history(), cells=cells), TRADING)
    assert judged.found[0].days == (DAYS[-150].item(), DAYS[-148].item())


@pytest.mark.parametrize(("column", "factor"), [(1, 10.0), (2, 0.1)])
def test_a_high_or_low_far_from_all_other_prices_is_left_out(column: int, factor: float) -> None:
    cells = history().cells.copy()
    cells[150, column] *= factor
    assert found(replace(history(), cells=cells))["spike"].days == (DAYS[-150].item(),)


@pytest.mark.parametrize(
    ("kind", "column", "factor", "told"),
    [
        (Kind.INDEX, 1, 2.5, True),
        (Kind.INDEX, 2, 0.4, True),
        (Kind.INDEX, 1, 1.05, False),
        (Kind.INDEX, 2, 1 / 1.1, False),
        (Kind.FUND, 1, 1.5, True),
        (Kind.FUND, 1, 1.3, False),
        (Kind.FUND, 2, 0.4, False),
        (Kind.EQUITY, 1, 2.5, False),
    ],
)
def test_how_far_a_high_or_low_may_lie_is_a_matter_of_kind(
    kind: Kind,
    column: int,
    factor: float,
    told: bool,  # noqa: FBT001
) -> None:
    past = history(kind=kind)
    past.cells[299, column] *= factor
    assert ("spike" in found(past)) is told


def test_the_flash_crash_is_believed() -> None:
    """On 6 May 2010 funds traded at a small part of their price for minutes."""
    cells = history().cells.copy()
    cells[150, 2] /= 2.53
    assert not found(replace(history(), cells=cells))


def test_a_yield_loses_its_decimal_point_and_not_its_spikes() -> None:
    calm = 4 + np.arange(300) / 1000
    slip, spike = calm.copy(), calm.copy()
    slip[150] *= 10
    spike[150] += 2.9  # as SOFR on 17 September 2019
    assert list(found(history(slip, Kind.YIELD))) == ["spike"]
    assert found(history(spike, Kind.YIELD))["jump"].severity is Severity.MARK


# --- splits and jumps ---


@pytest.mark.parametrize("ratio", [*RATIOS, *(1 / ratio for ratio in RATIOS)])
def test_a_split_that_was_not_applied_cuts_the_history(ratio: float) -> None:
    past = scaled(history(), slice(150), ratio)
    cells = past.cells.copy()
    cells[150, :4] = cells[150, 3]
    judged = judge(replace(past, cells=cells), TRADING)
    (split,) = judged.found
    day = past.days[150].item()
    assert (split.check, split.severity, split.days) == ("split", Severity.REFUSE, (day,))
    assert judged.days[0].item() == day
    assert "split" in split.remedy


def test_a_stated_split_that_was_not_applied_cuts_the_history_whatever_its_ratio() -> None:
    past = scaled(history(), slice(150), 1.5)
    cells = past.cells.copy()
    cells[150, :4] = cells[150, 3]
    past = replace(past, cells=cells)
    assert list(found(past)) == ["jump"]
    assert list(found(replace(past, splits={past.days[150].item(): 1.5}))) == ["split"]


def test_a_stated_split_that_was_applied_is_no_news() -> None:
    past = history()
    assert not found(replace(past, splits={past.days[150].item(): 4.0}))


def test_a_share_that_halves_within_a_day_may_be_true_and_is_marked() -> None:
    """It opened where it had closed: a split would have shown in the open."""
    close = np.array(wave(300))
    close[150:] *= 0.5
    jump = found(history(close))["jump"]
    assert (jump.severity, jump.days) == (Severity.MARK, (DAYS[-150].item(),))


def test_a_new_level_of_few_bars_is_refused_and_names_its_day() -> None:
    past = scaled(history(), slice(-FEWEST_AFTER + 1, None), 10)
    cells = past.cells.copy()
    cells[-FEWEST_AFTER + 1, :4] = cells[-FEWEST_AFTER + 1, 3]
    with pytest.raises(NoQuotesError, match="rises by a factor of"):
        judge(replace(past, cells=cells), TRADING)


def test_the_largest_true_moves_are_believed() -> None:
    """Those of 16 years of funds (1.34, much traded), indices (1.17) and volatility (2.16)."""
    for kind, factor in ((Kind.FUND, 0.747), (Kind.INDEX, 0.857), (Kind.VOLATILITY, 2.156)):
        close = np.array(wave(300))
        close[150:] *= factor / (close[150] / close[149])
        past = history(close, kind)
        past.cells[150, 4] *= 3.5
        assert not found(past), kind


def moved(kind: Kind, factor: float, on: int = 150, *, back: bool = False) -> History:
    """A history that moves by a factor on a bar, and straight back if so."""
    close = np.array(wave(300))
    close[on] = close[on - 1]
    close[on + 1 :] *= close[on] / close[on + 1] if on < 299 else 1
    close[on : on + 1 if back else 300] *= factor
    return history(close, kind)


@pytest.mark.parametrize(
    ("kind", "factor", "told"),
    [
        (Kind.INDEX, 1.17, False),
        (Kind.INDEX, 1.2, True),
        (Kind.INDEX, 0.8, True),  # five shares for four
        (Kind.FUND, 1.19, False),
        (Kind.FUND, 0.8, True),
        (Kind.EQUITY, 1.3, False),
        (Kind.EQUITY, 1.36, True),
    ],
)
@pytest.mark.parametrize("on", [150, 298, 299])
def test_a_move_wider_than_its_kind_makes_is_marked(
    kind: Kind,
    factor: float,
    told: bool,  # noqa: FBT001
    on: int,
) -> None:
    jump = found(moved(kind, factor, on)).get("jump")
    assert (jump is not None) is told
    assert jump is None or (jump.severity, jump.days) == (Severity.MARK, (DAYS[on - 300].item(),))


def test_a_fund_that_falls_by_a_fifth_while_much_is_traded_is_believed() -> None:
    """As XLE on 9 March 2020."""
    past = moved(Kind.FUND, 0.8)
    past.cells[150, 4] *= 2.55 * 1.25
    assert not found(past)


@pytest.mark.parametrize(
    ("kind", "factor", "told"),
    [
        (Kind.INDEX, 1.09, False),  # March 2020
        (Kind.INDEX, 1.14, True),
        (Kind.INDEX, 1 / 1.34, True),
        (Kind.FUND, 1.13, False),
        (Kind.FUND, 1.17, True),
        (Kind.EQUITY, 1.24, False),
        (Kind.EQUITY, 1.32, True),
    ],
)
@pytest.mark.parametrize("on", [150, 298])
def test_a_move_that_the_next_bar_takes_back_is_left_out_sooner(
    kind: Kind,
    factor: float,
    told: bool,  # noqa: FBT001
    on: int,
) -> None:
    past = moved(kind, factor, on, back=True)
    past.cells[on + 1, :3] = past.cells[on + 1, 3]
    spike = found(past).get("spike")
    assert (spike is not None) is told
    assert spike is None or (spike.severity, spike.days) == (
        Severity.DROP,
        (DAYS[on - 300].item(),),
    )


def halved(on: int = 150) -> History:
    """A share that opens and stays at half its price."""
    past = scaled(history(), slice(on), 2)
    cells = past.cells.copy()
    cells[on, :3] = cells[on, 3]
    return replace(past, cells=cells)


@pytest.mark.parametrize(
    ("factor", "traded", "told"),
    [
        (0.5, 1, "split"),
        (0.5, 2.5, "split"),  # shares that count for half, and are twice as many
        (0.5, 7, "jump"),
        (0.1, 25, "split"),
        (4.18, 2.5, "split"),
        (4.18, 3.5, "jump"),  # Kodak on 29 July 2020
        (0.1, np.nan, "split"),
    ],
)
@pytest.mark.parametrize("on", [150, 270])
def test_a_jump_that_made_news_is_marked_and_nothing_cut(
    factor: float, traded: float, told: str, on: int
) -> None:
    past = scaled(history(), slice(on, None), factor)
    cells = past.cells.copy()
    cells[on, :3] = cells[on, 3]
    cells[on, 4] *= traded
    judged = judge(replace(past, cells=cells), TRADING)
    assert [finding.check for finding in judged.found] == [told]
    assert len(judged.days) == (300 if told == "jump" else 300 - on)


@pytest.mark.parametrize("on", [150, 299])
def test_a_confirmed_move_is_neither_cut_nor_marked(on: int) -> None:
    past = replace(halved(on), confirmed=[DAYS[-300 + on].item()])
    judged = judge(past, TRADING)
    assert not judged.found
    assert np.array_equal(judged.cells, past.cells)


def test_only_the_day_confirmed_is_believed() -> None:
    past = replace(halved(), confirmed=[DAYS[-300 + 149].item()])
    assert list(found(past)) == ["split"]


def test_a_confirmed_move_may_come_straight_back() -> None:
    cells = history().cells.copy()
    cells[:, :3] = cells[:, 3:4]
    cells[150, :4] *= 1.5
    days = [DAYS[-150].item(), DAYS[-149].item()]
    past = replace(history(), cells=cells)
    assert found(past)["spike"].days == (days[0],)
    assert found(replace(past, confirmed=days[:1]))["jump"].days == (days[1],)
    assert not found(replace(past, confirmed=days))


# --- stuck bars, shared volumes ---


@pytest.mark.parametrize(
    ("volume", "repeats", "told"),
    [
        (0, 1, False),
        (0, 2, True),
        (5, 1, True),
        (5, 2, True),
        (7, 1, True),
        (7, 2, True),
        (np.nan, 3, True),
    ],
)
def test_bars_that_repeat_a_whole_range_are_marked_whatever_their_volume(
    volume: float,
    repeats: int,
    told: bool,  # noqa: FBT001
) -> None:
    cells = history().cells.copy()
    for row in range(151, 151 + repeats):
        cells[row, :4] = cells[150, :4]
        cells[row, 4] = volume
    cells[150, 4] = volume or 5
    stuck = found(replace(history(), cells=cells)).get("stuck")
    assert (stuck is not None) is told
    assert stuck is None or len(stuck.days) == repeats


def test_volumes_are_shared_where_they_are_equal_day_after_day() -> None:
    chance = np.random.default_rng(1)
    one, other = chance.integers(10**9, 10**10, (2, 300)).astype(float)
    assert not shared_volume(one, other)
    other[100:] = one[100:]
    assert shared_volume(one, other)
    assert not shared_volume(np.zeros(300), np.zeros(300))
