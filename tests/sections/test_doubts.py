from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter import glossary
from reporter.model import Finding, Gap, MarketData, Reason, Section, Severity, Terms, plain
from reporter.sections.base import SectionContext
from tests.sections import scene

SCENE = scene.context()
NO_BREAK = "\N{NO-BREAK SPACE}"
DAY = date(2026, 1, 13)
JUMP = Finding("^RUT", "jump", Severity.MARK, "It fell 48.9% without a split", "Check it", (DAY,))


def found(*findings: Finding, **changes: object) -> SectionContext:
    """The scene whose prices have these findings."""
    data = replace(SCENE.data, findings=findings, **changes)  # type: ignore[arg-type]
    return replace(SCENE, data=data)


def section_of(context: SectionContext) -> Section:
    return scene.section_of("sources_and_methods", context)


def rows(*findings: Finding, **changes: object) -> list[list[str]]:
    """The words of the table of findings, whose days no line's end parts."""
    for table in section_of(found(*findings, **changes)).tables:
        if table.id == "findings":
            return [[cell.text.replace(NO_BREAK, " ") for cell in row] for row in table.rows]
    return []


def notes(context: SectionContext) -> list[str]:
    return [plain(note) for note in section_of(context).notes]


def with_terms(context: SectionContext, terms: Sequence[Terms], source: str) -> SectionContext:
    """The scene whose series come under these terms, in turn, the strictest being the first."""
    data: MarketData = context.data
    series = {
        symbol: replace(one, provenance=replace(one.provenance, terms=term, source=source))
        for (symbol, one), term in zip(data.series.items(), terms, strict=True)
    }
    return replace(context, data=replace(data, series=series, terms=terms[0]))


def test_a_finding_is_told_with_what_was_done_and_what_to_do() -> None:
    section = section_of(found(JUMP))
    assert section.tables[0].caption == "What was left out or is doubtful, and why"
    assert rows(JUMP) == [
        [
            "Large jump",
            "Russell 2000",
            "13 Jan 2026",
            "Used; figures that rest on it are marked. Check it.",
        ]
    ]


def test_what_no_column_tells_stays_in_the_gates_own_words() -> None:
    unknown = replace(JUMP, check="odd_rule")
    told = "It fell 48.9% without a split. Used; figures that rest on it are marked. Check it."
    assert rows(unknown)[0][3] == told
    assert rows(replace(JUMP, days=()))[0][3] == told


@pytest.mark.parametrize(
    ("check", "severity", "done"),
    [
        ("missing", Severity.MARK, "Not filled in; figures that rest on it are marked."),
        ("split", Severity.REFUSE, "Prices before it are left out."),
        ("spike", Severity.DROP, "Left out."),
        ("stale", Severity.REFUSE, "Russell 2000: 13 January. No claim is made that needs it."),
    ],
)
def test_each_rule_tells_what_was_done(check: str, severity: Severity, done: str) -> None:
    assert rows(Finding("^RUT", check, severity, "Russell 2000: 13 January.", "", (DAY,))) == [
        [glossary.check_name(check), "Russell 2000", "13 Jan 2026", done]
    ]


def test_without_findings_there_is_no_table() -> None:
    assert rows() == []


def test_findings_of_a_rule_share_a_row_that_stays_short() -> None:
    many = [
        Finding(f"S{n}", "null", Severity.DROP, f"S{n} has no price.", f"Fetch S{n}.",
                (DAY + timedelta(n),))
        for n in range(30)
    ]  # fmt: skip
    assert rows(*many) == [
        [
            "Price missing",
            "S0, S1, S2, S3, S4, S5 and 24 more",
            "11 Feb 2026, 10 Feb 2026, 9 Feb 2026 and 27 more",
            "Left out. Fetch S0.",
        ]
    ]
    unknown = [replace(finding, check="odd_rule") for finding in many]
    told = "S0 has no price. S1 has no price. And 28 more like these. Left out. Fetch S0."
    assert rows(*unknown)[0][3] == told


def test_lists_have_an_and_before_the_last() -> None:
    one = replace(JUMP, days=(DAY, DAY - timedelta(1)))
    assert rows(one, replace(one, symbol="^GSPC"))[0][1:3] == [
        "Russell 2000 and S&P 500",
        "13 Jan 2026 and 12 Jan 2026",
    ]


