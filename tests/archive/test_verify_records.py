"""What `verify` tells of records and entries, and of anything at all in their place."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive import log
from reporter.archive.base import Archive, digest, object_key, opened, record
from reporter.archive.findings import Kind
from reporter.archive.verify import verify
from reporter.filed import Act, Edition
from tests.archive.verifying import made as made  # noqa: PLC0414  a fixture
from tests.archive.verifying import one
from tests.archives import hand
from tests.forging import documents, rewrite
from tests.tampering import begun


def refile(made: Archive, number: int, filed: Edition, **entry: object) -> None:
    """Put another record behind an entry, and compute the chain anew."""
    entries = documents(made.folder)
    entries[number - 1] |= {"objects": {"record": made.keep(record(filed))}} | entry
    rewrite(made.folder, entries)


def test_a_record_that_is_of_another_edition_than_its_entry(made: Archive) -> None:
    edition = made.edition("2026-01-15/weekly")
    for other, words in (
        (replace(edition, id="2026-01-15/daily"), "files 2026-01-15/weekly, but its record is of"),
        (replace(edition, number=3), "is of another day, slug or number"),
        (replace(edition, reason="none"), "says otherwise what 2026-01-15/weekly corrects"),
        (replace(edition, parts=(replace(edition.parts[0], path="files/../../x"),)), "outside of"),
        (replace(edition, parts=(replace(edition.parts[0], path="x"),)), "outside of"),
    ):
        refile(made, 2, other)
        found = verify(opened(made.folder)).findings
        assert any(words in f.message and f.where == log.key(2) for f in found), words


def test_editions_come_in_turn(made: Archive) -> None:
    edition = made.edition("2026-01-15/weekly")
    third = replace(edition, id="2026-01-15/weekly.3", number=3, corrects="2026-01-01/x")
    details = {"corrects": "2026-01-01/x"}
    refile(made, 3, third, edition="2026-01-15/weekly.3", details=details)
    refile(made, 4, edition, edition="2026-01-15/weekly")
    messages = " ".join(f.message for f in verify(opened(made.folder)).findings)
    assert "2026-01-15/weekly.3, but 2026-01-15/weekly.2 was not filed before" in messages
    assert "corrects 2026-01-01/x, which was not filed before" in messages
    assert "files 2026-01-15/weekly again, which entry 2 filed" in messages


def test_an_act_is_about_an_edition_that_is_there(made: Archive) -> None:
    log.append(made.store, hand(60).entry(Act.USED, "2026-01-15/dayly"), lambda _: None)
    assert "is about 2026-01-15/dayly, which was not filed before" in one(made).message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


def _keep(made: Archive, data: bytes) -> str:
    """Put an object, no matter how soon it is on the disk."""
    path = made.folder / object_key(digest(data))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return digest(data)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an archive of two editions, to be copied."""
    return begun(tmp_path_factory.mktemp("two"), 2).folder


@given(st.data())
def test_no_record_makes_verify_fail(two: Path, data: st.DataObject) -> None:
    """Whatever stands in a record or an entry behind a chain that holds, it is a finding."""
    folder = Path(tempfile.mkdtemp(dir=two.parent))
    made = opened(Path(shutil.copytree(two, folder, dirs_exist_ok=True)))
    entries = documents(made.folder)
    document = json.loads(made.object(entries[1]["objects"]["record"]))
    field = data.draw(st.sampled_from([*document, ""]))
    value = data.draw(JSON)
    broken = json.dumps(document | {field: value} if field else value, indent=1, sort_keys=True)
    entries[1]["objects"] = {"record": _keep(made, broken.encode() + b"\n")}
    entries[1]["details"] = {"corrects": data.draw(JSON), "objects": data.draw(JSON)}
    entries[2]["edition"] = data.draw(st.text(st.characters(exclude_categories=["Cs"])))
    previous = "0" * 64
    for number, entry in enumerate(entries, 1):
        text = entry | {"number": number, "previous": previous}
        lines = (f' "{k}": {log._JSON.encode(v)}' for k, v in sorted(text.items()))
        try:
            whole = ("{\n" + ",\n".join(lines) + "\n}\n").encode()
        except UnicodeEncodeError:
            return
        (made.folder / log.key(number)).write_bytes(whole)
        previous = log.decoded(whole, "x").sha256
    verify(opened(made.folder))


@given(st.data())
def test_no_file_makes_verify_fail_or_pass_unseen(two: Path, data: st.DataObject) -> None:
    """Any bytes under any name in the archive's folders: found, and never a traceback."""
    folder = Path(tempfile.mkdtemp(dir=two.parent))
    shutil.copytree(two, folder, dirs_exist_ok=True)
    letters = st.characters(exclude_characters="/\0", exclude_categories=["Cs"])
    name = data.draw(st.sampled_from(["00000001.json", "00000004.json", "00000009.json"])
                     | st.text(letters, min_size=1, max_size=40))  # fmt: skip
    path = folder / data.draw(st.sampled_from(["log", "objects", "objects/00"])) / name
    if name in {".", ".."} or path.is_dir():
        return
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data.draw(st.binary(max_size=50)))
    report = verify(opened(folder))
    assert report.findings or [note.kind for note in report.notes] == [Kind.LEAVING]
    assert all(one.where.isprintable() and one.message.isprintable() for one in report.found)
