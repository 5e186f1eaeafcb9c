"""What an edition gives to all its messages, and editions that give too little."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporter import mail_lint
from reporter.delivery.stationery import stationery
from reporter.errors import DeliveryError
from tests.delivery import editions
from tests.delivery.letters import sent, words


def refused(folder: Path, **changes: str | None) -> DeliveryError:
    """How an edition is refused."""
    made, edition = editions.archive(folder, editions.draft(**changes))  # type: ignore[arg-type]
    with pytest.raises(DeliveryError) as raised:
        stationery(made, edition, editions.settings(folder))
    assert raised.value.where == edition
    return raised.value


@pytest.mark.parametrize("missing", ["html", "text"])
def test_an_edition_without_a_mail_body_is_refused(tmp_path: Path, missing: str) -> None:
    found = refused(tmp_path, **{missing: None})
    assert found.message == "was built without a mail body."
    assert "--format mail" in found.tip


@pytest.mark.parametrize("slot", ["opening", "holdings", "notice", "closing", "unsubscribe"])
def test_each_slot_stands_once(tmp_path: Path, slot: str) -> None:
    mark = f"<!--slot:{slot}--><!--/slot:{slot}-->"
    for number, (html, text) in enumerate([
        (editions.HTML.replace(mark, ""), editions.TEXT),
        (editions.HTML.replace(mark, mark * 2), editions.TEXT),
        (editions.HTML, editions.TEXT.replace(f"[[{slot}]]", "")),
        (editions.HTML, editions.TEXT.replace(f"[[{slot}]]", f"[[{slot}]]\n[[{slot}]]")),
    ]):  # fmt: skip
        found = refused(tmp_path / str(number), html=html, text=text)
        assert "slots are wrong" in found.message


def test_a_picture_that_is_not_there_is_refused(tmp_path: Path) -> None:
    html = editions.HTML.replace("mail/lead.png", "mail/lost.png")
    assert "mail/lost.png" in refused(tmp_path, html=html).message


def test_what_is_filled_in_passes_mail_programs(tmp_path: Path) -> None:
    made, edition = editions.archive(tmp_path)
    paper = stationery(made, edition, editions.settings(tmp_path, link="https://house.test/"))
    filled = sent(paper, holdings=("^RUT", "IJH"), note="A note.", disclosures=("Told.",))
    assert not list(mail_lint.faults(words(filled, "html")))
