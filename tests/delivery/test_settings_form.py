"""Settings: what the file says, and every mistake in it with its line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from reporter.delivery.settings import Settings, Variant
from reporter.delivery.settings_form import load
from reporter.errors import SpecError

LEAST = """
[sender]
name = "A House"
address = "briefs@example.com"
bounces = "bounces@example.com"
[unsubscribing]
url = "https://example.com/u/"
"""

NO_ROOM = (
    "delivery.toml:7: sender bounces: must be plain before the @, without '+': "
    "a token is put behind it."
)
NO_SPAN = (
    "delivery.toml:12: limits stale: '4 weeks' is no span of time. Write it like 30m, 96h or 3d."
)


def read(tmp_path: Path, text: str) -> Settings:
    """The settings in a file of this text."""
    file = tmp_path / "delivery.toml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def refused(tmp_path: Path, text: str) -> list[str]:
    """The lines of the refusal, without the file's folder."""
    with pytest.raises(SpecError) as caught:
        read(tmp_path, text)
    return str(caught.value).replace(f"{tmp_path}/", "").split("\n")


def changed(old: str, new: str) -> str:
    """The least settings with one line another."""
    assert old in LEAST
    return LEAST.replace(old, new)


def test_the_example_is_understood() -> None:
    found = load("examples/delivery.toml")
    assert found.folder == Path("examples")
    assert found.sender.name == "Example Research"
    assert found.smtp.host == "smtp.example.com"
    assert found.rates.domains == {"gmail.com": 120.0, "outlook.com": 60.0}
    assert found.release
    assert found.release.wait == timedelta(hours=2)
    assert found.limits.stale == timedelta(hours=96)
    assert found.variants == (Variant("small-caps-de", "small-caps", language="de"),)


def test_the_least_takes_the_defaults(tmp_path: Path) -> None:
    found = read(tmp_path, LEAST)
    assert (found.channel, found.smtp.security, found.smtp.port) == ("smtp", "starttls", 587)
    assert found.rates.per_minute == 600.0
    assert (found.dkim, found.release, found.allowed) == (None, None, ())


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    text = 'drop = "out"\nmailbox = "returned"\n' + LEAST + '[smtp]\nauthority = "ours.pem"\n'
    found = read(tmp_path, text)
    assert found.drop == tmp_path / "out"
    assert found.mailbox == str(tmp_path / "returned")
    assert found.smtp.authority == tmp_path / "ours.pem"


def test_no_limit_is_said_in_words(tmp_path: Path) -> None:
    assert read(tmp_path, LEAST + '[rates]\nper_minute = "unlimited"\n').rates.per_minute is None
    (line,) = refused(tmp_path, LEAST + "[rates]\nper_minute = 0\n")
    assert line == 'delivery.toml:9: rates per_minute: must be a number above 0, or "unlimited".'


def test_a_bound_is_told_as_people_write_it(tmp_path: Path) -> None:
    (line,) = refused(tmp_path, LEAST + "[limits]\nmessage = 2000000000\n")
    assert line == "delivery.toml:9: limits message: must be at most 1,000,000,000."


def test_all_mistakes_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    text = (
        'chanel = "smtp"\nallowed = ["no domain"]\n[sender]\nname = ""\naddress = "nobody"\n'
        'adress = "x"\nbounces = "b+c@example.com"\n[smtp]\nport = 0\nsecurity = "tsl"\n'
        '[limits]\nstale = "4 weeks"\nattempts = 1.5\n'
    )
    told = refused(tmp_path, text)
    assert told == [
        "delivery.toml:1: chanel: unknown key. Did you mean 'channel'?",
        "delivery.toml:2: allowed #1: 'no domain' is no domain. Write it like example.com.",
        "delivery.toml:4: sender name: is empty.",
        "delivery.toml:5: sender address: is no address: An email address must have an @-sign.",
        "delivery.toml:6: sender adress: unknown key. Did you mean 'address'?",
        NO_ROOM,
        "delivery.toml:9: smtp port: must be at least 1.",
        "delivery.toml:10: smtp security: unknown value 'tsl'. Did you mean 'tls'?",
        NO_SPAN,
        "delivery.toml:13: limits attempts: must be a whole number.",
        "delivery.toml: unsubscribing: is required.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        LEAST + '[smtp]\npassword = "hunter2-and-more"\n',
        LEAST
        + '[dkim]\ndomain = "example.com"\nselector = "s"\nprivate_key = "hunter2-and-more"\n',
        'outbox = "postgresql://us:hunter2-and-more@host/db"\n' + LEAST,
        'mailbox = "imaps://us:hunter2-and-more@host/INBOX"\n' + LEAST,
        'api_key = "hunter2-and-more"\n' + LEAST,
        'operator = "-----BEGIN PRIVATE KEY-----hunter2-and-more"\n' + LEAST,
    ],
)
def test_secrets_are_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    (line,) = refused(tmp_path, text)
    assert "put it into the environment" in line
    assert "hunter2" not in line


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_without_tls_only_on_this_machine(tmp_path: Path, host: str) -> None:
    smtp = f'[smtp]\nhost = "{host}"\nsecurity = "none"\n'
    assert read(tmp_path, LEAST + smtp).smtp.security == "none"


