"""What a client reads in his message: figures, holdings, his language, the words of the house."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from reporter.delivery.holdings import quotes
from reporter.delivery.stationery import Stationery, stationery
from tests import archives
from tests.delivery import editions
from tests.delivery.letters import paper as paper  # noqa: PLC0414  a fixture
from tests.delivery.letters import (
    sent,
    words,
)


def test_the_text_alone_carries_the_figures(paper: Stationery) -> None:
    found = words(sent(paper, holdings=("^rut",), watched=("^TNX", "UNKNOWN", "^RUT")))
    assert "6.4% AHEAD" in found
    rows = {line[:22].strip(): line[22:].split() for line in found.splitlines()}
    assert rows["Russell 2000"] == ["2,421.74", "6.4%"]
    assert rows["10-year Treasury yield"][0] == "4.09%"
    assert "basis points" in found
    assert found.count("Russell 2000") == 1
    assert "UNKNOWN" not in found
    assert "Change, this year" in found


@pytest.mark.parametrize("symbol", editions.FIGURES)
def test_holdings_are_printed_as_the_brief_prints_them(paper: Stationery, symbol: str) -> None:
    found = sent(paper, holdings=(symbol,))
    name, level, change = editions.FIGURES[symbol]
    assert all(one in words(found) for one in (name, level, change))
    html = words(found, "html")
    cells = re.findall(r"<t[dh][^>]*class=\"text small\"[^>]*>([^<]*)</t[dh]>", html)
    assert cells == [name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), level,
                     change]  # fmt: skip


def test_who_holds_nothing_of_the_brief_has_no_table(paper: Stationery) -> None:
    assert "Your holdings" not in words(sent(paper, holdings=("XYZ",)))


def test_it_speaks_the_client_s_language(paper: Stationery) -> None:
    found = words(sent(paper, language="de-CH", holdings=("^VIX",)))
    assert found.startswith("Guten Tag Ann Meier")
    assert "als PDF im Anhang" in found
    assert "Ihre Positionen" in found
    assert "Veränderung, seit Jahresbeginn" in found


def test_another_language_is_named_for_those_who_hear_it(paper: Stationery) -> None:
    german = sent(paper, language="de-CH", holdings=("^VIX",))
    assert german["Content-Language"] == "en, de"
    html = words(german, "html")
    for element in ("p", "h2", "tr"):
        assert re.search(f'<{element}[^>]* lang="de"', html)
    plain = sent(paper, language="fr")
    assert plain["Content-Language"] == "en"
    assert words(plain, "html").count("lang=") == 1


def test_holdings_are_a_table_of_figures(paper: Stationery) -> None:
    """Heads are marked as heads, and figures are not broken on a narrow screen."""
    html = words(sent(paper, holdings=("^RUT", "^VIX")), "html")
    (table,) = re.findall(r'<table role="table".*?</table>', html, re.DOTALL)
    assert len(re.findall(r'<th scope="col"', table)) == 3
    assert re.findall(r'<th scope="row"[^>]*>([^<]*)<', table) == ["Russell 2000", "VIX"]
    figures = re.findall(r"<td[^>]*>", table)
    assert len(figures) == 4
    assert all('align="right"' in one and "white-space:nowrap" in one for one in figures)


def _facts_of(paper: Stationery, *facts: dict[str, object]) -> Stationery:
    """The same stationery with more facts in its brief."""
    told = editions.brief()
    names = [{"symbol": "XLB", "name": "Materials, with a name that goes on and on " * 2}]
    inputs = [*cast("list[object]", told["inputs"]), *names]
    found = [*cast("list[object]", told["facts"]), *facts]
    return replace(paper, quotes=quotes(told | {"facts": found, "inputs": inputs}))


def test_what_the_brief_has_with_dividends_only_is_said_to_be(paper: Stationery) -> None:
    change = archives.fact("XLB", "period_return", id="period_return:XLB:ytd", window="ytd",
                           display="8.0%", detail={"total_return": True})  # fmt: skip
    known = _facts_of(paper, change)
    found = sent(known, holdings=("XLB", "^RUT"))
    told = words(found)
    assert re.search(r"\*  +\N{EN DASH}  +8\.0%\n", told)
    assert "\n* Change with dividends.\n" in told
    assert "* Change with dividends.</p>" in words(found, "html")
    assert max(map(len, told.splitlines()[:-1])) <= 72
    assert "dividends" not in words(sent(known, holdings=("^RUT",)))


def test_a_doubtful_figure_keeps_its_dagger_which_is_explained(tmp_path: Path) -> None:
    level = archives.fact("GC=F", "level", id="level:GC=F", display="4,600", marks=["doubtful"])
    made, edition = editions.archive(tmp_path)
    (tmp_path / "templates" / "mail").mkdir(parents=True)
    (tmp_path / "templates/mail/holdings.txt.j2").write_text("Yours\nName | Level | Change")
    for folder in (Path("/nowhere"), tmp_path):  # the house's own template is silent about it
        paper = stationery(made, edition, editions.settings(folder))
        found = sent(_facts_of(paper, level), holdings=("GC=F",))
        for kind in ("plain", "html"):
            assert "GC=F \N{DAGGER}" in words(found, kind)
            meaning = "\N{DAGGER} Rests on incomplete or doubtful prices."
            assert meaning in words(found, kind)


def test_a_house_s_own_words_win(tmp_path: Path) -> None:
    (tmp_path / "templates" / "mail").mkdir(parents=True)
    cover = "Note of {{ house }} on {{ title }}, {{ date }}: {{ note }}"
    (tmp_path / "templates/mail/cover.txt.j2").write_text(cover)
    made, edition = editions.archive(tmp_path)
    paper = stationery(made, edition, editions.settings(tmp_path))
    told = "Note of Sample House on The Week, 15 January 2026: {{ 7 * 7 }}"
    assert told in words(sent(paper, note="{{ 7 * 7 }}"))


def test_a_house_s_own_words_win_over_shipped_ones_of_the_language(tmp_path: Path) -> None:
    (tmp_path / "templates" / "mail").mkdir(parents=True)
    (tmp_path / "templates/mail/salutation.txt.j2").write_text("Grüezi {{ name }}")
    made, edition = editions.archive(tmp_path)
    paper = stationery(made, edition, editions.settings(tmp_path))
    for language in ("en", "de", "de-CH"):
        assert words(sent(paper, language=language)).startswith("Grüezi Ann Meier\n")
    assert "als PDF im Anhang" in words(sent(paper, language="de"))


def test_what_a_client_must_read_stands_in_both_parts(paper: Stationery) -> None:
    found = sent(paper, disclosures=("We hold <shares>.", "And & bonds."), note="Call me.\nAnn")
    assert "We hold <shares>.\n\nAnd & bonds." in words(found)
    assert "We hold &lt;shares&gt;.</p>" in words(found, "html")
    assert "Call me.<br>Ann</p>" in words(found, "html")


def test_a_correction_says_what_it_corrects(tmp_path: Path) -> None:
    made, old = editions.archive(tmp_path)
    what = editions.draft(headline="Russell 2000 closes below its record")
    new = editions.filed(made, what, 5, corrects=old)
    paper = stationery(made, new, editions.settings(tmp_path), corrected=made.edition(old))
    found = sent(paper)
    assert found["Subject"] == "Correction: Russell 2000 closes below its record"
    for kind in ("plain", "html"):
        told = " ".join(words(found, kind).split())
        assert "edition of 15 January 2026" in told
        assert "A wrong close." in told
    assert "correction" not in words(sent(stationery(made, new, editions.settings(tmp_path))))


def test_its_colours_are_those_of_the_mail_body(paper: Stationery) -> None:
    html = words(sent(paper, note="Hello."), "html")
    text = "font-family:Charter, serif;font-size:17px;line-height:26px;color:#101112"
    assert f'{text}">Hello.' in html
    assert 'color:#606162">You receive' in html
