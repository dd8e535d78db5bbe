"""Triggers a run of another DAG."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from tradewind.authoring import defaults, moments
from tradewind.authoring.notset import NOTSET, ArgNotSet
from tradewind.authoring.operator import BaseOperator
from tradewind.authoring.operator_link import BaseOperatorLink
from tradewind.domain.errors import (
    AirflowException,
    AirflowSkipException,
    Conflict,
    InvalidValue,
)
from tradewind.domain.messages import data
from tradewind.runtime.clock import Clock, SystemClock

XCOM_RUN_ID = "trigger_run_id"


class DagRunOrder:
    """What Airflow 1.x gave to ``python_callable``: set ``payload``, return it to trigger or None not to."""

    def __init__(self, run_id: str | None = None, payload: Any = None) -> None:
        self.run_id, self.payload = run_id, payload


class TriggerDagRunLink(BaseOperatorLink):
    """Leads to the run that was triggered."""

    name = "Triggered DAG"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The address of the run; empty where none was triggered."""
        from tradewind.authoring import context, helpers  # only after such a task

        ti = context.get_current_context()["ti"]
        run_id = ti.xcom_pull(task_ids=ti.task_id, key=XCOM_RUN_ID, map_indexes=ti.map_index)
        return helpers.build_airflow_dagrun_url(operator.trigger_dag_id, run_id) if run_id else ""


