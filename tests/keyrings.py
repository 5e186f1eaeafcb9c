"""Keyrings for tests, which PYTHON_KEYRING_BACKEND names: one in a file, others that fail."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


def _file() -> Path:
    return Path(os.environ["TEST_KEYRING"])


class InFile(KeyringBackend):
    """Passphrases in a JSON file that TEST_KEYRING names."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        """What is kept."""
        kept = json.loads(_file().read_text()) if _file().exists() else {}
        found = kept.get(f"{service} {username}")
        return None if found is None else str(found)

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        kept = json.loads(_file().read_text()) if _file().exists() else {}
        _file().write_text(json.dumps({**kept, f"{service} {username}": password}))


class Chatty(InFile):
    """Refuses, and tells everything it was given."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Refuse."""
        raise OSError(f"cannot keep {password!r} of {username} for {service}")

    def get_password(self, service: str, username: str) -> str | None:
        """Refuse."""
        raise OSError(f"{service} is locked for {username}")


class Forgetful(InFile):
    """Takes everything and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep nothing."""
