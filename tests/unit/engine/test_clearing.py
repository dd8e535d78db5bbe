from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.ledger import Row
from tests.unit.engine.oracle import EPOCH, Oracle
from tests.unit.engine.worlds import dag, task

from tradewind.domain.errors import IllegalMove, InvalidValue, TaskNotFound
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.states import TASK_MOVES, State, TaskInstanceState
from tradewind.engine import clearing
from tradewind.engine.graph import Graph

T = TaskInstanceState
LINE = dag(task("extract"), task("load", "transform"), task("other"), task("transform", "extract"))


def chosen(spec: DagSpec, *task_ids: str, upstream: bool = False, downstream: bool = False) -> set[str]:
    return set(
        clearing.select_tasks(
            Graph.compile(spec), task_ids=task_ids, upstream=upstream, downstream=downstream
        )
    )


def row(task_id: str, state: State, index: int = -1, tries: int = 1) -> Row:
    return Row(
        task_id=task_id, map_index=index, attempt_id=task_id, state=state, try_number=tries, max_tries=2
    )


def test_named_tasks_with_what_is_above_and_below() -> None:
    assert chosen(LINE, "transform") == {"transform"}
    assert chosen(LINE, "transform", downstream=True) == {"transform", "load"}
    assert chosen(LINE, "transform", upstream=True) == {"extract", "transform"}


def test_regex_matches_anywhere() -> None:
    assert clearing.select_tasks(Graph.compile(LINE), regex="tra") == {"extract", "transform"}
    assert clearing.select_tasks(Graph.compile(LINE), regex="^tra") == {"transform"}


def test_without_names_all_tasks_are_meant() -> None:
    assert clearing.select_tasks(Graph.compile(LINE)) == set(Graph.compile(LINE).ids)


def test_bad_input_is_named() -> None:
    with pytest.raises(TaskNotFound, match="Did you mean 'load'"):
        chosen(LINE, "lod")
    with pytest.raises(InvalidValue, match="regular expression"):
        clearing.select_tasks(Graph.compile(LINE), regex="(")


def test_setups_come_with_the_work_that_stands_on_them() -> None:
    scope = task("setup", is_setup=True), task("teardown", "setup", "work", is_teardown=True)
    spec = dag(*scope, task("work", "setup"), task("after", "work"))
    assert chosen(spec, "work") == {"setup", "work", "teardown"}
    assert chosen(spec, "setup") == {"setup", "teardown"}
    assert chosen(spec, "after") == {"after"}
    assert chosen(spec, "after", upstream=True) == {"after", "work", "setup", "teardown"}


def test_states_and_map_indexes_narrow() -> None:
    rows = [
        row("a", T.FAILED, 0),
        row("a", T.RUNNING, 1),
        row("a", T.SUCCESS, 2),
        row("b", T.UPSTREAM_FAILED),
    ]

    def found(**wanted: object) -> list[tuple[str, int]]:
        return [(r.task_id, r.map_index) for r in clearing.select(rows, {"a", "b"}, **wanted)]  # type: ignore[arg-type]

    assert found(only_failed=True) == [("a", 0), ("b", -1)]
    assert found(only_running=True) == [("a", 1)]
    assert found(only_failed=True, only_running=True) == [("a", 0), ("a", 1), ("b", -1)]
    assert found(map_indexes={"a": {1, 2}}) == [("a", 1), ("a", 2), ("b", -1)]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.integers(0, 2**32))
def test_selection_agrees_with_a_naive_one(seed: int) -> None:
    dice = random.Random(seed)
    tasks: list[TaskSpec] = []
    for name in "abcdefg":
        above = [each.task_id for each in tasks if dice.random() < 0.3]
        tasks.append(task(name, *above))
    spec = dag(*tasks)
    oracle = Oracle(spec, EPOCH)
    named = [each.task_id for each in tasks if dice.random() < 0.4]
    up, down = dice.random() < 0.5, dice.random() < 0.5
    wanted = set(named)
    for each in named:
        wanted |= (oracle.above(each) if up else set()) | (oracle.below(each) if down else set())
    assert chosen(spec, *named, upstream=up, downstream=down) == wanted


