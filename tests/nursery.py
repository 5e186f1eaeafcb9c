"""A process that starts quick children, each a whole run of the command line; see killing.py.

It has imported everything, so a child is a fork that begins at once. It reads a JSON object a line:
`arguments` of the command line (or, for what has no command, `call`, a function `module:name` of
the tests that is given them and gives the exit code), `now`, `port` of the Yahoo to speak to if
there is one, and, for a child that is to die by SIGKILL, either `seconds` or `folder` and `at`:
just before its so-manieth operation on a file below that folder it kills itself. It answers with a
line that says how the child ended and after how many seconds.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from reporter import gather, pipeline, spec
from reporter.archive import filing
from reporter.cli import options
from reporter.sessions import nyse
from reporter.sources import yahoo
from tests.sources.fake_yahoo import FakeYahoo

EVENTS = frozenset({"open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.link"})
WARMED = (gather, pipeline, spec, filing, nyse(2025, 2027))


def main() -> None:
    """Start a child a line until there is no more."""
    for line in sys.stdin:
        order = json.loads(line)
        work = _work(order)
        begun = time.perf_counter()
        child = os.fork()
        if not child:
            _live(order, work)
        if order.get("seconds") is not None:
            time.sleep(order["seconds"])
            os.kill(child, signal.SIGKILL)  # it may have ended, but nobody has taken its number yet
        _, status = os.waitpid(child, 0)
        lasted = time.perf_counter() - begun
        print(os.waitstatus_to_exitcode(status), lasted, flush=True)  # noqa: T201  the protocol


def _work(order: Mapping[str, Any]) -> Callable[[list[str]], int]:
    """What the child does with its arguments; imported here, so that the next child has it."""
    module, _, function = order.get("call", "reporter.cli:run").partition(":")
    work: Callable[[list[str]], int] = getattr(import_module(module), function)
    return work


def _live(order: Mapping[str, Any], work: Callable[[list[str]], int]) -> None:
    """Do the work as a process of its own would, then end without a trace."""
    if order.get("port"):
        yahoo.open_session = FakeYahoo({}, port=order["port"]).opener
    yahoo.MANNERS = yahoo.Manners(sleep=lambda _: None, pause=0.0, timeout=5)
    now = datetime.fromisoformat(order["now"])
    options.now = lambda: now
    with Path(order["log"]).open("w", encoding="utf-8") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    doomed = order.get("at") is not None or order.get("seconds") is not None
    count = None if doomed else Path(order["log"]).with_suffix(".count")
    _count(order["folder"], order.get("at"), count)
    code = work(order["arguments"])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _count(folder: str, last: int | None, told: Path | None) -> None:
    """Count the operations on files below a folder; die before the last one to be done."""
    done = 0

    def hear(event: str, details: tuple[object, ...]) -> None:
        nonlocal done
        if event not in EVENTS or not str(details[0]).startswith(folder):
            return
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)
        done += 1
        if told:
            told.write_text(str(done))

    sys.addaudithook(hear)


if __name__ == "__main__":
    main()
