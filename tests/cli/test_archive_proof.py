"""`reporter archive verify`, `head` and `log`: what they print, and how they leave."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reporter.archive import log
from reporter.archive.base import Archive, opened
from reporter.cli import run
from reporter.filed import Act
from tests.archives import add, draft, hand
from tests.programs import needs
from tests.tampering import begun

HANDBOOK = Path("ARCHIVE.md").read_text(encoding="utf-8")


@pytest.fixture
def made(tmp_path: Path) -> Archive:
    return begun(tmp_path, 2)


def told(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = run(["archive", *map(str, words)])
    out, err = capsys.readouterr()
    return code, out, err


def verified(
    made: Archive, capsys: pytest.CaptureFixture[str], *words: object
) -> tuple[int, str, str]:
    return told(capsys, "verify", "--archive", made.folder, *words)


def test_a_head_is_kept_and_gone_by(made: Archive, capsys: pytest.CaptureFixture[str]) -> None:
    file = made.folder.parent / "heads.txt"
    for _ in range(2):
        code, out, err = told(capsys, "head", "--archive", made.folder, "--to", file)
        assert code == 0
        assert file.read_text() == out
    assert "has this head already" in err
    sha256, name = made.entries()[-1].sha256, made.entries()[0].sha256[:12]
    assert out == f"reporter-archive {name} 3 {sha256} 2026-01-16T12:02:00Z\n"
    code, shown, _ = verified(made, capsys, "--head", file, "--head", out)
    count = sum(path.is_file() for path in (made.folder / "objects").rglob("*"))
    assert code == 0
    assert shown.splitlines()[0].startswith(f"3 entries, 2 editions, {count} objects of ")
    assert shown.splitlines()[1:] == [
        f"The log ends with entry 3, {sha256}.",
        "Heads given: 1; those that hold are of entry 3.",
        "Nothing was changed or taken away.",
    ]
    add(made, draft(slug="daily"), 60)
    _, shown, _ = verified(made, capsys, "--head", file)
    assert "up to entry 3; the 1 entry since hold together." in shown


def test_without_a_head_it_says_what_cannot_be_known(
    made: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = verified(made, capsys)
    assert code == 0
    assert "No head was given, so this cannot be known" in out
    assert out.endswith("What is there holds together.\n")
    assert verified(made, capsys, "-q") == (0, "", "")


def test_findings_are_a_line_each_and_the_exit_code_one(
    made: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    file = made.folder.parent / "heads.txt"
    told(capsys, "head", "--archive", made.folder, "--to", file)
    (made.folder / log.key(3)).unlink()
    code, out, err = verified(made, capsys, "--head", file, "-q")
    assert (code, err) == (1, "")
    (line,) = out.splitlines()
    assert line.startswith("truncated: log: ends at entry 2, but a head was taken of entry 3")
    code, out, _ = verified(made, capsys, "--head", file, "--json")
    document = json.loads(out)
    assert (code, document["clean"], document["entries"]) == (1, False, 2)
    assert document["findings"][0]["kind"] == "truncated"
    assert [head["holds"] for head in document["heads"]] == [False]
    assert {note["kind"] for note in document["notes"]} == {"leaving"}


def test_many_findings_are_cut_short_on_the_terminal_alone(
    made: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(150):
        (made.folder / "log" / f"strange-{number}\x1b[2J").write_bytes(b"")
    code, out, _ = verified(made, capsys)
    assert code == 1
    assert out.splitlines()[100] == "and 50 more: --json has all."
    assert "\x1b" not in out
    assert out.endswith("150 findings.\n")
    _, out, _ = verified(made, capsys, "--json")
    assert len(json.loads(out)["findings"]) == 150


@pytest.mark.parametrize("text", ["", "nowhere.txt", "README.md", "reporter-archive 3 0123456789"])
def test_no_head_never_passes(made: Archive, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = verified(made, capsys, "--head", text)
    assert (code, out) == (1, "")
    assert err.startswith("Error: ")
    assert "bug" not in err


def test_where_no_archive_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["verify"], ["head"], ["log"]):
        code, out, err = told(capsys, *words, "--archive", tmp_path)
        assert (code, out) == (1, "")
        assert "holds no archive" in err
    (tmp_path / "log").mkdir()
    assert "no head" in told(capsys, "head", "--archive", tmp_path)[2]
    assert told(capsys, "log", "--archive", tmp_path) == (0, "", "The log is empty.\n")


def test_the_log_is_printed(made: Archive, capsys: pytest.CaptureFixture[str]) -> None:
    add(made, draft(headline="Other"), 5, corrects="2026-01-15/weekly")
    entry = hand(6, "jo\x1b[2J\u202e").entry(Act.HELD, "2026-01-22/weekly", details={
        "audiences": ["professional", "retail"], "x": [1, 2], "gone": ["0" * 64],
    })  # fmt: skip
    log.append(made.store, entry, lambda _: None)
    code, out, _ = told(capsys, "log", "--archive", made.folder)
    head, *rows = out.splitlines()
    assert code == 0
    assert head.split() == ["entry", "time", "(UTC)", "actor", "act", "edition", "what"]
    assert len(rows) == 5
    assert re.match(r"4 +2026-01-16 12:05:00 +jane +added +2026-01-15/weekly\.2 +corr", rows[3])
    assert re.search("reason: A wrong close., .*record [0-9a-f]{12}$", rows[3])
    assert r"jo\x1b[2J\u202e" in rows[4]
    assert rows[4].endswith("audiences: professional and retail, gone: 1, x: 2")
    code, out, _ = told(capsys, "log", "2026-01-15/weekly", "--archive", made.folder)
    assert [row.split()[0] for row in out.splitlines()[1:]] == ["2", "4"]
    code, out, _ = told(capsys, "log", "--json", "--archive", made.folder)
    entries = json.loads(out)["entries"]
    assert [one["sha256"] for one in entries] == [one.sha256 for one in made.entries()]
    assert entries[1]["previous"] == entries[0]["sha256"]
    code, _, err = told(capsys, "log", "2026-01-15/dayly", "--archive", made.folder)
    assert (code, "there is no edition '2026-01-15/dayly'" in err) == (1, True)


# --- without the program ------------------------------------------------------------------------

SHELL = re.findall(r"^```sh\n(previous=.*?)^```$", HANDBOOK, re.MULTILINE | re.DOTALL)
PYTHON = re.findall(r"^```python\n(import json\n.*?)^```$", HANDBOOK, re.MULTILINE | re.DOTALL)


def shell(folder: Path) -> list[str]:
    """What the handbook's lines for the shell say of an archive."""
    (script,) = SHELL
    done = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True,
                          check=False)  # fmt: skip
    return (done.stdout + done.stderr).splitlines()


