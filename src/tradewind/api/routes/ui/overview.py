"""Across all DAGs: where tasks run, what was too late, how assets hang together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Final, Literal

from tradewind.api import home
from tradewind.api.door import Call, Door
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.schemas.ui import overview as schemas
from tradewind.auth import permissions
from tradewind.auth.permissions import Action, Resource
from tradewind.store.queries.browse import task_instances as browse
from tradewind.store.queries.browse.listing import Page, Where
from tradewind.store.queries.ui import asset_graph
from tradewind.store.queries.ui import home as queries

door = Door(TAG, PREFIX)
_ATTEMPTS: Final = 200
_KINDS: Final[tuple[Literal["outlet", "schedule", "inlet"], ...]] = ("outlet", "schedule", "inlet")


@door.get("/workers", Resource.TASK_INSTANCE, name="ui_workers", answer=schemas.UIWorkers)
def get_workers(call: Call) -> schemas.UIWorkers:
    """Show the machines, queues and pools, and the task instances that run there."""
    held = queries.held(call.tx, access=call.access)
    newest = Page(limit=_ATTEMPTS, order=(("start_date", True),))
    running = browse.instances.page(
        call.tx, [Where("state", "in", ["running", "restarting"])], page=newest, access=call.access
    )
    may_pools = permissions.access(call.who, Action.READ, Resource.POOL) is not None
    return schemas.UIWorkers(
        hosts=home.hosts(held),
        queues=home.queues(held),
        pools=home.pools(call.tx, held) if may_pools else [],
        attempts=[
            schemas.UIAttempt(**{name: getattr(row, name) for name in schemas.UIAttempt.__struct_fields__})
            for row in running
        ],
        running=home.total(held, lambda state: state in ("running", "restarting")),
    )


@door.get(
    "/deadlines", Resource.RUN, name="ui_deadlines", query=schemas.UIDeadlinesQuery,
    answer=schemas.UIDeadlines,
)  # fmt: skip
def get_deadlines(call: Call) -> schemas.UIDeadlines:
    """List deadlines and SLAs: those that were missed, and those still to come."""
    since, limit = call.now - timedelta(days=call.query.days), call.query.limit
    return schemas.UIDeadlines(
        missed=[_deadline(call, row) for row in queries.missed(call.tx, since, limit, access=call.access)],
        coming=[_deadline(call, row) for row in queries.coming(call.tx, limit, access=call.access)],
    )


def _deadline(call: Call, row: queries.DueRow) -> schemas.UIDeadline:
    return schemas.UIDeadline(
        id=row.id, kind="sla" if row.kind == "sla" else "deadline", dag_id=row.dag_id, run_id=row.run_id,
        task_id=row.task_id, name=row.name, deadline_time=row.deadline_time, run_state=row.run_state,
        callback=_callback(call, row),
    )  # fmt: skip


def _callback(call: Call, row: queries.DueRow) -> str | None:
    """The path of the function that the DAG's version of the run names for that deadline."""
    if row.kind == "sla":
        return None
    spec = call.services.specs.find(call.tx, row.dag_id, row.version_hash)
    alerts = () if spec is None else spec.deadlines
    return str(alerts[row.alert]["callback"]) if row.alert < len(alerts) else None


@door.get(
    "/asset-graph", Resource.ASSET, name="ui_asset_graph", query=schemas.UIAssetGraphQuery,
    answer=schemas.UIAssetGraph,
)  # fmt: skip
def get_asset_graph(call: Call) -> schemas.UIAssetGraph:
    """Show which DAGs update, read and are scheduled by which assets."""
    nodes: dict[str, schemas.UIAssetGraphNode] = {}
    edges: list[schemas.UIAssetGraphEdge] = []
    for kind in _KINDS:
        for one in asset_graph.mentions(call.tx, kind, access=call.access):
            asset, dag = f"asset:{one.asset_id}", f"dag:{one.dag_id}"
            nodes[asset] = schemas.UIAssetGraphNode(id=asset, type="asset", label=one.asset, uri=one.uri)
            label = one.dag_display_name or one.dag_id
            nodes[dag] = schemas.UIAssetGraphNode(id=dag, type="dag", label=label)
            ends = (dag, asset) if kind == "outlet" else (asset, dag)
            edges.append(schemas.UIAssetGraphEdge(source=ends[0], target=ends[1], kind=kind))
    root = call.query.root
    kept = nodes.keys() if root is None else _around(root, edges)
    return schemas.UIAssetGraph(
        nodes=[node for name, node in sorted(nodes.items()) if name in kept],
        edges=[edge for edge in edges if edge.source in kept],
    )


def _around(root: str, edges: Iterable[schemas.UIAssetGraphEdge]) -> set[str]:
    """What hangs together with that node, in any direction."""
    near: defaultdict[str, set[str]] = defaultdict(set)
    for edge in edges:
        near[edge.source].add(edge.target)
        near[edge.target].add(edge.source)
    found, front = {root}, [root]
    while front:
        fresh = near[front.pop()] - found
        found |= fresh
        front.extend(fresh)
    return found
