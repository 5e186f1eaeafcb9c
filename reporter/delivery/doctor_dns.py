"""What the DNS must say so that providers take the house's mail: SPF, DKIM, DMARC, mail servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from reporter.delivery import addresses, signing, spf
from reporter.delivery.checks import Check, Means, failed, ok, warning
from reporter.delivery.hosts import is_here, is_number
from reporter.delivery.lookups import Ask, SilentError
from reporter.delivery.settings import Dkim, Settings
from reporter.delivery.spf import Result, Verdict
from reporter.errors import DeliveryError

_UNKNOWN = "the DNS gives no answer"
_AGAIN = "Look whether this machine can ask the DNS, and run it again."
_UNDECIDED = {
    Result.TEMPERROR: _AGAIN,
    Result.UNKNOWN: "See what a receiver says: Authentication-Results of the test message.",
}
_POLICIES = ("none", "quarantine", "reject")


def checks(settings: Settings, means: Means, leaves_from: str) -> Iterator[Check]:
    """SPF of the envelope's domain, the DKIM key, DMARC of the sender's, and who takes replies."""
    sender = addresses.domain(settings.sender.address)
    envelope = addresses.domain(settings.sender.bounces)
    yield _guarded("spf", partial(_spf, settings, means.ask, envelope, leaves_from))
    if settings.dkim is None:
        yield warning(
            "dkim",
            "mails are not signed here",
            "Have the server sign them, or say [dkim] in the settings: providers ask for it.",
        )
    else:
        yield _guarded("dkim", partial(_dkim, settings.dkim, means))
    yield _guarded("dmarc", partial(_dmarc, settings, means.ask, sender, envelope))
    for domain in dict.fromkeys((sender, envelope)):
        yield _guarded("mx", partial(_mx, means.ask, domain))


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    """A check; where the DNS is silent, that."""
    try:
        return check()
    except SilentError as error:
        return warning(name, f"{_UNKNOWN} ({error})", _AGAIN)


# --- SPF ---------------------------------------------------------------------------------------


def _spf(settings: Settings, ask: Ask, domain: str, leaves_from: str) -> Check:
    sound = spf.is_sound(ask, domain)
    if sound.result is Result.NONE:
        remedy = f'Publish one at {domain}, such as "v=spf1 mx -all" or what your provider says.'
        return failed("spf", f"{domain} has no record", remedy)
    if sound.result is Result.PERMERROR:
        return failed("spf", f"the record of {domain} is wrong: {sound.why}", "Correct it.")
    known = (leaves_from,) if leaves_from else _addresses(settings, ask)
    if not known:
        what = f"{domain} has a record; which address mails leave from is not known here"
        return warning("spf", what, "Say it: --leaves-from ADDRESS.")
    spent = f"; {sound.lookups} lookups of 10" if sound.result is Result.PASS else ""
    verdicts = {one: spf.check(ask, one, domain) for one in known}
    left = {one: found for one, found in verdicts.items() if found.result is not Result.PASS}
    for one, found in left.items():
        return _not_passed(domain, one, found, is_given=bool(leaves_from))
    return ok("spf", f"{domain} lets {', '.join(known)} send{spent}")


def _not_passed(domain: str, address: str, found: Verdict, *, is_given: bool) -> Check:
    """An address that the record does not let send; `is_given`: mails surely leave from it."""
    if found.result in _UNDECIDED:
        what = f"whether {domain} lets {address} send cannot be known here: {found.why}"
        return warning("spf", what, _UNDECIDED[found.result])
    why = f" ({found.why})" if found.why else ""
    what = f"{domain} says {found.result} of {address}{why}"
    if is_given:
        return failed("spf", what, f"Put the address into the record of {domain}.")
    remedy = "Mails may leave from another address than the server's: say --leaves-from ADDRESS."
    return warning("spf", what, remedy)


def _addresses(settings: Settings, ask: Ask) -> tuple[str, ...]:
    """The public addresses of the mail server; none where it is this machine."""
    host = settings.smtp.host
    if is_here(host):
        return ()
    if is_number(host):
        return (host,)
    return (*ask(host, "A"), *ask(host, "AAAA"))


# --- DKIM --------------------------------------------------------------------------------------


def _dkim(dkim: Dkim, means: Means) -> Check:
    name = f"{dkim.selector}._domainkey.{dkim.domain}"
    records = [one for one in means.ask(name, "TXT") if "p=" in one.replace(" ", "")]
    if len(records) != 1:
        what = f"{name} has {'no key' if not records else 'several keys'}"
        return failed("dkim", what, "Publish the public half of the key there, once.")
    if not _tags(records[0]).get("p"):
        return failed("dkim", f"the key at {name} is withdrawn", "Publish a new one.")
    try:
        pem = means.secret("dkim-key")
        if not pem:
            return warning("dkim", f"{name} has a key; ours is not set", "Set REPORTER_DKIM_KEY.")
        signer = signing.signer(dkim, pem.encode())
    except DeliveryError as error:
        return failed("dkim", f"the private key {error.message}".rstrip("."), error.tip)
    if not signing.is_published(signer, records[0]):
        remedy = "Publish the public half of this key, or set the key that belongs to it."
        return failed("dkim", f"the key at {name} is not that of our private key", remedy)
    return ok("dkim", f"the key at {name} is ours, of {signing.LEAST_BITS} bits or more")


def _tags(record: str) -> Mapping[str, str]:
    """The tags of a record of DKIM or DMARC (RFC 6376, 3.2)."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, _, value in pairs if value}


