"""Addresses: what is one, what it is compared by, and how it goes over the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.delivery import addresses


@pytest.mark.parametrize(
    ("written", "read", "wire", "utf8"),
    [
        ("Ann.Lee@EXAMPLE.com", "Ann.Lee@example.com", "Ann.Lee@example.com", False),
        ("ann@Bücher.de", "ann@bücher.de", "ann@xn--bcher-kva.de", False),
        ("ann@xn--bcher-kva.de", "ann@bücher.de", "ann@xn--bcher-kva.de", False),
        ("änn@example.com", "änn@example.com", "änn@example.com", True),
        ("ann+news@sub.example.test", "ann+news@sub.example.test",
         "ann+news@sub.example.test", False),
    ],
)  # fmt: skip
def test_addresses_and_their_forms(written: str, read: str, wire: str, *, utf8: bool) -> None:
    assert addresses.checked(written) == read
    assert addresses.on_the_wire(written) == (wire, utf8)
    assert addresses.domain(written) == wire.rpartition("@")[2]


@pytest.mark.parametrize(
    "written",
    [
        "", "ann", "ann@", "@example.com", "ann@localhost", "ann@[127.0.0.1]", '"a b"@example.com',
        "Ann <ann@example.com>", "ann@example.com\r\nBcc: x@example.com", "ann@example.com\0",
        "a\u202en@example.com", "ann@example..com", "ann@ex_ample.com", "ann@example.com,b@c.de",
        "a" * 65 + "@example.com", "ann@" + "a" * 250 + ".com", "ann@example.com.",
        "ann@house.local", "ann@\u200dexample.com",
    ],
)  # fmt: skip
def test_what_is_no_address(written: str) -> None:
    for read in (addresses.checked, addresses.domain, addresses.folded, addresses.on_the_wire):
        with pytest.raises(ValueError, match=r".") as caught:
            read(written)
        assert "example" not in str(caught.value)


def test_addresses_of_one_mailbox_fold_to_one() -> None:
    same = ["Ann@Bücher.DE", "ann@bücher.de", "ANN@xn--bcher-kva.de", "ann@XN--BCHER-KVA.de"]
    assert {addresses.folded(one) for one in same} == {"ann@xn--bcher-kva.de"}
    assert addresses.folded("a\u0308@example.com") == addresses.folded("Ä@example.com")
    assert addresses.folded("ann@example.com") != addresses.folded("ann@example.org")


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_taken_cannot_end_a_line(local: str, domain: str) -> None:
    try:
        wire, _ = addresses.on_the_wire(f"{local}@{domain}")
    except ValueError:
        return
    assert wire.isprintable()
    assert not set(wire) & set(" \r\n<>")
    assert wire.count("@") == 1
    assert addresses.checked(addresses.checked(wire)) == addresses.checked(wire)
