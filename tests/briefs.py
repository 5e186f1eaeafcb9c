"""Briefs written by hand, for tests of pages: rich, hostile, nearly empty; with pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from reporter.model import (
    Brief,
    Cell,
    Chart,
    ChartSeries,
    Column,
    Fact,
    Finding,
    Gap,
    KeyFigure,
    Picture,
    Reason,
    Remark,
    Role,
    Section,
    Severity,
    Span,
    Table,
    Terms,
    Text,
    Unit,
)

MINUS = "\N{MINUS SIGN}"
AS_OF = date(2026, 1, 15)
BASE = date(2025, 12, 31)


def fact(  # noqa: PLR0913  keywords mostly
    metric: str,
    subject: str,
    value: float,
    display: str,
    *,
    unit: Unit = Unit.FRACTION,
    vs: str | None = None,
    window: str | None = None,
) -> Fact:
    """A fact with the id the real ones have."""
    name = f"{metric}:{subject}" + (f"/{vs}" if vs else "") + (f":{window}" if window else "")
    return Fact(
        id=name, metric=metric, subject=subject, value=value, unit=unit, display=display,
        as_of=AS_OF, source="sample", benchmark=vs, window=window,
        base_date=BASE if window == "ytd" else None,
        displays={"as_of": "15 January 2026", "base_date": "31 December 2025"},
    )  # fmt: skip


FACTS = (
    fact("level", "^RUT", 2674.56, "2,674.56", unit=Unit.PRICE),
    fact("level", "^GSPC", 6944.47, "6,944.47", unit=Unit.PRICE),
    fact("period_return", "^RUT", 0.0776, "7.8%", window="ytd"),
    fact("period_return", "^GSPC", 0.0145, "1.4%", window="ytd"),
    fact("period_return", "XLF", -0.0073, f"{MINUS}0.7%", window="ytd"),
    fact("relative_return", "^RUT", 0.0632, "6.4 percentage points", vs="^GSPC", window="ytd"),
    fact("rsi", "^RUT", 71.18, "71.2", unit=Unit.INDEX, window="14"),
    fact("sma", "^RUT", 2512.4, "2,512.40", unit=Unit.PRICE, window="50"),
    fact("implied_advance", "^RUT:a-2861", 0.0697, "7.0%"),
    fact("net_flow", "flow:Small caps", 6.4e9, "+$6.4bn", unit=Unit.USD),
    fact("net_flow", "flow:Large caps", -45.9e9, f"{MINUS}$45.9bn", unit=Unit.USD),
    fact(
        "yield_change", "^TNX", -3.0, f"{MINUS}3 basis points", unit=Unit.BASIS_POINTS, window="ytd"
    ),
)
BY_ID = {one.id: one for one in FACTS}
RUT_YTD, GSPC_YTD = "period_return:^RUT:ytd", "period_return:^GSPC:ytd"


def words(text: str) -> Text:
    """Text with facts in braces: `up {period_return:^RUT:ytd}`."""
    spans = []
    for at, piece in enumerate(text.replace("}", "{").split("{")):
        spans.append(Span(BY_ID[piece].display, "fact", piece) if at % 2 else Span(piece))
    return tuple(span for span in spans if span.text)


def remark(text: str, section: str = "", role: Role = Role.EVIDENCE) -> Remark:
    """A remark with facts in braces."""
    return Remark("move", "family", role, words(text), 0.5, section)


def line(chart: str, title: str, *, points: int = 60, height: float = 196.0) -> Chart:
    """A chart of two made-up lines."""
    days = tuple((BASE + timedelta(days=at)).isoformat() for at in range(points))
    rising = tuple(100 + at * 0.4 + (at % 7) * 0.6 for at in range(points))
    flat = tuple(100 + at * 0.1 + (at % 5) * 0.3 for at in range(points))
    return Chart(
        id=chart, kind="mountain", title=words(title),
        subtitle="Index level, rebased to 100 on 31 December 2025, daily closes",
        source_line="Source: sample prices, as of 15 January 2026",
        alt=f"Line chart {chart} of two lines; the first ends highest",
        series=(
            ChartSeries("^RUT", "Russell 2000", days, {"close": rising}),
            ChartSeries("^GSPC", "S&P 500", days, {"close": flat}, role="benchmark"),
        ),
        size=(468.0, height),
    )  # fmt: skip


def spark(symbol: str) -> Chart:
    """A small line."""
    return replace(line(f"spark-{symbol}", "Trend"), kind="sparkline", size=(82.0, 18.0))


def table(name: str, rows: int) -> Table:
    """A table of returns."""
    columns = (
        Column("Index", align="left"), Column("Close"), Column("Year to date", "%"),
        Column("One year", "%"),
    )  # fmt: skip
    body = tuple(
        (
            Cell(f"Instrument number {at}"),
            Cell(f"{1000 + at}.25"),
            Cell("7.8%", RUT_YTD, "up"),
            Cell(f"{MINUS}0.7%", "period_return:XLF:ytd", "down")
            if at % 3
            else Cell("-", tone="muted"),
        )
        for at in range(rows)
    )
    return Table(name, "Price return by index, from 31 December 2025", columns, body, "Closes.")


LONG = (
    remark(
        "Small companies are this year's story. The Russell 2000 has risen "
        f"{{{RUT_YTD}}} since the last close of December, the S&P 500 {{{GSPC_YTD}}}: a lead of "
        "{relative_return:^RUT/^GSPC:ytd} over ten sessions, in every one of which the smaller "
        "index did better. Such a run has become rare, and it began from an unremarkable base."
    ),
    remark(
        "The index closed at {level:^RUT}, above every close before it, and its high of the day "
        "was a record too. Both records had stood for a single session only, which says that the "
        "advance has been steady rather than sudden; no single day made it."
    ),
    remark(
        "Money had not been waiting for it. Clients of one large house bought {net_flow:flow:Small "
        "caps} of small caps over the past year and sold {net_flow:flow:Large caps} of large ones. "
        "One may read a rotation into that, but the figures themselves say only what one house's "
        "clients did, and they end before the advance began."
    ),
    remark(
        "Against this stands the speed. The relative strength index is at {rsi:^RUT:14}, which "
        "is overbought by the usual reading, and the average of the last fifty closes lies at "
        "{sma:^RUT:50}, well below the market. One desk would take profits here.",
        role=Role.AGAINST,
    ),
)


def rich(*, sample: bool = True) -> Brief:
    """A brief with every section, of the length a real one has."""
    charts = (
        line("lead", f"Small caps lead with a rise of {{{RUT_YTD}}}", height=182),
        line("strength", "Strength against the S&P 500 is rising", points=250),
        line(
            "bars", "The index stands above {sma:^RUT:50}, its average of fifty closes", height=260
        ),
        line("ladder", "The first target is {implied_advance:^RUT:a-2861} above the close"),
        line("flows", "Clients bought {net_flow:flow:Small caps} of small caps", height=130),
        *(spark(symbol) for symbol in ("a", "b", "c", "d", "e")),
    )
    sections = (
        Section("front", "The argument", tuple((one,) for one in LONG), ("lead",)),
        Section("leadership", "Leadership", ((LONG[0],),), ("strength",), (table("sizes", 5),)),
        Section("flows", "Rotation and flows", ((LONG[2],),), ("flows",)),
        Section("technicals", "The technical picture", ((LONG[1],), (LONG[3],)), ("bars",)),
        Section("targets", "Targets", ((LONG[1],),), ("ladder",)),
        Section("counter_view", "The counter-view", ((LONG[3],),)),
        Section("cross_asset", "Across assets", (), (), (table("assets", 18),)),
        Section("week_ahead", "The week ahead", ((remark("Markets are closed on Monday."),),)),
        Section(
            "sources_and_methods",
            "Sources and methods",
            tables=(table("cited", 24),),
            options={"definitions": [["Close", "The last close."]]},
        ),
    )
    return Brief(
        title="US small caps", slug="small-caps",
        headline=words("Small caps close at a record and lead the S&P 500 by "
                       "{relative_return:^RUT/^GSPC:ytd}"),
        standfirst=words(f"The Russell 2000 is up {{{RUT_YTD}}} in ten sessions, the S&P 500 "
                         f"{{{GSPC_YTD}}}. At {{rsi:^RUT:14}} its relative strength index asks "
                         "whether that was too much."),
        as_of=AS_OF, source="sample", sample=sample, facts=FACTS, key_figures=key_figures(),
        sections=sections, charts=charts,
        gaps=(Gap("^DJT", "level", Reason.UNKNOWN_SYMBOL, "no prices for ^DJT"),),
    )  # fmt: skip


def key_figures() -> tuple[KeyFigure, ...]:
    """Five figures, one without a change."""

    def shown(name: str) -> Span:
        return Span(BY_ID[name].display, "fact", name)

    return (
        KeyFigure("Russell 2000", shown("level:^RUT"), shown(RUT_YTD), "year to date", "spark-a"),
        KeyFigure("S&P 500", shown("level:^GSPC"), shown(GSPC_YTD), "year to date", "spark-b"),
        KeyFigure("Banks", Span("53.61"), shown("period_return:XLF:ytd"), "this year", "spark-c"),
        KeyFigure("RSI, 14 sessions", shown("rsi:^RUT:14"), None, "overbought", "spark-d"),
        KeyFigure("10-year yield", Span("4.16%"), shown("yield_change:^TNX:ytd"), "", "spark-e"),
    )  # fmt: skip


DOUBT = "The Russell 2000 has no price for 13 January 2026."
FINDING = Finding(
    "^RUT", "missing_session", Severity.MARK, DOUBT, "Fetch it again.", (date(2026, 1, 13),)
)


def doubtful(*ids: str, mark: str = DOUBT, **changes: Any) -> Brief:
    """The rich brief, its data for personal use, where these facts rest on doubtful prices."""
    brief = rich(sample=False)
    facts = tuple(replace(one, marks=(mark,)) if one.id in ids else one for one in brief.facts)
    return replace(
        brief, facts=facts, terms=Terms.PERSONAL, findings=(FINDING,), snapshot="abc", **changes
    )


HOSTILE = "</style></script><script>alert(1)</script>{{ 7919*7907 }}{% raw %}<b>&\"'"


def hostile() -> Brief:
    """A brief whose every word tries to be code."""
    brief, bad = rich(), (Span(HOSTILE),)
    charts = tuple(
        replace(chart, title=bad, subtitle=HOSTILE, source_line=HOSTILE, alt=HOSTILE,
                series=tuple(replace(s, name=HOSTILE) for s in chart.series))
        for chart in brief.charts
    )  # fmt: skip
    rows = ((Cell(HOSTILE), Cell(HOSTILE), Cell(HOSTILE), Cell(HOSTILE)),)
    told = Remark("m", "f", Role.THESIS, bad, 0.5)
    sections = tuple(
        replace(section, title=HOSTILE, paragraphs=((told,),), notes=(bad,),
                tables=tuple(replace(t, caption=HOSTILE, note=HOSTILE, rows=rows)
                             for t in section.tables))
        for section in brief.sections
    )  # fmt: skip
    figures = tuple(replace(one, label=HOSTILE, note=HOSTILE) for one in brief.key_figures)
    facts = tuple(replace(one, source=HOSTILE) for one in brief.facts)
    return replace(
        brief, title=HOSTILE, headline=bad, standfirst=bad, charts=charts, sections=sections,
        key_figures=figures, facts=facts,
    )  # fmt: skip


def bare() -> Brief:
    """A brief that has almost nothing to say."""
    front = Section("front", "The argument", ((LONG[1],),))
    return replace(
        rich(), sections=(front,), charts=(), key_figures=(), standfirst=(), gaps=(), sample=False
    )


def pictures(brief: Brief) -> dict[str, Picture]:
    """A stand-in drawing for every chart."""
    return {chart.id: _drawn(chart) for chart in brief.charts}


def _drawn(chart: Chart) -> Picture:
    width, height = chart.size
    right, bottom = width - 60, height - 16
    count = len(chart.series[0].x)
    paths = []
    for series in chart.series:
        values = [value or 0.0 for value in series.values["close"]]
        at = [
            (right * n / (count - 1), bottom - (value - 95) / 35 * (bottom - 6))
            for n, value in enumerate(values)
        ]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
        paths.append(
            f'<polyline points="{points}" fill="none" stroke-width="1.6" '
            f'style="stroke:var(--{series.role},#000000)"/>'
        )
    svg = (
        f'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {width} {height}" width="{width}pt" height="{height}pt" role="img" '
        f'aria-label="Stand-in" data-plot-left="0" data-plot-right="{right}" data-plot-top="6" '
        f'data-plot-bottom="{bottom}" data-y-min="95" data-y-max="130" data-n="{count}">'
        f"{''.join(paths)}</svg>"
    )
    return Picture(chart.id, "image/svg+xml", svg.encode(), width, height)
