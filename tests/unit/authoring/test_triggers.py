"""The triggers of the standard set (features §1.10): what they carry, and when they fire."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tradewind.authoring import defaults, serde
from tradewind.authoring.trigger import BaseTrigger, TaskSuccessEvent, TriggerEvent, queue_of
from tradewind.authoring.triggers.external_task import DagStateTrigger, WorkflowTrigger
from tradewind.authoring.triggers.file import DirectoryFileDeleteTrigger, FileDeleteTrigger, FileTrigger
from tradewind.authoring.triggers.temporal import DateTimeTrigger, TimeDeltaTrigger
from tradewind.authoring.triggers.testing import FailureTrigger, SuccessTrigger
from tradewind.domain.errors import InvalidValue
from tradewind.runtime.plugins import load_object

PAST = datetime(2020, 1, 1, tzinfo=UTC)


def travelled(trigger: BaseTrigger) -> Any:
    """The trigger as the triggerer builds it."""
    path, kwargs = trigger.serialize()
    return load_object(path)(**serde.decode(serde.encode(kwargs)))


def first(trigger: BaseTrigger) -> TriggerEvent:
    async def fire() -> TriggerEvent:
        async with asyncio.timeout(20):
            return await anext(aiter(trigger.run()))

    return asyncio.run(fire())


class States:
    """Answers for the database: runs and task instances by state."""

    def __init__(self) -> None:
        self.runs: dict[str, str] = {}
        self.tasks: dict[str, dict[str, str]] = {}

    def get_dr_count(self, dag_id: str, states: Any, run_ids: Any, **_: Any) -> int:
        return sum(run in run_ids and state in states for run, state in self.runs.items())

    def get_dagrun_state(self, dag_id: str, run_id: str) -> str | None:
        return self.runs.get(run_id)

    def get_task_states(self, dag_id: str, task_ids: Any, task_group_id: Any, **_: Any) -> Any:
        return self.tasks


def test_a_moment_travels_exactly_and_fires_once_it_has_come() -> None:
    trigger = travelled(DateTimeTrigger(PAST))
    assert trigger.moment == PAST
    assert first(trigger) == TriggerEvent(PAST)
    soon = travelled(TimeDeltaTrigger(timedelta(milliseconds=200)))
    event = first(soon)
    assert datetime.now(UTC) >= event.payload == soon.moment


def test_a_moment_may_end_the_task_by_itself() -> None:
    assert isinstance(first(travelled(DateTimeTrigger(PAST, end_from_trigger=True))), TaskSuccessEvent)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="must have a time zone, got the naive 2020-01-01"):
        DateTimeTrigger(PAST.replace(tzinfo=None))
    with pytest.raises(TypeError, match="got str"):
        DateTimeTrigger("2020-01-01")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="delta"):
        TimeDeltaTrigger(5)  # type: ignore[arg-type]


def test_files(tmp_path) -> None:
    there = tmp_path / "in" / "there.csv"
    there.parent.mkdir()
    there.touch()
    assert first(travelled(FileTrigger(str(tmp_path / "in" / "*.csv")))).payload is True
    assert first(travelled(FileTrigger(str(there.parent)))).payload is True
    assert first(travelled(FileDeleteTrigger(str(there)))).payload is True
    assert not there.exists()


def test_a_file_that_comes_later(tmp_path) -> None:
    flag = tmp_path / "flag"
    trigger = travelled(
        DirectoryFileDeleteTrigger(directory=str(tmp_path), filename="flag", poke_interval=0.01)
    )

    async def comes() -> None:
        waiting = asyncio.ensure_future(anext(aiter(trigger.run())))
        await asyncio.sleep(0)
        (tmp_path / "other").touch()
        flag.touch()
        assert (await asyncio.wait_for(waiting, 20)).payload is True

    asyncio.run(comes())
    assert not flag.exists()
    assert (tmp_path / "other").exists()


def test_the_state_of_other_runs() -> None:
    states = States()
    states.runs = {"r1": "success", "r2": "success", "r3": "failed"}
    trigger = travelled(WorkflowTrigger("other", run_ids=["r1", "r2"], failed_states=["failed"]))
    trigger.task_instance = states
    assert first(trigger).payload == {"status": "success"}
    trigger.run_ids = ["r1", "r3"]
    assert first(trigger).payload == {"status": "failed"}

    other = travelled(DagStateTrigger("other", states=["success", "failed"], run_ids=["r3"]))
    other.task_instance = states
    path, event = first(other).payload
    assert path.endswith(".DagStateTrigger")
    assert event["r3"] == "failed"


def test_a_mapped_task_elsewhere_has_ended_when_all_its_instances_have() -> None:
    states = States()
    states.tasks = {"r1": {"a_0": "success", "a_1": "running"}}
    trigger = WorkflowTrigger("other", run_ids=["r1"], external_task_ids=["a"], skipped_states=["skipped"])
    trigger.task_instance = states
    assert trigger.status() is None
    states.tasks["r1"]["a_1"] = "success"
    assert trigger.status() == "success"
    states.tasks["r1"]["a_1"] = "skipped"
    assert trigger.status() == "skipped"
    states.tasks = {}
    assert trigger.status() is None


def test_triggers_for_tests() -> None:
    assert first(travelled(SuccessTrigger())).payload is True
    with pytest.raises(ValueError, match="Deliberate"):
        first(travelled(FailureTrigger()))


@pytest.mark.parametrize(
    ("trigger", "enabled", "queue"),
    [
        (SuccessTrigger(), False, None),
        (SuccessTrigger(), True, "of task"),
        (TimeDeltaTrigger(timedelta(1), queue="own"), False, "own"),
        (TimeDeltaTrigger(timedelta(1), queue="own"), True, "own"),
        (FileDeleteTrigger("x"), True, None),
    ],
)
def test_the_queue_of_a_trigger(trigger: BaseTrigger, enabled: bool, queue: str | None) -> None:
    """§1.10 trigger queues: its own, or by the configuration that of its task; event triggers have none."""
    defaults.use(defaults.Defaults(trigger_queues=enabled))
    try:
        assert queue_of(trigger, of_task="of task") == queue
    finally:
        defaults.use(None)
