"""Messages made, sealed into the archive and queued, before the first of them leaves.

A batch is filed first and entered in the outbox then. Killed in between, the next run finds in the
archive what the outbox does not know, and takes it over as it is: what is filed is never replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import islice

from reporter.archive.bulk import Reader, member
from reporter.archive.clients import Client
from reporter.archive.enclosures import check_keys, enclose
from reporter.archive.retention import chronicle
from reporter.delivered import Delivery, Recipient
from reporter.delivery import addresses, adopting
from reporter.delivery.adopting import MOST_GROUPS
from reporter.delivery.campaign import Campaign, House
from reporter.delivery.doubting import doubted
from reporter.delivery.message import Message, compose, file_of
from reporter.delivery.sending import Progress, Tenure
from reporter.delivery.stationery import Stationery, stationery
from reporter.errors import DeliveryError

Chosen = tuple[Recipient, str]
Paper = tuple[str, str]
"""What a message is written on: the id of its edition, and of the one that it corrects, if any."""

BATCH = 500


@dataclass(frozen=True, slots=True)
class Prepared:
    """How many messages were made, and how many were found in the archive from a killed run."""

    new: int = 0
    adopted: int = 0


@dataclass(slots=True)
class Preparing:
    """Prepares a campaign's messages.

    Args:
        house: where they are filed.
        campaign: what is sent.
        tenure: the right to send it.
        limit: the most bytes that the server takes, where it says.
        progress: told how many are prepared.
        total: of how many.
        replaces: says by a client's id and his edition's which earlier one that corrects for him.
    """

    house: House
    campaign: Campaign
    tenure: Tenure
    limit: int | None = None
    progress: Progress = lambda _done, _all, _what: None
    total: int = 0
    replaces: Callable[[str, str], str] = lambda _client, _edition: ""
    _reader: Reader = field(init=False)
    _doubted: datetime | None = None
    _position: int = 0
    _done: int = 0
    _adopted: int = 0

    def __post_init__(self) -> None:
        self._reader = Reader(self.house.archive)

    def run(self, chosen: Iterable[tuple[Recipient, str]]) -> Prepared:
        """Prepare a message for everybody who has none yet.

        Args:
            chosen: the clients, each with the id of his edition, in the list's order.

        Raises:
            ArchiveError: something of an edition is missing, or cannot be filed.
            DeliveryError: a message cannot be made, or the lease was lost.
        """
        ledger, name = self.tenure.ledger, self.campaign.id
        check_keys(chronicle(self.house.archive.entries()), self.house.keys.open())
        self._doubted = doubted(ledger, name)
        self._position = sum(ledger.counts(name).values())
        known = set(ledger.clients(name))
        papers = cache(self._stationery)
        there = cache(self._reader.members)
        new = ((one, edition) for one, edition in chosen if one.id not in known)
        while batch := tuple(islice(new, BATCH)):
            rows = [row for (edition, old), part in self._by_paper(batch).items()
                    for row in self._file(part, papers(edition, old), there(edition))]  # fmt: skip
            ledger.queue(self.tenure.lease, self._placed(batch, rows), self.house.clock.now())
        return Prepared(self._done - self._adopted, self._adopted)

    def _stationery(self, edition: str, replaced: str) -> Stationery:
        archive = self.house.archive
        made = stationery(
            archive, edition, self.house.settings, limit=self.limit,
            corrected=archive.edition(replaced) if replaced else None,
        )  # fmt: skip
        return replace(made, listed=self.campaign.listed)

    def _by_paper(self, batch: Sequence[Chosen]) -> dict[Paper, list[Chosen]]:
        """The clients of a batch by their edition, and by the one that it corrects for them."""
        parts: dict[Paper, list[Chosen]] = {}
        for recipient, edition in batch:
            paper = edition, self.replaces(recipient.id, edition)
            parts.setdefault(paper, []).append((recipient, edition))
        return parts

    def _file(
        self, part: Sequence[tuple[Recipient, str]], paper: Stationery, there: frozenset[str]
    ) -> list[Delivery]:
        """The rows of a batch's clients of one edition, whose messages are in the archive then."""
        clients = self.house.keys.made(recipient.id for recipient, _ in part)
        rows: list[Delivery] = []

        def files() -> Iterator[tuple[str, str, bytes]]:
            for recipient, edition in part:
                self.tenure.keep()
                owner = clients[recipient.id]
                if found := self._adopt(recipient, owner, edition, there):
                    rows.append(found)
                    self._adopted += 1
                    continue
                made = self._made(recipient, owner, edition, paper, there)
                rows.append(self._row(recipient, owner, edition, made.file, made.letter.data,
                                      made.letter.message_id))  # fmt: skip
                yield recipient.id, made.file, made.letter.data

        house, edition = self.house, part[0][1]
        enclose(house.archive, house.keys, house.hand(), edition, files(), paper.shared,
                outbox=self.tenure.ledger.identity)  # fmt: skip
        return rows

    def _made(
        self, recipient: Recipient, owner: Client, edition: str, paper: Stationery,
        there: frozenset[str],
    ) -> Message:  # fmt: skip
        """The client's message, of the first group that no file is of."""
        free = (at for at in map(str, range(1, MOST_GROUPS))
                if member(owner, edition, file_of(at)) not in there)  # fmt: skip
        return compose(
            paper, recipient, owner, self.house.secrets, date=self.house.clock.now(),
            campaign=self.campaign.id, group=next(free),
        )  # fmt: skip

    def _adopt(
        self, recipient: Recipient, owner: Client, edition: str, there: frozenset[str]
    ) -> Delivery | None:
        """The row of a message that a killed run filed and did not enter.

        It is taken over if it is of this campaign and to the address that the client has now.
        """
        for found in adopting.filed(self._reader, owner, self.campaign.id, edition, there):
            self._check_known(recipient, found.made)
            if addresses.folded(found.address) == addresses.folded(recipient.address):
                return self._row(
                    recipient, owner, edition, found.file, found.data, found.message_id
                )
        return None

    def _check_known(self, recipient: Recipient, made: datetime) -> None:
        """Refuse a letter that an outbox lost which was put back from a copy.

        Raises:
            DeliveryError: it may have been sent, and the outbox was doubted without this client.
        """
        name, doubted = self.campaign.id, self._doubted
        if doubted is None or made > doubted:
            return
        lines = self.tenure.ledger.history(name, recipient.id)
        if all(line.time < doubted for line in lines):
            message = f"client {recipient.id!r} has a letter that the outbox lost: it may be sent."
            tip = f"Doubt it, with this list of clients: reporter outbox doubt {name}."
            raise DeliveryError(message, where=recipient.place, tip=tip)

    def _row(  # noqa: PLR0913, PLR0917  what a row says
        self, recipient: Recipient, owner: Client, edition: str, file: str, data: bytes, name: str
    ) -> Delivery:
        self._done += 1
        self.progress(self._done, self.total, "prepared")
        return adopting.row(
            self.campaign.id, recipient, owner, edition, recipient.address, file, data, name
        )

    def _placed(
        self, batch: Sequence[tuple[Recipient, str]], rows: Sequence[Delivery]
    ) -> Iterator[Delivery]:
        """The rows in the order of the list, each with its place and its group of the release."""
        by_client = {row.client: row for row in rows}
        release = self.house.settings.release
        for recipient, _ in batch:
            stage = int(release is not None and self._position >= release.first)
            yield replace(by_client[recipient.id], position=self._position, stage=stage)
            self._position += 1
