"""An edition of real prices goes to clients through a real Postfix, and all that arrives is read.

Of every message: whose it is, who signed it, what is in it, and whether the archive has it. The
commands are used as they are typed. Fifty clients; in a soak a thousand.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import dkim
import pytest
from pypdf import PdfReader

from reporter.archive.base import Archive, digest, opened
from reporter.archive.drafts import Draft
from reporter.cli import options, run
from reporter.delivery import ledger
from reporter.delivery.clock import Clock
from reporter.filed import Edition
from tests import approvers, rebuilding
from tests.archives import hand
from tests.delivery import canaries, letters
from tests.delivery.posts import KEY, Time
from tests.killing import TRIALS
from tests.postfix import Postfix, arrived

CLIENTS = 1000 if TRIALS > 10 else 50
READERS = ("professional,CH", "retail,CH", "professional,EU", "retail,EU")
STRANGERS = 7  # of another country, which nobody approved it for
ASKED = 10  # clients whose message the archive is asked for, at most
DAY = "2026-01-15"
MARKS = frozenset({"name", "mail", "note", "disc"})  # the brief says nothing of what they hold
EXAMPLE = Path("examples") / f"small-caps-{DAY}"
TERMS = '[sources.files]\nterms = "redistributable"\n'
SETTINGS = """
outbox = "sqlite:///outbox.sqlite"
[sender]
name = "Sample House"
address = "research@example.org"
bounces = "bounces@example.org"
[unsubscribing]
url = "https://mail.example.org/unsubscribe/"
mailto = "stop@example.org"
[dkim]
domain = "example.org"
selector = "s1"
[smtp]
host = "127.0.0.1"
port = {port}
authority = "{authority}"
[rates]
per_minute = "unlimited"
"""
SIGNED = {
    "from", "to", "subject", "date", "message-id", "mime-version", "content-type",
    "list-unsubscribe", "list-unsubscribe-post",
}  # fmt: skip
KINDS = [
    "multipart/mixed", "multipart/related", "multipart/alternative", "text/plain", "text/html",
    "image/png", "image/png", "application/pdf",
]  # fmt: skip
OUT = (
    rb"List-Unsubscribe: <https://mail\.example\.org/unsubscribe/[\w-]+>,"
    rb"(?:\r\n)? <mailto:stop@example\.org\?subject=[\w-]+>\r\n"
)


@dataclass(frozen=True)
class House:
    """A house with an approved edition and a list of clients, some of whom it is not for.

    `figures` are all that the edition's key figures say, `pdf` its PDF as it is filed.
    """

    folder: Path
    edition: str
    figures: tuple[str, ...]
    pdf: bytes


def house_of(folder: Path, archive: Archive, edition: Edition) -> House:
    """The house whose edition was filed."""

    def file(path: str) -> bytes:
        part = edition.part(path)
        assert part
        return archive.object(part.sha256)

    keys = json.loads(file("files/brief.json"))["key_figures"]
    told = tuple(one["text"] for key in keys for one in (key["value"], key["change"]) if one)
    assert len(told) > len(keys) > 2
    return House(folder, edition.id, told, file("files/brief.pdf"))


@pytest.fixture
def house(
    tmp_path: Path, real_data: Path, postfix: Postfix, monkeypatch: pytest.MonkeyPatch
) -> House:
    """Its working folder is the present one, and its server the real one."""
    made = opened(tmp_path / "archive", must_exist=False)
    edition = rebuilding.filed(made, built(tmp_path, real_data))
    approvers.enforce(made, approvers.row(), minutes=1)
    approvers.approved(made, edition.id, hand(2, "login-ann"))
    rows = [canaries.row(n, READERS[n % 4], ";^RUT") for n in range(CLIENTS)]
    rows += [canaries.row(CLIENTS + n, "professional,US") for n in range(STRANGERS)]
    (tmp_path / "clients.csv").write_text(canaries.HEAD + "".join(rows))
    told = SETTINGS.format(port=postfix.port, authority=postfix.authority)
    (tmp_path / "delivery.toml").write_text(told)
    time = Time()
    monkeypatch.setattr(options, "now", time.now)
    monkeypatch.setattr(options, "clock", lambda: Clock(time.now, time.ticks, time.sleep))
    monkeypatch.setenv("REPORTER_ACTOR", "jane")
    monkeypatch.setenv("REPORTER_UNSUBSCRIBE_KEY", KEY.decode())
    monkeypatch.setenv("REPORTER_DKIM_KEY", letters.pem().decode())
    monkeypatch.chdir(tmp_path)
    return house_of(tmp_path, made, edition)


def built(folder: Path, real_data: Path) -> Draft:
    """The example's edition, from real prices that may be passed on."""
    spec = folder / "spec"
    spec.mkdir()
    for path in EXAMPLE.iterdir():
        (spec / path.name).write_bytes(path.read_bytes())
    with (spec / "brief.toml").open("a") as file:
        file.write(TERMS)
    source = f"files:{real_data / 'prices'}"
    return rebuilding.draft(
        str(spec / "brief.toml"), folder / "output", source=source,
        formats=("pdf", "json", "mail"),
    )  # fmt: skip


