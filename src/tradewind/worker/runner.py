"""One attempt: find the task, build its context, run it and its callbacks, and say how it went.

Knows nothing of processes: a task process gives it sockets and signals, ``dag.test()`` gives it neither.

    Started ──▶ render ──▶ on_execute ──▶ pre_execute ──▶ execute ──▶ post_execute
            ──▶ outcome ──▶ callbacks ──▶ Finished
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple, Protocol

import msgspec

from tradewind.domain.errors import AirflowTaskTimeout
from tradewind.domain.events import AnyOutcome, AwaitingInput, Failed, Succeeded
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.data import Request
from tradewind.domain.messages.report import Finished, Started
from tradewind.domain.spec.mapping import MAX_MAP_LENGTH
from tradewind.runtime.clock import Clock
from tradewind.worker import alarms, outcomes, reporting
from tradewind.worker.callbacks import CallbackWork
from tradewind.worker.work import Call, Work


class Where(NamedTuple):
    """The machine and the account."""

    hostname: str
    unixname: str


class LinkPort(Protocol):
    """What user code asks of the metadata database; ``client.link.Link`` is one."""

    def call(self, request: Request) -> Any:
        """The answer's value, or the refusal raised."""


class Log(Protocol):
    """Where the runner's own lines go."""

    def write(self, level: str, event: str, logger: str, **more: Any) -> None:
        """One line."""


def nothing(message: Started) -> None:
    """Nobody waits to hear of it."""


def no_conclusion(report: Finished, limit: float, linking: bool) -> None:
    """Nobody waits to hear of it."""


def no_output() -> None:
    """Nothing is on its way to the log."""


