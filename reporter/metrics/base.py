"""What a metric is: a pure function from a question to a fact, or to a gap with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from reporter.model import Fact, Gap, Json, MarketData, Unit
from reporter.registry import Registry

PERIODS = ("1d", "wtd", "mtd", "qtd", "ytd", "1w", "1m", "3m", "6m", "1y", "3y", "5y")
YEAR_OF_BARS = 250

Raw = Json | date
Printer = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: a metric of a subject, perhaps against a benchmark, over a window.

    A question about a list (`list:sectors`) brings the list's symbols as `members`.
    """

    metric: str
    subject: str
    benchmark: str | None = None
    window: str | None = None
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a family gives for a question; `metric` makes the fact of it.

    Dates and numbers of `detail` get a printable form: a float as a price unless `forms` says
    otherwise, an int as a count. `text` is the display where the unit's own form is not it,
    `texts` adds or replaces printable forms. `suffix` tells facts of one question apart.
    `as_of` is given where it is not the subject's own last session, `shared` where the sessions
    counted are those common to several exchanges. `withheld` are the details left out as doubtful.
    """

    value: float | int | bool
    unit: Unit
    detail: Mapping[str, Raw]
    text: str = ""
    forms: Mapping[str, Printer] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    base: date | None = None
    subject: str = ""
    suffix: str = ""
    source: str = ""
    as_of: date | None = None
    shared: str = ""
    withheld: tuple[str, ...] = ()


Answers = Iterable[Answer]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's declaration.

    `windows` is "periods" where any window of the calendar fits (`ytd`, `20s`, `since:DATE`),
    else the fixed lengths it is defined for, empty where it has none. `versus` says that it
    needs a benchmark. `unit` is that of its facts, None where they have several: a level is in
    percent for a yield, else a price. `compute` gives one or several answers (a target list gives
    several).
    """

    name: str
    unit: Unit | None
    compute: Callable[[Ask, MarketData], tuple[Fact | Gap, ...]]
    windows: Literal["periods"] | tuple[str, ...] = ()
    versus: bool = False

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        """The definition, as `reporter list metrics` prints it."""
        return self.compute.__doc__ or ""


metrics: Registry[Metric] = Registry("metrics", "metric")
