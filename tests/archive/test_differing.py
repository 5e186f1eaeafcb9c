"""Where files differ is told in words: a key, a line, a page."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive.differing import harmless, place


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"a": [{"id": "x", "v": 1}]}, {"a": [{"id": "x", "v": 2}]}, "a/x/v: 1 then, 2 now"),
        ({"a": 1}, {"a": 1, "b": 2}, "b: nothing then, 2 now"),
        ({"a": [1]}, {"a": [1, 2]}, "a/2: nothing then, 2 now"),
        ({"a": 1}, {"a": 1.0}, "a: 1 then, 1.0 now"),
        ({"a": "\x1b[31m"}, {"a": "b"}, 'a: "\\u001b[31m" then, "b" now'),
    ],
)
def test_json_differs_at_a_key(old: object, new: object, told: str) -> None:
    assert place("x.json", json.dumps(old).encode(), json.dumps(new).encode()) == told


def test_text_differs_in_a_line() -> None:
    assert place("a.csv", b"a\nb\nc", b"a\nB\nc") == "line 2: 'b' then, 'B' now"
    assert place("a.csv", b"a", b"a\n") == "line 2: nothing then, '' now"
    assert len(place("a.html", b"x" * 9000 + b"a", b"x" * 9000 + b"b")) < 200


def test_bytes_differ_at_one() -> None:
    assert place("a.png", b"abc", b"abd") == "byte 3 of 3"
    assert place("a.png", b"abc", b"ab") == "3 bytes then, 2 now"
    assert place("a.json", b"{}", b"{} ") == "2 bytes then, 3 now"
    assert place("a.json", b"{", b"[") == "byte 1 of 1"


def pdf(*pages: bytes, font: bytes = b"true font") -> bytes:
    streams = (zlib.compress(data) for data in (*pages, font))
    return b"%PDF" + b"".join(b"<<>>\nstream\n" + data + b"\nendstream\n" for data in streams)


def test_pages_are_told_apart() -> None:
    one, two, other = b"q\nBT\n(a) Tj", b"q\nBT\n(b) Tj", b"q\nBT\n(c) Tj"
    assert place("b.pdf", pdf(one, two), pdf(one, other)) == "page 2"
    assert place("b.pdf", pdf(one, two), pdf(two, other)) == "pages 1, 2"
    assert place("b.pdf", pdf(one, two), pdf(one)) == "another number of pages: 2 then, 1 now"
    assert "other fonts" in place("b.pdf", pdf(one), pdf(one, font=b"true other"))
    assert "structure" in place("b.pdf", pdf(one), pdf(one) + b"\n")
    assert place("b.pdf", b"%PDF a", b"%PDF b") == "byte 6 of 6"


@given(st.sampled_from(["a.pdf", "a.json", "a.html", "a.png", "a"]), st.binary(), st.binary())
def test_any_bytes_are_told_in_one_harmless_line(path: str, old: bytes, new: bytes) -> None:
    if old != new:
        told = place(path, old, new)
        assert told
        assert told.isprintable()


@given(st.text())
def test_harmless_text_is_printable(text: str) -> None:
    assert harmless(text).isprintable()
