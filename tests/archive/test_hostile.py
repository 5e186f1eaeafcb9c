"""An archive that somebody wrote who knows how: every hash holds, and nothing has its shape.

Each command ends with its result or with one message; `verify` says what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reporter.archive import log, packs
from reporter.archive.approval import apart, is_approved
from reporter.archive.base import Archive, opened
from reporter.archive.clients import keys_of
from reporter.archive.enclosures import enclose
from reporter.archive.findings import Found, Kind
from reporter.archive.purging import purge
from reporter.archive.verify import verify
from reporter.cli import options, run
from reporter.errors import ArchiveError
from reporter.filed import Act
from tests.approvers import enforce, row
from tests.archives import FIRST, add, archive, draft, hand

WEEKLY = "2026-01-15/weekly"
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("list",), ("show", WEEKLY), ("log",), ("search", "record"), ("verify",), ("policy",),
    ("purge", "--due", "--dry-run"), ("rebuild", "--all"), ("hold",), ("head",),
    ("site", "--to", "site"), ("used", WEEKLY, "--on", "2026-01-16", "--how", "sent"),
    ("export", WEEKLY, "--to", "out"), ("diff", WEEKLY, "2026-01-22/weekly"),
)  # fmt: skip
RECORDS = (
    b"[]", b"{}", b"null", b"\xff", b"[" * 100_000, b'{"format": 1, "parts": []}',
    b'{"format": 1, "parts": {"files/x": 1}}', b'{"format": 2, "parts": {}}',
)  # fmt: skip


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPORTER_ACTOR", "jane")
    monkeypatch.setattr(options, "now", lambda: datetime(2026, 3, 1, tzinfo=UTC))
    return archive(tmp_path, 2)


def put(made: Archive, act: Act, edition: str = "", **said: Mapping[str, object]) -> int:
    """An entry as somebody writes it who asks nobody; its number."""
    objects = {name: str(one) for name, one in said.get("objects", {}).items()}
    entry = hand(120).entry(act, edition, objects=objects, details=said.get("details"))
    return log.append(made.store, entry, lambda _: None).number


def found(made: Archive) -> list[Found]:
    return list(verify(opened(made.folder)).findings)


def failures(capsys: pytest.CaptureFixture[str]) -> Iterator[str]:
    """The commands that end otherwise than with a result or one message."""
    for words in COMMANDS:
        code = run(["archive", *words])
        err = capsys.readouterr().err
        if code not in {0, 1, 2} or "bug" in err or "\x1b" in err:
            yield f"{words}: {code} {err}"


@pytest.mark.parametrize("data", RECORDS, ids=range(len(RECORDS)))
def test_a_record_of_a_wrong_shape(
    made: Archive, data: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    number = put(made, Act.ADDED, "2026-01-29/weekly", objects={"record": made.keep(data)})
    assert list(failures(capsys)) == []
    (one,) = found(made)
    assert (one.kind, one.where) == (Kind.INCONSISTENT, log.key(number))


def test_an_edition_without_a_record(made: Archive, capsys: pytest.CaptureFixture[str]) -> None:
    put(made, Act.ADDED, "2026-01-29/weekly")
    assert list(failures(capsys)) == []
    assert "files an edition without a record" in found(made)[0].message


@pytest.mark.parametrize(
    "text", [b"[retention\n", b"\xff\xfe\x00", b'"\\u001b[2J" = 1\n', b"[approval]\nrequired = 9\n"]
)
def test_one_policy_that_is_none_is_a_finding(
    made: Archive, text: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    number = put(made, Act.POLICY, objects={"policy": made.keep(text)})
    assert list(failures(capsys)) == []
    (one,) = found(made)
    assert (one.kind, one.where) == (Kind.INCONSISTENT, log.key(number))
    assert one.message.isprintable()
    assert run(["archive", "list"]) == run(["archive", "show", WEEKLY]) == 0
    assert run(["archive", "policy"]) == 1
    assert log.key(number) in capsys.readouterr().err


def test_an_entry_that_names_no_policy_hides_no_forged_approval(made: Archive) -> None:
    put(made, Act.POLICY)
    forged = {"approval": made.keep(b'{"format": 1, "signed": "{}", "signature": ""}')}
    put(made, Act.APPROVED, WEEKLY, objects=forged)
    told = " ".join(one.message for one in found(made))
    assert "puts a policy into force and names none." in told
    assert f"an approval of {WEEKLY} does not count" in told


def test_a_bad_policy_is_replaced_by_a_good_one(made: Archive) -> None:
    put(made, Act.POLICY, objects={"policy": made.keep(b"none")})
    enforce(made, row(), minutes=130)
    add(made, draft(FIRST + timedelta(weeks=5)), 140)


def test_details_that_are_no_words(made: Archive, capsys: pytest.CaptureFixture[str]) -> None:
    put(made, Act.RELEASED, details={"hold": [1]})
    put(made, Act.ENCLOSED, WEEKLY, details={"keys": {"a": 1}})
    put(made, Act.USED, WEEKLY, details={"how": 3})
    put(made, Act.HELD, details={"client": ["\x1b"], "reason": "\x1b[2J"})
    assert list(failures(capsys)) == []


def test_a_release_is_of_a_hold_that_was_there(made: Archive) -> None:
    put(made, Act.RELEASED, details={"hold": len(made.entries()) + 2})
    put(made, Act.HELD, WEEKLY, details={"editions": [WEEKLY], "reason": "A suit."})
    with pytest.raises(ArchiveError, match="under hold"):
        purge(made, hand(10 * 366 * 24 * 60), [WEEKLY])


@pytest.mark.parametrize(
    "index",
    [b"", b"\xff", b"other", b"reporter enclosures 1\na b", b"reporter enclosures 1\na b c 7"],
)
def test_an_index_of_enclosed_files_that_is_none(
    made: Archive, index: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    number = put(made, Act.ENCLOSED, WEEKLY, objects={"index": made.keep(index)})
    assert list(failures(capsys)) == []
    assert [one.where for one in found(made)] == [log.key(number)]


@pytest.mark.parametrize("pack", [b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18)])
def test_a_pack_that_is_none(pack: bytes) -> None:
    with pytest.raises(ArchiveError, match="does not hold"):
        packs.unpacked(pack, "a/b")


def test_no_edition_s_name_leads_out_of_where_files_are_got_to(
    made: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away = "../../away"
    record = json.loads(made.object(made.added()[WEEKLY].objects["record"])) | {"id": away}
    put(made, Act.ADDED, away, objects={"record": made.keep(json.dumps(record).encode())})
    enclose(made, keys_of(made), hand(130), away, [("anna", "a.eml", b"Dear Anna")])
    assert run(["archive", "get", "--client", "anna", "--to", "x/y"]) == 1
    assert "is no path" in capsys.readouterr().err
    assert not (tmp_path / "away").exists()


# --- purges, keys, what lies beside --------------------------------------------------------------


def test_a_purge_before_its_day_or_under_hold_is_found(made: Archive) -> None:
    put(made, Act.HELD, details={"slug": "weekly", "reason": "A suit."})
    number = put(made, Act.PURGED, WEEKLY, details={"objects": []})
    message = f"purges {WEEKLY} though kept through 2031-01-16 and under hold 4."
    assert (log.key(number), message) in [(one.where, one.message) for one in found(made)]


def test_a_purge_of_no_edition_excuses_nothing(made: Archive) -> None:
    gone = made.edition(WEEKLY).parts[0].sha256
    put(made, Act.PURGED, details={"objects": [gone]})
    made.store.remove(f"objects/{gone[:2]}/{gone}")
    assert {one.kind for one in found(made)} == {Kind.INCONSISTENT, Kind.MISSING}


def test_a_client_s_key_that_was_lost_is_found(made: Archive) -> None:
    keys = keys_of(made)
    enclose(made, keys, hand(130), WEEKLY, [("anna", "a.eml", b"Dear Anna")])
    assert found(made) == []
    client = keys.client("anna")
    assert client
    keys.destroy("anna")
    (one,) = found(made)
    assert (one.kind, client.handle[:8] in one.message) == (Kind.MISSING, True)


@pytest.mark.parametrize("place", ["private/clients", "private/clients/ab"])
def test_what_a_killed_maker_of_keys_left_goes_with_the_next(made: Archive, place: str) -> None:
    keys = keys_of(made)
    keys.open()
    left = made.folder / place / ".x.key.1-1.tmp"
    left.parent.mkdir(exist_ok=True, mode=0o700)
    left.write_bytes(b"half")
    keys.made(["anna"])
    assert not left.exists()
    assert keys.client("anna")


def test_what_lies_beside_is_noted(made: Archive) -> None:
    assert run(["archive", "list"]) == 0
    for name in ("private", "pictures"):
        (made.folder / name).mkdir(exist_ok=True)
    assert verify(made).notes == ()
    (made.folder / "my\x1bnotes.txt").write_text("x")
    report = verify(made)
    assert report.findings == ()
    assert [(one.kind, one.where) for one in report.notes] == [(Kind.FOREIGN, "my\\x1bnotes.txt")]


def test_a_policy_for_an_archive_that_is_none_yet_says_so(
    made: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("policy.toml").write_text("[retention]\nyears = 9\n")
    assert run(["archive", "policy", "policy.toml", "--archive", "archiv"]) == 0
    assert "New archive begun in archiv." in capsys.readouterr().err
    assert run(["archive", "policy", "policy.toml", "--archive", str(made.folder)]) == 0
    assert "no archive" not in capsys.readouterr().err


def test_each_edition_is_weighed_by_its_own_few_entries(made: Archive) -> None:
    enforce(made, row(), minutes=130)
    few = apart(made.entries())
    assert {name: [one.act for one in its] for name, its in few.items()} == {
        WEEKLY: [Act.POLICY, Act.ADDED], "2026-01-22/weekly": [Act.POLICY, Act.ADDED],
    }  # fmt: skip
    assert not is_approved(made, WEEKLY, "retail", "CH", few[WEEKLY])
