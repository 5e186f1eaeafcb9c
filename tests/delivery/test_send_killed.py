"""`send` killed at any moment sends nothing twice and loses nobody; the mailboxes are the judge.

Real processes of the command line and a real Postfix behind a proxy, which refuses letters, answers
late, and breaks off before and after the final dot. What nobody knows of is settled by the server's
log. A soak has a thousand clients and twenty kills, with faults and without.
"""

from __future__ import annotations

import json
import os
import re
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import create_engine, text

from reporter.delivered import State
from reporter.delivery.sending import AHEAD
from tests.delivery import editions
from tests.delivery.posts import HEAD, KEY, row
from tests.faulty import Fault, Proxy, proxy, seeded
from tests.killing import TRIALS, Ended, Nursery, moments, nurseries
from tests.postfix import Postfix, postfix, shared_postfix
from tests.quarter import child_of

__all__ = ["postfix", "shared_postfix"]  # fixtures

WARMED = "tests.delivery.warmed:run"
SOAK = TRIALS > 10
CLIENTS = 1000 if SOAK else 100
KILLS = 20 if SOAK else 5
PREPARING = 2.0  # seconds in which the first runs are killed
LETTERS = 1.6 * (CLIENTS / KILLS - AHEAD)  # at most, before a run is killed that sends
DELAY = 0.05  # seconds in which a letter is handed over and its row settled, at most
GAP = timedelta(minutes=5)  # between runs: no lease of a dead one is in the way
FAULTS = {
    Fault.DEFERRED: 0.03, Fault.REFUSED: 0.03, Fault.BEFORE_DOT: 0.03, Fault.AFTER_DOT: 0.03,
    Fault.SLOW: 0.2,
}  # fmt: skip
WEATHERS = {"faults": FAULTS, "none": {}} if SOAK else {"faults": FAULTS}
NOT_SENT = {State.DEFERRED, State.FAILED, State.UNCERTAIN}
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
per_minute = "unlimited"
"""


@dataclass
class Desk:
    """A house whose commands are processes of their own, each a few minutes after the last."""

    nursery: Nursery
    folder: Path
    edition: str
    now: datetime
    said: list[str] = field(default_factory=list)

    def run(self, *words: str, seconds: float | None = None) -> Ended:
        """A command about the edition; it may be killed so many seconds after it began."""
        self.now += GAP
        common = ("--settings", str(self.folder / "delivery.toml"), "--actor", "jane")
        place = self.folder / "work"
        ended = self.nursery.run([*words, *common], place, self.now, call=WARMED, seconds=seconds)
        self.said.append(ended.said)
        return ended

    def send(self, seconds: float | None = None) -> Ended:
        """`reporter send`."""
        return self.run(
            "send", self.edition, "--archive", str(self.folder / "archive"),
            "--clients", str(self.folder / "clients.csv"), "--wait", "0",
            "--override", "stale", "--reason", "The edition of the tests is an old one.",
            seconds=seconds,
        )  # fmt: skip

    def outbox(self, command: str, *words: str) -> Ended:
        """`reporter outbox …` of the edition."""
        return self.run("outbox", command, self.edition, *words)

    def listed(self) -> dict[str, State]:
        """Every client's address and state, as `outbox list` tells them."""
        words = ["outbox", "list", self.edition, "--json", "--addresses",
                 "--settings", str(self.folder / "delivery.toml")]  # fmt: skip
        ended = self.nursery.run(words, self.folder / "work", self.now, call=WARMED)
        assert ended.code == 0, ended.said
        return {told["address"]: State(told["state"]) for told in json.loads(ended.said)}


@contextmanager
def desk_of(folder: Path, port: int) -> Iterator[Desk]:
    """A desk whose mail goes to a port, with an approved edition and a list of clients."""
    _, edition = editions.archive(folder)
    rows = "".join(f"{row(number)}\n" for number in range(CLIENTS))
    (folder / "clients.csv").write_text(HEAD + rows)
    (folder / "delivery.toml").write_text(SETTINGS.format(port=port))
    start = datetime.now(UTC)  # noqa: TID251  the server's log has real times
    with nurseries(folder / "cache") as nursery:
        yield Desk(nursery, folder, edition, start)


