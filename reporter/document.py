"""From content to HTML: one set of templates, for paper and for the screen.

Paper is handed to the printer with pictures by address (`chart:<id>`); the screen's page is one
file that needs nothing else: fonts, pictures, styles and script are inside, and its policy
forbids it to ask the network for anything.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from reporter import flow, fonts, glossary, marking, view, wording, written
from reporter.errors import RenderError
from reporter.model import plain
from reporter.resources import overriding
from reporter.templating import render, trusted
from reporter.typesetting import unparted
from reporter.written import MisreadError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reporter.model import Brand, Brief, Chart, Picture

TEMPLATE = "brief.html.j2"
SAMPLE_NOTICE = "Sample data: not market prices"
NO_ORDERS: flow.Orders = MappingProxyType({})
NO_TOKENS: Mapping[str, str] = MappingProxyType({})
_PROPERTY = re.compile(r"--([a-z0-9-]+):\s*([^;{}]+);")
_USE = re.compile(r"var\(--([a-z0-9-]+)\)")
_DEPTH = 4
_SPACE_BEFORE_FACT = re.compile(r" (<span class=\"fact[^>]*>)")
# The printer breaks a line too early where a text that ends in a space just fits before a span:
# on paper the space stands inside the span. Measured over a hundred widths: holes in one line of
# a hundred before, in none after.
_PROLOGUE = re.compile(r"^\s*(<\?xml[^>]*>|<!DOCTYPE[^>]*>|\s)*", re.DOTALL)
_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def paper(
    brief: Brief, brand: Brand, folder: Path | None = None, *, headline_share: float = 1.0
) -> str:
    """The page to be printed; pictures are `<img src="chart:<id>">`.

    Args:
        brief: the content.
        brand: colours, fonts and what the house must say.
        folder: where the spec lies; its `templates/` and `styles/` win over the shipped ones.
        headline_share: the share of the page's width that the headline keeps to.

    Raises:
        RenderError: a template or style is missing or wrong, or a section names no chart.
    """
    shown = marking.daggers(brief)
    figures = {chart.id: view.Figure(chart, f"chart:{chart.id}") for chart in shown.charts}
    style = flat_style("print.css", brand, folder)
    values = {
        **_shared(shown, brand, figures, flow.orders(shown, brand)),
        "headline": plain(brief.headline),
        "medium": "paper",
        "headline_width": round(100 * headline_share),
        "style": trusted(fonts.paper_faces(brand.fonts) + _sheet(brief) + style),
    }
    head, body, content = _linked(render(TEMPLATE, values, folder)).partition("<body>")
    return head + body + _SPACE_BEFORE_FACT.sub(r"\1 ", unparted(content))


def screen(
    brief: Brief,
    brand: Brand,
    pictures: Mapping[str, Picture],
    folder: Path | None = None,
    *,
    narrow: Mapping[str, Picture] | None = None,
) -> str:
    """The self-contained web page.

    Args:
        brief: the content.
        brand: colours for light and dark, fonts, disclosures.
        pictures: SVG by chart id, for every chart of the brief.
        folder: where the spec lies; its `templates/` and `styles/` win over the shipped ones.
        narrow: the same charts drawn for a phone's width, where there are such.

    Raises:
        RenderError: as for `paper`, or a chart has no picture.
    """
    shown = marking.daggers(brief)
    figures = {
        chart.id: view.Figure(
            chart, _drawn(chart, pictures), _narrow(chart, narrow or {}), view.data_table(chart)
        )
        for chart in shown.charts
    }
    script = _style("screen.js", folder, "templates")
    values = {
        **_shared(shown, brand, figures),
        "headline": plain(brief.headline),
        "medium": "screen",
        "style": trusted(_screen_style(brand, folder)),
        "script": trusted(script),
        "policy": _policy(script),
        "provenance": _json(view.provenance(brief)),
        "plots": _json(view.plots(brief.charts)),
    }
    return _linked(render(TEMPLATE, values, folder))


def _shared(
    brief: Brief,
    brand: Brand,
    figures: Mapping[str, view.Figure],
    orders: flow.Orders = NO_ORDERS,
) -> dict[str, object]:
    """What templates place on paper and on the screen alike."""
    try:
        parts = view.parts(brief, figures, orders)
    except KeyError as error:
        raise RenderError(f"a section shows chart {error}, which the brief has not.") from error
    front = next((part for part in parts if part.name == "front"), None)
    return {
        "brief": brief,
        "brand": brand,
        "date": wording.long_date(brief.as_of),
        "sample": SAMPLE_NOTICE if brief.sample else "",
        "terms": glossary.USES[brief.terms].notice,
        "doubts": marking.doubts(brief),
        "doubt": {"sign": marking.MARK, "meaning": marking.MEANING, "anchor": marking.ANCHOR},
        "strips": view.strips(brief, figures),
        "front": front,
        "parts": tuple(part for part in parts if part is not front),
    }


def _linked(page: str) -> str:
    """The page, its daggers without a link where a template of another's has not what they mean."""
    there = f'id="{marking.ANCHOR}"' in page
    return page if there else page.replace(f' href="#{marking.ANCHOR}"', "")


