"""Servers that tests start: a port for one, and the wait until it answers."""

from __future__ import annotations

import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def free_port() -> int:
    """A port that nobody has at present."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(
    ask: Callable[[], object],
    silence: type[Exception] | tuple[type[Exception], ...],
    process: subprocess.Popen[bytes],
    patience: float,
) -> bool:
    """Whether a server answers before patience, in seconds, or its process ends.

    `ask` raises one of `silence` as long as it does not.
    """
    end = time.monotonic() + patience
    while time.monotonic() < end and process.poll() is None:
        try:
            ask()
        except silence:
            time.sleep(0.05)
        else:
            return True
    return False


@contextmanager
def answering(server: socketserver.TCPServer) -> Iterator[int]:
    """The port of a server that answers for as long as the context lasts."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
