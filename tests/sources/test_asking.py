from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.declarations import STRICTNESS
from reporter.errors import DataError, ForeignError
from reporter.gate import Admitted, admit
from reporter.gather import gather
from reporter.model import EMPTY, Basis, Gap, Json, Kind, Reason, SourceRef, Terms
from reporter.sources import _asking
from reporter.sources._asking import ask, checked
from reporter.sources.base import (
    DataRequest,
    Delivered,
    NoQuotesError,
    Quotes,
    each,
    missing,
    source,
    sources,
)

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
DAYS = pd.bdate_range(end="2026-01-16", periods=5)
BARS = pd.DataFrame({"Date": DAYS, **dict.fromkeys(("Open", "High", "Low", "Close"), 10.0)})


def quotes(symbol: str = "^RUT", frame: Any = BARS, **more: Any) -> Quotes:
    return Quotes(symbol, frame, **{"label": symbol, "origin": "", **more})


Answer = Callable[[DataRequest], Any]


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer], None]]:
    """Makes "odd" a source that another package offers and that does what the test says."""
    offer = SimpleNamespace(package="acme 1.0", name="odd", module="acme", attribute="", problem="")
    monkeypatch.setattr(sources, "_offers", lambda: {"odd": offer})
    monkeypatch.setattr(sources, "declared", lambda _name, _constant: None)

    def be(answer: Any) -> None:
        source("odd")(answer)

    yield be
    sources._entries.pop("odd", None)


def asked(*symbols: str, options: dict[str, Json] | None = None) -> DataRequest:
    return DataRequest(symbols or ("^RUT",), now=NOW, options=options or EMPTY)


def admitted(request: DataRequest) -> Admitted:
    return admit(ask("odd", request), request, "odd")


def delivered(answers: Any = (), **more: Any) -> Answer:
    """A source that delivers this, of whatever types."""
    return lambda _request: Delivered(answers, **more)


def of(*answers: object) -> Answer:
    return lambda _request: Delivered(cast("Any", iter(answers)))


def failing(error: BaseException) -> Answer:
    def answers() -> Iterator[Quotes]:
        yield quotes()
        raise error

    return lambda _request: Delivered(answers())


def at_once(error: BaseException) -> Answer:
    def fail(_request: DataRequest) -> Delivered:
        raise error

    return fail


WRONG: dict[str, tuple[Answer, str]] = {
    "gives nothing": (lambda _: None, "gave None where Delivered is wanted."),
    "gives a list": (lambda _: [quotes()], "gave a list where Delivered is wanted."),
    "gives a table": (of(BARS), "gave a DataFrame where Quotes or a Gap is wanted."),
    "gives None": (of(None), "gave None where Quotes or a Gap is wanted."),
    "gives no answers": (delivered(3), "fails with TypeError: 'int' object is not iterable."),
    "gives another symbol": (of(quotes("IWM")), "gave 'IWM', which was not asked for."),
    "gives another gap": (of(missing("IWM", Reason.STALE, "")), "gave 'IWM', which was not asked"),
    "repeats itself": (of(quotes(), quotes()), "gave '^RUT', twice."),
    "gives a list of rows": (
        of(quotes(frame=[[1]])),
        "gave a list as the table of ^RUT where a pandas DataFrame is wanted.",
    ),
    "gives no text": (of(quotes(label=None)), "gave None as the label of a table."),
    "gives a wrong basis": (of(quotes(basis="raw")), "gave 'raw', which is none of price, adj"),
    "gives a wrong kind": (of(quotes(kind=3)), "gave 3, which is none of index, fund"),
    "gives wrong terms": (of(quotes(terms="all")), "gave 'all', which is none of redistributable"),
    "terms all wrong": (delivered(terms="free"), "gave 'free', which is none of"),
    "notes a text": (delivered(notes="note"), "gave notes that are no tuple of texts."),
    "answers nowhere in time": (
        delivered(now=NOW.replace(tzinfo=None)), "as the time of its answers: it has no zone.",
    ),
    "is called a number": (delivered(source=3), "gave a name or desk inputs of another type"),
    "fetches nowhere in time": (
        of(quotes(fetched=NOW.replace(tzinfo=None))), "as the time of a fetch: it has no zone.",
    ),
    "fails at once": (at_once(KeyError("x")), "fails with KeyError: 'x'."),
    "fails in the middle": (failing(OSError("a\nb")), "fails with OSError: a b."),
    "tells its key": (
        failing(OSError("no answer of https://h/eod?api_key=hunter2 yet")),
        "fails with OSError: no answer of https://h/eod yet.",
    ),
    "ends the program": (failing(SystemExit(3)), "fails with SystemExit: 3."),
}  # fmt: skip


