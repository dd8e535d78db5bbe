"""Waits for tasks, task groups or runs of other DAGs; and the mark that another DAG waits for one of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from tradewind.authoring import calling, defaults, moments
from tradewind.authoring.operator_link import BaseOperatorLink
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.sensor import BaseSensorOperator
from tradewind.domain.errors import AirflowException, AirflowSkipException, DagDefinitionError, InvalidValue
from tradewind.domain.messages import data
from tradewind.domain.states import DagRunState, TaskInstanceState


class ExternalTaskSensorError(AirflowException):
    """Base of what an ExternalTaskSensor raises."""


class ExternalDagNotFoundError(ExternalTaskSensorError):
    """The other DAG does not exist."""


class ExternalDagDeletedError(ExternalTaskSensorError):
    """The file of the other DAG is gone."""


class ExternalTaskNotFoundError(ExternalTaskSensorError):
    """The other DAG has no such task."""


class ExternalTaskGroupNotFoundError(ExternalTaskSensorError):
    """The other DAG has no such task group."""


class ExternalTaskFailedError(ExternalTaskSensorError):
    """A task that was waited for is in one of ``failed_states``."""


class ExternalTaskGroupFailedError(ExternalTaskSensorError):
    """A task of the group that was waited for is in one of ``failed_states``."""


class ExternalDagFailedError(ExternalTaskSensorError):
    """The run that was waited for is in one of ``failed_states``."""


class DuplicateStateError(ExternalTaskSensorError, DagDefinitionError):
    """A state stands in two of the lists of states."""


class ExternalDagLink(BaseOperatorLink):
    """Leads to the run of the other DAG."""

    name = "External DAG"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The address of the other DAG's run of the same id."""
        from tradewind.authoring import helpers  # reads the configuration

        return helpers.build_airflow_dagrun_url(operator.external_dag_id, ti_key.run_id)


class ExternalTaskSensorLink(ExternalDagLink):
    """``ExternalDagLink`` under its name of Airflow 1.x."""


