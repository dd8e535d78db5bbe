"""What is legal in a complete DAG and surely not meant: dates between which nothing can run, callbacks that
cannot be called, arguments that their operator cannot use, templates that are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from tradewind.authoring import asset_uris, template_checks

_CALLBACKS: Final = (
    "on_success_callback", "on_failure_callback", "on_retry_callback", "on_execute_callback",
    "on_skipped_callback", "sla_miss_callback",
)  # fmt: skip
_LIMITS: Final = ("max_active_tis_per_dag", "max_active_tis_per_dagrun")


def of(dag: Any) -> Iterator[str]:
    """Messages for the author, each with the line and the way out."""
    name = f"DAG {dag.dag_id!r}"
    yield from _dates(name, dag)
    yield from _callbacks(name, dag)
    yield from _schedule(name, dag)
    yield from (f"{at(task)}{message}" for task, message in template_checks.of(dag))
    for task in dag.tasks:
        yield from _dates(f"Task {task.task_id!r} of {name}", task, but=dag)
        yield from _callbacks(f"Task {task.task_id!r}", task)
        yield from _assets(task)
        yield from _limits(task)
        if not task.is_mapped:
            yield from _fields(task)
            yield from _arguments(task)


def at(thing: Any) -> str:
    """The line of a DAG or task, for the front of a message."""
    return f"Line {thing.line}: " if getattr(thing, "line", None) else ""


def _dates(name: str, thing: Any, but: Any = None) -> Iterator[str]:
    """``but``: a DAG of which it was said."""
    start, end = thing.start_date, thing.end_date
    if start is None or end is None or end >= start or (but is not None and (start, end) == _of(but)):
        return
    yield (
        f"{at(thing)}{name} has end_date {end.isoformat()} before its start_date {start.isoformat()}, "
        "so it never runs. Give it a later end_date, or none."
    )


def _of(dag: Any) -> tuple[Any, Any]:
    return dag.start_date, dag.end_date


def _callbacks(name: str, thing: Any) -> Iterator[str]:
    for kind in _CALLBACKS:
        given = getattr(thing, kind, None)
        several = given if isinstance(given, (list, tuple)) else [given]
        wrong = [one for one in several if one is not None and not callable(one)]
        if wrong:
            yield (
                f"{at(thing)}{name} has {kind}={wrong[0]!r}, which cannot be called. "
                "Give a function, or a notifier."
            )


def _assets(task: Any) -> Iterator[str]:
    for word in ("inlets", "outlets"):
        for one in getattr(task, word):
            if getattr(one, "had_password", False):
                yield f"{at(task)}Task {task.task_id!r}, asset {one.name!r}: {asset_uris.WARNING}"
            if isinstance(one, (str, int, float, dict)) and one != "auto":
                yield (
                    f"{at(task)}Task {task.task_id!r} has {one!r} among its {word}, which is no asset. "
                    "Use Asset(…)."
                )


def _schedule(name: str, dag: Any) -> Iterator[str]:
    several = dag.schedule if isinstance(dag.schedule, (list, tuple)) else [dag.schedule]
    for one in several:
        for asset in one.iter_assets() if hasattr(one, "iter_assets") else ():
            if getattr(asset, "had_password", False):
                yield f"{at(dag)}{name}, asset {asset.name!r}: {asset_uris.WARNING}"


def _limits(task: Any) -> Iterator[str]:
    for name in _LIMITS:
        most = getattr(task, name)
        if most is not None and most < 1:
            yield (
                f"{at(task)}Task {task.task_id!r} has {name}={most}, so it never runs. "
                "Leave it out for no limit."
            )
    if task.retry_delay is not None and task.retry_delay < timedelta():
        yield f"{at(task)}Task {task.task_id!r} has a retry_delay below zero. Give a timedelta of at least 0."


def _fields(task: Any) -> Iterator[str]:
    for name in task.template_fields:
        if not hasattr(task, name):
            yield (
                f"{at(task)}Task {task.task_id!r}: {task.task_type} has the template field {name!r}, "
                "and no such attribute. Set it in __init__."
            )


def _arguments(task: Any) -> Iterator[str]:
    args, kwargs = getattr(task, "op_args", None), getattr(task, "op_kwargs", None)
    if isinstance(args, str):
        yield f"{at(task)}Task {task.task_id!r} has the text {args!r} as op_args. Give a list."
    if isinstance(kwargs, (list, tuple, set, str)):
        yield f"{at(task)}Task {task.task_id!r} has {kwargs!r} as op_kwargs. Give a dict."
    command = getattr(task, "bash_command", None)
    if isinstance(command, (int, float)):
        yield f"{at(task)}Task {task.task_id!r} has bash_command={command!r}. Give text."
