"""The site in a browser: from a disk and from the server, by pointer and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from reporter import brands
from reporter.archive.site.pages import Wish, build
from reporter.archive.site.serving import server
from tests.archive import sites
from tests.archives import FIRST, add, archive
from tests.browsing import browser as browser  # noqa: PLC0414  a fixture
from tests.listening import answering

EDITION = "editions/2026-01-22/weekly/index.html"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of fifteen editions."""
    folder = tmp_path_factory.mktemp("site")
    build(sites.several(folder, 14), folder / "site", Wish(brands.load()))
    return folder / "site"


@pytest.fixture(scope="module")
def served(place: Path) -> Iterator[str]:
    """The same by HTTP."""
    with server(place) as listening, answering(listening) as port:
        yield f"http://127.0.0.1:{port}/"


@contextmanager
def shown(browser: Browser, address: str, **context: Any) -> Iterator[Page]:
    """A page; complaints of the browser and requests to elsewhere fail the test."""
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, **context)
    page = opened.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    yield page
    opened.close()
    root = re.match(r"http://[^/]+/|file://.*/site/", address)
    assert root
    assert complaints == []
    assert [url for url in asked if not url.startswith((root[0], "data:"))] == []


def pages(place: Path) -> list[str]:
    """One page of each kind."""
    figure = next(place.glob("figures/level-*.html")).relative_to(place).as_posix()
    lists = ["index.html", "years/2026.html", "titles/daily/2026.html", "figures/index.html"]
    return [*lists, EDITION, figure, "search.html#q=resume"]


def test_no_width_needs_a_sideways_scroll(browser: Browser, place: Path) -> None:
    for name in pages(place):
        with shown(browser, f"{place.as_uri()}/{name}") as page:
            for width in (360, 390, 768, 1280, 1600):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_site_follows_the_readers_scheme(browser: Browser, place: Path, scheme: Any) -> None:
    paper = brands.load().colours["dark-paper" if scheme == "dark" else "paper"]
    with shown(browser, f"{place.as_uri()}/index.html", color_scheme=scheme) as page:
        found = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert tuple(map(int, re.findall(r"\d+", found))) == tuple(bytes.fromhex(paper[1:]))


