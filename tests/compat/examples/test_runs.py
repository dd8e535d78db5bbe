"""The example DAGs run to their end: engine, runner and user code; processes and database are left out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import tradewind
from tradewind.authoring import loader
from tradewind.authoring.to_spec import to_spec
from tradewind.domain.events import Succeeded, TaskFinished, TaskStarted
from tradewind.domain.messages import data
from tradewind.domain.messages.assignment import Assignment, RunContext
from tradewind.engine.facts import InstanceFacts, RunFacts
from tradewind.engine.graph import Graph
from tradewind.engine.machine import RunMachine
from tradewind.runtime.clock import SystemClock
from tradewind.worker import runner

FOLDER = Path(tradewind.__file__).parent / "example_dags"
AT = datetime(2018, 1, 1, tzinfo=UTC)

Key = tuple[str, str]


class XComs:
    """The link of one task: XComs in memory."""

    def __init__(self, kept: dict[Key, str], task_id: str) -> None:
        self.kept, self.task_id = kept, task_id

    def call(self, request: data.Request) -> Any:
        if isinstance(request, data.SetXCom):
            self.kept[self.task_id, request.key] = request.value
        if isinstance(request, data.GetXCom):
            return self.kept.get((request.task_id, request.key))
        return None


class Lines(list[str]):
    """A log in memory."""

    def write(self, level: str, event: str, logger: str, **more: Any) -> None:
        self.append(event)


class World:
    """One run of one DAG."""

    def __init__(self, name: str, conf: Mapping[str, Any]) -> None:
        loaded = loader.load_file(str(FOLDER / f"{name}.py"), str(FOLDER))
        (self.dag,) = loaded.dags
        self.conf = json.dumps(conf)
        self.xcoms: dict[Key, str] = {}
        self.log = Lines()
        ids = (f"attempt-{number}" for number in count(1))
        spec = to_spec(self.dag)
        self.machine = RunMachine(
            Graph.compile(spec),
            RunFacts(dag_id=name, run_id="manual__1", run_after=AT, logical_date=AT),
            [InstanceFacts(task_id=task.task_id, attempt_id=next(ids)) for task in spec.tasks],
            new_attempt=lambda at: next(ids),
        )

    def run(self) -> dict[str, str]:
        """Run everything that becomes ready; the end state of each task."""
        self.machine.start(AT)
        while not self.machine.finished:
            self.machine.decide(AT)
            ready = list(self.machine.ready)
            assert ready or self.machine.finished, "nothing to do, and not at the end"
            for attempt_id in ready:
                self.perform(attempt_id)
        return {one.task_id: str(one.state) for one in self.machine.instances()}

    def perform(self, attempt_id: str) -> None:
        dispatch = self.machine.queue(attempt_id, AT).dispatch
        task_id = self.machine.instance(attempt_id).task_id
        self.machine.apply(TaskStarted(attempt_id=attempt_id, dispatch=dispatch, at=AT), AT)
        done = runner.run(
            self.assignment(attempt_id, dispatch, task_id), self.dag, XComs(self.xcoms, task_id),
            clock=SystemClock(), host=runner.Where("here", "me"), log=self.log,
        )  # fmt: skip
        if isinstance(done.outcome, Succeeded):
            self.xcoms.update({(task_id, one.key): one.value for one in done.xcoms})
        self.machine.apply(
            TaskFinished(attempt_id=attempt_id, dispatch=dispatch, at=AT, outcome=done.outcome), AT
        )

    def assignment(self, attempt_id: str, dispatch: int, task_id: str) -> Assignment:
        run = RunContext(
            dag_id=self.dag.dag_id, run_id="manual__1", run_type="manual", run_after=AT, logical_date=AT,
            data_interval_start=AT, data_interval_end=AT + timedelta(days=1), conf=self.conf,
        )  # fmt: skip
        return Assignment(
            attempt_id=attempt_id, dispatch=dispatch, task_id=task_id, try_number=1, run=run,
            file=self.dag.fileloc, log_path="x.log",
        )  # fmt: skip


ALL_WELL: dict[str, set[str]] = {
    # DAG to the tasks that are skipped; all others succeed.
    "example_hello": set(),
    "example_taskflow": set(),
    "example_xcom": set(),
    "example_task_group": set(),
    "example_python_operator": set(),
    "example_params": set(),
    "example_bash_operator": {"this_will_skip"},
    "example_branch": {"large"},
    "example_short_circuit": {"skipped_1", "skipped_2", "after_gentle"},
}


@pytest.mark.parametrize("name", ALL_WELL)
def test_success(name: str) -> None:
    world = World(name, {})
    states = world.run()
    assert {task for task, state in states.items() if state == "skipped"} == ALL_WELL[name]
    assert set(states.values()) <= {"success", "skipped"}, "\n".join(world.log)
    assert world.machine.state == "success"


def test_trigger_rules() -> None:
    world = World("example_trigger_rules", {})
    states = world.run()
    run = {task.removeprefix("rule_") for task, state in states.items() if state == "success"} - {"succeeds"}
    assert run == {"all_done", "one_success", "one_failed", "one_done", "always"}
    assert world.machine.state == "failed"


def test_branch_takes_the_other_way() -> None:
    states = World("example_branch", {"size": 100}).run()
    assert (states["small"], states["large"], states["join"]) == ("skipped", "success", "success")


def test_hostile_params_stay_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = tmp_path / "trap"
    monkeypatch.setenv("TRAP", str(trap))
    hostile = '"; touch $TRAP; $(touch $TRAP) `touch $TRAP` {{ 1 + 1 }}'
    world = World("example_params", {"name": hostile, "times": 2})
    assert set(world.run().values()) == {"success"}
    assert not trap.exists()
    assert json.loads(world.xcoms["greet", "return_value"]) == f"Hello, {hostile}!"


def test_values_travel() -> None:
    world = World("example_hello", {})
    world.run()
    assert json.loads(world.xcoms["sign_off", "return_value"]) == "HELLO! (5 letters)"
