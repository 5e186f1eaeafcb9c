"""Chromium for tests that look at pages: it is there, or the test fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, the machine's own or the one Playwright brought.

    Raises:
        LookupError: there is none; no test of a page is left out for that.
    """
    with sync_playwright() as playwright:
        if not CHROMIUM and not Path(playwright.chromium.executable_path).exists():
            raise LookupError("no Chromium here; `make test` installs Debian's `chromium`")
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The same for all tests of a file; none of these may have an event loop of its own."""
    with chromium() as started:
        yield started
