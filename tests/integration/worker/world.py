"""A small world for a worker host: a home, a real host process, and a peer that speaks for the scheduler."""

from __future__ import annotations

import contextlib
import itertools
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from tradewind.domain.events import Succeeded
from tradewind.domain.messages import wire
from tradewind.domain.messages.assignment import Assignment, RunContext
from tradewind.domain.messages.lifecycle import Ack, Assign, FromHost, Gone, Heartbeat, Hello, Stop, Welcome
from tradewind.domain.messages.report import Finished, Started
from tradewind.worker.settings import HostSettings

PATIENCE = 20.0
HOST = """
import sys, msgspec
from tradewind.runtime.clock import SystemClock
from tradewind.worker import host
from tradewind.worker.settings import HostSettings
def paths(kind, value): return kind(value)
host.run(msgspec.json.decode(sys.argv[1], type=HostSettings, dec_hook=paths), SystemClock())
"""


def has_called(report: Finished) -> bool:
    """Whether it says that the callbacks of a success have ended."""
    return isinstance(report.outcome, Succeeded) and report.outcome.called


def is_calling(report: Finished) -> bool:
    """Whether it says that they run."""
    return isinstance(report.outcome, Succeeded) and report.outcome.calling


class Peer:
    """Listens where the scheduler would, and writes down what hosts say."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.server = self._listen()
        self.conn: socket.socket | None = None
        self.frames = wire.Frames(FromHost)
        self.hello: Hello | None = None
        self.said: list[Any] = []
        self.acknowledge = True
        self.on_finished: Callable[[Finished], None] | None = None

    def _listen(self) -> socket.socket:
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.path.unlink(missing_ok=True)
        server.bind(str(self.path))
        server.listen()
        return server

    def close(self) -> None:
        """As a scheduler that was killed."""
        self.server.close()
        self.drop()

    def reopen(self) -> None:
        """As a scheduler that came back."""
        self.server = self._listen()

    def drop(self) -> None:
        """Cut the connection."""
        if self.conn is not None:
            self.conn.close()
        self.conn, self.hello, self.frames = None, None, wire.Frames(FromHost)

    def send(self, message: msgspec.Struct) -> None:
        """To the host; one that was just killed does not hear it."""
        assert self.conn is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.conn.sendall(wire.frame(message))

    def turn(self, timeout: float = 0.05) -> None:
        """Take in what has arrived."""
        sources = [self.server] + ([self.conn] if self.conn is not None else [])
        ready, _, _ = select.select(sources, [], [], timeout)
        for source in ready:
            if source is self.server:
                if self.conn is not None:
                    self.conn.close()
                self.conn, _ = self.server.accept()
                self.frames = wire.Frames(FromHost)
            elif source is self.conn:
                self._read()

    def _read(self) -> None:
        assert self.conn is not None
        try:
            data = self.conn.recv(1 << 18)
        except ConnectionResetError:
            data = b""
        if not data:
            self.drop()
            return
        for message in self.frames.feed(data):
            self._heard(message)

    def _heard(self, message: Any) -> None:
        self.said.append(message)
        if isinstance(message, Hello):
            self.hello = message
            self.send(Welcome(scheduler="test"))
        elif isinstance(message, Finished):
            if self.acknowledge:
                key = (message.attempt_id, message.dispatch)
                self.send(Ack(called=(key,), done=()) if has_called(message) else Ack(done=(key,)))
            if self.on_finished is not None:
                self.on_finished(message)

    def until(self, fact: Callable[[], Any], what: str = "", patience: float = PATIENCE) -> Any:
        """Serve until ``fact()`` is true, and return it."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            found = fact()
            if found:
                return found
            self.turn()
        raise AssertionError(f"{what or fact} did not come true in {patience} s; said: {self.said[-10:]}")

    def of(self, kind: type) -> list[Any]:
        """Everything of that kind that was said."""
        return [message for message in self.said if isinstance(message, kind)]

    def finished(self, assignment: Assignment, patience: float = PATIENCE) -> Finished:
        """How that one ended, its callbacks too, with all that its first word brought."""

        def found() -> Finished | None:
            words = self.words(assignment)
            last = next((m for m in words if not is_calling(m)), None)
            return last and msgspec.structs.replace(words[0], outcome=last.outcome)

        return self.until(found, f"Finished of {assignment.task_id}", patience)

    def words(self, assignment: Assignment) -> list[Finished]:
        """All that was said of its end."""
        key = (assignment.attempt_id, assignment.dispatch)
        return [m for m in self.of(Finished) if (m.attempt_id, m.dispatch) == key]

    def started(self, assignment: Assignment) -> Started:
        """That it started."""
        return self.until(
            lambda: next((m for m in self.of(Started) if m.attempt_id == assignment.attempt_id), None),
            f"Started of {assignment.task_id}",
        )