@pytest.mark.parametrize("host", ["smtp.example.com", "10.0.0.1", "0.0.0.0", "localhost.example"])  # noqa: S104  refused
def test_without_tls_nowhere_else(tmp_path: Path, host: str) -> None:
    (line,) = refused(tmp_path, LEAST + f'[smtp]\nhost = "{host}"\nsecurity = "none"\n')
    assert 'security "none" is for a server on this machine alone' in line


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/u/", "https://example.com/u", "https://us@example.com/u/",
        "https://example.com/ü/", "https://example.com/u/#a=", "https://example.com/>/",
        "https:///u/", "mailto:us@example.com", "https://example.com:x/", "https://example.com/{/",
        "https://example.com/\\r\\nBcc:/",
    ],
)  # fmt: skip
def test_an_address_for_unsubscribing_is_https_and_ends_for_a_token(
    tmp_path: Path, url: str
) -> None:
    (line,) = refused(tmp_path, changed("https://example.com/u/", url))
    assert line.startswith("delivery.toml:7: unsubscribing url: ")


@pytest.mark.parametrize(
    "url", ["http://localhost:8000/u/", "http://127.0.0.1/?t=", "https://example.com/?t="]
)
def test_on_this_machine_it_may_be_http(tmp_path: Path, url: str) -> None:
    assert read(tmp_path, changed("https://example.com/u/", url)).unsubscribing.url == url


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('link = "https://example.com/latest/"', "must hold {edition}"),
        ('link = "https://example.com/{edition}/{client}"', "must hold {edition}"),
        ('link = "https://example.com/{edition.id}"', "must hold {edition}"),
        ('link = "http://example.com/{edition}"', "must begin with https://"),
        ('outbox = "outbox.sqlite"', "is no URL of a database"),
        ('mailbox = "imap://us@example.com/INBOX"', "is no mailbox that is read"),
        ('mailbox = "imaps://example.com/INBOX"', "is no mailbox that is read"),
        ('operator = "us@example.com\\r\\nBcc: x@example.com"', "is no address"),
    ],
)
def test_other_values_are_looked_at(tmp_path: Path, line: str, why: str) -> None:
    (told,) = refused(tmp_path, f"{line}\n{LEAST}")
    assert told.startswith("delivery.toml:1: ")
    assert why in told


def test_a_link_may_name_edition_and_slug(tmp_path: Path) -> None:
    link = "https://example.com/{slug}/{edition}.html"
    assert read(tmp_path, f'link = "{link}"\n{LEAST}').link == link


def test_what_signs_must_be_able_to_align(tmp_path: Path) -> None:
    dkim = '[dkim]\ndomain = "example.org"\nselector = "s1"\n'
    (line,) = refused(tmp_path, LEAST + dkim)
    assert "example.org does not align with example.com" in line
    dkim = dkim.replace("example.org", "news.example.com")
    assert read(tmp_path, LEAST + dkim).dkim


