"""DAGs: list, show, pause, delete; their tags and how their runs stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradewind.api import filters, missing, views
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.path_names import ANY
from tradewind.api.schemas import dags as schemas
from tradewind.api.schemas.common import Answer, MaskQuery
from tradewind.auth.permissions import Action, Resource
from tradewind.domain import errors
from tradewind.domain.states import DagRunState
from tradewind.store.queries import dags as store
from tradewind.store.queries import favourites
from tradewind.store.queries.browse import dags as browse
from tradewind.store.queries.browse.listing import Column, Where

door = Door("DAG")

ORDER = {
    "dag_id": "dag_id",
    "dag_display_name": "dag_display_name",
    "next_dagrun": "next_dagrun",
    "next_dagrun_logical_date": "next_dagrun",
    "next_dagrun_run_after": "next_dagrun_create_after",
    "state": "last_run_state",
    "start_date": "last_run_start_date",
    "last_run_state": "last_run_state",
    "last_run_start_date": "last_run_start_date",
    "last_run_run_after": "last_run_run_after",
}
_APART = (
    "tags",
    "tags_match_mode",
    "owners",
    "exclude_stale",
    "last_dag_run_state",
    "has_asset_schedule",
    "asset_dependency",
    "dag_run_state",
    "is_favorite",
    "name_pattern",
    "dag_run_start_date_gte",
    "dag_run_start_date_gt",
    "dag_run_start_date_lte",
    "dag_run_start_date_lt",
    "dag_run_end_date_gte",
    "dag_run_end_date_gt",
    "dag_run_end_date_lte",
    "dag_run_end_date_lt",
)


class Deleted(Answer, kw_only=True):
    """An empty object."""


@door.get("/dags", Resource.DAG, query=schemas.DagQuery, answer=schemas.DAGCollectionResponse)
def get_dags(call: Call) -> schemas.DAGCollectionResponse:
    """List DAGs."""
    return listed(call)


def listed(call: Call, also: Sequence[Where | Column] = ()) -> schemas.DAGCollectionResponse:
    """The DAGs that a ``DagQuery`` asks for, and that meet these conditions besides."""
    where = [*_where(call.query), *_where_runs(call.query), *also]
    if call.query.is_favorite is not None:
        mine = browse.favourite_of(call.who.name)
        where.append(mine if call.query.is_favorite else ~mine)
    return _collection(call, where)


def _collection(call: Call, where: list[Where | Column]) -> schemas.DAGCollectionResponse:
    wanted = page(call.query, call.services.settings, ORDER, ["dag_id"])
    rows = browse.dags.page(call.tx, where, page=wanted, access=call.access)
    tags = browse.tags_of(call.tx, [row.dag_id for row in rows])
    return schemas.DAGCollectionResponse(
        dags=[views.dag(row, tags.get(row.dag_id, []), call.services.signer) for row in rows],
        total_entries=browse.dags.count(call.tx, where, access=call.access),
    )


def _where(query: schemas.DagQuery | schemas.DagPatchManyQuery) -> list[Where | Column]:
    renamed = {"paused": "is_paused"}
    where: list[Where | Column] = [*filters.conditions(query, rename=renamed, apart=_APART)]
    if query.exclude_stale:
        where.append(Where("is_stale", "eq", False))
    if query.tags:
        where.append(browse.with_tags(query.tags, every=query.tags_match_mode == "all"))
    if query.owners:
        where.append(browse.owned_by(query.owners))
    return where


def _where_runs(query: schemas.DagQuery) -> list[Where | Column]:
    where: list[Where | Column] = []
    if query.last_dag_run_state is not None:
        where.append(Where("last_run_state", "eq", query.last_dag_run_state.value))
    if query.has_asset_schedule is not None:
        where.append(browse.scheduled_by_assets(query.has_asset_schedule))
    if query.asset_dependency:
        where.append(Where("asset_expression", "contains", query.asset_dependency))
    of_runs = [
        browse.run_condition(field, op, getattr(query, f"dag_run_{field}_{op}"))
        for field in ("start_date", "end_date")
        for op in ("gte", "gt", "lte", "lt")
        if getattr(query, f"dag_run_{field}_{op}") is not None
    ]
    if query.dag_run_state:
        of_runs.append(browse.run_condition("state", "in", [state.value for state in query.dag_run_state]))
    if of_runs:
        where.append(browse.with_runs(of_runs))
    return where


def row_of(call: Call) -> browse.DagRow:
    """The DAG that the path names. Raises DagNotFound."""
    found = browse.dags.one(call.tx, Where("dag_id", "eq", call.dag_id), access=call.access)
    if found is None:
        raise missing.dag(call, call.dag_id)
    return found


@door.get("/dags/{dag_id}", Resource.DAG, answer=schemas.DAGResponse)
def get_dag(call: Call) -> schemas.DAGResponse:
    """Show a DAG."""
    return _response(call, row_of(call))


def _response(call: Call, row: browse.DagRow) -> schemas.DAGResponse:
    tags = browse.tags_of(call.tx, [row.dag_id]).get(row.dag_id, [])
    return views.dag(row, tags, call.services.signer)


@door.get("/dags/{dag_id}/details", Resource.DAG, answer=schemas.DAGDetailsResponse)
def get_dag_details(call: Call) -> schemas.DAGDetailsResponse:
    """Show a DAG with what its file says."""
    row, specs = row_of(call), call.services.specs
    return views.dag_details(
        row,
        browse.tags_of(call.tx, [row.dag_id]).get(row.dag_id, []),
        call.services.signer,
        specs.spec(call.tx, row.dag_id, row.version_hash),
        specs.version(call.tx, row.dag_id, row.version_hash),
        browse.active_runs(call.tx, row.dag_id),
        favourites.has(call.tx, call.who.name, row.dag_id),
    )


@door.post("/dags/{dag_id}/favorite", Resource.DAG, action=Action.READ, status=204)
def favorite_dag(call: Call) -> None:
    """Mark a DAG as a favourite of the asker's; one that is a favourite stays it."""
    row = row_of(call)
    if favourites.add(call.tx, call.who.name, row.dag_id):
        call.audit("favorite_dag", dag_id=row.dag_id)


