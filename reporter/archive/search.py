"""Finding editions: by what they are, by the words in them, by the facts they hold."""

from __future__ import annotations

import difflib
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from reporter.archive.contents import MOST
from reporter.errors import SpecError
from reporter.instruments import canonical, describe, known

STATES = ("filed", "approved", "corrected", "held", "sample", "purged")
MOST_WORDS = 64
SHOWN = 24  # words of a passage
_TERM = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))(\*?)')
_COLUMNS = (
    "entry", "id", "as_of", "slug", "number", "title", "headline", "standfirst", "source",
    "sample", "terms", "prepared_by", "filed_at", "filed_by", "corrects", "reason",
    "retain_until", "whole", "approved_at", "approved_by", "approved_for", "withdrawn_at", "held",
    "purged_at",
)  # fmt: skip
_IN_STATE = {
    "filed": "approved_at IS NULL AND purged_at IS NULL",
    "approved": "approved_at IS NOT NULL AND purged_at IS NULL",
    "corrected": "EXISTS (SELECT 1 FROM editions c WHERE c.corrects = editions.id)",
    "held": "held",
    "sample": "sample",
    "purged": "purged_at IS NOT NULL",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """An edition as lists have it: its record's words, and what was done to it since.

    Times are in UTC as ISO has them, empty where nothing was done. `approved_by` has everybody
    whose approval counts; there were enough of them since `approved_at`, for the readers in
    `approved_for`. `retain_until` is the last day by all that the log says. `whole` is False
    where its record or its contents could not be read. Of a purged one only the id and
    the acts are left.
    """

    entry: int
    id: str
    as_of: str
    slug: str
    number: int
    title: str
    headline: str
    standfirst: str
    source: str
    sample: bool
    terms: str
    prepared_by: str
    filed_at: str
    filed_by: str
    corrects: str
    reason: str
    retain_until: str
    whole: bool
    approved_at: str
    approved_by: str
    approved_for: str
    withdrawn_at: str
    held: bool
    purged_at: str
    corrected_by: tuple[str, ...] = ()

    @property
    def states(self) -> tuple[str, ...]:
        """How it stands, in words."""
        words = {
            "purged": bool(self.purged_at),
            "held": self.held,
            "approved": bool(self.approved_at),
            "approvals lacking": bool(self.approved_by) and not self.approved_at,
            "withdrawn": bool(self.withdrawn_at),
            "sample": self.sample,
            "damaged": not self.whole and not self.purged_at,
        }
        corrected = [f"corrected by {name}" for name in self.corrected_by]
        return (*(name for name, so in words.items() if so), *corrected) or ("filed",)


@dataclass(frozen=True, slots=True)
class Which:
    """Which editions are wanted; what is None or empty does not matter."""

    slug: str = ""
    first: date | None = None
    last: date | None = None
    subject: str = ""
    state: str = ""
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Which facts are wanted; what is None or empty does not matter.

    A yes-or-no fact that says no is not wanted, unless a bound asks for it. `said` wants only
    facts that the headline, the standfirst or a remark rests on.
    """

    metric: str = ""
    subject: str = ""
    versus: str = ""
    window: str = ""
    above: float | None = None
    below: float | None = None
    said: bool = False

    def __bool__(self) -> bool:
        return self != Facts()


@dataclass(frozen=True, slots=True)
class FoundFact:
    """A fact found: whose, how much, as the edition showed it, and where it was said."""

    id: str
    metric: str
    subject: str
    name: str
    benchmark: str
    benchmark_name: str
    window: str
    value: float | None
    unit: str
    display: str
    base_date: str
    as_of: str
    said: str


@dataclass(frozen=True, slots=True)
class Find:
    """An edition found: the passage with the words, the facts that meet the conditions."""

    edition: Listed
    place: str = ""
    passage: str = ""
    facts: tuple[FoundFact, ...] = ()


@dataclass(slots=True)
class _Where:
    """Conditions and their values, joined by AND."""

    parts: list[str] = field(default_factory=list)
    values: list[str | float] = field(default_factory=list)

    def add(self, condition: str, *values: str | float) -> None:
        self.parts.append(f"({condition})")
        self.values.extend(values)

    def __str__(self) -> str:
        return " AND ".join(self.parts) or "1"


# --- lists --------------------------------------------------------------------------------------


def listed(db: sqlite3.Connection, which: Which) -> tuple[Listed, ...]:
    """The editions wanted, the newest first."""
    where = _of(db, which)
    limit = -1 if which.limit is None else which.limit
    columns = ", ".join(_COLUMNS)
    rows = db.execute(
        f"SELECT {columns} FROM editions WHERE {where} ORDER BY as_of DESC, entry DESC LIMIT ?",  # noqa: S608  conditions are ours, values are bound
        (*where.values, limit),
    ).fetchall()
    later = _corrections(db)
    return tuple(_listed(row, later.get(row[1], ())) for row in rows)


def _of(db: sqlite3.Connection, which: Which) -> _Where:
    where = _Where()
    if which.slug:
        where.add("slug = ?", _bound(which.slug))
    if which.first:
        where.add("as_of >= ?", which.first.isoformat())
    if which.last:
        where.add("as_of <= ?", which.last.isoformat())
    if which.state:
        where.add(_IN_STATE[which.state])
    if which.subject:
        forms = symbols(db, which.subject)
        within = f"SELECT entry FROM facts WHERE subject IN ({_marks(forms)})"  # noqa: S608  marks
        where.add(f"entry IN ({within})", *forms)
    return where


def _listed(row: Sequence[object], corrected_by: tuple[str, ...]) -> Listed:
    values = dict(zip(_COLUMNS, ("" if value is None else value for value in row), strict=True))
    flags = {name: bool(values[name]) for name in ("sample", "whole", "held")}
    return Listed(**{**values, **flags}, corrected_by=corrected_by)  # type: ignore[arg-type]


def _corrections(db: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """Every corrected edition with those that correct it, in the order of filing."""
    found: dict[str, tuple[str, ...]] = {}
    rows = db.execute("SELECT corrects, id FROM editions WHERE corrects > '' ORDER BY entry")
    for corrected, name in rows:
        found[corrected] = (*found.get(corrected, ()), name)
    return found


def symbols(db: sqlite3.Connection, written: str) -> tuple[str, ...]:
    """Every symbol that somebody may mean: `.RUT`, `rut` and `Russell 2000` are `^RUT`."""
    text = " ".join(written.split())
    folded = text.casefold()
    named = db.execute("SELECT DISTINCT symbol FROM subjects WHERE name = ?", (_bound(text),))
    shipped = [symbol for symbol in known() if folded == describe(symbol).name.casefold()]
    forms = [canonical(text), text, *shipped, *(row[0] for row in named)]
    return tuple(dict.fromkeys(map(_bound, forms)))


def _bound(text: str) -> str:
    """A text as a database takes it; bytes that were no text on the command line are replaced."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)


# --- search -------------------------------------------------------------------------------------


def search(db: sqlite3.Connection, text: str, facts: Facts, which: Which) -> tuple[Find, ...]:
    """The editions that hold the words and facts wanted, the newest first.

    Args:
        db: the catalogue.
        text: words; `"a phrase"`, `-without`, `begin*`. Empty, any words do.
        facts: what facts must meet; empty, any do.
        which: which editions.

    Raises:
        SpecError: too many words.
    """
    terms = _terms(text)
    holding = _holding(db, terms) if terms else None
    met = _facts(db, facts) if facts else None
    finds = []
    for edition in listed(db, which):
        number = edition.entry
        if edition.purged_at or (holding is not None and number not in holding):
            continue
        if met is not None and number not in met:
            continue
        finds.append(Find(edition, facts=tuple(met[number]) if met else ()))
    return _with_passages(db, terms, finds)


def _facts(db: sqlite3.Connection, wanted: Facts) -> dict[int, list[FoundFact]]:
    """The facts that meet the conditions, by the number of their edition's entry."""
    where = _fact_conditions(db, wanted)
    rows = db.execute(
        f"""SELECT facts.entry, id, metric, subject, coalesce(s.name, ''), benchmark,
            coalesce(b.name, ''), window, value, unit, display, base_date, as_of, said
            FROM facts
            LEFT JOIN subjects s ON s.entry = facts.entry AND s.symbol = facts.subject
            LEFT JOIN subjects b ON b.entry = facts.entry AND b.symbol = facts.benchmark
            WHERE {where} ORDER BY facts.rowid""",  # noqa: S608  conditions are ours, values are bound
        where.values,
    )
    found: dict[int, list[FoundFact]] = {}
    for number, *values in rows:
        found.setdefault(number, []).append(FoundFact(*values))
    return found


def unknown(db: sqlite3.Connection, wanted: Facts) -> str:
    """What no edition has any fact of, in a sentence; empty where each part alone is known."""
    metrics = [row[0] for row in db.execute("SELECT DISTINCT metric FROM facts ORDER BY metric")]
    if wanted.metric and wanted.metric.casefold() not in map(str.casefold, metrics):
        near = difflib.get_close_matches(wanted.metric[:200], metrics, n=3) or metrics
        there = ", ".join(near) or "none"
        return f"No edition has a fact of the metric {wanted.metric!r}. There are: {there}."
    for text in filter(None, (wanted.subject, wanted.versus)):
        forms = symbols(db, text)
        within = f"subject IN ({_marks(forms)}) OR benchmark IN ({_marks(forms)})"
        if not db.execute(f"SELECT 1 FROM facts WHERE {within} LIMIT 1", forms * 2).fetchone():  # noqa: S608  marks
            return f"No edition has a fact about {text!r}."
    return ""


def _fact_conditions(db: sqlite3.Connection, wanted: Facts) -> _Where:
    where = _Where()
    for column, text in (("metric", wanted.metric), ("window", wanted.window)):
        if text:
            where.add(f"facts.{column} = ?", _bound(text))
    for column, text in (("subject", wanted.subject), ("benchmark", wanted.versus)):
        if text:
            forms = symbols(db, text)
            where.add(f"facts.{column} IN ({_marks(forms)})", *forms)
    if wanted.above is not None:
        where.add("facts.value > ?", wanted.above)
    if wanted.below is not None:
        where.add("facts.value < ?", wanted.below)
    if wanted.above is None and wanted.below is None:
        where.add("facts.unit <> 'boolean' OR facts.value = 1")
    if wanted.said:
        where.add("facts.said > ''")
    return where


# --- words --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Term:
    """One thing to find, or not, as the index of words writes it."""

    query: str
    without: bool


def _terms(text: str) -> tuple[_Term, ...]:
    """What a text asks for; what holds no letter or digit asks for nothing."""
    found = []
    for minus, phrase, single, star in _TERM.findall(_bound(text)):
        words = phrase or single.rstrip("*")
        if any(letter.isalnum() for letter in words):
            begin = " *" if star or single.endswith("*") else ""
            escaped = words.replace('"', '""')
            found.append(_Term(f'"{escaped}"{begin}', bool(minus)))
    if len(found) > MOST_WORDS or len(text) > 100 * MOST_WORDS:
        raise SpecError(f"that is more than {MOST_WORDS} words to find.", tip="Name fewer.")
    return tuple(found)


def _holding(db: sqlite3.Connection, terms: Iterable[_Term]) -> set[int]:
    """The editions that hold every word somewhere, and nowhere one that is not wanted."""
    found = {row[0] for row in db.execute("SELECT entry FROM editions WHERE purged_at IS NULL")}
    for term in terms:
        rows = db.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (term.query,))
        there = {rowid // MOST for (rowid,) in rows}
        found = found - there if term.without else found & there
    return found


def _with_passages(
    db: sqlite3.Connection, terms: Iterable[_Term], finds: Sequence[Find]
) -> tuple[Find, ...]:
    """The finds, each with the passage of its edition that fits best."""
    query = " OR ".join(term.query for term in terms if not term.without)
    if not query:
        return tuple(finds)
    best: dict[int, int] = {}
    ranked = "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank, rowid"
    for (rowid,) in db.execute(ranked, (query,)):
        best.setdefault(rowid // MOST, rowid)
    return tuple(_with_passage(db, query, find, best.get(find.edition.entry)) for find in finds)


def _with_passage(db: sqlite3.Connection, query: str, find: Find, rowid: int | None) -> Find:
    row = db.execute(
        f"""SELECT place, snippet(texts, 1, '[', ']', '…', {SHOWN}) FROM texts
            WHERE texts MATCH ? AND rowid = ?""",  # noqa: S608  a number of ours
        (query, rowid),
    ).fetchone()
    place, passage = row or ("", "")
    return Find(find.edition, place, passage, find.facts)
