"""The program's entry: `reporter` and `python -m reporter`."""

from __future__ import annotations


def main() -> None:
    """Run the command line and leave with its exit code."""
    from reporter.cli import run  # noqa: PLC0415  the import is the work: nothing before it

    raise SystemExit(run())


if __name__ == "__main__":
    main()
