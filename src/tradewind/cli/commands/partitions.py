"""``partitions``: which partitions runs are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewind.cli import acting, clearing, partition_dates
from tradewind.cli.arguments import WrongUsage, arg, arguments, flag
from tradewind.domain.access import SYSTEM
from tradewind.store.queries import runs as queries
from tradewind.store.transitions import runs as transitions

if TYPE_CHECKING:
    from tradewind.cli.arguments import Args
    from tradewind.cli.bootstrap import App


@arguments(
    arg("-d", "--dag-id", required=True, help="the DAG's id"),
    arg("-r", "--run-id", help="only this run"),
    arg("-k", "--partition-key", help="only runs of this partition"),
    arg("-s", "--start-date", metavar="DATE", help="only runs of partitions from this date on"),
    arg("-e", "--end-date", metavar="DATE", help="only runs of partitions up to this date"),
    arg("--date", metavar="A~B", help="as --start-date A --end-date B"),
    flag("--clear-task-instances", help="and let the runs run again"),
    flag("--dry-run", help="only show which runs are meant"),
)
def clear(args: Args, app: App) -> int:
    """Have runs forget which partition they are for."""
    since, until = _window(args)
    if not any((args.run_id, args.partition_key, since, until)):
        raise WrongUsage("say which runs: --run-id, --partition-key, or dates of partitions.")
    with app.database.read() as tx:
        spec = acting.spec(tx, args.dag_id)
        found = queries.of_dag(
            tx, args.dag_id, access=SYSTEM, run_ids=[args.run_id] if args.run_id else None,
            partition_key=args.partition_key, partitions=partition_dates.between(since, until, spec.timezone),
        )  # fmt: skip
        meant = [run for run in found if run.partition_key is not None or run.partition_date is not None]
        args.only_failed = args.only_running = False
        again = list(clearing.select_runs(tx, meant, args)) if args.clear_task_instances else []
    for run in meant:
        print(f"  {run.dag_id} {run.run_id}: partition {run.partition_key}")
    if not meant:
        print("No run of a partition is meant.")
    if args.dry_run or not meant:
        return 0
    with app.database.write() as tx:
        for run in meant:
            transitions.forget_partition(tx, run.pk, now=app.clock.now())
            acting.note(tx, app, "partitions_clear", dag_id=run.dag_id, run_id=run.run_id)
    print(f"Cleared the partition of {len(meant)} runs.")
    if again:
        print(f"Cleared {clearing.clear(app, again)} task instances.")
    return 0


def _window(args: Args) -> tuple[str | None, str | None]:
    if not args.date:
        return args.start_date, args.end_date
    if args.start_date or args.end_date:
        raise WrongUsage("--date stands for --start-date and --end-date; give either.")
    since, tilde, until = args.date.partition("~")
    if not tilde or not since or not until:
        raise WrongUsage(f"--date must be two dates such as 2026-01-01~2026-01-31, got {args.date!r}.")
    return since, until
