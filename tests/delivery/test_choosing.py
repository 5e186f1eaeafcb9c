"""Who gets what: each client one edition or one reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.delivery.choosing import Asked, Campaign, Why, choose
from reporter.delivery.settings import Variant
from reporter.model import Recipient, Status

BASE = "2026-01-15/weekly"
ANN = Recipient("C-1", "Ann", "ann@example.com", "retail", "CH", segments=("gold",))
GERMAN = Variant("weekly-de", "weekly", language="de")
GOLD = Variant("weekly-gold", "weekly", segment="gold")
BOTH = Variant("weekly-gold-de", "weekly", segment="gold", language="de")
FILED = {one.slug: f"2026-01-15/{one.slug}" for one in (GERMAN, GOLD, BOTH)}


def free(_edition: str, _audience: str, _jurisdiction: str) -> str:
    return ""


def test_who_is_active_and_approved_for_gets_the_edition() -> None:
    choice = choose(ANN, Campaign(BASE), Asked(), free)
    assert (choice.edition, choice.why, choice.reason) == (BASE, None, "")


@pytest.mark.parametrize(("status", "why"), [("paused", Why.PAUSED), ("closed", Why.CLOSED)])
def test_who_is_not_active_gets_nothing(status: str, why: Why) -> None:
    choice = choose(replace(ANN, status=Status(status)), Campaign(BASE), Asked(), free)
    assert (choice.edition, choice.why, choice.reason) == ("", why, f"is {status}")


def test_a_segment_that_is_asked_for() -> None:
    assert choose(ANN, Campaign(BASE), Asked("gold"), free).edition == BASE
    assert choose(ANN, Campaign(BASE), Asked("silver"), free).why is Why.SEGMENT


def test_domains_that_mail_may_go_to_are_compared_as_the_dns_has_them() -> None:
    asked = Asked(allowed=("xn--bcher-kva.de",))
    assert choose(replace(ANN, address="a@Bücher.de"), Campaign(BASE), asked, free).edition == BASE
    left = choose(ANN, Campaign(BASE), asked, free)
    assert left.why is Why.DOMAIN
    assert "example" not in left.reason


def test_what_is_not_approved_for_him_is_not_sent_to_him() -> None:
    def lacking(edition: str, audience: str, jurisdiction: str) -> str:
        assert (edition, audience, jurisdiction) == (BASE, "retail", "CH")
        return "is not approved for retail in CH."

    choice = choose(ANN, Campaign(BASE), Asked(), lacking)
    assert (choice.edition, choice.why) == ("", Why.APPROVAL)
    assert choice.reason == f"{BASE} is not approved for retail in CH"


@pytest.mark.parametrize(
    ("language", "segments", "slug"),
    [
        ("en", (), ""), ("de", (), "weekly-de"), ("de-CH", (), "weekly-de"), ("den", (), ""),
        ("en", ("gold",), "weekly-gold"), ("de", ("gold",), "weekly-gold-de"),
    ],
)  # fmt: skip
def test_the_variant_that_says_most_of_him(
    language: str, segments: tuple[str, ...], slug: str
) -> None:
    campaign = Campaign(BASE, variants=(GERMAN, GOLD, BOTH), editions=FILED)
    choice = choose(replace(ANN, language=language, segments=segments), campaign, Asked(), free)
    assert choice.edition == (FILED[slug] if slug else BASE)


def test_the_first_of_two_that_say_as_much() -> None:
    de = replace(ANN, language="de")
    first = Campaign(BASE, variants=(GERMAN, GOLD), editions=FILED)
    assert choose(de, first, Asked(), free).edition == FILED["weekly-de"]
    first = Campaign(BASE, variants=(GOLD, GERMAN), editions=FILED)
    assert choose(de, first, Asked(), free).edition == FILED["weekly-gold"]


def test_whose_variant_is_missing_or_not_approved_does_not_get_the_other() -> None:
    de = replace(ANN, language="de", segments=())
    missing = choose(de, Campaign(BASE, variants=(GERMAN,)), Asked(), free)
    assert (missing.edition, missing.why) == ("", Why.MISSING)
    campaign = Campaign(BASE, variants=(GERMAN,), editions=FILED)
    left = choose(de, campaign, Asked(), lambda e, *_: "" if e == BASE else "is not approved.")
    assert (left.edition, left.why) == ("", Why.APPROVAL)


def test_nobody_gets_another_house_s_brand() -> None:
    meridian = replace(ANN, brand="meridian")
    assert choose(meridian, Campaign(BASE, "house"), Asked(), free).why is Why.BRAND
    assert choose(meridian, Campaign(BASE), Asked(), free).why is Why.BRAND
    assert choose(meridian, Campaign(BASE, "meridian"), Asked(), free).edition == BASE
    branded = Variant("weekly-gold", "weekly", brand="meridian")
    campaign = Campaign(BASE, "house", (branded,), FILED)
    assert choose(meridian, campaign, Asked(), free).edition == FILED["weekly-gold"]


WORDS = st.sampled_from(["a", "b", "c"])
RECIPIENTS = st.builds(
    Recipient,
    id=st.just("C"),
    name=st.just("N"),
    address=st.sampled_from(["n@a.example", "n@b.example"]),
    audience=st.sampled_from(["retail", "professional"]),
    jurisdiction=st.sampled_from(["CH", "US"]),
    language=st.sampled_from(["en", "de", "de-CH"]),
    brand=st.sampled_from(["", "a", "b"]),
    segments=st.lists(WORDS, max_size=2).map(tuple),
    status=st.sampled_from(Status),
)
VARIANTS = st.builds(
    Variant,
    slug=WORDS,
    segment=st.sampled_from(["", "a", "b"]),
    brand=st.sampled_from(["", "a", "b"]),
    language=st.sampled_from(["de", "de-CH"]),
)
TRIPLES = st.tuples(
    st.sampled_from(["base", "ea", "eb", "ec"]),
    st.sampled_from(["retail", "professional"]),
    st.sampled_from(["CH", "US"]),
)


@given(
    RECIPIENTS,
    st.lists(VARIANTS, max_size=4).map(tuple),
    st.dictionaries(WORDS, WORDS.map(lambda w: f"e{w}")),
    st.frozensets(TRIPLES),
    st.builds(Asked, st.sampled_from(["", "a"]), st.sampled_from([(), ("a.example",)])),
)
def test_one_edition_that_is_approved_for_him_or_one_reason(
    recipient: Recipient,
    variants: tuple[Variant, ...],
    editions: dict[str, str],
    approved: frozenset[tuple[str, str, str]],
    asked: Asked,
) -> None:
    campaign = Campaign("base", "a", variants, editions)
    choice = choose(
        recipient, campaign, asked, lambda *triple: "" if triple in approved else "is not approved."
    )
    assert bool(choice.edition) == (choice.why is None) == (choice.reason == "")
    if choice.edition:
        assert (choice.edition, recipient.audience, recipient.jurisdiction) in approved
        assert recipient.status is Status.ACTIVE
        assert not asked.segment or asked.segment in recipient.segments
        assert not asked.allowed or recipient.address.endswith("@a.example")
