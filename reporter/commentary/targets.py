"""Published price targets against the last close."""

from __future__ import annotations

from collections.abc import Iterator

from reporter.commentary.base import Note, Reading, family, moved, remark, sign, text_of
from reporter.model import Fact, Remark, Text
from reporter.phrasing import Named, Slots, fragment, listed, pattern
from reporter.wording import counted, month_year

BASE = {"", "base", "high", "firm"}


@family("targets")
def targets(reading: Reading) -> Iterator[Remark]:
    """The target held most firmly, then the bolder ones; each with house, date and advance."""
    found = [f for f in reading.facts.of("implied_advance", reading.spec.subject) if moved(f)]
    level = reading.of("level")
    if not found or level is None:
        return
    firm = [fact for fact in found if text_of(fact, "conviction") in BASE] or found[:1]
    first = firm[0]
    others = [f for f in found if f is not first and _source(f) == _source(first)]
    several = bool(others) and all(sign(fact) > 0 for fact in (first, *others))
    key = f"{'several' if several else 'one'}_{'above' if sign(first) > 0 else 'below'}"
    slots: Slots = {"s": reading.subject, "t": first, "lv": level, **_named(reading, first)}
    if several:
        slots = {**slots, "others": listed([_part(reading, fact) for fact in others])}
    yield remark(f"targets.{key}", slots, Note("targets", sign(first), 0.58))
    if len({_source(fact) for fact in found}) > 1:
        yield _further(reading, found, level)


def _source(fact: Fact) -> tuple[str, str]:
    return text_of(fact, "house"), text_of(fact, "analyst")


def _named(reading: Reading, fact: Fact) -> dict[str, Named]:
    house, analyst = _source(fact)
    who = " of ".join(part for part in (analyst, house) if part) or "the editor"
    kind = text_of(fact, "kind")
    level = fact.detail.get("target")
    stated = [t.published for t in reading.desk.targets if (t.house, t.level) == (house, level)]
    return {
        "who": Named(who),
        "kind": Named(f"{kind} " if kind else ""),
        "when": Named(f"in {month_year(stated[0])}" if stated else ""),
    }


def _further(reading: Reading, found: list[Fact], level: Fact) -> Remark:
    by_distance = sorted(found, key=lambda fact: abs(float(fact.value)))
    slots: Slots = {
        "s": reading.subject,
        "lv": level,
        "count": Named(counted(len(found))),
        "level": _part(reading, by_distance[0]),
        "far": _part(reading, by_distance[-1]),
    }
    return remark("targets.further", slots, Note("targets_range", 0, 0.3, "targets"))


def _part(reading: Reading, fact: Fact) -> Text:
    return fragment(pattern("targets.level"), {"s": reading.subject, "t": fact})
