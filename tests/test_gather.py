from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporter.errors import DataError, SpecError
from reporter.gather import gather
from reporter.model import (
    ConfirmedMove,
    DeskFigure,
    DeskInputs,
    KnownHigh,
    MarketData,
    Reason,
    Severity,
    SourceRef,
)
from tests.gathering import NOW, SAMPLE, ask, night, sessions, target, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """^RUT over all sessions of January 2026 to the 16th; others by `write`."""
    write(tmp_path, "RUT", sessions(date(2026, 1, 2), date(2026, 1, 16)))
    return tmp_path


# --- what is missing ---


def test_an_older_last_bar_is_stale_and_not_used(folder: Path) -> None:
    write(folder, "IWM", sessions(date(2026, 1, 2), date(2026, 1, 14)))
    data = ask(folder, "^RUT", "IWM")
    (gap,) = data.gaps
    assert (gap.subject, gap.reason) == ("IWM", Reason.STALE)
    assert "14 January 2026" in gap.message
    assert set(data.series) == {"^RUT"}


def test_a_series_that_starts_later_is_a_gap(folder: Path) -> None:
    write(folder, "IWM", sessions(date(2026, 1, 15), date(2026, 1, 16)))
    data = ask(folder, "^RUT", "IWM", as_of=date(2026, 1, 14))
    (gap,) = data.gaps
    assert (gap.subject, gap.reason) == ("IWM", Reason.NO_DATA)


def test_a_bar_missing_on_the_as_of_day_is_never_taken_from_the_day_before(folder: Path) -> None:
    text = (folder / "RUT.csv").read_text()
    (folder / "IWM.csv").write_text(text[: text.rindex("2026-01-16")] + "2026-01-16,,,,,,7\n")
    data = ask(folder, "^RUT", "IWM")
    assert "IWM" not in data.series
    assert data.gaps[0].reason is Reason.STALE
    assert any("16 January 2026" in finding.message for finding in data.findings)


def test_sessions_missing_on_the_way_are_noted(folder: Path) -> None:
    days = sessions(date(2026, 1, 2), date(2026, 1, 16))
    write(folder, "IWM", [day for day in days if day.day not in {8, 9}])
    data = ask(folder, "^RUT", "IWM")
    assert "IWM" in data.series
    (found,) = data.findings
    assert found.message == "Russell 2000 (IWM) has no price for 9 January 2026, 8 January 2026."
    assert (found.check, found.severity) == ("missing", Severity.MARK)
    assert found.days == (date(2026, 1, 8), date(2026, 1, 9))


def test_of_many_missing_sessions_the_latest_are_named(folder: Path) -> None:
    days = sessions(date(2025, 12, 1), date(2026, 1, 16))
    write(folder, "IWM", [day for day in days if not 5 <= day.day <= 9])
    (found,) = ask(folder, "^RUT", "IWM").findings
    assert "no price for 9 January 2026, 8 January 2026, 7 January 2026 and" in found.message


def test_an_unknown_symbol_is_a_gap_with_the_nearest_name(folder: Path) -> None:
    data = ask(folder, "^RUT", "^RUTT")
    (gap,) = data.gaps
    assert (gap.subject, gap.reason) == ("^RUTT", Reason.UNKNOWN_SYMBOL)
    assert "'^RUT'" in gap.message


@pytest.mark.parametrize("symbols", [["^RUTT", "^RUT"], ["^RUTT"]])
def test_without_its_subject_no_brief_can_be_written(folder: Path, symbols: list[str]) -> None:
    with pytest.raises(DataError, match=r"\^RUTT") as caught:
        ask(folder, *symbols)
    assert "Did you mean" in str(caught.value)


def test_no_symbol_at_all_is_an_error(folder: Path) -> None:
    with pytest.raises(SpecError, match="no symbol"):
        ask(folder)


def test_an_unknown_source_is_an_error_with_the_nearest() -> None:
    with pytest.raises(SpecError, match="sample"):
        gather(["^RUT"], SourceRef("sampel"), as_of=None, now=NOW)


# --- nothing later leaks ---


def test_every_series_ends_with_the_as_of_session(folder: Path) -> None:
    write(folder, "IWM", sessions(date(2026, 1, 2), date(2026, 1, 16)))
    data = ask(folder, "^RUT", "IWM", as_of=date(2026, 1, 9))
    assert {series.end for series in data.series.values()} == {date(2026, 1, 9)}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(5, 16))
