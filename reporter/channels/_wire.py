"""smtplib's client with what it lacks: replies that end, tokens, and a final dot of its own."""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import ssl

from reporter.delivery.settings import Smtp

LINE = 8192  # bytes of a line of a reply; RFC 5321 4.5.3.1.5 allows 512
REPLY = 65536  # bytes of a reply
PIECES = 64  # parts in which a reply may come in
DRIP = 16  # each part after the first may take a sixteenth of the time that the first may take
DOT = 5
"""The reply to the final dot may take so many times as long as others: giving up leaves the letter
uncertain (RFC 5321 4.5.3.2 asks for ten minutes there and five elsewhere)."""
BLOCK = 65536  # bytes sent at once, each block within the time a reply may take
CHALLENGES = 3  # a server asks no more in AUTH PLAIN, LOGIN or XOAUTH2
_REPLY = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)


class GarbledError(smtplib.SMTPException):
    """What the server sends is no reply, or does not end."""


class Wire(smtplib.SMTP):
    """A connection to a mail server, on which nothing takes for ever.

    Every reply comes within five times `settings.timeout` seconds (its first part within once, or
    for the final dot within five times), in at most 64 parts and 64 KB.
    """

    def __init__(self, settings: Smtp, hello: str, context: ssl.SSLContext | None) -> None:
        super().__init__(local_hostname=hello, timeout=settings.timeout)
        self._settings = settings
        self._context = context if settings.security == "tls" else None
        self._host = settings.host  # what a certificate must be for
        self._received = bytearray()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        # The final dot follows the payload by itself: it must not wait for an acknowledgement.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._context is None:
            return plain
        try:
            return self._context.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self.sock is not None

    @property
    def is_encrypted(self) -> bool:
        """Whether what is sent is encrypted."""
        return isinstance(self.sock, ssl.SSLSocket)

    def close(self) -> None:
        """Drop the connection, whatever it was at."""
        self._received = bytearray()
        super().close()

    def getreply(self, times: int = 1) -> tuple[int, bytes]:
        """The next reply: its code and its lines; its first part may take `times` as long.

        Raises:
            GarbledError: it is no reply, or one without end.
            OSError: nothing came in time, or the connection is lost.
        """
        codes: set[int] = set()
        lines: list[bytes] = []
        budget = _Budget(self._settings.timeout, times)
        while True:
            found = _REPLY.fullmatch(self._line(budget))
            if found is None:
                self.close()
                raise GarbledError("what the server sent is no reply")
            codes.add(int(found[1]))
            lines.append((found[3] or b"").strip(b" \t\r"))
            if found[2] != b"-":
                break
        if len(codes) > 1:
            self.close()
            raise GarbledError("the server's reply has several codes")
        return codes.pop(), b"\n".join(lines)

    def _line(self, budget: _Budget) -> bytes:
        while b"\n" not in self._received:
            if len(self._received) > LINE or not budget.parts:
                self.close()
                raise GarbledError("the server's reply does not end")
            self._receive(budget)
        line, _, rest = self._received.partition(b"\n")
        self._received = rest
        return bytes(line.removesuffix(b"\r"))

    def _receive(self, budget: _Budget) -> None:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        try:
            self.sock.settimeout(budget.next())
            part = self.sock.recv(LINE)
            self.sock.settimeout(self._settings.timeout)
        except OSError:
            self.close()
            raise
        if not part:
            self.close()
            raise smtplib.SMTPServerDisconnected("the server closed the connection")
        self._received += part

    def secure(self, context: ssl.SSLContext) -> tuple[int, bytes]:
        """STARTTLS; what was said in the clear is forgotten.

        Raises:
            ssl.SSLError: the server is not who it should be, or speaks no TLS that is good enough.
            GarbledError: something in the clear came behind its reply (CVE-2011-0411).
        """
        code, text = self.docmd("STARTTLS")
        if code != 220 or self.sock is None:  # noqa: PLR2004  RFC 3207 4
            return code, text
        if self._received:
            self.close()
            raise GarbledError("the server talks on before TLS begins")
        try:
            self.sock = context.wrap_socket(self.sock, server_hostname=self._host)
        except OSError:
            self.close()
            raise
        self.esmtp_features = {}
        return code, text

    def offers(self) -> frozenset[str]:
        """The ways of AUTH that the server takes."""
        return frozenset(self.esmtp_features.get("auth", "").upper().split())

    def plain(self, user: str, password: str) -> tuple[int, bytes]:
        """AUTH PLAIN (RFC 4616)."""
        return self._answered("PLAIN", f"\0{user}\0{password}")

    def in_turn(self, user: str, password: str) -> tuple[int, bytes]:
        """AUTH LOGIN: the server asks for the user, then for the password."""
        return self._answered("LOGIN", None, user, password)

    def token(self, user: str, token: str) -> tuple[int, bytes]:
        """AUTH XOAUTH2: a refusal comes as a challenge, which wants an empty line (Google)."""
        return self._answered("XOAUTH2", f"user={user}\1auth=Bearer {token}\1\1", "")

    def _answered(self, way: str, initial: str | None, *answers: str) -> tuple[int, bytes]:
        first = f" {_base64(initial)}" if initial is not None else ""
        code, text = self.docmd("AUTH", f"{way}{first}")
        for answer in answers[:CHALLENGES]:
            if code != 334:  # noqa: PLR2004  RFC 4954 4
                break
            code, text = self.docmd(_base64(answer))
        return code, text

    def payload(self, data: bytes) -> None:
        """A message without its final dot, its other dots doubled (RFC 5321 4.5.2).

        Raises:
            OSError: the connection is lost: the server has not the whole message.
        """
        stuffed = data.replace(b"\r\n.", b"\r\n..")
        if stuffed.startswith(b"."):
            stuffed = b"." + stuffed
        for start in range(0, len(stuffed), BLOCK):
            self.send(stuffed[start : start + BLOCK])

    def dot(self) -> tuple[int, bytes]:
        """The final dot and its reply: from here on the server may have taken the message.

        Raises:
            OSError, GarbledError: it is not known whether it did.
        """
        self.send(b".\r\n")
        return self.getreply(DOT)


class _Budget:
    """How long the parts of a reply may take, without a look at a clock."""

    def __init__(self, timeout: float, times: int) -> None:
        self._first = timeout * times
        self._later = timeout / DRIP
        self.parts = PIECES

    def next(self) -> float:
        """Seconds that the next part may take."""
        self.parts -= 1
        return self._first if self.parts == PIECES - 1 else self._later


def _base64(words: str) -> str:
    return base64.b64encode(words.encode()).decode()
