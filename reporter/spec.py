"""The brief's order: `brief.toml` to a `BriefSpec`, every mistake reported at once.

A mistake is one line: file and line, key, what is wrong, and the nearest valid name. pydantic
checks shapes here, at the boundary, and nowhere else.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from reporter import brands, desk, entries, source_options, written
from reporter.crosschecks import across, in_yahoos_form, options
from reporter.errors import SpecError
from reporter.instruments import describe
from reporter.metrics.base import PERIODS
from reporter.model import (
    BriefSpec,
    ConfirmedMove,
    DeskInputs,
    KnownHigh,
    Pair,
    Schedule,
    SectionSpec,
    SourceRef,
)
from reporter.places import Key, line_numbers, place, spell
from reporter.registry import nearest
from reporter.sections.base import sections as known_sections
from reporter.shapes import validated
from reporter.source_options import beside, labels, ordered
from reporter.written import MisreadError

BRIEFS = Path(__file__).parent / "briefs"
DEFAULT = "small-caps"


# --- shapes ------------------------------------------------------------------------------------


def _checked(read: Callable[[str], object]) -> Callable[[str], str]:
    """Text that a reader understands, kept as it was written."""

    def check(text: str) -> str:
        read(text)
        return text

    return check


Title = Annotated[str, AfterValidator(entries.title)]
Slug = Annotated[str, AfterValidator(entries.slug)]
Symbol = Annotated[str, AfterValidator(entries.symbol)]
Window = Annotated[str, AfterValidator(entries.window)]
Day = Annotated[date, BeforeValidator(entries.day)]
Span = Annotated[str, AfterValidator(_checked(entries.span))]
Symbols = Annotated[list[Symbol], Field(min_length=1)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class PairForm(_Form):
    """Two instruments held against each other."""

    subject: Symbol = Field(description="The instrument that is judged, such as IWM.")
    benchmark: Symbol = Field(description="What it is held against, such as QQQ.")
    windows: list[Window] = Field(
        default=["3m"], min_length=1, description="Over which windows: 3m, 20s, since:2025-10-16."
    )


class KnownHighForm(_Form):
    """An earlier high that the price history does not reach."""

    symbol: Symbol = Field(description="The instrument.")
    level: float = Field(gt=0, lt=entries.LARGEST, description="The level of that high.")
    on: Day = Field(description="The day of that high.")
    source: Title = Field(description="Who says so.")


class ConfirmedForm(_Form):
    """A move that is hard to believe and true: it is neither marked nor taken for a split."""

    symbol: Symbol = Field(description="The instrument.")
    on: Day = Field(description="The day whose close moved that far from the one before.")
    source: Title = Field(description="Who says so.")


class ScheduleForm(_Form):
    """When `reporter run --due` makes an edition."""

    every: Literal["session", "week", "month"] = Field(
        description="After each session, or after the last one of the week or month."
    )
    exchange: Annotated[str, AfterValidator(entries.exchange)] = Field(
        default="", description="Whose sessions count, such as NYSE; else the first subject's."
    )
    lag: Span = Field(default="2h", description="How long after the close it is due: 90m, 2h.")
    until: Span = Field(
        default="48h", description="How long after that it may still be begun: 12h, 2d."
    )


class SectionForm(_Form):
    """One section, in its place; every other key is an option of that section."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)
    name: Annotated[str, AfterValidator(entries.section)] = Field(
        description="Which section: see `reporter list sections`."
    )


