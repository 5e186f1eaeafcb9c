"""The archive's policy: who may approve what, and how long editions are kept.

A TOML file that is put into force by an entry of the log, so that a change of it is told as any
other. What was done before goes by the policy in force then.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from reporter import written
from reporter.archive import ends, log, policy_form
from reporter.archive.base import Archive, Hand, digest
from reporter.archive.findings import Evidence, Found, Kind, shown
from reporter.archive.policy_form import YEARS, PolicyForm
from reporter.errors import ArchiveError, SpecError
from reporter.filed import Act, Entry

_ANEW = "Put a policy into force: reporter archive policy FILE."

# --- what a policy says ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody who may approve: by which key, for whom, where, what, from when until when.

    `logins` are other names of the same person, under which editions are prepared. Without
    `slugs` it is every brief. Both days count.
    """

    name: str
    title: str
    key: str
    audiences: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    slugs: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def may(self, slug: str, audience: str, jurisdiction: str, day: date) -> bool:
        """Whether this entry of the policy covers a brief, for these readers, on a day."""
        return (
            self.serves(slug, day)
            and audience in self.audiences
            and jurisdiction in self.jurisdictions
        )

    def serves(self, slug: str, day: date) -> bool:
        """Whether this entry of the policy holds for a brief on a day, whoever its readers are."""
        named = not self.slugs or slug in self.slugs
        return named and (self.since or day) <= day <= (self.until or day)


@dataclass(frozen=True, slots=True)
class Rule:
    """How long editions of a slug or for an audience are kept: so many years or so many days."""

    slug: str = ""
    audience: str = ""
    years: int = 0
    days: int = 0

    def meets(self, slug: str, audiences: Collection[str]) -> bool:
        """Whether the rule is about such an edition."""
        return self.slug in {"", slug} and (not self.audience or self.audience in audiences)

    def end(self, filed: date) -> date:
        """The last day an edition filed on a day must be kept."""
        return _days_on(filed, self.days) if self.days else years_on(filed, self.years)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy: `sha256` is that of its file, `required` how many must approve an edition.

    `own` says that whoever prepared or filed an edition may approve it.
    """

    approvers: tuple[Approver, ...] = ()
    required: int = 1
    own: bool = False
    years: int = YEARS
    rules: tuple[Rule, ...] = ()
    sha256: str = ""

    def holders(self, key: str) -> tuple[Approver, ...]:
        """What the policy says of the holder of a key."""
        return tuple(one for one in self.approvers if one.key == key)


# --- how long ----------------------------------------------------------------------------------


def retain_until(policy: Policy | None, slug: str, audiences: Iterable[str], filed: date) -> date:
    """The last day an edition must be kept: by the longest rule about it, else by the default.

    Args:
        policy: in force when it is filed; None where there is none.
        slug: of the edition.
        audiences: whom it is for, as far as that is known.
        filed: the day it is filed.
    """
    policy, readers = policy or Policy(), frozenset(audiences)
    ends = [rule.end(filed) for rule in policy.rules if rule.meets(slug, readers)]
    return max(ends, default=years_on(filed, policy.years))


def years_on(day: date, years: int) -> date:
    """The same day so many years later; of 29 February in a common year it is 1 March."""
    year = day.year + years
    if year > date.max.year:
        return date.max
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def _days_on(day: date, days: int) -> date:
    return day + timedelta(min(days, (date.max - day).days))


# --- in force ----------------------------------------------------------------------------------


def in_force(
    archive: Archive, at_entry: int | None = None, found: Iterable[Entry] | None = None
) -> Policy | None:
    """The policy in force once this entry of the log was written, now if none is named.

    Args:
        archive: whose.
        at_entry: the number of an entry.
        found: the log's entries, where they are at hand.

    Raises:
        ArchiveError: what was put into force is not there, or is no policy.
    """
    newest = _newest(archive.entries() if found is None else found, at_entry)
    return _read_from(archive, newest)[0] if newest else None


def _read_from(archive: Archive, entry: Entry) -> tuple[Policy, bytes]:
    """The policy that an entry put into force, and its file.

    Raises:
        ArchiveError: it is not there, or is none.
    """
    where = log.key(entry.number)
    if "policy" not in entry.objects:
        raise ArchiveError("puts a policy into force and names none.", where=where, tip=_ANEW)
    data = archive.object(entry.objects["policy"])
    try:
        return read(data, f"policy {entry.objects['policy'][:12]}"), data
    except SpecError as error:
        why = shown("; ".join(str(error).splitlines()))
        message = f"puts a policy into force that cannot be read ({why})"
        raise ArchiveError(f"{message}.", where=where, tip=_ANEW) from error


def _newest(found: Iterable[Entry], at_entry: int | None) -> Entry | None:
    last = math.inf if at_entry is None else at_entry
    made = [one for one in found if one.act is Act.POLICY and one.number <= last]
    return made[-1] if made else None


def text_in_force(archive: Archive) -> str:
    """The file of the policy in force, empty where there is none.

    Raises:
        ArchiveError: what was put into force is not there, or is no policy.
    """
    newest = _newest(archive.entries(), None)
    return written.text(_read_from(archive, newest)[1]) if newest else ""


def put(archive: Archive, data: bytes, where: str, hand: Hand) -> bool:
    """Put a policy's file into force; False where it is already.

    Raises:
        SpecError: it holds mistakes; the message has a line for each.
        ArchiveError: the archive cannot be written.
    """
    sha256 = read(data, where).sha256
    with ends.writing(archive):
        before = _newest(archive.entries(), None)
        if before and before.objects.get("policy") == sha256:
            return False
        archive.keep(data)
        entry = hand.entry(Act.POLICY, objects={"policy": sha256})
        log.append(archive.store, entry, lambda _: None, late=hand.late)
    return True


# --- proof -------------------------------------------------------------------------------------


def check(evidence: Evidence) -> Iterator[Found]:
    """What `verify` asks of policies: that each entry names one, and each can be read."""
    for entry in evidence.entries:
        named = entry.objects.get("policy")
        if entry.act is Act.POLICY and (named is None or named in evidence.objects):
            try:
                _read_from(evidence.archive, entry)
            except ArchiveError as error:
                yield Found(Kind.INCONSISTENT, log.key(entry.number), error.message, _ANEW)


# --- reading -----------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def read(data: bytes, where: str) -> Policy:
    """The policy that a file holds.

    Raises:
        SpecError: it holds mistakes; the message has a line for each.
    """
    return _policy(policy_form.read(data, where), digest(data))


def _policy(form: PolicyForm, sha256: str) -> Policy:
    return Policy(
        approvers=tuple(
            Approver(
                one.name,
                one.title,
                one.key,
                tuple(one.audiences),
                tuple(one.jurisdictions),
                tuple(one.slugs),
                tuple(one.logins),
                one.since,
                one.until,
            )
            for one in form.approvers
        ),
        required=form.approval.required,
        own=form.approval.own,
        years=form.retention.years,
        rules=tuple(
            Rule(one.slug, one.audience or "", one.years or 0, one.days or 0)
            for one in form.retention.rules
        ),
        sha256=sha256,
    )
