"""What services tell, as structs, and the one place that turns them into log lines.

Logic emits an event; it never words a log line. Each event names its logger and level and has a sentence.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a service did or saw. ``text`` is a format string over the event's fields."""

    level: ClassVar[int] = logging.INFO
    logger: ClassVar[str] = "tradewind"
    text: ClassVar[str] = ""


Emit = Callable[[Event], None]


class ServiceStarted(Event, frozen=True, kw_only=True):
    """A process began its work."""

    text: ClassVar[str] = "{component} started, pid {pid}"
    component: str
    pid: int


class ServerReady(Event, frozen=True, kw_only=True):
    """A server answers requests."""

    text: ClassVar[str] = "{component} answers on {address}, pid {pid}"
    component: str
    address: str
    pid: int


class ServiceDraining(Event, frozen=True, kw_only=True):
    """A process was told to stop and finishes what it has."""

    text: ClassVar[str] = "{component} stops: {reason}"
    component: str
    reason: str


class ServiceStopped(Event, frozen=True, kw_only=True):
    """A process ended in order."""

    text: ClassVar[str] = "{component} stopped after {seconds:.1f} s"
    component: str
    seconds: float


class TimetableFailed(Event, frozen=True, kw_only=True):
    """A plug-in's timetable did not say when the next run is due."""

    level: ClassVar[int] = logging.WARNING
    text: ClassVar[str] = (
        "DAG {dag_id} keeps the next run that it has: {error}. It is asked again in {seconds:g} s."
    )
    dag_id: str
    error: str
    seconds: float


class RunWithdrawn(Event, frozen=True, kw_only=True):
    """Nothing can be decided about a run, or it could not be written; the other runs of the turn were."""

    level: ClassVar[int] = logging.WARNING
    text: ClassVar[str] = (
        "Run {run_id!r} of DAG {dag_id!r} could not be written, {count} time(s) in a row: {reason}. It is "
        "tried again in {seconds:g} s. Look for SQL, triggers and open transactions of others on its rows."
    )
    dag_id: str
    run_id: str
    reason: str
    count: int
    seconds: float


class PluginSilent(Event, frozen=True, kw_only=True):
    """A plug-in does not say what the scheduler needs to know; what waits for it goes on waiting."""

    level: ClassVar[int] = logging.WARNING
    text: ClassVar[str] = "{error} It is asked again in {seconds:g} s."
    error: str
    seconds: float


class ListenerFailed(Event, frozen=True, kw_only=True):
    """A listener of a plug-in could not be told of something, or raised; nothing else comes of it."""

    level: ClassVar[int] = logging.WARNING
    text: ClassVar[str] = "{error}"
    error: str


class RunIdTaken(Event, frozen=True, kw_only=True):
    """A plug-in's timetable gave the next run an id that another one has."""

    level: ClassVar[int] = logging.WARNING
    text: ClassVar[str] = "DAG {dag_id} leaves out a scheduled run: {error}"
    dag_id: str
    error: str


class WatcherFailed(Event, frozen=True, kw_only=True):
    """The trigger of an asset's watcher ended with an error, or without saying anything."""

    level: ClassVar[int] = logging.WARNING
    text: ClassVar[str] = (
        "Watcher {watcher!r} of asset {asset!r} failed and is begun again in {seconds:g} s: {error}"
    )
    asset: str
    watcher: str
    error: str
    seconds: float


class QueueUnserved(Event, frozen=True, kw_only=True):
    """Triggers wait for a triggerer that nobody has started; an empty ``queue`` is none."""

    level: ClassVar[int] = logging.WARNING
    text: ClassVar[str] = (
        "Triggers of queue {queue!r} wait and no triggerer serves it: `triggerer --queues NAME` starts one "
        "(`triggerer` alone for those without a queue)"
    )
    queue: str


class TaskStuck(Event, frozen=True, kw_only=True):
    """A task instance is ready and can never start as things are; told once for each reason."""

    level: ClassVar[int] = logging.WARNING
    text: ClassVar[str] = "Task {task_id} of DAG {dag_id}, run {run_id}, cannot start: {reason}"
    dag_id: str
    run_id: str
    task_id: str
    reason: str


class DutyFailed(Event, frozen=True, kw_only=True):
    """A periodic duty raised; it is tried again at its next time."""

    level: ClassVar[int] = logging.ERROR
    text: ClassVar[str] = "{duty} of {component} failed and is tried again: {error}"
    component: str
    duty: str
    error: str


class ProcessEnded(Event, frozen=True, kw_only=True):
    """A supervised process ended by itself."""

    level: ClassVar[int] = logging.WARNING
    text: ClassVar[str] = "{component} (pid {pid}) ended with {how}; starting it again in {delay:.1f} s"
    component: str
    pid: int
    how: str
    delay: float


class RunCreated(Event, frozen=True, kw_only=True):
    """A DAG run was made."""

    text: ClassVar[str] = "run created"
    dag_id: str
    run_id: str
    run_type: str


class RunFinished(Event, frozen=True, kw_only=True):
    """A DAG run reached its end."""

    text: ClassVar[str] = "run finished: {state}"
    dag_id: str
    run_id: str
    state: str
    seconds: float | None = None
    reason: str = ""


class TaskQueued(Event, frozen=True, kw_only=True):
    """A task instance was handed to an executor."""

    level: ClassVar[int] = logging.DEBUG
    text: ClassVar[str] = "task queued"
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    try_number: int


class TaskEnded(Event, frozen=True, kw_only=True):
    """A try of a task instance ended."""

    text: ClassVar[str] = "task ended: {state}"
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    try_number: int
    state: str
    reason: str = ""


class AttemptLost(Event, frozen=True, kw_only=True):
    """Nobody recorded how an attempt ended."""

    level: ClassVar[int] = logging.WARNING
    text: ClassVar[str] = "attempt lost: {reason}"
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    try_number: int
    reason: str


class HostConnected(Event, frozen=True, kw_only=True):
    """A worker host reported to the scheduler."""

    text: ClassVar[str] = "worker host {hostname} connected with {slots} slots; it holds {holds} attempts"
    hostname: str
    incarnation: str
    slots: int
    holds: int


class HostLost(Event, frozen=True, kw_only=True):
    """A worker host went away."""

    level: ClassVar[int] = logging.WARNING
    text: ClassVar[str] = "worker host {hostname} is gone: {reason}"
    hostname: str
    incarnation: str
    reason: str


class FileParsed(Event, frozen=True, kw_only=True):
    """A DAG file was read."""

    level: ClassVar[int] = logging.DEBUG
    text: ClassVar[str] = "read {path}: {dags} DAGs, {errors} errors, {seconds:.2f} s"
    path: str
    dags: int
    errors: int
    seconds: float


class FileBroken(Event, frozen=True, kw_only=True):
    """A DAG file cannot be imported."""

    level: ClassVar[int] = logging.WARNING
    text: ClassVar[str] = "{path} cannot be imported: {error}"
    path: str
    error: str


class DagStored(Event, frozen=True, kw_only=True):
    """A DAG is new, or has a new version."""

    text: ClassVar[str] = "DAG version stored"
    dag_id: str
    version: str
    path: str


class DagGone(Event, frozen=True, kw_only=True):
    """A DAG's file no longer defines it."""

    text: ClassVar[str] = "DAG is no longer in any file"
    dag_id: str


def log(event: Event) -> None:
    """Write the event as a log line; its fields become the line's context."""
    logger = logging.getLogger(event.logger)
    if logger.isEnabledFor(event.level):
        fields = msgspec.structs.asdict(event)
        logger.log(event.level, event.text.format(**fields), extra=fields)
