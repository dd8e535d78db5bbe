"""Mark, note and delete several task instances; delete one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from tradewind.api import bulk
from tradewind.api.door import ANY, Call, Door
from tradewind.api.routes.public import bulk_runs, marking, task_instances
from tradewind.api.schemas import runs as run_schemas
from tradewind.api.schemas import task_instances as schemas
from tradewind.api.schemas.bulk import BulkBody, BulkResponse
from tradewind.auth.permissions import Resource
from tradewind.domain import errors, keys
from tradewind.domain.access import Access
from tradewind.domain.states import FINISHED, TaskInstanceState
from tradewind.store.queries.browse import runs as browse_runs
from tradewind.store.queries.browse import task_instances as browse
from tradewind.store.queries.browse.listing import Page, Where
from tradewind.store.transitions import deleting

door = Door("Task Instance")


@door.patch(
    task_instances.BASE, Resource.TASK_INSTANCE, body=BulkBody[schemas.BulkTaskInstanceBody],
    answer=BulkResponse, wildcard=True,
)  # fmt: skip
def bulk_task_instances(call: Call) -> BulkResponse:
    """Mark, note and delete several task instances; with ``~`` in the path each names its own DAG and run."""
    return bulk.carry_out(call, _Instances())


@door.delete(task_instances.ONE, Resource.TASK_INSTANCE, query=schemas.MapIndexQuery, status=200)
def delete_task_instance(call: Call) -> None:
    """Delete a task instance that has ended. A run that has not ended gets it again."""
    _delete(call, task_instances.find(call, call.query.map_index))


class _Instances(bulk.Noun[schemas.BulkTaskInstanceBody]):
    """Task instances, for ``bulk``. One without a map index means every index of its task."""

    cannot_create = "Task instances come with their run; POST /api/v2/dags/{dag_id}/dagRuns makes one."

    def __init__(self) -> None:
        self._wanted: dict[str, schemas.BulkTaskInstanceBody] = {}
        self._rows: dict[str, list[browse.InstanceRow]] = {}

    def name(self, call: Call, entity: schemas.BulkTaskInstanceBody | str) -> str:
        if isinstance(entity, str):
            entity = schemas.BulkTaskInstanceBody(task_id=entity)
        run_id = entity.dag_run_id or (call.run_id if call.run_id != ANY else "")
        named = run_schemas.BulkDAGRunBody(dag_run_id=run_id, dag_id=entity.dag_id)
        if call.run_id not in (ANY, run_id):
            raise errors.BadRequest(f"{entity.task_id!r} names run {run_id!r}, the path {call.run_id!r}.")
        dag_id, run_id = bulk_runs.names_of(call, named)
        index = "" if entity.map_index is None else f"[{entity.map_index}]"
        name = f"{dag_id}.{run_id}.{keys.check_task_id(entity.task_id)}{index}"
        self._wanted[name] = msgspec.structs.replace(entity, dag_id=dag_id, dag_run_id=run_id)
        return name

    def known(self, call: Call, names: Collection[str], access: Access) -> Collection[str]:
        self._rows = {}
        for name in names:
            one = self._wanted[name]
            found = [("dag_id", one.dag_id), ("run_id", one.dag_run_id), ("task_id", one.task_id)]
            where = [Where(field, "eq", value) for field, value in found]
            if one.map_index is not None:
                where.append(Where("map_index", "eq", one.map_index))
            rows = browse.instances.page(call.tx, where, access=access, page=Page(limit=None))
            if rows:
                self._rows[name] = rows
        return self._rows.keys()

    def create(self, call: Call, entity: schemas.BulkTaskInstanceBody) -> None:
        raise errors.BadRequest(self.cannot_create)

    def update(self, call: Call, entity: schemas.BulkTaskInstanceBody, mask: Sequence[str] | None) -> None:
        one = self._wanted[self.name(call, entity)]
        row = bulk_runs.find(
            call, run_schemas.BulkDAGRunBody(dag_run_id=one.dag_run_id or "", dag_id=one.dag_id)
        )
        marking.change(call, row, one, marking.scope_of(one, [one.task_id], one.map_index), mask)

    def delete(self, call: Call, name: str) -> None:
        for row in self._rows[name]:
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
