"""The program's entry: `reporter` and `python -m reporter`."""

from __future__ import annotations

import gc

from reporter.errors import EXIT_INTERRUPTED
from reporter.interrupts import listen, settle

CYCLES_AFTER = 100_000
"""New objects before cycles are looked for. Libraries make hundreds of thousands of lasting ones at
import and layout; Python's usual 700 spends a twentieth of a build on searching among them."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(CYCLES_AFTER)
    try:
        listen()
        from reporter.cli import run  # noqa: PLC0415  an interrupt may come this early
    except KeyboardInterrupt:
        raise SystemExit(EXIT_INTERRUPTED) from None
    code = run()
    settle()
    raise SystemExit(code)


if __name__ == "__main__":
    main()
