"""Setups and teardowns: ``as_setup``, ``as_teardown``, and ``with setup_task:``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tradewind.authoring import relations
from tradewind.authoring.notset import ArgNotSet
from tradewind.domain.errors import DagDefinitionError


def as_setup(task: Any) -> Any:
    """See ``AbstractOperator.as_setup``."""
    if task.is_teardown:
        raise DagDefinitionError(f"Task {task.task_id!r} is a teardown and cannot be a setup as well.")
    task.is_setup = True
    return task


def as_teardown(task: Any, *, setups: Any, on_failure_fail_dagrun: Any) -> Any:
    """See ``AbstractOperator.as_teardown``."""
    if task.is_setup:
        raise DagDefinitionError(f"Task {task.task_id!r} is a setup and cannot be a teardown as well.")
    task.is_teardown = True
    task.trigger_rule = "all_done_setup_success"
    if not isinstance(on_failure_fail_dagrun, ArgNotSet) and on_failure_fail_dagrun is not None:
        task.on_failure_fail_dagrun = bool(on_failure_fail_dagrun)
    for setup in _tasks(setups):
        as_setup(setup)
        setup.set_downstream(task)
    return task


def _tasks(things: Any) -> list[Any]:
    return [task for thing in relations.flat(things) for task in thing.leaves]


# --- with setup_task: -----------------------------------------------------------------------------------


class Block:
    """``with`` a setup or a teardown. What is made inside comes after the setups and before the teardowns.

    Edges lead to those tasks of the block that nothing else leads to, and from those that lead nowhere; the
    block that lies inside another is set up after it and taken down before it.
    """

    def __init__(self, setups: Sequence[Any], teardowns: Sequence[Any]) -> None:
        self.setups, self.teardowns = setups, teardowns
        self.tasks: list[Any] = []

    def add_task(self, *tasks: Any) -> None:
        """Put tasks in that were made outside."""
        for task in _tasks(tasks):
            if task not in self.tasks:
                self.tasks.append(task)

    def close(self, outer: Block | None) -> None:
        """Draw the edges."""
        work = [task for task in self.tasks if not task.is_setup and not task.is_teardown]
        if work:
            roots = [task for task in work if not task.upstream_task_ids] or work[:1]
            leaves = [task for task in work if not task.downstream_task_ids] or work[-1:]
            _join(self.setups, roots)
            _join(leaves, self.teardowns)
        if outer is not None:
            _join(outer.setups, self.setups)
            _join(self.teardowns, outer.teardowns)


def _join(ups: Sequence[Any], downs: Sequence[Any]) -> None:
    for up in ups:
        for down in downs:
            if up is not down:
                up.set_downstream(down)


_blocks: list[Block] = []
"""The open blocks, outermost first; plain state, because a process imports one DAG file at a time."""


def enter(*tasks: Any) -> Block:
    """``with`` begins: one or several setups, or one or several teardowns."""
    wrong = next((task for task in tasks if not task.is_setup and not task.is_teardown), None)
    if wrong is not None:
        raise DagDefinitionError(
            f"Task {wrong.task_id!r} is neither a setup nor a teardown, so it cannot be used with 'with'. "
            "Mark it first: as_setup() or as_teardown()."
        )
    if len({task.is_setup for task in tasks}) > 1:
        raise DagDefinitionError("'with' takes either setups or teardowns, not both; write one 'with' each.")
    if tasks[0].is_setup:
        block = Block(tasks, _nearest(tasks[0].downstream_list, lambda task: task.is_teardown, tasks))
    else:
        block = Block(_nearest(tasks[0].upstream_list, lambda task: task.is_setup, tasks), tasks)
    _blocks.append(block)
    return block


def leave() -> None:
    """``with`` ends."""
    block = _blocks.pop()
    block.close(_blocks[-1] if _blocks else None)


def forget() -> None:
    """A new file begins: no block is open."""
    _blocks.clear()


def made(task: Any) -> None:
    """A task was made: it belongs to the innermost open block. One without a DAG only stands for others."""
    if _blocks and task.has_dag():
        _blocks[-1].add_task(task)


def _nearest(start: Sequence[Any], wanted: Callable[[Any], bool], seen: Sequence[Any]) -> list[Any]:
    """The tasks of the other kind that are fewest arrows away, whichever way these point."""
    front, known = list(start), {task.task_id for task in (*start, *seen)}
    while front:
        found = [task for task in front if wanted(task)]
        if found:
            return found
        near = [other for task in front for other in (*task.downstream_list, *task.upstream_list)]
        front = [other for other in near if other.task_id not in known]
        known.update(other.task_id for other in front)
    return []


class ContextWrapper(list[Any]):
    """``with context_wrapper([a, b]):`` for several setups, or several teardowns, at once."""

    def __init__(self, tasks: Sequence[Any]) -> None:
        super().__init__(tasks)
        self.tasks = list(tasks)

    def __enter__(self) -> Block:
        return enter(*_tasks(self.tasks))

    def __exit__(self, *_: object) -> None:
        leave()


context_wrapper = ContextWrapper


class _Blocks(type):
    @property
    def active(cls) -> bool:
        """Is a ``with`` block of a setup or teardown open?"""
        return bool(_blocks)

    @property
    def context_map(cls) -> dict[tuple[Any, ...], list[Any]]:
        """The tasks in each open block, by its setups and by its teardowns."""
        return {
            tuple(ends): block.tasks for block in _blocks for ends in (block.setups, block.teardowns) if ends
        }


class SetupTeardownContext(metaclass=_Blocks):
    """What ``with setup_task:`` has opened, as Airflow's class of that name."""

    @classmethod
    def push_setup_teardown_task(cls, operator: Any) -> None:
        """Open a block: of one task, or of a list."""
        enter(*(operator if isinstance(operator, (list, tuple)) else [operator]))

    @classmethod
    def set_work_task_roots_and_leaves(cls) -> None:
        """Close the innermost block and draw its edges."""
        leave()

    @staticmethod
    def add_task(task: Any) -> None:
        """Put a task that was made outside into the innermost block. Raises DagDefinitionError without
        one.
        """
        if not _blocks:
            raise DagDefinitionError("Cannot add task to context outside the context manager.")
        _blocks[-1].add_task(task)


BaseSetupTeardownContext = SetupTeardownContext
