"""Approvals: a statement about one record, signed by somebody whom the policy lets approve it.

What is signed is the hash of the edition's record, and the record names the hash of every part, so
that an approval is of these bytes and no others. It counts by the policy in force when it was
given; its signature is checked each time it is asked for. A correction starts without any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reporter.archive import log
from reporter.archive.base import Archive, read_record, record_of
from reporter.archive.findings import Evidence, Found, Kind, shown
from reporter.archive.persons import folded, same
from reporter.archive.policy import Approver, Policy, in_force
from reporter.archive.statements import Approval, read, told
from reporter.errors import ArchiveError
from reporter.filed import Act, Edition, Entry


@dataclass(frozen=True, slots=True)
class Fault:
    """An entry that says of an approval what is not so: its number, its edition, what is wrong."""

    entry: int
    edition: str
    message: str


# --- the edition -----------------------------------------------------------------------------


def filed_by(edition: str, found: Iterable[Entry]) -> Entry:
    """The entry that filed an edition.

    Raises:
        ArchiveError: there is none, or it was purged.
    """
    about = [one for one in found if one.edition == edition]
    if any(one.act is Act.PURGED for one in about):
        raise ArchiveError(f"the edition {edition} was purged.")
    for one in about:
        if one.act is Act.ADDED:
            return one
    tip = "See which there are: reporter archive list."
    raise ArchiveError(f"there is no edition {edition!r}.", tip=tip)


def edition_of(archive: Archive, name: str, found: Iterable[Entry]) -> tuple[Edition, Entry]:
    """The record of an edition, and the entry that filed it.

    Raises:
        ArchiveError: there is none, or it was purged.
    """
    filed = filed_by(name, found)
    return read_record(archive.object(record_of(filed))), filed


# --- what an approval needs --------------------------------------------------------------------


def objection(
    policy: Policy, made: Approval, edition: Edition, authors: Iterable[str], actor: str
) -> str:
    """Why an approval does not count under a policy; empty if it does.

    Args:
        policy: in force when it was given.
        made: the approval.
        edition: the record it is about.
        authors: who prepared and filed the edition.
        actor: who put the approval into the archive.
    """
    if edition.sample:
        return "is made from sample data: nobody approves that for readers."
    rows = [one for one in policy.holders(made.key) if same(one.name, made.approver)]
    if not rows:
        return f"the policy lists no such key for {made.approver}."
    if not policy.own and (author := _author(rows, authors, actor)):
        return f"{author} prepared or filed it; who did may not approve it."
    day = made.time.date()
    if not any(one.serves(edition.slug, day) for one in rows):
        return f"{made.approver} may not approve {edition.slug} on {day}, by the policy."
    for audience in made.audiences:
        for place in made.jurisdictions:
            if not any(one.may(edition.slug, audience, place, day) for one in rows):
                return f"{made.approver} may not approve for {audience} in {place}, by the policy."
    return ""


def _author(rows: Iterable[Approver], authors: Iterable[str], actor: str) -> str:
    """Who had a hand in the edition, if that is the approver or whoever acts for him."""
    people = {folded(name) for one in rows for name in (one.name, *one.logins)} | {folded(actor)}
    return next((author for author in authors if folded(author) in people), "")


# --- what is approved --------------------------------------------------------------------------


def approvals(
    archive: Archive, edition: str, found: Sequence[Entry] | None = None
) -> tuple[Approval, ...]:
    """The approvals of an edition that count: genuine, by the policy of their time, not withdrawn.

    Args:
        archive: whose.
        edition: its id.
        found: the log's entries, where they are at hand.
    """
    found = archive.entries() if found is None else found
    standing: list[Approval] = []
    for entry in found:
        if entry.edition == edition and entry.act is Act.WITHDRAWN:
            standing.clear()
        if entry.edition == edition and entry.act is Act.APPROVED:
            made, why = _weighed(archive, entry, found)
            if made and not why:
                standing.append(made)
    return tuple(standing)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an edition stands: the approvals that count, and for which readers they are enough.

    `readers` has, by audience and jurisdiction, the approval with which there were enough.
    """

    approvals: tuple[Approval, ...]
    readers: Mapping[tuple[str, str], Approval]

    @property
    def approvers(self) -> tuple[str, ...]:
        """Who approved it, each once."""
        return tuple(dict.fromkeys(one.approver for one in self.approvals))

    @property
    def since(self) -> datetime | None:
        """When there were enough approvals for the first of its readers."""
        return min((one.time for one in self.readers.values()), default=None)

    @property
    def whom(self) -> str:
        """The readers it may go to, in words."""
        places: dict[str, list[str]] = {}
        for audience, jurisdiction in sorted(self.readers):
            places.setdefault(audience, []).append(jurisdiction)
        return "; ".join(f"{who} in {', '.join(where)}" for who, where in places.items())


def standing(archive: Archive, edition: str, found: Sequence[Entry] | None = None) -> Standing:
    """How the approvals of an edition stand; without any, where it was purged.

    Args:
        archive: whose.
        edition: its id.
        found: the log's entries, at least those of policies and of the edition.
    """
    found = archive.entries() if found is None else found
    given = approvals(archive, edition, found)
    pairs = {(a, j) for one in given for a in one.audiences for j in one.jurisdictions}
    done = ((pair, completed(archive, given, *pair, found)) for pair in sorted(pairs))
    return Standing(given, {pair: one for pair, one in done if one})


