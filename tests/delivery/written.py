"""A house's `delivery.toml`, for tests: what every one must say, and what a test adds."""

from __future__ import annotations

SMTP = """
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
"""
"""A server in the clear, on this machine."""


def written(domain: str, above: str = "", below: str = "") -> str:
    """The text of the settings of a house of this domain.

    `above` are keys of the document itself, `below` are tables.
    """
    return f"""{above}
[sender]
name = "Sample House"
address = "research@{domain}"
bounces = "bounces@{domain}"
[unsubscribing]
url = "https://house.example/u/"
{below}
"""