class ExternalTaskSensor(BaseSensorOperator):
    """Waits until tasks, a task group or, with neither, the whole run of ``external_dag_id`` at the same
    logical date are in ``allowed_states``.

    ``execution_delta`` looks that much earlier; ``execution_date_fn(logical_date, **context)`` says which
    date, or which dates. ``failed_states`` fail the sensor, ``skipped_states`` skip it.
    """

    template_fields: Collection[str] = (
        "external_dag_id", "external_task_id", "external_task_ids", "external_task_group_id",
    )  # fmt: skip
    ui_color = "#4db7db"
    operator_extra_links: Collection[Any] = (ExternalDagLink(),)

    def __init__(
        self, *, external_dag_id: str, external_task_id: str | None = None,
        external_task_ids: Collection[str] | None = None, external_task_group_id: str | None = None,
        allowed_states: Iterable[Any] | None = None, skipped_states: Iterable[Any] | None = None,
        failed_states: Iterable[Any] | None = None, execution_delta: timedelta | None = None,
        execution_date_fn: Callable[..., Any] | None = None, check_existence: bool = False,
        poll_interval: float | None = None, deferrable: bool | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        if poll_interval is not None:  # Airflow 2.x's word
            kwargs["poke_interval"] = poll_interval
        super().__init__(**kwargs)
        self.external_dag_id, self.external_task_id = external_dag_id, external_task_id
        self.external_task_ids: Any = external_task_ids or None
        self.external_task_group_id = external_task_group_id
        self.allowed_states = _states(allowed_states) or ["success"]
        self.skipped_states, self.failed_states = _states(skipped_states), _states(failed_states)
        self.execution_delta, self.execution_date_fn = execution_delta, execution_date_fn
        self.check_existence = check_existence
        self.deferrable = defaults.current().deferrable if deferrable is None else deferrable
        self._checked = False
        self._check_targets()
        self._check_states()

    def _check_targets(self) -> None:
        given = [
            name
            for name in ("external_task_id", "external_task_ids", "external_task_group_id")
            if getattr(self, name)
        ]
        if len(given) > 1:
            raise DagDefinitionError(f"Task {self.task_id!r}: give only one of {' and '.join(given)}.")
        if self.execution_delta is not None and self.execution_date_fn is not None:
            raise DagDefinitionError(
                f"Task {self.task_id!r}: give only one of execution_delta and execution_date_fn."
            )

    def _check_states(self) -> None:
        several = [*self.allowed_states, *self.skipped_states, *self.failed_states]
        twice = sorted({state for state in several if several.count(state) > 1})
        if twice:
            raise DuplicateStateError(
                f"Task {self.task_id!r}: {', '.join(twice)} stands more than once among allowed_states, "
                f"skipped_states and failed_states."
            )
        whole = not (self.external_task_id or self.external_task_ids or self.external_task_group_id)
        known = [state.value for state in (DagRunState if whole else TaskInstanceState)]
        wrong = [state for state in several if state not in known]
        if wrong:
            raise InvalidValue("A state", wrong[0], f"be one of {', '.join(known)}")

    # --- which

    @property
    def task_ids(self) -> list[str] | None:
        """The tasks that are waited for. Raises InvalidValue where one is named twice."""
        ids = [self.external_task_id] if self.external_task_id else list(self.external_task_ids or ())
        if len(set(ids)) != len(ids):
            raise InvalidValue("external_task_ids", ids, "name each task once")
        return ids or None

    def dates(self, context: Any) -> list[datetime]:
        """The logical dates of the runs that are waited for, in UTC. Raises InvalidValue."""
        run = context["dag_run"].dates
        logical = context.get("logical_date") or run.run_after
        if self.execution_delta is not None:
            found: Any = [logical - self.execution_delta]
        elif self.execution_date_fn is not None:
            found = _asked(self.execution_date_fn, logical, context)
        else:
            found = [logical]
        several = list(found) if isinstance(found, (list, tuple, set)) else [found]
        exact = (moments.to_datetime("execution_date_fn", one, moments.timezone_of("UTC")) for one in several)
        return list(dict.fromkeys(date for date in exact if date is not None))

    # --- waiting

    def poke(self, context: Any) -> bool:
        """Look once. Raises AirflowSkipException, ExternalTaskSensorError."""
        trigger = self._trigger(context)
        if self.check_existence and not self._checked:
            self._check_existence(context["ti"])
        trigger.task_instance = context["ti"]
        shown = ", ".join(date.isoformat() for date in trigger.logical_dates)
        self.log.info("Looking for %s at %s", self._target(), shown)
        status = trigger.status()
        return status is not None and self._ended(status)

    def execute(self, context: Any) -> Any:
        """Wait here, or in the triggerer. Raises TaskDeferred, and what ``poke`` raises."""
        if not self.deferrable:
            return super().execute(context)
        if self.check_existence:
            self._check_existence(context["ti"])
        return self.defer(
            trigger=self._trigger(context), method_name="execute_complete",
            timeout=timedelta(seconds=self.timeout),
        )  # fmt: skip

    def execute_complete(self, context: Any, event: Any = None) -> None:
        """The trigger fired. Raises AirflowSkipException, ExternalTaskSensorError."""
        self._ended(str((event or {}).get("status")))

    def _trigger(self, context: Any) -> Any:
        """The trigger knows the rule by which to decide; both modes use it."""
        from tradewind.authoring.triggers import external_task  # asyncio

        return external_task.WorkflowTrigger(
            external_dag_id=self.external_dag_id, logical_dates=self.dates(context),
            external_task_ids=self.task_ids, external_task_group_id=self.external_task_group_id,
            failed_states=self.failed_states, skipped_states=self.skipped_states,
            allowed_states=self.allowed_states, poke_interval=self.poke_interval, soft_fail=self.soft_fail,
        )  # fmt: skip

    def _target(self) -> str:
        if self.task_ids:
            return f"task {', '.join(self.task_ids)} of DAG {self.external_dag_id}"
        if self.external_task_group_id:
            return f"task group {self.external_task_group_id} of DAG {self.external_dag_id}"
        return f"a run of DAG {self.external_dag_id}"

    def _ended(self, status: str) -> bool:
        if status == "success":
            return True
        if status == "skipped":
            raise AirflowSkipException(f"{self._target()} is in one of {', '.join(self.skipped_states)}.")
        if self.soft_fail:
            raise AirflowSkipException(f"{self._target()} failed. Skipping due to soft_fail.")
        if status != "failed":
            raise ExternalTaskNotFoundError(f"The trigger could not tell the state of {self._target()}.")
        kind: type[ExternalTaskSensorError] = ExternalDagFailedError
        if self.task_ids:
            kind = ExternalTaskFailedError
        elif self.external_task_group_id:
            kind = ExternalTaskGroupFailedError
        raise kind(f"{self._target()} is in one of {', '.join(self.failed_states)}.")

    def _check_existence(self, ti: Any) -> None:
        found = ti.ask(data.GetDag(dag_id=self.external_dag_id))
        if found is None:
            raise ExternalDagNotFoundError(f"There is no DAG {self.external_dag_id!r} to wait for.")
        if found["is_stale"]:
            raise ExternalDagDeletedError(f"The file of DAG {self.external_dag_id!r} is gone.")
        missing = [name for name in self.task_ids or () if name not in found["task_ids"]]
        if missing:
            raise ExternalTaskNotFoundError(f"DAG {self.external_dag_id!r} has no task {missing[0]!r}.")
        group = self.external_task_group_id
        if group and group not in found["group_ids"]:
            raise ExternalTaskGroupNotFoundError(f"DAG {self.external_dag_id!r} has no task group {group!r}.")
        self._checked = True


def _asked(function: Callable[..., Any], logical: Any, context: Any) -> Any:
    """What ``execution_date_fn`` says: called with the date, and with what of the context it names.

    In Airflow 1.x a second argument of any name was the context.
    """
    signature, given = calling.Signature(function), {"context": context}
    if len(signature.missing((logical,), given, context)) == 1:
        return function(logical, context)
    kwargs = calling.arguments(function, (logical,), {}, context)
    if signature.named_rest or "context" in (*signature.positional, *signature.named):
        kwargs |= given
    return function(logical, **kwargs)


def _states(given: Iterable[Any] | None) -> list[str]:
    if isinstance(given, str):
        raise InvalidValue("states", given, f"be a list, such as [{given!r}]")
    return [str(getattr(state, "value", state)) for state in given or ()]


_OF_THE_RUN: Final = "{{ logical_date.isoformat() }}"
_SAME_DATE: Final = re.compile(r"\{\{\s*((logical_date|execution_date)(\.isoformat\(\))?|ts)\s*\}\}")


class ExternalTaskMarker(EmptyOperator):
    """Says that ``external_task_id`` of another DAG waits for this task: clearing this one clears that one,
    and what comes after it, too. Does nothing when it runs; it runs at all only where it has templates of the
    author's.
    """

    template_fields: Collection[str] = ("external_dag_id", "external_task_id", "logical_date")
    ui_color = "#4db7db"
    operator_extra_links: Collection[Any] = (ExternalDagLink(),)

    def __init__(
        self, *, external_dag_id: str, external_task_id: str, logical_date: Any = None,
        execution_date: Any = None, recursion_depth: int = 10, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.external_dag_id, self.external_task_id = external_dag_id, external_task_id
        date = logical_date if logical_date is not None else execution_date
        date = _OF_THE_RUN if date is None else date
        if not isinstance(date, (str, datetime)):
            raise InvalidValue("logical_date", date, "be a datetime, or text")
        self.logical_date = date if isinstance(date, str) else date.isoformat()
        if recursion_depth <= 0:
            raise InvalidValue("recursion_depth", recursion_depth, "be at least 1")
        self.recursion_depth = recursion_depth

    def marker_spec(self) -> dict[str, Any]:
        """What it stands for, as data."""
        date = "" if _SAME_DATE.fullmatch(self.logical_date.strip()) else self.logical_date
        words = (self.external_dag_id, self.external_task_id, date)
        if any("{{" in word or "{%" in word for word in words):
            return {"rendered": True, "recursion_depth": self.recursion_depth}
        return {
            "dag_id": self.external_dag_id, "task_id": self.external_task_id, "logical_date": date,
            "recursion_depth": self.recursion_depth,
        }  # fmt: skip
