"""Service accounts, groups and webhooks over HTTP: what commands do, with rights and an audit log."""

from __future__ import annotations

import json

import httpx
import pytest
from tests.compat.cli.world import Home
from tests.integration.api.world import World, now

from tradewind.domain.spec import TaskSpec
from tradewind.store.transitions import asset_mentions

OURS = "/api/tradewind"


def ok(answer: httpx.Response, status: int = 200) -> dict:
    assert answer.status_code == status, answer.text
    return answer.json()


def audited(world: World, event: str) -> tuple[str, dict]:
    owner, extra = world.sql("SELECT owner, extra FROM log WHERE event = ? ORDER BY id DESC", event)[0]
    return owner, json.loads(extra)


def test_a_token_is_shown_once_and_may_what_its_scope_says(world: World, admin: httpx.Client) -> None:
    account = ok(admin.post(f"{OURS}/serviceAccounts", json={"name": "ci.eu", "description": "d"}), 201)
    assert (account["name"], account["description"]) == ("ci.eu", "d")
    assert admin.post(f"{OURS}/serviceAccounts", json={"name": "ci.eu"}).status_code == 409
    wished = {"account": "ci.eu", "scopes": ["Viewer"], "expires": "1d"}
    made = ok(admin.post(f"{OURS}/tokens", json=wished), 201)
    as_program = {"Authorization": f"Bearer {made['token']}"}
    ok(httpx.get(f"{world.url}/api/v2/dags", headers=as_program))
    assert httpx.get(f"{world.url}{OURS}/tokens", headers=as_program).status_code == 403
    listed = admin.get(f"{OURS}/tokens", params={"account": "ci.eu"})
    (row,) = ok(listed)["tokens"]
    assert (row["id"], row["scopes"], row["last_used_on"] is None) == (made["id"], ["Viewer"], False)
    assert made["token"] not in listed.text
    dump = b"".join(path.read_bytes() for path in world.home.glob("airflow.db*"))
    assert made["token"].encode() not in dump
    (by, told) = audited(world, "tokens_create")
    assert (by, told["name"], told["scopes"]) == ("admin", "ci.eu", ["Viewer"])
    assert admin.delete(f"{OURS}/tokens/{made['id']}").status_code == 204
    assert admin.delete(f"{OURS}/tokens/{made['id']}").status_code == 404
    assert audited(world, "tokens_revoke")[1]["id"] == made["id"]
    assert admin.delete(f"{OURS}/serviceAccounts/ci.eu").status_code == 204
    assert admin.get(f"{OURS}/serviceAccounts/ci.eu").status_code == 404


@pytest.mark.parametrize(
    ("changed", "status", "word"),
    [
        ({"account": "nobody"}, 404, "nobody"),
        ({"scopes": []}, 422, "scopes"),
        ({"scopes": ["Emperor"]}, 404, "Emperor"),
        ({"scopes": ["can_fly:DAGs"]}, 400, "can_fly"),
        ({"expires": "400d"}, 400, "366d"),
        ({"forever": True}, 422, "forever"),
    ],
)
def test_tokens_that_cannot_be(
    world: World, admin: httpx.Client, changed: dict, status: int, word: str
) -> None:
    name = world.fresh("prog")
    ok(admin.post(f"{OURS}/serviceAccounts", json={"name": name}), 201)
    answer = admin.post(f"{OURS}/tokens", json={"account": name, "scopes": ["Viewer"], **changed})
    assert (answer.status_code, word in answer.text) == (status, True), answer.text
    assert ok(admin.get(f"{OURS}/tokens", params={"account": name}))["tokens"] == []


def test_a_group_gives_its_roles_to_who_is_in_it(world: World, admin: httpx.Client) -> None:
    ann, bob = world.person("ann"), world.person("bob")
    with world.client(ann) as client:
        assert client.get("/api/v2/dags").status_code == 403
        made = ok(
            admin.post(f"{OURS}/groups", json={"name": "team", "roles": ["Viewer"], "users": [ann]}), 201
        )
        assert made == {"name": "team", "roles": ["Viewer"], "users": ["ann"]}
    with world.client(ann) as client:
        ok(client.get("/api/v2/dags"))
    changed = ok(admin.patch(f"{OURS}/groups/team", json={"roles": ["Op"], "users": [bob]}))
    assert (
        changed == {"name": "team", "roles": ["Op"], "users": ["bob"]} == ok(admin.get(f"{OURS}/groups/team"))
    )
    by, told = audited(world, "groups_edit")
    assert (by, told["before"]["users"], told["after"]["roles"]) == ("admin", ["ann"], ["Op"])
    assert admin.patch(f"{OURS}/groups/team", json={"users": ["nobody"]}).status_code == 404
    assert admin.patch(f"{OURS}/groups/team", json={"roles": ["Emperor"]}).status_code == 404
    assert ok(admin.get(f"{OURS}/groups"))["groups"] == [changed]
    assert admin.delete(f"{OURS}/groups/team").status_code == 204
    assert admin.get(f"{OURS}/groups/team").status_code == 404


