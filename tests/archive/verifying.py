"""An archive that `verify` is asked about, for tests, and the one thing that it finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporter.archive.base import Archive, opened
from reporter.archive.findings import Found
from reporter.archive.verify import verify
from reporter.filed import Head
from tests.tampering import begun


@pytest.fixture
def made(tmp_path: Path) -> Archive:
    """Four entries, three of which file an edition."""
    return begun(tmp_path, 3)


def one(made: Archive, *heads: Head) -> Found:
    """What is found, and nothing else is."""
    (found,) = verify(opened(made.folder), heads).findings
    return found
