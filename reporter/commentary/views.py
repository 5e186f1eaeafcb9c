"""What houses and the editor think: in their words, under their names, beside our own facts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reporter.commentary.base import Note, Reading, family, moved, remark, text_of
from reporter.model import DeskView, Fact, Instrument, Kind, Remark, Span, Text
from reporter.phrasing import Named, Quoted, Slots
from reporter.wording import counted, possessive

_TONES = {"supportive": 1, "cautious": -1, "critical": -1}


@family("views")
def views(reading: Reading) -> Iterator[Remark]:
    """Drivers as the editor's own reading; a house's chart as that house's."""
    level = reading.of("level")
    if level is None:
        return
    about = [v for v in reading.desk.views if v.symbol in {reading.spec.subject, ""}]
    for stance, tone in (("supportive", 1), ("cautious", -1)):
        own = [v for v in about if not v.house and _TONES.get(v.stance, 0) == tone]
        if own:
            yield _own(reading, level, own, stance)
    for view in (v for v in about if v.house and v.kind == "technical"):
        yield _technical(reading, level, view)


def paired(reading: Reading) -> tuple[DeskView, ...]:
    """The houses' opinions, which the pairs they were given on carry."""
    about = {reading.spec.subject, "", *(pair.subject for pair in reading.spec.pairs)}
    return tuple(
        v for v in reading.desk.views if v.symbol in about and v.house and v.kind != "technical"
    )


def _own(reading: Reading, level: Fact, own: list[DeskView], stance: str) -> Remark:
    reasons = _reasons([quoted(view).text for view in own])
    slots: Slots = {
        "s": reading.subject,
        "lv": level,
        "count": Named(counted(len(own))),
        "reasons": reasons,
    }
    number = "one" if len(own) == 1 else "many"
    note = Note("drivers", _TONES[stance], 0.6)
    rates = _rates(reading, own) if stance == "supportive" else None
    if rates:
        flat = "" if moved(rates[1]) else "_flat"
        filled: Slots = {**slots, "t": rates[0], "y": rates[1]}
        return remark(f"views.own_supportive_{number}_rates{flat}", filled, note)
    return remark(f"views.own_{stance}_{number}", slots, note)


def _reasons(told: list[str]) -> Text:
    """Reasons in a row, set apart by semicolons where one of them has a comma of its own."""
    mark = ";" if any(re.search("[,;]", one) for one in told) else ","
    spans: list[Span] = []
    for at, one in enumerate(told):
        last = at == len(told) - 1
        spans += [Span(f"{mark} and " if last else f"{mark} ")] if at else []
        spans.append(Span(one, "quote"))
    return tuple(spans)


def quoted(view: DeskView) -> Quoted:
    """A view's own words, without the full stop that the sentence sets itself."""
    return Quoted(view.text.strip().rstrip("."))


def name_of(view: DeskView) -> Named:
    """Who holds a view: `Jane Doe of Acme`, `Acme's traders`, or the house alone."""
    if not view.author:
        return Named(view.house)
    person = view.author[:1].isupper()
    return Named(
        f"{view.author} of {view.house}" if person else f"{possessive(view.house)} {view.author}"
    )


def _technical(reading: Reading, level: Fact, view: DeskView) -> Remark:
    breakout = reading.of("range_breakout")
    slots: Slots = {
        "s": reading.subject,
        "lv": level,
        "who": name_of(view),
        "words": quoted(view),
    }
    held = breakout is not None and text_of(breakout, "state") in {"above", "retaken"}
    if breakout and held and "breakout" in view.text.lower():
        filled: Slots = {**slots, "x": breakout}
        return remark("views.house_technical_ours", filled, Note("technical_view", 1, 0.57))
    tone = _TONES.get(view.stance, 0)
    return remark("views.house_technical", slots, Note("technical_view", tone, 0.57))


def _rates(reading: Reading, own: list[DeskView]) -> tuple[Instrument, Fact] | None:
    """The yield itself, where a view leans on rates."""
    if not any("rate" in view.text.lower() for view in own):
        return None
    for instrument in reading.named(reading.spec.symbols):
        change = reading.facts.get("yield_change", instrument.symbol, window="ytd")
        if instrument.kind is Kind.YIELD and change is not None:
            return instrument, change
    return None