class BriefForm(_Form):
    """The order for a market brief, as its editor writes it."""

    title: Title = Field(description="The brief's title, as it stands in the masthead.")
    slug: Slug = Field(default="", description="Its folder's name; made from the title if absent.")
    subjects: Symbols = Field(description="What the brief is about; the headline is on the first.")
    benchmark: Symbol = Field(description="What the subjects are held against.")
    as_of: Day | None = Field(
        default=None, description="The last day that counts; else the latest."
    )
    source: Annotated[str, AfterValidator(_checked(entries.source))] = Field(
        default="sample",
        description="Where prices come from: sample, files:DIR, sql, yahoo or snapshot:ID.",
    )
    sources: dict[str, dict[str, Any]] = Field(
        default={}, description="What each source is told: `reporter list sources` names them."
    )
    page_size: Literal["A4", "Letter"] = Field(default="A4", description="The paper.")
    brand: str = Field(
        default="house",
        description="How the house looks: house, meridian, or a file beside the spec.",
    )
    names: dict[Symbol, Title] = Field(default={}, description="What to call an instrument.")
    watch: dict[Annotated[str, AfterValidator(entries.list_name)], Symbols] = Field(
        default={}, description="Lists of instruments, by name."
    )
    pairs: list[PairForm] = Field(default=[], description="Instruments to hold against each other.")
    known_highs: list[KnownHighForm] = Field(
        default=[], description="Highs before the price history begins, with who says so."
    )
    confirmed: list[ConfirmedForm] = Field(
        default=[], description="Moves that are hard to believe and true, with who says so."
    )
    desk: dict[str, Any] = Field(
        default={}, description="What people contribute: files beside the spec, or tables."
    )
    schedule: ScheduleForm | None = Field(
        default=None, description="When `reporter run --due` makes an edition."
    )
    sections: list[SectionForm] = Field(min_length=1, description="The brief's parts, in order.")


_FORMS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        "pairs": PairForm,
        "known_highs": KnownHighForm,
        "confirmed": ConfirmedForm,
        "schedule": ScheduleForm,
    }
)


# --- loading -----------------------------------------------------------------------------------


def shipped() -> tuple[str, ...]:
    """The names of the shipped briefs, sorted."""
    return tuple(sorted(path.stem for path in BRIEFS.glob("*.toml")))


def load(
    name_or_path: str | Path | None = None,
    *,
    source: str | None = None,
    as_of: date | None = None,
) -> BriefSpec:
    """The order for a brief.

    Args:
        name_or_path: a shipped brief's name, or the path of a spec or of the folder of a
            `brief.toml`; the shipped `small-caps` where nothing is named.
        source: replaces the spec's source; a folder in it is relative to the working folder.
        as_of: replaces the spec's as-of day.

    Raises:
        SpecError: the spec cannot be read, or holds mistakes; the message has a line for each.
    """
    path, where = _find(DEFAULT if name_or_path is None else str(name_or_path))
    chosen = entries.source(source) if source else None
    folder = None if path.parent == BRIEFS else path.parent
    spec = _understand(_read(path, where), folder, where, chosen)
    return replace(spec, as_of=as_of or spec.as_of)


def _find(name: str) -> tuple[Path, str]:
    """The spec's path, and what messages call it."""
    if name in shipped():
        return BRIEFS / f"{name}.toml", f"{name}.toml"
    try:
        path = written.path(name)
    except MisreadError as error:
        raise SpecError(str(error)) from error
    if path.is_dir() and (path / "brief.toml").is_file():
        return path / "brief.toml", str(Path(name) / "brief.toml")
    if path.is_dir():
        tip = "Give the folder of one, its path, or a name from `reporter list briefs`."
        raise SpecError("holds no brief.toml.", where=name, tip=tip)
    if path.exists() or path.suffix or path.name != name:
        return path, name
    raise SpecError(
        f"no brief of the name {name!r}, and no such file.", tip=nearest(name, shipped())
    )


