"""Free figures of the desk, such as a valuation, each with its house and date."""

from __future__ import annotations

from reporter import wording
from reporter.metrics._answers import (
    Answer,
    Answers,
    NoAnswerError,
    Raw,
    metric,
    published,
    slug,
)
from reporter.metrics.base import Ask
from reporter.model import DeskFigure, MarketData, Reason, Unit

NAMES = ("desk_figure",)

_TIMES = {"x", "times", "multiple"}


@metric("desk_figure", None)
def desk_figure(ask: Ask, data: MarketData) -> Answers:
    """A figure a house has published, in the unit it was given in: one fact for each.

    A unit of the contract (`fraction`, `percent`, ...) is kept; any other is a ratio, printed
    with its word: `18.5x`.
    """
    known = data.desk.until(data.as_of).figures
    figures = [f for f in known if f.symbol == ask.subject]
    if not figures:
        raise NoAnswerError(Reason.NO_INPUT, f"no desk figure for {ask.subject} is at hand")
    return [_one(figure) for figure in figures]


def _one(figure: DeskFigure) -> Answer:
    detail: dict[str, Raw] = {
        "name": figure.name,
        "house": figure.house,
        "published": figure.published,
        "note": figure.note,
        "unit": figure.unit,
    }
    unit, text = _printed(figure)
    suffix = slug(figure.house, figure.name)
    texts = published(figure)
    return Answer(figure.value, unit, detail, text, texts=texts, suffix=suffix, source=figure.house)


def _printed(figure: DeskFigure) -> tuple[Unit, str]:
    unit = figure.unit.strip()
    if unit in set(Unit):
        return Unit(unit), wording.display(figure.value, Unit(unit))
    number = wording.as_given(figure.value)
    word = "x" if unit.lower() in _TIMES else f" {unit}" if unit else ""
    return Unit.RATIO, f"{number}{word}"
