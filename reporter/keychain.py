"""Secrets in the keyring of the system: the one home of the library keyring, an extra.

Which keyring it is, is the system's: macOS Keychain, Secret Service, Windows Credential Locker, or
what PYTHON_KEYRING_BACKEND names. A passphrase is kept under the public half of its key, a secret
of delivery under its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reporter.errors import ArchiveError, ReporterError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "reporter"
ABSENT = "NoKeyringError"
"""How the library says that the system has none that could be used."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a keyring is asked for.

    `error` is what a refusal raises and `otherwise` its tip. Where it is not `needed`, a keyring
    that is not there counts as one that has nothing.
    """

    error: type[ReporterError]
    otherwise: str
    needed: bool = True


PASSPHRASES = Purpose(
    ArchiveError, "Do without it: leave --keyring away, or set REPORTER_PASSPHRASE."
)


def keep(entry: str, secret: str, purpose: Purpose = PASSPHRASES) -> None:
    """Put the passphrase of a key, or another secret, into the keyring, and see that it is there.

    Raises:
        ReporterError: there is no keyring, or it refuses; of the purpose's kind.
    """
    backend = _backend(purpose)
    try:
        backend.set_password(SERVICE, entry, secret)
    except Exception as error:  # noqa: BLE001  a keyring raises what it likes
        raise _refused(error, purpose, secret) from None
    if find(entry, purpose) != secret:
        what = "passphrase" if purpose is PASSPHRASES else "secret"
        raise purpose.error(f"the keyring did not keep the {what}.", tip=purpose.otherwise)


def find(entry: str, purpose: Purpose = PASSPHRASES) -> str | None:
    """What the keyring has under this name: the passphrase of a key, or another secret.

    Raises:
        ReporterError: the purpose's: there is no keyring and one is needed, or it refuses.
    """
    if not purpose.needed and not _is_installed():
        return None
    backend = _backend(purpose)
    try:
        return backend.get_password(SERVICE, entry)
    except Exception as error:  # noqa: BLE001  the same
        if not purpose.needed and type(error).__name__ == ABSENT:
            return None
        raise _refused(error, purpose) from None


def _is_installed() -> bool:
    try:
        import keyring  # noqa: F401, PLC0415  an extra
    except ImportError:
        return False
    return True


def _backend(purpose: Purpose) -> KeyringBackend:
    try:
        import keyring  # noqa: PLC0415  an extra
    except ImportError as error:
        tip = "Install it: pip install 'market-brief-reporter[keyring]'."
        raise purpose.error("keyring is not installed.", tip=tip) from error
    try:
        return keyring.get_keyring()
    except Exception as error:  # noqa: BLE001  one that is named may not even import
        raise _refused(error, purpose) from None


def _refused(error: Exception, purpose: Purpose, secret: str = "") -> ReporterError:
    tip = purpose.otherwise
    if type(error).__name__ == ABSENT:
        return purpose.error("this system has no keyring that could be used.", tip=tip)
    why = " ".join(f"{type(error).__name__}: {error}".split())
    told = why.replace(secret, "…") if secret else why
    return purpose.error(f"the keyring refuses: {told}.", tip=tip)