def apart(entries: Iterable[Entry]) -> dict[str, tuple[Entry, ...]]:
    """By edition, the entries that its approvals rest on: those of policies, and its own.

    Whoever asks for many editions hands each its own few, not the whole log.
    """
    about: dict[str, list[Entry]] = {}
    policies = []
    for one in entries:
        if one.act is Act.POLICY:
            policies.append(one)
        elif one.edition:
            about.setdefault(one.edition, []).append(one)
    return {edition: (*policies, *its) for edition, its in about.items()}


def is_approved(
    archive: Archive,
    edition: str,
    audience: str,
    jurisdiction: str,
    found: Sequence[Entry] | None = None,
) -> bool:
    """Whether an edition may go to these readers; `found` as `standing` takes it."""
    return not lacking(archive, edition, audience, jurisdiction, found)


def lacking(
    archive: Archive,
    edition: str,
    audience: str,
    jurisdiction: str,
    found: Sequence[Entry] | None = None,
) -> str:
    """Why an edition may not go to these readers; empty if it may.

    Args:
        archive: whose.
        edition: its id.
        audience: `retail` or `professional`.
        jurisdiction: a code such as CH.
        found: the log's entries, at least those of policies and of the edition.

    Raises:
        ArchiveError: there is no such edition, or it was purged.
    """
    found = archive.entries() if found is None else found
    filed_by(edition, found)
    given = approvals(archive, edition, found)
    if completed(archive, given, audience, jurisdiction, found):
        return ""
    readers = f"{audience} in {jurisdiction}"
    people = _people([one for one in given if one.covers(audience, jurisdiction)])
    if people:
        policy = in_force(archive, given[-1].entry, found) or Policy()
        return f"has {people} of {policy.required} approvals for {readers}."
    withdrawn = [one for one in found if one.edition == edition and one.act is Act.WITHDRAWN]
    if withdrawn and not given:
        why = withdrawn[-1].details.get("reason", "")
        return f"is not approved for {readers}: withdrawn on {withdrawn[-1].time.date()} ({why})."
    return f"is not approved for {readers}."


def completed(
    archive: Archive,
    given: Sequence[Approval],
    audience: str,
    jurisdiction: str,
    found: Sequence[Entry],
) -> Approval | None:
    """The approval with which there were as many as its policy asks for; None if there are not."""
    so_far: list[Approval] = []
    for one in given:
        if one.covers(audience, jurisdiction):
            so_far.append(one)
            policy = in_force(archive, one.entry, found)
            if policy and _people(so_far) >= policy.required:
                return one
    return None


def _people(given: Iterable[Approval]) -> int:
    """How many different people approved, each with a key of his own."""
    given = tuple(given)
    return min(len({folded(one.approver) for one in given}), len({one.key for one in given}))


# --- proof -------------------------------------------------------------------------------------


def check(evidence: Evidence) -> Iterator[Found]:
    """What `verify` asks of approvals, where the objects that they rest on are all there."""
    whole = evidence.objects
    named = {one.objects.get("policy") for one in evidence.entries if one.act is Act.POLICY}
    if not named - {None} <= whole.keys():
        return
    signed = {one.number: one.objects.get("approval") for one in evidence.entries}
    for fault in faults(evidence.archive, evidence.entries):
        its = signed[fault.entry]
        if fault.edition in evidence.editions and (its is None or its in whole):
            message = shown(f"an approval of {fault.edition} does not count: {fault.message}")
            remedy = "Go by a copy of the archive from before, or have it approved again."
            yield Found(Kind.INCONSISTENT, log.key(fault.entry), message, remedy)


def faults(archive: Archive, entries: Sequence[Entry]) -> tuple[Fault, ...]:
    """What is wrong with the approvals in a log.

    What a purge took away is not looked at.
    """
    return tuple(
        Fault(entry.number, edition, why)
        for edition, found in apart(entries).items()
        if all(one.act is not Act.PURGED for one in found)
        for entry in found
        if entry.act is Act.APPROVED
        for _, why in [_weighed(archive, entry, found)]
        if why
    )


def _weighed(archive: Archive, entry: Entry, found: Sequence[Entry]) -> tuple[Approval | None, str]:
    """The approval of an entry, and why it does not count; empty if it does."""
    if "approval" not in entry.objects:
        return None, "the entry names no approval."
    try:
        made = replace(read(archive.object(entry.objects["approval"])), entry=entry.number)
        edition, filed = edition_of(archive, entry.edition, found)
        policy = in_force(archive, entry.number, found)
    except ArchiveError as error:
        return None, str(error)
    return made, next(_differences(made, entry, edition, filed, policy), "")


def _differences(
    made: Approval, entry: Entry, edition: Edition, filed: Entry, policy: Policy | None
) -> Iterator[str]:
    """Where the statement, the entry, the record and the policy do not agree."""
    if (made.edition, made.record) != (edition.id, filed.objects["record"]):
        yield "the signed statement is about another record."
    if filed.number > entry.number:
        yield "it was approved before it was filed."
    if made.time != entry.time:
        yield "the signed statement is of another time than its entry."
    if dict(entry.details) != told(made):
        yield "the entry says something else than the signed statement."
    if policy is None or policy.sha256 != made.policy:
        yield "the signed statement goes by another policy than the one in force then."
    else:
        authors = (edition.prepared_by, filed.actor)
        yield from filter(None, [objection(policy, made, edition, authors, entry.actor)])
