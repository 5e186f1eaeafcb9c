"""Ctrl-C or SIGTERM at any moment of a real build: 130 and nothing on the disk, or 0 and all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reporter.output import INPUTS

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 120.0


def at_once(_folder: Path) -> bool:
    return True


def when_written(folder: Path) -> bool:
    return (folder / "output").exists()


def when_in_place(folder: Path) -> bool:
    return any((folder / "output").glob("*/small-caps"))


def interrupted(
    folder: Path,
    moment: Callable[[Path], bool],
    seconds: float,
    number: signal.Signals = signal.SIGINT,
) -> tuple[int, str]:
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
        program.send_signal(number)
        _, err = program.communicate()
        return program.returncode, err


@pytest.mark.parametrize(
    ("seconds", "number"), [(0.3, signal.SIGINT), (0.7, signal.SIGINT), (0.7, signal.SIGTERM)]
)
def test_an_interrupted_build_leaves_nothing(
    seconds: float, number: signal.Signals, tmp_path: Path
) -> None:
    code, err = interrupted(tmp_path, at_once, seconds, number)
    assert code == 130
    assert err.split() in (["Error:", "interrupted."], [])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("seconds", "number"), [(0.0, signal.SIGINT), (0.005, signal.SIGINT), (0.005, signal.SIGTERM)]
)
def test_an_interrupt_while_files_are_written_leaves_all_or_none(
    seconds: float, number: signal.Signals, tmp_path: Path
) -> None:
    code, err = interrupted(tmp_path, when_written, seconds, number)
    left = {path.name for path in tmp_path.rglob("*")}
    assert "Traceback" not in err
    assert not [name for name in left - {INPUTS} if name.startswith(".")]
    assert {"manifest.json", "brief.pdf", "brief.json"} <= left if left else code == 130
    assert code == (0 if left else 130)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_after_the_edition_is_in_place_comes_too_late(
    number: signal.Signals, tmp_path: Path
) -> None:
    code, err = interrupted(tmp_path, when_in_place, 0.0, number)
    assert (code, err) == (0, "")
    left = {path.name for path in tmp_path.rglob("*")}
    assert "manifest.json" in left
    assert not [name for name in left - {INPUTS} if name.startswith(".")]
