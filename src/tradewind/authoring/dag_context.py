"""``DagContext`` of Airflow 1.10 and 2.x: which DAG the lines of a file are inside of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewind.authoring import scope

if TYPE_CHECKING:
    from tradewind.authoring.dag import DAG


class DagContext:
    """What ``with dag:`` does, in two calls."""

    @classmethod
    def push_context_managed_dag(cls, dag: DAG) -> None:
        """New tasks belong to ``dag`` from now on."""
        scope.push(dag, dag.task_group)

    @classmethod
    def pop_context_managed_dag(cls) -> DAG | None:
        """The DAG of the call before it, to which they belong no more. Raises IndexError without one."""
        dag = scope.current_dag()
        scope.pop()
        if dag is not None and dag.auto_register:
            scope.register(dag)
        return dag

    @classmethod
    def get_current_dag(cls) -> DAG | None:
        """The DAG that new tasks belong to, or None."""
        return scope.current_dag()
