"""Keys, policies, approvals and uses by the real command line, each in a process of its own."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reporter.archive.approval import approvals, is_approved
from reporter.archive.base import opened
from reporter.cli import run
from tests.archives import add, archive, draft

ROOT = Path(__file__).parent.parent.parent
WORDS = "correct horse bättery"
WRONG = "incorrect horse bättery"
SHORT = "bättery"
FIRST = "2026-01-15/weekly"
PATIENCE = 60.0


@dataclass
class House:
    """A folder with an archive and keys, and all that was ever printed there."""

    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What its commands see."""
        plain = {k: v for k, v in os.environ.items() if not k.startswith("REPORTER_")}
        return {
            **plain,
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder / "home"),
            "REPORTER_ACTOR": "desk",
            "REPORTER_KEYS": str(self.folder / "keys"),
            "REPORTER_ARCHIVE": str(self.folder / "archive"),
            "TEST_KEYRING": str(self.folder / "keyring.json"),
            "PYTHON_KEYRING_BACKEND": "tests.keyrings.InFile",
            **self.more,
        }

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command, and variables it sees besides."""
        done = subprocess.run(
            [sys.executable, "-m", "reporter", *words], cwd=self.folder, text=True, check=False,
            env={**self.environment, **more}, stdin=subprocess.DEVNULL, capture_output=True,
            encoding="utf-8",
        )  # fmt: skip
        self.printed += [done.stdout, done.stderr]
        return done

    def well(self, *words: str, **more: str) -> str:
        """What a command prints that is done."""
        done = self.run(*words, **more)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ill(self, *words: str, code: int = 1, **more: str) -> str:
        """What a command says that refuses."""
        done = self.run(*words, **more)
        assert (done.returncode, done.stdout) == (code, "")
        assert "Traceback" not in done.stderr
        return done.stderr

    def policy(self, line: str, more: str = "") -> None:
        """Put a policy into force that lists Ann with a key."""
        text = (
            f'[[approvers]]\nname = "Ann Meier"\ntitle = "Head of Research"\n{line}'
            f'audiences = ["retail"]\njurisdictions = ["CH", "US"]\n{more}'
        )
        (self.folder / "policy.toml").write_text(text, encoding="utf-8")
        assert self.well("archive", "policy", "policy.toml").startswith("policy.toml: in force.")

    def check_silent(self) -> None:
        """The passphrase stands nowhere but in the keyring."""
        secret = WORDS.encode()
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name != "keyring.json":
                assert secret not in path.read_bytes(), path
        assert not any(WORDS in text for text in self.printed)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An archive with one edition, prepared by jane."""
    archive(tmp_path, editions=1)
    (tmp_path / "home").mkdir()
    return House(tmp_path)


def test_from_a_new_key_to_an_approved_edition_and_back(house: House) -> None:
    line = house.well("keys", "new", "ann", REPORTER_PASSPHRASE=WORDS)
    assert line.startswith('key = "ed25519:')
    assert house.well("keys", "show", "ann") == line
    assert house.well("keys", "list").split() == ["ann", line.split('"')[1]]
    listed = json.loads(house.well("keys", "list", "--json"))
    assert listed == {"keys": [{"name": "ann", "key": line.split('"')[1]}]}
    assert "No policy is in force" in house.run("archive", "policy").stderr

    house.policy(line)
    assert house.well("archive", "policy") == (house.folder / "policy.toml").read_text()
    assert "in force already" in house.well("archive", "policy", "policy.toml")
    sign = ("approve", FIRST, "--key", "ann", "--jurisdiction", "ch")
    told = house.well(*sign, REPORTER_PASSPHRASE=WORDS)
    assert told == f"{FIRST}: approved by Ann Meier (Head of Research) for retail in CH.\n"
    assert "approved already" in house.well(*sign, REPORTER_PASSPHRASE=WORDS)
    there = opened(house.folder / "archive")
    assert is_approved(there, FIRST, "retail", "CH")
    assert not is_approved(there, FIRST, "retail", "US")

    today = approvals(there, FIRST)[0].time.date().isoformat()
    used = ("archive", "used", FIRST, "--on", today, "--how", "Handed out")
    assert house.well(*used) == f"{FIRST}: use on {today} recorded.\n"
    assert "recorded already" in house.well(*used)
    assert house.well("approve", FIRST, "--withdraw", "--reason", "A wrong level.") == (
        f"{FIRST}: every approval withdrawn.\n"
    )
    assert not is_approved(there, FIRST, "retail", "CH")
    assert "so it could not be used" in house.ill(*used[:-1], "Mailed")
    house.check_silent()


