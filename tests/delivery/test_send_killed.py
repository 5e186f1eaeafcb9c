"""`send` killed at any moment sends nothing twice and loses nobody; the mailboxes are the judge.

Real processes of the command line, a real Postfix, and a proxy that is slow and loses answers. How
many runs are killed says REPORTER_TRIALS; a soak has a thousand clients.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from reporter.delivered import State
from reporter.delivery import ledger
from reporter.delivery.reconciling import Hand, Trust, by_copies
from tests.delivery import editions
from tests.delivery.posts import HEAD, KEY, row
from tests.faulty import Fault, proxy, seeded
from tests.killing import TRIALS, Nursery, moments, nurseries
from tests.postfix import Postfix, postfix, shared_postfix

__all__ = ["postfix", "shared_postfix"]  # fixtures

SOAK = TRIALS > 10
CLIENTS = 1000 if SOAK else 60
KILLS = 20 if SOAK else 6
SHARES = {Fault.AFTER_DOT: 0.02, Fault.BEFORE_DOT: 0.02, Fault.SLOW: 0.3, Fault.DEFERRED: 0.02}
SETTINGS = """
outbox = "sqlite:///outbox.sqlite"
[sender]
name = "Sample House"
address = "research@example.org"
bounces = "bounces@example.org"
[unsubscribing]
url = "https://house.example/u/"
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
[rates]
per_minute = 60000
"""


@dataclass
class Sender:
    """Runs of `send`, each a few minutes after the one before, so that no lease is in the way."""

    nursery: Nursery
    folder: Path
    edition: str
    start: datetime
    runs: int = 0

    @property
    def now(self) -> datetime:
        return self.start + timedelta(minutes=5 * self.runs)

    def send(self, seconds: float | None = None) -> tuple[int, str, float]:
        self.runs += 1
        words = [
            "send", self.edition, "--archive", str(self.folder / "archive"),
            "--settings", str(self.folder / "delivery.toml"),
            "--clients", str(self.folder / "clients.csv"), "--wait", "0", "--actor", "jane",
            "--override", "stale", "--reason", "The edition of the tests is an old one.",
        ]  # fmt: skip
        work = self.folder / "work"
        ended = self.nursery.run(words, work, self.now, seconds=seconds)
        return ended.code, ended.said, ended.seconds

    @contextmanager
    def outbox(self) -> Iterator[ledger.Ledger]:
        with ledger.opened("sqlite:///outbox.sqlite", self.folder) as opened:
            yield opened

    def states(self) -> dict[str, State]:
        found: dict[str, State] = {}
        after = -1
        with self.outbox() as book:
            while rows := book.rows(self.edition, after=after):
                found |= {one.address: one.state for one in rows}
                after = rows[-1].position
        return found


def prepared(folder: Path, port: int, clients: int) -> str:
    """An archive, a list and settings; the edition's id."""
    _, edition = editions.archive(folder)
    rows = "".join(f"{row(number)}\n" for number in range(clients))
    (folder / "clients.csv").write_text(HEAD + rows)
    (folder / "delivery.toml").write_text(SETTINGS.format(port=port))
    return edition


@pytest.fixture
def sender(tmp_path: Path, postfix: Postfix, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sender]:
    monkeypatch.setenv("REPORTER_UNSUBSCRIBE_KEY", KEY.decode())
    start = datetime.now(UTC)  # noqa: TID251  the server's log has real times
    with proxy(postfix.port, seeded(11, SHARES), slow=0.02) as before:
        edition = prepared(tmp_path, before.port, CLIENTS)
        with nurseries(tmp_path / "cache") as nursery:
            yield Sender(nursery, tmp_path, edition, start)


def received(postfix: Postfix) -> Counter[str]:
    postfix.flush()
    return Counter({address: len(found) for address, found in postfix.mailboxes().items()})


def test_nobody_gets_two_and_nobody_is_lost(sender: Sender, postfix: Postfix) -> None:
    seconds = CLIENTS * 0.04 + 1.5  # about what a whole run takes
    killed = 0
    for share in moments(KILLS):
        code, said, _ = sender.send(seconds=0.2 + share * seconds / 3)
        assert code in {-9, 0, 5}, said
        killed += code == -9
    assert killed
    code, said, _ = sender.send()
    assert code in {0, 5}, said
    there, states = received(postfix), sender.states()
    assert len(states) == CLIENTS
    assert not [address for address, count in there.items() if count > 1]
    lost = [a for a, state in states.items() if state is State.SENT and not there[a]]
    assert not lost
    without = {states[a] for a in states if not there[a]}
    assert without <= {State.UNCERTAIN, State.DEFERRED, State.FAILED}
    settle(sender, postfix)
    there = received(postfix)
    assert {there[address] for address in states} == {1}
    assert set(sender.states().values()) == {State.SENT}
    assert sender.send()[0] == 0


def taken(postfix: Postfix) -> list[str]:
    """The ids of all messages that the server's log says it took."""
    return re.findall(r"message-id=<([^>]+)>", postfix.log.read_text())


def settle(sender: Sender, postfix: Postfix) -> None:
    """Reconcile by the server's log and send the rest, until all is sent."""
    for _ in range(12):
        with sender.outbox() as book:
            hand = Hand("jane", sender.now + timedelta(minutes=1))
            by_copies(book, sender.edition, taken(postfix), hand, Trust(complete=True))
            book.retry(sender.edition, {State.DEFERRED, State.FAILED}, hand.now, "jane")
        code, said, _ = sender.send()
        postfix.flush()
        if code == 0:
            return
        assert code == 5, said
    raise AssertionError(said)


def test_the_command_line_names_no_client(sender: Sender) -> None:
    _, said, _ = sender.send()
    assert not re.search(r"person\d|Person \d", said)
    engine = create_engine(f"sqlite:///{sender.folder / 'outbox.sqlite'}")
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    engine.dispose()
