"""The web page in a browser: what it does under a pointer, a finger and a keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from reporter import brands, document
from tests import briefs
from tests.browsing import browser as browser  # noqa: PLC0414  a fixture

WIDTHS = (360, 390, 768, 1280, 1600)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The rich brief as a file on disk, as a reader opens it."""
    brief = briefs.rich()
    page = document.screen(brief, brands.load(), briefs.pictures(brief))
    path: Path = tmp_path_factory.mktemp("screen") / "brief.html"
    path.write_text(page, encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page at a desk's width; any complaint of the browser fails the test."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        complaints.append(message.text)

    opened.on("console", hear)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(address)
    yield opened
    opened.close()
    assert complaints == []


def test_nothing_is_asked_of_the_network(browser: Browser, address: str) -> None:
    opened = browser.new_page()
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    opened.on("request", note)
    opened.goto(address)
    opened.hover(".text .fact >> nth=1")
    opened.close()
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [address]


@pytest.mark.parametrize("width", WIDTHS)
def test_no_width_needs_a_sideways_scroll(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_fonts_are_the_pages_own(page: Page) -> None:
    page.evaluate("document.fonts.ready.then(() => 1)")
    loaded = page.evaluate(
        "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)"
    )
    assert {name.strip('"') for name in loaded} >= {"Source Serif 4", "Source Sans 3"}


def test_nothing_moves_while_the_page_loads(browser: Browser, address: str) -> None:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.goto(address)
    shift = opened.evaluate(
        """() => new Promise(done => {
            let sum = 0;
            new PerformanceObserver(list => {
                for (const entry of list.getEntries()) sum += entry.value;
            }).observe({type: "layout-shift", buffered: true});
            setTimeout(() => done(sum), 300);
        })"""
    )
    opened.close()
    assert shift < 0.001


def test_a_number_under_the_pointer_says_where_it_comes_from(page: Page) -> None:
    assert page.is_hidden("#tip")
    page.hover(".text .fact >> nth=1")
    tip = page.locator("#tip")
    assert tip.is_visible()
    told = tip.inner_text()
    for word in ("Return", "year to date", "31 December 2025", "15 January 2026", "sample"):
        assert word in told
    page.mouse.move(2, 2)
    assert tip.is_hidden()


def test_a_number_answers_the_keyboard(page: Page) -> None:
    number = page.locator(".text .fact").first
    number.focus()
    assert number.get_attribute("aria-describedby") == "tip"
    assert page.is_visible("#tip")
    page.keyboard.press("Escape")
    assert page.is_hidden("#tip")
    assert number.get_attribute("aria-describedby") is None


def test_a_number_answers_a_finger(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    opened = context.new_page()
    opened.goto(address)
    opened.tap(".text .fact >> nth=0")
    box = opened.locator("#tip").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    opened.tap("h1", position={"x": 1, "y": 1})
    assert opened.is_hidden("#tip")
    context.close()


def test_a_table_is_one_stop_and_arrows_go_on(page: Page) -> None:
    table = page.locator("#table-sizes")
    assert table.locator('.fact[tabindex="0"]').count() == 1
    table.locator(".fact").first.focus()
    for key, at in (("ArrowRight", 2), ("ArrowDown", 2), ("End", 7), ("Home", 0)):
        page.keyboard.press(key)
        row = page.evaluate("document.activeElement.closest('tr').rowIndex")
        assert page.evaluate("document.activeElement.className") == "fact"
        assert table.locator('.fact[tabindex="0"]').count() == 1
        assert row >= 1, (key, at)
    assert page.is_visible("#tip")


def test_the_keyboard_reads_a_chart(page: Page) -> None:
    plot = page.locator('.plot[data-chart="lead"]')
    assert plot.get_attribute("role") == "slider"
    plot.focus()
    page.keyboard.press("End")
    text = plot.get_attribute("aria-valuetext") or ""
    assert text.startswith("28 Feb 2026, Russell 2000 ")
    page.keyboard.press("ArrowLeft")
    assert (plot.get_attribute("aria-valuetext") or "").startswith("27 Feb 2026, ")
    assert plot.locator(".tip").is_visible()
    page.keyboard.press("Escape")
    assert plot.locator(".tip").is_hidden()


def test_the_pointer_reads_a_chart(page: Page) -> None:
    plot = page.locator('.plot[data-chart="lead"]')
    box = plot.bounding_box()
    assert box is not None
    plot.hover(position={"x": 0, "y": box["height"] / 2})
    told = plot.locator(".tip").inner_text()
    assert re.search(r"Date\s+31 Dec 2025", told)
    assert re.search(r"S&P 500\s+100\.00", told)
    cursor = plot.locator(".cursor").bounding_box()
    assert cursor is not None
    assert cursor["x"] == pytest.approx(box["x"], abs=1)
    assert plot.locator(".dot").first.is_visible()
    page.mouse.move(2, 2)
    assert plot.locator(".cursor").is_hidden()


def test_the_first_stop_skips_to_the_argument(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#argument")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_readers_scheme(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    paper = brands.load().colours["dark-paper" if scheme == "dark" else "paper"]
    shown = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert tuple(map(int, re.findall(r"\d+", shown))) == tuple(bytes.fromhex(paper[1:]))


def test_without_script_everything_is_there(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(address)
    assert "2,674.56" in opened.inner_text(".front")
    assert opened.locator("details table").count() == 5
    context.close()


def test_the_page_prints(page: Page) -> None:
    page.emulate_media(media="print")
    assert page.is_hidden("details")
    assert page.is_visible("h1")


def test_a_dagger_leads_to_its_meaning_and_stands_beside_aligned_figures(
    browser: Browser, tmp_path: Path
) -> None:
    brief = briefs.doubtful(briefs.RUT_YTD)
    path = tmp_path / "doubtful.html"
    drawn = document.screen(brief, brands.load(), briefs.pictures(brief))
    path.write_text(drawn, encoding="utf-8")
    opened = browser.new_page(viewport={"width": 390, "height": 800}, reduced_motion="reduce")
    opened.goto(path.as_uri())
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390
    opened.get_by_role("link", name="doubtful, see the notes on prices").first.click()
    assert opened.locator(".doubts").evaluate("one => one.getBoundingClientRect().top < 800")
    edges = opened.locator("#table-sizes td:nth-child(3) .fact").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().right)"
    )
    plain = opened.locator("#table-sizes td:nth-child(3)").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().right)"
    )
    assert edges == pytest.approx(plain, abs=1.5)
    opened.close()


def test_hostile_words_run_nothing(browser: Browser, tmp_path: Path) -> None:
    brief = briefs.hostile()
    path = tmp_path / "hostile.html"
    drawn = document.screen(brief, brands.load(), briefs.pictures(brief))
    path.write_text(drawn, encoding="utf-8")
    opened = browser.new_page()
    opened.on("dialog", lambda _dialog: pytest.fail("a script of the text's own ran"))
    opened.goto(path.as_uri())
    opened.locator(".strip .fact").first.hover()
    assert "<script>alert(1)</script>" in opened.locator("#tip").inner_text()
    opened.close()
