"""A server at fault, at every point: no letter is said to be sent that is not, none goes twice."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reporter.channels.base import Session
from reporter.channels.smtp import smtp
from reporter.delivery.settings import Smtp
from reporter.errors import DeliveryError
from reporter.model import Answer, Verdict
from tests.faulty import Fault, proxy, seeded, smtp_sink
from tests.letters import letter, settings
from tests.postfix import Postfix
from tests.scripted import GOOD, Reply, Script, scripted

TRIALS = int(os.environ.get("REPORTER_TRIALS", "10"))
UNENDING = b"250-more\r\n" * 20_000


@contextmanager
def using(port: int, folder: Path, **options: float) -> Iterator[Session]:
    server = Smtp("127.0.0.1", port, "none", timeout=options.pop("timeout", 10.0))
    with smtp(settings(folder, server)) as post:
        yield post


def sent_to(
    answers: dict[str, Reply | list[Reply]], folder: Path, timeout: float = 10.0
) -> tuple[Answer, Script]:
    with scripted(answers) as script, using(script.port, folder, timeout=timeout) as post:
        return post.send(letter()), script


POINTS: dict[str, Verdict] = {
    "MAIL": Verdict.DEFERRED,
    "RCPT": Verdict.DEFERRED,
    "DATA": Verdict.DEFERRED,
    ".": Verdict.UNCERTAIN,
}
WRONGS: dict[str, Reply] = {
    "closed": None,
    "garbage": b"\x00\xff\x01 what?\r\n",
    "a code that is none": b"999 what?\r\n",
    "an empty line": b"\r\n",
    "a line without end": b"250 " + b"x" * 20_000,
    "lines without end": UNENDING,
    "two codes": b"250-yes\r\n550 no\r\n",
    "half a reply": b"250-yes\r\n",
}


@pytest.mark.parametrize("wrong", WRONGS)
@pytest.mark.parametrize("point", POINTS)
def test_what_is_no_reply_is_no_answer(point: str, wrong: str, tmp_path: Path) -> None:
    answer, script = sent_to({point: WRONGS[wrong]}, tmp_path)
    assert answer.verdict is POINTS[point]
    assert (answer.code, answer.suppress) == (0, False)
    assert answer.text
    assert answer.text.isprintable()
    assert len(script.taken) == (point == ".")


@pytest.mark.parametrize("point", ["MAIL", "RCPT", "DATA"])
def test_a_server_that_is_too_slow_is_left(point: str, tmp_path: Path) -> None:
    answer, script = sent_to({point: 3.0}, tmp_path, 1.0)
    assert (answer.verdict, answer.text) == (Verdict.DEFERRED, "no answer in time")
    assert not script.taken


def test_the_reply_to_the_final_dot_may_take_longer(tmp_path: Path) -> None:
    assert sent_to({".": 1.5}, tmp_path, 1.0)[0].verdict is Verdict.SENT
    assert sent_to({".": 4.0}, tmp_path, 0.6)[0].verdict is Verdict.UNCERTAIN


@pytest.mark.parametrize("point", ["", "EHLO"])
@pytest.mark.parametrize("wrong", WRONGS)
def test_a_server_that_cannot_greet_is_told_of_at_once(
    point: str, wrong: str, tmp_path: Path
) -> None:
    with (
        pytest.raises(DeliveryError, match=r"^127\.0\.0\.1:\d+: the mail server cannot be used"),
        scripted({point: WRONGS[wrong]}) as script,
        using(script.port, tmp_path),
    ):
        pass


def test_a_message_that_is_cut_off_is_not_uncertain(tmp_path: Path) -> None:
    """A server that hangs up while it is told the message is heard before the final dot is sent."""
    answers: dict[str, Reply] = {"DATA": b"354 Go ahead\r\n552 5.3.4 Too long\r\n"}
    with scripted(answers) as script, using(script.port, tmp_path) as post:
        assert post.send(letter()).verdict is Verdict.DEFERRED
    assert not script.taken


def test_nobody_there_is_told(tmp_path: Path) -> None:
    with scripted() as script:
        pass
    with pytest.raises(DeliveryError, match="Connection refused"), using(script.port, tmp_path):
        pass


def test_a_server_that_drips_is_left(tmp_path: Path) -> None:
    """Each byte comes in time, and the reply does not end: the parts of a reply are counted."""
    began = time.monotonic()
    with scripted({"": b"220-still\r\n" * 5 + b"220"}) as script:
        with pytest.raises(DeliveryError), using(script.port, tmp_path, timeout=0.3):
            pass
        assert time.monotonic() - began < 3
    assert script.said == []


CASES = [
    ("RCPT", b"550 5.1.1 gone\r\n", Verdict.FAILED),
    ("RCPT", b"450 4.2.1 later\r\n", Verdict.DEFERRED),
    ("MAIL", b"421 4.3.2 closing\r\n", Verdict.DEFERRED),
    ("DATA", b"554 5.5.1 no\r\n", Verdict.FAILED),
    ("DATA", b"250 2.0.0 not what was asked\r\n", Verdict.DEFERRED),
    (".", b"451 4.3.0 later\r\n", Verdict.DEFERRED),
    (".", b"554 5.6.0 no\r\n", Verdict.FAILED),
    (".", b"550 5.7.515 Access denied\r\n", Verdict.HALTED),
    (".", b"354 go on\r\n", Verdict.UNCERTAIN),
]


@pytest.mark.parametrize(("point", "reply", "verdict"), CASES)
def test_after_a_refusal_the_next_letter_goes(
    point: str, reply: bytes, verdict: Verdict, tmp_path: Path
) -> None:
    good = GOOD[point]
    with scripted({point: [reply, good]}) as script, using(script.port, tmp_path) as post:
        assert post.send(letter(number=1)).verdict is verdict
        assert post.send(letter(number=2)).verdict is Verdict.SENT
    assert script.taken[-1] == letter(number=2).data


@pytest.mark.parametrize("end", [None, b"421 4.4.2 idle for too long\r\n"])
def test_a_connection_that_ended_while_idle_is_made_anew(end: bytes | None, tmp_path: Path) -> None:
    answers: dict[str, Reply | list[Reply]] = {"MAIL": [GOOD["MAIL"], end, GOOD["MAIL"]]}
    with scripted(answers) as script, using(script.port, tmp_path) as post:
        assert [post.send(letter(number=n)).verdict for n in (1, 2)] == [Verdict.SENT] * 2
    assert len(script.taken) == script.connections == 2


@pytest.mark.parametrize("reply", [None, b"500 what?\r\n", b"\xff\r\n", 3.0])
def test_a_quit_that_fails_changes_nothing(reply: Reply, tmp_path: Path) -> None:
    with (
        scripted({"QUIT": reply}) as script,
        using(script.port, tmp_path, timeout=1.0) as post,
    ):
        assert post.send(letter()).verdict is Verdict.SENT
    assert script.taken == [letter().data]


def test_a_server_that_went_away_stops_the_run_soon(tmp_path: Path) -> None:
    greetings: list[Reply] = [GOOD[""], None]
    with (
        scripted({"": greetings, "MAIL": None}) as script,
        using(script.port, tmp_path) as post,
    ):
        verdicts = [post.send(letter(number=n)).verdict for n in range(4)]
    assert verdicts == [Verdict.DEFERRED] * 3 + [Verdict.HALTED]


def test_the_server_is_asked_for_one_recipient_and_told_the_size(tmp_path: Path) -> None:
    _, script = sent_to({}, tmp_path)
    assert script.said == [
        "ehlo example.com",
        f"MAIL FROM:<bounces+m1@example.com> SIZE={len(letter().data)}",
        "RCPT TO:<client@example.com>",
        "DATA",
        "QUIT",
    ]


def test_smtp_sink_at_fault(tmp_path: Path) -> None:
    found = {}
    for flag, name in (("-r", "RCPT"), ("-f", "DATA"), ("-q", "DATA"), ("-q", ".")):
        with smtp_sink(flag, name) as port, using(port, tmp_path) as post:
            answer = post.send(letter())
            found[flag, name] = (answer.verdict, answer.code)
    assert found == {
        ("-r", "RCPT"): (Verdict.DEFERRED, 450),
        ("-f", "DATA"): (Verdict.FAILED, 500),
        ("-q", "DATA"): (Verdict.DEFERRED, 0),
        ("-q", "."): (Verdict.UNCERTAIN, 0),
    }


SHARES: dict[Fault, float] = dict.fromkeys(
    (fault for fault in Fault if fault is not Fault.NONE), 0.08
)


def test_a_server_full_of_faults_is_judged_by_its_mailboxes(
    postfix: Postfix, tmp_path: Path
) -> None:
    """Each letter once: what is said to be sent is there, what is uncertain may be, else none."""
    count = 20 * TRIALS
    with (
        proxy(postfix.port, seeded(5, SHARES), slow=0.01) as before,
        using(before.port, tmp_path) as post,
    ):
        answers = {n: post.send(letter(f"f{n}@example.com", number=n)) for n in range(count)}
    postfix.flush()
    boxes = postfix.mailboxes()
    assert all(len(box) == 1 for box in boxes.values())
    there = {n for n in answers if f"f{n}@example.com" in boxes}
    by = {v: {n for n, a in answers.items() if a.verdict is v} for v in Verdict}
    assert by[Verdict.SENT] <= there
    assert there <= by[Verdict.SENT] | by[Verdict.UNCERTAIN]
    # Who is cut off before the dot may have sent it already, for all he knows.
    assert len(by[Verdict.UNCERTAIN] & there) == before.done[Fault.AFTER_DOT]
    assert len(by[Verdict.UNCERTAIN] - there) <= before.done[Fault.BEFORE_DOT]
    failed = Counter(a.enhanced for a in answers.values() if a.verdict is Verdict.FAILED)
    assert failed == {"5.1.1": before.done[Fault.UNKNOWN], "5.3.0": before.done[Fault.REFUSED]}
    assert not by[Verdict.HALTED]