def test_a_webhook_made_here_works_until_its_secret_is_another(
    world: World, admin: httpx.Client, anonymous: httpx.Client
) -> None:
    world.dag("deploy")
    wished = {"name": "push", "dag_id": "deploy", "params": {"commit": "/after"}}
    made = ok(admin.post(f"{OURS}/webhooks", json=wished), 201)

    def deliver(secret: str) -> int:
        known = {"Authorization": f"Bearer {secret}"}
        return anonymous.post(made["path"], json={"after": "c0ffee"}, headers=known).status_code

    assert deliver(made["secret"]) == 200
    assert world.sql("SELECT conf FROM dag_run WHERE dag_id = 'deploy'") == [('{"commit":"c0ffee"}',)]
    shown = admin.get(f"{OURS}/webhooks/push")
    assert (ok(shown)["dag_id"], made["secret"] in shown.text) == ("deploy", False)
    other = ok(admin.post(f"{OURS}/webhooks/push/secret", json={}))["secret"]
    assert (deliver(made["secret"]), deliver(other)) == (401, 200)
    brought = ok(admin.post(f"{OURS}/webhooks/push/secret", json={"secret": "brought-by-the-sender"}))
    assert (brought["secret"], deliver("brought-by-the-sender")) == (None, 200)
    assert audited(world, "webhook_rotate")[0] == "admin"
    assert "brought" not in str(world.sql("SELECT extra FROM log"))
    assert admin.delete(f"{OURS}/webhooks/push").status_code == 204
    assert deliver("brought-by-the-sender") == 401


@pytest.mark.parametrize(
    ("changed", "status", "word"),
    [
        ({"dag_id": None}, 400, "asset_id"),
        ({"asset_id": 1}, 400, "asset_id"),
        ({"dag_id": "nothing"}, 404, "nothing"),
        ({"dag_id": None, "asset_id": 4711}, 404, "4711"),
        ({"params": {"who": "/a/-"}}, 400, "pointer"),
        ({"name": "a/b"}, 400, "Webhook name"),
        ({"secret": "short"}, 400, "shorter than 16"),
    ],
)
def test_webhooks_that_cannot_be(
    world: World, admin: httpx.Client, changed: dict, status: int, word: str
) -> None:
    dag_id = world.fresh("hooked")
    world.dag(dag_id)
    answer = admin.post(f"{OURS}/webhooks", json={"name": dag_id, "dag_id": dag_id, **changed})
    assert (answer.status_code, word in answer.text) == (status, True), answer.text
    assert world.sql("SELECT name FROM webhook WHERE name = ?", dag_id) == []


@pytest.mark.parametrize("kind", ["dag", "asset"])
def test_who_manages_users_reaches_the_webhooks_of_their_dags(
    world: World, admin: httpx.Client, kind: str
) -> None:
    mine, theirs = world.fresh("mine"), world.fresh("theirs")
    started = {}
    for dag_id in (mine, theirs):
        makes = TaskSpec(task_id="make", outlets=({"type": "asset", "name": dag_id, "uri": dag_id},))
        spec = world.dag(dag_id, tasks=(makes,))
        with world.database.write() as tx:
            asset_mentions.declare(tx, spec, now())
            number = asset_mentions.asset_id(tx, {"name": dag_id, "uri": dag_id}, now())
        started[dag_id] = {"dag_id": dag_id} if kind == "dag" else {"asset_id": number}
        ok(admin.post(f"{OURS}/webhooks", json={"name": dag_id, **started[dag_id]}), 201)
    words = [(action, "Users") for action in ("can_read", "can_create", "can_edit", "can_delete")]
    role = world.role(f"keeper_{kind}", *words, ("can_read", f"DAG:{mine}"))
    with world.client(world.person(f"kim_{kind}", role)) as client:
        assert [one["name"] for one in ok(client.get(f"{OURS}/webhooks"))["webhooks"]] == [mine]
        ok(client.get(f"{OURS}/webhooks/{mine}"))
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/secret")):
            there = client.request(method, f"{OURS}/webhooks/{theirs}{path}")
            ghost = client.request(method, f"{OURS}/webhooks/ghost{path}")
            assert there.status_code == 404
            assert there.text.replace(theirs, "ghost") == ghost.text
        refused = client.post(f"{OURS}/webhooks", json={"name": "new", **started[theirs]})
        assert refused.status_code == 404
    assert world.sql("SELECT count(*) FROM webhook WHERE name = ?", theirs) == [(1,)]


def test_commands_and_http_are_one(world: World, admin: httpx.Client) -> None:
    shell = Home(world.home)
    ok(admin.post(f"{OURS}/serviceAccounts", json={"name": "both"}), 201)
    token = shell.ok("tokens", "create", "both", "--scope", "Viewer").out.strip()
    (row,) = ok(admin.get(f"{OURS}/tokens", params={"account": "both"}))["tokens"]
    ok(httpx.get(f"{world.url}/api/v2/dags", headers={"Authorization": f"Bearer {token}"}))
    shell.ok("tokens", "revoke", str(row["id"]))
    assert ok(admin.get(f"{OURS}/tokens", params={"account": "both"}))["tokens"] == []
