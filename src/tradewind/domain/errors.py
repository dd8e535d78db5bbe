"""One tree of exceptions.

The public names that DAG files catch or raise (``AirflowException`` and its family) are Airflow's; the
``airflow`` package re-exports them. Each typed error keeps its fields and says in its message what was
wrong, with the value, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any


class TradewindError(Exception):
    """Root of every error that Tradewind raises on purpose."""


class AirflowException(TradewindError):
    """Airflow's root exception; DAG files raise and catch it."""

    status_code = 500


class BadRequest(AirflowException):
    """The caller's input is wrong; nothing was changed."""

    status_code = 400


class NotFound(AirflowException):
    """A named thing does not exist."""

    status_code = 404


class Conflict(AirflowException):
    """The request collides with what is there; nothing was changed."""

    status_code = 409


AirflowBadRequest = BadRequest
AirflowNotFoundException = NotFound


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """`` Did you mean 'x'?`` for the nearest known word, or an empty string."""
    import difflib  # every process has this module, and few ever suggest anything

    near = difflib.get_close_matches(value, list(known), n=1, cutoff=0.6)
    return f" Did you mean {near[0]!r}?" if near else ""


# --- ids and definitions -------------------------------------------------------------------------


class InvalidId(BadRequest):
    """An id does not follow the grammar of its kind."""

    def __init__(self, kind: str, value: object, rule: str) -> None:
        super().__init__(f"{kind} {shorten(value)!r} is not valid: {rule}.")
        self.kind, self.value, self.rule = kind, value, rule


class InvalidValue(BadRequest):
    """A setting, argument or field has a value that cannot be used."""

    def __init__(self, name: str, value: object, rule: str) -> None:
        super().__init__(f"{name} must {rule}, got {shorten(value)!r}.")
        self.name, self.value, self.rule = name, value, rule


class IllegalMove(AirflowException):
    """A state was to change in a way the table of moves does not allow."""

    def __init__(self, what: str, before: object, after: object) -> None:
        super().__init__(f"{what} cannot go from {before!s} to {after!s}.")
        self.before, self.after = before, after


class DagDefinitionError(BadRequest):
    """A DAG file describes something that cannot run."""


class AirflowDagCycleException(DagDefinitionError):
    """The tasks of a DAG depend on each other in a circle."""

    def __init__(self, dag_id: str, path: Iterable[str]) -> None:
        self.dag_id, self.path = dag_id, tuple(path)
        super().__init__(
            f"DAG {dag_id!r} has a cycle: {' >> '.join(self.path)}. Remove one of these dependencies."
        )


class DuplicateTaskIdFound(DagDefinitionError):
    """Two tasks or task groups of one DAG have the same id."""

    def __init__(self, task_id: str, dag_id: str = "") -> None:
        where = f" in DAG {dag_id!r}" if dag_id else ""
        super().__init__(
            f"Task id {task_id!r} is used twice{where}. Give one of the two tasks or groups another id."
        )
        self.task_id, self.dag_id = task_id, dag_id


class AirflowDagDuplicatedIdException(DagDefinitionError):
    """Two DAG files define the same DAG id."""

    def __init__(self, dag_id: str, incoming: str, existing: str) -> None:
        super().__init__(
            f"DAG id {dag_id!r} of {incoming} is already defined in {existing}. "
            "Give one of the two another id."
        )
        self.dag_id, self.incoming, self.existing = dag_id, incoming, existing


class AirflowTimetableInvalid(DagDefinitionError):
    """A schedule cannot be understood."""


class ParamValidationError(BadRequest):
    """A param's value does not satisfy its JSON schema."""


class SpecVersionError(TradewindError):
    """A stored spec was written by a version that this one cannot read."""


# --- things that are not there -------------------------------------------------------------------


class DagNotFound(NotFound):
    """No DAG of that id is known."""

    def __init__(self, dag_id: str, known: Iterable[str] = ()) -> None:
        hint = did_you_mean(dag_id, known)
        super().__init__(
            f"DAG {shorten(dag_id)!r} was not found.{hint} 'airflow dags list' shows the DAGs there are."
        )
        self.dag_id = dag_id


class TaskNotFound(NotFound):
    """No task of that id in the DAG."""

    def __init__(self, dag_id: str, task_id: str, known: Iterable[str] = ()) -> None:
        hint = did_you_mean(task_id, known)
        super().__init__(
            f"Task {shorten(task_id)!r} was not found in DAG {dag_id!r}.{hint} "
            f"'airflow tasks list {dag_id}' shows its tasks."
        )
        self.dag_id, self.task_id = dag_id, task_id


class DagRunNotFound(NotFound):
    """No run of that id or date."""

    def __init__(self, dag_id: str, run: object) -> None:
        super().__init__(
            f"DAG {dag_id!r} has no run {shorten(run)!r}. 'airflow dags list-runs {dag_id}' shows its runs."
        )
        self.dag_id, self.run = dag_id, run


class TaskInstanceNotFound(NotFound):
    """No such task instance in the run."""

    def __init__(self, dag_id: str, task_id: str, run_id: str, map_index: int = -1) -> None:
        index = f" with map index {map_index}" if map_index >= 0 else ""
        super().__init__(f"Run {run_id!r} of DAG {dag_id!r} has no task instance {task_id!r}{index}.")
        self.dag_id, self.task_id, self.run_id, self.map_index = dag_id, task_id, run_id, map_index


