"""§1.4 Each argument of a task group; §1.5 what bounds and feeds mapped tasks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tradewind.authoring import execution, to_spec
from tradewind.authoring.dag import DAG
from tradewind.authoring.decorators import task
from tradewind.authoring.operators.bash import BashOperator
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.task_group import TaskGroup
from tradewind.authoring.xcom_sequences import LazyXComSequence
from tradewind.domain.errors import AirflowException
from tradewind.domain.messages import data
from tradewind.worker import reporting
from tradewind.worker.work import Work

AT = datetime(2024, 1, 31, tzinfo=UTC)


def test_every_argument() -> None:
    with DAG("d") as dag:
        outer = TaskGroup("outer", default_args={"retries": 2})
        inner = TaskGroup(
            group_id="inner", parent_group=outer, prefix_group_id=False, tooltip="tip", doc_md="doc",
            ui_color="red", ui_fgcolor="blue", group_display_name="Inner",
        )  # fmt: skip
        twin = TaskGroup("inner", parent_group=outer, add_suffix_on_collision=True)
        with inner:
            made = EmptyOperator(task_id="a")
    assert (inner.group_id, twin.group_id, made.task_id, made.retries) == (
        "outer.inner",
        "outer.inner__1",
        "a",
        2,
    )
    spec = next(group for group in to_spec.to_spec(dag).groups if group.group_id == "outer.inner")
    assert (spec.parent, spec.display_name, spec.tooltip, spec.doc_md) == ("outer", "Inner", "tip", "doc")
    assert (spec.ui_color, spec.ui_fgcolor) == ("red", "blue")


def test_how_many_instances_at_once() -> None:
    """§1.5 max_active_tis_per_dagrun, map_index_template."""
    with DAG("d"):
        made = BashOperator.partial(
            task_id="a", max_active_tis_per_dagrun=2, map_index_template="{{ task.bash_command }}"
        ).expand(bash_command=["x"])
    spec = to_spec.task_spec(made)
    assert (spec.max_active_tis_per_dagrun, spec.mapping.map_index_template) == (2, "{{ task.bash_command }}")


@pytest.mark.parametrize(("length", "fits"), [(3, True), (4, False)])
def test_a_list_that_is_too_long_to_be_mapped_over(runs: Any, length: int, fits: bool) -> None:
    """§1.5 max_map_length."""
    with DAG("d") as dag:

        @task
        def lengthy() -> list[int]: ...

        @task
        def each(x: int) -> None: ...

        each.expand(x=lengthy())
    ti = runs.ti(dag.get_task("lengthy"))
    work = Work(ti.assignment, ti.task, runs.link, began=AT, hostname="h")
    work.task, work.context = execution.prepare(work.ti)
    if fits:
        assert reporting.of(work, list(range(length)), 3).outcome.lengths == {"return_value": length}
    else:
        with pytest.raises(AirflowException, match="max_map_length allows 3"):
            reporting.of(work, list(range(length)), 3)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (None, "did not push XCom for task mapping"),
        ("abc", "unmappable return type 'str'"),
        (3, "unmappable return type 'int'"),
        ({1}, "unmappable return type 'set'"),
        ((1, 2), ""),
        ({}, ""),
    ],
)
def test_a_result_that_nothing_can_be_mapped_over_fails_its_task(runs: Any, result: Any, said: str) -> None:
    """§1.5: and not the tasks that were to be mapped over it, without a word."""
    with DAG("d") as dag:

        @task
        def makes() -> Any: ...

        @task
        def each(x: int) -> None: ...

        @task
        def whole(x: Any) -> None: ...

        each.expand(x=makes())
        whole(makes.override(task_id="free")())
    for name, message in (("makes", said), ("free", "")):
        ti = runs.ti(dag.get_task(name))
        work = Work(ti.assignment, ti.task, runs.link, began=AT, hostname="h")
        work.task, work.context = execution.prepare(work.ti)
        if message:
            with pytest.raises(AirflowException, match=message):
                reporting.of(work, result, 100)
        else:
            reporting.of(work, result, 100)


def test_results_of_all_instances_are_fetched_as_they_are_looked_at(runs: Any) -> None:
    """§1.5 LazyXComSequence."""
    for index in range(3):
        runs.link.put("m", index * 10, map_index=index)
    with DAG("d"):
        ti = runs.ti(EmptyOperator(task_id="a"))
    runs.link.answers[data.CountXCom] = 3
    found = LazyXComSequence(ti, "m", "d", "return_value", None)
    assert runs.link.asked == []
    assert len(found) == 3
    assert list(found) == [0, 10, 20]
