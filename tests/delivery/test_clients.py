"""The list of clients: CSV, SQLite and PostgreSQL; every fault with its row, and nobody's data."""

from __future__ import annotations

import csv
import io
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporter.delivery.census import counted
from reporter.delivery.clients import Roll, opened
from reporter.delivery.clients_cells import COLUMNS
from reporter.errors import DeliveryError, SpecError
from reporter.model import Form, Recipient, Status
from tests.postgres import PASSWORD, Server

HEAD = "id,name,address,audience,jurisdiction"
ANN = "C-1,Ann,ann@example.com,retail,CH"
BEN = "C-2,Ben,ben@example.com,professional,US"

FAULTS = """
row 2 (C-1): address: is no address. The part after the @-sign contains invalid characters: '@'.
row 2 (C-1): audience: is no audience. Did you mean 'retail'?
row 2 (C-1): jurisdiction: is no jurisdiction: write its code in capitals, such as CH, GB, US or EU.
row 2 (C-1): language: is no code of a language. Write it like en or de-CH.
row 3: address: is no address. An email address must have an @-sign.
row 3: brand: is no brand's name: small letters, digits, hyphens.
row 3: format: is no format. Did you mean 'attached'?
row 3: id: is no id: at most 64 letters, digits, dots, hyphens, slashes. It is printed, so it must \
be no name and no address.
row 3: name: is empty.
row 4 (C-3): holdings: entry 2 is no symbol. Write it like ^RUT or IWM, with ';' between.
row 4 (C-3): name: begins with '=', as formulas do.
row 4 (C-3): segments: entry 1 is no segment's name: small letters, digits, hyphens, with ';' \
between.
row 4 (C-3): status: is no status. Did you mean 'active'?
row 5: has more cells than there are columns (11).
"""


def listed(tmp_path: Path, *lines: str, end: str = "\n") -> Roll:
    """A list of these lines."""
    (tmp_path / "clients.csv").write_text(end.join([*lines, ""]), encoding="utf-8", newline="")
    return opened("clients.csv", tmp_path)


def faults(roll: Roll) -> list[str]:
    """The lines of the refusal, without the file's name."""
    with pytest.raises(SpecError) as caught:
        roll.check()
    return [line.removeprefix("clients.csv: ") for line in str(caught.value).split("\n")]


def test_the_example_is_understood() -> None:
    roll = opened("examples/clients.csv", Path())
    found = list(roll.recipients())
    assert roll.count == len(found) == 4
    assert found[0] == Recipient(
        "C-1001", "Ann Example", "ann@example.com", "retail", "CH",
        segments=("small-caps", "income"), holdings=("IWM", "^RUT"), watched=("QQQ",),
        place="row 2",
    )  # fmt: skip
    assert found[1].disclosures == ("This brief is not an offer.", "Capital is at risk.")
    assert found[1].note == "With thanks for your visit."
    assert [one.form for one in found[1:3]] == [Form.LINKED, Form.BODY]
    assert found[3].status is Status.PAUSED


def test_every_fault_is_told_with_its_row_and_nobody_s_data(tmp_path: Path) -> None:
    roll = listed(
        tmp_path,
        f"{HEAD},language,brand,segments,holdings,format,status",
        "C-1,Ann Secret,ann@@secret.example,retial,Switzerland,deutsch,,,,,",
        "ann@secret.example,,secret,retail,CH,,A Secret,,,attachd,",
        "C-3,=HYPERLINK(secret),c@secret.example,retail,CH,,,Se cret,IWM;se cret,,activ",
        "C-4,#N/A,d@secret.example,retail,CH,,,,,,,one cell too many",
    )
    told = faults(roll)
    assert "\n".join(told) == FAULTS.strip()
    assert "secret" not in " ".join(told).lower()


def test_headings_are_looked_at_first(tmp_path: Path) -> None:
    roll = listed(tmp_path, "ID, Name ,adress,audience,jurisdiction,note,note", ANN)
    assert faults(roll) == [
        "row 1: column 7 has the heading of another before it.",
        "row 1: the column 'address' is required.",
        "row 1: unknown column 'adress'. Did you mean 'address'?",
    ]
    (line,) = faults(listed(tmp_path, ANN, BEN))
    assert line.startswith("row 1: has no headings. Known: id, name, address,")
    assert "Ann" not in line


