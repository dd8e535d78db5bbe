"""A task that does nothing, run for the sake of running.

In the nursery and in parents it lets the interpreter specialise the code that every task runs, before
anything is forked. In a spare it makes the kernel give the process its own copies of the pages that a task
writes to, while nobody waits for it: that is most of what a forked process's first milliseconds are spent on.
"""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tradewind.client.logs import LogFile
from tradewind.domain.messages import runner as messages
from tradewind.domain.messages import wire
from tradewind.domain.messages.assignment import Assignment, RunContext
from tradewind.domain.messages.data import Request
from tradewind.runtime.clock import Clock
from tradewind.telemetry.masking import MASKER
from tradewind.worker import runner
from tradewind.worker.capture import Capture

_NAME: Final = "tradewind_rehearsal"
_CONTEXT: Final = "context"
_TEMPLATE: Final = "template"
_TEMPLATES: Final = {"text": "{{ ds }} {{ macros.ds_add(ds, 1) }} {{ params }} {{ data_interval_end }}"}
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_ASSIGNMENT: Final = Assignment(
    attempt_id="rehearsal",
    dispatch=0,
    task_id=_NAME,
    try_number=1,
    file="/dev/null",
    log_path="null",
    run=RunContext(
        dag_id=_NAME,
        run_id=_NAME,
        run_type="manual",
        run_after=_AT,
        logical_date=_AT,
        data_interval_start=_AT,
        data_interval_end=_AT,
    ),
)
_dag: list[Any] = []


class _NoLink:
    """Nothing is asked for."""

    def call(self, request: Request) -> Any:
        """Never called."""
        raise LookupError("a rehearsal has no database")


def prepare() -> None:
    """Build the DAG (once; before any DAG file is imported)."""
    if _dag:
        return
    from tradewind.authoring import scope
    from tradewind.authoring.dag import DAG
    from tradewind.authoring.operators.python import PythonOperator

    dag = DAG(dag_id=_NAME, schedule=None, start_date=_AT)
    PythonOperator(task_id=_NAME, python_callable=_nothing, dag=dag)
    PythonOperator(task_id=_CONTEXT, python_callable=_everything, dag=dag)
    PythonOperator(task_id=_TEMPLATE, python_callable=_everything, templates_dict=_TEMPLATES, dag=dag)
    scope.forget()
    _dag.append(dag)


def _nothing() -> None:
    """The task that spares rehearse."""


def _everything(**context: Any) -> None:
    """Asks for the whole context: what makes its values is loaded then, and by no task process again."""


def load_context(clock: Clock, capture: Capture | None = None, *, templates: bool) -> None:
    """Run a task that uses what tasks commonly use: dates, macros, settings, and ``templates`` where asked.

    Templates load jinja2, which makes every later fork dearer: not for DAG files that have none.
    """
    task_id = _TEMPLATE if templates else _CONTEXT
    rehearse(clock, capture, assignment=msgspec.structs.replace(_ASSIGNMENT, task_id=task_id))


def rehearse(
    clock: Clock, capture: Capture | None = None, times: int = 1, assignment: Assignment = _ASSIGNMENT
) -> None:
    """Run it, with a log that goes nowhere. Leaves no trace in the process but warmth."""
    environ = dict(os.environ)
    own = capture or Capture(lambda patience: None)
    if capture is None:
        logging.getLogger().addHandler(own)
    log = own.log = LogFile("/dev", "null", MASKER, clock)
    frames = wire.Frames(messages.ToTask)
    try:
        for _ in range(times):
            received = list(frames.feed(wire.frame(assignment)))
            body = runner.Body(
                received[0],
                _dag[0],
                _NoLink(),
                clock=clock,
                host=runner.Where("", ""),
                log=log,
                started=wire_started,
            )
            wire.frame(messages.Ended(report=body.run()))
    finally:
        own.log = None
        log.close()
        if capture is None:
            logging.getLogger().removeHandler(own)
        for name in os.environ.keys() - environ.keys():
            del os.environ[name]


def is_machine_idle() -> bool:
    """Whether a processor has nothing better to do than a rehearsal."""
    try:
        with open("/proc/loadavg", "rb") as file:
            running = int(file.read().split()[3].split(b"/")[0])
    except (OSError, ValueError, IndexError):
        return False
    return running <= (os.cpu_count() or 1)


def wire_started(message: Any) -> None:
    """Encode it, as if it were sent."""
    wire.frame(message)
