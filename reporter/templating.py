"""Text from templates: the only home of Jinja2.

Values are data. Everything printed is escaped, but in templates of plain text (`.txt.j2`), so a
title that holds HTML, CSS or template code appears as those very characters; only what this
program drew itself is `trusted`. Templates may come with a spec from elsewhere: they run in a
sandbox and reach what they are handed, no more.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import jinja2
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from reporter.errors import RenderError
from reporter.resources import overriding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

_FAULTS = (jinja2.TemplateError, TypeError, ValueError, LookupError, ArithmeticError)


def trusted(markup: str) -> str:
    """Marks markup that this program made as not to be escaped; never for a user's text."""
    return Markup(markup)  # noqa: S704  pictures and styles of our own making


def render(name: str, values: Mapping[str, object], folder: Path | None = None) -> str:
    """The template `name` filled with `values`; one in `folder`/templates wins over the shipped.

    Raises:
        RenderError: no such template, a syntax error in it, or a variable nobody gave; names the
            template and the line.
    """
    return _filled((name,), values, folder)


def render_text(
    names: Sequence[str], values: Mapping[str, object], folder: Path | None = None
) -> str:
    """Plain text from the first template of these that is there; nothing in it is escaped.

    Any of a house's own wins over every shipped one. Whoever puts the text into HTML escapes it.

    Raises:
        RenderError: as `render`.
    """
    return _filled(names, values, folder)


@cache
def chosen(names: tuple[str, ...], folder: Path | None = None) -> str:
    """The name of the template that `render_text` takes; the last one where there is none."""
    own = overriding("templates", folder)
    there = (name for home in own for name in names if (home / name).is_file())
    return next(there, names[-1])


def _filled(names: Sequence[str], values: Mapping[str, object], folder: Path | None) -> str:
    name = names[-1]
    try:
        return _selected(tuple(names), folder).render(values)
    except jinja2.TemplateNotFound as error:
        missing = name if isinstance(error, jinja2.TemplatesNotFound) else error.name
        raise RenderError(f"there is no template {missing!r}.", where=name) from error
    except jinja2.TemplateSyntaxError as error:
        where = f"{error.name or name}, line {error.lineno}"
        raise RenderError(f"{error.message}.", where=where) from error
    except UnicodeDecodeError as error:
        raise RenderError("a template is not UTF-8 text. Save it as UTF-8.", where=name) from error
    except RecursionError as error:
        raise RenderError("a template includes itself without end.", where=name) from error
    except _FAULTS as error:
        raise RenderError(f"{error}.", where=_place(error.__traceback__, name)) from error


@cache
def _selected(names: tuple[str, ...], folder: Path | None) -> jinja2.Template:
    return _environment(folder).get_template(chosen(names, folder))


@cache
def _environment(folder: Path | None) -> jinja2.Environment:
    environment = SandboxedEnvironment(
        loader=jinja2.FileSystemLoader(overriding("templates", folder)),
        autoescape=lambda name: not (name or "").endswith(".txt.j2"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.tests["figured"] = lambda text: any(sign.isdigit() for sign in text)
    return environment


def _place(trace: TracebackType | None, name: str) -> str:
    """The innermost template and line of a traceback: Jinja2 maps its frames back to them."""
    where = name
    while trace:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith(".j2"):
            where = f"{file.rpartition('templates/')[2]}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return where
