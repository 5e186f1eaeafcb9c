from __future__ import annotations

import pytest

from reporter import glossary
from reporter.metrics.base import PERIODS, metrics
from reporter.model import Reason, Severity, Terms


@pytest.mark.parametrize("metric", metrics.names())
def test_every_metric_has_a_name_and_a_definition(metric: str) -> None:
    term = glossary.TERMS[metric]
    assert glossary.metric_name(metric) == term.name
    assert term.definition.endswith(".")


def test_every_reason_has_words() -> None:
    assert set(glossary.REASONS) == set(Reason)


def test_every_severity_and_all_terms_have_words() -> None:
    assert set(glossary.DONE) == set(Severity)
    assert set(glossary.USES) == set(Terms)


@pytest.mark.parametrize("terms", Terms)
def test_all_but_what_may_be_passed_on_carries_a_notice(terms: Terms) -> None:
    words, notice = glossary.USES[terms]
    assert bool(notice) == (terms is not Terms.REDISTRIBUTABLE)
    assert ("not to be passed on" in words) == bool(notice)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("missing", "Session missing"),
        ("off-session", "Price outside a session"),
        ("odd-thing_x", "Odd thing x"),
        ("bad_data", "Faulty data"),
        ("RSI", "RSI"),
        ("__", "Other"),
        ("", "Other"),
    ],
)
def test_a_rule_has_words_even_if_unknown(check: str, words: str) -> None:
    assert glossary.check_name(check) == words


@pytest.mark.parametrize("window", PERIODS)
def test_every_window_has_words(window: str) -> None:
    assert glossary.window_name(window) != window
    assert glossary.window_head(window) != window


@pytest.mark.parametrize(
    ("window", "words", "head"),
    [
        ("ytd", "year to date", "Year to date"),
        ("14", "14 sessions", "14 sessions"),
        ("20s", "20 sessions", "20 sessions"),
        ("since:2025-10-16", "since 16 October 2025", "Since 16 October 2025"),
        ("since:soon", "since soon", "Since soon"),
        ("odd", "odd", "odd"),
        (None, "", ""),
    ],
)
def test_windows_are_told_as_people_tell_them(window: str | None, words: str, head: str) -> None:
    assert glossary.window_name(window) == words
    assert glossary.window_head(window) == head


def test_an_unknown_metric_keeps_its_own_name() -> None:
    assert glossary.metric_name("beta_to_oil") == "Beta to oil"


@pytest.mark.parametrize("window", PERIODS)
def test_every_window_is_told_narrowly_and_in_a_sentence(window: str) -> None:
    assert glossary.window_short(window) == window.upper()
    assert not any(letter.isdigit() for letter in glossary.window_spoken(window))
    assert glossary.window_spoken(window)


@pytest.mark.parametrize(
    ("window", "short"), [("20s", "20S"), ("since:2025-10-16", "16 Oct 2025"), (None, "")]
)
def test_other_windows_are_told_by_their_base_day(window: str | None, short: str) -> None:
    assert glossary.window_short(window) == short
    assert glossary.window_spoken(window) == ""
