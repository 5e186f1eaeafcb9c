"""What was ordered: a brief's spec and the desk inputs that come with it.

Import these from `reporter.model`, the one door to every value that crosses between stages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Json = str | float | int | bool | None | list["Json"] | dict[str, "Json"]
EMPTY: Mapping[str, Json] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where prices come from: `sample`, `files:DIR`, `yahoo`.

    `options` are what a spec says under `[sources.NAME]`, as the source itself reads them.
    """

    name: str
    location: str = ""
    options: Mapping[str, Json] = field(default_factory=lambda: EMPTY)

    def __str__(self) -> str:
        return f"{self.name}:{self.location}" if self.location else self.name


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """One section of the brief, in its place, with its options."""

    name: str
    options: Mapping[str, Json] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two instruments to hold against each other, over the windows asked for."""

    subject: str
    benchmark: str
    windows: tuple[str, ...] = ("3m",)


@dataclass(frozen=True, slots=True)
class KnownHigh:
    """An earlier high that the price history does not reach, with who says so."""

    symbol: str
    level: float
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class ConfirmedMove:
    """A day on which a price truly moved as far as it did, with who says so."""

    symbol: str
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class Target:
    """A published price target. `published` is the first day of the period stated."""

    symbol: str
    level: float
    house: str
    analyst: str
    published: date
    published_text: str
    kind: str = ""
    conviction: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """Net buying (+) or selling (-) of a segment by one house's clients, in US dollars."""

    segment: str
    net_usd: float
    house: str
    who: str
    period: str
    basis: str
    published: date
    published_text: str


@dataclass(frozen=True, slots=True)
class DeskView:
    """Somebody's reading of the market; without a house it is the editor's own."""

    kind: str
    symbol: str
    house: str
    author: str
    stance: str
    text: str
    published: date
    published_text: str


@dataclass(frozen=True, slots=True)
class DeskFigure:
    """A free figure, such as a valuation, with its house and date."""

    name: str
    symbol: str
    value: float
    unit: str
    house: str
    published: date
    published_text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something scheduled: a release, a decision, a report.

    `on` is its day where it happens; `at` the moment, with its zone, None where it takes the day.
    `prior`, `consensus` and `actual` are as published, with their units. `published` is when the
    row was, None where it does not say.
    """

    name: str
    on: date
    at: datetime | None
    source: str
    region: str = ""
    period: str = ""
    prior: str = ""
    consensus: str = ""
    actual: str = ""
    importance: str = ""
    published: date | None = None
    published_text: str = ""

    @property
    def full(self) -> str:
        """The name with its region: `Trade balance (Japan)`."""
        return f"{self.name} ({self.region})" if self.region else self.name

    def over(self, as_of: date, close: datetime | None = None) -> bool:
        """Whether it had happened by the close of `as_of`; by the end of the day without one."""
        if self.at is None or close is None:
            return self.on <= as_of
        return self.at <= close


@dataclass(frozen=True, slots=True)
class DeskInputs:
    """What people, not prices, contribute; already cut to what was published by the as-of day."""

    targets: tuple[Target, ...] = ()
    flows: tuple[Flow, ...] = ()
    views: tuple[DeskView, ...] = ()
    figures: tuple[DeskFigure, ...] = ()
    events: tuple[Event, ...] = ()

    def until(self, as_of: date, close: datetime | None = None) -> DeskInputs:
        """The inputs published on or before `as_of`: later ones do not exist for that edition.

        Of an event after the session's `close` no outcome is known, nor is it the prior of the
        next one of its name.
        """
        return DeskInputs(
            tuple(t for t in self.targets if t.published <= as_of),
            tuple(f for f in self.flows if f.published <= as_of),
            tuple(v for v in self.views if v.published <= as_of),
            tuple(f for f in self.figures if f.published <= as_of),
            _known(self.events, as_of, close),
        )


def _known(events: Sequence[Event], as_of: date, close: datetime | None) -> tuple[Event, ...]:
    """What was known of each event on a day."""
    told = [e for e in events if e.published is None or e.published <= as_of]
    ahead = [e for e in told if not e.over(as_of, close)]
    first = {(e.name, e.region): e.on for e in sorted(ahead, key=lambda e: e.on, reverse=True)}
    return tuple(
        e
        if e.over(as_of, close)
        else replace(e, actual="", prior=e.prior if e.on == first[e.name, e.region] else "")
        for e in told
    )


@dataclass(frozen=True, slots=True)
class Schedule:
    """When an edition is due: so long after the close of the last session of a period.

    `exchange` is whose sessions count, by its code. From `until` after it became due an edition is
    stale, and is not begun any more.
    """

    every: Literal["session", "week", "month"]
    exchange: str
    lag: timedelta = timedelta(hours=2)
    until: timedelta = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class BriefSpec:
    """A brief as its editor ordered it; symbols are in Yahoo's form (`^RUT`).

    `watch` maps a list's name (`sizes`, `sectors`, `rates`, ...) to its symbols.
    `names` overrides how an instrument is called. `folder` is where the spec lies: files in
    its `templates/` and `styles/` override the shipped ones. `digests` maps the name of every
    file the order was read from (the spec, its desk inputs) to its sha256. `labels` says by a
    source's name what pages call it.
    """

    title: str
    slug: str
    subjects: tuple[str, ...]
    benchmark: str
    sections: tuple[SectionSpec, ...]
    watch: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    pairs: tuple[Pair, ...] = ()
    as_of: date | None = None
    source: SourceRef = SourceRef("sample")
    page_size: Literal["A4", "Letter"] = "A4"
    brand: str = "house"
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    known_highs: tuple[KnownHigh, ...] = ()
    confirmed: tuple[ConfirmedMove, ...] = ()
    desk: DeskInputs = field(default_factory=DeskInputs)
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    schedule: Schedule | None = None
    folder: Path | None = None
    path: str = ""
    digests: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def subject(self) -> str:
        """The first subject: the one the headline is about."""
        return self.subjects[0]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol the brief needs, once each, in the order of first mention."""
        pairs = [s for pair in self.pairs for s in (pair.subject, pair.benchmark)]
        watched = [s for symbols in self.watch.values() for s in symbols]
        return tuple(dict.fromkeys([*self.subjects, self.benchmark, *pairs, *watched]))
