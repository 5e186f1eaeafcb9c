"""The mail's body: what it says, what fits in it, and that nothing in a brief opens a slot."""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporter import brands, document, mail, mail_lint, marking
from reporter.errors import RenderError
from reporter.mail import Body
from reporter.model import Brief, Picture, Remark, Role, Span, Terms, plain
from tests import briefs
from tests.test_document import Tree

HOUSE = brands.load("house")
BRANDS = brands.names()
BRIEFS = {"rich": briefs.rich, "hostile": briefs.hostile, "bare": briefs.bare}
SIZE = (1200, 500)


def made(brief: Brief | None = None, brand: str = "house", folder: Path | None = None) -> Body:
    brief = brief or briefs.rich()
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", *SIZE)
    pictures = {
        chart.id: Picture(chart.id, "image/png", head, *SIZE) for chart in mail.chosen(brief)
    }
    return mail.body(brief, brands.load(brand), pictures, folder)


def words_of(page: str) -> str:
    return Tree(page).text


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize("name", BRIEFS)
def test_every_page_is_whole_clean_small_and_holds_each_slot_once(name: str, brand: str) -> None:
    body = made(BRIEFS[name](), brand)
    assert not Tree(body.html).open
    assert not tuple(mail_lint.faults(body.html))
    assert len(body.html.encode()) + mail.ROOM < mail.LARGEST
    assert body.html.encode().index(b"<!--/slot:unsubscribe-->") + mail.ROOM < mail.LAST_WORD
    marks = re.findall(r"<!--(/?slot:\w+)-->", body.html)
    assert marks == [mark for name in mail.SLOTS for mark in (f"slot:{name}", f"/slot:{name}")]
    lines = [line for line in body.text.splitlines() if line.startswith("[[")]
    assert lines == [f"[[{name}]]" for name in mail.SLOTS]
    assert max(len(line) for line in body.text.splitlines() if " " in line) <= mail.WIDTH


def test_the_page_says_what_page_one_says() -> None:
    brief = briefs.rich()
    text = words_of(made(brief).html)
    for part in (HOUSE.house, brief.title, "15 January 2026", plain(brief.headline),
                 plain(brief.standfirst), document.SAMPLE_NOTICE, *HOUSE.disclosures):  # fmt: skip
        assert part in text
    for figure in brief.key_figures:
        assert figure.label in text
        assert figure.value.text in text
    for remark in briefs.LONG:
        assert plain(remark.text) in text


def test_every_figure_of_the_page_stands_in_the_text() -> None:
    brief = briefs.rich()
    body = made(brief)
    page, text = words_of(body.html), " ".join(body.text.split())
    shown = [fact.display for fact in brief.facts if fact.display in page]
    assert len(shown) > 8
    assert [display for display in shown if display not in text] == []
    assert sorted(set(re.findall(r"\d[\d.,]*", page)) - set(re.findall(r"\d[\d.,]*", text))) == []


def test_the_charts_are_the_lead_and_the_next_that_carries_the_story() -> None:
    assert [chart.id for chart in mail.chosen(briefs.rich())] == ["lead", "strength"]
    assert mail.chosen(briefs.bare()) == ()
    images = Tree(made().html).all("img")
    assert [image["src"] for image in images] == ["mail/lead.png", "mail/strength.png"]
    assert [(image["width"], image["height"]) for image in images] == [("600", "250")] * 2
    assert all(image["alt"] for image in images)


def test_a_chart_that_was_not_drawn_is_told() -> None:
    with pytest.raises(RenderError, match="chart 'lead' was not drawn for mail"):
        mail.body(briefs.rich(), HOUSE, briefs.pictures(briefs.rich()))
    with pytest.raises(RenderError, match="chart 'lead' was not drawn for mail"):
        mail.body(briefs.rich(), HOUSE, {})


@pytest.mark.parametrize("brand", BRANDS)
def test_dark_colours_outlive_the_inlining(brand: str) -> None:
    page = made(brand=brand).html
    colours = brands.load(brand).colours
    head = page[: page.index("<body")]
    block = head[head.index("prefers-color-scheme: dark") :]
    for token in ("ink", "muted", "paper", "accent", "rule", "up", "down"):
        assert f"{colours[f'dark-{token}']} !important" in block
    assert '<meta name="color-scheme" content="light dark">' in page
    assert f"color: {colours['ink']}" in page[page.index("<body") :]
    assert "var(" not in page


