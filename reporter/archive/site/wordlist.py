"""The search of the site: texts and a list of words as script files, for a page without a server.

A word's line says in which editions it stands; lines lie in files by how the words begin, split
where a file grows large, so that a search loads a few. Each edition's text is a file of its own,
loaded for the results that are looked at. What is a word here is one in `search.js` too.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from reporter.archive.site.shelf import Issue
from reporter.wording import long_date

LARGEST = 120_000
"""Characters of a file of words beyond which it is split, where it can be."""
_WORD = re.compile(r"[^\W_]+")
_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def folded(text: str) -> str:
    """A text as it is searched: small letters, without accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.category(c).startswith("M")).lower()


def words(text: str) -> list[str]:
    """The words of a text, in order; `2,674.56` is three."""
    return _WORD.findall(folded(text))


def files(issues: Sequence[Issue]) -> Iterator[tuple[str, bytes]]:
    """Every file of the search; editions are numbered as they are given, from 0."""
    lines: dict[str, list[int]] = {}
    for number, issue in enumerate(issues):
        said = (issue.edition.title, issue.edition.headline, *issue.text)
        for word in sorted({word for text in said for word in words(text)}):
            lines.setdefault(word, []).append(number)
        yield f"search/text/{number}.js", script(f"t{number}", _text(issue))
    packed = {word: _packed(numbers) for word, numbers in sorted(lines.items())}
    shards = dict(_shards(packed, ""))
    named = {start: f"w{at}" for at, start in enumerate(shards)}
    for start, some in shards.items():
        yield f"search/words/{named[start]}.js", script(named[start], some)
    index = {"editions": len(issues), "words": [[start, name] for start, name in named.items()]}
    yield "search/index.js", script("index", index)


def script(name: str, value: object) -> bytes:
    """A script file that hands a value to the page under a name."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return f'reporterSearch.take("{name}",{text});\n'.encode()


def _text(issue: Issue) -> Mapping[str, object]:
    return {
        "title": issue.edition.title,
        "headline": issue.edition.headline,
        "date": long_date(issue.edition.as_of),
        "page": f"{issue.folder}index.html",
        "marks": marks(issue),
        "text": list(issue.text),
    }


def marks(issue: Issue) -> list[str]:
    """What must be said with an edition wherever it is named."""
    found = ["Sample data"] if issue.edition.sample else []
    if issue.corrected_by:
        found.append("Corrected since")
    elif issue.edition.corrects:
        found.append("Correction")
    return found


def _packed(numbers: Iterable[int]) -> str:
    """Rising numbers as steps from one to the next, in base 36; `+n` says that n more follow."""
    parts: list[str] = []
    before = -1
    for step, run in groupby(_steps(numbers, before)):
        count = sum(1 for _ in run)
        if step == 1 and count > 1:
            parts.append(f"1+{_short(count - 1)}")
        else:
            parts += [_short(step)] * count
    return ",".join(parts)


def _steps(numbers: Iterable[int], before: int) -> Iterator[int]:
    for number in numbers:
        yield number - before
        before = number


def _short(number: int) -> str:
    digits = ""
    while number:
        number, last = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[last] + digits
    return digits or "0"


def _shards(lines: Mapping[str, str], start: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Lines by the beginning of their words; a word that is the beginning itself stays there."""
    size = sum(len(word) + len(line) + 6 for word, line in lines.items())
    if size <= LARGEST or len(lines) == 1:
        if lines:
            yield start, lines
        return
    own = {word: line for word, line in lines.items() if word == start}
    if own:
        yield f"{start} ", own
    longer = (word for word in lines if word != start)
    for beginning, some in groupby(longer, key=lambda word: word[: len(start) + 1]):
        yield from _shards({word: lines[word] for word in some}, beginning)
