"""Users and roles over HTTP: what the commands do, under the same rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.compat.cli.world import Home
from tests.integration.api.test_managing import OURS, audited, ok
from tests.integration.api.test_people import log_in, status_becomes
from tests.integration.api.world import World, serving

USERS, ROLES = f"{OURS}/users", f"{OURS}/roles"
READS_DAGS = {"action": "can_read", "resource": "DAGs"}


def test_a_user_is_made_changed_and_deleted(world: World, admin: httpx.Client) -> None:
    body = {"username": "zoe", "password": "first one", "email": "zoe@example.org", "roles": ["Viewer"]}
    made = ok(admin.post(USERS, json=body), 201)
    assert (made["source"], made["active"], made["roles"]) == ("database", True, ["Viewer"])
    token = log_in(world, "zoe", "first one").json()["access_token"]
    with world.client(None) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        ok(client.get("/api/v2/dags"))
        sent = {"password": "second one", "first_name": "Zoe", "roles": ["Op", "Viewer"]}
        changed = ok(admin.patch(f"{USERS}/zoe", json=sent))
        assert changed == {
            **made,
            "first_name": "Zoe",
            "roles": ["Op", "Viewer"],
            "last_login": changed["last_login"],
        }
        assert changed["last_login"] is not None
        status_becomes(client, "/api/v2/dags", 403)
    assert [log_in(world, "zoe", one).status_code for one in ("first one", "second one")] == [401, 201]
    by, told = audited(world, "users_edit")
    assert (by, told["before"]["roles"], told["after"]["roles"]) == ("admin", ["Viewer"], ["Op", "Viewer"])
    assert told["fields"] == ["first_name", "password", "roles"]
    assert ok(admin.patch(f"{USERS}/zoe", json={"active": False}))["active"] is False
    assert log_in(world, "zoe", "second one").status_code == 401
    assert (audited(world, "users_edit")[1]["before"]["active"], log_in_again(world, admin)) == (True, 201)
    assert admin.delete(f"{USERS}/zoe").status_code == 204
    assert admin.get(f"{USERS}/zoe").status_code == admin.patch(f"{USERS}/zoe", json={}).status_code == 404
    log = json.dumps(world.sql("SELECT extra FROM log"))
    assert "first one" not in log and "second one" not in log and "$argon2" not in log


def log_in_again(world: World, admin: httpx.Client) -> int:
    ok(admin.patch(f"{USERS}/zoe", json={"active": True}))
    return log_in(world, "zoe", "second one").status_code


@pytest.mark.parametrize(
    ("changed", "status", "word"),
    [
        ({"roles": ["Emperor"]}, 404, "Emperor"),
        ({"username": "VERA"}, 409, "vera"),
        ({"username": "a/b"}, 400, "slashes"),
        ({"username": "x" * 513}, 422, "username"),
        ({"password": ""}, 422, "password"),
        ({"first_name": "x" * 257}, 422, "first_name"),
        ({"email": "taken@example.org"}, 409, "taken_here"),
        ({"password_hash": "x"}, 422, "password_hash"),
    ],
)
def test_users_that_cannot_be(
    world: World, admin: httpx.Client, changed: dict[str, Any], status: int, word: str
) -> None:
    admin.post(USERS, json={"username": "taken_here", "password": "p", "email": "taken@example.org"})
    before = world.sql("SELECT count(*) FROM ab_user")
    body = {"username": world.fresh("never"), "password": "long enough", **changed}
    answer = admin.post(USERS, json=body)
    assert (answer.status_code, word in answer.text) == (status, True), answer.text
    assert world.sql("SELECT count(*) FROM ab_user") == before


def test_users_of_the_configuration_are_shown_and_stay(world: World, admin: httpx.Client) -> None:
    listed = ok(admin.get(USERS, params={"limit": 100}))
    (vera,) = (one for one in listed["users"] if one["username"] == "vera")
    assert (vera["source"], vera["roles"]) == ("configuration", ["viewer"])
    assert ok(admin.get(f"{USERS}/vera")) == vera
    for answer in (admin.patch(f"{USERS}/vera", json={"active": False}), admin.delete(f"{USERS}/vera")):
        assert answer.status_code == 409
        assert "simple_auth_manager_users" in answer.text and "users create --username vera" in answer.text
    names = [one["username"] for one in listed["users"]]
    page = ok(admin.get(USERS, params={"limit": 2, "offset": 1}))
    assert ([one["username"] for one in page["users"]], page["total_entries"]) == (names[1:3], len(names))


@pytest.mark.parametrize("part", ["hans-P", "BOLT@example", "müll", "jürgen"])
def test_users_are_found_by_a_part_of_what_they_are_called(
    world: World, admin: httpx.Client, part: str
) -> None:
    body = {"username": "hans-peter", "password": "p", "email": "bolt@example.org", "last_name": "Müller"}
    admin.post(USERS, json={**body, "first_name": "Jürgen"})
    found = ok(admin.get(USERS, params={"search": part}))
    assert ([one["username"] for one in found["users"]], found["total_entries"]) == (["hans-peter"], 1)


def test_who_logs_in_elsewhere_gets_no_password_here(world: World, admin: httpx.Client) -> None:
    name = world.person(world.fresh("ldap"), "Viewer")
    world.sql("UPDATE ab_user SET source = 'ldap', password = NULL WHERE username = ?", name)
    for path in (f"{USERS}/{name}", f"/api/v1/users/{name}"):
        refused = admin.patch(path, json={"password": "mine now"})
        assert (refused.status_code, "'ldap'" in refused.text or "by ldap" in refused.text) == (409, True)
    assert world.sql("SELECT password FROM ab_user WHERE username = ?", name) == [(None,)]
    assert ok(admin.get(f"{USERS}/{name}"))["source"] == "ldap"


@pytest.fixture
def orphaned(tmp_path: Path) -> Iterator[World]:
    """A server whose configuration has no admin."""
    with serving(tmp_path / "home", people="vera:viewer") as made:
        yield made


def test_the_last_admin_stays_one(orphaned: World) -> None:
    name, other = orphaned.person("chief", "Admin"), orphaned.person("other", "Viewer")
    with orphaned.client(name) as client:
        for body in ({"active": False}, {"roles": ["Viewer"]}):
            refused = client.patch(f"{USERS}/{name}", json=body)
            assert (refused.status_code, "last admin" in refused.text) == (409, True), refused.text
        assert client.delete(f"{USERS}/{name}").status_code == 409
        ok(client.patch(f"{USERS}/{other}", json={"roles": ["Admin"]}))
        assert client.delete(f"{USERS}/{name}").status_code == 204


def test_a_role_is_made_changed_and_deleted(world: World, admin: httpx.Client) -> None:
    world.dag("granting", access_control={})
    made = ok(admin.post(ROLES, json={"name": "readers", "permissions": [READS_DAGS]}), 201)
    assert (made["built_in"], made["permissions"]) == (False, [READS_DAGS])
    world.sql("INSERT INTO role_permission (role, action, resource, from_dag)"
              " VALUES ('readers', 'can_edit', 'DAG:granting', 'granting')")  # fmt: skip
    ann = world.person(world.fresh("ann"), "readers")
    with world.client(ann) as client:
        ok(client.get("/api/v2/dags"))
        pools = {"action": "can_read", "resource": "Pools"}
        changed = ok(admin.patch(f"{ROLES}/readers", json={"permissions": [pools]}))
        assert changed["permissions"] == [pools]
        assert changed["permissions_of_dag_files"] == [{"action": "can_edit", "resource": "DAG:granting"}]
        status_becomes(client, "/api/v2/dags", 403)
        ok(client.get("/api/v2/pools"))
    _, told = audited(world, "roles_edit")
    assert (told["before"], told["after"]) == (
        {"permissions": [["can_read", "DAGs"]]}, {"permissions": [["can_read", "Pools"]]},
    )  # fmt: skip
    held = admin.delete(f"{ROLES}/readers")
    assert (held.status_code, "Take it from them" in held.text) == (409, True)
    ok(admin.patch(f"{USERS}/{ann}", json={"roles": []}))
    assert admin.delete(f"{ROLES}/readers").status_code == 204
    assert admin.get(f"{ROLES}/readers").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "word"),
    [
        ("POST", "", {"name": "viewer"}, 409, "Viewer"),
        (
            "POST",
            "",
            {"name": "r", "permissions": [{"action": "can_fly", "resource": "DAGs"}]},
            400,
            "can_fly",
        ),
        ("POST", "", {"name": "r", "permissions": [{"action": "can_read", "resource": "DAG"}]}, 400, "DAGs"),
        ("POST", "", {"name": "x" * 65}, 422, "name"),
        ("PATCH", "/Viewer", {"permissions": []}, 409, "built in"),
        ("PATCH", "/ghost", {"permissions": []}, 404, "ghost"),
        ("PATCH", "/Viewer", {}, 422, "permissions"),
        ("DELETE", "/Admin", None, 409, "built in"),
    ],
)
def test_roles_that_cannot_be(
    world: World, admin: httpx.Client, method: str, path: str, body: Any, status: int, word: str
) -> None:
    answer = admin.request(method, f"{ROLES}{path}", json=body)
    assert (answer.status_code, word in answer.text) == (status, True), answer.text
    assert ok(admin.get(f"{ROLES}/Viewer"))["built_in"] is True
    assert world.sql("SELECT * FROM ab_role WHERE name = 'r'") == []


def test_a_role_that_a_token_has_stays(world: World, admin: httpx.Client) -> None:
    """Else whoever makes a role of that name later gives the token what it may."""
    role, account = world.role(world.fresh("scoped")), world.fresh("prog")
    ok(admin.post(f"{OURS}/serviceAccounts", json={"name": account}), 201)
    made = ok(admin.post(f"{OURS}/tokens", json={"account": account, "scopes": [role]}), 201)
    refused = admin.delete(f"{ROLES}/{role}")
    assert (refused.status_code, "1 tokens" in refused.text) == (409, True), refused.text
    assert admin.delete(f"{OURS}/tokens/{made['id']}").status_code == 204
    assert admin.delete(f"{ROLES}/{role}").status_code == 204


def test_commands_and_http_agree(world: World, admin: httpx.Client) -> None:
    shell = Home(world.home)
    ok(admin.post(ROLES, json={"name": "both", "permissions": [READS_DAGS]}), 201)
    ok(admin.post(USERS, json={"username": "bo", "password": "p", "roles": ["both"]}), 201)
    shell.ok("users", "add-role", "-u", "bo", "-r", "Viewer")
    shell.ok("users", "deactivate", "-u", "bo")
    shell.ok("roles", "add-perms", "both", "-r", "Pools", "-a", "can_read")
    shown = ok(admin.get(f"{USERS}/bo"))
    assert (shown["active"], shown["roles"]) == (False, ["Viewer", "both"])
    assert len(ok(admin.get(f"{ROLES}/both"))["permissions"]) == 2
