"""The shape of `delivery.toml`, and every mistake in one, with its line.

pydantic checks shapes here, as it does those of a brief in `spec.py`. What single values may say is
in `settings_entries.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)

from reporter import entries, written
from reporter.delivery import settings_entries as single
from reporter.delivery.settings import (
    FILE,
    Dkim,
    Limits,
    Rates,
    Release,
    Sender,
    Settings,
    Smtp,
    Unsubscribing,
    Variant,
)
from reporter.delivery.settings_across import Sound, across
from reporter.errors import SpecError
from reporter.places import Key, Wrong, line_numbers, place, spell
from reporter.secrecy import is_secret, without_secrets
from reporter.shapes import validated
from reporter.visible import visible
from reporter.written import MisreadError

LARGEST = 1_000_000_000
LEAST_MESSAGE = 100_000
MOST_SECONDS = 3600.0


def load(name: str | Path = FILE) -> Settings:
    """The settings in a file.

    Raises:
        SpecError: it cannot be read, or holds mistakes; the message has a line for each.
    """
    where = str(name)
    try:
        path = written.path(where)
        data = path.read_bytes()
    except MisreadError as error:
        raise SpecError(str(error)) from error
    except OSError as error:
        tip = "Give the file that says how you deliver: --settings FILE."
        raise SpecError(f"cannot be read: {error.strerror}.", where=where, tip=tip) from error
    return replace(read(data, where, path.parent), file=str(path.absolute()))


def read(data: bytes, where: str, folder: Path) -> Settings:
    """What the file of settings says.

    Args:
        data: its bytes.
        where: what messages call it.
        folder: where it lies; paths in it are relative to that.

    Raises:
        SpecError: it holds mistakes; the message has a line for each.
    """
    try:
        text = written.text(data)
        raw = written.toml(text)
    except MisreadError as error:
        raise SpecError(str(error), where=where) from error
    form, wrong = _validate(raw)
    wrong = [one for one in wrong if not _told(raw, one[0])] + list(_secrets(raw))
    wrong += across(Sound(raw, frozenset(key for key, _ in wrong)))
    if form is None or wrong:
        found = line_numbers(text)
        wrong.sort(key=lambda mistake: place(found, mistake[0]) or math.inf)
        lines = dict.fromkeys(f"{_at(where, found, key)}: {visible(why)}" for key, why in wrong)
        raise SpecError("\n".join(lines))
    return _settings(form, folder)


# --- shapes ------------------------------------------------------------------------------------

Title = Annotated[str, AfterValidator(entries.title)]
Slug = Annotated[str, AfterValidator(entries.slug)]
Address = Annotated[str, AfterValidator(single.address)]
Domain = Annotated[str, AfterValidator(single.domain)]
Web = Annotated[str, AfterValidator(single.web)]
Span = Annotated[timedelta, BeforeValidator(single.span)]
Word = Annotated[str, AfterValidator(single.word)]
File = Annotated[str, AfterValidator(single.file)]
PerMinute = Annotated[float, Field(gt=0, le=1_000_000)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class _SenderForm(_Form):
    name: Title
    address: Address
    bounces: Annotated[str, AfterValidator(single.bounces)]
    reply_to: Address = ""


class _SmtpForm(_Form):
    host: Annotated[str, AfterValidator(single.host)] = "localhost"
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    authority: File | None = None
    user: Word = ""
    login: Literal["password", "xoauth2"] = "password"
    timeout: float = Field(default=60.0, ge=1, le=MOST_SECONDS)
    per_connection: int = Field(default=100, ge=1, le=10_000)


class _RatesForm(_Form):
    per_minute: PerMinute | Literal["unlimited"] = 600.0
    domains: dict[Domain, PerMinute] = {}


class _DkimForm(_Form):
    domain: Domain
    selector: Annotated[str, AfterValidator(single.selector)]


class _UnsubscribingForm(_Form):
    url: Annotated[str, AfterValidator(single.unsubscribing)]
    mailto: Address = ""


class _LimitsForm(_Form):
    message: int = Field(default=10_000_000, ge=LEAST_MESSAGE, le=LARGEST)
    stale: Span = timedelta(hours=96)
    age: Span = timedelta(hours=48)
    attempts: int = Field(default=12, ge=1, le=1000)
    per_day: int = Field(default=5000, ge=1, le=LARGEST)
    soft_bounces: int = Field(default=3, ge=1, le=1000)


class _ReleaseForm(_Form):
    first: int = Field(ge=1, le=LARGEST)
    wait: Span


class _VariantForm(_Form):
    slug: Slug
    of: Slug
    segment: Slug = ""
    brand: Slug = ""
    language: Annotated[str, AfterValidator(single.language)] = ""


class SettingsForm(_Form):
    """The settings as their file says them."""

    sender: _SenderForm
    unsubscribing: _UnsubscribingForm
    channel: Annotated[str, AfterValidator(single.channel)] = "smtp"
    smtp: _SmtpForm = _SmtpForm()
    drop: File | None = None
    rates: _RatesForm = _RatesForm()
    dkim: _DkimForm | None = None
    limits: _LimitsForm = _LimitsForm()
    allowed: list[Domain] = []
    link: Annotated[str, AfterValidator(single.link)] = ""
    encrypt: bool = False
    release: _ReleaseForm | None = None
    variants: list[_VariantForm] = []
    operator: Address = ""
    outbox: Annotated[str, AfterValidator(single.outbox)] = "sqlite:///outbox.sqlite"
    mailbox: Annotated[str, AfterValidator(single.mailbox)] = ""


def _settings(form: SettingsForm, folder: Path) -> Settings:
    rate = form.rates.per_minute
    smtp = form.smtp.model_dump(exclude={"authority"})
    authority = form.smtp.authority
    return Settings(
        folder=folder,
        sender=Sender(**dict(form.sender)),
        unsubscribing=Unsubscribing(**dict(form.unsubscribing)),
        channel=form.channel,
        smtp=Smtp(authority=_path(authority, folder), **smtp),
        drop=_path(form.drop, folder),
        rates=Rates(
            None if isinstance(rate, str) else rate, MappingProxyType(dict(form.rates.domains))
        ),
        dkim=Dkim(**dict(form.dkim)) if form.dkim else None,
        limits=Limits(**dict(form.limits)),
        allowed=tuple(form.allowed),
        link=form.link,
        encrypt=form.encrypt,
        release=Release(**dict(form.release)) if form.release else None,
        variants=tuple(Variant(**dict(one)) for one in form.variants),
        operator=form.operator,
        outbox=form.outbox,
        mailbox=_mailbox(form.mailbox, folder),
    )


def _path(name: str | None, folder: Path) -> Path | None:
    return folder / written.path(name) if name else None


def _mailbox(text: str, folder: Path) -> str:
    return text if not text or "://" in text else str(folder / written.path(text))


# --- mistakes ----------------------------------------------------------------------------------


_FORMS: Mapping[tuple[str, ...], type[BaseModel]] = MappingProxyType(
    {
        (): SettingsForm,
        ("sender",): _SenderForm,
        ("smtp",): _SmtpForm,
        ("rates",): _RatesForm,
        ("dkim",): _DkimForm,
        ("unsubscribing",): _UnsubscribingForm,
        ("limits",): _LimitsForm,
        ("release",): _ReleaseForm,
        ("variants",): _VariantForm,
    }
)
_RATE: Wrong = (("rates", "per_minute"), 'must be a number above 0, or "unlimited".')
_ELSEWHERE = "is a secret, and this file is none: put it into the environment or the keyring."


def _at(where: str, found: Mapping[Key, int], key: Key) -> str:
    line = place(found, key)
    said = f"{where}:{line}" if line else where
    return f"{said}: {spell(key)}" if key else said


def _validate(raw: dict[str, Any]) -> tuple[SettingsForm | None, list[Wrong]]:
    form, wrong = validated(SettingsForm, raw, _known)
    return form, [_RATE if key[:2] == _RATE[0] else (key, why) for key, why in wrong]


def _known(key: Key) -> list[str]:
    """The keys of the table that an unknown one stands in."""
    table = tuple(part for part in key[:-1] if isinstance(part, str))
    return list(_FORMS[table].model_fields)


def _secrets(value: object, key: Key = ()) -> Iterator[Wrong]:
    """Every value that is a secret, by its key's name or as part of an address."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if is_secret(name) or name in {"private_key", "dkim_key", "key"}:
                yield (*key, name), _ELSEWHERE
            else:
                yield from _secrets(inner, (*key, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _secrets(inner, (*key, number))
    elif isinstance(value, str) and _holds_one(value, key):
        yield key, "holds a password, and this file is no secret: put it into the environment."


def _holds_one(text: str, key: Key) -> bool:
    if "PRIVATE KEY-----" in text:
        return True
    return "://" in text and key[:1] != ("unsubscribing",) and without_secrets(text) != text


def _told(raw: dict[str, Any], key: Key) -> bool:
    """Whether what is wrong with a key is that it holds a secret, which is told by itself."""
    return any(key[: len(known)] == known for known, _ in _secrets(raw))
