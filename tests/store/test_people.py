"""Who comes in, over a real database: what is remembered of them, and what they become."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tradewind.auth import basic, managing, passwords
from tradewind.auth import users as configured
from tradewind.auth.basic import BasicLogins
from tradewind.auth.outside import LDAP, LoginRefused, Outsider, Rules
from tradewind.auth.people import People
from tradewind.domain.access import Access
from tradewind.domain.errors import Conflict, InvalidValue
from tradewind.store.database import Database
from tradewind.store.queries import audit, roles, users

ANN = Outsider(source=LDAP, name="ann", groups=("staff",))
RULES = Rules(by_group={"staff": ("Viewer",)}, settled=True)


@dataclass
class Clock:
    at: float = 1_700_000_000.0

    def monotonic(self) -> float:
        return self.at

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)


@dataclass
class Elsewhere:
    """A directory of one person, who may change their password."""

    password: str
    rules: Rules = RULES

    def authenticate(self, name: str, password: str) -> Outsider | None:
        return ANN if (name, password) == (ANN.name, self.password) else None


@pytest.fixture
def clock() -> Clock:
    return Clock()


def who_there_is(database: Database, clock: Clock, home: Path, ldap: Elsewhere | None = None) -> People:
    known = configured.parse_users("admin:admin")
    path = configured.ensure_passwords(home, known)
    directory = configured.Directory(known, path, lambda *said: "|".join(said))
    return People(database, clock, directory=directory, ldap=ldap)


def test_a_pair_that_is_still_right_is_remembered_for_long(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    people = who_there_is(database, clock, tmp_path)
    logins = BasicLogins(people, clock)
    with database.write() as tx:
        users.create(tx, "bob", password_hash=passwords.hash_password("old"), now=clock.now())
    pairs = {"bob": "old", "admin": configured.read_passwords(tmp_path / configured.PASSWORDS_FILE)["admin"]}
    for name, password in pairs.items():
        assert logins.log_in(name, password) is not None
    clock.at += 3600
    for name, password in pairs.items():
        assert logins.remembered(name, password) is not None
    with database.write() as tx:
        users.change(tx, "bob", password_hash=passwords.hash_password("new"), now=clock.now())
    (tmp_path / configured.PASSWORDS_FILE).write_text('{"admin": "new"}')
    clock.at += 1
    for name, password in pairs.items():
        assert logins.remembered(name, password) is None, f"another password of {name} since"
    assert logins.log_in("bob", "new") is not None
    clock.at += basic.REMEMBERED
    assert logins.remembered("bob", "new") is None


def test_a_directory_is_asked_again_soon(database: Database, clock: Clock, tmp_path: Path) -> None:
    ldap = Elsewhere("old")
    logins = BasicLogins(who_there_is(database, clock, tmp_path, ldap), clock)
    assert logins.log_in("ann", "old") is not None
    ldap.password = "new"
    clock.at += basic.ELSEWHERE / 2
    assert logins.remembered("ann", "old") is not None
    clock.at += basic.ELSEWHERE
    assert logins.remembered("ann", "old") is None and logins.log_in("ann", "old") is None


def noted(database: Database) -> list[tuple[str, str | None, dict[str, object]]]:
    with database.read() as tx:
        found = audit.entries(tx, access=Access(every=True))
    return [(one.event, one.owner, json.loads(one.extra or "{}")) for one in found]


def test_who_is_made_and_given_other_roles_from_outside_is_noted(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    people = who_there_is(database, clock, tmp_path)
    for _ in range(2):
        people.enter(ANN, RULES)
    made = ("user_created", "ann", {"username": "ann", "by": "ldap", "roles": ["Viewer"]})
    assert noted(database) == [made]
    people.enter(ANN, Rules(by_group={"staff": ("Op", "Admin")}, settled=True))
    changed = {"username": "ann", "by": "ldap", "before": ["Viewer"], "after": ["Admin", "Op"]}
    assert noted(database) == [made, ("user_roles_set", "ann", changed)]


def test_a_mapped_role_that_is_gone_lets_nobody_in(database: Database, clock: Clock, tmp_path: Path) -> None:
    people = who_there_is(database, clock, tmp_path)
    mapped = Rules(by_group={"staff": ("readers",)}, settled=True)
    with database.write() as tx:
        roles.create(tx, "readers")
    people.enter(ANN, mapped)
    with database.write() as tx:
        users.set_roles(tx, users.get(tx, "ann"), [])
        roles.delete(tx, "readers")
    with pytest.raises(LoginRefused, match="readers"):
        people.enter(ANN, mapped)


def test_two_first_requests_at_once_are_one_user(database: Database, clock: Clock, tmp_path: Path) -> None:
    people, found = who_there_is(database, clock, tmp_path), []
    second = threading.Thread(target=lambda: found.append(people.enter(ANN, RULES)))
    with database.write() as tx:
        users.create(tx, "ann", password_hash=None, roles=["Viewer"], source=LDAP, now=clock.now())
        second.start()
        if database.dialect.name == "postgresql":
            until(lambda: _waits(database))
    second.join(20)
    assert [one.name for one in found] == ["ann"]


def test_two_admins_who_go_at_once_leave_one(database: Database, clock: Clock) -> None:
    with database.write() as tx:
        for name in ("ann", "bob"):
            users.create(tx, name, password_hash=None, roles=["Admin"], now=clock.now())

    refused: list[Conflict] = []

    def leave() -> None:
        try:
            with database.write() as tx, managing.admin_stays(tx, elsewhere=False):
                users.delete(tx, "bob")
        except Conflict as error:
            refused.append(error)

    second = threading.Thread(target=leave)
    with database.write() as tx, managing.admin_stays(tx, elsewhere=False):
        users.delete(tx, "ann")
        second.start()
        if database.dialect.name == "postgresql":
            until(lambda: _waits(database))
    second.join(20)
    with database.read() as tx:
        assert users.names(tx) == ["bob"]
    assert "'bob' is the last admin" in str(refused[0])


def _waits(database: Database) -> bool:
    """Somebody waits for what another transaction does."""
    with database.read() as tx:
        return bool(tx.value(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_text_that_no_database_holds_is_nobodys_name(
    database: Database, clock: Clock, tmp_path: Path, name: str
) -> None:
    people = who_there_is(database, clock, tmp_path)
    assert people.log_in(name, "x") is None and not people.knows(name)
    with pytest.raises(LoginRefused, match="username"):
        people.enter(Outsider(source=LDAP, name=name), RULES)
    people.enter(Outsider(source=LDAP, name="eve", email=name), RULES)
    with database.read() as tx:
        assert users.get(tx, "eve").email == name.replace("\0", "").replace("\ud800", "?")


@pytest.mark.parametrize(
    "name", ["service:ci", "webhook:push", "WebHook:push", "task:d", "(unknown)", "Anonymous", "anonymous"]
)
def test_names_of_others_are_nobodys(database: Database, clock: Clock, name: str) -> None:
    with (
        database.write() as tx,
        pytest.raises(InvalidValue, match="begin with 'service:', 'webhook:' or 'task:'"),
    ):
        users.create(tx, name, password_hash=None, now=clock.now())
