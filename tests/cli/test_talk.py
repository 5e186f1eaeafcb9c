from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date

import pytest

from reporter.cli.talk import QUIET, VERBOSE, Talk, spell, spell_finding
from reporter.model import Finding, Gap, Reason, Severity, Terms

GAP = Gap("^RUT", "relative_return", Reason.NO_DATA, "no prices.", "^GSPC", "ytd")


def test_a_gap_is_spelt_in_one_line() -> None:
    assert spell(GAP) == "^RUT relative_return against ^GSPC over ytd: no prices."
    assert spell(Gap("X", "", Reason.NO_DATA, "no prices.")) == "X: no prices."


def test_gaps_are_counted_and_listed_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    talk = Talk()
    talk.gaps([])
    talk.gaps([GAP])
    talk.gaps([GAP, GAP])
    talk.level = VERBOSE
    talk.gaps([GAP])
    told = capsys.readouterr()
    assert told.err.splitlines() == [
        "1 gap: -v tells which.",
        "2 gaps: -v tells which.",
        "1 gap:",
        f"  {spell(GAP)}",
    ]
    assert not told.out


DAY = date(2026, 1, 13)
FINDING = Finding("^RUT", "stuck", Severity.DROP, "Three closes are the same.", "", (DAY,))


def test_a_finding_is_spelt_in_one_line() -> None:
    told = "^RUT price does not move: Three closes are the same. Left out."
    assert spell_finding(FINDING) == told
    assert spell_finding(replace(FINDING, remedy="Fetch it again.")) == f"{told} Fetch it again."


def test_findings_are_counted_and_listed_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    talk = Talk()
    talk.findings([], "this")
    talk.findings([FINDING], "this")
    talk.findings([FINDING, FINDING], "that")
    talk.terms(Terms.PERSONAL)
    talk.level = VERBOSE
    talk.findings([FINDING], "this")
    talk.terms(Terms.PERSONAL)
    assert capsys.readouterr().err.splitlines() == [
        "1 finding on the data: this tells which.",
        "2 findings on the data: that tells which.",
        "1 finding on the data:",
        f"  {spell_finding(FINDING)}",
        "Use of the data: for personal use only; not to be passed on.",
    ]


def test_quiet_tells_nothing_but_failures(capsys: pytest.CaptureFixture[str]) -> None:
    talk = Talk()
    talk.level = QUIET
    talk.say("a")
    talk.gaps([GAP])
    talk.findings([FINDING], "this")
    talk.terms(Terms.UNKNOWN)
    talk.fail("b")
    assert capsys.readouterr().err == "Error: b\n"


def test_nobody_watching_means_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with Talk().progress() as progress:
        progress(1, 2, "^RUT")
    assert capsys.readouterr() == ("", "")


def test_a_bar_is_drawn_on_stderr_and_cleared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda *_args, **_kw: False)
    with Talk().progress() as progress:
        progress(0, 0, "")
        progress(1, 2, "^RUT")
    told = capsys.readouterr()
    assert "[############............] 1/2 ^RUT" in told.err
    assert told.err.endswith("\r\x1b[K")
    assert not told.out
