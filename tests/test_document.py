from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from reporter import brands, document, glossary, marking
from reporter.errors import RenderError
from reporter.model import Picture, Terms, plain
from tests import briefs

HOUSE = brands.load("house")
VOID = {"meta", "img", "link", "br", "hr", "input"}
SVG = {"polyline", "path", "rect", "svg", "g", "text"}


class Tree(HTMLParser):
    """Reads a page as a browser does: elements, text, and whether all are closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See `HTMLParser`."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag == "script":
            self.scripts.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See `HTMLParser`."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """See `HTMLParser`."""
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """See `HTMLParser`."""
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        elif self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """All words that a reader sees, with single spaces."""
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of this name."""
        return [attributes for name, attributes in self.elements if name == tag]


def screen(brief: Any = None, brand: Any = HOUSE, **rest: Any) -> str:
    brief = brief or briefs.rich()
    return document.screen(brief, brand, briefs.pictures(brief), **rest)


PAGES = {
    "paper": lambda brief: document.paper(brief, HOUSE),
    "screen": screen,
}
BRIEFS = {"rich": briefs.rich, "hostile": briefs.hostile, "bare": briefs.bare}


@pytest.mark.parametrize("medium", PAGES)
@pytest.mark.parametrize("kind", BRIEFS)
def test_every_element_is_closed_in_order(medium: str, kind: str) -> None:
    assert Tree(PAGES[medium](BRIEFS[kind]())).open == []


@pytest.mark.parametrize("medium", PAGES)
def test_words_that_try_to_be_code_stay_words(medium: str) -> None:
    tree = Tree(PAGES[medium](briefs.hostile()))
    assert tree.text.count(" ".join(briefs.HOSTILE.split())) > 30
    assert not any("alert(1)" in script for script in tree.scripts[-1:])
    assert not tree.all("b")
    assert "62615533" not in tree.text


def test_hostile_words_cannot_end_the_data_scripts() -> None:
    tree = Tree(screen(briefs.hostile()))
    assert len(tree.scripts) == 3
    provenance, plots = (json.loads(script) for script in tree.scripts[:2])
    assert ["Source", briefs.HOSTILE] in provenance["level:^RUT"]
    assert plots["lead"][0]["role"] == "subject"


@pytest.mark.parametrize("medium", PAGES)
def test_every_printed_fact_can_be_asked_where_it_comes_from(medium: str) -> None:
    brief = briefs.rich()
    tree = Tree(PAGES[medium](brief))
    ids = {one["data-fact"] for one in tree.all("span") if "data-fact" in one}
    assert ids <= {fact.id for fact in brief.facts}
    assert {span.fact for span in brief.headline if span.fact} <= ids
    if medium == "screen":
        assert ids <= json.loads(tree.scripts[0]).keys()


@pytest.mark.parametrize("medium", PAGES)
def test_sample_data_is_called_so(medium: str) -> None:
    assert document.SAMPLE_NOTICE in Tree(PAGES[medium](briefs.rich())).text
    real = Tree(PAGES[medium](briefs.rich(sample=False)))
    assert document.SAMPLE_NOTICE not in real.text
    assert "invented" not in real.text


@pytest.mark.parametrize("medium", PAGES)
@pytest.mark.parametrize("ids", [("level:^RUT",), (briefs.RUT_YTD, "rsi:^RUT:14"), ()])
def test_daggers_stand_behind_doubtful_figures_and_no_other(
    ids: tuple[str, ...], medium: str
) -> None:
    tree = Tree(PAGES[medium](briefs.doubtful(*ids)))
    daggers = [at for at, (_, one) in enumerate(tree.elements) if is_dagger(one)]
    behind = {tree.elements[at - 1][1]["data-fact"] for at in daggers}
    assert behind == set(ids)
    assert bool(daggers) == (marking.MARK in tree.text)


def is_dagger(attributes: dict[str, str]) -> bool:
    return attributes.get("class") == "doubt" and "href" in attributes


@pytest.mark.parametrize("medium", PAGES)
def test_a_dagger_has_words_and_leads_to_its_meaning(medium: str) -> None:
    tree = Tree(PAGES[medium](briefs.doubtful("level:^RUT")))
    links = [one for one in tree.all("a") if is_dagger(one)]
    assert {one["href"] for one in links} == {f"#{marking.ANCHOR}"}
    assert {one["aria-label"] for one in links} == {"doubtful, see the notes on prices"}
    assert [one["id"] for one in tree.all("p") if "doubts" in one.get("class", "")] == [
        marking.ANCHOR
    ]
    assert f"Rests on incomplete or doubtful prices: {briefs.DOUBT}" in tree.text


