"""What the program says on stderr beside its result: progress, notes, gaps, failures."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reporter.model import Finding, Gap, Terms
    from reporter.sources.base import Progress

QUIET, NORMAL, VERBOSE = -1, 0, 1
BAR = 24


class Talk:
    """Talk on stderr, as much of it as `-q` and `-v` ask for; failures are always told."""

    def __init__(self) -> None:
        self.level = NORMAL

    @property
    def verbose(self) -> bool:
        """Whether all there is to tell is asked for."""
        return self.level >= VERBOSE

    def say(self, text: str) -> None:
        """Something worth knowing, unless quiet."""
        if self.level >= NORMAL:
            click.echo(text, err=True)

    def say_each(self, lines: Iterable[str]) -> None:
        """Several things worth knowing, a line each."""
        for line in lines:
            self.say(line)

    def gaps(self, gaps: Iterable[Gap]) -> None:
        """What could not be had: how much of it, and under `-v` each with its reason."""
        gaps = tuple(gaps)
        if not gaps:
            return
        word = "gap" if len(gaps) == 1 else "gaps"
        if self.verbose:
            self.say("\n".join([f"{len(gaps)} {word}:", *(f"  {spell(gap)}" for gap in gaps)]))
        else:
            self.say(f"{len(gaps)} {word}: -v tells which.")

    def findings(self, findings: Iterable[Finding], which: str) -> None:
        """What is wrong with the prices: how much of it, and under `-v` each with its remedy.

        Else `which` says how they are told.
        """
        findings = tuple(findings)
        if not findings:
            return
        count = f"{len(findings)} finding{'' if len(findings) == 1 else 's'} on the data"
        if self.verbose:
            self.say("\n".join([f"{count}:", *(f"  {spell_finding(one)}" for one in findings)]))
        else:
            self.say(f"{count}: {which} tells which.")

    def terms(self, terms: Terms) -> None:
        """What the data may be used for, under `-v`; every page and file says it too."""
        from reporter.glossary import USES

        if self.verbose:
            self.say(f"Use of the data: {USES[terms].words}.")

    def fail(self, message: str) -> None:
        """Why the program stops; a message of several lines begins on a line of its own."""
        from reporter.visible import visible

        lead = "Error:\n" if "\n" in message else "Error: "
        click.echo(lead + "\n".join(map(visible, message.split("\n"))), err=True)

    def trace(self, error: BaseException | None) -> None:
        """Where somebody else's failure stands, if that much is to be told."""
        if self.verbose and error:
            click.echo("".join(traceback.format_exception(error)), err=True, nl=False)

    def bug(self, error: Exception) -> None:
        """A failure that is no user's fault."""
        self.trace(error)
        tip = "" if self.verbose else " Run it again with -v to see where."
        what = " ".join(f"{type(error).__name__}: {error}".split())
        self.fail(f"this is a bug in reporter: {what}.{tip}")

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A progress bar while series arrive; only where somebody watches."""
        watched = self.level >= NORMAL and sys.stderr.isatty()
        try:
            yield _draw if watched else _silent
        finally:
            if watched:
                click.echo("\r\x1b[K", err=True, nl=False)


def spell(gap: Gap) -> str:
    """A gap in one line: what is missing of what, and why."""
    versus = f" against {gap.benchmark}" if gap.benchmark else ""
    window = f" over {gap.window}" if gap.window else ""
    what = f"{gap.subject} {gap.metric}".strip()
    return f"{what}{versus}{window}: {gap.message}"


def spell_finding(finding: Finding) -> str:
    """A finding in one line: whose prices, what is wrong, what was done, what to do."""
    from reporter.glossary import check_name, done

    found = f"{finding.symbol} {check_name(finding.check).lower()}: {finding.message}"
    return " ".join(filter(None, (found, done(finding), finding.remedy)))


def _draw(done: int, total: int, name: str) -> None:
    filled = BAR * done // max(total, 1)
    bar = "#" * filled + "." * (BAR - filled)
    click.echo(f"\r\x1b[K[{bar}] {done}/{total} {name}", err=True, nl=False)


def _silent(_done: int, _total: int, _name: str) -> None:
    pass
