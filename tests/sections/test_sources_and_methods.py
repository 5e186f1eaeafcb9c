from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from reporter.model import (
    Cell,
    Column,
    ConfirmedMove,
    Gap,
    KnownHigh,
    Reason,
    Section,
    Table,
    Unit,
    plain,
)
from reporter.sections.base import Built
from tests.charts import world
from tests.sections import scene


def citing(*facts: str) -> Built:
    """A section built earlier that prints these facts."""
    told = tuple(scene.remark("x", "It is", fact=fact) for fact in facts)
    return Built(Section("x", "X", (told,)))


def rows(scene_: object, **options: str) -> list[list[str]]:
    section = scene.section_of("sources_and_methods", scene_, **options)  # type: ignore[arg-type]
    return scene.texts(section)


def test_a_cited_figure_has_measure_window_base_date_and_name() -> None:
    context = scene.context(built=(citing("relative_return:^RUT/^GSPC:3m"),))
    found = {row[0]: row[1:] for row in rows(context)}
    base, figure = found["Relative return, three months"]
    assert base == "15 Oct 2025"
    assert figure.startswith("Russell 2000 against S&P 500 ")
    assert figure.endswith(" percentage points")


def test_key_figures_and_chart_titles_are_cited_too() -> None:
    built = tuple(scene.build(name, scene.context()) for name in ("front", "leadership"))
    found = {row[0]: row[2] for row in rows(scene.context(built=built))}
    assert "Russell 2000" in found["Close"]
    assert "RSI, 14 sessions" in found
    assert "Relative return, one year" in found


def test_what_only_tables_print_is_left_to_them() -> None:
    table = Table("t", "T", (Column("A"),), ((Cell("x", "period_return:^DJI:1m"),),))
    told = Built(Section("x", "X", tables=(table,)))
    context = scene.context(built=(told, citing("level:^RUT")))
    section = scene.section_of("sources_and_methods", context)
    assert not any("Dow Jones" in row[2] for row in scene.texts(section))
    assert "Tables carry their own base dates." in section.tables[0].note


def test_figures_of_another_source_or_day_say_so() -> None:
    context = scene.context(built=(citing("net_flow:flow:Small caps"),))
    odd = tuple(
        replace(fact, source="BofA", as_of=date(2026, 1, 5)) if fact.metric == "net_flow" else fact
        for fact in context.facts
    )
    found = rows(replace(context, facts=replace(context.facts, all=odd)))
    flow = next(row for row in found if row[0] == "Net flow")
    assert flow[2] == "Small caps +$6.4bn (as of 5 Jan 2026, source BofA)"


def test_a_record_is_told_with_its_level() -> None:
    record = world.fact("record_close", "^RUT", 1, Unit.BOOLEAN, "yes", displays={"level": "9.00"})
    context = scene.adding(scene.context(built=(citing(record.id),)), record)
    assert ["Record close", "", "Russell 2000 yes (9.00)"] in rows(context)


def test_terms_are_defined_where_they_are_used() -> None:
    context = scene.context(built=(citing("level:^RUT"),))
    options = scene.section_of("sources_and_methods", context).options
    terms = [term[0] for term in options["definitions"]]  # type: ignore[union-attr,index]
    assert terms == ["Close"]


def test_what_could_not_be_had_is_told_with_the_reason() -> None:
    one = Gap("^XYZ", "", Reason.UNKNOWN_SYMBOL, "There is no ^XYZ in the folder.")
    many = [Gap(symbol, "rsi", Reason.SHORT_HISTORY, "m") for symbol in ("^RUT", "^GSPC")]
    plain_context = scene.context()
    context = replace(
        plain_context,
        data=replace(plain_context.data, gaps=(one,)),
        facts=replace(plain_context.facts, gaps=tuple(many)),
        built=(Built(None, gaps=(one,)),),
    )
    section = scene.section_of("sources_and_methods", context)
    assert scene.texts(section) == [
        ["Prices", "^XYZ", "There is no ^XYZ in the folder."],
        ["RSI", "Russell 2000, S&P 500", "History too short."],
    ]


