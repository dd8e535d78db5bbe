"""§1.15 SLA and deadline alerts: decided once, at their time, in virtual time on a real database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.scheduler.triggerer import Triggerer
from tests.integration.scheduler.world import World, chain

from tradewind.domain.events import Failed, Succeeded
from tradewind.domain.messages.deferral import TriggerEvent, Wait
from tradewind.domain.messages.plugins import DeadlineStart, MomentIs, Question
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.states import DagRunType
from tradewind.runtime.plugin_asking import Answered
from tradewind.runtime.plugin_hosts import PluginFailed

QUEUED = {"reference": {"kind": "DAGRUN_QUEUED_AT"}, "interval": 60.0, "callback": "x.y", "name": "slow"}


def rows(world: World) -> list[Any]:
    return world.sql("select kind, coalesce(name, task_id), missed from deadline order by id")


def told(world: World) -> list[dict[str, Any]]:
    return [assignment.callback for assignment in world.take() if assignment.kind == "callback"]


def test_a_deadline_that_was_missed_is_told_of_once(world: World) -> None:
    spec = world.dag(chain("d", 1, deadlines=(QUEUED,)))
    world.run(spec, "r")
    world.work()
    (task,) = world.take()
    world.pass_time(59)
    assert told(world) == []
    world.pass_time(2)
    [callback] = told(world)
    assert (callback["kind"], callback["alert"], callback["name"]) == ("deadline", 0, "slow")
    assert rows(world) == [("deadline", "slow", 1)]
    world.pass_time(100)
    assert told(world) == []
    world.ended(task)
    world.work()
    assert world.runs("d") == {"r": "success"}


@pytest.mark.parametrize(("outcome", "count"), [(Succeeded(), 0), (Failed(may_retry=False), 1)])
def test_only_a_success_in_time_meets_it(world: World, outcome, count: int) -> None:
    spec = world.dag(chain("d", 1, deadlines=(QUEUED,)))
    world.run(spec, "r")
    world.work()
    world.finish_all(lambda _: outcome)
    world.pass_time(61)
    assert len(told(world)) == count
    assert len(rows(world)) == count


def test_a_scheduler_that_dies_between_the_decision_and_the_sending(world: World) -> None:
    """The miss and its callback are one transaction: the successor sends it, and decides nothing anew."""
    spec = world.dag(chain("d", 1, deadlines=(QUEUED,)))
    world.run(spec, "r")
    world.work()
    world.clock.advance(61)
    world.core.expire_deadlines.run_once(world.clock.now())
    world.take()  # the task; the callback was not sent
    assert world.sql("select count(*) from callback") == [(1,)]
    world.start()
    world.pass_time(1)
    assert [callback["kind"] for callback in told(world)] == ["deadline"]
    assert world.sql("select count(*) from callback") == [(1,)]


def test_of_what_moments_deadlines_count(world: World) -> None:
    """The logical date, a fixed moment with a negative interval, the usual run time."""
    start = world.clock.now()
    fixed = {"kind": "FIXED_DATETIME", "at": (start + timedelta(hours=2)).isoformat()}
    usual = {"kind": "AVERAGE_RUNTIME", "max_runs": 3, "min_runs": 2}
    spec = world.dag(
        chain(
            "d", 1, deadlines=(
                {"reference": {"kind": "DAGRUN_LOGICAL_DATE"}, "interval": 10.0, "name": "logical"},
                {"reference": fixed, "interval": -60.0, "name": "fixed"},
                {"reference": usual, "interval": 5.0, "name": "usual"},
            ),
        )
    )  # fmt: skip
    for number, seconds in enumerate((20, 40)):
        world.run(spec, f"r{number}")
        world.work()
        world.clock.advance(seconds)
        world.finish_all()
    now = world.clock.now()
    world.run(spec, "last", logical_date=now - timedelta(seconds=3))
    found = dict(world.sql("select name, deadline_time from deadline where run_id = 'last'"))
    assert set(found) == {"logical", "fixed", "usual"}
    assert found["logical"].startswith((now + timedelta(seconds=7)).strftime("%Y-%m-%d %H:%M:%S"))
    assert found["fixed"].startswith((start + timedelta(minutes=119)).strftime("%Y-%m-%d %H:%M:%S"))
    assert found["usual"].startswith((now + timedelta(seconds=35)).strftime("%Y-%m-%d %H:%M:%S"))
    assert not world.sql("select 1 from deadline where name = 'usual' and run_id <> 'last'")


def sla_dag() -> DagSpec:
    tasks = (
        TaskSpec(task_id="a", sla=30.0),
        TaskSpec(task_id="b", upstream=("a",), sla=60.0),
        TaskSpec(task_id="c", upstream=("b",), email=("x@y.z",)),
    )
    return DagSpec(dag_id="s", tasks=tasks, is_paused_upon_creation=False, callbacks=("sla_miss",))


def scheduled(world: World, spec) -> None:
    now = world.clock.now()
    world.run(spec, "r", run_type=DagRunType.SCHEDULED, logical_date=now, data_interval_end=now)
    world.work()


def test_an_sla_that_was_missed(world: World) -> None:
    """A row of sla_miss for each task, with Airflow's columns; one callback for the DAG."""
    scheduled(world, world.dag(sla_dag()))
    (task,) = world.take()
    world.pass_time(31)
    [callback] = told(world)
    assert (callback["kind"], callback["late"], callback["blocking"]) == ("sla_miss", ["a"], ["a", "b", "c"])
    assert world.sql("select dag_id, task_id, email_sent, notification_sent from sla_miss") == [
        ("s", "a", 1, 1)
    ]
    world.ended(task)
    world.work()
    world.finish_all()
    world.pass_time(31)
    assert world.sql("select task_id from sla_miss") == [("a",)]
    assert rows(world) == [("sla", "a", 1)]


