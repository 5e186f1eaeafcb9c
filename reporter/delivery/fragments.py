"""What fills the slots of a mail body for one client: words as plain text and as HTML.

Templates give plain text; both parts of a message are made of it, so they say the same. A template
of the client's language, `templates/mail/NAME.de.txt.j2`, wins over `NAME.txt.j2`, and either of
them beside `delivery.toml` over the shipped ones. Whatever stands in a text is data: it is escaped,
and no template code in a name or a note is ever run.
"""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reporter import templating
from reporter.delivery.wire import harmless

WIDTH = 72  # signs of a line of the text part
SHOWN = 60  # signs of an address that readers see
_MARK = "\0"  # stands in no text: `harmless` lets none through
_LANGUAGE = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,8})*")
_NAMED = re.compile(r"\.([a-z]{2,8}(?:-[a-z0-9]{1,8})*)\.txt\.j2")
_GAP, _SMALL_GAP = 12, 6  # pixels between paragraphs, as the mail body has them


@dataclass(frozen=True, slots=True)
class Fragment:
    """What goes into a slot, for the text part and for the HTML part.

    `language` is that of its template, as `lang` has it; empty where that is not said.
    """

    text: str = ""
    html: str = ""
    language: str = ""

    def __add__(self, other: Fragment) -> Fragment:
        texts = (one.text for one in (self, other) if one.text)
        htmls = (one.html for one in (self, other) if one.html)
        return Fragment("\n\n".join(texts), "\n".join(htmls), self.language or other.language)


NOTHING = Fragment()


@dataclass(frozen=True, slots=True)
class Look:
    """How a mail body sets its words, so that what is filled in is set as they are.

    `text`, `note` (small print), `heading` and `cell` (of a table) are declarations of fonts and
    colours; `rule` and `accent` are colours (`#rrggbb`). In the dark, the body's style sheet
    colours what has the class `text`, `note`, `chart` (headings), `link`, or `small` (rules).
    """

    text: str = "font-family:Georgia,serif;font-size:17px;line-height:26px;color:#16191d"
    note: str = "font-family:Arial,sans-serif;font-size:13px;line-height:20px;color:#5b626a"
    heading: str = (
        "font-family:Arial,sans-serif;font-size:17px;line-height:23px;font-weight:bold;"
        "color:#16191d"
    )
    cell: str = "font-family:Arial,sans-serif;font-size:14px;line-height:20px;color:#16191d"
    rule: str = "#cfd4d9"
    accent: str = "#0b3d6b"


@dataclass(frozen=True, slots=True)
class Words:
    """What a template said, and in which language; that is empty where its name does not tell."""

    text: str
    language: str = ""


def written(name: str, language: str, values: Mapping[str, object], folder: Path | None) -> Words:
    """What a template of mails says, in the client's language where there is one.

    Args:
        name: the template's, without its endings.
        language: as the list of clients says it: `de`, `de-CH`.
        values: what the template may print.
        folder: where the house's own `templates/` may lie.

    Raises:
        RenderError: the template is at fault.
    """
    told = (f"{name}.{one}" for one in _languages(language))
    names = tuple(f"mail/{one}.txt.j2" for one in (*told, name))
    found = _NAMED.search(templating.chosen(names, folder))
    return Words(templating.render_text(names, values, folder), found[1] if found else "")


def paragraphs(  # noqa: PLR0913  how they look, and the room around them
    words: Words,
    look: Look,
    *,
    muted: bool = False,
    link: str = "",
    before: int = 0,
    after: int = 0,
) -> Fragment:
    """Text as paragraphs; an empty line begins a new one.

    Args:
        words: of others, or of a template that was filled with theirs.
        look: of the mail body.
        muted: whether it is small print.
        link: an address in it that is to be one to click at: as it is, or `[words](address)`.
        before: pixels above the first.
        after: pixels below the last.
    """
    blocks = ["\n".join(map(harmless, block)) for block in _blocks(words.text)]
    if not blocks:
        return NOTHING
    plain = "\n\n".join(_wrapped(_told(block, link)) for block in blocks)
    above = [before, *(0 for _ in blocks[1:])]
    below = [*(_SMALL_GAP if muted else _GAP for _ in blocks[1:]), after]
    kind, style = ("note", look.note) if muted else ("text", look.text)
    shown = (
        f'<p class="{kind}"{spoken(words.language)} style="margin:{top}px 0 {bottom}px;{style}">'
        f"{_marked(block, link, look)}</p>"
        for block, top, bottom in zip(blocks, above, below, strict=True)
    )
    return Fragment(plain, "\n".join(shown), words.language)


def heading(words: Words, look: Look) -> Fragment:
    """A heading of one line."""
    text = harmless(words.text)
    start = f'<h2 class="chart"{spoken(words.language)} style="margin:0 0 6px;{look.heading}">'
    return Fragment(_wrapped(text), f"{start}{_escaped(text)}</h2>", words.language)


def spoken(language: str) -> str:
    """The attribute that tells readers aloud which language it is; empty where it is the page's."""
    return f' lang="{language}"' if language else ""


def _languages(language: str) -> tuple[str, ...]:
    told = language.lower().replace("_", "-")
    if not _LANGUAGE.fullmatch(told):
        return ()
    return tuple(dict.fromkeys((told, told.partition("-")[0])))


def _blocks(text: str) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _wrapped(block: str) -> str:
    lines = (
        textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)
        for line in block.split("\n")
    )
    return "\n".join(lines)


def _told(block: str, link: str) -> str:
    """The text with its address behind the words that lead there; no full stop touches it."""
    if not link:
        return block
    return re.sub(rf"{_words_of(link).pattern}\.?", lambda found: f"{found[1]}: {link}", block)


def _marked(block: str, link: str, look: Look) -> str:
    """The text as HTML, its address as one to click at; a long one is shown shortened."""
    if not link:
        return _escaped(block)
    bare = link.partition("://")[2]
    shown = bare if len(bare) <= SHOWN else bare.partition("/")[0]
    pieces = _words_of(link).sub(f"{_MARK}\\1{_MARK}", block).replace(link, _MARK + shown + _MARK)
    start = f'<a href="{html.escape(link)}" class="link" style="color:{look.accent}">'
    marked = (
        f"{start}{_escaped(one)}</a>" if at % 2 else _escaped(one)
        for at, one in enumerate(pieces.split(_MARK))
    )  # fmt: skip
    return "".join(marked)


def _escaped(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _words_of(link: str) -> re.Pattern[str]:
    return re.compile(rf"\[([^\[\]]+)\]\({re.escape(link)}\)")
