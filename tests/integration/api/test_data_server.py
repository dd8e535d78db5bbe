"""The data server as a process, asked by the task side's own words over the real socket."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.integration.api.world import HERE, World, wait_for

from tradewind.domain.messages import data, wire
from tradewind.runtime import paths
from tradewind.secrets import cipher


class Task:
    """A task process's end of the socket."""

    opened: list[Task] = []  # noqa: RUF012 - closed after each test

    dag_id = ""

    def __init__(self, path: Path, attempt_id: str, dispatch: int = 1) -> None:
        self.opened.append(self)
        self.attempt_id, self.dispatch = attempt_id, dispatch
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(str(path))
        self._frames = wire.Frames(data.Reply)
        self._waiting: list[Any] = []

    def ask(self, request: data.Request) -> Any:
        """The answer's value; a refusal comes back as it is."""
        self.send(request)
        reply = self.receive()
        return reply.value if isinstance(reply, data.Answer) else reply

    def send(self, request: data.Request) -> None:
        call = data.Call(attempt_id=self.attempt_id, dispatch=self.dispatch, request=request)
        self._socket.sendall(wire.frame(call))

    def receive(self) -> Any:
        while not self._waiting:
            chunk = self._socket.recv(65536)
            if not chunk:
                return None
            self._waiting += self._frames.feed(chunk)
        return self._waiting.pop(0)

    def raw(self, content: bytes) -> Any:
        self._socket.sendall(content)
        return self.receive()

    def close(self) -> None:
        self._socket.close()


class DataWorld(World):
    """A home with a data server."""

    key = cipher.generate_key()

    def start(self) -> None:
        env = {**os.environ, "AIRFLOW_VAR_FROM_ENV": "env value"}
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "serve_data.py"), str(self.home), self.key], env=env
        )
        wait_for((self.home / "data_ready").exists, "the data server")

    @property
    def socket(self) -> Path:
        return paths.run_dir(self.home) / paths.DATA_SOCKET

    def task(self, dag_id: str, task_id: str = "extract", run_id: str = "r1") -> Task:
        """A process of that task, which is running."""
        self.set_state(dag_id, task_id, "running", run_id=run_id, dispatch=1, try_number=1)
        (row,) = self.sql("SELECT id FROM task_instance WHERE dag_id = ? AND task_id = ?", dag_id, task_id)
        task = Task(self.socket, row[0])
        task.dag_id = dag_id
        return task

    def made(self, stem: str) -> tuple[str, Task]:
        dag_id = self.fresh(stem)
        self.dag(dag_id)
        self.run(dag_id, logical_date=datetime(2026, 1, 2, tzinfo=UTC))
        return dag_id, self.task(dag_id)


@pytest.fixture(autouse=True)
def _hang_up() -> Iterator[None]:
    yield
    while Task.opened:
        Task.opened.pop().close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataWorld]:
    made = DataWorld(tmp_path_factory.mktemp("home"))
    made.start()
    yield made
    made.close()


def test_socket_is_for_its_owner(world: DataWorld) -> None:
    assert stat.S_IMODE(world.socket.stat().st_mode) == 0o600


def test_xcoms(world: DataWorld) -> None:
    dag_id, task = world.made("xcom")
    mine = {"dag_id": dag_id, "run_id": "r1", "task_id": "extract"}
    assert task.ask(data.GetXCom(**mine, key="k")) is None
    assert task.ask(data.SetXCom(key="k", value="[1,2]", length=2)) is None
    assert task.ask(data.GetXCom(**mine, key="k")) == "[1,2]"
    assert task.ask(data.SetXCom(key="other", value="4")) is None
    assert task.ask(data.GetNewestXComKey(**mine)) == "other"
    assert task.ask(data.SetXCom(key="k", value="3")) is None
    assert task.ask(data.GetNewestXComKey(**mine)) == "k"
    assert task.ask(data.GetXCom(**mine, key="k", map_index=None)) == "3"
    assert task.ask(data.GetXComSlice(**mine, key="k")) == ["3"]
    assert task.ask(data.CountXCom(**mine, key="k")) == 1
    assert world.sql("SELECT length FROM task_map WHERE dag_id = ?", dag_id) == [(2,)]
    world.run(dag_id, "r2", logical_date=datetime(2026, 1, 3, tzinfo=UTC))
    later = {**mine, "run_id": "r2"}
    assert task.ask(data.GetXCom(**later, key="k")) is None
    assert task.ask(data.GetXCom(**later, key="k", include_prior_dates=True)) == "3"
    assert task.ask(data.FindXComRun(**later, key="k")) == "r1"
    assert task.ask(data.FindXComRun(**later, key="none")) == "r2"
    assert task.ask(data.DeleteXCom(key="k")) is None
    assert task.ask(data.GetXCom(**mine, key="k")) is None
    assert task.ask(data.SetXCom(key="", value="1")).kind == "invalid"