def test_clearing_starts_over_with_all_retries() -> None:
    effect = clearing.clear(row("a", T.FAILED, tries=3), retries=2)
    assert (effect.state, effect.max_tries, effect.stop) == (None, 5, False)


@pytest.mark.parametrize("state", [None, *T])
def test_clearing_a_process_stops_it_first(state: State) -> None:
    effect = clearing.clear(row("a", state), retries=0)
    assert effect.stop is (state in (T.RUNNING, T.RESTARTING, T.QUEUED))
    assert effect.state is (T.RESTARTING if state in (T.RUNNING, T.RESTARTING) else None)
    assert effect.state is state or effect.state in TASK_MOVES[state]


def test_mark_stops_what_runs() -> None:
    assert clearing.mark(row("a", T.RUNNING), T.FAILED) == clearing.Effect(
        state=T.FAILED, max_tries=2, stop=True
    )
    assert not clearing.mark(row("a", T.SUCCESS), T.FAILED).stop
    with pytest.raises(InvalidValue, match="failed, skipped, success"):
        clearing.mark(row("a", None), T.QUEUED)


def test_after_a_mark_failed_ones_below_get_another_chance() -> None:
    rows = [row("extract", T.SUCCESS), row("transform", T.UPSTREAM_FAILED), row("load", T.SKIPPED)]
    again = clearing.after_mark(Graph.compile(LINE), rows, {"extract"})
    assert [each.task_id for each in again] == ["transform"]


def test_run_marked_failed_leaves_teardowns_to_run() -> None:
    graph = Graph.compile(dag(task("a"), task("b"), task("c"), task("t", "a", is_teardown=True)))
    rows = [row("a", T.RUNNING), row("b", None), row("c", T.SUCCESS), row("t", None)]
    effects, ends = clearing.mark_run(graph, rows, T.FAILED)
    assert {each.task_id: effect.state for each, effect in effects} == {"a": T.FAILED, "b": T.SKIPPED}
    assert not ends


def test_run_marked_success_ends_with_everything_a_success() -> None:
    graph = Graph.compile(dag(task("a"), task("b"), task("c")))
    rows = [row("a", T.FAILED), row("b", None), row("c", T.REMOVED)]
    effects, ends = clearing.mark_run(graph, rows, T.SUCCESS)
    assert {each.task_id: effect.state for each, effect in effects} == {"a": T.SUCCESS, "b": T.SUCCESS}
    assert ends
    with pytest.raises(InvalidValue):
        clearing.mark_run(graph, rows, T.SKIPPED)


def test_out_of_turn_begins_the_next_try_behind_nothing() -> None:
    graph = Graph.compile(LINE)
    begun, scheduled = clearing.out_of_turn(row("load", T.FAILED), graph, now=EPOCH, new_attempt="new")
    assert begun is not None
    assert (begun.attempt_id, begun.new_attempt_id, begun.try_number) == ("load", "new", 2)
    assert (scheduled.attempt_id, scheduled.try_number) == ("new", 2)
    begun, scheduled = clearing.out_of_turn(row("load", None, tries=0), graph, now=EPOCH, new_attempt="new")
    assert (begun, scheduled.attempt_id, scheduled.try_number) == (None, "load", 1)


@pytest.mark.parametrize("state", sorted(set(T) - clearing.MAY_RUN_OUT_OF_TURN))
def test_what_is_at_work_is_not_run_out_of_turn(state: TaskInstanceState) -> None:
    with pytest.raises(IllegalMove):
        clearing.out_of_turn(row("load", state), Graph.compile(LINE), now=EPOCH, new_attempt="new")
