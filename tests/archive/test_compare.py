"""What changed between two editions is told: words, figures, inputs, versions, files."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from reporter.archive.base import Archive
from reporter.archive.compare import GROUPS, Comparison, compare
from reporter.archive.filing import Correction, Draft, file
from reporter.cli import reporter
from reporter.cli.talk import Talk
from reporter.errors import ArchiveError
from reporter.filed import Edition
from reporter.model import Artifact
from tests import rebuilding
from tests.archives import add, archive, draft, fact, hand
from tests.rebuilding import edited, smuggled

BRIEF = "files/brief.json"


def brief(what: Draft, **other: Any) -> Draft:
    """The draft with other values in its brief.json."""
    return edited(what, BRIEF, lambda data: json.dumps({**json.loads(data), **other}).encode())


def corrected(made: Archive, old: Draft, new: Draft) -> tuple[Edition, Edition]:
    first = add(made, old)
    return first, file(made, new, hand(1), Correction(first.id, "A wrong close.")).edition


def told(found: Comparison, group: str) -> list[str]:
    return [str(change) for change in found.changes[group]]


def test_facts_are_matched_by_what_they_are_of(tmp_path: Path) -> None:
    facts = [
        fact(id="rsi:IWM:14", metric="rsi", subject="IWM", window="14", display="71.2", value=71.2),
        fact(id="a", metric="ratio", subject="IWM", benchmark="QQQ", display="0.4", value=0.41),
        fact(id="same"),
        fact(id="gone", metric="streak", display="five days"),
    ]
    later = [{**facts[0], "display": "68.0"}, {**facts[1], "value": 0.42}, facts[2],
             fact(id="new", metric="level", display="2,700")]  # fmt: skip
    made = archive(tmp_path)
    old = draft(facts=tuple(facts))
    found = compare(made, *corrected(made, old, brief(old, facts=later)))
    assert told(found, "facts") == [
        "  rsi IWM 14: 71.2 → 68.0",
        "  ratio IWM against QQQ: 0.4 (0.41) → 0.4 (0.42)",
        "- streak ^RUT: five days",
        "+ level ^RUT: 2,700",
    ]
    assert found.document()["facts"][0] == {  # type: ignore[index]
        "name": "rsi IWM 14", "then": "71.2", "now": "68.0", "id": "rsi:IWM:14", "metric": "rsi",
        "subject": "IWM", "benchmark": None, "window": "14",
    }  # fmt: skip
    assert [one.name for one in found.changes["files"]] == ["brief.json"]


def section(*sentences: str) -> dict[str, object]:
    return {"name": "front", "title": "Front", "paragraphs": [[{"text": " ".join(sentences)}]]}


def test_words_sentences_gaps_and_notes(tmp_path: Path) -> None:
    made = archive(tmp_path)
    gap = {"subject": "XLC", "message": "no prices of XLC."}
    old = brief(draft(), sections=[section("Up 1.2% today.", "A record.")], gaps=[gap])
    new = brief(draft(headline="Falls"), sections=[section("Up 1.3% today.", "A record.")],
                notes=["Revised."])  # fmt: skip
    found = compare(made, *corrected(made, old, new))
    assert told(found, "words") == ["  headline: Russell 2000 closes at a record → Falls"]
    assert told(found, "remarks") == ["- Front: Up 1.2% today.", "+ Front: Up 1.3% today."]
    assert told(found, "gaps") == ["- XLC: no prices of XLC."]
    assert told(found, "notes") == ["+ note: Revised."]


def test_inputs_and_versions(tmp_path: Path) -> None:
    made = archive(tmp_path)
    rut = {"symbol": "^RUT", "rows": 1000, "last": "2026-01-15", "sha256": "a" * 64}
    iwm = {**rut, "symbol": "IWM"}
    desk = "inputs/spec/targets.csv"
    old = brief(draft(), inputs=[rut, iwm])
    old = replace(old, parts=(*old.parts, Artifact(desk, b"symbol,low\n^RUT,2800\nIWM,3\n")))
    new = brief(edited(old, desk, lambda data: data.replace(b"2800", b"2900")),
                inputs=[{**rut, "sha256": "b" * 64}, iwm])  # fmt: skip
    logo = Artifact("inputs/spec/logo.png", b"\x89PNG")
    new = replace(new, parts=(*new.parts, logo), versions={"reporter": "0.2.0"})
    found = compare(made, *corrected(made, old, new))
    assert told(found, "prices") == [
        "  ^RUT: 1,000 bars to 2026-01-15, aaaaaaaaaaaa → 1,000 bars to 2026-01-15, bbbbbbbbbbbb"
    ]
    assert told(found, "spec")[1:] == ["- targets.csv: ^RUT,2800", "+ targets.csv: ^RUT,2900"]
    assert told(found, "spec")[0].startswith("+ logo.png: ")
    assert told(found, "versions") == ["  reporter: 0.1.0 → 0.2.0"]


def test_an_edition_against_itself_differs_in_nothing(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    edition = made.edition("2026-01-15/weekly")
    found = compare(made, edition, edition)
    assert found.same
    assert set(found.changes) == set(GROUPS)


def test_two_days_of_the_sample_s_brief(tmp_path: Path) -> None:
    made = archive(tmp_path)
    days = (date(2026, 1, 8), date(2026, 1, 15))
    first, second = (
        rebuilding.filed(
            made,
            rebuilding.draft("daily", tmp_path / str(day), as_of=day, formats=("json",)),
        )
        for day in days
    )
    found = compare(made, first, second)
    assert any(name.startswith("  level ^GSPC: ") for name in told(found, "facts"))
    assert found.changes["remarks"]
    assert not found.changes["spec"]
    assert not found.changes["versions"]
    assert not found.lacking
    assert "brief.json" in {one.name for one in found.changes["files"]}


def test_without_brief_json_it_says_what_is_not_compared(tmp_path: Path) -> None:
    made = archive(tmp_path)
    old = draft()
    new = replace(old, headline="Other", parts=tuple(p for p in old.parts if p.path != BRIEF))
    first, second = corrected(made, old, new)
    found = compare(made, first, second)
    why = f"{second.id} was filed without brief.json: facts and remarks are not compared."
    assert found.lacking == (why,)
    assert not found.changes["facts"]


def test_a_brief_json_among_the_inputs_will_do(tmp_path: Path) -> None:
    made = archive(tmp_path)
    old = draft()
    new = brief(old, notes=["Revised."])
    parts = (replace(p, path=p.path.replace(BRIEF, "inputs/brief.json")) for p in new.parts)
    new = replace(new, parts=tuple(parts))
    found = compare(made, *corrected(made, old, new))
    assert not found.lacking
    assert not found.changes["facts"]
    assert [one.name for one in found.changes["files"]] == ["brief.json"]


@pytest.mark.parametrize("data", [b"{", b'{"facts": 5}', b'{"facts": [{}]}', b'{"gaps": [3]}'])
def test_a_brief_that_is_none_is_refused(tmp_path: Path, data: bytes) -> None:
    made = archive(tmp_path)
    new = edited(draft(), BRIEF, lambda _: data)
    with pytest.raises(ArchiveError):
        compare(made, *corrected(made, draft(), new))


def test_a_person_is_told_first_what_a_reader_notices(tmp_path: Path) -> None:
    made = archive(tmp_path)
    figure = {"label": "Russell 2000", "value": {"text": "2,600"}, "change": None, "note": ""}
    facts = [fact(f"^{at}", "level", unit="price", value=at, display=str(at)) for at in range(20)]
    old = brief(draft(), key_figures=[figure], facts=facts)
    later = [{**one, "display": f"{one['display']}.5"} for one in facts]
    new = brief(old, key_figures=[{**figure, "value": {"text": "2,700"}}], facts=later)
    first, second = corrected(made, old, new)
    diff = ["archive", "diff", first.id, second.id, "--archive", str(made.folder)]
    printed = CliRunner().invoke(reporter, diff, obj=Talk()).output
    assert "figures: 1 changed\n    Russell 2000: 2,600 → 2,700\n" in printed
    assert printed.index("figures:") < printed.index("facts: 20 changed\n    level 20\n")
    assert "-v tells each of them." in printed
    assert (
        "    level ^7: 7 → 7.5\n" in CliRunner().invoke(reporter, [*diff, "-v"], obj=Talk()).output
    )


def test_the_command_tells_it_harmlessly(tmp_path: Path) -> None:
    made = archive(tmp_path)
    second = smuggled(made, draft(), headline="Fa\x1b[31mlls")
    first = made.edition(second.id.removesuffix(".66"))
    where = ["--archive", str(made.folder)]
    done = CliRunner().invoke(
        reporter, ["archive", "diff", first.id, second.id, *where], obj=Talk()
    )
    assert done.exit_code == 0
    assert done.output.startswith(f"{first.id} → {second.id}\nwords: 1 changed\n")
    assert "\x1b" not in done.output
    done = CliRunner().invoke(
        reporter, ["archive", "diff", first.id, second.id, "--json", *where], obj=Talk()
    )
    assert json.loads(done.output)["words"][0]["now"] == "Fa\x1b[31mlls"
    done = CliRunner().invoke(reporter, ["archive", "diff", first.id, first.id, *where], obj=Talk())
    assert done.output.endswith("Nothing differs.\n")
