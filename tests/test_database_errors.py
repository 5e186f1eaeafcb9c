"""What drivers say, and what a user is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.database_errors import _STATES, _TOLD, _WORDS, Asked, refusal, similar

SECRET = "s3cr3t-w0rd"  # noqa: S105  of nobody
ASKED = Asked(
    "postgresql://me@db/house", "the user 'me'", "house", "prices",
    "GRANT SELECT ON prices TO me;", 30.0, (SECRET,),
)  # fmt: skip


class DriverError(Exception):
    """What a driver raises."""

    def __init__(self, words: str, sqlstate: str | None = None) -> None:
        super().__init__(words)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("words", "state", "told"),
    [
        ("permission denied for table prices", "42501", "GRANT SELECT ON prices TO me;"),
        ("droits insuffisants", "42501", "the user 'me' may not read prices."),
        ("terminating connection", "57P01", "Run it again; nothing was written."),
        ("canceling statement", "57014", "longer than the timeout of 30 seconds"),
        ("conflict with recovery", "40001", "Run it again"),
        ('relation "prices" does not exist', "42P01", "was changed while it was read"),
        ("sorry, too many clients already", "53300", "takes no more connections"),
        # Drivers of other databases, whose errors carry no state.
        ("(1045, \"Access denied for user 'me'@'h' (using password: YES)\")", None, "let the user"),
        ("(1142, \"SELECT command denied to user 'me' for table 'prices'\")", None, "GRANT SELECT"),
        ("(1049, \"Unknown database 'house'\")", None, "no database 'house'"),
        ("(2003, \"Can't connect to MySQL server on 'h'\")", None, "cannot be reached"),
        ("(2006, 'MySQL server has gone away')", None, "was lost in the middle"),
        ("Login failed for user 'me'.", None, "does not let the user 'me' in"),
        ("database is locked", None, "locked by a writer"),
        ("server closed the connection unexpectedly", None, "was lost in the middle"),
        ("something new", None, "the database refuses to read prices: something new."),
        ("", None, "the database refuses to read prices."),
    ],
)
def test_each_trouble_in_words(words: str, state: str | None, told: str) -> None:
    error = refusal(DriverError(words, state), ASKED)
    assert told in str(error)
    assert error.where == ASKED.where
    assert error.tip


def test_a_connection_known_to_be_lost_is_told_as_that() -> None:
    assert "was lost" in str(refusal(DriverError("anything"), ASKED, lost=True))


def test_every_kind_has_its_words() -> None:
    kinds = {kind for _, kind in (*_STATES, *_WORDS)}
    assert kinds | {"other"} == set(_TOLD)


@given(before=st.text(), after=st.text(), state=st.sampled_from([None, "22P02", "42501", "XX000"]))
def test_a_drivers_words_never_give_the_password_away(
    before: str, after: str, state: str | None
) -> None:
    error = refusal(DriverError(f"{before}{SECRET}{after}", state), ASKED)
    assert SECRET not in str(error)
    assert SECRET not in repr(ASKED)


@given(words=st.text())
def test_whatever_a_driver_says_is_one_line(words: str) -> None:
    text = str(refusal(DriverError(words, "22P02"), ASKED))
    assert len(text.splitlines()) == 1
    assert len(text) < 500


def test_the_nearest_name_whatever_its_capitals() -> None:
    assert similar("PRICES", ["rates", "Prices"]) == "Did you mean 'Prices'?"
    assert similar("price", ["rates", "prices"]) == "Did you mean 'prices'?"
    assert similar("zzz", ["rates"]) == "Known: rates."
    assert similar("zzz", []) == ""
