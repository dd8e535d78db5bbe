"""How tasks say which tasks after them are to be skipped: branches, short circuits, ``SkipMixin``.

The decision is noted on the task instance (``ti.skip``, ``ti.skip_all_downstream``); the runner reports it
with
the success, and the scheduler carries it out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from tradewind.authoring import context as contexts
from tradewind.authoring import dag_graph
from tradewind.domain.errors import AirflowException, did_you_mean


def note(ti: Any, task_ids: Iterable[str]) -> None:
    """These tasks are to be skipped, besides what was noted before."""
    ti.skip = tuple(sorted({*ti.skip, *task_ids}))


def follow(ti: Any, task: Any, chosen: str | Collection[str] | None) -> list[str]:
    """Skip what comes directly after ``task`` and is neither chosen nor reached from what is; answers the
    chosen.

    ``chosen`` names tasks, or task groups, which stand for their first tasks. Raises AirflowException for
    names that are not in the DAG.
    """
    names = _names(task, chosen)
    dag = task.dag
    branches = _task_ids(dag, task, names)
    reached = dag_graph.reach(dag.task_dict, branches, upstream=False)
    kept = branches | reached
    note(ti, (down for down in task.downstream_task_ids if down not in kept))
    task.log.info("Following branch %s", ", ".join(sorted(branches)) or "nothing")
    return sorted(branches)


def _names(task: Any, chosen: Any) -> list[str]:
    if chosen is None:
        return []
    names = [chosen] if isinstance(chosen, str) else list(chosen) if isinstance(chosen, Iterable) else None
    if names is None or not all(isinstance(name, str) for name in names):
        raise AirflowException(
            f"Branch task {task.task_id!r} must return a task id, a list of task ids or None, got {chosen!r}."
        )
    return names


def _task_ids(dag: Any, task: Any, names: list[str]) -> set[str]:
    groups = dag.task_group_dict
    found: set[str] = set()
    for name in names:
        if dag.has_task(name):
            found.update(root.task_id for root in dag.get_task(name).roots)
        elif name in groups:
            found.update(root.task_id for root in groups[name].roots)
        else:
            known = [*dag.task_dict, *groups]
            raise AirflowException(
                f"Branch task {task.task_id!r} chose {name!r}, which is neither a task nor a task group "
                f"of DAG {dag.dag_id!r}.{did_you_mean(name, known)}"
            )
    far = sorted(found - task.downstream_task_ids)
    if far:
        task.log.warning(
            "Branch task %s chose %s, which does not come directly after it: what does, is skipped, unless "
            "it is reached from there.",
            task.task_id,
            ", ".join(far),
        )
    return found


class SkipMixin:
    """For operators of your own that skip what comes after them."""

    def skip(self, *args: Any, tasks: Any = None, **_: Any) -> None:
        """Skip the tasks. Called as ``skip(ti=…, tasks=…)`` (3.x) or ``skip(dag_run, date, tasks)``
        (before).
        """
        wanted = tasks if tasks is not None else next((arg for arg in reversed(args) if _is_tasks(arg)), ())
        note(_running(), (task if isinstance(task, str) else task.task_id for task in wanted))

    def skip_all_except(self, ti: Any, branch_task_ids: str | Collection[str] | None, **_: Any) -> None:
        """Skip what comes directly after the task, but for the branches."""
        follow(ti if hasattr(ti, "skip_all_downstream") else _running(), _running().task, branch_task_ids)


def _is_tasks(value: Any) -> bool:
    return isinstance(value, (list, tuple, set, frozenset)) and all(
        hasattr(one, "task_id") or isinstance(one, str) for one in value
    )


def _running() -> Any:
    return contexts.get_current_context()["ti"]


class BranchMixIn(SkipMixin):
    """For operators of your own that choose among what comes after them."""

    def do_branch(self, context: Any, branches_to_execute: str | Collection[str] | None) -> Any:
        """Follow these branches, skip the others."""
        follow(context["ti"], context["ti"].task, branches_to_execute)
        return branches_to_execute
