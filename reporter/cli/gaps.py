"""What `reporter metrics` says of gaps: in full what was asked for, the rest a line a subject."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reporter.cli.talk import spell

if TYPE_CHECKING:
    from reporter.model import Gap

FEW = 3
PRICES = "prices"
ELSEWHERE = ("not_applicable", "no_input")


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for by name, and whether anything of it could be had."""

    metrics: Collection[str] = ()
    windows: Collection[str] = ()
    answered: bool = True

    def names(self, gap: Gap) -> bool:
        """Whether the gap stands where something asked for by name would have stood.

        A window's name means the metrics that can be had over it.
        """
        if gap.metric in self.metrics:
            return True
        return gap.window in self.windows and gap.reason.value not in ELSEWHERE


def of_series(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """The gaps of whole series, one a symbol."""
    whole = (gap for gap in gaps if gap.metric in {"", PRICES})
    return tuple({gap.subject: gap for gap in whole}.values())


def lines(gaps: Collection[Gap], wish: Wish, *, every: bool) -> Iterator[str]:
    """What to tell of gaps, each reason once.

    A missing series is told once, however many metrics lack it. Then come the reasons of what was
    asked for by name, or of all where nothing could be had at all; of the rest, unless `every` one
    is wanted, a line a subject says what it lacks.
    """
    series = of_series(gaps)
    told = {gap.message for gap in series}
    rest = [gap for gap in gaps if gap not in series and gap.message not in told]
    yield from map(spell, series)
    if every:
        yield from map(spell, rest)
        return
    plain = [gap for gap in rest if wish.names(gap) or not wish.answered]
    yield from _reasons(plain)
    more = [gap for gap in rest if gap not in plain]
    yield from _briefly(more)
    if more:
        yield "-v tells every gap and its reason."


def _reasons(gaps: Iterable[Gap]) -> Iterator[str]:
    """A line for every subject and reason: what it is the reason of."""
    groups: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        groups.setdefault((gap.subject, gap.message), []).append(gap)
    for (subject, message), group in groups.items():
        yield f"{subject} {_what(group)}: {message}"


def _briefly(gaps: Iterable[Gap]) -> Iterator[str]:
    """A line for every subject: what it lacks, by kind of reason."""
    subjects: dict[str, dict[str, list[Gap]]] = {}
    for gap in gaps:
        kind = gap.reason.value.replace("_", " ")
        subjects.setdefault(gap.subject, {}).setdefault(kind, []).append(gap)
    for subject, kinds in subjects.items():
        parts = (f"{_what(group)} ({kind})" for kind, group in kinds.items())
        yield f"{subject} lacks {'; '.join(parts)}."


def _what(group: Iterable[Gap]) -> str:
    """The metrics of gaps, with the windows of each where these are few."""
    metrics: dict[str, list[str]] = {}
    for gap in group:
        metrics.setdefault(gap.metric, []).extend([gap.window] if gap.window else [])
    return ", ".join(
        f"{name} {' '.join(windows)}" if 0 < len(windows) <= FEW else name
        for name, windows in metrics.items()
    )
