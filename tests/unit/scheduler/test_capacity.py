"""§1.17 Slots: executors, pools, limits, and the order in which they are given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.states import TaskInstanceState
from tradewind.engine.decisions import Ready
from tradewind.engine.limits import Limits
from tradewind.scheduler.capacity import Capacity
from tradewind.telemetry.events import TaskStuck

START = datetime(2024, 1, 1, tzinfo=UTC)
QUEUED, DEFERRED = TaskInstanceState.QUEUED, TaskInstanceState.DEFERRED
AWAITING_INPUT = TaskInstanceState.AWAITING_INPUT


class Given:
    """A capacity with a DAG, and candidates by short words."""

    def __init__(self, slots: int = 100, pool: int = 100, **dag: Any) -> None:
        self.limits = Limits(slots=slots)
        self.limits.set_pools({"default_pool": (100, False), "small": (pool, False)})
        self.told: list[TaskStuck] = []
        self.room = {"default": 1000}
        """Places on hosts, by queue."""
        self.asked: list[str] = []
        self.capacity = Capacity(self.limits, self.told.append, has_room=self._has_room)
        self.dag = DagSpec(dag_id="d", **dag)

    def _has_room(self, queue: str) -> bool:
        self.asked.append(queue)
        return self.room.get(queue, 0) > 0

    def ready(
        self, name: str, priority: int = 1, after: float = 0, run: str = "r", pool: str = "default_pool",
        queue: str = "default",
    ) -> Ready:  # fmt: skip
        return Ready(
            dag_id="d", run_id=run, task_id=name.rstrip("0123456789"), map_index=-1, attempt_id=name,
            priority=priority, run_after=START + timedelta(seconds=after), pool=pool, pool_slots=1,
            queue=queue, executor=None,
        )  # fmt: skip

    def offer(self, name: str, **more: Any) -> None:
        ready = self.ready(name, **more)
        self.capacity.offer(ready, TaskSpec(task_id=ready.task_id), self.dag)

    def hold(self, name: str, state: TaskInstanceState = QUEUED, **more: Any) -> None:
        ready = self.ready(name, **more)
        self.capacity.hold(ready, TaskSpec(task_id=ready.task_id), self.dag, state)

    def granted(self) -> list[str]:
        names = []
        for ready in self.capacity.grant():
            self.room[ready.queue] -= 1
            names.append(ready.attempt_id)
        return names


def test_by_priority_then_age_then_arrival() -> None:
    given = Given()
    given.offer("late", after=9)
    given.offer("first")
    given.offer("second")
    given.offer("urgent", priority=7, after=9)
    assert given.granted() == ["urgent", "first", "second", "late"]


def test_no_more_than_there_are_slots() -> None:
    given = Given(slots=2)
    for number in range(3):
        given.offer(f"t{number}")
    assert given.granted() == ["t0", "t1"]
    given.capacity.release("t0")
    assert given.granted() == ["t2"]
    assert given.capacity.held() == {("d", "r"): 2}


def test_a_full_pool_holds_up_its_own_only() -> None:
    given = Given(pool=1)
    given.offer("a", pool="small", priority=9)
    given.offer("b", pool="small", priority=8)
    given.offer("c")
    assert given.granted() == ["a", "c"]
    assert "pool 'small'" in str(given.capacity.why_waiting("b"))
    given.capacity.release("c")
    assert given.granted() == []
    given.capacity.release("a")
    assert given.granted() == ["b"]


def test_what_is_parked_is_not_looked_at_while_nothing_is_freed() -> None:
    given = Given(pool=0)
    for number in range(100):
        given.offer(f"t{number}", pool="small")
    assert given.granted() == []
    asked = []
    given.limits.admit = lambda *args: asked.append(args)  # type: ignore[method-assign]
    assert given.granted() == []
    assert asked == []


def test_a_queue_without_a_host_holds_up_its_own_only() -> None:
    given = Given()
    given.offer("a", queue="gpu", priority=9)
    given.offer("b")
    given.offer("c", queue="gpu", priority=5)
    assert given.granted() == ["b"]
    assert given.capacity.why_waiting("a") == "no worker host has room for queue 'gpu'"
    given.room["gpu"] = 1
    assert given.granted() == ["a"]
    given.room["gpu"] = 1
    given.offer("d", queue="gpu", priority=7)
    assert given.granted() == ["d"]
    given.room["gpu"] = 9
    assert given.granted() == ["c"]


def test_what_waits_for_a_host_costs_nothing_while_there_is_none() -> None:
    given = Given(slots=2000)
    for number in range(1000):
        given.offer(f"t{number}", queue="gpu")
    assert given.granted() == []
    given.asked.clear()
    assert given.granted() == []
    assert given.asked == ["gpu"]
    given.asked.clear()
    given.room["gpu"] = 1
    assert given.granted() == ["t0"]
    assert len(given.asked) <= 3


def test_a_raised_pool_is_looked_at() -> None:
    given = Given(pool=1)
    given.offer("a", pool="small")
    given.offer("b", pool="small")
    assert given.granted() == ["a"]
    assert given.limits.set_pools({"default_pool": (100, False), "small": (2, False)})
    given.capacity.changed()
    assert given.granted() == ["b"]


def test_what_is_withdrawn_is_not_granted() -> None:
    given = Given()
    given.offer("a")
    given.capacity.withdraw("a")
    given.capacity.withdraw("never offered")
    assert given.granted() == []


def test_what_is_offered_again_is_granted_once() -> None:
    given = Given()
    given.offer("a")
    given.offer("a", priority=5)
    assert given.granted() == ["a"]


def test_what_was_running_counts() -> None:
    given = Given(max_active_tasks=1)
    given.hold("a")
    given.offer("b")
    assert given.granted() == []
    given.capacity.release("a")
    assert given.granted() == ["b"]


def test_holding_twice_counts_once() -> None:
    given = Given(slots=2)
    given.hold("a")
    given.hold("a")
    given.offer("b")
    assert given.granted() == ["b"]


@pytest.mark.parametrize("state", [DEFERRED, AWAITING_INPUT])
def test_a_parked_one_frees_its_slot(state: TaskInstanceState) -> None:
    given = Given(slots=1)
    given.offer("a")
    assert given.granted() == ["a"]
    given.offer("b")
    given.capacity.park("a", state)
    assert given.granted() == ["b"]
    given.capacity.release("a")
    given.capacity.release("b")
    assert given.limits.free_slots == 1


@pytest.mark.parametrize("state", [DEFERRED, AWAITING_INPUT])
def test_one_that_was_read_parked_has_no_slot(state: TaskInstanceState) -> None:
    given = Given(slots=1)
    given.hold("a", state)
    assert given.limits.free_slots == 1


def test_a_run_that_is_forgotten_leaves_nothing() -> None:
    given = Given(slots=2)
    given.hold("a")
    given.offer("b")
    given.offer("other", run="r2")
    given.capacity.forget_run(("d", "r"))
    assert given.granted() == ["other"]
    assert given.capacity.held() == {("d", "r2"): 1}
    assert given.limits.free_slots == 1


def test_a_pause_parks_what_waits() -> None:
    given = Given()
    given.capacity.pause("d", True)
    given.offer("a")
    assert given.granted() == []
    assert "paused" in str(given.capacity.why_waiting("a"))
    given.capacity.pause("d", False)
    assert given.granted() == ["a"]
    assert given.capacity.why_waiting("a") is None


def test_releasing_what_holds_nothing_is_harmless() -> None:
    given = Given(slots=1)
    given.capacity.release("unknown")
    given.capacity.park("unknown", DEFERRED)
    assert given.limits.free_slots == 1


@pytest.mark.parametrize(("parallelism", "slots", "at_once"), [(32, 5, 5), (3, 5, 3)])
def test_the_heaviest_get_the_slots_that_parallelism_leaves(
    parallelism: int, slots: int, at_once: int
) -> None:
    """§1.17 parallelism, priority_weight."""
    given = Given(slots=min(parallelism, slots))
    for number in range(6):
        given.offer(f"t{number}", priority=number)
    assert given.granted() == ["t5", "t4", "t3", "t2", "t1", "t0"][:at_once]


def test_what_can_never_start_is_told_of_once() -> None:
    """A pool that there is not, and one that is smaller than what a task wants; not one that is full."""
    given = Given(pool=0)
    for name in ("a1", "a2"):
        given.offer(name, pool="none")
    given.offer("b", pool="small")
    assert given.granted() == [] and len(given.told) == 2
    gone, small = given.told
    assert (gone.task_id, gone.run_id) == ("a", "r")
    assert gone.reason == "pool 'none' does not exist; 'airflow pools set none SLOTS TEXT' creates it"
    assert small.reason == "it needs 1 slots, and pool 'small' has 0 in all"
    given.capacity.changed()
    assert given.granted() == [] and len(given.told) == 2
    full = Given(pool=1)
    full.hold("c", pool="small")
    full.offer("d", pool="small")
    assert full.granted() == full.told == []
