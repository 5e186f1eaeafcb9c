"""The dagger behind a figure that rests on doubtful prices, and the words that explain it.

A fact carries its doubts as `marks`; content has no signs. Here, where content becomes paper, each
text that prints such a fact gets one dagger for it, behind the figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reporter import glossary, wording
from reporter.model import Brief, Cell, Chart, Fact, Remark, Section, Span, Table, Text

MARK = "\N{DAGGER}"
MEANING = "Rests on incomplete or doubtful prices"
ANCHOR = "notes-on-doubtful-prices"
"""Where the explanation stands. PDF readers speak a link's address, so it is made of words."""
MOST_TOLD = 12
_DAY = re.compile("|".join(wording.MONTHS))

Doubtful = Mapping[str, Fact]


def doubtful(brief: Brief) -> Doubtful:
    """The facts that carry marks, by id."""
    return {fact.id: fact for fact in brief.facts if fact.marks}


def daggers(brief: Brief) -> Brief:
    """The brief with a dagger span behind every doubtful figure of its words, titles and tables.

    Key figures hold one span each: `text` marks them where they are placed. A chart that draws
    the figure itself says so below, in its source line.
    """
    known = doubtful(brief)
    if not known:
        return brief
    return replace(
        brief,
        headline=text(brief.headline, known),
        standfirst=text(brief.standfirst, known),
        sections=tuple(_section(section, known) for section in brief.sections),
        charts=tuple(_chart(chart, known) for chart in brief.charts),
    )


def text(words: Text, known: Doubtful) -> Text:
    """The words with one dagger for every doubtful fact that they print or rest on.

    It stands behind the fact's value; where that is not printed, behind another figure of the
    fact, a day only where there is nothing else, or behind the last words that cite it.
    """
    places = {_place(words, fact): fact.id for fact in known.values() if _cites(words, fact)}
    return tuple(_marked(words, places))


def _marked(words: Text, places: Mapping[int, str]) -> Iterator[Span]:
    for at, span in enumerate(words):
        yield span
        if at in places:
            yield Span(MARK, "mark", places[at])


def _cites(words: Text, fact: Fact) -> bool:
    return any(span.fact == fact.id for span in words)


def _place(words: Text, fact: Fact) -> int:
    citing = [at for at, span in enumerate(words) if span.fact == fact.id]
    figures = [at for at in citing if any(sign.isdigit() for sign in words[at].text)]
    values = [at for at in figures if words[at].text in fact.display]
    others = [at for at in figures if not _DAY.search(words[at].text)]
    return next(iter(values or others or figures), citing[-1])


def _section(section: Section, known: Doubtful) -> Section:
    return replace(
        section,
        paragraphs=tuple(
            tuple(_remark(remark, known) for remark in run) for run in section.paragraphs
        ),
        tables=tuple(_table(table, known) for table in section.tables),
        notes=tuple(text(note, known) for note in section.notes),
    )


def _remark(remark: Remark, known: Doubtful) -> Remark:
    return replace(remark, text=text(remark.text, known))


def _table(table: Table, known: Doubtful) -> Table:
    return replace(table, rows=tuple(tuple(_cell(c, known) for c in row) for row in table.rows))


def _cell(cell: Cell, known: Doubtful) -> Cell:
    spans = cell.spans or ((Span(cell.text, "fact", cell.fact),) if cell.fact in known else ())
    return replace(cell, spans=text(spans, known)) if spans else cell


def _chart(chart: Chart, known: Doubtful) -> Chart:
    line = chart.source_line
    if any(mark.fact in known for mark in chart.marks):
        line = _more(line, f"{MARK} {MEANING}")
    return replace(chart, title=text(chart.title, known), source_line=line)


def _more(line: str, sentence: str) -> str:
    """The line with one sentence more."""
    return f"{line.rstrip('.')}. {sentence}." if line else f"{sentence}."


# --- the explanation ----------------------------------------------------------------------------


def doubts(brief: Brief) -> tuple[str, ...]:
    """What is doubtful about the figures that the brief prints, each sentence once.

    Of very many the first, and how many more.
    """
    known = doubtful(brief)
    if not known:
        return ()
    ids = {*printed(brief), *(m.fact for chart in brief.charts for m in chart.marks if m.fact)}
    told = tuple(dict.fromkeys(m for fact in known.values() if fact.id in ids for m in fact.marks))
    if len(told) <= MOST_TOLD:
        return told
    more = wording.count(len(told) - MOST_TOLD)
    return (*told[:MOST_TOLD], f"And {more} more, which brief.json tells.")


def printed(brief: Brief) -> Iterator[str]:
    """Ids of the facts that stand in words, titles, key figures and tables."""
    for words in _texts(brief):
        yield from (span.fact for span in words if span.fact)
    for section in brief.sections:
        for table in section.tables:
            yield from (cell.fact for row in table.rows for cell in row if cell.fact)


def _texts(brief: Brief) -> Iterator[Text]:
    yield from (brief.headline, brief.standfirst, *(chart.title for chart in brief.charts))
    for section in brief.sections:
        yield from (remark.text for remarks in section.paragraphs for remark in remarks)
        yield from section.notes
        for table in section.tables:
            yield from (cell.spans for row in table.rows for cell in row)
    for figure in brief.key_figures:
        yield (figure.value, *((figure.change,) if figure.change else ()))


# --- charts that are handed on alone ------------------------------------------------------------


def standing_alone(brief: Brief) -> Iterable[Chart]:
    """The charts as files of their own, which say themselves what their page would say of them."""
    notice = glossary.USES[brief.terms].notice
    known = doubtful(brief)
    for chart in brief.charts:
        marked = _chart(chart, known)
        line = marked.source_line
        if marked.title != chart.title and line == chart.source_line:
            line = _more(line, f"{MARK} {MEANING}")
        yield replace(marked, source_line=_more(line, notice) if notice else line)
