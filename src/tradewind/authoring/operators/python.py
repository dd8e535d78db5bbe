"""Operators that call a Python function."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import GeneratorType
from typing import Any, ClassVar

from tradewind.authoring import calling, skipping
from tradewind.authoring.context import get_current_context
from tradewind.authoring.operator import BaseOperator
from tradewind.domain.errors import AirflowException

__all__ = ["BranchPythonOperator", "PythonOperator", "ShortCircuitOperator", "get_current_context"]


class PythonOperator(BaseOperator):
    """Calls ``python_callable(*op_args, **op_kwargs)``, with those values of the context that it asks for by
    name.

    ``templates_dict`` is rendered and reaches the function as an argument of that name.
    """

    template_fields: Collection[str] = ("templates_dict", "op_args", "op_kwargs")
    template_fields_renderers: ClassVar[Mapping[str, str]] = {
        "templates_dict": "json",
        "op_args": "py",
        "op_kwargs": "py",
    }
    ui_color = "#ffefeb"
    shallow_copy_attrs: Sequence[str] = ("python_callable", "op_kwargs")

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        templates_dict: dict[str, Any] | None = None,
        templates_exts: Sequence[str] | None = None,
        show_return_value_in_logs: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(python_callable):
            raise AirflowException(
                f"Task {self.task_id!r}: python_callable must be a function, got {python_callable!r}."
            )
        self.python_callable = python_callable
        self.op_args: Any = op_args if op_args is not None else ()
        self.op_kwargs: Any = op_kwargs if op_kwargs is not None else {}
        self.templates_dict = templates_dict
        if templates_exts:
            self.template_ext = templates_exts
        self.show_return_value_in_logs = show_return_value_in_logs

    def execute(self, context: Any) -> Any:
        """Call the function."""
        rendered = self.op_kwargs
        self.op_kwargs = self.determine_kwargs(context)
        try:
            value = self.execute_callable()
        finally:
            self.op_kwargs = rendered  # what people see of the field is what they wrote
        if self.show_return_value_in_logs:
            self.log.info("Done. Returned value was: %s", value)
        else:
            self.log.info("Done. Returned value not shown")
        return value

    def determine_kwargs(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """``op_kwargs`` with what the function asks for of the context."""
        return calling.arguments(self.python_callable, self.op_args, self.op_kwargs, context)

    def execute_callable(self) -> Any:
        """The function's result; what it yields as Metadata is said of the task's outlets.

        A generator that it merely returns is a result, though none that other tasks can be sent.
        """
        result = calling.call(self.python_callable, self.op_args, self.op_kwargs)
        if not isinstance(result, GeneratorType):
            return result
        import inspect  # both only for generators

        from tradewind.authoring import asset_events

        if not inspect.isgeneratorfunction(self.python_callable):
            return result
        return asset_events.take_metadata(result, get_current_context()["outlet_events"])


class BranchPythonOperator(PythonOperator, skipping.BranchMixIn):
    """The function returns the id (or ids) of the task or task group to go on with; the others are
    skipped.
    """

    inherits_from_skipmixin = True

    def execute(self, context: Any) -> Any:
        """Call the function and follow its choice."""
        return self.do_branch(context, super().execute(context))


class ShortCircuitOperator(PythonOperator, skipping.SkipMixin):
    """Goes on only if the function returns something true; else what comes after is skipped.

    With ``ignore_downstream_trigger_rules`` (the default) that is everything downstream, else the tasks
    directly after it, and those after them by their trigger rules.
    """

    inherits_from_skipmixin = True

    def __init__(self, *, ignore_downstream_trigger_rules: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ignore_downstream_trigger_rules = ignore_downstream_trigger_rules

    def execute(self, context: Any) -> Any:
        """Call the function and go on, or not."""
        condition = super().execute(context)
        self.log.info("Condition result is %s", condition)
        if not condition:
            skip_after(context, everything=self.ignore_downstream_trigger_rules)
        return condition


def skip_after(context: Any, *, everything: bool) -> None:
    """Skip what comes after the running task: everything, or what comes directly after it."""
    ti = context["ti"]
    if everything:
        ti.skip_all_downstream = True
    else:
        dag = ti.task.dag
        skipping.note(
            ti, (name for name in ti.task.downstream_task_ids if not dag.get_task(name).is_teardown)
        )
