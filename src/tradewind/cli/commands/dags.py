"""``dags``: see them, pause them, delete them."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from tradewind.cli import acting, dag_source, drawing, output, tracebacks
from tradewind.cli.arguments import (
    BUNDLE,
    DAG_ID,
    OUTPUT,
    REGEX,
    SUBDIR,
    YES,
    Args,
    arg,
    arguments,
    flag,
    hidden,
)
from tradewind.domain.access import SYSTEM
from tradewind.domain.errors import InvalidValue
from tradewind.store.queries import dags as queries

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.store.records import DagRecord

LIST_COLUMNS = ("dag_id", "fileloc", "owners", "is_paused")
PAUSED_COLUMNS = ("dag_id", "is_paused")
COLUMNS = arg("--columns", help="columns to show, by comma")
LOCAL = hidden("-l", "--local")


@arguments(SUBDIR, OUTPUT, COLUMNS, BUNDLE, LOCAL, flag("-r", "--report", help="say how long each file took"))
def list_dags(args: Args, app: App) -> int:
    """List all the DAGs."""
    dag_source.refresh(app, args.subdir)
    if args.report:
        return report(args, app) or 0
    with app.database.read() as tx:
        found = queries.everything(tx, access=SYSTEM)
    rows = [
        _row(record) for record in found if not args.bundle_name or record.bundle_name in args.bundle_name
    ]
    if args.spelling in {"list_dags", "list_dag"} and args.output == "table":
        print("\n".join(["-" * 67, "DAGS", "-" * 67, *(row["dag_id"] for row in rows)]))
    else:
        output.show(rows, args.output, columns=_columns(args, rows), spare=("owners",))
    _tell_of_errors(app, args)
    return 0


def _columns(args: Args, rows: list[dict[str, Any]]) -> tuple[str, ...]:
    if not args.columns:
        return LIST_COLUMNS
    wanted = tuple(name.strip() for name in args.columns.split(",") if name.strip())
    for name in wanted:
        if rows and name not in rows[0]:
            raise InvalidValue("--columns", name, f"name columns among {', '.join(sorted(rows[0]))}")
    return wanted


def _row(record: DagRecord) -> dict[str, Any]:
    return {**msgspec.structs.asdict(record), "filepath": record.relative_fileloc, "owner": record.owners}


def _tell_of_errors(app: App, args: Args) -> None:
    count = len(dag_source.import_errors(app))
    if count:
        files = "1 file" if count == 1 else f"{count} files"
        print(f"{files} cannot be imported: see '{args.prog} dags list-import-errors'.", file=sys.stderr)


@arguments(DAG_ID, SUBDIR, OUTPUT)
def details(args: Args, app: App) -> int:
    """Show everything about a DAG."""
    dag_source.ensure(app, args.dag_id, args.subdir)
    with app.database.read() as tx:
        record, spec = acting.dag(tx, args.dag_id), acting.spec(tx, args.dag_id)
    facts = {
        **_row(record),
        "schedule": spec.schedule_text,
        "timezone": spec.timezone,
        "start_date": spec.start_date,
        "end_date": spec.end_date,
        "catchup": spec.catchup,
        "params": {name: param.value for name, param in spec.params.items()},
        "tasks": [task.task_id for task in spec.tasks],
    }
    if args.output in {"json", "yaml"}:
        output.show([facts], args.output)
    else:
        output.show(({"property": key, "value": value} for key, value in facts.items()), args.output)
    return 0


@arguments(
    DAG_ID,
    SUBDIR,
    arg(
        "-s",
        "--save",
        metavar="FILE",
        help="write a drawing (.dot, or what Graphviz can make: .png, .svg, .pdf)",
    ),
    hidden("--imgcat"),
)
def show(args: Args, app: App) -> int:
    """Show a DAG's tasks and what they wait for."""
    dag_source.ensure(app, args.dag_id, args.subdir)
    with app.database.read() as tx:
        spec = acting.spec(tx, args.dag_id)
    if args.save:
        drawing.save(drawing.dot(spec), args.save)
        print(f"Wrote {args.save}.")
    elif sys.stdout.isatty():
        print(drawing.tree(spec))
    else:
        print(drawing.dot(spec))
    return 0


@arguments(SUBDIR, OUTPUT, BUNDLE, LOCAL)
def list_import_errors(args: Args, app: App) -> int:
    """List the DAG files that cannot be imported, and what is suspicious about others."""
    dag_source.refresh(app, args.subdir)
    found = dag_source.import_errors(app)
    suspicious = dag_source.warnings(app)
    if not found and args.output in {"table", "plain"}:
        print("Every DAG file can be imported.")
        _warn(suspicious)
        return 0
    rows = [{"filepath": error.filename, "error": error.stacktrace} for error in found]
    if args.output == "table":
        for row in rows:
            text = row["error"] if args.verbose else tracebacks.condensed(row["error"])
            print(row["filepath"], textwrap.indent(text.strip(), "    "), sep="\n", end="\n\n")
        _warn(suspicious)
    else:
        output.show(rows, args.output)
    return 1 if found else 0


