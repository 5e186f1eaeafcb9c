"""Letters to a mail server: one recipient each, over connections that are used again."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from reporter.channels._wire import Wire
from reporter.channels.base import channel
from reporter.delivery import replies, vault
from reporter.delivery.addresses import on_the_wire
from reporter.delivery.hosts import is_here
from reporter.delivery.replies import Stage
from reporter.delivery.settings import Settings, Smtp
from reporter.errors import DeliveryError, SpecError
from reporter.model import Answer, Letter, Verdict

LONGEST_LINE = 998  # bytes of a message's line, CRLF apart: RFC 5322 2.1.1
IN_VAIN = 3  # so many connections in a row that fail stop the run
_SAFE = re.compile(r"[^\x00-\x20\x7f<>@]+@[^\x00-\x20\x7f<>@]+")
_LOGINS = {"xoauth2": "smtp-token", "password": "smtp-password"}
TIPS = {
    Stage.CONNECT: "Look at `smtp.host` and `smtp.port`, and whether the server runs.",
    Stage.HELLO: "Look at `smtp.host` and `smtp.port`.",
    Stage.TLS: "Look at `smtp.security`, and at `smtp.authority` if the certificate is your own.",
    Stage.LOGIN: "Look at `smtp.user` and `smtp.login`, and at the secret.",
}


@channel("smtp")
@contextmanager
def smtp(settings: Settings) -> Iterator[Post]:
    """Hands letters to a mail server by SMTP: over TLS, one recipient each."""
    _check(settings.smtp)
    post = Post(settings)
    post.open()
    try:
        yield post
    finally:
        post.close()


def _check(server: Smtp) -> None:
    if server.security == "none" and not is_here(server.host):
        tip = 'Write security = "starttls" or "tls".'
        message = "a server on another machine is sent nothing in the clear."
        raise SpecError(message, where="smtp.security", tip=tip)


class RefusedError(Exception):
    """There is no connection over which a letter could go."""

    def __init__(self, stage: Stage, answer: Answer) -> None:
        super().__init__()
        self.stage = stage
        self.answer = answer


@dataclass(frozen=True, slots=True)
class _Envelope:
    """What is said before a message."""

    sender: str
    recipient: str
    parameters: tuple[str, ...]


class Post:
    """The mail server in use."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings.smtp
        self._context = _context(settings.smtp)
        domain = _hello(settings.sender.address)
        self._wire = Wire(settings.smtp, domain, self._context)
        self._carried = 0  # letters over this connection
        self._in_vain = 0  # connections in a row that failed
        self._limit: int | None = None

    @property
    def limit(self) -> int | None:
        """The most bytes the server takes, as it said at the last connection (RFC 1870)."""
        return self._limit

    @property
    def features(self) -> frozenset[str]:
        """What the server offers, in capitals: `SIZE`, `SMTPUTF8`, `AUTH PLAIN` and the like."""
        names = {name.upper() for name in self._wire.esmtp_features}
        return frozenset(names | {f"AUTH {way}" for way in self._wire.offers()})

    @property
    def protocol(self) -> str:
        """The TLS that is spoken, such as `TLSv1.3`; empty in the clear."""
        sock = self._wire.sock
        return (sock.version() or "") if isinstance(sock, ssl.SSLSocket) else ""

    def open(self) -> None:
        """Connect, so that what would stop every letter is told before the first.

        Raises:
            DeliveryError: there is no connection.
        """
        try:
            self._connect()
        except RefusedError as error:
            answer = error.answer
            said = " ".join(filter(None, (str(answer.code or ""), answer.enhanced, answer.text)))
            where = f"{self._settings.host}:{self._settings.port}"
            message = f"the mail server cannot be used: {said}."
            raise DeliveryError(message, where=where, tip=TIPS[error.stage]) from None

    def close(self) -> None:
        """Take leave; whatever the server answers changes nothing."""
        if self._wire.is_open:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._wire.docmd("QUIT")
        self._wire.close()

    def send(self, letter: Letter) -> Answer:
        """Hand a letter over; a connection that ended while it was idle is made anew once."""
        if why := _unfit(letter.data):
            return Answer(Verdict.FAILED, text=why)
        if self._carried >= self._settings.per_connection:
            self.close()
        was_idle = self._wire.is_open and self._carried > 0
        answer, stage = self._try(letter)
        if was_idle and stage is Stage.MAIL and not self._wire.is_open:
            answer, _ = self._try(letter)
        return answer

    def _try(self, letter: Letter) -> tuple[Answer, Stage]:
        try:
            if not self._wire.is_open:
                self._connect()
            envelope = self._envelope(letter)
        except RefusedError as error:
            return self._refused_again(error), error.stage
        except UnfitError as error:
            return error.answer, Stage.RCPT
        except DeliveryError as error:  # the secret cannot be had any more
            return Answer(Verdict.HALTED, text=error.message), Stage.LOGIN
        self._carried += 1
        return self._hand_over(envelope, letter)

    def _refused_again(self, error: RefusedError) -> Answer:
        """A server that was there and is not: the letter waits, and after some the run stops."""
        self._in_vain += 1
        answer = error.answer
        if self._in_vain < IN_VAIN or answer.verdict is not Verdict.DEFERRED:
            return answer
        return Answer(Verdict.HALTED, answer.code, answer.enhanced, answer.text)

    def _hand_over(self, envelope: _Envelope, letter: Letter) -> tuple[Answer, Stage]:
        wire, stage = self._wire, Stage.MAIL
        parameters = "".join(f" {word}" for word in envelope.parameters)
        wire.command_encoding = "utf-8" if "SMTPUTF8" in envelope.parameters else "ascii"
        commands = (
            (Stage.MAIL, f"MAIL FROM:<{envelope.sender}>{parameters}"),
            (Stage.RCPT, f"RCPT TO:<{envelope.recipient}>"),
            (Stage.DATA, "DATA"),
        )
        try:
            for stage, command in commands:
                code, text = wire.docmd(command)
                if not replies.goes_on(stage, code):
                    return self._refused(stage, code, text, letter), stage
            stage = Stage.PAYLOAD
            wire.payload(letter.data)
            stage = Stage.DOT
            code, text = wire.dot()
        except (OSError, smtplib.SMTPException) as error:
            wire.close()
            return replies.lost(stage, _why(error)), stage
        if not replies.goes_on(stage, code):
            return self._refused(stage, code, text, letter), stage
        return replies.classified(stage, code, *_read(text, letter.address)), stage

    def _refused(self, stage: Stage, code: int, text: bytes, letter: Letter) -> Answer:
        answer = replies.classified(stage, code, *_read(text, letter.address))
        # 421 says that the server closes; what fits nowhere, that it is elsewhere in the talk.
        if code == 421 or code // 100 not in {replies.NOT_NOW, replies.NEVER}:  # noqa: PLR2004
            self._wire.close()
            return answer
        try:
            code, _ = self._wire.docmd("RSET")
        except (OSError, smtplib.SMTPException):
            code = 0
        if code != 250:  # noqa: PLR2004
            self._wire.close()
        return answer

    def _envelope(self, letter: Letter) -> _Envelope:
        """The addresses as they go over the wire, and what MAIL says besides.

        RFC 1870 has SIZE, RFC 6152 8BITMIME, RFC 6531 SMTPUTF8.

        Raises:
            UnfitError: the letter cannot go, or not to this server.
        """
        sender, strange_sender = _on_the_wire(letter.envelope)
        recipient, strange = _on_the_wire(letter.address)
        if self._limit is not None and len(letter.data) > self._limit:
            text = f"the message has {len(letter.data)} bytes, the server takes {self._limit}"
            raise UnfitError(Answer(Verdict.FAILED, 552, "5.3.4", text))
        parameters = []
        if self._wire.has_extn("size"):
            parameters.append(f"SIZE={len(letter.data)}")
        if not letter.data.isascii():
            self._need("8bitmime", "5.6.3", "the message has 8-bit signs")
            parameters.append("BODY=8BITMIME")
        headers, _, _ = letter.data.partition(b"\r\n\r\n")
        if strange or strange_sender or not headers.isascii():
            self._need("smtputf8", "5.6.7", "the address or a header is not ASCII")
            parameters.append("SMTPUTF8")
        return _Envelope(sender, recipient, tuple(parameters))

    def _need(self, extension: str, enhanced: str, why: str) -> None:
        if not self._wire.has_extn(extension):
            text = f"{why}, and the server offers no {extension.upper()}"
            raise UnfitError(Answer(Verdict.FAILED, 0, enhanced, text))

    def _connect(self) -> None:
        """Greeting, EHLO, TLS, EHLO again, login.

        Raises:
            RefusedError: one of them fails; no connection is left.
            DeliveryError: the secret cannot be had; the same.
        """
        self._carried = 0
        stage = Stage.CONNECT
        try:
            for stage in (Stage.CONNECT, Stage.HELLO, Stage.TLS, Stage.LOGIN):
                self._step(stage)
        except (RefusedError, DeliveryError):
            self._wire.close()
            raise
        except (ssl.SSLError, ssl.CertificateError) as error:
            self._wire.close()
            answer = Answer(Verdict.HALTED, text=_why(error))
            raise RefusedError(Stage.TLS, answer) from None
        except (OSError, smtplib.SMTPException) as error:
            self._wire.close()
            raise RefusedError(stage, replies.lost(stage, _why(error))) from None
        self._in_vain = 0
        self._limit = _size(self._wire)

    def _step(self, stage: Stage) -> None:
        server, wire = self._settings, self._wire
        if stage is Stage.CONNECT:
            self._expect(stage, *wire.connect(server.host, server.port))
        elif stage is Stage.HELLO:
            self._expect(stage, *wire.ehlo())
        elif stage is Stage.TLS and server.security == "starttls":
            if not wire.has_extn("starttls"):
                _halt(stage, "the server offers no STARTTLS")
            self._expect(stage, *wire.secure(self._context))
            self._expect(Stage.HELLO, *wire.ehlo())
        elif stage is Stage.LOGIN and server.user:
            self._expect(stage, *self._login())

    def _login(self) -> tuple[int, bytes]:
        """Log in as the settings say; the secret is read anew, for a token may have changed."""
        server, wire = self._settings, self._wire
        if not wire.is_encrypted and not is_here(server.host):
            _halt(Stage.LOGIN, "nobody logs in over a connection in the clear")
        offers = wire.offers()
        ways: dict[str, Callable[[str, str], tuple[int, bytes]]]
        ways = {"PLAIN": wire.plain, "LOGIN": wire.in_turn}
        if server.login == "xoauth2":
            ways = {"XOAUTH2": wire.token}
        for name, way in ways.items():
            if name in offers:
                return way(server.user, vault.secret(_LOGINS[server.login]))
        _halt(Stage.LOGIN, f"the server offers no login by {' or '.join(ways)}")
        raise AssertionError  # pragma: no cover  halted

    @staticmethod
    def _expect(stage: Stage, code: int, text: bytes) -> None:
        if not replies.goes_on(stage, code):
            raise RefusedError(stage, replies.classified(stage, code, *_read(text)))


