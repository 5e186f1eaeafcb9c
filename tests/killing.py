"""Runs that are killed: before one of their operations on files, or at any moment at all.

How many trials there are is for REPORTER_TRIALS to say; where they strike, for a seed.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

TRIALS = int(os.environ.get("REPORTER_TRIALS", "10"))


@dataclass(frozen=True)
class Ended:
    """How a run ended, what it said, after how many seconds and operations on files.

    The operations are told of a run that nobody meant to kill.
    """

    code: int
    said: str
    seconds: float
    operations: int


@dataclass(frozen=True)
class Nursery:
    """The process that starts the runs; see nursery.py."""

    process: subprocess.Popen[str]
    port: int = 0

    def run(  # noqa: PLR0913  all that a run may be told
        self,
        arguments: Sequence[str],
        folder: Path,
        now: datetime,
        *,
        call: str = "reporter.cli:run",
        at: int | None = None,
        seconds: float | None = None,
    ) -> Ended:
        """A run of the command line, or of another `call`, that works on files below `folder`.

        It may be killed before its operation `at` there, or so many seconds after it began.
        """
        log, count = folder.with_name("log.txt"), folder.with_name("log.count")
        count.unlink(missing_ok=True)
        order = {
            "arguments": list(arguments),
            "call": call,
            "now": now.isoformat(),
            "port": self.port,
            "folder": str(folder),
            "at": at,
            "seconds": seconds,
            "log": str(log),
        }
        assert self.process.stdin is not None
        print(json.dumps(order), file=self.process.stdin, flush=True)
        code, lasted = self._told().split()
        operations = int(count.read_text()) if count.exists() else 0
        said = log.read_text() if log.exists() else ""
        return Ended(int(code), said, float(lasted), operations)

    def _told(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the nursery has ended"
        return line


@contextmanager
def nurseries(cache: Path, port: int = 0) -> Iterator[Nursery]:
    """A nursery, whose runs speak to the Yahoo at this port."""
    environment = {**os.environ, "REPORTER_CACHE_DIR": str(cache)}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.nursery"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
    ) as process:  # fmt: skip
        yield Nursery(process, port)
        process.communicate()


def moments(count: int = TRIALS) -> list[float]:
    """Shares of a run's time, chosen by a seed."""
    chance = random.Random(7)  # noqa: S311  chance, not secrecy
    return [chance.random() for _ in range(count)]
