"""Which DAG is run to make an asset: the same for the API and the command line."""

from __future__ import annotations

from tradewind.domain import errors
from tradewind.store.database import Tx
from tradewind.store.queries.browse import assets
from tradewind.store.queries.reading import Visible


def maker(tx: Tx, asset: assets.AssetRow, *, visible: Visible) -> str:
    """The one DAG that updates the asset. Raises NotFound without one, Conflict with several."""
    makers = [dag_id for dag_id in assets.producers(tx, asset.id) if visible is None or dag_id in visible]
    if not makers:
        raise errors.NotFound(f"No DAG updates asset {asset.name!r}.")
    if len(makers) > 1:
        raise errors.Conflict(
            f"Asset {asset.name!r} is updated by several DAGs ({', '.join(makers)}). Trigger one of them."
        )
    return makers[0]
