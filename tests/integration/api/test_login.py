"""Tokens for names and passwords; and nothing without one."""

from __future__ import annotations

import json
import stat

import httpx
import pytest
from tests.integration.api.world import World

from tradewind.api.routes import public, ui

OPEN = {
    ("GET", "/api/v2/monitor/health"),
    ("GET", "/api/v2/version"),
    ("GET", "/health"),
    ("GET", "/auth/token"),
    ("POST", "/auth/token"),
    ("POST", "/auth/token/cli"),
    ("GET", "/api/v2/auth/login"),
    ("GET", "/api/v2/auth/logout"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/login/oidc"),
    ("GET", "/login/oidc/callback"),
}
"""Everything that answers without a token."""

OPERATIONS = [(operation.method, operation.path) for operation in [*public.operations(), *ui.operations()]]
FILLED = {
    "dag_id": "d",
    "dag_run_id": "r",
    "task_id": "t",
    "map_index": "0",
    "try_number": "1",
    "task_try_number": "1",
    "xcom_key": "k",
    "pool_name": "p",
    "import_error_id": "1",
    "event_log_id": "1",
    "version_number": "1",
    "backfill_id": "1",
    "asset_id": "1",
    "asset_alias_id": "1",
    "connection_id": "c",
    "group_id": "g",
    "file_token": "f",
    "variable_key": "v",
    "key": "k",
    "section": "core",
    "option": "parallelism",
    "webhook_name": "w",
    "account_name": "a",
    "token_id": "1",
    "group_name": "g",
    "username": "u",
    "role_name": "r",
}


BY_SECRET = {("POST", "/api/v2/webhooks/{webhook_name}")}
"""A secret opens them, no token of a person."""


def test_list_of_open_routes_is_complete() -> None:
    unguarded = {
        (it.method, it.path) for it in [*public.operations(), *ui.operations()] if it.resource is None
    }
    assert unguarded == OPEN


@pytest.mark.parametrize(("method", "path"), [it for it in OPERATIONS if it not in OPEN])
def test_no_answer_without_a_token(anonymous: httpx.Client, method: str, path: str) -> None:
    answer = anonymous.request(method, path.format(**FILLED))
    assert answer.status_code == 401
    assert "Not authenticated" in answer.json()["detail"]
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("method", "path"), [it for it in OPERATIONS if it not in OPEN])
def test_a_made_up_token_is_refused(anonymous: httpx.Client, method: str, path: str) -> None:
    answer = anonymous.request(method, path.format(**FILLED), headers={"Authorization": "Bearer e30.e30.e30"})
    assert answer.status_code == (403 if (method, path) not in BY_SECRET else 401)


def test_password_as_json_and_as_form(world: World, anonymous: httpx.Client) -> None:
    who = {"username": "admin", "password": world.passwords()["admin"]}
    for path in ("/auth/token", "/auth/token/cli"):
        for answer in (anonymous.post(path, json=who), anonymous.post(path, data=who)):
            assert answer.status_code == 201
            token = answer.json()["access_token"]
            listed = anonymous.get("/api/v2/dags", headers={"Authorization": f"Bearer {token}"})
            assert listed.status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"username": "admin", "password": "wrong"}, 401),
        ({"username": "nobody", "password": "x"}, 401),
        ({"username": "admin"}, 400),
        ({"username": "admin", "password": 7}, 400),
        ({}, 400),
    ],
)
def test_wrong_credentials(anonymous: httpx.Client, body: dict[str, object], status: int) -> None:
    answer = anonymous.post("/auth/token", json=body)
    assert answer.status_code == status
    assert "access_token" not in answer.text


def test_login_body_that_is_no_json(anonymous: httpx.Client) -> None:
    answer = anonymous.post("/auth/token", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    answer = anonymous.post("/auth/token", content=b"x", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


@pytest.mark.parametrize("body", ["[" * 30_000, '{"username": ' + "[" * 30_000])
def test_a_body_that_is_nested_too_deeply(anonymous: httpx.Client, body: str) -> None:
    answer = anonymous.post("/auth/token", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


def test_a_form_with_too_many_fields(anonymous: httpx.Client) -> None:
    fields = {**{f"field{i}": "x" for i in range(11)}, "username": "admin", "password": "x"}
    answer = anonymous.post("/auth/token", data=fields)
    assert answer.status_code == 400 and answer.json()["detail"].startswith("Too many fields")
    assert anonymous.post("/login", data=fields).status_code == 400


def test_no_token_without_password(anonymous: httpx.Client) -> None:
    assert anonymous.get("/auth/token").status_code == 403


def test_password_file_is_for_its_owner(world: World) -> None:
    path = world.home / "simple_auth_manager_passwords.json.generated"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(json.loads(path.read_text())) == {"admin", "olga", "udo", "vera"}


def test_roles(world: World) -> None:
    world.dag("roles")
    with world.client("vera") as vera, world.client("udo") as udo:
        assert vera.get("/api/v2/dags/roles").status_code == 200
        refused = vera.patch("/api/v2/dags/roles", json={"is_paused": True})
        assert refused.status_code == 403
        assert "viewer" in refused.json()["detail"]
        assert world.sql("SELECT is_paused FROM dag WHERE dag_id = 'roles'") == [(0,)]
        assert udo.patch("/api/v2/dags/roles", json={"is_paused": True}).status_code == 200


def test_cookie_counts_only_for_our_own_pages(
    world: World, admin: httpx.Client, anonymous: httpx.Client
) -> None:
    world.dag("cookie")
    token = admin.headers["Authorization"].removeprefix("Bearer ")
    cookie = {"Cookie": f"_token={token}"}
    assert anonymous.get("/api/v2/dags/cookie", headers=cookie).status_code == 200
    foreign = {**cookie, "Origin": "https://evil.example"}
    body = {"is_paused": True}
    assert anonymous.patch("/api/v2/dags/cookie", json=body, headers=foreign).status_code == 403
    own = {**cookie, "Origin": world.url}
    assert anonymous.patch("/api/v2/dags/cookie", json=body, headers=own).status_code == 200
