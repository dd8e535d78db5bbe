"""Tell the listeners of plug-ins what turns have committed: how runs move, and which assets were updated.

A plug-in host calls them. Nobody waits for that: a listener that hangs or raises costs a line in the log.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import msgspec

from tradewind.domain.messages.plugins import Answer, HooksAre, ListenersTold, ListHooks, TellListeners
from tradewind.domain.messages.report import Finished
from tradewind.domain.states import DagRunState
from tradewind.engine import showing
from tradewind.engine.decisions import Decisions
from tradewind.runtime.clock import Clock
from tradewind.runtime.plugin_asking import Ask
from tradewind.runtime.plugin_hosts import PluginFailed
from tradewind.scheduler.active_runs import CachedRun
from tradewind.telemetry import events

MOST: Final = 1000
"""So many things may wait to be told; of more only the number is."""
MOST_BYTES: Final = 16 * 1024 * 1024
"""So much may they take: once they do, no more is taken in until some of it is told."""
MOST_INSTANCES: Final = 1000
"""A run's task instances are told along with it, unless there are more."""
FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(minutes=5)
_RUN_HOOKS: Final = {
    DagRunState.RUNNING: "on_dag_run_running",
    DagRunState.SUCCESS: "on_dag_run_success",
    DagRunState.FAILED: "on_dag_run_failed",
}


class Listening:
    """``hooks`` is what anybody listens for; None until a plug-in host has said so."""

    def __init__(self, *, clock: Clock, emit: events.Emit = events.log) -> None:
        self._clock, self._emit = clock, emit
        self._ask: Ask | None = None
        self.hooks: frozenset[str] | None = frozenset()
        self._early: list[tuple[TellListeners, int]] = []
        self._open = self._bytes = self._dropped = self._failures = 0
        self._again: datetime | None = None
        """When to ask once more who listens, as there was no answer."""

    def use_plugins(self, ask: Ask) -> None:
        """Ask this; what happens before it is known who listens is kept."""
        self._ask, self.hooks = ask, None

    def begin(self) -> None:
        """Find out who listens, and tell them that this component starts."""
        if self._ask is not None:
            self._tell("on_starting", {"component": {"job_type": "SchedulerJob"}})
            self._ask(ListHooks(), self._know)

    def look_again(self, now: datetime) -> None:
        """Where it could not be said who listens: ask again when the pause is over."""
        if self._ask is not None and self._again is not None and now >= self._again:
            self._again = None
            self._ask(ListHooks(), self._know)

    def moved(self, run: CachedRun, decisions: Decisions) -> None:
        """A run's move is committed."""
        if self.hooks is not None and not self.hooks:
            return
        for move in decisions.run:
            hook = _RUN_HOOKS.get(move.state)
            if hook is not None and self._takes(hook):
                ended = move.at if move.state is not DagRunState.RUNNING else None
                told = msgspec.structs.replace(run.context, state=move.state.value, end_date=ended)
                facts = {**msgspec.to_builtins(told), **_instances(run)}
                self._hold(hook, {"dag_run": facts, "msg": move.reason})

    def updated(self, report: Finished) -> None:
        """The updates of assets that a task reported are committed."""
        if self.hooks is not None and not self.hooks:
            return
        source = {"source_dag_id": report.dag_id, "source_run_id": report.run_id}
        for event in report.asset_events:
            asset = {name: event.get(name) or "" for name in ("name", "uri", "group")}
            self._tell("on_asset_changed", {"asset": asset})
            self._tell("on_dataset_changed", {"dataset": asset})
            emitted = {**source, "asset": asset, "extra": event.get("extra") or {}, "timestamp": report.at}
            self._tell("on_asset_event_emitted", {"asset_event": emitted})

    def _wants(self, hook: str) -> bool:
        """Whether anybody listens for it, or may."""
        return self.hooks is None or hook in self.hooks

    def _takes(self, hook: str) -> bool:
        """Whether to work out what to tell: somebody may want it, and there is room. Counts what has none."""
        if not self._wants(hook):
            return False
        if self._open < MOST and self._bytes < MOST_BYTES:
            return True
        self._dropped += 1
        return False

    def _tell(self, hook: str, facts: dict[str, Any]) -> None:
        if self._takes(hook):
            self._hold(hook, facts)

    def _hold(self, hook: str, facts: dict[str, Any]) -> None:
        question = TellListeners(hook=hook, facts=msgspec.to_builtins(facts))
        size = len(msgspec.json.encode(question))
        self._open += 1
        self._bytes += size
        if self.hooks is None:
            self._early.append((question, size))
        else:
            self._pass_on(question, size)

    def _pass_on(self, question: TellListeners, size: int) -> None:
        if self._ask is not None and self._wants(question.hook):
            self._ask(question, partial(self._told, question.hook, size))
        else:
            self._release(size)

    def _release(self, size: int) -> None:
        self._open -= 1
        self._bytes -= size

    def _know(self, said: Answer | PluginFailed) -> None:
        if not isinstance(said, HooksAre):
            pause = min(FIRST_PAUSE * 2 ** min(self._failures, 10), LONGEST_PAUSE)
            self._failures += 1
            self._again = self._clock.now() + pause
            told = f"{said} Who listens is asked again in {pause.total_seconds():g} s."
            self._emit(events.ListenerFailed(error=told))
            return
        early, self._early = self._early, []
        self.hooks = frozenset(said.hooks)
        for problem in said.problems:
            self._emit(events.ListenerFailed(error=problem))
        for question, size in early:
            self._pass_on(question, size)

    def _told(self, hook: str, size: int, said: Answer | PluginFailed) -> None:
        self._release(size)
        for problem in said.problems if isinstance(said, ListenersTold) else (f"{hook}: {said}",):
            self._emit(events.ListenerFailed(error=problem))
        if self._dropped and self._open <= MOST // 2 and self._bytes <= MOST_BYTES // 2:
            told = f"{self._dropped} things were not told to listeners, as they are too slow"
            self._emit(events.ListenerFailed(error=told))
            self._dropped = 0


def _instances(run: CachedRun) -> dict[str, str]:
    """The run's task instances as JSON text, which takes less room than objects while it waits to be told."""
    tasks = run.version.tasks
    if sum(one.task_id in tasks for one in run.machine.instances()) > MOST_INSTANCES:
        return {}
    found = showing.instances(run.machine, tasks)
    return {"task_instances": msgspec.json.encode(found).decode()}
