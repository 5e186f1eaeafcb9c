"""An edition that waits for Ann's approval, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reporter.archive.approving import Approved, Wish, approve
from reporter.archive.base import Archive
from tests.approvers import enforce, row, signer
from tests.archives import archive, hand

FIRST = "2026-01-15/weekly"
ANN, BO = row(), row("Bo Lind", "bo")


@pytest.fixture
def made(tmp_path: Path) -> Archive:
    """An archive with one edition, prepared by jane, and a policy that lists Ann."""
    there = archive(tmp_path, editions=1)
    enforce(there, ANN, minutes=1)
    return there


def approved(
    made: Archive, who: str = "ann", minutes: float = 2, edition: str = FIRST, **wish: Any
) -> Approved:
    """What came of somebody's approval."""
    return approve(made, Wish(edition, **wish), signer(who), hand(minutes, f"login-{who}"))
