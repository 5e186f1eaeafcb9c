"""Weekly, monthly and quarterly series by file and SQL, as they were known on the as-of day."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporter import pipeline
from reporter.gather import gather
from reporter.measure import everything, measure
from reporter.model import Fact, Gap, Json, Kind, MarketData, Reason, Severity, SourceRef, plain
from reporter.sources.base import silent
from reporter.spec import load
from tests.market import fact, gap
from tests.sources import slow
from tests.sources.folders import ask

AS_OF = date(2025, 11, 14)
EN_DASH = "\N{EN DASH}"
ALL = tuple(slow.SYMBOLS)
KEEPING_FOLDER = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DAYS = st.dates(date(2024, 1, 2), date(2025, 12, 31))


def from_files(folder: Path, *symbols: str, as_of: date = AS_OF) -> MarketData:
    return slow.market(f"files:{folder}", *symbols, as_of=as_of)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    slow.write(tmp_path, *ALL)
    return tmp_path


# --- nothing from the future ---------------------------------------------------------------------


@KEEPING_FOLDER
@given(as_of=DAYS, seed=st.integers(0, 50))
def test_no_value_published_after_the_as_of_day_is_used(
    tmp_path: Path, as_of: date, seed: int
) -> None:
    """Levels and changes are what pandas alone makes of the rows published by then."""
    slow.write(tmp_path, *ALL, seed=seed)
    data = from_files(tmp_path, *ALL, as_of=as_of)
    for symbol in ALL:
        known = slow.seen(symbol, data.as_of, seed)
        bars = data.series[symbol].bars["close"]
        assert bars.index.equals(known.index.rename("date"))
        assert bars.tolist() == known.tolist()
        level = fact(data, "level", symbol)
        assert (level.value, level.as_of) == (known.iloc[-1], known.index[-1].date())
        for window, months in (("3m", 3), ("1y", 12)):
            base = slow.asof(known, slow.back(known.index[-1], months))
            moved = fact(data, "yield_change", symbol, window=window)
            assert moved.value == pytest.approx(100 * (known.iloc[-1] - base), abs=1e-9)


@KEEPING_FOLDER
@given(as_of=DAYS)
def test_rows_published_later_change_nothing(tmp_path: Path, as_of: date) -> None:
    """The same facts as from files that end where the as-of day did."""
    slow.write(tmp_path, *ALL)
    whole = from_files(tmp_path, *ALL, as_of=as_of)
    for symbol in ALL:
        rows = slow.invented(symbol)
        rows = rows[rows["published"] <= pd.Timestamp(whole.as_of)]
        rows.to_csv(tmp_path / f"{symbol}.csv", index=False)
    cut = from_files(tmp_path, *ALL, as_of=as_of)
    assert told(whole) == told(cut)


def told(data: MarketData) -> list[Fact | Gap]:
    found = measure(everything(ALL, metric_names=("level", "yield_change")), data)
    return [*found.all, *found.gaps]


def test_a_brief_without_an_as_of_day_ends_with_its_subject(folder: Path) -> None:
    """Built on 31 January, it is as of 16 January: what came out between is not in it."""
    path = folder / "UNRATE.csv"
    path.write_text(path.read_text() + "2025-12-01,9.99,2026-01-19\n")
    whole = slow.market(f"files:{folder}", "UNRATE", as_of=date(2026, 1, 16))
    assert whole.as_of == date(2026, 1, 16)
    assert 9.99 not in whole.series["UNRATE"].bars["close"].tolist()
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    latest = gather(["^RUT", "UNRATE"], SourceRef("files", str(folder)), as_of=None, now=now)
    assert latest.as_of == date(2026, 1, 16)
    assert told(latest) == told(whole)


def test_a_revision_counts_from_its_own_day(tmp_path: Path) -> None:
    slow.write(tmp_path, "UNRATE")
    path = tmp_path / "UNRATE.csv"
    path.write_text(path.read_text() + "2025-10-01,4.5,2025-11-10\n2025-10-01,4.6,2025-11-13\n")
    for day, level in ((12, 4.5), (13, 4.6)):
        data = from_files(tmp_path, "UNRATE", as_of=date(2025, 11, day))
        assert fact(data, "level", "UNRATE").value == level


def test_daily_rates_are_not_seen_before_they_are_published(tmp_path: Path) -> None:
    slow.write(tmp_path, "UNRATE")
    rows = ["date,DGS10,realtime_start,realtime_end"]
    days = [d.date().isoformat() for d in pd.bdate_range("2025-11-03", "2025-11-19")]
    later = [*days[2:], "2025-11-20", "2025-11-21"]
    rows += [f"{day},4.{at:02},{out},9999-12-31" for at, (day, out) in
             enumerate(zip(days, later, strict=True)) if day != "2025-11-11"]  # fmt: skip
    (tmp_path / "DGS10.csv").write_text("\n".join(rows))
    data = from_files(tmp_path, "DGS10", as_of=AS_OF)
    level = fact(data, "level", "DGS10")
    assert (level.as_of, level.value) == (date(2025, 11, 12), 4.07)
    assert data.gaps == ()


# --- a lag ---------------------------------------------------------------------------------------


def test_a_lag_counts_days_after_the_month(tmp_path: Path) -> None:
    slow.write(tmp_path, "UNRATE")
    (tmp_path / "index.csv").write_text("symbol,file,lag_days\nUNRATE,UNRATE.csv,7\n")
    rows = slow.invented("UNRATE").drop_duplicates("date").drop(columns="published")
    rows.to_csv(tmp_path / "UNRATE.csv", index=False)
    for day, month in ((6, "September 2025"), (7, "October 2025")):
        data = from_files(tmp_path, "UNRATE", as_of=date(2025, 11, day))
        assert fact(data, "level", "UNRATE").displays["as_of"] == month


@pytest.mark.parametrize("written", ["-1", "soon", "1.5", "99999"])
def test_a_lag_that_is_no_number_of_days_is_told(tmp_path: Path, written: str) -> None:
    slow.write(tmp_path, "UNRATE")
    (tmp_path / "index.csv").write_text(f"symbol,file,lag_days\nUNRATE,UNRATE.csv,{written}\n")
    (found,) = ask(tmp_path, "UNRATE").gaps
    assert f"index.csv, row 2: lag_days is '{written}'" in found.message


# --- what is refused -----------------------------------------------------------------------------


def refusal(folder: Path, text: str, symbol: str = "UNRATE") -> Gap:
    slow.write(folder, "UNRATE")
    (folder / f"{symbol}.csv").write_text(text)
    (found,) = from_files(folder, symbol).gaps
    return found


def monthly(symbol: str = "UNRATE", head: str = "", rest: str = "") -> str:
    days = pd.date_range("2025-01-01", "2025-10-01", freq="MS")
    return "\n".join([f"date,{symbol}{head}", *(f"{d.date()},4.1{rest}" for d in days)])


def test_a_series_is_refused_where_nothing_says_when_it_came_out(tmp_path: Path) -> None:
    found = refusal(tmp_path, monthly())
    assert found.reason is Reason.NOT_APPLICABLE
    assert "has a value every 30 days" in found.message or "every 31 days" in found.message
    assert "Add a column published" in found.message
    assert "or lag_days" in found.message


def test_what_is_no_day_of_publication_is_told_with_its_row(tmp_path: Path) -> None:
    found = refusal(tmp_path, monthly(head=",published", rest=",yes"))
    assert "row 2, column published: 'yes' is not the day" in found.message
    half = monthly(head=",published", rest=",2025-11-01").replace(",2025-11-01", ",", 1)
    assert "row 2, column published: nothing is not the day" in refusal(tmp_path, half).message


def test_a_series_that_is_no_level_in_per_cent_is_refused(tmp_path: Path) -> None:
    found = refusal(tmp_path, monthly("PAYEMS", ",published", ",2025-11-01"), "PAYEMS")
    assert found.reason is Reason.NOT_APPLICABLE
    assert "write yield as its kind" in found.message


def test_a_series_nothing_was_published_of_yet(tmp_path: Path) -> None:
    found = refusal(tmp_path, monthly(head=",published", rest=",2025-12-05"))
    assert found.reason is Reason.NO_DATA
    assert "the first on 5 December 2025" in found.message


def test_too_few_values_do_not_show_how_often_there_is_one(tmp_path: Path) -> None:
    text = "date,UNRATE,published\n2025-08-01,4.1,2025-09-05\n2025-09-01,4.1,2025-10-05\n"
    assert refusal(tmp_path, text).reason is Reason.SHORT_HISTORY


def test_a_series_that_has_ended_is_stale(tmp_path: Path) -> None:
    slow.write(tmp_path, "UNRATE")
    rows = slow.invented("UNRATE")
    rows[rows["date"] < "2025-06-01"].to_csv(tmp_path / "UNRATE.csv", index=False)
    data = from_files(tmp_path, "UNRATE", as_of=AS_OF)
    (found,) = data.gaps
    assert found.reason is Reason.STALE
    assert "its last is of May 2025" in found.message
    told = {f.check: f.severity for f in data.findings if f.symbol == "UNRATE"}
    assert told == {"stale": Severity.REFUSE}


# --- what is said of it --------------------------------------------------------------------------


def test_a_value_is_of_its_period(folder: Path) -> None:
    data = from_files(folder, *ALL)
    days = {s: fact(data, "yield_change", s, window="1y").displays for s in ALL}
    assert (days["UNRATE"]["as_of"], days["UNRATE"]["base_date_short"]) == (
        "October 2025",
        "Oct 2024",
    )
    assert (days["GROWTH"]["as_of"], days["GROWTH"]["base_date"]) == ("Q3 2025", "Q3 2024")
    assert days["MORTGAGE30US"]["as_of"].endswith("November 2025")
    assert all(data.series[s].instrument.kind is Kind.YIELD for s in ALL)
    assert {finding.symbol for finding in data.findings} <= {"^RUT"}


@pytest.mark.parametrize(
    ("symbol", "absent", "there"),
    [
        ("UNRATE", ("1d", "wtd", "1w", "20s"), ("mtd", "1m", "3m", "ytd", "1y")),
        ("MORTGAGE30US", ("1d", "20s"), ("wtd", "1w", "1m", "ytd")),
        ("GROWTH", ("1d", "wtd", "1w", "mtd", "1m"), ("qtd", "3m", "ytd")),
    ],
)
def test_a_window_shorter_than_the_interval_has_no_change(
    folder: Path, symbol: str, absent: tuple[str, ...], there: tuple[str, ...]
) -> None:
    data = from_files(folder, symbol, as_of=date(2025, 12, 12))
    for window in absent:
        found = gap(data, "yield_change", symbol, window=window)
        assert found.reason is Reason.WINDOW
        assert "series has no change over that window" in found.message
    for window in there:
        assert fact(data, "yield_change", symbol, window=window).base_date is not None


def test_a_change_over_a_month_is_not_one_over_two(tmp_path: Path) -> None:
    slow.write(tmp_path, "UNRATE")
    rows = slow.invented("UNRATE")
    rows[rows["date"] != "2025-09-01"].to_csv(tmp_path / "UNRATE.csv", index=False)
    data = from_files(tmp_path, "UNRATE")
    assert gap(data, "yield_change", "UNRATE", window="1m").reason is Reason.MISSING_SESSION
    assert fact(data, "yield_change", "UNRATE", window="3m").displays["base_date"] == "July 2025"


def test_a_monthly_series_alone_is_as_of_the_day_asked(folder: Path) -> None:
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    source = SourceRef("files", str(folder))
    for as_of, day in ((date(2025, 11, 16), date(2025, 11, 14)), (None, date(2026, 1, 30))):
        data = gather(["UNRATE"], source, as_of=as_of, now=now, any_of=["UNRATE"])
        assert (data.as_of, data.sessions.name) == (day, "NYSE")


# --- SQL -----------------------------------------------------------------------------------------


def database(file: Path, *symbols: str) -> Path:
    """A table of all of them, with the day a row came in under a name of its own."""
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("CREATE TABLE macro (symbol text, date text, value real, known text)")
        for symbol in symbols:
            rows = slow.invented(symbol)
            told = zip(rows["date"].dt.strftime("%Y-%m-%d"), rows[symbol],
                       rows["published"].dt.strftime("%Y-%m-%d"), strict=True)  # fmt: skip
            made.executemany(f"INSERT INTO macro VALUES ('{symbol}', ?, ?, ?)", told)
        days = pd.bdate_range("2023-01-02", "2026-01-16").strftime("%Y-%m-%d")
        made.executemany("INSERT INTO macro VALUES ('^RUT', ?, ?, NULL)", [(d, 10) for d in days])
    return file


def from_sql(file: Path, *symbols: str, as_of: date = AS_OF, **options: Json) -> MarketData:
    told: dict[str, Json] = {
        "url": f"sqlite:///{file}", "table": "macro", "kind": {"GROWTH": "yield"}, **options,
    }  # fmt: skip
    return slow.market("sql", *symbols, as_of=as_of, **told)


def test_a_table_says_when_each_row_was_published(tmp_path: Path, folder: Path) -> None:
    """The same facts as from files; prices without such a day are there on their own."""
    file = database(tmp_path / "macro.db", *ALL)
    columns: Json = {"close": "value", "published": "known"}
    data = from_sql(file, *ALL, columns=columns)
    plain = from_files(folder, *ALL)
    for symbol in ALL:
        mine, other = (d.series[symbol].bars["close"] for d in (data, plain))
        assert mine.to_dict() == other.to_dict()
    assert data.series["^RUT"].end == AS_OF


def test_a_lag_by_symbol_in_sql(tmp_path: Path) -> None:
    file = database(tmp_path / "macro.db", "UNRATE")
    with closing(sqlite3.connect(file)) as opened, opened:
        first = "SELECT min(rowid) FROM macro GROUP BY symbol, date"
        opened.execute(f"DELETE FROM macro WHERE rowid NOT IN ({first})")
    columns: Json = {"close": "value"}
    data = from_sql(file, "UNRATE", columns=columns, lag_days={"UNRATE": 14})
    assert fact(data, "level", "UNRATE").displays["as_of"] == "October 2025"
    early = from_sql(file, "UNRATE", columns=columns, lag_days={"UNRATE": 15})
    assert fact(early, "level", "UNRATE").displays["as_of"] == "September 2025"
    (lacking,) = from_sql(file, "UNRATE", columns=columns).gaps
    assert "Add a column published" in lacking.message


# --- a brief -------------------------------------------------------------------------------------

BRIEF = """
title = "Macro"
slug = "macro"
subjects = ["^RUT"]
benchmark = "^GSPC"
[watch]
rates = ["UNRATE", "MORTGAGE30US", "GROWTH"]
[[sections]]
name = "front"
[[sections]]
name = "cross_asset"
lists = ["rates"]
windows = ["1d", "1m", "1y"]
[[sections]]
name = "sources_and_methods"
"""


def test_a_brief_names_months_and_quarters(folder: Path) -> None:
    (folder / "macro.toml").write_text(f'source = "files:{folder}"\n{BRIEF}')
    order = load(str(folder / "macro.toml"), as_of=date(2026, 1, 15))
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    built = pipeline.compose(order, pipeline.collect(order, now=now, progress=silent))
    table = next(t for s in built.sections for t in s.tables if "ield" in t.caption)
    cells = {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}
    known = slow.seen("UNRATE", date(2026, 1, 15))
    assert cells["Unemployment rate"][0] == f"{known.iloc[-1]:.2f}"
    assert cells["Economic growth"][1] == EN_DASH, "a quarterly series over one month"
    assert "Unemployment rate Dec 2025" in table.note
    assert "Economic growth Q3 2025" in table.note
    assert "one year Q3 2024 or Dec 2024" in table.note
    assert "1 Dec 2025" not in table.note
    strip = {figure.label: figure.note for figure in built.key_figures}
    assert strip["Unemployment rate"] == "Dec 2024 to Dec 2025"
    told = " ".join(plain(text) for s in built.sections for text in s.notes)
    assert "Unemployment rate (monthly), 30-year mortgage rate (weekly)" in told
