"""Client flows: what one house's clients bought and sold, as the house states it."""

from __future__ import annotations

from collections.abc import Iterable

from reporter.metrics._answers import NoAnswerError, metric, published, slug
from reporter.metrics.base import Answer, Answers, Ask, Raw
from reporter.model import Flow, MarketData, Reason, Unit

NAMES = ("net_flow",)

PREFIX = "flow:"
EVERY = f"{PREFIX}*"


@metric("net_flow", Unit.USD, reach=())
def net_flow(ask: Ask, data: MarketData) -> Answers:
    """Net buying (+) or selling (-) of a segment by one house's clients, in US dollars.

    The subject is `flow:SEGMENT`, or `flow:*` for every segment there is. One house's clients
    are not the market: `detail` names the house, who, the period and the basis.
    """
    known = data.desk.until(data.as_of).flows
    flows = [f for f in known if ask.subject in {EVERY, PREFIX + f.segment}]
    if not flows:
        raise NoAnswerError(Reason.NO_INPUT, "no client flows are at hand")
    return _answers(flows)


def _answers(flows: Iterable[Flow]) -> Iterable[Answer]:
    seen: set[str] = set()
    for flow in flows:
        again = flow.segment in seen
        seen.add(flow.segment)
        yield _one(flow, slug(flow.house, flow.period) if again else "")


def _one(flow: Flow, suffix: str) -> Answer:
    detail: dict[str, Raw] = {
        "segment": flow.segment,
        "house": flow.house,
        "who": flow.who,
        "period": flow.period,
        "basis": flow.basis,
        "published": flow.published,
    }
    return Answer(
        flow.net_usd,
        Unit.USD,
        detail,
        texts=published(flow),
        subject=PREFIX + flow.segment,
        suffix=suffix,
        source=flow.house,
    )
