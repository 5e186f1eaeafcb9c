"""What a remark family is: a pure function from the facts to the remarks they deserve."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reporter.model import BriefSpec, DeskInputs, Facts, Instrument, Remark
from reporter.registry import Registry


@dataclass(frozen=True, slots=True)
class Reading:
    """All a remark may draw on: facts, the brief's order, what things are called, desk inputs."""

    spec: BriefSpec
    facts: Facts
    instruments: dict[str, Instrument]
    desk: DeskInputs


Family = Callable[[Reading], Iterable[Remark]]

families: Registry[Family] = Registry("commentary", "remark family")
family = families.enter