def test_each_of_a_thousand_gets_what_is_his(house: House, postfix: Postfix) -> None:
    assert run(["send", "latest", "-q", "--report", "report.json"]) == 0
    postfix.flush()
    boxes = postfix.mailboxes()
    assert_told(json.loads(Path("report.json").read_text()))
    assert {address: len(found) for address, found in boxes.items()} == {
        canaries.address(number): 1 for number in range(CLIENTS)
    }
    wire = [boxes[canaries.address(number)][0] for number in range(CLIENTS)]
    assert all(b" with ESMTPS " in data.partition(b"\nDKIM-Signature:")[0] for data in wire)
    messages = [arrived(data) for data in wire]
    for number, data in enumerate(messages):
        assert_signed(data)
        assert_can_be_ended(data)
        canaries.assert_his(data, number, MARKS)
        assert_whole(letters.read(data), house)
    assert_one_recipient_each(postfix)
    assert_archived(house, messages)


def assert_told(report: dict[str, Any]) -> None:
    """Whom it was not approved for is listed, with the reason."""
    assert report["states"]["sent"] == report["sent"] == CLIENTS
    left = {one["client"]: one["reason"] for one in report["left_out"]}
    assert list(left) == [f"C{CLIENTS + number:05}" for number in range(STRANGERS)]
    assert all("US" in reason for reason in left.values())


def assert_signed(data: bytes) -> None:
    """A receiver believes the signature, which is of all that E-mail rules ask for."""
    assert dkim.verify(data, dnsfunc=lambda name, timeout=5: told_by_dns(name, timeout))
    head = re.sub(rb"\r\n[ \t]+", b" ", data.partition(b"\r\n\r\n")[0]).split(b"\r\n")[0].decode()
    tags = dict(
        tag.strip().split("=", 1) for tag in head.removeprefix("DKIM-Signature:").split(";")
    )
    assert {name.strip() for name in tags["h"].split(":")} >= SIGNED
    assert tags["d"] == "example.org"
    assert len(tags["b"].replace(" ", "")) >= 2048 // 6  # base64 of a signature of 2048 bits


def told_by_dns(name: bytes, _timeout: int) -> bytes:
    assert name == b"s1._domainkey.example.org."
    return letters.record()


def assert_can_be_ended(data: bytes) -> None:
    """The way out stands there in plain signs, folded between its addresses at most (RFC 8058)."""
    head = data.partition(b"\r\n\r\n")[0] + b"\r\n"
    assert len(re.findall(rb"(?m)^" + OUT, head)) == 1
    assert head.count(b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n") == 1


def assert_whole(message: EmailMessage, house: House) -> None:
    """Its parts are those that mail programs expect; the PDF is the one that was approved."""
    assert [part.get_content_type() for part in message.walk()] == KINDS
    assert len(message["To"].addresses) == 1
    assert not {"Cc", "Bcc"} & set(message.keys())
    html, text = letters.words(message, "html"), letters.words(message)
    assert len(html.encode()) < 100_000
    assert_pictures(message, html)
    shown = re.sub(r"<[^>]*>", "", html)
    assert all(figure in text and figure in shown for figure in house.figures)
    assert letters.files(message) == {f"US-Small-Caps-{DAY}.pdf": house.pdf}


def assert_pictures(message: EmailMessage, html: str) -> None:
    """Every picture is a part that is shown, with its words and size; none comes from elsewhere."""
    ids = {str(part["Content-ID"]).strip("<>") for part in message.walk() if part["Content-ID"]}
    images = re.findall(r"<img\b[^>]*>", html)
    assert {f"cid:{one}" for one in ids} == set(re.findall(r'\bsrc="([^"]*)"', html))
    assert len(images) == len(ids) == 2
    for image in images:
        assert all(re.search(rf'\b{name}="[^"]+"', image) for name in ("alt", "width", "height"))


def assert_one_recipient_each(postfix: Postfix) -> None:
    """By the server's log: no message had two."""
    counts = re.findall(r"from=<bounces\+\S*@example\.org>, .*nrcpt=(\d+)", postfix.log.read_text())
    assert set(counts) == {"1"}


def assert_archived(house: House, messages: list[bytes]) -> None:
    """The bytes that arrived are those of the outbox, and those that the archive gives back."""
    with ledger.opened("sqlite:///outbox.sqlite", house.folder) as book:
        rows = book.rows(house.edition, most=CLIENTS)
    assert [row.sha256 for row in rows] == list(map(digest, messages))
    for number in range(0, CLIENTS, max(1, CLIENTS // ASKED)):
        words = ["archive", "show", "--client", f"C{number:05}", "--date", DAY]
        assert run([*words, "--to", f"{number}.eml"]) == 0
        assert Path(f"{number}.eml").read_bytes() == messages[number]
    pages = PdfReader(io.BytesIO(house.pdf)).pages
    assert "Russell 2000" in pages[0].extract_text()
