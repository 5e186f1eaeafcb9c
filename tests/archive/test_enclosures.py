"""What clients were sent is had again to the byte, by them alone, until they are forgotten."""

from __future__ import annotations

import os
import time
from base64 import encodebytes
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporter.archive import ciphers, packs
from reporter.archive.base import Archive, digest
from reporter.archive.clients import Keys, keys_of
from reporter.archive.enclosures import (
    LEAST_SHARED,
    cutter,
    enclose,
    had,
    joined,
    known_client,
)
from reporter.archive.retention import chronicle
from reporter.errors import ArchiveError, SpecError
from reporter.filed import Act
from tests.archives import add, archive, draft, hand

WEEKLY = "2026-01-15/weekly"
PDF = encodebytes(bytes(range(256)) * 300).replace(b"\n", b"\r\n")


def message(client: str, pdf: bytes = PDF) -> bytes:
    """A message as it is sent: his own lines, and an attachment that all have."""
    return f"To: {client}\r\nX-Canary: canary-{client}\r\n\r\n".encode() + pdf + b"\r\n--end--\r\n"


def filed(made: Archive, *clients: str, minutes: float = 5, edition: str = WEEKLY) -> Keys:
    """Messages to clients filed with an edition."""
    keys = keys_of(made)
    files = ((one, "message.eml", message(one)) for one in clients)
    enclose(made, keys, hand(minutes), edition, files, [PDF])
    return keys


def had_by(made: Archive, client: str, **which: object) -> list[tuple[str, str, bytes]]:
    known = chronicle(made.entries())
    found = had(made, known_client(made, keys_of(made), client), known, **which)  # type: ignore[arg-type]
    return [(one.edition, one.name, one.data) for one in found]


def test_a_message_is_had_again_to_the_byte(tmp_path: Path) -> None:
    made = archive(tmp_path, 2)
    filed(made, "anna", "otto")
    filed(made, "anna", minutes=2000, edition="2026-01-22/weekly")
    first = (WEEKLY, "message.eml", message("anna"))
    second = ("2026-01-22/weekly", "message.eml", message("anna"))
    assert had_by(made, "anna") == [first, second]
    assert had_by(made, "otto") == [(WEEKLY, "message.eml", message("otto"))]
    assert had_by(made, "anna", edition=WEEKLY) == [first]
    assert had_by(made, "anna", on=date(2026, 1, 15)) == [first]
    assert had_by(made, "anna", on=date(2026, 1, 17)) == [second]
    with pytest.raises(ArchiveError, match="no files are kept"):
        had_by(made, "carl")


