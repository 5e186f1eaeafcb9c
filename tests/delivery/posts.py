"""A house that sends, for tests: an edition, a list, an outbox, and a channel with a script.

Its clock goes on only when somebody sleeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reporter.archive.base import Archive
from reporter.archive.clients import keys_of
from reporter.channels.base import channels
from reporter.delivered import Answer, Letter, State, Verdict
from reporter.delivery import ledger
from reporter.delivery.campaign import House, Order
from reporter.delivery.clients import Roll
from reporter.delivery.clients import opened as roll_of
from reporter.delivery.clock import Clock
from reporter.delivery.dispatch import Dispatch, Told
from reporter.delivery.ledger import Ledger
from reporter.delivery.message import Secrets
from reporter.delivery.outcome import Outcome
from reporter.delivery.settings import Settings, Variant
from tests.delivery import editions

NOON = datetime(2026, 1, 16, 13, tzinfo=UTC)
KEY = b"k" * 40
TAKEN = Answer(Verdict.SENT, 250, "2.0.0", "queued")
LATER = Answer(Verdict.DEFERRED, 450, "4.2.1", "not now")
GONE = Answer(Verdict.FAILED, 550, "5.1.1", "no such mailbox", suppress=True)
LOST = Answer(Verdict.UNCERTAIN, 0, "", "the connection was lost")
HALT = Answer(Verdict.HALTED, 550, "5.7.1", "your mail is against our policy")
HEAD = "id,name,address,audience,jurisdiction,language,segments,note,watch\n"


class Time:
    """A clock that goes on when somebody sleeps, and a little whenever it is looked at."""

    def __init__(self, start: datetime = NOON) -> None:
        self.start, self.passed = start, 0.0

    @property
    def clock(self) -> Clock:
        """As senders are handed it."""
        return Clock(self.now, self.ticks, self.sleep)

    def now(self) -> datetime:
        """The moment."""
        return self.start + timedelta(seconds=self.passed)

    def ticks(self) -> float:
        """Seconds since the start."""
        return self.passed

    def sleep(self, seconds: float) -> None:
        """Time goes on."""
        self.passed += max(seconds, 0.001)


@dataclass
class Script:
    """A channel that answers by a script, and keeps what it took."""

    answer: Callable[[Letter], Answer] = lambda _: TAKEN
    took: list[Letter] = field(default_factory=list)
    asked: list[Letter] = field(default_factory=list)
    limit: int | None = None

    @contextmanager
    def __call__(self, _settings: Settings) -> Iterator[Script]:
        """Open it."""
        yield self

    def send(self, letter: Letter) -> Answer:
        """Answer by the script."""
        self.asked.append(letter)
        answer = self.answer(letter)
        if answer.verdict is Verdict.SENT:
            self.took.append(letter)
        return answer

    @property
    def clients(self) -> list[str]:
        """Who was sent a letter, in order."""
        return [letter.client for letter in self.took]


@dataclass
class Posts:
    """Everything a run needs, in a folder."""

    folder: Path
    archive: Archive
    edition: str
    settings: Settings
    script: Script
    time: Time
    said: list[str] = field(default_factory=list)

    @property
    def house(self) -> House:
        """As a run is handed it."""
        secrets = Secrets(KEY, None, lambda _: None)
        return House(
            self.archive, keys_of(self.archive), self.settings, secrets, self.time.clock, "jane",
            "jane, process 1",
        )  # fmt: skip

    def clients(self, *rows: str) -> Roll:
        """The list of clients with these rows."""
        path = self.folder / "clients.csv"
        path.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        return roll_of(str(path), self.folder)

    def many(self, count: int, domain: str = "example.com") -> Roll:
        """A list of so many clients of one domain."""
        return self.clients(*(row(number, domain) for number in range(count)))

    @contextmanager
    def outbox(self) -> Iterator[Ledger]:
        """The outbox, open."""
        with ledger.opened(self.settings.outbox, self.folder) as opened:
            yield opened

    def send(self, roll: Roll, **asked: object) -> Outcome:
        """A run of `send`."""
        order = Order(self.edition, **{"patience": timedelta(0), **asked})  # type: ignore[arg-type]
        with self.outbox() as book:
            return Dispatch(self.house, order, roll, book, Told(self.said.append)).run()

    def states(self, edition: str = "") -> dict[str, State]:
        """Each client's state."""
        with self.outbox() as book:
            return {one.client: one.state for one in book.rows(edition or self.edition)}


def row(number: int, domain: str = "example.com", *, segments: str = "", language: str = "") -> str:
    """A client's row."""
    return (
        f"C{number:04},Person {number},person{number}@{domain},professional,CH,{language},"
        f"{segments},,"
    )


@pytest.fixture
def posts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Posts:
    """A house with one approved edition, all of whose letters are taken."""
    made, edition = editions.archive(tmp_path)
    script = Script()
    monkeypatch.setattr(channels, "get", lambda _: script)
    settings = replace(editions.settings(tmp_path))
    return Posts(tmp_path, made, edition, settings, script, Time())


def ids(count: int) -> Sequence[str]:
    """The ids of the first so many clients."""
    return [f"C{number:04}" for number in range(count)]


GERMAN = (Variant("weekly-de", "weekly", language="de"),)


def german(posts: Posts, minutes: float = 10, corrects: str = "") -> str:
    """File the German variant, or a correction of it, and have it sent to those who read German."""
    posts.settings = replace(posts.settings, variants=GERMAN)
    what = editions.draft(slug="weekly-de", headline="Russell 2000 auf Rekord")
    return editions.filed(posts.archive, what, minutes, corrects)
