"""Whether a domain lets a server send its mail: SPF, as RFC 7208 evaluates it.

Macros, which depend on the message, are not understood: a record that needs one gives no verdict,
nor does one with a name that the DNS is silent about.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from reporter.delivery.lookups import Ask, SilentError

MOST_LOOKUPS = 10
MOST_EMPTY = 2
MOST_SERVERS = 10
_TERM = re.compile(r"([+?~-]?)([a-z][a-z0-9]*)((?:[:/].*)?)", re.IGNORECASE)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)", re.IGNORECASE)
_NETWORK = re.compile(r"(?::(?P<name>[^/]+))?(?:/(?P<four>\d+))?(?://(?P<six>\d+))?")
_ASKS = frozenset({"include", "a", "mx", "ptr", "exists"})

Address = IPv4Address | IPv6Address


class Result(StrEnum):
    """RFC 7208, 2.6; and `UNKNOWN`, where a receiver knows what cannot be known here: macros."""

    PASS = "pass"  # noqa: S105  no password
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    NONE = "none"
    PERMERROR = "permerror"
    TEMPERROR = "temperror"
    UNKNOWN = "unknown"


_QUALIFIERS = {
    "": Result.PASS,
    "+": Result.PASS,
    "-": Result.FAIL,
    "~": Result.SOFTFAIL,
    "?": Result.NEUTRAL,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What SPF says: the result, how many lookups it took, and why, as a clause."""

    result: Result
    lookups: int = 0
    why: str = ""


class _PermError(Exception):
    """The record is wrong, for every receiver."""


class _MacroError(Exception):
    """The record depends on the message."""


@dataclass
class _Evaluation:
    """One evaluation, with what it has used up; over all includes."""

    ask: Ask
    ip: Address
    lookups: int = 0
    empty: int = 0
    whole: bool = False

    def check(self, domain: str) -> Result:
        """RFC 7208, 4: the domain's verdict on the address."""
        record = self._record(domain)
        if record is None:
            return Result.NONE
        redirect = ""
        found: Result | None = None
        for term in record.split()[1:]:
            if modifier := _MODIFIER.fullmatch(term):
                redirect = modifier[2] if modifier[1].lower() == "redirect" else redirect
            elif (result := self._term(term, domain)) is not None and found is None:
                found = result
                if not self.whole:
                    return found
        if found is not None:
            return found
        return self._redirected(redirect) if redirect else Result.NEUTRAL

    def _redirected(self, domain: str) -> Result:
        self._count()
        result = self.check(_plain(domain))
        if result is Result.NONE:
            raise _PermError(f"redirect={domain} leads to no record")
        return result

    def _record(self, domain: str) -> str | None:
        texts = self.ask(domain, "TXT")
        found = [one for one in texts if re.match(r"v=spf1( |$)", one, re.IGNORECASE)]
        if len(found) > 1:
            raise _PermError(f"{domain} has {len(found)} records, and may have one")
        return found[0] if found else None

    def _term(self, term: str, domain: str) -> Result | None:
        """A mechanism's result; None where it does not match."""
        parts = _TERM.fullmatch(term)
        name = parts[2].lower() if parts else ""
        known: dict[str, Callable[[str, str], bool]] = {
            "all": lambda *_: True,
            "include": self._include,
            "a": self._a,
            "mx": self._mx,
            "ip4": self._ip,
            "ip6": self._ip,
            "exists": self._exists,
            "ptr": lambda *_: False,  # not to be used (5.5); what it would say is not asked
        }
        if not parts or name not in known:
            raise _PermError(f"{term!r} is no mechanism")
        if name in _ASKS:
            self._count()
        return _QUALIFIERS[parts[1]] if known[name](parts[3], domain) else None

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            raise _PermError(f"it takes more than {MOST_LOOKUPS} lookups")

    def _include(self, rest: str, _domain: str) -> bool:
        name = _plain(rest.removeprefix(":"))
        result = self.check(name)
        if result is Result.NONE:
            raise _PermError(f"include:{name} leads to no record")
        return result is Result.PASS

    def _a(self, rest: str, domain: str) -> bool:
        name, four, six = _network(rest, domain)
        return self._is_in(self._addresses(name), four, six)

    def _mx(self, rest: str, domain: str) -> bool:
        name, four, six = _network(rest, domain)
        servers = self._asked(name, "MX")
        if len(servers) > MOST_SERVERS:
            raise _PermError(f"{name} has more than {MOST_SERVERS} mail servers")
        return any(self._is_in(self._addresses(one), four, six) for one in servers)

    def _exists(self, rest: str, _domain: str) -> bool:
        return bool(self._asked(_plain(rest.removeprefix(":")), "A"))

    def _ip(self, rest: str, _domain: str) -> bool:
        try:
            network = ip_network(rest.removeprefix(":"), strict=False)
        except ValueError:
            raise _PermError(f"{rest.removeprefix(':')!r} is no network") from None
        return self.ip.version == network.version and self.ip in network

    def _addresses(self, name: str) -> tuple[str, ...]:
        return self._asked(name, "A" if self.ip.version == 4 else "AAAA")  # noqa: PLR2004

    def _asked(self, name: str, kind: str) -> tuple[str, ...]:
        found = self.ask(name, kind)  # type: ignore[arg-type]  # one of its words
        self.empty += not found
        if self.empty > MOST_EMPTY:
            raise _PermError(f"more than {MOST_EMPTY} of its lookups find nothing")
        return found

    def _is_in(self, found: tuple[str, ...], four: int, six: int) -> bool:
        length = four if self.ip.version == 4 else six  # noqa: PLR2004
        return any(self.ip in ip_network(f"{one}/{length}", strict=False) for one in found)


