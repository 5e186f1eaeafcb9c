"""A real mail server for tests: a Postfix of its own in a temporary folder, on a free port.

It takes mail for every address of the domains in DOMAINS and delivers it into two maildirs: one for
local parts that begin with `bounces`, one for all others. Whose a message is says its line
`Delivered-To`, which the server writes by the envelope. Nothing of a Postfix that may run on the
machine is touched. The server stops with the process that started it, however that ends: a shell
holds it and waits for the end of its input.
Postfix starts as root only.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import re
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.listening import answers, free_port

DOMAINS = ("example.com", "example.org", "example.net", "slow.example.com", "xn--bcher-kva.example")
PATIENCE = 30.0  # seconds the server may take to start, to stop, or to deliver
TRIES = 3  # somebody else may take the free port first
OWNER = 65534  # nobody: whose the maildirs are
HELD = (
    'postfix -c "$1" start-fg >"$2" 2>&1 & server=$!; read -r _; '
    'postfix -c "$1" stop >/dev/null 2>&1; wait $server'
)
MAIN = """
compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {log}
maillog_file_prefixes = {folder}
maillog_file_permissions = 0644
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydomain = localdomain
mydestination =
mynetworks = 127.0.0.0/8
local_recipient_maps =
alias_maps =
alias_database =
biff = no
smtputf8_enable = yes
virtual_mailbox_domains = {domains}
virtual_mailbox_base = {mailboxes}
virtual_mailbox_maps = regexp:{folder}/mailboxes.regexp
virtual_minimum_uid = 1
virtual_uid_maps = static:{owner}
virtual_gid_maps = static:{owner}
virtual_transport = virtual
default_transport = {transport}
relay_transport = {transport}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access regexp:{folder}/refused.regexp,
    permit_mynetworks, reject
