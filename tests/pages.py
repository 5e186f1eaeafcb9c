"""The page to unsubscribe as it is in earnest: served by a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-u", "-m", "reporter", "unsubscribe", "serve", "--port", "0"]
PATIENCE = 60.0  # seconds that an answer, or its end, may take on a busy machine


@contextmanager
def served(folder: Path, key: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Where it is, and its process, which ends with the context however that ends."""
    environment = os.environ | {"REPORTER_UNSUBSCRIBE_KEY": key, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        COMMAND, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        assert process.stdout
        try:
            yield process.stdout.readline().strip(), process
        finally:
            if process.poll() is None:
                process.kill()