@pytest.mark.parametrize("medium", PAGES)
def test_without_sources_the_meaning_of_a_dagger_stands_at_the_end(medium: str) -> None:
    brief = briefs.doubtful("level:^RUT")
    short = replace(brief, sections=brief.sections[:-1])
    tree = Tree(PAGES[medium](short))
    assert tree.text.index("Disclosures") < tree.text.index(briefs.DOUBT)


@pytest.mark.parametrize("medium", PAGES)
def test_doubts_that_try_to_be_code_stay_words(medium: str) -> None:
    page = PAGES[medium](briefs.doubtful("level:^RUT", mark=briefs.HOSTILE))
    assert "<script>alert(1)" not in page
    assert "alert(1)</script>{{ 7919*7907 }}{% raw %}" in Tree(page).text


@pytest.mark.parametrize("medium", PAGES)
def test_titles_and_descriptions_have_no_dagger(medium: str) -> None:
    ids = [fact.id for fact in briefs.FACTS]
    tree = Tree(PAGES[medium](briefs.doubtful(*ids)))
    head = PAGES[medium](briefs.doubtful(*ids)).partition("<style>")[0]
    assert marking.MARK not in head
    assert not any(marking.MARK in one.get("aria-label", "") for _, one in tree.elements)
    assert not any(marking.MARK in one.get("alt", "") for _, one in tree.elements)


def test_a_template_without_the_meaning_leaves_daggers_unlinked(tmp_path: Path) -> None:
    (tmp_path / "templates" / "sections").mkdir(parents=True)
    own = tmp_path / "templates" / "sections" / "sources_and_methods.html.j2"
    own.write_text("<p>Ours.</p>")
    page = document.paper(briefs.doubtful("level:^RUT"), HOUSE, tmp_path)
    assert marking.MARK in page
    assert f"#{marking.ANCHOR}" not in page


@pytest.mark.parametrize("medium", PAGES)
@pytest.mark.parametrize("terms", Terms)
def test_a_page_says_what_its_data_may_be_used_for(terms: Terms, medium: str) -> None:
    tree = Tree(PAGES[medium](replace(briefs.rich(sample=False), terms=terms)))
    notice = glossary.USES[terms].notice
    told = [one for one in tree.all("p") if one.get("class") == "terms"]
    assert len(told) == bool(notice)
    assert notice in tree.text


@pytest.mark.parametrize("medium", PAGES)
def test_headings_form_one_outline(medium: str) -> None:
    tree = Tree(PAGES[medium](briefs.rich()))
    levels = [tag for tag, _ in tree.elements if re.fullmatch(r"h\d", tag)]
    assert levels.count("h1") == 1
    assert levels[0] == "h1"
    assert set(levels) == {"h1", "h2"}
    assert len(levels) == 1 + len(briefs.rich().sections) + 1


