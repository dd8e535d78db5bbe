"""``tasks``: see and clear them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradewind.cli import acting, clearing, dag_source, drawing, output
from tradewind.cli.arguments import (
    DAG_ID,
    END,
    MAP_INDEX,
    OUTPUT,
    RUN,
    START,
    SUBDIR,
    TASK_ID,
    YES,
    Args,
    arg,
    arguments,
    flag,
    hidden,
)  # fmt: skip
from tradewind.domain.access import SYSTEM
from tradewind.domain.errors import TaskInstanceNotFound, TaskNotFound
from tradewind.store.queries import task_instances as queries

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.domain.spec import DagSpec, TaskSpec
    from tradewind.store.records import TaskInstanceRecord

BUNDLE = hidden("-B", "--bundle-name", value=True)
STATE_COLUMNS = (
    "dag_id",
    "logical_date",
    "task_id",
    "map_index",
    "state",
    "try_number",
    "start_date",
    "end_date",
)
SPARE = ("logical_date", "dag_id", "end_date", "start_date")


@arguments(DAG_ID, flag("-t", "--tree", help="show what waits for what"), BUNDLE, SUBDIR)
def list_tasks(args: Args, app: App) -> int:
    """List the tasks of a DAG."""
    dag_source.ensure(app, args.dag_id, args.subdir)
    with app.database.read() as tx:
        spec = acting.spec(tx, args.dag_id)
    print(drawing.tree(spec) if args.tree else "\n".join(sorted(task.task_id for task in spec.tasks)))
    return 0


def task_of(spec: DagSpec, task_id: str) -> TaskSpec:
    """The task of that id. Raises TaskNotFound."""
    found = spec.task(task_id)
    if found is None:
        raise TaskNotFound(spec.dag_id, task_id, [task.task_id for task in spec.tasks])
    return found


def instance(app: App, args: Args) -> TaskInstanceRecord:
    """The task instance that is meant.

    Raises DagNotFound, DagRunNotFound, TaskNotFound, TaskInstanceNotFound.
    """
    with app.database.read() as tx:
        run = acting.run(tx, app, args.dag_id, args.run)
        found = queries.get(tx, args.dag_id, run.run_id, args.task_id, args.map_index, access=SYSTEM)
        if found is None:
            task_of(acting.spec(tx, args.dag_id), args.task_id)
            raise TaskInstanceNotFound(args.dag_id, args.task_id, run.run_id, args.map_index)
    return found


@arguments(DAG_ID, TASK_ID, RUN, MAP_INDEX, BUNDLE, SUBDIR)
def state(args: Args, app: App) -> int:
    """Show the state of a task instance."""
    print(instance(app, args).state or "None")
    return 0


@arguments(DAG_ID, RUN, OUTPUT)
def states_for_dag_run(args: Args, app: App) -> int:
    """Show the states of all tasks of a run."""
    with app.database.read() as tx:
        run = acting.run(tx, app, args.dag_id, args.run)
        found = queries.of_run(tx, args.dag_id, run.run_id, access=SYSTEM)
    output.show([_row(record) for record in found], args.output, columns=STATE_COLUMNS, spare=SPARE)
    return 0


def _row(record: TaskInstanceRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in STATE_COLUMNS}


@arguments(DAG_ID, TASK_ID, RUN, MAP_INDEX, BUNDLE, SUBDIR)
def failed_deps(args: Args, app: App) -> int:
    """Show what a task instance waits for."""
    from tradewind.api import reasons

    record = instance(app, args)
    with app.database.read() as tx:
        spec = acting.spec(tx, record.dag_id, record.version_hash)
        found = reasons.reasons(tx, record, spec, access=SYSTEM)
    if not found:
        print("Task instance dependencies are all met.")
        return 0
    print("Task instance dependencies not met:")
    for one in found:
        print(f"{one.name}: {one.text}")
    return 0


@arguments(
    DAG_ID,
    arg("-t", "--task-regex", metavar="REGEX", help="only tasks whose id matches"),
    START,
    END,
    flag("-u", "--upstream", help="and what they wait for"),
    flag("-d", "--downstream", help="and what waits for them"),
    flag("-f", "--only-failed", help="only those that failed"),
    flag("-r", "--only-running", help="only those that run"),
    flag("-R", "--dag-regex", help="take the DAG's id for a regular expression"),
    YES,
    flag("-x", "--exclude-subdags", help="not what ExternalTaskMarkers lead to in other DAGs"),
    hidden("-X", "--exclude-parentdag"),
    BUNDLE,
    SUBDIR,
)
def clear(args: Args, app: App) -> int:
    """Let task instances run again."""
    if not args.dag_regex:
        dag_source.ensure(app, args.dag_id, args.subdir)
    with app.database.read() as tx:
        meant = [
            each
            for dag_id in acting.ids_of(tx, args.dag_id, regex=args.dag_regex)
            for each in clearing.select(tx, app, dag_id, args)
        ]
    return clearing.ask_and_clear(app, meant, sure=args.yes, prog=args.prog)