def test_nobody_to_tell_and_runs_by_hand(world: World) -> None:
    """A miss is recorded all the same; runs that people make have no SLA."""
    tasks = tuple(TaskSpec(task_id=task.task_id, sla=task.sla) for task in sla_dag().tasks)
    spec = world.dag(DagSpec(dag_id="s", tasks=tasks, is_paused_upon_creation=False))
    world.run(spec, "by-hand")
    world.work()
    world.take()
    world.pass_time(100)
    assert rows(world) == []
    scheduled(world, spec)
    world.take()
    world.pass_time(100)
    assert told(world) == []
    assert world.sql("select task_id, notification_sent from sla_miss order by 1") == [("a", 0), ("b", 0)]


# --- callbacks that are coroutines ------------------------------------------------------------------------

ASIDE = {**QUEUED, "in_triggerer": True}


def late_run(world: World, run_id: str = "r") -> None:
    """A run that misses its deadline; its task goes on."""
    world.run(world.dag(chain("d", 1, deadlines=(ASIDE,))), run_id)
    world.work()
    world.pass_time(61)


def ended(triggerer: Triggerer, wait: Wait, error: str | None = None) -> None:
    """The callback that it was given has ended."""
    assert wait.task is not None
    event = TriggerEvent(
        trigger_id=wait.trigger_id, at=triggerer.world.clock.now(), attempt_id=wait.task.attempt_id,
        dispatch=wait.task.dispatch, dag_id="d", run_id="r", error=error,
    )  # fmt: skip
    triggerer.world.core.triggers.fired(event, triggerer.name)
    triggerer.world.work()


def counts(world: World) -> tuple[int, int]:
    """Rows of callbacks and of triggers."""
    ((callbacks,),) = world.sql("select count(*) from callback")
    ((triggers,),) = world.sql("select count(*) from trigger")
    return callbacks, triggers


@pytest.mark.parametrize("error", [None, "Traceback …"])
def test_a_coroutine_is_called_in_the_triggerer(world: World, error: str | None) -> None:
    """A triggerer is started for it; its end is recorded once, well or badly."""
    late_run(world)
    assert told(world) == []
    assert world.core.triggering.needed
    triggerer = Triggerer(world)
    (wait,) = triggerer.begun
    assert wait.task is not None
    assert (wait.task.kind, wait.task.callback["alert"], wait.task.execution_timeout) == (
        "callback",
        0,
        300.0,
    )
    world.pass_time(100)
    assert len(triggerer.begun) == 1
    ended(triggerer, wait, error)
    ended(triggerer, wait, error)
    assert counts(world) == (0, 0)
    assert triggerer.recorded == [(wait.trigger_id, "", 0)] * 2
    assert world.core.triggering.needed is False