def test_prior_xcoms_of_another_dag_are_those_up_to_the_run_that_asks(world: DataWorld) -> None:
    dag_id, pushing = world.made("pushes")
    _, asking = world.made("asks")
    pushing.ask(data.SetXCom(key="k", value="3"))
    wanted = {"dag_id": dag_id, "task_id": "extract", "key": "k", "include_prior_dates": True}
    assert asking.ask(data.GetXCom(**wanted, run_id="r1")) == "3"
    assert asking.ask(data.GetXComSlice(**wanted, run_id="r1")) == ["3"]
    assert asking.ask(data.GetXCom(**wanted, run_id="absent")) is None


def test_a_run_of_an_earlier_date_does_not_see_them(world: DataWorld) -> None:
    dag_id, pushing = world.made("pushes")
    pushing.ask(data.SetXCom(key="k", value="3"))
    world.dag(other := world.fresh("early"))
    world.run(other, "early", logical_date=datetime(2025, 1, 1, tzinfo=UTC))
    asking = world.task(other, run_id="early")
    wanted = {"dag_id": dag_id, "task_id": "extract", "key": "k", "include_prior_dates": True}
    assert asking.ask(data.GetXCom(**wanted, run_id="early")) is None
    assert asking.ask(data.GetXCom(**wanted, run_id="r1")) == "3"


def test_elements_of_a_list(world: DataWorld) -> None:
    dag_id, task = world.made("elements")
    mine = {"dag_id": dag_id, "run_id": "r1", "task_id": "extract", "key": "k"}

    def element(place: int) -> Any:
        return task.ask(data.GetXComElement(**mine, map_index=-1, place=place))

    assert element(0) is None
    task.ask(data.SetXCom(key="k", value='["a",{"b":[1,2]}]'))
    assert [element(0), element(1), element(2), element(-1)] == [
        [2, '"a"'],
        [2, '{"b":[1,2]}'],
        [2, None],
        [2, None],
    ]
    task.ask(data.SetXCom(key="k", value="[7]"))
    assert element(0) == [1, "7"]
    for other in ('{"a":1}', '"[1]"', "3"):
        task.ask(data.SetXCom(key="k", value=other))
        assert element(0) is None


def test_variables_are_encrypted_and_come_from_the_chain_first(world: DataWorld) -> None:
    _, task = world.made("variable")
    assert task.ask(data.GetVariable(key="secret")) is None
    assert task.ask(data.SetVariable(key="secret", value="swordfish", description="d")) is None
    assert task.ask(data.GetVariable(key="secret")) == "swordfish"
    ((stored, encrypted),) = world.sql("SELECT val, is_encrypted FROM variable WHERE key = 'secret'")
    assert (encrypted, "swordfish" in stored) == (1, False)
    assert task.ask(data.DeleteVariable(key="secret")) == 1
    assert task.ask(data.DeleteVariable(key="secret")) == 0
    assert task.ask(data.GetVariable(key="from_env")) == "env value"


def test_connections(world: DataWorld) -> None:
    _, task = world.made("connection")
    password = cipher.Cipher([world.key]).encrypt("swordfish")
    world.sql(
        "INSERT INTO connection (conn_id, conn_type, host, password, port, is_encrypted, extra)"
        " VALUES (?,?,?,?,?,1,?)",
        "db",
        "mysql",
        "h",
        password,
        3306,
        '{"a": 1}',
    )
    found = task.ask(data.GetConnection(conn_id="db"))
    assert (found["conn_type"], found["password"], found["port"]) == ("mysql", "swordfish", 3306)
    assert set(found) == {
        "conn_id",
        "conn_type",
        "description",
        "host",
        "schema",
        "login",
        "password",
        "port",
        "extra",
    }
    assert task.ask(data.GetConnection(conn_id="nope")) is None


