"""``tasks test``, ``tasks render``, ``tasks run``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tradewind.cli import acting, clearing, dag_source, handover, one_off, waiting
from tradewind.cli.arguments import (
    DAG_ID,
    MAP_INDEX,
    RUN,
    SUBDIR,
    TASK_ID,
    Args,
    arg,
    arguments,
    flag,
    hidden,
)
from tradewind.cli.commands.tasks import task_of
from tradewind.cli.progress import progress
from tradewind.domain.access import SYSTEM
from tradewind.domain.states import (
    FINISHED_RUN,
    DagRunState,
    DagRunTriggeredBy,
    DagRunType,
    TaskInstanceState,
)
from tradewind.engine import clearing as choice
from tradewind.runtime import plugin_hosts
from tradewind.store.queries import scheduling, task_instances
from tradewind.store.records import NewRun
from tradewind.store.transitions import by_hand
from tradewind.store.transitions import runs as transitions

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from tradewind.cli.bootstrap import App
    from tradewind.domain.spec import DagSpec
    from tradewind.store.database import Tx
    from tradewind.store.records import RunRecord, TaskInstanceRecord

OPTIONAL_RUN = arg(
    "run",
    nargs="?",
    metavar="logical_date_or_run_id",
    help="a logical date, or the id of a run; now, if not given",
)


def _found(args: Args, app: App) -> tuple[str, datetime | None, dict[str, Any]]:
    """The DAG's file, the logical date that is meant, and the conf of the run that is named, if one is."""
    file = dag_source.locate(app, args.dag_id, args.subdir)
    with app.database.read() as tx:
        task_of(acting.spec(tx, args.dag_id), args.task_id)
        run = acting.try_run(tx, app, args.dag_id, args.run) if args.run else None
    if run is not None:
        return file, run.logical_date or run.run_after, json.loads(run.conf or "{}")
    return file, acting.date(args.run, app, name="logical_date_or_run_id") if args.run else None, {}


@arguments(
    DAG_ID,
    TASK_ID,
    OPTIONAL_RUN,
    arg("-t", "--task-params", metavar="JSON", help="params over the task's own"),
    arg("--env-vars", metavar="JSON", help="environment variables for the task"),
    flag("-n", "--dry-run", help="show the templates with their values, and run nothing"),
    flag("-m", "--post-mortem", help="(a debugger cannot reach a forked process; use dag.test())"),
    MAP_INDEX,
    SUBDIR,
    hidden("-B", "--bundle-name", value=True),
)
def test(args: Args, app: App) -> int:
    """Run one task, here and now, without recording it."""
    params = acting.json_object(args.task_params, name="--task-params")
    environment = acting.json_object(args.env_vars, name="--env-vars")
    file, at, conf = _found(args, app)
    return one_off.run(
        app, file=file, dag_id=args.dag_id, task_id=args.task_id, logical_date=at, conf={**conf, **params},
        map_index=args.map_index, render=args.dry_run,
        extra_environment={str(key): str(value) for key, value in environment.items()},
    )  # fmt: skip


@arguments(DAG_ID, TASK_ID, RUN, MAP_INDEX, SUBDIR, hidden("-B", "--bundle-name", value=True))
def render(args: Args, app: App) -> int:
    """Show a task's templates with their values."""
    file, at, conf = _found(args, app)
    return one_off.run(
        app, file=file, dag_id=args.dag_id, task_id=args.task_id, logical_date=at, conf=conf,
        map_index=args.map_index, render=True,
    )  # fmt: skip