class TriggerDagRunOperator(BaseOperator):
    """Makes a run of ``trigger_dag_id`` with ``conf``, and waits for its end with ``wait_for_completion``:
    here, or in the triggerer with ``deferrable``.

    Its run id is the XCom ``trigger_run_id``. Airflow 1.x's ``python_callable(context, order)`` decides
    whether there is a run, and with what.
    """

    template_fields: Collection[str] = (
        "trigger_dag_id", "trigger_run_id", "logical_date", "conf", "wait_for_completion",
        "skip_when_already_exists",
    )  # fmt: skip
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"conf": "py"}
    ui_color = "#ffefeb"
    operator_extra_links: Collection[Any] = (TriggerDagRunLink(),)
    clock: Clock = SystemClock()

    def __init__(
        self, *, trigger_dag_id: str, trigger_run_id: str | None = None, conf: dict[str, Any] | None = None,
        logical_date: Any = NOTSET, execution_date: Any = None, run_after: Any = NOTSET,
        reset_dag_run: bool = False,
        wait_for_completion: bool = False, poke_interval: float = 60,
        allowed_states: Iterable[Any] | None = None,
        failed_states: Iterable[Any] | None = None, skip_when_already_exists: bool = False,
        fail_when_dag_is_paused: bool = False, note: str | None = None, deferrable: bool | None = None,
        python_callable: Callable[..., Any] | None = None, openlineage_inject_parent_info: bool = True,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.trigger_dag_id, self.trigger_run_id, self.conf = trigger_dag_id, trigger_run_id, conf
        old_word = NOTSET if execution_date is None else execution_date  # in 1.x and 2.x None means now
        self.logical_date: Any = old_word if isinstance(logical_date, ArgNotSet) else logical_date
        self.run_after: Any = run_after
        self.reset_dag_run, self.note = reset_dag_run, note
        self.wait_for_completion, self.poke_interval = wait_for_completion, poke_interval
        self.allowed_states = _states(allowed_states, ["success"])
        self.failed_states = _states(failed_states, ["failed"])
        self.skip_when_already_exists, self.fail_when_dag_is_paused = (
            skip_when_already_exists,
            fail_when_dag_is_paused,
        )
        self.python_callable = python_callable
        self.deferrable = defaults.current().deferrable if deferrable is None else deferrable
        self.openlineage_inject_parent_info = openlineage_inject_parent_info

    def execute(self, context: Any) -> None:
        """Trigger, and wait if asked to. Raises AirflowException, AirflowSkipException, DagNotFound."""
        if self.python_callable is not None and not self._order(context):
            self.log.info("The function returned nothing: no run is triggered.")
            return
        ti = context["ti"]
        run_id = self._trigger(ti)
        ti.xcom_push(XCOM_RUN_ID, run_id)
        self.log.info("Triggered run %s of DAG %s", run_id, self.trigger_dag_id)
        if self.wait_for_completion and self.deferrable:
            self._defer(run_id)
        elif self.wait_for_completion:
            self._wait(ti, run_id)

    def execute_complete(self, context: Any, event: Any) -> None:
        """The run ended. Raises AirflowException for one of ``failed_states``."""
        _, found = event
        for run_id in found["run_ids"]:
            self._is_over(run_id, found.get(run_id))

    def _order(self, context: Any) -> bool:
        """Airflow 1.x: a function decides whether, and with what, the run is triggered."""
        assert self.python_callable is not None
        run_id = self.trigger_run_id or f"trig__{self.clock.now().isoformat()}"
        order = self.python_callable(context, DagRunOrder(run_id, self.conf))
        if order:
            self.trigger_run_id, self.conf = order.run_id, order.payload
        return bool(order)

    def _trigger(self, ti: Any) -> str:
        request = data.TriggerDagRun(
            dag_id=self.trigger_dag_id,
            run_id=self.trigger_run_id or None,
            conf=self._conf_text(),
            logical_date=self._logical_date(),
            run_after=self._run_after(),
            reset=self.reset_dag_run,
            note=self.note,
            fail_when_paused=self.fail_when_dag_is_paused,
        )
        try:
            answer = ti.ask(request)
        except Conflict as error:
            if self.skip_when_already_exists:
                raise AirflowSkipException(str(error)) from error
            raise
        return str(answer["run_id"] if isinstance(answer, Mapping) else answer)

    def _conf_text(self) -> str:
        try:
            given = json.loads(self.conf) if isinstance(self.conf, str) and self.conf else self.conf
            return json.dumps(given or {})
        except (TypeError, ValueError) as error:
            raise AirflowException(
                f"conf must be values that JSON knows, got {self.conf!r}: {error}."
            ) from error

    def _logical_date(self) -> datetime | None:
        if isinstance(self.logical_date, ArgNotSet):
            return self.clock.now() if isinstance(self.run_after, ArgNotSet) else None
        return moments.to_datetime("logical_date", self.logical_date or None, moments.timezone_of("UTC"))

    def _run_after(self) -> datetime | None:
        given = None if isinstance(self.run_after, ArgNotSet) else self.run_after or None
        return moments.to_datetime("run_after", given, moments.timezone_of("UTC"))

    def _defer(self, run_id: str) -> None:
        from tradewind.authoring.triggers import external_task  # asyncio; only where the task defers

        trigger = external_task.DagStateTrigger(
            dag_id=self.trigger_dag_id, states=[*self.allowed_states, *self.failed_states], run_ids=[run_id],
            poll_interval=self._pause(),
        )  # fmt: skip
        self.defer(trigger=trigger, method_name="execute_complete")

    def _wait(self, ti: Any, run_id: str) -> None:
        while not self._is_over(run_id, state := ti.get_dagrun_state(self.trigger_dag_id, run_id)):
            self.log.info("Run %s is %s; looking again in %s s", run_id, state, self.poke_interval)
            time.sleep(self._pause())

    def _is_over(self, run_id: str, state: str | None) -> bool:
        if state in self.failed_states:
            raise AirflowException(f"Run {run_id!r} of DAG {self.trigger_dag_id!r} ended in state {state}.")
        if state in self.allowed_states:
            self.log.info("Run %s of DAG %s ended in state %s", run_id, self.trigger_dag_id, state)
        return state in self.allowed_states

    def _pause(self) -> float:
        pause = self.poke_interval
        return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)


def _states(given: Iterable[Any] | None, default: Sequence[str]) -> list[str]:
    if isinstance(given, str):
        raise InvalidValue("states", given, f"be a list, such as [{given!r}]")
    return [str(getattr(state, "value", state)) for state in given] if given is not None else list(default)
