"""Every reading operation, asked about things that are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
from tests.integration.api import stage
from tests.integration.api.world import World

from tradewind.api.door import Operation
from tradewind.api.routes import public, ui, v1

WRITES_BY_GET = frozenset({"logout"})
"""Airflow's clients end their session so."""


def story(world: World, name: str) -> stage.Ids:
    """The ids of a DAG with everything that can hang on it; its run has ended."""
    ids = stage.build(world, name, name, shared=f"{name}_shared").ids
    world.sql("UPDATE dag_run SET state = 'success' WHERE dag_id = ?", ids["dag_id"])
    return ids


def operations() -> list[Operation]:
    """Of both ages of the API."""
    return [*public.operations(), *ui.operations(), *v1.operations()]


def reads(
    client: httpx.Client, ids: dict[str, Any], **parameters: Any
) -> Iterator[tuple[Operation, httpx.Response]]:
    """The answers of all GETs."""
    for operation in operations():
        if operation.method == "GET" and operation.name not in WRITES_BY_GET:
            path = operation.path.format_map(_Rest(ids))
            yield (
                operation,
                client.get(
                    path, params={"interval": 1, "seconds": 0.1, **parameters}, follow_redirects=False
                ),
            )


class _Rest(dict[str, Any]):
    """Names of paths that no thing of the story has."""

    def __missing__(self, name: str) -> str:
        return "ghost"