@arguments(
    DAG_ID,
    TASK_ID,
    RUN,
    MAP_INDEX,
    flag("-m", "--mark-success", help="let it succeed without running it"),
    flag("-f", "--force", help="also where it has succeeded"),
    flag("-A", "--ignore-all-dependencies", help="whatever it waits for"),
    flag("-i", "--ignore-dependencies", help="whatever its upstream tasks did"),
    flag("-I", "--ignore-depends-on-past", help="whatever the run before did"),
    SUBDIR,
    *(
        hidden(*names)
        for names in (("-l", "--local"), ("-r", "--raw"), ("-N", "--interactive"), ("--ship-dag",))
    ),
    *(
        hidden(*names, value=True)
        for names in (("--pool",), ("--cfg-path",), ("-p", "--pickle"), ("-j", "--job-id"))
    ),
    *(hidden(*names) for names in (("--no-shut-down-logging",), ("--read-from-db",))),
    hidden("-d", "--depends-on-past", value=True),
)
def run(args: Args, app: App) -> int:
    """Run one task instance and record it."""
    dag_source.ensure(app, args.dag_id, args.subdir)
    now = app.clock.now()
    told, found = plugin_hosts.with_answers(app.plugin_ask, lambda ask: _begun(args, app, now, ask))
    if told is not None or found is None:
        code, text = told or (1, "")
        print(text)
        return code
    shown = progress()
    try:
        handover.see_through(app, args.dag_id, [found.run_id], shown)
    finally:
        shown.close()
    return _outcome(args, app, found.run_id)


def _begun(
    args: Args, app: App, now: datetime, ask: plugin_hosts.Ask
) -> tuple[tuple[int, str] | None, RunRecord | None]:
    """The run in which the task is to run, made where it is not there; or a code and why it will not run."""
    with app.database.write() as tx:
        spec = acting.spec(tx, args.dag_id)
        task_of(spec, args.task_id)
        found = acting.try_run(tx, app, args.dag_id, args.run)
        told = _prepare(tx, app, args, spec, found) if found else None
        if found is None:
            acting.date(args.run, app, name="logical_date_or_run_id")
            told = _missing(args, spec)
            found = _make(tx, app, args, spec, now=now, ask=ask) if told is None else None
        acting.note(
            tx,
            app,
            "task_run",
            dag_id=args.dag_id,
            task_id=args.task_id,
            run_id=found.run_id if found else None,
        )
    return told, found


def _prepare(tx: Tx, app: App, args: Args, spec: DagSpec, found: RunRecord) -> tuple[int, str] | None:
    """Have the task of a run that is there run, again or first. A code and a text where it will not."""
    there = task_instances.of_run(tx, found.dag_id, found.run_id, access=SYSTEM)
    ids = {one.task_id for one in there}
    mine = [one for one in there if (one.task_id, one.map_index) == (args.task_id, args.map_index)]
    if mine and mine[0].state is TaskInstanceState.SUCCESS and (args.mark_success or not args.force):
        hint = "" if args.mark_success else "; --force runs it again"
        return 0, f"Task {args.task_id} of {found.run_id} has succeeded already{hint}."
    refused = _missing(args, spec, ids) or _unmet(tx, args, spec, found)
    if refused:
        return refused
    if mine and args.mark_success:
        return _marked(tx, app, found, mine[0])
    if args.task_id not in ids:
        return _join(tx, app, args, found, ids)
    options = {**found.options, **_options(args)}
    clearing.clear_run(tx, app, found, spec, task_id=args.task_id, options=options)
    return None


def _missing(args: Args, spec: DagSpec, there: Collection[str] = ()) -> tuple[int, str] | None:
    """A task may not run whose upstream tasks have no instance in its run."""
    missing = [one for one in task_of(spec, args.task_id).upstream if one not in there]
    if not missing or args.ignore_dependencies or args.ignore_all_dependencies or args.mark_success:
        return None
    names = ", ".join(missing)
    return 1, f"Task {args.task_id} cannot run: {names} did not run for {args.run}. -i ignores that."


