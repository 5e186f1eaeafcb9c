"""What the log of a Postfix server proves of messages: taken, broken off, or never seen.

Postfix names a message (`cleanup … message-id=<…>`) as soon as it has read its header, while the
message can still be broken off before its final dot. That it was taken is proved only by the queue
manager's line after it, `qmgr … from=<…>, size=…, nrcpt=… (queue active)`; that it was broken off,
by the line of the process that received it, `smtpd … lost connection after DATA`. Short queue ids
are used again for other messages, so lines count in their order.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
AHEAD = timedelta(days=1)
"""A stamp without a year may lie so far ahead of our clock before it is of last year."""
SEAM = timedelta(minutes=1)
"""So long may pass between two parts of a log; where it is longer, one between may be missing."""
Span = tuple[datetime, datetime]
_LINE = re.compile(
    r"(?:<\d+>)?(?:1 )?"
    r"(?:(?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) (?P<clock>\d\d:\d\d:\d\d)"
    r"|(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*))"
    r" (?:\S+ )?(?P<service>[\w./-]+)/(?P<part>[\w-]+)\[(?P<pid>\d+)\]: (?P<text>.*)"
)
_NAMED = re.compile(r"(?P<queue>[0-9A-Za-z]{5,30}): (?P<said>.*)")
_MESSAGE = re.compile(r"message-id=(?P<id>\S+)")
_ACTIVE = re.compile(r"from=<.*>, size=\d+, nrcpt=\d+ \(queue active\)")
_FATE = re.compile(r"to=<.*>,.* status=(?P<fate>sent|bounced|deferred|expired)\b")
_BROKEN = re.compile(r"(?:lost connection|timeout|too many errors) after (?:DATA|BDAT)\b")
_REFUSED = re.compile(r"(?:milter-)?reject: END-OF-MESSAGE\b")


class Proof(StrEnum):
    """What the log says of a message; `begun`: it was named, and nothing was said of its end."""

    TAKEN = "taken"
    BROKEN = "broken off"
    BEGUN = "begun"


@dataclass(frozen=True, slots=True)
class Seen:
    """A message in the log.

    `fate` is what became of it later: `sent`, `bounced`, `deferred`, `expired`; empty where the log
    does not say. `time` is of the line that proves.
    """

    proof: Proof
    queue: str
    time: datetime
    fate: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    """What was read: the messages asked for that are in it, and which times it tells whole."""

    seen: dict[str, Seen] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()

    def covers(
        self, claimed: datetime, margin: timedelta | None, until: datetime | None = None
    ) -> bool:
        """Whether it tells all of an attempt: begun before it, gone on for a margin after it.

        Without a margin somebody vouches that it goes on until now. `until`: when at the latest
        the attempt was made, where nobody knows it better.
        """
        begun = claimed - timedelta(seconds=1)
        return any(
            first < begun and (margin is None or last >= (until or claimed) + margin)
            for first, last in self.spans
        )


@dataclass(frozen=True, slots=True)
class _Line:
    time: datetime
    process: tuple[str, str]
    part: str
    text: str


class _Reader:
    """The state of reading: which message a queue id means now, and what each process holds."""

    def __init__(self, wanted: Collection[str]) -> None:
        self._wanted = wanted
        self._messages: dict[str, str] = {}
        self._held: dict[tuple[str, str], str] = {}
        self.seen: dict[str, Seen] = {}

    def take(self, line: _Line) -> None:
        """Go on by a line."""
        if line.part == "smtpd" and _BROKEN.match(line.text):
            self._end(self._held.pop(line.process, ""), line.time)
        elif found := _NAMED.fullmatch(line.text):
            self._of(line, found["queue"], found["said"])

    def _of(self, line: _Line, queue: str, said: str) -> None:
        """A line about a queue id."""
        if line.part in {"smtpd", "pickup"}:
            self._received(line, queue, said)
        elif line.part == "cleanup":
            self._cleaned(line, queue, said)
        elif queue not in self._messages:
            return
        elif line.part == "qmgr":
            self._managed(line, queue, said)
        elif found := _FATE.match(said):
            self._note_fate(queue, found["fate"])

    def _received(self, line: _Line, queue: str, said: str) -> None:
        if said.startswith(("client=", "uid=")):  # a new message has this id from here on
            self._messages.pop(queue, None)
            self._held[line.process] = queue
        elif _REFUSED.match(said):
            self._end(queue, line.time)

    def _cleaned(self, line: _Line, queue: str, said: str) -> None:
        if found := _MESSAGE.fullmatch(said):
            message = found["id"]
            self._messages.pop(queue, None)
            if message in self._wanted:
                self._messages[queue] = message
                self._prove(message, Seen(Proof.BEGUN, queue, line.time))
        elif _REFUSED.match(said):
            self._end(queue, line.time)

    def _managed(self, line: _Line, queue: str, said: str) -> None:
        message = self._messages[queue]
        if _ACTIVE.fullmatch(said):
            self._prove(message, Seen(Proof.TAKEN, queue, line.time))
        elif said == "removed":
            del self._messages[queue]

    def _end(self, queue: str, time: datetime) -> None:
        if message := self._messages.get(queue):
            self._prove(message, Seen(Proof.BROKEN, queue, time))

    def _prove(self, message: str, new: Seen) -> None:
        """Take in what a line proves: what was once taken stays so."""
        old = self.seen.get(message)
        if old is None or old.proof is not Proof.TAKEN:
            self.seen[message] = new

    def _note_fate(self, queue: str, fate: str) -> None:
        message = self._messages[queue]
        old = self.seen[message]
        if old.proof is Proof.TAKEN and old.fate != "sent":
            self.seen[message] = replace(old, fate=fate)


def read(parts: Iterable[Iterable[str]], wanted: Collection[str], now: datetime) -> Log:
    """What a log says of some messages.

    Args:
        parts: of one log, the oldest first, each its lines; of others' programs too.
        wanted: the Message-IDs, each with its `<` and `>`.
        now: the time; a stamp without a year is of the last year that does not lie ahead.
    """
    reader = _Reader(wanted)
    spans: list[Span] = []
    for part in parts:
        first = last = None
        for line in parsed(part, now):
            first = first or line.time
            last = line.time
            reader.take(line)
        if first and last:
            _join(spans, first, last)
    return Log(reader.seen, tuple(spans))


def _join(spans: list[Span], first: datetime, last: datetime) -> None:
    """Take in what a part spans: it goes on with the one before, unless there is a hole between."""
    if spans and first <= spans[-1][1] + SEAM:
        first, before = spans.pop()
        last = max(before, last)
    spans.append((first, last))


def parsed(lines: Iterable[str], now: datetime) -> Iterator[_Line]:
    """The lines that are Postfix's, with their moments."""
    for line in lines:
        found = _LINE.match(line.rstrip("\r\n"))
        if found and (time := _moment(found, now)):
            process = (found["service"], found["pid"])
            yield _Line(time, process, found["part"], found["text"])


def _moment(found: re.Match[str], now: datetime) -> datetime | None:
    """When a line was written; None where its stamp is none."""
    try:
        if iso := found["iso"]:
            made = datetime.fromisoformat(iso)
            return made if made.tzinfo else made.replace(tzinfo=now.tzinfo)
        return _without_year(found, now)
    except ValueError:
        return None


def _without_year(found: re.Match[str], now: datetime) -> datetime:
    """A stamp in the server's own time, which is taken to be ours.

    Raises:
        ValueError: there is no such day.
    """
    month = MONTHS.index(found["month"]) + 1
    clock = f"{month:02}-{int(found['day']):02}T{found['clock']}"
    for year in range(now.year + 1, now.year - 8, -1):  # the 29th of February is not in each
        try:
            made = datetime.fromisoformat(f"{year}-{clock}").replace(tzinfo=now.tzinfo)
        except ValueError:
            continue
        if made <= now + AHEAD:
            return made
    raise ValueError(clock)
