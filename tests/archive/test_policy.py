"""A policy says who may approve and how long editions are kept; its mistakes are told at once."""

from __future__ import annotations

import calendar
import contextlib
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive import persons, policy, policy_form
from reporter.archive.policy import Approver, Policy, Rule, retain_until, years_on
from reporter.archive.policy_form import jurisdiction
from reporter.entries import EntryError
from reporter.errors import SpecError
from reporter.filed import Act
from tests.archives import archive, hand

EXAMPLE = Path("examples/archive-policy.toml").read_bytes()
KEY = "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
OTHER = "ed25519:PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw="
DAY = date(2026, 1, 15)
DAYS = st.dates()
YEARS = st.integers(1, policy_form.LONGEST_YEARS)
SLUGS = st.sampled_from(["daily", "weekly", "small-caps"])
AUDIENCE = st.sampled_from(policy_form.AUDIENCES)
RULES = st.builds(
    Rule, st.sampled_from(["", "daily", "weekly"]), st.sampled_from(["", "retail"]),
    st.integers(1, 100), st.integers(0, policy_form.LONGEST_DAYS),
)  # fmt: skip


def approver(**more: object) -> str:
    """An approver's table, as it is written."""
    keys = {
        "name": '"Ann Meier"', "key": f'"{KEY}"', "audiences": '["retail"]',
        "jurisdictions": '["CH"]',
    } | more  # fmt: skip
    return "[[approvers]]\n" + "\n".join(f"{key} = {value}" for key, value in keys.items()) + "\n"


def mistakes(text: str) -> list[str]:
    """What is said of a policy."""
    with pytest.raises(SpecError) as told:
        policy.read(text.encode(), "p.toml")
    return str(told.value).splitlines()


# --- what it says ------------------------------------------------------------------------------


def test_the_example_is_understood() -> None:
    found = policy.read(EXAMPLE, "archive-policy.toml")
    ann, bo = found.approvers
    assert (ann.name, ann.logins, ann.since) == ("Ann Meier", ("ameier",), date(2026, 1, 1))
    assert ann.may("daily", "retail", "US", DAY)
    assert not ann.may("daily", "retail", "US", date(2025, 12, 31))
    assert bo.may("weekly", "professional", "EU", DAY)
    assert not bo.may("daily", "professional", "EU", DAY)
    assert not bo.may("weekly", "retail", "EU", DAY)
    assert not bo.may("weekly", "professional", "US", DAY)
    assert (found.required, found.own, found.years) == (1, False, 5)
    assert retain_until(found, "daily", (), DAY) == date(2029, 4, 29)
    assert retain_until(found, "daily", ("retail",), DAY) == date(2033, 1, 15)
    assert retain_until(found, "weekly", ("professional",), DAY) == date(2031, 1, 15)


def test_an_empty_policy_is_the_default() -> None:
    found = policy.read(b"", "p.toml")
    assert (found.approvers, found.required, found.own) == ((), 1, False)
    assert found.years == policy_form.YEARS


@given(DAYS, DAYS, DAYS)
def test_an_approver_s_days_both_count(since: date, until: date, day: date) -> None:
    one = Approver("A", "", KEY, ("retail",), ("CH",), since=since, until=until)
    assert one.may("weekly", "retail", "CH", day) == (since <= day <= until)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Ann Meier", "ann  MEIER ", True),
        ("Zoé Straße", "Zoe\u0301 STRASSE", True),
        ("Ann Meier", "Ann\u00a0Meier", True),
        ("Ann Meier", "A\u200bnn Meier", True),
        ("\uff4aane", "jane", True),
        ("Ann Meier", "Anne Meier", False),
        ("jane", "jane2", False),
    ],
)
def test_names_are_compared_as_people_read_them(one: str, other: str, is_same: bool) -> None:  # noqa: FBT001
    assert persons.same(one, other) == is_same


# --- how long ----------------------------------------------------------------------------------


