"""What the mail server and the page for unsubscribing must do; and a message to oneself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Thread
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from reporter.delivered import Letter, Verdict
from reporter.delivery import addresses, signing
from reporter.delivery.checks import Check, Means, failed, ok, skipped, warning
from reporter.delivery.settings import Settings
from reporter.errors import DeliveryError, SpecError
from reporter.visible import visible

if TYPE_CHECKING:
    from reporter.channels.smtp import Post

TRIAL = "trial-of-reporter-doctor"
"""A token that is none: a page that takes it takes any."""
SECONDS = 10.0
"""How long any single reply is waited for."""
WHOLE = 30.0
"""How long a check may take in all: who sends a sign now and then does not keep it for ever."""
ONE_CLICK = "List-Unsubscribe=One-Click"
_T = TypeVar("_T")
_SUBJECT = "Test message of reporter doctor"
_TEXT = (
    "This message was sent to try out how mail is set up.\n"
    "Look at its source: it should say spf=pass, dkim=pass and dmarc=pass.\n"
)


def checks(settings: Settings, means: Means, to: str, now: datetime) -> Iterator[Check]:
    """The connection, what the server offers, and the test message, if one is asked for."""
    where = f"{settings.smtp.host}:{settings.smtp.port}"
    try:
        with means.post(settings) as post:
            yield from _offered(settings, post, where)
            if to:
                yield _trial(settings, means, post, to, now)
            else:
                yield skipped(
                    "test message",
                    "none was sent",
                    "Leave --no-send out, and name an operator in the settings or --to ADDRESS.",
                )
    except (DeliveryError, SpecError) as error:
        yield failed("server", f"{where}: {error.message}".rstrip("."), error.tip)


@contextmanager
def opened(settings: Settings) -> Iterator[Post]:
    """The mail server, as the channel `smtp` uses it.

    Raises:
        DeliveryError: it cannot be used, or not in time.
    """
    from reporter.channels.smtp import Post  # noqa: PLC0415  which settings come before

    smtp = replace(settings.smtp, timeout=min(settings.smtp.timeout, SECONDS))
    post = Post(replace(settings, smtp=smtp))
    try:
        _within(WHOLE, post.open)
    except TimeoutError:
        tip = "Look at `smtp.host` and `smtp.port`, and whether a mail server listens there."
        raise DeliveryError("the mail server gives no whole answer in time.", tip=tip) from None
    try:
        yield post
    finally:
        with suppress(TimeoutError):
            _within(SECONDS, post.close)


def _within(seconds: float, work: Callable[[], _T]) -> _T:
    """What some work gives, or whatever it raises.

    Raises:
        TimeoutError: it took longer; what it left hanging ends with the program.
    """
    done: Future[_T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001  handed on to who waits
            done.set_exception(error)

    Thread(target=run, daemon=True).start()
    return done.result(seconds)


def _offered(settings: Settings, post: Post, where: str) -> Iterator[Check]:
    if post.protocol:
        yield ok("tls", f"{where} speaks {post.protocol}, with a certificate that is trusted")
    else:
        yield ok("tls", f"{where} is on this machine, and is spoken to in the clear")
    offered = ", ".join(sorted(o[5:] for o in post.features if o.startswith("AUTH "))) or "none"
    if settings.smtp.user:
        yield ok("login", f"by {settings.smtp.login}; offered: {offered}")
    else:
        yield ok("login", f"nobody logs in; offered: {offered}")
    yield _size(settings, post)
    if "SMTPUTF8" in post.features:
        yield ok("letters", "SMTPUTF8 is offered: addresses may have letters beyond ASCII")
    else:
        yield warning(
            "letters",
            "SMTPUTF8 is not offered",
            "Clients with letters beyond ASCII before the @ get nothing by this server.",
        )
    if "8BITMIME" not in post.features:
        yield warning("8bit", "8BITMIME is not offered", "Mails are made so that they do without.")


def _size(settings: Settings, post: Post) -> Check:
    wanted = settings.limits.message
    if post.limit is None:
        return ok("size", "the server states no limit")
    if post.limit < wanted:
        what = f"the server takes {post.limit} bytes, the settings allow {wanted}"
        return warning("size", what, f"Write message = {post.limit} under [limits].")
    return ok("size", f"the server takes {post.limit} bytes, {wanted} are needed at most")


# --- a message to oneself ----------------------------------------------------------------------


def _trial(settings: Settings, means: Means, post: Post, to: str, now: datetime) -> Check:
    try:
        data = _message(settings, means, to, now)
    except DeliveryError as error:
        return failed("test message", error.message.rstrip("."), error.tip)
    letter = Letter("doctor", "", settings.sender.bounces, to, "", data)
    try:
        answer = _within(WHOLE, partial(post.send, letter))
    except TimeoutError:
        remedy = "See in the server's log what became of it."
        return failed("test message", "the server gives no whole answer in time", remedy)
    said = " ".join(filter(None, (str(answer.code or ""), answer.enhanced, visible(answer.text))))
    if answer.verdict is Verdict.SENT:
        return ok("test message", "the server took it: look into the mailbox, and at its source")
    remedy = "Look up the reply, and whether the server lets this sender send."
    return failed("test message", f"{answer.verdict}: {said}", remedy)


def _message(settings: Settings, means: Means, to: str, now: datetime) -> bytes:
    """A short message as it goes over the wire, signed where mails are."""
    made = EmailMessage(policy=SMTP)
    sender, _ = addresses.on_the_wire(settings.sender.address)
    made["From"] = formataddr((settings.sender.name, sender))
    made["To"] = addresses.on_the_wire(to)[0]
    made["Subject"] = _SUBJECT
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<doctor.{now:%Y%m%d%H%M%S%f}@{addresses.domain(sender)}>"
    made.set_content(_TEXT)
    data = made.as_bytes()
    key = means.secret("dkim-key") if settings.dkim else None
    if settings.dkim is None or not key:
        return data
    return signing.signer(settings.dkim, key.encode()).signed(data, now)


# --- unsubscribing -----------------------------------------------------------------------------


def unsubscribing(settings: Settings, means: Means) -> Check:
    """Whether the page answers as one click needs it: refuses a forged token, never redirects."""
    name, url = "unsubscribe", settings.unsubscribing.url + TRIAL
    try:
        posted, got = means.web("POST", url), means.web("GET", url)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        remedy = "Start it (reporter unsubscribe serve), and let the web reach it."
        return warning(name, f"cannot be reached: {why}", remedy)
    serve = "Let that address lead to `reporter unsubscribe serve`, and nowhere else."
    if any(300 <= code < 400 for code in (posted, got)):  # noqa: PLR2004  RFC 8058, 3.2
        return failed(name, f"redirects ({posted}, {got}), which one click does not follow", serve)
    if posted == 405 or max(posted, got) >= 500:  # noqa: PLR2004
        return failed(name, f"answers a POST with {posted} and a GET with {got}", serve)
    if posted < 400:  # noqa: PLR2004
        return warning(name, f"takes a token that is none ({posted})", serve)
    return ok(name, f"answers, and refuses a token that is none ({posted})")


def web(method: str, url: str) -> int:
    """The status of an answer; what it redirects to is not asked.

    Raises:
        OSError: there is no answer in time or none of the web's, or the certificate is not trusted.
    """
    try:
        return _within(WHOLE, partial(_status, method, url))
    except TimeoutError:
        raise OSError("there is no whole answer in time") from None
    except HTTPException:
        raise OSError("what answers is no server of the web") from None


def _status(method: str, url: str) -> int:
    parts = urlsplit(url)
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=SECONDS)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    body = ONE_CLICK if method == "POST" else None
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    try:
        connection.request(method, path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()
