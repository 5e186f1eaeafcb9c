"""Free figures of the desk, such as a valuation, each with its house and date."""

from __future__ import annotations

from datetime import date

from reporter.metrics._answers import NoAnswerError, metric, published, slug
from reporter.metrics.base import Answer, Answers, Ask, Raw
from reporter.model import DeskFigure, MarketData, Reason, Unit

NAMES = ("desk_figure",)


@metric("desk_figure", None, reach=())
def desk_figure(ask: Ask, data: MarketData) -> Answers:
    """A figure a house has published, in the unit it was given in: one fact for each.

    The unit is one of the contract's: `fraction`, `percent`, `ratio` and so on.
    """
    known = data.desk.until(data.as_of).figures
    figures = [f for f in known if f.symbol == ask.subject]
    if not figures:
        raise NoAnswerError(Reason.NO_INPUT, f"no desk figure for {ask.subject} is at hand")
    return [_one(figure, data.as_of) for figure in figures]


def _one(figure: DeskFigure, as_of: date) -> Answer:
    detail: dict[str, Raw] = {
        "name": figure.name,
        "house": figure.house,
        "published": figure.published,
        "note": figure.note,
        "unit": figure.unit,
    }
    suffix = slug(figure.house, figure.name)
    return Answer(
        figure.value,
        Unit(figure.unit),
        detail,
        texts=published(figure),
        suffix=suffix,
        source=figure.house,
        as_of=as_of,
    )
