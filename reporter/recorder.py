"""Between a brief and a source that fetches: what comes is kept, what is final is used again.

Every answer is stored the moment it comes, and what goes on to the brief is made again from what
was stored: so a replay of the run gives the same bytes. A series is used again only if it was
fetched so long after the last session wanted that the vendor has made its corrections; then it is
the whole series of that one fetch. Nothing is ever appended to an older one, because splits and
dividends rewrite the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from importlib import metadata
from typing import Any
from zoneinfo import ZoneInfo

from reporter import __version__
from reporter.declarations import is_live, library_of, printable
from reporter.errors import DataError, ReporterError, SpecError
from reporter.instruments import describe
from reporter.model import DeskInputs, Gap, Reason, SourceRef
from reporter.records import Asked, Delivery, Fetch, Held, Snapshot, about, tells_all
from reporter.sessions import Sessions, calendar
from reporter.sources import _asking
from reporter.sources._canonical import Frozen, freeze
from reporter.sources.base import DataRequest, Delivered, Quotes, missing, sources
from reporter.store import DamagedError, Ref, Store

CORRECTED = timedelta(hours=6)
"""So long after the close a vendor's bar still changes: Yahoo's volume of the S&P 500 was seen to
grow by two thirds between two and three hours after it. Twice that, and still before any exchange
opens again."""
PASSING = frozenset({Reason.RATE_LIMITED, Reason.TIMEOUT, Reason.UNAVAILABLE, Reason.BAD_PAYLOAD})
"""Gaps that another try may fill: a run with one of them is not finished."""


def ask(source: SourceRef, request: DataRequest, *, always: bool = False) -> Delivered:
    """What the source gives, recorded under the request's data folder if the source fetches.

    Args:
        source: which one, as the spec says.
        request: what is wanted; without a data folder nothing is recorded or used again.
        always: record other sources too.

    Raises:
        DataError: the data folder cannot be written, or the source has nothing at all.
    """
    live = source.name in sources.names() and is_live(source.name)
    if request.data_folder is None or not (live or always):
        return _asking.ask(source.name, request)
    reusing = live and not request.refresh and tells_all(source)
    store = Store(request.data_folder)
    recording = Recording(store, Asked.of(source), request.until, request.as_of, request.now)
    return _Run(store, source, request, reusing, recording).delivered()


@dataclass(slots=True, eq=False)
class Recording:
    """The answers of one run while they are stored, and at its end the snapshot of all.

    `until` is the last day wanted, `as_of` the day asked for, `now` the run's clock.
    """

    store: Store
    asked: Asked
    until: date | None
    as_of: date | None
    now: datetime | None
    versions: Mapping[str, str] = field(default_factory=dict)
    answers: list[Held | Gap] = field(default_factory=list)

    def keep(
        self, answer: Quotes | Gap, delivery: Delivery, told: Mapping[str, Any] | None = None
    ) -> tuple[Fetch, Frozen] | None:
        """Store an answer; of quotes, what was stored. `told` stands for `about` the quotes."""
        if isinstance(answer, Gap):
            self.answers.append(answer)
            return None
        table = freeze(answer.frame)
        fetch = Fetch(
            answer.symbol,
            self.asked,
            self.until,
            self._moment(answer),
            self.versions,
            delivery,
            self.store.keep_table(table.data),
            table.columns,
            table.numbers,
            len(answer.frame),
            table.days,
            told or about(answer),
        )
        self.hold(self.store.keep_fetch(fetch.symbol, fetch.fetched, fetch.document()), fetch)
        return fetch, table

    def hold(self, ref: Ref, fetch: Fetch) -> None:
        """Take a fetch that is stored into the run."""
        self.answers.append(Held(fetch.symbol, ref, fetch.days[1] if fetch.days else None))

    def _moment(self, quotes: Quotes) -> datetime:
        moment = quotes.fetched or self.now
        if moment is None:
            raise DataError("a fetch without a clock cannot be recorded.")
        return moment

    def snapshot(self, delivery: Delivery) -> str:
        """Keep the run; one that brought nothing new on the same day is the earlier one."""
        run = Snapshot(self.asked, self.as_of, self.now, delivery, tuple(self.answers))
        day = self.now.date() if self.now else date.min
        for name in self.store.names():
            earlier = run_named(self.store, name) if name.startswith(day.isoformat()) else None
            if earlier and replace(earlier, now=self.now) == run:
                return name
        return self.store.keep_snapshot(day, run.document())


def run_named(store: Store, name: str) -> Snapshot | None:
    """The run of this name, or None where it is damaged."""
    try:
        return Snapshot.read(store.snapshot(name))
    except DamagedError:
        return None


@dataclass(slots=True, eq=False)
class _Run:
    """One run over a source: what is used again, what is asked, and the snapshot of all."""

    store: Store
    source: SourceRef
    request: DataRequest
    reusing: bool
    recording: Recording
    name: str = ""

    def delivered(self) -> Delivered:
        """The answers, stored as they are taken; the snapshot has its name after the last."""
        with self.store.open():  # a folder that cannot be written is told before anything is asked
            found = self._reusable() if self.reusing else {}
        earlier = [fetch.delivery for _, fetch in found.values()]
        lacking = [symbol for symbol in self.request.symbols if symbol not in found]
        given = self._asked(lacking, earlier) if lacking else None
        delivery = self._delivery(given, earlier)
        self.recording.versions = versions(self.source.name)
        return replace(
            given or Delivered(()),
            answers=self._recorded(given.answers if given else (), delivery, found),
            terms=delivery.terms,
            notes=delivery.notes,
            sample=delivery.sample,
            source=delivery.source,
            snapshot=lambda: self.name,
        )

    # --- what is there ------------------------------------------------------------------------

    def _reusable(self) -> dict[str, tuple[Ref, Fetch]]:
        """For every symbol the newest fetch that is as good as a new one."""
        if self.request.now is None:
            return {}
        finished = self._finished(self.request.now)
        found = ((s, self._newest(s, self.request.now, finished)) for s in self.request.symbols)
        return {symbol: fetch for symbol, fetch in found if fetch}

    def _newest(
        self, symbol: str, now: datetime, finished: frozenset[Ref]
    ) -> tuple[Ref, Fetch] | None:
        asked = Asked.of(self.source)
        for ref, document in self.store.fetches(symbol):
            fetch = Fetch.read(document)
            if fetch.asked != asked or fetch.fetched > now:
                continue
            exchange = str(fetch.quotes["exchange"]) or describe(symbol).exchange
            known = wanted(exchange, self.request.until or now.date(), now)
            if known is None or not known[0].is_final(known[1], fetch.fetched):
                return None  # what was fetched before it is no better
            if _good(fetch, *known, now, whole=ref in finished):
                return (ref, fetch) if self._whole(fetch) else None
        return None

    def _whole(self, fetch: Fetch) -> bool:
        try:
            self.store.table(fetch.sha256)
        except DamagedError:
            return False
        return True

    def _finished(self, now: datetime) -> frozenset[Ref]:
        """The fetches of the last days' runs that came to their end."""
        since = (now - CORRECTED).date() - timedelta(days=1)  # days are of the zones they came from
        recent = (
            run_named(self.store, name) for name in self.store.names() if name > since.isoformat()
        )
        whole = (run for run in recent if run and not {g.reason for g in run.gaps} & PASSING)
        return frozenset(held.ref for run in whole for held in run.held)

    # --- what is asked ------------------------------------------------------------------------

    def _asked(self, symbols: Sequence[str], earlier: Sequence[Delivery]) -> Delivered:
        """The source's answers; where there are earlier ones, its refusal is a gap for each."""
        request = replace(self.request, symbols=tuple(symbols))
        try:
            given = _asking.ask(self.source.name, request)
        except DataError as error:
            if not earlier:
                raise
            return Delivered(_refused(symbols, error), earlier[0].terms)
        if given.desk != DeskInputs() and not given.sample:
            message = f"the source {self.source.name!r} gives desk inputs, which are not recorded."
            raise DataError(message, tip="Put them into the spec, under [desk].")
        return replace(given, answers=_surely(given.answers, symbols)) if earlier else given

    def _delivery(self, given: Delivered | None, earlier: Sequence[Delivery]) -> Delivery:
        """What the source says of all: by what it gave now, or else by what it gave then."""
        if given:
            source = given.source or printable(self.source)
            earlier = [Delivery(source, given.terms, given.notes, given.sample), *earlier]
        notes = dict.fromkeys(note for one in earlier for note in one.notes)
        sample = any(one.sample for one in earlier)
        return replace(earlier[0], notes=tuple(notes), sample=sample)

    def _recorded(
        self,
        answers: Iterable[Quotes | Gap],
        delivery: Delivery,
        reused: dict[str, tuple[Ref, Fetch]],
    ) -> Iterator[Quotes | Gap]:
        """All answers in the order asked, each stored before it is given."""
        with self.store.open():
            fresh = iter(answers)
            for symbol in self.request.symbols:
                if symbol in reused:
                    yield self._again(*reused[symbol])
                elif (answer := next(fresh, None)) is not None:
                    yield self._kept(answer, delivery)
            for answer in fresh:
                yield self._kept(answer, delivery)
            self.name = self.recording.snapshot(delivery)

    def _kept(self, answer: Quotes | Gap, delivery: Delivery) -> Quotes | Gap:
        stored = self.recording.keep(answer, delivery)
        return stored[0].again(stored[1].data) if stored else answer

    def _again(self, ref: Ref, fetch: Fetch) -> Quotes:
        self.recording.hold(ref, fetch)
        return fetch.again(self.store.table(fetch.sha256))


