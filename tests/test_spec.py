from __future__ import annotations

import hashlib
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from reporter import spec
from reporter.errors import SpecError
from reporter.model import ConfirmedMove, KnownHigh, Pair, SourceRef

SMALL = """
title = "A <b>brief</b>"
subjects = [".RUT"]
benchmark = ".SPX"
[[sections]]
name = "front"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "brief.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(tmp_path: Path, text: str) -> list[str]:
    """Each mistake of a spec, without the folder's name."""
    with pytest.raises(SpecError) as told:
        spec.load(write(tmp_path, text))
    return str(told.value).replace(f"{tmp_path}/", "").splitlines()


def test_a_small_spec_is_understood_and_filled_with_defaults(tmp_path: Path) -> None:
    made = spec.load(write(tmp_path, SMALL))
    assert (made.title, made.slug) == ("A <b>brief</b>", "a-b-brief-b")
    assert (made.subjects, made.benchmark) == (("^RUT",), "^GSPC")
    assert (made.source, made.page_size, made.brand) == (SourceRef("sample"), "A4", "house")
    assert (made.as_of, made.folder) == (None, tmp_path)
    digest = hashlib.sha256((tmp_path / "brief.toml").read_bytes()).hexdigest()
    assert made.digests == {"brief.toml": digest}


def test_a_full_spec_is_understood(tmp_path: Path) -> None:
    (tmp_path / "flows.csv").write_text(
        "house,period,segment,net_usd_bn,published\nBofA,2025,Small caps,6.4,2026-01\n",
        encoding="utf-8",
    )
    made = spec.load(
        write(
            tmp_path,
            """
            title = "T"
            slug = "t-1"
            subjects = ["^RUT", "IJR"]
            benchmark = "^GSPC"
            as_of = "2026-01-15"
            source = "files:prices"
            page_size = "Letter"
            brand = "meridian"
            names = { rut = "Small caps" }
            watch.sizes = ["rut", "IJH"]
            [[pairs]]
            subject = "IWM"
            benchmark = "QQQ"
            windows = ["3m", "since:2025-10-16"]
            [[known_highs]]
            symbol = "^RUT"
            level = 855
            on = 2007-07-13
            source = "FTSE Russell"
            [[confirmed]]
            symbol = "rut"
            on = 2020-03-16
            source = "the exchange"
            [desk]
            flows = "flows.csv"
            [[sections]]
            name = "front"
            """,
        )
    )
    assert made.as_of == date(2026, 1, 15)
    assert made.source == SourceRef("files", str(tmp_path / "prices"))
    assert made.names == {"^RUT": "Small caps"}
    assert made.watch == {"sizes": ("^RUT", "IJH")}
    assert made.pairs == (Pair("IWM", "QQQ", ("3m", "since:2025-10-16")),)
    high = KnownHigh("^RUT", 855.0, date(2007, 7, 13), "FTSE Russell")
    assert made.known_highs == (high,)
    assert made.confirmed == (ConfirmedMove("^RUT", date(2020, 3, 16), "the exchange"),)
    assert made.desk.flows[0].net_usd == 6.4e9
    assert set(made.digests) == {"brief.toml", "flows.csv"}
    assert made.symbols == ("^RUT", "IJR", "^GSPC", "IWM", "QQQ", "IJH")


MISTAKEN = """titel = "x"
slug = "Small Caps!"
subjects = [".RUT", "^RUT", 4]
benchmark = "rut"
as_of = "yesterday"
source = "sampel"
page_size = "A5"
[watch]
Sizes = ["no good"]
rates = []
[[pairs]]
subject = "IWM"
windows = ["ydt"]
windw = 1
[[known_highs]]
symbol = "^RUT"
level = "high"
on = 2025-01-01T10:00:00
source = ""
[[sections]]
name = "frunt"
[desk]
flos = "f.csv"
"""
TOLD = [
    "brief.toml:1: titel: unknown key. Did you mean 'title'?",
    (
        "brief.toml:2: slug: 'Small Caps!' is no safe file name: small letters, digits, "
        "hyphens. Did you mean 'small-caps'?"
    ),
    "brief.toml:3: subjects #3: must be text in quotes.",
    "brief.toml:3: subjects #2: ^RUT is named twice.",
    "brief.toml:4: benchmark: rut is a subject too. Name what it is held against.",
    "brief.toml:5: as_of: yesterday is not a day. Write it like 2026-01-15.",
    "brief.toml:6: source: unknown source 'sampel'. Did you mean 'sample'?",
    "brief.toml:7: page_size: unknown value 'A5'. Did you mean 'A4'?",
    (
        "brief.toml:9: watch Sizes: is no list name: small letters, digits, hyphens, "
        "beginning with a letter."
    ),
    "brief.toml:9: watch Sizes #1: 'no good' is no symbol. Write it like ^RUT, IWM or CL=F.",
    "brief.toml:10: watch rates: is empty.",
    "brief.toml:11: pairs #1 benchmark: is required.",
    "brief.toml:13: pairs #1 windows #1: unknown window 'ydt'. Did you mean 'ytd'?",
    "brief.toml:14: pairs #1 windw: unknown key. Did you mean 'windows'?",
    "brief.toml:17: known_highs #1 level: must be a number.",
    (
        "brief.toml:18: known_highs #1 on: 2025-01-01 10:00:00 is not a day. "
        "Write it like 2026-01-15."
    ),
    "brief.toml:19: known_highs #1 source: is empty.",
    "brief.toml:21: sections #1 name: unknown section 'frunt'. Did you mean 'front'?",
    "brief.toml: title: is required.",
    "brief.toml:23: desk flos: unknown key. Did you mean 'flows'?",
]


