"""Assignments of kind ``callback``: what a DAG file wants called when a run, or a lost task, has ended, or is
late.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec

from tradewind.domain.errors import AirflowException
from tradewind.domain.messages.assignment import Assignment

ATTRIBUTES: Final = {
    "dag_success": "on_success_callback",
    "dag_failure": "on_failure_callback",
    "task_success": "on_success_callback",
    "task_failure": "on_failure_callback",
    "task_retry": "on_retry_callback",
    "task_skipped": "on_skipped_callback",
}
CONNECTION_TEST: Final = "connection_test"
"""Tries out a connection; it belongs to no DAG."""
_LATE: Final = {"sla_miss": "_sla_miss", "deadline": "_deadline"}
_STATES: Final = {
    "task_success": "success",
    "task_failure": "failed",
    "task_retry": "up_for_retry",
    "task_skipped": "skipped",
}


class CallbackWork:
    """One such assignment. ``perform`` logs what the callbacks raise, as Airflow does."""

    def __init__(
        self, assignment: Assignment, dag: Any, link: Any, *, began: datetime, hostname: str
    ) -> None:
        self._assignment, self._dag, self._link = assignment, dag, link
        self._began, self._hostname = began, hostname
        self._kind = str(assignment.callback.get("kind", ""))
        self._reason = str(assignment.callback.get("reason", ""))

    @property
    def execution_timeout(self) -> float | None:
        """Seconds, or None."""
        return self._assignment.execution_timeout

    def perform(self) -> None:
        """Call them. Raises AirflowException for a kind that is not known."""
        from tradewind.authoring import execution

        if self._kind == CONNECTION_TEST:
            from tradewind.authoring import connection_testing

            connection_testing.carry_out(self._link)
            return
        if self._kind in _LATE:
            getattr(self, _LATE[self._kind])()
            return
        attribute = ATTRIBUTES.get(self._kind)
        if attribute is None:
            raise AirflowException(
                f"callback kind {self._kind!r} is not one of {', '.join((*ATTRIBUTES, *_LATE))}"
            )
        context, task = self._context()
        owner = self._dag if self._kind.startswith("dag_") else task
        execution.run_callbacks(getattr(owner, attribute, None), context, logging.getLogger("airflow.task"))
        if task is not None and self._kind in {"task_failure", "task_retry"}:
            from tradewind.worker import mails  # as in work.Work.callbacks

            mails.send(context, context.get("exception"), final=self._kind == "task_failure")

    def _deadline(self) -> None:
        from tradewind.authoring import deadlines
        from tradewind.authoring.dag_run import DagRun

        deadlines.missed(self._dag, DagRun(self._assignment.run), self._assignment.callback)

    def _sla_miss(self) -> None:
        from tradewind.authoring import sla
        from tradewind.authoring.task_run import TaskRun

        told = self._assignment.callback
        named = dict.fromkeys((*told["late"], *told["blocking"]))
        tasks = {task_id: self._dag.task_dict[task_id] for task_id in named if task_id in self._dag.task_dict}
        instances = {
            task_id: TaskRun(
                msgspec.structs.replace(self._assignment, task_id=task_id),
                task,
                self._link,
                hostname=self._hostname,
                start_date=self._began,
            )
            for task_id, task in tasks.items()
        }
        run = self._assignment.run
        sla.missed(self._dag, instances, run.logical_date or run.run_after, told)

    def on_kill(self) -> None:
        """Nothing was started elsewhere."""

    def _context(self) -> tuple[Any, Any]:
        """The context of the named task, or for the run's own callbacks that of a task of the DAG."""
        from tradewind.authoring.context import Context
        from tradewind.authoring.task_run import TaskRun

        task = self._dag.task_dict.get(self._assignment.task_id) or _last(self._dag)
        if task is None:
            return Context(dag=self._dag, run_id=self._assignment.run.run_id, reason=self._reason), None
        ti = TaskRun(self._assignment, task, self._link, hostname=self._hostname, start_date=self._began)
        ti.state = _STATES.get(self._kind, ti.state)
        context = Context.of(ti)
        context["reason"] = self._reason
        if self._kind in {"dag_failure", "task_failure", "task_retry"}:
            context["exception"] = AirflowException(self._reason or "failed")
        return context, task

    def callbacks(self, outcome: Any, error: BaseException | None) -> list[tuple[str, Callable[[], object]]]:
        """None of its own."""
        return []


def _last(dag: Any) -> Any:
    """A task at the DAG's end, as the one that ended last usually is."""
    leaves = dag.leaves
    return leaves[-1] if leaves else None
