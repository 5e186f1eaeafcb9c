"""How far a price of each kind may move in a day and still be believed.

All are factors, kept as logarithms. Each lies above the largest true moves known of its kind, so
that what lies beyond is worth a look; nothing here says that a smaller error would be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log

from reporter.model import Instrument, Kind

WILD = log(3)  # a price that moves by this factor in a day has another meaning, or made news
FEWEST_AFTER = 10  # bars without which a new level of prices is not believed
NET = 0.02  # how far a close may lie from the one two bars before, where the one between was wrong


@dataclass(frozen=True, slots=True)
class Limits:
    """What is believed of one kind.

    `lone` is the widest factor between two closes, `quiet` the widest without unusual volume.
    `undone` is the widest that the next bar takes back but for `NET`. `high` and `low` are the
    widest between a bar's high or low and its body.
    """

    lone: float
    undone: float
    quiet: float = inf
    high: float = WILD
    low: float = WILD


# Broad indices fell by 20.5 % (S&P 500, 1987), 14.9 % (Nikkei, 1987) and 14.3 % (Russell 2000,
# 2020), and that of semiconductors rose by 18.7 % (9 April 2025). What they took back within a day
# was 1.094 (March 2020); their highs and lows left the body by 1.091 (4 April 2000).
_INDEX = Limits(log(1.19), log(1.12), high=log(1.2), low=log(1.2))
# USO moved by 1.34 and XLE by 1.25 in 2020, with more than twice the usual volume; XLF took back
# 1.132. Lows have no closer limit: on 6 May 2010 sound funds traded at two fifths of their price.
_FUND = Limits(log(1.35), log(1.15), quiet=log(1.2), high=log(1.4))
# Of 151 large shares since 2019 none took back more than 1.23; single moves reach 2.2, as news.
_SHARE = Limits(log(1.35), log(1.3))
_KINDS = {
    Kind.INDEX: _INDEX,
    Kind.FUND: _FUND,
    Kind.EQUITY: _SHARE,
    Kind.COMMODITY: Limits(log(1.6), log(1.6)),
    Kind.VOLATILITY: Limits(log(3), log(3)),
}
_OTHERS = Limits(log(1.35), log(1.35))
_ROUND_THE_CLOCK = Limits(log(1.8), log(1.8))  # crypto has fallen by two fifths in a day


def limits(instrument: Instrument) -> Limits:
    """What is believed of an instrument's prices; yields are judged by points instead."""
    if instrument.exchange == "24/7":
        return _ROUND_THE_CLOCK
    return _KINDS.get(instrument.kind, _OTHERS)