def test_the_keyring_keeps_the_passphrase(house: House) -> None:
    line = house.well("keys", "new", "ann", "--keyring", REPORTER_PASSPHRASE=WORDS)
    house.policy(line)
    kept = json.loads((house.folder / "keyring.json").read_text())
    assert kept == {f"reporter {line.split(chr(34))[1]}": WORDS}
    assert "approved by Ann" in house.well("approve", FIRST, "--key", "ann", "--keyring")
    (house.folder / "keyring.json").unlink()
    told = house.ill("approve", FIRST, "--key", "ann", "--keyring", "--jurisdiction", "US")
    assert "the keyring has no passphrase for the key ann" in told
    house.check_silent()


def test_a_keyring_that_fails_makes_no_key(house: House) -> None:
    for backend, why in (
        ("tests.keyrings.Chatty", "the keyring refuses"),
        ("tests.keyrings.Forgetful", "did not keep"),
        ("keyring.backends.fail.Keyring", "no keyring that could be used"),
    ):
        told = house.ill(
            "keys", "new", "ann", "--keyring", "-v",
            REPORTER_PASSPHRASE=WORDS, PYTHON_KEYRING_BACKEND=backend,
        )  # fmt: skip
        assert why in told
    assert not (house.folder / "keys").exists()
    house.check_silent()


def test_refusals_are_one_message_and_change_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = house.well("keys", "new", "ann", REPORTER_PASSPHRASE=WORDS)
    house.well("keys", "new", "bo", REPORTER_PASSPHRASE=WORDS)
    sign = ("approve", FIRST, "--key", "ann")
    assert "no policy is in force" in house.ill(*sign, REPORTER_PASSPHRASE=WORDS)
    house.policy(line)
    before = opened(house.folder / "archive").entries()
    monkeypatch.chdir(house.folder)
    for name, value in {**house.environment, "REPORTER_PASSPHRASE": WORDS}.items():
        monkeypatch.setenv(name, value)
    for words, why, code in (
        (("keys", "new", "ann"), "there is a key of this name", 1),
        (("keys", "new", "../ann"), "is no name of a key", 2),
        (("keys", "show", "an"), "Did you mean 'ann'", 1),
        (("approve", FIRST), "which of the two is meant", 2),
        (("approve", FIRST, "--withdraw"), "why is it taken back", 2),
        (("approve", FIRST, "--withdraw", "--reason", "x"), "nothing to withdraw", 1),
        ((*sign, "--withdraw", "--reason", "x"), "which of the two is meant", 2),
        ((*sign, "--jurisdiction", "EU"), "nobody may approve for EU, by the policy", 1),
        ((*sign, "--jurisdiction", "!"), "is no jurisdiction", 2),
        ((*sign, "--audience", "retial"), "retial", 2),
        ((*sign, "--actor", "JANE"), "jane prepared or filed it", 1),
        (("approve", FIRST, "--key", "bo"), "does not list the key bo", 1),
        (("approve", "2026-01-16/weekly", "--key", "ann"), "there is no edition", 1),
        (("archive", "policy", "nowhere.toml"), "cannot be read", 2),
        (("archive", "used", FIRST, "--on", "2026-01-16", "--how", "x"), "was not approved", 1),
    ):  # fmt: skip
        assert run(words) == code, words
        told = capsys.readouterr()
        assert why in told.err
        assert told.out == ""
        house.printed.append(told.err)
    assert "does not open the key" in house.ill(*sign, "-v", REPORTER_PASSPHRASE=WRONG)
    assert "no terminal to ask" in house.ill(*sign)
    assert "too short" in house.ill("keys", "new", "cy", code=2, REPORTER_PASSPHRASE=SHORT)
    assert opened(house.folder / "archive").entries() == before
    house.check_silent()


def test_a_policy_s_mistakes_are_told_at_once(house: House) -> None:
    (house.folder / "p.toml").write_text("[aproval]\n[retention]\nyears = 0\n", encoding="utf-8")
    assert house.ill("archive", "policy", "p.toml", code=2) == (
        "Error:\n"
        "p.toml:1: aproval: unknown key. Did you mean 'approval'?\n"
        "p.toml:3: retention years: must be at least 1.\n"
    )


