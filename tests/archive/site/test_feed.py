"""The feed, held to RFC 4287's own rules."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from reporter.archive.base import Archive
from reporter.archive.site.feed import feed, urn
from reporter.archive.site.shelf import shelf
from tests.archive import sites
from tests.archives import FIRST, add, archive

A = "{http://www.w3.org/2005/Atom}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
BASE = "https://example.com/briefs/"


def read(what: Archive, base: str = "") -> ET.Element:
    """The feed of an archive, read."""
    return parsed(feed(shelf(what), "Market Desk", base))


def parsed(data: bytes) -> ET.Element:
    """A feed of our own making."""
    return ET.fromstring(data)  # noqa: S314  ours


def held_to_the_rules(top: ET.Element) -> None:
    """RFC 4287, sections 3 and 4: what must be there, and what once."""
    assert top.tag == f"{A}feed"
    for element in (top, *top.findall(f"{A}entry")):
        for once in ("id", "title", "updated"):
            assert len(element.findall(A + once)) == 1
        assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text(element))
        for moment in (*element.findall(f"{A}updated"), *element.findall(f"{A}published")):
            assert MOMENT.fullmatch(moment.text or "")
        links = [link for link in element.findall(f"{A}link") if link.get("rel") == "alternate"]
        assert len(links) == 1
        assert all(link.get("href") for link in element.findall(f"{A}link"))
    assert top.findtext(f"{A}author/{A}name")
    ids = [text(entry) for entry in top.findall(f"{A}entry")]
    assert len(set(ids)) == len(ids)
    order = [child.tag for child in top]
    assert order.index(f"{A}entry") == len(order) - len(ids) if ids else True


def text(element: ET.Element, name: str = "id") -> str:
    return element.findtext(A + name) or ""


def test_the_feed_keeps_to_the_rules(tmp_path: Path) -> None:
    held_to_the_rules(read(sites.several(tmp_path)))
    held_to_the_rules(read(sites.several(tmp_path / "again"), BASE))
    held_to_the_rules(read(archive(tmp_path / "empty")))


def test_links_are_whole_where_the_address_is_known_and_relative_else(tmp_path: Path) -> None:
    what = sites.several(tmp_path)
    links = [link.get("href") or "" for link in read(what, BASE).iter(f"{A}link")]
    assert all(link.startswith(BASE) for link in links)
    assert f"{BASE}feed.xml" in links
    near = [link.get("href") or "" for link in read(what).iter(f"{A}link")]
    assert [urljoin(f"{BASE}feed.xml", link) for link in near] == [
        link for link in links if not link.endswith("feed.xml")
    ]


def test_a_correction_brings_its_entry_up_to_date(tmp_path: Path) -> None:
    what = archive(tmp_path)
    add(what, sites.draft(FIRST, 1))
    (before,) = read(what).findall(f"{A}entry")
    add(what, sites.draft(FIRST, 2, said="Right."), minutes=5, corrects="2026-01-15/weekly")
    (after,) = read(what).findall(f"{A}entry")
    assert text(after) == text(before)
    assert text(after, "published") == text(before, "published")
    assert text(after, "updated") > text(before, "updated")
    assert text(after, "summary").startswith("Corrected: A wrong close.")
    links = [link.get("href") for link in after.findall(f"{A}link")]
    assert links[0] == "editions/2026-01-15/weekly.2/index.html"


def test_a_correction_under_another_day_is_the_same_entry(tmp_path: Path) -> None:
    what = archive(tmp_path)
    add(what, sites.draft(FIRST, 1))
    (before,) = read(what).findall(f"{A}entry")
    moved = sites.draft(FIRST + timedelta(days=1), 2)
    add(what, moved, minutes=5, corrects="2026-01-15/weekly")
    (after,) = read(what).findall(f"{A}entry")
    assert text(after) == text(before)


def test_ids_outlive_new_editions_and_differ_between_archives(tmp_path: Path) -> None:
    what = sites.several(tmp_path)
    before = {text(entry) for entry in read(what).findall(f"{A}entry")}
    add(what, sites.draft(FIRST + timedelta(days=70), 9), 9)
    after = {text(entry) for entry in read(what, BASE).findall(f"{A}entry")}
    assert before < after
    other = archive(tmp_path / "other")
    add(other, sites.draft(FIRST + timedelta(days=1), 1), minutes=1)
    assert text(read(other)) != text(read(what))
    assert urn("a", "2026-01-15/weekly") == "urn:uuid:1c5ce37a-e1b8-813c-9e25-5a952e4c7f77"


def test_times_are_told_in_one_zone(tmp_path: Path) -> None:
    made = shelf(sites.several(tmp_path, 1))
    noon = datetime(2026, 1, 16, 12, tzinfo=UTC).astimezone()
    moved = replace(made, issues=tuple(replace(one, filed=noon) for one in made.issues))
    assert b"<updated>2026-01-16T12:00:00Z</updated>" in feed(moved, "Market Desk")


def test_what_xml_cannot_hold_is_left_out(tmp_path: Path) -> None:
    what = archive(tmp_path)
    evil = "a\x00b\x1b<script>&\ud800\ufffe]]>"
    odd = shelf(what)
    add(what, sites.draft(FIRST, 1))
    made = shelf(what)
    issue = made.issues[0]
    hostile = replace(issue, edition=replace(issue.edition, headline=evil, standfirst=evil))
    top = parsed(feed(replace(made, issues=(hostile,)), evil))
    held_to_the_rules(top)
    assert "<script>&" in text(top.findall(f"{A}entry")[0], "title")
    assert odd.issues == ()


def test_the_feed_is_short(tmp_path: Path) -> None:
    made = shelf(sites.several(tmp_path, 2))
    one = made.issues[0]
    many = tuple(
        replace(one, edition=replace(one.edition, id=f"2026-01-15/n{at}"), filed=one.filed)
        for at in range(150)
    )
    top = parsed(feed(replace(made, issues=many), "Market Desk"))
    assert len(top.findall(f"{A}entry")) == 100