smtpd_tls_security_level = may
smtpd_tls_chain_files = {folder}/server.pem
smtpd_tls_loglevel = 1
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 2000
in_flow_delay = 0
message_size_limit = {limit}
smtp_tls_security_level = none
smtp_host_lookup = native
bounce_queue_lifetime = 0
maximal_queue_lifetime = 1h
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
"""
MASTER = """
{port} inet n - n - - smtpd
{tls_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
PREPENDED = re.compile(
    rb"\A(?:(?:Return-Path|X-Original-To|Delivered-To|Received):[^\n]*\n(?:[ \t][^\n]*\n)*)+"
)
REFUSED = """
/^unknown[-.0-9a-z]*@/ 550 5.1.1 No such mailbox here
/^later[-.0-9a-z]*@/ 450 4.2.1 Not now
/^policy[-.0-9a-z]*@/ 550 5.7.1 Against our policy
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running server.

    `port` speaks STARTTLS, `tls_port` TLS from the first byte; the certificate is for localhost
    and 127.0.0.1 and is its own `authority`. Local parts that begin with `unknown`, `later` and
    `policy` are refused with 550 5.1.1, 450 4.2.1 and 550 5.7.1.
    """

    folder: Path
    port: int
    tls_port: int
    host: str = "127.0.0.1"

    @property
    def authority(self) -> Path:
        """The certificate to trust."""
        return self.folder / "authority.pem"

    @property
    def log(self) -> Path:
        """Its log, as Postfix writes it to syslog."""
        return self.folder / "mail.log"

    @property
    def queue(self) -> Path:
        """The folder of its queue."""
        return self.folder / "queue"

    @property
    def returns(self) -> Path:
        """The maildir of what went to an address that begins with `bounces`."""
        return self.folder / "mailboxes" / "bounces"

    def mailboxes(self) -> dict[str, list[bytes]]:
        """Address to the messages that arrived there, those to `bounces` too."""
        found: dict[str, list[bytes]] = {}
        for place in self._places():
            data = place.read_bytes()
            found.setdefault(_addressee(data), []).append(data)
        return found

    def received(self, address: str) -> list[bytes]:
        """The messages that arrived at one address."""
        return self.mailboxes().get(address, [])

    def _places(self) -> list[Path]:
        return sorted((self.folder / "mailboxes").glob("*/new/*"))

    def waiting(self) -> int:
        """How many messages are in the queue."""
        names = ("maildrop", "incoming", "active", "deferred")
        return sum(path.is_file() for name in names for path in (self.queue / name).rglob("*"))

    def flush(self, seconds: float = PATIENCE) -> None:
        """Wait until all that was taken is delivered.

        Raises:
            TimeoutError: it is not, so late.
        """
        end = time.monotonic() + seconds
        while self.waiting():
            if time.monotonic() > end:
                raise TimeoutError(f"{self.waiting()} messages are still in the queue")
            time.sleep(0.02)

    def empty(self) -> None:
        """Remove what arrived; call it when nothing is on its way."""
        for place in self._places():
            place.unlink()


def arrived(data: bytes) -> bytes:
    """A message of a maildir as it was on the wire, without what the server put before it."""
    return PREPENDED.sub(b"", data).replace(b"\n", b"\r\n")


def _addressee(data: bytes) -> str:
    """Whose a message is, by the lines that the server put before it."""
    for line in data.split(b"\n"):
        name, _, value = line.partition(b": ")
        if name == b"Delivered-To":
            return value.decode()
    raise AssertionError("a message without Delivered-To")


def installed() -> None:
    """See that Postfix can be started here.

    Raises:
        LookupError: it is not installed, or this is not root.
    """
    if shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        raise LookupError("no Postfix here; `make test` installs Debian's `postfix`")
    if os.geteuid():
        raise LookupError("Postfix starts as root only; run the tests in a container as root")


@contextmanager
def running(transport: str = "error:5.1.2 no such domain here", limit: int = 10_485_760,
            ) -> Iterator[Postfix]:  # fmt: skip
    """A new server for as long as the context lasts.

    `transport` is where mail for other domains goes, such as `smtp:[127.0.0.1]:PORT`.
    """
    installed()
    folder = Path(tempfile.mkdtemp(prefix="reporter-postfix-"))
    try:
        for _ in range(TRIES):
            server = Postfix(folder, free_port(), free_port())
            _make(server, transport, limit)
            with _process(server) as process:
                if _answers(server, process):
                    yield server
                    return
        raise RuntimeError(f"Postfix did not start: {_told(folder)}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _told(folder: Path) -> str:
    places = (folder / "start.log", folder / "mail.log")
    return "\n".join(place.read_text() for place in places if place.exists())


def _make(server: Postfix, transport: str, limit: int) -> None:
    folder = server.folder
    folder.chmod(0o755)
    config = folder / "config"
    for place in (config, server.queue, folder / "data", folder / "mailboxes"):
        place.mkdir(exist_ok=True)
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "mailboxes", OWNER, OWNER)
    certify(folder / "authority.pem", folder / "server.pem")
    # Postfix lets no part of an address into the name of a mailbox.
    (folder / "mailboxes.regexp").write_text("/^bounces/ bounces/\n/./ clients/\n")
    (folder / "refused.regexp").write_text(REFUSED)
    values = {
        "folder": folder, "queue": server.queue, "data": folder / "data", "log": server.log,
        "mailboxes": folder / "mailboxes", "domains": ", ".join(DOMAINS), "owner": OWNER,
        "transport": transport, "limit": limit,
    }  # fmt: skip
    (config / "main.cf").write_text(MAIN.format_map(values))
    ports = {"port": f"127.0.0.1:{server.port}", "tls_port": f"127.0.0.1:{server.tls_port}"}
    (config / "master.cf").write_text(MASTER.format_map(ports))


def certify(authority: Path, server: Path, hosts: tuple[str, ...] = ("localhost",)) -> None:
    """A certificate for names of this machine and 127.0.0.1, with its key in `server`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "reporter's tests")])
    now = dt.datetime.now(dt.UTC)  # noqa: TID251  certificates have real dates
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in hosts]
    if "localhost" in hosts:
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    told = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    authority.write_bytes(told)
    server.write_bytes(secret + told)


@contextmanager
def _process(server: Postfix) -> Iterator[subprocess.Popen[bytes]]:
    command: list[str | Path] = [
        "sh", "-c", HELD, "sh", server.folder / "config", server.folder / "start.log",
    ]  # fmt: skip
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    # A session of its own: Ctrl-C ends the tests, and the end of its input then ends the server.
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, start_new_session=True, env={**os.environ, "PATH": path}
    )
    try:
        yield process
    finally:
        try:
            process.communicate(timeout=PATIENCE)  # the end of its input ends it
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(server: Postfix, process: subprocess.Popen[bytes]) -> bool:
    """Whether the server greets before patience or the server ends."""

    def greeted() -> None:
        with smtplib.SMTP(server.host, server.port, "localhost", timeout=5):
            pass

    return answers(greeted, (OSError, smtplib.SMTPException), process, PATIENCE)


@pytest.fixture(scope="session")
def shared_postfix() -> Iterator[Postfix]:
    """The server of this test run, or of this worker of it."""
    with running() as server:
        yield server


@pytest.fixture
def postfix(shared_postfix: Postfix) -> Postfix:
    """The server, its mailboxes empty."""
    shared_postfix.flush()
    shared_postfix.empty()
    return shared_postfix
