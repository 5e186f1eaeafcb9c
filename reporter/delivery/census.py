"""How many clients a list has of which kind: numbers, and domains that many of them have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reporter.delivered import Recipient, Status
from reporter.delivery import addresses

KINDS = ("audience", "jurisdiction", "language", "brand", "segment", "format", "status")


@dataclass(frozen=True, slots=True)
class Census:
    """A list counted.

    `kinds` has, for each of `KINDS`, how many clients are of which; `many` the domains to which
    more active clients' mail goes than may go in a day. A client in two segments counts in both.
    """

    clients: int
    kinds: Mapping[str, Mapping[str, int]]
    many: Mapping[str, int]


def counted(recipients: Iterable[Recipient], per_day: int) -> Census:
    """Count a list; it holds no name and no address but domains of more than `per_day` clients."""
    kinds: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    domains: Counter[str] = Counter()
    clients = 0
    for one in recipients:
        clients += 1
        for kind, words in _words(one).items():
            kinds[kind].update(words)
        if one.status is Status.ACTIVE:
            domains[addresses.domain(one.address)] += 1
    many = {name: count for name, count in domains.most_common() if count > per_day}
    ordered = {kind: dict(sorted(found.items())) for kind, found in kinds.items() if found}
    return Census(clients, ordered, many)


def _words(one: Recipient) -> Mapping[str, tuple[str, ...]]:
    """What a client is, by kind."""
    return {
        "audience": (one.audience,),
        "jurisdiction": (one.jurisdiction,),
        "language": (one.language,),
        "brand": (one.brand,) if one.brand else (),
        "segment": one.segments,
        "format": (one.form.value,),
        "status": (one.status.value,),
    }
