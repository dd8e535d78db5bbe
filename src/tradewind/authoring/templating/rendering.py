"""Renders one Jinja template in a task's context and says precisely what is wrong with one that fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jinja2
import jinja2.nativetypes

from tradewind.authoring.context import KNOWN_CONTEXT_KEYS, NEEDS_LOGICAL_DATE
from tradewind.authoring.templating import environment
from tradewind.authoring.templating import render as templates
from tradewind.authoring.templating.render import TemplateFailed
from tradewind.domain.errors import (
    AirflowFailException,
    AirflowSkipException,
    TradewindError,
    did_you_mean,
    shorten,
)

__all__ = ["environment", "of_template", "render"]

_UNDEFINED = re.compile(r"^'([^']+)' is undefined")
_NO_ATTRIBUTE = re.compile(r"has no attribute '([^']+)'")


class _Scope(Mapping[str, Any]):
    """Globals of the environment under the values of the context, each looked up only when it is used."""

    def __init__(self, context: Mapping[str, Any], below: Mapping[str, Any]) -> None:
        self._context, self._below = context, below

    def __getitem__(self, name: str) -> Any:
        return self._context[name] if name in self._context else self._below[name]

    def __contains__(self, name: object) -> bool:
        return name in self._context or name in self._below

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._below), **dict.fromkeys(self._context)})

    def __len__(self) -> int:
        return len(list(iter(self)))


def of_template(template: Any, context: Mapping[str, Any], *, native: bool) -> Any:
    """Text, or with ``native`` a Python value. Raises whatever the template raises."""
    scope = _Scope(context, template.globals)
    parts = template.root_render_func(template.new_context(vars=scope, shared=True))
    return jinja2.nativetypes.native_concat(parts) if native else "".join(parts)


def render(
    task: Any, field: str, env: Any, load: Callable[[Any], Any], context: Mapping[str, Any], text: str
) -> Any:
    """The rendered template. Raises TemplateFailed with task, field, line and the name that was meant."""
    try:
        return of_template(load(env), context, native=isinstance(env, environment.NativeEnvironment))
    except (AirflowSkipException, AirflowFailException):
        raise
    except jinja2.TemplateNotFound as error:
        raise TemplateFailed(_not_found(task, field, error)) from error
    except jinja2.TemplateError as error:
        raise TemplateFailed(_failed(task, field, error, text, context)) from error
    except (
        Exception
    ) as error:  # whatever a template calls may raise anything; it is raised again with its place
        message = str(error) if isinstance(error, TradewindError) else f"{type(error).__name__}: {error}"
        raise TemplateFailed(f"{_place(task, field, error, text)}: {message}") from error


def _not_found(task: Any, field: str, error: jinja2.TemplateNotFound) -> str:
    dag = task.get_dag()
    folders = templates.search_path(dag) if dag is not None else []
    hint = ""
    if field == "bash_command":
        hint = " If the text is a command and not the name of a file, put a space at its end."
    return (
        f"Task {task.task_id!r}, field {field!r}: the template file {error.name!r} is in none of the folders "
        f"{', '.join(folders) or '(the task has no DAG)'}.{hint}"
    )


def _failed(task: Any, field: str, error: jinja2.TemplateError, text: str, context: Mapping[str, Any]) -> str:
    message = str(error.message or error).rstrip(".")
    return f"{_place(task, field, error, text)}: {message}.{_meant(error, context)}"


def _place(task: Any, field: str, error: BaseException, text: str) -> str:
    """Task, field and, where they are known, the template's line and what stands there."""
    line = getattr(error, "lineno", None) or _template_line(error)
    lines = text.splitlines()
    shown = (
        f", line {line}: {str(shorten(lines[line - 1].strip()))!r}" if line and 0 < line <= len(lines) else ""
    )
    return f"Task {task.task_id!r}, field {field!r}{shown}"


def _template_line(error: BaseException) -> int | None:
    """The line of the outermost template that was being rendered."""
    tb = error.__traceback__
    while tb is not None:
        template = tb.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            line: int = template.get_corresponding_lineno(tb.tb_lineno)
            return line
        tb = tb.tb_next
    return None


def _meant(error: jinja2.TemplateError, context: Mapping[str, Any]) -> str:
    message = str(error.message or "")
    missing = _UNDEFINED.match(message)
    if missing and missing[1] in NEEDS_LOGICAL_DATE:
        return " This run has no logical date; use dag_run.run_after, or '{% if logical_date is defined %}'."
    if missing:
        return did_you_mean(missing[1], {*KNOWN_CONTEXT_KEYS, *context})
    attribute = _NO_ATTRIBUTE.search(message)
    if attribute:
        return did_you_mean(attribute[1], {*(context.get("params") or {})})
    return ""
