"""A small home with DAGs, and what tests do to it from the other side of the database."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tradewind.auth import passwords
from tradewind.domain import codec, hitl, keys
from tradewind.domain.spec import DagSpec, ParamSpec, TaskSpec
from tradewind.runtime import paths, wakeups
from tradewind.store import migrations
from tradewind.store.database import Database
from tradewind.store.queries import dag_versions, dags, roles, users
from tradewind.store.records import NewRun, RunRecord
from tradewind.store.transitions import hitl as hitl_transitions
from tradewind.store.transitions import runs

HERE = Path(__file__).parent
SOURCE = "from airflow.sdk import DAG\n"


def now() -> datetime:
    return datetime.now(UTC)


def new_attempt(at: datetime) -> str:
    return keys.attempt_id(at, secrets.randbits(74))


def spec_of(dag_id: str, **changes: Any) -> DagSpec:
    """Three tasks in a row: extract >> transform >> load."""
    chain = (
        TaskSpec(task_id="extract", operator="PythonOperator", module="tests", retries=1),
        TaskSpec(task_id="load", operator="PythonOperator", module="tests", upstream=("transform",)),
        TaskSpec(task_id="transform", operator="BashOperator", module="tests", upstream=("extract",)),
    )
    return DagSpec(
        **{"dag_id": dag_id, "tasks": chain, "owners": ("ann",), "tags": ("etl", "nightly"), **changes}
    )


@dataclass
class World:
    """A home, its database, and (once started) its server."""

    home: Path
    database: Database = field(init=False)
    process: subprocess.Popen[bytes] | None = None
    url: str = ""
    receiver: wakeups.Receiver | None = None
    _count: int = 0
    _made: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.database = Database(f"sqlite:///{self.home / 'airflow.db'}")
        migrations.migrate(self.database)
        self.receiver = wakeups.Receiver(paths.run_dir(self.home))

    # --- the server -----------------------------------------------------------------------------

    def start(self, *words: str, **settings: Any) -> None:
        """Start the server, with these of its ``Settings``, and wait until it answers; ``bare``: without what
        has to be configured.
        """
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = (self.home / "server.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "serve.py"), str(self.home), str(port), json.dumps(settings), *words],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        self.url = f"http://127.0.0.1:{port}"
        wait_for(lambda: (self.home / "ready").exists() or self._died(), "the server to be ready")

    def _died(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError((self.home / "server.log").read_text())
        return False

    def stop(self) -> float:
        """SIGTERM; the seconds until the process was gone."""
        assert self.process is not None
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(10)
        return time.monotonic() - began

    def close(self) -> None:
        """End everything."""
        if self.process is not None and self.process.poll() is None:
            self.stop()
        if self.receiver is not None:
            self.receiver.close()
        self.database.close()

    def passwords(self) -> dict[str, str]:
        return json.loads((self.home / "simple_auth_manager_passwords.json.generated").read_text())

    def client(self, user: str | None = "admin") -> httpx.Client:
        """A client with that user's token, or without any."""
        client = httpx.Client(base_url=self.url, timeout=20)
        if user is not None:
            who = {"username": user, "password": self._made.get(user) or self.passwords()[user]}
            answer = httpx.post(f"{self.url}/auth/token", json=who, timeout=20)
            assert answer.status_code == 201, answer.text
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    def person(self, name: str, *roles: str, password_hash: str | None = None) -> str:
        """Enter a user with these roles into the tables; the name."""
        self._made[name] = f"password of {name}"
        stored = password_hash or passwords.hash_password(self._made[name])
        with self.database.write() as tx:
            users.create(tx, name, password_hash=stored, roles=roles, now=now())
        return name

    def listed(self, user: str, role: str) -> None:
        """Enter a user who cannot log in, and a role that may nothing."""
        with self.database.write() as tx:
            users.create(tx, user, password_hash=None, email=f"{user}@example.org", now=now())
            roles.create(tx, role)

    def role(self, name: str, *pairs: tuple[str, str]) -> str:
        """Make a role that may do these things; its name."""
        with self.database.write() as tx:
            roles.create(tx, name)
            roles.grant(tx, name, pairs)
        return name

    def wakes(self) -> list[tuple[str, str, str]]:
        assert self.receiver is not None
        return [(wake.kind, wake.dag_id, wake.run_id) for wake in self.receiver.drain()]

    # --- the database ----------------------------------------------------------------------------

    def dag(self, dag_id: str, *, paused: bool = False, **changes: Any) -> DagSpec:
        """Store a DAG as the DAG processor would."""
        spec = spec_of(dag_id, **changes)
        encoded = codec.encode(spec)
        row = dags.DagRow(
            dag_id=dag_id,
            display_name=spec.display_name,
            fileloc=f"/dags/{dag_id}.py",
            relative_fileloc=f"{dag_id}.py",
            owners=", ".join(spec.owners),
            paused=paused,
            tags=spec.tags,
            parsed_at=now(),
            timetable_summary="None",
        )
        with self.database.write() as tx:
            dags.upsert(tx, [row])
            dag_versions.store(
                tx,
                dag_id,
                encoded,
                codec.digest(encoded),
                source=SOURCE,
                fileloc=row.fileloc,
                bundle_name="dags-folder",
                now=now(),
            )
        return spec

    def fresh(self, stem: str) -> str:
        """A DAG id that no other test has."""
        self._count += 1
        return f"{stem}_{self._count}"

    def run(self, dag_id: str, run_id: str = "r1", **changes: Any) -> RunRecord:
        """Make a run of a stored DAG."""
        with self.database.write() as tx:
            version = dag_versions.newest_hash(tx, dag_id)
            encoded = dag_versions.spec_bytes(tx, dag_id)
            assert encoded is not None
            at = changes.pop("run_after", now())
            new = NewRun(
                dag_id=dag_id,
                run_id=run_id,
                run_type="manual",
                run_after=at,
                queued_at=at,
                version_hash=version,
                **changes,
            )
            return runs.create(tx, new, codec.decode(encoded), new_attempt)

    def sql(self, text: str, *values: Any) -> list[Any]:
        """What a person does by hand in SQL."""
        import sqlite3

        with sqlite3.connect(self.home / "airflow.db", timeout=20) as connection:
            rows = connection.execute(text, values).fetchall()
        connection.close()
        return rows

    def set_state(
        self, dag_id: str, task_id: str, state: str | None, run_id: str = "r1", **columns: Any
    ) -> None:
        """Put a task instance into a state, as if it had got there."""
        sets = ", ".join(f"{name} = ?" for name in ("state", *columns))
        self.sql(
            f"UPDATE task_instance SET {sets} WHERE dag_id = ? AND run_id = ? AND task_id = ?",
            state, *columns.values(), dag_id, run_id, task_id,
        )  # fmt: skip

    def ask(
        self,
        dag_id: str,
        task_id: str = "extract",
        state: str = "awaiting_input",
        *,
        run_id: str = "r1",
        **asked: Any,
    ) -> str:
        """Have a task instance ask a person; its id."""
        self.set_state(dag_id, task_id, state, run_id, try_number=1, dispatch=1)
        rows = self.sql("SELECT id FROM task_instance WHERE dag_id = ? AND task_id = ?", dag_id, task_id)
        request = hitl.Request(**{"subject": "Go?", "options": ("Yes", "No"), **asked})
        with self.database.write() as tx:
            hitl_transitions.ask(tx, rows[0][0], 1, request, now=now())
        return str(rows[0][0])

    def states(self, dag_id: str, run_id: str = "r1") -> dict[str, str | None]:
        rows = self.sql(
            "SELECT task_id, state FROM task_instance WHERE dag_id = ? AND run_id = ?", dag_id, run_id
        )
        return dict(rows)

    def run_row(self, dag_id: str, run_id: str = "r1") -> tuple[Any, ...]:
        """(state, row_version)"""
        return self.sql(
            "SELECT state, row_version FROM dag_run WHERE dag_id = ? AND run_id = ?", dag_id, run_id
        )[0]

    def write_log(
        self, dag_id: str, task_id: str, text: str, *, run_id: str = "r1", attempt: int = 1
    ) -> Path:
        path = (
            self.home
            / "logs"
            / f"dag_id={dag_id}"
            / f"run_id={run_id}"
            / f"task_id={task_id}"
            / f"attempt={attempt}.log"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as stream:
            stream.write(text)
        return path


@contextmanager
def serving(home: Path, **settings: Any) -> Iterator[World]:
    """A world whose server runs, with these of its ``Settings``."""
    made = World(home)
    made.start(**settings)
    try:
        yield made
    finally:
        made.close()


def wait_for(fact: Callable[[], Any], what: str, seconds: float = 15) -> Any:
    """The fact, once it is true."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        found = fact()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError(f"waited {seconds} s for {what}")


PARAMS = {
    "day": ParamSpec(value="mon", schema={"type": "string", "enum": ["mon", "tue"]}),
    "size": ParamSpec(schema={"type": "integer", "minimum": 1}, required=True),
}