def test_what_a_message_says_was_done_is_not_said_again() -> None:
    told = Finding("^RUT", "odd_rule", Severity.DROP, "Wild prices are left out.", "", (DAY,))
    assert rows(told)[0][3] == "Wild prices are left out."
    assert rows(replace(told, message="Wild prices."))[0][3] == "Wild prices. Left out."
    assert rows(replace(told, message="Sorted.", days=()))[0][3] == "Sorted."


def test_the_gravest_come_first_and_an_unknown_rule_keeps_its_name() -> None:
    refused = replace(JUMP, check="odd_rule", severity=Severity.REFUSE)
    dropped = replace(JUMP, check="stale", severity=Severity.DROP)
    found_ = rows(JUMP, dropped, refused)
    assert [row[0] for row in found_] == ["Odd rule", "Last price is old", "Large jump"]
    assert "No claim is made that needs it." in found_[0][3]


def test_dropped_bars_that_nobody_misses_are_a_note() -> None:
    off = Finding("^GSPC", "off-session", Severity.DROP, "A bar on a holiday.", "", (DAY,))
    context = found(off, replace(off, symbol="^DJI"))
    told = "Left out or mended without effect on any figure: price outside a session (S&P 500 and"
    assert any(note.startswith(told) for note in notes(context))
    assert all(table.id != "findings" for table in section_of(context).tables)
    assert rows(replace(off, severity=Severity.MARK))


def test_volumes_that_no_figure_is_made_of_are_a_note() -> None:
    shared = Finding("^RUT", "volume", Severity.REFUSE, "It has the volume of S&P 500.")
    effect = "Left out or mended without effect on any figure"
    told = f"{effect}: volume of another index (Russell 2000)."
    assert told in notes(found(shared))
    assert rows(shared) == []


def test_what_a_gap_says_already_is_not_said_again() -> None:
    gap = Gap("^RUT", "prices", Reason.BAD_DATA, JUMP.message)
    assert rows(JUMP, gaps=(gap,)) == []
    assert rows(JUMP, gaps=(replace(gap, subject="^DJI"),))


@given(
    st.lists(
        st.builds(
            Finding,
            symbol=st.sampled_from(["^RUT", "^GSPC", "NOPE"]),
            check=st.one_of(st.just("off-session"), st.text(alphabet="abc_- ", max_size=4)),
            severity=st.sampled_from(Severity),
            message=st.text(min_size=1, max_size=40),
            remedy=st.text(max_size=20),
            days=st.lists(st.dates(date(2000, 1, 1), date(2026, 1, 1)), max_size=9).map(
                lambda days: tuple(sorted(days))
            ),
        ),
        max_size=20,
    )
)
def test_every_finding_has_a_row_or_a_note(findings: list[Finding]) -> None:
    table = rows(*findings)
    rules = {(one.check, one.severity) for one in findings}
    quiet = {rule for rule in rules if rule[0] == "off-session" and rule[1] is not Severity.MARK}
    assert len(table) == len(rules - quiet)
    assert all(row[0] and row[1] and row[3] for row in table)


# --- terms ----------------------------------------------------------------------------------------


def test_the_terms_are_told_under_the_prices() -> None:
    context = with_terms(SCENE, [Terms.PERSONAL] * 5, "files")
    assert notes(context)[1] == "Use of the data: for personal use only; not to be passed on."
    free = with_terms(SCENE, [Terms.REDISTRIBUTABLE] * 5, "sample")
    assert notes(free)[1] == "Use of the data: may be passed on."


def test_yahoos_own_terms_are_told() -> None:
    context = with_terms(SCENE, [Terms.PERSONAL] * 5, "yahoo")
    assert notes(context)[1].endswith(
        "not to be passed on. Yahoo Finance's data is for personal use by its terms."
    )


def test_the_strictest_terms_name_whose_they_are() -> None:
    terms = [Terms.INTERNAL, *[Terms.REDISTRIBUTABLE] * 4]
    context = with_terms(SCENE, terms, "files")
    first = next(iter(context.data.series.values())).instrument.name
    assert notes(context)[1].endswith(f"These are the terms of {first}.")
