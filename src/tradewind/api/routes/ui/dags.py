"""The list of DAGs, found by either of their names."""

from __future__ import annotations

from tradewind.api.door import Call, Door
from tradewind.api.routes.public import dags as public
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.schemas import dags as public_schemas
from tradewind.api.schemas.ui import dags as schemas
from tradewind.auth.permissions import Resource
from tradewind.store.queries.browse import dags as browse

door = Door(TAG, PREFIX)


@door.get(
    "/dags", Resource.DAG, name="ui_dags", query=schemas.UIDagQuery,
    answer=public_schemas.DAGCollectionResponse,
)  # fmt: skip
def get_dags(call: Call) -> public_schemas.DAGCollectionResponse:
    """List DAGs as REST does, by a part of the id or of the name that is shown, too."""
    name = call.query.name_pattern
    return public.listed(call, [] if name is None else [browse.named(name)])
