"""Runs DAG files in Tradewind and tells how each ended, in the same words as ``peer``.

All tasks that may start at one time are run before the engine is asked again, as in Airflow.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from tradewind import secrets
from tradewind.authoring import loader, serde
from tradewind.authoring.to_spec import to_spec
from tradewind.runtime.clock import SystemClock
from tradewind.secrets import Chain
from tradewind.testing.dag_test import new_attempt, run_context
from tradewind.testing.kit.answers import Answers
from tradewind.testing.local.desk import Desk
from tradewind.testing.local.driver import LocalRun, Wish
from tradewind.testing.local.inside import Inside

WHEN = datetime(2024, 1, 2, tzinfo=UTC)


class Silent:
    """A watcher that shows nothing."""

    def changed(self, run: LocalRun) -> None: ...

    def waits(self, until: datetime) -> None: ...

    def retried(self, assignment: Any, reason: str) -> None: ...

    def close(self) -> None: ...


class Rounds(Inside):
    """Performs whatever may start, one after the other, and only then tells."""

    slots = 1000


def run(file: Path, *, order: int | None = None) -> dict[str, Any]:
    """How the DAG of the file ended.

    Where a task has both a skipped and a failed task above it, what it becomes may depend on which news
    reaches it first. Tradewind's engine takes news from top to bottom, Airflow's scheduler as its database
    gives it the rows. ``order`` is a seed for another order: 0 for the nearest tasks first, others for a
    random one; with odd ones empty tasks take a round as others do, which they do not in Tradewind.
    """
    try:
        loaded = loader.load_file(str(file), str(file.parent), folders=())
        if loaded.errors:
            return {"error": "; ".join(error.message for error in loaded.errors)}
        (dag,) = loaded.dags
        with quiet():
            return _run(dag, str(file), order)
    except Exception as error:  # noqa: BLE001 - how a run broke is a result, which the report shows
        return {"error": f"{type(error).__name__}: {error}"}


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Inside, nothing is logged and no secret is known; the tests that follow have both again."""
    before = secrets.current()
    logging.disable(logging.CRITICAL)
    secrets.use(Chain([]))
    try:
        yield
    finally:
        secrets.use(before)
        logging.disable(logging.NOTSET)


def _run(dag: Any, file: str, order: int | None) -> dict[str, Any]:
    clock, spec, chain = SystemClock(), to_spec(dag), secrets.current()
    if order is not None and order % 2:
        spec = msgspec.structs.replace(
            spec, tasks=tuple(msgspec.structs.replace(task, is_empty=False) for task in spec.tasks)
        )
    context = run_context(spec, clock, timetable=None, logical_date=WHEN)
    desk = Desk(context, dag, chain=chain, tell=lambda text: None)
    local = LocalRun(
        Wish(spec=spec, file=file, run=context), clock=clock, desk=desk,
        performer=Rounds(dag, clock=clock), watcher=Silent(), answerer=Answers({}),
        new_attempt=new_attempt,
    )  # fmt: skip
    desk.states = local.states
    if order is not None:
        rank = local.machine.graph.rank
        local.machine.graph.rank = Random(order).sample(rank, len(rank)) if order else [0] * len(rank)
    local.run()
    tasks = [
        [view.task_id, view.map_index, view.state and view.state.value, view.try_number]
        for view in local.machine.instances()
    ]
    xcoms = [
        [task_id, index, key, json.loads(json.dumps(serde.decode(value)))]
        for (key, task_id, index), value in desk.xcoms().items()
    ]
    return {
        "state": local.machine.state.value,
        "tasks": sorted(tasks),
        "xcoms": sorted(xcoms, key=lambda row: (row[0], row[1], row[2])),
    }
