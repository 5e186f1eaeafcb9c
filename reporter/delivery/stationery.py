"""What all clients' messages of an edition have in common, read from the archive once."""

from __future__ import annotations

from dataclasses import dataclass

from reporter.archive.base import Archive
from reporter.delivery.settings import Settings
from reporter.filed import Edition


@dataclass(frozen=True, slots=True)
class Stationery:
    """What is the same for all; see the fields of the finished module."""

    edition: Edition
    settings: Settings
    limit: int
    shared: tuple[bytes, ...]


def stationery(
    archive: Archive,
    edition_id: str,
    settings: Settings,
    *,
    limit: int | None = None,
    corrected: Edition | None = None,
) -> Stationery:
    """The stationery of an edition.

    Args:
        archive: where it is filed.
        edition_id: its id.
        settings: how the house delivers.
        limit: the most bytes that the server takes, where it says; else None.
        corrected: the edition that this one corrects, where clients are told so.

    Raises:
        DeliveryError: it was built without a mail body, or that cannot be filled.
        ArchiveError: something of it is missing.
    """
    raise NotImplementedError
