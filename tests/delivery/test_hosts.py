"""Which servers are this machine."""

from __future__ import annotations

import pytest

from reporter.delivery.hosts import is_here


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost", "localhost.", "127.0.0.1", "127.8.9.1", "::1"]
)
def test_names_and_numbers_of_this_machine(host: str) -> None:
    assert is_here(host)


@pytest.mark.parametrize(
    "host", ["", ".", "localhost.example.com", "127.0.0.1.example.com", "127.1", "10.0.0.1", "::2"]
)
def test_everything_else_is_another_machine(host: str) -> None:
    assert not is_here(host)
