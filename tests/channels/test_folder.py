"""Letters dropped into a folder: whole, once, and nowhere else."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter import durable
from reporter.channels.base import channels
from reporter.channels.folder import folder, safe
from reporter.errors import DeliveryError, SpecError
from reporter.model import Verdict
from tests.letters import letter, settings


def test_a_letter_lies_under_its_edition_and_client(tmp_path: Path) -> None:
    with channels.get("folder")(settings(tmp_path, drop=Path("out"))) as drop:
        assert drop.limit is None
        assert drop.send(letter()).verdict is Verdict.SENT
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert files == [tmp_path / "out" / "weekly-2026-01-16" / "c1.eml"]
    assert files[0].read_bytes() == letter().data


def test_the_same_letter_again_is_sent_and_another_is_not(tmp_path: Path) -> None:
    with folder(settings(tmp_path, drop=tmp_path)) as drop:
        assert [drop.send(letter()).verdict for _ in range(2)] == [Verdict.SENT] * 2
        other = replace(letter(), data=b"other")
        assert drop.send(other).verdict is Verdict.FAILED
    place = tmp_path / "weekly-2026-01-16"
    assert [path.name for path in place.iterdir()] == ["c1.eml"]
    assert (place / "c1.eml").read_bytes() == letter().data


def test_letters_are_not_for_everybody_where_the_folder_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with folder(settings(tmp_path, drop=tmp_path)) as drop:
        drop.send(letter())
    for path in (tmp_path / "weekly-2026-01-16", *tmp_path.rglob("*.eml")):
        assert not stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO


def test_a_link_that_lies_there_is_not_followed(tmp_path: Path) -> None:
    place = tmp_path / "weekly-2026-01-16"
    place.mkdir()
    (tmp_path / "elsewhere").write_bytes(letter().data)
    (place / "c1.eml").symlink_to(tmp_path / "elsewhere")
    with folder(settings(tmp_path, drop=tmp_path)) as drop:
        assert drop.send(letter()).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    "client",
    ["../../etc/passwd", "/etc/passwd", "..", ".", ".hidden", "a\0b", "a\nb", "x" * 500, ""],
)
def test_no_client_leads_out_of_the_folder(client: str, tmp_path: Path) -> None:
    with folder(settings(tmp_path / "house", drop=tmp_path / "house" / "out")) as drop:
        assert drop.send(replace(letter(), client=client)).verdict is Verdict.SENT
        assert drop.send(replace(letter(), edition=client)).verdict is Verdict.SENT
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert all(path.parent.parent == tmp_path / "house" / "out" for path in files)


NAMES = st.text() | st.sampled_from(["..", ".", "%2E", "", "%", "a/b", "a-b"])


@given(NAMES, NAMES)
def test_different_ids_have_different_names(one: str, other: str) -> None:
    assert (safe(one) == safe(other)) == (one == other)
    assert "/" not in safe(one)
    assert not safe(one).startswith(".")
    assert 0 < len(f".{safe(one)}.eml.4194304-99.tmp".encode()) < 255


def test_a_folder_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="needs a folder"), folder(settings(tmp_path)):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(DeliveryError, match="cannot be made"),
        folder(settings(tmp_path, drop=tmp_path / "file" / "out")),
    ):
        pass


def test_a_full_disk_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_place: Path, _data: bytes) -> Path:
        raise OSError(28, os.strerror(28))

    with folder(settings(tmp_path, drop=tmp_path)) as drop:
        monkeypatch.setattr(durable, "hidden", full)
        answer = drop.send(letter())
    assert (answer.verdict, answer.text) == (
        Verdict.HALTED,
        "the folder refuses: no space left on device",
    )


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    place = tmp_path / "weekly-2026-01-16"
    place.mkdir()
    (place / ".c9.eml.1-0.tmp").write_bytes(b"half")
    with folder(settings(tmp_path, drop=tmp_path)) as drop:
        drop.send(letter())
    assert [path.name for path in place.iterdir()] == ["c1.eml"]


def test_others_of_the_machine_read_nothing(tmp_path: Path) -> None:
    with folder(settings(tmp_path, drop=tmp_path / "out")) as drop:
        drop.send(letter())
    assert not stat.S_IMODE((tmp_path / "out").stat().st_mode) & 0o007
