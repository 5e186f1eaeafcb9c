"""Tokens of links to unsubscribe: read by whoever made them, forged by nobody."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.delivery.tokens import ForgedError, key, make, read
from reporter.errors import DeliveryError

KEY = key("k" * 40)
HANDLE = "0123456789abcdef" * 2
TOKEN = make(KEY, HANDLE, "weekly")


@given(
    handle=st.text("0123456789abcdef", max_size=40), listed=st.sampled_from(["weekly", "*", "a-b"])
)
def test_a_token_is_read_as_it_was_made(handle: str, listed: str) -> None:
    token = make(KEY, handle, listed)
    assert read(KEY, token) == (handle, listed)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)


def test_every_sign_counts() -> None:
    for at, sign in enumerate(TOKEN):
        other = TOKEN[:at] + ("A" if sign != "A" else "B") + TOKEN[at + 1 :]
        with pytest.raises(ForgedError):
            read(KEY, other)


@given(st.text(max_size=600) | st.binary().map(lambda data: data.decode("latin-1")))
def test_what_is_no_token_is_forged(token: str) -> None:
    with pytest.raises(ForgedError):
        read(KEY, token)


@pytest.mark.parametrize(
    "changed", [TOKEN + "=", TOKEN + "\n", TOKEN[:-1], TOKEN + "A", " " + TOKEN]
)
def test_it_is_written_in_one_way_only(changed: str) -> None:
    with pytest.raises(ForgedError):
        read(KEY, changed)


def test_another_key_reads_nothing() -> None:
    with pytest.raises(ForgedError):
        read(key("x" * 40), TOKEN)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(DeliveryError, match="fewer than 32 signs"):
        key("k" * 31)


def test_what_would_be_read_otherwise_is_not_made() -> None:
    for handle, listed in (("a\nb", "weekly"), ("a", "x" * 600)):
        with pytest.raises(ValueError, match=r"token|handle"):
            make(KEY, handle, listed)