def test_bars_after_the_as_of_day_change_nothing(folder: Path, day: int) -> None:
    as_of = max(d for d in sessions(date(2026, 1, 2), date(2026, 1, day)))
    write(folder, "RUT", sessions(date(2026, 1, 2), date(2026, 1, 16)))
    write(folder, "IWM", [d for d in sessions(date(2026, 1, 5), date(2026, 1, 16)) if d.day != 9])
    whole = ask(folder, "^RUT", "IWM", as_of=as_of)
    write(folder, "RUT", sessions(date(2026, 1, 2), as_of))
    write(folder, "IWM", [d for d in sessions(date(2026, 1, 5), as_of) if d.day != 9])
    cut = ask(folder, "^RUT", "IWM", as_of=as_of)
    assert (whole.as_of, whole.gaps, whole.notes) == (cut.as_of, cut.gaps, cut.notes)
    assert set(whole.series) == set(cut.series)
    assert all(whole.series[s].bars.equals(cut.series[s].bars) for s in cut.series)


def test_later_desk_inputs_and_highs_do_not_exist() -> None:
    early, late = date(2026, 1, 2), date(2026, 1, 14)
    desk = DeskInputs(targets=(target(3000.0, early), target(3100.0, late)))
    highs = [KnownHigh("^RUT", 1.0, day, "a book") for day in (early, late)]
    data = gather(["^RUT"], SAMPLE, as_of=date(2026, 1, 9), now=NOW, known_highs=highs, desk=desk)
    assert data.desk.targets == (target(3000.0, early),)
    assert data.known_highs == (highs[0],)


def test_confirmed_moves_travel_with_the_series_they_are_of() -> None:
    moves = [
        ConfirmedMove("^RUT", date(2026, 1, 8), "a book"),
        ConfirmedMove("^RUT", date(2026, 1, 12), "a later one"),
        ConfirmedMove("IWM", date(2026, 1, 8), "of another"),
    ]
    data = gather(["^RUT"], SAMPLE, as_of=date(2026, 1, 9), now=NOW, confirmed=moves)
    assert data.confirmed == (moves[0],)


def test_a_confirmed_crash_of_the_last_day_blocks_no_brief(folder: Path) -> None:
    days = sessions(date(2025, 12, 1), date(2026, 1, 16))
    write(folder, "RUT", days)
    path = folder / "RUT.csv"
    *rows, last = path.read_text().splitlines()
    path.write_text("\n".join([*rows, f"{days[-1]},3,3.1,2.9,3,3,5\n"]))
    assert last.startswith("2026-01-16")
    with pytest.raises(DataError, match="falls by a factor of"):
        ask(folder, "^RUT")
    moves = [ConfirmedMove("^RUT", days[-1], "the exchange")]
    data = gather(["^RUT"], SourceRef("files", str(folder)), as_of=None, now=NOW, confirmed=moves)
    assert (data.as_of, data.findings, data.confirmed) == (days[-1], (), tuple(moves))


# --- the sample, and what is passed on ---


def test_the_sample_brings_its_own_desk_inputs_where_the_spec_has_none() -> None:
    data = gather(["^RUT"], SAMPLE, as_of=None, now=NOW)
    assert data.sample
    assert len(data.desk.targets) == 3
    assert any("invented" in note for note in data.notes)


def test_the_specs_desk_inputs_replace_the_samples() -> None:
    own = DeskInputs(
        figures=(DeskFigure("p/e", "^RUT", 20.0, "ratio", "H", date(2026, 1, 2), "2 January"),)
    )
    data = gather(["^RUT"], SAMPLE, as_of=None, now=NOW, desk=own)
    assert data.desk == own
    assert gather(["^RUT"], SAMPLE, as_of=None, now=NOW, desk=DeskInputs()).desk.targets


def test_the_sample_does_not_wait_for_the_clock() -> None:
    data = gather(["^RUT"], SAMPLE, as_of=None, now=night(date(2025, 6, 2)))
    assert data.as_of == date(2026, 1, 16)


def test_the_source_is_named_without_a_path_of_this_computer(folder: Path) -> None:
    assert ask(folder, "^RUT").source == f"files:{folder.name}"
    assert gather(["^RUT"], SAMPLE, as_of=None, now=NOW).source == "sample"


def test_symbols_are_asked_for_once_in_the_order_given(folder: Path) -> None:
    for name in ("IWM", "SPY"):
        write(folder, name, sessions(date(2026, 1, 2), date(2026, 1, 16)))
    data = ask(folder, "RUT", "iwm", ".RUT", "SPY", "IWM")
    assert list(data.series) == ["^RUT", "IWM", "SPY"]


def test_the_calendar_reaches_from_the_first_bar_to_the_year_after() -> None:
    data = gather(["^RUT"], SAMPLE, as_of=None, now=NOW)
    assert data.sessions.days[0] <= date(2009, 1, 2)
    assert data.sessions.days[-1] == date(2027, 12, 31)


def test_real_prices_give_the_reference_day(real_data: Path) -> None:
    source = replace(SAMPLE, name="files", location=str(real_data / "prices"))
    data = gather(["^RUT", "^GSPC", "IJH"], source, as_of=date(2026, 1, 15), now=NOW)
    assert not data.gaps
    assert not data.notes
    close = {symbol: series.bars["close"].iloc[-1] for symbol, series in data.series.items()}
    assert close["^RUT"] == 2674.560059
    assert np.round(close["^GSPC"], 2) == 6944.47


