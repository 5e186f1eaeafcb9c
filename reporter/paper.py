"""What paper is made with and what comes out: brands, pictures, finished files.

Import these from `reporter.model`, the one door to every value that crosses between stages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FORMATS = ("pdf", "html", "json", "mail")


@dataclass(frozen=True, slots=True)
class Brand:
    """How a house looks and what it must say: names, colours (`#rrggbb`), fonts, disclosures."""

    name: str
    house: str
    tagline: str
    colours: Mapping[str, str]
    fonts: Mapping[str, str]
    disclosures: tuple[str, ...]
    logo: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn chart for one medium."""

    chart: str
    media_type: Literal["image/svg+xml", "image/png"]
    data: bytes
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Artifact:
    """One finished file: its path under the edition's folder and its bytes."""

    path: str
    data: bytes
