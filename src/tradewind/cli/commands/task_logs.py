"""``tasks logs``: what tasks printed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.api import log_files
from tradewind.cli import acting, dag_source
from tradewind.cli.arguments import BUNDLE, DAG_ID, Args, WrongUsage, arg, arguments, flag
from tradewind.cli.commands.tasks import task_of
from tradewind.client.logs import render
from tradewind.domain.access import SYSTEM
from tradewind.domain.errors import AirflowException, TaskInstanceNotFound
from tradewind.domain.states import FINISHED
from tradewind.store.queries import runs as run_queries
from tradewind.store.queries import task_instances as queries

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.store.database import Tx
    from tradewind.store.records import RunRecord, TaskInstanceRecord

LOOK = 0.2


@arguments(
    DAG_ID,
    arg("task_id", nargs="?", help="the task's id; all tasks, if not given"),
    arg("run", nargs="?", metavar="logical_date_or_run_id", help="which run; the newest, if not given"),
    arg("--try-number", type=int, metavar="N", help="which try; the last, if not given"),
    arg("--map-index", type=int, help="which instance of a mapped task; all, if not given"),
    flag("-f", "--follow", help="go on until the task has ended"),
    flag("--raw", help="the file as it is, JSON lines"),
    BUNDLE,
)
def logs(args: Args, app: App) -> int:
    """Show what tasks printed."""
    dag_source.ensure(app, args.dag_id)
    with app.database.read() as tx:
        run = _run(tx, app, args)
        found = _instances(tx, args, run)
    if not args.follow and not any(record.hostname for record in found):
        return _say_empty(args, run, found[0])
    for index, record in enumerate(found):
        if len(found) > 1:
            print(f"{'' if index == 0 else chr(10)}── {_headline(args, record)}")
            if _has_none(app, args, record):
                continue
        for line in _lines(app, args, record):
            print(line if args.raw else render(line), flush=args.follow)
    return 0


def _run(tx: Tx, app: App, args: Args) -> RunRecord:
    if args.run:
        return acting.run(tx, app, args.dag_id, args.run)
    if args.task_id:
        task_of(acting.spec(tx, args.dag_id), args.task_id)
    newest = run_queries.latest(tx, args.dag_id, access=SYSTEM)
    if newest is None:
        acting.dag(tx, args.dag_id)
        text = f"DAG {args.dag_id!r} has no run yet. '{args.prog} dags trigger {args.dag_id}' makes one."
        raise AirflowException(text)
    return newest


def _instances(tx: Tx, args: Args, run: RunRecord) -> Sequence[TaskInstanceRecord]:
    wanted = [
        record
        for record in queries.of_run(tx, run.dag_id, run.run_id, access=SYSTEM)
        if args.task_id in (None, record.task_id) and args.map_index in (None, record.map_index)
    ]
    if not wanted:
        task_of(acting.spec(tx, run.dag_id), args.task_id)
        raise TaskInstanceNotFound(run.dag_id, args.task_id, run.run_id, args.map_index or -1)
    tried = [record for record in wanted if record.try_number]
    ended = [record for record in wanted if record.state in FINISHED]
    if not tried and not ended and not args.follow:
        told = f"{args.task_id or 'No task'} of run {run.run_id} has not run"
        raise AirflowException(f"{told}: there is no log yet. '{args.prog} tasks failed-deps' says why.")
    return sorted(tried or ended or wanted, key=lambda record: (record.start_date is None, record.start_date))


def _say_empty(args: Args, run: RunRecord, record: TaskInstanceRecord) -> int:
    """Of what has ended without a process: an empty task, one that was skipped or marked; or is about to have
    one.
    """
    if record.state not in FINISHED:
        print(f"Task {_name(record)} of run {run.run_id} is {record.state} and has not started: no log yet.")
        return 0
    who = f"Task {_name(record)}" if args.task_id else "Every task"
    state = record.state if args.task_id else "at its end"
    print(f"{who} of run {run.run_id} is {state}, and no process ran for it: there is no log.")
    return 0


def _headline(args: Args, record: TaskInstanceRecord) -> str:
    """Task and try; the state belongs to the last try."""
    number = args.try_number or record.try_number
    return f"{_name(record)}, try {number}" + (f": {record.state}" if number == record.try_number else "")


def _has_none(app: App, args: Args, record: TaskInstanceRecord) -> bool:
    """It ended without a log: of that try there is none, or, as for an empty task, no process ran."""
    path = _path(app, record, args.try_number or max(record.try_number, 1))
    return _has_ended(app, record) and not path.exists()


def _name(record: TaskInstanceRecord) -> str:
    return record.task_id if record.map_index < 0 else f"{record.task_id}[{record.map_index}]"


def _lines(app: App, args: Args, record: TaskInstanceRecord) -> Iterator[str]:
    """The whole lines of a log; with ``--follow`` until the task has ended."""
    offset = 0
    while True:
        ended = not args.follow or _has_ended(app, record)
        path = _path(app, record, args.try_number or max(record.try_number, 1))
        if ended and not path.exists():
            raise WrongUsage(f"there is no log of try {args.try_number or record.try_number}: {path}")
        piece, offset = _read(path, app.config.logging.base_log_folder, offset, last=ended)
        yield from piece
        if ended:
            return
        time.sleep(LOOK)


def _path(app: App, record: TaskInstanceRecord, try_number: int) -> Path:
    return log_files.path_of(
        app.config.logging.base_log_folder, dag_id=record.dag_id, run_id=record.run_id,
        task_id=record.task_id, map_index=record.map_index, try_number=try_number,
    )  # fmt: skip


def _read(path: Path, folder: Path, offset: int, *, last: bool) -> tuple[list[str], int]:
    try:
        with log_files.opened(path, folder) as file:
            file.seek(offset)
            data = file.read()
    except (FileNotFoundError, log_files.NotALog):
        return [], offset
    cut = len(data) if last else data.rfind(b"\n") + 1
    return data[:cut].decode(errors="replace").splitlines(), offset + cut


def _has_ended(app: App, record: TaskInstanceRecord) -> bool:
    with app.database.read() as tx:
        now = queries.get(tx, record.dag_id, record.run_id, record.task_id, record.map_index, access=SYSTEM)
    return now is None or now.state in FINISHED
