"""A task that does nothing, run for the sake of running.

In the nursery and in parents it lets the interpreter specialise the code that every task runs, before
anything is forked. In a spare it makes the kernel give the process its own copies of the pages that a task
writes to, while nobody waits for it: that is most of what a forked process's first milliseconds are spent on.
"""

from __future__ import annotations

import logging
import os
import socket
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tradewind.client.link import Link
from tradewind.client.logs import LogFile
from tradewind.domain.messages import runner as messages
from tradewind.domain.messages import wire
from tradewind.domain.messages.assignment import Assignment, RunContext
from tradewind.domain.messages.data import Answer, GetXCom, GetXComElement, Request
from tradewind.domain.messages.report import Finished
from tradewind.runtime.clock import Clock
from tradewind.telemetry.masking import MASKER
from tradewind.worker import runner
from tradewind.worker.capture import Capture

_NAME: Final = "tradewind_rehearsal"
_CONTEXT: Final = "context"
_TEMPLATE: Final = "template"
_LIST: Final = "list"
_PULLING: Final = "pulling"
_MAPPED: Final = "mapped"
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


class _RehearsedLink(Link):
    """Asks nobody: the answer waits in the socket before the question is sent."""

    def __init__(self, clock: Clock) -> None:
        super().__init__("", _NAME, 0, clock=clock, deadline=0)
        self._sock, self._there = socket.socketpair()
        self._owner = os.getpid()

    def call(self, request: Request) -> Any:
        value: Any = None
        if isinstance(request, GetXComElement):
            value = [1, "[1]"]
        elif isinstance(request, GetXCom):
            value = "[1]"
        self._there.sendall(wire.frame(Answer(value=value)))
        return super().call(request)

    def close(self) -> None:
        super().close()
        self._there.close()


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
    listed = PythonOperator(task_id=_LIST, python_callable=_nothing, dag=dag).output
    PythonOperator(task_id=_PULLING, python_callable=_something, op_args=[listed], dag=dag)
    mapped = PythonOperator.partial(task_id=_MAPPED, python_callable=_something, dag=dag)
    mapped.expand(op_args=listed.map(_same))
    scope.forget()
    _dag.append(dag)


def _nothing() -> None:
    """The task that spares rehearse."""


def _something(value: Any) -> None:
    """Takes what another task returned."""


def _same(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _everything(**context: Any) -> None:
    """Asks for the whole context: what makes its values is loaded then, and by no task process again."""


def load_context(clock: Clock, capture: Capture | None = None, *, templates: bool) -> list[Finished]:
    """Run tasks that use what tasks commonly use: dates, macros, settings, results of other tasks, an element
    of a list that is mapped over, and ``templates`` where asked. Their last reports.

    Templates load jinja2, which makes every later fork dearer: not for DAG files that have none. A user's
    own XCom back end is not called.
    """
    from tradewind.authoring import xcom

    tasks = [msgspec.structs.replace(_ASSIGNMENT, task_id=_TEMPLATE if templates else _CONTEXT)]
    if xcom.is_backend_ours():
        tasks.append(msgspec.structs.replace(_ASSIGNMENT, task_id=_PULLING))
        tasks.append(msgspec.structs.replace(_ASSIGNMENT, task_id=_MAPPED, map_index=0, path=(0,)))
    return [rehearse(clock, capture, times=2, assignment=task) for task in tasks]


def rehearse(
    clock: Clock, capture: Capture | None = None, times: int = 1, assignment: Assignment = _ASSIGNMENT
) -> Finished:
    """Run it, with a log that goes nowhere. Leaves no trace in the process but warmth and the last report."""
    environ = dict(os.environ)
    own = capture or Capture(lambda patience: None)
    if capture is None:
        logging.getLogger().addHandler(own)
    log = own.log = LogFile("/dev", "null", MASKER, clock)
    frames, link = wire.Frames(messages.ToTask), _RehearsedLink(clock)
    try:
        for _ in range(times):
            received = list(frames.feed(wire.frame(assignment)))
            body = runner.Body(
                received[0],
                _dag[0],
                link,
                clock=clock,
                host=runner.Where("", ""),
                log=log,
                started=wire_started,
                listened=False,
            )
            report = body.run()
            wire.frame(messages.Ended(report=report))
    finally:
        own.log = None
        log.close()
        link.close()
        if capture is None:
            logging.getLogger().removeHandler(own)
        for name in os.environ.keys() - environ.keys():
            del os.environ[name]
    return report


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
