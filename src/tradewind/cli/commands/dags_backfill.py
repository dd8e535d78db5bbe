"""``backfill`` of 1.x and ``dags backfill`` of 2.x: runs for past dates, waited for."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tradewind.api import backfilling
from tradewind.cli import acting, clearing, dag_source, handover, waiting
from tradewind.cli.arguments import (
    CONF,
    DAG_ID,
    END,
    OUTPUT,
    REGEX,
    START,
    SUBDIR,
    YES,
    Args,
    WrongUsage,
    arg,
    arguments,
    flag,
    hidden,
)  # fmt: skip
from tradewind.cli.progress import progress
from tradewind.domain.access import SYSTEM
from tradewind.domain.errors import BadRequest, PoolNotFound
from tradewind.domain.intervals import RunInfo
from tradewind.domain.states import FINISHED_RUN, DagRunState
from tradewind.engine.graph import Graph
from tradewind.runtime import plugin_hosts
from tradewind.store.queries import pools
from tradewind.store.queries import runs as run_queries
from tradewind.store.records import RunRecord
from tradewind.store.transitions import by_hand
from tradewind.store.transitions import runs as transitions

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.domain.spec import DagSpec
    from tradewind.store.database import Tx


@arguments(
    DAG_ID,
    START,
    END,
    arg("-t", "--task-regex", metavar="REGEX", help="only tasks whose id matches, and what they wait for"),
    flag("-i", "--ignore-dependencies", help="with --task-regex: without what they wait for"),
    flag("-I", "--ignore-first-depends-on-past", help="the first run does not look at the one before"),
    flag("-m", "--mark-success", help="let tasks succeed without running them"),
    flag("-B", "--run-backwards", help="the last date first"),
    flag("-n", "--dry-run", help="list the runs, and make none"),
    flag("--reset-dagruns", help="run dates again that have a run"),
    flag("--rerun-failed-tasks", help="run what failed again"),
    CONF,
    YES,
    REGEX,
    SUBDIR,
    OUTPUT,
    flag("--continue-on-failures", help="start further runs though one has failed"),
    flag("--disable-retry", help="what fails is not tried again"),
    arg("--pool", help="the pool of all its task instances"),
    hidden("-l", "--local"),
    hidden("-x", "--donot-pickle"),
    hidden("--delay-on-limit", value=True),
)
def backfill(args: Args, app: App) -> int:
    """Run a DAG for past dates and wait for it."""
    if not args.start_date and not args.end_date:
        raise WrongUsage("give --start-date, --end-date, or both.")
    start = acting.date(args.start_date or args.end_date, app, name="--start-date")
    end = acting.date(args.end_date or args.start_date, app, name="--end-date")
    conf = json.dumps(acting.json_object(args.conf, name="--conf"))
    if not args.treat_dag_id_as_regex:
        dag_source.ensure(app, args.dag_id, args.subdir)
    with app.database.read() as tx:
        if args.pool and pools.get(tx, args.pool) is None:
            raise PoolNotFound(args.pool)
        meant = acting.ids_of(tx, args.dag_id, regex=args.treat_dag_id_as_regex)
    codes = [_backfill_one(args, app, dag_id, start=start, end=end, conf=conf) for dag_id in meant]
    return max(codes)


def _backfill_one(args: Args, app: App, dag_id: str, *, start: datetime, end: datetime, conf: str) -> int:
    with app.database.read() as tx:
        spec = acting.spec(tx, dag_id)
    infos = plugin_hosts.with_answers(
        app.plugin_ask,
        lambda ask: backfilling.planned(spec, start, end, backwards=args.run_backwards, ask=ask),
    )
    if args.dry_run:
        print("\n".join(f"{dag_id} {info.logical_date.isoformat()}" for info in infos))
        return 0
    dates = _Dates(app, args, spec, infos, conf=conf)
    run_ids = dates.more([])
    if not run_ids:
        print(
            f"DAG {dag_id}: every date has a run. "
            "Run them again with --reset-dagruns or --rerun-failed-tasks."
        )
        return 0
    shown = progress()
    try:
        runs = handover.see_through(app, dag_id, run_ids, shown, more=dates.more)
    finally:
        shown.close()
    return _outcome(dag_id, runs, not_run=dates.left)


class _Dates:
    """Makes the runs of the dates, not more at a time than the DAG may have, and none after one has failed;
    with ``--continue-on-failures`` all at once.
    """

    def __init__(self, app: App, args: Args, spec: DagSpec, infos: Sequence[RunInfo], *, conf: str) -> None:
        self._app, self._args, self._spec, self._conf = app, args, spec, conf
        self._dates = deque(infos)
        self._options = _options(args, spec)
        self._first = infos[0]

    @property
    def left(self) -> int:
        """How many dates were not looked at."""
        return len(self._dates)

    def more(self, runs: Sequence[RunRecord]) -> list[str]:
        """Ids of further runs to wait for, made now, or there already and to be run again."""
        keep_on = self._args.continue_on_failures
        if not self._dates or (not keep_on and any(run.state is DagRunState.FAILED for run in runs)):
            return []
        limit = len(self._dates) if keep_on else self._spec.max_active_runs or len(self._dates)
        free = limit - sum(run.state not in FINISHED_RUN for run in runs)
        if free <= 0:
            return []
        with self._app.database.write() as tx:
            version = acting.dag(tx, self._spec.dag_id).version_hash
            made: list[str] = []
            while self._dates and len(made) < free:
                run_id = self._place(tx, self._dates.popleft(), version)
                made += [run_id] if run_id is not None else []
            acting.note(tx, self._app, "dag_backfill", dag_id=self._spec.dag_id, extra={"runs": made})
        return made

    def _place(self, tx: Tx, info: RunInfo, version: str | None) -> str | None:
        """The run of that date, if there is anything to wait for."""
        spec, args, now, options = self._spec, self._args, self._app.clock.now(), self._options
        if args.ignore_first_depends_on_past and info is self._first:
            options = {**options, "ignore_depends_on_past": True}
        there = run_queries.by_logical_date(tx, spec.dag_id, info.logical_date, access=SYSTEM)
        if there is not None:
            again = _again(tx, self._app, args, spec=spec, there=there, options=options)
            return there.run_id if again else None
        new = backfilling.new_run(
            spec, info, version=version, now=now, conf=self._conf, user=acting.user(),
            run_after=now if args.run_backwards else None, options=options,
        )  # fmt: skip
        return transitions.create(tx, new, spec, self._app.new_attempt).run_id


def _options(args: Args, spec: DagSpec) -> dict[str, Any]:
    options: dict[str, Any] = {"ignore_pause": True}
    if args.mark_success:
        options["mark_success"] = True
    if args.disable_retry:
        options["disable_retry"] = True
    if args.pool:
        options["pool"] = args.pool
    if args.task_regex:
        options["only_tasks"] = sorted(
            _chosen(spec, args.task_regex, with_upstream=not args.ignore_dependencies)
        )
    return options


def _chosen(spec: DagSpec, pattern: str, *, with_upstream: bool) -> frozenset[str]:
    from tradewind.engine import clearing as choice

    found = choice.select_tasks(Graph.compile(spec), regex=pattern, upstream=with_upstream)
    if not with_upstream:
        found = frozenset(task_id for task_id in found if re.search(pattern, task_id))
    if not found:
        raise BadRequest(f"No task of DAG {spec.dag_id!r} matches {pattern!r}.")
    return found


def _again(tx: Tx, app: App, args: Args, *, spec: DagSpec, there: RunRecord, options: dict[str, Any]) -> bool:
    """Whether a run that is there goes on, or is run again; clears it where needed."""
    if there.state not in (DagRunState.SUCCESS, DagRunState.FAILED):
        by_hand.set_options(tx, there.pk, {**there.options, "ignore_pause": True})
        transitions.touch(tx, there.pk, now=app.clock.now())
        return True
    if args.reset_dagruns:
        clearing.clear_run(tx, app, there, spec, options=options)
        return True
    if args.rerun_failed_tasks and there.state is DagRunState.FAILED:
        clearing.clear_run(tx, app, there, spec, only_failed=True, options=options)
        return True
    if there.only_tasks is not None and options.get("only_tasks") != there.only_tasks:
        # A part of it ran by itself; now the rest.
        by_hand.queue_run_again(tx, there, now=app.clock.now(), options=options)
        transitions.touch(tx, there.pk, now=app.clock.now())
        return True
    return False


def _outcome(dag_id: str, runs: list[RunRecord], *, not_run: int) -> int:
    failed = [run for run in runs if run.state is not DagRunState.SUCCESS]
    for run in failed:
        if run.state is DagRunState.FAILED:
            print(f"{run.run_id}: failed{' - ' + run.reason if run.reason else ''}")
        else:
            print(f"{run.run_id}: {waiting.PAST}")
    if not_run:
        print(
            f"{not_run} dates were not run because of that; "
            "with --continue-on-failures they are run all the same."
        )
    print(f"DAG {dag_id}: {len(runs) - len(failed)} of {len(runs) + not_run} runs succeeded.")
    return 1 if failed else 0
