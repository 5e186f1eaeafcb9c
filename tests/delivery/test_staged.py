"""A run that must end by a time, and an edition that goes to a first group before the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reporter.delivered import Letter
from reporter.delivery.settings import Rates, Release
from reporter.errors import DeliveryError, UnsentError
from tests.delivery.posts import (
    GONE,
    NOON,
    TAKEN,
    Posts,
    ids,
)
from tests.delivery.posts import posts as posts  # noqa: PLC0414  a fixture


def test_a_time_that_cannot_be_kept_is_refused_before_anything(posts: Posts) -> None:
    posts.settings = replace(posts.settings, rates=Rates(per_minute=2))
    with pytest.raises(DeliveryError, match="10 letters take 5 min"):
        posts.send(posts.many(10), finish_by=NOON + timedelta(minutes=4))
    assert posts.states() == {}
    assert posts.send(posts.many(10), finish_by=NOON + timedelta(minutes=6)).is_done


def test_when_the_time_comes_the_run_stops(posts: Posts) -> None:
    def slow(_: Letter) -> object:
        posts.time.passed += 60
        return TAKEN

    posts.script.answer = slow  # type: ignore[assignment]
    with pytest.raises(UnsentError, match="finish-by"):
        posts.send(posts.many(10), finish_by=NOON + timedelta(minutes=3))
    assert len(posts.script.took) == 3


def test_a_staged_release_waits_across_runs(posts: Posts) -> None:
    posts.settings = replace(posts.settings, release=Release(2, timedelta(minutes=10)))
    first = posts.send(posts.many(5), stage="first")
    assert first.waiting
    assert first.is_done
    assert posts.script.clients == ids(2)
    posts.time.passed += 300
    whole = posts.send(posts.many(5))
    assert whole.is_done
    assert posts.script.clients == ids(5)
    assert 600 <= posts.time.passed <= 605


def test_the_rest_goes_when_it_is_told_to(posts: Posts) -> None:
    posts.settings = replace(posts.settings, release=Release(2, timedelta(hours=2)))
    with pytest.raises(DeliveryError, match="first group is not sent"):
        posts.send(posts.many(5), stage="rest")
    posts.send(posts.many(5), stage="first")
    posts.send(posts.many(5), stage="rest")
    assert posts.script.clients == ids(5)
    assert posts.time.passed < 60


def test_a_first_group_that_nobody_got_holds_back_the_rest(posts: Posts) -> None:
    posts.settings = replace(posts.settings, release=Release(2, timedelta(hours=2)))
    posts.script.answer = lambda _: GONE
    with pytest.raises(UnsentError, match="nobody of the first group"):
        posts.send(posts.many(5))
    assert len(posts.script.asked) == 2
