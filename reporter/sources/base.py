"""What a source is: a function from a request to market data; a file in this folder is a source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from reporter.model import DeskInputs, Gap, PriceSeries
from reporter.registry import Registry


def silent(_done: int, _total: int, _symbol: str) -> None:
    """Progress nobody watches."""


Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class DataRequest:
    """What the brief needs: symbols in Yahoo's form, from where, and the last day wanted.

    `as_of` None means the latest the source has. `today` is the caller's clock.
    """

    symbols: Sequence[str]
    location: str = ""
    as_of: date | None = None
    today: date | None = None
    progress: Progress = silent


@dataclass(frozen=True, slots=True, eq=False)
class Delivered:
    """What a source gave: series that reach at least to the day wanted, as far as it has them.

    What lies after that day is cut by `reporter.gather`. Every symbol the source could not give
    is a gap.
    """

    series: tuple[PriceSeries, ...]
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    sample: bool = False
    desk: DeskInputs = field(default_factory=DeskInputs)


class Source(Protocol):
    """Gives the series asked for; the docstring's first line is shown by `reporter list sources`.

    Raises:
        DataError: nothing at all can be had (no such folder, every request refused).
    """

    def __call__(self, request: DataRequest) -> Delivered:
        """Give what can be given of the request."""
        ...


sources: Registry[Source] = Registry("sources", "source")
source = sources.enter
