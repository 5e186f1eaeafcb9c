"""A real PostgreSQL for tests: its own cluster in a temporary folder, on a free port of 127.0.0.1.

Nothing of a server that may run on the machine is touched. The server stops with the process that
started it, however that ends: a shell holds it and waits for the end of its input.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.listening import answers, free_port

OWNER = "owner"
PASSWORD = "let-me-in"  # noqa: S105  of a server that lives as long as a test run
PATIENCE = 60.0  # seconds the server may take to start
TRIES = 3  # somebody else may take the free port first
HELD = '"$@" & server=$!; read -r _; kill -QUIT $server; wait $server'
_numbers = count(1)
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=30")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, or one of its databases: where it listens, and as whom one may write."""

    port: int
    database: str = "postgres"

    def url(self, user: str = OWNER, password: str = PASSWORD) -> str:
        """The database's address as SQLAlchemy writes it; without the password if it is empty."""
        login = f"{user}:{password}" if password else user
        return f"postgresql+psycopg://{login}@127.0.0.1:{self.port}/{self.database}"

    def connect(self) -> psycopg.Connection[Any]:
        """A connection of the owner, each statement its own transaction."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            dbname=self.database,
            user=OWNER,
            password=PASSWORD,
            autocommit=True,
        )

    def run(self, *statements: str) -> None:
        """Statements as they stand, by the owner."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def copy(self, into: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Rows into a table, by the owner."""
        with (
            self.connect() as connection,
            connection.cursor() as cursor,
            cursor.copy(f"COPY {into} FROM STDIN".encode()) as copy,
        ):
            for row in rows:
                copy.write_row(row)


def binaries() -> Path:
    """The folder of PostgreSQL's server programs, which Debian keeps off the path.

    Raises:
        LookupError: they are not installed.
    """
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    if shutil.which("pg_config"):
        done = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
        folders.append(Path(done.stdout.strip()))
    if found := shutil.which("initdb"):
        folders.append(Path(found).parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise LookupError("no PostgreSQL server here; `make test` installs Debian's `postgresql`")


def _version(folder: Path) -> float:
    try:
        return float(folder.parent.name)
    except ValueError:
        return 0.0


@contextmanager
def running() -> Iterator[Server]:
    """A new server, empty, for as long as the context lasts."""
    programs = binaries()
    folder = Path(tempfile.mkdtemp(prefix="reporter-postgres-"))
    try:
        account = _account()
        if account:
            shutil.chown(folder, account)
        _make(programs, folder, account)
        with _started(programs, folder, account) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> str | None:
    """Whose server it is: PostgreSQL refuses to be root's."""
    if os.geteuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _as(account: str | None) -> dict[str, Any]:
    """What makes a child process another account's."""
    if account is None:
        return {}
    return {"user": account, "group": pwd.getpwnam(account).pw_gid, "extra_groups": []}


def _make(programs: Path, folder: Path, account: str | None) -> None:
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    if account:
        shutil.chown(secret, account)
    command: list[str | Path] = [
        programs / "initdb", "--pgdata", folder / "data", "--username", OWNER,
        "--auth", "scram-sha-256", "--pwfile", secret, "--encoding", "UTF8", "--locale", "C",
        "--no-sync",
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, **_as(account)
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr}")


@contextmanager
def _started(programs: Path, folder: Path, account: str | None) -> Iterator[Server]:
    for _ in range(TRIES):
        server = Server(free_port())
        with _process(programs, folder, account, server) as process:
            if _answers(server, process):
                yield server
                return
    raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text()}")


@contextmanager
def _process(
    programs: Path, folder: Path, account: str | None, server: Server
) -> Iterator[subprocess.Popen[bytes]]:
    settings = [part for setting in QUICK for part in ("-c", setting)]
    command: list[str | Path] = [
        "sh", "-c", HELD, "sh", programs / "postgres", "-D", folder / "data",
        "-h", "127.0.0.1", "-p", str(server.port), "-k", folder, *settings,
    ]  # fmt: skip
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=log, stderr=log, **_as(account)
        )
    try:
        yield process
    finally:
        process.communicate()  # the end of its input ends it


def _answers(server: Server, process: subprocess.Popen[bytes]) -> bool:
    return answers(lambda: server.connect().close(), psycopg.OperationalError, process, PATIENCE)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The server of this test run, or of this worker of it."""
    with running() as server:
        yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[Server]:
    """A database of the test's own."""
    name = f"test_{next(_numbers)}"
    quoted = sql.Identifier(name)
    with postgres.connect() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(quoted))
    yield Server(postgres.port, name)
    with postgres.connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(quoted))
