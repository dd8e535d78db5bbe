"""What updates an asset from outside of any task."""

from __future__ import annotations

from typing import Any

import msgspec


class WatcherSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A trigger whose every event is an update of an asset.

    ``asset`` has its name, uri and group; ``kwargs`` is JSON text that only the triggerer decodes.
    """

    asset: dict[str, Any]
    name: str
    classpath: str
    kwargs: str = "{}"
    queue: str | None = None