def test_trigger(world: DataWorld) -> None:
    _, task = world.made("trigger")
    target = world.fresh("target")
    assert task.ask(data.TriggerDagRun(dag_id=target)).kind == "not_found"
    world.dag(target, paused=True)
    world.wakes()
    answer = task.ask(data.TriggerDagRun(dag_id=target, run_id="r7", conf='{"a":1}'))
    assert answer == {"run_id": "r7", "dag_is_paused": True}
    assert world.wakes() == [("run", target, "r7")]
    assert task.ask(data.TriggerDagRun(dag_id=target, run_id="r7")).kind == "run_exists"
    assert task.ask(data.TriggerDagRun(dag_id=target, run_id="a/b")).kind == "invalid"
    assert task.ask(data.TriggerDagRun(dag_id=target, conf="[")).kind == "invalid"
    assert task.ask(data.TriggerDagRun(dag_id=target, fail_when_paused=True)).kind == "invalid"
    world.set_state(target, "extract", "success", run_id="r7", try_number=1)
    world.sql("UPDATE dag_run SET state = 'success' WHERE dag_id = ?", target)
    assert task.ask(data.TriggerDagRun(dag_id=target, run_id="r7", reset=True))["run_id"] == "r7"
    assert world.run_row(target, "r7")[0] == "queued"
    assert set(world.states(target, "r7").values()) == {None}
    row = world.sql("SELECT run_type, triggered_by, conf FROM dag_run WHERE dag_id = ?", target)
    assert row == [("operator_triggered", "operator", '{"a":1}')]
    by = {"dag_id": task.dag_id, "run_id": "r1", "task_id": "extract", "map_index": -1}
    told = world.sql("SELECT event, owner, run_id, extra FROM log WHERE dag_id = ? ORDER BY id", target)
    assert [(event, owner, run_id) for event, owner, run_id, _ in told] == [
        ("trigger_dag_run", f"task:{task.dag_id}", "r7"),
        ("clear_dag_run", f"task:{task.dag_id}", "r7"),
    ]
    assert [json.loads(extra)["by"] for *_, extra in told] == [by, by]


def test_a_task_cannot_trigger_what_a_person_could_not(world: DataWorld) -> None:
    _, task = world.made("blocked")
    target = world.fresh("broken")
    world.dag(target)
    world.sql("UPDATE dag SET has_import_errors = 1 WHERE dag_id = ?", target)
    refused = task.ask(data.TriggerDagRun(dag_id=target, run_id="r7"))
    assert (refused.kind, "import error" in refused.message) == ("invalid", True)
    assert world.sql("SELECT run_id FROM dag_run WHERE dag_id = ?", target) == []
    assert world.sql("SELECT event FROM log WHERE dag_id = ?", target) == []


def test_the_run_of_a_date_is_run_again(world: DataWorld) -> None:
    _, task = world.made("dated")
    target, day = world.fresh("target"), datetime(2026, 1, 2, tzinfo=UTC)
    world.dag(target)
    world.run(target, "first", logical_date=day)
    world.sql("UPDATE dag_run SET state = 'success' WHERE dag_id = ?", target)
    clash = task.ask(data.TriggerDagRun(dag_id=target, run_id="second", logical_date=day))
    assert (clash.kind, "2026-01-02" in clash.message) == ("run_exists", True)
    again = task.ask(data.TriggerDagRun(dag_id=target, run_id="second", logical_date=day, reset=True))
    assert again["run_id"] == "first"
    assert world.sql("SELECT run_id, state FROM dag_run WHERE dag_id = ?", target) == [("first", "queued")]


def test_runs_and_states(world: DataWorld) -> None:
    dag_id, task = world.made("states")
    first = datetime(2026, 1, 2, tzinfo=UTC)
    run = task.ask(data.GetDagRun(dag_id=dag_id, run_id="r1"))
    assert (run["run_id"], run["state"]) == ("r1", "queued")
    assert task.ask(data.GetDagRun(dag_id=dag_id, logical_date=first))["run_id"] == "r1"
    assert task.ask(data.GetDagRun(dag_id=dag_id, run_id="r9")) is None
    after = datetime(2026, 1, 3, tzinfo=UTC)
    assert task.ask(data.GetPreviousDagRun(dag_id=dag_id, logical_date=after))["run_id"] == "r1"
    assert task.ask(data.GetPreviousDagRun(dag_id=dag_id, logical_date=after, state="success")) is None
    by_hand = world.run(dag_id, "by_hand", logical_date=first + timedelta(hours=1))
    world.sql("UPDATE dag_run SET run_type = 'scheduled' WHERE dag_id = ? AND run_id = 'r1'", dag_id)
    before = {"dag_id": dag_id, "logical_date": after}
    assert task.ask(data.GetPreviousDagRun(**before))["run_id"] == by_hand.run_id
    assert task.ask(data.GetPreviousDagRun(**before, scheduled=True))["run_id"] == "r1"
    world.sql("DELETE FROM dag_run WHERE dag_id = ? AND run_id = 'by_hand'", dag_id)
    assert task.ask(data.CountDagRuns(dag_id=dag_id, states=("queued",))) == 1
    assert task.ask(data.CountDagRuns(dag_id=dag_id, logical_dates=(after,))) == 0
    states = task.ask(data.GetTaskStates(dag_id=dag_id, run_ids=("r1",)))
    assert states == {"r1": {"extract": "running", "transform": None, "load": None}}
    assert task.ask(data.GetTaskStates(dag_id=dag_id, task_group_id="none")).kind == "not_found"
    assert task.ask(data.GetFirstReschedule()) is None


