"""What a remark family is: a pure function from the facts to the remarks they deserve."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from reporter.agenda import Due
from reporter.errors import WithheldError
from reporter.model import BriefSpec, DeskInputs, Fact, Facts, Instrument, Kind, Remark, Role, Text
from reporter.phrasing import Slots, direction, fill, pattern, sentences, size
from reporter.proofreading import check
from reporter.registry import Registry

HEADLINE = "headline"
STANDFIRST = "standfirst"
MUCH = 2.0
SOME = 0.5


@dataclass(frozen=True, slots=True)
class Reading:
    """All a remark may draw on: facts, the brief's order, what things are called, desk inputs.

    `ahead` are the events to the end of next week.
    """

    spec: BriefSpec
    facts: Facts
    instruments: dict[str, Instrument]
    desk: DeskInputs
    ahead: tuple[Due, ...] = ()

    @property
    def subject(self) -> Instrument:
        """The instrument the brief is about."""
        return self.instruments[self.spec.subject]

    @property
    def benchmark(self) -> Instrument:
        """What it is held against; by its symbol alone where it has no prices."""
        symbol = self.spec.benchmark
        return self.instruments.get(symbol) or Instrument(symbol, symbol, symbol, Kind.INDEX)

    @property
    def pair(self) -> dict[str, Instrument]:
        """Subject and benchmark under the slot names every pattern uses."""
        return {"s": self.subject, "b": self.benchmark}

    def of(self, metric: str, window: str | None = None, *, vs: bool = False) -> Fact | None:
        """A fact about the subject, against the benchmark if `vs`."""
        against = self.spec.benchmark if vs else None
        return self.facts.get(metric, self.spec.subject, vs=against, window=window)

    def move(self, window: str, symbol: str = "") -> Fact | None:
        """The period return of a symbol, the subject's where none is named."""
        return self.facts.get("period_return", symbol or self.spec.subject, window=window)

    def bench(self, metric: str, window: str | None = None) -> Fact | None:
        """A fact about the benchmark alone."""
        return self.facts.get(metric, self.spec.benchmark, window=window)

    def named(self, symbols: Iterable[str]) -> list[Instrument]:
        """The instruments of these symbols that the source knows."""
        return [self.instruments[s] for s in symbols if s in self.instruments]

    def moves(self, symbols: Iterable[str], window: str) -> list[tuple[Instrument, Fact]]:
        """Instruments with their period return, strongest first; those without it left out."""
        found = [(i, self.move(window, i.symbol)) for i in self.named(symbols)]
        known = [(i, fact) for i, fact in found if fact is not None]
        return sorted(known, key=lambda at: (-float(at[1].value), at[0].symbol))


@dataclass(frozen=True, slots=True)
class Note:
    """How a remark is to be taken: its step, its tone for the subject's price, its weight."""

    move: str
    tone: int
    importance: float
    section: str = ""


def remark(name: str, slots: Slots, note: Note, further: Text = ()) -> Remark:
    """The remark that the pattern `family.key` makes of these slots, `further` sentences behind.

    It has no text, and is not made, where a slot prints what its fact leaves out as doubtful.

    Raises:
        ContentError: the pattern does not fit the facts, or the sentence breaks a rule of style.
    """
    try:
        text = check(sentences(fill(pattern(name), slots), further), name)
    except WithheldError:
        text = ()
    return Remark(
        move=note.move,
        family=name.partition(".")[0],
        role=Role.CONTEXT,
        text=text,
        importance=min(max(note.importance, 0.0), 1.0),
        section=note.section,
        tone=note.tone,
        pattern=name,
    )


def newsworthy(
    *, z: float = 0.0, rarity: float = 0.0, novelty: float = 0.0, weight: float = 1.0
) -> float:
    """How much a finding is worth telling, 0 to 1.

    Half for its size in standard deviations (3 fill it), three tenths for its rarity, one fifth
    for being new; `weight` is the entity's.
    """
    return weight * (0.5 * min(abs(z) / 3, 1.0) + 0.3 * rarity + 0.2 * novelty)


def moved(*facts: Fact | None) -> bool:
    """Whether all are there and print as more than zero."""
    return all(fact is not None and direction(fact) != "flat" for fact in facts)


def ways(*facts: Fact) -> tuple[str, ...]:
    """The direction of each as printed."""
    return tuple(direction(fact) for fact in facts)


def sign(fact: Fact) -> int:
    """1, -1, or 0 where the printed number is zero."""
    return {"up": 1, "down": -1, "flat": 0}[direction(fact)]


def spread_size(fact: Fact) -> float:
    """How large a spread is against its own history, in standard deviations; 1 where unknown."""
    z = size(fact)
    return 1.0 if z is None else abs(z)


def text_of(fact: Fact, key: str) -> str:
    """A word of the fact's detail, empty where there is none."""
    value = fact.detail.get(key)
    return value if isinstance(value, str) else ""


def number_of(fact: Fact, key: str) -> float | None:
    """A number of the fact's detail."""
    value = fact.detail.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


Family = Callable[[Reading], Iterable[Remark]]


def made(own: Family, reading: Reading) -> Iterator[Remark]:
    """The remarks of a family that say something.

    Where a part of a sentence prints what is left out as doubtful, the family has no more to say.
    """
    with suppress(WithheldError):
        yield from (remark for remark in own(reading) if remark.text)


families: Registry[Family] = Registry("commentary", "remark family")
family = families.enter
