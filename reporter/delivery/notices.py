"""What an operator is told when an unattended run fails: one letter, and never to a client.

It says which brief and day, in which stage, what was wrong and what to do next. It holds nothing of
any client, and nothing that a log may not hold either.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from reporter.channels.base import channels
from reporter.delivered import Letter, Verdict
from reporter.delivery import addresses
from reporter.delivery.settings import Settings
from reporter.delivery.signing import Signer
from reporter.errors import ReporterError
from reporter.run_jobs import Trouble
from reporter.run_records import harmless

_TEXT = """\
An unattended run of the brief {slug} needs somebody to look at it.

Edition of:  {as_of}
Stage:       {stage}
What is wrong:
  {message}
What to do:
  {step}

This is told once for each failure of an edition; no client was told. The next call tries again.
"""


def letter(trouble: Trouble, settings: Settings, now: datetime, signer: Signer | None) -> Letter:
    """The notice, as it leaves.

    Its Message-ID is the same each time the same trouble is told, so that a second copy is known;
    where channels file letters, those of other troubles lie elsewhere.
    """
    domain = addresses.domain(settings.sender.address)
    told = f"{trouble.slug} {trouble.as_of} {trouble.stage} {trouble.message}"
    name = hashlib.sha256(told.encode()).hexdigest()[:32]
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((settings.sender.name, settings.sender.address))
    mail["To"] = settings.operator
    mail["Subject"] = f"reporter: {trouble.slug} of {trouble.as_of}: {trouble.stage}"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{name}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers it
    mail.set_content(
        _TEXT.format(
            slug=trouble.slug,
            as_of=trouble.as_of,
            stage=trouble.stage,
            message=trouble.message,
            step=trouble.step,
        )
    )
    data = mail.as_bytes()
    return Letter(
        client="operator",
        edition=f"{trouble.as_of}/{trouble.slug}/{trouble.stage}-{name[:8]}",
        envelope=settings.sender.bounces,
        address=settings.operator,
        message_id=str(mail["Message-ID"]),
        data=signer.signed(data, now) if signer else data,
    )


def tell(trouble: Trouble, settings: Settings, now: datetime, signer: Signer | None = None) -> str:
    """Send a notice by the channel of the settings; what hindered it, empty if nothing did."""
    if not settings.operator:
        return "the settings name no operator."
    try:
        with channels.get(settings.channel)(settings) as session:
            answer = session.send(letter(trouble, settings, now, signer))
    except (ReporterError, OSError, ValueError) as error:
        return harmless(error)
    if answer.verdict is Verdict.SENT:
        return ""
    said = " ".join(filter(None, (str(answer.code or ""), answer.enhanced)))
    return f"the notice is {answer.verdict}{f': {said}' if said else ''}."
