"""`reporter clients` by the real command line: counts, faults, and nobody's name or address."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reporter.cli import run

HEAD = "id,name,address,audience,jurisdiction,segments"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def listed(*rows: str) -> None:
    """A list in this folder."""
    Path("clients.csv").write_text("\n".join([HEAD, *rows]), encoding="utf-8")


def test_a_list_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    listed("C-1,Ann Lee,ann@a.example,retail,CH,a;b", "C-2,Ben Lee,ben@b.example,professional,US,a")
    assert run(["clients", "check"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "2 clients, no faults.",
        "audience:     professional 1, retail 1",
        "jurisdiction: CH 1, US 1",
        "language:     en 2",
        "segment:      a 2, b 1",
        "format:       attached 2",
        "status:       active 2",
    ]
    assert err == ""


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    listed("C-1,Ann Lee,ann@a.example,retail,CH,")
    assert run(["clients", "check", "clients.csv", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["clients"], document["kinds"]["status"]) == (1, {"active": 1})
    assert document["domains"] == {}


def test_faults_leave_with_two_and_print_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    listed("C-1,Ann Lee,ann.lee@@secret.example,retail,CH,", "C-2,Ben,b@b.example,Ann Lee,CH,")
    assert run(["clients", "check"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "clients.csv: row 2 (C-1): address: " in err
    assert "clients.csv: row 3 (C-2): audience: is no audience. Known: " in err
    assert not any(word in err for word in ("Lee", "secret", "ann"))


def test_many_to_one_domain_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    listed(*(f"C-{n},N,n{n}@a.example,retail,CH," for n in range(3)))
    Path("delivery.toml").write_text(
        '[sender]\nname = "H"\naddress = "h@h.example"\nbounces = "b@h.example"\n'
        '[unsubscribing]\nurl = "https://h.example/u/"\n[limits]\nper_day = 2\n',
        encoding="utf-8",
    )
    assert run(["clients", "check"]) == 0
    assert "Warning: 3 clients are at a.example, more than 2 a day" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["clients", "check"], "clients.csv: cannot be read"),
        (["clients", "check", "--settings", "none.toml"], "none.toml: cannot be read"),
        (["clients", "check", "postgresql://us:hunter2@host/db"], "names no table"),
    ],
)
def test_what_is_not_there(words: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 2
    err = capsys.readouterr().err
    assert why in err
    assert "hunter2" not in err
