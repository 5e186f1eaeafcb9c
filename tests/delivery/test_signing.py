"""Signatures that receivers verify, and keys that are refused before anything is sent."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from reporter.delivery.signing import signer
from reporter.delivery.stationery import stationery
from reporter.errors import DeliveryError
from tests.delivery import editions
from tests.delivery.letters import ANN, MORNING, composed, key, pem, record, secrets, signing

SHORT = b"From: a@house.example\r\nTo: b@client.test\r\nSubject: x\r\nDate: y\r\n\r\nHello.\r\n"


def verified(data: bytes) -> bool:
    """Whether a receiver believes the signature, whose key DNS gives."""
    asked: list[bytes] = []

    def dns(name: bytes, timeout: int = 5) -> bytes:
        del timeout
        asked.append(name)
        return record()

    found = bool(dkim.verify(data, dnsfunc=dns))
    assert asked == [b"s1._domainkey.house.example."]
    return found


def test_a_message_is_verified_as_it_arrives(tmp_path: Path) -> None:
    made, edition = editions.archive(tmp_path)
    paper = stationery(made, edition, editions.settings(tmp_path))
    whose = replace(ANN, name="Jürg Zürcher", note="From here\n.\n", holdings=("^VIX",))
    data = composed(paper, whose, secrets(signed=True)).letter.data
    assert verified(data)
    names = data.replace(b"\r\n ", b" ").partition(b"; h=")[2].partition(b";")[0].split(b" : ")
    assert {b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type",
            b"list-unsubscribe", b"list-unsubscribe-post"} <= set(names)  # fmt: skip
    assert names.count(b"from") == 2
    assert not verified(data.replace(b"Ann", b"Eve").replace(b"record", b"Record"))
    assert not verified(data.replace(b"\r\nFrom:", b"\r\nFrom: eve@evil.test\r\nFrom:", 1))
    assert not verified(data.replace(b"One-Click", b"One-click"))


def test_a_signature_holds_by_hand() -> None:
    """RFC 6376, 3.4.2 and 3.7, without the library that signs: headers relaxed, body as it is."""
    head, _, body = signing().signed(SHORT, MORNING).partition(b"\r\n\r\n")
    fields = [one.partition(b":") for one in re.split(rb"\r\n(?![ \t])", head)]
    given = {name.lower(): b" ".join(words.split()) for name, _, words in fields}
    told = given[b"dkim-signature"]
    tags = dict(one.strip().partition(b"=")[::2] for one in told.split(b";"))
    assert (tags[b"a"], tags[b"c"]) == (b"rsa-sha256", b"relaxed/simple")
    assert tags[b"bh"].replace(b" ", b"") == base64.b64encode(hashlib.sha256(body).digest())
    seen: set[bytes] = set()
    lines = []
    for name in (one.strip() for one in tags[b"h"].split(b":")):
        if name not in seen and name in given:  # named once more, it may not be added later
            lines.append(name + b":" + given[name] + b"\r\n")
        seen.add(name)
    unsigned = re.sub(rb"\bb=[^;]*", b"b=", told)
    signed = b"".join(lines) + b"dkim-signature:" + unsigned
    value = base64.b64decode(tags[b"b"].replace(b" ", b""))
    key(2048).public_key().verify(value, signed, PKCS1v15(), SHA256())


@pytest.mark.parametrize("newer", [False, True])
def test_both_forms_of_a_key_sign(newer: bool) -> None:  # noqa: FBT001
    assert verified(signer(editions.DKIM, pem(newer=newer)).signed(SHORT, MORNING))


def test_the_signature_tells_the_given_time() -> None:
    known = signing()
    one, other = (known.signed(SHORT, MORNING) for _ in range(2))
    assert one == other
    assert f"t={int(MORNING.timestamp())};".encode() in one.replace(b"\r\n ", b" ")
    assert known.signed(SHORT, MORNING + timedelta(seconds=1)) != one


def test_a_short_key_is_refused() -> None:
    with pytest.raises(DeliveryError, match="has 1024 bits; receivers want 2048") as raised:
        signer(editions.DKIM, pem(1024))
    assert raised.value.where == "dkim-key of s1._domainkey.house.example"


BROKEN = b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"


@pytest.mark.parametrize("key", [b"", b"secret", BROKEN])
def test_what_is_no_key_is_refused_and_not_repeated(key: bytes) -> None:
    with pytest.raises(DeliveryError, match="no RSA key") as raised:
        signer(editions.DKIM, key)
    assert "secret" not in str(raised.value)
    assert "AAAA" not in repr(raised.value)


def test_a_signer_shows_no_key() -> None:
    assert "PRIVATE" not in repr(signing())


def test_the_body_s_hash_is_of_the_bytes_that_leave() -> None:
    head, _, body = signing().signed(SHORT, MORNING).partition(b"\r\n\r\n")
    hashed = base64.b64encode(hashlib.sha256(body).digest())
    assert head.replace(b"\r\n ", b"").partition(b"bh=")[2].startswith(hashed + b";")
