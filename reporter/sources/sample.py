"""The sample: invented prices and invented desk inputs, so that the program runs at once.

The data file is made by `scripts/make_sample.py` and never changes by itself. Real names stand
over invented numbers, so everything made from it says that it is sample data. All of it, shares
and currencies alike, has prices of New York's sessions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reporter.model import Basis, Gap, Reason, Terms
from reporter.registry import nearest
from reporter.resources import PACKAGE
from reporter.sessions import NEW_YORK
from reporter.sources._packing import unpack
from reporter.sources._sample_desk import DESK
from reporter.sources.base import (
    DataRequest,
    Delivered,
    NoQuotesError,
    Quotes,
    each,
    source,
)
from reporter.tables import COLUMNS

SAMPLE = PACKAGE / "data" / "sample.npz"
TERMS = "redistributable"
LOCATION = "none"
OPTIONS: dict[str, str] = {}
NOTE = "Sample data: every price, target, flow, view, event and figure here is invented."


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """The sample file, open: arrays are read when asked for."""

    arrays: Mapping[str, NDArray[Any]]
    about: Mapping[str, tuple[int, int, str]]
    days: NDArray[np.datetime64]

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Shelf:
        """The shelf with the description and the sessions read."""
        days = arrays["days"].astype(np.int64) - np.datetime64(0, "D").item().toordinal()
        about = json.loads(arrays["about"].tobytes())
        return cls(arrays, about, days.astype("datetime64[D]").astype("datetime64[us]"))

    def quotes(self, symbol: str) -> Quotes:
        """One instrument's bars.

        Raises:
            NoQuotesError: the sample has none.
        """
        if symbol not in self.about:
            hint = nearest(symbol, self.about)
            message = f"the sample holds no prices of {symbol!r}. {hint}"
            raise NoQuotesError(message, Reason.UNKNOWN_SYMBOL)
        decimals, unit, basis = self.about[symbol]
        steps = self.arrays[symbol]
        bars = unpack(steps).astype(np.float64)
        bars[:4] /= 10**decimals
        bars[4] *= unit
        frame = pd.DataFrame(bars.T, columns=list(COLUMNS))
        frame.insert(0, "date", self.days[-bars.shape[1] :])
        digest = hashlib.sha256(steps.tobytes()).hexdigest()
        return Quotes(
            symbol,
            frame,
            label=f"the sample's {symbol}",
            origin=SAMPLE.name,
            basis=Basis(basis),
            sha256=digest,
            exchange=NEW_YORK,
        )


@source("sample")
def sample(request: DataRequest) -> Delivered:
    """Invented prices shipped with the program: no network, no files."""
    return read(SAMPLE, request)


def read(path: Path, request: DataRequest) -> Delivered:
    """The quotes asked for from a sample file."""
    return Delivered(_answers(path, request), Terms(TERMS), (NOTE,), sample=True, desk=DESK)


def _answers(path: Path, request: DataRequest) -> Iterator[Quotes | Gap]:
    with np.load(path, allow_pickle=False) as arrays:
        yield from each(request, Shelf.of(arrays).quotes)
