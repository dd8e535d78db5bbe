"""Favourites belong to who marked them."""

from __future__ import annotations

from typing import Any

import httpx
from tests.integration.api.world import World

from tradewind.store.queries import users

DAG = "/api/v2/dags/{}"


def listed(client: httpx.Client, **query: Any) -> set[str]:
    answer = client.get("/api/v2/dags", params={"dag_id_pattern": "fav_", **query}).json()
    assert answer["total_entries"] == len(answer["dags"])
    return {dag["dag_id"] for dag in answer["dags"]}


def marked(client: httpx.Client, dag_id: str) -> bool:
    return client.get(DAG.format(dag_id) + "/details").json()["is_favorite"]


def test_a_favourite_is_one_persons(world: World, admin: httpx.Client) -> None:
    for dag_id in ("fav_a", "fav_b"):
        world.dag(dag_id)
    with world.client("vera") as vera:
        _one_persons(vera, admin)


def _one_persons(vera: httpx.Client, admin: httpx.Client) -> None:
    for _ in range(2):  # marking it again changes nothing
        assert vera.post(DAG.format("fav_a") + "/favorite").status_code == 204
    assert listed(vera, is_favorite=True) == {"fav_a"}
    assert listed(vera, is_favorite=False) == {"fav_b"}
    assert listed(admin, is_favorite=True) == set()
    assert (marked(vera, "fav_a"), marked(vera, "fav_b"), marked(admin, "fav_a")) == (True, False, False)
    assert vera.post(DAG.format("fav_a") + "/unfavorite").status_code == 204
    assert listed(vera, is_favorite=True) == set()
    refused = vera.post(DAG.format("fav_a") + "/unfavorite")
    assert (refused.status_code, "'fav_a'" in refused.text) == (409, True)
    assert vera.post(DAG.format("fav_none") + "/favorite").status_code == 404


def test_favourites_go_with_their_dag_and_their_user(world: World, admin: httpx.Client) -> None:
    world.dag("fav_gone")
    with world.client(world.person("fay", "Viewer")) as fay:
        for client in (admin, fay):
            assert client.post(DAG.format("fav_gone") + "/favorite").status_code == 204
    with world.database.write() as tx:
        users.delete(tx, "fay")
    assert world.sql("SELECT user_id FROM dag_favorite") == [("admin",)]
    admin.delete(DAG.format("fav_gone"))
    assert world.sql("SELECT * FROM dag_favorite") == []