@pytest.mark.parametrize("how", WRONG)
def test_what_no_source_may_do_ends_in_a_message_that_names_it(
    how: str, odd: Callable[[Answer], None]
) -> None:
    answer, told = WRONG[how]
    odd(answer)
    with pytest.raises(ForeignError) as caught:
        admitted(asked("^RUT", "^GSPC"))
    message = str(caught.value)
    assert message.startswith("the source 'odd' of the package acme 1.0 ")
    assert told in message
    assert message.endswith("Tell its author; -v shows where it stands.")
    assert "\n" not in message


def test_its_own_refusals_are_told_as_they_are(odd: Callable[[Answer], None]) -> None:
    for error in (DataError("The desk is closed."), NoQuotesError("The desk is closed.")):
        odd(at_once(error))
        with pytest.raises(DataError, match=r"^The desk is closed\.$"):
            ask("odd", asked())


def test_an_interrupt_is_nobody_s_fault(odd: Callable[[Answer], None]) -> None:
    odd(failing(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        admitted(asked("^RUT", "^GSPC"))


def test_a_fault_of_ours_is_not_put_on_others() -> None:
    def answers() -> Iterator[Quotes]:
        yield quotes()
        raise KeyError("x")

    with pytest.raises(KeyError):
        list(checked(answers(), "sample", ("^RUT",)))


def test_what_is_left_out_becomes_a_gap(odd: Callable[[Answer], None]) -> None:
    odd(of(quotes("^GSPC", basis=Basis.PRICE)))
    through = admitted(asked("^RUT", "^GSPC"))
    assert [one.symbol for one in through.series] == ["^GSPC"]
    (gap,) = through.gaps
    assert gap == Gap("^RUT", "prices", Reason.NO_DATA, "the source 'odd' gave no answer for ^RUT.")


def test_an_endless_source_is_ended(odd: Callable[[Answer], None]) -> None:
    def forever() -> Iterator[Quotes]:
        while True:
            yield quotes()

    odd(lambda _: Delivered(forever()))
    with pytest.raises(ForeignError, match="twice"):
        admitted(asked("^RUT", "^GSPC"))


def test_words_may_be_written_as_text(odd: Callable[[Answer], None]) -> None:
    odd(of(quotes(basis="price", kind="fund", terms="internal")))
    (one,) = ask("odd", asked()).answers
    assert isinstance(one, Quotes)
    assert (one.basis, one.kind, one.terms) == (Basis.PRICE, Kind.FUND, Terms.INTERNAL)
    assert [type(one.basis), type(one.kind), type(one.terms)] == [Basis, Kind, Terms]


def test_an_address_is_told_without_its_key(odd: Callable[[Answer], None]) -> None:
    where = "https://me:hunter2@host/eod?s=^RUT&token=hunter2"
    gap = missing("IWM", Reason.TIMEOUT, f"{where} does not answer.")
    answers = [quotes(label=where, origin=where), gap]
    odd(delivered(answers, notes=(f"From {where}",), source=where))
    given = ask("odd", asked("^RUT", "IWM"))
    told = "https://me@host/eod?s=^RUT"
    assert (given.notes, given.source) == ((f"From {told}",), told)
    one, other = given.answers
    assert isinstance(one, Quotes)
    assert isinstance(other, Gap)
    assert (one.label, one.origin) == (told, told)
    assert other.message == f"{told} does not answer."


def test_a_table_without_days_is_a_gap_that_names_the_source(
    odd: Callable[[Answer], None],
) -> None:
    odd(of(quotes(frame=BARS.set_index("Date"))))
    (gap,) = admitted(asked()).gaps
    assert gap.reason is Reason.BAD_PAYLOAD
    assert gap.message == "the source 'odd' gave a table of ^RUT without the column Date."
    with pytest.raises(DataError, match="the source 'odd' gave a table of"):
        gather(["^RUT"], SourceRef("odd"), as_of=None, now=NOW)


def test_rows_may_be_numbered_by_anything(odd: Callable[[Answer], None]) -> None:
    for index in (list("abcde"), DAYS, [0] * 5, [4, 3, 2, 1, 0]):
        odd(of(quotes(frame=BARS.set_axis(index, axis=0))))
        (series,) = admitted(asked()).series
        assert len(series.bars) == 5
        assert series.bars.index.is_monotonic_increasing


LEVELS = pd.concat([BARS], axis=1, keys=["^RUT"])


def with_(**columns: Any) -> pd.DataFrame:
    """The bars with columns of whatever types."""
    return BARS.assign(**columns)


ODD_TABLES = {
    "empty": BARS.iloc[:0],
    "no column": BARS[["Date"]],
    "columns of several levels": LEVELS,
    "a column twice": pd.concat([BARS, BARS[["Close"]]], axis=1),
    "columns that are numbers": BARS.set_axis(range(5), axis=1),
    "days that are none": with_(Date="soon"),
    "days that are lists": with_(Date=[[1]] * 5),
    "days with a zone": with_(Date=DAYS.tz_localize("Asia/Tokyo")),
    "days that are missing": with_(Date=pd.NaT),
    "days that are numbers": with_(Date=range(5)),
    "prices that are words": with_(Close="ten"),
    "prices that are lists": with_(Close=[[1]] * 5),
    "prices that are missing": with_(Close=None),
    "prices without end": with_(Close=float("inf")),
    "prices that are times": with_(Close=DAYS),
    "prices that are categories": with_(Close=pd.Categorical(["1"] * 5)),
    "prices that are nullable": BARS.astype({"Close": "Float64"}),
    "volumes that are negative": with_(Volume=-1),
}


@pytest.mark.parametrize("how", ODD_TABLES)
def test_no_table_is_too_odd(how: str, odd: Callable[[Answer], None]) -> None:
    odd(of(quotes(frame=ODD_TABLES[how])))
    through = admitted(asked())
    assert len(through.series) + len(through.gaps) == 1
    assert all(gap.message for gap in through.gaps)


SYMBOLS = ("^RUT", "^GSPC", "IWM")
SOUND = [
    (symbol, answer)
    for symbol in SYMBOLS
    for answer in (quotes(symbol, basis=Basis.PRICE), missing(symbol, Reason.NO_DATA, "None."))
]
UNSOUND = [("", wrong) for wrong in (None, 3, "^RUT", BARS, quotes("QQQ"), quotes(frame=None))]


@given(st.lists(st.sampled_from([*SOUND, *UNSOUND]), max_size=5))
def test_every_symbol_is_answered_once_or_the_source_is_named(
    labelled: list[tuple[str, object]],
) -> None:
    symbols = [symbol for symbol, _ in labelled]
    answers = checked([answer for _, answer in labelled], "sample", SYMBOLS)
    if "" in symbols or len(set(symbols)) < len(symbols):
        with pytest.raises(ForeignError, match=r"^the source 'sample' gave "):
            list(answers)
    else:
        told = [a.symbol if isinstance(a, Quotes) else a.subject for a in answers]
        assert told == [*symbols, *(s for s in SYMBOLS if s not in symbols)]


def test_each_asks_in_order_and_tells_the_progress() -> None:
    told: list[tuple[int, int, str]] = []
    request = DataRequest(("A", "B"), progress=lambda *seen: told.append(seen))

    def read(symbol: str) -> Quotes:
        if symbol == "A":
            raise NoQuotesError("No A.", Reason.STALE)
        return quotes(symbol)

    gap, one = each(request, read)
    assert gap == Gap("A", "prices", Reason.STALE, "No A.")
    assert isinstance(one, Quotes)
    assert told == [(0, 2, "A"), (1, 2, "B"), (2, 2, "")]


Said = st.none() | st.sampled_from(Terms)


@given(of_all=st.sampled_from(Terms), of_one=Said, stated=Said)
def test_terms_are_the_user_s_where_the_source_does_not_know_else_the_stricter(
    of_all: Terms, of_one: Terms | None, stated: Terms | None
) -> None:
    own = of_one or of_all
    given_ = iter((quotes(terms=of_one),))
    (one,) = _asking._under(given_, of_all, stated)
    assert isinstance(one, Quotes)
    if stated is None:
        assert one.terms is own
    elif own is Terms.UNKNOWN:
        assert one.terms is stated
    else:
        assert one.terms is max(own, stated, key=STRICTNESS.index)


@pytest.mark.parametrize(
    ("name", "stated", "holds"),
    [
        ("sample", "personal", Terms.PERSONAL),
        ("sample", None, Terms.REDISTRIBUTABLE),
        ("odd", "redistributable", Terms.REDISTRIBUTABLE),
        ("odd", None, Terms.UNKNOWN),
    ],
)
def test_terms_of_the_spec_reach_every_series(
    name: str, stated: str | None, holds: Terms, odd: Callable[[Answer], None]
) -> None:
    odd(of(quotes()))
    request = asked(options={"terms": stated} if stated else None)
    delivered = ask(name, request)
    assert delivered.terms is holds
    (series,) = admit(delivered, request, name).series
    assert series.provenance.terms is holds
    told = gather(["^RUT"], SourceRef(name, options=request.options), as_of=None, now=NOW)
    assert told.terms is holds


def test_terms_of_an_option_nobody_checked_are(odd: Callable[[Answer], None]) -> None:
    odd(of(quotes()))
    with pytest.raises(ForeignError, match="gave 'everyone', which is none of"):
        ask("odd", replace(asked(), options={"terms": "everyone"}))
