from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter import written
from reporter.written import MisreadError


def test_a_tilde_is_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert written.path("~/prices") == tmp_path / "prices"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("~nosuchuser/prices", "names the home of nobody"),
        ("a\0b", "holds a control character"),
        ("a" * 5000, "is too long"),
        ("a/" * 3000, "is too long"),
    ],
)
def test_what_can_be_no_path_is_refused(name: str, message: str) -> None:
    with pytest.raises(MisreadError, match=message):
        written.path(name)


@pytest.mark.parametrize("name", ["../secret.png", "a/../../b", "/etc/passwd", "a\0", "b" * 300])
def test_nothing_is_read_from_outside(name: str, tmp_path: Path) -> None:
    with pytest.raises(MisreadError):
        written.beside(name, tmp_path)


@given(st.text(max_size=20))
def test_what_lies_beside_lies_beside(name: str) -> None:
    folder = Path("/somewhere/deep")
    try:
        found = written.beside(name, folder)
    except MisreadError:
        return
    assert Path(*[part for part in found.parts if part != ".."]) == found
    assert found.is_relative_to(folder)
    assert not found.exists()


def test_a_byte_order_mark_is_not_text() -> None:
    assert written.text("\ufeffa".encode()) == written.text(b"a") == "a"
    with pytest.raises(MisreadError, match=r"is not UTF-8 text \(byte 1\)"):
        written.text(b"a\xff")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a = ", "is not TOML: "),
        ("a = " + "9" * 5001, "too many digits"),
        ("a = 0x" + "f" * 5001, "too many digits"),
        ("a = [[1, 9223372036854775808]]", "too many digits"),
        ("a = " + "[" * 9000 + "]" * 9000, "nested too deeply"),
        (".".join("a" * 9000) + " = 1", "nested too deeply"),
    ],
)
def test_what_is_not_toml_is_refused(content: str, message: str) -> None:
    with pytest.raises(MisreadError, match=message):
        written.toml(content)


def test_toml_is_read() -> None:
    largest = 2**63 - 1
    assert written.toml(f"a = [{{ b = {largest} }}, {{ b = -{largest} }}]") == {
        "a": [{"b": largest}, {"b": -largest}]
    }


@given(st.text())
def test_any_text_is_read_or_refused(content: str) -> None:
    with suppress(MisreadError):
        assert isinstance(written.toml(content), dict)
