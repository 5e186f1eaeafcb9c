"""Databases for the tests of the source `sql`."""

from __future__ import annotations

import pytest

from tests.postgres import Server
from tests.sources.databases import filled


@pytest.fixture
def prices(database: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A database with the table `prices` of IWM, QQQ and SPY, which the environment names."""
    monkeypatch.setenv("REPORTER_SQL_URL", database.url())
    return filled(database)


@pytest.fixture
def empty(database: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A database without tables, which the environment names."""
    monkeypatch.setenv("REPORTER_SQL_URL", database.url())
    return database
