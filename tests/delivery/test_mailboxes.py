"""A maildir and a real IMAP server give the same mail, and nothing in them is lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from reporter.delivery import imap, mailboxes
from reporter.delivery.inbox import LARGEST, Mailbox
from reporter.errors import DeliveryError, SpecError
from tests import dovecot
from tests.dovecot import Dovecot

LOGIN = f"{dovecot.USER.replace('@', '%40')}@"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot.running() as running:
        yield running


def put(maildir: Path, number: int, size: int = 0) -> None:
    data = (
        f"Message-ID: <m{number}@example.com>\nSubject: {number}\n\nText\n".encode() + b"x" * size
    )
    (maildir / "new" / f"{1_768_000_000 + number}.M{number}.host").write_bytes(data)


def folders(maildir: Path) -> None:
    """An empty maildir, of whoever owns the folder it lies in."""
    for part in (".", "cur", "new", "tmp"):
        (maildir / part).mkdir(parents=True, exist_ok=True)
        if not os.geteuid():
            owner = maildir.parent.stat().st_uid if part == "." else maildir.stat().st_uid
            os.chown(maildir / part, owner, owner)
        if part == ".":
            continue
        for file in (maildir / part).iterdir():
            file.unlink()


def secret(name: str) -> str:
    return {"imap-password": dovecot.PASSWORD, "imap-token": dovecot.token()}[name]


def opened(server: Dovecot, kind: str, **other: object) -> AbstractContextManager[Mailbox]:
    urls = {
        "maildir": str(server.maildir),
        "imaps": f"imaps://{LOGIN}localhost:{server.tls_port}/INBOX",
        "imap": f"imap://{LOGIN}127.0.0.1:{server.port}/INBOX",
    }
    authority = None if other else server.authority
    return mailboxes.opened(urls[kind], Path(), secret, authority, 20)


def files(maildir: Path) -> list[str]:
    return sorted(p.name for p in maildir.rglob("17680*") if p.is_file())


@pytest.fixture
def inbox(server: Dovecot) -> Path:
    """A mailbox with three messages."""
    for part in ("cur", "new"):
        for file in (server.maildir / part).iterdir():
            file.unlink()
    for number in range(3):
        put(server.maildir, number)
    return server.maildir


KINDS = pytest.mark.parametrize("kind", ["maildir", "imaps", "imap"])


@KINDS
def test_messages_wait_until_they_are_dealt_with(server: Dovecot, inbox: Path, kind: str) -> None:
    put(inbox, 3, 1_000_000)
    with opened(server, kind) as box:
        found = dict(box.waiting())
        assert [len(data) <= LARGEST for data in found.values()] == [True] * 4
        assert b"Subject: 0" in next(iter(found.values()))
        assert len(list(box.waiting())) == 4
        first, second, *_ = found
        box.done(first)
        box.done(second, flagged=True)
        box.done(first)
    with opened(server, kind) as box:
        assert list(dict(box.waiting())) == list(found)[2:]
        assert sorted(box.message_ids()) == [f"<m{n}@example.com>" for n in range(4)]
    names = files(inbox)
    assert len(names) == 4
    assert ["S" in name.partition(":2,")[2] for name in names] == [True, True, False, False]
    assert ["F" in name.partition(":2,")[2] for name in names] == [False, True, False, False]


@KINDS
def test_what_is_dealt_with_moves_where_there_is_a_place(
    server: Dovecot, inbox: Path, kind: str
) -> None:
    place = inbox / ".Processed"
    folders(place)
    try:
        with opened(server, kind) as box:
            for key, _ in box.waiting():
                box.done(key)
            assert list(box.waiting()) == []
            assert len(list(box.message_ids())) == 3
        assert len([file for file in (place / "cur").iterdir() if file.is_file()]) == 3
    finally:
        shutil.rmtree(place)


def test_a_token_logs_in_and_a_forged_one_does_not(server: Dovecot, inbox: Path) -> None:
    assert len(files(inbox)) == 3
    url = f"imaps://{LOGIN[:-1]};AUTH=XOAUTH2@localhost:{server.tls_port}/INBOX"
    with mailboxes.opened(url, Path(), secret, server.authority, 20) as box:
        assert len(list(box.waiting())) == 3
    forged = dovecot.token(b"another key")
    with pytest.raises(DeliveryError, match="refuses the login") as told:
        mailboxes.opened(url, Path(), lambda _: forged, server.authority, 20).__enter__()
    assert "REPORTER_IMAP_TOKEN" in told.value.tip
    assert not {forged, dovecot.USER} & set(str(told.value).split())


def test_a_certificate_of_nobody_is_refused(server: Dovecot) -> None:
    with pytest.raises(DeliveryError, match="certificate is not trusted") as told:
        opened(server, "imaps", authority=None).__enter__()
    assert dovecot.PASSWORD not in str(told.value)


def test_a_certificate_of_another_host_is_refused() -> None:
    """Its authority is trusted, and it is in time: only its name is wrong."""
    with (
        dovecot.running(("mail.elsewhere.example",)) as other,
        pytest.raises(DeliveryError, match="not trusted: Hostname mismatch"),
        opened(other, "imaps"),
    ):
        pass


def test_a_login_refused_is_told_without_user_and_password(server: Dovecot) -> None:
    url = f"imap://{LOGIN}127.0.0.1:{server.port}/INBOX"
    with pytest.raises(DeliveryError, match="refuses the login") as told:
        mailboxes.opened(url, Path(), lambda _: "wrong-word", None, 20).__enter__()
    assert "wrong-word" not in str(told.value)
    assert "returns" not in str(told.value)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("imap://me@mail.example/INBOX", "in the clear"),
        ("imaps://me:secret@mail.example/INBOX", "a password stands"),
        ("imaps://mail.example/INBOX", "names no mailbox"),
        ("pop3://me@mail.example", "names no mailbox"),
        ("imaps://me@mail.example:x/", "names no mailbox"),
        ("imaps://me@mail.example/a%0d%0ab", "signs that none has"),
        ("imaps://me@mail.example/a%22", "signs that none has"),
    ],
)
def test_an_address_that_is_none_is_refused(url: str, why: str) -> None:
    with pytest.raises(SpecError, match=why) as told:
        imap.address(url)
    assert "secret" not in str(told.value)


def test_the_parts_of_an_address() -> None:
    found = imap.address("imaps://me@house.example;AUTH=XOAUTH2@mail.example/Ret%20urns")
    assert (found.user, found.host, found.port) == ("me@house.example", "mail.example", 993)
    assert (found.folder, found.token, found.encrypted) == ("Ret urns", True, True)
    assert imap._quoted("Zurückgekommen & mehr") == '"Zur&APw-ckgekommen &- mehr"'


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(DeliveryError, match="does not give the mailbox"):
        mailboxes.opened("imap://me@127.0.0.1:1/INBOX", Path(), str, None, 1).__enter__()


def test_a_folder_that_is_no_maildir_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="is no maildir"):
        mailboxes.opened(str(tmp_path), Path(), str).__enter__()


def test_links_in_a_maildir_are_not_followed(tmp_path: Path) -> None:
    folders(tmp_path / "box")
    (tmp_path / "secret").write_text("Subject: x\n\n")
    (tmp_path / "box" / "new" / "1.link").symlink_to(tmp_path / "secret")
    with mailboxes.opened("box", tmp_path, str) as box:
        assert list(box.waiting()) == []