def test_it_is_called_again_where_its_triggerer_died(world: World) -> None:
    """Also by the next scheduler; the one that comes back with it keeps it."""
    late_run(world)
    first = Triggerer(world, "one")
    (wait,) = first.begun
    world.start()
    first.hello()
    world.pass_time(10)
    assert (len(first.begun), first.forgotten) == (1, [])
    first.leave()
    second = Triggerer(world, "two")
    (again,) = second.begun
    assert (again.trigger_id, again.task is not None and again.task.dispatch) == (wait.trigger_id, 2)
    ended(first, wait)
    assert second.forgotten == [wait.trigger_id], "it was done after all"
    assert counts(world) == (0, 0)


def test_it_goes_with_its_run(world: World) -> None:
    late_run(world)
    triggerer = Triggerer(world)
    world.sql("delete from callback")
    world.core.triggers.sweep(world.clock.now())
    assert len(triggerer.forgotten) == 1
    assert counts(world) == (0, 0)


# --- references of plug-ins --------------------------------------------------------------------------------

OWN = {
    "reference": {"kind": "PLUGIN", "name": "m.Opening", "data": {"hour": 9}}, "interval": 60.0,
    "callback": "x.y", "name": "own",
}  # fmt: skip


class Host:
    """A host that answers when a test says so."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.open: list[tuple[Question, Answered]] = []
        world.core.use_plugins(lambda question, answered: self.open.append((question, answered)))

    def say(self, answer: MomentIs | PluginFailed) -> None:
        _, answered = self.open.pop(0)
        answered(answer)
        self.world.work()


def test_a_deadline_counts_from_when_a_plug_in_says(world: World) -> None:
    host = Host(world)
    spec = world.dag(chain("d", 1, deadlines=(OWN,)))
    world.run(spec, "r")
    world.pass_time(1)
    (question,) = [question for question, _ in host.open]
    assert question == DeadlineStart(name="m.Opening", data={"hour": 9}, dag_id="d", run_id="r")
    assert [one.task_id for one in world.take()] == ["t00"]
    host.say(MomentIs(at=world.clock.now() + timedelta(seconds=30)))
    world.pass_time(89)
    assert told(world) == []
    world.pass_time(2)
    assert [(callback["alert"], callback["name"]) for callback in told(world)] == [(0, "own")]
    assert host.open == []


def test_a_plug_in_may_say_that_there_is_no_deadline(world: World) -> None:
    host = Host(world)
    world.run(world.dag(chain("d", 1, deadlines=(OWN,))), "r")
    world.pass_time(1)
    host.say(MomentIs())
    world.pass_time(100)
    assert (rows(world), host.open) == ([], [])


def test_a_reference_that_gives_no_answer_is_asked_again_and_given_up_after_the_run(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    host = Host(world)
    world.run(world.dag(chain("d", 1, deadlines=(OWN, QUEUED))), "r")
    world.pass_time(1)
    with caplog.at_level("WARNING"):
        host.say(PluginFailed("m.Opening", "it did not answer in 10 s"))
    assert "The plug-in's m.Opening gives no answer: it did not answer in 10 s. It is asked" in caplog.text
    world.pass_time(50)
    assert host.open == []
    world.finish_all()
    world.pass_time(12)
    assert len(host.open) == 1
    world.pass_time(120)
    assert len(host.open) == 1
    host.say(PluginFailed("m.Opening", "no"))
    world.pass_time(4000)
    assert rows(world) == []


def test_a_scheduler_that_dies_before_the_answer_asks_again(world: World) -> None:
    Host(world)
    world.run(world.dag(chain("d", 1, deadlines=(OWN,))), "r")
    world.pass_time(1)
    world.start()
    host = Host(world)
    world.pass_time(61)
    host.say(MomentIs(at=world.clock.now() - timedelta(seconds=100)))
    world.pass_time(1)
    assert [callback["name"] for callback in told(world)] == ["own"]
