"""reporter: market data in, a market-commentary brief out; every number backed by a fact."""

from __future__ import annotations

__version__ = "0.1.0"
