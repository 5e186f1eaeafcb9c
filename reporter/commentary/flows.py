"""Client flows: what one house's clients bought and sold, beside what prices did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from reporter.commentary.base import Note, Reading, family, moved, remark, sign, text_of
from reporter.model import Fact, Remark, Text
from reporter.phrasing import Named, Quoted, Slots, fragment, joined, listed, pattern, words
from reporter.wording import month_year, possessive

MOST = 3
AND = words(" and ")


@family("flows")
def flows(reading: Reading) -> Iterator[Remark]:
    """One house's latest period; that it is a rotation is our interpretation and says so.

    Prices are held against it over this year, never over a time that only overlaps its period.
    """
    found = _latest(reading.facts.of("net_flow"))
    own = [fact for fact in found if _segment(fact) == reading.subject.segment.lower()]
    year = reading.of("relative_return", "ytd", vs=True)
    if not own or year is None or not moved(*found, year):
        return
    first = own[0]
    rest = [fact for fact in found if fact is not first][: MOST - 1]
    slots: Slots = reading.pair | {
        "period": Named(text_of(first, "period")),
        "who": Named(_who(first)),
        "pieces": _pieces(first, rest),
        "p": year,
    }
    rotated = any(sign(fact) != sign(first) for fact in rest)
    side = "with" if sign(year) == sign(first) else "against"
    key = f"{'rotation' if rotated else 'plain'}_{side}"
    yield remark(f"flows.{key}", slots, Note("rotation", sign(first), 0.6))
    if rest:
        balance = listed([_balance(fact) for fact in (first, *rest)])
        told: Slots = {**slots, "pieces": balance, "when": Named(_published(first))}
        yield remark("flows.further", told, Note("balance", sign(first), 0.3, "flows"))


def _latest(found: tuple[Fact, ...]) -> list[Fact]:
    """The flows of the house and period published last, each segment once."""
    if not found:
        return []
    last = max(found, key=lambda fact: text_of(fact, "published"))
    same = ("house", "who", "period")
    kept: dict[str, Fact] = {}
    for fact in found:
        if all(fact.detail.get(key) == last.detail.get(key) for key in same):
            kept.setdefault(_segment(fact), fact)
    return list(kept.values())


def _segment(fact: Fact) -> str:
    return text_of(fact, "segment").lower()


def _who(fact: Fact) -> str:
    house, who = text_of(fact, "house"), text_of(fact, "who")
    return f"{possessive(house)} {who}" if who else house


def _balance(fact: Fact) -> Text:
    return fragment(pattern("flows.segment"), {"n": fact, "segment": Named(_segment(fact))})


def _published(fact: Fact) -> str:
    return month_year(date.fromisoformat(text_of(fact, "published")))


def _pieces(first: Fact, rest: list[Fact]) -> Text:
    """`bought a net A of small caps and sold B of mid caps and C of large caps`."""
    basis = text_of(first, "basis")
    told = [_piece(first, "piece")]
    note = fragment(pattern("flows.basis"), {"basis": Quoted(basis)}) if basis else ()
    same = [fact for fact in rest if sign(fact) == sign(first)]
    other = [fact for fact in rest if sign(fact) != sign(first)]
    told += [_piece(fact, "") for fact in same]
    head = joined(told[0], note, *(joined(AND, t) for t in told[1:]))
    if not other:
        return head
    tail = [_piece(other[0], "too"), *(_piece(fact, "") for fact in other[1:])]
    return joined(head, AND, listed(tail))


def _piece(fact: Fact, form: str) -> Text:
    """The first says that it is net, the first the other way its verb, the rest the amount."""
    verb = "bought" if sign(fact) > 0 else "sold"
    slots: Slots = {"n": fact, "segment": Named(_segment(fact))}
    return fragment(pattern(f"flows.{verb}_{form}" if form else "flows.short_piece"), slots)