class VariableNotFound(NotFound, KeyError):
    """A variable is set neither in the environment, the secrets backends nor the database."""

    def __init__(self, key: str) -> None:
        NotFound.__init__(
            self,
            f"Variable {key!r} is not defined. Set it with 'airflow variables set {key} VALUE' "
            f"or the environment variable AIRFLOW_VAR_{key.upper()}, or give Variable.get a default.",
        )
        self.key = key

    def __str__(self) -> str:  # KeyError would print the repr
        return str(self.args[0])


class ConnectionNotFound(NotFound):
    """A connection is defined neither in the environment, the secrets backends nor the database."""

    def __init__(self, conn_id: str) -> None:
        super().__init__(
            f"The conn_id `{conn_id}` isn't defined. Add it with 'airflow connections add {conn_id} "
            f"--conn-uri URI' or the environment variable AIRFLOW_CONN_{conn_id.upper()}."
        )
        self.conn_id = conn_id


class XComNotFound(NotFound):
    """An XCom that a task needs is not there."""

    def __init__(self, dag_id: str, task_id: str, key: str) -> None:
        super().__init__(f"Task {task_id!r} of DAG {dag_id!r} has pushed no XCom {key!r} in this run.")
        self.dag_id, self.task_id, self.key = dag_id, task_id, key


class PoolNotFound(NotFound):
    """No pool of that name."""

    def __init__(self, pool: str) -> None:
        super().__init__(
            f"Pool {pool!r} does not exist. Create it with 'airflow pools set {pool} SLOTS DESCRIPTION'."
        )
        self.pool = pool


class DagRunAlreadyExists(Conflict):
    """A run with that id, or that logical date, is there already."""

    def __init__(self, dag_id: str, run_id: str, logical_date: datetime | None = None) -> None:
        what = f"logical date {logical_date.isoformat()}" if logical_date else f"id {run_id!r}"
        super().__init__(f"DAG {dag_id!r} already has a run with {what}. Choose another, or clear that run.")
        self.dag_id, self.run_id, self.logical_date = dag_id, run_id, logical_date


# --- the system's own troubles ---------------------------------------------------------------------


class AirflowConfigException(AirflowException):
    """A setting is missing or cannot be used."""


class DatabaseError(TradewindError):
    """The metadata database did not do what was asked."""


class DatabaseUnavailable(DatabaseError):
    """The metadata database cannot be reached, or does not answer."""


class DatabaseBusy(DatabaseError):
    """Another process holds the database longer than we wait; trying again is safe."""


class RowsLocked(DatabaseBusy):
    """Somebody holds rows longer than we wait; trying again is safe, and other rows can be written."""


class DatabaseReadOnly(DatabaseError):
    """The metadata database refuses writes."""


class DiskFull(DatabaseError):
    """There is no space left where the database is written."""


class SchemaOutdated(DatabaseError):
    """The database was never set up, or belongs to another version."""


class Fenced(TradewindError):
    """This process lost its lease: another one took over, so its write was refused."""


class ProtocolError(TradewindError):
    """A message from another process cannot be understood."""


# --- what tasks raise to say how they end -------------------------------------------------------------


class AirflowSkipException(AirflowException):
    """Raised by a task: end this task instance as skipped."""


class AirflowFailException(AirflowException):
    """Raised by a task: fail at once, whatever retries are left."""


class AirflowSensorTimeout(AirflowException):
    """A sensor waited longer than its time-out; it is not retried."""


class AirflowTaskTimeout(BaseException):
    """A task ran longer than its ``execution_timeout``.

    A BaseException, as in Airflow, so that a task's own ``except Exception`` does not swallow it.
    """


class AirflowTaskTerminated(BaseException):
    """The task was told to stop from outside."""


class AirflowRescheduleException(AirflowException):
    """Raised by a sensor: give the slot back and call me again at ``reschedule_date``."""

    def __init__(self, reschedule_date: datetime) -> None:
        super().__init__(f"to be called again at {reschedule_date.isoformat()}")
        self.reschedule_date = reschedule_date


class TaskDeferred(BaseException):
    """Raised by ``BaseOperator.defer``: wait for a trigger without holding a slot."""

    def __init__(
        self, *, trigger: Any, method_name: str, kwargs: dict[str, Any] | None = None, timeout: Any = None
    ) -> None:
        super().__init__(f"deferred to {type(trigger).__name__}")
        self.trigger, self.method_name, self.kwargs, self.timeout = trigger, method_name, kwargs, timeout


class TaskAwaitingInput(BaseException):
    """Raised by a task that has asked a person: ``method_name`` goes on with the answer, as ``event``."""

    def __init__(
        self, *, method_name: str, kwargs: dict[str, Any] | None = None, timeout: Any = None
    ) -> None:
        super().__init__("waits for a person's answer")
        self.method_name, self.kwargs, self.timeout = method_name, kwargs, timeout


class TaskDeferralError(AirflowException):
    """A deferred task's trigger failed."""


class TaskDeferralTimeout(TaskDeferralError):
    """A deferred task's trigger did not fire in time."""


class DagRunTriggerException(AirflowException):
    """Asked to trigger a run of another DAG."""


def shorten(value: object, limit: int = 120) -> object:
    """The value for a message: a moment as people write it, and cut where it would fill the screen."""
    if isinstance(value, datetime):
        return value.isoformat()
    text = value if isinstance(value, str) else None
    if text is not None and len(text) > limit:
        return text[:limit] + "…"
    return value
