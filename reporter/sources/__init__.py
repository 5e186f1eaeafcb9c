"""Where prices come from: one file a source."""

from __future__ import annotations
