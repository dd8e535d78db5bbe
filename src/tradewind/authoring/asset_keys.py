"""What tells one asset, or alias, from another: keys for dicts of DAG files."""

from __future__ import annotations

from typing import Any, NamedTuple

from tradewind.authoring.assets import Asset, AssetAlias


class AssetUniqueKey(NamedTuple):
    """An asset's name and uri."""

    name: str
    uri: str

    @classmethod
    def from_asset(cls, asset: Any) -> AssetUniqueKey:
        """That of an asset."""
        return cls(name=asset.name, uri=asset.uri)

    def to_asset(self) -> Asset:
        """An asset of that name and uri."""
        return Asset(name=self.name, uri=self.uri)


class AssetAliasUniqueKey(NamedTuple):
    """An alias' name."""

    name: str

    @classmethod
    def from_asset_alias(cls, asset_alias: Any) -> AssetAliasUniqueKey:
        """That of an alias."""
        return cls(name=asset_alias.name)

    def to_asset_alias(self) -> AssetAlias:
        """An alias of that name."""
        return AssetAlias(name=self.name)
