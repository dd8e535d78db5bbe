"""Task instances beside the one that runs, as its code may know them: ``dag_run.get_task_instances()``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from tradewind.authoring import context_values, task_links, timezone
from tradewind.authoring.notset import NOTSET, ArgNotSet
from tradewind.domain.errors import AirflowException
from tradewind.domain.keys import TaskInstanceKey
from tradewind.domain.messages import data
from tradewind.domain.messages.data import TaskInstanceFacts

if TYPE_CHECKING:
    from tradewind.authoring.dag_run import DagRun


class KnownTI:
    """A task instance as it was when it was asked for; dates are pendulum's."""

    def __init__(self, dag_run: DagRun, facts: Any) -> None:
        known = facts if isinstance(facts, TaskInstanceFacts) else msgspec.convert(facts, TaskInstanceFacts)
        self.dag_run, self.dag_id, self.run_id = dag_run, dag_run.dag_id, dag_run.run_id
        self.id, self.task_id, self.map_index = known.id, known.task_id, known.map_index
        self.state, self.try_number, self.max_tries = known.state, known.try_number, known.max_tries
        self.start_date = _moment(known.start_date)
        self.end_date = _moment(known.end_date)
        self.duration, self.hostname, self.operator = known.duration, known.hostname, known.operator
        self.pool, self.queue, self.priority_weight = known.pool, known.queue, known.priority_weight
        self.note, self.rendered_map_index = known.note, known.rendered_map_index

    @property
    def logical_date(self) -> Any:
        """The run's."""
        return self.dag_run.logical_date

    execution_date = logical_date

    @property
    def key(self) -> TaskInstanceKey:
        """Dag, run, task and map index."""
        return TaskInstanceKey(
            dag_id=self.dag_id, run_id=self.run_id, task_id=self.task_id, map_index=self.map_index
        )

    @property
    def log_url(self) -> str:
        """Where the web UI shows the log."""
        return task_links.log_url(self.key, self.try_number)

    @property
    def task(self) -> Any:
        """The task, where its DAG is at hand (``DagRun.dag``); else None."""
        dag = self.dag_run.dag
        return None if dag is None else dag.task_dict.get(self.task_id)

    @property
    def log(self) -> Any:
        """The logger of task logs."""
        import logging  # ten milliseconds that not every task needs

        return logging.getLogger("airflow.task")

    def get_dagrun(self, session: Any = None) -> DagRun:
        """The run (1.x, 2.x)."""
        return self.dag_run

    def ask(self, request: data.Request) -> Any:
        """One question to the database. Raises AirflowException where there is no way to it."""
        if self.dag_run.ask is None:
            raise AirflowException(f"Run {self.run_id!r} has no way to the database here.")
        return self.dag_run.ask(request)

    def xcom_pull(
        self, task_ids: str | Iterable[str] | None = None, dag_id: str | None = None,
        key: str | None = "return_value", include_prior_dates: bool = False, session: Any = None, *,
        map_indexes: int | Iterable[int] | ArgNotSet | None = NOTSET, default: Any = None,
        run_id: str | None = None,
    ) -> Any:  # fmt: skip
        """Values that tasks of its run pushed; see ``TaskRun.xcom_pull``."""
        from tradewind.authoring import xcom_pulling  # only for those who ask

        return xcom_pulling.pull(
            self, task_ids, dag_id or self.dag_id, key, run_id or self.run_id,
            prior=include_prior_dates, map_indexes=map_indexes, default=default,
        )  # fmt: skip

    def current_state(self, session: Any = None) -> str | None:
        """The state now (1.x, 2.x). Raises AirflowException where there is no way to the database."""
        found = self.dag_run.get_task_instance(self.task_id, map_index=self.map_index)
        return None if found is None else found.state

    def __repr__(self) -> str:
        index = f" map_index={self.map_index}" if self.map_index >= 0 else ""
        return f"<TaskInstance: {self.dag_id}.{self.task_id} {self.run_id}{index} [{self.state}]>"


def names(given: Any) -> tuple[str, ...] | None:
    """One name, state or type, or several, as text; None for none."""
    if given is None:
        return None
    several = [given] if isinstance(given, str) or not isinstance(given, Iterable) else given
    return tuple(str(getattr(one, "value", one)) for one in several)


def dates(given: Any) -> tuple[datetime, ...] | None:
    """One moment or several, as plain datetimes in UTC; None for none."""
    if given is None:
        return None
    several = [given] if isinstance(given, datetime) else given
    return tuple(moment(one) for one in several)


def moment(given: Any) -> Any:
    """In UTC; without a time zone it is in the default one. None stays None."""
    aware = timezone.make_aware(given) if given is not None and given.tzinfo is None else given
    return None if aware is None else datetime.fromtimestamp(aware.timestamp(), UTC)


def state_names(given: Any) -> frozenset[str | None] | None:
    """One state or several as text, None among them for task instances without one; None for any."""
    if given is None:
        return None
    several = [given] if isinstance(given, str) or not isinstance(given, Iterable) else given
    return frozenset(None if one is None else str(getattr(one, "value", one)) for one in several)


def _moment(given: datetime | None) -> Any:
    return None if given is None else context_values.pendulum_of(given)
