"""What a brief is made of: one file a section."""

from __future__ import annotations
