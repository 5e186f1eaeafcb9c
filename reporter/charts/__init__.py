"""What is shown: one file a kind of chart."""

from __future__ import annotations
