"""A site shown on this machine alone: files of one folder, read, and nothing else."""

from __future__ import annotations

import mimetypes
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from reporter.errors import ArchiveError

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".xml": "application/atom+xml",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
}


def server(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """A server of a folder on 127.0.0.1, to be told to `serve_forever`; port 0 is any free one.

    Raises:
        ArchiveError: the port is taken.
    """
    try:
        made = ThreadingHTTPServer((HOST, port), partial(Reader, folder.resolve()))
    except OSError as error:
        tip = "Name another with --port, or leave it out."
        raise ArchiveError(f"port {port} cannot be had: {error.strerror}.", tip=tip) from error
    made.daemon_threads = True
    return made


def file(folder: Path, address: str) -> Path | None:
    """The file of a folder that an address asks for, or None; links out of it lead nowhere."""
    parts = unquote(urlsplit(address).path).split("/")[1:]
    if any(part in {"..", "."} or "\\" in part or "\0" in part for part in parts):
        return None
    path = folder.joinpath(*filter(None, parts))
    if not parts[-1:] or not parts[-1]:
        path /= "index.html"
    try:
        real = path.resolve(strict=True)
    except (OSError, ValueError):
        return None
    return real if real.is_file() and real.is_relative_to(folder) else None


class Reader(BaseHTTPRequestHandler):
    """Answers GET and HEAD with a file of the folder; every other method with 501."""

    server_version, sys_version = "reporter", ""

    def __init__(self, folder: Path, *given: object) -> None:
        self.folder = folder
        super().__init__(*given)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """The file."""
        self._answer(whole=True)

    def do_HEAD(self) -> None:
        """What the file is."""
        self._answer(whole=False)

    def _answer(self, *, whole: bool) -> None:
        """A page of another's that guesses the port must not read: it comes by another name."""
        if self.headers.get("Host", "").rpartition(":")[0] not in NAMES:
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        path = file(self.folder, self.path)
        if path is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        data = path.read_bytes()
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind or "application/octet-stream")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        if whole:
            self.wfile.write(data)

    def log_message(self, *_told: object) -> None:
        """Nothing is logged: who reads what is nobody's business."""