@pytest.mark.parametrize("brief", [briefs.rich(), briefs.hostile()], ids=["rich", "hostile"])
def test_the_same_brief_gives_the_same_bytes(brief: Brief) -> None:
    assert made(brief) == made(brief)


def test_a_doubtful_figure_has_its_dagger_and_the_daggers_are_explained() -> None:
    body = made(briefs.doubtful(briefs.RUT_YTD))
    for text in (words_of(body.html), " ".join(body.text.split())):
        assert f"7.8%{marking.MARK}" in text
        assert f"{marking.MARK} {marking.MEANING}: {briefs.DOUBT}" in text
        assert "Data for personal use only" in text
    assert marking.MEANING not in made(replace(briefs.rich(), terms=Terms.UNKNOWN)).html


# --- users' words --------------------------------------------------------------------------------


def test_a_brief_of_code_is_shown_as_its_signs() -> None:
    body = made(briefs.hostile())
    tree = Tree(body.html)
    assert briefs.HOSTILE in tree.text
    assert tree.scripts == []
    assert "62599013" not in body.html + body.text  # 7919 times 7907
    assert briefs.HOSTILE.split("{%")[0].strip() in " ".join(body.text.split())


PIECES = st.sampled_from(
    [
        "[[opening]]", "[", "[[", "]]", "<!--slot:opening-->", "<!--/slot:notice-->", "<!--",
        "-->", "<", ">", '"', "'", "&", " ", "\n", "\r", "\x0b", "\x85", "\u2028", "\u202e", "\0",
        "word", "[[unsubscribe]]", "&lt;!--slot:closing--&gt;", "]]\n[[closing]]\n", "</title>",
        "</style>", "<![endif]-->", "{{ slots }}",
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(PIECES | st.text(max_size=40), max_size=12).map("".join))
def test_no_words_can_forge_a_slot(words: str) -> None:
    bad = (Span(words),)
    rich = briefs.rich()
    told = Remark("m", "f", Role.THESIS, bad, 0.5)
    sections = tuple(replace(one, paragraphs=((told,),)) for one in rich.sections)
    charts = tuple(
        replace(one, title=bad, subtitle=words, source_line=words, alt=words) for one in rich.charts
    )
    figures = tuple(replace(one, label=words, note=words) for one in rich.key_figures)
    body = made(
        replace(
            rich,
            title=words,
            headline=bad,
            standfirst=bad,
            sections=sections,
            charts=charts,
            key_figures=figures,
        )
    )
    for name in mail.SLOTS:
        assert body.html.count(f"<!--slot:{name}-->") == 1
        assert body.html.count(f"<!--/slot:{name}-->") == 1
        assert body.text.splitlines().count(f"[[{name}]]") == 1
        assert body.text.split("\n").count(f"[[{name}]]") == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", body.html + body.text)


# --- too large -----------------------------------------------------------------------------------


def long(paragraphs: int, size: int) -> Brief:
    rich = briefs.rich()
    told = Remark("m", "f", Role.THESIS, (Span("words " * (size // 6)),), 0.5)
    front = replace(rich.sections[0], paragraphs=((told,),) * paragraphs)
    return replace(rich, sections=(front, *rich.sections[1:]))


@pytest.mark.parametrize(("paragraphs", "size", "left"), [(9, 9_000, 3), (9, 40_000, 1)])
def test_a_long_brief_is_mailed_in_short(paragraphs: int, size: int, left: int) -> None:
    body = made(long(paragraphs, size))
    assert len(body.html.encode()) + mail.ROOM <= mail.LARGEST
    assert len(re.findall('class="text"', body.html)) == left
    assert body.text.count("words") > paragraphs * size // 7  # the text has all


def test_a_brief_too_long_for_any_form_is_refused(tmp_path: Path) -> None:
    brief = replace(briefs.rich(), standfirst=(Span("words " * 20_000),))
    with pytest.raises(RenderError, match=r"too large even in its short form: .* bytes"):
        made(brief, folder=tmp_path)


# --- templates of others -------------------------------------------------------------------------


def changed(folder: Path, file: str, old: str, new: str) -> Path:
    shipped = Path(file)
    text = shipped.read_text(encoding="utf-8")
    assert old in text
    (folder / shipped.parent).mkdir()
    (folder / shipped).write_text(text.replace(old, new), encoding="utf-8")
    return folder


PAGE, STYLE, TEXT = "templates/mail.html.j2", "styles/email.css", "templates/mail.txt.j2"


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (STYLE, ".title {", ".title { border-radius: 3px;",
         r"<p> in line \d+: border-radius: dropped by Outlook for Windows"),
        (STYLE, ".title {", ".title { display: flex;", "display: flex: dropped by Outlook"),
        (STYLE, ".title {", ".title { padding: 4px;", "padding: only cells have padding"),
        (STYLE, ".title {", ".title { accent-color: red;", "accent-color: not known to be kept"),
        (STYLE, "@media (max-w", "@font-face { color: red } @media (max-w", "@font-face: Gmail"),
        (PAGE, '<img src="{{ shown.address }}"', '<img src="https://x.example/a.png"',
         "remote and data: ones are blocked"),
        (PAGE, '<img src="{{ shown.address }}"', '<img src="data:image/png;base64,AA"', "blocked"),
        (PAGE, ' alt="{{ shown.chart.alt }}"', "", "<img> in line .* needs the attribute alt"),
        (PAGE, "</table>\n{% endcall %}", "</table><script>1</script>\n{% endcall %}",
         "<script> in line .*: not for mail: every mail program drops it"),
        (PAGE, '<p class="tagline">', '<p class="tagline" onclick="x()">', "onclick runs a script"),
        (PAGE, 'role="presentation" class="page"', 'class="page"', "needs the attribute role"),
        (PAGE, '{{ slot("holdings") }}', "", "<!--slot:holdings--> must stand there once"),
        (PAGE, '{{ slot("holdings") }}', '{{ slot("notice") }}', "slot:holdings--> must stand"),
        (TEXT, '{{ slot("holdings") }}', "", "every slot must stand on a line of its own"),
    ],
)  # fmt: skip
def test_a_template_that_mail_programs_would_spoil_is_refused(
    file: str, old: str, new: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(RenderError, match=told):
        made(folder=changed(tmp_path, file, old, new))


def test_a_template_of_ones_own_may_say_more(tmp_path: Path) -> None:
    folder = changed(tmp_path, PAGE, "Disclosures</h2>", "The small print</h2>")
    assert "The small print" in made(folder=folder).html


def test_many_faults_are_counted() -> None:
    page = "".join(f"<p style='float:left;gap:{at}px'>" for at in range(4))
    with pytest.raises(RenderError, match=r"And \d more\."):
        mail_lint.check(page.replace("<p", "\n<p"))


GRID = "<table role='grid' width='1' cellpadding='0' cellspacing='0' border='0'>"


@pytest.mark.parametrize(
    "page",
    [
        "<a href='javascript:x'>",
        "<a href='http://x.example'>",
        "<td background='x'>",
        "<td width='50pt'>",
        GRID,
        "<style>@import 'x';</style>",
        "<p style='color:var(--ink)'>",
        "<p style='color:rgba(0,0,0,.5)'>",
        "<p style='color:red !important'>",
        "<p style='margin:-4px 0 0'>",
        "<body><style>p{color:red}</style>",
        f"<style>{'p{color:red}' * 700}</style>",
        "<th>",
        "<th scope='both'>",
    ],
)
def test_the_lint_knows(page: str) -> None:
    assert len(tuple(mail_lint.faults(page))) == 1


def test_the_lint_lets_pass_what_is_fit() -> None:
    page: Any = ("<p style='color:red'><a href='https://x.example/u'>x</a> "
                 "<style>p{color:red!important}</style><th scope='row'>z</th>"
                 "<a href='mailto:a@b.example'>y</a><!--[if mso]><v:rect><![endif]-->")  # fmt: skip
    assert not tuple(mail_lint.faults(page))
