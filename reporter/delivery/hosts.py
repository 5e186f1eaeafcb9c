"""Which servers are this machine: what is said to those crosses no network and may be in the clear.

Nothing is looked up: a name that only the DNS could tell is another machine's.
"""

from __future__ import annotations

import ipaddress


def is_here(host: str) -> bool:
    """Whether a server's name or number is this machine's own."""
    if is_number(host):
        return ipaddress.ip_address(host).is_loopback
    return host.lower().rstrip(".") == "localhost"


def is_number(text: str) -> bool:
    """Whether a text is an address of IPv4 or IPv6."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
