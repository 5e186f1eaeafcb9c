"""How a house looks and what it must say: read from TOML, checked before anything is drawn.

`house` and `meridian` ship. A spec names one of them or a file beside it (`brand = "ours.toml"`);
a `brand.toml` beside the spec takes the place of the default one. What such a file leaves out
is taken from `house`.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from reporter import written
from reporter.errors import SpecError
from reporter.fonts import FAMILIES
from reporter.model import Brand
from reporter.registry import nearest
from reporter.resources import as_made
from reporter.written import MisreadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = Path(__file__).parent / "brands"
DEFAULT = "house"
TOKENS = (
    "ink", "muted", "rule", "paper", "accent", "subject", "benchmark", "context", "up", "down",
)  # fmt: skip
FONTS = ("text", "display", "label")
LEAST_CONTRAST = {
    **dict.fromkeys(("ink", "muted", "accent", "up", "down"), 4.5),
    **dict.fromkeys(("subject", "benchmark", "context"), 3.0),
}
_KEYS = ("name", "house", "tagline", "logo", "disclosures", "colours", "dark", "fonts")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LOGOS = {".svg": "image/svg+xml", ".png": "image/png"}
_LINEAR_BELOW = 0.04045

Toml = dict[str, object]


def names(folder: Path = FOLDER) -> tuple[str, ...]:
    """The brands that ship."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def load(name: str = DEFAULT, beside: Path | None = None) -> Brand:
    """The brand of this name; `beside` is the spec's folder.

    `colours` of the result has every token of `TOKENS`, and again as `dark-<token>` for dark
    screens; `logo` is empty or a data URI.

    Raises:
        SpecError: no such brand, or the file is not fit to be used; every fault is named.
    """
    path = _find(name, beside)
    own, base = _read(path), _read(as_made("brands", beside) / f"{DEFAULT}.toml")
    merged = _Checked(path, {**base, **own})
    if unknown := [key for key in own if key not in _KEYS]:
        merged.faults.append(f"unknown key {unknown[0]!r}. {nearest(unknown[0], _KEYS)}")
    return merged.brand(base)


def own_files(name: str, beside: Path) -> tuple[Path, ...]:
    """The brand's file beside the spec and its logo; none where the brand is a shipped one.

    Raises:
        SpecError: there is no such brand.
    """
    path = _find(name, beside)
    if path.parent == FOLDER:
        return ()
    logo = _read(path).get("logo")
    return (path, written.beside(logo, path.parent)) if isinstance(logo, str) and logo else (path,)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours `#rrggbb`, 1 to 21, as WCAG 2 defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= _LINEAR_BELOW else ((part + 0.055) / 1.055) ** 2.4)


def _find(name: str, beside: Path | None) -> Path:
    if beside and name == DEFAULT and (beside / "brand.toml").is_file():
        return beside / "brand.toml"
    if name.endswith(".toml"):
        return _beside(name, beside or Path())
    folder = as_made("brands", beside)
    if name not in names(folder):
        raise SpecError(f"unknown brand {name!r}.", tip=nearest(name, names(folder)))
    return folder / f"{name}.toml"


def _beside(name: str, folder: Path) -> Path:
    """A brand's file is one beside the spec: a spec from elsewhere shows nothing else."""
    try:
        return written.beside(name, folder)
    except MisreadError as error:
        raise SpecError(str(error)) from error


def _read(path: Path) -> Toml:
    try:
        return written.toml(written.text(path.read_bytes()))
    except OSError as error:
        tip = f"The brands that ship: {', '.join(names())}."
        raise SpecError("the brand's file cannot be read.", where=str(path), tip=tip) from error
    except MisreadError as error:
        raise SpecError(str(error), where=str(path)) from error


@dataclass
class _Checked:
    """A brand's file while it is read; gathers faults, so that all are told at once."""

    path: Path
    values: Toml
    faults: list[str] = field(default_factory=list)

    def brand(self, base: Toml) -> Brand:
        brand = Brand(
            name=self.word("name"),
            house=self.word("house"),
            tagline=self.word("tagline"),
            colours=MappingProxyType(self.palette(base)),
            fonts=MappingProxyType(self.fonts(base)),
            disclosures=self.disclosures(),
            logo=self.logo(),
        )
        if self.faults:
            raise SpecError(" ".join(self.faults), where=str(self.path))
        return brand

    def word(self, key: str) -> str:
        value = self.values.get(key, "")
        if not isinstance(value, str):
            self.faults.append(f"{key} must be text.")
            return ""
        return value

    def table(self, key: str, base: Toml, known: tuple[str, ...]) -> Iterator[tuple[str, object]]:
        """The entries of a table, those left out taken from the default brand."""
        own, default = self.values.get(key, {}), base[key]
        if not isinstance(own, dict):
            self.faults.append(f"{key} must be a table.")
            own = {}
        assert isinstance(default, dict)
        for unknown in [name for name in own if name not in known]:
            self.faults.append(f"unknown key {key}.{unknown}. {nearest(unknown, known)}")
        return iter({name: own.get(name, default[name]) for name in known}.items())

    def palette(self, base: Toml) -> dict[str, str]:
        light = self.colours("colours", base)
        dark = self.colours("dark", base)
        return {**light, **{f"dark-{token}": colour for token, colour in dark.items()}}

    def colours(self, key: str, base: Toml) -> dict[str, str]:
        found: dict[str, str] = {}
        for token, value in self.table(key, base, TOKENS):
            if isinstance(value, str) and _COLOUR.fullmatch(value):
                found[token] = value.lower()
            else:
                self.faults.append(f"{key}.{token} must be a colour such as #0b3d6b.")
        if len(found) == len(TOKENS):
            self.faults.extend(_too_faint(key, found))
        return found

    def fonts(self, base: Toml) -> dict[str, str]:
        found = {}
        for role, family in self.table("fonts", base, FONTS):
            found[role] = str(family)
            if family not in FAMILIES:
                tip = nearest(str(family), FAMILIES)
                self.faults.append(f"fonts.{role} {family!r} is not bundled. {tip}")
        return found

    def disclosures(self) -> tuple[str, ...]:
        value = self.values.get("disclosures")
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            self.faults.append("disclosures must be a list of texts.")
            return ()
        return tuple(value)

    def logo(self) -> str:
        name = self.word("logo")
        if not name:
            return ""
        try:
            file = written.beside(name, self.path.parent)
            data = b64encode(file.read_bytes()).decode("ascii")
            return f"data:{_LOGOS[file.suffix]};base64,{data}"
        except (MisreadError, OSError, KeyError):
            self.faults.append(f"logo {name!r} must be an SVG or PNG file beside the brand's file.")
            return ""


def _too_faint(key: str, colours: Mapping[str, str]) -> Iterator[str]:
    for token, least in LEAST_CONTRAST.items():
        reached = contrast(colours[token], colours["paper"])
        if reached < least:
            yield (
                f"{key}.{token} {colours[token]} has a contrast of {reached:.2f} to the paper "
                f"{colours['paper']}: at least {least} is needed."
            )
