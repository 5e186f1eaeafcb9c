"""What changed between two editions, for a person: words, figures, inputs, versions, files."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reporter.archive import versions
from reporter.archive.base import Archive
from reporter.archive.contents import brief_of, key_figures
from reporter.archive.filing import FILES, INPUTS
from reporter.errors import ArchiveError
from reporter.filed import Edition, Part
from reporter.order import EMPTY, Json

BRIEF = "brief.json"
SPEC = f"{INPUTS}spec/"
GROUPS = (
    "words", "figures", "remarks", "gaps", "notes", "facts", "spec", "prices", "versions", "files",
)  # fmt: skip
"""What is compared, in the order it is told: what a reader notices before all else."""
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“])")
_TEXTS = (".toml", ".csv", ".j2", ".css", ".js", ".mplstyle", ".svg")
_RECORD = ("title", "headline", "standfirst", "source", "sample", "terms", "prepared_by")

Brief = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise: `then` is None where it was added, `now` where it went.

    `about` says more of it for programs: of a fact its metric, subject, benchmark and window.
    """

    name: str
    then: str | None
    now: str | None
    about: Mapping[str, Json] = field(default_factory=lambda: EMPTY)

    def __str__(self) -> str:
        if self.then is None:
            return f"+ {self.name}: {self.now}"
        if self.now is None:
            return f"- {self.name}: {self.then}"
        return f"  {self.name}: {self.then} → {self.now}"

    def document(self) -> dict[str, Json]:
        """As JSON has it."""
        return {"name": self.name, "then": self.then, "now": self.now, **self.about}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two editions held against each other: for each of `GROUPS` what is otherwise.

    `lacking` names what could not be compared, a sentence each.
    """

    old: str
    new: str
    changes: Mapping[str, tuple[Change, ...]]
    lacking: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing is otherwise."""
        return not any(self.changes.values())

    def document(self) -> dict[str, Json]:
        """As JSON has it."""
        groups: dict[str, Json] = {
            name: [one.document() for one in self.changes[name]] for name in GROUPS
        }
        return {"old": self.old, "new": self.new, **groups, "lacking": list(self.lacking)}


def compare(archive: Archive, old: Edition, new: Edition) -> Comparison:
    """What changed from one edition to another: a correction, or the next week's.

    Raises:
        ArchiveError: a part is missing, or is not what was filed.
    """
    briefs = [brief_of(archive, edition) for edition in (old, new)]
    lacking = tuple(
        f"{edition.id} was filed without {BRIEF}: facts and remarks are not compared."
        for edition, brief in zip((old, new), briefs, strict=True)
        if not brief
    )
    try:
        before, after = briefs if all(briefs) else ({}, {})
        changes: dict[str, Iterable[Change]] = {
            "words": _words(old, new),
            "figures": _keyed(_figures(before), _figures(after)),
            "facts": _facts(before, after),
            "remarks": _remarks(before, after),
            "gaps": _listed(_gaps(before), _gaps(after)),
            "notes": _listed(_notes(before), _notes(after)),
            "spec": _spec(archive, old, new),
            "prices": _keyed(_prices(before), _prices(after)),
            "versions": _versions(old, new),
            "files": _files(old, new),
        }
        found = {name: tuple(group) for name, group in changes.items()}
    except (KeyError, TypeError, AttributeError) as error:
        message = f"{BRIEF} is not as reporter writes it ({error!r})."
        raise ArchiveError(message, where=f"{old.id}, {new.id}") from error
    return Comparison(old.id, new.id, found, lacking)


# --- what it says -----------------------------------------------------------------------------


def _words(old: Edition, new: Edition) -> Iterator[Change]:
    for name in _RECORD:
        then, now = str(getattr(old, name)), str(getattr(new, name))
        if then != now:
            yield Change(name, then, now)


def _figures(brief: Brief) -> dict[str, str]:
    """Every key figure by its label, as its edition printed it."""
    return {
        label: f"{value} ({change} {note})" if change else value
        for label, value, change, note in key_figures(dict(brief))
    }


