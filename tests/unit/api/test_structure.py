"""A DAG as it is drawn: the order of groups and tasks, and what leads where."""

from __future__ import annotations

from typing import Any

from tradewind.api import structure
from tradewind.domain.spec import DagSpec, GroupSpec, TaskSpec
from tradewind.domain.spec.timetable import AssetTriggeredTimetable


def spec(*tasks: TaskSpec, groups: tuple[GroupSpec, ...] = (), **more: Any) -> DagSpec:
    return DagSpec(dag_id="d", tasks=tasks, groups=groups, **more)


def task(task_id: str, *upstream: str, **more: Any) -> TaskSpec:
    return TaskSpec(task_id=task_id, upstream=upstream, **more)


def ids(nodes: list[Any]) -> list[Any]:
    """Ids, a group with those in it."""
    return [(node.id, ids(node.children)) if node.type == "group" else node.id for node in nodes]


def test_children_stand_in_the_order_in_which_they_run() -> None:
    found = structure.of(
        spec(
            task("a_last", "work.z"), task("b_first"),
            task("work.y", "work.z", group_id="work"), task("work.z", "b_first", group_id="work"),
            groups=(GroupSpec(group_id="work"),),
        ),
        3,
    )  # fmt: skip
    assert ids(found.nodes) == ["b_first", ("work", ["work.z", "work.y"]), "a_last"]
    assert (found.version_number, found.task_count, found.nodes[1].tasks) == (3, 4, 2)
    assert [child.label for child in found.nodes[1].children] == ["z", "y"]


def test_a_group_stands_after_what_one_of_its_tasks_waits_for() -> None:
    found = structure.of(
        spec(
            task("g.free", group_id="g"), task("g.late", "x", group_id="g"), task("x"),
            groups=(GroupSpec(group_id="g"),),
        ),
        1,
    )  # fmt: skip
    assert ids(found.nodes) == ["x", ("g", ["g.free", "g.late"])]


def test_groups_that_lead_into_each_other_are_all_there() -> None:
    found = structure.of(
        spec(
            task("a.1", group_id="a"), task("a.2", "b.1", group_id="a"), task("b.1", "a.1", group_id="b"),
            groups=(GroupSpec(group_id="a"), GroupSpec(group_id="b"), GroupSpec(group_id="b.e", parent="b")),
        ),
        1,
    )  # fmt: skip
    assert ids(found.nodes) == [("a", ["a.1", "a.2"]), ("b", ["b.1", ("b.e", [])])]


def test_edges_have_their_labels_and_kinds() -> None:
    found = structure.of(
        spec(
            task("down", "up"), task("make", is_setup=True), task("tear", "make", is_teardown=True),
            task("up"), task("g.1", "up", group_id="g"),
            groups=(GroupSpec(group_id="g", upstream=("up",)),),
            edge_labels={"up>>down": "yes", "up>>g": "no"},
        ),
        1,
    )  # fmt: skip
    edges = {(edge.source, edge.target): edge for edge in found.edges}
    assert edges["up", "down"].label == "yes" and not edges["up", "down"].group
    assert edges["up", "g"].label == "no" and edges["up", "g"].group
    assert edges["make", "tear"].is_setup_teardown
    assert {node.id: node.role for node in found.nodes if node.role} == {"make": "setup", "tear": "teardown"}


def test_relations_name_other_dags_and_assets() -> None:
    asset = {"type": "asset", "name": "table", "uri": "s3://table"}
    condition: dict[str, object] = {
        "any": [{"asset": {"name": "in", "uri": "s3://in"}}, {"alias": {"name": "al"}}]
    }
    found = structure.of(
        spec(
            task("fire", template_fields={"trigger_dag_id": "other"}),
            task("wait", template_fields={"external_dag_id": "third", "external_task_id": "t"}),
            task("mark", external={"dag_id": "fourth", "task_id": "m"}),
            task("write", outlets=(asset,), inlets=({"type": "ref", "name": "seen"},)),
            timetable=AssetTriggeredTimetable(condition=condition),
        ),
        1,
    )  # fmt: skip
    told = {
        (it.kind, it.task_id, it.dag_id, it.asset, it.asset_type, tuple(it.external_task_ids))
        for it in found.relations
    }
    assert told == {
        ("triggers", "fire", "other", None, None, ()),
        ("waits_for", "wait", "third", None, None, ("t",)),
        ("marks", "mark", "fourth", None, None, ("m",)),
        ("outlet", "write", None, "table", "asset", ()),
        ("inlet", "write", None, "seen", "ref", ()),
        ("schedule", None, None, "in", "asset", ()),
        ("schedule", None, None, "al", "alias", ()),
    }
