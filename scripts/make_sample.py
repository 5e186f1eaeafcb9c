"""Make `reporter/data/sample.npz`: invented prices of real names, for trying the program out.

Nothing here comes from a price file. A market factor with clustered volatility and five made-up
crises drives every instrument through its own sensitivities; levels are tied to knots chosen by
hand (`sample_world.toml`), so that the last weeks tell a story: small caps reach a record after
a breakout that first failed, ahead of mid caps, ahead of the S&P 500.

Run once, from the project's folder: python -m scripts.make_sample
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reporter.sessions import nyse
from reporter.sources._packing import pack, smallest

SEED = 4_180
HERE = Path(__file__).parent
TARGET = HERE.parent / "reporter" / "data" / "sample.npz"
WORLD: Mapping[str, Any] = tomllib.loads((HERE / "sample_world.toml").read_text(encoding="utf-8"))
FIRST, LAST, YEAR_END = (WORLD[key] for key in ("first_day", "last_day", "year_end"))
YIELD_FLOOR, YIELD_BEND = 0.05, 0.15  # percent
RANGE_BEND = 0.004  # how softly closes are kept below the top of the range

Floats = NDArray[np.float64]
Knots = Sequence[tuple[date, float]]


@dataclass(frozen=True)
class Recipe:
    """How one instrument is made; the keys are explained in `sample_world.toml`."""

    first: float = 1.0
    last: float = 1.0
    ytd: float = 0.0
    loads: Mapping[str, float] = field(default_factory=dict)
    own: float = 0.0006
    volume: float = 0.0
    follows: str = ""
    duration: float = 0.0
    knots: Knots = ()
    start: date = FIRST
    decimals: int = 2
    basis: str = "price"

    def tied(self) -> Knots:
        """All its knots, in time."""
        year_end = (YEAR_END, self.last / (1 + self.ytd))
        return ((self.start, self.first), *self.knots, year_end, (LAST, self.last))


RECIPES = {symbol: Recipe(**keys) for symbol, keys in WORLD["recipes"].items()}
BONDS = {symbol: Recipe(**keys) for symbol, keys in WORLD["bonds"].items()}
YIELDS = {symbol: Recipe(**keys, decimals=3) for symbol, keys in WORLD["yields"].items()}
LEADERS = {"^RUT": Recipe(volume=4.4e9), "^GSPC": Recipe(volume=4.4e9), "^VIX": Recipe()}


class World:
    """The paths of all instruments over the sample's sessions, made one after the other."""

    def __init__(self) -> None:
        self.calendar = nyse(FIRST.year, LAST.year)
        self.days = [day for day in self.calendar.days if FIRST <= day <= LAST]
        self.rng = np.random.default_rng(SEED)
        self.levels: dict[str, Floats] = {}
        self.calm = self._volatility()
        self.factors = self._factors()

    def at(self, day: date) -> int:
        """The position of the last session on or before a day."""
        return self.days.index(self.calendar.on_or_before(day))

    def noise(self, tail: float = 6.0) -> Floats:
        """Independent shocks of unit variance with fat tails."""
        draws = self.rng.standard_t(tail, len(self.days))
        return np.asarray(draws * np.sqrt((tail - 2) / tail), dtype=np.float64)

    def _volatility(self) -> Floats:
        """How stirred the market is, about 1: clustered, higher in the crises."""
        state, shocks = np.zeros(len(self.days)), self.noise()
        for i in range(1, len(self.days)):
            state[i] = 0.975 * state[i - 1] + 0.075 * shocks[i]
        crisis = np.zeros(len(self.days))
        for first, last, factor in WORLD["crises"]:
            crisis[self.at(first) : self.at(last) + 1] = np.log(factor)
        smooth = np.convolve(crisis, np.ones(15) / 15, mode="same")
        return np.asarray(np.exp(state + smooth), dtype=np.float64)

    def _factors(self) -> dict[str, Floats]:
        shock = 0.0078 * self.calm * self.noise()
        self.levels["^GSPC"] = self.tie(shock, WORLD["knots"]["^GSPC"])
        market = self.moves("^GSPC")
        mild = np.sqrt(self.calm)
        return {
            "market": market,
            "size": 0.0046 * mild * self.noise(),
            "growth": 0.0038 * mild * self.noise(),
            "rates": self.noise(8) + 8 * market,
            "oil": 0.019 * mild * self.noise() + 0.3 * market,
            "gold": 0.0093 * self.noise(),
            "dollar": 0.0042 * self.noise() - 0.05 * market,
        }

    def moves(self, symbol: str) -> Floats:
        """Log returns of an instrument made before, 0 on the first day."""
        path = np.log(self.levels[symbol])
        return np.diff(path, prepend=path[0])

    def bend(self, path: Floats, knots: Knots, start: int = 0) -> Floats:
        """The path moved, in straight lines between the knots, so that it passes through them."""
        where = np.array([self.at(day) - start for day, _ in knots])
        wanted = np.array([level for _, level in knots])
        bent: Floats = path + np.interp(np.arange(len(path)), where, wanted - path[where])
        return bent

    def tie(self, returns: Floats, knots: Knots, start: int = 0) -> Floats:
        """Levels with these log returns, bent to pass through the knots."""
        path = np.cumsum(np.concatenate([[0.0], returns[start + 1 :]]))
        logs = [(day, float(np.log(level))) for day, level in knots]
        return np.asarray(np.exp(self.bend(path, logs, start)), dtype=np.float64)

    def make(self, symbol: str, recipe: Recipe) -> None:
        """The path of one instrument by its recipe."""
        start = self.days.index(recipe.start)
        returns = recipe.own * np.sqrt(self.calm) * self.noise()
        for name, load in recipe.loads.items():
            returns = returns + load * self.factors[name]
        if recipe.follows:
            returns = returns + self.moves(recipe.follows)
        self.levels[symbol] = self.tie(returns, recipe.tied(), start)


