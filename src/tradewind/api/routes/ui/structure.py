"""A DAG as it is drawn."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

import msgspec
from starlette.responses import Response

from tradewind.api import problems, structure
from tradewind.api.door import Call, Door
from tradewind.api.routes.public.dags import row_of
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.schemas.ui import structure as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.store.queries.browse import dags as browse
from tradewind.store.queries.browse.listing import Where

door = Door(TAG, PREFIX)
_MOST_BYTES: Final = 32 * 1024 * 1024


class _Encoded:
    """Answers by (DAG, number, hash) of their version, the latest used ones. For several threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int, str], bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: tuple[str, int, str]) -> bytes | None:
        """What is known."""
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
            return found

    def add(self, key: tuple[str, int, str], answer: bytes) -> None:
        """Keep it, and what was used last beside it."""
        with self._lock:
            if key not in self._known:
                self._known[key] = answer
                self._size += len(answer)
            while self._size > _MOST_BYTES and len(self._known) > 1:
                self._size -= len(self._known.popitem(last=False)[1])


_encoded = _Encoded()


@door.get(
    "/dags/{dag_id}/structure", Resource.TASK, name="ui_structure", query=schemas.UIStructureQuery,
    answer=schemas.UIStructure,
)  # fmt: skip
def get_structure(call: Call) -> Response:
    """Show groups, tasks and edges of one version of a DAG; 304 where ``If-None-Match`` names its ETag."""
    number, version_hash = version_of(call, call.query.version_number)
    tag = f'"{number}-{version_hash}"'
    if tag in call.request.headers.get("if-none-match", ""):
        return Response(None, 304, {"ETag": tag})
    key = (call.dag_id, number, version_hash)
    answer = _encoded.get(key)
    if answer is None:
        spec = call.services.specs.spec(call.tx, call.dag_id, version_hash)
        answer = msgspec.json.encode(structure.of(spec, number))
        _encoded.add(key, answer)
    return Response(answer, 200, {**problems.HEADERS, "ETag": tag}, media_type="application/json")


def version_of(call: Call, number: int | None) -> tuple[int, str]:
    """Number and hash of that version of the DAG in the path, or of its newest. Raises NotFound."""
    row = row_of(call)
    if number is None and row.version_hash is not None:
        newest = browse.version_of_hash(call.tx, row.dag_id, row.version_hash)
        if newest is not None:
            return newest.version_number, row.version_hash
    where = (Where("dag_id", "eq", row.dag_id), Where("version_number", "eq", number))
    found = None if number is None else browse.versions.one(call.tx, *where, access=call.access)
    if found is None or found.dag_hash is None:
        raise errors.NotFound(
            f"DAG {row.dag_id!r} has no version {number or 'yet'}. GET /dags/{row.dag_id}/dagVersions lists "
            "them."
        )
    return found.version_number, found.dag_hash
