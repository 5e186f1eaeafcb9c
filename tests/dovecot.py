"""A real IMAP server for tests: a Dovecot of its own in a temporary folder, on free ports.

Its user logs in by a password, or by a token (XOAUTH2) that the server itself checks: a JWT signed
with a key that it knows.
"""

from __future__ import annotations

import base64
import getpass
import grp
import hmac
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.listening import free_port
from tests.postfix import certify

USER = "returns@example.com"
PASSWORD = "laß-mich-ein"  # noqa: S105  of a server that lives as long as a test run
OWNER = 65534  # nobody: whose mail it is where root starts the server
PATIENCE = 20.0  # seconds it may take to start
HELD = 'dovecot -F -c "$1" & server=$!; read -r _; kill $server; wait $server'
SETTINGS = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {account}
default_login_user = {visitor}
default_internal_group = {group}
first_valid_uid = 0
auth_failure_delay = 0
first_valid_gid = 0
auth_mechanisms = plain login xoauth2
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
mail_location = maildir:{folder}/mail
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
"""
OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
"""
KEY = b"a key that signs tokens in tests"


def token(key: bytes = KEY) -> str:
    """A token of the user, as a provider signs them (RFC 7519)."""
    head = {"typ": "JWT", "alg": "HS256"}
    now = int(time.time())
    claims = {"sub": USER, "email": USER, "iat": now, "exp": now + 3600}
    told = ".".join(_told(json.dumps(one).encode()) for one in (head, claims))
    return f"{told}.{_told(hmac.digest(key, told.encode(), 'sha256'))}"


def _told(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running server: one mailbox, a maildir that tests put messages into."""

    folder: Path
    port: int
    tls_port: int

    @property
    def maildir(self) -> Path:
        """Its inbox."""
        return self.folder / "mail"

    @property
    def authority(self) -> Path:
        """The certificate to trust."""
        return self.folder / "authority.pem"


@contextmanager
def running(hosts: tuple[str, ...] = ("localhost",)) -> Iterator[Dovecot]:
    """A new server for as long as the context lasts; its certificate is for `hosts`.

    Raises:
        LookupError: it is not installed.
    """
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    if not shutil.which("dovecot", path=path):
        raise LookupError("no Dovecot here; `make test` installs Debian's `dovecot-imapd`")
    folder = Path(tempfile.mkdtemp(prefix="reporter-dovecot-"))
    try:
        root = not os.geteuid()  # then its own accounts are there, and it insists on them
        server = Dovecot(folder, free_port(), free_port())
        for part in ("cur", "new", "tmp"):
            (server.maildir / part).mkdir(parents=True)
        certify(server.authority, folder / "server.pem", hosts)
        folder.chmod(0o755)
        owner = OWNER if root else os.getuid()
        if root:
            for place in (server.maildir, *server.maildir.iterdir()):
                os.chown(place, owner, owner)
        account, visitor = ("dovecot", "dovenull") if root else (getpass.getuser(),) * 2
        values = {
            "folder": folder, "account": account, "visitor": visitor, "port": server.port,
            "tls_port": server.tls_port, "password": PASSWORD, "uid": owner,
            "gid": owner if root else os.getgid(),
            "group": "dovecot" if root else grp.getgrgid(os.getgid()).gr_name,
        }  # fmt: skip
        (folder / "dovecot.conf").write_text(SETTINGS.format_map(values))
        (folder / "oauth2.conf").write_text(OAUTH2.format(folder=folder))
        key = folder / "keys" / "default" / "HS256" / "default"
        key.parent.mkdir(parents=True)
        key.write_bytes(base64.b64encode(KEY))
        command = ["sh", "-c", HELD, "sh", str(folder / "dovecot.conf")]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, start_new_session=True, env={**os.environ, "PATH": path}
        )
        try:
            _wait(server)
            yield server
        finally:
            process.communicate(timeout=PATIENCE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: Dovecot) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with socket.create_connection(("127.0.0.1", server.tls_port), timeout=1):
                return
        except OSError:
            log = server.folder / "log"
            if time.monotonic() > end:
                raise RuntimeError(log.read_text() if log.exists() else "no log") from None
            time.sleep(0.05)