# --- a subject that need not be there ---


def test_a_subject_that_is_not_required_may_be_a_gap(folder: Path) -> None:
    write(folder, "SPY", sessions(date(2026, 1, 12), date(2026, 1, 16)))
    (folder / "index.csv").write_text(
        "symbol,name,file,basis\n^RUT,R,RUT.csv,price\nSPY,S,SPY.csv,price\n"
    )
    before_spy = date(2026, 1, 5)
    data = gather(
        ("SPY", "^RUT"),
        SourceRef("files", str(folder)),
        as_of=before_spy,
        now=NOW,
        any_of=("SPY", "^RUT"),
    )
    assert data.as_of == before_spy
    assert list(data.series) == ["^RUT"]
    assert [gap.subject for gap in data.gaps] == ["SPY"]


def test_an_edition_before_every_price_is_all_gaps_where_none_is_required(folder: Path) -> None:
    data = gather(
        (".RUT",),
        SourceRef("files", str(folder)),
        as_of=date(2025, 1, 1),
        now=NOW,
        any_of=(".RUT",),
    )
    assert data.as_of == date(2024, 12, 31)
    assert not data.series
    assert [gap.subject for gap in data.gaps] == ["^RUT"]


def any_of(
    folder: Path, *symbols: str, vs: str = "", as_of: date | None = None, now: datetime = NOW
) -> MarketData:
    source = SourceRef("files", str(folder))
    wanted = (*symbols, vs) if vs else symbols
    return gather(wanted, source, as_of=as_of, now=now, any_of=symbols)


def test_one_of_the_subjects_must_be_known(folder: Path) -> None:
    with pytest.raises(DataError, match="no prices of 'FOO'"):
        any_of(folder, "FOO", vs="^RUT")
    with pytest.raises(DataError, match=r"no prices of 'FOO'.*\n.*no prices of 'BAR'"):
        any_of(folder, "FOO", "BAR")
    data = any_of(folder, "FOO", ".RUT")
    assert list(data.series) == ["^RUT"]
    assert [gap.reason for gap in data.gaps] == [Reason.UNKNOWN_SYMBOL]


def test_a_day_after_all_prices_is_an_error_even_where_gaps_are_allowed(folder: Path) -> None:
    write(folder, "GSPC", sessions(date(2026, 1, 2), date(2026, 1, 15)))
    with pytest.raises(DataError, match="no price for the as-of day 20 January 2026") as caught:
        any_of(folder, "^GSPC", "^RUT", as_of=date(2026, 1, 20), now=night(date(2026, 1, 20)))
    assert "--as-of 2026-01-16" in str(caught.value)
    data = any_of(folder, "^GSPC", vs="^RUT", as_of=date(2026, 1, 16))
    assert [(gap.subject, gap.reason) for gap in data.gaps] == [("^GSPC", Reason.STALE)]


def test_a_name_that_holds_its_symbol_is_told_once(folder: Path) -> None:
    write(folder, "IWM", sessions(date(2026, 1, 12), date(2026, 1, 15)))
    early, late = (
        any_of(folder, "^RUT", "IWM", as_of=day).gaps[0].message
        for day in (date(2026, 1, 5), date(2026, 1, 16))
    )
    assert early.startswith("Russell 2000 (IWM) has no price up to the as-of day 5 January 2026")
    assert late.startswith("Russell 2000 (IWM) has no price for the as-of day 16 January 2026")


# --- targets of strangers ---


def test_a_target_of_a_symbol_the_brief_does_not_name_is_a_gap(folder: Path) -> None:
    typo = replace(target(3000, date(2026, 1, 2)), symbol="^RTU")
    other = replace(target(100, date(2026, 1, 2)), symbol="ZZZ")
    later = replace(target(100, date(2026, 1, 16)), symbol="YYY")
    data = gather(
        ("^RUT",),
        SourceRef("files", str(folder)),
        as_of=date(2026, 1, 15),
        now=NOW,
        desk=DeskInputs((target(3000, date(2026, 1, 2)), typo, other, other, later)),
    )
    assert [(gap.subject, gap.reason) for gap in data.gaps] == [
        ("^RTU", Reason.NO_DATA),
        ("ZZZ", Reason.NO_DATA),
    ]
    assert data.gaps[0].message.startswith("no prices of ^RTU: ")
    assert data.gaps[0].message.endswith("Did you mean '^RUT'?")
    assert data.gaps[1].message.endswith("Add it to a list under [watch].")


def test_the_samples_own_targets_are_no_gaps() -> None:
    assert not gather(("IWM",), SAMPLE, as_of=None, now=NOW).gaps


def test_a_day_before_all_price_history_is_refused(folder: Path) -> None:
    with pytest.raises(SpecError, match="1900"):
        ask(folder, ".RUT", as_of=date(1850, 1, 2))