def test_variants_are_for_some_and_each_for_others(tmp_path: Path) -> None:
    a, b = variant("a", "w", 'segment = "s"'), variant("b", "w", 'segment = "s"')
    (line,) = refused(tmp_path, LEAST + variant("a", "w"))
    assert "is for nobody" in line
    (line,) = refused(tmp_path, LEAST + a + b)
    assert "variants #2: is for the same clients as one above it." in line
    other = variant("b", "daily", 'segment = "s"')
    assert [one.of for one in read(tmp_path, LEAST + a + other).variants] == ["w", "daily"]


def variant(slug: str, of: str, whom: str = "") -> str:
    return f'[[variants]]\nslug = "{slug}"\nof = "{of}"\n{whom}\n'


def test_a_variant_stands_in_for_one_brief(tmp_path: Path) -> None:
    gold, german = 'segment = "gold"', 'language = "de"'
    (line,) = refused(tmp_path, LEAST + '[[variants]]\nslug = "a"\nsegment = "s"\n')
    assert "variants #1 of: is required." in line
    (line,) = refused(tmp_path, LEAST + variant("a", "a", gold))
    assert "stands in for itself" in line
    (line,) = refused(tmp_path, LEAST + variant("a", "w", gold) + variant("b", "a", german))
    assert "variants #2 of: a is a variant itself" in line
    (line,) = refused(tmp_path, LEAST + variant("a", "w", gold) + variant("a", "d", german))
    assert "variants #2 of: a stands in for w above." in line


@pytest.mark.parametrize(
    ("written", "span"),
    [("30m", timedelta(minutes=30)), ("2h", timedelta(hours=2)), ("3 d", timedelta(days=3))],
)
def test_spans_of_time(tmp_path: Path, written: str, span: timedelta) -> None:
    found = read(tmp_path, LEAST + f'[release]\nfirst = 1\nwait = "{written}"\n')
    assert found.release
    assert found.release.wait == span


@pytest.mark.parametrize("written", ['"0h"', '"-1h"', "2", '"2"', '"2h30"'])
def test_other_spans_are_none(tmp_path: Path, written: str) -> None:
    (line,) = refused(tmp_path, LEAST + f"[release]\nfirst = 1\nwait = {written}\n")
    assert "is no span of time" in line


def test_a_span_is_a_year_at_most(tmp_path: Path) -> None:
    assert read(tmp_path, LEAST + '[limits]\nstale = "366d"\n').limits.stale.days == 366
    (line,) = refused(tmp_path, LEAST + '[limits]\nstale = "367d"\n')
    assert "'367d' is longer than 366 days." in line


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"No such file .*--settings FILE"):
        load(tmp_path / "delivery.toml")
    with pytest.raises(SpecError, match="is not TOML"):
        read(tmp_path, "=")


def test_values_that_concern_each_other_are_told_with_all_else(tmp_path: Path) -> None:
    text = (
        'link = "http://example.com/{client}"\nchannel = "folder"\n[sender]\nname = ""\n'
        'address = "briefs@example.com"\nbounces = "bounces@example.com"\n'
        '[unsubscribing]\nurl = "http://example.com/u"\n'
        '[smtp]\nport = 0\nhost = "smtp.example.com"\nsecurity = "none"\nlogin = "xoauth2"\n'
        '[dkim]\ndomain = "example.org"\nselector = "s s"\n'
        '[[variants]]\nslug = "A"\nof = "w"\nlanguage = "de-ch"\n[[variants]]\nslug = "b"\n'
        'of = "w"\nlanguage = "de-CH"\n[[variants]]\nslug = "c"\nof = "w"\n[[variants]]\n'
        "language = 1\n"
    )
    told = "\n".join(refused(tmp_path, text))
    for words in (
        "delivery.toml:1: link: must hold {edition}", "must begin with https://, such as",
        "delivery.toml:2: channel: the channel folder needs drop", "delivery.toml:4: sender name: ",
        "delivery.toml:8: unsubscribing url: must begin with https://", "must end with '/' or '='",
        "delivery.toml:10: smtp port: ", "delivery.toml:9: smtp: security", "xoauth2 needs a user",
        "example.org does not align", "dkim selector: ", "variants #1 slug: ",
        "variants #2: is for the same clients", "variants #3: is for nobody",
        "variants #4 slug: is required", "variants #4 language: must be text",
    ):  # fmt: skip
        assert words in told