def _facts(old: Brief, new: Brief) -> Iterator[Change]:
    """Facts by their id: what they show, and their value where only that is another."""
    before = {fact["id"]: fact for fact in old.get("facts", ())}
    after = {fact["id"]: fact for fact in new.get("facts", ())}
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name), after.get(name)
        shown = [fact["display"] if fact else None for fact in (one, other)]
        if shown[0] == shown[1] and one and other:
            if one["value"] == other["value"]:
                continue
            shown = [f"{fact['display']} ({fact['value']})" for fact in (one, other)]
        yield _fact(one or other or {}, *shown)


def _fact(fact: Brief, then: str | None, now: str | None) -> Change:
    about = {key: fact[key] for key in ("id", "metric", "subject", "benchmark", "window")}
    words = [about["metric"], about["subject"]]
    words += [f"against {about['benchmark']}"] if about["benchmark"] else []
    words += [about["window"]] if about["window"] else []
    return Change(" ".join(words), then, now, about)


def _remarks(old: Brief, new: Brief) -> Iterator[Change]:
    """Sentences by section: those said no more, and those that are new."""
    before, after = _sentences(old), _sentences(new)
    for section in dict.fromkeys([*before, *after]):
        yield from _listed(before.get(section, ()), after.get(section, ()))


def _sentences(brief: Brief) -> dict[str, tuple[tuple[str, str], ...]]:
    return {
        section["title"]: tuple(
            (section["title"], sentence)
            for run in section["paragraphs"]
            for remark in run
            for sentence in _END.split(remark["text"])
        )
        for section in brief.get("sections", ())
    }


def _gaps(brief: Brief) -> Iterator[tuple[str, str]]:
    return ((gap["subject"], gap["message"]) for gap in brief.get("gaps", ()))


def _notes(brief: Brief) -> Iterator[tuple[str, str]]:
    yield from (("note", note) for note in brief.get("notes", ()))
    yield from ((one["symbol"], one["message"]) for one in brief.get("findings", ()))


def _listed(old: Iterable[tuple[str, str]], new: Iterable[tuple[str, str]]) -> Iterator[Change]:
    """Of two lists of a name and a text what is only in the first, then only in the second."""
    before, after = Counter(old), Counter(new)
    yield from (Change(name, text, None) for name, text in (before - after))
    yield from (Change(name, None, text) for name, text in (after - before))


def _keyed(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield Change(name, old.get(name), new.get(name))


# --- what it was made from ----------------------------------------------------------------------


def _prices(brief: Brief) -> dict[str, str]:
    """Of every symbol how far its prices go, and the hash of what was given."""
    return {
        one["symbol"]: f"{one['rows']:,} bars to {one['last']}, {str(one['sha256'])[:12]}"
        for one in brief.get("inputs", ())
    }


def _spec(archive: Archive, old: Edition, new: Edition) -> Iterator[Change]:
    """Lines of the spec and of the files beside it; of one that is no text, its hash."""
    before, after = _beside(old), _beside(new)
    for name in sorted({*before, *after}):
        one, other = before.get(name), after.get(name)
        if one and other and one.sha256 == other.sha256:
            continue
        if name.endswith(_TEXTS):
            yield from _lines(name, _text(archive, one), _text(archive, other))
        else:
            then, now = (part.sha256[:12] if part else None for part in (one, other))
            yield Change(name, then, now)


def _beside(edition: Edition) -> dict[str, Part]:
    parts = (part for part in edition.parts if part.path.startswith(SPEC))
    return {part.path.removeprefix(SPEC): part for part in parts}


def _text(archive: Archive, part: Part | None) -> list[str]:
    if part is None:
        return []
    return archive.object(part.sha256).decode("utf-8-sig", "replace").splitlines()


def _lines(name: str, old: list[str], new: list[str]) -> Iterator[Change]:
    for line in list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]:
        if line.startswith("-"):
            yield Change(name, line[1:], None)
        elif line.startswith("+"):
            yield Change(name, None, line[1:])


def _versions(old: Edition, new: Edition) -> Iterator[Change]:
    for one in versions.changed(old.versions, new.versions):
        yield Change(one.name, one.then or None, one.now or None)


def _files(old: Edition, new: Edition) -> Iterator[Change]:
    shown = [
        {
            part.path.removeprefix(FILES): f"{part.size:,} bytes, {part.sha256[:12]}"
            for part in edition.parts
            if part.path.startswith(FILES)
        }
        for edition in (old, new)
    ]
    return _keyed(*shown)
