"""What is measured: one file a family of metrics."""

from __future__ import annotations
