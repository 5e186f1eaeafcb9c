"""A client's messages as the archive has them, whatever the outbox knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.parser import BytesHeaderParser
from email.utils import parseaddr, parsedate_to_datetime

from reporter.archive.base import digest
from reporter.archive.bulk import Reader, member
from reporter.archive.clients import Client
from reporter.delivered import Delivery, Recipient
from reporter.delivery import addresses
from reporter.delivery.message import file_of

MOST_GROUPS = 100


@dataclass(frozen=True, slots=True)
class Filed:
    """A message that was filed: when it was made, its address, its bytes, and its group."""

    edition: str
    file: str
    message_id: str
    made: datetime
    address: str = field(repr=False)
    data: bytes = field(repr=False)
    group: int = 1


def files(owner: Client, edition: str, there: Collection[str]) -> Iterator[tuple[int, str]]:
    """The messages of a client to an edition, by what its packs hold: group and name."""
    for group in range(1, MOST_GROUPS):
        file = file_of(str(group))
        if member(owner, edition, file) not in there:
            return
        yield group, file


def filed(
    reader: Reader, owner: Client, campaign: str, edition: str, there: Collection[str]
) -> Iterator[Filed]:
    """The messages of a campaign that a client has to an edition, the oldest first."""
    for group, file in files(owner, edition, there):
        token = owner.token("message", campaign, edition, str(group))
        found = reader.file(owner, edition, file)
        headers = BytesHeaderParser().parsebytes(found.data if found else b"")
        name = str(headers.get("Message-ID", "")).strip()
        if found and name.startswith(f"<{token}@"):
            made = parsedate_to_datetime(str(headers["Date"]))
            address = parseaddr(str(headers.get("To", "")))[1]
            yield Filed(edition, file, name, made, address, found.data, group)


def row(  # noqa: PLR0913, PLR0917  what a row says
    campaign: str, recipient: Recipient, owner: Client, edition: str, address: str, file: str,
    data: bytes, name: str,
) -> Delivery:  # fmt: skip
    """A message as the outbox knows it, which has no place in it yet."""
    return Delivery(
        campaign, recipient.id, owner.handle, edition, addresses.on_the_wire(address)[0],
        addresses.domain(address), 0, 0, name, file, digest(data), len(data),
    )  # fmt: skip
