"""Sentence patterns and how they are filled: no number reaches a sentence but through a fact.

A pattern is data (`commentary/patterns/<family>.toml`): words with slots, and for every slot that
prints a fact the binding it must satisfy. `"period_return:ytd of subject is up"` lets only the
year's return of the instrument in slot `subject` in, and only if it rose; a swapped instrument, a
swapped fact or a turned sign fails the build instead of reaching the reader.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from reporter.errors import ContentError, WithheldError
from reporter.lexicon import TERM, noun, participle, present, verb
from reporter.model import Fact, Instrument, Span, Text
from reporter.resources import PACKAGE
from reporter.wording import magnitude

FOLDER = PACKAGE / "commentary" / "patterns"
SLOT = re.compile(r"\{(\w+)(?:\.(\w+))?(?:\.(\w+))?\}")
_BINDING = re.compile(
    r"(?P<metric>\w+)(?::(?P<window>[\w:-]+))?"
    r"(?: of (?P<of>\w+))?(?: vs (?P<vs>\w+))?(?: is (?P<state>[\w|]+))?"
)
VERBAL = frozenset(
    ("verb", "verb_second", "verb_done", "verb_now", "verb_plain", "way", "higher", "noun")
)


@dataclass(frozen=True, slots=True)
class Named:
    """A name that no instrument carries: a house, a weekday, a period as its source calls it."""

    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A desk input's own words, printed as they came."""

    text: str


Slot = Fact | Instrument | Named | Quoted | Text
Slots = Mapping[str, Slot]


