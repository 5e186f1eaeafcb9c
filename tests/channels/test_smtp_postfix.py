"""Against a real Postfix: what arrives is what was archived, and each letter has one recipient."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from reporter.channels.smtp import smtp
from reporter.delivery.settings import Smtp
from reporter.errors import DeliveryError
from reporter.model import Verdict
from tests.letters import letter, settings
from tests.postfix import Postfix, arrived


def server(postfix: Postfix) -> Smtp:
    return Smtp(postfix.host, postfix.port, authority=postfix.authority, timeout=20)


def test_the_bytes_that_arrive_are_those_that_were_handed_over(
    postfix: Postfix, tmp_path: Path
) -> None:
    letters = [letter(f"c{n}@example.com", number=n) for n in range(25)]
    with smtp(settings(tmp_path, replace(server(postfix), per_connection=10))) as post:
        assert post.limit == 10_485_760
        answers = [post.send(one) for one in letters]
    postfix.flush()
    assert {(answer.verdict, answer.code) for answer in answers} == {(Verdict.SENT, 250)}
    boxes = postfix.mailboxes()
    assert {a: [arrived(data) for data in box] for a, box in boxes.items()} == {
        one.address: [one.data] for one in letters
    }
    log = postfix.log.read_text()
    assert "Anonymous TLS connection established" in log
    for one in letters:
        (queued,) = re.findall(rf"(\w+): message-id={re.escape(one.message_id)}", log)[-1:]
        assert re.search(rf"{queued}: from=<{re.escape(one.envelope)}>, .*nrcpt=1 ", log)


def test_refusals_leave_the_connection_fit_for_the_next(postfix: Postfix, tmp_path: Path) -> None:
    with smtp(settings(tmp_path, server(postfix))) as post:
        unknown, later, policy, good = (
            post.send(letter(f"{local}@example.com", number=900 + n))
            for n, local in enumerate(("unknown.anna", "later", "policy", "good"))
        )
    assert (unknown.verdict, unknown.enhanced, unknown.suppress) == (Verdict.FAILED, "5.1.1", True)
    assert "anna" not in unknown.text
    assert (later.verdict, later.code, later.suppress) == (Verdict.DEFERRED, 450, False)
    assert (policy.verdict, policy.suppress) == (Verdict.HALTED, False)
    assert good.verdict is Verdict.SENT
    postfix.flush()
    assert list(postfix.mailboxes()) == ["good@example.com"]


def test_tls_from_the_first_byte(postfix: Postfix, tmp_path: Path) -> None:
    to = replace(server(postfix), port=postfix.tls_port, security="tls")
    with smtp(settings(tmp_path, to)) as post:
        assert post.send(letter()).verdict is Verdict.SENT


def test_an_address_beyond_ascii_arrives(postfix: Postfix, tmp_path: Path) -> None:
    one = letter("jürgen@bücher.example")
    with smtp(settings(tmp_path, server(postfix))) as post:
        assert post.send(one).verdict is Verdict.SENT
    postfix.flush()
    ((address, (data,)),) = postfix.mailboxes().items()
    assert address in {"jürgen@bücher.example", "jürgen@xn--bcher-kva.example"}
    assert arrived(data) == one.data


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(
    postfix: Postfix, tmp_path: Path, security: str
) -> None:
    port = postfix.port if security == "starttls" else postfix.tls_port
    to = replace(server(postfix), port=port, security=security, authority=None)  # type: ignore[arg-type]
    with (
        pytest.raises(DeliveryError, match="certificate is refused: self-signed") as told,
        smtp(settings(tmp_path, to)),
    ):
        pass
    assert "smtp.authority" in told.value.tip