@given(DAYS, YEARS)
def test_a_year_is_never_cut_short(day: date, years: int) -> None:
    end = years_on(day, years)
    leap = (day.month, day.day) == (2, 29)
    if day.year + years > date.max.year:
        assert end == date.max
    elif leap and not calendar.isleap(day.year + years):
        assert end == date(day.year + years, 3, 1)
    else:
        assert end == date(day.year + years, day.month, day.day)


def test_without_a_policy_it_is_five_years() -> None:
    assert retain_until(None, "weekly", (), DAY) == date(2031, 1, 15)
    assert retain_until(None, "weekly", (), date(2024, 2, 29)) == date(2029, 3, 1)


@given(st.lists(RULES, max_size=5), YEARS, SLUGS, st.frozensets(AUDIENCE), DAYS)
def test_the_longest_rule_counts(
    rules: list[Rule], years: int, slug: str, audiences: frozenset[str], day: date
) -> None:
    made = Policy(years=years, rules=tuple(rules))
    end = retain_until(made, slug, audiences, day)
    about = [
        rule
        for rule in rules
        if rule.slug in ("", slug) and (not rule.audience or rule.audience in audiences)
    ]
    assert all(end >= rule.end(day) for rule in about)
    assert end in [rule.end(day) for rule in about] or (not about and end == years_on(day, years))
    assert end > day or day == date.max
    assert end <= retain_until(made, slug, policy_form.AUDIENCES, day) or not about


@given(st.integers(1, policy_form.LONGEST_DAYS), DAYS)
def test_days_are_counted(days: int, day: date) -> None:
    wanted = min(day.toordinal() + days, date.max.toordinal())
    assert Rule("daily", days=days).end(day) == date.fromordinal(wanted)


# --- mistakes ----------------------------------------------------------------------------------


def test_all_mistakes_are_told_at_once_with_their_lines() -> None:
    told = mistakes(
        "aproval = 1\n"
        + approver(audiences='["retial"]', slug="1")
        + approver(name='"Bo"', jurisdictions='["!"]')
        + "[approval]\nrequired = 5\nown = 1\n[retention]\nyaers = 3\n"
        + '[[retention.rules]]\nyears = 3\n[[retention.rules]]\nslug = "daily"\n'
    )
    assert told == [
        "p.toml:1: aproval: unknown key. Did you mean 'approval'?",
        "p.toml:5: approvers #1 audiences #1: unknown value 'retial'. Did you mean 'retail'?",
        "p.toml:7: approvers #1 slug: unknown key. Did you mean 'slugs'?",
        "p.toml:10: approvers #2 key: is the key of 'Ann Meier' already.",
        "p.toml:12: approvers #2 jurisdictions #1: '!' is no jurisdiction: write its code in "  # noqa: ISC004
        "capitals, such as CH, GB, US or EU.",
        "p.toml:14: approval required: is more than the 2 who may approve.",
        "p.toml:15: approval own: must be true or false.",
        "p.toml:17: retention yaers: unknown key. Did you mean 'years'?",
        "p.toml:18: retention rules #1: says of nothing: name a slug, an audience or both.",
        "p.toml:20: retention rules #2: says years or days, one of them.",
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (approver(key='"ed25519:AAAA"'), "is no public key"),
        (approver(key=f'"{KEY[8:]}"'), "is no public key"),
        (approver(key=f'"{KEY[:-2]}p="'), "is no public key"),
        (approver(key='"ed25519:' + "A" * 43 + '="'), "is no public key"),
        (approver(name='"Ann\\u202eMeier"'), "holds a control character"),
        (approver(name='""'), "is empty"),
        (approver(**{"from": "2026-02-01", "until": "2026-01-01"}), "is before from 2026-02-01"),
        (approver(**{"from": '"soon"'}), "is not a day"),
        (approver(slugs='["../x"]'), "is no safe file name"),
        ("[retention]\nyears = 0", "must be at least 1"),
        ("[retention]\nyears = 101", "must be at most 100"),
        ("[retention]\nyears = 1.5", "must be a whole number"),
        ("[[retention.rules]]\nslug = 'daily'\nyears = 1\ndays = 1", "one of them"),
        ("[approval]\nrequired = 0", "must be at least 1"),
        ("[approval]\nrequired = 2", "more than the 0 who may approve"),
        (approver() + approver(name='"ann meier"') + "[approval]\nrequired = 2", "than the 1 who"),
        ("approvers = 3", "must be a list"),
        ("approvers = [3]", "must be a table"),
        ("retention.rules = [[1]]", "must be a table"),
        ("[[approval]]", "must be a table"),
        ("a = [", "is not TOML"),
        ("# clear \x9b2J\n", "p.toml:1: holds the character U+009B"),
        ("\n# turned \u202e", "p.toml:2: holds the character U+202E"),
    ],
)
def test_a_mistake_is_told(text: str, why: str) -> None:
    (line,) = mistakes(text)
    assert line.startswith("p.toml")
    assert why in line


