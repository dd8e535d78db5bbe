"""Mark, note and delete several task instances; delete one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tradewind.api import bulk
from tradewind.api.door import Call, Door
from tradewind.api.path_names import ANY
from tradewind.api.routes.public import bulk_runs, marking, task_instances
from tradewind.api.schemas import runs as run_schemas
from tradewind.api.schemas import task_instances as schemas
from tradewind.api.schemas.bulk import BulkBody, BulkResponse
from tradewind.auth.permissions import Resource
from tradewind.domain import errors, keys
from tradewind.domain.states import FINISHED, TaskInstanceState
from tradewind.store.queries.browse import runs as browse_runs
from tradewind.store.queries.browse import task_instances as browse
from tradewind.store.queries.browse.listing import Page, Where
from tradewind.store.transitions import deleting

door = Door("Task Instance")
Names = tuple[str, str, str, int | None]
"""Ids of a DAG, a run and a task, and a map index or None for all."""


@door.patch(
    task_instances.BASE, Resource.TASK_INSTANCE, body=BulkBody[schemas.BulkTaskInstanceBody],
    answer=BulkResponse, wildcard=True, by_body=True,
)  # fmt: skip
def bulk_task_instances(call: Call) -> BulkResponse:
    """Mark, note and delete several task instances; with ``~`` in the path each names its own DAG and run."""
    return bulk.carry_out(call, _Instances())


@door.delete(task_instances.ONE, Resource.TASK_INSTANCE, query=schemas.MapIndexQuery, status=200)
def delete_task_instance(call: Call) -> None:
    """Delete a task instance that has ended. A run that has not ended gets it again."""
    _delete(call, task_instances.find(call, call.query.map_index))


class _Instances(bulk.Noun[Names, schemas.BulkTaskInstanceBody]):
    """Task instances, for ``bulk``. One without a map index means every index of its task."""

    cannot_create = "Task instances come with their run; POST /api/v2/dags/{dag_id}/dagRuns makes one."

    def __init__(self) -> None:
        self._rows: dict[Names, list[browse.InstanceRow]] = {}

    def keys(self, call: Call, entity: schemas.BulkTaskInstanceBody | str) -> list[Names]:
        if isinstance(entity, str):
            entity = schemas.BulkTaskInstanceBody(task_id=entity)
        run_id = entity.dag_run_id or (call.run_id if call.run_id != ANY else "")
        named = run_schemas.BulkDAGRunBody(dag_run_id=run_id, dag_id=entity.dag_id)
        if call.run_id not in (ANY, run_id):
            raise errors.BadRequest(f"{entity.task_id!r} names run {run_id!r}, the path {call.run_id!r}.")
        task = (*bulk_runs.names_of(call, named), keys.check_task_id(entity.task_id))
        return [(*task, entity.map_index)]

    def labels(self, key: Names) -> list[str]:
        *task, map_index = key
        rows = self._rows.get(key)
        indexes = [row.map_index for row in rows] if rows else [-1 if map_index is None else map_index]
        return [f"{'.'.join(map(str, task))}[{index}]" for index in indexes]

    def known(self, call: Call, keys: Collection[Names]) -> Collection[Names]:
        found = {key: self._find(call, key) for key in keys}
        self._rows = {key: rows for key, rows in found.items() if rows}
        return self._rows.keys()

    def _find(self, call: Call, key: Names) -> list[browse.InstanceRow]:
        named = zip(("dag_id", "run_id", "task_id", "map_index"), key, strict=True)
        where = [Where(field, "eq", value) for field, value in named if value is not None]
        return browse.instances.page(call.tx, where, access=call.access, page=Page(limit=None))

    def create(self, call: Call, key: Names, entity: schemas.BulkTaskInstanceBody) -> None:
        raise errors.BadRequest(self.cannot_create)

    def update(
        self, call: Call, key: Names, entity: schemas.BulkTaskInstanceBody, mask: Sequence[str] | None
    ) -> None:
        dag_id, run_id, task_id, map_index = key
        run = browse_runs.find(call.tx, dag_id, run_id, access=call.access)
        if run is None:
            raise errors.DagRunNotFound(dag_id, run_id)
        marking.change(call, run, entity, marking.scope_of(entity, [task_id], map_index), mask)

    def delete(self, call: Call, key: Names) -> None:
        for row in self._rows[key]:
            _delete(call, row)


def _delete(call: Call, row: browse.InstanceRow) -> None:
    if row.state is not None and TaskInstanceState(row.state) not in FINISHED:
        raise errors.Conflict(
            f"Task instance {row.task_id!r} of run {row.run_id!r} is {row.state}. Mark it first."
        )
    run = browse_runs.find(call.tx, row.dag_id, row.run_id, access=call.access)
    if run is None:
        raise errors.DagRunNotFound(row.dag_id, row.run_id)
    now = call.services.clock.now()
    names = row.dag_id, row.run_id, row.task_id, row.map_index
    if not deleting.delete_instance(call.tx, run.pk, *names, now=now):
        return
    call.audit(
        "delete_task_instance",
        dag_id=row.dag_id,
        run_id=row.run_id,
        task_id=row.task_id,
        map_index=row.map_index,
    )
    call.wake("run", dag_id=row.dag_id, run_id=row.run_id)