class Body:
    """One attempt under way. ``terminate`` and ``kill`` may be called from a signal handler."""

    def __init__(
        self,
        assignment: Assignment,
        dag: Any,
        link: LinkPort,
        *,
        clock: Clock,
        host: Where,
        log: Log,
        started: Callable[[Started], None] = nothing,
        flush: Callable[[], None] = no_output,
        concluded: Callable[[Finished, float, bool], None] = no_conclusion,
        problem: str = "",
        max_map_length: int = MAX_MAP_LENGTH,
        callback_limit: float = 300.0,
        success_overtime: float = 20.0,
        listened: bool = True,
    ) -> None:
        """``flush`` brings to the log what was printed; ``problem`` says why ``dag`` is None. ``concluded``
        hears of the end before user code is called that must not change it, and how many seconds that may
        take: first of links, where there are any, then of callbacks together: ``success_overtime`` after a
        success, which is recorded meanwhile, else ``callback_limit``. Not ``listened``: no listener is told
        of it.
        """
        self._assignment, self._dag, self._link = assignment, dag, link
        self._clock, self._host, self._log, self._started = clock, host, log, started
        self._flush, self._problem, self._max_map_length = flush, problem, max_map_length
        self._concluded, self._callback_limit = concluded, callback_limit
        self._success_overtime, self._listened = success_overtime, listened
        self._began = clock.now()
        self._pid = os.getpid()
        self._interruptible = False
        self._stop: BaseException | None = None
        self._work: Work | None = None
        self._killable: Callable[[], object] | None = None
        self._limit: float | None = None

    # --- from outside

    def terminate(self, error: BaseException) -> None:
        """Stop: ``on_kill``, then ``error`` out of the user's code; later, where none runs just now."""
        if self._stop is None:
            self._stop = error
            if self._interruptible:
                self._interruptible = False
                self.kill()
                raise error

    def kill(self) -> None:
        """The operator's ``on_kill``; what it raises is logged."""
        if self._killable is not None:
            self._guard("on_kill", self._killable)

    # --- the attempt

    def run(self) -> Finished:
        """From Started to Finished. Raises nothing that user code raises."""
        assignment = self._assignment
        self._started(self._report_started())
        if self._dag is None and assignment.file:
            return self._without_task(f"DAG {assignment.run.dag_id!r} could not be loaded: {self._problem}")
        if assignment.kind == "callback":
            return self._call_back()
        task = self._dag.task_dict.get(assignment.task_id)
        if task is None:
            known = ", ".join(sorted(self._dag.task_dict))
            return self._without_task(
                f"DAG {assignment.run.dag_id!r} has no task {assignment.task_id!r} any more "
                f"(it has: {known})."
            )
        result: Any = None
        error: BaseException | None = None
        try:
            self._work = Work(
                assignment, task, self._link, began=self._began, hostname=self._host.hostname,
                listened=self._listened,
            )  # fmt: skip
            self._killable = self._work.on_kill
            with self._interruptible_for(self._work.execution_timeout):
                result = self._work.perform(self._tell)
        except BaseException as raised:  # noqa: BLE001 - whatever user code raises is an outcome
            error = raised
        self._leave_forks(error)
        return self._conclude(result, error)

    def _leave_forks(self, error: BaseException | None) -> None:
        """A process that user code forked, and that came out of its function, has nothing to report."""
        if os.getpid() != self._pid:
            if error is not None:
                self._log.write("error", f"A process that the task forked failed: {error}", "task")
            os._exit(0 if error is None else 1)

    def _call_back(self) -> Finished:
        """Not a task of the DAG, but a callback of its file."""
        error: BaseException | None = None
        work = CallbackWork(
            self._assignment, self._dag, self._link, began=self._began, hostname=self._host.hostname
        )
        self._killable = work.on_kill
        try:
            with self._interruptible_for(work.execution_timeout):
                work.perform()
        except BaseException as raised:  # noqa: BLE001 - whatever user code raises is an outcome
            error = raised
        self._leave_forks(error)
        outcome = Succeeded() if error is None else outcomes.of(error, self._assignment)
        self._say(outcome, error)
        return self._finished(outcome, reporting.Report())

    def _conclude(self, result: Any, error: BaseException | None) -> Finished:
        work = self._work
        if isinstance(error, AirflowTaskTimeout):
            self.kill()
        report = reporting.Report()
        if error is None and work is not None:
            try:
                report = reporting.of(work, result, self._max_map_length)
            except Exception as raised:  # noqa: BLE001 - a result that cannot be sent fails the task
                error = raised
        outcome = report.outcome if error is None else outcomes.of(error, self._assignment)
        if isinstance(outcome, Failed) and error is not None:
            outcome = self._reconsidered(outcome, error)
        elif isinstance(outcome, AwaitingInput) and work is not None:
            outcome = work.with_question(outcome)
        self._say(outcome, error)
        if work is not None:
            work.ended(self._clock.now())
            if isinstance(outcome, Succeeded):
                self._guard("clearing the task's state", work.forget_state)
            self._guard("rendered fields", lambda: reporting.complete(report, work))
            if work.has_links and reporting.is_end(outcome):
                self._push_links(work, outcome, report)
            calls: list[Call] = []
            found = functools.partial(work.callbacks, outcome, error)
            self._guard("reading the callbacks", lambda: calls.extend(found()))
            outcome = self._call_all(calls, outcome, report)
            report.note = work.ti.note
        return self._finished(outcome, report)

    def _push_links(self, work: Work, outcome: AnyOutcome, report: reporting.Report) -> None:
        """What links do, and how long they take, changes nothing any more."""
        limit = self._success_overtime
        self._concluded(self._finished(outcome, report), limit, True)
        with alarms.limited(self._clock, limit):
            self._guard("the links", work.push_links)
        self._leave_forks(None)

    def _tell(self, calls: list[Call]) -> None:
        """Listeners, while the task runs: what they do, and how long they take, is not the task's."""
        if not calls:
            return
        self._interruptible = False  # a stop is for the task, and comes when they have ended
        try:
            for name, call in calls:
                with alarms.limited(self._clock, self._success_overtime):
                    self._guard(name, call)
                self._leave_forks(None)
        finally:
            self._interruptible = True
        if self._stop is not None:
            raise self._stop

    def _reconsidered(self, outcome: Failed, error: BaseException) -> Failed:
        """The failure as the task's retry policy sees it, if it has one and there are tries left."""
        found = [outcome]
        work = self._work
        if work is not None and work.has_policy and outcomes.will_retry(outcome, self._assignment):
            with alarms.limited(self._clock, self._callback_limit):
                self._guard("the retry policy", lambda: found.append(work.reconsider(outcome, error)))
        return found[-1]

    def _call_all(self, calls: list[Call], outcome: AnyOutcome, report: reporting.Report) -> AnyOutcome:
        """Callbacks and mail. What they do, and whether they come to an end, changes nothing any more."""
        if not calls:
            return outcome
        if isinstance(outcome, Succeeded):
            limit = self._success_overtime
            told: AnyOutcome = msgspec.structs.replace(outcome, calling=True)
            outcome = msgspec.structs.replace(outcome, called=True)
        else:
            limit, told = self._callback_limit, outcome
        self._concluded(self._finished(told, report), limit, False)
        give_up = self._clock.monotonic() + limit
        for name, call in calls:
            with alarms.alarm(self._clock, give_up - self._clock.monotonic(), alarms.too_late(limit)):
                self._guard(name, call)
            self._leave_forks(None)
        return outcome

    def _without_task(self, problem: str) -> Finished:
        self._log.write("error", problem, "task")
        return self._finished(Failed(reason=outcomes.short(problem)), reporting.Report())

    def _finished(self, outcome: AnyOutcome, report: reporting.Report) -> Finished:
        assignment = self._assignment
        return Finished(
            attempt_id=assignment.attempt_id, dispatch=assignment.dispatch, dag_id=assignment.run.dag_id,
            run_id=assignment.run.run_id, started_at=self._began, at=self._clock.now(), outcome=outcome,
            pid=os.getpid(), hostname=self._host.hostname, unixname=self._host.unixname,
            xcoms=report.xcoms, rendered_fields=report.rendered_fields, note=report.note,
            rendered_map_index=report.rendered_map_index, asset_events=report.asset_events,
        )  # fmt: skip

    def _report_started(self) -> Started:
        assignment = self._assignment
        return Started(
            attempt_id=assignment.attempt_id, dispatch=assignment.dispatch, dag_id=assignment.run.dag_id,
            run_id=assignment.run.run_id, at=self._began, pid=os.getpid(), hostname=self._host.hostname,
            unixname=self._host.unixname,
        )  # fmt: skip

    # --- the user's code

    @contextmanager
    def _interruptible_for(self, seconds: float | None) -> Iterator[None]:
        """Inside, signals may raise; after ``seconds`` AirflowTaskTimeout is raised."""
        if self._stop is not None:
            raise self._stop
        self._interruptible = True
        self._limit = seconds
        try:
            with alarms.alarm(self._clock, seconds, self._late):
                yield
        finally:
            self._interruptible = False

    def _late(self, number: int, frame: FrameType | None) -> None:
        late = AirflowTaskTimeout(f"the task ran longer than its execution_timeout of {self._limit:g} s")
        if self._interruptible:
            self._interruptible = False
            raise late
        self._stop = self._stop or late  # listeners are being told: it comes when they have ended

    def _guard(self, name: str, call: Callable[[], object]) -> None:
        """User code whose failure changes nothing."""
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - logged, as Airflow does; sys.exit and time-outs too
            self._log.write("error", f"{name} failed: {error}", "task", exception=outcomes.trace(error))

    def _say(self, outcome: AnyOutcome, error: BaseException | None) -> None:
        self._flush()
        text, level = outcomes.describe(outcome, self._assignment)
        if error is not None and outcomes.is_failure(error):
            self._log.write(level, text, "task", exception=outcomes.trace(error))
        else:
            self._log.write(level, text, "task")


def run(assignment: Assignment, dag: Any, link: LinkPort, *, clock: Clock, host: Where, log: Log) -> Finished:
    """One attempt in this very process, for ``dag.test()``."""
    return Body(assignment, dag, link, clock=clock, host=host, log=log).run()
