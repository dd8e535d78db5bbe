"""The tasks of a DAG: put in, found, ordered; and the edges between them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tradewind.authoring import dag_graph
from tradewind.authoring.task_group import TaskGroup
from tradewind.domain.errors import TaskNotFound


class TaskHolder:
    """What a DAG is to its tasks."""

    dag_id: str
    is_subdag: bool = False
    parent_dag: Any = None

    def _begin_tasks(self) -> None:
        self.task_dict: dict[str, Any] = {}
        self.used_ids: set[str] = set()
        """Ids of tasks and groups, which share one space of names."""
        self.sub_dags: dict[str, str] = {}
        """Sub-DAGs of Airflow 1.x and 2.x that were taken in: id to the first part of their tasks' ids."""
        self.edge_info: dict[str, dict[str, dict[str, Any]]] = {}
        self.task_group: TaskGroup = TaskGroup.create_root(self)

    @property
    def tasks(self) -> list[Any]:
        """Its tasks, as they were made."""
        return list(self.task_dict.values())

    @property
    def task_ids(self) -> list[str]:
        """The ids of its tasks."""
        return list(self.task_dict)

    @property
    def task_count(self) -> int:
        """How many tasks it has."""
        return len(self.task_dict)

    @property
    def roots(self) -> list[Any]:
        """Tasks without upstream tasks."""
        return [task for task in self.tasks if not task.upstream_task_ids]

    @property
    def leaves(self) -> list[Any]:
        """Tasks without downstream tasks."""
        return [task for task in self.tasks if not task.downstream_task_ids]

    @property
    def subdags(self) -> list[Any]:
        """The sub-DAGs that were taken in (1.x, 2.x), inner ones too. Their tasks are tasks of this DAG."""
        return [task.subdag for task in self.tasks if self._has_subdag(task)]

    @staticmethod
    def _has_subdag(task: Any) -> bool:
        return not task.is_mapped and getattr(task, "task_type", "") == "SubDagOperator"

    def add_task(self, task: Any) -> None:
        """Put a task into the DAG. Raises DuplicateTaskIdFound."""
        if self.task_dict.get(task.task_id) is task:
            return
        if not task.has_dag():
            task.dag = self  # comes back here with its DAG set
            return
        group = task.task_group if task.task_group is not None else self.task_group
        group.add(task)
        self.task_dict[task.task_id] = task

    def add_tasks(self, tasks: Iterable[Any]) -> None:
        """Put several tasks into the DAG."""
        for task in tasks:
            self.add_task(task)

    def has_task(self, task_id: str) -> bool:
        """Is there a task of that id?"""
        return task_id in self.task_dict

    def has_task_group(self, group_id: str) -> bool:
        """Is there a task group of that id?"""
        return group_id in self.task_group_dict

    @property
    def task_group_dict(self) -> dict[str, TaskGroup]:
        """Its task groups by id."""
        return {str(group.group_id): group for group in self.task_group.iter_groups()}

    def get_task(self, task_id: str, include_subdags: bool = False) -> Any:
        """The task of that id. Raises TaskNotFound."""
        task = self.task_dict.get(task_id)
        if task is None:
            raise TaskNotFound(self.dag_id, task_id, self.task_dict)
        return task

    def set_dependency(self, upstream_task_id: str, downstream_task_id: str) -> None:
        """The second task runs after the first. Raises TaskNotFound."""
        self.get_task(upstream_task_id).set_downstream(self.get_task(downstream_task_id))

    def topological_sort(self, include_subdag_tasks: bool = False) -> tuple[Any, ...]:
        """The tasks, upstream ones first. Raises AirflowDagCycleException."""
        return tuple(dag_graph.topological(self.task_dict, self.dag_id))

    def partial_subset(
        self, task_ids: Any = None, include_downstream: bool = False, include_upstream: bool = True,
        include_direct_upstream: bool = False, task_ids_or_regex: Any = None, **_: Any,
    ) -> Any:  # fmt: skip
        """A copy with only the named tasks (ids, or a regular expression) and what they are asked to
        bring.
        """
        from tradewind.authoring import dag_subset  # only commands and scripts cut DAGs

        wanted = task_ids if task_ids is not None else task_ids_or_regex
        return dag_subset.subset(
            self,
            wanted,
            upstream=include_upstream,
            downstream=include_downstream,
            direct=include_direct_upstream,
        )

    sub_dag = partial_subset

    # --- edges

    def get_edge_info(self, upstream_task_id: str, downstream_task_id: str) -> dict[str, Any]:
        """What is known of an edge: its label, or nothing."""
        return self.edge_info.get(upstream_task_id, {}).get(downstream_task_id, {})

    def set_edge_info(self, upstream_task_id: str, downstream_task_id: str, info: dict[str, Any]) -> None:
        """Label an edge."""
        self.edge_info.setdefault(upstream_task_id, {})[downstream_task_id] = info

    # --- neighbours in time

    def following_schedule(self, dttm: datetime) -> datetime | None:
        """The logical date that the schedule puts after ``dttm``, or None."""
        from tradewind.authoring import neighbours  # only scripts of 1.x and 2.x ask

        return neighbours.after(self, neighbours.interval_at(self, dttm))

    def previous_schedule(self, dttm: datetime) -> datetime | None:
        """The logical date that the schedule puts before ``dttm``, or None."""
        from tradewind.authoring import neighbours  # see following_schedule

        return neighbours.before(self, dttm)
