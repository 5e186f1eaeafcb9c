"""From remarks to an argument: headline, standfirst, and one page of thesis, evidence, objection.

Remarks carry a tone, good or bad for the subject's price. The thesis is the headline's; what
points the same way is evidence, what points the other way is the case against, and the openings
between sentences follow from that.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from reporter.commentary.base import HEADLINE, STANDFIRST, Reading, families, made
from reporter.errors import ContentError
from reporter.model import Kind, Remark, Role, Span, Text, plain
from reporter.phrasing import led_in, merged, pattern
from reporter.proofreading import check, faithful, superlatives

ENOUGH_WORDS = 370
MOST_WORDS = 440
WORTH = 0.1
SURE = 0.5
LEAST_AGAINST = 2
MOST_AGAINST = 4
FEWEST_WORDS = 262
FURTHER = 3
SHORT = 28

# what each paragraph may hold, in reading order; the case against takes the last one
STEPS: tuple[tuple[str, ...], ...] = tuple(
    tuple(moves.split())
    for moves in (
        "record day year_turned drawdown extreme relative drawdown_compared",
        (
            "streak breadth_day breadth_year month relative_month relative_long day_compared "
            "quarter twelve_months drivers rotation balance"
        ),
        (
            "breakout technical_view targets trend cross stretch distance volatility year_range "
            "record_tally range targets_range"
        ),
        "fear other_markets yield pair pair_window opinion week",
    )
)
_HOME = {
    "leadership": "leadership",
    "relative": "leadership",
    "streak": "leadership",
    "flows": "flows",
    "targets": "targets",
    "views": "counter_view",
    "pairs": "leadership",
    "cross_asset": "cross_asset",
    "breadth": "cross_asset",
    "changes": "week_behind",
}
_ELSEWHERE = "technicals"
_CALENDAR = "week_ahead"  # what is to come argues nothing on page 1
_LEANS = {"drawdown_compared": "drawdown"}  # a comparison needs what it is compared with
_ONCE = {"relative_long"}  # one long run a brief: its other half would contradict the first
_PRICE = re.compile(r"[\d,]+\.\d\d+")
_NUMBER = re.compile(r"\d[\d,.]*(?:%|bn|mn)|percentage point|basis point|^\d+$")

Paragraphs = tuple[tuple[Remark, ...], ...]


# --- what is worth saying -----------------------------------------------------------------------


def comment(reading: Reading) -> tuple[Remark, ...]:
    """Every remark worth making, weightiest first, with its role and its place.

    Remarks without a section are the argument of page 1; the others belong to the section named,
    at most three to each, and repeat nothing that page 1 prints.
    """
    told = [one for name in families.names() for one in made(families.get(name), reading)]
    worth = sorted(
        (remark for remark in told if remark.importance >= WORTH),
        key=lambda remark: (-remark.importance, remark.pattern, plain(remark.text)),
    )
    tone, move = _thesis(worth)
    cast = [replace(remark, role=_role(remark, tone, move)) for remark in worth]
    page = _chosen([remark for remark in cast if remark.section not in {HEADLINE, STANDFIRST}])
    return tuple(_placed(cast, page))


def _thesis(remarks: Sequence[Remark]) -> tuple[int, str]:
    """The tone of what the headline says, and its move."""
    heads = [remark for remark in remarks if remark.section == HEADLINE] or list(remarks)
    if not heads:
        return 0, ""
    tones = [remark.tone for remark in (heads[0], *remarks) if remark.tone]
    return (tones[0] if tones else 0), heads[0].move


def _role(remark: Remark, tone: int, move: str) -> Role:
    if remark.move == move:
        return Role.THESIS
    if not remark.tone or not tone:
        return Role.CONTEXT
    return Role.EVIDENCE if remark.tone == tone else Role.AGAINST


def _chosen(remarks: Sequence[Remark]) -> list[Remark]:
    """The remarks of page 1: the thesis, two objections, then by weight while there is room.

    What was meant for a later section is taken only where the page would be too short.
    """
    candidates = [remark for remark in remarks if not remark.section]
    spare = [remark for remark in remarks if remark.section not in {"", _CALENDAR}]
    page = [remark for remark in candidates if remark.role is Role.THESIS][:1]
    for remark in (*candidates, *spare):
        objections = sum(r.role is Role.AGAINST for r in page)
        wanted = 1 if remark.section else LEAST_AGAINST
        if remark.role is Role.AGAINST and objections < wanted and _adds(remark, page):
            page.append(remark)
    for remark in (*candidates, *candidates, *spare):
        enough = FEWEST_WORDS if remark.section else ENOUGH_WORDS
        full = _words(page) >= enough and remark.importance < SURE
        fits = _words([*page, remark]) <= MOST_WORDS
        if not full and fits and _room(remark, page) and _adds(remark, page):
            page.append(remark)
    return page


def _room(remark: Remark, page: Sequence[Remark]) -> bool:
    """The case against stays the shorter one, unless the page would be too short without it."""
    against = sum(r.role is Role.AGAINST for r in page)
    short = _words(page) < FEWEST_WORDS
    return remark.role is not Role.AGAINST or against < MOST_AGAINST or short


def _adds(remark: Remark, page: Sequence[Remark]) -> bool:
    """Whether the remark says something new, in a way not used yet."""
    if any(remark.move == told.move or remark.pattern == told.pattern for told in page):
        return False
    if remark.move in _LEANS and _LEANS[remark.move] not in {told.move for told in page}:
        return False
    said = {key for told in page for key in figures(told.text)}
    if said & _new(remark):
        return False
    used = [word for told in page for word in superlatives(told.text)]
    return len(used) + len(superlatives(remark.text)) <= 1 or not superlatives(remark.text)


def _new(remark: Remark) -> set[str]:
    """The figures a remark must be the first to say: a view may lean on a price already told."""
    own = figures(remark.text)
    leans = any(span.kind == "quote" for span in remark.text)
    return {key for key in own if not (leans and _PRICE.fullmatch(key))}


def figures(text: Text) -> set[str]:
    """What the reader would notice as said twice: prices by themselves, other figures by fact."""
    return {
        span.text if _PRICE.fullmatch(span.text) else f"{span.fact} {span.text}"
        for span in text
        if span.kind == "fact" and (_PRICE.fullmatch(span.text) or _NUMBER.search(span.text))
    }


def _words(remarks: Iterable[Remark]) -> int:
    return sum(len(plain(remark.text).split()) for remark in remarks)


def _placed(cast: Sequence[Remark], page: Sequence[Remark]) -> Iterable[Remark]:
    """Page 1 and the leads as they are; of the rest what is new to its section."""
    sections: dict[str, list[Remark]] = {}
    for remark in cast:
        if remark in page:
            yield replace(remark, section="")
            continue
        if remark.section in {HEADLINE, STANDFIRST}:
            yield remark
            continue
        section = _section(remark)
        if remark.move in _ONCE & {t.move for told in (page, *sections.values()) for t in told}:
            continue
        mine = sections.setdefault(section, [])
        if len(mine) < FURTHER and _adds(remark, mine):
            mine.append(remark)
            yield replace(remark, section=section)


def _section(remark: Remark) -> str:
    by_move = "technicals" if remark.move == "technical_view" else ""
    home = remark.section or by_move or _HOME.get(remark.family, _ELSEWHERE)
    movable = home in {_ELSEWHERE, "leadership"}
    return "counter_view" if remark.role is Role.AGAINST and movable else home


# --- headline and standfirst --------------------------------------------------------------------


def lead(reading: Reading, remarks: Sequence[Remark]) -> tuple[Text, Text]:
    """The headline, which states the finding, and the standfirst: what supports it, what does not.

    Raises:
        ContentError: there is nothing to say at all, or a figure is not its fact's.
    """
    heads = [remark for remark in remarks if remark.section == HEADLINE]
    if not heads:
        raise ContentError("there is no fact a headline could state.", tip=_silence(reading))
    head = heads[0]
    tone = head.tone or _thesis(remarks)[0]
    rest = [
        remark
        for remark in remarks
        if remark.section == STANDFIRST and not figures(remark.text) & figures(head.text)
    ]
    first = _best(rest, {tone, 0}) or _best(rest, {-tone})
    others = [
        remark
        for remark in rest
        if first and remark.move != first.move and not figures(remark.text) & figures(first.text)
    ]
    second = _best(others, {-tone} if tone else {1, -1}) or _best(others, {tone, 0})
    sentences = _contrasted([remark for remark in (first, second) if remark], reading)
    return faithful(head.text, reading.facts), faithful(sentences, reading.facts)


def _silence(reading: Reading) -> str:
    """Why nothing can be said of the subject: its first gap's reason."""
    subject = reading.subject
    if subject.kind is Kind.YIELD:
        return f"{subject.name} is a yield: name an index, a fund or a share as the first subject."
    why = (gap.message for gap in reading.facts.gaps if gap.subject == subject.symbol)
    tip = "Check that the subject and its benchmark have prices up to the as-of day."
    return next((f"{words[:1].upper()}{words[1:].rstrip('.')}." for words in why), tip)


