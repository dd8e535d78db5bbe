"""Runs that wait, and warnings of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tradewind.cli import acting
from tradewind.domain.access import SYSTEM
from tradewind.domain.states import FINISHED, FINISHED_RUN, DagRunState
from tradewind.store.queries import past, task_instances
from tradewind.store.queries import runs as run_queries

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.store.database import Tx
    from tradewind.store.records import RunRecord, TaskInstanceRecord

PAST = (
    "it waits for the run before it, in which the same task did not succeed (depends_on_past or "
    "wait_for_downstream). Clear or mark that one; then this one goes on."
)


def warn(app: App, prog: str, dag_id: str, what: str, *, paused: bool) -> None:
    """Say on standard error, where programs do not read, why ``what`` will not begin, if it will not."""
    if paused:
        why, way_out = f"DAG {dag_id} is paused", f"Unpause it: {prog} dags unpause {dag_id}"
    elif not app.scheduler_runs():
        why, way_out = "No scheduler runs here", f"Start one: {prog} standalone (or {prog} scheduler)"
    else:
        return
    print(f"{why}, so {what}. {way_out}", file=sys.stderr)


def stuck_on_past(tx: Tx, runs: Sequence[RunRecord], instances: Sequence[TaskInstanceRecord]) -> bool:
    """Whether all of a DAG's runs that have not ended wait for an earlier one that has, and not well.

    ``instances`` are those of the runs that have begun. A run that is only about to start looks alike for a
    moment, so look twice.
    """
    left = [run for run in runs if run.state not in FINISHED_RUN]
    dates = [run.logical_date for run in left if run.logical_date is not None]
    open_ = [one for one in instances if one.state not in FINISHED]
    if not open_ or len(dates) < len(left) or any(one.state is not None for one in open_):
        return False
    ids = {run.run_id for run in left}
    for run in run_queries.of_dag(tx, left[0].dag_id, access=SYSTEM, until=max(dates)):
        if run.state in FINISHED_RUN or run.run_id in ids:
            continue
        others = task_instances.of_run(tx, run.dag_id, run.run_id, access=SYSTEM)
        left.append(run)
        open_ += [one for one in others if one.state not in FINISHED]
    if any(one.state is not None for one in open_):
        return False
    return all(_waits_for_past(tx, run, open_) for run in left)


def _waits_for_past(tx: Tx, run: RunRecord, open_: Sequence[TaskInstanceRecord]) -> bool:
    if run.ignore_depends_on_past:
        return False
    facts = past.past_facts(tx, run, acting.spec(tx, run.dag_id, run.version_hash))
    unmet = {each.task_id for each in facts if not each.met}
    own = {one.task_id for one in open_ if one.run_id == run.run_id}
    return bool(unmet & own if run.state is DagRunState.RUNNING else unmet)
