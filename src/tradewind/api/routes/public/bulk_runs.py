"""Mark, note and delete several runs."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tradewind.api import bulk
from tradewind.api.door import Call, Door
from tradewind.api.path_names import ANY
from tradewind.api.routes.public import runs
from tradewind.api.schemas import runs as schemas
from tradewind.api.schemas.bulk import BulkBody, BulkResponse
from tradewind.auth.permissions import Resource
from tradewind.domain import errors, keys
from tradewind.store.queries.browse import runs as browse

door = Door("DagRun")
Names = tuple[str, str]
"""Ids of a DAG and of a run."""


@door.patch(
    "/dags/{dag_id}/dagRuns", Resource.RUN, body=BulkBody[schemas.BulkDAGRunBody], answer=BulkResponse,
    wildcard=True, by_body=True,
)  # fmt: skip
def bulk_dag_runs(call: Call) -> BulkResponse:
    """Mark, note and delete several runs; with ``~`` for the DAG each of them names its own."""
    return bulk.carry_out(call, _Runs())


def names_of(call: Call, entity: schemas.BulkDAGRunBody | str) -> Names:
    """The DAG and the run that are meant. Raises BadRequest where it is not said, or said twice."""
    run_id = keys.check_run_id(entity if isinstance(entity, str) else entity.dag_run_id)
    dag_id = None if isinstance(entity, str) else entity.dag_id
    if call.dag_id == ANY and dag_id is None:
        raise errors.BadRequest(f"Run {run_id!r} names no DAG: give its dag_id, or write it in place of ~.")
    if call.dag_id != ANY and dag_id not in (None, call.dag_id):
        raise errors.BadRequest(f"Run {run_id!r} names DAG {dag_id!r}, the path {call.dag_id!r}.")
    return keys.check_dag_id(dag_id or call.dag_id), run_id


def find(call: Call, entity: schemas.BulkDAGRunBody) -> browse.RunRow:
    """The run that is meant. Raises DagRunNotFound."""
    dag_id, run_id = names_of(call, entity)
    found = browse.find(call.tx, dag_id, run_id, access=call.access)
    if found is None:
        raise errors.DagRunNotFound(dag_id, run_id)
    return found


class _Runs(bulk.Noun[Names, schemas.BulkDAGRunBody]):
    """Runs, for ``bulk``."""

    cannot_create = "Runs are triggered one by one: POST /api/v2/dags/{dag_id}/dagRuns."

    def __init__(self) -> None:
        self._rows: dict[Names, browse.RunRow] = {}

    def keys(self, call: Call, entity: schemas.BulkDAGRunBody | str) -> list[Names]:
        return [names_of(call, entity)]

    def labels(self, key: Names) -> list[str]:
        return [".".join(key)]

    def known(self, call: Call, keys: Collection[Names]) -> Collection[Names]:
        found = {key: browse.find(call.tx, *key, access=call.access) for key in keys}
        self._rows = {key: row for key, row in found.items() if row is not None}
        return self._rows.keys()

    def create(self, call: Call, key: Names, entity: schemas.BulkDAGRunBody) -> None:
        raise errors.BadRequest(self.cannot_create)

    def update(
        self, call: Call, key: Names, entity: schemas.BulkDAGRunBody, mask: Sequence[str] | None
    ) -> None:
        runs.change(call, self._rows[key], entity, mask)

    def delete(self, call: Call, key: Names) -> None:
        runs.remove(call, self._rows[key])
