"""The bundled fonts: which families there are, and how a page is told where they lie.

Figures are tabular and lining by default in both families, so no style has to ask for them.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reporter.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Face:
    """One file of a family: `file` names it in `styles/fonts`, without its ending."""

    family: str
    weight: int
    style: str
    file: str


FACES = (
    Face("Source Serif 4", 400, "normal", "SourceSerif4-Regular"),
    Face("Source Serif 4", 400, "italic", "SourceSerif4-It"),
    Face("Source Serif 4", 600, "normal", "SourceSerif4-Semibold"),
    Face("Source Serif 4 Display", 600, "normal", "SourceSerif4Display-Semibold"),
    Face("Source Sans 3", 400, "normal", "SourceSans3-Regular"),
    Face("Source Sans 3", 400, "italic", "SourceSans3-It"),
    Face("Source Sans 3", 600, "normal", "SourceSans3-Semibold"),
)
FOLDER = shipped("styles") / "fonts"
FAMILIES = tuple(dict.fromkeys(face.family for face in FACES))


def paper_faces(fonts: Mapping[str, str]) -> str:
    """The `@font-face` rules for print: the files themselves, the printer takes what it needs."""
    return _rules(fonts, lambda face: (FOLDER / f"{face.file}.ttf").as_uri(), "truetype")


def screen_faces(fonts: Mapping[str, str]) -> str:
    """The `@font-face` rules for a page that stands alone: Latin subsets, embedded."""
    folder = FOLDER / "web"

    def embedded(face: Face) -> str:
        data = b64encode((folder / f"{face.file}.woff2").read_bytes()).decode("ascii")
        return f"data:font/woff2;base64,{data}"

    return _rules(fonts, embedded, "woff2")


def _rules(fonts: Mapping[str, str], address: Callable[[Face], str], kind: str) -> str:
    return "\n".join(
        f"@font-face{{font-family:'{face.family}';font-weight:{face.weight};"
        f"font-style:{face.style};src:url('{address(face)}') format('{kind}')}}"
        for face in _used(fonts)
    )


def _used(fonts: Mapping[str, str]) -> Sequence[Face]:
    return [face for face in FACES if face.family in fonts.values()]
