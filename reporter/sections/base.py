"""What a section is: a pure function that chooses remarks, charts and tables for its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reporter.charts.base import ChartContext
from reporter.model import Chart, Gap, Json, KeyFigure, Remark, Section
from reporter.registry import Registry


@dataclass(frozen=True, slots=True)
class SectionContext(ChartContext):
    """What a section is made from: all that charts see, and every remark made, best first.

    `argument` holds the paragraphs of page 1. `built` holds the sections made before this one,
    so that the last can say what they cite.
    """

    remarks: tuple[Remark, ...] = ()
    argument: tuple[tuple[Remark, ...], ...] = ()
    built: tuple[Built, ...] = ()


@dataclass(frozen=True, slots=True)
class Built:
    """A finished section with the charts it owns; None where there is nothing to say."""

    section: Section | None
    charts: tuple[Chart, ...] = ()
    gaps: tuple[Gap, ...] = ()
    key_figures: tuple[KeyFigure, ...] = ()


SectionBuilder = Callable[[SectionContext, Mapping[str, Json]], Built]

sections: Registry[SectionBuilder] = Registry("sections", "section")
section = sections.enter
