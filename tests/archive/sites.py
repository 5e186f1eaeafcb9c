"""Editions with key figures and text, for tests of the site."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from reporter.archive.base import Archive
from reporter.archive.filing import Draft
from reporter.paper import Artifact
from tests import archives

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
"""A page of A4 with nothing on it."""


def draft(
    day: date, number: int, *, said: str = "", pdf: bytes = b"", slug: str = "weekly"
) -> Draft:
    """An edition whose index stood at 2,610 and then ten higher each time, up a percent each."""
    level = archives.fact(
        metric="level", id="level:^RUT", value=2610.0 + 10 * number, unit="price",
        display=f"{2610 + 10 * number:,}.00",
    )  # fmt: skip
    change = archives.fact(
        metric="period_return", id="period_return:^RUT:ytd", window="ytd", value=0.01 * number,
        unit="fraction", display=f"{number}.0%",
    )  # fmt: skip
    span = {"kind": "fact"}
    brief = {
        "key_figures": [
            {
                "label": "Russell 2000",
                "value": span | {"text": level["display"], "fact": level["id"]},
                "change": span | {"text": change["display"], "fact": change["id"]},
                "note": "this year",
                "chart": "",
            }
        ],
        "standfirst": {"text": f"Small caps led on {day}."},
        "facts": [level, change],
        "inputs": [{"symbol": "^RUT", "name": "Russell 2000"}],
        "sections": [
            {
                "title": "The argument",
                "paragraphs": [[{"text": f"A café said “résumé number {number}”. {said}"}]],
                "tables": [{"caption": "Sizes", "rows": [[{"text": "Mid caps"}]]}],
            }
        ],
    }
    made = archives.draft(day, slug, headline=f"Small caps close at {level['display']}")
    parts = tuple(
        Artifact(part.path, json.dumps(brief).encode())
        if part.path.endswith("json")
        else Artifact(part.path, pdf)
        if pdf and part.path.endswith("pdf")
        else part
        for part in made.parts
    )
    return replace(made, parts=parts)


def several(folder: Path, count: int = 4) -> Archive:
    """An archive of so many weekly editions, the last two of one day in two titles."""
    made = archives.archive(folder)
    for week in range(count):
        archives.add(made, draft(archives.FIRST + timedelta(weeks=week), week), minutes=week)
    daily = draft(archives.FIRST + timedelta(weeks=count - 1), count - 1, slug="daily")
    archives.add(made, replace(daily, title="The Day"), minutes=count)
    return made


def corrected(folder: Path) -> Archive:
    """An archive of an edition and of its correction."""
    made = archives.archive(folder)
    archives.add(made, draft(archives.FIRST, 1))
    later = draft(archives.FIRST, 2, said="Corrected.")
    archives.add(made, later, minutes=5, corrects="2026-01-15/weekly")
    return made
