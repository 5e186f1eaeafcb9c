"""The search's files: every word leads to the editions that hold it, and to no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive.site import wordlist
from reporter.archive.site.shelf import shelf
from tests.archive import sites


def unpacked(line: str) -> list[int]:
    """The other side of the packing, as the page's script has it."""
    found, at = [], -1
    for part in line.split(","):
        step, _, again = part.partition("+")
        for _ in range(1 + (int(again, 36) if again else 0)):
            at += int(step, 36)
            found.append(at)
    return found


def value(data: bytes) -> Any:
    """What a script file hands to the page."""
    text = data.decode()
    assert text.startswith('reporterSearch.take("')
    return json.loads(text.partition(",")[2].rstrip()[:-2])


@given(st.sets(st.integers(0, 20_000), min_size=1))
def test_numbers_come_back(numbers: set[int]) -> None:
    assert unpacked(wordlist._packed(sorted(numbers))) == sorted(numbers)


def test_many_in_a_row_are_short() -> None:
    assert wordlist._packed(range(10_000)) == "1+7pr"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Café Zürich, S&P 500: 2,674.56", ["cafe", "zurich", "s", "p", "500", "2", "674", "56"]),
        ("\u22127.8% über_allem", ["7", "8", "uber", "allem"]),
        ("<b>don\u2019t</b>", ["b", "don", "t", "b"]),
        ("", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert wordlist.words(text) == words


@given(st.dictionaries(st.text("abc", min_size=1, max_size=6), st.just("1"), max_size=60))
def test_each_word_lies_in_one_file_that_its_beginning_names(lines: dict[str, str]) -> None:
    known = dict(sorted(lines.items()))
    shards = list(_split(known))
    assert sorted(word for _, some in shards for word in some) == sorted(known)
    for start, some in shards:
        for word in some:
            assert word == start.rstrip() if start.endswith(" ") else word.startswith(start)


def _split(lines: dict[str, str]) -> list[tuple[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wordlist, "LARGEST", 40)
        return list(wordlist._shards(lines, ""))


def test_the_files_lead_from_a_word_to_its_editions(tmp_path: Path) -> None:
    issues = shelf(sites.several(tmp_path, 3)).issues
    files = dict(wordlist.files(issues))
    index = value(files["search/index.js"])
    assert index["editions"] == 4
    words: dict[str, str] = {}
    for _, name in index["words"]:
        words |= value(files[f"search/words/{name}.js"])
    assert unpacked(words["resume"]) == [0, 1, 2, 3]
    assert unpacked(words["620"]) == [1]
    assert value(files["search/text/1.js"])["page"] == "editions/2026-01-22/weekly/index.html"


def test_a_text_cannot_end_its_script() -> None:
    data = wordlist.script("t0", {"a": "</script>\u2028<!--&"})
    assert not {"<", ">", "&", "\u2028"} & set(data.decode().partition("(")[2])
    assert value(data) == {"a": "</script>\u2028<!--&"}
