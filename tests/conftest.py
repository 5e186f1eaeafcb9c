"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postfix import postfix, shared_postfix
from tests.postgres import database, postgres

__all__ = ["database", "postfix", "postgres", "real_data", "shared_postfix"]  # fixtures

# A busy machine is no failure, so examples have no deadline; `make soak` tries many more.
settings.register_profile("usual", deadline=None)
settings.register_profile("soak", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the machine's keyring, nor the one that a test before it loaded."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr("keyring.core._keyring_backend", None)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real prices, for checking only; named by REPORTER_REAL_DATA."""
    folder = os.environ.get("REPORTER_REAL_DATA")
    if not folder:
        pytest.skip("REPORTER_REAL_DATA is not set: real prices are not at hand")
    return Path(folder)