class World:
    """Folders, DAG files, the peer and the host."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.dags, self.logs, self.run = folder / "dags", folder / "logs", folder / "run"
        for place in (self.dags, self.logs, self.run):
            place.mkdir(exist_ok=True)
        self.settings = HostSettings(
            **{  # type: ignore[arg-type]
                "run_dir": self.run,
                "log_folder": self.logs,
                "dags_folder": self.dags,
                "slots": 16,
                "hostname": "here",
                "unixname": "tester",
                "kill_grace": 2.0,
                "term_grace": 1.0,
                "timeout_grace": 1.0,
                "data_deadline": 2.0,
                **settings,
            }
        )
        self.peer = Peer(self.run / "lifecycle.sock")
        self.host: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)

    def start(self) -> None:
        """Start a host and wait for its hello."""
        text = msgspec.json.encode(self.settings, enc_hook=str).decode()
        environ = {**os.environ, "AIRFLOW_HOME": str(self.folder)}
        with open(self.folder / "host.out", "ab") as out:
            self.host = subprocess.Popen(
                [sys.executable, "-c", HOST, text],
                stdout=out,
                stderr=out,
                env=environ,
                start_new_session=True,
            )
        self.peer.hello = None
        self.peer.until(lambda: self.peer.hello, "hello")

    def stop(self) -> None:
        """End everything."""
        if self.host is not None and self.host.poll() is None:
            self.host.send_signal(signal.SIGKILL)
            self.host.wait()
        self.peer.close()

    def write(self, name: str, source: str) -> Path:
        """A DAG file."""
        path = self.dags / name
        path.write_text(source)
        return path

    def assignment(self, file: Path, task_id: str, dag_id: str = "d", **fields: Any) -> Assignment:
        """Work for a task of that file."""
        number = next(self._numbers)
        try_number = fields.pop("try_number", 1)
        at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        run = fields.pop("run", None) or RunContext(
            dag_id=dag_id,
            run_id="manual__1",
            run_type="manual",
            run_after=at,
            logical_date=at,
            data_interval_start=at,
            data_interval_end=at,
            start_date=at,
            conf=fields.pop("conf", "{}"),
        )
        return Assignment(
            attempt_id=f"attempt-{number}",
            dispatch=fields.pop("dispatch", 1),
            task_id=task_id,
            try_number=try_number,
            run=run,
            file=str(file),
            log_path=f"dag_id={dag_id}/run_id=manual__1/task_id={task_id}/{number}/attempt={try_number}.log",
            **fields,
        )

    def send(self, *assignments: Assignment) -> None:
        """Hand out work."""
        assert self.peer.hello is not None
        self.peer.send(Assign(incarnation=self.peer.hello.incarnation, assignments=assignments))

    def do(
        self, file: Path, task_id: str, patience: float = PATIENCE, **fields: Any
    ) -> tuple[Finished, list[dict]]:
        """Run one task: its report and its log."""
        assignment = self.assignment(file, task_id, **fields)
        self.send(assignment)
        report = self.peer.finished(assignment, patience)
        return report, self.log(assignment)

    def log(self, assignment: Assignment) -> list[dict[str, Any]]:
        """The lines of its log."""
        return read_log(self.logs / assignment.log_path)

    def ack(self, report: Finished) -> None:
        """Acknowledge by hand."""
        self.peer.send(Ack(done=((report.attempt_id, report.dispatch),)))

    def tell_to_stop(self, assignment: Assignment, reason: str = "it was cleared") -> None:
        """As the scheduler does for a cleared task instance."""
        self.peer.send(Stop(attempts=((assignment.attempt_id, assignment.dispatch),), reason=reason))


def read_log(path: Path) -> list[dict[str, Any]]:
    """Decoded lines; an undecodable one fails the test."""
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


def events(log: list[dict[str, Any]]) -> list[str]:
    """Their texts."""
    return [str(line["event"]) for line in log]


def alive(pid: int) -> bool:
    """Whether that process lives (a zombie does not)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text[text.rindex(")") + 2] not in "ZX"


def until(fact: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Wait for a fact that needs no messages."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = fact()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError(f"{what} did not come true in {patience} s")


__all__ = ["Gone", "Heartbeat", "Peer", "World", "alive", "events", "read_log", "until"]