def test_every_mistake_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert mistakes(tmp_path, MISTAKEN) == TOLD


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = ", "brief.toml: is not TOML: "),
        ("a = " + "[" * 5000, "brief.toml: is not TOML: "),
        ("desk = 3", "brief.toml:1: desk: must be a table."),
        ("sections = 3", "brief.toml:1: sections: must be a list."),
        ("sections = [3]", "brief.toml:1: sections #1: must be a table."),
        ("sections = []", "brief.toml:1: sections: is empty."),
        ('title = "…"', "brief.toml: slug: is required where the title has no letters"),
        ('title = "a\\u0000b"', "brief.toml:1: title: holds a control character."),
        ("[[known_highs]]\nlevel = inf", "brief.toml:2: known_highs #1 level: "),
        ("watch = 3", "brief.toml:1: watch: must be a table."),
    ],
)
def test_what_is_no_spec_is_told(text: str, message: str, tmp_path: Path) -> None:
    assert any(line.startswith(message) for line in mistakes(tmp_path, text))


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    (tmp_path / "brief.toml").write_bytes(b'title = "\xff"')
    with pytest.raises(SpecError, match=r"is not UTF-8 text \(byte 9\)"):
        spec.load(tmp_path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert spec.load(write(tmp_path, "\ufeff" + SMALL)).benchmark == "^GSPC"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ('source = "files:~nosuchuser/x"', "source: '~nosuchuser/x' names the home of nobody"),
        ('source = "files:a\\u0000"', "source: 'a\\x00' holds a control character."),
        (f'source = "files:{"a" * 5000}"', "is too long for the name of a file."),
        ('brand = "../ours.toml"', "brand: '../ours.toml' lies outside the folder"),
        (f"slug = {'1' * 5001}", "is not TOML: a number has too many digits."),
        (f"page_size = 0x{'f' * 5001}", "is not TOML: a number has too many digits."),
        ('known_highs = [{symbol = "^RUT", level = 1e300, on = 2020-01-01, source = "X"}]',
         "level: Input should be less than"),
        ('desk = {targets = "a\\u0000.csv"}', "holds a control character."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_line(given: str, message: str, tmp_path: Path) -> None:
    (mistake,) = mistakes(tmp_path, given + SMALL)
    assert message in mistake


SOURCES = """
[sources.files]
terms = "internal"
[sources.sample]
terms = "personal"
"""


def test_the_source_used_is_told_what_the_spec_says_of_it(tmp_path: Path) -> None:
    path = write(tmp_path, f'source = "files:p"\n{SMALL}{SOURCES}')
    beside = str(tmp_path / "p")
    assert spec.load(path).source == SourceRef("files", beside, {"terms": "internal"})
    assert spec.load(path, source="sample").source.options == {"terms": "personal"}
    assert spec.load(path, source="files:q").source == SourceRef(
        "files", "q", {"terms": "internal"}
    )
    assert spec.load(path, source="yahoo").source == SourceRef("yahoo")


def test_mistakes_in_what_sources_are_told_have_their_lines(tmp_path: Path) -> None:
    told = mistakes(
        tmp_path,
        """title = "T"
subjects = ["^RUT"]
benchmark = "^GSPC"
sections = [{name = "front"}]
[sources.yaho]
[sources.yahoo]
terms = "redistributable"
api_key = "hunter2"
[sources.sample]
trems = "personal"
when = 2026-01-15
[sources]
files = 3
""",
    )
    assert told == [
        "brief.toml:5: sources yaho: unknown source 'yaho'. Did you mean 'yahoo'?",
        (
            "brief.toml:7: sources yahoo terms: 'redistributable' would allow more than the source "
            "'yahoo' does: its data is for personal use by its terms, which a spec cannot loosen. "
            "Write 'personal' or stricter terms."
        ),
        (
            "brief.toml:8: sources yahoo api_key: is a secret, and a spec is passed on. "
            "Put it into the environment instead."
        ),
        "brief.toml:10: sources sample trems: unknown option. Did you mean 'terms'?",
        ("brief.toml:11: sources sample when: unknown option. Known: terms, label."),
        "brief.toml:13: sources files: must be a table.",
    ]


def test_a_spec_in_nobodys_home_is_told() -> None:
    with pytest.raises(SpecError, match="names the home of nobody"):
        spec.load("~nosuchuser/brief.toml")


def test_a_name_is_a_shipped_brief_and_a_path_a_file(tmp_path: Path) -> None:
    assert spec.load() == spec.load("small-caps")
    assert spec.load(tmp_path := write(tmp_path, SMALL)) == spec.load(str(tmp_path))
    assert spec.load(tmp_path.parent).title == "A <b>brief</b>"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("smal-caps", "no brief of the name 'smal-caps', and no such file. Did you mean 'small-ca"),
        ("nowhere/brief.toml", "nowhere/brief.toml: cannot be read: No such file or directory."),
        ("missing.toml", "missing.toml: cannot be read: No such file"),
        ("/", "/: holds no brief.toml."),
    ],
)
def test_a_spec_that_is_not_there_is_told(name: str, message: str) -> None:
    with pytest.raises(SpecError) as told:
        spec.load(name)
    assert message in str(told.value)


