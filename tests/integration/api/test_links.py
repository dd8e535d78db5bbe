"""Extra links: names from the DAG's version, addresses from what the task pushed."""

from __future__ import annotations

import json

import httpx
from tests.integration.api.world import World, now

from tradewind.domain.spec import TaskSpec
from tradewind.store.transitions import results

PATH = "/api/v2/dags/linked/dagRuns/r1/taskInstances/{}/links"


def test_links(world: World, admin: httpx.Client) -> None:
    task = TaskSpec(
        task_id="extract", extra_links={"Docs": "_link_Docs", "Odd": "_link_Odd", "Log": "_link_L"}
    )
    world.dag("linked", tasks=(task, TaskSpec(task_id="plain")))
    world.run("linked")
    world.set_state("linked", "extract", "running", try_number=2)
    ((ti,),) = world.sql("SELECT id FROM task_instance WHERE dag_id = 'linked' AND task_id = 'extract'")
    with world.database.write() as tx:
        for key, value in {
            "_link_Docs": "https://docs/1",
            "_link_Odd": {"not": "text"},
            "other": "x",
        }.items():
            results.push(tx, ti, key, json.dumps(value), None, now())
    known = {"Docs": "https://docs/1", "Log": None, "Odd": None}
    assert admin.get(PATH.format("extract")).json() == {"extra_links": known, "total_entries": 3}
    assert admin.get(PATH.format("extract"), params={"try_number": 2}).json()["extra_links"] == known
    earlier = admin.get(PATH.format("extract"), params={"try_number": 1}).json()["extra_links"]
    assert earlier == dict.fromkeys(known)
    assert admin.get(PATH.format("plain")).json() == {"extra_links": {}, "total_entries": 0}
    for number in (0, 3):
        assert admin.get(PATH.format("extract"), params={"try_number": number}).status_code == 404
    assert admin.get(PATH.format("extract"), params={"map_index": 0}).status_code == 404
    assert admin.get(PATH.format("nobody")).status_code == 404
    shown = admin.get("/api/v2/dags/linked/tasks/extract").json()["extra_links"]
    assert shown == ["Docs", "Log", "Odd"]
