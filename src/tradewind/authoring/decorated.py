"""The operators behind ``@task``, ``@task.branch``, ``@task.short_circuit``, ``@task.bash`` and
``@task.sensor``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from tradewind.authoring import calling
from tradewind.authoring.decorator_base import DecoratedOperator
from tradewind.authoring.notset import SET_DURING_EXECUTION
from tradewind.authoring.operators.bash import BashOperator
from tradewind.authoring.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
from tradewind.authoring.sensors.python import PythonSensor
from tradewind.domain.errors import AirflowException, AirflowFailException, DagDefinitionError


class CallsFunction(DecoratedOperator):
    """Hands the function on to an operator that calls it."""

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        given: dict[str, Any] = {
            "python_callable": python_callable,
            "op_args": op_args or (),
            "op_kwargs": dict(op_kwargs or {}),
        }
        super().__init__(kwargs_to_upstream=given, **given, **kwargs)


class PythonDecoratedOperator(CallsFunction, PythonOperator):
    """``@task``."""

    template_fields: Collection[str] = ("templates_dict", "op_args", "op_kwargs")
    custom_operator_name = "@task"


class BranchDecoratedOperator(CallsFunction, BranchPythonOperator):
    """``@task.branch``."""

    template_fields: Collection[str] = ("templates_dict", "op_args", "op_kwargs")
    custom_operator_name = "@task.branch"


class ShortCircuitDecoratedOperator(CallsFunction, ShortCircuitOperator):
    """``@task.short_circuit``."""

    template_fields: Collection[str] = ("templates_dict", "op_args", "op_kwargs")
    custom_operator_name = "@task.short_circuit"


class StubDecoratedOperator(DecoratedOperator):
    """``@task.stub``: a task that a worker of another language performs; here it has an id, a place and a
    queue.

    Raises DagDefinitionError for a function with a body: nobody would run it.
    """

    custom_operator_name = "@task.stub"

    def __init__(self, *, python_callable: Callable[..., Any], task_id: str, **kwargs: Any) -> None:
        if not _is_empty(python_callable):
            raise DagDefinitionError(
                f"Task {task_id!r}: a function with @task.stub is never called, so it must be empty: pass "
                f"or …, and "
                "perhaps a docstring."
            )
        super().__init__(python_callable=python_callable, task_id=task_id, **kwargs)

    def execute(self, context: Any) -> None:
        """Raises AirflowFailException: only a worker of the other language can do it."""
        raise AirflowFailException(
            f"Task {self.task_id!r} is a stub for a worker of another language, and came to a Python "
            f"worker. Check "
            f"its queue ({self.queue!r}) and which workers take it."
        )


def _is_empty(function: Any) -> bool:
    """Does it nothing but return None?"""
    import dis  # only for stubs

    code = getattr(function, "__code__", None)
    return code is not None and all(
        step.opname in _NOTHING and (step.opname == "RESUME" or step.argval is None)
        for step in dis.get_instructions(code)
    )


_NOTHING = frozenset({"LOAD_CONST", "NOP", "RESUME", "RETURN_CONST", "RETURN_VALUE"})


class SensorDecoratedOperator(CallsFunction, PythonSensor):
    """``@task.sensor``."""

    template_fields: Collection[str] = ("templates_dict", "op_args", "op_kwargs")
    custom_operator_name = "@task.sensor"


class BashDecoratedOperator(DecoratedOperator, BashOperator):
    """``@task.bash``: the function returns the command."""

    template_fields: Collection[str] = (*DecoratedOperator.template_fields, *BashOperator.template_fields)
    custom_operator_name = "@task.bash"

    def __init__(self, *, python_callable: Callable[..., Any], **kwargs: Any) -> None:
        super().__init__(
            python_callable=python_callable,
            kwargs_to_upstream={"bash_command": SET_DURING_EXECUTION},
            **kwargs,
        )

    def execute(self, context: Any) -> Any:
        """Call the function and run the command that it returns."""
        kwargs = calling.arguments(self.python_callable, self.op_args, self.op_kwargs, context)
        command = calling.call(self.python_callable, self.op_args, kwargs)
        if not isinstance(command, str) or not command.strip():
            raise AirflowException(
                f"The function of @task.bash must return a command as text that is not empty, got "
                f"{command!r}."
            )
        self.bash_command = self.render_template(command, context)
        return BashOperator.execute(self, context)
