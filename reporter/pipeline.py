"""The whole run, readable as a table of contents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from reporter.model import Artifacts, Brief, BriefSpec
    from reporter.sources.base import Progress


def build(
    spec: BriefSpec, *, today: date, formats: Collection[str], progress: Progress
) -> Artifacts:
    """From a spec to finished files, in memory: nothing is written here."""
    return produce(compose(spec, today=today, progress=progress), spec, formats)


def compose(spec: BriefSpec, *, today: date, progress: Progress) -> Brief:
    """Everything about markets: prices to facts, facts to words, charts and sections."""
    raise NotImplementedError


def produce(brief: Brief, spec: BriefSpec, formats: Collection[str]) -> Artifacts:
    """Everything about paper: content to pictures, pages and files."""
    raise NotImplementedError