def test_filing_again_is_once_and_other_bytes_are_refused(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    keys = filed(made, "anna")
    before = len(made.entries())
    again = enclose(made, keys, hand(6), WEEKLY, [("anna", "message.eml", message("anna"))])
    assert (again.new, again.same, len(made.entries())) == (0, 1, before)
    with pytest.raises(ArchiveError, match="with other bytes"):
        enclose(made, keys, hand(7), WEEKLY, [("anna", "message.eml", b"other")])
    assert len(made.entries()) == before
    with pytest.raises(ArchiveError, match="with other bytes"):
        enclose(made, keys, hand(7), WEEKLY, [("carl", "a", b"one"), ("carl", "a", b"two")])


def test_what_is_shared_is_kept_once(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    filed(made, *(f"client-{n}" for n in range(50)))
    entry = made.entries()[-1]
    assert set(entry.objects) == {"index", "pack.0", "shared.0"}
    assert entry.objects["shared.0"] == digest(PDF)
    assert len(made.object(entry.objects["pack.0"])) < len(PDF)


def test_a_file_that_is_the_edition_s_own_holds_nothing(tmp_path: Path) -> None:
    made = archive(tmp_path)
    edition = add(made, draft(pdf=b"%PDF" + os.urandom(100_000)))
    part = edition.part("files/brief.pdf")
    assert part
    pdf = made.object(part.sha256)
    enclose(made, keys_of(made), hand(1), WEEKLY, [("anna", "brief.pdf", pdf)])
    assert len(made.object(made.entries()[-1].objects["pack.0"])) < 1000
    assert had_by(made, "anna") == [(WEEKLY, "brief.pdf", pdf)]


def test_nothing_in_the_store_tells_who_or_what(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    clients = [f"id-of-{digest(bytes([n]))[:12]}" for n in range(200)]
    filed(made, *clients)
    store = b"".join(p.read_bytes() + str(p).encode() for place in ("objects", "log")
                     for p in (tmp_path / "archive" / place).rglob("*") if p.is_file())  # fmt: skip
    assert PDF in store
    assert b"message.eml" not in store
    for one in clients:
        assert one.encode() not in store
        assert digest(one.encode()).encode() not in store
    assert len(had_by(made, clients[7])) == 1


def test_a_file_opens_as_no_other_and_with_no_other_key(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    keys = filed(made, "anna", "otto")
    anna, otto = (known_client(made, keys, name) for name in ("anna", "otto"))
    entry = made.entries()[-1]
    (line,) = packs.lines(made, entry, anna.handle)
    sealed = packs.unpacked(made.object(packs.pack(entry, line)), line.member)
    about = f"{WEEKLY}\n{line.member}\n{line.content}".encode()
    assert b"canary-anna" in ciphers.unseal(anna.sealing, sealed, about)
    for key, bound in (
        (otto.sealing, about),
        (anna.key, about),
        (anna.sealing, about.replace(b"2026-01-15", b"2026-01-22")),
        (anna.sealing, about.replace(anna.handle.encode(), otto.handle.encode())),
    ):
        with pytest.raises(ArchiveError, match="does not open"):
            ciphers.unseal(key, sealed, bound)


NO_NAMES = ["", ".", "..", "../x", "a/b", "a\\b", "C:x", "a\x00", "a\nb", "x" * 201]


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_is_a_plain_one(tmp_path: Path, name: str) -> None:
    made = archive(tmp_path, 1)
    with pytest.raises(SpecError, match="plain name"):
        enclose(made, keys_of(made), hand(1), WEEKLY, [("anna", name, b"")])
    assert made.entries()[-1].act is Act.ADDED


def test_other_keys_than_the_archive_s_are_refused(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    filed(made, "anna")
    other = keys_of(made, tmp_path / "elsewhere")
    for attempt in (
        lambda: enclose(made, other, hand(6), WEEKLY, [("anna", "b", b"")]),
        lambda: known_client(made, other, "anna"),
    ):
        with pytest.raises(ArchiveError, match="lie in another folder"):
            attempt()


def test_nothing_is_filed_of_what_breaks_off(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)

    def breaking() -> Iterator[tuple[str, str, bytes]]:
        yield "anna", "message.eml", b"one"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        enclose(made, keys_of(made), hand(1), WEEKLY, breaking())
    with pytest.raises(ArchiveError, match="there is no edition"):
        enclose(made, keys_of(made), hand(1), "2026-01-15/daily", [("anna", "a", b"")])
    assert made.entries()[-1].act is Act.ADDED


def test_many_messages_are_few_objects(tmp_path: Path) -> None:
    """The messages are small here; what they share costs nothing but the hashing."""
    made = archive(tmp_path, 1)
    count = 10_000 if int(os.environ.get("REPORTER_TRIALS", "10")) > 100 else 1000
    before = sum(1 for _ in made.store.keys("objects"))
    filed(made, *(f"client-{n}" for n in range(count)))
    assert sum(1 for _ in made.store.keys("objects")) - before == count / packs.FILES + 2
    began = time.perf_counter()
    known = chronicle(made.entries())
    listed = [line for one in known.enclosed[WEEKLY] for line in packs.lines(made, one)]
    assert time.perf_counter() - began < 1
    assert len({line.handle for line in listed}) == len(listed) == count
    assert had_by(made, "client-999") == [(WEEKLY, "message.eml", message("client-999"))]


def test_packs_are_split_by_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = archive(tmp_path, 1)
    monkeypatch.setattr(packs, "SIZE", 1000)
    sizes = {f"c{n}": os.urandom(400 * (n + 1)) for n in range(5)}
    files = [(name, "a", data) for name, data in sizes.items()]
    enclose(made, keys_of(made), hand(1), WEEKLY, files)
    assert len([name for name in made.entries()[-1].objects if name.startswith("pack")]) == 5
    assert [had_by(made, name)[0][2] for name in sizes] == list(sizes.values())


RUN = st.binary(min_size=1, max_size=3).map(lambda some: some * LEAST_SHARED)


@settings(max_examples=200)
@given(runs=st.lists(RUN, max_size=4), data=st.data())
def test_what_is_taken_apart_is_put_together(runs: list[bytes], data: st.DataObject) -> None:
    pieces = st.one_of(st.binary(max_size=20), st.sampled_from(runs or [b""]), st.just(b"a" * 300))
    whole = b"".join(data.draw(st.lists(pieces, max_size=8)))
    tool = cutter([digest(b"")], runs)
    objects = {digest(run): run for run in (*runs, b"")}
    cut = tool.cut(whole, digest(whole))
    assert joined(cut, objects.__getitem__) == whole
    words = [one for one in cut.pieces if isinstance(one, str)]
    assert len(cut.own) == len(whole) - sum(len(objects[one]) for one in words)
