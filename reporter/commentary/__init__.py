"""What is worth saying: one file a family of remarks."""

from __future__ import annotations
