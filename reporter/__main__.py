"""The program's entry: `reporter` and `python -m reporter`."""

from __future__ import annotations

from reporter.errors import EXIT_INTERRUPTED


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        from reporter.cli import run  # noqa: PLC0415  an interrupt may come this early
    except KeyboardInterrupt:
        raise SystemExit(EXIT_INTERRUPTED) from None
    raise SystemExit(run())


if __name__ == "__main__":
    main()
