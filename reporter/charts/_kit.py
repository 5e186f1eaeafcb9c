"""All that `draw` functions draw with, under one name."""

from __future__ import annotations

from reporter.charts._labels import EndLabel, end_labels, fitted, label_width, middle_base
from reporter.charts._panel import (
    Panel,
    base_line,
    bounds,
    extent,
    for_length,
    hairline,
    small,
    styled,
    text_height,
    thinner,
    tick_width,
    ticks,
)
from reporter.charts._sheet import BOLD, Line, Sheet
from reporter.display import REGULAR

__all__ = [
    "BOLD",
    "REGULAR",
    "EndLabel",
    "Line",
    "Panel",
    "Sheet",
    "base_line",
    "bounds",
    "end_labels",
    "extent",
    "fitted",
    "for_length",
    "hairline",
    "label_width",
    "middle_base",
    "small",
    "styled",
    "text_height",
    "thinner",
    "tick_width",
    "ticks",
]
