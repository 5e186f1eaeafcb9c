"""A whole run keeps its rates, whatever else takes time: judged by when letters leave."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import cycle

from reporter.delivered import Answer, Letter
from reporter.delivery.settings import Rates
from tests.delivery.posts import TAKEN, Posts, row
from tests.delivery.posts import posts as posts  # noqa: PLC0414  a fixture

RATE, SLOW = 60.0, 10.0  # letters a minute: of all, of one domain, which has more than that
LETTERS = 100
SHARE = 4  # every so-manieth client is of the slow domain


def in_minutes(left: list[float]) -> Iterator[int]:
    """How many letters leave in each whole 60 seconds that begin with one."""
    for number, start in enumerate(left):
        if start + 60 <= left[-1]:
            yield bisect_left(left, start + 60) - number


def test_a_run_keeps_its_rates_in_every_minute(posts: Posts) -> None:
    left: dict[str, list[float]] = {"example.com": [], "slow.example": []}
    seconds = cycle((0.4, 0.0, 0.9))  # that the server takes

    def answer(letter: Letter) -> Answer:
        left[letter.address.partition("@")[2]].append(posts.time.passed)
        posts.time.passed += next(seconds)
        return TAKEN

    posts.script.answer = answer
    posts.settings = replace(posts.settings, rates=Rates(RATE, {"slow.example": SLOW}))
    domains = ("slow.example", *["example.com"] * (SHARE - 1))
    rows = (row(number, domains[number % SHARE]) for number in range(LETTERS))
    assert posts.send(posts.clients(*rows), patience=timedelta(0)).is_done
    whole = sorted(left["example.com"] + left["slow.example"])
    assert len(whole) == LETTERS
    busy = [when for when in whole if when <= left["example.com"][-1]]
    counts = list(in_minutes(busy))
    assert RATE * 0.95 <= min(counts) <= max(counts) <= RATE * 1.05
    counts = list(in_minutes(left["slow.example"]))
    assert SLOW * 0.95 <= min(counts) <= max(counts) <= SLOW * 1.05
