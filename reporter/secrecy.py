"""What must not be passed on: which names say that a value is secret, and text without secrets."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit, urlunsplit

_SECRET = frozenset(
    {"password", "passwd", "passphrase", "pwd", "secret", "secrets", "token", "tokens",
     "credential", "credentials", "apikey"}
)  # fmt: skip
_KEYS = frozenset({"api", "access", "private", "auth", "secret"})
_NAMES_ONE = frozenset({"env", "variable"})
_WITHIN = re.compile(
    r"pass|pwd|secret|token|credential|(?:api|access|private|auth)[_-]?key", re.IGNORECASE
)
_SAID = re.compile(
    rf"[\w.-]*(?:{_WITHIN.pattern})[\w.-]*\s*=\s*(?:'[^']*'|\"[^\"]*\"|[^\s;&]*)", re.IGNORECASE
)
_ADDRESS = re.compile(r"\S+://\S+")


def is_secret(name: str) -> bool:
    """Whether an option's name says that its value is for few eyes.

    `token_env` names a variable of the environment, which is no secret in itself.
    """
    words = _words(name)
    return not names_variable(name) and _is_about_one(words)


def may_be_secret(name: str) -> bool:
    """Whether a value of this name is better not written down: more names than `is_secret` has."""
    return not names_variable(name) and bool(_WITHIN.search(name))


def names_variable(name: str) -> bool:
    """Whether an option's name says that its value is the name of a variable."""
    return bool(words := _words(name)) and words[-1] in _NAMES_ONE


def is_elsewhere(name: str) -> bool:
    """Whether what an option means stands in the environment and is more than a key: `url_env`."""
    return names_variable(name) and not _is_about_one(_words(name)[:-1])


def _is_about_one(words: list[str]) -> bool:
    """Whether a name's words are those of something secret."""
    return bool(_SECRET & set(words)) or (words[-1:] == ["key"] and bool(_KEYS & set(words)))


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())


def without_secrets(text: str) -> str:
    """Text without what it says of passwords, keys and tokens; any other stays as it is."""
    if (
        "://" in text
    ):  # each address in a sentence, then the text as one: a password may hold blanks
        text = _address_alone(_ADDRESS.sub(lambda found: _address_alone(found[0]), text))
    return _SAID.sub("", text)


def _address_alone(text: str) -> str:
    """An address without its password and without the parts of its query that are secret."""
    try:
        parts = urlsplit(text)
    except ValueError:  # no address at all: nothing of it is safe
        return ""
    user, at, host = parts.netloc.rpartition("@")
    name, signed, _ = user.partition(":")
    pairs = parts.query.split("&")
    harmless = [pair for pair in pairs if not _WITHIN.search(unquote(pair))]
    fragment = "" if _WITHIN.search(unquote(parts.fragment)) else parts.fragment
    if not signed and harmless == pairs and fragment == parts.fragment:
        return text
    return urlunsplit((parts.scheme, name + at + host, parts.path, "&".join(harmless), fragment))
