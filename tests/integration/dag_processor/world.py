"""A small home with a DAGs folder, a SQLite database and a real processor on the test's own loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tradewind.dag_processor import service
from tradewind.dag_processor.bundles.local import LocalDagBundle
from tradewind.dag_processor.importers import Importers
from tradewind.dag_processor.ledger import Ledger
from tradewind.domain.access import SYSTEM
from tradewind.runtime.clock import SystemClock
from tradewind.runtime.duty import perform
from tradewind.runtime.service import cancel_all
from tradewind.store import migrations
from tradewind.store.database import Database
from tradewind.store.queries import dags
from tradewind.store.queries.browse import dags as browse
from tradewind.store.queries.browse.listing import Where
from tradewind.store.records import DagRecord
from tradewind.telemetry.events import Event

DEADLINE = 20.0

DAG = """
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator
with DAG({dag_id!r}, schedule={schedule!r}, start_date=datetime(2024, 1, 1), tags=["t"]) as dag:
    BashOperator(task_id={task!r}, bash_command="true")
"""


def dag_text(dag_id: str, *, task: str = "one", schedule: str | None = "@daily") -> str:
    return DAG.format(dag_id=dag_id, task=task, schedule=schedule)


class World:
    """The parts, and questions to them."""

    def __init__(self, tmp_path: Path, **options: Any) -> None:
        self.home = tmp_path
        self.folder = tmp_path / "dags"
        self.folder.mkdir(exist_ok=True)
        self.run_dir = tmp_path / "run"
        self.run_dir.mkdir(exist_ok=True)
        self.database = Database(f"sqlite:///{tmp_path}/airflow.db")
        migrations.migrate(self.database)
        self.events: list[Event] = []
        self.variables: dict[str, str] = {}
        bundle = LocalDagBundle(name="dags-folder", path=self.folder)
        defaults: dict[str, Any] = {"timeout": 10.0, "memory_limit": 2 << 30, "scan_interval": 0.5}
        self.options = service.Options(bundles=(bundle,), run_dir=self.run_dir, **{**defaults, **options})

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def dag(self, dag_id: str) -> DagRecord | None:
        with self.database.read() as tx:
            return dags.get(tx, dag_id, access=SYSTEM)

    def live(self) -> list[str]:
        with self.database.read() as tx:
            return dags.ids(tx, access=SYSTEM)

    def versions(self, dag_id: str) -> int:
        with self.database.read() as tx:
            return browse.versions.count(tx, [Where("dag_id", "eq", dag_id)], access=SYSTEM)

    def broken(self) -> dict[str, str]:
        with self.database.read() as tx:
            rows = tx.rows(_errors())
        return {Path(row[0]).name: row[1] for row in rows}

    def run(self, story: Callable[[Running], Coroutine[Any, Any, None]]) -> None:
        asyncio.run(self._live(story))

    async def _live(self, story: Callable[[Running], Coroutine[Any, Any, None]]) -> None:
        clock, emit = SystemClock(), self.events.append
        ledger = Ledger(
            self.database, clock=clock, run_dir=self.run_dir, paused=self.options.paused, emit=emit
        )
        environ = {
            **os.environ,
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.folder),
        }
        importers = Importers(environ=environ, answer=lambda kind, name: self.variables.get(name))
        processor = service.Processor(
            self.options, ledger=ledger, importers=importers, clock=clock, emit=emit
        )
        duties: list[asyncio.Task[None]] = []
        try:
            await processor.start()
            duties = [
                asyncio.create_task(perform(duty, component="test", clock=clock, emit=emit))
                for duty in processor.duties()
            ]
            await story(Running(self, processor, importers))
        finally:
            await cancel_all(duties)
            await processor.stop()
            self.database.close()


class Running:
    """A processor at work."""

    def __init__(self, world: World, processor: service.Processor, importers: Importers) -> None:
        self.world, self.processor, self.importers = world, processor, importers

    async def until(self, fact: Callable[[], Any], what: str, *, within: float = DEADLINE) -> float:
        """Wait for a fact; how long it took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not fact():
            if loop.time() - began > within:
                raise AssertionError(
                    f"not within {within} s: {what}; DAGs {self.world.live()}, errors {self.world.broken()}"
                )
            await asyncio.sleep(0.01)
        return loop.time() - began


def _errors() -> Any:
    import sqlalchemy as sa

    from tradewind.store.tables.dags import import_error

    return sa.select(import_error.c.filename, import_error.c.stacktrace)
