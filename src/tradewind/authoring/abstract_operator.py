"""What a task is to its DAG, whether it is mapped or not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

from tradewind.authoring import dag_graph, operator_link, relations, scope
from tradewind.authoring.notset import NOTSET
from tradewind.domain import keys
from tradewind.domain.errors import DagDefinitionError


class AbstractOperator(relations.DependencyMixin):
    """What a task is to its DAG, whether it is mapped or not: an id, a place and neighbours."""

    task_id: str
    task_group: Any
    _dag: Any
    upstream_task_ids: set[str]
    downstream_task_ids: set[str]
    is_mapped: ClassVar[bool] = False
    is_setup: bool = False
    is_teardown: bool = False
    on_failure_fail_dagrun: bool = False
    line: int | None = None
    """The line of the DAG file that made it, for messages."""

    def _place(self, task_id: str, dag: Any, task_group: Any) -> None:
        """Take the id (with the group's prefix) and join the DAG, if there is one."""
        keys.check_task_id(task_id)
        self.line = scope.line()
        self.upstream_task_ids, self.downstream_task_ids = set(), set()
        self._dag = None
        dag = dag or (task_group.dag if task_group is not None else None) or scope.current_dag()
        if task_group is None and dag is not None:
            task_group = scope.current_group(dag) or dag.task_group
        self.task_group = task_group
        self.label = task_id
        self.task_id = keys.check_task_id(task_group.child_id(task_id)) if task_group is not None else task_id
        if dag is not None:
            self.dag = dag

    @property
    def dag(self) -> Any:
        """The DAG that the task belongs to. Raises DagDefinitionError where there is none."""
        if self._dag is None:
            raise DagDefinitionError(f"Task {self.task_id!r} belongs to no DAG yet. Give it dag=... .")
        return self._dag

    @dag.setter
    def dag(self, dag: Any) -> None:
        if self._dag is dag or dag is None:
            self._dag = dag
            return
        if self._dag is not None:
            raise DagDefinitionError(
                f"Task {self.task_id!r} belongs to DAG {self._dag.dag_id!r} and cannot join "
                f"{dag.dag_id!r} as well."
            )
        self._dag = dag
        if self.task_group is None or self.task_group.dag is not dag:
            self.task_group = dag.task_group
        dag.add_task(self)

    def has_dag(self) -> bool:
        """Does it belong to a DAG?"""
        return self._dag is not None

    def get_dag(self) -> Any:
        """Its DAG, or None."""
        return self._dag

    @property
    def dag_id(self) -> str:
        """The id of its DAG."""
        return self._dag.dag_id if self._dag is not None else f"adhoc_{getattr(self, 'owner', 'airflow')}"

    @property
    def node_id(self) -> str:
        """The id that edges of the graph view use."""
        return self.task_id

    @property
    def roots(self) -> Sequence[Any]:
        return [self]

    @property
    def leaves(self) -> Sequence[Any]:
        return [self]

    @property
    def upstream_list(self) -> list[Any]:
        """The tasks directly before it."""
        return [self.dag.get_task(task_id) for task_id in sorted(self.upstream_task_ids)]

    @property
    def downstream_list(self) -> list[Any]:
        """The tasks directly after it."""
        return [self.dag.get_task(task_id) for task_id in sorted(self.downstream_task_ids)]

    def get_direct_relatives(self, upstream: bool = False) -> list[Any]:
        """The tasks directly before (``upstream``) or after it."""
        return self.upstream_list if upstream else self.downstream_list

    def get_direct_relative_ids(self, upstream: bool = False) -> set[str]:
        """Their ids."""
        return self.upstream_task_ids if upstream else self.downstream_task_ids

    def get_flat_relative_ids(self, upstream: bool = False) -> set[str]:
        """Ids of all tasks before (``upstream``) or after it, however far."""
        return dag_graph.reach(self.dag.task_dict, [self.task_id], upstream=upstream)

    def get_flat_relatives(self, upstream: bool = False) -> list[Any]:
        """All tasks before (``upstream``) or after it, however far."""
        return [self.dag.get_task(task_id) for task_id in sorted(self.get_flat_relative_ids(upstream))]

    @property
    def priority_weight_total(self) -> int:
        """Its effective weight: with those of the tasks that ``weight_rule`` adds."""
        from tradewind.authoring import priority_strategy  # only DAG files of 1.x and 2.x ask

        return priority_strategy.total(self)

    @cached_property
    def extra_links(self) -> list[str]:
        """What its extra links are called (1.x, 2.x)."""
        return operator_link.names(self)

    def as_setup(self) -> Any:
        """The task prepares something that a teardown takes away again."""
        from tradewind.authoring import setup_teardown  # rarely used

        return setup_teardown.as_setup(self)

    def as_teardown(self, *, setups: Any = None, on_failure_fail_dagrun: Any = NOTSET) -> Any:
        """The task takes away what ``setups`` prepared, and runs whatever became of the tasks between."""
        from tradewind.authoring import setup_teardown  # rarely used

        return setup_teardown.as_teardown(self, setups=setups, on_failure_fail_dagrun=on_failure_fail_dagrun)

    def __enter__(self) -> Any:
        from tradewind.authoring import setup_teardown  # rarely used

        return setup_teardown.enter(self)

    def __exit__(self, *_: object) -> None:
        from tradewind.authoring import setup_teardown  # rarely used

        setup_teardown.leave()

    @property
    def output(self) -> Any:
        """Its return value, to be given to other tasks."""
        from tradewind.authoring import xcom_arg  # builds on this module

        return xcom_arg.XComArg(self)

    def __repr__(self) -> str:
        return f"<Task({getattr(self, 'task_type', type(self).__name__)}): {self.task_id}>"

    def __lt__(self, other: Any) -> bool:
        return bool(self.task_id < other.task_id)
