"""A run as a whole: what follows what, how it ends, what a new DAG version does to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.engine.oracle import EPOCH
from tests.unit.engine.worlds import World, dag, task

from tradewind.domain import events
from tradewind.domain.errors import IllegalMove
from tradewind.domain.spec import MappingSpec
from tradewind.domain.spec.mapping import MapInput
from tradewind.domain.states import DagRunState, TaskInstanceState
from tradewind.engine.facts import InstanceFacts
from tradewind.engine.graph import Graph

T = TaskInstanceState
FAILED = events.Failed(reason="it raised")


def regraph(world: World, *tasks: object) -> None:
    spec = dag(*tasks)  # type: ignore[arg-type]
    world.ledger.retries = {each.task_id: each.retries for each in spec.tasks}
    world.machine.regraph(Graph.compile(spec), world.now)


# --- how it runs and ends -------------------------------------------------------------------------------


def test_queued_run_decides_nothing_until_it_starts() -> None:
    world = World(dag(task("a")))
    assert not world.decide()
    assert world.machine.next_wake() is None
    world.begin()
    assert world.states() == {"a": T.SCHEDULED}
    with pytest.raises(IllegalMove):
        world.machine.start(world.now)


def test_what_follows_is_decided_upstream_first() -> None:
    """Whether z is skipped or fails must not hang on which path to it was walked first."""
    short = task("q", "a", trigger_rule="all_skipped")
    long = task("b", "a"), task("c", "b"), task("d", "c")
    world = World(dag(task("a"), short, *long, task("z", "q", "d"))).begin()
    world.end("a", FAILED)
    assert world.states()["q"] is T.SKIPPED
    assert world.states()["z"] is T.UPSTREAM_FAILED


def test_run_without_tasks_succeeds() -> None:
    assert World(dag()).begin().state is DagRunState.SUCCESS


@pytest.mark.parametrize(("outcome", "end"), [(events.Succeeded(), "success"), (FAILED, "failed")])
def test_run_ends_as_its_leaves_and_says_why(outcome: events.AnyOutcome, end: str) -> None:
    world = World(dag(task("a"), callbacks=("success", "failure"))).begin()
    decisions = world.end("a", outcome)
    assert world.state == end
    assert [each.reason for each in decisions.run] == ["success" if end == "success" else "task_failure"]
    assert [each.kind for each in decisions.callbacks] == [
        "dag_success" if end == "success" else "dag_failure"
    ]


def test_failed_teardown_does_not_fail_the_run() -> None:
    tasks = (
        task("s", is_setup=True), task("w", "s"),
        task("t", "s", "w", is_teardown=True, trigger_rule="all_done_setup_success"),
    )  # fmt: skip
    world = World(dag(*tasks)).begin()
    for each in ("s", "w"):
        world.end(each)
    world.end("t", FAILED)
    assert world.state is DagRunState.SUCCESS


def test_run_that_takes_too_long_is_failed_and_its_processes_stopped() -> None:
    world = World(dag(task("a"), task("b", "a"), dagrun_timeout=60.0)).begin()
    world.start("a")
    world.decide()
    assert world.machine.next_wake() == EPOCH + timedelta(seconds=60)
    decisions = world.wait(60)
    assert decisions.stops == [("attempt-1", 1)]
    assert world.states() == {"a": T.SKIPPED, "b": T.SKIPPED}
    assert decisions.run[0].reason == "timed_out"


def test_time_out_in_the_turn_of_a_retry_tells_only_the_end() -> None:
    world = World(dag(task("a", retries=1), dagrun_timeout=60.0)).begin()
    world.start("a")
    world.decide()
    world.now += timedelta(seconds=60)
    decisions = world.end("a", FAILED)
    assert not decisions.retries
    assert world.states() == {"a": T.SKIPPED}


def test_stuck_run_is_failed() -> None:
    """A removed upstream can satisfy all_skipped no more."""
    mapped = task("m", mapping=MappingSpec(inputs=(MapInput(length=1),)))
    world = World(dag(mapped, task("z", "m", trigger_rule="all_skipped")))
    world.ledger.rows["attempt-1"].state = T.REMOVED
    world.reload()
    decisions = world.begin().machine
    assert decisions.state is DagRunState.FAILED
    assert world.states() == {"m[0]": T.REMOVED, "z": None}


def test_fail_fast_stops_everything_but_teardowns() -> None:
    tasks = (
        task("a"), task("r"), task("q"), task("s"), task("z", "s"),
        task("t", "s", is_teardown=True, trigger_rule="all_done_setup_success"),
    )  # fmt: skip
    world = World(dag(*tasks, fail_fast=True)).begin()
    world.start("r")
    world.queue("q")
    decisions = world.end("a", FAILED)
    assert world.states() == {
        "a": T.FAILED, "r": T.FAILED, "q": T.SKIPPED, "s": T.SKIPPED, "z": T.SKIPPED, "t": T.SCHEDULED,
    }  # fmt: skip
    assert len(decisions.stops) == 2


# --- dates and the past -----------------------------------------------------------------------------------


def test_run_of_the_future_waits_for_its_date() -> None:
    world = World(dag(task("a")), logical_date=EPOCH + timedelta(hours=1)).begin()
    assert world.states() == {"a": None}
    assert world.machine.next_wake() == EPOCH + timedelta(hours=1)
    world.wait(3600)
    assert world.states() == {"a": T.SCHEDULED}


def test_row_of_a_task_that_takes_no_part_is_removed() -> None:
    spec = dag(task("a", start_date=EPOCH), task("b", "a"))
    world = World(spec, logical_date=EPOCH - timedelta(days=1))
    world.ledger.add(InstanceFacts(task_id="a", attempt_id="extra"))
    world.reload()
    world.begin()
    assert world.states() == {"b": T.SCHEDULED, "a": T.REMOVED}


def test_task_waits_for_the_past_and_the_run_with_it() -> None:
    world = World(dag(task("a", depends_on_past=True), task("b", "a")), unmet=("a",)).begin()
    assert world.states() == {"a": None, "b": None}
    assert world.state is DagRunState.RUNNING
    world.say(events.PastMoved(task_id="a", met=True))
    world.decide()
    assert world.states()["a"] is T.SCHEDULED


def test_what_a_run_says_to_the_next_one() -> None:
    tasks = (task("a", wait_for_downstream=True), task("b", "a"), task("c", "b"))
    world = World(dag(*tasks)).begin()
    assert not world.machine.past_for("a")
    world.end("a")
    assert not world.machine.past_for("a"), "b has not succeeded"
    world.end("b")
    assert world.machine.past_for("a")
    assert world.machine.past_for("b")
    assert not world.machine.past_for("c")
    assert world.machine.past_for("not in the DAG")


# --- branches -----------------------------------------------------------------------------------------------


def test_branch_skips_at_once_and_is_remembered_for_a_clear() -> None:
    sides = task("left", "branch"), task("right", "branch")
    world = World(dag(task("branch"), *sides, task("z", "left", "right"))).begin()
    world.end("branch", events.Succeeded(skip=("right",)))
    assert world.states() == {"branch": T.SUCCESS, "left": T.SCHEDULED, "right": T.SKIPPED, "z": T.SKIPPED}
    row = next(row for row in world.ledger.rows.values() if row.task_id == "right")
    row.state = None
    world.reload(skips={"branch": {-1: ("right",)}})
    world.decide()
    assert world.states()["right"] is T.SKIPPED


def test_branch_skips_what_another_task_above_has_failed_already() -> None:
    """Who ends first, the branch or the task that fails, makes no difference to the outcome."""
    joined = task("joined", "branch", "broken")
    for first, second in (("broken", "branch"), ("branch", "broken")):
        ends = {"broken": FAILED, "branch": events.Succeeded(skip=("joined",))}
        world = World(dag(task("branch"), task("broken"), joined)).begin()
        world.end(first, ends[first])
        world.end(second, ends[second])
        assert world.states()["joined"] is T.SKIPPED
        assert world.state is DagRunState.SUCCESS


def test_short_circuit_skips_everything_below_but_teardowns() -> None:
    tasks = (
        task("c"), task("d", "c"), task("e", "d", trigger_rule="always"), task("x"),
        task("t", "e", is_teardown=True, trigger_rule="all_done_setup_success"),
    )  # fmt: skip
    world = World(dag(*tasks)).begin()
    world.end("c", events.Succeeded(skip_all_downstream=True))
    assert {name for name, state in world.states().items() if state is T.SKIPPED} == {"d", "e"}
    assert world.states()["t"] is T.SCHEDULED
    for row in world.ledger.rows.values():
        row.state = None if row.task_id in ("d", "t") else row.state
    world.reload(skips={"c": {-1: ("*",)}})
    world.decide()
    assert (world.states()["d"], world.states()["t"]) == (T.SKIPPED, T.SCHEDULED)


def test_always_does_not_wait_for_setups() -> None:
    """A setup further up that did not succeed holds the others of its scope back, not this rule."""
    tasks = (
        task("s", is_setup=True), task("w", "s"), task("e", "w", trigger_rule="all_done"),
        task("a", "w", trigger_rule="always"),
        task("t", "s", "e", "a", is_teardown=True, trigger_rule="all_done_setup_success"),
    )  # fmt: skip
    world = World(dag(*tasks)).begin()
    assert world.states()["a"] is T.SCHEDULED
    world.end("s", FAILED)
    assert (world.states()["e"], world.states()["a"]) == (T.UPSTREAM_FAILED, T.SCHEDULED)


def test_only_some_tasks_of_a_backfill() -> None:
    world = World(dag(task("a"), task("b", "a"), task("c", "b")), only_tasks=("b",)).begin()
    assert world.states() == {"b": T.SCHEDULED}
    world.end("b")
    assert world.state is DagRunState.SUCCESS


def test_a_part_of_a_dag_ends_by_its_own_leaves() -> None:
    """What comes after the part does not run, so it cannot say that the part failed."""
    tasks = task("a"), task("b", "a"), task("c", "b"), task("t", "a", is_teardown=True)
    world = World(dag(*tasks), only_tasks=("a", "t")).begin()
    world.end("a", FAILED)
    world.decide()
    assert world.state is DagRunState.FAILED


# --- a DAG edited while it runs ---------------------------------------------------------------------------


def test_shorter_retry_delay_frees_a_waiting_task() -> None:
    world = World(dag(task("a", retries=1, retry_delay=86400.0))).begin()
    world.end("a", FAILED)
    world.wait(100)
    regraph(world, task("a", retries=1, retry_delay=60.0))
    world.decide()
    assert world.states() == {"a": T.SCHEDULED}


def test_new_version_adds_and_removes_tasks() -> None:
    world = World(dag(task("a"), task("b", "a"), task("gone", "a"), task("z", "b", "gone"))).begin()
    regraph(world, task("a"), task("b", "a"), task("new", "a", retries=2), task("z", "b", "new"))
    world.decide()
    assert world.states() == {"a": T.SCHEDULED, "b": None, "gone": T.REMOVED, "z": None, "new": None}
    assert world.view("new").max_tries == 2
    for each in ("a", "b", "new"):
        world.end(each)
    assert world.states()["z"] is T.SCHEDULED


def test_running_attempt_of_a_removed_task_finishes_on_its_code() -> None:
    world = World(dag(task("a"), task("b"))).begin()
    world.start("a")
    world.end("b")
    regraph(world, task("b"))
    world.decide()
    assert world.states() == {"a": T.RUNNING, "b": T.SUCCESS}
    assert world.state is DagRunState.RUNNING
    world.end("a", FAILED)
    assert world.states() == {"a": T.FAILED, "b": T.SUCCESS}
    assert world.state is DagRunState.SUCCESS


@pytest.mark.parametrize(
    "outcome",
    [events.Deferred(classpath="x.Y"), events.Rescheduled(until=EPOCH)],
    ids=["defers", "reschedules"],
)
def test_removed_task_that_would_go_on_later_is_removed(outcome: events.AnyOutcome) -> None:
    """Its code is not there any more: nothing would ever resume it, and its run would never end."""
    world = World(dag(task("a"), task("b"))).begin()
    world.start("a")
    world.end("b")
    regraph(world, task("b"))
    world.decide()
    world.end("a", outcome)
    assert world.states() == {"a": T.REMOVED, "b": T.SUCCESS}
    assert world.state is DagRunState.SUCCESS


def test_task_that_comes_back_is_restored() -> None:
    world = World(dag(task("a"), task("b", "a"))).begin()
    regraph(world, task("a"))
    world.decide()
    regraph(world, task("a"), task("b", "a", retries=1))
    decisions = world.decide()
    assert [each.max_tries for each in decisions.resets] == [1]
    assert world.states() == {"a": T.SCHEDULED, "b": None}


def test_ready_follows_the_new_version() -> None:
    world = World(dag(task("a", pool="old"))).begin()
    regraph(world, task("a", pool="new"))
    world.decide()
    assert [ready.pool for ready in world.machine.ready.values()] == ["new"]


def test_holding_lists_what_counts_against_limits() -> None:
    world = World(dag(task("a"), task("b"), task("c"))).begin()
    world.start("a")
    world.end("b", events.Deferred(classpath="x.Y"))
    held = {ready.task_id: state for ready, state in world.machine.holding()}
    assert held == {"a": T.RUNNING, "b": T.DEFERRED}
