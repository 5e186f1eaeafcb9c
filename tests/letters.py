"""Letters and settings for tests of channels."""

from __future__ import annotations

from pathlib import Path

from reporter.delivery.settings import Sender, Settings, Smtp, Unsubscribing
from reporter.model import Letter

HEAD = (
    "From: House <desk@example.com>\r\nTo: {address}\r\nSubject: A brief\r\n"
    "Date: Fri, 16 Jan 2026 18:00:00 +0000\r\nMessage-ID: {message}\r\n\r\n"
)
BODY = "Words.\r\n.a dot\r\n..two\r\n.\r\n\r\nThe end.\r\n"


def settings(folder: Path, smtp: Smtp | None = None, drop: Path | None = None) -> Settings:
    """How a house delivers, in tests."""
    return Settings(
        folder,
        Sender("House", "desk@example.com", "bounces@example.com"),
        Unsubscribing("https://example.com/u/"),
        smtp=smtp or Smtp(),
        drop=drop,
    )


def letter(address: str = "client@example.com", body: str = BODY, number: int = 1) -> Letter:
    """A letter to an address."""
    message = f"<m{number}@example.com>"
    data = (HEAD.format(address="client@example.com", message=message) + body).encode()
    return Letter(f"c{number}", "weekly/2026-01-16", f"bounces+m{number}@example.com", address,
                  message, data)  # fmt: skip