def test_instances_and_runs_to_look_through(world: DataWorld) -> None:
    dag_id, task = world.made("many")
    known = task.ask(data.GetTaskInstances(dag_id=dag_id, run_id="r1"))
    assert [(one["task_id"], one["state"], one["try_number"]) for one in known] == [
        ("extract", "running", 1), ("load", None, 0), ("transform", None, 0),
    ]  # fmt: skip
    assert task.ask(data.GetTaskInstances(dag_id=dag_id, run_id="r9")) == []

    def some(**wanted: Any) -> list[str]:
        which = data.GetTaskInstances(dag_id=dag_id, run_id="r1", **wanted)
        count = task.ask(data.CountTaskInstances(dag_id=dag_id, run_ids=("r1",), **wanted))
        names = [one["task_id"] for one in task.ask(which)]
        assert count == len(names)
        return names

    assert some(states=("running",)) == some(task_ids=("extract",), map_index=-1) == ["extract"]
    assert some(states=("running", None)) == ["extract", "load", "transform"]
    assert some(states=(None,), task_ids=("load", "extract")) == ["load"]
    assert some(map_index=3) == []
    later = datetime(2026, 1, 3, tzinfo=UTC)
    world.run(dag_id, "r2", logical_date=later)

    def found(**wanted: Any) -> list[str]:
        return [run["run_id"] for run in task.ask(data.FindDagRuns(dag_ids=(dag_id,), **wanted))]

    assert found() == found(states=("queued",)) == ["r1", "r2"]
    assert found(logical_dates=(later,)) == found(since=later) == found(run_ids=("r2", "r7")) == ["r2"]
    assert found(until=later - timedelta(days=1)) == ["r1"]
    assert found(states=("failed",)) == found(run_types=("backfill",)) == []
    assert "r2" in [run["run_id"] for run in task.ask(data.FindDagRuns(run_ids=("r2",)))]


@pytest.mark.parametrize(
    "change",
    [
        "state = 'success'",
        "state = 'restarting'",
        "state = NULL",
        "dispatch = 2",
        "id = lower(hex(randomblob(16)))",
    ],
)
def test_a_superseded_attempt_is_refused_and_changes_nothing(world: DataWorld, change: str) -> None:
    dag_id, task = world.made("fence")
    world.sql(f"UPDATE task_instance SET {change} WHERE dag_id = ? AND task_id = 'extract'", dag_id)
    for request in (
        data.SetXCom(key="k", value="1"),
        data.GetVariable(key="v"),
        data.TriggerDagRun(dag_id=dag_id),
    ):
        assert task.ask(request).kind == "stale_attempt"
    assert world.sql("SELECT count(*) FROM xcom WHERE dag_id = ?", dag_id) == [(0,)]
    assert world.sql("SELECT count(*) FROM dag_run WHERE dag_id = ?", dag_id) == [(1,)]


def test_a_callback_of_an_ended_attempt_may_read(world: DataWorld) -> None:
    dag_id, task = world.made("callback")
    task.ask(data.SetVariable(key="cb", value="1"))
    world.set_state(dag_id, "extract", "failed")
    assert task.ask(data.GetVariable(key="cb")).kind == "stale_attempt"
    world.sql(
        "INSERT INTO callback (type, data, created_at, dag_id, run_id, ti_id)"
        " VALUES ('task_failure','{}',?,?,'r1',?)",
        "2026-01-01 00:00:00.000000",
        dag_id,
        task.attempt_id,
    )
    assert task.ask(data.GetVariable(key="cb")) == "1"


def test_requests_of_one_connection_are_answered_in_order(world: DataWorld) -> None:
    dag_id, task = world.made("order")
    for number in range(20):
        task.send(data.SetXCom(key="k", value=str(number)))
        task.send(data.GetXCom(dag_id=dag_id, run_id="r1", task_id="extract", key="k"))
    received = [task.receive().value for _ in range(40)]
    assert received[1::2] == [str(number) for number in range(20)]


def test_a_broken_peer_hurts_nobody_else(world: DataWorld) -> None:
    _, good = world.made("broken")
    bad = Task(world.socket, "x")
    assert bad.raw((5).to_bytes(4, "big") + b"\xc1\xc1\xc1\xc1\xc1").kind == "invalid"
    assert bad.receive() is None
    huge = Task(world.socket, "x")
    assert huge.raw((2**31).to_bytes(4, "big")).kind == "invalid"
    Task(world.socket, "x").close()
    assert good.ask(data.CountDagRuns(dag_id="none")) == 0


def test_stops_at_once_and_leaves_no_socket(tmp_path: Path) -> None:
    world = DataWorld(tmp_path / "home")
    world.start()
    assert world.stop() < 2
    assert not world.socket.exists()
    world.close()
