"""What each section of an order is about: its lists, instruments and windows, named or usual.

Sections show what is chosen here, and `measure` asks for it, so that nothing is shown that was not
asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from reporter.model import BriefSpec, Json, Kind, SectionSpec

Options = Mapping[str, Json]
KindOf = Callable[[str], Kind | None]

SIZES, SECTORS, INDICES = "sizes", "sectors", "indices"
LEAST_FIGURES = 4
_SCENE = (Kind.VOLATILITY, Kind.YIELD, Kind.COMMODITY)


def words(options: Options, key: str, default: Iterable[str] = ()) -> tuple[str, ...]:
    """An option that is a list of words, or one word."""
    value = options.get(key)
    if isinstance(value, str):
        return (value,)
    return tuple(str(item) for item in value) if isinstance(value, list) else tuple(default)


def windows(options: Options) -> tuple[str, ...]:
    """Every window that a section's options name."""
    return tuple(dict.fromkeys([*words(options, "window"), *words(options, "windows")]))


def lists(section: str, options: Options, spec: BriefSpec) -> dict[str, tuple[str, ...]]:
    """The watch lists whose members a section's tables show: those it names, or its usual ones.

    Only lists that the spec has and that hold anything.
    """
    named = words(options, "lists", _usual_lists(section, spec))
    return {name: spec.watch[name] for name in named if spec.watch.get(name)}


def _usual_lists(section: str, spec: BriefSpec) -> tuple[str, ...]:
    if section == "cross_asset":
        return _unranked(spec)
    return {"leadership": (SIZES,), "week_behind": (INDICES,)}.get(section, ())


def _unranked(spec: BriefSpec) -> tuple[str, ...]:
    """The watch lists that no other section of the brief shows already."""
    ranks = any(section.name == "leadership" for section in spec.sections)
    return tuple(name for name in spec.watch if not (ranks and name in {SIZES, SECTORS}))


def heat(options: Options, spec: BriefSpec) -> tuple[str, tuple[str, ...]]:
    """The watch list of the heat table, with its members; none where the spec has no such list."""
    name = words(options, "heat", [SECTORS])[0]
    return name, spec.watch.get(name, ())


def key_figures(options: Options, spec: BriefSpec, kind_of: KindOf) -> tuple[str, ...]:
    """The symbols at the top of page 1, those named or else the subjects and the benchmark first.

    Then the scene is set: by volatility, a yield, a commodity, and last by the watch lists.
    """
    named = words(options, "figures")
    if named:
        return named
    watched = [symbol for symbols in spec.watch.values() for symbol in symbols]
    kinds = {symbol: kind_of(symbol) for symbol in reversed(watched)}
    scene = [next((s for s in watched if kinds[s] is kind), "") for kind in _SCENE]
    ordered = (*spec.subjects, spec.benchmark, *filter(None, scene))
    enough = ordered if len(ordered) >= LEAST_FIGURES else (*ordered, *watched[:LEAST_FIGURES])
    return tuple(dict.fromkeys(enough))


def shown(section: SectionSpec, spec: BriefSpec, kind_of: KindOf) -> tuple[str, ...]:
    """Every instrument whose changes a section may show over the windows its options name."""
    options = section.options
    symbols = [s for members in lists(section.name, options, spec).values() for s in members]
    if section.name == "front":
        symbols += [*spec.subjects, spec.benchmark, *key_figures(options, spec, kind_of)]
    elif section.name == "leadership":
        symbols += [spec.subject, spec.benchmark, *heat(options, spec)[1]]
    elif section.name == "technicals":
        symbols += words(options, "subjects", [spec.subject])
    elif section.name == "week_behind" and not symbols:
        symbols += [*spec.subjects, spec.benchmark]
    return tuple(dict.fromkeys(symbols))