def make_small_caps(world: World) -> None:
    """^RUT: a long range, a breakout that fails and is retaken, a run ahead of the market."""
    shape, own = WORLD["range"], 0.0028 * np.sqrt(world.calm) * world.noise()
    returns = 1.08 * world.factors["market"] + world.factors["size"] + own
    path = np.log(world.tie(returns, WORLD["knots"]["^RUT"]))
    inside = slice(world.at(shape["first"]), world.at(shape["last"]) + 1)
    top = np.log(shape["top"])
    path[inside] = top - np.logaddexp(0, (top - path[inside]) / RANGE_BEND) * RANGE_BEND
    path[world.at(shape["day"])] = top
    lead = np.array(shape["lead"]) / 100
    run = np.cumsum(world.moves("^GSPC")[-len(lead) :] + lead)
    path[-len(lead) :] = path[-len(lead) - 1] + run
    world.levels["^RUT"] = np.exp(path)


def make_yields(world: World) -> None:
    """Treasury yields: one shared shock, each with its own size; never below a floor."""
    for symbol, recipe in YIELDS.items():
        shocks = recipe.own * (0.85 * world.factors["rates"] + 0.5 * world.noise())
        path = world.bend(np.cumsum(shocks), recipe.knots)
        above = np.logaddexp(0, (path - YIELD_FLOOR) / YIELD_BEND) * YIELD_BEND
        world.levels[symbol] = YIELD_FLOOR + above


def make_bond_funds(world: World) -> None:
    """Funds of bonds: what their yield's change takes or gives, by duration."""
    for symbol, recipe in BONDS.items():
        yields = world.levels[recipe.follows]
        returns = recipe.own * world.noise()
        returns -= recipe.duration * np.diff(yields, prepend=yields[0]) / 100
        for name, load in recipe.loads.items():
            returns += load * world.factors[name]
        world.levels[symbol] = world.tie(returns, recipe.tied())


def make_fear(world: World) -> None:
    """^VIX: from the market's volatility, up when it falls; between 9 and 85."""
    fall = -np.convolve(world.factors["market"], 0.8 ** np.arange(12))[: len(world.days)]
    raw = 15.5 * world.calm**0.7 * np.exp(4.5 * fall + 0.035 * world.noise())
    free = 9 + 76 * np.tanh(np.maximum(raw - 9, 0.6) / 76)
    begin = WORLD["fear"]["from"]
    own = [(FIRST, free[0]), (begin, free[world.at(begin)])]
    world.levels["^VIX"] = world.bend(free, [*own, *WORLD["fear"]["knots"]])


def bars(world: World, symbol: str, recipe: Recipe) -> tuple[NDArray[np.int64], int]:
    """Open, high, low, close in ticks, volume in a unit; and that unit."""
    close = world.levels[symbol]
    calm = world.calm[-len(close) :]
    swing = np.abs(np.diff(np.log(close), prepend=np.log(close[0])))
    width = 0.35 * swing.mean() * calm + 0.25 * swing
    draw = world.rng.standard_normal((3, len(close)))
    before = np.concatenate([close[:1], close[:-1]])
    opened = before * np.exp(0.45 * width * draw[0])
    high = np.maximum(opened, close) * np.exp(np.abs(0.6 * width * draw[1]))
    low = np.minimum(opened, close) * np.exp(-np.abs(0.6 * width * draw[2]))
    ticks = np.rint(np.stack([opened, high, low, close]) * 10**recipe.decimals)
    unit = 10 ** max(int(np.log10(recipe.volume or 1)) - 2, 0)
    busy = recipe.volume * calm**0.5 * np.exp(0.22 * world.rng.standard_normal(len(close)))
    return np.vstack([ticks, np.rint(busy / unit)]).astype(np.int64), unit


def generate() -> dict[str, NDArray[Any]]:
    """The arrays of the sample file: one a symbol, the sessions, and a description."""
    world = World()
    make_small_caps(world)
    for symbol, recipe in RECIPES.items():
        world.make(symbol, recipe)
    make_yields(world)
    make_bond_funds(world)
    make_fear(world)
    arrays: dict[str, NDArray[Any]] = {}
    about: dict[str, tuple[int, int, str]] = {}
    for symbol, recipe in {**LEADERS, **RECIPES, **YIELDS, **BONDS}.items():
        whole, unit = bars(world, symbol, recipe)
        arrays[symbol] = smallest(pack(whole))
        about[symbol] = (recipe.decimals, unit, recipe.basis)
    ordinals = np.array([day.toordinal() for day in world.days])
    arrays["days"] = ordinals.astype(np.int32)
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    return arrays


def main() -> None:
    """Write the sample file."""
    np.savez_compressed(TARGET, allow_pickle=False, **generate())
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
