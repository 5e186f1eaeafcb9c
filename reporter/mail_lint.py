"""Whether mail programs will show a page as it was made.

What they keep and drop is data, `mail_lint.toml`, with its sources. A template beside a spec may
break a rule: then nothing is built, and the rule and its place are named.
"""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from reporter import written
from reporter.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Attributes = Mapping[str, str]

RULES = Path(__file__).with_suffix(".toml")
MOST_TOLD = 3
_CELLS = {"td", "th"}
_ROLES = ("presentation", "table")
_SCOPES = ("col", "row")
_PICTURES = re.compile(r"mail/[\w.-]+\.png|cid:[^\s]+")
_LINKS = re.compile(r"https://|mailto:|#")
_SIZE = re.compile(r"\d+%?")
_AT = re.compile(r"@([a-z-]+)")
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class _Rules(NamedTuple):
    """The file's tables; each says what is dropped, and by whom."""

    elements: dict[str, str]
    required: dict[str, list[str]]
    known: frozenset[str]
    dropped: dict[str, str]
    values: dict[str, list[str]]
    words: dict[str, str]
    at: dict[str, Any]
    sheet: dict[str, Any]


def check(page: str) -> None:
    """Refuse a page that some mail program would spoil.

    Raises:
        RenderError: which rule it breaks and where; of many the first three.
    """
    found = tuple(dict.fromkeys(faults(page)))
    if found:
        more = f" And {len(found) - MOST_TOLD} more." if len(found) > MOST_TOLD else ""
        tip = "Mail programs would spoil it: mend templates/mail.html.j2 or styles/email.css."
        raise RenderError(" ".join(found[:MOST_TOLD]) + more, where="mail.html", tip=tip)


def faults(page: str) -> Iterator[str]:
    """Every rule that the page breaks, a sentence each, with its line."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    yield from reader.found


@cache
def _rules() -> _Rules:
    raw: dict[str, Any] = written.toml(written.text(RULES.read_bytes()))
    return _Rules(
        elements=raw["elements"],
        required=raw["required"],
        known=frozenset(raw["properties"]["known"]),
        dropped=raw["dropped"],
        values=raw["values"],
        words=raw["words"],
        at=raw["at"],
        sheet=raw["sheet"],
    )


class _Reader(HTMLParser):
    """Walks the page and notes what breaks a rule."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._styling = False
        self._in_body = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element: its name, its attributes, its style."""
        attributes = {name: value or "" for name, value in attrs}
        self._styling = tag == "style"
        self._in_body |= tag == "body"
        if self._styling and self._in_body:
            self._note(tag, (f"stands outside the head: {_rules().sheet['body']}",))
        self._note(tag, _element(tag, attributes))
        self._note(tag, _links(attributes))
        self._note(tag, _style(tag, attributes.get("style", "")))

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  the parser's signature
        """A style element's text ends."""
        self._styling = False

    def handle_data(self, data: str) -> None:
        """The text of a style element is a style sheet."""
        if self._styling:
            self._note("style", _sheet(data))

    def _note(self, tag: str, faults: Iterable[str]) -> None:
        line = self.getpos()[0]
        self.found.extend(f"<{tag}> in line {line}: {fault}." for fault in faults)


def _element(tag: str, attributes: Attributes) -> Iterator[str]:
    rules = _rules()
    if tag in rules.elements:
        yield f"not for mail: {rules.elements[tag]}"
    for name in rules.required.get(tag, ()):
        if name not in attributes:
            yield f"needs the attribute {name}"
    if tag == "table" and attributes.get("role", _ROLES[0]) not in _ROLES:
        yield 'role must be "presentation", or "table" where there are figures in columns'
    if tag == "th" and attributes.get("scope") not in _SCOPES:
        yield 'needs scope="col" or scope="row", by which readers aloud name a figure'
    for name in ("width", "height"):
        if name in attributes and not _SIZE.fullmatch(attributes[name]):
            yield f"{name} must be a number of pixels or per cent"
    yield from (f"{name} runs a script: every mail program drops it"
                for name in attributes if name.startswith("on"))  # fmt: skip


def _links(attributes: Attributes) -> Iterator[str]:
    if "src" in attributes and not _PICTURES.fullmatch(attributes["src"]):
        yield "a picture must be one of the mail's own PNG files: remote and data: ones are blocked"
    if "href" in attributes and not _LINKS.match(attributes["href"]):
        yield "a link must begin with https:// or mailto:"
    if "background" in attributes or "srcset" in attributes:
        yield "pictures in the background or by screen: Outlook for Windows drops them"


def _sheet(text: str) -> Iterator[str]:
    """A style element's faults: its at-rules, and the declarations within them."""
    rules, text = _rules(), _COMMENT.sub("", text)
    if len(text.encode()) > (most := rules.sheet["most"]):
        yield f"longer than {most} bytes: {rules.sheet['longer']}"
    for name in _AT.findall(text):
        if name not in rules.at["known"]:
            yield f"@{name}: {rules.at.get(name, 'Gmail drops the whole style')}"
    for _, declarations in _RULE.findall(text):
        yield from _style("style", declarations)


def _style(tag: str, declarations: str) -> Iterator[str]:
    for declaration in declarations.split(";"):
        name, colon, value = (part.strip().lower() for part in declaration.partition(":"))
        if not colon:
            continue
        if value.endswith("!important") and tag != "style":
            yield f"{name}: !important in an element: {_rules().sheet['important']}"
        yield from _property(tag, name, value.removesuffix("!important").strip())


def _property(tag: str, name: str, value: str) -> Iterator[str]:
    rules = _rules()
    if name in rules.dropped:
        yield f"{name}: dropped by {rules.dropped[name]}"
    elif name not in rules.known:
        yield f"{name}: not known to be kept by Gmail and Outlook for Windows"
    if name in rules.values and value not in rules.values[name]:
        yield f"{name}: {value}: dropped by Outlook for Windows"
    if name.startswith("padding") and tag not in {*_CELLS, "style"} and value.strip("0px; "):
        yield f"{name}: only cells have padding: Outlook for Windows drops it elsewhere"
    if name.startswith("margin") and "-" in value:
        yield f"{name}: less than nothing: Gmail, Outlook and Yahoo drop it"
    for word, why in rules.words.items():
        if word in value:
            yield f"{name}: {word}…): {why}"
