from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from reporter import desk
from reporter.model import DeskFigure, DeskInputs, DeskView, Flow, Target
from reporter.places import Key, spell

HEAD = "symbol,house,analyst,published,level,kind,conviction\n"
GOOD = HEAD + "^RUT,BofA,Paul Ciana,2026-W03,2861,technical,base\n"


def read(tables: Mapping[str, object], folder: Path | None = None) -> tuple[DeskInputs, list[str]]:
    def where(key: Key) -> str:
        return f"desk {spell(key)}"

    inputs, mistakes, _ = desk.read(tables, folder, where)
    return inputs, list(mistakes)


def mistakes_in(text: str, tmp_path: Path, kind: str = "targets") -> list[str]:
    (tmp_path / "it.csv").write_text(text, encoding="utf-8")
    return read({kind: "it.csv"}, tmp_path)[1]


def test_targets_come_from_csv(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("\ufeff" + GOOD, encoding="utf-8")
    inputs, mistakes, digests = desk.read({"targets": "t.csv"}, tmp_path, spell)
    monday = date(2026, 1, 12)
    assert not mistakes
    assert inputs.targets == (
        Target(
            "^RUT",
            2861.0,
            "BofA",
            "Paul Ciana",
            monday,
            "week of 12 January 2026",
            "technical",
            "base",
        ),
    )
    assert digests == {"t.csv": hashlib.sha256((tmp_path / "t.csv").read_bytes()).hexdigest()}


def test_flows_come_from_tables_with_toml_values() -> None:
    row = {"house": "BofA", "who": "clients", "period": 2025, "segment": "Small caps",
           "net_usd_bn": -5.7, "published": date(2026, 1, 20)}  # fmt: skip
    inputs, mistakes = read({"flows": [row]})
    assert not mistakes
    day = date(2026, 1, 20)
    assert inputs.flows == (
        Flow("Small caps", -5.7e9, "BofA", "clients", "2025", "", day, "20 January 2026"),
    )


def test_figures_come_from_toml(tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text(
        '[[figures]]\nname = "forward P/E"\nsymbol = ".RUT"\nvalue = 24.5\nunit = "ratio"\n'
        'house = "LSEG"\npublished = 2026-01-09\n',
        encoding="utf-8",
    )
    inputs, mistakes = read({"figures": "f.toml"}, tmp_path)
    assert not mistakes
    day = date(2026, 1, 9)
    assert inputs.figures == (
        DeskFigure("forward P/E", "^RUT", 24.5, "ratio", "LSEG", day, "9 January 2026"),
    )


def test_a_view_without_a_house_stays_without() -> None:
    row = {"kind": "driver", "symbol": "^RUT", "published": "2026-01", "fact": "rates may fall"}
    inputs, mistakes = read({"views": [row]})
    assert not mistakes
    assert inputs.views == (
        DeskView("driver", "^RUT", "", "", "", "rates may fall", date(2026, 1, 1), "January 2026"),
    )


@pytest.mark.parametrize("kind", ["targets", "flows", "figures"])
def test_a_house_is_never_invented(kind: str) -> None:
    _, mistakes = read({kind: [{}]})
    assert f"desk {kind} #1: house: is missing. A house is never invented." in mistakes


def test_every_mistake_of_a_file_is_told_with_its_row(tmp_path: Path) -> None:
    text = HEAD + "^RUT,,x,2026-1,abc,,\n\n^RUT,BofA,x,2026-01,1,,,5\nno good,B,x,2026-01,-1,,\n"
    assert mistakes_in(text, tmp_path) == [
        "it.csv:2: house: is missing. A house is never invented.",
        (
            "it.csv:2: published: '2026-1' is not a date. "
            "Write a day (2026-01-15), a month (2026-01) or an ISO week (2026-W03)."
        ),
        "it.csv:2: level: 'abc' is not a number. Write it like 2861 or -5.7, without separators.",
        "it.csv:4: more cells than columns. Quote a cell that holds a comma.",
        "it.csv:5: symbol: 'no good' is no symbol. Write it like ^RUT, IWM or CL=F.",
        "it.csv:5: level: '-1' is not above zero.",
    ]


def test_one_thing_said_twice_is_told(tmp_path: Path) -> None:
    row = GOOD.removeprefix(HEAD)
    assert mistakes_in(GOOD + row, tmp_path) == ["it.csv:3: says the same as it.csv:2. Remove one."]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no column symbol, house, published, level."),
        ("symbol;house;published;level\n", "no column symbol, house, published, level and unknown"),
        (HEAD, "has no rows."),
        (
            "symbol,house,published,levle\n",
            "has no column level and unknown column 'levle'. Expected",
        ),
        ("symbol,house,house,published,level\n", "has column house twice."),
        (
            "symbol,huose\n",
            "has no column house, published, level and unknown column 'huose'. Expected, with",
        ),
        ('symbol,house,published,level\n"^RUT,B,2026-01,1\n', "is not CSV:"),
    ],
)
def test_a_file_that_is_no_such_table_is_told_once(text: str, message: str, tmp_path: Path) -> None:
    (mistake,) = mistakes_in(text, tmp_path)
    assert message in mistake


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("flows", "BofA,2025,Small caps,{},2026-01"),
        ("targets", "^RUT,BofA,{},2026-01"),
        ("figures", "P/E,^RUT,{},ratio,LSEG,2026-01"),
    ],
)
@pytest.mark.parametrize("number", ["1e400", "1e999999", "-1e30", "1e16"])
def test_a_number_nobody_means_is_told(kind: str, row: str, number: str, tmp_path: Path) -> None:
    heads = {
        "flows": "house,period,segment,net_usd_bn,published",
        "targets": "symbol,house,level,published",
        "figures": "name,symbol,value,unit,house,published",
    }
    (mistake,) = mistakes_in(f"{heads[kind]}\n{row.format(number)}\n", tmp_path, kind)
    assert mistake.endswith(f"{number!r} is too large a number.")


