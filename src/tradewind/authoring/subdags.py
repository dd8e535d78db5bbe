"""Sub-DAGs of Airflow 1.x and 2.x: their tasks become tasks of the DAG around them, in a task group.

A task ``load`` of the sub-DAG ``parent.section`` is the task ``section.load`` of ``parent`` afterwards. What
its code asks for by the old names is found: XComs of ``load``, or of ``load`` in DAG ``parent.section``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tradewind.authoring import scope
from tradewind.authoring.params import ParamsDict
from tradewind.authoring.task_group import TaskGroup
from tradewind.domain.errors import DuplicateTaskIdFound


class SubDagGroup(TaskGroup):
    """The tasks of a sub-DAG. Their ids begin with that of its operator."""

    prefix: str = ""

    def child_id(self, label: str) -> str:
        """The id of a task or group ``label`` inside."""
        return f"{self.prefix}{label}"


def take_in(operator: Any, subdag: Any) -> list[Any]:
    """Move the tasks of ``subdag`` into the operator's DAG; its first tasks. Raises DuplicateTaskIdFound."""
    dag, prefix = operator.dag, f"{operator.task_id}."
    group = SubDagGroup(
        group_id=f"{operator.label}-subdag", parent_group=operator.task_group, dag=dag, tooltip=subdag.dag_id
    )
    group.prefix = prefix
    roots, tasks = subdag.roots, subdag.tasks
    for task in tasks:
        _move(task, dag, prefix, group, subdag)
    _adopt(subdag.task_group, group, dag)
    dag.sub_dags[subdag.dag_id] = prefix
    dag.sub_dags.update({name: f"{prefix}{inner}" for name, inner in subdag.sub_dags.items()})
    _share_templates(dag, subdag)
    _notice_what_is_lost(subdag)
    subdag.task_dict, subdag.is_subdag, subdag.parent_dag = {}, True, dag
    return list(roots)


def _move(task: Any, dag: Any, prefix: str, group: TaskGroup, subdag: Any) -> None:
    name = f"{prefix}{task.task_id}"
    if name in dag.used_ids:
        raise DuplicateTaskIdFound(name, dag.dag_id)
    dag.used_ids.add(name)
    task.task_id, task._dag = name, dag
    for side in ("upstream_task_ids", "downstream_task_ids"):
        setattr(task, side, {f"{prefix}{other}" for other in getattr(task, side)})
    if task.task_group is None or task.task_group is subdag.task_group:
        task.task_group = group
    if subdag.params and not task.is_mapped:
        task.params = ParamsDict({**dict(subdag.params.items()), **dict(task.params.items())})
    dag.task_dict[name] = task


def _adopt(old: TaskGroup, new: TaskGroup, dag: Any) -> None:
    """The groups and tasks of ``old`` are children of ``new`` from now on."""
    children = list(old.children.values())
    new.children = {}
    for child in children:
        if isinstance(child, TaskGroup):
            child.parent_group, child.dag = new, dag
            _adopt(child, child, dag)
            new.children[str(child.group_id)] = child
        else:
            new.children[child.task_id] = child


def _share_templates(dag: Any, subdag: Any) -> None:
    """Macros, filters and template folders of the sub-DAG; the DAG's own win."""
    for name in ("user_defined_macros", "user_defined_filters"):
        given = getattr(subdag, name)
        if given:
            setattr(dag, name, {**given, **(getattr(dag, name) or {})})
    dag.template_searchpath = list(
        dict.fromkeys([*(dag.template_searchpath or ()), *(subdag.template_searchpath or ())])
    )


def _notice_what_is_lost(subdag: Any) -> None:
    lost = [
        name
        for name in ("on_success_callback", "on_failure_callback", "dagrun_timeout", "sla_miss_callback")
        if getattr(subdag, name, None)
    ]
    if lost:
        scope.notice(
            f"Sub-DAG {subdag.dag_id!r}: {', '.join(lost)} has no effect: its tasks are part of the DAG "
            f"around it. Give it to the SubDagOperator or to that DAG."
        )


def real_names(dag: Any, own_id: str, dag_id: str, task_ids: Any) -> tuple[str, Any]:
    """DAG and tasks that a task means that names them as if sub-DAGs were DAGs."""
    prefix = dag.sub_dags.get(dag_id)
    if prefix is not None:
        return dag.dag_id, _each(task_ids, lambda name: f"{prefix}{name}")
    if dag_id != dag.dag_id:
        return dag_id, task_ids
    around = max((one for one in dag.sub_dags.values() if own_id.startswith(one)), key=len, default="")
    return dag_id, _each(
        task_ids, lambda name: name if dag.has_task(name) or not around else f"{around}{name}"
    )


def _each(task_ids: Any, change: Any) -> Any:
    if task_ids is None or isinstance(task_ids, str):
        return task_ids if task_ids is None else change(task_ids)
    return [change(name) for name in task_ids] if isinstance(task_ids, Iterable) else task_ids
