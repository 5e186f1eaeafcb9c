"""The site shown on this machine: its files alone, to this machine alone."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reporter.archive.site.serving import file, server
from reporter.errors import ArchiveError
from tests.archives import archive
from tests.listening import answering


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site in small, a secret beside it and a link to that."""
    place = tmp_path / "site"
    (place / "years").mkdir(parents=True)
    (place / "index.html").write_text("home", encoding="utf-8")
    (place / "years/2026.html").write_text("2026", encoding="utf-8")
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (place / "link").symlink_to(tmp_path / "secret")
    return place


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    """Where it is served."""
    with server(folder) as listening, answering(listening) as found:
        yield found


def ask(port: int, path: str, method: str = "GET", host: str = "") -> tuple[int, bytes]:
    """Status and body of an answer; the path goes out as it is written."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host or f"127.0.0.1:{port}")
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


@pytest.mark.parametrize(
    ("path", "body"), [("/", b"home"), ("/index.html?q=1", b"home"), ("/years/2026.html", b"2026")]
)
def test_files_are_shown(port: int, path: str, body: bytes) -> None:
    assert ask(port, path) == (200, body)
    assert ask(port, path, "HEAD") == (200, b"")


@pytest.mark.parametrize(
    "path",
    ["/years/", "/years", "/nothing", "/link", "/../secret", "/%2e%2e/secret",
     "/years/../../secret", "/..%2fsecret", "/years/..%5c..%5csecret", "//etc/passwd",
     "/%00", "/index.html/"],
)  # fmt: skip
def test_nothing_else_is(port: int, path: str) -> None:
    status, body = ask(port, path)
    assert status == 404
    assert b"secret" not in body.replace(b"/secret", b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_is_taken(port: int, method: str) -> None:
    assert ask(port, "/", method)[0] == 501


def test_another_name_for_this_machine_is_refused(port: int) -> None:
    assert ask(port, "/", host="evil.example:80")[0] == 403


def test_a_long_path_is_nothing(folder: Path) -> None:
    assert file(folder.resolve(), "/" + "a" * 5000) is None


def test_a_port_that_is_taken_is_refused(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ArchiveError, match="cannot be had"):
            server(folder, taken.getsockname()[1])


def test_the_command_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    archive(tmp_path, 2)
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "reporter", "archive", "serve", "--no-view", "--archive",
               str(tmp_path / "archive")]  # fmt: skip
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\n", running.stdout.readline())
        assert found, running.stderr.read()
        status, body = ask(int(found[1]), "/")
        assert status == 200
        assert b"Russell 2000 closes at a record" in body
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 0
        assert "Ended." in running.stderr.read()
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]
