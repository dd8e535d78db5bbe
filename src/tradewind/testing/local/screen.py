"""Shows a local run: a live tree of task states in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Any, TextIO

from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.states import COLOURS, TaskInstanceState

if TYPE_CHECKING:
    from tradewind.engine.machine import InstanceView
    from tradewind.testing.local.driver import LocalRun

T = TaskInstanceState
_SIGNS: dict[Any, str] = {
    None: "·", T.SCHEDULED: "·", T.QUEUED: "·", T.RUNNING: "▶", T.SUCCESS: "✔", T.FAILED: "✘", T.SKIPPED: "↷",
    T.UPSTREAM_FAILED: "✘", T.UP_FOR_RETRY: "↻", T.UP_FOR_RESCHEDULE: "↻", T.DEFERRED: "…",
    T.AWAITING_INPUT: "?", T.REMOVED: "–",
}  # fmt: skip


def say(text: str) -> None:
    """Print a line; a terminal is what this package is for."""
    print(text, flush=True)  # noqa: T201


def name_of(task_id: str, map_index: int) -> str:
    """``task`` or ``task[3]``."""
    return task_id if map_index < 0 else f"{task_id}[{map_index}]"


def _speaker(assignment: Assignment) -> str:
    """Whose lines they are: a task's, or a callback's of the DAG."""
    kind = str(assignment.callback.get("kind", ""))
    return kind if kind.startswith("dag_") else name_of(assignment.task_id, assignment.map_index)


class Lines:
    """One line for each thing that happens."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._out = stream or sys.stdout
        self._seen: dict[str, Any] = {}

    def said(self, assignment: Assignment, line: str) -> None:
        """A task printed a line."""
        self.tell(f"{_speaker(assignment)} | {line}")

    def tell(self, text: str) -> None:
        """Something for the reader."""
        print(text, file=self._out, flush=True)

    def changed(self, run: LocalRun) -> None:
        """Tell of what began or ended since."""
        for view in run.machine.instances():
            key = f"{view.task_id} {view.map_index}"
            if view.state is not self._seen.get(key):
                self._seen[key] = view.state
                if view.state not in {None, T.SCHEDULED, T.QUEUED}:
                    why = run.reasons.get(view.attempt_id, "")
                    self._move(view.task_id, view.map_index, view.state, why)

    def waits(self, until: datetime) -> None:
        """Nothing to do until then."""
        self.tell(f"… waiting until {until.isoformat(timespec='seconds')}")

    def retried(self, assignment: Assignment, reason: str) -> None:
        """Tell of it here: where the next try follows at once, ``changed`` never sees this state."""
        self._seen[f"{assignment.task_id} {assignment.map_index}"] = T.UP_FOR_RETRY
        self._move(assignment.task_id, assignment.map_index, T.UP_FOR_RETRY, reason)

    def _move(self, task_id: str, map_index: int, state: T | None, why: str) -> None:
        tail = f" - {why}" if why and state not in {T.SUCCESS, T.RUNNING} else ""
        self.tell(f"{_SIGNS[state]} {name_of(task_id, map_index)}: {state}{tail}")

    def paused(self) -> AbstractContextManager[None]:
        """Nothing is redrawn anyway."""
        return nullcontext()

    def close(self) -> None:
        """Nothing to undo."""


class Live:
    """A tree that is redrawn; what tasks print scrolls above it."""

    def __init__(self) -> None:
        from rich.console import Console  # only where a person watches
        from rich.live import Live as RichLive

        self._console = Console(highlight=False)
        self._live = RichLive(console=self._console, refresh_per_second=12, transient=False)
        self._live.start()

    def said(self, assignment: Assignment, line: str) -> None:
        """A task printed a line."""
        from rich.text import Text

        text = Text(f"{_speaker(assignment)} │ ", style="dim")
        self._console.print(text.append(Text(line, style="not dim")))

    def tell(self, text: str) -> None:
        """Something for the reader."""
        self._console.print(text, markup=False)

    def changed(self, run: LocalRun) -> None:
        """Redraw."""
        from rich.text import Text
        from rich.tree import Tree

        tree = Tree(Text(f"{run.wish.run.dag_id}  {run.machine.state}", style="bold"), guide_style="dim")
        for view in sorted(run.machine.instances(), key=_order(run)):
            colour = COLOURS[view.state].replace("lightblue", "cyan")
            line = Text(f"{_SIGNS[view.state]} ", style=_RICH.get(colour, "white"))
            line.append(name_of(view.task_id, view.map_index), style="default")
            line.append(f"  {view.state or 'waits'}{_seconds(view)}", style="dim")
            why = run.reasons.get(view.attempt_id, "")
            if why and view.state not in {T.SUCCESS, T.RUNNING}:
                line.append(f"  {why}", style="dim")
            tree.add(line)
        self._live.update(tree)

    def waits(self, until: datetime) -> None:
        """The tree shows it."""

    def retried(self, assignment: Assignment, reason: str) -> None:
        """The tree shows it."""

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The tree stands still, so that somebody can type below it."""
        self._live.stop()
        try:
            yield
        finally:
            self._live.start()

    def close(self) -> None:
        """Leave the last picture standing."""
        self._live.stop()


_RICH = {
    "green": "green",
    "red": "red",
    "lime": "bright_green",
    "hotpink": "magenta",
    "orange": "yellow",
    "gold": "yellow",
    "gray": "bright_black",
    "tan": "bright_black",
    "cyan": "cyan",
    "mediumpurple": "purple",
    "turquoise": "cyan",
    "darkorange": "dark_orange",
}


def _order(run: LocalRun) -> Any:
    """Tasks after what they wait for."""
    depth: dict[str, int] = {}

    def of(task_id: str) -> int:
        if task_id not in depth:
            spec = run.wish.spec.task(task_id)
            depth[task_id] = 1 + max((of(above) for above in spec.upstream), default=-1) if spec else 0
        return depth[task_id]

    return lambda view: (of(view.task_id), view.task_id, view.map_index)


def _seconds(view: InstanceView) -> str:
    if view.start_date is None or view.end_date is None:
        return ""
    return f" {(view.end_date - view.start_date).total_seconds():.1f} s"
