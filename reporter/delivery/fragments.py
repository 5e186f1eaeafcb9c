"""What fills the slots of a mail body for one client: words as plain text and as HTML.

Templates give plain text; both parts of a message are made of it, so they say the same. A template
`templates/mail/NAME.txt.j2` beside `delivery.toml` wins over the shipped one, and one of the
client's language, `NAME.de.txt.j2`, over both. Whatever stands in a text is data: it is escaped,
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
_INK = "margin:0 0 16px;font-size:16px;line-height:24px"
_MUTED = "margin:0 0 12px;font-size:12px;line-height:18px"


@dataclass(frozen=True, slots=True)
class Fragment:
    """What goes into a slot, for the text part and for the HTML part."""

    text: str = ""
    html: str = ""

    def __add__(self, other: Fragment) -> Fragment:
        texts = (one.text for one in (self, other) if one.text)
        htmls = (one.html for one in (self, other) if one.html)
        return Fragment("\n\n".join(texts), "\n".join(htmls))


NOTHING = Fragment()


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of a mail body (`#rrggbb`) and its fonts, as its own styles have them.

    In the dark its style sheet colours what has the class `text`, `note`, `link`, or `small` for
    rules.
    """

    ink: str = "#16191d"
    muted: str = "#5b626a"
    rule: str = "#cfd4d9"
    accent: str = "#0b3d6b"
    font: str = "Georgia, serif"

    def style(self, *, muted: bool = False) -> str:
        """The inline style of a paragraph."""
        size, colour = (_MUTED, self.muted) if muted else (_INK, self.ink)
        return f"{size};font-family:{self.font};color:{colour}"


def written(name: str, language: str, values: Mapping[str, object], folder: Path | None) -> str:
    """The text of a template of mails, in the client's language where there is one.

    Args:
        name: the template's, without its endings.
        language: as the list of clients says it: `de`, `de-CH`.
        values: what the template may print.
        folder: where the house's own `templates/` may lie.

    Raises:
        RenderError: the template is at fault.
    """
    names = [f"mail/{name}.{one}.txt.j2" for one in _languages(language)]
    return templating.render_text([*names, f"mail/{name}.txt.j2"], values, folder)


def paragraphs(
    text: str, look: Look, *, muted: bool = False, bold: bool = False, link: str = ""
) -> Fragment:
    """Text as paragraphs; an empty line begins a new one.

    Args:
        text: of others, or of a template that was filled with theirs.
        look: of the mail body.
        muted: whether it is small print.
        bold: whether it is a heading.
        link: an address in it that is to be one to click at: as it is, or `[words](address)`.
    """
    blocks = ["\n".join(map(harmless, block)) for block in _blocks(text)]
    plain = "\n\n".join(_wrapped(_told(block, link)) for block in blocks)
    style = look.style(muted=muted) + (";font-weight:bold" if bold else "")
    start = f'<p class="{"note" if muted else "text"}" style="{style}">'
    return Fragment(
        plain, "\n".join(f"{start}{_marked(block, link, look)}</p>" for block in blocks)
    )


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
    """The text with its address behind the words that lead there."""
    return _words_of(link).sub(rf"\1: {link}", block) if link else block


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
