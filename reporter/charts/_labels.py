"""Labels at the ends of lines: instead of a legend, in the line's colour, never on each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reporter.charts._sheet import BOLD, CAP_HEIGHT, Sheet, type_size

if TYPE_CHECKING:
    from reporter.charts._panel import Panel

WIDEST = 0.3
"""Labels that would take more of the sheet's width than this are stacked in two lines."""


@dataclass(frozen=True, slots=True)
class EndLabel:
    """What stands at a line's end: the fact's display, and the line's name."""

    y: float
    value: str
    name: str
    colour: str


def label_width(sheet: Sheet, labels: Sequence[EndLabel]) -> float:
    """Points to keep free at the right of a panel for these labels."""
    stacked = _stacked(sheet, labels)
    return max((_width(sheet, label, stacked=stacked) for label in labels), default=0.0) + 8


def _stacked(sheet: Sheet, labels: Sequence[EndLabel]) -> bool:
    widest = max((_width(sheet, label, stacked=False) for label in labels), default=0.0)
    return sheet.narrow or widest > WIDEST * sheet.width


def _width(sheet: Sheet, label: EndLabel, *, stacked: bool) -> float:
    value = sheet.width_of(label.value, weight=BOLD)
    name = sheet.width_of(label.name)
    if stacked or not label.name:
        return max(value, min(name, WIDEST * sheet.width))
    return value + 4 + name


def end_labels(panel: Panel, labels: Sequence[EndLabel]) -> None:
    """Write labels to the right of a panel, at their lines' height but never on each other."""
    size = type_size("font.size")
    stacked = _stacked(panel.sheet, labels) and any(label.name for label in labels)
    tall = size * (2.3 if stacked else 1.25)
    order = sorted(labels, key=lambda label: label.y)
    wanted = [panel.py(label.y) for label in order]
    room = (panel.bottom + tall / 2 - 4, panel.top - tall / 2 + 6)
    for label, middle in zip(order, spread(wanted, tall, *room), strict=True):
        _write_label(panel, label, middle, stacked=stacked)


def _write_label(panel: Panel, label: EndLabel, middle: float, *, stacked: bool) -> None:
    sheet, size = panel.sheet, type_size("font.size")
    left, base = panel.right + 6, middle_base(middle)
    if stacked and label.name:
        name = fitted(sheet, label.name, sheet.width - left)
        sheet.write((left, base + size * 0.55), label.value, label.colour, weight=BOLD)
        sheet.write((left, base - size * 0.55), name, label.colour)
        return
    sheet.write((left, base), label.value, label.colour, weight=BOLD)
    if label.name:
        after = left + sheet.width_of(label.value, weight=BOLD) + 4
        sheet.write((after, base), label.name, label.colour)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Ascending places as near as can be to `wanted`, at least `gap` apart, within the room.

    Where the room is too small for all, the gap holds and the room does not.
    """
    groups: list[list[float]] = []
    for place in wanted:
        groups.append([place])
        while len(groups) > 1 and _collide(groups[-2], groups[-1], gap):
            groups[-2:] = [[*groups[-2], *groups[-1]]]
    places = [place for group in groups for place in _around(group, gap)]
    return _within(places, gap, low, high)


def _around(group: Sequence[float], gap: float) -> list[float]:
    first = sum(group) / len(group) - gap * (len(group) - 1) / 2
    return [first + gap * at for at in range(len(group))]


def _collide(lower: Sequence[float], upper: Sequence[float], gap: float) -> bool:
    return _around(upper, gap)[0] - _around(lower, gap)[-1] < gap


def _within(places: list[float], gap: float, low: float, high: float) -> list[float]:
    for at in range(len(places) - 1, -1, -1):
        ceiling = high if at == len(places) - 1 else places[at + 1] - gap
        places[at] = min(places[at], ceiling)
    for at in range(len(places)):
        floor = low if at == 0 else places[at - 1] + gap
        places[at] = max(places[at], floor)
    return places


def fitted(sheet: Sheet, text: str, width: float, *, size: float | None = None) -> str:
    """The text, shortened with an ellipsis where it is wider than the room."""
    if sheet.width_of(text, size=size) <= width:
        return text
    while text and sheet.width_of(f"{text}…", size=size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def middle_base(middle: float) -> float:
    """The baseline that centres capitals and figures on a height."""
    return middle - type_size("font.size") * CAP_HEIGHT / 2
