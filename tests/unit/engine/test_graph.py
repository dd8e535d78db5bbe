from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.oracle import EPOCH, Oracle
from tests.unit.engine.worlds import dag, task

from tradewind.domain.errors import AirflowDagCycleException, DuplicateTaskIdFound, InvalidValue, TaskNotFound
from tradewind.domain.spec import DagSpec, GroupSpec, MappingSpec, TaskSpec
from tradewind.domain.spec.mapping import MapInput
from tradewind.engine.graph import Graph


def compile(*tasks: TaskSpec) -> Graph:
    return Graph.compile(dag(*tasks))


def test_edges_run_both_ways() -> None:
    graph = compile(task("a"), task("b", "a"), task("c", "a", "b"))
    assert graph.upstream == ((), (0,), (0, 1))
    assert graph.downstream == ((1, 2), (2,), ())
    assert graph.roots == (0,)
    assert graph.leaves == {2}


def test_cycle_is_told_with_its_path() -> None:
    with pytest.raises(AirflowDagCycleException) as caught:
        compile(task("a"), task("b", "a", "d"), task("c", "b"), task("d", "c"), task("e", "d"))
    path = caught.value.path
    assert path[0] == path[-1]
    assert set(path) == {"b", "c", "d"}
    edges = {("d", "b"), ("b", "c"), ("c", "d")}
    assert set(itertools.pairwise(path)) == edges


def test_task_below_itself_is_a_cycle() -> None:
    with pytest.raises(AirflowDagCycleException, match="a >> a"):
        compile(task("a", "a"))


def test_two_tasks_of_one_id_are_refused() -> None:
    with pytest.raises(DuplicateTaskIdFound, match="'a'"):
        compile(task("a"), task("a"))


def test_unknown_upstream_is_named() -> None:
    with pytest.raises(TaskNotFound, match=r"'extracr'.*Did you mean 'extract'"):
        compile(task("extract"), task("load", "extracr"))


def test_unknown_trigger_rule_is_refused() -> None:
    with pytest.raises(InvalidValue, match="trigger_rule"):
        compile(task("a", trigger_rule="sometimes"))


def test_graph_of_a_spec_is_compiled_once() -> None:
    spec = dag(task("a"))
    assert Graph.compile(spec) is Graph.compile(spec)
    assert Graph.compile(dag(task("a"))) is not Graph.compile(spec)


def test_leaves_look_through_teardowns() -> None:
    work, teardown = task("work"), task("teardown", "work", is_teardown=True)
    assert compile(work, teardown).leaves == {1}
    strict = task("teardown", "work", is_teardown=True, on_failure_fail_dagrun=True)
    assert compile(work, strict).leaves == {0}
    assert compile(task("t1", is_teardown=True), task("t2", "t1", is_teardown=True)).leaves == {1}


@st.composite
def weighted(draw: st.DrawFn) -> DagSpec:
    tasks: list[TaskSpec] = []
    for name in "abcdefgh"[: draw(st.integers(1, 8))]:
        above = draw(st.lists(st.sampled_from([t.task_id for t in tasks]), max_size=4)) if tasks else []
        rule = draw(st.sampled_from(["downstream", "upstream", "absolute", "a.plugin.Strategy"]))
        weight = draw(st.sampled_from([1, 1, 5, -3, 2**31 - 1]))
        tasks.append(task(name, *set(above), priority_weight=weight, weight_rule=rule))
    return dag(*tasks)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(weighted())
def test_priorities_add_each_distinct_task_once(spec: DagSpec) -> None:
    oracle = Oracle(spec, EPOCH)
    for each, found in zip(spec.tasks, Graph.compile(spec).priority, strict=True):
        near = {"downstream": oracle.below, "upstream": oracle.above}.get(each.weight_rule, lambda _: set())
        total = each.priority_weight + sum(oracle.task(other).priority_weight for other in near(each.task_id))
        assert found == min(max(total, -(2**31)), 2**31 - 1)


def test_rows_of_a_new_run() -> None:
    spec = dag(
        task("early", end_date=EPOCH - timedelta(days=1)),
        task("late", start_date=EPOCH + timedelta(days=1)),
        task("literal", mapping=MappingSpec(inputs=(MapInput(length=2), MapInput(length=2)))),
        task("none", mapping=MappingSpec(inputs=(MapInput(length=0),))),
        task("now"),
        task("xcom", "now", mapping=MappingSpec(inputs=(MapInput(task_id="now"),))),
    )
    graph = Graph.compile(spec)
    rows = [(each.task_id, index) for each, index in graph.rows(logical_date=EPOCH, run_type="manual")]
    literal = [("literal", index) for index in range(4)]
    assert rows == [*literal, ("none", -1), ("now", -1), ("xcom", -1)]
    only = graph.rows(logical_date=None, run_type="manual", only_tasks=("late", "now"))
    assert [each.task_id for each, _ in only] == ["late", "now"]


def test_task_lies_in_its_nearest_mapped_group() -> None:
    mapping = MappingSpec(inputs=(MapInput(task_id="a"),))
    groups = (
        GroupSpec(group_id="g", mapping=mapping),
        GroupSpec(group_id="g.in", parent="g"),
        GroupSpec(group_id="h"),
    )
    graph = Graph.compile(
        dag(task("a"), task("b", "a", group_id="g.in"), task("c", group_id="h"), groups=groups)
    )
    assert graph.chains == [(), (0,), ()]
    assert graph.groups[0].tasks == (1,)
    assert graph.feeds == {0: (0,)}


def test_long_chain_and_wide_fan_compile_without_recursion() -> None:
    names = [f"t{number:05}" for number in range(5000)]
    chain = compile(
        *(task(name, *names[place - 1 : place] if place else ()) for place, name in enumerate(names))
    )
    assert chain.priority[0] == 5000
    fan = compile(task("root"), *(task(name, "root") for name in names))
    assert fan.priority[fan.index["root"]] == 5001