@pytest.mark.parametrize("medium", PAGES)
def test_ids_are_unique_and_labels_lead_somewhere(medium: str) -> None:
    tree = Tree(PAGES[medium](briefs.rich()))
    ids = [attributes["id"] for _, attributes in tree.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    labels = {a["aria-labelledby"] for _, a in tree.elements if "aria-labelledby" in a}
    assert labels <= set(ids)


def test_paper_names_its_pictures_by_address_with_alternative_text() -> None:
    brief = briefs.rich()
    images = Tree(document.paper(brief, HOUSE)).all("img")
    assert {image["src"] for image in images} == {f"chart:{chart.id}" for chart in brief.charts}
    assert {image["alt"] for image in images} == {chart.alt for chart in brief.charts}
    assert "width:468.0pt;height:182pt" in {image["style"] for image in images}


def test_paper_is_of_the_size_asked_for() -> None:
    assert "@page{size:A4;" in document.paper(briefs.rich(), HOUSE)
    letter = replace(briefs.rich(), page_size="Letter")
    assert "@page{size:Letter;margin-left:72pt" in document.paper(letter, HOUSE)


def test_paper_leaves_no_token_open() -> None:
    style = document.paper(briefs.rich(), HOUSE).partition("</style>")[0]
    assert "var(" not in style
    assert HOUSE.colours["accent"] in style
    assert "font-variant" not in style


def test_on_paper_the_space_before_a_figure_stands_inside_it() -> None:
    """Else the printer breaks lines early: see `document`."""
    page = document.paper(briefs.rich(), HOUSE)
    assert ' <span class="fact' not in page
    assert "has risen<span" in page
    assert '"period_return:^RUT:ytd"> 7.8%</span>' in page


def test_brands_look_different() -> None:
    brief = briefs.rich()
    house, meridian = (document.paper(brief, brands.load(name)) for name in brands.names())
    assert "Source Serif 4" in house
    assert "Source Serif 4" not in meridian
    assert "Meridian Private Bank" in meridian


def test_the_logo_is_shown() -> None:
    logo = "data:image/svg+xml;base64,PHN2Zy8+"
    assert Tree(screen(brand=replace(HOUSE, logo=logo))).all("img")[0]["src"] == logo


def test_the_web_page_needs_nothing_but_itself() -> None:
    page = screen()
    tree = Tree(page)
    for _, attributes in tree.elements:
        for name in ("src", "href", "srcset", "data", "action", "poster"):
            assert attributes.get(name, "#").startswith(("#", "data:"))
    assert set(re.findall(r"url\(\s*['\"]?(\w+:)", page)) == {"data:"}
    assert "@import" not in page
    assert not tree.all("link")


def test_the_web_page_forbids_itself_the_network() -> None:
    tree = Tree(screen())
    policy = next(m["content"] for m in tree.all("meta") if "http-equiv" in m)
    digest = b64encode(sha256(tree.scripts[2].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")


def test_the_web_page_is_small() -> None:
    assert len(screen().encode()) < 450_000


def test_the_web_page_holds_pictures_and_their_data() -> None:
    brief = briefs.rich()
    tree = Tree(screen(brief))
    assert len(tree.all("svg")) == len(brief.charts)
    assert len(tree.all("details")) == sum(chart.kind != "sparkline" for chart in brief.charts)
    assert "31 Dec 2025" in tree.text


def test_a_picture_for_phones_stands_beside_the_wide_one() -> None:
    brief = briefs.rich()
    pictures = briefs.pictures(brief)
    page = screen(brief, narrow={"lead": pictures["lead"]})
    assert page.count('class="slim"') == 1
    assert page.count('class="plot two"') == 1


def test_a_prologue_does_not_reach_the_page() -> None:
    assert "<?xml" not in screen()


def test_a_chart_without_a_picture_is_named() -> None:
    with pytest.raises(RenderError, match="'lead' was not drawn"):
        document.screen(briefs.rich(), HOUSE, {})


def test_a_bitmap_does_not_pass_for_a_drawing() -> None:
    brief = briefs.rich()
    bitmap = Picture("lead", "image/png", b"", 1, 1)
    with pytest.raises(RenderError, match="no SVG"):
        document.screen(brief, HOUSE, {**briefs.pictures(brief), "lead": bitmap})


@pytest.mark.parametrize("medium", ["paper", "screen"])
def test_a_section_that_shows_a_chart_nobody_made_is_named(medium: str) -> None:
    brief = replace(briefs.rich(), charts=briefs.rich().charts[1:])
    with pytest.raises(RenderError, match="chart 'lead', which the brief has not"):
        PAGES[medium](brief)


def test_a_style_beside_the_spec_wins(tmp_path: Path) -> None:
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "screen.css").write_text("p{color:var(--own)}", encoding="utf-8")
    assert "p{color:var(--own)}" in screen(folder=tmp_path)
    (tmp_path / "styles" / "print.css").write_text("p{color:var(--own)}", encoding="utf-8")
    with pytest.raises(RenderError, match="no token --own"):
        document.paper(briefs.rich(), HOUSE, tmp_path)


def test_a_style_cannot_end_its_element(tmp_path: Path) -> None:
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "print.css").write_text("</style><script>", encoding="utf-8")
    with pytest.raises(RenderError, match="must not hold a tag"):
        document.paper(briefs.rich(), HOUSE, tmp_path)


@pytest.mark.parametrize("name", ["print.css", "screen.css"])
def test_a_style_that_is_no_text_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / name).write_bytes("/* gro\u00df */".encode("latin-1"))
    make = screen if name == "screen.css" else _printed
    with pytest.raises(RenderError, match="is not UTF-8 text") as told:
        make(folder=tmp_path)
    assert told.value.where.endswith(name)


def _printed(folder: Path) -> str:
    return document.paper(briefs.rich(), HOUSE, folder)


def test_a_template_beside_the_spec_wins(tmp_path: Path) -> None:
    (tmp_path / "templates" / "sections").mkdir(parents=True)
    own = tmp_path / "templates" / "sections" / "flows.html.j2"
    own.write_text("<section>{{ part.section.title }}, our way</section>", encoding="utf-8")
    assert "Rotation and flows, our way" in document.paper(briefs.rich(), HOUSE, tmp_path)


def test_a_section_without_template_is_named() -> None:
    brief = briefs.rich()
    odd = replace(brief.sections[1], name="weather", charts=())
    with pytest.raises(RenderError, match=r"sections/weather\.html\.j2"):
        document.paper(replace(brief, sections=(odd,)), HOUSE)


@pytest.mark.parametrize("medium", PAGES)
def test_a_brief_with_little_to_say_says_it(medium: str) -> None:
    tree = Tree(PAGES[medium](briefs.bare()))
    assert plain(briefs.bare().headline) in tree.text
    assert not tree.all("ul")
    assert not tree.all("figure")


@pytest.mark.parametrize("medium", PAGES)
def test_the_same_brief_gives_the_same_page(medium: str) -> None:
    assert PAGES[medium](briefs.rich()) == PAGES[medium](briefs.rich())
