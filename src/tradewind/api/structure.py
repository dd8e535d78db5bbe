"""A stored version of a DAG as the UI draws it: ordered groups and tasks, edges, relations.

Kept as JSON by version, as stored versions never change: the largest DAG is worked out once.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Literal

from tradewind.api.schemas.ui.structure import UIEdge, UINode, UIRelation, UIStructure
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.engine import assets as conditions
from tradewind.engine.graph import Graph
from tradewind.store.transitions import asset_mentions

_ROOT: Final = ""
_PLAIN_COLORS: Final = frozenset({"#fff", "#FFF", "#ffffff", "#FFFFFF", "CornflowerBlue", ""})
_TOOLTIP: Final = 200


def of(spec: DagSpec, version_number: int) -> UIStructure:
    """All of it. Raises as ``Graph.compile`` does."""
    tree = tree_of(spec)
    return UIStructure(
        dag_id=spec.dag_id,
        version_number=version_number,
        task_count=len(spec.tasks),
        nodes=tree.nodes(_ROOT),
        edges=[*_task_edges(spec), *_group_edges(spec)],
        relations=list(_relations(spec)),
    )


def tree_of(spec: DagSpec) -> Tree:
    """The tree of a spec; the same one when asked again for the same spec."""
    return _tree(_Kept(spec))


@lru_cache(maxsize=16)
def _tree(kept: _Kept) -> Tree:
    return Tree(kept.spec)


class _Kept:
    """A spec that counts as equal to itself only: to compare specs would cost more than the tree."""

    def __init__(self, spec: DagSpec) -> None:
        self.spec = spec

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and other.spec is self.spec

    def __hash__(self) -> int:
        return id(self.spec)


class Tree:
    """The groups and tasks of a DAG, each group's children in the order in which they run."""

    def __init__(self, spec: DagSpec) -> None:
        self.graph = Graph.compile(spec)
        self.tasks = {task.task_id: task for task in spec.tasks}
        self.groups = {group.group_id: group for group in spec.groups}
        self._parents = {group.group_id: group.parent or _ROOT for group in spec.groups}
        self._parents |= {task.task_id: task.group_id or _ROOT for task in spec.tasks}
        self._paths = {name: self._path(name) for name in self._parents}
        rank = {self.graph.ids[task]: place for place, task in enumerate(self.graph.order)}
        self._ranks = _lowest(rank, self._paths)
        self.children = self._ordered()

    def nodes(self, group_id: str) -> list[UINode]:
        """What lies directly in that group."""
        return [self._node(name) for name in self.children.get(group_id, ())]

    def tasks_below(self, group_id: str) -> list[str]:
        """The tasks of a group and of the groups in it, in the order in which they run."""
        found: list[str] = []
        for name in self.children.get(group_id, ()):
            found += [name] if name in self.tasks else self.tasks_below(name)
        return found

    def _path(self, name: str) -> tuple[str, ...]:
        """From the outermost group that it lies in to itself."""
        found, parent = [name], self._parents[name]
        while parent != _ROOT:
            found.append(parent)
            parent = self._parents.get(parent, _ROOT)
        return tuple(reversed(found))

    def _ordered(self) -> dict[str, list[str]]:
        lifted: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for task in self.tasks.values():
            for above in task.upstream:
                group, edge = _lift(self._paths[above], self._paths[task.task_id])
                lifted[group].add(edge)
        siblings: defaultdict[str, list[str]] = defaultdict(list)
        for name, parent in self._parents.items():
            siblings[parent].append(name)
        return {group: _sorted(names, lifted[group], self._ranks) for group, names in siblings.items()}

    def _node(self, name: str) -> UINode:
        task = self.tasks.get(name)
        if task is not None:
            return _task_node(task)
        group = self.groups[name]
        children = self.nodes(name)
        return UINode(
            id=name,
            label=group.display_name or name.rpartition(".")[2],
            type="group",
            is_mapped=group.mapping is not None,
            tooltip=group.tooltip or _beginning(group.doc_md),
            color=_chosen(group.ui_color),
            tasks=sum(child.tasks for child in children),
            children=tuple(children),
        )


def _task_node(task: TaskSpec) -> UINode:
    label = task.display_name or task.task_id
    if label == task.task_id and task.group_id:
        label = label.removeprefix(f"{task.group_id}.")
    return UINode(
        id=task.task_id,
        label=label,
        type="task",
        operator=task.operator,
        is_mapped=task.mapping is not None,
        role=_role(task),
        trigger_rule=task.trigger_rule,
        depends_on_past=task.depends_on_past,
        tooltip=_beginning(task.doc_md),
        color=_chosen(task.ui_color),
        has_outlets=bool(task.outlets),
    )


def _role(task: TaskSpec) -> Literal["setup", "teardown"] | None:
    if task.is_setup:
        return "setup"
    return "teardown" if task.is_teardown else None


