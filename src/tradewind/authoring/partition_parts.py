"""Mappers and windows that are arguments of others, as data: what a subclass of a built-in mapper hands to
the plug-in host when it has no ``serialize`` of its own.
"""

from __future__ import annotations

import sys
from typing import Any

from tradewind.authoring import plugin_names

_OURS = "tradewind.authoring.partition"


def packed(part: Any, listed: str) -> dict[str, Any]:
    """Class and arguments of a part, which plug-ins list in ``listed``. Raises DagDefinitionError for a class
    of a DAG file.
    """
    what = listed.removesuffix("s").replace("_", " ")
    return {"class": plugin_names.name_of(part, what, listed), "data": part.serialize()}


def live(data: Any, listed: str) -> Any:
    """The part again. Raises NotRegistered."""
    if not isinstance(data, dict):
        return data  # built by a ``deserialize`` of somebody's own
    name: str = data["class"]
    if name.startswith(_OURS):
        module, _, own = name.rpartition(".")
        return getattr(sys.modules[module], own).deserialize(data["data"])
    from tradewind.authoring import plugin_reading  # only the plug-in host, which has read them, comes here

    return plugin_reading.loaded().find(listed, name).deserialize(data["data"])