@pytest.mark.parametrize("nested", ["[" * 9000 + "]" * 9000, "1" * 5001])
def test_toml_that_cannot_be_read_is_told(nested: str, tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text(f"a = {nested}\n", encoding="utf-8")
    (mistake,) = read({"figures": "f.toml"}, tmp_path)[1]
    assert mistake.startswith("f.toml: is not TOML: ")


def test_rows_that_differ_in_who_or_when_are_not_the_same(tmp_path: Path) -> None:
    flows = "house,who,period,segment,net_usd_bn,published\n"
    flows += "BofA,retail,2025,Small caps,1,2026-01\nBofA,hedge funds,2025,Small caps,2,2026-01\n"
    assert not mistakes_in(flows, tmp_path, "flows")
    again = GOOD + "^RUT,BofA,Other Analyst,2026-W03,2861,technical,base\n"
    again += "^RUT,BofA,Paul Ciana,2026-W02,2861,technical,base\n"
    assert not mistakes_in(again, tmp_path)
    (mistake,) = mistakes_in(GOOD + GOOD.removeprefix(HEAD), tmp_path)
    assert "says the same" in mistake


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_bytes(HEAD.encode() + b"^RUT,\xff\n")
    _, mistakes = read({"targets": "it.csv"}, tmp_path)
    assert mistakes == ["it.csv: is not UTF-8 text (byte 58). Save it as UTF-8."]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[figure]]\n", "has no [[figures]] tables."),
        ("figures = 3\n", "has no [[figures]] tables."),
        ("figures = ", "is not TOML:"),
        ("\n[[figures]]\nunit = 3\n", "it.toml:2: unit: unknown unit '3'."),
        ("[[figures]]\nname = []\n", "it.toml:1: name: must be text, a number or a date."),
    ],
)
def test_toml_that_is_no_such_table_is_told(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "it.toml").write_text(text, encoding="utf-8")
    _, mistakes = read({"figures": "it.toml"}, tmp_path)
    assert any(message in mistake for mistake in mistakes)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (3, "is neither a file nor tables."),
        ("it.xls", "is neither a .csv nor a .toml file."),
        ("missing.csv", "'missing.csv' cannot be read: No such file or directory."),
        ("../up.csv", "lies outside the folder and is not read."),
        ("/abs.csv", "lies outside the folder and is not read."),
        ("a\u0000.csv", "holds a control character."),
        ("a" * 5000 + ".csv", "is too long for the name of a file."),
    ],
)
def test_what_is_no_file_beside_the_spec_is_told(
    value: object, message: str, tmp_path: Path
) -> None:
    _, mistakes = read({"views": value}, tmp_path)
    assert len(mistakes) == 1
    assert message in mistakes[0]


def test_a_shipped_brief_has_no_files() -> None:
    assert read({"views": "v.csv"})[1] == ["desk views: a shipped brief has no files beside it."]


def test_unknown_kinds_columns_and_stances_get_the_nearest() -> None:
    _, mistakes = read({"veiws": [], "views": [{"stanse": "x", "stance": "suportive"}]})
    assert "desk veiws: unknown key. Did you mean 'views'?" in mistakes
    assert "desk views #1: stanse: unknown column. Did you mean 'stance'?" in mistakes
    assert any("unknown stance 'suportive'. Did you mean 'supportive'?" in m for m in mistakes)


def test_code_in_an_input_stays_text(tmp_path: Path) -> None:
    text = HEAD + '^RUT,"<script>{{ 7*7 }}</script>",,2026-01,1,,\n'
    (tmp_path / "it.csv").write_text(text, encoding="utf-8")
    inputs, mistakes = read({"targets": "it.csv"}, tmp_path)
    assert not mistakes
    assert inputs.targets[0].house == "<script>{{ 7*7 }}</script>"


def test_the_published_figures_of_the_real_data_are_read(real_data: Path) -> None:
    tables = {kind: f"{kind}.csv" for kind in ("targets", "flows", "views")}
    inputs, mistakes = read(tables, real_data / "desk")
    assert not mistakes
    assert [target.level for target in inputs.targets] == [2861, 3000, 3126]
    assert [flow.net_usd for flow in inputs.flows] == [6.4e9, -5.7e9, -45.9e9]
    assert [view.house for view in inputs.views] == ["", "", "BofA", "Barclays"]
