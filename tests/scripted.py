"""A mail server that says what a test tells it to, however wrong."""

from __future__ import annotations

import contextlib
import socketserver
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.listening import answering

GOOD = {
    "": b"220 here\r\n",
    "EHLO": b"250-here\r\n250-SIZE 1000000\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
    "MAIL": b"250 2.1.0 Ok\r\n",
    "RCPT": b"250 2.1.5 Ok\r\n",
    "DATA": b"354 Go ahead\r\n",
    ".": b"250 2.0.0 Taken\r\n",
    "RSET": b"250 2.0.0 Ok\r\n",
    "QUIT": b"221 2.0.0 Bye\r\n",
}
Reply = bytes | float | None


@dataclass(slots=True)
class Script:
    """What the server answers by verb, and what it was told.

    The greeting is the answer to "", that to the final dot to ".". `None` closes the connection, a
    number waits so many seconds and then says what is usual; a list has the answers in turn, its
    last one for ever after.
    """

    port: int
    answers: dict[str, list[Reply]]
    said: list[str] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    connections: int = 0

    def answer(self, verb: str) -> bytes | None:
        """The next answer to a verb."""
        known = self.answers.get(verb, [GOOD.get(verb, b"502 5.5.1 What?\r\n")])
        found = known.pop(0) if len(known) > 1 else known[0]
        if isinstance(found, float):
            time.sleep(found)
            return GOOD[verb]
        return found


class Handler(socketserver.StreamRequestHandler):
    """One connection."""

    timeout = 10
    disable_nagle_algorithm = True
    script: Script

    def handle(self) -> None:
        """Talk until one of the two hangs up."""
        self.script.connections += 1
        with contextlib.suppress(OSError):
            self.talk()

    def talk(self) -> None:
        """Answer each command."""
        going = self.tell("")
        while going and (line := self.rfile.readline()):
            self.script.said.append(line.decode("utf-8", "replace").rstrip("\r\n"))
            verb = self.script.said[-1].partition(" ")[0].upper()
            going = self.tell(verb)
            if going == b"354":
                going = self.payload()
            if verb == "QUIT":
                return

    def payload(self) -> bytes | None:
        """Take a message and answer to its final dot."""
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return None
            lines.append(line.removeprefix(b"."))
        self.script.taken.append(b"".join(lines))
        return self.tell(".")

    def tell(self, verb: str) -> bytes | None:
        """Answer; the code of what was said, or None to hang up."""
        found = self.script.answer(verb)
        if found is None:
            return None
        self.wfile.write(found)
        return found[:3] or b"?"


@contextmanager
def scripted(answers: Mapping[str, Reply | list[Reply]] | None = None) -> Iterator[Script]:
    """A server at a free port for as long as the context lasts."""

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    said = {verb: list(a) if isinstance(a, list) else [a] for verb, a in (answers or {}).items()}
    script = Script(0, said)

    class Scripted(Handler):
        pass

    Scripted.script = script
    with Server(("127.0.0.1", 0), Scripted) as server, answering(server) as script.port:
        yield script
