"""Dependencies between tasks: ``>>``, ``<<``, ``set_upstream``, ``set_downstream``, written once for
everything
that may stand beside an arrow (tasks, mapped tasks, task groups, XCom arguments, edge labels).

``a >> b`` joins every leaf of ``a`` with every root of ``b``; for a task both are the task itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from tradewind.domain.errors import AirflowDagCycleException, DagDefinitionError

if TYPE_CHECKING:
    from tradewind.authoring.edges import EdgeModifier

T = TypeVar("T")


class DependencyMixin:
    """Whatever may stand on either side of an arrow."""

    @property
    def roots(self) -> Sequence[Any]:
        """The tasks that an arrow to this thing leads to."""
        raise NotImplementedError

    @property
    def leaves(self) -> Sequence[Any]:
        """The tasks that an arrow from this thing starts at."""
        raise NotImplementedError

    def set_downstream(self, other: Any, edge_modifier: EdgeModifier | None = None) -> None:
        """Every task in ``other`` (one thing or a list) runs after this."""
        for item in flat(other):
            _join(self, item, edge_modifier)

    def set_upstream(self, other: Any, edge_modifier: EdgeModifier | None = None) -> None:
        """Every task in ``other`` (one thing or a list) runs before this."""
        for item in flat(other):
            _join(item, self, edge_modifier)

    def _joined(self, other: DependencyMixin, *, upstream: bool) -> None:
        """An arrow was drawn between this and ``other``; groups note it for the graph view."""

    def __rshift__(self, other: T) -> T:
        self.set_downstream(other)
        return other

    def __lshift__(self, other: T) -> T:
        self.set_upstream(other)
        return other

    def __rrshift__(self, other: Any) -> Any:
        """``[a, b] >> self``."""
        self.set_upstream(other)
        return self

    def __rlshift__(self, other: Any) -> Any:
        """``[a, b] << self``."""
        self.set_downstream(other)
        return self


def flat(things: Any) -> Iterable[DependencyMixin]:
    """One thing, or each thing of nested lists. Raises DagDefinitionError for what cannot stand beside an
    arrow.
    """
    if isinstance(things, DependencyMixin):
        yield things
    elif isinstance(things, (list, tuple, set, frozenset)):
        for thing in things:
            yield from flat(thing)
    elif things is not None:
        raise DagDefinitionError(
            f"{things!r} ({type(things).__name__}) cannot be a dependency: use tasks, task groups, labels "
            f"or lists of them."
        )


def _join(up: DependencyMixin, down: DependencyMixin, label: EdgeModifier | None) -> None:
    from tradewind.authoring import edges  # edges builds on this module

    if isinstance(up, edges.EdgeModifier):
        up.add_downstream(down)
    elif isinstance(down, edges.EdgeModifier):
        down.add_upstream(up)
    else:
        itself = getattr(up, "task_id", None) if up is down else None
        if itself is not None:
            raise AirflowDagCycleException(getattr(up, "dag_id", ""), [itself, itself])
        ups = up.leaves or getattr(up, "stand_ins", list)()
        join_tasks([task for task in ups if task not in down.roots], down.roots, label)
        up._joined(down, upstream=False)
        down._joined(up, upstream=True)


def join_tasks(ups: Sequence[Any], downs: Sequence[Any], label: EdgeModifier | None = None) -> None:
    """Every task of ``downs`` depends on every task of ``ups``."""
    if not ups or not downs:
        return
    dag = _common_dag([*ups, *downs])
    for up in ups:
        for down in downs:
            up.downstream_task_ids.add(down.task_id)
            down.upstream_task_ids.add(up.task_id)
            if label is not None:
                dag.set_edge_info(up.task_id, down.task_id, {"label": label.label})


def _common_dag(tasks: Sequence[Any]) -> Any:
    """The one DAG of the tasks; tasks without one are given it."""
    dags = {id(task.dag): task.dag for task in tasks if task.has_dag()}
    if len(dags) > 1:
        names = ", ".join(sorted(repr(dag.dag_id) for dag in dags.values()))
        raise DagDefinitionError(
            f"Tasks of different DAGs ({names}) cannot depend on each other. "
            "Use an asset, TriggerDagRunOperator or ExternalTaskSensor between DAGs."
        )
    if not dags:
        names = ", ".join(repr(task.task_id) for task in tasks)
        raise DagDefinitionError(
            f"Tasks {names} belong to no DAG yet. Give at least one of them dag=... first."
        )
    dag = next(iter(dags.values()))
    for task in tasks:
        if not task.has_dag():
            task.dag = dag
    return dag


def chain(*things: Any) -> None:
    """``a >> b >> c``; two neighbouring lists must be of equal length and are joined pair by pair."""
    for left, right in itertools.pairwise(things):
        if isinstance(left, DependencyMixin):
            left.set_downstream(right)
        elif isinstance(right, DependencyMixin):
            right.set_upstream(left)
        else:
            _chain_lists(left, right)


def _chain_lists(left: Any, right: Any) -> None:
    if not isinstance(left, Sequence) or not isinstance(right, Sequence):
        raise TypeError(
            f"chain does not support {type(left).__name__} and {type(right).__name__}: use tasks or lists"
        )
    if len(left) != len(right):
        raise DagDefinitionError(
            f"chain needs neighbouring lists of the same length, got {len(left)} and {len(right)}. "
            "Use cross_downstream or chain_linear to join each with each."
        )
    for up, down in zip(left, right, strict=True):
        up.set_downstream(down)


def chain_linear(*things: Any) -> None:
    """Like ``chain``, but neighbouring lists are joined each with each. Raises ValueError when nothing is
    joined.
    """
    if len(things) < 2:
        raise ValueError("chain_linear needs at least two tasks or lists of tasks; nothing was joined.")
    for left, right in itertools.pairwise(things):
        cross_downstream(left, right)


def cross_downstream(from_tasks: Any, to_tasks: Any) -> None:
    """Each of ``to_tasks`` depends on each of ``from_tasks``."""
    for task in flat(from_tasks):
        task.set_downstream(to_tasks)
