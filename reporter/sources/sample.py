"""The sample: invented prices and invented desk inputs, so that the program runs at once.

The data file is made by `scripts/make_sample.py` and never changes by itself. Real names stand
over invented numbers, so everything made from it says that it is sample data.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reporter.instruments import describe
from reporter.model import Basis, Gap, PriceSeries, Provenance, Reason
from reporter.registry import nearest
from reporter.resources import PACKAGE
from reporter.sources._bars import COLUMNS, missing
from reporter.sources._packing import unpack
from reporter.sources._sample_desk import DESK
from reporter.sources.base import DataRequest, Delivered, source

SAMPLE = PACKAGE / "data" / "sample.npz"
NOTE = "Sample data: every price, target, flow, view and figure here is invented."


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

    def series(self, symbol: str) -> PriceSeries:
        """One instrument's bars."""
        decimals, unit, basis = self.about[symbol]
        steps = self.arrays[symbol]
        bars = unpack(steps).astype(np.float64)
        bars[:4] /= 10**decimals
        bars[4] *= unit
        index = pd.DatetimeIndex(self.days[-bars.shape[1] :], name="date")
        frame = pd.DataFrame(bars.T, index=index, columns=list(COLUMNS))
        digest = hashlib.sha256(steps.tobytes()).hexdigest()
        origin = Provenance("sample", SAMPLE.name, digest, len(frame))
        return PriceSeries(describe(symbol), frame, Basis(basis), origin)


@source("sample")
def sample(request: DataRequest) -> Delivered:
    """Invented prices shipped with the program: no network, no files."""
    return read(SAMPLE, request)


def read(path: Path, request: DataRequest) -> Delivered:
    """The series asked for from a sample file."""
    with np.load(path, allow_pickle=False) as arrays:
        shelf = Shelf.of(arrays)
        found: list[PriceSeries] = []
        gaps: list[Gap] = []
        for done, symbol in enumerate(request.symbols):
            request.progress(done, len(request.symbols), symbol)
            if symbol in shelf.about:
                found.append(shelf.series(symbol))
            else:
                hint = nearest(symbol, shelf.about)
                message = f"the sample holds no prices of {symbol!r}. {hint}"
                gaps.append(missing(symbol, Reason.UNKNOWN_SYMBOL, message))
    request.progress(len(request.symbols), len(request.symbols), "")
    return Delivered(tuple(found), tuple(gaps), (NOTE,), sample=True, desk=DESK)