CONTRAST = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const linear = (part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const light = (colour) => {
    const [red, green, blue] = parts(colour).map(linear);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const paper = light(getComputedStyle(document.documentElement).backgroundColor);
  const faint = [];
  for (const one of document.querySelectorAll("main *, header *, footer *")) {
    if (one.closest("svg, button, .skip, input") || ![...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    const own = light(getComputedStyle(one).color);
    const ratio = (Math.max(own, paper) + 0.05) / (Math.min(own, paper) + 0.05);
    if (ratio < 4.5) faint.push(`${one.tagName} ${one.className} ${ratio.toFixed(2)}`);
  }
  return faint;
}"""  # noqa: E501  a script


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_can_be_read_by_those_who_do_not_see_well(
    browser: Browser, place: Path, scheme: Any
) -> None:
    for name in pages(place):
        with shown(browser, f"{place.as_uri()}/{name}", color_scheme=scheme) as page:
            page.wait_for_timeout(100)
            assert page.evaluate(CONTRAST) == [], name
            levels = page.eval_on_selector_all(
                "h1, h2, h3, h4", "all => all.map((one) => +one.tagName[1])"
            )
            assert levels[0] == 1
            assert levels.count(1) == 1
            assert all(b - a <= 1 for a, b in pairwise(levels)), name
            assert page.locator("img:not([alt]), img:not([width]), img:not([height])").count() == 0
            assert page.locator("html[lang]").count() == 1
            assert page.locator("main").count() == 1
            nameless = page.eval_on_selector_all(
                "a:not([aria-hidden]), button, input",
                "all => all.filter((one) => !(one.innerText || one.ariaLabel || "
                "one.textContent.trim() || one.labels?.length)).length",
            )
            assert nameless == 0, name


def test_nothing_moves_while_a_page_loads(browser: Browser, place: Path) -> None:
    with shown(browser, f"{place.as_uri()}/index.html") as page:
        shift = page.evaluate(
            """() => new Promise(done => {
                let sum = 0;
                new PerformanceObserver(list => {
                    for (const entry of list.getEntries()) sum += entry.value;
                }).observe({type: "layout-shift", buffered: true});
                setTimeout(() => done(sum), 300);
            })"""
        )
    assert shift < 0.001


@pytest.mark.parametrize("way", ["disk", "server"])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("620", 1),
        ("2,620.00", 1),
        ('"resume number 3"', 1),
        ('"number resume"', 0),
        ("CAFÉ arg", 15),
        ("cafe", 15),
        ("the argum", 15),
        ("numbe*", 15),
        ("xyzzy", 0),
        ("<b>", 0),
    ],
)
def test_the_search_finds(  # noqa: PLR0913, PLR0917  fixtures
    browser: Browser, place: Path, served: str, way: str, query: str, found: int
) -> None:
    root = f"{place.as_uri()}/" if way == "disk" else served
    with shown(browser, f"{root}search.html") as page:
        page.fill("#query", query)
        status, results = page.locator("#status"), page.locator("#results li")
        if found > 10:
            expect(status).to_have_text(f"10 of {found} editions, newest first.")
            expect(results).to_have_count(10)
            page.click("#more")
            expect(results).to_have_count(found)
            assert page.is_hidden("#more")
        elif found:
            expect(status).to_have_text("1 edition, newest first.")
            assert page.locator("#results mark").count() >= 1
            page.click("#results a")
            page.wait_for_url("**/editions/*/*/index.html")
        else:
            expect(status).to_have_text("No edition has that.")
            expect(results).to_have_count(0)


def test_the_search_marks_words_as_the_text_has_them(browser: Browser, place: Path) -> None:
    with shown(browser, f"{place.as_uri()}/search.html#q=%22cafe%20said%22") as page:
        page.wait_for_selector("#results mark")
        assert page.locator(".snippet mark").first.inner_text() == "café said"


def test_a_reader_with_a_keyboard_gets_everywhere(browser: Browser, place: Path) -> None:
    with shown(browser, f"{place.as_uri()}/index.html") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/editions/**/index.html")
        page.goto(f"{place.as_uri()}/search.html")
        page.keyboard.type("2,620")
        page.keyboard.press("Enter")
        page.wait_for_selector("#results a")
        for _ in range(3):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.closest('#results') !== null"):
                break
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{EDITION}")


def test_a_point_of_a_chart_opens_its_edition(browser: Browser, place: Path) -> None:
    figure = next(place.glob("figures/level-*.html"))
    with shown(browser, figure.as_uri()) as page:
        page.locator(".wide .target").nth(1).click()
        page.wait_for_url(f"**/{EDITION}")


def test_the_search_tells_what_is_missing(browser: Browser, tmp_path: Path) -> None:
    build(sites.several(tmp_path, 2), tmp_path / "site", Wish(brands.load()))
    for words in (tmp_path / "site/search/words").iterdir():
        words.unlink()
    opened = browser.new_page()
    opened.goto(f"{(tmp_path / 'site').as_uri()}/search.html#q=cafe")
    expect(opened.locator("#status")).to_contain_text("not whole")
    opened.close()


def test_without_script_all_but_the_search_is_there(browser: Browser, place: Path) -> None:
    with shown(browser, f"{place.as_uri()}/search.html", java_script_enabled=False) as page:
        assert "needs JavaScript" in page.inner_text("noscript")


def test_the_site_prints(browser: Browser, place: Path) -> None:
    with shown(browser, f"{place.as_uri()}/{EDITION}") as page:
        page.emulate_media(media="print")
        assert page.is_hidden("header nav")
        assert page.is_visible("h1")


def test_hostile_words_run_nothing(browser: Browser, tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)> café"
    what = archive(tmp_path)
    add(what, replace(sites.draft(FIRST, 1, said=evil), headline=evil, title=evil, standfirst=evil))
    build(what, tmp_path / "site", Wish(brands.load()))
    root = (tmp_path / "site").as_uri()
    for name in ("index.html", "editions/2026-01-15/weekly/index.html", "search.html#q=onerror"):
        with shown(browser, f"{root}/{name}") as page:
            page.on("dialog", lambda _dialog: pytest.fail("a script of the text's own ran"))
            page.wait_for_timeout(200)
            assert "<img src=x" in page.inner_text("main")
