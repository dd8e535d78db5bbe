"""Tables of Delta Lake and Iceberg, and models of Kubernetes, on their way between tasks.

A table travels as where it is, never as its rows; what opens its store is encrypted where there is a
``[core] fernet_key``. Models of Kubernetes travel as the dicts that its API takes.
"""

from __future__ import annotations

import json
from typing import Any

from tradewind.authoring import crypto


def dump(value: Any) -> tuple[str, int, Any] | None:
    """Name, version and data, or None for what is neither."""
    cls = type(value)
    if hasattr(cls, "openapi_types") and hasattr(cls, "attribute_map"):
        return "", 1, _model(value)
    name = f"{cls.__module__}.{cls.__qualname__}"
    if name == "deltalake.table.DeltaTable":
        options = _sealed(getattr(value, "_storage_options", None) or {})
        return name, 1, {"table_uri": value.table_uri, "version": value.version(), "storage_options": options}
    if name == "pyiceberg.table.Table":
        known = {"catalog": value.catalog.name, "properties": _sealed(dict(value.catalog.properties))}
        return name, 1, {"identifier": list(value.name()), **known}
    return None


def _model(value: Any) -> dict[str, Any]:
    """What Kubernetes' API takes: its own names, without what is not set."""
    pairs = ((word, getattr(value, name)) for name, word in value.attribute_map.items())
    return {word: part for word, part in pairs if part is not None}


def load_delta(data: dict[str, Any]) -> Any:
    """The table at the version it had. Raises what opening it raises."""
    from deltalake import DeltaTable  # type: ignore[import-not-found, import-untyped, unused-ignore]

    options = _opened(data["storage_options"]) or None
    return DeltaTable(data["table_uri"], version=data["version"], storage_options=options)


def load_iceberg(data: dict[str, Any]) -> Any:
    """The table, from its catalog. Raises what opening it raises."""
    from pyiceberg.catalog import load_catalog  # type: ignore[import-not-found, import-untyped, unused-ignore]

    catalog = load_catalog(data["catalog"], **_opened(data["properties"]))
    return catalog.load_table(tuple(data["identifier"]))


def _sealed(options: dict[str, Any]) -> str:
    return crypto.get_fernet().encrypt(json.dumps(options).encode()).decode()


def _opened(text: str) -> dict[str, Any]:
    options: dict[str, Any] = json.loads(crypto.get_fernet().decrypt(text.encode()))
    return options
