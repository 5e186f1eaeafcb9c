"""Mail servers at fault: a proxy before a real one that spoils chosen messages, and smtp-sink.

The proxy reads what is said, so it is spoken to in the clear, which is for this machine only.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import smtplib
import socket
import socketserver
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from io import BufferedRWPair

from tests.listening import answering, free_port

PATIENCE = 10.0  # seconds


class Fault(StrEnum):
    """What happens to a message."""

    NONE = "none"
    CLOSING = "421 at MAIL"
    DEFERRED = "450 at RCPT"
    BUSY = "451 at RCPT"
    UNKNOWN = "550 5.1.1 at RCPT"
    GARBAGE = "no reply but garbage at RCPT"
    REFUSED = "500 at DATA"
    BEFORE_DOT = "disconnect before the final dot"
    AFTER_DOT = "taken, but disconnect before the reply to the final dot"
    SLOW = "each reply late"


REPLIES = {
    Fault.CLOSING: (b"MAIL", b"421 4.3.2 Closing down\r\n"),
    Fault.DEFERRED: (b"RCPT", b"450 4.2.1 Not now\r\n"),
    Fault.BUSY: (b"RCPT", b"451 4.3.0 Busy\r\n"),
    Fault.UNKNOWN: (b"RCPT", b"550 5.1.1 No such mailbox here\r\n"),
    Fault.GARBAGE: (b"RCPT", b"\x00\xff what?\r\n"),
    Fault.REFUSED: (b"DATA", b"500 5.3.0 Refused\r\n"),
}


def seeded(seed: int, shares: Mapping[Fault, float]) -> Iterator[Fault]:
    """Faults without end, each with its share of all messages; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311  no secret
    faults = [*shares, Fault.NONE]
    weights = [*shares.values(), max(0.0, 1.0 - sum(shares.values()))]
    while True:
        yield chance.choices(faults, weights)[0]


@dataclass(slots=True)
class Proxy:
    """A proxy at work: where it listens, and how often it did what."""

    port: int
    done: Counter[Fault] = field(default_factory=Counter)
    connections: int = 0
    host: str = "127.0.0.1"


@contextmanager
def proxy(port: int, faults: Iterable[Fault], slow: float = 0.05) -> Iterator[Proxy]:
    """A proxy before the server at a port; it does what `faults` says, message by message.

    After their end nothing more is spoiled. `slow` is the seconds by which SLOW delays a reply.
    """
    plan, lock = iter(faults), threading.Lock()

    def fault() -> Fault:
        with lock:
            found = next(plan, Fault.NONE)
            told.done[found] += 1
            return found

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with lock:
                told.connections += 1
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as on:
                for end in (on, self.request):
                    end.settimeout(PATIENCE)
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self.request.makefile("rwb") as client, on.makefile("rwb") as server:
                    _Conversation(client, server, slow).hold(fault)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as listening:
        told = Proxy(int(listening.server_address[1]))
        with answering(listening):
            yield told


class _Conversation:
    """One connection, from greeting to end."""

    def __init__(self, client: BufferedRWPair, server: BufferedRWPair, slow: float) -> None:
        self._client = client
        self._server = server
        self._slow = slow
        self._fault = Fault.NONE

    def hold(self, fault: Callable[[], Fault]) -> None:
        """Pass on what is said until either side has enough, or a fault ends it."""
        self._tell(self._reply())
        while line := self._client.readline():
            verb = line[:4].upper()
            if verb == b"MAIL":
                self._fault = fault()
            at, spoiled = REPLIES.get(self._fault, (b"", b""))
            if verb == at:
                self._tell(spoiled)
                if self._fault is Fault.CLOSING:
                    return
                continue
            self._pass(line)
            reply = self._reply()
            self._tell(reply)
            if verb == b"QUIT" or not reply:
                return
            if verb == b"DATA" and reply.startswith(b"354") and not self._payload():
                return

    def _payload(self) -> bool:
        """Pass a message on; whether the connection goes on."""
        while line := self._client.readline():
            if self._fault is Fault.BEFORE_DOT:
                return False
            if line == b".\r\n":
                self._pass(line)
                reply = self._reply()
                if self._fault is Fault.AFTER_DOT:
                    return False
                self._tell(reply)
                return bool(reply)
            self._server.write(line)
        return False

    def _pass(self, data: bytes) -> None:
        self._server.write(data)
        self._server.flush()

    def _tell(self, data: bytes) -> None:
        if self._fault is Fault.SLOW:
            time.sleep(self._slow)
        self._client.write(data)
        self._client.flush()

    def _reply(self) -> bytes:
        lines = []
        while line := self._server.readline():
            lines.append(line)
            if line[3:4] != b"-":
                break
        return b"".join(lines)


@contextmanager
def smtp_sink(*flags: str) -> Iterator[int]:
    """Postfix's own `smtp-sink` at the port that is given, which takes mail and forgets it.

    Its flags name faults: `-r RCPT` answers 450, `-f DATA` 500, `-q DATA` disconnects, `-w 1`
    waits a second before it answers to DATA.

    Raises:
        LookupError: it is not installed.
    """
    program = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise LookupError("no smtp-sink here; `make test` installs Debian's `postfix`")
    port = free_port()
    owner = () if os.geteuid() else ("-u", "nobody")  # it will not stay root
    process = subprocess.Popen([program, *owner, *flags, f"127.0.0.1:{port}", "64"])
    try:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and process.poll() is None:
            with (
                contextlib.suppress(OSError, smtplib.SMTPException),
                socket.create_connection(("127.0.0.1", port), 1),
            ):
                break
            time.sleep(0.02)
        yield port
    finally:
        process.kill()
        process.wait()
