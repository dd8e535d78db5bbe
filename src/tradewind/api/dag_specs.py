"""What is known of DAG versions, kept in memory: a stored version never changes, so it is read once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from tradewind.api.schemas.dags import DagVersionResponse
from tradewind.domain import codec, errors
from tradewind.domain.spec import DagSpec
from tradewind.store.queries import dag_versions
from tradewind.store.queries.browse import dags as browse

if TYPE_CHECKING:
    from tradewind.store.database import Tx

V = TypeVar("V")
Key = tuple[str, str]
SPECS_KEPT: Final = 128
VERSIONS_KEPT: Final = 4096


class DagSpecs:
    """Specs and versions by (DAG id, hash), the latest used ones."""

    def __init__(self) -> None:
        self._specs: OrderedDict[Key, DagSpec | None] = OrderedDict()
        self._versions: OrderedDict[Key, DagVersionResponse | None] = OrderedDict()

    def spec(self, tx: Tx, dag_id: str, version_hash: str | None) -> DagSpec:
        """The spec of that version. Raises DagNotFound where it was never stored."""
        found = self.find(tx, dag_id, version_hash)
        if found is None:
            raise errors.DagNotFound(dag_id)
        return found

    def find(self, tx: Tx, dag_id: str, version_hash: str | None) -> DagSpec | None:
        """The spec of that version, or None."""
        if version_hash is None:
            return None

        def load() -> DagSpec | None:
            encoded = dag_versions.spec_bytes(tx, dag_id, version_hash)
            return None if encoded is None else codec.decode(encoded)

        return _remembered(self._specs, (dag_id, version_hash), load, SPECS_KEPT)

    def version(self, tx: Tx, dag_id: str, version_hash: str | None) -> DagVersionResponse | None:
        """The version of that hash as the API shows it, or None."""
        if version_hash is None:
            return None

        def load() -> DagVersionResponse | None:
            row = browse.version_of_hash(tx, dag_id, version_hash)
            return None if row is None else version_response(row)

        return _remembered(self._versions, (dag_id, version_hash), load, VERSIONS_KEPT)


def version_response(row: browse.VersionRow) -> DagVersionResponse:
    """A stored version as the API shows it."""
    return DagVersionResponse(
        id=row.id,
        version_number=row.version_number,
        dag_id=row.dag_id,
        bundle_name=row.bundle_name,
        bundle_version=row.bundle_version,
        created_at=row.created_at,
        dag_display_name=row.dag_display_name or row.dag_id,
        bundle_url=None,
    )


def _remembered(
    cache: OrderedDict[Key, V | None], key: Key, load: Callable[[], V | None], most: int
) -> V | None:
    """What is cached, else what ``load`` finds. Nothing found is not remembered: it may be stored later."""
    found = cache.get(key)
    if found is None:
        found = load()
        if found is not None:
            cache[key] = found
            while len(cache) > most:
                cache.popitem(last=False)
    return found