def test_the_second_of_two_is_asked_for(house: House) -> None:
    line = house.well("keys", "new", "ann", REPORTER_PASSPHRASE=WORDS)
    other = house.well("keys", "new", "bo", REPORTER_PASSPHRASE=WORDS)
    bo = (
        f'[[approvers]]\nname = "Bo Lind"\n{other}audiences = ["retail"]\n'
        'jurisdictions = ["CH"]\n[approval]\nrequired = 2\n'
    )
    house.policy(line, bo)
    sign = ("approve", FIRST, "--jurisdiction", "CH", "--key")
    first = house.run(*sign, "ann", REPORTER_PASSPHRASE=WORDS)
    assert "has 1 of 2 approvals for retail in CH" in first.stderr
    assert house.run(*sign, "bo", REPORTER_PASSPHRASE=WORDS).stderr == ""
    assert is_approved(opened(house.folder / "archive"), FIRST, "retail", "CH")


def test_a_clock_behind_the_log_is_refused_and_may_be_right(house: House) -> None:
    line = house.well("keys", "new", "ann", REPORTER_PASSPHRASE=WORDS)
    house.policy(line)
    late = 60 * 24 * 365 * 100
    add(opened(house.folder / "archive"), draft(slug="daily"), minutes=late)
    sign = ("approve", FIRST, "--key", "ann")
    assert "the clock says" in house.ill(*sign, REPORTER_PASSPHRASE=WORDS)
    house.well(*sign, "--clock-is-right", REPORTER_PASSPHRASE=WORDS)


def test_the_example_of_the_handbook_runs(house: House) -> None:
    """As it stands there, with the line pasted into the example policy where it says so."""
    text = (ROOT / "ARCHIVE.md").read_text(encoding="utf-8").partition("## Approval")[2]
    lines = text.partition("```sh\n")[2].partition("```")[0].splitlines()
    assert len(lines) == 5
    example = (ROOT / "examples" / "archive-policy.toml").read_text(encoding="utf-8")
    for line in lines:
        program, *words = shlex.split(line, comments=True)
        assert program == "reporter"
        told = house.well(*words, REPORTER_PASSPHRASE=WORDS)
        if words[0] == "keys":
            pasted = re.sub(r"^key = .*$", told.strip(), example, count=1, flags=re.MULTILINE)
            (house.folder / "archive-policy.toml").write_text(pasted, encoding="utf-8")
        if "--key" in words:
            assert told.endswith("by Ann Meier (Head of Research; Series 24) for professional and "
                                 "retail in CH.\n")  # fmt: skip
    there = opened(house.folder / "archive")
    acts = ["created", "added", "policy", "approved", "used", "withdrawn"]
    assert [entry.act.value for entry in there.entries()] == acts
    house.check_silent()


@pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")
def test_the_passphrase_is_asked_for_without_showing_it(house: House) -> None:
    ask = ("keys", "new", "ann")
    code, seen = typed(house, ask, [("New passphrase", WORDS), ("Repeat", WORDS)])
    assert code == 0
    assert WORDS not in seen
    house.policy(house.well("keys", "show", "ann"))
    sign = ("approve", FIRST, "--key", "ann")
    code, seen = typed(house, sign, [("Passphrase for the key ann", WRONG)])
    assert code == 1
    assert "does not open the key" in seen
    code, seen = typed(house, sign, [("Passphrase for the key ann", WORDS)])
    assert (code, WORDS in seen) == (0, False)
    assert is_approved(opened(house.folder / "archive"), FIRST, "retail", "US")
    code, _ = typed(house, ("keys", "new", "bo"), [("New passphrase", "\x03")])
    assert code == 130
    assert not (house.folder / "keys" / "bo.pem").exists()
    house.check_silent()


def typed(house: House, words: tuple[str, ...], answers: list[tuple[str, str]]) -> tuple[int, str]:
    """A command at a terminal: each answer is typed once its question stands there."""
    import pty

    terminal, inner = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "reporter", *words], cwd=house.folder, env=house.environment,
        stdin=inner, stdout=inner, stderr=inner, start_new_session=True,
        preexec_fn=_take_terminal,  # noqa: PLW1509  no thread runs here
    ) as program:  # fmt: skip
        os.close(inner)
        seen = ""
        for question, answer in answers:
            seen += _until(terminal, question)
            os.write(terminal, f"{answer}\n".encode())
        seen += _until(terminal, "")
        code = program.wait(PATIENCE)
    os.close(terminal)
    house.printed.append(seen)
    return code, seen


def _take_terminal() -> None:
    """Make the terminal the one that /dev/tty is, and whose Ctrl-C is heard."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _until(terminal: int, words: str) -> str:
    """What is printed until these words, or to the end."""
    seen = b""
    while not words or words.encode() not in seen:
        try:
            read = os.read(terminal, 1024)
        except OSError:  # Linux: the program has left
            break
        if not read:
            break
        seen += read
    return seen.decode("utf-8", "replace")
