"""Where hooks report what they read and write. Nobody listens yet, so the collector keeps nothing."""

from __future__ import annotations

from typing import Any

import msgspec


class AssetLineageInfo(msgspec.Struct):
    """An asset that a hook touched, how often, and from where."""

    asset: Any
    count: int
    context: Any


class HookLineage(msgspec.Struct):
    """What was collected."""

    inputs: list[AssetLineageInfo] = []
    outputs: list[AssetLineageInfo] = []
    extra: list[Any] = []


class HookLineageCollector:
    """Airflow's interface of a collector; this one takes everything and keeps nothing."""

    @property
    def has_collected(self) -> bool:
        """Whether there is something to read."""
        return False

    @property
    def collected_assets(self) -> HookLineage:
        """What was collected."""
        return HookLineage()

    def create_asset(self, **_: Any) -> None:
        """An asset for a report."""

    def add_input_asset(self, *_: Any, **__: Any) -> None:
        """A hook read something."""

    def add_output_asset(self, *_: Any, **__: Any) -> None:
        """A hook wrote something."""

    def add_extra(self, *_: Any, **__: Any) -> None:
        """A hook has something else to tell."""


class HookLineageReader:
    """Reads what was collected."""

    def __init__(self, **_: Any) -> None:
        self.lineage_collector = get_hook_lineage_collector()

    def retrieve_hook_lineage(self) -> HookLineage:
        """What was collected."""
        return self.lineage_collector.collected_assets


NoOpCollector = HookLineageCollector
_COLLECTOR = HookLineageCollector()


def get_hook_lineage_collector() -> HookLineageCollector:
    """The collector of this process."""
    return _COLLECTOR
