"""Webhooks: an event from outside becomes a run, once, and nobody else's does."""

from __future__ import annotations

import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.integration.api import serve
from tests.integration.api.world import PARAMS, World, now

from tradewind.domain.errors import Conflict
from tradewind.secrets.cipher import Cipher
from tradewind.store.queries import webhooks
from tradewind.store.transitions import asset_mentions

SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSB0ZXN0cyE="
EVENT = {"ref": "refs/heads/main", "commits": [{"id": "c0ffee", "size": 3}]}


def make(world: World, name: str, dag_id: str | None = None, **more: Any) -> str:
    values = {"params": {}, "signed_only": False, "secret": SECRET, **more}
    with world.database.write() as tx:
        webhooks.create(tx, name, dag_id=dag_id, now=now(), cipher=Cipher([serve.CIPHER_KEY]), **values)
    return f"/api/v2/webhooks/{name}"


def deliver(client: httpx.Client, path: str, body: Any = EVENT, **headers: str) -> httpx.Response:
    """Signed as GitHub does."""
    raw = json.dumps(body).encode()
    signature = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    return client.post(path, content=raw, headers={"X-Hub-Signature-256": f"sha256={signature}", **headers})


def runs(world: World, dag_id: str) -> list[tuple[str, str, str]]:
    return world.sql("SELECT run_id, conf, triggering_user_name FROM dag_run WHERE dag_id = ?", dag_id)


def test_an_event_becomes_a_run(world: World, anonymous: httpx.Client) -> None:
    world.dag("deploy")
    path = make(world, "push", "deploy")
    world.wakes()
    answer = deliver(anonymous, path)
    assert answer.status_code == 200, answer.text
    [(run_id, conf, user)] = runs(world, "deploy")
    assert answer.json()["dag_run_id"] == run_id
    assert json.loads(conf) == EVENT
    assert user == "webhook:push"
    assert world.wakes() == [("run", "deploy", run_id)]
    [(event, owner)] = world.sql("SELECT event, owner FROM log WHERE dag_id = 'deploy'")
    assert (event, owner) == ("webhook", "webhook:push")


def test_params_are_taken_from_the_body(world: World, anonymous: httpx.Client) -> None:
    world.dag("sized", params=PARAMS)
    pointers = {"size": "/commits/0/size", "day": "/not/there"}
    path = make(world, "sizes", "sized", params=pointers)
    assert deliver(anonymous, path).status_code == 200
    [(_, conf, _)] = runs(world, "sized")
    assert json.loads(conf) == {"size": 3}, "what is not there is left to the default"
    wrong = deliver(anonymous, path, {"commits": [{"size": "huge"}]}, **{"X-GitHub-Delivery": "w1"})
    assert wrong.status_code == 400
    assert "size" in wrong.json()["detail"]
    assert len(runs(world, "sized")) == 1
    again = deliver(anonymous, path, **{"X-GitHub-Delivery": "w1"})
    assert again.json()["duplicate"] is False, "what was refused has not come"


def test_a_delivery_counts_once_however_often_it_comes(world: World, anonymous: httpx.Client) -> None:
    world.dag("once")
    path = make(world, "again", "once")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: deliver(anonymous, path, **{"X-GitHub-Delivery": "d1"}), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["duplicate"] for answer in answers) == [False] + [True] * 7
    [(run_id, _, _)] = runs(world, "once")
    assert {answer.json()["dag_run_id"] for answer in answers} == {run_id}
    assert deliver(anonymous, path, **{"X-GitHub-Delivery": "d2"}).json()["duplicate"] is False
    assert deliver(anonymous, path).json()["delivery_id"] is None
    assert len(runs(world, "once")) == 3
    world.sql("UPDATE webhook_delivery SET received_at = '2020-01-01 00:00:00.000000'")
    assert deliver(anonymous, path, **{"X-GitHub-Delivery": "d1"}).json()["duplicate"] is False


