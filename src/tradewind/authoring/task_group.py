"""Task groups: tasks that are drawn together, share defaults and can stand on one side of an arrow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tradewind.authoring import arguments, documents, relations, scope
from tradewind.domain import keys
from tradewind.domain.errors import DagDefinitionError, DuplicateTaskIdFound

if TYPE_CHECKING:
    from tradewind.authoring.dag import DAG

_SUFFIX = re.compile(r"^(?P<base>.*?)__(?P<number>\d+)$")


class TaskGroup(relations.DependencyMixin):
    """A group of tasks; used as ``with TaskGroup("extract"):``. The DAG's own root group has the id None."""

    def __init__(
        self,
        group_id: str | None,
        prefix_group_id: bool = True,
        parent_group: TaskGroup | None = None,
        dag: DAG | None = None,
        default_args: dict[str, Any] | None = None,
        tooltip: str = "",
        ui_color: str = "CornflowerBlue",
        ui_fgcolor: str = "#000",
        add_suffix_on_collision: bool = False,
        group_display_name: str = "",
        doc_md: str | None = None,
    ) -> None:
        self._group_id = None if group_id is None else keys.check_group_id(group_id)
        self.prefix_group_id = prefix_group_id
        self.default_args = arguments.mapping("default_args", default_args)
        self.tooltip, self.ui_color, self.ui_fgcolor = tooltip, ui_color, ui_fgcolor
        self.group_display_name, self.doc_md = group_display_name, doc_md
        self.children: dict[str, Any] = {}
        self.upstream_group_ids: set[str | None] = set()
        self.downstream_group_ids: set[str | None] = set()
        self.upstream_task_ids: set[str] = set()
        self.downstream_task_ids: set[str] = set()
        self.mapping: Any = None
        self.parent_group: TaskGroup | None = None
        self.dag: Any = dag
        if self._group_id is not None:
            self._enter_parent(parent_group, dag, add_suffix_on_collision)

    def _enter_parent(self, parent: TaskGroup | None, dag: DAG | None, suffix: bool) -> None:
        self.dag = dag or (parent.dag if parent is not None else scope.current_dag())
        if self.dag is None:
            raise DagDefinitionError(
                f"Task group {self._group_id!r} belongs to no DAG: make it inside 'with DAG(...):'."
            )
        self.doc_md = documents.text_of(self.doc_md, self.dag.fileloc)
        self.parent_group = parent or scope.current_group(self.dag) or self.dag.task_group
        if suffix:
            self._group_id = self._free_id()
        if self.parent_group.default_args:
            self.default_args = {**self.parent_group.default_args, **self.default_args}
        self.parent_group.add(self)

    def _free_id(self) -> str:
        """The id, with ``__1``, ``__2``, … where a sibling has it already."""
        assert self.parent_group is not None and self._group_id is not None
        base, number = self._group_id, 0
        taken = self.dag.used_ids
        candidate = base
        while self.parent_group.child_id(candidate) in taken:
            number += 1
            candidate = f"{base}__{number}"
        return candidate

    @classmethod
    def create_root(cls, dag: Any) -> TaskGroup:
        """The group that holds everything that lies in no other group."""
        return cls(None, dag=dag)

    @property
    def is_root(self) -> bool:
        """Is it the DAG's own group?"""
        return self._group_id is None

    @property
    def group_id(self) -> str | None:
        """The id with those of the groups around it; None for the root."""
        if self._group_id is None or self.parent_group is None:
            return self._group_id
        return self.parent_group.child_id(self._group_id)

    @property
    def node_id(self) -> str | None:
        """The id that edges of the graph view use."""
        return self.group_id

    @property
    def label(self) -> str | None:
        """What the graph view writes on it."""
        return self.group_display_name or self._group_id

    @property
    def task_group(self) -> TaskGroup | None:
        """The group around it."""
        return self.parent_group

    def child_id(self, label: str) -> str:
        """The full id of a task or group ``label`` inside."""
        group_id = self.group_id
        if self.prefix_group_id and group_id:
            return f"{group_id}.{label}"
        return label

    def add(self, node: Any) -> None:
        """Put a task or a group inside. Raises DuplicateTaskIdFound."""
        key = str(node.group_id if isinstance(node, TaskGroup) else node.task_id)
        used = self.dag.used_ids
        if key in used and self.children.get(key) is not node:
            raise DuplicateTaskIdFound(key, self.dag.dag_id)
        used.add(key)
        self.children[key] = node

    def iter_tasks(self) -> Iterator[Any]:
        """All tasks inside, of inner groups too."""
        for child in self.children.values():
            if isinstance(child, TaskGroup):
                yield from child.iter_tasks()
            else:
                yield child

    def iter_groups(self) -> Iterator[TaskGroup]:
        """All groups inside, outer ones first."""
        for child in self.children.values():
            if isinstance(child, TaskGroup):
                yield child
                yield from child.iter_groups()

    def __getitem__(self, label: str) -> Any:
        """See ``get_child_by_label``."""
        return self.get_child_by_label(label)

    def __iter__(self) -> Iterator[Any]:
        return self.iter_tasks()

    @property
    def upstream_join_id(self) -> str:
        """The node that edges into the group meet at in the graph view."""
        return f"{self.group_id}.upstream_join_id"

    @property
    def downstream_join_id(self) -> str:
        """The node that edges out of the group start at in the graph view."""
        return f"{self.group_id}.downstream_join_id"

    def get_task_group_dict(self) -> dict[str | None, TaskGroup]:
        """The group and all groups inside, by id."""
        return {self.group_id: self, **{group.group_id: group for group in self.iter_groups()}}

    def get_child_by_label(self, label: str) -> Any:
        """The task or group that was made with this id inside. Raises KeyError."""
        return self.children[self.child_id(label)]

    def has_task(self, task: Any) -> bool:
        """Does the task lie inside, however deep?"""
        return any(inside is task for inside in self.iter_tasks())

    @property
    def roots(self) -> Sequence[Any]:
        inside = {task.task_id: task for task in self.iter_tasks()}
        return [task for task in inside.values() if not task.upstream_task_ids & inside.keys()]

    @property
    def leaves(self) -> Sequence[Any]:
        """An arrow from a group leaves its last working tasks; teardowns hold nobody up."""
        inside = {task.task_id: task for task in self.iter_tasks()}
        found: dict[str, Any] = {}
        for task in inside.values():
            if not task.downstream_task_ids & inside.keys():
                ends = _before_teardown(task, inside) if task.is_teardown else [task]
                found.update((end.task_id, end) for end in ends)
        return list(found.values())

    def stand_ins(self) -> Sequence[Any]:
        """What an arrow from the group starts at: its leaves; without any tasks, what is upstream of it."""
        if self.leaves or self.is_root:
            return self.leaves
        if self.upstream_task_ids:
            return [self.dag.get_task(task_id) for task_id in sorted(self.upstream_task_ids)]
        above = self.upstream_group_ids
        groups = [group for group in self.dag.task_group.iter_groups() if group.group_id in above]
        return [task for group in groups for task in group.stand_ins()]

    def get_roots(self) -> Iterator[Any]:
        """See ``roots``."""
        return iter(self.roots)

    def get_leaves(self) -> Iterator[Any]:
        """See ``leaves``."""
        return iter(self.leaves)

    def _joined(self, other: relations.DependencyMixin, *, upstream: bool) -> None:
        if isinstance(other, TaskGroup):
            groups = self.upstream_group_ids if upstream else self.downstream_group_ids
            groups.add(other.group_id)
            return
        tasks = self.upstream_task_ids if upstream else self.downstream_task_ids
        tasks.update(task.task_id for task in (other.leaves if upstream else other.roots))

    def __enter__(self) -> TaskGroup:
        scope.push(self.dag, self)
        return self

    def __exit__(self, *_: object) -> None:
        scope.pop()

    def __repr__(self) -> str:
        return f"<TaskGroup: {self.group_id}>"

    def as_setup(self) -> TaskGroup:
        """Every root of the group becomes a setup."""
        for task in self.roots:
            task.as_setup()
        return self

    def as_teardown(self, **options: Any) -> TaskGroup:
        """Every leaf of the group becomes a teardown."""
        for task in self.leaves:
            task.as_teardown(**options)
        return self


def _before_teardown(teardown: Any, inside: dict[str, Any]) -> Iterator[Any]:
    """The last working tasks before a teardown, unless they lead to other work inside the group as well."""
    for task_id in sorted(teardown.upstream_task_ids & inside.keys()):
        task = inside[task_id]
        others = task.downstream_task_ids & inside.keys() - {teardown.task_id}
        if task.is_teardown:
            yield from _before_teardown(task, inside)
        elif not task.is_setup and all(inside[other].is_teardown for other in others):
            yield task


def task_group(group_id: Callable[..., Any] | str | None = None, **options: Any) -> Any:
    """``@task_group``: calling the function makes the group and the tasks in it."""
    from tradewind.authoring import group_decorator  # builds on mapping, which builds on this module

    return group_decorator.task_group(group_id, **options)
