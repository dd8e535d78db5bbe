"""``backfill``: runs of a DAG for past dates, as one thing that can be paused and cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tradewind.api import backfilling
from tradewind.cli import acting, dag_source, output, waiting
from tradewind.cli.arguments import OUTPUT, Args, arg, arguments, flag, hidden
from tradewind.domain.access import SYSTEM
from tradewind.runtime import plugin_hosts
from tradewind.store.transitions import backfills

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.store.database import Tx
    from tradewind.store.records import DagRecord

ID = arg("backfill_id", type=int, help="the backfill's id; 'backfill list' shows it")


@arguments(
    arg("--dag-id", required=True, help="the DAG's id"),
    arg("--from-date", required=True, metavar="DATE", help="first date"),
    arg("--to-date", required=True, metavar="DATE", help="last date"),
    arg("--dag-run-conf", metavar="JSON", help="configuration of its runs"),
    flag("--run-backwards", help="the last date first"),
    arg("--max-active-runs", type=int, default=10, help="runs at once"),
    arg(
        "--reprocess-behavior",
        choices=("none", "completed", "failed"),
        default="none",
        help="what to do with dates that have a run",
    ),
    flag(
        "--run-on-latest-version",
        help="run what there is already by the newest version of the DAG, whatever the DAG says",
    ),
    flag("--dry-run", help="list the runs, and make none"),
)
def create(args: Args, app: App) -> int:
    """Run a DAG for past dates."""
    wish = _wish(args, app)
    dag_source.ensure(app, args.dag_id)
    now = app.clock.now()
    if args.dry_run:
        dates = plugin_hosts.with_answers(app.plugin_ask, lambda ask: _preview(app, wish, now, ask))
        for date in dates:
            print(date.isoformat())
        if not dates:
            print(
                f"Nothing to do: no date between {wish.from_date:%Y-%m-%d} and {wish.to_date:%Y-%m-%d} would "
                "get a run. --reprocess-behavior says what becomes of those that have one."
            )
        return 0
    record, made = plugin_hosts.with_answers(app.plugin_ask, lambda ask: _make(app, wish, now, ask))
    app.wake("dag", dag_id=args.dag_id)
    _told(args, app, made.backfill_id, made.placed, paused=record.is_paused)
    return 0


def _preview(app: App, wish: backfilling.Wish, now: datetime, ask: plugin_hosts.Ask) -> list[datetime]:
    with app.database.read() as tx:
        return backfilling.preview(tx, wish, acting.spec(tx, wish.dag_id), now=now, ask=ask)


def _make(
    app: App, wish: backfilling.Wish, now: datetime, ask: plugin_hosts.Ask
) -> tuple[DagRecord, backfilling.Made]:
    with app.database.write() as tx:
        record, spec = acting.dag(tx, wish.dag_id), acting.spec(tx, wish.dag_id)
        made = backfilling.make(
            tx, wish, spec, record.version_hash, now=now, ask=ask, new_attempt=app.new_attempt
        )
        extra = {"backfill_id": made.backfill_id}
        acting.note(tx, app, "backfill_create", dag_id=wish.dag_id, extra=extra)
    return record, made


def _wish(args: Args, app: App) -> backfilling.Wish:
    return backfilling.Wish(
        dag_id=args.dag_id,
        from_date=acting.date(args.from_date, app, name="--from-date"),
        to_date=acting.date(args.to_date, app, name="--to-date"),
        conf=acting.json_object(args.dag_run_conf, name="--dag-run-conf"),
        reprocess_behavior=args.reprocess_behavior,
        max_active_runs=args.max_active_runs,
        backwards=args.run_backwards,
        on_latest_version=True if args.run_on_latest_version else None,
        user=acting.user(),
    )


def _told(
    args: Args, app: App, backfill_id: int, placed: Iterable[backfills.Placed], *, paused: bool
) -> None:
    placed = list(placed)
    made = sum(one.made is not None or one.again is not None for one in placed)
    print(f"Backfill {backfill_id} of DAG {args.dag_id}: {made} runs.")
    for one in placed:
        if one.reason:
            print(f"  {one.logical_date.isoformat()} is left out: {one.reason}")
    if made:
        waiting.warn(app, args.prog, args.dag_id, "they wait", paused=paused)


COLUMNS = (
    "id", "dag_id", "from_date", "to_date", "state", "reprocess_behavior", "max_active_runs",
    "created_at", "completed_at",
)  # fmt: skip


@arguments(
    arg("--dag-id", "-d", help="only those of this DAG"),
    hidden("--all"),
    OUTPUT,
)
def list_backfills(args: Args, app: App) -> int:
    """List backfills, those that have ended too, the newest first."""
    with app.database.read() as tx:
        found = backfills.list_backfills(tx, access=SYSTEM, dag_id=args.dag_id)
    rows = [_row(record) for record in found]
    output.show(rows, args.output, columns=COLUMNS, spare=("created_at", "completed_at"))
    return 0


def _row(record: backfills.BackfillRecord) -> dict[str, Any]:
    row = {name: getattr(record, name) for name in record.__struct_fields__}
    state = "ended" if record.completed_at else "paused" if record.is_paused else "going on"
    return {**row, "state": state}


@arguments(ID)
def pause(args: Args, app: App) -> int:
    """Start no more runs of a backfill; those that have started go on."""
    return _set_paused(args, app, paused=True)


@arguments(ID)
def unpause(args: Args, app: App) -> int:
    """Start the runs of a backfill again."""
    return _set_paused(args, app, paused=False)


def _set_paused(args: Args, app: App, *, paused: bool) -> int:
    with app.database.write() as tx:
        record = backfills.going_on(tx, args.backfill_id, access=SYSTEM)
        backfills.set_paused(tx, record.id, paused, app.clock.now())
        _note(tx, app, "backfill_pause" if paused else "backfill_unpause", record)
    app.wake("dag", dag_id=record.dag_id)
    print(f"Backfill {record.id} of DAG {record.dag_id} {'is paused' if paused else 'goes on'}.")
    return 0


@arguments(ID)
def cancel(args: Args, app: App) -> int:
    """End a backfill: runs that have not started fail, those that have go on."""
    with app.database.write() as tx:
        record = backfills.going_on(tx, args.backfill_id, access=SYSTEM)
        failed = backfills.cancel(tx, record.id, app.clock.now())
        _note(tx, app, "backfill_cancel", record)
    app.wake("dag", dag_id=record.dag_id)
    print(f"Backfill {record.id} of DAG {record.dag_id} is cancelled: {failed} runs had not started.")
    return 0


def _note(tx: Tx, app: App, event: str, record: backfills.BackfillRecord) -> None:
    acting.note(tx, app, event, dag_id=record.dag_id, extra={"backfill_id": record.id})
