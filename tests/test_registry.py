from __future__ import annotations

from reporter.registry import nearest


def test_a_near_name_is_given() -> None:
    assert nearest("montain", ["bars", "mountain"]) == "Did you mean 'mountain'?"


def test_a_short_list_is_told_whole_and_a_long_one_begun() -> None:
    assert nearest("zz", ["a", "b"]) == "Known: a, b."
    told = nearest("zz", [f"name-{at:03}" for at in range(300)])
    assert told.startswith("Known: name-000, name-001, ")
    assert told.endswith(", name-013 and 286 more.")
