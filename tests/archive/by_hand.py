"""What trials do to an archive by processes of their own: `python -m tests.archive.by_hand`.

Each takes words as the command line does and ends as that ends: with a message and its exit code.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from reporter.archive.base import opened
from reporter.archive.filing import file
from reporter.errors import ReporterError
from tests.archives import FIRST, draft, hand


def add(words: list[str]) -> int:
    """File editions: the archive's folder, then `week` or `week:minutes` or `week:minutes:bytes`.

    The minutes are those after noon that the clock says, the bytes those of the PDF.
    """
    made = opened(Path(words[0]), must_exist=False)
    for word in words[1:]:
        week, minutes, size = (*(int(number or 0) for number in word.split(":")), 0, 0)[:3]
        pdf = (b"%08d" % week) * (size // 8) or b"%PDF-1.7 small"
        what = draft(FIRST + timedelta(weeks=week), pdf=pdf)
        done = file(made, what, hand(minutes or week))
        print(done.edition.id, "new" if done.new else "filed already")  # noqa: T201
    return 0


def main(words: list[str]) -> int:
    """Do what the words say; a refusal is one line on stderr."""
    try:
        return add(words)
    except ReporterError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