def _good(fetch: Fetch, sessions: Sessions, last: date, now: datetime, *, whole: bool) -> bool:
    """Whether a new fetch could bring nothing else up to the session `last`.

    What a run brought that was cut short, killed or refused, is good for a while as it is: so
    the next run completes it, even on an evening when nothing is final yet.
    """
    reaches = fetch.until is None or fetch.until >= last
    holds = fetch.days is not None and fetch.days[1] >= last
    corrected = fetch.fetched >= sessions.close(last) + CORRECTED
    cut_short = not whole and now - fetch.fetched <= CORRECTED
    return reaches and holds and (corrected or cut_short)


def wanted(exchange: str, until: date, now: datetime) -> tuple[Sessions, date] | None:
    """The exchange's calendar, and its last session up to a day whose bar is final by now.

    None where that cannot be told: there is no such exchange, or its calendar does not reach there.
    """
    try:
        sessions = calendar(exchange, until.year - 1, until.year + 1)
        day = min(until, now.astimezone(ZoneInfo(sessions.zone)).date())
        last = sessions.on_or_before(day)
        last = last if sessions.is_final(last, now) else sessions.back(last, 1)
    except (ReporterError, LookupError):
        return None
    return (sessions, last) if day <= sessions.days[-1] else None


def versions(source: str) -> dict[str, str]:
    """The versions of reporter and of the library that the source says it fetches with."""
    found = {"reporter": __version__}
    if library := library_of(source) if source in sources.names() else "":
        with suppress(metadata.PackageNotFoundError):  # another's file may say anything
            found[library] = metadata.version(library)
    return found


