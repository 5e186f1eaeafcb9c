"""Passphrases in the keyring of the system: the one home of the library keyring, an extra.

Which keyring it is, is the system's: macOS Keychain, Secret Service, Windows Credential Locker, or
what PYTHON_KEYRING_BACKEND names. A passphrase is kept under the public half of its key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporter.errors import ArchiveError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "reporter"
_OTHERWISE = "Do without it: leave --keyring away, or set REPORTER_PASSPHRASE."


def keep(public: str, passphrase: str) -> None:
    """Put the passphrase of a key into the keyring, and see that it is there.

    Raises:
        ArchiveError: there is no keyring, or it refuses.
    """
    backend = _backend()
    try:
        backend.set_password(SERVICE, public, passphrase)
    except Exception as error:  # noqa: BLE001  a keyring raises what it likes
        raise _refused(error, passphrase) from None
    if find(public) != passphrase:
        raise ArchiveError("the keyring did not keep the passphrase.", tip=_OTHERWISE)


def find(public: str) -> str | None:
    """The passphrase of a key, if the keyring has it.

    Raises:
        ArchiveError: there is no keyring, or it refuses.
    """
    backend = _backend()
    try:
        return backend.get_password(SERVICE, public)
    except Exception as error:  # noqa: BLE001  the same
        raise _refused(error) from None


def _backend() -> KeyringBackend:
    try:
        import keyring  # noqa: PLC0415  an extra
    except ImportError as error:
        tip = "Install it: pip install 'market-brief-reporter[keyring]'."
        raise ArchiveError("keyring is not installed.", tip=tip) from error
    try:
        return keyring.get_keyring()
    except Exception as error:  # noqa: BLE001  one that is named may not even import
        raise _refused(error) from None


def _refused(error: Exception, secret: str = "") -> ArchiveError:
    if type(error).__name__ == "NoKeyringError":
        return ArchiveError("this system has no keyring that could be used.", tip=_OTHERWISE)
    why = " ".join(f"{type(error).__name__}: {error}".split())
    told = why.replace(secret, "…") if secret else why
    return ArchiveError(f"the keyring refuses: {told}.", tip=_OTHERWISE)