# --- DMARC -------------------------------------------------------------------------------------


def _dmarc(settings: Settings, ask: Ask, sender: str, envelope: str) -> Check:
    home, records = _policy(ask, sender)
    remedy = f'Publish one at _dmarc.{sender}, at least "v=DMARC1; p=none".'
    if not records:
        return failed("dmarc", f"{sender} has no policy", remedy)
    if len(records) > 1:
        return failed("dmarc", f"_dmarc.{home} has several policies", "Leave one of them.")
    tags = _tags(records[0])
    policy = (tags.get("sp") if home != sender else None) or tags.get("p", "")
    if policy.lower() not in _POLICIES:
        return failed("dmarc", f"_dmarc.{home} says no policy that there is (p=)", remedy)
    by_key = settings.dkim is not None and _is_aligned(
        settings.dkim.domain, sender, home, strict=tags.get("adkim", "r").lower() == "s"
    )
    by_path = _is_aligned(envelope, sender, home, strict=tags.get("aspf", "r").lower() == "s")
    if by_key:
        also = "and the envelope's" if by_path else "not the envelope's, which is well"
        return ok("dmarc", f"{home} says p={policy}; the key's domain aligns, {also}")
    if by_path:
        what = f"{home} says p={policy}; only the envelope's domain aligns: forwarded mails fail"
        return warning("dmarc", what, f"Sign as {sender}: [dkim] in the settings.")
    what = f"neither the key's domain nor {envelope} aligns with {sender}, which mails are from"
    return failed("dmarc", what, f"Sign as {sender}: [dkim] in the settings.")


def _policy(ask: Ask, sender: str) -> tuple[str, list[str]]:
    """The nearest domain at or above the sender's that has a policy, and what it says."""
    labels = sender.split(".")
    for start in range(len(labels) - 1):
        domain = ".".join(labels[start:])
        texts = ask(f"_dmarc.{domain}", "TXT")
        if found := [one for one in texts if "".join(one.split()).startswith("v=DMARC1")]:
            return domain, found
    return sender, []


def _is_aligned(one: str, sender: str, home: str, *, strict: bool) -> bool:
    """Whether a domain counts as the sender's own (RFC 7489, 3.1).

    Loosely, that is where both lie at or below the domain with the policy, or one below the other.
    """
    if strict or one == sender:
        return one == sender
    pairs = ((one, sender), (sender, one))
    both = all(f".{name}".endswith(f".{home}") for name in (one, sender))
    return both or any(f".{inner}".endswith(f".{outer}") for inner, outer in pairs)


# --- mail servers ------------------------------------------------------------------------------


def _mx(ask: Ask, domain: str) -> Check:
    servers = ask(domain, "MX")
    remedy = f"Publish a mail server (MX) for {domain}: returned mail and replies go there."
    if servers == (".",):
        return failed("mx", f"{domain} says that it takes no mail", remedy)
    if servers:
        return ok("mx", f"{domain} has {servers[0]}")
    if ask(domain, "A") or ask(domain, "AAAA"):
        return warning("mx", f"{domain} has no MX, only an address", remedy)
    return failed("mx", f"{domain} has neither MX nor address", remedy)
