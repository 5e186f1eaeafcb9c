"""Programs of the machine that a few tests ask for a second opinion."""

from __future__ import annotations

import os
import shutil

import pytest


def needs(name: str) -> pytest.MarkDecorator:
    """Leaves a test out where there is no such program; with `CI` set it runs, and fails.

    What `make test` installs needs no such mark: it is there, or the test fails.
    """
    is_missing = shutil.which(name) is None and not os.environ.get("CI")
    return pytest.mark.skipif(is_missing, reason=f"{name} is not on this machine")
