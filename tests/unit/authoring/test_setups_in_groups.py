"""§1.4, §1.6: setups and teardowns: where arrows from a group start, what stands inside a block."""

from __future__ import annotations

from tradewind.authoring.dag import DAG
from tradewind.authoring.decorators import task
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.task_group import TaskGroup


def empty(task_id: str) -> EmptyOperator:
    return EmptyOperator(task_id=task_id)


def test_the_work_before_a_teardown_counts_beside_other_leaves() -> None:
    with DAG("d"), TaskGroup("g") as group:
        make, work, clean = empty("make").as_setup(), empty("work"), empty("clean")
        make >> work >> clean.as_teardown(setups=make)
        empty("other")
    assert {task.task_id for task in group.leaves} == {"g.work", "g.other"}


def test_work_that_goes_on_elsewhere_in_the_group_does_not() -> None:
    with DAG("d"), TaskGroup("g") as group:
        make, work, clean = empty("make").as_setup(), empty("work"), empty("clean")
        make >> work >> clean.as_teardown(setups=make)
        work >> empty("more")
    assert {task.task_id for task in group.leaves} == {"g.more"}


def test_teardowns_in_a_row() -> None:
    with DAG("d"), TaskGroup("g") as group:
        work, first, second = empty("work"), empty("first").as_teardown(), empty("second").as_teardown()
        work >> first >> second
    assert {task.task_id for task in group.leaves} == {"g.work"}


def test_a_setup_and_its_teardown_alone_hold_nobody_up() -> None:
    with DAG("d"):
        with TaskGroup("g") as group:
            make = empty("make").as_setup()
            make >> empty("clean").as_teardown(setups=make)
        after = empty("after")
        group >> after
    assert after.upstream_task_ids == set()


def test_mapped_tasks_made_inside_a_setup_block_stand_between() -> None:
    with DAG("d") as dag:
        make, clean = empty("make").as_setup(), empty("clean")
        with clean.as_teardown(setups=make):
            task(task_id="each")(lambda x: x).expand(x=[1, 2])
    assert dag.get_task("each").upstream_task_ids == {"make"}
    assert dag.get_task("each").downstream_task_ids == {"clean"}


def test_a_block_joins_its_first_and_last_tasks_only() -> None:
    with DAG("d") as dag:
        make, clean = empty("make").as_setup(), empty("clean")
        with clean.as_teardown(setups=make):
            empty("first") >> empty("last")
            empty("alone")
    above = {one.task_id: one.upstream_task_ids for one in dag.tasks}
    assert above == {
        "make": set(), "first": {"make"}, "last": {"first"}, "alone": {"make"},
        "clean": {"make", "last", "alone"},
    }  # fmt: skip


def test_a_block_in_a_block_stands_between_its_setups_and_teardowns() -> None:
    with DAG("d") as dag:
        outer, inner = empty("outer").as_setup(), empty("inner").as_setup()
        with empty("outer_clean").as_teardown(setups=outer), empty("inner_clean").as_teardown(setups=inner):
            empty("work")
    assert dag.get_task("inner").upstream_task_ids == {"outer"}
    assert dag.get_task("work").upstream_task_ids == {"inner"}
    assert dag.get_task("outer_clean").upstream_task_ids == {"outer", "inner_clean"}
