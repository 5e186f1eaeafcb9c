"""An edition is sent from one outbox: any other one knows neither who had it nor who wants none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reporter.archive import outboxes
from reporter.archive.enclosures import enclose
from reporter.channels.base import channels
from reporter.delivered import Letter
from reporter.delivery import ledger
from reporter.delivery.clearance import OUTBOX, Allowance
from reporter.delivery.ledger import Ledger
from reporter.delivery.unattended import mailing
from reporter.errors import ArchiveError, DeliveryError
from reporter.filed import Act
from tests.delivery import editions
from tests.delivery.posts import LATER, TAKEN, Posts, ids
from tests.delivery.posts import posts as posts  # noqa: PLC0414  a fixture

WHY = Allowance(frozenset({OUTBOX}), "The disk of the old one burnt.")


def one_folder_up(posts: Posts) -> None:
    """The same settings, found in another folder, beside which there is no outbox yet."""
    (posts.folder / "up").mkdir()
    file = str(posts.folder / "up" / "delivery.toml")
    posts.settings = replace(posts.settings, outbox="sqlite:///up/outbox.sqlite", file=file)


def back(posts: Posts) -> None:
    posts.settings = replace(posts.settings, outbox="sqlite:///outbox.sqlite")


def identity(posts: Posts) -> str:
    with posts.outbox() as book:
        return book.identity


def test_an_outbox_is_known_again_and_no_two_are_the_same(tmp_path: Path) -> None:
    seen = set()
    for name in ("one", "one", "two"):
        with ledger.opened(f"sqlite:///{name}.sqlite", tmp_path) as book:
            seen.add(book.identity)
    assert len(seen) == 2
    assert all(len(one) == 32 for one in seen)


def test_it_is_named_in_the_log_before_a_letter_leaves(posts: Posts) -> None:
    def answer(_: Letter) -> object:
        assert outboxes.of_edition(posts.archive.entries(), posts.edition) == identity(posts)
        return TAKEN

    posts.script.answer = answer  # type: ignore[assignment]
    posts.send(posts.many(2))
    assert posts.script.clients == ids(2)


def test_after_450_to_all_the_settings_one_folder_up_send_nothing(posts: Posts) -> None:
    posts.script.answer = lambda _: LATER
    posts.send(posts.many(7))
    with posts.outbox() as book:
        book.suppress("person3@example.com", "weekly", "unsubscribed", posts.time.now(), "page")
    posts.script.answer = lambda _: TAKEN
    one_folder_up(posts)
    with pytest.raises(DeliveryError, match="prepared with another outbox") as refused:
        posts.send(posts.many(7))
    assert "up/outbox.sqlite (by " in str(refused.value)
    assert "up/delivery.toml)" in str(refused.value)
    assert "--override outbox --reason" in str(refused.value)
    assert posts.script.took == []
    back(posts)
    posts.time.passed += 3600
    posts.send(posts.many(7))
    assert posts.script.clients == [one for one in ids(7) if one != "C0003"]
    assert len({one.address for one in posts.script.took}) == 6


def test_an_unattended_run_is_refused_too(posts: Posts) -> None:
    posts.script.answer = lambda _: LATER
    posts.send(posts.many(2))
    one_folder_up(posts)
    roll, outbox = posts.many(2), (posts.settings.outbox, posts.folder)
    with pytest.raises(DeliveryError, match="prepared with another outbox"):
        mailing(posts.settings, lambda: posts.house, roll, outbox).send(posts.edition)
    assert posts.script.took == []


def test_a_new_outbox_sends_no_next_edition_either(posts: Posts) -> None:
    posts.send(posts.many(2))
    posts.edition = editions.filed(posts.archive, editions.draft(slug="daily"), 61)
    one_folder_up(posts)
    with pytest.raises(DeliveryError, match="which knows who unsubscribed"):
        posts.send(posts.many(2))
    back(posts)
    posts.send(posts.many(2))
    assert len(posts.script.took) == 4


def test_set_aside_it_goes_on_with_the_new_one_and_the_old_one_is_refused(posts: Posts) -> None:
    posts.script.answer = lambda _: LATER
    posts.send(posts.many(2))
    one_folder_up(posts)
    posts.send(posts.many(2), allowed=WHY)
    told = [one for one in posts.archive.entries() if one.act is Act.OVERRIDDEN]
    assert [dict(one.details) for one in told] == [
        {"what": ["outbox"], "reason": WHY.reason, "outbox": identity(posts)}
    ]
    posts.script.answer = lambda _: TAKEN
    posts.time.passed += 3600
    posts.send(posts.many(2))  # without a word: this one is known by now
    assert posts.script.clients == ids(2)
    back(posts)
    with pytest.raises(DeliveryError, match="prepared with another outbox"):
        posts.send(posts.many(2))
    assert posts.script.clients == ids(2)


def test_what_was_enclosed_by_hand_blocks_nobody(posts: Posts) -> None:
    house = posts.house
    enclose(house.archive, house.keys, house.hand(), posts.edition, [("C0000", "a.txt", b"a")])
    posts.send(posts.many(2))
    assert posts.script.clients == ids(2)


def test_of_two_who_begin_at_once_one_sends(posts: Posts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another outbox files its letters between this one's check and its first letter."""
    house = posts.house
    real = Ledger.recover

    def meanwhile(self: Ledger, *rest: object) -> int:
        files = [("C0000", "message.eml", b"From: a\n\nb")]
        enclose(house.archive, house.keys, house.hand(), posts.edition, files, outbox="f" * 32)
        return real(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Ledger, "recover", meanwhile)
    with pytest.raises(ArchiveError, match="with another outbox"):
        posts.send(posts.many(2))
    assert not posts.script.asked


def test_whoever_only_takes_over_is_looked_at_again(
    posts: Posts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another outbox files every letter meanwhile, so that this one would file none of its own."""
    second = replace(posts, settings=replace(posts.settings, outbox="sqlite:///second.sqlite"))
    real = Ledger.recover

    def meanwhile(self: Ledger, *rest: object) -> int:
        monkeypatch.setattr(Ledger, "recover", real)
        second.send(second.many(2))
        return real(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Ledger, "recover", meanwhile)
    with pytest.raises(DeliveryError, match="prepared with another outbox"):
        posts.send(posts.many(2))
    assert posts.script.clients == ids(2)
    assert channels.get("smtp") is posts.script  # type: ignore[comparison-overlap]
