"""§1.5 A mapped instance reads its own element of a list, not the list."""

from __future__ import annotations

from typing import Any

import pytest

from tradewind.authoring import execution
from tradewind.authoring.dag import DAG
from tradewind.authoring.decorators import task
from tradewind.authoring.task_group import task_group
from tradewind.domain.errors import AirflowException
from tradewind.domain.messages import data


@task
def numbers():
    return []


@task
def others():
    return []


@task
def work(x=None, y=None):
    return (x, y)


def argument(runs: Any, dag: DAG, index: int) -> Any:
    """What the instance of "work" with that index gets."""
    prepared, context = execution.prepare(runs.ti(dag.get_task("work"), map_index=index))
    execution.render(prepared, context)
    return prepared.op_kwargs


def read(runs: Any) -> list[str]:
    """The requests for XComs, by kind."""
    return [type(request).__name__ for request in runs.link.asked if "XCom" in type(request).__name__]


def test_one_list(runs) -> None:
    with DAG("d") as dag:
        work.expand(x=numbers())
    runs.link.put("numbers", ["a", {"b": 1}])
    assert argument(runs, dag, 1) == {"x": {"b": 1}}
    assert read(runs) == ["GetXComElement"]


def test_the_last_of_two_lists_varies_fastest(runs) -> None:
    with DAG("d") as dag:
        work.expand(x=numbers(), y=others())
    runs.link.put("numbers", [1, 2, 3])
    runs.link.put("others", ["a", "b"])
    assert [argument(runs, dag, index) for index in (0, 3, 5)] == [
        {"x": 1, "y": "a"}, {"x": 2, "y": "b"}, {"x": 3, "y": "b"},
    ]  # fmt: skip
    assert set(read(runs)) == {"GetXComElement"}


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        (lambda a, b: a.map(lambda x: x * 10), 20),
        (lambda a, b: a.zip(b), (2, "b")),
        (lambda a, b: a.zip(b).map(lambda pair: pair[1] * pair[0]), "bb"),
    ],
)
def test_through_functions_and_side_by_side(runs, over, expected) -> None:
    with DAG("d") as dag:
        work.expand(x=over(numbers(), others()))
    runs.link.put("numbers", [1, 2])
    runs.link.put("others", ["a", "b"])
    assert argument(runs, dag, 1) == {"x": expected}
    assert set(read(runs)) == {"GetXComElement"}


def test_what_is_no_list_is_read_as_a_whole(runs) -> None:
    with DAG("d") as dag:
        work.expand(x=numbers())
    runs.link.put("numbers", {"k": 1, "l": 2})
    assert argument(runs, dag, 1) == {"x": ("l", 2)}
    assert read(runs) == ["GetXComElement", "GetXCom"]


def test_what_is_not_there(runs) -> None:
    with DAG("d") as dag:
        work.expand(x=numbers())
    with pytest.raises(AirflowException, match="Only lists and dicts can be mapped over, got None"):
        argument(runs, dag, 0)


def test_beyond_the_end(runs) -> None:
    with DAG("d") as dag:
        work.expand_kwargs(numbers())
    runs.link.put("numbers", [{"x": 1}])
    with pytest.raises(AirflowException, match="has no instance 1"):
        argument(runs, dag, 1)
    assert data.GetXComElement in {type(request) for request in runs.link.asked}


@pytest.mark.parametrize(
    ("index", "words"),
    [(-1, "Task 'work' is mapped: say which instance is meant"), (4, "Task 'work' has no instance 4")],
)
@pytest.mark.parametrize("given", [{"x": [1, 2], "y": [3, 4]}, [{"x": 1}] * 4, {"x": []}])
def test_an_instance_that_there_is_not(runs: Any, given: Any, index: int, words: str) -> None:
    """As when somebody tries out a mapped task, without an index or with a wrong one."""
    with DAG("d") as dag:
        work.expand_kwargs(given) if isinstance(given, list) else work.expand(**given)
    with pytest.raises(AirflowException, match=words):
        argument(runs, dag, index)


def test_a_group_instance_that_there_is_not(runs: Any) -> None:
    with DAG("d") as dag:

        @task_group
        def group(x: Any) -> None:
            work(x)

        group.expand(x=[1])
    made = dag.get_task("group.work")
    prepared, context = execution.prepare(runs.ti(made, map_index=-1))
    with pytest.raises(AirflowException, match="Task group 'group' is mapped: say which instance is meant"):
        execution.render(prepared, context)
