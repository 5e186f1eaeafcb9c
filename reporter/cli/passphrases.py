"""Where passphrases come from: the environment, the system's keyring, or a hidden prompt."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from reporter.cli import options

VARIABLE = "REPORTER_PASSPHRASE"

folder = options.path(
    "--keys",
    "keys",
    envvar="REPORTER_KEYS",
    help="Where private keys lie; else in your own settings folder.",
)


def folder_of(given: Path | None) -> Path:
    """The folder of private keys: as said, else the user's own."""
    return given or Path(click.get_app_dir("reporter")) / "keys"


def new(name: str) -> str:
    """A passphrase for a new key, asked for twice.

    Raises:
        ArchiveError: nobody can be asked.
    """
    return os.environ.get(VARIABLE) or _asked(f"New passphrase for the key {name}", twice=True)


def known(name: str, public: str, *, keyring: bool) -> str:
    """The passphrase of a key there is.

    Args:
        name: of the key.
        public: its public half, under which a keyring keeps the passphrase.
        keyring: whether it is to come from there.

    Raises:
        ArchiveError: nobody can be asked, or the keyring does not have it.
    """
    from reporter import keychain
    from reporter.errors import ArchiveError

    if not keyring:
        return os.environ.get(VARIABLE) or _asked(f"Passphrase for the key {name}", twice=False)
    if found := keychain.find(public):
        return found
    tip = "Leave --keyring away and type it."
    raise ArchiveError(f"the keyring has no passphrase for the key {name}.", tip=tip)


def _asked(question: str, *, twice: bool) -> str:
    from reporter.errors import ArchiveError

    if not sys.stdin.isatty():
        tip = f"Set {VARIABLE}, or use --keyring."
        raise ArchiveError("there is no terminal to ask for the passphrase on.", tip=tip)
    words: str = click.prompt(question, hide_input=True, confirmation_prompt=twice, err=True)
    return words