def test_who_is_there_twice(tmp_path: Path) -> None:
    roll = listed(
        tmp_path, HEAD, ANN, BEN, "c-1,Cid,cid@example.com,retail,CH",
        "C-4,Dan,BEN@EXAMPLE.com,retail,CH", "C-1,Eve,ben@example.com,retail,CH",
    )  # fmt: skip
    assert faults(roll) == [
        "row 4: id: is that of row 2 too.",
        "row 5: address: is that of row 3 too.",
        "row 6: address: is that of row 3 too.",
        "row 6: id: is that of row 2 too.",
    ]


def test_fifty_faults_and_how_many_more(tmp_path: Path) -> None:
    told = faults(listed(tmp_path, HEAD, *[f"C-{n},N,nobody,retail,CH" for n in range(70)]))
    assert len(told) == 51
    assert told[-1] == "and 20 more."


@pytest.mark.parametrize("letter", ["\r", "\n", "\0", "\x1b", "\u202e", "\u2066", "\u2028", "\x85"])
@pytest.mark.parametrize("column", COLUMNS)
def test_no_field_takes_a_control_character(tmp_path: Path, column: str, letter: str) -> None:
    row = dict(zip(HEAD.split(","), ANN.split(","), strict=True))
    row[column] = f"{row.get(column, 'a')}{letter}Bcc: x@example.com"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([list(row), list(row.values())])
    told = faults(listed(tmp_path, out.getvalue()))
    assert any(
        f"{column}: holds the control character U+{ord(letter):04X}." in line for line in told
    )


@pytest.mark.parametrize("letter", ["\u200b", "\xad", "\ue000", "\U000e0041"])
def test_no_name_has_signs_that_nobody_sees(tmp_path: Path, letter: str) -> None:
    """Pasted from elsewhere; in a mail they would stand as a mark of replacement."""
    (told,) = faults(listed(tmp_path, HEAD, f"C-1,Ann{letter}Meier,ann@client.test,retail,CH"))
    assert f"name: holds the sign U+{ord(letter):04X}, which cannot be shown." in told


@pytest.mark.parametrize(
    "name",
    [
        "Ann\N{NO-BREAK SPACE}Meier",
        "\u0646\u0645\u06cc\u200c\u062e",
        "A \U0001f469\u200d\U0001f467",
    ],
)
def test_names_of_all_the_world_are_taken(tmp_path: Path, name: str) -> None:
    (found,) = listed(tmp_path, HEAD, f"C-1,{name},ann@client.test,retail,CH").recipients()
    assert found.name == " ".join(name.split())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_as_spreadsheets_write_it(tmp_path: Path, delimiter: str, end: str) -> None:
    out = io.StringIO()
    head = [*HEAD.split(","), "segments", ""]
    row = [" C-1 ", "Müller, Ann; Dr.", "ann@example.com ", "retail", "CH", "a; b;a;", ""]
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows([head, row, [""] * 7])
    (tmp_path / "clients.csv").write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode())
    (found,) = opened("clients.csv", tmp_path).recipients()
    assert (found.id, found.name, found.segments) == ("C-1", "Müller, Ann; Dr.", ("a", "b"))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (f"{HEAD}\n{ANN}\n".encode("utf-16"), "clients.csv: is UTF-16 text. Save it as"),
        (b"PK\x03\x04", "clients.csv: is a workbook"),
        (f"{HEAD}\nC-1,M\xfcller,".encode("latin-1"), "row 2: is not UTF-8 text. Save it as"),
        (f'{HEAD}\n{ANN}\nC-2,"Ben\n{ANN}\n'.encode(), "row 3: has a quotation mark that is not"),
        (f'{HEAD}\nC-2,"Ben"x,b\n'.encode(), "row 2: has a quotation mark"),
        (f"{HEAD}\r{ANN}\r".encode(), "row 1: has a line end that CSV files do not have"),
        (f"{HEAD}\nC-1,{'x' * 10_000_000}".encode(), "row 2: is longer than 1000000 bytes"),
        (f"{HEAD}\nC-1,{'x' * 200_000}".encode(), "row 2: has a quotation mark"),
        (f"{HEAD}\n{ANN},{'x' * 50_000}".encode(), "row 2: has more cells"),
        (f"{HEAD},note\n{ANN},{'x' * 50_000}\n".encode(), "note: is longer than 20000 characters"),
        (f"{HEAD},note\n{ANN},{'x' * 5000}\n".encode(), "note: is longer than 2000 characters"),
        (b"", "row 1: has no headings"),
        (f"{HEAD}\n\n".encode(), "clients.csv: has no clients"),
    ],
)  # fmt: skip
def test_files_that_are_no_lists(tmp_path: Path, data: bytes, why: str) -> None:
    (tmp_path / "clients.csv").write_bytes(data)
    with pytest.raises(SpecError) as caught:
        opened("clients.csv", tmp_path).check()
    assert why in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", ["none.csv", "."])
