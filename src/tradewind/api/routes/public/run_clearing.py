"""Run whole runs again, one or several; have runs forget which partition they are for."""

from __future__ import annotations

from typing import Any

from tradewind.api import changing, missing
from tradewind.api.door import Call, Door
from tradewind.api.path_names import ANY
from tradewind.api.routes.public import bulk_runs, clearing, runs, task_instances
from tradewind.api.routes.public.dags import row_of
from tradewind.api.schemas import runs as schemas
from tradewind.api.schemas import task_instances as ti_schemas
from tradewind.auth.permissions import Action, Resource
from tradewind.domain import errors
from tradewind.engine.graph import Graph
from tradewind.store.queries import dags as dag_queries
from tradewind.store.queries.browse import runs as browse
from tradewind.store.queries.browse.listing import Page, Where
from tradewind.store.records import DagRecord, RunLoad
from tradewind.store.transitions import runs as transitions

door = Door("DagRun")
Shown = list[ti_schemas.TaskInstanceResponse] | list[ti_schemas.NewTaskResponse]
Listed = ti_schemas.ClearTaskInstanceCollectionResponse | ti_schemas.NewTaskCollectionResponse


@door.post(
    "/dags/{dag_id}/dagRuns/{dag_run_id}/clear", Resource.RUN, action=Action.EDIT,
    body=schemas.DAGRunClearBody,
    answer=(ti_schemas.ClearTaskInstanceCollectionResponse, schemas.DAGRunResponse),
)  # fmt: skip
def clear_dag_run(
    call: Call,
) -> Listed | schemas.DAGRunResponse:
    """Run a whole run again, or what failed in it; with ``dry_run`` (the default) only list which tasks."""
    row = runs.row_of_run(call)
    tasks = _again(call, [row])
    return _listed(call, tasks) if call.body.dry_run else runs.shown(call, row.dag_id, row.run_id)


@door.post(
    "/dags/{dag_id}/clearDagRuns", Resource.RUN, action=Action.EDIT, wildcard=True,
    body=schemas.BulkDAGRunClearBody,
    answer=(ti_schemas.ClearTaskInstanceCollectionResponse, schemas.DAGRunCollectionResponse),
)  # fmt: skip
def clear_dag_runs(
    call: Call,
) -> Listed | schemas.DAGRunCollectionResponse:
    """Run several runs again: those that ``dag_runs`` names, or those of partitions."""
    body: schemas.BulkDAGRunClearBody = call.body
    if bool(body.dag_runs) == _names_partitions(body):
        raise errors.BadRequest("Say which runs: either dag_runs, or a partition_key or dates of partitions.")
    rows = [bulk_runs.find(call, one) for one in body.dag_runs] or _of_partitions(call, body)
    tasks = _again(call, rows)
    if body.dry_run:
        return _listed(call, tasks)
    shown = [runs.shown(call, row.dag_id, row.run_id) for row in rows]
    return schemas.DAGRunCollectionResponse(dag_runs=shown, total_entries=len(shown))


@door.post(
    "/dags/{dag_id}/clearPartitions",
    Resource.RUN,
    action=Action.EDIT,
    body=schemas.ClearPartitionsBody,
    answer=schemas.ClearPartitionsResponse,
)
def clear_dag_run_partitions(call: Call) -> schemas.ClearPartitionsResponse:
    """Have runs forget which partition they are for, so that the next run of it is no second one."""
    body: schemas.ClearPartitionsBody = call.body
    if body.run_id is None and not _names_partitions(body):
        raise errors.BadRequest("Say which runs: run_id, partition_key, or dates of partitions.")
    rows = [row for row in _of_partitions(call, body) if row.partition_key or row.partition_date]
    tasks = 0
    for row in rows:
        graph = changing.graph_of(call, row.dag_id, row.version_hash)
        picked = changing.pick(call, [row], graph, changing.Scope()) if body.clear_task_instances else []
        tasks += sum(len(instances) for _, instances in picked)
        if body.dry_run:
            continue
        changing.clear(call, picked, graph, reset_runs=True)
        transitions.forget_partition(call.tx, row.pk, now=call.services.clock.now())
        call.audit("clear_partition", dag_id=row.dag_id, run_id=row.run_id)
        call.wake("run", dag_id=row.dag_id, run_id=row.run_id)
    return schemas.ClearPartitionsResponse(
        dag_runs_cleared=len(rows), task_instances_cleared=tasks, dry_run=body.dry_run
    )