def check(ask: Ask, ip: str, domain: str) -> Verdict:
    """What a domain's record says of an address that sends its mail.

    Args:
        ask: the DNS.
        ip: the address that servers of receivers see.
        domain: behind the @ of the envelope's sender.
    """
    return _judged(_Evaluation(ask, ip_address(ip)), domain)


def is_sound(ask: Ask, domain: str) -> Verdict:
    """Whether a record can be evaluated whole, for whatever address: PASS, or why it cannot."""
    nowhere = ip_address("192.0.2.1")  # of documentation (RFC 5737)
    found = _judged(_Evaluation(ask, nowhere, whole=True), domain)
    wrong = {Result.NONE, Result.PERMERROR, Result.TEMPERROR, Result.UNKNOWN}
    return found if found.result in wrong else Verdict(Result.PASS, found.lookups)


def _judged(evaluation: _Evaluation, domain: str) -> Verdict:
    try:
        result, why = evaluation.check(domain), ""
    except _PermError as error:
        result, why = Result.PERMERROR, str(error)
    except SilentError as error:
        result, why = Result.TEMPERROR, f"the DNS gives no answer ({error})"
    except _MacroError as error:
        result, why = Result.UNKNOWN, str(error)
    except RecursionError:
        result, why = Result.PERMERROR, "it includes itself"
    return Verdict(result, evaluation.lookups, why)


def _network(rest: str, domain: str) -> tuple[str, int, int]:
    """The name and the lengths of prefixes behind `a` and `mx` (RFC 7208, 5.6)."""
    found = _NETWORK.fullmatch(rest)
    four, six = int((found and found["four"]) or 32), int((found and found["six"]) or 128)
    if not found or four > 32 or six > 128:  # noqa: PLR2004
        raise _PermError(f"{rest!r} is no name with a prefix")
    return _plain(found["name"] or domain), four, six


def _plain(name: str) -> str:
    """A name without macros.

    Raises:
        _MacroError: it has some: what it means depends on the message.
        _PermError: there is none.
    """
    if "%" in name:
        raise _MacroError(f"{name} holds a macro, which depends on the message")
    if not name:
        raise _PermError("a name is missing")
    return name.rstrip(".")
