from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from reporter import source_options
from reporter.model import SourceRef, Terms
from reporter.sources.base import sources

OPEN = "Put it into the environment instead."


@pytest.fixture(autouse=True)
def acme(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source `acme` that declares two options, and `plain` that declares nothing."""
    known = {"depth": "How deep.", "url_env": "Which variable holds the address."}
    said = {("acme", "OPTIONS"): known, ("acme", "TERMS"): "internal"}
    declared, names = sources.declared, sources.names()
    monkeypatch.setattr(sources, "names", lambda: (*names, "acme", "plain"))
    monkeypatch.setattr(
        sources, "declared", lambda n, c: declared(n, c) if n in names else said.get((n, c))
    )


def told(name: str, **table: Any) -> list[str]:
    """What is wrong with a table, without its keys."""
    return [message for _, message in source_options.mistakes({"sources": {name: table}})]


def test_options_that_are_declared_pass() -> None:
    assert not told("acme", depth=3, url_env="ACME_URL", terms="personal")
    assert not told("plain", anything={"a": [1, "b", True, 0.5]})
    assert not told("sample", terms="internal")


def test_an_unknown_source_or_option_is_answered_with_the_nearest() -> None:
    raw = {"sources": {"acne": {}, "acme": {"dept": 1}, "sample": {"trems": "personal"}}}
    assert list(source_options.mistakes(raw)) == [
        (("sources", "acne"), "unknown source 'acne'. Did you mean 'acme'?"),
        (("sources", "acme", "dept"), "unknown option. Did you mean 'depth'?"),
        (("sources", "sample", "trems"), "unknown option. Did you mean 'terms'?"),
    ]


@pytest.mark.parametrize("raw", [{}, {"sources": 3}, {"sources": {"acme": 3}}, {"sources": []}])
def test_shapes_that_are_wrong_are_left_to_the_forms(raw: dict[str, Any]) -> None:
    assert not list(source_options.mistakes(raw))


@pytest.mark.parametrize(
    "option",
    ["password", "db_password", "PASSWD", "pwd", "api_key", "apiKey", "api-key", "apikey", "token",
     "access_token", "accessToken", "secret", "client_secret", "private_key", "credentials"],
)  # fmt: skip
def test_a_secret_belongs_into_the_environment(option: str) -> None:
    for name in ("acme", "plain"):
        (message,) = told(name, **{option: "hunter2"})
        assert message.startswith("is a secret")
        assert message.endswith(OPEN)
        assert "hunter2" not in message
    (message,) = told("plain", login=[{option: "hunter2"}])
    assert OPEN in message


@pytest.mark.parametrize(
    "option", ["key", "key_column", "tokenise", "password_env", "passage", "monkey", "author"]
)
def test_other_names_are_no_secrets(option: str) -> None:
    assert not told("plain", **{option: "x"})


SIGNED_IN = [
    "postgresql://me:hunter2@host/prices",
    "postgresql://host/prices?user=me&password=hunter2",
    "https://feed.example/v1?api_key=hunter2",
    "https://feed.example/v1?access_token=hunter2",
    "mssql+pyodbc:///?odbc_connect=DRIVER=x;UID=me;PWD=hunter2",
]
HARMLESS = [
    "postgresql://me@host/prices", "sqlite:///prices.db", "https://feed.example/v1?table=keys",
    "postgresql://host:5432/prices", "a;b=c",
]  # fmt: skip


@pytest.mark.parametrize("address", SIGNED_IN)
def test_an_address_with_a_password_is_one_too(address: str) -> None:
    (message,) = told("plain", url=address)
    assert message.startswith("holds a password")
    assert message.endswith(OPEN)
    assert "hunter2" not in message
    raw = {"source": f"plain:{address}"}
    assert list(source_options.mistakes(raw)) == [(("source",), message)]


@pytest.mark.parametrize("address", HARMLESS)
def test_an_address_without_one_passes(address: str) -> None:
    assert not told("plain", url=address)
    assert not list(source_options.mistakes({"source": f"plain:{address}"}))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, object(), [object()]])
def test_values_are_what_json_can_hold(value: object) -> None:
    expected = "must be text, a number, true, false, a list or a table."
    assert told("plain", x=value)[0].endswith(expected)


@pytest.mark.parametrize(
    ("name", "terms"),
    [("yahoo", "redistributable"), ("yahoo", "internal"), ("acme", "redistributable")],
)
def test_a_spec_cannot_loosen_what_a_source_declares(name: str, terms: str) -> None:
    (message,) = told(name, terms=terms)
    own = "personal" if name == "yahoo" else "internal"
    assert message == (
        f"{terms!r} would allow more than the source {name!r} does: its data is for {own} use "
        f"by its terms, which a spec cannot loosen. Write {own!r} or stricter terms."
    )


def test_where_the_source_does_not_know_the_user_s_word_counts() -> None:
    for term in Terms:
        assert not told("files", terms=term.value)
        assert not told("plain", terms=term.value)
    assert not told("yahoo", terms="personal")


def test_terms_are_one_of_four_words() -> None:
    assert told("files", terms="personnal") == [
        "unknown terms 'personnal'. Did you mean 'personal'?"
    ]
    assert told("files", terms=3) == ["must be text in quotes."]


def test_a_source_has_the_options_of_its_own_table() -> None:
    tables: dict[str, Any] = {"acme": {"depth": 3}, "plain": {"x": 1}}
    assert source_options.ordered(SourceRef("acme", "a"), tables) == SourceRef(
        "acme", "a", {"depth": 3}
    )
    assert source_options.ordered(SourceRef("sample"), tables) == SourceRef("sample")


def test_a_database_file_is_relative_to_the_spec_too(tmp_path: Path) -> None:
    def url(text: str) -> object:
        tables: dict[str, Any] = {"sql": {"url": text}}
        return source_options.ordered(SourceRef("sql"), tables, tmp_path).options["url"]

    assert url("sqlite:///p.db") == f"sqlite:///{tmp_path}/p.db"
    assert url("sqlite+pysqlite:///a/p.db?x=1") == f"sqlite+pysqlite:///{tmp_path}/a/p.db?x=1"
    for other in ("sqlite:////p.db", "sqlite:///:memory:", "sqlite://", "postgresql://u@h/d"):
        assert url(other) == other


def test_only_a_path_is_relative_to_the_spec(tmp_path: Path) -> None:
    beside = source_options.beside
    assert beside(SourceRef("files", "p"), tmp_path) == SourceRef("files", str(tmp_path / "p"))
    assert beside(SourceRef("files", "/p"), tmp_path) == SourceRef("files", "/p")
    assert beside(SourceRef("files", "p"), None) == SourceRef("files", "p")
    for other in (SourceRef("acme", "p"), SourceRef("files"), SourceRef("sample")):
        assert beside(other, tmp_path) == other


def test_the_schema_s_pattern_takes_what_the_program_takes() -> None:
    pattern = source_options.pattern()
    for good in ("sample", "yahoo", "files:p", "acme", "acme:x", "plain:x y"):
        assert re.search(pattern, good), good
    for bad in ("files", "files:", "sample:x", "yahoo:x", "acmes", "xacme", ""):
        assert not re.search(pattern, bad), bad
