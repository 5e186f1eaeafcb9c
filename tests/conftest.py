"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real prices, for checking only; named by REPORTER_REAL_DATA."""
    folder = os.environ.get("REPORTER_REAL_DATA")
    if not folder:
        pytest.skip("REPORTER_REAL_DATA is not set: real prices are not at hand")
    return Path(folder)
