"""Heat table: returns of a list of instruments over several windows, tinted by their size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporter import glossary, wording
from reporter.charts import _content as content
from reporter.charts.base import ChartContext, ChartKind, charts
from reporter.model import Brand, Chart, ChartSeries, Fact, Gap, Reason, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reporter.charts._panel import Panel
    from reporter.charts._sheet import Sheet
    from reporter.model import Json

NAME = "heat_table"
WIDTH, ROW, HEAD = 468.0, 17.0, 18.0
WINDOWS = ("1d", "wtd", "1m", "3m", "ytd", "1y")
NOTHING = "\N{EN DASH}"
FAINT, STRONG = 0.08, 0.5


def build(context: ChartContext, options: Mapping[str, Json]) -> Chart | Gap:
    """A table of returns: instruments by windows, each cell tinted by sign and size.

    Rows are sorted by the main window. The number says the sign; the tint only helps the eye.

    Options: `id`, `list`, `subjects`, `windows` (`1d wtd 1m 3m ytd 1y`), `window` (`ytd`: the
    main one, which the title is about), `size`.
    """
    listed = context.spec.watch.get(content.word(options, "list", ""), ())
    symbols = content.listed(options, "subjects", listed or context.spec.symbols)
    windows = content.listed(options, "windows", WINDOWS)
    main = content.word(options, "window", "ytd")
    rows = {s: [context.facts.get("period_return", s, window=w) for w in windows] for s in symbols}
    known = {symbol: cells for symbol, cells in rows.items() if any(cells)}
    if not known:
        words = "There are no returns to put into a table."
        return Gap(symbols[0] if symbols else "", "period_return", Reason.NO_DATA, words)
    at = windows.index(main) if main in windows else len(windows) - 1
    ranked = sorted(known, key=lambda s: -_sorting(known[s][at]))
    shown = {symbol: known[symbol] for symbol in ranked}
    return _chart(context, options, shown, windows, at)


def _sorting(fact: Fact | None) -> float:
    return float(fact.value) if fact else float("-inf")


def _row(
    context: ChartContext, symbol: str, windows: Sequence[str], cells: Sequence[Fact | None]
) -> ChartSeries:
    return ChartSeries(
        symbol, content.marked(context, symbol, *cells),
        tuple(glossary.window_head(w) for w in windows),
        {"value": tuple(float(fact.value) if fact else None for fact in cells)},
        labels=tuple(fact.display if fact else NOTHING for fact in cells),
    )  # fmt: skip


def _chart(
    context: ChartContext,
    options: Mapping[str, Json],
    shown: Mapping[str, Sequence[Fact | None]],
    windows: Sequence[str],
    main: int,
) -> Chart:
    lines = [_row(context, symbol, windows, cells) for symbol, cells in shown.items()]
    facts = [fact for cells in shown.values() if (fact := cells[main])]
    day = wording.long_date(context.data.as_of)
    note = content.total_note(fact for cells in shown.values() for fact in cells)
    return Chart(
        id=content.word(options, "id", NAME),
        kind=NAME,
        title=_title(context, content.ranked(context, facts), windows[main]),
        subtitle=f"Change in closing price to {day}, %{note}",
        source_line=content.source_line(context.data),
        alt=_alt(lines, facts, windows[main]),
        series=tuple(lines),
        options={"short_heads": [glossary.window_short(window) for window in windows]},
        size=content.size(options, (WIDTH, HEAD + ROW * len(lines))),
    )


def _title(context: ChartContext, facts: Sequence[Fact], window: str) -> Text:
    if not facts:
        return content.sentence("No return is known over the main window")
    best, worst = facts[0], facts[-1]
    over = content.period(best, window)
    first = (content.prose(context, best.subject), " ", *content.moved(best), " ", over)
    if best is worst:
        return content.sentence(*first)
    return content.sentence(
        *first, f", the most {content.of_all(len(facts))}; ",
        content.prose(context, worst.subject), " ", *content.moved(worst),
    )  # fmt: skip


def _alt(lines: Sequence[ChartSeries], facts: Sequence[Fact], window: str) -> str:
    head = f"Table of returns, {len(lines)} rows by {len(lines[0].x)} windows"
    if not facts:
        return f"{head}."
    ends = [
        next(line for line in lines if line.key == fact.subject) for fact in (facts[0], facts[-1])
    ]
    return (
        f"{head}. {glossary.window_head(window)}: highest {ends[0].name} {facts[0].display}, "
        f"lowest {ends[1].name} {facts[-1].display}."
    )


# --- the picture --------------------------------------------------------------------------------


def draw(sheet: Sheet, chart: Chart, brand: Brand) -> None:
    """Names at the left, windows as heads, numbers at the right of tinted cells."""
    from reporter.charts import _kit as kit

    heads, short_heads = chart.series[0].x, content.listed(chart.options, "short_heads")
    names = min(max(sheet.width_of(line.name) for line in chart.series) + 10, sheet.width * 0.4)
    small = kit.small()
    panel = kit.Panel(
        sheet, brand, left=names, right=sheet.width, bottom=0,
        top=sheet.height - HEAD, x=(0, len(heads)), y=(len(chart.series), 0),
    )  # fmt: skip
    room = panel.px(1) - panel.px(0) - 6
    if max(sheet.width_of(head, size=small) for head in heads) > room:
        heads = short_heads
    for at, head in enumerate(heads):
        place = (panel.px(at + 1) - 5, panel.top + 6)
        sheet.write(place, head, brand.colours["muted"], size=small, anchor="right")
    for at, line in enumerate(chart.series):
        _draw_row(panel, at, line, _scales(chart))
    rules = [
        [(0, panel.py(at)), (sheet.width, panel.py(at))] for at in range(len(chart.series) + 1)
    ]
    sheet.stroke(rules, kit.hairline(brand))


def _scales(chart: Chart) -> list[float]:
    """The largest move of each column: windows differ in size, each is tinted by its own."""
    columns = zip(*(line.values["value"] for line in chart.series), strict=True)
    return [
        max((abs(v) for v in column if v is not None), default=0.0) or 1.0 for column in columns
    ]


def _draw_row(panel: Panel, at: int, line: ChartSeries, scales: Sequence[float]) -> None:
    from reporter.charts import _kit as kit

    sheet, colours = panel.sheet, panel.brand.colours
    base = kit.middle_base(panel.py(at + 0.5))
    sheet.write((0, base), kit.fitted(sheet, line.name, panel.left - 6), colours["ink"])
    bottom, height = panel.py(at + 1) + 0.5, panel.py(at) - panel.py(at + 1)
    for column, (value, label) in enumerate(zip(line.values["value"], line.labels, strict=True)):
        left, right = panel.px(column), panel.px(column + 1)
        way = wording.direction(label)
        if way and value is not None:
            colour = colours["up"] if way > 0 else colours["down"]
            tint = FAINT + (STRONG - FAINT) * abs(value) / scales[column]
            sheet.block((left + 1, bottom, right - left - 2, height - 1), colour, tint)
        weight = kit.BOLD if way < 0 else kit.REGULAR
        sheet.write((right - 5, base), label, colours["ink"], weight=weight, anchor="right")


charts.register(NAME, ChartKind(NAME, build, draw))
