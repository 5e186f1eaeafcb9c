"""People who approve, for tests: their keys, and policies that list them."""

from __future__ import annotations

from functools import cache

from reporter.archive import ciphers, policy
from reporter.archive.approving import Wish, approve
from reporter.archive.base import Archive, Hand
from reporter.archive.keys import Signer
from tests.archives import hand

WORDS = "correct horse battery"


@cache
def pem(name: str) -> bytes:
    """Somebody's private key; another name, another key."""
    assert name
    return ciphers.new_signing_key(WORDS)


@cache
def signer(name: str = "ann") -> Signer:
    """Somebody's key, open."""
    return Signer(name, ciphers.public_key(pem(name), WORDS), lambda data: _sign(name, data))


def _sign(name: str, data: bytes) -> str:
    return ciphers.sign(pem(name), WORDS, data)


def row(
    name: str = "Ann Meier",
    key: str = "ann",
    audiences: str = '["retail", "professional"]',
    jurisdictions: str = '["CH", "EU"]',
    more: str = "",
) -> str:
    """An approver's table."""
    return (
        f'[[approvers]]\nname = "{name}"\ntitle = "Head of Research"\n'
        f'key = "{signer(key).public}"\naudiences = {audiences}\n'
        f"jurisdictions = {jurisdictions}\n{more}\n"
    )


def enforce(made: Archive, *rows: str, required: int = 1, minutes: float = 0) -> None:
    """Put a policy into force."""
    text = "".join(rows) + f"[approval]\nrequired = {required}\n"
    policy.put(made, text.encode(), "policy.toml", hand(minutes, "officer"))


def approved(made: Archive, edition: str, by: Hand) -> None:
    """Have an edition approved for all that the approver may."""
    approve(made, Wish(edition), signer(), by)
