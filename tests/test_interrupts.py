from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from reporter import interrupts

ENDING = [signal.SIGINT, signal.SIGTERM]
TRIAL = """
import os, sys
from reporter.interrupts import listen, settle
number = int(sys.argv[1])
listen()
try:
    os.kill(os.getpid(), number)
    print("not heard")
except KeyboardInterrupt:
    print("heard")
settle()
os.kill(os.getpid(), number)
print("done")
"""
HELD = """
import os, sys
from reporter.interrupts import held, listen
number = int(sys.argv[1])
listen()
try:
    with held():
        os.kill(os.getpid(), number)
        print("ended")
    print("not heard")
except KeyboardInterrupt:
    print("heard")
try:
    os.kill(os.getpid(), number)
except KeyboardInterrupt:
    print("again")
"""


@pytest.mark.parametrize("number", ENDING)
def test_what_is_held_waits_for_the_end_of_what_was_begun(number: signal.Signals) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HELD, str(number.value)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["ended", "heard", "again"]


@pytest.mark.parametrize("number", ENDING)
def test_both_are_heard_until_the_result_is_put_in_place(number: signal.Signals) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRIAL, str(number.value)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["heard", "done"]


def test_what_was_ignored_before_stays_ignored() -> None:
    code = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n" + TRIAL
    done = subprocess.run(
        [sys.executable, "-c", code, str(signal.SIGINT.value)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["not heard", "done"]


def test_a_program_that_never_listened_is_not_touched() -> None:
    before = [signal.getsignal(number) for number in ENDING]
    interrupts.settle()
    with interrupts.held():
        pass
    assert [signal.getsignal(number) for number in ENDING] == before
