"""``ti``: the task instance as its own code sees it, and the only way from that code to the database.

Everything it asks goes through a ``Link``: a worker's is a socket, that of ``dag.test()`` lies in memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from tradewind.authoring import serde, task_links, xcom
from tradewind.authoring.dag_run import DagRun
from tradewind.authoring.notset import NOTSET, ArgNotSet
from tradewind.authoring.older_names import OlderNames
from tradewind.authoring.run_questions import RunQuestions
from tradewind.domain.errors import AirflowException
from tradewind.domain.keys import TaskInstanceKey
from tradewind.domain.messages import data
from tradewind.domain.messages.assignment import Assignment

RETURN_KEY = "return_value"


class Link(Protocol):
    """Asks whoever answers for the database."""

    def call(self, request: data.Request) -> Any:
        """The answer's value. Raises a typed error of ``domain.errors`` where it was refused."""
        ...


class TaskRun(RunQuestions, OlderNames):
    """One dispatch of one try of a task instance.

    Besides what user code reads, it collects what the process has to report: ``skip`` and
    ``skip_all_downstream`` (a branch's decision), ``outlet_events``, ``note``, ``asked`` (the
    ``domain.hitl.Request`` that a person is to answer).
    """

    def __init__(
        self,
        assignment: Assignment,
        task: Any,
        link: Link | None,
        *,
        hostname: str = "",
        pid: int = 0,
        start_date: datetime | None = None,
    ) -> None:
        self.assignment, self.task, self._link = assignment, task, link
        self.dag_run = DagRun(assignment.run, self.ask)
        self.hostname, self.pid, self._start = hostname, pid, start_date
        self.state: str | None = "running"
        self.end_date: datetime | None = None
        self.duration: float | None = None
        self.skip: tuple[str, ...] = ()
        self.skip_all_downstream = False
        self.rendered_map_index: str | None = None
        self.note: str | None = None
        self.context: Any = None
        self.asked: Any = None
        self._outlet_events: Any = None

    # --- names

    @property
    def id(self) -> str:
        """The id of this try."""
        return self.assignment.attempt_id

    @property
    def dag_id(self) -> str:
        """The DAG's id."""
        return self.assignment.run.dag_id

    @property
    def task_id(self) -> str:
        """The task's id."""
        return self.assignment.task_id

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.assignment.run.run_id

    @property
    def map_index(self) -> int:
        """Which instance of a mapped task it is; -1 for a task that is not mapped."""
        return self.assignment.map_index

    @property
    def path(self) -> tuple[int, ...]:
        """Its index at each level of mapping, from the outermost mapped group in."""
        return self.assignment.path or ((self.map_index,) if self.map_index >= 0 else ())

    @property
    def try_number(self) -> int:
        """1 for the first try."""
        return self.assignment.try_number

    @property
    def max_tries(self) -> int:
        """The last try is number ``max_tries + 1``."""
        return self.assignment.max_tries

    @property
    def key(self) -> TaskInstanceKey:
        """Dag, run, task and map index."""
        return TaskInstanceKey(
            dag_id=self.dag_id, run_id=self.run_id, task_id=self.task_id, map_index=self.map_index
        )

    @property
    def queue(self) -> str:
        """The queue it came through."""
        return self.assignment.queue

    @property
    def pool(self) -> str:
        """The pool whose slot it holds."""
        return self.assignment.pool

    @property
    def priority_weight(self) -> int:
        """The effective priority it was queued with."""
        return self.assignment.priority_weight

    @property
    def run_as_user(self) -> str | None:
        """The account that the task was to run as, or None for that of the worker."""
        return self.assignment.run_as_user or getattr(self.task, "run_as_user", None)

    @property
    def operator(self) -> str:
        """The operator's name."""
        return str(self.task.operator_name)

    @property
    def expanded_count(self) -> int | None:
        """How many instances the mapped task has."""
        return self.assignment.expanded_count

    @property
    def reschedule_count(self) -> int:
        """How often this try gave its slot back."""
        return self.assignment.reschedule_count

    @property
    def test_mode(self) -> bool:
        """Is it tried out alone, by ``tasks test``?"""
        return self.assignment.test_mode

    @property
    def logical_date(self) -> Any:
        """The run's logical date, or None."""
        return self.dag_run.logical_date

    execution_date = logical_date

    @property
    def start_date(self) -> Any:
        """When this try first started."""
        from tradewind.authoring import context_values

        return context_values.pendulum_of(self.assignment.first_start_date or self._start)

    @property
    def log(self) -> Any:
        """The logger of the task's log."""
        import logging  # ten milliseconds that not every task needs

        return logging.getLogger("airflow.task")

    @property
    def log_url(self) -> str:
        """Where the web UI shows the log."""
        return task_links.log_url(self.key, self.try_number)

    @property
    def mark_success_url(self) -> str:
        """Where the web UI offers to mark it as success."""
        return self.log_url

    @property
    def filepath(self) -> str:
        """The DAG file."""
        return self.assignment.file

    @property
    def outlet_events(self) -> Any:
        """What the task says of the assets it updates."""
        if self._outlet_events is None:
            from tradewind.authoring import asset_events  # only tasks with outlets ask

            self._outlet_events = asset_events.OutletEvents(self.task.outlets)
        return self._outlet_events

    @property
    def touched_outlets(self) -> Any:
        """``outlet_events`` if the task used them, else None."""
        return self._outlet_events

    # --- XComs

    def xcom_push(self, key: str, value: Any, execution_date: Any = None, session: Any = None) -> None:
        """Store a value under ``key``, visible to others at once. Raises CannotSerialize."""
        if not isinstance(key, str) or not key:
            raise AirflowException(f"An XCom's key must be text that is not empty, got {key!r}.")
        self.ask(data.SetXCom(key=key, value=xcom.dump(value, key, self), length=serde.length(value)))

    def xcom_pull(
        self,
        task_ids: str | Iterable[str] | None = None,
        dag_id: str | None = None,
        key: str | None = RETURN_KEY,
        include_prior_dates: bool = False,
        session: Any = None,
        *,
        map_indexes: int | Iterable[int] | ArgNotSet | None = NOTSET,
        default: Any = None,
        run_id: str | None = None,
    ) -> Any:
        """Values that tasks pushed: of one task, or a list for a list of tasks.

        Without ``task_ids``: the task's own value, else that of the nearest task upstream that has one. Of a
        mapped task: all its values, unless ``map_indexes`` names some. ``default`` where there is none. With
        None for ``key``: what was pushed last, under whichever key.
        """
        from tradewind.authoring import xcom_pulling  # builds on this module

        return xcom_pulling.pull(
            self, task_ids, dag_id or self.dag_id, key, run_id or self.run_id,
            prior=include_prior_dates, map_indexes=map_indexes, default=default,
        )  # fmt: skip

    def xcom_delete(self, key: str) -> None:
        """Remove one of the task instance's own values."""
        self.ask(data.DeleteXCom(key=key))

    # --- questions

    def ask(self, request: data.Request) -> Any:
        """One question to the database. Raises AirflowException where this process has no way to ask."""
        if self._link is None:
            raise AirflowException(
                f"Task {self.task_id!r} runs without a way to the database, so it cannot use XComs."
            )
        return self._link.call(request)

    def current_state(self, session: Any = None) -> str | None:
        """The state (1.x, 2.x); no other process changes it while this one runs."""
        return self.state

    def get_dagrun(self, session: Any = None) -> DagRun:
        """The run."""
        return self.dag_run

    def get_template_context(self, session: Any = None, ignore_param_exceptions: bool = True) -> Any:
        """The context."""
        return self.context

    def get_first_reschedule_date(self, context: Any = None) -> datetime | None:
        """When the first try since the task instance was made or cleared started; retries do not begin
        anew.
        """
        assignment = self.assignment
        first_try = max(self.max_tries - int(getattr(self.task, "retries", 0) or 0) + 1, 1)
        if self._link is None or (self.try_number <= first_try and not assignment.lost):
            return assignment.first_start_date
        found = self.ask(data.GetFirstReschedule(first_try=first_try))
        return datetime.fromisoformat(found) if found else assignment.first_start_date

    def __repr__(self) -> str:
        index = f" map_index={self.map_index}" if self.map_index >= 0 else ""
        return f"<TaskInstance: {self.dag_id}.{self.task_id} {self.run_id}{index} [{self.state}]>"


TaskInstance = TaskRun
