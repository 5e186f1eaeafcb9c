"""Who gets what: for each client one edition, or one reason why he gets none. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from reporter.delivered import Recipient, Status
from reporter.delivery import addresses
from reporter.delivery.settings import Variant

Lacking = Callable[[str, str, str], str]
"""Why an edition may not go to an audience in a jurisdiction; empty if it may. Asked for every
client: whoever hands it over remembers what it said."""

NOTHING: Mapping[str, str] = MappingProxyType({})


class Why(StrEnum):
    """Why a client gets nothing, to be counted by."""

    PAUSED = "paused"
    CLOSED = "closed"
    SEGMENT = "segment"
    DOMAIN = "domain"
    MISSING = "missing"
    BRAND = "brand"
    APPROVAL = "approval"
    HAD = "had"
    SUPPRESSED = "suppressed"
    CORRECTION = "correction"
    UNSETTLED = "unsettled"
    UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True)
class Campaign:
    """What is sent.

    Args:
        edition: the id of the edition that goes to all for whom no variant is meant.
        brand: the name of the brand it is made in, such as `house`.
        variants: those of the edition, as the settings list them.
        editions: by a variant's slug, the id of its edition of the same day; one that is not filed
            or not to be sent is left out, and whoever should get it gets nothing.
    """

    edition: str
    brand: str = ""
    variants: tuple[Variant, ...] = ()
    editions: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the sender narrows it to: one segment, and domains that mail may go to; empty is all."""

    segment: str = ""
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """The id of the edition that a client gets; or, where that is empty, why he gets none.

    `reason` is a clause that may be printed beside the client's id: it holds nothing of his.
    """

    edition: str = ""
    why: Why | None = None
    reason: str = ""


def choose(recipient: Recipient, campaign: Campaign, asked: Asked, lacking: Lacking) -> Choice:
    """What a client gets.

    Whoever a variant is meant for gets that one or none: where it is missing or not approved for
    him he does not get the edition it stands in for.
    """
    if left := left_out(recipient, asked):
        return left
    variant = variant_for(recipient, campaign.variants)
    edition = campaign.editions.get(variant.slug, "") if variant else campaign.edition
    if variant and not edition:
        return Choice("", Why.MISSING, f"{variant.slug}, which is for him, does not go out")
    brand = (variant.brand if variant else "") or campaign.brand
    if recipient.brand and recipient.brand != brand:
        return Choice("", Why.BRAND, f"there is no edition in the brand {recipient.brand}")
    if why := lacking(edition, recipient.audience, recipient.jurisdiction):
        return Choice("", Why.APPROVAL, f"{edition} {why}".rstrip(" ."))
    return Choice(edition)


def left_out(recipient: Recipient, asked: Asked) -> Choice | None:
    """Why a client gets nothing, whatever is sent; None where he may get something."""
    if recipient.status is not Status.ACTIVE:
        return Choice("", Why(recipient.status.value), f"is {recipient.status}")
    if asked.segment and asked.segment not in recipient.segments:
        return Choice("", Why.SEGMENT, f"is not in the segment {asked.segment}")
    if asked.allowed and addresses.domain(recipient.address) not in asked.allowed:
        return Choice("", Why.DOMAIN, "his address is in no domain that mail may go to")
    return None


def variant_for(recipient: Recipient, variants: tuple[Variant, ...]) -> Variant | None:
    """Of the variants that are meant for a client the one that says most of him, else the first."""
    meant = [one for one in variants if _is_for(recipient, one)]
    return max(meant, key=_closeness, default=None)


def _is_for(recipient: Recipient, variant: Variant) -> bool:
    return (
        (not variant.segment or variant.segment in recipient.segments)
        and (not variant.brand or variant.brand == recipient.brand)
        and (not variant.language or _speaks(recipient.language, variant.language))
    )


def _speaks(language: str, wanted: str) -> bool:
    """Whether a language is the wanted one or one of its kinds: `de-CH` is `de` (RFC 4647, 3.3.1).

    An edition in `de-CH` is not for whoever asks for `de`.
    """
    return f"{language}-".lower().startswith(f"{wanted}-".lower())


def _closeness(variant: Variant) -> tuple[int, int]:
    named = sum(map(bool, (variant.segment, variant.brand, variant.language)))
    return named, variant.language.count("-")
