"""What tasks ask of the data socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.worker.test_outcomes import HEAD, values
from tests.integration.worker.world import World, events

from tradewind.domain.events import Failed
from tradewind.domain.messages import data, wire


class DataServer:
    """Answers from a dict, as the real one does from the database."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.calls: list[data.Call] = []
        self.variables: dict[str, str] = {}
        self.xcoms: dict[str, str] = {}
        self.stale = False
        self.hang_up = 0
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(path))
        self._server.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                conn, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn: socket.socket) -> None:
        frames = wire.Frames(data.Call)
        with conn:
            while chunk := conn.recv(65536):
                for call in frames.feed(chunk):
                    if self.hang_up > 0:
                        self.hang_up -= 1
                        return
                    self.calls.append(call)
                    conn.sendall(wire.frame(self._answer(call.request)))

    def _answer(self, request: Any) -> Any:
        if self.stale:
            return data.Refusal(kind="stale_attempt", message="a newer try has begun")
        match request:
            case data.GetVariable():
                return data.Answer(value=self.variables.get(request.key))
            case data.SetVariable():
                self.variables[request.key] = request.value
                return data.Answer()
            case data.GetConnection():
                found = {
                    "conn_id": request.conn_id,
                    "conn_type": "http",
                    "host": "h",
                    "password": "open-sesame",
                }
                return data.Answer(value=found if request.conn_id == "known" else None)
            case data.SetXCom():
                self.xcoms[request.key] = request.value
                return data.Answer()
            case data.GetXCom():
                return data.Answer(value=self.xcoms.get(request.key))
            case _:
                return data.Refusal(kind="invalid", message=f"no answer to {type(request).__name__}")

    def close(self) -> None:
        self._server.close()
        self.path.unlink(missing_ok=True)


@pytest.fixture
def server(world: World) -> Iterator[DataServer]:
    made = DataServer(world.run / "data.sock")
    yield made
    made.close()


ASKER = (
    HEAD
    + """
from tradewind.authoring.variable import Variable
from tradewind.secrets import current
import subprocess
def variables():
    Variable.set("new", "v2")
    return [Variable.get("mine"), Variable.get("absent", default="d"), Variable.get("new")]
def connection():
    found = current().get_connection("known")
    print("the password is", found.password)
    subprocess.run(["echo", "shell says", found.password])
    return [found.host, current().get_connection("unknown")]
def push(ti):
    ti.xcom_push(key="k", value={"a": 1})
    return ti.xcom_pull(task_ids="push", key="k")
def stubborn():
    try:
        Variable.get("mine")
    except Exception:
        print("swallowed")
    return "went on"
with DAG("d", schedule=None):
    for function in (variables, connection, push, stubborn):
        do(function.__name__, function)
"""
)


def test_variables_connections_and_xcoms(world: World, server: DataServer) -> None:
    server.variables["mine"] = "v1"
    file = world.write("d.py", ASKER)
    assert values(world.do(file, "variables")[0]) == {"return_value": ["v1", "d", "v2"]}
    report, log = world.do(file, "connection")
    assert values(report) == {"return_value": ["h", None]}
    assert "the password is ***" in events(log)
    assert "shell says ***" in events(log)
    report, _ = world.do(file, "push")
    assert values(report) == {"return_value": {"a": 1}}
    assert {(call.attempt_id, call.dispatch) for call in server.calls[-2:]} == {(report.attempt_id, 1)}


def test_importing_may_ask_with_the_fence_of_the_assignment(world: World, server: DataServer) -> None:
    server.variables["mine"] = "at import"
    source = ASKER.replace("def push", 'TOP = Variable.get("mine")\ndef push').replace(
        'return "went on"', "return TOP"
    )
    report, _ = world.do(world.write("d.py", source), "stubborn")
    assert values(report) == {"return_value": "at import"}
    assert server.calls[0].attempt_id == report.attempt_id


def test_a_broken_connection_is_made_again(world: World, server: DataServer) -> None:
    server.variables["mine"] = "v1"
    server.hang_up = 2
    assert values(world.do(world.write("d.py", ASKER), "variables")[0]) == {"return_value": ["v1", "d", "v2"]}


def test_without_an_answer_the_task_fails_and_names_the_socket(make_world: Callable[..., World]) -> None:
    world = make_world(data_deadline=0.3)
    report, _ = world.do(world.write("d.py", ASKER), "variables")
    assert isinstance(report.outcome, Failed)
    assert "data.sock" in report.outcome.reason


def test_a_stale_attempt_stops_even_if_it_swallows_exceptions(world: World, server: DataServer) -> None:
    server.stale = True
    report, log = world.do(world.write("d.py", ASKER), "stubborn")
    assert isinstance(report.outcome, Failed)
    assert "a newer try has begun" in report.outcome.reason
    assert "swallowed" not in events(log)
