from __future__ import annotations

from pathlib import Path

import pytest

from reporter.errors import RenderError
from reporter.templating import render, trusted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A spec's folder with a `templates` of its own."""
    (tmp_path / "templates" / "sections").mkdir(parents=True)
    return tmp_path


def put(folder: Path, name: str, text: str) -> None:
    (folder / "templates" / name).write_text(text, encoding="utf-8")


def test_a_users_words_stay_words(folder: Path) -> None:
    put(folder, "a.j2", "<p>{{ words }}</p>")
    assert render("a.j2", {"words": "<b>{{ 7*7 }}</b>"}, folder) == (
        "<p>&lt;b&gt;{{ 7*7 }}&lt;/b&gt;</p>"
    )


def test_what_is_trusted_is_not_escaped(folder: Path) -> None:
    put(folder, "a.j2", "{{ picture }}")
    assert render("a.j2", {"picture": trusted("<svg/>")}, folder) == "<svg/>"


def test_a_template_beside_the_spec_wins(folder: Path) -> None:
    put(folder, "strip.html.j2", "mine")
    assert render("strip.html.j2", {}, folder) == "mine"


def test_the_shipped_templates_remain_in_reach(folder: Path) -> None:
    put(folder, "a.j2", '{% import "macros/text.html.j2" as text %}{{ text.spans(()) }}.')
    assert render("a.j2", {}, folder) == "."


@pytest.mark.parametrize(
    "reach",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ render.__globals__ }}",
        "{{ '%s'.format.__self__.__class__ }}",
    ],
)
def test_a_template_reaches_no_further_than_what_it_is_handed(folder: Path, reach: str) -> None:
    put(folder, "a.j2", reach)
    with pytest.raises(RenderError, match=r"unsafe|undefined") as told:
        render("a.j2", {"render": render}, folder)
    assert told.value.where == "a.j2, line 1"


def test_a_template_outside_its_folders_is_not_found(folder: Path) -> None:
    (folder / "secret.txt").write_text("s", encoding="utf-8")
    put(folder, "a.j2", '{% include "../secret.txt" %}')
    with pytest.raises(RenderError, match="there is no template"):
        render("a.j2", {}, folder)


def test_a_template_that_includes_itself_is_told(folder: Path) -> None:
    put(folder, "a.j2", '{% include "a.j2" %}')
    with pytest.raises(RenderError, match="includes itself without end"):
        render("a.j2", {}, folder)


def test_a_template_that_is_no_text_is_told(folder: Path) -> None:
    (folder / "templates" / "a.j2").write_bytes(b"\xff")
    with pytest.raises(RenderError, match="is not UTF-8 text"):
        render("a.j2", {}, folder)


def test_a_misspelt_variable_names_template_and_line(folder: Path) -> None:
    put(folder, "sections/front.html.j2", "one\n\n{{ headlin }}")
    with pytest.raises(RenderError, match="'headlin' is undefined") as told:
        render("sections/front.html.j2", {"headline": "x"}, folder)
    assert told.value.where == "sections/front.html.j2, line 3"


def test_a_misspelt_attribute_names_the_included_template(folder: Path) -> None:
    put(folder, "a.j2", '{% include "sections/b.j2" %}')
    put(folder, "sections/b.j2", "\n{{ path.nam }}")
    with pytest.raises(RenderError, match="nam") as told:
        render("a.j2", {"path": folder}, folder)
    assert told.value.where == "sections/b.j2, line 2"


def test_a_syntax_error_names_template_and_line(folder: Path) -> None:
    put(folder, "a.j2", "fine\n{% if %}")
    with pytest.raises(RenderError) as told:
        render("a.j2", {}, folder)
    assert told.value.where == "a.j2, line 2"


def test_a_wrong_sum_is_no_crash(folder: Path) -> None:
    put(folder, "a.j2", "{{ 1 / nought }}")
    with pytest.raises(RenderError, match="division by zero"):
        render("a.j2", {"nought": 0}, folder)


def test_a_missing_template_is_named(folder: Path) -> None:
    put(folder, "a.j2", '{% include "sections/none.j2" %}')
    with pytest.raises(RenderError, match=r"no template 'sections/none\.j2'"):
        render("a.j2", {}, folder)


def test_figures_are_told_from_words(folder: Path) -> None:
    put(folder, "a.j2", "{{ a is figured }} {{ b is figured }}")
    assert render("a.j2", {"a": "7.8%", "b": "jumped"}, folder) == "True False"
