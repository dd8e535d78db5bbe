"""Calls a function of a DAG file in another Python interpreter, and brings its result back.

The function travels as its source, arguments and result as JSON. Nothing is pickled.
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import shutil
import tempfile
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from tradewind.authoring import serde, shell
from tradewind.domain.errors import AirflowException, AirflowSkipException

_HERE: Final = Path(__file__).resolve().parent
_OUR_DECORATORS: Final = re.compile(
    r"\.(virtualenv|external_python|branch_virtualenv|branch_external_python|run_if|skip_if)\b"
    r"|^(setup|teardown)\b"
)
_TEXTS: Final = (
    "ds", "ds_nodash", "expanded_ti_count", "run_id", "task_instance_key_str", "test_mode", "ts", "ts_nodash",
    "ts_nodash_with_tz", "next_ds", "next_ds_nodash", "prev_ds", "prev_ds_nodash", "tomorrow_ds",
    "tomorrow_ds_nodash", "yesterday_ds", "yesterday_ds_nodash", "templates_dict", "params", "try_number",
)  # fmt: skip
_DATES: Final = ("logical_date", "execution_date", "data_interval_start", "data_interval_end")
_ON_REQUEST: Final = (
    "prev_data_interval_start_success", "prev_data_interval_end_success", "prev_start_date_success",
    "prev_end_date_success", "prev_execution_date", "prev_execution_date_success", "next_execution_date",
    "inlets", "outlets",
)  # fmt: skip
"""Given to functions that name them, and not to ``**kwargs``: they cost a question, or may not travel."""


class Sendable(Mapping[str, Any]):
    """Those values of a context that can be sent to another interpreter."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        self._context = context

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        value = self._context[name]
        return dict(value) if name == "params" else value

    def __contains__(self, name: object) -> bool:
        return name in (*_TEXTS, *_DATES, *_ON_REQUEST) and name in self._context

    def __iter__(self) -> Iterator[str]:
        return (name for name in (*_TEXTS, *_DATES) if name in self._context)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A function as text."""

    name: str
    text: str
    file: str
    line: int
    """Where ``text`` begins in ``file``, from 1."""


def check(kind: str, function: Any) -> None:
    """Raises AirflowException for what cannot travel as source: lambdas, generators, objects."""
    if not inspect.isfunction(function) or function.__name__ == "<lambda>":
        raise AirflowException(f"{kind} calls functions made with def, got {function!r}.")
    if inspect.isgeneratorfunction(function):
        raise AirflowException(f"{kind} cannot call {function.__name__}: it uses yield.")


def source_of(function: Callable[..., Any], *, decorated: bool) -> Source:
    """The function's source; of a decorated one without the decorators that made it a task."""
    try:
        lines, first = inspect.getsourcelines(function)
    except (OSError, TypeError) as error:
        raise AirflowException(f"The source of {function.__name__} cannot be read: {error}.") from error
    text = textwrap.dedent("".join(lines))
    if decorated:
        text, first = _undecorated(text, first)
    return Source(name=function.__name__, text=text, file=inspect.getfile(function), line=first)


def _undecorated(text: str, first: int) -> tuple[str, int]:
    """The text with our decorators taken away, and the line where it begins."""
    node = ast.parse(text).body[0]
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return text, first
    lines = text.splitlines(keepends=True)
    kept = [one for one in node.decorator_list if not _OUR_DECORATORS.search(ast.unparse(one))]
    above = "".join(f"@{ast.unparse(one)}\n" for one in kept)
    return above + "".join(lines[node.lineno - 1 :]), first + node.lineno - 1 - len(kept)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What to call, with what, and how."""

    source: Source
    args: Collection[Any] = ()
    kwargs: Mapping[str, Any] = {}
    string_args: tuple[str, ...] = ()
    env: Mapping[str, str] = {}
    skip_on_exit_code: Collection[int] = ()


def run(call: Call, python: Path, sh: shell.Shell) -> Any:
    """The function's result. Raises AirflowException, AirflowSkipException, CannotSerialize."""
    with tempfile.TemporaryDirectory(prefix="venv-call-") as name:
        folder = Path(name)
        for script in ("venv_child.py", "serde_arrays.py"):
            shutil.copyfile(_HERE / script, folder / script)
        result, error, job = folder / "result.json", folder / "error.txt", folder / "job.json"
        job.write_text(_job(call, result, error), encoding="utf-8")
        ended = sh.run_argv([str(python), str(folder / "venv_child.py"), str(job)], env=call.env, cwd=None)
        if ended.exit_code in call.skip_on_exit_code:
            raise AirflowSkipException(f"Process exited with code {ended.exit_code}. Skipping.")
        if ended.exit_code != 0:
            why = error.read_text(encoding="utf-8") if error.exists() else ended.last_line
            raise AirflowException(
                f"Process returned non-zero exit status {ended.exit_code}{ended.meaning}.\n{why}".rstrip()
            )
        return serde.decode(result.read_text(encoding="utf-8")) if result.exists() else None


def _job(call: Call, result: Path, error: Path) -> str:
    source = call.source
    return json.dumps({
        "source": source.text, "name": source.name, "file": source.file, "line": max(source.line, 1),
        "args": [serde.flatten(value, f"op_args[{index}]") for index, value in enumerate(call.args)],
        "kwargs": {name: serde.flatten(value, name) for name, value in call.kwargs.items()},
        "string_args": list(call.string_args), "result": str(result), "error": str(error),
    })  # fmt: skip


def environment(*, inherit: bool, more: Mapping[str, str] | None) -> dict[str, str]:
    """The environment of the call. The DAGs folder is on its path, so that modules beside DAGs import."""
    from tradewind.authoring import settings  # reads the configuration

    env = dict(os.environ) if inherit else {}
    env.update(more or {})
    paths = [env.get("PYTHONPATH", ""), str(settings.DAGS_FOLDER)]
    return {**env, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


def remove_task_decorator(python_source: str, task_decorator_name: str) -> str:
    """Airflow's helper for providers: a source without decorators of that name (``@task.docker``)."""
    name = task_decorator_name.removeprefix("@")
    node = ast.parse(python_source).body[0]
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return python_source
    ours = {name, "setup", "teardown"}
    kept = [one for one in node.decorator_list if _called(one) not in ours]
    lines = python_source.splitlines(keepends=True)[node.lineno - 1 :]
    return "".join(f"@{ast.unparse(one)}\n" for one in kept) + "".join(lines)


def _called(decorator: ast.expr) -> str:
    return ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
