"""Jinja environments: sandboxed, strict about undefined names, files from the DAG's folder.

jinja2 is imported here and nowhere else; a task whose templates are plain text never comes here.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

import jinja2
import jinja2.nativetypes
import jinja2.sandbox

from tradewind.authoring import ages
from tradewind.authoring.templating import render


class _Rules:
    """What templates may reach."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Names that begin with one underscore are allowed, as in Airflow; those with two are not."""
        return not attr.startswith("__")


class Environment(_Rules, jinja2.sandbox.SandboxedEnvironment):
    """Renders text."""


class NativeEnvironment(_Rules, jinja2.sandbox.SandboxedEnvironment, jinja2.nativetypes.NativeEnvironment):
    """Renders Python values (``render_template_as_native_obj``)."""

    template_class = jinja2.nativetypes.NativeTemplate


def for_task(task: Any) -> Any:
    """The environment of a task's templates."""
    dag = task.get_dag()
    own = task.render_template_as_native_obj
    native = own if own is not None else bool(dag is not None and dag.render_template_as_native_obj)
    return for_dag(dag, native=native)


def for_dag(dag: Any, *, native: bool) -> Any:
    """The environment of a DAG's templates; kept on the DAG, because making one takes a millisecond."""
    if dag is None:
        return _make(None, native)
    kept = dag.__dict__.setdefault("_environments", {})
    if native not in kept:
        kept[native] = _make(dag, native)
    return kept[native]


def _make(dag: Any, native: bool) -> Any:
    options: dict[str, Any] = {
        "undefined": getattr(dag, "template_undefined", None) or _undefined(dag),
        "extensions": ["jinja2.ext.do"],
        "cache_size": 0 if dag is None else 400,
    }
    if dag is not None:
        options["loader"] = jinja2.FileSystemLoader(render.search_path(dag))
        options.update(dag.jinja_environment_kwargs or {})
    environment = (NativeEnvironment if native else Environment)(**options)
    environment.filters.update(_FILTERS)
    if dag is not None:
        environment.globals.update(dag.user_defined_macros or {})
        environment.filters.update(dag.user_defined_filters or {})
    return environment


def _undefined(dag: Any) -> type[jinja2.Undefined]:
    """What an undefined name becomes: an error; in files of Airflow 1.x, as there, nothing, and a warning."""
    if dag is None or ages.of_dag(dag) > ages.FIRST:
        return jinja2.StrictUndefined
    return jinja2.make_logging_undefined(logging.getLogger("airflow.task"), jinja2.Undefined)


def _strftime(pattern: str) -> Any:
    def filtered(value: datetime | None) -> str | None:
        return None if value is None else value.strftime(pattern)

    return filtered


def _ts(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _ts_nodash_with_tz(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat().replace("-", "").replace(":", "")


_FILTERS = {
    "ds": _strftime("%Y-%m-%d"),
    "ds_nodash": _strftime("%Y%m%d"),
    "ts": _ts,
    "ts_nodash": _strftime("%Y%m%dT%H%M%S"),
    "ts_nodash_with_tz": _ts_nodash_with_tz,
}
