"""A DAG cut down to some of its tasks."""

from __future__ import annotations

import copy
import re
from typing import Any

from tradewind.authoring import dag_graph
from tradewind.authoring.task_group import TaskGroup


def subset(dag: Any, wanted: Any, *, upstream: bool, downstream: bool, direct: bool) -> Any:
    """A copy of ``dag`` with the tasks that ``wanted`` names (ids, or a regular expression) and their kin."""
    chosen = _chosen(dag, wanted)
    kept = set(chosen)
    if upstream:
        kept |= dag_graph.reach(dag.task_dict, chosen, upstream=True)
    if downstream:
        kept |= dag_graph.reach(dag.task_dict, chosen, upstream=False)
    if direct:
        kept |= {near for task_id in list(kept) for near in dag.task_dict[task_id].upstream_task_ids}
    twin = copy.copy(dag)
    twin.used_ids, twin.edge_info = set(), dict(dag.edge_info)
    twin.task_group = TaskGroup.create_root(twin)
    twin.task_dict = {
        task_id: _moved(task, twin, kept) for task_id, task in dag.task_dict.items() if task_id in kept
    }
    for task_id, task in twin.task_dict.items():
        twin.used_ids.add(task_id)
        twin.task_group.children[task_id] = task
    return twin


def _chosen(dag: Any, wanted: Any) -> list[str]:
    if isinstance(wanted, (str, re.Pattern)):
        return [task_id for task_id in dag.task_dict if re.search(wanted, task_id)]
    ids = {str(getattr(one, "task_id", one)) for one in wanted or ()}
    return [task_id for task_id in dag.task_dict if task_id in ids]


def _moved(task: Any, dag: Any, kept: set[str]) -> Any:
    twin = copy.copy(task)
    twin._dag = dag
    twin.upstream_task_ids = task.upstream_task_ids & kept
    twin.downstream_task_ids = task.downstream_task_ids & kept
    return twin
