"""The assets that a local run knows: those that the DAGs of the same file mention."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tradewind.domain.messages import data


def find(dag: Any, wanted: data.GetAsset, tell: Callable[[str], None]) -> dict[str, Any]:
    """The asset of that name or uri as the data server tells it. Those of ``dag`` come first; for one that
    may be defined elsewhere its name stands in for its uri, and ``tell`` says so.
    """
    from tradewind.authoring import asset_uris  # user code's floor, which is loaded where runs are local

    uri = None if wanted.uri is None else asset_uris.meant(wanted.uri)
    for asset in _known(dag):
        if wanted.name in (None, asset.name) and uri in (None, asset.uri):
            return {"id": 0, "name": asset.name, "uri": asset.uri, "group": asset.group, "extra": "{}"}
    name = wanted.name or wanted.uri
    tell(f"No DAG of this file defines the asset {name!r}: this run takes that for its uri.")
    return {"id": 0, "name": name, "uri": wanted.uri or name, "group": "asset", "extra": "{}"}


def _known(dag: Any) -> Iterator[Any]:
    from tradewind.authoring import assets, scope, to_spec  # see find

    for one in (dag, *reversed(scope.registered())):
        for thing in to_spec.mentioned(one):
            several = thing.iter_assets() if hasattr(thing, "iter_assets") else ()
            yield from (asset for asset in several if isinstance(asset, assets.Asset))
