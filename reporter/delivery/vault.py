"""The secrets of delivery: from the environment or the system's keyring, and never shown.

| secret | environment | what it is |
|---|---|---|
| `smtp-password` | `REPORTER_SMTP_PASSWORD` | the password at the mail server |
| `smtp-token` | `REPORTER_SMTP_TOKEN` | the access token for XOAUTH2 |
| `dkim-key` | `REPORTER_DKIM_KEY` | the private key that signs mails, as PEM |
| `unsubscribe-key` | `REPORTER_UNSUBSCRIBE_KEY` | the key of the tokens in unsubscribe links |
| `imap-password` | `REPORTER_IMAP_PASSWORD` | the password of the mailbox of returned mail |
| `imap-token` | `REPORTER_IMAP_TOKEN` | the access token there, for XOAUTH2 |
| `pdf-password:ID` | `REPORTER_PDF_PASSWORD_ID` | the password of the client ID's PDF |

Each may also lie in a file, which its variable with `_FILE` behind it names.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from reporter import durable, keychain
from reporter.errors import DeliveryError
from reporter.visible import visible

_OTHERWISE = "Set the secret in the environment instead."
_MAKING = {"unsubscribe-key": "make one: reporter unsubscribe key"}
PURPOSE = keychain.Purpose(DeliveryError, _OTHERWISE, needed=False)


def variable(name: str) -> str:
    """The variable of the environment that holds a secret.

    No two names that differ in more than case share one: the hyphen, and the colon behind what
    the secret is for, are written `_`, other signs `_` and their code in small letters.
    """
    kind, _, whose = name.partition(":")
    told = f"{kind}-{whose}" if whose else kind
    return f"REPORTER_{re.sub(r'[^A-Z0-9]', _spelled, told.upper())}"


def _spelled(sign: re.Match[str]) -> str:
    return "_" if sign[0] == "-" else f"_{ord(sign[0]):02x}"


def secret(name: str) -> str:
    """A secret by its name.

    Raises:
        DeliveryError: it is nowhere, or the keyring or its file refuses; the message says how to
            set it and holds nothing of it.
    """
    found = secret_or_none(name)
    if found is None:
        told = visible(name)
        way = _MAKING.get(name, f"keep it: keyring set {keychain.SERVICE} {told}")
        tip = f"Set {variable(name)}, or {way}"
        raise DeliveryError(f"the secret {told!r} is not set.", tip=tip)
    return found


def secret_or_none(name: str) -> str | None:
    """A secret by its name: of the environment, else of its file, else of the keyring.

    What is empty counts as not set.

    Raises:
        DeliveryError: the keyring refuses, the file cannot be read, or the secret is no text.
    """
    return _in_environment(name) or _in_file(name) or keychain.find(name, PURPOSE) or None


def _in_environment(name: str) -> str:
    """The variable of the secret; empty where it is not set."""
    found = os.environ.get(variable(name), "")
    try:
        found.encode()
    except UnicodeEncodeError:  # its words hold the secret
        raise DeliveryError("the secret is no text in UTF-8.", where=variable(name)) from None
    return found


def _in_file(name: str) -> str:
    """The content of the secret's file, without the line end that editors put behind it."""
    where = f"{variable(name)}_FILE"
    path = os.environ.get(where)
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        message = f"the file of the secret cannot be read: {durable.why(error)}."
        raise DeliveryError(message, where=where) from None
    except UnicodeDecodeError:
        raise DeliveryError("the file of the secret is no text in UTF-8.", where=where) from None
