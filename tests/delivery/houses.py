"""A house whose set-up of mail is looked at, for tests: with a DNS, and with a server or none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from reporter.delivery import doctor_server
from reporter.delivery.census import Census
from reporter.delivery.checks import Check, Grade, Means
from reporter.delivery.doctor import Wish, examine
from reporter.delivery.settings import Dkim, Sender, Settings, Smtp, Unsubscribing
from reporter.errors import DeliveryError
from tests.delivery.servers import (
    PASSWORD,
    dns,
    pem,
    private_key,
    published,
)

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
URL = "https://example.com/u/"
KEY_NAME = ("s1._domainkey.example.com", "TXT")


@dataclass
class House:
    """A house that is set up well, to be made ill."""

    settings: Settings
    key: rsa.RSAPrivateKey
    records: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    web: dict[str, int] = field(default_factory=lambda: {"POST": 403, "GET": 404})
    outbox: str = ""

    def __post_init__(self) -> None:
        self.records |= {
            ("bounce.example.com", "TXT"): ("v=spf1 ip4:192.0.2.0/24 -all",),
            KEY_NAME: (published(self.key),),
            ("_dmarc.example.com", "TXT"): ("v=DMARC1; p=none",),
            ("example.com", "MX"): ("mx.example.com",),
            ("bounce.example.com", "MX"): ("mx.example.com",),
        }
        self.secrets |= {
            "dkim-key": pem(self.key), "unsubscribe-key": "x" * 32, "smtp-password": PASSWORD,
        }  # fmt: skip

    def checks(self, wish: Wish | None = None, census: Census | None = None) -> list[Check]:
        """What the doctor says."""

        def web(method: str, url: str) -> int:
            assert url.startswith(URL)
            if not self.web:
                raise ConnectionRefusedError(111, "Connection refused")
            return self.web[method]

        def outbox() -> bool:
            if self.outbox:
                raise DeliveryError(self.outbox, tip="Mend it.")
            return True

        means = Means(dns(self.records), doctor_server.opened, web, self.secrets.get, outbox)
        wish = wish or Wish(leaves_from="192.0.2.5")
        return list(examine(self.settings, means, wish, NOW, census))

    def said(self, name: str, wish: Wish | None = None) -> tuple[Grade, str]:
        """The worst that the doctor says of one thing."""
        order = [Grade.OK, Grade.WARNING, Grade.FAILED]
        found = [one for one in self.checks(wish) if one.name == name]
        worst = max(found, key=lambda one: order.index(one.grade))
        assert worst.grade is Grade.OK or worst.remedy
        return worst.grade, worst.what


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return private_key()


@pytest.fixture
def house(key: rsa.RSAPrivateKey) -> House:
    """A house without a mail server: what the DNS says."""
    return House(
        Settings(
            Path(),
            Sender("A House", "briefs@example.com", "bounces@bounce.example.com"),
            Unsubscribing(URL),
            smtp=Smtp("127.0.0.1", 1, "none", timeout=5),
            dkim=Dkim("example.com", "s1"),
            operator="desk@example.com",
        ),
        key,
    )