def _names_partitions(body: schemas.PartitionsBody) -> bool:
    return any(
        part is not None for part in (body.partition_key, body.partition_date_start, body.partition_date_end)
    )


def _of_partitions(
    call: Call, body: schemas.BulkDAGRunClearBody | schemas.ClearPartitionsBody
) -> list[browse.RunRow]:
    """The DAG's runs for partitions that the body means. Raises DagNotFound, BadRequest."""
    if call.dag_id == ANY:
        raise errors.BadRequest("Partitions are those of one DAG: write its id in place of ~ in the path.")
    wanted = (
        ("dag_id", "eq", row_of(call).dag_id),
        ("run_id", "eq", getattr(body, "run_id", None)),
        ("partition_key", "eq", body.partition_key),
        ("partition_date", "gte", body.partition_date_start),
        ("partition_date", "lte", body.partition_date_end),
    )
    where = [Where(field, op, value) for field, op, value in wanted if value is not None]
    return browse.runs.page(call.tx, where, access=call.access, page=Page(limit=None))


def _again(call: Call, rows: list[browse.RunRow]) -> list[Any]:
    """Clear these runs, unless it is a dry run; the tasks that are meant."""
    if call.body.only_failed and call.body.only_new:
        raise errors.BadRequest("only_failed and only_new exclude each other.")
    return [task for row in rows for task in _one_again(call, row)]


def _one_again(call: Call, row: browse.RunRow) -> Shown:
    body: schemas.DAGRunClearBody | schemas.BulkDAGRunClearBody = call.body
    dag = dag_queries.get(call.tx, row.dag_id, access=call.access)
    if dag is None:
        raise missing.run(call)
    graph, loaded = changing.graph_of(call, dag.dag_id, dag.version_hash), changing.load(call, row)
    tasks = _new_ones(call, graph, loaded, dag) if body.only_new else _old_ones(call, graph, loaded, row, dag)
    if body.dry_run:
        return tasks
    if body.note is not None:
        now = call.services.clock.now()
        transitions.set_note(call.tx, row.pk, body.note, user=call.who.name, now=now)
    call.audit("clear_dag_run", dag_id=row.dag_id, run_id=row.run_id, before={"state": row.state})
    return tasks


def _old_ones(call: Call, graph: Graph, loaded: RunLoad, row: browse.RunRow, dag: DagRecord) -> Shown:
    """Tasks that the run has, and what markers among them lead to."""
    body: schemas.DAGRunClearBody | schemas.BulkDAGRunClearBody = call.body
    known = frozenset(one.task_id for one in loaded.instances if one.task_id in graph.index)
    scope = changing.Scope(task_ids=known, only_failed=body.only_failed)
    picked = changing.pick(call, [row], graph, scope)
    beyond = changing.beyond(call, picked, graph, scope)
    everything = [*picked, *((reached.load, reached.instances) for reached in beyond)]
    shown = task_instances.show(call, clearing.rows_of(call, everything)) if body.dry_run else []
    if not body.dry_run:
        newest = clearing.by_latest_version(graph, body.run_on_latest_version)
        changing.clear_beyond(call, beyond, reset_runs=True)
        changing.clear(
            call, picked, graph, reset_runs=True, version_hash=dag.version_hash if newest else None
        )
    return shown


def _new_ones(call: Call, graph: Graph, loaded: RunLoad, dag: DagRecord) -> Shown:
    """Tasks of the DAG's newest version that the run does not have: the scheduler adds them to it."""
    there = {one.task_id for one in loaded.instances}
    new = [spec for spec in graph.tasks if spec.task_id not in there]
    if new and not call.body.dry_run:
        changing.clear(call, [(loaded, [])], graph, reset_runs=True, version_hash=dag.version_hash)
    return [
        ti_schemas.NewTaskResponse(task_id=spec.task_id, task_display_name=spec.display_name or spec.task_id)
        for spec in new
    ]


def _listed(call: Call, tasks: list[Any]) -> Listed:
    if call.body.only_new:
        return ti_schemas.NewTaskCollectionResponse(task_instances=tasks, total_entries=len(tasks))
    return ti_schemas.ClearTaskInstanceCollectionResponse(task_instances=tasks, total_entries=len(tasks))
