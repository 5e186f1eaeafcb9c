"""Editions as delivery finds them: filed with a mail body, approved, as small as can be.

The PDF and the pictures are real ones, so that what arrives can be opened.
"""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from weasyprint import HTML as HTML_TO_PDF

from reporter.archive.base import Archive
from reporter.archive.filing import Draft
from reporter.delivery.settings import Dkim, Limits, Sender, Settings, Smtp, Unsubscribing
from reporter.filed import Act, Edition
from reporter.paper import Artifact
from reporter.wording import MINUS
from tests import approvers, archives
from tests.archives import FIRST

HEADLINE = "Russell 2000 closes at a record, 6.4% ahead this year"
HTML = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>The Week</title>
<meta name="color-scheme" content="light dark">
<style>@media (prefers-color-scheme: dark) { .text { color: #eceff1 !important } }</style>
</head><body>
<table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td>
<!--slot:opening--><!--/slot:opening-->
<h1 class="headline" style="color: #101112">
Russell 2000 closes at a record, 6.4% ahead this year</h1>
<p class="text" style="font-family: Charter, serif; color: #101112">
Small caps led; the VIX fell MINUS4.5%.</p>
<img src="mail/lead.png" alt="Russell 2000 since June" width="600" height="300">
<img src="mail/strength.png" alt="Relative strength" width="600" height="200">
<!--slot:holdings--><!--/slot:holdings-->
<!--slot:notice--><!--/slot:notice-->
<!--slot:closing--><!--/slot:closing-->
<!--slot:unsubscribe--><!--/slot:unsubscribe-->
<p class="note" style="color: #606162">House disclosures stand here. PADDING</p>
</td></tr></table>
</body></html>
""".replace("MINUS", MINUS)
TEXT = """\
[[opening]]
RUSSELL 2000 CLOSES AT A RECORD, 6.4% AHEAD THIS YEAR

Small caps led; the VIX fell MINUS4.5%.

[[holdings]]
[[notice]]
[[closing]]
House disclosures stand here.

[[unsubscribe]]
""".replace("MINUS", MINUS)
FIGURES = {  # symbol: name, level, change this year
    "^RUT": ("Russell 2000", "2,421.74", "6.4%"),
    "^GSPC": ("S&P 500", "6,403.58", "1.6%"),
    "^VIX": ("VIX", "15.12", f"{MINUS}4.5%"),
    "^TNX": ("10-year Treasury yield", "4.09%", f"{MINUS}8 basis points"),
    "IJH": ("S&P MidCap 400 <fund>", "66.10", "2.2%"),
}
SETTINGS = Settings(
    folder=Path("/nowhere"),
    sender=Sender("Sample House", "research@house.example", "bounces@house.example"),
    unsubscribing=Unsubscribing("https://house.example/u/"),
    smtp=Smtp(host="127.0.0.1", security="none"),
)


def settings(folder: Path, **changes: object) -> Settings:
    """How the house of the tests delivers; `changes` are fields of Settings."""
    return replace(SETTINGS, folder=folder, **changes)  # type: ignore[arg-type]


def limited(folder: Path, message: int, **changes: object) -> Settings:
    """The same with messages of so many bytes at most."""
    return settings(folder, limits=Limits(message=message), **changes)


DKIM = Dkim("house.example", "s1")


@cache
def picture(width: int = 60, height: int = 30) -> bytes:
    """A grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    rows = b"".join(b"\0" + bytes((x * y) % 251 for x in range(width)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )  # fmt: skip


@cache
def pdf() -> bytes:
    """A tagged PDF of one page, whose text is "A record close, 6.4%"."""
    page = "<html lang=en><title>The Week</title><h1>A record close, 6.4%</h1>"
    made: bytes = HTML_TO_PDF(string=page).write_pdf(pdf_variant="pdf/ua-1")
    return made


def brief(figures: Mapping[str, tuple[str, str, str]] = FIGURES) -> dict[str, object]:
    """What `brief.json` says of these figures."""
    facts = [one for symbol, told in figures.items() for one in _facts(symbol, told)]
    subject = next(iter(figures))
    change = {"text": "6.4%", "kind": "fact", "fact": f"period_return:{subject}:ytd"}
    key = {"label": "Russell 2000", "value": {"text": "2,421.74", "fact": f"level:{subject}"},
           "change": change, "note": "this year", "chart": ""}  # fmt: skip
    inputs = [{"symbol": symbol, "name": told[0]} for symbol, told in figures.items()]
    return {"facts": facts, "key_figures": [key], "inputs": inputs}


def _facts(symbol: str, told: tuple[str, str, str]) -> Iterator[dict[str, object]]:
    yield archives.fact(symbol, "level", id=f"level:{symbol}", value=1.0, display=told[1])
    metric = "yield_change" if symbol == "^TNX" else "period_return"
    for window, display in (("1w", "9.9%"), ("ytd", told[2])):
        id_ = f"{metric}:{symbol}:{window}"
        yield archives.fact(symbol, metric, id=id_, window=window, value=0.1, display=display)


def draft(  # noqa: PLR0913  what a test may want otherwise
    day: date = FIRST,
    slug: str = "weekly",
    *,
    headline: str = HEADLINE,
    html: str | None = HTML,
    text: str | None = TEXT,
    facts: Mapping[str, tuple[str, str, str]] = FIGURES,
    filler: int = 0,
) -> Draft:
    """An edition to be, with a mail body; `html` None leaves it out.

    `filler` makes the HTML so many bytes longer, behind the last slot.
    """
    made = archives.draft(day, slug, headline=headline)
    kept = {one.path: one.data for one in made.parts} | {"files/brief.pdf": pdf()}
    told = json.loads(kept["files/brief.json"]) | brief(facts)
    kept["files/brief.json"] = json.dumps(told, sort_keys=True).encode()
    if html is not None:
        filled = html.replace("PADDING", "<br>".join("z" * 96 for _ in range(filler // 100)))
        kept["files/mail.html"] = filled.encode()
    if text is not None:
        kept["files/mail.txt"] = text.encode()
    kept["files/mail/lead.png"] = picture()
    kept["files/mail/strength.png"] = picture(40, 20)
    parts = tuple(Artifact(path, data) for path, data in sorted(kept.items()))
    return replace(made, parts=parts)


def filed(made: Archive, what: Draft | None = None, minutes: float = 0, corrects: str = "") -> str:
    """File an edition and have it approved for everybody the approver may; its id."""
    edition: Edition = archives.add(made, what or draft(), minutes, corrects)
    if not any(one.act is Act.POLICY for one in made.entries()):
        approvers.enforce(made, approvers.row(), minutes=minutes)
    approvers.approved(made, edition.id, archives.hand(minutes, "login-ann"))
    return edition.id


def archive(folder: Path, what: Draft | None = None) -> tuple[Archive, str]:
    """An archive with an approved edition that has a mail body, and its id."""
    if what:
        made = archives.archive(folder)
        return made, filed(made, what)
    kept, edition = _usual()
    shutil.copytree(kept.name, folder, dirs_exist_ok=True)
    return archives.archive(folder), edition


@cache
def _usual() -> tuple[TemporaryDirectory[str], str]:
    """The folder of an archive with the usual edition, made once and copied; its id."""
    folder = TemporaryDirectory()
    return folder, filed(archives.archive(Path(folder.name)))