def _chosen(color: str) -> str | None:
    return None if color in _PLAIN_COLORS else color


def _beginning(text: str | None) -> str | None:
    words = (text or "").strip()
    return None if not words else words if len(words) <= _TOOLTIP else f"{words[:_TOOLTIP]}…"


def _lowest(rank: Mapping[str, int], paths: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The rank of each task, and of each group the lowest of its tasks."""
    found = dict.fromkeys(paths, len(paths))
    for task_id, place in rank.items():
        for name in paths[task_id]:
            found[name] = min(found[name], place)
    return found


def _lift(above: Sequence[str], below: Sequence[str]) -> tuple[str, tuple[str, str]]:
    """The innermost group that holds both ends of an edge, and what in it the edge leads from and to."""
    depth = 0
    while above[depth] == below[depth]:
        depth += 1
    return above[depth - 1] if depth else _ROOT, (above[depth], below[depth])


def _sorted(names: Iterable[str], edges: Iterable[tuple[str, str]], rank: Mapping[str, int]) -> list[str]:
    """Each after what is above it, else by rank. Groups may lead into each other in a circle: what is left
    then goes by rank.
    """
    missing = dict.fromkeys(names, 0)
    below: defaultdict[str, list[str]] = defaultdict(list)
    for up, down in edges:
        below[up].append(down)
        missing[down] += 1
    free = [(rank[name], name) for name, count in missing.items() if not count]
    heapq.heapify(free)
    found: list[str] = []
    while free:
        _, name = heapq.heappop(free)
        found.append(name)
        for down in below[name]:
            missing[down] -= 1
            if not missing[down]:
                heapq.heappush(free, (rank[down], down))
    left = missing.keys() - found
    return found + sorted(left, key=lambda name: (rank[name], name))


def _task_edges(spec: DagSpec) -> Iterator[UIEdge]:
    setups = {task.task_id for task in spec.tasks if task.is_setup}
    for task in spec.tasks:
        for above in task.upstream:
            yield UIEdge(
                source=above,
                target=task.task_id,
                label=spec.edge_labels.get(f"{above}>>{task.task_id}"),
                is_setup_teardown=task.is_teardown and above in setups,
            )


def _group_edges(spec: DagSpec) -> Iterator[UIEdge]:
    """Those that lead from or to a group as a whole."""
    edges = {(above, group.group_id): None for group in spec.groups for above in group.upstream}
    tasks = {task.task_id for task in spec.tasks}
    for pair in spec.edge_labels:
        above, _, below = pair.partition(">>")
        if above not in tasks or below not in tasks:
            edges[above, below] = None
    for above, below in edges:
        label = spec.edge_labels.get(f"{above}>>{below}")
        yield UIEdge(source=above, target=below, label=label, group=True)


def _relations(spec: DagSpec) -> Iterator[UIRelation]:
    condition = asset_mentions.condition_of(spec.timetable)
    for leaf in conditions.leaves(condition) if condition is not None else ():
        ((kind, asset),) = leaf.items()
        yield _of_asset("schedule", None, {"type": kind, **asset})
    for task in spec.tasks:
        yield from _of_dags(task)
        for asset in task.inlets:
            yield _of_asset("inlet", task.task_id, asset)
        for asset in task.outlets:
            yield _of_asset("outlet", task.task_id, asset)


def _of_dags(task: TaskSpec) -> Iterator[UIRelation]:
    """By the fields that every age of these operators has."""
    fields = task.template_fields
    if isinstance(target := fields.get("trigger_dag_id"), str):
        yield UIRelation(kind="triggers", task_id=task.task_id, dag_id=target)
    if task.external is not None:
        marked = (str(task.external["task_id"]),) if task.external.get("task_id") else ()
        yield UIRelation(
            kind="marks",
            task_id=task.task_id,
            dag_id=str(task.external.get("dag_id")),
            external_task_ids=marked,
        )
    elif isinstance(target := fields.get("external_dag_id"), str):
        listed = fields.get("external_task_ids") or [fields.get("external_task_id")]
        awaited = tuple(str(name) for name in listed if name) if isinstance(listed, list) else ()
        yield UIRelation(kind="waits_for", task_id=task.task_id, dag_id=target, external_task_ids=awaited)


def _of_asset(
    kind: Literal["inlet", "outlet", "schedule"], task_id: str | None, asset: Mapping[str, Any]
) -> UIRelation:
    named = str(asset.get("type", "asset"))
    asset_type: Literal["asset", "alias", "ref"] = "asset"
    if named == "alias":
        asset_type = "alias"
    elif named.endswith("ref"):
        asset_type = "ref"
    uri = asset.get("uri")
    return UIRelation(
        kind=kind,
        task_id=task_id,
        asset=str(asset.get("name") or uri or ""),
        uri=None if uri is None else str(uri),
        asset_type=asset_type,
    )