@door.post("/dags/{dag_id}/unfavorite", Resource.DAG, action=Action.READ, status=204)
def unfavorite_dag(call: Call) -> None:
    """Take a DAG from the asker's favourites."""
    row = row_of(call)
    if not favourites.remove(call.tx, call.who.name, row.dag_id):
        raise errors.Conflict(f"DAG {row.dag_id!r} is not a favourite of yours.")
    call.audit("unfavorite_dag", dag_id=row.dag_id)


def _check_mask(mask: list[str] | None) -> None:
    if mask is not None and mask != ["is_paused"]:
        raise errors.BadRequest(
            f"Only the field is_paused can be updated, got update_mask {', '.join(mask)}."
        )


@door.patch(
    "/dags/{dag_id}",
    Resource.DAG,
    query=MaskQuery,
    body=schemas.DAGPatchBody,
    answer=schemas.DAGResponse,
)
def patch_dag(call: Call) -> schemas.DAGResponse:
    """Pause or unpause a DAG."""
    _check_mask(call.query.update_mask)
    row = row_of(call)
    _switch(call, [row.dag_id])
    return _response(call, row_of(call))


def _switch(call: Call, dag_ids: list[str]) -> None:
    for dag_id in store.set_paused(call.tx, dag_ids, call.body.is_paused, access=call.access):
        call.audit(
            "paused" if call.body.is_paused else "unpaused",
            dag_id=dag_id,
            before={"is_paused": not call.body.is_paused},
            after={"is_paused": call.body.is_paused},
        )
        call.wake("dag", dag_id=dag_id)


@door.patch(
    "/dags", Resource.DAG, query=schemas.DagPatchManyQuery, body=schemas.DAGPatchBody,
    answer=schemas.DAGCollectionResponse,
)  # fmt: skip
def patch_dags(call: Call) -> schemas.DAGCollectionResponse:
    """Pause or unpause every DAG that the filters match; answers one page of them."""
    _check_mask(call.query.update_mask)
    where = _where(call.query)
    wanted = page(call.query, call.services.settings, ORDER, ["dag_id"])
    rows = browse.dags.page(call.tx, where, page=wanted, access=call.access)
    dag_ids = [row.dag_id for row in rows]
    total = browse.dags.count(call.tx, where, access=call.access)
    _switch(call, dag_ids)
    changed = browse.dags.page(call.tx, [Where("dag_id", "in", dag_ids)], page=wanted, access=call.access)
    tags = browse.tags_of(call.tx, dag_ids)
    return schemas.DAGCollectionResponse(
        dags=[views.dag(row, tags.get(row.dag_id, []), call.services.signer) for row in changed],
        total_entries=total,
    )


@door.delete("/dags/{dag_id}", Resource.DAG, status=200, answer=Deleted)
def delete_dag(call: Call) -> Deleted:
    """Delete what the database knows of a DAG; while its file is there it comes back, without history."""
    row = row_of(call)
    store.delete(call.tx, row.dag_id)
    call.audit("delete_dag", dag_id=row.dag_id, before={"is_paused": row.is_paused, "owners": row.owners})
    call.wake("all")
    return Deleted()


tag_door = Door("DAG")


@tag_door.get("/dagTags", Resource.DAG, query=schemas.DagTagQuery, answer=schemas.DAGTagCollectionResponse)
def get_dag_tags(call: Call) -> schemas.DAGTagCollectionResponse:
    """List the tags in use."""
    names, total = browse.tag_names(
        call.tx,
        pattern=call.query.tag_name_pattern,
        prefix=call.query.tag_name_prefix_pattern,
        page=page(call.query, call.services.settings, ["name"], ["name"]),
        access=call.access,
    )
    return schemas.DAGTagCollectionResponse(tags=names, total_entries=total)


stats_door = Door("DagStats")


@stats_door.get(
    "/dagStats", Resource.RUN, query=schemas.DagStatsQuery, answer=schemas.DagStatsCollectionResponse
)
def get_dag_stats(call: Call) -> schemas.DagStatsCollectionResponse:
    """How many runs of each DAG are in each state."""
    counted = browse.run_counts(call.tx, call.query.dag_ids, access=call.access)
    found = [
        schemas.DagStatsResponse(
            dag_id=dag_id,
            dag_display_name=name or dag_id,
            stats=[
                schemas.DagStatsStateResponse(state=state, count=counts.get(state.value, 0))
                for state in DagRunState
            ],
        )
        for dag_id, (name, counts) in counted.items()
    ]
    return schemas.DagStatsCollectionResponse(dags=found, total_entries=len(found))


def dag_filter(call: Call) -> list[Any]:
    """The condition for lists below one DAG; none for ``~``. Raises DagNotFound."""
    if call.dag_id == ANY:
        return []
    row_of(call)
    return [Where("dag_id", "eq", call.dag_id)]


door.operations += [*tag_door.operations, *stats_door.operations]
