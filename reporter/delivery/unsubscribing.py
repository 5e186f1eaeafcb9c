"""The web page where clients unsubscribe: the only home of Starlette and uvicorn.

One path, `<prefix>{token}`. A POST unsubscribes at once, which is what a mail program sends for its
button (RFC 8058) and a browser for the page's; whatever its body says, somebody holds the link and
has pressed. A GET only shows the page, because scanners of mail follow links. No answer sends
elsewhere, sets a cookie or names anybody.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from reporter.delivery import tokens
from reporter.delivery.unsubscriptions import Outbox, Wish, unsubscribe
from reporter.errors import DeliveryError, SpecError
from reporter.templating import render

try:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import ClientDisconnect, Request
    from starlette.responses import Response
    from starlette.routing import Route
except ImportError as error:
    raise DeliveryError(
        "the page to unsubscribe needs the libraries Starlette and uvicorn.",
        tip="Install them with: pip install 'market-brief-reporter[unsubscribe]'.",
    ) from error

LARGEST_BODY = 4096  # bytes; a mail program's POST has 26
LARGEST_HEAD = 16_384  # bytes of a request's lines before its body
PATIENCE = 10.0  # seconds that a body may take
AGAIN = 300  # seconds after which a mail program may ask again
AT_ONCE = 500  # requests; who comes then is told to come again
GRACE = 10  # seconds that requests under way have when the server is told to end
TEMPLATE = "mail/unsubscribe.html.j2"
BY = "unsubscribe page"
METHODS = ("GET", "HEAD", "POST")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page works with.

    Args:
        url: what tokens are put behind: its path is the page's.
        key: of the tokens; never shown.
        outbox: opens the ledger, anew whenever nobody has it open, so that a database that was away
            is found again.
        now: what time it is.
        log: takes a line for the operator, in which there is no token and no address.
        folder: the house's; its `templates/mail/unsubscribe.html.j2` wins.
    """

    url: str
    key: bytes = field(repr=False)
    outbox: Callable[[], AbstractContextManager[Outbox]]
    now: Callable[[], datetime]
    log: Callable[[str], None]
    folder: Path | None = None


def app(desk: Desk) -> Starlette:
    """The application; its pages are made when it is, and hold nothing of anybody.

    Raises:
        SpecError: the address in the settings has no path that a token could end.
        RenderError: the house's own template is faulty.
    """
    service = _Service(desk, _pages(desk.folder), _Queue(desk.outbox))
    known = Route(f"{prefix(desk.url)}{{token}}", service.answer, methods=list(METHODS))
    made = Starlette(
        routes=[known],
        exception_handlers={404: service.elsewhere, 405: service.otherwise, 500: service.broken},
    )
    made.router.redirect_slashes = False
    return made


def prefix(url: str) -> str:
    """The path of the page, up to where the token stands."""
    parts = urlsplit(url)
    path = parts.path
    if parts.query or parts.fragment or not path.startswith("/") or set(path) & set("{}%"):
        tip = "Write it like https://www.house.example/u/: the token is put behind it."
        raise SpecError("is no address of a page.", where="unsubscribing.url", tip=tip)
    return path


class _Queue:
    """One outbox for all who ask at the same time, one after the other; closed when nobody waits.

    So a burst opens it once, and yet a file that was put back meanwhile is not written past.
    """

    def __init__(self, opened: Callable[[], AbstractContextManager[Outbox]]) -> None:
        self._opened = opened
        self._turn, self._counting = Lock(), Lock()
        self._waiting = 0
        self._stack = ExitStack()
        self._outbox: Outbox | None = None

    @contextmanager
    def turn(self) -> Iterator[Outbox]:
        """The outbox, for nobody else meanwhile; after a failure it is opened anew."""
        with self._counting:
            self._waiting += 1
        with self._turn:
            failed = True
            try:
                self._outbox = self._outbox or self._stack.enter_context(self._opened())
                yield self._outbox
                failed = False
            finally:
                with self._counting:
                    self._waiting -= 1
                    last = not self._waiting
                if failed or last:
                    self._outbox = None
                    self._stack.close()