class UnfitError(Exception):
    """A letter that this server would not take; it is asked nothing."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def _halt(stage: Stage, text: str) -> None:
    raise RefusedError(stage, Answer(Verdict.HALTED, text=text))


def _context(server: Smtp) -> ssl.SSLContext:
    """TLS 1.2 or later, the certificate and its name checked."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if server.authority is not None:
        try:
            context.load_verify_locations(server.authority)
        except OSError as error:  # what SSL finds wrong with it is one, too
            message = f"the certificates cannot be read: {_why(error)}."
            raise SpecError(message, where="smtp.authority", tip="Name a file in PEM.") from None
    return context


def _size(wire: Wire) -> int | None:
    """The limit in the reply to EHLO; 0 there means that there is none."""
    said = wire.esmtp_features.get("size", "")
    return int(said) or None if said.isdecimal() and said.isascii() else None


def _on_the_wire(address: str) -> tuple[str, bool]:
    """An address for a command, which it cannot end, and whether that takes SMTPUTF8.

    One in ASCII is there already: whoever wrote the letter has read it closely.

    Raises:
        UnfitError: it is none.
    """
    try:
        written, strange = (address, False) if address.isascii() else on_the_wire(address)
    except ValueError:
        written = ""
    if not _SAFE.fullmatch(written):
        raise UnfitError(Answer(Verdict.FAILED, 0, "5.1.3", "this is no address of a mailbox"))
    return written, strange


