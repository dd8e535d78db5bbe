"""How far runs are: a bar in a terminal, a line for each change elsewhere."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from tradewind.domain.states import FINISHED, FINISHED_RUN, DagRunState

if TYPE_CHECKING:
    from tradewind.store.records import RunRecord, TaskInstanceRecord


class Progress(Protocol):
    """Is shown the runs again and again."""

    def show(self, runs: Sequence[RunRecord], instances: Sequence[TaskInstanceRecord]) -> None:
        """How they are now."""
        ...

    def close(self) -> None:
        """Nothing more comes."""
        ...


def progress() -> Progress:
    """A bar where a person watches, lines elsewhere."""
    return Bar() if sys.stdout.isatty() else Lines()


class Lines:
    """A line whenever a task instance ended or a run moved."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, ...], Any] = {}

    def show(self, runs: Sequence[RunRecord], instances: Sequence[TaskInstanceRecord]) -> None:
        """Tell what changed."""
        for one in instances:
            key = (one.run_id, one.task_id, str(one.map_index))
            if one.state in FINISHED and self._seen.get(key) != (one.state, one.try_number):
                self._seen[key] = (one.state, one.try_number)
                index = f"[{one.map_index}]" if one.map_index >= 0 else ""
                why = f" - {one.reason}" if one.reason else ""
                print(f"{one.run_id} {one.task_id}{index}: {one.state}{why}", flush=True)
        for run in runs:
            if self._seen.get((run.run_id,)) != run.state:
                self._seen[run.run_id,] = run.state
                if run.state is not DagRunState.QUEUED:
                    done = sum(each.state in FINISHED_RUN for each in runs)
                    print(f"{run.run_id}: {run.state} ({done} of {len(runs)} runs done)", flush=True)

    def close(self) -> None:
        """Nothing to undo."""


class Bar:
    """Runs done, and how many task instances are in which state."""

    def __init__(self) -> None:
        from rich.progress import (  # only for a person
            BarColumn,
            MofNCompleteColumn,
            TextColumn,
            TimeElapsedColumn,
        )
        from rich.progress import Progress as RichProgress

        self._bar = RichProgress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[states]}"),
        )  # fmt: skip
        self._task = self._bar.add_task("runs", total=None, states="")
        self._bar.start()

    def show(self, runs: Sequence[RunRecord], instances: Sequence[TaskInstanceRecord]) -> None:
        """Redraw."""
        counts = Counter(str(one.state or "waiting") for one in instances)
        states = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        done = sum(run.state in FINISHED_RUN for run in runs)
        self._bar.update(self._task, total=len(runs), completed=done, states=states)

    def close(self) -> None:
        """Leave the last picture standing."""
        self._bar.stop()