def test_who_does_not_know_the_secret_is_told_nothing(
    world: World, anonymous: httpx.Client, admin: httpx.Client
) -> None:
    world.dag("guarded")
    path = make(world, "guard", "guarded")
    body = json.dumps(EVENT)
    wrong = {"X-Hub-Signature-256": "sha256=" + "0" * 64}
    for client, where, headers in (
        (anonymous, path, {}),
        (anonymous, path, wrong),
        (anonymous, path, {"Authorization": "Bearer whsec_wrong"}),
        (admin, path, {}),
        (anonymous, "/api/v2/webhooks/nowhere", {"Authorization": f"Bearer {SECRET}"}),
    ):
        answer = client.post(where, content=body, headers=headers)
        assert answer.status_code == 401, answer.text
        assert "guarded" not in answer.text
        assert answer.json()["detail"].replace("nowhere", "guard") == (
            "Not authenticated: nothing proves that the sender knows the secret of webhook 'guard'. Sign the "
            "body (X-Hub-Signature-256 or webhook-signature), or send 'Authorization: Bearer SECRET'."
        )
    assert runs(world, "guarded") == []


def test_the_secret_itself_is_enough_unless_it_is_refused(world: World, anonymous: httpx.Client) -> None:
    world.dag("plain")
    known = {"Authorization": f"Bearer {SECRET}"}
    lax, strict = make(world, "lax", "plain"), make(world, "strict", "plain", signed_only=True)
    assert anonymous.post(lax, json={}, headers=known).status_code == 200
    assert anonymous.post(strict, json={}, headers=known).status_code == 401
    assert deliver(anonymous, strict, {}).status_code == 200


@pytest.mark.parametrize(
    ("raw", "status", "words"),
    [
        (b"{", 422, "JSON"),
        (b"", 422, "required"),
        (b"[1]", 422, "JSON object"),
        (b'"\\ud800"', 422, "JSON"),
        (b"[" * 100_000, 422, "JSON"),
    ],
)
def test_bodies_that_cannot_be(
    world: World, anonymous: httpx.Client, raw: bytes, status: int, words: str
) -> None:
    dag_id = world.fresh("bad")
    world.dag(dag_id)
    path = make(world, dag_id, dag_id)
    answer = anonymous.post(path, content=raw, headers={"Authorization": f"Bearer {SECRET}"})
    assert (answer.status_code, words in answer.text) == (status, True), answer.text[:300]
    assert runs(world, dag_id) == []


def test_an_asset_is_updated(world: World, anonymous: httpx.Client) -> None:
    with world.database.write() as tx:
        number = asset_mentions.asset_id(tx, {"name": "orders", "uri": "s3://shop/orders"}, now())
    path = make(world, "orders-came", asset_id=number, params={"ref": "/ref"})
    answer = deliver(anonymous, path, **{"X-GitHub-Delivery": "a1"})
    assert (answer.status_code, answer.json()["asset_id"]) == (200, number)
    assert deliver(anonymous, path, **{"X-GitHub-Delivery": "a1"}).json()["duplicate"] is True
    [(extra,)] = world.sql("SELECT extra FROM asset_event WHERE asset_id = ?", number)
    assert json.loads(extra) == {"ref": "refs/heads/main", "from_webhook": "orders-came"}


def test_a_webhook_goes_with_its_dag_and_its_name_is_taken_once(
    world: World, anonymous: httpx.Client
) -> None:
    world.dag("brief")
    path = make(world, "brief", "brief")
    with pytest.raises(Conflict, match="webhooks delete brief"):
        make(world, "brief", "brief")
    assert deliver(anonymous, path, **{"X-GitHub-Delivery": "b1"}).status_code == 200
    with world.database.write() as tx:
        webhooks.delete(tx, "brief")
    assert deliver(anonymous, path).status_code == 401
    assert world.sql("SELECT count(*) FROM webhook_delivery WHERE webhook = 'brief'") == [(0,)]


def test_a_ping_of_github_starts_nothing(world: World, anonymous: httpx.Client) -> None:
    world.dag("pinged")
    path = make(world, "pings", "pinged")
    ping = {"X-GitHub-Event": "ping", "X-GitHub-Delivery": "p1"}
    assert deliver(anonymous, path, {"zen": "Design for failure."}, **ping).status_code == 200
    assert anonymous.post(path, json={}, headers=ping).status_code == 401, "a ping proves who sends it, too"
    assert runs(world, "pinged") == []
    push = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "p2"}
    assert deliver(anonymous, path, **push).json()["dag_run_id"]


@pytest.mark.parametrize("body", [[1], "text", None, 7])
def test_params_are_taken_from_objects_alone(world: World, anonymous: httpx.Client, body: Any) -> None:
    dag_id = world.fresh("picky")
    world.dag(dag_id)
    path = make(world, dag_id, dag_id, params={"size": "/0"})
    assert deliver(anonymous, path, body).status_code == 422
    assert runs(world, dag_id) == []