def test_a_list_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(SpecError, match=r"cannot be read: .*--clients FILE"):
        opened(name, tmp_path).check()


CELLS = st.text(
    st.characters(codec="utf-8") | st.sampled_from('\r\n\0",;=@\u202e'), max_size=12
) | st.sampled_from(["retail", "CH", "ann@example.com", "C-1", "IWM;QQQ", "de", "a;b", "body"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, max_size=15), max_size=4))
def test_hostile_cells_are_a_client_or_a_refusal(tmp_path: Path, rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([COLUMNS, *rows])
    (tmp_path / "clients.csv").write_bytes(out.getvalue().encode())
    roll = opened("clients.csv", tmp_path)
    refusal = ""
    try:
        roll.check()
    except SpecError as error:
        refusal = str(error)
    if refusal:
        assert refusal.startswith("clients.csv: ")
        return
    for one in roll.recipients():
        texts = (one.id, one.name, one.address, one.note, *one.disclosures, *one.holdings)
        assert not any(letter in text for text in texts for letter in "\r\n\0\u202e")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.booleans())
def test_whatever_bytes_are_refused_in_words(tmp_path: Path, data: bytes, head: bool) -> None:  # noqa: FBT001  drawn
    (tmp_path / "clients.csv").write_bytes(f"{HEAD}\n".encode() * head + data)
    with pytest.raises(SpecError, match=r"^clients\.csv: "):
        opened("clients.csv", tmp_path).check()


# --- changed meanwhile -------------------------------------------------------------------------


def many(count: int) -> list[str]:
    """So many rows below the headings."""
    return [HEAD, *(f"C-{n},N{n},n{n}@example.com,retail,CH" for n in range(count))]


def test_it_is_read_as_often_as_it_is_asked_for(tmp_path: Path) -> None:
    roll = listed(tmp_path, *many(1200))
    assert roll.count == 1200
    assert list(roll.recipients()) == list(roll.recipients())


@pytest.mark.parametrize("at", [2, 700, 1200])
def test_a_list_that_was_changed_since_it_was_checked_is_refused(tmp_path: Path, at: int) -> None:
    lines = many(1200)
    roll = listed(tmp_path, *lines)
    roll.check()
    lines[at] = lines[at].replace("@example.com", "@example.org")
    listed(tmp_path, *lines)
    found: list[Recipient] = []
    with pytest.raises(DeliveryError, match="was changed while it was read"):
        found.extend(roll.recipients())
    assert all(one.address.endswith("@example.com") for one in found)


@pytest.mark.parametrize("lines", [many(1201), many(1199), many(500), [], ["x"], ['id,"'], [HEAD]])
def test_so_is_one_with_more_or_fewer(tmp_path: Path, lines: list[str]) -> None:
    roll = listed(tmp_path, *many(1200))
    roll.check()
    listed(tmp_path, *lines)
    with pytest.raises(DeliveryError, match="was changed while it was read"):
        list(roll.recipients())


# --- databases ---------------------------------------------------------------------------------

TABLE = (
    "CREATE TABLE clients (id text, name text, address text, audience text, jurisdiction text, "
    "segments text, note text)"
)
ROWS: Sequence[tuple[str | None, ...]] = [
    ("C-2", "Ben", "ben@example.com", "professional", "US", None, None),
    ("C-1", "Änn", "änn@bücher.example", "retail", "CH", "a;b", " hello "),
]
READ = [
    Recipient("C-1", "Änn", "änn@bücher.example", "retail", "CH", segments=("a", "b"),
              note="hello", place="row 2"),
    Recipient("C-2", "Ben", "ben@example.com", "professional", "US", place="row 3"),
]  # fmt: skip


def sqlite(file: Path, rows: Iterable[tuple[str | None, ...]] = ROWS) -> None:
    """The table in a new file."""
    with sqlite3.connect(file) as connection:
        connection.execute(TABLE)
        connection.executemany("INSERT INTO clients VALUES (?, ?, ?, ?, ?, ?, ?)", list(rows))
    connection.close()


def test_a_table_of_sqlite(tmp_path: Path) -> None:
    sqlite(tmp_path / "crm.db")
    roll = opened("sqlite:///crm.db#clients", tmp_path)
    assert (roll.count, list(roll.recipients())) == (2, READ)


