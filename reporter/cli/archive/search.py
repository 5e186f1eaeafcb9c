"""`reporter archive search`: which editions say what."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reporter.cli import options
from reporter.cli.archive import shown
from reporter.cli.archive.listing import as_json, check_order, first, last
from reporter.cli.hands import place
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.archive.search import Facts, Find, FoundFact

WORDS_HEAD = ("day", "edition", "where", "passage", "state")
FACTS_HEAD = ("day", "edition", "fact", "shown", "said in", "state")
EVERY = 100.0


class Level(click.ParamType[float]):
    """A number as facts have it; 5% is 0.05."""

    name = "number"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number a text names; a usage error where it names none."""
        text = str(value).strip().replace(",", "")
        try:
            number = float(text.removesuffix("%")) / (EVERY if text.endswith("%") else 1)
        except ValueError:
            number = float("nan")
        if number - number != 0:
            self.fail(f"{value!r} is not a number. Write it like 2600, -0.05 or 5%.", param, ctx)
        return number


@click.command()
@click.argument("text", nargs=-1)
@place
@click.option("--metric", metavar="NAME", default="", help="Facts of this metric.")
@click.option("--subject", metavar="SYMBOL", default="", help="Facts about this: .RUT, IWM.")
@click.option("--vs", "versus", metavar="SYMBOL", default="", help="Facts against this.")
@click.option("--window", metavar="WINDOW", default="", help="Facts over this: ytd, 3m.")
@click.option("--above", type=Level(), metavar="X", help="Facts above this: 2600, 5%.")
@click.option("--below", type=Level(), metavar="X", help="Facts below this.")
@click.option("--said", is_flag=True, help="Facts that the edition's words rest on.")
@first
@last
@as_json
@options.loudness
@click.pass_obj
def search(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    text: tuple[str, ...],
    place: Path,
    metric: str,
    subject: str,
    versus: str,
    window: str,
    above: float | None,
    below: float | None,
    said: bool,
    first: date | None,
    last: date | None,
    as_json: bool,
) -> None:
    """Find editions by their words and facts, the newest first.

    TEXT is words that all stand somewhere in an edition: headline, remarks,
    tables, titles of charts, names of subjects. "In quotes" they stand together;
    begin* finds what begins so. After -- a word written -so stands nowhere.

    A yes-or-no fact is found where it says yes; --below 1 finds every no.
    """
    from reporter.archive import catalogue
    from reporter.archive.base import opened
    from reporter.archive.search import Facts, Which, unknown
    from reporter.archive.search import search as found_in

    check_order(first, last)
    facts = Facts(metric, subject, versus, window, above, below, said)
    words = " ".join(map(_quoted, text))
    if not facts and not any(letter.isalnum() for letter in words):
        raise click.UsageError("Say what to find: words, or --metric and the like.")
    archive, which = opened(place), Which(first=first, last=last)
    finds = catalogue.ask(archive, lambda db: found_in(db, words, facts, which))
    if as_json:
        click.echo(shown.document({"finds": [_item(find) for find in finds]}))
    elif finds:
        click.echo(_table(finds, facts))
    if not finds:
        why = catalogue.ask(archive, lambda db: unknown(db, facts))
        talk.say(shown.harmless(why) or "No edition says that.")


def _quoted(text: str) -> str:
    """An argument of several plain words is a phrase, as the shell took its quotes off."""
    signs = any(word.startswith("-") or word.endswith("*") or '"' in word for word in text.split())
    return text if signs or len(text.split()) < 2 else f'"{text}"'  # noqa: PLR2004  several


def _table(finds: tuple[Find, ...], facts: Facts) -> str:
    if not facts:
        rows = [(*_place(find), find.place, find.passage, shown.states(find.edition))
                for find in finds]  # fmt: skip
        return shown.table([WORDS_HEAD, *rows], give=3)
    held = [(*_place(find), spelled(fact), fact.display, fact.said, shown.states(find.edition))
            for find in finds for fact in find.facts]  # fmt: skip
    return shown.table([FACTS_HEAD, *held], give=2)


def _place(find: Find) -> tuple[str, str]:
    return find.edition.as_of, shown.name(find.edition)


def spelled(fact: FoundFact) -> str:
    """A fact in words: what of what, against what, over what."""
    versus = f" vs {fact.benchmark_name or fact.benchmark}" if fact.benchmark else ""
    window = f" {fact.window}" if fact.window else ""
    return f"{fact.metric} {fact.name or fact.subject}{versus}{window}"


def _item(find: Find) -> dict[str, Any]:
    from dataclasses import asdict

    passage = {"place": find.place, "text": find.passage} if find.passage else None
    facts = [asdict(fact) for fact in find.facts]
    return {**shown.item(find.edition), "passage": passage, "facts": facts}