def received(postfix: Postfix) -> Counter[str]:
    """How many letters lie in each mailbox."""
    postfix.flush()
    return Counter({address: len(found) for address, found in postfix.mailboxes().items()})


@pytest.mark.parametrize("faults", WEATHERS.values(), ids=WEATHERS)
def test_nobody_gets_two_and_nobody_is_lost(
    faults: Mapping[Fault, float], tmp_path: Path, postfix: Postfix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTER_UNSUBSCRIBE_KEY", KEY.decode())
    mended = Event()
    spoiled = takewhile(lambda _: not mended.is_set(), seeded(32, faults))
    with (
        proxy(postfix.port, spoiled, slow=0.02) as before,
        desk_of(tmp_path, before.port) as desk,
    ):
        killed(desk, before)
        assert_judged(desk, postfix)
        assert all(before.done[fault] for fault in faults), before.done
        mended.set()
        settled(desk, postfix)
        assert_each_has_one(desk, postfix)
    assert_discreet(desk)


def killed(desk: Desk, server: Proxy) -> None:
    """Send, killed again and again, then once to its end: while it prepares, and while it sends."""
    shares, delays = moments(2 * KILLS)[:KILLS], moments(2 * KILLS)[KILLS:]
    early = KILLS // 4
    codes = Counter(desk.send(seconds=share * PREPARING).code for share in shares[:early])
    for share, delay in zip(shares[early:], delays[early:], strict=True):
        letters = 1 + int(share * LETTERS)
        with struck(desk, server, letters, delay * DELAY):
            codes[desk.send().code] += 1
    assert codes == {-signal.SIGKILL: KILLS}, desk.said
    assert desk.send().code in {0, 5}, desk.said[-1]


@contextmanager
def struck(desk: Desk, server: Proxy, letters: int, delay: float) -> Iterator[None]:
    """The command within is killed so long after it has begun to hand over so many letters."""
    goal, over = server.done.total() + letters, Event()

    def strike() -> None:
        while server.done.total() < goal and not over.wait(0.001):
            pass
        if not over.wait(delay):
            with suppress(ValueError):  # it ended at this very moment
                os.kill(child_of(desk.nursery.process.pid), signal.SIGKILL)

    thread = Thread(target=strike)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def assert_judged(desk: Desk, postfix: Postfix) -> None:
    """No mailbox has two; whose is empty is known not to be sent it, or not to be known."""
    there, states = received(postfix), desk.listed()
    assert len(states) == CLIENTS
    assert set(there.values()) == {1}
    assert {states[address] for address in states if not there[address]} <= NOT_SENT


def settled(desk: Desk, postfix: Postfix) -> None:
    """What an operator does: reconcile by the server's log, retry, and send the rest."""
    there = received(postfix)
    told = desk.outbox("reconcile", "--log", str(postfix.log), "--complete")
    assert told.code == 0, told.said
    states = desk.listed()
    assert {address for address, state in states.items() if state is State.SENT} == there.keys()
    assert State.UNCERTAIN not in states.values()
    assert desk.outbox("retry").code == 0
    assert desk.send().code == 0, desk.said[-1]


def assert_each_has_one(desk: Desk, postfix: Postfix) -> None:
    """Exactly one letter for everybody, now and after another call."""
    assert desk.send().code == 0
    states = desk.listed()
    assert received(postfix) == dict.fromkeys(states, 1)
    assert set(states.values()) == {State.SENT}


def assert_discreet(desk: Desk) -> None:
    """No command named a client, and the outbox is whole."""
    assert not re.search(r"person\d|Person \d", "".join(desk.said))
    engine = create_engine(f"sqlite:///{desk.folder / 'outbox.sqlite'}")
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    engine.dispose()
