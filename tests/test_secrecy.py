from __future__ import annotations

import pytest

from reporter.secrecy import is_elsewhere, is_secret, may_be_secret, without_secrets


@pytest.mark.parametrize(
    ("name", "secret", "maybe", "elsewhere"),
    [
        ("password", True, True, False),
        ("apiKey", True, True, False),
        ("auth-key", True, True, False),
        ("dbpass", False, True, False),
        ("key", False, False, False),
        ("token_env", False, False, False),
        ("passwordVariable", False, False, False),
        ("url_env", False, False, True),
        ("env", False, False, True),
        ("environment", False, False, False),
        ("close", False, False, False),
        ("", False, False, False),
    ],
)
def test_a_name_says_what_its_value_is(
    name: str, *, secret: bool, maybe: bool, elsewhere: bool
) -> None:
    assert (is_secret(name), may_be_secret(name), is_elsewhere(name)) == (secret, maybe, elsewhere)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "prices",
        "sqlite:///a b/prices.db",
        "https://me@host:5/feed?q=^RUT&x=&y=1%2C2#part",
        "2026-01-16-5ee96a65",
        "host=h dbname=d",
        "Prices: https://host/eod?q=^RUT (see https://host/terms?); more = better.",
    ],
)
def test_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert without_secrets(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:hunter2@host/db",
        "postgresql://me:hun:hunter2@ter@host/db",
        "postgresql://host/db?sslpassword=hunter2",
        "mssql://?odbc_connect=PWD%3Dhunter2",
        "jdbc:sqlserver://host;user=me;password=hunter2",
        "host=h password = 'hunter2 or so'",
        'DRIVER=x;Pwd="hunter2";',
        "https://host/#access_token=hunter2",
        "http://[hunter2",
        "Prices come from https://me:hunter2@host/eod, as asked.",
        "two: http://a/?api_key=hunter2 and http://me:hunter2@b/",
        "postgresql://me:hun hunter2@host/db",
    ],
)
def test_a_secret_is_taken_out_wherever_it_stands(text: str) -> None:
    assert "hunter2" not in without_secrets(text)