def _best(remarks: Sequence[Remark], tones: set[int]) -> Remark | None:
    return next((remark for remark in remarks if remark.tone in tones), None)


def _contrasted(pair: Sequence[Remark], reading: Reading) -> Text:
    if len(pair) < 2:  # noqa: PLR2004  a pair
        return pair[0].text if pair else ()
    first, second = pair
    turns = first.tone * second.tone < 0
    one, named = _unnamed(first.text, reading, named="")
    other, _ = _unnamed(second.text, reading, named=named)
    text = led_in(_opening("but"), other, lower=_segments(reading)) if turns else other
    return (*one, Span(" "), *text)


# --- the argument -------------------------------------------------------------------------------


def argue(reading: Reading, remarks: Sequence[Remark]) -> Paragraphs:
    """The argument of page 1, paragraph by paragraph, its sentences joined.

    Raises:
        ContentError: a sentence has a digit, cause or forecast of its own, or a figure or verb
            that is not its fact's.
    """
    page = [remark for remark in remarks if not remark.section]
    against = sorted(
        (remark for remark in page if remark.role is Role.AGAINST), key=lambda r: -r.importance
    )
    body = [remark for remark in page if remark.role is not Role.AGAINST]
    thesis = [remark for remark in body if remark.role is Role.THESIS]
    rest = [remark for remark in body if remark.role is not Role.THESIS]
    paragraphs = [_ordered(rest, steps) for steps in STEPS]
    paragraphs[0][:0] = thesis
    told = [*_evened([p for p in paragraphs if p]), against]
    said: set[str] = set()
    return tuple(
        tuple(_joined(paragraph, reading, said, first=at == 0))
        for at, paragraph in enumerate(told)
        if paragraph
    )


