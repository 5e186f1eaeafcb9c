"""The shape of a policy's file, and every mistake in one, with its line.

pydantic checks shapes here, as it does those of a brief in `spec.py`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from reporter import entries, written
from reporter.archive import ciphers
from reporter.archive.persons import folded, same
from reporter.errors import SpecError
from reporter.places import Key, Wrong, line_numbers, place, spell
from reporter.shapes import validated
from reporter.written import MisreadError

YEARS = 5
"""How long an edition is kept where no policy says otherwise."""
AUDIENCES = ("professional", "retail")
LONGEST_YEARS, LONGEST_DAYS = 100, 36_525
MOST_APPROVERS = 10
_JURISDICTION = re.compile(r"[A-Z]{2,3}")


def read(data: bytes, where: str) -> PolicyForm:
    """What a policy's file says.

    Raises:
        SpecError: it holds mistakes; the message has a line for each.
    """
    try:
        text = written.text(data)
        _check_letters(text, where)
        raw = written.toml(text)
    except MisreadError as error:
        raise SpecError(str(error), where=where) from error
    form, wrong = validated(PolicyForm, raw, _known)
    wrong += _across(raw)
    if form is None or wrong:
        found = line_numbers(text)
        wrong.sort(key=lambda mistake: place(found, mistake[0]) or math.inf)
        lines = dict.fromkeys(f"{_at(where, found, key)}: {message}" for key, message in wrong)
        raise SpecError("\n".join(lines))
    return form


def _check_letters(text: str, where: str) -> None:
    """Refuses what a terminal would obey or what turns words round: the file is printed as it is.

    Raises:
        SpecError: there is such a letter, in a comment perhaps.
    """
    for number, line in enumerate(text.split("\n"), 1):
        plain = line.rstrip("\r").replace("\t", "")
        hidden = (c for c in plain if unicodedata.category(c) == "Cc" or c in entries.TURNING)
        if letter := next(hidden, ""):
            raise SpecError(f"holds the character U+{ord(letter):04X}.", where=f"{where}:{number}")


# --- shapes ------------------------------------------------------------------------------------


def _key(text: str) -> str:
    if not ciphers.is_public_key(text):
        raise ValueError("is no public key. Copy the line that `reporter keys show NAME` prints.")
    return text


def jurisdiction(text: str) -> str:
    """A code of two or three capitals: ISO 3166's, such as CH, and EU, UK and the like."""
    if not _JURISDICTION.fullmatch(text):
        why = "write its code in capitals, such as CH, GB, US or EU."
        raise entries.EntryError(f"{text!r} is no jurisdiction: {why}")
    return text


Title = Annotated[str, AfterValidator(entries.title)]
Slug = Annotated[str, AfterValidator(entries.slug)]
Day = Annotated[date, BeforeValidator(entries.day)]
Audience = Literal["professional", "retail"]
Jurisdiction = Annotated[str, AfterValidator(jurisdiction)]
Years = Annotated[int, Field(ge=1, le=LONGEST_YEARS)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _ApproverForm(_Form):
    name: Title
    title: Title = ""
    key: Annotated[str, AfterValidator(_key)]
    audiences: Annotated[list[Audience], Field(min_length=1)]
    jurisdictions: Annotated[list[Jurisdiction], Field(min_length=1)]
    slugs: list[Slug] = []
    logins: list[Title] = []
    since: Day | None = Field(default=None, alias="from")
    until: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> _ApproverForm:
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"until {self.until} is before from {self.since}.")
        return self


class _ApprovalForm(_Form):
    required: int = Field(default=1, ge=1, le=MOST_APPROVERS)
    own: bool = False


class _RuleForm(_Form):
    slug: Slug = ""
    audience: Audience | None = None
    years: Years | None = None
    days: int | None = Field(default=None, ge=1, le=LONGEST_DAYS)

    @model_validator(mode="after")
    def _whole(self) -> _RuleForm:
        if not self.slug and not self.audience:
            raise ValueError("says of nothing: name a slug, an audience or both.")
        if (self.years is None) == (self.days is None):
            raise ValueError("says years or days, one of them.")
        return self


class _RetentionForm(_Form):
    years: Years = YEARS
    rules: list[_RuleForm] = []


class PolicyForm(_Form):
    """A policy as its file says it."""

    approvers: list[_ApproverForm] = []
    approval: _ApprovalForm = _ApprovalForm()
    retention: _RetentionForm = _RetentionForm()


# --- mistakes ----------------------------------------------------------------------------------

_FORMS: Mapping[tuple[str, ...], type[BaseModel]] = {
    (): PolicyForm,
    ("approvers",): _ApproverForm,
    ("approval",): _ApprovalForm,
    ("retention",): _RetentionForm,
    ("retention", "rules"): _RuleForm,
}


def _at(where: str, found: Mapping[Key, int], key: Key) -> str:
    line = place(found, key)
    return f"{where}:{line}: {spell(key)}" if line else f"{where}: {spell(key)}"


def _known(key: Key) -> list[str]:
    """The keys of the table that an unknown one stands in."""
    table = tuple(part for part in key[:-1] if isinstance(part, str))
    fields = _FORMS[table].model_fields
    return [one.alias or name for name, one in fields.items()]


def _across(raw: Mapping[str, Any]) -> Iterator[Wrong]:
    """Mistakes of approvers that concern each other; looked for whatever else is wrong."""
    given = raw.get("approvers", [])
    tables = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    names: dict[str, str] = {}
    for number, one in enumerate(tables):
        key, name = one.get("key"), one.get("name")
        if isinstance(key, str) and isinstance(name, str):
            first = names.setdefault(key, name)
            if not same(first, name):
                yield ("approvers", number, "key"), f"is the key of {first!r} already."
    approval = raw.get("approval", {})
    required = approval.get("required") if isinstance(approval, dict) else None
    people = len({folded(name) for one in tables if isinstance(name := one.get("name"), str)})
    if isinstance(required, int) and required > max(people, 1):
        yield ("approval", "required"), f"is more than the {people} who may approve."
