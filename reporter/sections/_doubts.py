"""What the last page says of the data's quality, and of what it may be used for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain

from reporter import glossary, wording
from reporter.model import Cell, Column, Finding, Severity, Span, Table, Terms, Text
from reporter.sections._common import called
from reporter.sections.base import SectionContext

MOST_NAMED = 6
MOST_DAYS = 3
MOST_MESSAGES = 2
Rule = tuple[str, Severity]
ASIDE = frozenset(("off-session", "repeated", "unsorted", "volume"))
"""Rules that cost no figure anything: a note tells of what they left out.

Bars of days without a session are of no day that counts, and no figure is made of volumes.
"""


# --- findings -------------------------------------------------------------------------------------


def table(context: SectionContext) -> Table | None:
    """What was left out or is doubtful, one row a rule; None where nothing is."""
    groups: dict[Rule, list[Finding]] = {}
    for finding in _told(context):
        if not _is_aside(finding):
            groups.setdefault((finding.check, finding.severity), []).append(finding)
    if not groups:
        return None
    heads = ("What", "Of", "Days", "What was done")
    columns = tuple(Column(head, align="left") for head in heads)
    rows = tuple(
        (
            Cell(glossary.check_name(check)),
            Cell(_instruments(context, group)),
            Cell(_days(group)),
            Cell(_done(group)),
        )
        for (check, _), group in sorted(groups.items(), key=_gravity)
    )
    return Table("findings", "What was left out or is doubtful, and why", columns, rows)


def asides(context: SectionContext) -> Iterator[Text]:
    """A note, if any is due, of what was left out or mended at no figure's cost."""
    groups: dict[str, list[Finding]] = {}
    for finding in filter(_is_aside, _told(context)):
        groups.setdefault(finding.check, []).append(finding)
    if groups:
        told = "; ".join(_aside(context, check, group) for check, group in groups.items())
        yield (Span("Left out or mended without effect on any figure: "), Span(f"{told}.", "name"))


def _aside(context: SectionContext, check: str, group: Sequence[Finding]) -> str:
    """A rule, with the instruments and days it concerns: `day given twice (VIX, 13 Jan 2026)`."""
    what = glossary.check_name(check)
    concerned = ", ".join(filter(None, (_instruments(context, group), _days(group))))
    return f"{what[:1].lower()}{what[1:]} ({concerned})"


def _told(context: SectionContext) -> tuple[Finding, ...]:
    """The findings but those whose gap says the same."""
    gaps = {(gap.subject, gap.message) for gap in context.data.gaps}
    findings = dict.fromkeys(context.data.findings)
    return tuple(one for one in findings if (one.symbol, one.message) not in gaps)


def _is_aside(finding: Finding) -> bool:
    return finding.severity is not Severity.MARK and finding.check in ASIDE


def _gravity(item: tuple[Rule, list[Finding]]) -> int:
    """The gravest first; among equals as they were found."""
    return -tuple(Severity).index(item[0][1])


def _instruments(context: SectionContext, group: Iterable[Finding]) -> str:
    names = tuple(dict.fromkeys(called(context, finding.symbol) for finding in group))
    return _few(names, MOST_NAMED)


def _days(group: Iterable[Finding]) -> str:
    """The days concerned, the latest first; of many the first few."""
    days: Sequence[date] = sorted(set(chain.from_iterable(one.days for one in group)), reverse=True)
    unparted = [wording.short_date(day).replace(" ", "\N{NO-BREAK SPACE}") for day in days]
    return _few(unparted, MOST_DAYS)


def _few(texts: Sequence[str], most: int) -> str:
    more = len(texts) - most
    return wording.listed((*texts[:most], f"{wording.count(more)} more") if more > 0 else texts)


def _done(group: Sequence[Finding]) -> str:
    """What was done and what to do; first, where the other columns do not tell it, what was found.

    That is in the gate's own words where they are few.
    """
    own = (finding for finding in group if not glossary.in_columns(finding))
    messages = tuple(dict.fromkeys(sentence(finding.message) for finding in own))
    remedies = tuple(dict.fromkeys(sentence(finding.remedy) for finding in group))
    more = len(messages) - MOST_MESSAGES
    rest = f"And {wording.count(more)} more like these." if more > 0 else ""
    done = dict.fromkeys(map(_action, group))
    return " ".join(filter(None, (*messages[:MOST_MESSAGES], rest, *done, *remedies[:1])))


def _action(finding: Finding) -> str:
    told = glossary.in_columns(finding)
    return glossary.action(finding) if told else glossary.done(finding)


def sentence(text: str) -> str:
    """The text as a sentence of its own; nothing where it is empty."""
    text = text.strip()
    closed = text.endswith((".", "!", "?"))
    return text[:1].upper() + text[1:] + ("" if closed or not text else ".")


# --- terms ----------------------------------------------------------------------------------------


def terms(context: SectionContext) -> Text:
    """What the data may be used for: the strictest terms, and whose they are where they differ."""
    told = f"{glossary.USES[context.data.terms].words}."
    spans = [Span("Use of the data: "), Span(told, "name")]
    held = [s for s in context.data.series.values() if s.provenance.terms is context.data.terms]
    if 0 < len(held) < len(context.data.series):
        names = _few([series.instrument.name for series in held], MOST_NAMED)
        spans.append(Span(f" These are the terms of {names}.", "name"))
    spans.extend(Span(f" {said}", "name") for said in _vendors(context))
    return tuple(spans)


def _vendors(context: SectionContext) -> tuple[str, ...]:
    """What the vendors of the series say of their data, each once."""
    origins = (series.provenance for series in context.data.series.values())
    known = (glossary.VENDORS.get(one.source) for one in origins if one.terms is Terms.PERSONAL)
    return tuple(dict.fromkeys(said for said in known if said))