def _warn(suspicious: Sequence[tuple[str, str]]) -> None:
    for path, text in suspicious:
        print(f"Warning: {path}", textwrap.indent(text, "    "), sep="\n", file=sys.stderr)


@arguments(SUBDIR, OUTPUT, BUNDLE)
def report(args: Args, app: App) -> int:
    """Read every DAG file and show how long it took."""
    rows = [
        {
            "file": parsed.path,
            "duration": f"{parsed.seconds:.3f}",
            "dag_num": len(parsed.dags),
            "task_num": sum(len(dag.tasks) for dag in parsed.dags),
            "dags": ",".join(dag.dag_id for dag in parsed.dags),
            "errors": len(parsed.errors),
        }
        for parsed in dag_source.read_all(app, args.subdir)
    ]
    output.show(sorted(rows, key=lambda row: -float(row["duration"])), args.output, spare=("dags",))
    return 0


@arguments(SUBDIR, BUNDLE, hidden("--clear-only"))
def reserialize(args: Args, app: App) -> int:
    """Read every DAG file and store its DAGs again."""
    count = dag_source.sync_all(app, args.subdir)
    print(f"Stored {count} DAGs.")
    return 0


@arguments(DAG_ID, REGEX, YES, OUTPUT, SUBDIR)
def pause(args: Args, app: App) -> int:
    """Pause DAGs: their runs wait."""
    return _switch(args, app, paused=True)


@arguments(DAG_ID, REGEX, YES, OUTPUT, SUBDIR)
def unpause(args: Args, app: App) -> int:
    """Let DAGs run again."""
    return _switch(args, app, paused=False)


def _switch(args: Args, app: App, *, paused: bool) -> int:
    if not args.treat_dag_id_as_regex:
        dag_source.ensure(app, args.dag_id, args.subdir)
    with app.database.read() as tx:
        meant = acting.ids_of(tx, args.dag_id, regex=args.treat_dag_id_as_regex)
    verb = "Pause" if paused else "Unpause"
    if len(meant) > 1 and not output.confirm(f"{verb} {', '.join(meant)}?", args.yes):
        return 1
    with app.database.write() as tx:
        for dag_id in queries.set_paused(tx, meant, paused, access=SYSTEM):
            acting.note(tx, app, "dag_pause" if paused else "dag_unpause", dag_id=dag_id)
    for dag_id in meant:
        app.wake("dag", dag_id=dag_id)
    output.show(_paused_rows(meant, paused), args.output, columns=PAUSED_COLUMNS)
    return 0


def _paused_rows(dag_ids: Iterable[str], paused: bool) -> list[dict[str, Any]]:
    return [{"dag_id": dag_id, "is_paused": paused} for dag_id in dag_ids]


@arguments(DAG_ID, YES, SUBDIR)
def delete(args: Args, app: App) -> int:
    """Delete a DAG with all its runs from the database."""
    with app.database.read() as tx:
        record = acting.dag(tx, args.dag_id)
    if not output.confirm(f"Delete DAG {args.dag_id} and everything recorded of it?", args.yes):
        print("Nothing was changed.")
        return 1
    with app.database.write() as tx:
        queries.delete(tx, args.dag_id)
        acting.note(tx, app, "dag_delete", dag_id=args.dag_id)
    app.wake("all")
    print(f"Deleted DAG {args.dag_id}.")
    if not record.is_stale:
        print(f"Its file {record.fileloc} is still there: the DAG comes back, without history.")
    return 0


@arguments(
    DAG_ID,
    SUBDIR,
    arg("-n", "--num-executions", type=int, default=1, help="how many"),
    flag("--table", help="all fields of each"),
    arg(
        "--field",
        choices=("logical_date", "run_after", "data_interval_start", "data_interval_end"),
        default="logical_date",
    ),
    OUTPUT,
)
def next_execution(args: Args, app: App) -> int:
    """Show when a DAG runs next."""
    from tradewind.cli import upcoming

    dag_source.ensure(app, args.dag_id, args.subdir)
    with app.database.read() as tx:
        record, spec = acting.dag(tx, args.dag_id), acting.spec(tx, args.dag_id)
    if record.is_paused:
        print(f"DAG {args.dag_id} is paused: this is when it would run.", file=sys.stderr)
    found = upcoming.runs(record, spec, app.clock.now(), max(args.num_executions, 1), ask=app.plugin_ask)
    rows = [
        {
            "logical_date": info.logical_date,
            "run_after": info.run_after,
            "data_interval_start": info.data_interval.start,
            "data_interval_end": info.data_interval.end,
        }
        for info in found
    ]
    if args.table or args.output != "table":
        output.show(rows, args.output)
    else:
        print("\n".join(output.value_text(row[args.field]) for row in rows) if rows else "None")
    return 0
