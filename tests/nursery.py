"""A process that starts quick children, each a whole run of the command line; see test_killed.py.

It has imported everything, so a child is a fork that begins at once. It reads a JSON object a line:
`arguments` of the command line, `now`, `port` of the Yahoo to speak to, and, for a child that is to
die by SIGKILL, either `seconds` or `folder` and `at`: just before its so-manieth operation on a
file below that folder it kills itself. It answers with a line that says how the child ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from reporter import gather, pipeline, spec
from reporter.cli import options, run
from reporter.sessions import nyse
from reporter.sources import yahoo
from tests.sources.fake_yahoo import FakeYahoo

EVENTS = frozenset({"open", "os.rename", "os.mkdir", "os.remove"})
WARMED = (gather, pipeline, spec, nyse(2025, 2027))


def main() -> None:
    """Start a child a line until there is no more."""
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            _live(order)
        if order.get("seconds") is not None:
            time.sleep(order["seconds"])
            os.kill(child, signal.SIGKILL)  # it may have ended, but nobody has taken its number yet
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201  the protocol


def _live(order: Mapping[str, Any]) -> None:
    """Run the command line as a process of its own would, then end without a trace."""
    fake = FakeYahoo({}, port=order["port"])
    yahoo.open_session = fake.opener
    yahoo.MANNERS = yahoo.Manners(sleep=lambda _: None, pause=0.0, timeout=5)
    now = datetime.fromisoformat(order["now"])
    options.now = lambda: now
    with Path(order["log"]).open("w", encoding="utf-8") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    _count(order["folder"], order.get("at"), Path(order["log"]).with_suffix(".count"))
    code = run(order["arguments"])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _count(folder: str, last: int | None, told: Path) -> None:
    """Count the operations on files below a folder; die before the last one to be done."""
    done = 0

    def hear(event: str, details: tuple[object, ...]) -> None:
        nonlocal done
        if event not in EVENTS or not str(details[0]).startswith(folder):
            return
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)
        done += 1
        if last is None:
            told.write_text(str(done))

    sys.addaudithook(hear)


if __name__ == "__main__":
    main()
