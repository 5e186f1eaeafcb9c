"""What the DNS says: the one home of the library dnspython, an extra.

Whoever asks is handed an `Ask`, so that tests answer by a table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from reporter.errors import DeliveryError

Kind = Literal["A", "AAAA", "MX", "TXT"]
Ask = Callable[[str, Kind], tuple[str, ...]]
"""The records of a name, as text: of TXT the strings joined, of MX the names of the servers, the
preferred one first. Empty where there are none; `SilentError` where it cannot be known."""

SECONDS = 5.0
"""How long one question may take, all servers together."""


class SilentError(Exception):
    """The DNS gives no answer: neither that there is a record, nor that there is none."""


def system(seconds: float = SECONDS) -> Ask:
    """The resolver that this machine is set up with.

    Raises:
        DeliveryError: dnspython is not installed, or the machine has no resolver.
    """
    try:
        from dns import exception, resolver  # noqa: PLC0415  an extra
    except ImportError as error:
        tip = "Install it with: pip install 'market-brief-reporter[mail]'."
        raise DeliveryError("looking up names needs dnspython.", tip=tip) from error
    try:
        found = resolver.Resolver()
    except exception.DNSException as error:
        raise DeliveryError("this machine has no resolver of names.") from error

    def ask(name: str, kind: Kind) -> tuple[str, ...]:
        try:
            answer = found.resolve(name.rstrip(".") + ".", kind, lifetime=seconds)
        except (resolver.NXDOMAIN, resolver.NoAnswer):
            return ()
        except (exception.DNSException, OSError, ValueError) as error:
            raise SilentError(type(error).__name__) from None
        return _texts(kind, list(answer))

    return ask


def _texts(kind: Kind, records: list[object]) -> tuple[str, ...]:
    """Records as text; see `Ask`."""
    if kind == "TXT":
        return tuple(b"".join(one.strings).decode("latin-1") for one in records)  # type: ignore[attr-defined]  # dnspython's own
    if kind == "MX":
        found = sorted((one.preference, str(one.exchange)) for one in records)  # type: ignore[attr-defined]  # the same
        return tuple(name.rstrip(".") or "." for _, name in found)
    return tuple(str(one) for one in records)
