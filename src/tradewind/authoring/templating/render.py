"""Renders the template fields of a task.

Text that holds no template mark is returned as it is, without loading jinja2: most fields are such text. So
is anything that is neither text nor a collection nor an object with template fields of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from tradewind.authoring import xcom_arg
from tradewind.domain.errors import AirflowException

_MARKS = ("{{", "{%", "{#")


class TemplateFailed(AirflowException):
    """A template could not be rendered."""


def render_task(task: Any, context: Mapping[str, Any], environment: Any = None) -> None:
    """Render each field that ``task.template_fields`` names, in place. Raises TemplateFailed."""
    task.prepare_template()
    renderer = Renderer(task, context, environment)
    for name in task.template_fields:
        if not hasattr(task, name):
            raise AirflowException(
                f"{type(task).__name__} names the template field {name!r}, but task {task.task_id!r} has "
                f"no such attribute."
            )
        value = getattr(task, name)
        if value is not None and value != "":
            setattr(task, name, renderer.render(value, name))


def render_value(task: Any, content: Any, context: Mapping[str, Any], environment: Any = None) -> Any:
    """``content`` rendered as a field of ``task`` would be. Raises TemplateFailed."""
    return Renderer(task, context, environment).render(content, "value")


def may_need_jinja(task: Any) -> bool:
    """Whether a template field of the task holds what only jinja2 can render. True where that is not sure."""
    if getattr(task, "is_mapped", False):
        return True
    extensions = tuple(getattr(task, "template_ext", ()))
    values = (getattr(task, name, None) for name in task.template_fields)
    return any(may_hold_template(value, extensions) for value in values)


def may_hold_template(value: Any, extensions: tuple[str, ...]) -> bool:
    """Whether there is a template in the value, or a file of such an ending."""
    if isinstance(value, str):
        return value.endswith(extensions) or any(mark in value for mark in _MARKS)
    if isinstance(value, Mapping):
        return any(may_hold_template(item, extensions) for item in value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return any(may_hold_template(item, extensions) for item in value)
    if hasattr(type(value), "with_path"):
        return may_hold_template(value.path, ())
    return hasattr(value, "template_fields")


def search_path(dag: Any) -> list[str]:
    """Where template files are looked for: the DAG file's folder, then ``template_searchpath``."""
    return [folder for folder in (os.path.dirname(dag.fileloc), *dag.template_searchpath) if folder]  # noqa: PTH120


class literal:
    """Marks a value that is not to be rendered: ``literal("{{ stays }}")``."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def iter_references(self) -> Iterator[Any]:
        """No task has to end before its value is known."""
        return iter(())

    def resolve(self, context: Any) -> Any:
        """The value as it is."""
        return self.value

    def __repr__(self) -> str:
        return f"literal({self.value!r})"


class Renderer:
    """Renders values of one task in one context."""

    def __init__(self, task: Any, context: Mapping[str, Any], environment: Any = None) -> None:
        self._task, self._context, self._environment = task, context, environment
        self._extensions = tuple(task.template_ext or ())
        self._seen: set[int] = set()

    def render(self, value: Any, field: str) -> Any:
        """The value with all texts in it rendered."""
        if isinstance(value, str):
            return self._text(value, field)
        if value is None or isinstance(value, (int, float, bytes)):
            return value
        if isinstance(value, literal):
            return value.value
        if xcom_arg.is_placeholder(value):
            return value.resolve(self._context)
        if hasattr(type(value), "with_path"):  # a path in an object store
            return value.with_path(str(self._text(value.path, field)))
        return self._collection(value, field)

    def _collection(self, value: Any, field: str) -> Any:
        kind = type(value)
        if isinstance(value, tuple):
            parts = [self.render(part, field) for part in value]
            return kind(*parts) if hasattr(value, "_fields") else tuple(parts)
        if isinstance(value, list):
            return [self.render(part, field) for part in value]
        if isinstance(value, dict):
            return {key: self.render(part, field) for key, part in value.items()}
        if isinstance(value, (set, frozenset)):
            return kind(self.render(part, field) for part in value)
        self._object(value)
        return value

    def _object(self, value: Any) -> None:
        """Objects with template fields of their own are rendered in place, once."""
        fields = getattr(type(value), "template_fields", None)
        if not fields or isinstance(value, type) or id(value) in self._seen:
            return
        self._seen.add(id(value))
        for name in fields:
            inner = getattr(value, name, None)
            if inner is not None:
                setattr(value, name, self.render(inner, f"{type(value).__name__}.{name}"))

    def _text(self, text: str, field: str) -> Any:
        if self._extensions and text.endswith(self._extensions):
            return self._from_file(text, field)
        if not self._may_be_template(text):
            return text
        return self._rendered(field, lambda env: env.from_string(text), text)

    def _may_be_template(self, text: str) -> bool:
        if any(mark in text for mark in _MARKS):
            return True
        dag = self._task.get_dag()
        return bool(dag is not None and dag.jinja_environment_kwargs)  # may have other marks

    def _from_file(self, name: str, field: str) -> Any:
        return self._rendered(field, lambda env: env.get_template(name), name)

    def _rendered(self, field: str, load: Any, text: str) -> Any:
        from tradewind.authoring.templating import rendering  # loads jinja2

        environment = self._environment
        if environment is None:
            environment = self._environment = rendering.environment.for_task(self._task)
        return rendering.render(self._task, field, environment, load, self._context, text)