def test_a_table_of_postgresql(database: Server) -> None:
    database.run(TABLE)
    database.copy("clients", ROWS)
    roll = opened(f"{database.url()}#public.clients", Path())
    assert (roll.count, list(roll.recipients())) == (2, READ)
    database.run("UPDATE clients SET note = 'x' WHERE id = 'C-2'")
    with pytest.raises(DeliveryError, match="was changed") as caught:
        list(roll.recipients())
    assert PASSWORD not in str(caught.value)


def test_lists_of_postgresql_are_lists(database: Server) -> None:
    database.run(TABLE.replace("segments text", "segments text[]"))
    database.run("INSERT INTO clients VALUES ('C-1', 'A', 'a@b.de', 'retail', 'CH', '{a,b}', '')")
    (found,) = opened(f"{database.url()}#clients", Path()).recipients()
    assert found.segments == ("a", "b")


def test_faults_in_a_table_have_rows_and_ids(database: Server) -> None:
    database.run(TABLE)
    database.copy("clients", [*ROWS, ("C-3", "Cid", "cid", "retail", None, "", "")])
    with pytest.raises(SpecError) as caught:
        opened(f"{database.url()}#clients", Path()).check()
    told = str(caught.value)
    assert "#clients: row 4 (C-3): address: is no address." in told
    assert "#clients: row 4 (C-3): jurisdiction: is empty." in told
    assert PASSWORD not in told


def test_no_password_is_shown(postgres: Server) -> None:
    for url in (postgres.url(password="hunter2-wrong"), "postgresql://u:hunter2@127.0.0.1:1/x"):  # noqa: S106  a wrong one
        with pytest.raises(DeliveryError) as caught:
            opened(f"{url}#clients", Path()).check()
        assert "hunter2" not in str(caught.value)
        assert "REPORTER_SQL_URL" not in str(caught.value)
    with pytest.raises(SpecError, match="names no table") as refused:
        opened("postgresql://u:hunter2@127.0.0.1/x", Path())
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("sqlite:///none.db#clients", "no such file"),
        ("sqlite:///crm.db#customers", "there is no table customers"),
        ("nosql://x#clients", "no database that SQLAlchemy knows"),
    ],
)
def test_databases_that_are_not_there(tmp_path: Path, where: str, why: str) -> None:
    sqlite(tmp_path / "crm.db")
    with pytest.raises(DeliveryError, match=why):
        opened(where, tmp_path).check()


# --- large -------------------------------------------------------------------------------------

MEASURE = """
import sys
from pathlib import Path
from reporter.delivery.clients import opened
roll = opened(sys.argv[1], Path())
roll.check()
assert sum(1 for one in roll.recipients()) == int(sys.argv[2])
(peak,) = [one for one in open("/proc/self/status") if one.startswith("VmHWM")]
print(peak.split()[1])
"""


@pytest.mark.parametrize("kind", ["csv", "sqlite"])
def test_a_long_list_takes_the_memory_of_a_short_one(tmp_path: Path, kind: str) -> None:
    """From 1,000 to 20,000 clients the peak grows by less than a database's batches and cache."""
    peaks = []
    for count in (1_000, 20_000):
        where = str(tmp_path / f"{count}.csv")
        if kind == "csv":
            Path(where).write_text("\n".join(many(count)), encoding="utf-8")
        else:
            rows = ((*line.split(","), "gold", None) for line in many(count)[1:])
            sqlite(tmp_path / f"{count}.db", rows)
            where = f"sqlite:///{tmp_path}/{count}.db#clients"
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, where, str(count)],
            capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": "."},
        )  # fmt: skip
        peaks.append(int(done.stdout))
    assert peaks[1] - peaks[0] < 8 * 1024, peaks


def test_a_census_names_no_client() -> None:
    def client(number: int, domain: str, status: Status = Status.ACTIVE) -> Recipient:
        return Recipient(
            f"C-{number}", "N", f"n{number}@{domain}", "retail", "CH",
            segments=("a", "b"), status=status,
        )  # fmt: skip

    people = [client(n, "Bücher.de") for n in range(3)] + [client(4, "example.com")]
    census = counted([*people, client(5, "bücher.de", Status.PAUSED)], per_day=2)
    assert census.clients == 5
    assert census.many == {"xn--bcher-kva.de": 3}
    assert census.kinds["segment"] == {"a": 5, "b": 5}
    assert census.kinds["status"] == {"active": 4, "paused": 1}
