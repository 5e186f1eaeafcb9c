"""Names looked up at a resolver on this machine, and SPF as RFC 7208 has it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from dns import flags, message, rcode, resolver, rrset

from reporter.delivery import lookups
from reporter.delivery.lookups import SilentError
from reporter.delivery.spf import Result, check, is_sound
from tests.delivery.servers import dns

ZONE = {
    ("example.com.", "TXT"): '"v=spf1 ip4:192.0.2.0/24 " "-all"',
    ("example.com.", "MX"): "10 mx.example.com.",
    ("none.example.", "MX"): "0 .",
    ("mx.example.com.", "A"): "192.0.2.1",
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A name server that knows `ZONE`; it refuses `refused.example`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(0.1)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    data, peer = udp.recvfrom(4096)
                except TimeoutError:
                    continue
                asked = message.from_wire(data)
                reply = message.make_response(asked)
                reply.flags |= flags.RA
                name, kind = str(asked.question[0].name), asked.question[0].rdtype.name
                if name == "refused.example.":
                    reply.set_rcode(rcode.REFUSED)
                elif (name, kind) in ZONE:
                    reply.answer.append(rrset.from_text(name, 60, "IN", kind, ZONE[name, kind]))
                elif not any(name == known for known, _ in ZONE):
                    reply.set_rcode(rcode.NXDOMAIN)
                udp.sendto(reply.to_wire(), peer)

        thread = threading.Thread(target=serve)
        thread.start()
        own = resolver.Resolver(configure=False)
        own.nameservers = ["127.0.0.1"]
        own.port = udp.getsockname()[1]
        monkeypatch.setattr(resolver, "Resolver", lambda: own)
        yield
        over.set()
        thread.join()


@pytest.mark.usefixtures("server")
def test_records_come_as_text() -> None:
    ask = lookups.system(seconds=2)
    assert ask("example.com", "TXT") == ("v=spf1 ip4:192.0.2.0/24 -all",)
    assert ask("example.com", "MX") == ("mx.example.com",)
    assert ask("none.example", "MX") == (".",)
    assert ask("mx.example.com.", "A") == ("192.0.2.1",)
    assert ask("mx.example.com", "AAAA") == ()
    assert ask("nobody.example", "TXT") == ()


@pytest.mark.usefixtures("server")
def test_no_answer_is_not_an_answer() -> None:
    ask = lookups.system(seconds=2)
    with pytest.raises(SilentError):
        ask("refused.example", "TXT")
    with pytest.raises(SilentError):
        ask("a" * 64 + ".example", "TXT")


def chain(count: int) -> dict[tuple[str, str], tuple[str, ...]]:
    """Records of which each includes the next."""
    found: dict[tuple[str, str], tuple[str, ...]] = {
        (f"d{n}", "TXT"): (f"v=spf1 include:d{n + 1} -all",) for n in range(count)
    }
    found[f"d{count}", "TXT"] = ("v=spf1 ip4:192.0.2.1 -all",)
    return found


RECORDS = {
    ("a.example", "A"): ("192.0.2.10",), ("a.example", "AAAA"): ("2001:db8::1",),
    ("a.example", "MX"): ("mx.example",), ("mx.example", "A"): ("192.0.2.20",),
    ("inc.example", "TXT"): ("v=spf1 ip4:198.51.100.0/24 -all",),
    ("soft.example", "TXT"): ("other", "v=spf1 ~all"), ("silent", "silent.example"): (),
}  # fmt: skip


@pytest.mark.parametrize(
    ("record", "ip", "result"),
    [
        ("v=spf1 ip4:192.0.2.0/24 -all", "192.0.2.9", "pass"),
        ("v=spf1 ip4:192.0.2.0/24 -all", "192.0.3.9", "fail"),
        ("V=SPF1 IP4:192.0.2.9 ~ALL", "192.0.2.9", "pass"),
        ("v=spf1 ip6:2001:db8::/32 ?all", "2001:db8::9", "pass"),
        ("v=spf1 ip6:2001:db8::/32 ?all", "192.0.2.9", "neutral"),
        ("v=spf1 a -all", "192.0.2.10", "pass"),
        ("v=spf1 a -all", "2001:db8::1", "pass"),
        ("v=spf1 a/24 -all", "192.0.2.99", "pass"),
        ("v=spf1 a:a.example//64 -all", "2001:db8::9", "pass"),
        ("v=spf1 mx ~all", "192.0.2.20", "pass"),
        ("v=spf1 mx ~all", "192.0.2.21", "softfail"),
        ("v=spf1 include:inc.example ~all", "198.51.100.7", "pass"),
        ("v=spf1 include:inc.example ~all", "192.0.2.7", "softfail"),
        ("v=spf1 include:soft.example", "192.0.2.7", "neutral"),
        ("v=spf1 redirect=inc.example", "198.51.100.7", "pass"),
        ("v=spf1 redirect=inc.example", "192.0.2.7", "fail"),
        ("v=spf1 redirect=inc.example ?all", "192.0.2.7", "neutral"),
        ("v=spf1 exists:a.example -all", "203.0.113.1", "pass"),
        ("v=spf1", "192.0.2.1", "neutral"),
        ("v=spf10 -all", "192.0.2.1", "none"),
        ("v=spf1 include:none.example -all", "192.0.2.1", "permerror"),
        ("v=spf1 redirect=none.example", "192.0.2.1", "permerror"),
        ("v=spf1 ipv4:192.0.2.1 -all", "192.0.2.2", "permerror"),
        ("v=spf1 ip4:192.0.2.300 -all", "192.0.2.2", "permerror"),
        ("v=spf1 a/99 -all", "192.0.2.2", "permerror"),
        ("v=spf1 include: -all", "192.0.2.2", "permerror"),
        ("v=spf1 include:a.example.test a:n1 a:n2 -all", "192.0.2.2", "permerror"),
        ("v=spf1 a:n1 a:n2 a:n3 -all", "192.0.2.2", "permerror"),
        ("v=spf1 exists:%{i}.example -all", "192.0.2.2", "unknown"),
        ("v=spf1 include:silent.example -all", "192.0.2.2", "temperror"),
        ("v=spf1 include:a.example include:self.example -all", "192.0.2.2", "permerror"),
    ],
)  # fmt: skip
def test_spf(record: str, ip: str, result: str) -> None:
    more = {("a.example", "TXT"): (record,), ("self.example", "TXT"): (record,)}
    assert check(dns(RECORDS | more), ip, "a.example").result == result


def test_ten_lookups_and_no_more() -> None:
    assert check(dns(chain(10)), "192.0.2.1", "d0").result is Result.PASS
    found = check(dns(chain(11)), "192.0.2.1", "d0")
    assert (found.result, found.why) == (Result.PERMERROR, "it takes more than 10 lookups")


def test_two_records_are_none() -> None:
    table = {("x.example", "TXT"): ("v=spf1 -all", "v=spf1 ~all")}
    assert check(dns(table), "192.0.2.1", "x.example").result is Result.PERMERROR


def test_a_record_is_looked_through_to_its_end() -> None:
    table = {("x.example", "TXT"): ("v=spf1 ip4:0.0.0.0/0 ipv4:192.0.2.1 -all",)}
    assert check(dns(table), "192.0.2.1", "x.example").result is Result.PASS
    assert is_sound(dns(table), "x.example").result is Result.PERMERROR
    assert is_sound(dns(chain(10)), "d0").lookups == 10
    assert is_sound(dns({}), "x.example").result is Result.NONE


def test_it_is_the_only_home() -> None:
    assert "from dns import" in Path("reporter/delivery/lookups.py").read_text(encoding="utf-8")
