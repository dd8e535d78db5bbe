"""``task_group_to_dict``: the tasks and groups of a DAG as the graph view of Airflow 2.x took them."""

from __future__ import annotations

from typing import Any

from tradewind.authoring.task_group import TaskGroup

_ROUND = {"rx": 5, "ry": 5}


def task_group_to_dict(task_item_or_group: Any, parent_group_is_mapped: bool = False) -> dict[str, Any]:
    """A task, or a group with all that lies in it, as nested dicts."""
    if not isinstance(task_item_or_group, TaskGroup):
        return _task(task_item_or_group, parent_group_is_mapped)
    group = task_item_or_group
    mapped = group.mapping is not None
    children = [
        task_group_to_dict(child, parent_group_is_mapped or mapped)
        for child in sorted(group.children.values(), key=lambda child: child.label or "")
    ]
    if group.upstream_group_ids or group.upstream_task_ids:
        children.append(_join(group, group.upstream_join_id))
    if group.downstream_group_ids or group.downstream_task_ids:
        children.append(_join(group, group.downstream_join_id))
    value = {
        "label": group.label, "labelStyle": f"fill:{group.ui_fgcolor};", "style": f"fill:{group.ui_color}",
        **_ROUND, "clusterLabelPos": "top", "tooltip": group.tooltip, "isMapped": mapped,
    }  # fmt: skip
    return {"id": group.group_id, "value": value, "children": children}


def _task(task: Any, in_mapped_group: bool) -> dict[str, Any]:
    value: dict[str, Any] = {
        "label": task.label, "labelStyle": f"fill:{task.ui_fgcolor};", "style": f"fill:{task.ui_color};",
        **_ROUND,
    }  # fmt: skip
    if task.is_setup or task.is_teardown:
        value["setupTeardownType"] = "setup" if task.is_setup else "teardown"
    if task.is_mapped or in_mapped_group:
        value["isMapped"] = True
    return {"id": task.task_id, "value": value}


def _join(group: TaskGroup, join_id: str) -> dict[str, Any]:
    style = {"labelStyle": f"fill:{group.ui_fgcolor};", "style": f"fill:{group.ui_color};"}
    return {"id": join_id, "value": {"label": "", **style, "shape": "circle"}}