def test_a_long_list_of_missing_things_is_cut() -> None:
    context = scene.context()
    gaps = tuple(Gap(f"S{n}", "rsi", Reason.STALE, "m") for n in range(15))
    section = scene.section_of(
        "sources_and_methods", replace(context, data=replace(context.data, gaps=gaps))
    )
    assert scene.texts(section)[0][1].endswith("S11 and 3 more")


def test_notes_tell_of_prices_dividends_and_earlier_highs() -> None:
    context = scene.context()
    high = KnownHigh("^RUT", 2442.74, date(2021, 11, 8), "FTSE Russell")
    data = replace(context.data, notes=("The 16th was a Saturday.",), known_highs=(high,))
    section = scene.section_of("sources_and_methods", replace(context, data=data))
    prices, use, dividends, note, earlier = (plain(text) for text in section.notes)
    assert prices.startswith("Prices: test, 5 series of daily bars, the longest from ")
    assert use.startswith("Use of the data: ")
    assert dividends.endswith("only returns are taken: S&P MidCap 400 fund.")
    assert note == "The 16th was a Saturday."
    assert earlier.endswith("Russell 2000: 2,442.74 on 8 November 2021, according to FTSE Russell.")


HOUR = datetime(2026, 1, 16, 8, 0, 31, tzinfo=UTC)


def recorded(snapshot: str, *fetched: datetime | None) -> str:
    """The note behind the prices, of series fetched at these moments."""
    context = scene.context()
    times = [*fetched, *[fetched[-1]] * (len(context.data.series) - len(fetched))]
    series = {
        symbol: replace(one, provenance=replace(one.provenance, fetched=time))
        for (symbol, one), time in zip(context.data.series.items(), times, strict=True)
    }
    data = replace(context.data, series=series, snapshot=snapshot)
    section = scene.section_of("sources_and_methods", replace(context, data=data))
    return plain(section.notes[1])


def test_the_fetch_and_its_snapshot_are_named() -> None:
    told = "Fetched on 16 January 2026 at 08:00 UTC and recorded as snapshot 2026-01-16-3f9a2c1b."
    assert recorded("2026-01-16-3f9a2c1b", HOUR) == told
    assert recorded("", HOUR, None) == "Fetched on 16 January 2026 at 08:00 UTC."
    assert recorded("x", None) == "Recorded as snapshot x."


def test_several_times_of_fetching_are_a_range() -> None:
    later = HOUR + timedelta(minutes=2)
    assert recorded("", later, HOUR) == "Fetched on 16 January 2026 from 08:00 to 08:02 UTC."


def test_prices_that_lay_at_hand_have_no_fetch() -> None:
    assert recorded("", None).startswith("Use of the data: ")


def test_a_confirmed_move_is_told_with_who_says_so() -> None:
    context = scene.context()
    move = ConfirmedMove("^RUT", date(2020, 3, 16), "the exchange")
    data = replace(context.data, confirmed=(move,))
    section = scene.section_of("sources_and_methods", replace(context, data=data))
    told = "Russell 2000 on 16 March 2020, confirmed by the exchange."
    assert plain(section.notes[-1]).endswith(told)


def test_the_headline_is_cited() -> None:
    told = scene.remark("headline", "A record", fact="level:^GSPC")
    other = scene.remark("headline", "Not chosen", fact="level:^DJI")
    found = rows(scene.context(remarks=(told, other)))
    assert [row[0] for row in found] == ["Close"]
    assert "Dow Jones" not in found[0][2]


def test_the_title_can_be_chosen() -> None:
    section = scene.section_of("sources_and_methods", scene.context(), title="Small print")
    assert section.title == "Small print"


def test_an_instrument_without_prices_goes_by_its_own_name() -> None:
    context = scene.context()
    assert context.called("XLE") == "Energy (XLE)"
    assert context.called("^XYZ") == "^XYZ"
    named = replace(context, spec=replace(context.spec, names={"XLE": "Oil and gas"}))
    assert named.called("XLE") == "Oil and gas"
