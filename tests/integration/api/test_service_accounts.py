"""Tokens of service accounts: scoped, expiring, shown once, stored as a digest, revocable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from tests.compat.cli.world import Home
from tests.integration.api.test_people import status_becomes
from tests.integration.api.world import World, now

DAGS = "/api/v2/dags"


@pytest.fixture(scope="module")
def shell(world: World) -> Home:
    return Home(world.home)


class Bearer(httpx.Client):
    """A program with a token."""

    def __init__(self, world: World, token: str) -> None:
        super().__init__(base_url=world.url, timeout=20, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def made(world: World, shell: Home) -> Iterator:
    clients: list[Bearer] = []

    def make(*words: str) -> Bearer:
        name = world.fresh("ci")
        shell.ok("service-accounts", "create", name)
        token = shell.ok("tokens", "create", name, *words).out.strip()
        assert token.startswith("twsa_") and len(token) > 40
        clients.append(Bearer(world, token))
        clients[-1].headers["X-Name"] = name
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def listed(shell: Home, client: httpx.Client) -> dict:
    (row,) = json.loads(shell.ok("tokens", "list", client.headers["X-Name"], "-o", "json").out)
    return row


def test_a_token_may_what_its_role_may_and_is_listed_with_its_last_use(
    world: World, shell: Home, made
) -> None:
    client = made("--scope", "Viewer", "--expires", "12h")
    assert listed(shell, client)["last_used_on"] in (None, "", "None")
    assert client.get(DAGS).status_code == 200
    refused = client.get("/api/v2/connections")
    assert refused.status_code == 403 and "service:" in refused.json()["detail"]
    row = listed(shell, client)
    assert row["scopes"] == "Viewer" and str(row["last_used_on"]).startswith(now().strftime("%Y-"))


def test_a_token_of_one_dag_reaches_that_dag_only(world: World, made) -> None:
    own, other = world.fresh("own"), world.fresh("other")
    world.dag(own)
    world.dag(other)
    client = made("--scope", f"can_read:DAG:{own}", "--scope", f"can_create:DAG Run:{own}")
    assert [dag["dag_id"] for dag in client.get(DAGS).json()["dags"]] == [own]
    assert client.get(f"{DAGS}/{other}").status_code == 404
    assert client.post(f"{DAGS}/{own}/dagRuns", json={"logical_date": None}).status_code == 200
    assert client.post(f"{DAGS}/{other}/dagRuns", json={"logical_date": None}).status_code == 404
    assert client.patch(f"{DAGS}/{own}", json={"is_paused": True}).status_code == 403
    ((owner,),) = world.sql("SELECT owner FROM log WHERE event = 'trigger_dag_run' AND dag_id = ?", own)
    assert owner == f"service:{client.headers['X-Name']}"


def test_only_a_digest_is_stored(world: World, made) -> None:
    client = made("--scope", "Admin")
    secret = client.headers["Authorization"].removeprefix("Bearer twsa_").encode()
    client.get(DAGS)
    for file in world.home.iterdir():
        if file.is_file():
            assert secret not in file.read_bytes(), file


@pytest.mark.parametrize("how", ["revoked", "its account deleted", "expired"])
def test_what_ends_a_token(world: World, shell: Home, made, how: str) -> None:
    client = made("--scope", "Viewer")
    assert client.get(DAGS).status_code == 200
    name, number = client.headers["X-Name"], listed(shell, client)["id"]
    if how == "revoked":
        assert name in shell.ok("tokens", "revoke", str(number)).out
    elif how == "expired":
        past = (now() - timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
        world.sql("UPDATE service_token SET expires_on = ? WHERE id = ?", past, number)
    else:
        shell.ok("service-accounts", "delete", name)
        assert world.sql("SELECT count(*) FROM service_token WHERE id = ?", number) == [(0,)]
    status_becomes(client, DAGS, 403)


@pytest.mark.parametrize("token", ["twsa_", "twsa_x", "twsa_" + "A" * 43, "twsa_\u00e9"])
def test_made_up_tokens_are_refused(world: World, token: str) -> None:
    with httpx.Client(base_url=world.url) as client:
        answer = client.get(DAGS, headers={"Authorization": f"Bearer {token}".encode("latin-1")})
    assert answer.status_code == 403


def test_a_token_is_no_cookie(world: World, made) -> None:
    token = made("--scope", "Viewer").headers["Authorization"].removeprefix("Bearer ")
    with httpx.Client(base_url=world.url, cookies={"_token": token}) as client:
        assert client.get(DAGS).status_code == 403


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("tokens create nobody --scope Viewer", "create nobody' makes one"),
        ("tokens create {0}", "--scope"),
        ("tokens create {0} --scope Vewer", "Did you mean 'Viewer'?"),
        ("tokens create {0} --scope can_fly:DAGs", "can_fly"),
        ("tokens create {0} --scope can_read:DAGz", "DAGz"),
        ("tokens create {0} --scope Viewer --expires 400d", "at most 366d"),
        ("tokens create {0} --scope Viewer --expires 0d", "got '0d'"),
        ("tokens create {0} --scope Viewer --expires tomorrow", "such as 30d"),
        ("tokens revoke 987654", "no token 987654"),
        ("tokens list nobody", "no service account 'nobody'"),
        ("service-accounts create {0}", "exists already"),
        ("service-accounts delete nobody", "no service account 'nobody'"),
        ("users create -u service:x -e x -f x -l x -r Viewer -p x", "not begin with 'service:'"),
    ],
)
def test_bad_input_is_named_and_changes_nothing(world: World, shell: Home, words: str, said: str) -> None:
    rows = world.sql("SELECT count(*) FROM service_account WHERE name = 'taken'")
    if rows == [(0,)]:
        shell.ok("service-accounts", "create", "taken")
    before = world.sql("SELECT (SELECT count(*) FROM service_token), (SELECT count(*) FROM ab_user)")
    done = shell.run(*words.format("taken").split())
    assert done.code in (1, 2) and said in done.err, done
    assert world.sql("SELECT (SELECT count(*) FROM service_token), (SELECT count(*) FROM ab_user)") == before