def _ordered(body: Sequence[Remark], steps: Sequence[str]) -> list[Remark]:
    mine = [remark for remark in body if remark.move in steps]
    return sorted(mine, key=lambda remark: steps.index(remark.move))


def _evened(paragraphs: Sequence[list[Remark]]) -> list[list[Remark]]:
    """A paragraph of one short sentence joins the next one, the last such the one before."""
    kept: list[list[Remark]] = []
    for at, paragraph in enumerate(paragraphs):
        if at > 1 and _words(kept[-1]) < SHORT:
            kept[-1] = [*kept[-1], *paragraph]
        else:
            kept.append(paragraph)
    if len(kept) > 1 and _words(kept[-1]) < SHORT:
        kept[-2:] = [[*kept[-2], *kept[-1]]]
    return kept


def _joined(
    paragraph: Sequence[Remark], reading: Reading, told: set[str], *, first: bool
) -> Iterable[Remark]:
    """The paragraph's remarks with their openings; subject and date not said in every sentence."""
    named = ""
    for at, remark in enumerate(paragraph):
        last = at == len(paragraph) - 1
        opening = "" if first and not at else _opening_of(remark, at, last=last)
        text, named = _unnamed(_undated(remark.text, told, _day(reading)), reading, named=named)
        text = led_in(opening, text, lower=_segments(reading))
        told.update(span.text for span in text if span.kind == "fact")
        checked = faithful(check(text, remark.pattern), reading.facts)
        yield replace(remark, text=checked)


def _opening_of(remark: Remark, at: int, *, last: bool) -> str:
    own = pattern(remark.pattern)
    if remark.role is not Role.AGAINST:
        return own.agrees if not at and remark.role is Role.EVIDENCE else ""
    if not at:
        return own.counters or _opening("against")
    return _opening("and") if last and at > 1 else ""


def _undated(text: Text, told: Container[str], as_of: str) -> Text:
    """The as-of day once: later it is "the day", or left out where nothing hangs on it."""
    spans = list(text)
    for at in range(1, len(spans)):
        before, span = spans[at - 1], spans[at]
        if span.kind != "fact" or span.text not in told or span.text != as_of:
            continue
        following = spans[at + 1].text if at + 1 < len(spans) else ""
        if before.text == "On ":
            spans[at] = Span("the day")
        elif before.text.endswith(" on ") and following.startswith((" at ", ", ")):
            spans[at - 1] = replace(before, text=before.text.removesuffix(" on "))
            spans[at] = Span("")
    return merged(spans)


def _day(reading: Reading) -> str:
    """The as-of day as facts print it."""
    return next((fact.shown("as_of") for fact in reading.facts), "")


def _opening(key: str) -> str:
    return pattern(f"argument.{key}").text


def _unnamed(text: Text, reading: Reading, *, named: str) -> tuple[Text, str]:
    """Every second sentence in a row calls the subject `the index`.

    `named` says how the sentence before named the subject: "alone", "among" others, or not at
    all. Among others "the index" could be any of them, so the word must tell it apart.
    """
    prose = reading.subject.prose
    full = {prose, prose[:1].upper() + prose[1:]}
    known = {i.prose.lower() for i in reading.instruments.values()}
    names = [n for n, s in enumerate(text) if s.kind == "name" and s.text.lower() in known]
    at = next((n for n in names if text[n].text in full), None)
    if at is None:
        return text, ""
    others = any(text[n].text not in full for n in names)
    word = _other_word(reading, named) if at == names[0] else ""
    if not word:
        return text, "among" if others else "alone"
    before = "".join(span.text for span in text[:at]).rstrip()
    begins = not before or before.endswith((".", "!", "?"))
    shown = word[0].upper() + word[1:] if begins else word
    return (*text[:at], replace(text[at], text=shown), *text[at + 1 :]), ""


def _other_word(reading: Reading, named: str) -> str:
    """What else the subject may be called behind a sentence that named it so."""
    subject = reading.subject
    kind = {Kind.INDEX: "index", Kind.FUND: "fund"}.get(subject.kind)
    if not named or kind is None:
        return ""
    if named == "alone":
        return f"the {kind}"
    size = re.fullmatch(r"(\w+) caps", subject.segment)
    apart = size and subject.segment != reading.benchmark.segment
    return f"the {size[1]}-cap {kind}" if size and apart else ""


def _segments(reading: Reading) -> frozenset[str]:
    return frozenset(instrument.segment for instrument in reading.instruments.values())
