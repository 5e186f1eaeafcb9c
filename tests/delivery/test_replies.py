"""What servers answer, and what follows for the letter, its address and the run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.delivery.replies import LONGEST, Stage, classified, lost, read
from reporter.delivery.sending import told
from reporter.model import Answer, Verdict

F, D, H, S, U = (
    Verdict.FAILED,
    Verdict.DEFERRED,
    Verdict.HALTED,
    Verdict.SENT,
    Verdict.UNCERTAIN,
)

# Where the reply came, the reply, what follows, whether the address is lost; as providers
# document them: RFC 5321, RFC 3463, Gmail's "SMTP errors and codes", Microsoft's list of NDRs.
KNOWN = [
    (Stage.RCPT, 550, "5.1.1", F, True),
    (Stage.DOT, 550, "5.1.1", F, True),
    (Stage.RCPT, 550, "5.1.2", F, True),
    (Stage.RCPT, 553, "5.1.3", F, True),
    (Stage.RCPT, 551, "5.1.6", F, True),
    (Stage.RCPT, 550, "5.1.10", F, True),  # Microsoft; RFC 7505: a null MX
    (Stage.RCPT, 550, "5.2.1", F, True),
    (Stage.RCPT, 550, "", F, False),
    (Stage.RCPT, 550, "5.1.0", F, False),
    (Stage.RCPT, 552, "5.2.2", F, False),
    (Stage.RCPT, 550, "5.4.1", F, False),  # Microsoft: access denied
    (Stage.RCPT, 452, "4.2.2", D, False),
    (Stage.RCPT, 450, "4.2.1", D, False),  # Gmail: receiving too quickly
    (Stage.RCPT, 450, "4.1.1", D, False),  # Postfix: not known for the moment
    (Stage.RCPT, 451, "4.7.1", D, False),  # greylisting
    (Stage.RCPT, 550, "5.7.133", F, False),  # Microsoft: takes no strangers
    (Stage.RCPT, 554, "5.7.1", H, False),  # relay access denied
    (Stage.DOT, 550, "5.7.26", H, False),  # Gmail: not authenticated
    (Stage.DOT, 421, "4.7.26", H, False),
    (Stage.DOT, 421, "4.7.32", H, False),  # Gmail: From does not align
    (Stage.DOT, 421, "4.7.28", D, False),  # Gmail: unusual rate
    (Stage.DOT, 550, "5.7.515", H, False),  # Microsoft: not authenticated
    (Stage.RCPT, 550, "5.7.606", H, False),  # Microsoft: banned
    (Stage.RCPT, 451, "4.7.500", D, False),  # Microsoft: server busy
    (Stage.RCPT, 550, "5.4.5", H, False),  # Gmail: daily limit
    (Stage.RCPT, 550, "5.1.90", H, False),  # Microsoft: daily limit
    (Stage.DOT, 554, "5.2.252", H, False),  # Microsoft: not allowed to send as
    (Stage.DOT, 552, "5.7.0", H, False),  # Gmail: the content
    (Stage.MAIL, 552, "5.3.4", F, False),
    (Stage.MAIL, 552, "", F, False),
    (Stage.DOT, 552, "5.2.3", F, False),
    (Stage.MAIL, 550, "5.1.8", H, False),
    (Stage.MAIL, 530, "5.7.0", H, False),
    (Stage.RCPT, 530, "", H, False),
    (Stage.MAIL, 501, "", H, False),
    (Stage.MAIL, 452, "4.3.1", D, False),
    (Stage.LOGIN, 535, "5.7.8", H, False),
    (Stage.LOGIN, 454, "4.7.0", D, False),
    (Stage.CONNECT, 554, "", H, False),
    (Stage.CONNECT, 421, "4.7.0", D, False),
    (Stage.TLS, 454, "4.7.0", D, False),
    (Stage.DATA, 500, "", F, False),
    (Stage.DATA, 250, "", D, False),
    (Stage.DOT, 250, "2.0.0", S, False),
    (Stage.DOT, 354, "", U, False),
    (Stage.DOT, 451, "", D, False),
    (Stage.DOT, 554, "5.6.0", F, False),
]


@pytest.mark.parametrize(("stage", "code", "enhanced", "verdict", "suppress"), KNOWN)
def test_replies_have_their_consequences(
    stage: Stage, code: int, enhanced: str, verdict: Verdict, *, suppress: bool
) -> None:
    found = classified(stage, code, enhanced, "words")
    assert (found.verdict, found.suppress) == (verdict, suppress)
    assert (found.code, found.enhanced, found.text) == (code, enhanced, "words")


@pytest.mark.parametrize("stage", Stage)
def test_no_reply_is_uncertain_from_the_final_dot_on(stage: Stage) -> None:
    assert lost(stage, "gone").verdict is (U if stage is Stage.DOT else D)


DETAILS = st.from_regex(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}", fullmatch=True) | st.just("")


@given(st.sampled_from(Stage), st.integers(200, 599), DETAILS)
def test_only_a_mailbox_that_is_gone_loses_its_address(
    stage: Stage, code: int, enhanced: str
) -> None:
    found = classified(stage, code, enhanced)
    assert not found.suppress or (code >= 500 and enhanced.startswith(("5.1.", "5.2.1")))
    assert (found.verdict is S) == (stage is Stage.DOT and code < 300)
    assert not enhanced.startswith("5.7.") or not found.suppress
    assert found.verdict is not U or (stage is Stage.DOT and 300 <= code < 400)


def test_a_text_is_read() -> None:
    assert read("5.1.1 No such\n5.1.1 user here") == ("5.1.1", "No such user here")
    assert read("Ok: queued as 39BC9") == ("", "Ok: queued as 39BC9")
    assert read("") == ("", "")


def test_a_text_names_nobody() -> None:
    raw = "5.1.1 <Anna.Meier@example.com>: user anna.meier unknown, see postmaster@example.com"
    text = read(raw, "anna.meier@example.com")[1]
    assert text == "<…>: user … unknown, see …"


@given(st.text(), st.sampled_from(["anna@example.com", "ü.b+c@xn--bcher-kva.example", "a'b@c"]))
def test_a_text_is_short_and_harmless(raw: str, address: str) -> None:
    _, text = read(f"{raw} {address} {raw}", address)
    assert text.isprintable()
    assert len(text) <= LONGEST
    assert address not in text


@pytest.mark.parametrize(
    ("address", "said", "shown"),
    [
        ("m@x.example", "no mailbox of m@x.example here", "no mailbox of (address) here"),
        ("jo@x.example", "just job postings", "just job postings"),
        ("ann@x.example", "Ann is unknown, not Annette", "(address) is unknown, not Annette"),
        ("a.b+c@x.example", "<A.B+C@X.EXAMPLE>: a.b+c is full", "<(address)>: (address) is full"),
    ],
)  # fmt: skip
def test_a_client_s_name_is_taken_out_and_no_letters_of_other_words(
    address: str, said: str, shown: str
) -> None:
    assert told(Answer(Verdict.FAILED, 0, "", said), address) == shown
    assert read(said, address)[1] == shown.replace("(address)", "…")
