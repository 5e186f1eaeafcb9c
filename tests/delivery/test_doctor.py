"""The set-up of mail looked at: what a DNS of the test's own says, and what the settings do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reporter.delivery.census import Census
from reporter.delivery.checks import Grade
from reporter.delivery.doctor import Wish
from reporter.delivery.settings import Dkim, Smtp
from reporter.errors import SpecError
from tests.delivery.houses import KEY_NAME, House
from tests.delivery.houses import house as house  # noqa: PLC0414  a fixture
from tests.delivery.houses import key as key  # noqa: PLC0414  a fixture
from tests.delivery.servers import (
    pem,
    private_key,
    published,
)


@pytest.mark.parametrize("to", ["ann@client.example", "nobody", "x@sub.example.com"])
def test_a_test_message_goes_to_nobody_else(house: House, to: str) -> None:
    with pytest.raises(SpecError, match="--to"):
        house.checks(Wish(to))
    house.settings = replace(house.settings, allowed=("client.example",))
    assert house.checks(Wish("ann@client.example"))


@pytest.mark.parametrize(
    ("record", "wish", "grade", "what"),
    [
        ((), Wish(), Grade.FAILED, "has no record"),
        (("v=spf1 x -all",), Wish(), Grade.FAILED, "is wrong: 'x' is no mechanism"),
        (("v=spf1 -all",), Wish(), Grade.WARNING, "which address mails leave from is not known"),
        (("v=spf1 -all",), Wish(leaves_from="192.0.2.5"), Grade.FAILED, "says fail of 192.0.2.5"),
        (("v=spf1 ip4:192.0.2.5",), Wish(leaves_from="192.0.2.5"), Grade.OK, "lets 192.0.2.5 send"),
    ],
)
def test_spf(house: House, record: tuple[str, ...], wish: Wish, grade: Grade, what: str) -> None:
    house.records["bounce.example.com", "TXT"] = record
    found, said = house.said("spf", wish)
    assert found is grade
    assert what in said


@pytest.mark.parametrize(
    ("term", "what", "remedy"),
    [
        ("include:silent.example", "the DNS gives no answer", "run it again"),
        ("exists:%{i}.example", "%{i}.example holds a macro", "Authentication-Results"),
    ],
)
def test_spf_that_cannot_be_known_here(house: House, term: str, what: str, remedy: str) -> None:
    house.records["bounce.example.com", "TXT"] = (f"v=spf1 ip4:192.0.2.5 {term} -all",)
    house.records["silent", "silent.example"] = ()
    assert house.said("spf") == (Grade.OK, "bounce.example.com lets 192.0.2.5 send")
    (check,) = [c for c in house.checks(Wish(leaves_from="192.0.2.6")) if c.name == "spf"]
    assert check.grade is Grade.WARNING
    assert what in check.what
    assert remedy in check.remedy
    assert ("no answer" in check.what) == ("silent" in term)


def test_spf_of_the_server_s_own_address(house: House) -> None:
    house.settings = replace(house.settings, smtp=Smtp("mx.nowhere.invalid", timeout=1))
    house.records["mx.nowhere.invalid", "A"] = ("192.0.2.7",)
    assert house.said("spf", Wish())[0] is Grade.OK
    house.records["mx.nowhere.invalid", "A"] = ("198.51.100.1",)
    assert house.said("spf", Wish())[0] is Grade.WARNING


def test_dkim(house: House) -> None:
    assert house.said("dkim")[0] is Grade.OK
    good = house.records[KEY_NAME][0]
    for records, what in (
        ((), "has no key"),
        ((good, good), "has several keys"),
        (("v=DKIM1; p=",), "is withdrawn"),
        ((published(private_key()),), "is not that of our private key"),
        (("v=DKIM1; p=AAAA",), "is not that of our private key"),
    ):
        house.records[KEY_NAME] = records
        grade, said = house.said("dkim")
        assert grade is Grade.FAILED
        assert what in said
    house.records[KEY_NAME] = (good,)
    house.secrets["dkim-key"] = pem(private_key(1024))
    assert "1024 bits" in house.said("dkim")[1]
    house.settings = replace(house.settings, dkim=None)
    assert house.said("dkim")[0] is Grade.WARNING


@pytest.mark.parametrize(
    ("policy", "signed", "bounces", "grade", "what"),
    [
        ("v=DMARC1; p=reject; adkim=s", "example.com", "b@x.org", Grade.OK, "p=reject"),
        ("v=DMARC1;p=none", "mail.example.com", "b@x.org", Grade.OK, "not the envelope's"),
        ("v=DMARC1; p=none; adkim=s", "mail.example.com", "b@x.org", Grade.FAILED, "neither"),
        ("v=DMARC1; p=none", "", "b@bounce.example.com", Grade.WARNING, "only the envelope's"),
        ("v=DMARC1; p=none; aspf=s", "", "b@bounce.example.com", Grade.FAILED, "neither"),
        ("v=DMARC1; p=maybe", "example.com", "b@example.com", Grade.FAILED, "no policy"),
        ("v=DMARC1; rua=mailto:x@y.z", "example.com", "b@example.com", Grade.FAILED, "no policy"),
        ("", "example.com", "b@example.com", Grade.FAILED, "has no policy"),
    ],
)  # fmt: skip
def test_dmarc(  # noqa: PLR0913, PLR0917  a row of the table
    house: House, policy: str, signed: str, bounces: str, grade: Grade, what: str
) -> None:
    house.records["_dmarc.example.com", "TXT"] = (policy,)
    house.settings = replace(
        house.settings,
        sender=replace(house.settings.sender, bounces=bounces),
        dkim=Dkim(signed, "s1") if signed else None,
    )
    found, said = house.said("dmarc")
    assert found is grade
    assert what in said


def test_a_subdomain_goes_by_the_policy_above_it(house: House) -> None:
    sender = replace(house.settings.sender, address="briefs@news.example.com")
    house.settings = replace(house.settings, sender=sender)
    house.records["_dmarc.example.com", "TXT"] = ("v=DMARC1; p=none; sp=quarantine",)
    assert house.said("dmarc")[1].startswith("example.com says p=quarantine")


def test_who_takes_replies(house: House) -> None:
    house.records["example.com", "MX"] = (".",)
    assert house.said("mx") == (Grade.FAILED, "example.com says that it takes no mail")
    house.records["example.com", "MX"] = ()
    assert house.said("mx")[0] is Grade.FAILED
    house.records["example.com", "A"] = ("192.0.2.1",)
    assert house.said("mx")[0] is Grade.WARNING


def test_a_dns_that_is_silent_is_no_verdict(house: House) -> None:
    for name in ("bounce.example.com", KEY_NAME[0], "_dmarc.example.com", "example.com"):
        house.records["silent", name] = ()
    for name in ("spf", "dkim", "dmarc", "mx"):
        grade, what = house.said(name, Wish(leaves_from="192.0.2.5"))
        assert (grade, "no answer" in what) == (Grade.WARNING, True), (name, what)


def test_secrets_are_told_by_name(house: House) -> None:
    del house.secrets["unsubscribe-key"]
    assert house.said("secrets") == (Grade.FAILED, "unsubscribe-key is not set")


def test_an_outbox_that_does_not_open(house: House) -> None:
    house.outbox = "is no outbox."
    assert house.said("outbox") == (Grade.FAILED, "is no outbox")


def test_many_to_one_provider(house: House) -> None:
    (check,) = [c for c in house.checks(census=Census(1, {}, {})) if c.name == "volume"]
    assert check.grade is Grade.OK
    census = Census(9000, {}, {"gmail.com": 6000})
    (check,) = [c for c in house.checks(census=census) if c.name == "volume"]
    assert (check.grade, check.what) == (
        Grade.WARNING,
        "more than 5000 mails of an edition go to: gmail.com 6000",
    )


def test_a_channel_without_a_mail_server(house: House) -> None:
    house.settings = replace(house.settings, channel="folder")
    assert {one.name for one in house.checks()} == {"secrets", "outbox", "channel", "unsubscribe"}
