"""Ctrl-C at any moment of a real build: 130, one line, and nothing on the disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 120.0


def at_once(_folder: Path) -> bool:
    return True


def when_written(folder: Path) -> bool:
    return (folder / "output").exists()


def interrupted(folder: Path, moment: Callable[[Path], bool], seconds: float) -> tuple[int, str]:
    """Exit code and stderr of a build that is interrupted at a moment, or so long after it."""
    code = "import sys; sys.stderr.write('on\\n'); from reporter.__main__ import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "build", "-q"], cwd=folder, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as program:  # fmt: skip
        assert program.stderr is not None
        assert program.stderr.readline() == "on\n"
        end = time.monotonic() + PATIENCE
        while not moment(folder) and program.poll() is None and time.monotonic() < end:
            time.sleep(0.001)
        time.sleep(seconds)
        program.send_signal(signal.SIGINT)
        _, err = program.communicate()
        return program.returncode, err


@pytest.mark.parametrize("seconds", [0.3, 0.7])
def test_an_interrupted_build_leaves_nothing(seconds: float, tmp_path: Path) -> None:
    code, err = interrupted(tmp_path, at_once, seconds)
    assert code == 130
    assert err.split() in (["Error:", "interrupted."], [])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("seconds", [0.0, 0.005])
def test_an_interrupt_while_files_are_written_leaves_all_or_none(
    seconds: float, tmp_path: Path
) -> None:
    code, err = interrupted(tmp_path, when_written, seconds)
    left = {path.name for path in tmp_path.rglob("*")}
    assert "Traceback" not in err
    assert not [name for name in left if name.startswith(".")]
    assert {"manifest.json", "brief.pdf", "brief.json"} <= left if left else code == 130
