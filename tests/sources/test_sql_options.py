"""What a user may say of their database, and how mistakes are told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.database import parsed, secrets_in
from reporter.errors import SpecError
from reporter.model import Basis, Json, Kind, Terms
from reporter.sources import _sql_options
from reporter.sources._sql_options import Settings, settle
from reporter.sources.base import sources

URL = "postgresql://reader@db.house/prices"
WITH_SECRET = "postgresql://reader:hunter2@db.house/prices"  # noqa: S105  of nobody


def said(
    options: Mapping[str, Json], location: str = "", environment: Mapping[str, str] | None = None
) -> Settings:
    """The settings that follow."""
    return settle(options, location, environment or {}, lambda url: bool(secrets_in(parsed(url))))


def mistakes(options: Mapping[str, Json], location: str = "") -> list[str]:
    """The lines of the refusal."""
    with pytest.raises(SpecError) as caught:
        said({"url": URL, **options}, location)
    return str(caught.value).splitlines()


def test_all_that_can_be_said() -> None:
    found = said(
        {
            "url": URL,
            "table": "Bars",
            "schema": "market",
            "columns": {"close": "px_last"},
            "symbols": {".rut": "RTY", "SPY": 17},
            "basis": {"spy": "adjusted"},
            "kind": {"DGS10": "yield"},
            "terms": "internal",
            "timeout": 5,
            "zone": "Asia/Tokyo",
        }
    )
    assert (found.url, found.table, found.schema) == (URL, "Bars", "market")
    assert found.columns == {"close": "px_last"}
    assert [found.theirs(s) for s in ("^RUT", "SPY", "QQQ")] == ["RTY", 17, "QQQ"]
    assert [found.basis_of(s) for s in ("SPY", "QQQ")] == [Basis.ADJUSTED, None]
    assert [found.kind_of(s) for s in ("DGS10", "QQQ")] == [Kind.YIELD, None]
    assert (found.terms, found.timeout, str(found.zone)) == (Terms.INTERNAL, 5.0, "Asia/Tokyo")


def test_the_file_that_the_readme_shows(tmp_path: Path) -> None:
    readme = Path("README.md").read_text(encoding="utf-8")
    told = readme.partition("### Prices from your own database")[2].partition("\n### ")[0]
    file = tmp_path / "house.toml"
    file.write_text(told.partition("```text\n")[2].partition("```")[0], encoding="utf-8")
    found = said({}, str(file))
    assert (found.schema, found.table, found.basis_of("SPY")) == ("eod", "bars", Basis.PRICE)
    assert found.columns == {"symbol": "ticker", "date": "trade_date", "close": "px_last"}
    assert found.theirs("^RUT") == "RTY"
    assert all(f"`{key}`" in told or f"{key} = " in told or f"[{key}]" in told
               for key in _sql_options._CHECKS)  # fmt: skip


def test_what_need_not_be_said() -> None:
    found = said({"url": URL, "basis": "price"})
    assert (found.table, found.schema, found.timeout) == ("prices", None, 120.0)
    assert (found.terms, found.basis_of("^RUT")) == (Terms.UNKNOWN, Basis.PRICE)


def test_every_option_is_declared_and_checked() -> None:
    declared = sources.declared("sql", "OPTIONS")
    assert isinstance(declared, dict)
    assert declared.keys() | {"terms"} == _sql_options._CHECKS.keys()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"tabel": "x"}, "tabel: unknown key. Did you mean 'table'?"),
        ({"table": 3}, "table: 3 is no name. Write it as text in quotes."),
        ({"table": " "}, "table: ' ' is no name."),
        ({"table": "a\0b"}, "table: 'a\\x00b' is no name."),
        ({"schema": ["x"]}, "schema: ['x'] is no name."),
        ({"columns": "x"}, "columns: 'x' is no table. Write it like"),
        ({"columns": {"closse": "x"}}, "columns 'closse': unknown column. Did you mean 'close'?"),
        ({"columns": {"close": 1}}, "columns 'close': 1 is no name."),
        ({"symbols": {"^RUT": []}}, "symbols '^RUT': [] is no name."),
        ({"symbols": {"^RUT": True}}, "symbols '^RUT': True is no name."),
        ({"basis": "prise"}, "basis: 'prise' is none of price, adjusted."),
        ({"basis": {"SPY": "raw"}}, "basis 'SPY': 'raw' is none of price, adjusted."),
        ({"basis": 1}, "basis: 1 is no table. Write it like"),
        ({"kind": "bond"}, "kind: 'bond' is none of index, fund,"),
        ({"terms": "public"}, "terms: 'public' is none of redistributable, internal,"),
        ({"timeout": 0}, "timeout: 0 is no number of seconds"),
        ({"timeout": True}, "timeout: True is no number of seconds"),
        ({"timeout": float("nan")}, "timeout: nan is no number of seconds"),
        ({"timeout": 1e9}, "timeout: 1000000000.0 is no number of seconds up to a day."),
        ({"zone": "Mars/Base"}, "zone: 'Mars/Base' is no time zone."),
        ({"zone": "../etc"}, "zone: '../etc' is no time zone."),
        ({"url": WITH_SECRET}, "url: holds a password. Put it into REPORTER_SQL_URL, PGPASSWORD"),
    ],
)
def test_a_mistake_is_one_line_with_its_key(options: dict[str, Json], told: str) -> None:
    (line,) = mistakes(options)
    assert line.startswith(f"[sources.sql]: {told}")
    assert "hunter2" not in line


def test_all_mistakes_are_told_at_once() -> None:
    lines = mistakes({"tabel": 1, "columns": {"a": "b", "c": 1}, "timeout": "x"})
    assert len(lines) == 4


def test_a_database_must_be_named() -> None:
    with pytest.raises(SpecError, match=r"sql' needs a database\. .*REPORTER_SQL_URL"):
        said({})


def test_the_environments_url_goes_first_and_may_hold_a_password() -> None:
    found = said({"url": URL}, environment={"REPORTER_SQL_URL": WITH_SECRET})
    assert found.url == WITH_SECRET
    assert "hunter2" not in repr(found)


def test_a_file_says_it_too_and_the_spec_goes_first(tmp_path: Path) -> None:
    file = tmp_path / "house.toml"
    file.write_text('url = "sqlite:///a.db"\ntable = "one"\nschema = "main"\n', encoding="utf-8")
    found = said({"table": "two"}, str(file))
    assert (found.table, found.schema, found.folder) == ("two", "main", tmp_path)
    assert said({"url": URL}, str(file)).folder == Path()


def test_a_mistake_in_a_file_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "house.toml"
    file.write_text('# ours\nurl = "sqlite:///a.db"\n\n[columns]\nclosse = "x"\n', encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        said({}, str(file))
    assert str(caught.value) == (
        f"{file}:4: columns 'closse': unknown column. Did you mean 'close'?"
    )


@pytest.mark.parametrize("content", [b"url = ", b"\xff\xfe", None])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "house.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SpecError, match=r"house\.toml: .*Write sql:FILE\.toml"):
        said({}, str(file))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
KEYS = st.sampled_from([*_sql_options._CHECKS, "other"])


@given(options=st.dictionaries(KEYS, JSON, max_size=4))
def test_whatever_is_said_is_understood_or_refused_in_words(options: dict[str, Json]) -> None:
    options.pop("url", None)
    told: list[str] = []
    try:
        said({"url": URL, **options})
    except SpecError as error:
        told = str(error).split("\n")
    assert all(line.startswith("[sources.sql]: ") for line in told)


def test_a_url_that_is_none_is_told_with_its_place_and_not_repeated(tmp_path: Path) -> None:
    bad = "postgresql://u:hunter2@h:port/d"
    file = tmp_path / "house.toml"
    file.write_text(f'table = "bars"\nurl = "{bad}"\n', encoding="utf-8")
    for place, options, location, environment in (
        ("[sources.sql]", {"url": bad}, "", {}),
        (f"{file}:2", {}, str(file), {}),
        ("REPORTER_SQL_URL", {}, "", {"REPORTER_SQL_URL": bad}),
    ):
        with pytest.raises(SpecError) as caught:
            said(options, location, environment)
        told = str(caught.value)
        assert told.startswith(f"{place}: url: the url of the database is not understood. Write")
        assert "hunter2" not in told