# --- styles ------------------------------------------------------------------------------------


def _style(name: str, folder: Path | None, kind: str = "styles") -> str:
    """The text of a style or script, the one beside the spec first."""
    path = next((p / name for p in overriding(kind, folder) if (p / name).is_file()), None)
    if path is None:
        raise RenderError(f"there is no {kind}/{name}.")
    try:
        text = written.text(path.read_bytes())
    except MisreadError as error:
        raise RenderError(str(error), where=str(path)) from error
    if "</" in text:
        raise RenderError("a style or script must not hold a tag ('</').", where=str(path))
    return text


def _properties(style: str) -> dict[str, str]:
    return {name: value.strip() for name, value in _PROPERTY.findall(style)}


def _brand_tokens(brand: Brand) -> dict[str, str]:
    families = {f"font-{role}": f"'{family}'" for role, family in brand.fonts.items()}
    return {**brand.colours, **families}


def flat_style(
    name: str, brand: Brand, folder: Path | None, families: Mapping[str, str] = NO_TOKENS
) -> str:
    """A style with every `var(--token)` replaced: for the printer, and for mail.

    It is cheaper to print and known in page margins, and mail programs know no variables.
    `families` are the values of `--font-<role>` where they are not the brand's own fonts.

    Raises:
        RenderError: no such style, or a token nobody defined.
    """
    tokens = {**_properties(_style("tokens.css", folder)), **_brand_tokens(brand)}
    tokens |= {f"font-{role}": family for role, family in families.items()}

    def value(match: re.Match[str]) -> str:
        if match[1] not in tokens:
            raise RenderError(f"there is no token --{match[1]}.", where=name)
        return tokens[match[1]]

    style = _style(name, folder)
    for _ in range(_DEPTH):
        style = _USE.sub(value, style)
    return style


def _sheet(brief: Brief) -> str:
    """The page's size; the text is 468 points wide on both."""
    side = {"A4": "63.64pt", "Letter": "72pt"}[brief.page_size]
    return f"\n@page{{size:{brief.page_size};margin-left:{side};margin-right:{side}}}\n"


def screen_tokens(brand: Brand, folder: Path | None = None) -> str:
    """The styles every page on a screen begins with: fonts, measures, colours light and dark."""
    tokens = _brand_tokens(brand)
    light = _declared({name: v for name, v in tokens.items() if not name.startswith("dark-")})
    dark = _declared(
        {name.removeprefix("dark-"): v for name, v in tokens.items() if name.startswith("dark-")}
    )
    return "\n".join(
        [
            fonts.screen_faces(brand.fonts),
            _style("tokens.css", folder),
            f":root{{color-scheme:light dark;{light}}}",
            f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}",
        ]
    )


def _screen_style(brand: Brand, folder: Path | None) -> str:
    return "\n".join([screen_tokens(brand, folder), _style("screen.css", folder)])


def _declared(tokens: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in tokens.items())


# --- the screen's pictures, data and policy -----------------------------------------------------


def _drawn(chart: Chart, pictures: Mapping[str, Picture]) -> str:
    if chart.id not in pictures:
        raise RenderError(f"chart {chart.id!r} was not drawn.")
    return _inline(pictures[chart.id])


def _narrow(chart: Chart, pictures: Mapping[str, Picture]) -> str:
    return _inline(pictures[chart.id]) if chart.id in pictures else ""


def _inline(picture: Picture) -> str:
    """An SVG picture as an element, without the prologue a file has."""
    if picture.media_type != "image/svg+xml":
        raise RenderError(f"chart {picture.chart!r} is no SVG: the web page needs one.")
    return trusted(_PROLOGUE.sub("", picture.data.decode("utf-8"), count=1))


def _json(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return trusted(text)


def _policy(script: str) -> str:
    """What the page may load: nothing but what is inside it, and this very script."""
    digest = b64encode(sha256(script.encode("utf-8")).digest()).decode("ascii")
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )
