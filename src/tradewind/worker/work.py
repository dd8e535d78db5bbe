"""The bridge between an assignment and the objects of a DAG file: one task, performed step by step."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec

from tradewind.domain import hitl
from tradewind.domain.events import (
    AnyOutcome,
    AwaitingInput,
    Deferred,
    Failed,
    Lost,
    Rescheduled,
    Skipped,
    Succeeded,
)
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.states import TaskInstanceState
from tradewind.worker import outcomes

_LISTENED: Final = {
    "success": "success",
    "failed": "failed",
    "up_for_retry": "failed",
    "skipped": "skipped",
}
"""What listeners call each end of a try."""
Call = tuple[str, Callable[[], object]]
"""A name for the log, and what to call."""


class Work:
    """One task. ``perform`` may raise whatever user code raises."""

    def __init__(
        self, assignment: Assignment, task: Any, link: Any, *, began: datetime, hostname: str,
        listened: bool = True,
    ) -> None:  # fmt: skip
        # User code's floor, which a host never loads; the parent has loaded it before it forks.
        from tradewind.authoring import execution
        from tradewind.authoring.task_run import TaskRun

        self._steps = execution
        self.assignment, self.task = assignment, task
        self.ti = TaskRun(assignment, task, link, hostname=hostname, pid=os.getpid(), start_date=began)
        self._began, self._listened = began, listened and execution.has_listeners()
        self.context: Any = None
        self.rendered = False

    @property
    def execution_timeout(self) -> float | None:
        """Seconds, or None."""
        limit: Any = getattr(self.task, "execution_timeout", None)
        return float(limit.total_seconds()) if limit is not None else self.assignment.execution_timeout

    def perform(self, tell: Callable[[list[Call]], None] = lambda calls: None) -> Any:
        """Everything up to the result. ``tell`` carries out what listeners are told of on the way."""
        self.task, self.context = self._steps.prepare(self.ti)
        os.environ.update(_variables(self.context))
        self._steps.render(self.task, self.context)
        self.rendered = True
        self.ti.rendered_map_index = self._first_name()
        if self.assignment.dispatch <= 1 < self.assignment.try_number:
            self._steps.forget_files(self.ti)
        tell([*self._listening("on_starting"), *self._listening_to_task("running", "queued")])
        self._call_all(self.task.on_execute_callback)
        return self._steps.execute(
            self.task, self.context, self.assignment.next_method, self.assignment.next_kwargs
        )

    def _first_name(self) -> str | None:
        """The instance's name as far as it is known before ``execute``, which may add what is asked for."""
        try:
            return self.name_instance()
        except Exception:  # noqa: BLE001 - it is rendered again afterwards, and then it must not fail
            return None

    def name_instance(self) -> str | None:
        """The rendered ``map_index_template``, with what ``execute`` put into the context."""
        name: str | None = self._steps.rendered_map_index(self.task, self.context)
        return name

    def forget_state(self) -> None:
        """Of a success, where the configuration wants that. Raises whatever the state's back end raises."""
        self._steps.forget_state(self.ti)

    def on_kill(self) -> None:
        """The operator's own."""
        if not self.task.is_mapped:  # not yet the operator of one instance: nothing of it has run
            self.task.on_kill()

    @property
    def has_policy(self) -> bool:
        """Whether its failures are looked at by a ``retry_policy``."""
        return getattr(self.task, "retry_policy", None) is not None and self.context is not None

    def reconsider(self, outcome: Failed, error: BaseException) -> Failed:
        """What the retry policy makes of a failure. Raises whatever the policy raises."""
        decision = self.task.retry_policy.evaluate(
            error, self.assignment.try_number, self.assignment.max_tries, self.context
        )
        reason = outcomes.short(f"{outcome.reason}; {decision.reason}") if decision.reason else outcome.reason
        if decision.action == "fail":
            return msgspec.structs.replace(outcome, may_retry=False, reason=reason)
        if decision.action == "retry" and decision.retry_delay is not None:
            delay = decision.retry_delay.total_seconds()
            return msgspec.structs.replace(outcome, retry_delay=delay, reason=reason)
        return msgspec.structs.replace(outcome, reason=reason)

    def with_question(self, outcome: AwaitingInput) -> AnyOutcome:
        """The wait with what is taken where nobody answers; a failure where nobody was asked."""
        if self.ti.asked is None:
            return Failed(
                reason="TaskAwaitingInput was raised, but nobody was asked: call upsert_hitl_detail() before",
                may_retry=False,
            )
        return msgspec.structs.replace(outcome, fallback=hitl.fallback(self.ti.asked))

    def callbacks(self, outcome: AnyOutcome, error: BaseException | None) -> list[Call]:
        """What is to be called now that the outcome is known: callbacks, then mail."""
        state, name = _end(outcome, self.assignment)
        self.ti.state = state
        stopping = self._listening("before_stopping")
        if name is None or self.context is None:
            return stopping
        if error is not None:
            self.context["exception"] = error
        calls: list[Call] = []
        if callbacks := getattr(self.task, name, None):
            calls.append((name, lambda: self._call_all(callbacks)))
        if isinstance(outcome, Failed) and self.task.email:
            from tradewind.worker import mails  # loads what knows HTML; every task process is a copy of it

            calls.append(("the mail", lambda: mails.send(self.context, error, final=state == "failed")))
        return [*calls, *self._listening_to_task(_LISTENED[state], "running", error=error), *stopping]

    def _listening_to_task(self, what: str, previous: str, **known: Any) -> list[Call]:
        if not self._listened:
            return []
        before = TaskInstanceState(previous)
        return self._listening(
            f"on_task_instance_{what}", previous_state=before, task_instance=self.ti, **known
        )

    def _listening(self, hook: str, **known: Any) -> list[Call]:
        return self._steps.listening(hook, **known) if self._listened else []

    def ended(self, at: datetime) -> None:
        """When it ended, for callbacks to read."""
        self.ti.end_date, self.ti.duration = at, (at - self._began).total_seconds()

    @property
    def has_links(self) -> bool:
        """Whether there are addresses of extra links to push."""
        return self.context is not None and not self.task.is_mapped and self._steps.has_links(self.task)

    def push_links(self) -> None:
        """Push them; what a link raises is logged."""
        self._steps.push_links(self.task, self.context, logging.getLogger("airflow.task"))

    def _call_all(self, callbacks: Any) -> None:
        if callbacks:
            self._steps.run_callbacks(callbacks, self.context, logging.getLogger("airflow.task"))


def _variables(context: Any) -> dict[str, str]:
    from tradewind.authoring import environment_variables

    return environment_variables.of(context)


def _end(  # noqa: PLR0911 - a table
    outcome: AnyOutcome, assignment: Assignment
) -> tuple[str, str | None]:
    """The task instance's state and the attribute that holds the callbacks of that end."""
    match outcome:
        case Succeeded():
            return "success", "on_success_callback"
        case Skipped():
            return "skipped", "on_skipped_callback"
        case Failed() if outcomes.will_retry(outcome, assignment):
            return "up_for_retry", "on_retry_callback"
        case Failed():
            return "failed", "on_failure_callback"
        case Rescheduled():
            return "up_for_reschedule", None
        case Deferred():
            return "deferred", None
        case AwaitingInput():
            return "awaiting_input", None
        case Lost():
            return "running", None
