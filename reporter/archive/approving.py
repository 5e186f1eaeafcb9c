"""Giving approvals and taking them back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reporter import entries as texts
from reporter.archive import ends, log
from reporter.archive.approval import (
    approvals,
    edition_of,
    filed_by,
    lacking,
    objection,
)
from reporter.archive.base import Archive, Hand
from reporter.archive.keys import Signer
from reporter.archive.persons import same
from reporter.archive.policy import Policy, in_force
from reporter.archive.statements import Approval, signed, statement, told
from reporter.errors import ArchiveError
from reporter.filed import Act, Entry


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be approved, for whom; what is left empty is all that the approver may."""

    edition: str
    audiences: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Approved:
    """An approval in the archive; `new` is False where it was there before.

    `lacking` says what more the policy asks for; it is empty where this was the last one needed.
    """

    approval: Approval
    new: bool
    lacking: str


def approve(archive: Archive, wish: Wish, signer: Signer, hand: Hand) -> Approved:
    """Sign an edition's record.

    Args:
        archive: where it is filed.
        wish: which edition, for whom.
        signer: the approver's key, open.
        hand: who does it, when.

    Raises:
        ArchiveError: he may not, or the edition cannot be approved; nothing is written.
    """
    with ends.writing(archive):
        made = to_be(archive, wish, (signer.name, signer.public), hand)
        if before := _given(archive, made):
            return Approved(before, new=False, lacking=_lacking_of(archive, before))
        words = statement(made)
        sha256 = archive.keep(signed(words, signer.sign(words)))
        entry = hand.entry(
            Act.APPROVED, made.edition, objects={"approval": sha256}, details=told(made)
        )

        def check(found: Sequence[Entry]) -> None:
            """Another writer may have filed a correction, or put a policy into force."""
            if to_be(archive, wish, (signer.name, signer.public), hand, found) != made:
                raise ArchiveError("the policy was changed meanwhile. See it, and approve again.")

        number = log.append(archive.store, entry, check, late=hand.late).number
    done = replace(made, entry=number)
    return Approved(done, new=True, lacking=_lacking_of(archive, done))


def to_be(
    archive: Archive,
    wish: Wish,
    key: tuple[str, str],
    hand: Hand,
    found: Sequence[Entry] | None = None,
) -> Approval:
    """The approval that would be signed with a key.

    Args:
        archive: where the edition is filed.
        wish: which edition, for whom.
        key: what its file is called, and its public half.
        hand: who does it, when.
        found: the log's entries, where they are at hand.

    Raises:
        ArchiveError: it would not count; the message says why.
    """
    found = archive.entries() if found is None else found
    edition, filed = edition_of(archive, wish.edition, found)
    if corrections := [one.edition for one in found if _corrects(one, edition.id)]:
        tip = f"Approve the correction: {corrections[-1]}."
        raise ArchiveError(f"{edition.id} is corrected by {corrections[-1]}.", tip=tip)
    policy = in_force(archive, found=found)
    if policy is None:
        tip = "Put one into force: reporter archive policy FILE."
        raise ArchiveError("no policy is in force, so nobody may approve.", tip=tip)
    name, public = key
    rows = policy.holders(public)
    if not rows:
        raise _unlisted(policy, name)
    _check_known(policy, wish.jurisdictions)
    made = Approval(
        edition=edition.id,
        record=filed.objects["record"],
        approver=rows[0].name,
        title=rows[0].title,
        key=public,
        audiences=_wanted(wish.audiences, (a for row in rows for a in row.audiences)),
        jurisdictions=_wanted(wish.jurisdictions, (j for row in rows for j in row.jurisdictions)),
        time=hand.now,
        policy=policy.sha256,
        statement=texts.words(wish.statement),
    )
    if why := objection(policy, made, edition, (edition.prepared_by, filed.actor), hand.actor):
        raise ArchiveError(why, where=edition.id)
    return made


def withdraw(archive: Archive, edition: str, reason: str, hand: Hand) -> None:
    """Take back every approval of an edition; anybody may, because it opens nothing.

    Raises:
        ArchiveError: it is not approved, or the reason is no line of text.
    """
    reason = texts.title(reason)
    with ends.writing(archive):
        filed_by(edition, archive.entries())

        def check(found: Sequence[Entry]) -> None:
            if not approvals(archive, edition, found):
                raise ArchiveError("is not approved: nothing to withdraw.", where=edition)

        entry = hand.entry(Act.WITHDRAWN, edition, details={"reason": reason})
        log.append(archive.store, entry, check, late=hand.late)


def _wanted(wished: Iterable[str], all_of: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(wished) or set(all_of)))


def _check_known(policy: Policy, wished: Iterable[str]) -> None:
    """Refuses a jurisdiction for which the policy has no approver at all, mistyped perhaps.

    Raises:
        ArchiveError: there is one.
    """
    known = sorted({code for one in policy.approvers for code in one.jurisdictions})
    for code in wished:
        if code not in known:
            message = f"nobody may approve for {code}, by the policy."
            raise ArchiveError(message, tip=f"It knows: {', '.join(known)}.")


def _corrects(entry: Entry, edition: str) -> bool:
    return entry.act is Act.ADDED and entry.details.get("corrects") == edition


def _parts(name: str) -> set[str]:
    return set(texts.slugified(name).split("-"))


def _unlisted(policy: Policy, name: str) -> ArchiveError:
    """A key that the policy does not know, perhaps of somebody whom it does."""
    said = _parts(name)
    for one in policy.approvers:
        if any(said & _parts(word) for word in (one.name, *one.logins)):
            message = f"the policy in force lists another key for {one.name}; a name opens nothing."
            return ArchiveError(message, tip="Put the new key into the policy first.")
    message = f"the policy in force does not list the key {name}, so its holder approves nothing."
    return ArchiveError(message, tip="See it: reporter archive policy.")


def _given(archive: Archive, made: Approval) -> Approval | None:
    """The same person's approval that says as much already."""
    for one in approvals(archive, made.edition):
        if (
            same(one.approver, made.approver)
            and set(made.audiences) <= set(one.audiences)
            and set(made.jurisdictions) <= set(one.jurisdictions)
        ):
            return one
    return None


def _lacking_of(archive: Archive, made: Approval) -> str:
    pairs = ((a, j) for a in made.audiences for j in made.jurisdictions)
    return next(filter(None, (lacking(archive, made.edition, a, j) for a, j in pairs)), "")
