from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter import declarations
from reporter.model import SourceRef, Terms
from reporter.sources.base import sources
from tests.packages import install


@pytest.mark.parametrize("name", sources.names())
def test_every_source_of_ours_declares_its_terms_and_what_it_takes(name: str) -> None:
    assert sources.declared(name, "TERMS") in {str(term) for term in Terms}
    assert sources.declared(name, "LOCATION") in {"path", "text", "none"}
    options = declarations.options_of(name)
    assert options
    assert all(words.endswith(".") for words in options.values())
    needs = declarations.needs_of(name)
    assert not needs or needs.endswith(".")


def test_what_yahoo_gives_is_personal_and_what_the_sample_gives_is_free() -> None:
    assert declarations.terms_of("yahoo") is Terms.PERSONAL
    assert declarations.terms_of("sample") is Terms.REDISTRIBUTABLE
    assert declarations.terms_of("files") is Terms.UNKNOWN
    assert declarations.is_live("yahoo")
    assert not declarations.is_live("sample")
    assert not declarations.is_live("files")


def test_a_source_that_says_nothing_takes_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "declared", lambda _name, _constant: None)
    assert declarations.terms_of("x") is Terms.UNKNOWN
    assert declarations.location_of("x") == "text"
    assert declarations.needs_of("x") == ""
    assert declarations.options_of("x") is None
    assert not declarations.is_live("x")


def test_a_source_fetches_with_what_it_says_else_with_its_own_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"acme_a.py": "LIBRARY = 'acme-client'", "acme_b.py": "LIBRARY = 3"}
    site = install(tmp_path, "acme", {"told": "acme_a", "untold": "acme_b"}, files)
    monkeypatch.syspath_prepend(str(site))
    assert declarations.library_of("told") == "acme-client"
    assert declarations.library_of("untold") == "acme"
    assert declarations.library_of("sample") == ""


@pytest.mark.parametrize("said", [3, "free", ["path"], {"a": 1}, None])
def test_what_others_declare_may_be_of_any_type(
    said: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "declared", lambda _name, _constant: said)
    assert declarations.terms_of("x") is Terms.UNKNOWN
    assert declarations.location_of("x") == "text"
    assert isinstance(declarations.needs_of("x"), str)
    options = declarations.options_of("x")
    assert options is None or options == {"a": "1", **declarations.EVERYWHERE}


@given(own=st.sampled_from(Terms), stated=st.sampled_from(Terms))
def test_nobody_loosens_what_a_source_knows(own: Terms, stated: Terms) -> None:
    holds = declarations.agreed(own, stated)
    order = list(Terms)
    assert holds in {own, stated}
    if own is Terms.UNKNOWN:
        assert holds is stated
    else:
        assert order.index(holds) == max(order.index(own), order.index(stated))
    assert declarations.loosened(own, stated) == (holds is not stated)
    assert declarations.agreed(own, None) is own


@pytest.mark.parametrize(
    ("name", "location", "printed"),
    [
        ("sample", "", "sample"),
        ("files", "/home/me/prices/", "files:prices"),
        ("files", "~/prices", "files:prices"),
        ("other", "book", "other:book"),
        ("other", "End of day 2", "other:End of day 2"),
        ("other", "/home/me/book", "other:book"),
        ("other", "C:\\Users\\me\\book", "other:book"),
        ("other", "postgresql://me:secret@host:5432/prices", "other"),
        ("other", "sqlite:////home/me/prices.db", "other"),
        ("other", "me:secret@host", "other"),
        ("other", "https://feed.example/v1?token=secret", "other"),
        ("other", "token=secret", "other"),
        ("other", "book;password=secret", "other"),
        ("other", "<b>book</b>", "other"),
        ("files", "postgresql://me:secret@host/prices", "files"),
    ],
)
def test_no_path_and_no_secret_is_printed(
    name: str, location: str, printed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = sources.declared
    monkeypatch.setattr(
        sources, "declared", lambda of, what: declared(of, what) if of != "other" else None
    )
    assert declarations.printable(SourceRef(name, location)) == printed


def test_a_folder_that_is_here_is_called_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert declarations.printable(SourceRef("files", ".")) == f"files:{tmp_path.name}"
