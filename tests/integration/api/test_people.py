"""S5: users in the tables log in; what happens to them counts for tokens that they hold already."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from tests.integration.api.world import World, now, wait_for

from tradewind.auth import passwords, people
from tradewind.store import migrations
from tradewind.store.database import Database
from tradewind.store.queries import roles, users

DAGS = "/api/v2/dags"
SOON = people.REMEMBERED + 3
"""Within five seconds, as promised."""


def log_in(world: World, name: str, password: str) -> httpx.Response:
    return httpx.post(f"{world.url}/auth/token", json={"username": name, "password": password}, timeout=20)


def status_becomes(client: httpx.Client, path: str, status: int) -> None:
    wait_for(lambda: client.get(path).status_code == status, f"{status} for {path}", SOON)


def change(world: World, name: str, **fields: object) -> None:
    with world.database.write() as tx:
        assert users.change(tx, name, now=now(), **fields)


def test_a_user_of_the_tables_logs_in(world: World) -> None:
    name = world.person(world.fresh("ann"), "Viewer")
    with world.client(name) as client:
        assert client.get(DAGS).status_code == 200
        refused = client.patch(f"{DAGS}/nothing", json={"is_paused": True})
        assert refused.status_code == 403 and "'Viewer'" in refused.json()["detail"]
    with world.database.read() as tx:
        assert users.get(tx, name).last_login is not None


@pytest.mark.parametrize("wrong", ["", "x", "password of", "$argon2id$v=19"])
def test_a_wrong_password_is_refused(world: World, wrong: str) -> None:
    name = world.person(world.fresh("bob"), "Admin")
    assert log_in(world, name, wrong).status_code in ({400} if not wrong else {401})
    assert log_in(world, name, passwords.hash_password(f"password of {name}")).status_code == 401


def test_a_user_without_a_password_cannot_log_in(world: World) -> None:
    name = world.fresh("ldap")
    with world.database.write() as tx:
        users.create(tx, name, password_hash=None, roles=["Admin"], now=now())
    assert log_in(world, name, "None").status_code == 401


def test_plain_text_in_the_column_is_no_password(world: World) -> None:
    name = world.person(world.fresh("plain"), "Admin", password_hash="secret")
    assert log_in(world, name, "secret").status_code == 401


def test_an_older_hash_is_replaced_at_log_in_and_tokens_stay_good(world: World) -> None:
    password = "password of old_1"
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), b"salt", 1000).hex()
    name = world.person(world.fresh("old"), "Viewer", password_hash=f"pbkdf2:sha256:1000$salt${digest}")
    world._made[name] = password
    with world.client(name) as client:
        with world.database.read() as tx:
            assert users.get(tx, name).password_hash.startswith("$argon2id$")
        assert client.get(DAGS).status_code == 200
        assert log_in(world, name, password).status_code == 201


ENDINGS: dict[str, tuple[Callable[[World, str], None], int]] = {
    "disabled": (lambda world, name: change(world, name, active=False), 403),
    "another password": (
        lambda world, name: change(world, name, password_hash=passwords.hash_password("new")), 403,
    ),
    "deleted": (lambda world, name: _in(world, lambda tx: users.delete(tx, name)), 403),
    "role taken": (
        lambda world, name: _in(world, lambda tx: users.set_roles(tx, users.get(tx, name), [])), 403,
    ),
}  # fmt: skip


def _in(world: World, work: Callable) -> None:
    with world.database.write() as tx:
        work(tx)


@pytest.mark.parametrize("how", ENDINGS)
def test_what_ends_a_users_rights_ends_their_tokens(world: World, how: str) -> None:
    name = world.person(world.fresh("eve"), "Viewer")
    end, status = ENDINGS[how]
    with world.client(name) as client:
        assert client.get(DAGS).status_code == 200
        end(world, name)
        status_becomes(client, DAGS, status)


def test_a_disabled_user_is_not_let_in_and_enabling_revives_no_token(world: World) -> None:
    name = world.person(world.fresh("dis"), "Viewer")
    with world.client(name) as client:
        change(world, name, active=False)
        assert log_in(world, name, f"password of {name}").status_code == 401
        status_becomes(client, DAGS, 403)
        change(world, name, active=True)
        assert log_in(world, name, f"password of {name}").status_code == 201
        with world.client(name) as anew:
            status_becomes(anew, DAGS, 200)  # so the server knows that the user is back
        assert client.get(DAGS).status_code == 403


def test_a_user_of_that_name_in_the_tables_replaces_the_configured_one(world: World) -> None:
    """``users create --username admin``, as many articles begin, then logging in with the password given
    there.
    """
    generated = world.passwords()["olga"]
    assert log_in(world, "olga", generated).status_code == 201
    world.person("olga", "Viewer")
    assert log_in(world, "olga", generated).status_code == 401
    with world.client("olga") as client:
        assert client.get("/api/v2/pools").status_code == 200
        assert client.patch(f"{DAGS}/x", json={"is_paused": True}).status_code == 403


def test_roles_of_groups_count(world: World) -> None:
    name = world.person(world.fresh("gus"))
    with world.client(name) as client:
        assert client.get(DAGS).status_code == 403
        with world.database.write() as tx:
            roles.create_group(tx, "readers")
            roles.set_group_roles(tx, "readers", ["Viewer"])
            roles.add_to_group(tx, "readers", users.get(tx, name).id)
        status_becomes(client, DAGS, 200)


def test_a_name_that_somebody_has_is_no_new_one(world: World, admin: httpx.Client) -> None:
    world.person("Ops", "Viewer")
    body = {"email": "", "password": "p", "roles": [{"name": "Viewer"}]}
    for name in ("admin", "Admin", "ops", "OPS"):
        answer = admin.post("/api/v1/users", json={**body, "username": name})
        assert (answer.status_code, "exists already" in answer.text) == (409, True), name
    with world.client("admin") as still:
        assert still.get(DAGS).status_code == 200


def test_groups_and_users_in_a_database_that_ignores_case(tmp_path: Path) -> None:
    """As MySQL's does; SQLite's columns do where they are told to."""
    database = Database(f"sqlite:///{tmp_path}/airflow.db")
    migrations.migrate(database)
    with sqlite3.connect(tmp_path / "airflow.db") as connection:
        for table, column in (("ab_group", "name"), ("ab_user", "username")):
            (made,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
            told, changes = re.subn(rf"\b{column} VARCHAR\(\d+\)", r"\g<0> COLLATE NOCASE", made)
            assert changes == 1
            connection.execute(f"DROP TABLE {table}")
            connection.execute(told)
    connection.close()
    with database.write() as tx:
        for name in ("alice", "bob"):
            users.create(tx, name, password_hash=None, now=now())
        roles.create_group(tx, "team")
        roles.set_group_users(tx, "team", users.numbers(tx, ["alice", "bob"]))
        assert roles.get_group(tx, "TEAM").users == ("alice", "bob")
        roles.set_group_users(tx, "TEAM", users.numbers(tx, ["ALICE", "alice"]))
        assert roles.get_group(tx, "team").users == ("alice",)
    database.close()
