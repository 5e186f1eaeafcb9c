"""Values of `delivery.toml` that concern each other, judged whatever else in the file is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reporter.delivery import addresses
from reporter.delivery import settings_entries as single
from reporter.delivery.hosts import is_here
from reporter.places import Key, Wrong


@dataclass(frozen=True, slots=True)
class Sound:
    """What the file says, but for values that are wrong by themselves: those are told already."""

    raw: Mapping[str, Any]
    wrong: frozenset[Key]

    def value(self, *key: str | int, default: str = "") -> Any:  # noqa: ANN401  as TOML has it
        """A value; the default where it is not there, None where it, or what it is in, is wrong."""
        if any(key[: len(one)] == one for one in self.wrong):
            return None
        found: Any = self.raw
        for part in key:
            found = found[part] if isinstance(part, int) else found.get(part, default)
            if found is default:
                break
        return found


def across(said: Sound) -> Iterator[Wrong]:
    """Mistakes of values that concern each other, whatever else is wrong."""
    yield from _aligned(said)
    yield from _safe(said)
    if said.value("channel") == "folder" and said.value("drop") == "":
        yield ("channel",), "the channel folder needs drop, the folder to drop files in."
    yield from _variants(said)


def _aligned(said: Sound) -> Iterator[Wrong]:
    key, address = said.value("dkim", "domain"), said.value("sender", "address")
    if not (key and address):
        return
    signed, sender = single.domain(key), addresses.domain(address)
    if not single.may_align(signed, sender):
        why = f"{signed} does not align with {sender}, which mails are from."
        yield ("dkim", "domain"), why


def _safe(said: Sound) -> Iterator[Wrong]:
    host = said.value("smtp", "host", default="localhost")
    if said.value("smtp", "security") == "none" and host and not is_here(host):
        why = (
            'security "none" is for a server on this machine alone: mails and passwords would '
            'cross the network in the clear. Write "starttls" or "tls".'
        )
        yield ("smtp",), why
    if said.value("smtp", "login") == "xoauth2" and said.value("smtp", "user") == "":
        yield ("smtp",), "login by xoauth2 needs a user."


def _variants(said: Sound) -> Iterator[Wrong]:
    seen: set[tuple[str, ...]] = set()
    stands: dict[str, str] = {}
    many = range(len(said.value("variants") or ()))
    slugs = {said.value("variants", number, "slug") for number in many}
    for number in many:
        key = ("variants", number)
        slug = said.value(*key, "slug")
        told = [said.value(*key, one) for one in ("of", "segment", "brand", "language")]
        if None in told:
            continue
        of, *some, language = told
        whom = (*some, single.language(language) if language else "")
        if not any(whom):
            yield key, "is for nobody: name a segment, a brand or a language."
        elif (of, *whom) in seen:
            yield key, "is for the same clients as one above it."
        seen.add((of, *whom))
        if slug == of:
            yield key, "stands in for itself: `of` is the brief that others get."
        elif of in slugs:
            yield (*key, "of"), f"{of} is a variant itself: name the brief it stands in for."
        if slug and stands.setdefault(slug, of) != of:
            yield (*key, "of"), f"{slug} stands in for {stands[slug]} above."
