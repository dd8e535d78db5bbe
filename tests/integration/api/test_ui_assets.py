"""The list of assets as the web UI searches it, and the partitions of an asset."""

from __future__ import annotations

import json
from typing import Any

import httpx
from tests.integration.api import stage
from tests.integration.api.test_ui_first import UI, only_of
from tests.integration.api.test_ui_overview import got
from tests.integration.api.world import World


def found(client: httpx.Client, **params: Any) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in got(client, "assets", **params)["assets"]}


def test_assets_are_found_by_each_of_their_names(world: World, admin: httpx.Client) -> None:
    one = stage.build(world, "listone", "list", shared="list_shared").ids
    other = stage.build(world, "listother", "list", shared="list_shared").ids
    name, uri = world.sql("SELECT name, uri FROM asset WHERE id = ?", one["asset_id"])[0]
    row = found(admin, q=uri.upper())[name]
    assert row["id"] == one["asset_id"]
    assert (row["producers"], row["consumers"]) == ([one["dag_id"]], [one["wait_id"]])
    assert (row["events"], row["last_event"] is not None) == (1, True)
    assert name in found(admin, q=name[2:], order_by="-group")
    assert found(admin, q="100% nothing_of that") == {}
    both = found(admin, q="list_shared")["list_shared"]
    mentions = {*both["producers"], *both["consumers"]}
    assert {one["dag_id"], other["dag_id"]} <= mentions
    with only_of(world, one["dag_id"]) as narrow:
        assert "listother" not in json.dumps(found(narrow))


def test_partitions_say_what_became_of_them(world: World, admin: httpx.Client) -> None:
    ids = stage.build(world, "parted", "part", shared="part_shared").ids
    asset_id, dag_id = ids["asset_id"], ids["wait_id"]
    for key in ("mon", "tue", "tue"):
        answer = admin.post("/api/v2/assets/events", json={"asset_id": asset_id, "partition_key": key})
        assert answer.status_code == 200, answer.text
    event = world.sql("SELECT max(id) FROM asset_event WHERE partition_key = 'mon'")[0][0]
    now = "2026-03-03T12:00:00Z"
    world.sql(
        "INSERT INTO asset_partition_dag_run (target_dag_id, partition_key, created_at, updated_at, is_open)"
        " VALUES (?, 'week 1', ?, ?, 1)", dag_id, now, now,
    )  # fmt: skip
    waiting = world.sql("SELECT max(id) FROM asset_partition_dag_run")[0][0]
    world.sql(
        "INSERT INTO partitioned_asset_key_log (asset_id, asset_event_id, asset_partition_dag_run_id,"
        " source_partition_key, target_dag_id, target_partition_key, created_at)"
        " VALUES (?, ?, ?, 'mon', ?, 'week 1', ?)", asset_id, event, waiting, dag_id, now,
    )  # fmt: skip
    parts = got(admin, f"assets/{asset_id}/partitions")
    events = [(one["partition_key"], one["events"]) for one in parts["partitions"]]
    assert events[:2] == [("tue", 2), ("mon", 1)] and len(events) == parts["total"] == 3
    (target,) = parts["partitions"][1]["targets"]
    assert (target["dag_id"], target["partition_key"], target["waits"]) == (dag_id, "week 1", True)
    assert target["run_id"] is None
    assert len(got(admin, f"assets/{asset_id}/partitions", limit=1, offset=1)["partitions"]) == 1
    assert admin.get(f"{UI}/assets/987654321/partitions").status_code == 404
    with only_of(world, ids["dag_id"]) as narrow:
        assert got(narrow, f"assets/{asset_id}/partitions")["partitions"][1]["targets"] == []
