"""Templates that cannot be rendered whatever the run is like: told when the DAG file is read, not by the
first task that fails.

Loading jinja2 costs a DAG file a tenth of a second, so templates like ``{{ ds }}`` and ``{{ var.value.x }}``
are recognised without it, and jinja2 is asked about what is left: one time for each text.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tradewind.authoring.templating import render

_EXPRESSION: Final = re.compile(r"\{\{-?((?:[^{}'\"#%]|'[^'{}\\]*'|\"[^\"{}\\]*\")*?)-?\}\}")
_MARK: Final = re.compile(r"\{[{%#]")
_PLAIN: Final = (
    ast.Expression, ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.keyword, ast.BinOp, ast.BitOr,
    ast.Add, ast.Sub, ast.UnaryOp, ast.USub, ast.Load,
)  # fmt: skip
_FILTERS: Final = frozenset({
    "default", "d", "tojson", "string", "int", "float", "list", "join", "length", "lower", "upper", "replace",
    "trim", "first", "last", "ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz",
})  # fmt: skip
_DEEPEST: Final = 8
_LONGEST: Final = 1 << 20
"""Characters of a template file that is looked at."""


def of(dag: Any) -> Iterator[tuple[Any, str]]:
    """Tasks, each with what is wrong with one of its templates, and the way out."""
    said: dict[str, str | None] = {}
    for task in dag.tasks:
        for field, text in _texts(task):
            wrong = _of_text(dag, task, field, text, said)
            if wrong is not None:
                yield task, f"Task {task.task_id!r}, field {field!r}{wrong}"


def _texts(task: Any) -> Iterator[tuple[str, str]]:
    """All constant texts of a task's template fields."""
    cls = task.operator_class if task.is_mapped else type(task)
    if not all(_is_ours(cls, name) for name in ("render_template_fields", "prepare_template")):
        return  # what it renders is its own affair
    held = task.partial_kwargs if task.is_mapped else vars(task)
    for field in task.template_fields:
        yield from ((field, text) for text in _inside(held.get(field), _DEEPEST))


def _is_ours(cls: type, name: str) -> bool:
    home = next((base for base in cls.__mro__ if name in vars(base)), object)
    return home.__module__.startswith("tradewind.")


def _inside(value: Any, deep: int) -> Iterator[str]:
    if type(value) is str:
        yield value
    elif deep and isinstance(value, Mapping):
        for part in value.values():
            yield from _inside(part, deep - 1)
    elif deep and isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from _inside(part, deep - 1)


def _of_text(dag: Any, task: Any, field: str, text: str, said: dict[str, str | None]) -> str | None:
    extensions = tuple(task.template_ext or ())
    if extensions and text.endswith(extensions):
        if (dag.jinja_environment_kwargs or {}).get("loader") is not None:
            return None
        key = f"file {text}"
        if key not in said:
            said[key] = _of_file(dag, field, text)
        return said[key]
    if not _MARK.search(text) and not dag.jinja_environment_kwargs:
        return None
    if text not in said:
        said[text] = None if _is_plain(dag, text) else _asked(dag, text)
    return said[text]


def _of_file(dag: Any, field: str, name: str) -> str | None:
    folders = render.search_path(dag)
    paths = [os.path.join(folder, name.lstrip("/")) for folder in folders]  # noqa: PTH118 - of text
    path = next((path for path in paths if os.path.isfile(path)), None)  # noqa: PTH113
    if path is None or ".." in name.split("/"):
        hint = " If the text is a command, and not the name of a file, put a space at its end."
        more = hint if "command" in field else ""
        return (
            f": the template file {name!r} is in none of the folders {', '.join(folders)}, so the task will "
            f"fail. Put it there, or name its folder in template_searchpath.{more}"
        )
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(_LONGEST)
    except (OSError, ValueError) as error:
        return f": the template file {path} cannot be read: {error}"
    if not _MARK.search(text) or _is_plain(dag, text):
        return None
    wrong = _asked(dag, text)
    return None if wrong is None else f" ({path}){wrong}"


def _is_plain(dag: Any, text: str) -> bool:
    """Whether the text holds nothing but expressions that are surely in order."""
    if dag.jinja_environment_kwargs:
        return False
    rest = _EXPRESSION.sub("", text)
    return not _MARK.search(rest) and all(_is_simple(found[1]) for found in _EXPRESSION.finditer(text))


def _is_simple(expression: str) -> bool:
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return False
    return all(
        isinstance(node, _PLAIN) or (isinstance(node, ast.Constant) and isinstance(node.value, str | int))
        for node in ast.walk(tree)
    ) and all(_FILTERS.issuperset(_filter(node)) for node in ast.walk(tree) if _is_filter(node))


def _is_filter(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)


def _filter(node: Any) -> list[str]:
    """The name of a filter; an empty one for what is none."""
    right = node.right.func if isinstance(node.right, ast.Call) else node.right
    return [right.id if isinstance(right, ast.Name) else ""]


def _asked(dag: Any, text: str) -> str | None:
    """What jinja2 says is wrong with a text."""
    from tradewind.authoring.templating import parsing  # loads jinja2

    return parsing.problem(dag, text)
