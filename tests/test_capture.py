"""What a build was given is noted without changing it, and kept whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter import capture, pipeline
from reporter.errors import SpecError
from reporter.model import DeskInputs
from reporter.sources._canonical import freeze
from reporter.sources._quick import pack, unpack
from reporter.sources._sample_desk import DESK
from reporter.sources.base import Delivered, silent
from reporter.spec import load

NOW = datetime(2026, 1, 17, 4, tzinfo=UTC)
CELLS = st.one_of(st.text(max_size=5), st.none(), st.integers(), st.booleans(), st.floats())
DAYS = st.datetimes(datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2100-01-01"))


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(0, 6))
    kinds = draw(st.lists(st.sampled_from(["float64", "float32", "int64", "days", "any"]),
                          min_size=1, max_size=5))  # fmt: skip
    columns: list[pd.Series[Any]] = []
    for kind in kinds:
        if kind == "any":
            cells = draw(st.lists(CELLS, min_size=rows, max_size=rows))
            columns.append(pd.Series(cells, dtype=object))
        elif kind == "days":
            days = draw(st.lists(DAYS | st.none(), min_size=rows, max_size=rows))
            columns.append(pd.Series(days, dtype="datetime64[us]"))
        elif kind == "int64":
            whole = st.integers(-(2**63), 2**63 - 1)
            columns.append(pd.Series(draw(st.lists(whole, min_size=rows, max_size=rows)),
                                     dtype=kind))  # fmt: skip
        else:
            floats = draw(st.lists(st.floats(width=32), min_size=rows, max_size=rows))
            columns.append(pd.Series(np.array(floats, dtype=kind)))
    names = draw(st.lists(st.text(max_size=3), min_size=len(kinds), max_size=len(kinds)))
    frame = pd.concat(columns, axis=1).set_axis(names, axis=1)
    first = draw(st.integers(0, 9))
    gaps = draw(st.booleans())
    return frame.set_axis([first + at * (2 if gaps else 1) for at in range(rows)], axis=0)


@given(tables())
def test_a_packed_table_is_the_same_csv(table: pd.DataFrame) -> None:
    assert freeze(unpack(pack(table))) == freeze(table)


def test_the_same_run_is_the_same_bytes_and_changes_no_edition() -> None:
    spec = load("daily")
    one, other = (
        pipeline.build(spec, now=NOW, formats=("json",), progress=silent) for _ in range(2)
    )
    assert one == other
    files = capture.unpacked(one.inputs)
    assert list(files) == sorted(files)
    assert b"2026-01-17T04:00:00+00:00" in files["run.json"]
    data = pipeline.collect(spec, now=NOW, progress=silent)
    assert pipeline.produce(pipeline.compose(spec, data), spec, ("json",)).files == one.files


def test_a_spec_changed_meanwhile_is_told(tmp_path: Path) -> None:
    text = 'title = "T"\nsubjects = ["^RUT"]\nbenchmark = "^GSPC"\n[[sections]]\nname = "front"\n'
    (tmp_path / "brief.toml").write_text(text)
    spec = load(tmp_path)
    (tmp_path / "brief.toml").write_text(text.replace("T", "U"))
    with pytest.raises(SpecError, match="was changed while the brief was built"):
        pipeline.build(spec, now=NOW, formats=("json",), progress=silent)


def test_links_that_lead_in_a_circle_are_followed_once(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.j2").write_text("a")
    (tmp_path / "templates" / "again").symlink_to(tmp_path / "templates")
    assert [p.name for p in capture._below(tmp_path / "templates")] == ["a.j2"]


def test_desk_inputs_that_come_with_prices_are_kept() -> None:
    assert capture.desk_of(capture.desk_document(DESK)) == DESK
    assert capture.desk_of(capture.desk_document(DeskInputs())) == DeskInputs()


def test_no_secret_of_a_source_is_kept() -> None:
    spec = load("daily")
    hidden = replace(
        spec.source, location="host=db password=hunter2", options={"api_key": "hunter2", "a": 1}
    )
    taken = capture.Taken()
    tuple(taken.watch(Delivered(())).answers)
    brief = pipeline.compose(spec, pipeline.collect(spec, now=NOW, progress=silent))
    data = capture.packed(
        taken, replace(spec, source=hidden, as_of=date(2026, 1, 15)), brief, now=NOW, formats=()
    )
    assert b"hunter2" not in data


def test_other_bytes_are_no_capture() -> None:
    with pytest.raises(ValueError, match="not a zip"):
        capture.unpacked(b"PK something")
    sealed = capture._zipped({"run.json": b"{}"})
    at = sealed.index(b"PK\x01\x02") + 8
    with pytest.raises(ValueError, match="encrypted"):
        capture.unpacked(sealed[:at] + b"\x01" + sealed[at + 1 :])
