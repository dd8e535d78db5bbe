"""``users``, ``roles``, ``sync-perm`` and their older words, as people type them."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Iterator

import pytest
from tests.compat.cli.world import Home

from tradewind.auth.outside import LDAP, Outsider, Rules
from tradewind.auth.people import People
from tradewind.auth.permissions import Action, Principal, Resource, access
from tradewind.auth.tokens import Claims
from tradewind.domain.access import Access
from tradewind.runtime.clock import SystemClock
from tradewind.store.database import Database

CREATE = "users create -u {0} -e {0}@example.org -f First -l Last -r {1} -p secret-of-{0}"
DAG = (
    "from airflow.sdk import DAG\ndag = DAG('etl', schedule=None, access_control={'analyst': {'can_read'}})\n"
)


@pytest.fixture
def home(tmp_path) -> Home:
    made = Home(tmp_path / "h", AIRFLOW__CORE__AUTH_MANAGER="x.FabAuthManager")
    made.ok("db", "migrate")
    return made


@pytest.fixture
def people(home: Home) -> Iterator[People]:
    database = Database(f"sqlite:///{home.path}/airflow.db")
    yield People(database, SystemClock(), directory=None)
    database.close()


def say(home: Home, text: str, *words: object) -> str:
    return home.ok(*text.format(*words).split()).out


def refused(home: Home, text: str, said: str) -> None:
    done = home.run(*text.split())
    assert done.code in (1, 2) and said in done.err, done


def rights(people: People, name: str) -> Principal:
    who = people.log_in(name, f"secret-of-{name}")
    assert who is not None
    return people.look_up(Claims(sub=name, exp=0, iat=0, jti="", epoch=who.epoch))


def test_a_user_from_the_first_day_to_the_last(home: Home, people: People) -> None:
    assert 'User "ann" created with role "Admin"' in say(home, CREATE, "ann", "Admin")
    assert "already exist" in say(home, CREATE, "ann", "Viewer")
    say(home, "create_user -r Viewer -u bob -e bob@example.org -f B -l B -p secret-of-bob")
    (ann, bob) = json.loads(say(home, "users list -o json"))
    assert (ann["username"], ann["email"], ann["roles"]) == ("ann", "ann@example.org", ["Admin"])
    assert bob["roles"] == ["Viewer"]
    assert access(rights(people, "ann"), Action.DELETE, Resource.CONNECTION) is not None
    say(home, "users add-role --username bob --role Op")
    assert access(rights(people, "bob"), Action.READ, Resource.CONNECTION) is not None
    refused(home, "users add-role --username bob --role Op", "already a member")
    say(home, "users remove-role --email bob@example.org --role Op")
    assert access(rights(people, "bob"), Action.READ, Resource.CONNECTION) is None
    refused(home, "users remove-role -u bob -r Op", "not a member")
    say(home, "users reset-password -u bob -p another")
    assert people.log_in("bob", "secret-of-bob") is None
    assert people.log_in("bob", "another") is not None
    say(home, "delete_user -u bob")
    assert people.log_in("bob", "another") is None
    assert [one["username"] for one in json.loads(say(home, "list_users -o json"))] == ["ann"]


def test_somebody_is_kept_out_and_let_in_again(home: Home, people: People) -> None:
    say(home, CREATE, "ann", "Admin")
    say(home, CREATE, "bob", "Viewer")
    before = people.log_in("bob", "secret-of-bob")
    assert 'User "bob" deactivated' in say(home, "users deactivate -u bob")
    assert "deactivated already" in say(home, "users deactivate -u bob")
    assert people.log_in("bob", "secret-of-bob") is None
    refused(home, "users deactivate -u ann", "'ann' is the last admin")
    assert 'User "bob" activated' in say(home, "users activate --email bob@example.org")
    after = people.log_in("bob", "secret-of-bob")
    assert before is not None and after is not None and before.epoch != after.epoch, "old tokens stay ended"


def test_users_from_outside(home: Home, people: People) -> None:
    people.enter(Outsider(source=LDAP, name="ann"), Rules())
    refused(home, "users reset-password -u ann -p x", "logs in by ldap")
    said = say(home, "users delete -u ann")
    assert "deleted" in said and "users deactivate" in said, "they come back"


def test_the_last_admin_stays(home: Home) -> None:
    say(home, CREATE, "ann", "Admin")
    say(home, CREATE, "bob", "Viewer")
    refused(home, "users delete -u ann", "'ann' is the last admin")
    refused(home, "users remove-role -u ann -r Admin", "'ann' is the last admin")
    say(home, "users delete -u bob")
    say(home, CREATE, "eve", "Admin")
    say(home, "users delete -u ann")
    done = home.ok("users", "delete", "-u", "eve", AIRFLOW__CORE__AUTH_MANAGER="")
    assert "deleted" in done.out, "the configuration has an admin"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("users create -u a -e e -f f -l l -r Amdin -p p", "Did you mean 'Admin'?"),
        ("users create -u a -e e -f f -l l -r Admin", "--use-random-password"),
        ("users delete", "--username and --email"),
        ("users delete -u nobody", "There is no user 'nobody'"),
        ("users import /nowhere.json", "/nowhere.json"),
        ("roles delete Viewer", "built in"),
        ("roles create admin", "'Admin' exists already"),
        ("roles add-perms Viewer -r DAGS -a can_read", "Did you mean 'DAGs'?"),
        ("roles add-perms Viewer -r DAGs -a can_raed", "Did you mean 'can_read'?"),
        ("roles add-perms nosuch -r DAGs -a can_read", "There is no role 'nosuch'"),
    ],
)
def test_what_is_wrong_is_named(home: Home, words: str, said: str) -> None:
    refused(home, words, said)


def test_users_travel_without_their_passwords(home: Home, people: People) -> None:
    say(home, CREATE, "ann", "Admin")
    file = home.path / "users.json"
    say(home, "users export {0}", file)
    rows = json.loads(file.read_text())
    assert "argon2" not in file.read_text()
    assert [(row["username"], row["firstname"], row["roles"]) for row in rows] == [
        ("ann", "First", ["Admin"])
    ]
    rows[0]["lastname"] = "Changed"
    new = {"username": "bob", "email": "b@example.org", "firstname": "B", "lastname": "B", "roles": ["Op"]}
    file.write_text(json.dumps([*rows, new]))
    said = say(home, "users import {0}", file)
    assert "Created the following users:\n\tbob" in said and "Updated the following users:\n\tann" in said
    assert people.log_in("ann", "secret-of-ann") is not None
    file.write_text(json.dumps([{**new, "username": "eve", "roles": ["nosuch"]}]))
    refused(home, f"users import {file}", "There is no role 'nosuch'")
    assert len(json.loads(say(home, "users list -o json"))) == 2


def test_a_role_of_ones_own(home: Home, people: People) -> None:
    home.dag("etl", DAG)
    say(home, "roles create analyst")
    say(home, "roles add-perms analyst -r DAG:other -a can_read can_edit")
    say(home, CREATE, "ann", "analyst")
    other = frozenset({"other"})
    assert access(rights(people, "ann"), Action.READ, Resource.DAG) == Access(dag_ids=other)
    say(home, "dags reserialize")
    both = Access(dag_ids=frozenset({"other", "etl"}))
    assert access(rights(people, "ann"), Action.READ, Resource.DAG) == both, "what the file grants"
    say(home, "roles del-perms analyst -r DAG:other DAG:etl -a can_read")
    etl = Access(dag_ids=frozenset({"etl"}))
    assert access(rights(people, "ann"), Action.READ, Resource.DAG) == etl, "the file still grants its own"
    assert "of 0 DAG(s)" in say(home, "sync-perm --include-dags")
    refused(home, "roles delete analyst", "held by 1 users")
    file = home.path / "roles.json"
    say(home, "roles export {0} --pretty", file)
    assert json.loads(file.read_text()) == [
        {"name": "analyst", "resource": "DAG:etl", "action": "can_read"},
        {"name": "analyst", "resource": "DAG:other", "action": "can_edit"},
    ]
    file.write_text(json.dumps(["auditor", {"name": "analyst", "resource": "Pools", "action": "can_read"}]))
    say(home, "roles import {0}", file)
    listed = json.loads(say(home, "roles list -o json"))
    assert [row["name"] for row in listed][-2:] == ["analyst", "auditor"]
    with_permissions = json.loads(say(home, "roles list -p -o json"))
    assert {"name": "analyst", "resource": "Pools", "action": "can_read"} in with_permissions


def test_the_audit_log_is_exported(home: Home) -> None:
    home.dag("etl", DAG)
    say(home, "dags reserialize")
    say(home, CREATE, "ann", "Admin")
    say(home, "dags unpause etl")
    say(home, "users add-role -u ann -r Op")
    file = home.path / "audit.jsonl"
    assert "entries successfully exported" in say(home, "audit export {0}", file)
    entries = [json.loads(line) for line in file.read_text().splitlines()]
    (made,) = (entry for entry in entries if entry["event"] == "cli_users_create")
    assert (
        made["extra"] == {"username": "ann", "role": "Admin", "host": socket.gethostname()}
        and made["owner"]
        and made["dttm"]
    )
    (changed,) = (entry for entry in entries if entry["event"] == "cli_users_set_roles")
    assert (changed["extra"]["before"], changed["extra"]["after"]) == (["Admin"], ["Admin", "Op"])
    only = say(home, "audit export - --dag-id etl").splitlines()
    assert only and all(json.loads(line)["dag_id"] == "etl" for line in only)
    assert say(home, "audit export - --event nothing") == ""
    assert say(home, "audit export - -s 2999-01-01") == ""
    assert file.stat().st_mode & 0o777 == 0o600


def test_passwords_are_nowhere_but_hashed(home: Home) -> None:
    say(home, CREATE, "ann", "Admin")
    say(home, "users reset-password -u ann -p canary-password")
    for file in home.path.rglob("*"):
        if file.is_file():
            assert (
                b"secret-of-ann" not in file.read_bytes() and b"canary-password" not in file.read_bytes()
            ), file


def test_a_group_from_the_first_day_to_the_last(home: Home, people: People) -> None:
    say(home, CREATE, "ann", "Admin")
    say(home, CREATE, "bob", "Public")
    say(home, "groups create readers -r Viewer")
    say(home, "groups add-user readers -u bob")
    assert access(rights(people, "bob"), Action.READ, Resource.DAG) == Access(every=True)
    say(home, "groups add-role readers -r Op User")
    assert access(rights(people, "bob"), Action.READ, Resource.CONNECTION) is not None
    (group,) = json.loads(say(home, "groups list -o json"))
    assert group == {"name": "readers", "roles": "Op, User, Viewer", "users": "bob"}
    say(home, "groups remove-role readers -r Op User")
    assert access(rights(people, "bob"), Action.READ, Resource.CONNECTION) is None
    say(home, "groups remove-user readers -e bob@example.org")
    assert access(rights(people, "bob"), Action.READ, Resource.DAG) is None
    say(home, "groups delete readers")
    assert [one["username"] for one in json.loads(say(home, "users list -o json"))] == ["ann", "bob"]


def test_what_is_wrong_with_groups_is_named(home: Home) -> None:
    say(home, CREATE, "ann", "Viewer")
    say(home, "groups create admins -r Admin")
    say(home, "groups add-user admins -u ann")
    for words in ("remove-user admins -u ann", "remove-role admins -r Admin", "delete admins"):
        refused(home, f"groups {words}", "'ann' is the last admin")
    refused(home, "groups create admins", "exists already")
    refused(home, "groups create x -r Vewer", "Did you mean 'Viewer'?")
    refused(home, "groups add-user admin -u ann", "Did you mean 'admins'?")
    refused(home, "groups add-user admins -u nobody", "no user 'nobody'")
    refused(home, "groups remove-role admins -r Op", "does not have the role")
    say(home, CREATE, "bob", "Viewer")
    refused(home, "groups remove-user admins -u bob", "is not in group")
    assert [one["name"] for one in json.loads(say(home, "groups list -o json"))] == ["admins"]


def test_an_address_is_that_of_one_user(home: Home) -> None:
    say(home, CREATE, "ann", "Admin")
    again = "users create -u bob -e ann@example.org -f B -l B -r Viewer -p secret-of-bob"
    refused(home, again, "The address 'ann@example.org' is taken by the user 'ann'")
    one = {"username": "cid", "email": "ann@example.org", "firstname": "C", "lastname": "C", "roles": []}
    (home.path / "in.json").write_text(json.dumps([one]))
    refused(home, f"users import {home.path}/in.json", "is taken by the user 'ann'")
    assert "cid" not in home.ok("users", "list").out


def test_an_older_database_where_two_have_one_address(home: Home) -> None:
    for name in ("ann", "bob"):
        say(home, CREATE, name, "Admin")
    with sqlite3.connect(home.path / "airflow.db") as connection:
        connection.execute("UPDATE ab_user SET email = 'same@example.org'")
    connection.close()
    for command in ("add-role -r Viewer", "remove-role -r Admin", "delete"):
        refused(home, f"users {command} -e same@example.org", "several users: 'ann', 'bob'")
    home.ok("users", "export", f"{home.path}/out.json")
    assert "Updated" in say(home, "users import {}/out.json", home.path)
    say(home, "users add-role -u bob -r Viewer")
