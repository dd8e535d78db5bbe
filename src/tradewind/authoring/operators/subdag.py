"""``SubDagOperator`` of Airflow 1.x and 2.x."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from tradewind.authoring import scope, skipping, subdags
from tradewind.authoring.operator import BaseOperator
from tradewind.domain.errors import (
    AirflowFailException,
    AirflowSkipException,
    DagDefinitionError,
    InvalidValue,
)

_OF_SENSORS = frozenset({
    "mode", "poke_interval", "timeout", "soft_fail", "exponential_backoff", "max_wait", "silent_fail",
    "never_fail", "session", "executor",
})  # fmt: skip
"""Arguments that told how the operator waited for the sub-DAG's run; there is nothing to wait for."""


class SkippedStatePropagationOptions(StrEnum):
    """Which last tasks of a sub-DAG must have been skipped for what comes after it to be skipped."""

    ALL_LEAVES = "all_leaves"
    ANY_LEAF = "any_leaf"


class SubDagOperator(BaseOperator):
    """Makes the tasks of another DAG object part of this DAG; task groups do the same and say so.

    Its tasks get ids that begin with the operator's (``section.load``). The operator itself runs after all
    of them: it succeeds if their last ones succeeded or were skipped, and fails otherwise.
    """

    ui_color = "#555"
    ui_fgcolor = "#fff"

    def __init__(
        self, *, task_id: str, subdag: Any, conf: dict[str, Any] | None = None,
        propagate_skipped_state: Any = None, trigger_rule: Any = "all_success", dag: Any = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        dag = dag or scope.current_dag()
        _check(task_id, dag, subdag)
        given = {name: value for name, value in kwargs.items() if name not in _OF_SENSORS}
        super().__init__(task_id=task_id, dag=dag, trigger_rule=trigger_rule, **given)
        if propagate_skipped_state is not None:
            propagate_skipped_state = SkippedStatePropagationOptions(propagate_skipped_state)
        self.propagate_skipped_state = propagate_skipped_state
        if conf:
            scope.notice(f"Task {task_id!r}: the conf of a SubDagOperator has no effect; use params.")
        self.subdag = subdag
        self.first_tasks: Sequence[Any] = subdags.take_in(self, subdag)
        self._surround(dag)

    def _surround(self, dag: Any) -> None:
        """The operator comes after the tasks; what is before it comes before them."""
        prefix = f"{self.task_id}."
        inside = [task for task in dag.tasks if task.task_id.startswith(prefix)]
        self.inner_ids = [task.task_id for task in inside]
        if not inside:
            return
        self.last_ids = [task.task_id for task in inside if not task.downstream_task_ids]
        for task in self.first_tasks:
            task.trigger_rule = self.trigger_rule
        for task_id in self.last_ids:
            dag.task_dict[task_id].downstream_task_ids.add(self.task_id)
            self.upstream_task_ids.add(task_id)
        self.trigger_rule = "all_done"
        self.retries = 0

    @property
    def roots(self) -> Sequence[Any]:
        """An arrow to the operator leads to the first tasks inside."""
        return self.first_tasks or [self]

    def execute(self, context: Any) -> None:
        """Sum up. Raises AirflowFailException, AirflowSkipException."""
        if not self.inner_ids:
            return
        ti = context["ti"]
        found = ti.get_task_states(ti.dag_id, task_ids=self.inner_ids, run_ids=[ti.run_id]).get(ti.run_id, {})
        last = [state for name, state in found.items() if _plain(name, self.inner_ids) in self.last_ids]
        failed = [name for name, state in found.items() if state in {"failed", "upstream_failed"}]
        if any(state in {"failed", "upstream_failed"} for state in last):
            raise AirflowFailException(
                f"Sub-DAG {self.task_id!r} failed: {', '.join(sorted(failed))} failed or could not start."
            )
        if set(found.values()) == {"skipped"} and any(self._waits_for(root) for root in self.first_tasks):
            raise AirflowSkipException(f"Sub-DAG {self.task_id!r} was skipped as a whole.")
        self._pass_on(ti, last)

    def _waits_for(self, task: Any) -> bool:
        """Has this first task anything before it?"""
        return bool(self.dag.get_task(task.task_id).upstream_task_ids)

    def _pass_on(self, ti: Any, last: list[Any]) -> None:
        how = self.propagate_skipped_state
        if how is None:
            return
        test = any if how is SkippedStatePropagationOptions.ANY_LEAF else all
        if test(state == "skipped" for state in last):
            self.log.info("Skipping what comes after, because of %s", how)
            skipping.note(ti, self.downstream_task_ids)


def _plain(name: str, known: Sequence[str]) -> str:
    """The task id of ``id`` or ``id_index``."""
    return name if name in known else name.rpartition("_")[0]


def _check(task_id: str, dag: Any, subdag: Any) -> None:
    if dag is None:
        raise DagDefinitionError(f"SubDagOperator {task_id!r} belongs to no DAG. Give it dag=... .")
    expected = f"{dag.dag_id}.{task_id}"
    if getattr(subdag, "dag_id", None) != expected:
        raise InvalidValue("The sub-DAG's dag_id", getattr(subdag, "dag_id", subdag), f"be {expected!r}")
