from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.places import Key, line_numbers, place, spell

TEXT = """title = "x"
names."^RUT" = "Russell"

[watch]  # lists
sizes = [
  "^RUT",
  "IWM",
]

[[pairs]]
subject = "IWM"
[[pairs]]
subject = "IJR"
[a.'b.c']
d.e = 1
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("title",), 1),
        (("names", "^RUT"), 2),
        (("watch",), 4),
        (("watch", "sizes"), 5),
        (("watch", "sizes", 1), 5),
        (("pairs", 0), 10),
        (("pairs", 1, "subject"), 13),
        (("a", "b.c", "d", "e"), 15),
        (("missing",), None),
        (("pairs", 1, "windows", 3), 12),
    ],
)
def test_a_key_is_found_on_its_line(key: Key, line: int | None) -> None:
    assert place(line_numbers(TEXT), key) == line


def test_keys_are_spelt_with_parts_counted_from_one() -> None:
    assert spell(("sections", 1, "name")) == "sections #2 name"


def test_a_key_takes_one_line_and_rules_no_terminal() -> None:
    assert spell(("watch", "a\nb\x1b[2J\u202e")) == r"watch a\nb\x1b[2J\u202e"
    assert spell(("watch", "größe 量")) == "watch größe 量"


def test_what_is_no_key_is_passed_over() -> None:
    assert line_numbers("= 3\n[broken\n]]\nok = 1") == {("ok",): 4}


def test_a_header_that_is_not_toml_is_kept_as_it_stands() -> None:
    assert place(line_numbers("[not toml]\nkey = 1"), ("not toml", "key")) == 2


NAMES = st.text("abcdefgh", min_size=1, max_size=5)


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, st.integers(0, 9), min_size=1), min_size=1))
def test_every_key_of_a_written_file_is_found_where_it_was_written(
    tables: dict[str, dict[str, int]],
) -> None:
    lines = []
    expected: dict[Key, int] = {}
    for table, entries in tables.items():
        lines.append(f"[{table}]")
        expected[table,] = len(lines)
        for name, value in entries.items():
            lines.append(f"{name} = {value}")
            expected[table, name] = len(lines)
    text = "\n".join(lines)
    parsed: dict[str, Any] = tomllib.loads(text)
    assert parsed == tables
    assert line_numbers(text) == expected