@needs("sha256sum")
def test_the_chain_is_checked_without_the_program(made: Archive) -> None:
    last = made.entries()[-1]
    assert shell(made.folder) == [f"3 {last.sha256}"]
    entry = made.folder / log.key(2)
    kept = entry.read_bytes()
    entry.write_bytes(kept.replace(b"jane", b"joan"))
    assert shell(made.folder)[0] == "log/00000003.json: does not follow"
    entry.unlink()
    assert "before log/00000003.json: missing" in shell(made.folder)
    entry.write_bytes(kept)
    victim = next(path for path in (made.folder / "objects").rglob("*") if path.is_file())
    victim.write_bytes(b"x")
    assert f"{victim.relative_to(made.folder)}: FAILED" in shell(made.folder)


def test_what_must_be_there_is_listed_without_the_program(made: Archive) -> None:
    (script,) = PYTHON
    part = made.edition("2026-01-15/weekly").part("files/brief.pdf")
    assert part

    def listed() -> list[str]:
        done = subprocess.run([sys.executable, "-c", script], cwd=made.folder, text=True,
                              capture_output=True, check=True)  # fmt: skip
        return done.stdout.splitlines()

    assert len(listed()) == 2 * (1 + 5)
    assert not [line for line in listed() if line.endswith("missing")]
    made.store.remove(f"objects/{part.sha256[:2]}/{part.sha256}")
    missing = [line for line in listed() if line.endswith("missing")]
    assert missing == [f"{part.sha256} 2026-01-15/weekly files/brief.pdf missing"]
    assert opened(made.folder).entries()
