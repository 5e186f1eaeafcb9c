"""What a chart kind is: one file with `build` (pure content) and `draw` (Matplotlib)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reporter.instruments import describe, known
from reporter.model import Brand, BriefSpec, Chart, Facts, Gap, Json, MarketData
from reporter.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reporter.charts._sheet import Sheet


@dataclass(frozen=True, slots=True)
class ChartContext:
    """What a chart is built from."""

    spec: BriefSpec
    data: MarketData
    facts: Facts

    def called(self, symbol: str) -> str:
        """What tables call an instrument; one without prices as the spec or the catalogue does."""
        if series := self.data.series.get(symbol):
            return series.instrument.name
        other = describe(symbol).name if symbol in known() else symbol
        return self.spec.names.get(symbol, other)


@dataclass(frozen=True, slots=True)
class ChartKind:
    """A kind of chart.

    `build` takes the context and the chart's options (`id`, `subjects`, `window`, ...) and gives
    its content, or a gap where the data cannot carry it. `draw` puts that content on a sheet,
    which is a Matplotlib figure measured in points; only there is Matplotlib imported.
    """

    name: str
    build: Callable[[ChartContext, Mapping[str, Json]], Chart | Gap]
    draw: Callable[[Sheet, Chart, Brand], None]

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        """What the chart shows, as `reporter list charts` prints it."""
        return self.build.__doc__ or ""


charts: Registry[ChartKind] = Registry("charts", "chart")