def _unmet(tx: Tx, args: Args, spec: DagSpec, found: RunRecord) -> tuple[int, str] | None:
    """A task may not run against its trigger rule."""
    if args.ignore_dependencies or args.ignore_all_dependencies or args.mark_success:
        return None
    from tradewind.api import reasons  # a command that only waits needs none of it

    for one in reasons.upstream_reasons(tx, found.dag_id, found.run_id, spec, args.task_id):
        return 1, f"Task {args.task_id} of {found.run_id} cannot run: {one.text} -i ignores that."
    return None


def _marked(tx: Tx, app: App, found: RunRecord, record: TaskInstanceRecord) -> tuple[int, str]:
    """Say that one task instance of a run succeeded, and have nothing run."""
    transitions.lock(tx, [found.pk])
    facts = scheduling.load_run(tx, found.dag_id, found.run_id)
    mine = [one for one in (facts.instances if facts else ()) if one.attempt_id == record.id]
    now, success = app.clock.now(), TaskInstanceState.SUCCESS
    changes = [(one.attempt_id, choice.mark(one, success)) for one in mine]
    by_hand.change(tx, found, changes, now=now, reason=f"marked success by {acting.user()}")
    return 0, f"Task {record.task_id} of {found.run_id}: success - marked, not run"


def _join(tx: Tx, app: App, args: Args, found: RunRecord, there: set[str]) -> tuple[int, str] | None:
    """Let a task take part in a run that was made without it."""
    if found.state not in FINISHED_RUN:
        return (
            1,
            f"Run {found.run_id} is {found.state}, without task {args.task_id}. Wait until it has ended.",
        )
    options = {**found.options, **_options(args), "only_tasks": sorted(there | {args.task_id})}
    options["mark_success"] = args.mark_success  # the others have ended: it is for this one alone
    now, version = app.clock.now(), acting.dag(tx, found.dag_id).version_hash
    if version is not None:
        by_hand.use_version(tx, found.pk, version)
    by_hand.queue_run_again(tx, found, now=now, options=options)
    transitions.touch(tx, found.pk, now=now)
    return None


def _make(tx: Tx, app: App, args: Args, spec: DagSpec, *, now: datetime, ask: plugin_hosts.Ask) -> RunRecord:
    """A run of that date in which only this task takes part."""
    from tradewind.api import triggering

    at = acting.date(args.run, app, name="logical_date_or_run_id")
    wish = triggering.Wish(dag_id=args.dag_id, logical_date=at, triggered_by=DagRunTriggeredBy.CLI)
    interval, run_id = triggering.placed(wish, spec, at, ask)
    options = {**_options(args), "only_tasks": [args.task_id], "mark_success": args.mark_success}
    new = NewRun(
        dag_id=args.dag_id,
        run_id=run_id,
        run_type=DagRunType.MANUAL.value,
        run_after=min(at, now),
        queued_at=now,
        logical_date=at,
        data_interval_start=interval.start if interval else None,
        data_interval_end=interval.end if interval else None,
        triggered_by=DagRunTriggeredBy.CLI.value,
        triggering_user_name=acting.user(),
        version_hash=acting.dag(tx, args.dag_id).version_hash,
        options=options,
        state=DagRunState.QUEUED,
    )
    return transitions.create(tx, new, spec, app.new_attempt)


def _options(args: Args) -> dict[str, Any]:
    """What a run that this command sees through does not heed."""
    past = args.ignore_depends_on_past or args.ignore_all_dependencies
    return {"ignore_pause": True, "ignore_depends_on_past": past}


def _outcome(args: Args, app: App, run_id: str) -> int:
    with app.database.read() as tx:
        record = task_instances.get(tx, args.dag_id, run_id, args.task_id, args.map_index, access=SYSTEM)
    state = record.state if record else None
    if state is None:
        print(f"Task {args.task_id} of {run_id} did not run: {waiting.PAST} -I ignores it.")
        return 1
    print(
        f"Task {args.task_id} of {run_id}: {state}{' - ' + record.reason if record and record.reason else ''}"
    )
    return 0 if state in (TaskInstanceState.SUCCESS, TaskInstanceState.SKIPPED) else 1
