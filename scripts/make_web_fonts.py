"""Make the web page's fonts from the bundled ones: Latin characters only, as WOFF2.

Run from the project's folder after a change of `styles/fonts`; needs the package `brotli`.
The licence reserves the name "Source" for unmodified fonts, so the subsets carry another one.
"""

from __future__ import annotations

from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path("styles/fonts")
RENAMED = {1: "Reporter", 3: "Reporter", 4: "Reporter", 6: "Reporter", 16: "Reporter"}
CHARACTERS = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2010, 0x2027),
    *(0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x20AC, 0x2122, 0x2190, 0x2191, 0x2192, 0x2193),
    *(0x2212, 0x2248, 0x2260, 0x2264, 0x2265, 0x25B2, 0x25BC, 0x25CF),
)


def subset(path: Path) -> TTFont:
    """The font with Latin characters and kerning only, under its own name."""
    font = TTFont(path, recalcTimestamp=False)
    options = Options(layout_features=["kern", "liga", "ccmp", "mark", "mkmk", "locl"])
    options.name_IDs = ["*"]
    options.hinting = False
    options.drop_tables += ["DSIG", "STAT"]
    shrinker = Subsetter(options)
    shrinker.populate(unicodes=CHARACTERS)
    shrinker.subset(font)
    rename(font, path.stem.replace("Source", "", 1))
    return font


def rename(font: TTFont, style: str) -> None:
    """Replace the reserved name wherever the font presents itself; licence and copyright stay."""
    for record in font["name"].names:
        if record.nameID in RENAMED:
            record.string = f"{RENAMED[record.nameID]}{style}"


def main() -> None:
    """Write one WOFF2 for every TTF."""
    for path in sorted(FONTS.glob("*.ttf")):
        font = subset(path)
        font.flavor = "woff2"
        target = FONTS / "web" / f"{path.stem}.woff2"
        font.save(target)
        print(target, target.stat().st_size)


if __name__ == "__main__":
    main()