def test_the_command_line_wins_over_the_spec(tmp_path: Path) -> None:
    path = write(tmp_path, f'as_of = 2020-01-02\nsource = "files:prices"\n{SMALL}')
    made = spec.load(path, source="files:elsewhere", as_of=date(2021, 3, 4))
    assert made.source == SourceRef("files", "elsewhere")
    assert made.as_of == date(2021, 3, 4)
    with pytest.raises(SpecError, match="Did you mean 'sample'"):
        spec.load(path, source="smple")


@pytest.mark.parametrize("name", spec.shipped())
def test_shipped_briefs_are_sound(name: str) -> None:
    made = spec.load(name)
    assert made.slug == name
    assert made.source == SourceRef("sample")
    assert made.folder is None
    assert made.sections[0].name == "front"


def test_the_briefs_that_ship() -> None:
    assert spec.shipped() == ("daily", "small-caps", "weekly")


def test_the_example_restates_what_houses_published() -> None:
    made = spec.load("examples/small-caps-2026-01-15")
    assert [(target.house, target.level) for target in made.desk.targets] == [
        ("BofA", 2861.0),
        ("BofA", 3000.0),
        ("BofA", 3126.0),
    ]
    assert [flow.net_usd for flow in made.desk.flows] == [6.4e9, -5.7e9, -45.9e9]
    assert [view.house for view in made.desk.views] == ["", "", "", "BofA", "Barclays"]
    assert made.desk.until(date(2012, 6, 1)) == type(made.desk)()
    assert made.pairs == (Pair("IWM", "QQQ", ("3m", "since:2025-10-16")),)


def checked(text: str) -> None:
    """Check a spec as an editor does: dates are strings to it."""
    value: dict[str, Any] = tomllib.loads(text)
    plain = {key: v.isoformat() if isinstance(v, date) else v for key, v in value.items()}
    Draft202012Validator(spec.json_schema()).validate(plain)


def test_the_schema_is_one_and_every_shipped_brief_fits_it() -> None:
    Draft202012Validator.check_schema(spec.json_schema())
    for path in (*spec.BRIEFS.glob("*.toml"), Path("examples/small-caps-2026-01-15/brief.toml")):
        checked(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        SMALL.replace("front", "frunt"),
        SMALL.replace("title", "titel"),
        f'source = "sampel"\n{SMALL}',
        f'slug = "A B"\n{SMALL}',
        f'watch = {{ "A B" = ["IWM"] }}\n{SMALL}',
        f'desk = {{ flows = "a.xls" }}\n{SMALL}',
        f'pairs = [{{ subject = "a", benchmark = "b", windows = ["4q"] }}]\n{SMALL}',
        SMALL + "colour = 3",
        SMALL + "[sources.sampel]",
        SMALL + "[sources.sample]\ntrems = 'personal'",
        SMALL + "[sources.yahoo]\nterms = 'redistributable'",
        f'source = "sample:x"\n{SMALL}',
    ],
)
def test_the_schema_refuses_what_the_program_refuses(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        checked(text)
    assert mistakes(tmp_path, text)


def test_a_folder_without_a_brief_says_so(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r": holds no brief\.toml\. Give the folder of one"):
        spec.load(tmp_path)
