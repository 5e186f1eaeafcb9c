"""How long one brief takes from nothing, and against what: `python -m benchmarks.cold`.

Every figure is the median of several fresh processes, run in turn (A B C A B C ...), so that a
busy moment of the machine meets all ways alike. Ratios are medians of the ratios of each round.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypedDict

ROOT = Path(__file__).resolve().parent.parent
WAYS = ("naive", "chromium", "quantstats")
TARGETS = {"naive": (0.65, 0.30), "chromium": (1.15, 0.55), "quantstats": (0.70, 0.32)}
SIZE_TARGETS = (0.6, 0.5)
HELP_TARGET = 0.25
REPORTER = (sys.executable, "-m", "reporter")
HELP = (*REPORTER, "--help")
OURS = "ours"
HEAVY = (sys.executable, "-c", "import pandas, matplotlib, weasyprint")


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took: seconds by the clock and of the processor, children included."""

    wall: float
    cpu: float
    stdout: str


def run(*command: str) -> Run:
    """Run a command in a fresh process of this checkout.

    Raises:
        SystemExit: it failed; its own words are passed on.
    """
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )  # fmt: skip
    wall, after = perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, used, done.stdout)


def way(name: str, spec: str, output: Path) -> Run:
    """The command itself, or one of `benchmarks.ways`, in its own process and folder."""
    folder = output / name
    folder.mkdir(exist_ok=True)
    if name == OURS:
        return run(*REPORTER, "build", spec, "-q", "--format", "pdf", "--output", str(folder))
    return run(sys.executable, "-m", "benchmarks.ways", name, spec, str(folder))


def ratios(one: list[Run], other: list[Run]) -> dict[str, float]:
    """The medians of the rounds' ratios, by the clock and by the processor."""
    pairs = list(zip(one, other, strict=True))
    return {
        "wall": median(a.wall / b.wall for a, b in pairs),
        "cpu": median(a.cpu / b.cpu for a, b in pairs),
    }


def in_turn(names: tuple[str, ...], rounds: int, spec: str, output: Path) -> dict[str, list[Run]]:
    """Every way once a round; the first round only warms the machine's caches."""
    found: dict[str, list[Run]] = {name: [] for name in names}
    for at in range(rounds + 1):
        for name in names:
            print(f"\r{name} {at}/{rounds}   ", end="", file=sys.stderr)
            made = way(name, spec, output)
            if at:
                found[name].append(made)
    print("\r" + " " * 30, end="\r", file=sys.stderr)
    return found


class Figures(TypedDict):
    """What was measured: seconds, ratios of ours to each way, bytes."""

    rounds: int
    wall: dict[str, float]
    cpu: dict[str, float]
    ratios: dict[str, dict[str, float]]
    sizes: dict[str, int]
    stages: dict[str, float]
    help: float


def report(spec: str, rounds: int, names: tuple[str, ...]) -> Figures:
    """Measure, print, and give the figures."""
    with tempfile.TemporaryDirectory() as temporary:
        output = Path(temporary)
        runs = in_turn((OURS, *names), rounds, spec, output)
        stages = [json.loads(way("staged", spec, output).stdout) for _ in range(rounds)]
        sizes = {
            name: pdf.stat().st_size for name in runs for pdf in (output / name).rglob("*.pdf")
        }
    help_runs = [(run(*HELP), run(*HEAVY)) for _ in range(rounds + 1)][1:]
    return {
        "rounds": rounds,
        "wall": {name: median(r.wall for r in found) for name, found in runs.items()},
        "cpu": {name: median(r.cpu for r in found) for name, found in runs.items()},
        "ratios": {name: ratios(runs[OURS], runs[name]) for name in names},
        "sizes": sizes,
        "stages": {key: median(one[key] for one in stages) for key in stages[0]},
        "help": median(light.wall / heavy.wall for light, heavy in help_runs),
    }


def table(figures: Figures) -> str:
    """The figures as lines to read."""
    wall, cpu, sizes = figures["wall"], figures["cpu"], figures["sizes"]
    lines = [f"Medians of {figures['rounds']} rounds, fresh processes.", ""]
    lines += [f"{n:<18}{wall[n]:7.2f} s wall{cpu[n]:7.2f} s CPU" for n in wall]
    lines += ["", f"{'Ours against':<18}{'wall':>7}{'CPU':>7}{'first step':>12}{'goal':>7}"]
    for name, found in figures["ratios"].items():
        lines.append(_against(name, TARGETS[name], found["wall"], found["cpu"]))
    if "naive" in sizes:
        lines.append(_against("size of naive", SIZE_TARGETS, sizes[OURS] / sizes["naive"]))
    lines.append(_against("--help / imports", (HELP_TARGET,), figures["help"]))
    lines += ["", "Stages of ours, seconds of the processor"]
    lines += [f"  {name:<28}{seconds:6.3f}" for name, seconds in figures["stages"].items()]
    return "\n".join(lines)


def _against(name: str, targets: tuple[float, ...], found: float, cpu: float | None = None) -> str:
    beside = f"{cpu:7.2f}" if cpu is not None else " " * 7
    aims = f"{targets[0]:12.2f}" + "".join(f"{target:7.2f}" for target in targets[1:])
    return f"{name:<18}{found:7.2f}{beside}{aims}   {'met' if found <= targets[0] else 'missed'}"


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spec", default="small-caps", help="a shipped spec's name, or a path")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--against", nargs="*", choices=WAYS, default=list(WAYS))
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    asked = parser.parse_args()
    figures = report(asked.spec, asked.rounds, tuple(asked.against))
    print(json.dumps(figures, indent=2) if asked.json else table(figures))


if __name__ == "__main__":
    main()
