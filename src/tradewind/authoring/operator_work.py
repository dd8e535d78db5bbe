"""What an operator does in a task process: its methods that users override or call while the task runs."""

from __future__ import annotations

import copy
from collections.abc import Collection
from typing import Any

from tradewind.authoring.abstract_operator import AbstractOperator
from tradewind.domain.errors import TaskDeferred


class OperatorWork(AbstractOperator):
    """The working half of ``BaseOperator``."""

    template_fields: Collection[str] = ()
    _pre_execute_hook: Any = None
    _post_execute_hook: Any = None
    _logger_name: str | None = None

    @property
    def log(self) -> Any:
        """The logger of its task log."""
        import logging  # ten milliseconds that a DAG file need not pay

        own = self._logger_name or f"{type(self).__module__}.{type(self).__qualname__}"
        return logging.getLogger(f"airflow.task.operators.{own}")

    logger = log

    def execute(self, context: Any) -> Any:
        """The work; its result is pushed as the XCom ``return_value``."""
        raise NotImplementedError(f"{type(self).__name__} defines no execute(self, context).")

    def pre_execute(self, context: Any) -> None:
        """Called just before ``execute``."""
        if self._pre_execute_hook is not None:
            self._pre_execute_hook(context)

    def post_execute(self, context: Any, result: Any = None) -> None:
        """Called just after ``execute`` with its result."""
        if self._post_execute_hook is not None:
            self._post_execute_hook(context, result)

    def on_kill(self) -> None:
        """Called when the task is told to stop; end here what ``execute`` started elsewhere."""

    def defer(
        self, *, trigger: Any, method_name: str, kwargs: dict[str, Any] | None = None, timeout: Any = None
    ) -> None:
        """Give the slot back until ``trigger`` fires; then ``method_name`` runs. Raises TaskDeferred."""
        raise TaskDeferred(trigger=trigger, method_name=method_name, kwargs=kwargs, timeout=timeout)

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Any) -> Any:
        """Go on where ``defer`` left. Raises TaskDeferralError where the trigger failed."""
        from tradewind.authoring import execution  # only in a task process

        return execution.resume(self, next_method, next_kwargs, context)

    def render_template_fields(self, context: Any, jinja_env: Any = None) -> None:
        """Replace each template field by its rendered value, in place."""
        from tradewind.authoring.templating import render  # only in a task process

        render.render_task(self, context, jinja_env)

    def render_template(self, content: Any, context: Any, jinja_env: Any = None, *_: Any) -> Any:
        """``content`` (text, or anything holding text) rendered."""
        from tradewind.authoring.templating import render  # only in a task process

        return render.render_value(self, content, context, jinja_env)

    def get_template_env(self, dag: Any = None) -> Any:
        """The Jinja environment of its templates."""
        from tradewind.authoring.templating import environment  # jinja2 is heavy

        return environment.for_task(self)

    def prepare_template(self) -> None:
        """Called before rendering; for operators that change their template fields."""

    def prepare_for_execution(self) -> Any:
        """A copy that may be rendered and executed."""
        return copy.copy(self)

    def dry_run(self) -> None:
        """Write the template fields to the task's log."""
        for name in self.template_fields:
            self.log.info("%s: %s", name, getattr(self, name, None))

    @staticmethod
    def xcom_push(context: Any, key: str, value: Any, execution_date: Any = None) -> None:
        """Airflow 1.x's way to push an XCom."""
        context["ti"].xcom_push(key=key, value=value)

    @staticmethod
    def xcom_pull(
        context: Any,
        task_ids: Any = None,
        dag_id: str | None = None,
        key: str = "return_value",
        **options: Any,
    ) -> Any:
        """Airflow 1.x's way to pull an XCom."""
        return context["ti"].xcom_pull(task_ids=task_ids, dag_id=dag_id, key=key, **options)