def test_one_person_may_have_several_keys() -> None:
    text = approver(until="2026-03-31") + approver(key=f'"{OTHER}"', **{"from": "2026-04-01"})
    found = policy.read(text.encode(), "p.toml")
    assert [one.serves("weekly", date(2026, 4, 1)) for one in found.approvers] == [False, True]
    assert [one.key for one in found.holders(OTHER)] == [OTHER]


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_whatever_is_written_is_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(SpecError):
        policy.read(data, "p.toml")


TOML = st.recursive(
    st.sampled_from(["1", "true", '"x"', "2026-01-01", "1.5", "[]", "{}"]),
    lambda inner: st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]"),
    max_leaves=4,
)
KEYS = st.sampled_from(
    ["approvers", "approval", "retention", "approval.own", "retention.rules", "retention.years"]
)


@given(st.dictionaries(KEYS, TOML, max_size=3))
def test_whatever_a_key_holds_is_read_or_refused(tables: dict[str, str]) -> None:
    text = "\n".join(f"{key} = {value}" for key, value in tables.items())
    with contextlib.suppress(SpecError):
        policy.read(text.encode(), "p.toml")


# --- in force ----------------------------------------------------------------------------------


def test_a_policy_is_in_force_from_its_entry_on(tmp_path: Path) -> None:
    made = archive(tmp_path, editions=1)
    assert policy.in_force(made) is None
    assert policy.text_in_force(made) == ""
    assert policy.put(made, EXAMPLE, "archive-policy.toml", hand(1))
    assert not policy.put(made, EXAMPLE, "archive-policy.toml", hand(2))
    assert policy.put(made, b"[retention]\nyears = 9\n", "p.toml", hand(3))
    acts = [Act.CREATED, Act.ADDED, Act.POLICY, Act.POLICY]
    assert [entry.act for entry in made.entries()] == acts
    assert policy.in_force(made, 2) is None
    before, after = policy.in_force(made, 3), policy.in_force(made)
    assert before == policy.read(EXAMPLE, "archive-policy.toml")
    assert after
    assert after.years == 9
    assert policy.text_in_force(made) == "[retention]\nyears = 9\n"
    assert policy.put(made, EXAMPLE, "archive-policy.toml", hand(4)), "an older one, again"


def test_a_policy_with_mistakes_is_not_kept(tmp_path: Path) -> None:
    made = archive(tmp_path)
    with pytest.raises(SpecError):
        policy.put(made, b"x = 1", "p.toml", hand())
    assert not made.entries()
    assert not list(made.store.keys("objects"))


def test_days_of_an_approver_hold_in_his_own_zone() -> None:
    one = Approver("A", "", KEY, ("retail",), ("CH",), until=DAY)
    assert one.serves("weekly", DAY)
    assert not one.serves("weekly", DAY + timedelta(1))


@pytest.mark.parametrize(
    "text", ["Switzerland", "ch", "US-NY", "C", "CHEU", " CH", "C1", "\u00c4\u00d6"]
)
def test_a_jurisdiction_is_a_code_in_capitals(text: str) -> None:
    with pytest.raises(EntryError, match="in capitals, such as CH, GB, US or EU"):
        jurisdiction(text)
    assert [jurisdiction(code) for code in ("CH", "UK", "EU", "USA")] == ["CH", "UK", "EU", "USA"]
