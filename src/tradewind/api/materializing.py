"""Which DAG is run to make an asset: the same for the API and the command line."""

from __future__ import annotations

from tradewind.domain import errors
from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries.browse import assets


def maker(tx: Tx, asset: assets.AssetRow, *, access: Access) -> str:
    """The one DAG that updates the asset. Raises NotFound without one, Conflict with several."""
    makers = assets.producers(tx, asset.id, access=access)
    if not makers:
        raise errors.NotFound(f"No DAG updates asset {asset.name!r}.")
    if len(makers) > 1:
        raise errors.Conflict(
            f"Asset {asset.name!r} is updated by several DAGs ({', '.join(makers)}). Trigger one of them."
        )
    return makers[0]
