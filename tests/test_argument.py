"""The argument of page 1: true, its own story every day, and whole."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from reporter import pipeline, spec
from reporter.argument import Paragraphs, argue, comment, figures, lead
from reporter.commentary.base import Reading
from reporter.errors import ContentError
from reporter.instruments import describe
from reporter.measure import measure, plan
from reporter.model import Facts, Gap, Reason, Remark, Role, SourceRef, Unit, plain
from reporter.proofreading import superlatives
from tests.facts import fact, level, move, reading, year

EXAMPLE = "examples/small-caps-2026-01-15/brief.toml"
REFERENCE = date(2026, 1, 15)
DAYS = (
    date(2011, 8, 8),
    date(2012, 6, 1),
    date(2013, 5, 31),
    date(2015, 2, 19),
    date(2016, 2, 11),
    date(2018, 12, 24),
    date(2020, 2, 10),
    date(2020, 3, 23),
    date(2021, 3, 15),
    date(2022, 6, 16),
    date(2024, 2, 29),
    date(2025, 11, 20),
    date(2026, 1, 14),
    REFERENCE,
)
Page = tuple[Reading, tuple[Remark, ...], Paragraphs, str, str]


@cache
def page(folder: Path, day: date) -> Page:
    """Everything said on a day, from real prices."""
    order = replace(
        spec.load(EXAMPLE), as_of=day, source=SourceRef("files", str(folder / "prices"))
    )
    now = datetime(2026, 1, 20, 12, tzinfo=UTC)
    data = pipeline.collect(order, now=now, progress=lambda *_: None)
    facts = measure(plan(order, data), data)
    named = {symbol: series.instrument for symbol, series in data.series.items()}
    made = Reading(order, facts, named, data.desk)
    remarks = comment(made)
    headline, standfirst = lead(made, remarks)
    return made, remarks, argue(made, remarks), plain(headline), plain(standfirst)


def text_of(paragraphs: Paragraphs) -> str:
    """The argument as one text."""
    return " ".join(plain(remark.text) for paragraph in paragraphs for remark in paragraph)


def sentences(text: str) -> list[str]:
    """Its sentences."""
    return re.split(r"(?<=[.?!]) (?=[A-Z])", text)


# --- from facts made by hand -------------------------------------------------------------------


def rsi(value: float, state: str) -> Remark:
    """The remark an RSI deserves."""
    one = fact("rsi", "^RUT", value, Unit.INDEX, window="14", display=f"{value}", state=state,
               state_since=REFERENCE, previous=60.0)  # fmt: skip
    made = reading(*year(0.078, 0.014, z=1.2), one)
    return next(remark for remark in comment(made) if remark.family == "stretch")


def test_what_goes_against_the_thesis_is_the_case_against() -> None:
    assert rsi(71.2, "overbought").role is Role.AGAINST
    assert rsi(64.0, "neutral").role is Role.EVIDENCE
    assert rsi(50.0, "neutral").role is Role.CONTEXT


def test_the_headline_states_the_thesis() -> None:
    made = reading(*year(0.078, 0.014, z=1.2))
    remarks = comment(made)
    headline, _ = lead(made, remarks)
    assert plain(headline) == "Small caps ahead: 7.8% this year against 1.4% for the S&P 500"
    assert next(r for r in remarks if not r.section).role is Role.THESIS


def test_nothing_known_is_an_error_with_a_tip() -> None:
    made = reading()
    assert comment(made) == ()
    assert argue(made, ()) == ()
    with pytest.raises(ContentError, match="no fact a headline could state"):
        lead(made, ())


def test_little_known_is_said_shortly() -> None:
    made = reading(*year(0.078, 0.014, z=1.2), level("^RUT", 2674.56))
    paragraphs = argue(made, comment(made))
    assert len(text_of(paragraphs).split()) < 80


def test_the_same_facts_make_the_same_words() -> None:
    made = reading(*year(-0.1, -0.05), move("^RUT", -0.02, "1d"), move("^GSPC", 0.01, "1d"),
                   level("^RUT", 900.0, previous=918.0))  # fmt: skip
    assert argue(made, comment(made)) == argue(made, comment(made))


def test_prices_are_said_once_whichever_fact_holds_them() -> None:
    one = level("^RUT", 900.0, week52_low=800.0, week52_high=1000.0)
    made = reading(*year(0.078, 0.014), one)
    told = {remark.family: figures(remark.text) for remark in comment(made) if not remark.section}
    assert told["leadership"] == {
        "period_return:^RUT:ytd 7.8%",
        "period_return:^GSPC:ytd 1.4%",
        "relative_return:^RUT/^GSPC:ytd 6.4 percentage points",
    }
    assert told["extremes"] == {"800.00", "900.00", "1,000.00"}


# --- from real prices ----------------------------------------------------------------------------


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_argument_is_whole(real_data: Path, day: date) -> None:
    _, _, paragraphs, headline, standfirst = page(real_data, day)
    assert 250 <= len(text_of(paragraphs).split()) <= 450
    assert 3 <= len(paragraphs) <= 5
    assert len(headline.split()) <= 14
    assert re.search(r"\d", headline)
    assert len(sentences(standfirst)) == 2
    assert {r.role for r in paragraphs[-1]} == {Role.AGAINST}
    assert paragraphs[0][0].role is Role.THESIS


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_nothing_is_said_twice(real_data: Path, day: date) -> None:
    _, _, paragraphs, _, _ = page(real_data, day)
    remarks = [remark for paragraph in paragraphs for remark in paragraph]
    said: set[str] = set()
    for remark in remarks:
        leans = any(span.kind == "quote" for span in remark.text)
        assert leans or not said & figures(remark.text)
        said |= figures(remark.text)
    assert len({remark.pattern for remark in remarks}) == len(remarks)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_one_superlative_a_page(real_data: Path, day: date) -> None:
    _, _, paragraphs, _, _ = page(real_data, day)
    used = [word for p in paragraphs for r in p for word in superlatives(r.text)]
    assert len(used) <= 1


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_neighbouring_sentences_begin_differently(real_data: Path, day: date) -> None:
    _, _, paragraphs, _, _ = page(real_data, day)
    told = sentences(text_of(paragraphs))
    assert not [one for one, two in pairwise(told) if one.split()[:3] == two.split()[:3]]


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_later_sections_repeat_nothing_of_page_one(real_data: Path, day: date) -> None:
    _, remarks, paragraphs, _, _ = page(real_data, day)
    first = set(sentences(text_of(paragraphs)))
    later = [r for r in remarks if r.section not in {"", "headline", "standfirst"}]
    assert len(later) >= 3
    assert not [r for r in later if plain(r.text) in first]
    counts = [sum(r.section == section for r in later) for section in {r.section for r in later}]
    assert max(counts) <= 3


def test_no_sentence_could_stand_in_another_days_brief(real_data: Path) -> None:
    told: dict[str, date] = {}
    for day in DAYS:
        _, _, paragraphs, headline, standfirst = page(real_data, day)
        for sentence in {*sentences(text_of(paragraphs)), *sentences(standfirst), headline}:
            assert sentence not in told, f"{sentence} ({told[sentence]} and {day})"
            told[sentence] = day


def test_every_day_tells_its_own_story(real_data: Path) -> None:
    heads = {day: page(real_data, day)[3] for day in DAYS}
    assert heads[REFERENCE] == "Small caps at a record 2,674.56, well ahead of the S&P 500"
    assert heads[date(2011, 8, 8)] == "Russell 2000 enters a bear market, 24.8% below its record"
    assert heads[date(2012, 6, 1)].startswith("Russell 2000 tumbles 3.2%, its largest one-day loss")
    assert heads[date(2016, 2, 11)].startswith("Russell 2000 closes 26.4% below its record, lowest")
    assert heads[date(2020, 3, 23)] == "Russell 2000 down 39.9% this year, 42.4% below its record"
    assert heads[date(2021, 3, 15)] == "Small caps at a record 2,360.17, well ahead of the S&P 500"
    assert heads[date(2024, 2, 29)].startswith("S&P 500 at a record, Russell 2000 still 15.9%")
    assert heads[date(2025, 11, 20)] == (
        "Small caps behind: 3.4% this year against 11.2% for the S&P 500"
    )


# what the reference brief does, and the words that show it (picture moves 5 and 9 are charts)
MOVES = {
    1: r"smaller the company, the larger the gain.*7\.8%.*6\.4%.*1\.4%.*materials \(8\.0%\)",
    2: r"closed at 2,674\.56, above the 2,651\.64 of 14 January.*2,689\.28, above 2,653\.31",
    3: r"leaves small caps 6\.4 percentage points ahead",
    4: r"our view three things speak for small caps: .*Federal Reserve.*growth",
    6: r"BofA.s clients bought a net \$6\.4bn.*\$5\.7bn.*\$45\.9bn.*we read that as a rotation",
    7: r"all 10 sessions.*13 sessions to 6 June 2008.*18 September 2025 above 2,442\.74.*"
    r"did not hold: 18 closes fell back below it.*2,305\.11.*every close since.*"
    r"Paul Ciana of BofA reads the chart",
    8: r"2,861, is 7\.0% above the last close; 3,000 \(12\.2%\) and 3,126 \(16\.9%\)",
    10: r"RSI went from 68\.7 to 71\.2, above the overbought line",
    11: r"8\.3% against 3\.6% since 16 October 2025, but 6\.1% against 3\.2% since 15 October 2025",
    12: r"view of Barclays. traders.*is cautious: .*less compelling.*take profits",
}


@pytest.mark.parametrize("number", MOVES)
def test_the_reference_moves_are_made(real_data: Path, number: int) -> None:
    _, _, paragraphs, _, _ = page(real_data, REFERENCE)
    assert re.search(MOVES[number], text_of(paragraphs))


def test_without_desk_inputs_nobody_is_named(real_data: Path) -> None:
    for day in DAYS[:-2]:
        _, _, paragraphs, _, _ = page(real_data, day)
        assert not re.search(r"BofA|Barclays|our view|rotation", text_of(paragraphs))


def test_where_nothing_can_be_said_the_subjects_first_gap_says_why() -> None:
    made = reading()
    gap = Gap("^RUT", "level", Reason.BASIS, "these prices are adjusted for dividends")
    other = Gap("^GSPC", "level", Reason.NO_DATA, "not this")
    silent = replace(made, facts=Facts((), (other, gap)))
    with pytest.raises(ContentError, match=r"state\. These prices are adjusted for dividends\.$"):
        lead(silent, ())


def test_a_brief_on_a_yield_is_told_what_to_name() -> None:
    made = reading()
    spec = replace(made.spec, subjects=("^TNX",))
    named = {**made.instruments, "^TNX": describe("^TNX")}
    with pytest.raises(ContentError, match="is a yield: name an index, a fund or a share"):
        lead(replace(made, spec=spec, instruments=named), ())
