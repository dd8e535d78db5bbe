"""Callbacks of a DAG, and those that a killed task could not call itself: recorded once, and run."""

from __future__ import annotations

import os
import signal

import pytest
from tests.integration.system import load
from tests.integration.system.world import World, until

CALLING = (
    load.HEAD
    + """
def called(kind):
    def callback(context):
        ti = context["ti"]
        pulled = ti.xcom_pull(task_ids="first")
        tell(ti, "called", kind=kind, pulled=pulled, reason=str(context.get("reason")), slept=0)
        time.sleep(float(os.environ.get("CALLBACK_SECONDS", "0")))
        tell(ti, "returned", kind=kind)
    return callback

with dag("calling", on_failure_callback=called("dag"), on_success_callback=called("success")):
    do("first")
    do("victim", ["first"], seconds=60, retries=1, on_failure_callback=called("failure"),
       on_retry_callback=called("retry"))

with dag("quiet", on_success_callback=called("success")):
    do("first")
"""
)
KEY = ("calling", "r")


@pytest.fixture
def calling(world: World) -> World:
    world.dags(calling=CALLING)
    return world


def kill_victim(world: World, attempt: int) -> None:
    """kill -9 to the process of that try."""
    began = world.begun(task="victim", **{"try": attempt})
    os.kill(began[0]["pid"], signal.SIGKILL)


def pending(world: World) -> int:
    return int(world.rows("select count(*) from callback")[0][0])


def kinds(world: World, what: str = "called") -> list[str]:
    return sorted(fact["kind"] for fact in world.facts(what))


def test_what_a_killed_task_could_not_call(calling: World) -> None:
    """The retry's, the failure's and the DAG's callback each run once, in processes of their own."""
    calling.standalone()
    calling.wait_for_dags("calling")
    calling.trigger(*KEY)
    kill_victim(calling, 1)
    kill_victim(calling, 2)
    calling.wait_until_ended(KEY)
    assert calling.run_state(KEY) == "failed"
    until(lambda: kinds(calling, "returned") == ["dag", "failure", "retry"], lambda: str(calling.facts()))
    until(lambda: pending(calling) == 0, "all are recorded as done")
    assert kinds(calling) == ["dag", "failure", "retry"]
    told = {fact["kind"]: fact for fact in calling.facts("called")}
    assert [told["retry"]["try"], told["failure"]["try"]] == [1, 2]
    assert all(fact["pulled"] for fact in told.values()), "they read XComs of their run"
    assert "SIGKILL" in told["failure"]["reason"]
    assert "callback" in calling.task_log(*KEY, "victim", 2).lower()


def test_the_callback_of_a_run_that_went_well(calling: World) -> None:
    calling.standalone()
    calling.wait_for_dags("quiet")
    key = calling.trigger("quiet", "r")
    calling.wait_until_ended(key)
    until(lambda: kinds(calling, "returned") == ["success"], lambda: str(calling.facts()))
    until(lambda: pending(calling) == 0, "it is recorded as done")


def test_a_scheduler_and_a_host_that_die_under_a_callback(calling: World) -> None:
    """The row outlives both; after the host's death it is run again, and then is done."""
    calling.environ["CALLBACK_SECONDS"] = "2"
    calling.standalone()
    calling.wait_for_dags("quiet")
    key = calling.trigger("quiet", "r")
    until(lambda: kinds(calling) == ["success"], lambda: str(calling.facts()))
    calling.kill("scheduler")
    calling.kill("worker-host")
    assert pending(calling) == 1
    until(lambda: kinds(calling, "returned") == ["success"], lambda: str(calling.facts()), 40)
    until(lambda: pending(calling) == 0, "it is recorded as done")
    assert calling.run_state(key) == "success"
    assert kinds(calling) == ["success"] * 2


def test_a_scheduler_that_dies_under_a_callback(calling: World) -> None:
    """The host goes on with it: it is not run again."""
    calling.environ["CALLBACK_SECONDS"] = "2"
    calling.standalone()
    calling.wait_for_dags("quiet")
    calling.trigger("quiet", "r")
    until(lambda: kinds(calling) == ["success"], lambda: str(calling.facts()))
    calling.kill("scheduler")
    until(lambda: kinds(calling, "returned") == ["success"], lambda: str(calling.facts()), 30)
    until(lambda: pending(calling) == 0, "it is recorded as done")
    assert kinds(calling) == ["success"]


HANGING = (
    load.HEAD
    + """
def hangs(context):
    ti = context["ti"]
    tell(ti, "calls", state=ti.state)
    while not os.path.exists(os.environ["AIRFLOW_HOME"] + "/go"):
        time.sleep(0.01)
    tell(ti, "has called", pulled=ti.xcom_pull(task_ids="first"), pushed=ti.xcom_push("late", 1))

with dag("hanging"):
    do("first", on_success_callback=hangs)
    do("below", ["first"])
"""
)


def test_a_success_is_recorded_before_its_callbacks_are_called(world: World) -> None:
    """The tasks below start, and the run ends, while they run; they do not run again."""
    world.dags(hanging=HANGING)
    world.environ["AIRFLOW__CORE__TASK_SUCCESS_OVERTIME"] = "60"
    world.standalone()
    world.wait_for_dags("hanging")
    world.trigger("hanging", "r")
    world.wait_until_ended(("hanging", "r"))
    assert world.states(("hanging", "r")) == {"first": "success", "below": "success"}
    assert [fact["state"] for fact in world.facts("calls")] == ["success"]
    assert pending(world) == 1
    (world.home / "go").touch()
    until(lambda: pending(world) == 0, "it is recorded that they were called")
    assert len(world.facts("calls")) == 1
    assert world.facts("has called") != []
