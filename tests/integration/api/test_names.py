"""Names with slashes, dots, blanks and marks, and names that stand twice in one request."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest
from tests.integration.api.world import World

HOSTILE = ("..", ".", "a/b", "a\nb", "\u202egnp", "a\u200fb", "a\u2066b")
GOOD = ("my pool", "v1.2", "Größe", "数据池", "می\u200cخواهم", "a..b")


def entries_of_a_task(world: World) -> str:
    """Where the XComs of a new run's task are."""
    dag_id = world.fresh("slashed")
    world.dag(dag_id)
    world.run(dag_id)
    return f"/api/v2/dags/{dag_id}/dagRuns/r1/taskInstances/extract/xcomEntries"


@pytest.mark.parametrize("key", ["a/b", "a/b/c.d", "/a", "a..b"])
def test_xcoms_with_slashes(world: World, admin: httpx.Client, key: str) -> None:
    path = entries_of_a_task(world)
    one = f"{path}/{quote(key, safe='')}"
    assert admin.post(path, json={"key": key, "value": 1}).status_code == 201
    assert admin.get(one).json()["value"] == 1
    assert admin.patch(one, json={"value": 2}).status_code == 200
    assert admin.get(one).json()["value"] == 2
    assert admin.delete(one).status_code == 204
    assert admin.get(one).status_code == 404


@pytest.mark.parametrize("key", ["..", ".", "a/../b", "../x"])
def test_xcoms_whose_path_would_be_another_one(world: World, admin: httpx.Client, key: str) -> None:
    path = entries_of_a_task(world)
    assert admin.post(path, json={"key": key, "value": 1}).status_code == 400


def _same(noun: str) -> tuple[list[dict[str, Any]], str]:
    name = f"twice_{noun}"
    return {
        "pools": ([{"name": name, "slots": 1}, {"name": name, "slots": 2}], "slots"),
        "variables": ([{"key": name, "value": "1"}, {"key": name, "value": "2"}], "value"),
        "connections": (
            [{"connection_id": name, "conn_type": "x", "port": port} for port in (1, 2)],
            "port",
        ),
    }[noun]


@pytest.mark.parametrize("noun", ["pools", "variables", "connections"])
@pytest.mark.parametrize(("existing", "kept"), [("fail", 1), ("skip", 1), ("overwrite", 2)])
def test_one_name_twice_in_an_action(
    world: World, admin: httpx.Client, noun: str, existing: str, kept: int
) -> None:
    entities, field = _same(noun)
    admin.delete(f"/api/v2/{noun}/twice_{noun}")
    action = {"action": "create", "entities": entities, "action_on_existence": existing}
    done = admin.patch(f"/api/v2/{noun}", json={"actions": [action]}).json()["create"]
    assert done["success"] == [f"twice_{noun}"]
    assert [one["status_code"] for one in done["errors"]] == ([409] if existing == "fail" else [])
    assert str(admin.get(f"/api/v2/{noun}/twice_{noun}").json()[field]) == str(kept)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_nothing_may_have(world: World, admin: httpx.Client, name: str) -> None:
    for age in ("v1", "v2"):
        assert admin.post(f"/api/{age}/pools", json={"name": name, "slots": 1}).status_code == 400, age
    assert admin.post("/api/v1/roles", json={"name": name, "actions": []}).status_code == 400
    person = {"username": name, "email": "x@example.org", "password": "long enough"}
    assert admin.post("/api/v1/users", json=person).status_code == 400
    account = {"name": name, "description": ""}
    assert admin.post("/api/tradewind/serviceAccounts", json=account).status_code in {400, 422}


@pytest.mark.parametrize("name", GOOD)
def test_names_of_all_languages(world: World, admin: httpx.Client, name: str) -> None:
    assert admin.post("/api/v2/pools", json={"name": name, "slots": 1}).status_code == 201
    assert admin.get(f"/api/v2/pools/{quote(name)}").json()["name"] == name
    assert admin.post("/api/v1/roles", json={"name": name, "actions": []}).status_code == 200
    person = {"username": name, "email": f"{GOOD.index(name)}@example.org", "password": "long enough"}
    assert admin.post("/api/v1/users", json=person).status_code == 200