def _read(path: Path, where: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        tip = "Give the path of a brief.toml, or see `reporter list briefs`."
        raise SpecError(f"cannot be read: {error.strerror}.", where=where, tip=tip) from error


def _parse(data: bytes, where: str) -> tuple[str, dict[str, Any]]:
    try:
        text = written.text(data)
        return text, written.toml(text)
    except MisreadError as error:
        raise SpecError(str(error), where=where) from error


def _understand(
    data: bytes, folder: Path | None, where: str, chosen: SourceRef | None
) -> BriefSpec:
    text, raw = _parse(data, where)
    found = line_numbers(text)

    def at(key: Sequence[str | int]) -> str:
        line = place(found, key)
        return f"{where}:{line}: {spell(key)}" if line else f"{where}: {spell(key)}"

    form, wrong = validated(BriefForm, raw, _known)
    wrong += across(raw, folder)
    tables = raw.get("desk", {})
    inputs, in_desk, digests = desk.read(
        tables if isinstance(tables, dict) else {}, folder, lambda key: at(("desk", *key))
    )
    wrong.sort(key=lambda mistake: place(found, mistake[0]) or math.inf)
    lines = dict.fromkeys([*(f"{at(key)}: {message}" for key, message in wrong), *in_desk])
    if form is None or lines:
        raise SpecError("\n".join(lines))
    own = {Path(where).name: hashlib.sha256(data).hexdigest()}
    spec = _spec(form, folder, where, digests={**own, **digests}, inputs=inputs)
    return replace(spec, source=ordered(chosen or spec.source, form.sources, folder))


def _spec(
    form: BriefForm,
    folder: Path | None,
    where: str,
    *,
    digests: Mapping[str, str],
    inputs: DeskInputs,
) -> BriefSpec:
    return BriefSpec(
        title=form.title,
        slug=form.slug or entries.slugified(form.title),
        subjects=tuple(form.subjects),
        benchmark=form.benchmark,
        sections=tuple(
            SectionSpec(s.name, in_yahoos_form(s.model_extra or {})) for s in form.sections
        ),
        watch={name: tuple(symbols) for name, symbols in form.watch.items()},
        pairs=tuple(Pair(p.subject, p.benchmark, tuple(p.windows)) for p in form.pairs),
        as_of=form.as_of,
        source=beside(entries.source(form.source), folder),
        page_size=form.page_size,
        brand=form.brand,
        names=form.names,
        labels=labels(form.sources),
        known_highs=tuple(KnownHigh(**dict(high)) for high in form.known_highs),
        confirmed=tuple(ConfirmedMove(**dict(move)) for move in form.confirmed),
        desk=inputs,
        schedule=_schedule(form),
        folder=folder,
        path=where,
        digests=digests,
    )


def _schedule(form: BriefForm) -> Schedule | None:
    if form.schedule is None:
        return None
    one = form.schedule
    where = one.exchange or describe(form.subjects[0]).exchange
    return Schedule(one.every, where, entries.span(one.lag), entries.span(one.until))


# --- mistakes ----------------------------------------------------------------------------------


def _known(key: Key) -> Iterable[str]:
    """The keys of the table that an unknown one stands in."""
    form = _FORMS.get(str(key[0]), BriefForm) if len(key) > 1 else BriefForm
    return form.model_fields


# --- for editors -------------------------------------------------------------------------------


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a `brief.toml`: what an editor needs to complete and to check it."""
    schema = BriefForm.model_json_schema()
    fields, forms = schema["properties"], schema["$defs"]
    fields["source"]["pattern"] = source_options.pattern()
    fields["sources"] |= source_options.schema()
    fields["slug"] |= {"pattern": f"^{entries.SLUG}$", "maxLength": entries.LONGEST_SLUG}
    fields["brand"]["anyOf"] = [{"enum": list(brands.names())}, {"type": "string"}]
    fields["watch"]["propertyNames"] = {"pattern": f"^{entries.LIST}$"}
    fields["desk"] |= {
        "additionalProperties": False,
        "properties": {kind: _desk_schema(columns) for kind, columns in desk.COLUMNS.items()},
    }
    for span in ("lag", "until"):
        forms["ScheduleForm"]["properties"][span]["pattern"] = f"^{entries.SPAN}$"
    windows = forms["PairForm"]["properties"]["windows"]["items"]
    windows["pattern"] = rf"^({'|'.join(PERIODS)}|[1-9]\d{{0,4}}s|since:\d{{4}}-\d\d-\d\d)$"
    forms["SectionForm"] = _section_schema(forms["SectionForm"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _desk_schema(columns: tuple[desk.Column, ...]) -> dict[str, Any]:
    scalar = {"type": ["string", "number"]}
    row = {
        "type": "object",
        "additionalProperties": False,
        "required": [column.name for column in columns if column.required],
        "properties": {column.name: {**scalar, "description": column.about} for column in columns},
    }
    file = {"type": "string", "pattern": r"\.(csv|toml)$"}
    return {"anyOf": [file, {"type": "array", "items": row}]}


def _section_schema(form: dict[str, Any]) -> dict[str, Any]:
    """One shape a section, so that an editor offers just its options."""
    about = form["properties"]["name"]["description"]
    shapes = [
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["name"],
            "properties": {
                "name": {"const": name, "description": about},
                **{option: {"description": words} for option, words in options(name).items()},
            },
        }
        for name in known_sections.names()
    ]
    names = {"name": {"enum": list(known_sections.names()), "description": about}}
    return {"description": form["description"], "properties": names, "anyOf": shapes}
