# ruff: noqa: D102  a rule is told by its name
"""The outbox against a plain dictionary: whatever order things are asked in, both say the same."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from reporter.delivery.ledger import opened
from reporter.delivery.records import Lease
from reporter.errors import DeliveryError
from reporter.model import Answer, State, Verdict
from tests.delivery.outboxes import CAMPAIGN, NOW, URL, delivery

CLIENTS = [delivery(at).client for at in range(4)]
CLIENT = st.sampled_from(CLIENTS)
WHO = st.sampled_from(["a", "b"])
GOOD = {  # what each change is allowed from, by hand
    "claim": {"queued", "deferred"},
    "settle": {"sending"},
    "suppressed": {"sending", "queued", "deferred"},
    "resolve": {"uncertain"},
    "doubt": {"queued", "deferred", "failed"},
}
BECOMES = {
    Verdict.SENT: "sent", Verdict.DEFERRED: "deferred", Verdict.FAILED: "failed",
    Verdict.UNCERTAIN: "uncertain", Verdict.HALTED: "queued",
}  # fmt: skip


class Outbox(RuleBasedStateMachine):
    """Two senders and an operator, a clock that jumps both ways."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = tempfile.mkdtemp()
        self.stack.callback(shutil.rmtree, folder)
        self.ledger = self.stack.enter_context(opened(URL, Path(folder)))
        self.now = NOW
        self.rows: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        self.leases: dict[str, Lease] = {}
        self.holder: str | None = None
        self.until = NOW

    def teardown(self) -> None:
        self.stack.close()

    def tried(self, allowed: bool, act: Callable[[], object]) -> object:  # noqa: FBT001
        """Do what must succeed, or must be refused."""
        if allowed:
            return act()
        with contextlib.suppress(DeliveryError):
            act()
            raise AssertionError("it was not refused")
        return None

    def become(self, client: str, state: str) -> None:
        self.rows[client] = state
        self.lines[client] = self.lines.get(client, 0) + 1

    @rule(seconds=st.integers(-200, 200))
    def time_goes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(who=WHO)
    def lease(self, who: str) -> None:
        free = self.holder is None or self.until <= self.now
        got = self.tried(free, lambda: self.ledger.lease(CAMPAIGN, who, self.now))
        if isinstance(got, Lease):
            assert all(got.token > old.token for old in self.leases.values())
            self.leases[who], self.holder = got, who
            self.until = self.now + timedelta(seconds=60)

    @rule(who=WHO)
    def renew(self, who: str) -> None:
        if who in self.leases:
            lease = self.leases[who]
            self.tried(self.holder == who, lambda: self.ledger.renew(lease, self.now))
            if self.holder == who:
                self.until = max(self.until, self.now + timedelta(seconds=60))

    @rule(who=WHO)
    def release(self, who: str) -> None:
        if who in self.leases:
            self.ledger.release(self.leases[who])
            if self.holder == who:
                self.holder = None

    @rule(who=WHO, most=st.integers(0, 4))
    def queue(self, who: str, most: int) -> None:
        if lease := self.leases.get(who):
            good = self.holder == who or not most
            rows = [delivery(at) for at in range(most)]
            self.tried(good, lambda: self.ledger.queue(lease, rows, self.now))
            if self.holder == who:
                for row in rows:
                    if row.client not in self.rows:
                        self.become(row.client, "queued")

    @rule(who=WHO, client=CLIENT)
    def claim(self, who: str, client: str) -> None:
        if lease := self.leases.get(who):
            good = self.holder == who and client in self.rows
            got = self.tried(good, lambda: self.ledger.claim(lease, client, self.now))
            if good:
                assert got == (self.rows[client] in GOOD["claim"])
            if got:
                self.become(client, "sending")

    @rule(who=WHO, client=CLIENT, verdict=st.sampled_from(Verdict))
    def settle(self, who: str, client: str, verdict: Verdict) -> None:
        if lease := self.leases.get(who):
            good = self.holder == who and self.rows.get(client) in GOOD["settle"]
            answer = Answer(verdict, 250, "2.0.0", "so")
            self.tried(good, lambda: self.ledger.settle(lease, client, answer, self.now))
            if good:
                self.become(client, BECOMES[verdict])

    @rule(who=WHO, client=CLIENT)
    def suppressed(self, who: str, client: str) -> None:
        if lease := self.leases.get(who):
            good = self.holder == who and self.rows.get(client) in GOOD["suppressed"]
            self.tried(good, lambda: self.ledger.suppressed(lease, client, "hard", self.now))
            if good:
                self.become(client, "suppressed")

    @rule(who=WHO)
    def recover(self, who: str) -> None:
        if lease := self.leases.get(who):
            left = [client for client, state in self.rows.items() if state == "sending"]
            good = self.holder == who
            got = self.tried(good, lambda: self.ledger.recover(lease, self.now))
            if good:
                assert got == len(left)
                for client in left:
                    self.become(client, "uncertain")

    @rule(who=WHO)
    def doubt(self, who: str) -> None:
        if lease := self.leases.get(who):
            good = self.holder == who
            got = self.tried(good, lambda: self.ledger.doubt(lease, self.now))
            if good:
                doubtful = [one for one, state in self.rows.items() if state in GOOD["doubt"]]
                assert got == len(doubtful)
                for client in doubtful:
                    self.become(client, "uncertain")

    @rule(who=WHO, least=st.integers(0, 9))
    def beat(self, who: str, least: int) -> None:
        if lease := self.leases.get(who):
            before = self.ledger.beats([CAMPAIGN])[CAMPAIGN]
            good = self.holder == who
            got = self.tried(good, lambda: self.ledger.beat(lease, least))
            assert got == (max(before, least) + 1 if good else None)
            assert self.ledger.beats([CAMPAIGN])[CAMPAIGN] == (got or before)

    @rule(client=CLIENT, state=st.sampled_from(State))
    def resolve(self, client: str, state: State) -> None:
        possible = state.value in {"sent", "queued", "deferred", "failed"}
        good = possible and self.rows.get(client) in GOOD["resolve"]
        self.tried(good, lambda: self.ledger.resolve(CAMPAIGN, client, state, "so", self.now, "op"))
        if good:
            self.become(client, state.value)

    @rule(states=st.sets(st.sampled_from(State), max_size=3))
    def retry(self, states: set[State]) -> None:
        good = states <= {State.FAILED, State.DEFERRED, State.SUPPRESSED}
        got = self.tried(good, lambda: self.ledger.retry(CAMPAIGN, states, self.now, "op"))
        if good:
            chosen = [client for client, state in self.rows.items() if state in states]
            assert got == len(chosen)
            for client in chosen:
                self.become(client, "queued")

    @invariant()
    def same(self) -> None:
        found = {row.client: row.state.value for row in self.ledger.rows(CAMPAIGN)}
        assert found == self.rows
        counted = {s.value: n for s, n in self.ledger.counts(CAMPAIGN).items() if n}
        assert counted == {s: list(found.values()).count(s) for s in set(found.values())}
        for client, lines in self.lines.items():
            history = self.ledger.history(CAMPAIGN, client)
            assert len(history) == lines
            assert [line.before for line in history[1:]] == [line.after for line in history[:-1]]
            assert sum(line.after == "sent" for line in history) <= 1


Outbox.TestCase.settings = settings(
    settings.default, deadline=None, max_examples=30, stateful_step_count=30
)
TestOutbox = Outbox.TestCase
