"""Any brief on any day: shorter where little is known, and never without words."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from reporter import pipeline
from reporter.argument import FEWEST_WORDS, MOST_WORDS
from reporter.model import Brief, BriefSpec, Pair, plain
from reporter.sources.base import silent
from reporter.spec import load

TRIALS = int(os.environ.get("REPORTER_TRIALS", "10"))
NOW = datetime(2026, 2, 2, 12, tzinfo=UTC)
FIRST, LAST = date(2016, 2, 1), date(2026, 1, 15)
SUBJECTS = (
    "^RUT", "^GSPC", "^IXIC", "^DJI", "IWM", "QQQ", "IJH", "RSP", "TLT", "XLE", "XLU", "SMH",
    "GC=F", "CL=F", "HYG", "LQD", "EURUSD=X", "BTC-USD", "^VIX", "^TNX",
)  # fmt: skip
NOWHERE = "NOWHERE"
OPENING_WORDS = 12  # what openings may add to a page that was counted without them


def any_brief(chance: random.Random) -> BriefSpec:
    """A shipped brief with other subjects, another benchmark, day, lists and pairs."""
    spec = load(chance.choice(("small-caps", "weekly", "daily")))
    subjects = tuple(chance.sample(SUBJECTS, chance.choice((1, 1, 1, 2, 3))))
    benchmark = chance.choice([*(s for s in SUBJECTS if s != subjects[0]), NOWHERE])
    one, other = chance.sample(SUBJECTS, 2)
    pair = Pair(one, other, ("3m", "1w", "ytd"))
    day = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days + 1))
    return replace(
        spec,
        subjects=subjects,
        benchmark=benchmark,
        watch=spec.watch if chance.random() < 0.7 else {},
        pairs=chance.choice(((), spec.pairs, (pair,))),
        as_of=day,
    )


def composed(spec: BriefSpec) -> Brief:
    """The brief's content, from the sample."""
    return pipeline.compose(spec, pipeline.collect(spec, now=NOW, progress=silent))


@pytest.mark.parametrize("trial", range(TRIALS))
def test_any_brief_can_be_composed(trial: int) -> None:
    brief = composed(any_brief(random.Random(trial)))  # noqa: S311  chance, not secrecy
    assert plain(brief.headline)
    front = brief.sections[0]
    told = [plain(remark.text) for paragraph in front.paragraphs for remark in paragraph]
    assert told
    assert sum(len(one.split()) for one in told) <= MOST_WORDS + OPENING_WORDS


@pytest.mark.parametrize(
    ("subjects", "benchmark"),
    [
        (("IWM",), "QQQ"),
        (("^IXIC",), "^GSPC"),
        (("^RUT", "^GSPC", "^DJI"), "^IXIC"),
        (("^GSPC",), "^RUT"),
        (("^RUT",), NOWHERE),
        (("TLT",), NOWHERE),
        (("IJH",), "^GSPC"),
    ],
)
def test_other_subjects_have_words_too(subjects: tuple[str, ...], benchmark: str) -> None:
    spec = replace(load("small-caps"), subjects=subjects, benchmark=benchmark, watch={}, pairs=())
    brief = composed(spec)
    assert plain(brief.headline)
    assert brief.sections[0].paragraphs


def test_a_benchmark_with_prices_fills_the_page() -> None:
    front = composed(replace(load("weekly"), as_of=LAST)).sections[0]
    told = [plain(remark.text) for paragraph in front.paragraphs for remark in paragraph]
    assert sum(len(one.split()) for one in told) >= FEWEST_WORDS
