"""``dags trigger``, ``list-runs``, ``state``, ``test``."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tradewind.cli import acting, clearing, dag_source, moments, output, partition_dates, waiting
from tradewind.cli.arguments import (
    CONF,
    DAG_ID,
    END,
    OUTPUT,
    RUN,
    START,
    SUBDIR,
    YES,
    Args,
    WrongUsage,
    arg,
    arguments,
    flag,
    hidden,
)
from tradewind.domain.access import SYSTEM
from tradewind.domain.states import DagRunState, DagRunTriggeredBy
from tradewind.runtime import plugin_hosts
from tradewind.store.queries import runs as queries

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.store.records import DagRecord, RunRecord

TRIGGER_COLUMNS = (
    "conf",
    "dag_id",
    "dag_run_id",
    "data_interval_start",
    "data_interval_end",
    "end_date",
    "last_scheduling_decision",
    "logical_date",
    "run_after",
    "run_type",
    "start_date",
    "state",
    "triggering_user_name",
)
TRIGGER_TABLE = ("dag_id", "dag_run_id", "run_type", "logical_date", "state")
"""What a person wants to see; programs ask for JSON and get everything."""
LIST_COLUMNS = ("dag_id", "run_id", "state", "run_after", "logical_date", "start_date", "end_date")
SPARE = ("run_after", "logical_date", "dag_id", "end_date")


@arguments(
    DAG_ID,
    arg("-r", "--run-id", help="the run's id"),
    CONF,
    arg(
        "-l",
        "--logical-date",
        "-e",
        "--exec-date",
        metavar="DATE",
        help="the run's logical date; now, if not given",
    ),
    hidden("--no-replace-microseconds"),
    SUBDIR,
    OUTPUT,
)
def trigger(args: Args, app: App) -> int:
    """Ask for a run of a DAG."""
    conf = acting.json_object(args.conf, name="--conf")
    at = acting.date(args.logical_date, app, name="--logical-date") if args.logical_date else app.clock.now()
    dag_source.ensure(app, args.dag_id, args.subdir)
    record, run = make(app, args.dag_id, at, run_id=args.run_id, conf=conf)
    app.wake("run", dag_id=run.dag_id, run_id=run.run_id)
    columns = TRIGGER_TABLE if args.output == "table" else TRIGGER_COLUMNS
    output.show([_run_row(run)], args.output, columns=columns, spare=("run_type", "logical_date"))
    waiting.warn(app, args.prog, record.dag_id, f"run {run.run_id} waits", paused=record.is_paused)
    return 0


def make(
    app: App, dag_id: str, at: datetime, *, run_id: str | None = None, conf: dict[str, Any]
) -> tuple[DagRecord, RunRecord]:
    """Write a run down. Raises DagNotFound, DagRunAlreadyExists, BadRequest where it cannot be, and
    PluginFailed where a plug-in's timetable does not say what it should.
    """
    now = app.clock.now()

    def work(ask: plugin_hosts.Ask) -> tuple[DagRecord, RunRecord]:
        return _make(app, dag_id, at, run_id=run_id, conf=conf, now=now, ask=ask)

    return plugin_hosts.with_answers(app.plugin_ask, work)


def _make(
    app: App, dag_id: str, at: datetime, *, run_id: str | None, conf: dict[str, Any],
    now: datetime, ask: plugin_hosts.Ask,
) -> tuple[DagRecord, RunRecord]:  # fmt: skip
    from tradewind.api import triggering

    with app.database.write() as tx:
        record, spec = acting.dag(tx, dag_id), acting.spec(tx, dag_id)
        wish = triggering.Wish(
            dag_id=dag_id, run_id=run_id, conf=conf, logical_date=at, user=acting.user(),
            triggered_by=DagRunTriggeredBy.CLI,
        )  # fmt: skip

        def note(run: RunRecord) -> None:
            extra = {"conf": conf} if conf else None
            acting.note(tx, app, "dag_trigger", dag_id=run.dag_id, run_id=run.run_id, extra=extra)

        run = triggering.start(tx, record, spec, wish, now=now, ask=ask, note=note)
    return record, run


def _run_row(run: RunRecord) -> dict[str, Any]:
    row = {name: getattr(run, name) for name in run.__struct_fields__}
    return {**row, "dag_run_id": run.run_id, "conf": json.loads(run.conf), "state": run.state.value}


@arguments(
    arg("dag_id", nargs="?", help="the DAG's id"),
    arg("-d", "--dag-id", dest="dag_id_option", metavar="DAG_ID", help="the same, as 2.x wrote it"),
    flag("--no-backfill", help="without runs of backfills"),
    arg("--state", choices=[state.value for state in DagRunState], help="only runs in this state"),
    START,
    END,
    OUTPUT,
    SUBDIR,
)
def list_runs(args: Args, app: App) -> int:
    """List the runs of a DAG."""
    dag_id = args.dag_id or args.dag_id_option
    if not dag_id:
        raise WrongUsage("the DAG's id is missing: dags list-runs DAG_ID")
    since, until = acting.dates(args, app)
    with app.database.read() as tx:
        if queries.latest(tx, dag_id, access=SYSTEM) is None:
            acting.dag(tx, dag_id)
        found = queries.of_dag(tx, dag_id, access=SYSTEM, since=since, until=until)
    found.sort(key=lambda run: run.run_after, reverse=True)
    rows = [
        _run_row(run)
        for run in found
        if args.state in (None, run.state.value) and not (args.no_backfill and run.run_type == "backfill")
    ]
    output.show(rows, args.output, columns=LIST_COLUMNS, spare=SPARE)
    return 0


@arguments(DAG_ID, RUN, SUBDIR)
def state(args: Args, app: App) -> int:
    """Show the state of a run."""
    with app.database.read() as tx:
        found = acting.try_run(tx, app, args.dag_id, args.run)
        if found is None:
            acting.dag(tx, args.dag_id)
            if moments.try_date(args.run, app.config) is None:
                acting.run(tx, app, args.dag_id, args.run)  # no date, so it is a run's id, and there is none
    if found is None:
        print("None")  # what scripts expect for a date without a run
    else:
        print(f"{found.state.value}, {found.conf}" if found.conf not in {"{}", ""} else found.state.value)
    return 0


@arguments(
    DAG_ID,
    arg("logical_date", nargs="?", metavar="logical_date", help="the run's logical date; now, if not given"),
    arg("-e", "--exec-date", dest="logical_date_option", metavar="DATE", help="the same, as 2.x wrote it"),
    CONF,
    SUBDIR,
    arg("-f", "--dagfile-path", metavar="FILE", help="the DAG's file"),
    arg("--mark-success-pattern", metavar="REGEX", help="tasks whose id matches succeed without running"),
    flag("--use-executor", help="(one executor: tasks are processes of their own either way)"),
    hidden("--show-dagrun"),
    hidden("--imgcat-dagrun"),
    hidden("--save-dagrun", value=True),
    hidden("-B", "--bundle-name", value=True),
)
def test(args: Args, app: App) -> int:
    """Run a DAG once, here and now, without recording it."""
    from tradewind.cli import one_off

    date = args.logical_date or args.logical_date_option
    return one_off.run(
        app,
        file=args.dagfile_path or dag_source.locate(app, args.dag_id, args.subdir),
        dag_id=args.dag_id,
        logical_date=acting.date(date, app, name="logical_date") if date else None,
        conf=acting.json_object(args.conf, name="--conf"),
        mark_success=args.mark_success_pattern,
    )


@arguments(
    DAG_ID,
    arg("--run-id", action="append", help="the run's id; may be given several times"),
    arg("--partition-key", help="the runs of that partition"),
    arg("--partition-date-start", metavar="DATE", help="the runs of partitions from this date on"),
    arg("--partition-date-end", metavar="DATE", help="the runs of partitions up to this date"),
    flag("-f", "--only-failed", help="only task instances that failed"),
    flag("-r", "--only-running", help="only task instances that run"),
    YES,
)
def clear(args: Args, app: App) -> int:
    """Let whole runs run again."""
    window = args.partition_date_start, args.partition_date_end
    if sum((bool(args.run_id), bool(args.partition_key), any(window))) != 1:
        raise WrongUsage(
            "say which runs: by --run-id, by --partition-key, or by --partition-date-start and -end."
        )
    with app.database.read() as tx:
        acting.dag(tx, args.dag_id)
        if args.run_id:
            found = [acting.run(tx, app, args.dag_id, run_id) for run_id in args.run_id]
        else:
            zone = acting.spec(tx, args.dag_id).timezone
            found = queries.of_dag(
                tx, args.dag_id, access=SYSTEM, partition_key=args.partition_key,
                partitions=partition_dates.between(*window, zone),
            )  # fmt: skip
        meant = list(clearing.select_runs(tx, found, args))
    return clearing.ask_and_clear(app, meant, sure=args.yes, prog=args.prog)
