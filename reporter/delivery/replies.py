"""What a mail server's reply means for a letter, for its address and for the run.

The classes of replies are those of RFC 5321 4.2.1 (2 done, 3 go on, 4 not now, 5 never), the
details those of RFC 3463 and of IANA's registry of enhanced status codes. A reply about one
mailbox fails its letter; one about the sender, his rights or his reputation would come to every
letter, so it stops the run. Only a mailbox that is not there loses its address.

| replies | of whom | what follows |
|---|---|---|
| 5.1.1, 5.1.2, 5.1.3, 5.1.6, 5.1.10, 5.2.1 | RFC 3463, RFC 7505, Microsoft | failed, suppressed |
| 5.1.7, 5.1.8, 5.1.90, 5.2.252, 5.4.5 | RFC 3463, Microsoft, Gmail: the sender | halted |
| 5.7.x, of which Gmail 5.7.26 to 5.7.32, Microsoft 5.7.515, 5.7.606 | policy, login | halted |
| 5.7.2, Microsoft 5.7.12, 5.7.124, 5.7.133 to 5.7.136 | one mailbox takes no strangers | failed |
| 4.7.23, 4.7.26, 4.7.27, 4.7.29 to 4.7.32, 4.7.40 | Gmail: not authenticated | halted |
| 4.7.0, 4.7.28, Microsoft 4.7.500 to 4.7.699, other 4.x.x | too fast, not now | deferred |
| 530, 534, 535, 538, and every 5xx before a recipient is named | RFC 4954, RFC 5321 3.1 | halted |
| 552, 5.2.3, 5.3.4 | RFC 1870: too large | failed |
| no reply, or none that is understood | before the final dot: RFC 5321 3.8 | deferred |
| the same | from the final dot on: RFC 1047 | uncertain |
"""

from __future__ import annotations

import re
from enum import IntEnum

from reporter.delivery.masking import without
from reporter.model import Answer, Verdict
from reporter.visible import visible

LONGEST = 200  # signs that are kept of a reply's text
DONE, GO_ON, NOT_NOW, NEVER = 2, 3, 4, 5
GO_AHEAD = 354

MAILBOX_GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
SENDER_AT_FAULT = frozenset({"5.1.7", "5.1.8", "5.1.90", "5.2.252", "5.4.5"})
ONE_MAILBOX = frozenset({"5.7.2", "5.7.12", "5.7.124", "5.7.133", "5.7.134", "5.7.135", "5.7.136"})
NOT_AUTHENTICATED = frozenset(
    {"4.7.23", "4.7.26", "4.7.27", "4.7.29", "4.7.30", "4.7.31", "4.7.32", "4.7.40"}
)
LOGIN = frozenset({530, 534, 535, 538})
TOO_LARGE = frozenset({"5.2.3", "5.3.4"})

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?=\s|$)\s*")
_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:]+@[^\s<>()\[\]\",;:]+")


class Stage(IntEnum):
    """How far a letter was when the reply came; from DOT on, the server may have taken it."""

    CONNECT = 0
    HELLO = 1
    TLS = 2
    LOGIN = 3
    MAIL = 4
    RCPT = 5
    DATA = 6
    PAYLOAD = 7
    DOT = 8


def goes_on(stage: Stage, code: int) -> bool:
    """Whether a reply lets the conversation go on: 354 to DATA, 2xx to all else."""
    return code == GO_AHEAD if stage is Stage.DATA else code // 100 == DONE


def read(raw: str, private: str = "") -> tuple[str, str]:
    """A reply's text as its enhanced status code, if it has one, and its first words.

    The words are made harmless and hold no address: neither `private` nor its local part.
    """
    found = _ENHANCED.match(raw)
    enhanced = found[1] if found else ""
    words = raw[found.end() :] if found else raw
    if enhanced:  # each line of a reply repeats it
        words = re.sub(rf"(?<=\s){re.escape(enhanced)}\s+", "", words)
    return enhanced, _told(words, private)


def _told(words: str, private: str) -> str:
    words = _ADDRESS.sub("…", without(words, private, "…"))
    words = visible(" ".join(words.split()))
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def classified(stage: Stage, code: int, enhanced: str = "", text: str = "") -> Answer:
    """What a reply means; `text` is what `read` gave."""
    verdict = _verdict(stage, code, enhanced)
    suppress = verdict is Verdict.FAILED and enhanced in MAILBOX_GONE
    return Answer(verdict, code, enhanced, text, suppress)


def lost(stage: Stage, why: str) -> Answer:
    """What it means that no reply came, or none that is understood."""
    verdict = Verdict.UNCERTAIN if stage is Stage.DOT else Verdict.DEFERRED
    return Answer(verdict, text=_told(why, ""))


def _verdict(stage: Stage, code: int, enhanced: str) -> Verdict:
    kind = code // 100
    if stage is Stage.DOT and kind == DONE:
        return Verdict.SENT
    if kind == NEVER:
        return _never(stage, code, enhanced)
    if kind == NOT_NOW:
        return Verdict.HALTED if enhanced in NOT_AUTHENTICATED else Verdict.DEFERRED
    return Verdict.UNCERTAIN if stage is Stage.DOT else Verdict.DEFERRED


def _never(stage: Stage, code: int, enhanced: str) -> Verdict:
    if _is_about_one_letter(code, enhanced):
        return Verdict.FAILED if stage >= Stage.MAIL else Verdict.HALTED
    of_all = stage <= Stage.MAIL or code in LOGIN or enhanced in SENDER_AT_FAULT
    return Verdict.HALTED if of_all or enhanced.startswith("5.7.") else Verdict.FAILED


def _is_about_one_letter(code: int, enhanced: str) -> bool:
    about = enhanced in TOO_LARGE | MAILBOX_GONE | ONE_MAILBOX
    # 552 with another detail is something else: Gmail's 552 5.7.0 is about the content.
    return about or enhanced.startswith("5.6.") or (code == 552 and not enhanced)  # noqa: PLR2004