@dataclass(frozen=True, slots=True)
class _Service:
    desk: Desk
    pages: dict[int | str, bytes]
    queue: _Queue

    async def answer(self, request: Request) -> Response:
        """The page, or an unsubscription; refused before it is read what nobody may send."""
        try:
            handle, listed = tokens.read(self.desk.key, request.path_params["token"])
        except tokens.ForgedError:
            return self._page(404)
        if request.method != "POST":
            return self._page("ask", 200)
        with suppress(ClientDisconnect):
            if refused := await _refused(request):
                return self._page(refused)
            return await run_in_threadpool(self._unsubscribe, handle, listed)
        return self._page(400)

    def _unsubscribe(self, handle: str, listed: str) -> Response:
        """Whatever goes wrong, the mail program is asked to come again, and the operator told."""
        try:
            with self.queue.turn() as outbox:
                wish = unsubscribe(outbox, handle, listed, self.desk.now(), BY)
        except Exception as error:  # noqa: BLE001  a database raises what it likes
            why = error.message if isinstance(error, DeliveryError) else type(error).__name__
            self.desk.log(f"503: not unsubscribed, asked to come again: {why}")
            return self._page(503)
        self.desk.log(_told(wish))
        return self._page("done", 200)

    async def elsewhere(self, _request: Request, _error: Exception) -> Response:
        return self._page(404)

    async def otherwise(self, _request: Request, _error: Exception) -> Response:
        return self._page(405, Allow=", ".join(METHODS))

    async def broken(self, _request: Request, error: Exception) -> Response:
        self.desk.log(f"503: a request failed: {type(error).__name__}")
        return self._page(503)

    def _page(self, name: int | str, status: int = 0, **more: str) -> Response:
        headers = HEADERS | more
        status = status or int(name)
        if status == 503:  # noqa: PLR2004  HTTP's
            headers["Retry-After"] = str(AGAIN)
        if status in {408, 413}:
            headers["Connection"] = "close"  # the rest of the body is not read
        return Response(self.pages[name], status, headers, media_type="text/html")


def _told(wish: Wish) -> str:
    """What was done, for the operator."""
    if not wish.known:
        return "200 to a stranger: unsubscribed, but no mail to him is in this outbox."
    return f"200: unsubscribed{'' if wish.new else ' already'}."


async def _refused(request: Request) -> int:
    """Read a body to its end and forget it; the status where it is too long or too slow."""
    size = 0
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.stream():
                size += len(chunk)
                if size > LARGEST_BODY:
                    return 413
    except TimeoutError:
        return 408
    return 0


def _pages(folder: Path | None) -> dict[int | str, bytes]:
    names: tuple[int | str, ...] = ("ask", "done", 400, 404, 405, 408, 413, 503)
    return {name: render(TEMPLATE, {"page": name}, folder).encode() for name in names}


# --- being served ---------------------------------------------------------------------------------


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that takes connections; port 0 is any free one.

    Raises:
        DeliveryError: the port is taken, or the host is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
            bound.listen()  # whoever is told the address may call before the server has begun
        except OSError as error:
            tip = "Name another with --port or --host."
            message = f"cannot be listened on: {error.strerror or error}."
            raise DeliveryError(message, where=f"{host}:{port}", tip=tip) from error
        yield bound


def config(made: Starlette) -> uvicorn.Config:
    """How it is served.

    Headers of a proxy are not trusted, for nothing hangs on where somebody comes from; the server
    writes no log of its own, for paths hold tokens.
    """
    return uvicorn.Config(
        made,
        http="h11",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="critical",
        proxy_headers=False,
        server_header=False,
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=LARGEST_HEAD,
    )


def serve(made: Starlette, bound: socket.socket) -> None:
    """Answer until told to end (SIGTERM, Ctrl-C); requests under way are answered first."""
    with suppress(KeyboardInterrupt):  # uvicorn hands the signal on once it is done
        uvicorn.Server(config(made)).run(sockets=[bound])
