"""``@task`` and its variants, ``@setup``, ``@teardown``, ``@dag``, ``@task_group``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tradewind.authoring import suspicions
from tradewind.authoring.dag import dag
from tradewind.authoring.decorator_base import TaskDecorator, task_decorator_factory
from tradewind.authoring.task_group import task_group
from tradewind.domain.errors import AirflowSkipException, DagDefinitionError, did_you_mean

__all__ = ["dag", "result", "setup", "task", "task_group", "teardown"]

_BUILT_IN = {
    "python": "PythonDecoratedOperator",
    "branch": "BranchDecoratedOperator",
    "short_circuit": "ShortCircuitDecoratedOperator",
    "bash": "BashDecoratedOperator",
    "sensor": "SensorDecoratedOperator",
    "virtualenv": "VirtualenvDecoratedOperator",
    "external_python": "ExternalPythonDecoratedOperator",
    "branch_virtualenv": "BranchVirtualenvDecoratedOperator",
    "branch_external_python": "BranchExternalPythonDecoratedOperator",
    "stub": "StubDecoratedOperator",
}
_OTHER_PYTHON = frozenset({"virtualenv", "external_python", "branch_virtualenv", "branch_external_python"})


class TaskDecoratorCollection:
    """``task``: calls make Python tasks, attributes name the other kinds (``task.bash``, ``task.docker``,
    …).
    """

    def __call__(
        self, python_callable: Any = None, multiple_outputs: bool | None = None, **kwargs: Any
    ) -> Any:
        return _make("python", python_callable, multiple_outputs, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in _BUILT_IN:
            return lambda python_callable=None, multiple_outputs=None, **kwargs: _make(
                name, python_callable, multiple_outputs, kwargs
            )
        found = _of_provider(name)
        if found is None:
            raise AttributeError(
                f"there is no decorator @task.{name}.{did_you_mean(name, _BUILT_IN)} Built in are "
                f"{', '.join(_BUILT_IN)}; others come with provider packages."
            )
        return found

    @staticmethod
    def run_if(condition: Callable[[Any], Any], skip_message: str | None = None) -> Any:
        """Skip the task unless ``condition(context)`` is true."""
        return lambda decorated: _guarded(decorated, condition, True, skip_message)

    @staticmethod
    def skip_if(condition: Callable[[Any], Any], skip_message: str | None = None) -> Any:
        """Skip the task if ``condition(context)`` is true."""
        return lambda decorated: _guarded(decorated, condition, False, skip_message)


def _make(kind: str, function: Any, multiple_outputs: bool | None, kwargs: dict[str, Any]) -> Any:
    from tradewind.authoring import decorated  # the operators, each with what it needs

    home: Any = decorated
    if kind in _OTHER_PYTHON:
        from tradewind.authoring import decorated_virtualenv as home  # few DAG files need it

    if kind == "bash":  # what its function returns is the command: its annotation tells nothing
        multiple_outputs = bool(multiple_outputs)
    operator_class = getattr(home, _BUILT_IN[kind])
    return task_decorator_factory(
        function, multiple_outputs=multiple_outputs, decorated_operator_class=operator_class, **kwargs
    )


def _of_provider(name: str) -> Any:
    """A decorator that an installed provider package offers, or None."""
    from tradewind.authoring.providers import ProvidersManager  # reads what packages say
    from tradewind.runtime import plugins

    path = ProvidersManager().taskflow_decorators.get(name)
    return None if path is None else plugins.load_object(path)


def _guarded(decorated: Any, condition: Callable[[Any], Any], wanted: bool, message: str | None) -> Any:
    if not isinstance(decorated, TaskDecorator):
        raise TypeError("run_if and skip_if work on tasks: put @task (or @task.bash, …) below them.")
    before = decorated.kwargs.get("pre_execute")

    def check(context: Any) -> None:
        if before is not None:
            before(context)
        found, said = condition(context), None
        if isinstance(found, tuple):
            found, said = found
        if bool(found) is not wanted:
            raise AirflowSkipException(said or message or "Skipped by the condition of run_if or skip_if.")

    guarded = decorated.override(pre_execute=check)
    suspicions.instead(decorated, guarded)
    return guarded


def _as_task(function: Any, name: str) -> Any:
    from tradewind.authoring.group_decorator import GroupDecorator  # builds on mapping

    if isinstance(function, GroupDecorator):
        raise DagDefinitionError(f"@{name} marks tasks; a task group cannot be one. Mark the tasks inside.")
    return function if hasattr(function, "override") else task(function)


def setup(function: Any) -> Any:
    """``@setup``: the function prepares something that a teardown takes away again."""
    decorated = _as_task(function, "setup")
    decorated.is_setup = True
    return decorated


def teardown(_func: Any = None, *, on_failure_fail_dagrun: bool = False) -> Any:
    """``@teardown``: the function takes away what setups prepared."""

    def mark(function: Any) -> Any:
        decorated = _as_task(function, "teardown")
        decorated.is_teardown, decorated.on_failure_fail_dagrun = True, on_failure_fail_dagrun
        return decorated

    return mark if _func is None else mark(_func)


def result(function: Any) -> Any:
    """``@result``: the return value of the task is the result of the run."""
    decorated = _as_task(function, "result")
    decorated.returns_dag_result = True
    return decorated


task = TaskDecoratorCollection()