@dataclass(frozen=True, slots=True)
class Binding:
    """What a fact must be to stand in a slot; empty parts are free.

    `of` and `versus` name the slots that hold the fact's subject and benchmark. `states` are
    alternatives: a direction, or a state the fact's detail gives.
    """

    metric: str
    window: str = ""
    of: str = ""
    versus: str = ""
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way of saying one thing.

    `claims` are the words of direction that no slot beside them answers for, in their order, each
    with the slot that does; "-" for a condition or a definition that states nothing of the day.
    `agrees` and `counters` are openings that may be set before the sentence when it begins a
    paragraph that supports the thesis, or the case against it.
    """

    name: str
    text: str
    bindings: Mapping[str, Binding]
    claims: tuple[tuple[str, str], ...] = ()
    agrees: str = ""
    counters: str = ""


# --- reading patterns ---------------------------------------------------------------------------


@cache
def patterns(family: str) -> Mapping[str, Pattern]:
    """All patterns of a family, by key.

    Raises:
        ContentError: a slot is used without a binding, or a binding cannot be read.
    """
    entries = tomllib.loads((FOLDER / f"{family}.toml").read_text(encoding="utf-8"))
    shared = entries.pop("slots", {})
    return {
        key: parse(f"{family}.{key}", entry | {"slots": shared | entry.get("slots", {})})
        for key, entry in entries.items()
    }


def pattern(name: str) -> Pattern:
    """The pattern called `family.key`.

    Raises:
        ContentError: no such pattern.
    """
    family, _, key = name.partition(".")
    found = patterns(family).get(key)
    if found is None:
        raise ContentError(f"no sentence pattern {name!r}.", where=f"{family}.toml")
    return found


def parse(name: str, entry: Mapping[str, object]) -> Pattern:
    """A pattern from its TOML table.

    Raises:
        ContentError: a binding cannot be read, or a digit stands outside a slot or a term.
    """
    slots = entry.get("slots", {})
    bound = {slot: _binding(str(rule), name) for slot, rule in dict(slots).items()}  # type: ignore[call-overload]
    openings = {key: str(entry.get(key, "")) for key in ("agrees", "counters")}
    claims = tuple(_claim(str(claim)) for claim in list(entry.get("claims", ())))  # type: ignore[call-overload]
    made = Pattern(name, str(entry["text"]), bound, claims, **openings)
    for words in (made.text, *openings.values()):
        _refuse_digits(SLOT.sub("", words), name)
    return made


def _claim(claim: str) -> tuple[str, str]:
    word, _, slot = claim.rpartition(" ")
    return word, slot


def _binding(rule: str, name: str) -> Binding:
    found = _BINDING.fullmatch(rule)
    if found is None:
        raise ContentError(f"binding {rule!r} cannot be read.", where=name)
    states = tuple(state for state in (found["state"] or "").split("|") if state)
    return Binding(
        found["metric"], found["window"] or "", found["of"] or "", found["vs"] or "", states
    )


def _refuse_digits(words: str, name: str) -> None:
    if re.search(r"\d", TERM.sub("", words)):
        raise ContentError(f"a digit stands outside every slot: {words!r}.", where=name)


# --- filling ------------------------------------------------------------------------------------


def fill(pattern: Pattern, slots: Slots) -> Text:
    """The pattern's words with its slots filled, every sentence begun with a capital.

    Raises:
        ContentError: a slot is missing, holds the wrong fact, or has no such printable part;
            WithheldError where only doubts leave that part out.
    """
    return capitalised(fragment(pattern, slots))


def fragment(pattern: Pattern, slots: Slots) -> Text:
    """The same, without the capital: a part of a longer sentence."""
    spans: list[Span] = []
    end = 0
    for found in SLOT.finditer(pattern.text):
        spans.extend(_literal(pattern.text[end : found.start()]))
        spans.extend(_filled(pattern, slots, *found.groups(default="")))
        end = found.end()
    spans.extend(_literal(pattern.text[end:]))
    return merged(spans)


def _literal(words: str) -> Iterable[Span]:
    end = 0
    for term in TERM.finditer(words):
        yield Span(words[end : term.start()])
        yield Span(term.group(), "name")
        end = term.end()
    yield Span(words[end:])


def _filled(pattern: Pattern, slots: Slots, slot: str, part: str, form: str) -> Text:
    value = slots.get(slot)
    if value is None:
        raise ContentError(f"slot {slot!r} is not filled.", where=pattern.name)
    if isinstance(value, Fact):
        _bind(pattern, slot, value, slots)
        return (_fact_span(pattern, slot, value, part, form),)
    if isinstance(value, tuple):
        return value
    if isinstance(value, Quoted):
        return (Span(value.text, "quote"),)
    if isinstance(value, Named):
        return (Span(value.text, "name"),)
    return (Span(_called(value, part), "name"),)


def _called(instrument: Instrument, part: str) -> str:
    if part == "segment":
        return instrument.segment or instrument.prose
    return instrument.prose if not part else str(getattr(instrument, part))


def _fact_span(pattern: Pattern, slot: str, fact: Fact, part: str, form: str) -> Span:
    if part in VERBAL:
        return Span(_verbal(fact, part), "text", fact.id)
    try:
        shown = fact.shown("" if part == "display" else part)
    except KeyError:
        error = WithheldError if fact.withholds(part) else ContentError
        raise error(
            f"{fact.id} has no printable {part!r} for slot {slot!r}.", where=pattern.name
        ) from None
    forms = {"magnitude": magnitude, "bare": bare, "points": points}
    return Span(forms.get(form, str)(shown), "fact", fact.id)


def bare(shown: str) -> str:
    """A spread without its unit, for the first of two that share it: `4.7 or 2.9 ... points`."""
    return shown.removesuffix(" percentage points")


def points(shown: str) -> str:
    """The same without its sign too, where the words say which way: `a lag of 1.1 or 2.5 ...`."""
    return magnitude(bare(shown))


def _verbal(fact: Fact, part: str) -> str:
    value = float(fact.value)
    if part == "way":
        return "up" if value > 0 else "down"
    if part == "higher":
        return "higher" if value > 0 else "lower"
    if part == "noun":
        return noun(value)
    if part == "verb_plain":
        return verb(value, None)
    past = verb(value, size(fact), second=part == "verb_second")
    return {"verb_done": participle, "verb_now": present}.get(part, str)(past)


def size(fact: Fact) -> float | None:
    """The move in standard deviations of its own window, where known."""
    z = fact.detail.get("z")
    return float(z) if isinstance(z, int | float) else None


# --- binding ------------------------------------------------------------------------------------


def _bind(pattern: Pattern, slot: str, fact: Fact, slots: Slots) -> None:
    rule = pattern.bindings.get(slot)
    if rule is None:
        raise ContentError(f"slot {slot!r} prints a fact without a binding.", where=pattern.name)
    wrong = [
        f"{what} is {has!r}, not {wants!r}"
        for what, has, wants in (
            ("metric", fact.metric, rule.metric),
            ("window", fact.window or "", rule.window),
            ("subject", fact.subject, _symbol(slots, rule.of)),
            ("benchmark", fact.benchmark or "", _symbol(slots, rule.versus)),
        )
        if wants and has != wants
    ]
    if rule.states and not any(holds(fact, state) for state in rule.states):
        wrong.append(f"it is not {' or '.join(rule.states)}")
    if wrong:
        raise ContentError(
            f"slot {slot!r} cannot hold {fact.id}: {'; '.join(wrong)}.", where=pattern.name
        )


def _symbol(slots: Slots, slot: str) -> str:
    if not slot:
        return ""
    named = slots.get(slot)
    if not isinstance(named, Instrument):
        raise ContentError(f"slot {slot!r} must hold an instrument for the facts bound to it.")
    return named.symbol


def holds(fact: Fact, state: str) -> bool:
    """Whether a fact is in a state a binding can ask for.

    `up`, `down` and `flat` judge the number as printed, so that "up 0.0%" cannot be written.
    """
    if state in {"up", "down", "flat"}:
        return direction(fact) == state
    if state in {"true", "false"}:
        return bool(fact.value) == (state == "true")
    if state in {"above", "below"} and "above" in fact.detail:
        return bool(fact.detail.get("above")) == (state == "above")
    return state in {fact.detail.get("state"), fact.detail.get("direction")}


def direction(fact: Fact) -> str:
    """`up`, `down`, or `flat` where the printed number is zero."""
    if not re.search(r"[1-9]", fact.display):
        return "flat"
    return "up" if float(fact.value) > 0 else "down"


# --- joining ------------------------------------------------------------------------------------


def merged(spans: Iterable[Span]) -> Text:
    """Neighbouring plain words as one span; empty ones dropped."""
    kept: list[Span] = []
    for span in spans:
        if not span.text:
            continue
        if kept and span == replace(span, kind="text", fact=None) and _bare(kept[-1]):
            kept[-1] = Span(kept[-1].text + span.text)
        else:
            kept.append(span)
    return tuple(kept)


def _bare(span: Span) -> bool:
    return span.kind == "text" and span.fact is None


def words(text: str) -> Text:
    """Plain words as a text."""
    return merged(_literal(text))


def joined(*texts: Text) -> Text:
    """Texts one behind the other, nothing between."""
    return merged(span for text in texts for span in text)


def sentences(*texts: Text) -> Text:
    """Sentences one behind the other, a space between; empty ones left out."""
    told = [text for text in texts if text]
    return joined(*[part for text in told for part in (text, words(" "))][:-1])


def listed(items: Sequence[Text], last: str = " and ") -> Text:
    """`a`, `a and b`, `a, b and c`."""
    if len(items) == 1:
        return items[0]
    head = [part for item in items[:-1] for part in (item, words(", "))][:-1]
    return joined(*head, words(last), items[-1])


def capitalised(text: Text) -> Text:
    """Every sentence begun with a capital, whichever slot begins it."""
    spans: list[Span] = []
    start = True
    for span in text:
        shown = _capitalise(span.text, start=start and span.kind != "fact")
        spans.append(replace(span, text=shown))
        start = bool(re.search(r"[.?!] $", shown)) or (start and not shown.strip())
    return tuple(spans)


def _capitalise(shown: str, *, start: bool) -> str:
    if start and shown[:1].islower():
        shown = shown[0].upper() + shown[1:]
    return re.sub(r"(?<=[.?!] )[a-z]", lambda letter: letter.group().upper(), shown)


def led_in(opening: str, text: Text, *, lower: frozenset[str] = frozenset()) -> Text:
    """A sentence behind an opening, its capital taken back where it is no name's.

    `lower` holds the words (segments of instruments) that only the start of a sentence had
    capitalised.
    """
    if not opening:
        return text
    first = text[0]
    return joined(words(opening), (replace(first, text=_lowered(first, lower)), *text[1:]))


def _lowered(span: Span, lower: frozenset[str]) -> str:
    shown = span.text
    small = shown[:1].lower() + shown[1:]
    if shown.startswith("The ") or (span.kind == "name" and small in lower):
        return small
    common = span.kind == "text" and not shown[:2].isupper()
    return small if common else shown
