"""What an approver signs: a statement about one record, and the object that is kept of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reporter.archive import ciphers, log
from reporter.errors import ArchiveError

FORMAT = 1
KIND = "approval of an edition"


@dataclass(frozen=True, slots=True)
class Approval:
    """That somebody approved an edition: what he signed.

    `record` is the sha256 of the edition's record, `policy` that of the policy's file he went by,
    `time` his clock's, with its zone. `entry` is the number of the log's entry.
    """

    edition: str
    record: str
    approver: str
    title: str
    key: str
    audiences: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    time: datetime
    policy: str
    statement: str = ""
    entry: int = 0

    def covers(self, audience: str, jurisdiction: str) -> bool:
        """Whether it is for these readers."""
        return audience in self.audiences and jurisdiction in self.jurisdictions


def statement(made: Approval) -> bytes:
    """The bytes that are signed: one form of JSON, keys sorted, nothing between."""
    document = {
        "format": FORMAT,
        "kind": KIND,
        "edition": made.edition,
        "record": made.record,
        "approver": made.approver,
        "title": made.title,
        "key": made.key,
        "audiences": list(made.audiences),
        "jurisdictions": list(made.jurisdictions),
        "time": made.time.isoformat(),
        "policy": made.policy,
        "statement": made.statement,
    }
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def signed(words: bytes, signature: str) -> bytes:
    """The object that is kept of a signed statement."""
    document = {"format": FORMAT, "signature": signature, "signed": words.decode()}
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def told(made: Approval) -> dict[str, Any]:
    """What the entry says of it in plain sight; the signed statement is what counts."""
    return dict(
        log.details(
            approver=made.approver,
            title=made.title,
            audiences=list(made.audiences),
            jurisdictions=list(made.jurisdictions),
            statement=made.statement,
        )
    )


def read(data: bytes) -> Approval:
    """The approval in an object of the archive.

    Raises:
        ArchiveError: it is none, or its signature is not that of its key.
    """
    try:
        document = json.loads(data)
        words: str = document["signed"]
        said: dict[str, Any] = json.loads(words)
        if (document["format"], said.pop("format"), said.pop("kind")) != (FORMAT, FORMAT, KIND):
            raise ArchiveError("is no approval that this version of reporter knows.")
        lists = {name: tuple(said.pop(name)) for name in ("audiences", "jurisdictions")}
        _check_texts((*said.values(), *(one for many in lists.values() for one in many)))
        made = Approval(**said | lists | {"time": datetime.fromisoformat(said["time"])})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ArchiveError("is no signed statement.") from error
    if not ciphers.is_signed(words.encode(), str(document.get("signature")), made.key):
        raise ArchiveError("its signature is not that of the key it names.")
    return made


def _check_texts(values: Iterable[object]) -> None:
    if not all(isinstance(one, str) for one in values):
        raise TypeError