def _surely(answers: Iterable[Quotes | Gap], symbols: Sequence[str]) -> Iterator[Quotes | Gap]:
    """The answers; once the source refuses, a gap for each symbol that is left."""
    left = dict.fromkeys(symbols)
    try:
        for answer in answers:
            del left[answer.symbol if isinstance(answer, Quotes) else answer.subject]
            yield answer
    except DataError as error:
        yield from _refused(left, error)


def _refused(symbols: Iterable[str], error: DataError) -> Iterator[Gap]:
    return (missing(symbol, Reason.UNAVAILABLE, str(error)) for symbol in symbols)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a run brought: the snapshot's name, how many series, and what could not be had."""

    snapshot: str
    series: int
    gaps: tuple[Gap, ...]


def fetch(source: SourceRef, request: DataRequest) -> Brought:
    """Record everything the request wants, whatever the source; each table is held only once.

    Raises:
        SpecError: the source is itself a snapshot.
        DataError: the data folder cannot be written, or nothing could be had at all.
    """
    if source.name == "snapshot":
        tip = "Name the source to fetch from."
        raise SpecError(f"{source} is recorded already.", tip=tip)
    given = ask(source, request, always=True)
    gaps = tuple(answer for answer in given.answers if isinstance(answer, Gap))
    series = len(request.symbols) - len(gaps)
    if not series:
        lines = dict.fromkeys(gap.message for gap in gaps)
        raise DataError("\n".join(["nothing could be fetched.", *lines]))
    return Brought(given.snapshot(), series, gaps)
