"""The links that a task shows to the systems it worked with. Their addresses were computed by the task's own
process and are XComs; nothing of the link's code runs here.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from tradewind.api.door import Call, Door
from tradewind.api.routes.public import task_instances
from tradewind.api.schemas import task_instances as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.store.queries.browse import others as browse
from tradewind.store.queries.browse.listing import Page, Where
from tradewind.store.queries.browse.task_instances import InstanceRow

door = Door("Extra Links")


@door.get(
    task_instances.ONE + "/links", Resource.TASK_INSTANCE, query=schemas.ExtraLinksQuery,
    answer=schemas.ExtraLinkCollectionResponse,
)  # fmt: skip
def get_extra_links(call: Call) -> schemas.ExtraLinkCollectionResponse:
    """List them; those without an address (yet), and those of earlier tries, are null."""
    row = task_instances.find(call, call.query.map_index)
    number = call.query.try_number
    if number is not None and not 1 <= number <= max(row.try_number, 1):
        raise errors.NotFound(
            f"Task instance {call.task_id!r} has no try {number}; its last is {row.try_number}."
        )
    task = call.services.specs.spec(call.tx, row.dag_id, row.run_version_hash).task(row.task_id)
    keys = {} if task is None else task.extra_links
    is_earlier = number is not None and number < row.try_number
    known = {} if is_earlier or not keys else _addresses(call, row, keys.values())
    links = {name: known.get(key) for name, key in sorted(keys.items())}
    return schemas.ExtraLinkCollectionResponse(extra_links=links, total_entries=len(links))


def _addresses(call: Call, row: InstanceRow, keys: Collection[str]) -> dict[str, str]:
    own = ("dag_id", "run_id", "task_id", "map_index")
    where = [*(Where(name, "eq", getattr(row, name)) for name in own), Where("key", "in", list(keys))]
    found = browse.xcom_values.page(call.tx, where, page=Page(limit=None), access=call.access)
    values = {one.key: msgspec.json.decode(one.value or "null") for one in found}
    return {key: value for key, value in values.items() if isinstance(value, str)}
