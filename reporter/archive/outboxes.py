"""Which outbox the letters of an edition were entered in, as the log names it.

Every filing of prepared letters names the outbox by its identity, before the first of them leaves;
so does whoever sets it aside. The last word counts: an outbox that is not named last knows less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reporter.filed import Act, Entry

_NAMING = frozenset({Act.ENCLOSED, Act.OVERRIDDEN})


def of_edition(entries: Iterable[Entry], edition: str) -> str:
    """The identity of the outbox that has an edition's letters; empty where none was named."""
    last = ""
    for name, outbox in _named(entries):
        last = outbox if name == edition else last
    return last


def known(entries: Iterable[Entry]) -> frozenset[str]:
    """The identities of all outboxes that editions were prepared with."""
    return frozenset(outbox for _, outbox in _named(entries))


def _named(entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    for one in entries:
        if one.act in _NAMING and (outbox := str(one.details.get("outbox") or "")):
            yield one.edition, outbox