def _hello(address: str) -> str:
    """What EHLO calls us: the sender's domain, for what this machine is called is nobody's affair.

    Raises:
        SpecError: the sender's address is none.
    """
    try:
        return _on_the_wire(address)[0].rpartition("@")[2]
    except UnfitError:
        raise SpecError("this is no address.", where="sender.address") from None


def _unfit(data: bytes) -> str:
    """Why a message cannot go over the wire as it is, byte for byte; empty if it can."""
    ends = data.count(b"\r\n")
    if data.count(b"\n") != ends or data.count(b"\r") != ends:
        return "the message has line ends other than CRLF"
    if not data.endswith(b"\r\n"):
        return "the message's last line does not end"
    if b"\0" in data:
        return "the message holds a NUL"
    return f"a line has more than {LONGEST_LINE} bytes" if _has_long_line(data) else ""


def _has_long_line(data: bytes) -> bool:
    """Whether a line is too long, of those that end; looked for in strides of as much as may be."""
    start = 0
    while start < len(data):
        end = data.rfind(b"\n", start, start + LONGEST_LINE + len(b"\r\n"))
        if end < 0:
            return True
        start = end + 1
    return False


def _read(text: bytes, private: str = "") -> tuple[str, str]:
    return replies.read(text.decode("utf-8", "replace"), private)


def _why(error: Exception) -> str:
    """What went wrong, in one line and without what a library adds for programmers."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is refused: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
