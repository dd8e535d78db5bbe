"""Who comes in, over a real database: what is remembered of them, and what they become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tradewind.auth import basic, passwords
from tradewind.auth import users as configured
from tradewind.auth.basic import BasicLogins
from tradewind.auth.outside import LDAP, Outsider, Rules
from tradewind.auth.people import People
from tradewind.store.database import Database
from tradewind.store.queries import users

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
