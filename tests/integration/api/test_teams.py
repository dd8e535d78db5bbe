"""Users of the configuration reach the DAGs of their teams and of no team; admins reach all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradewind.auth import permissions, users
from tradewind.auth.people import People
from tradewind.auth.permissions import Action, Resource
from tradewind.domain.access import Access
from tradewind.runtime.clock import SystemClock
from tradewind.store import migrations
from tradewind.store.database import Database

TEAMS = {"ml": ["ml-bundle", "ml-more"], "bi": ["bi-bundle"]}


def reached(folder: Path, entry: str, teams: dict[str, list[str]], **more: bool) -> Access | None:
    database = Database(f"sqlite:///{folder}/airflow.db")
    migrations.migrate(database)
    known = users.parse_users(entry)
    directory = users.Directory(known, users.ensure_passwords(folder, known), lambda *said: "|".join(said))
    people = People(
        database, SystemClock(), directory=directory, teams=teams, shared_bundles=["dags-folder"], **more
    )
    password = users.read_passwords(folder / users.PASSWORDS_FILE)[known[0].name]
    who = people.log_in(known[0].name, password)
    database.close()
    assert who is not None
    return permissions.access(who, Action.READ, Resource.RUN)


@pytest.mark.parametrize(
    ("entry", "teams", "expected"),
    [
        ("ann:viewer", {}, Access(every=True)),
        ("ann:viewer:ml", {}, Access(every=True)),
        ("ann:viewer", TEAMS, Access(bundles=frozenset({"dags-folder"}))),
        ("ann:user:bi", TEAMS, Access(bundles=frozenset({"dags-folder", "bi-bundle"}))),
        ("ann:op:ml|bi", TEAMS, Access(every=True)),
        ("ann:admin", TEAMS, Access(every=True)),
    ],
)  # fmt: skip
def test_what_a_team_reaches(
    tmp_path: Path, entry: str, teams: dict[str, list[str]], expected: Access
) -> None:
    assert reached(tmp_path, entry, teams) == expected


def test_owners_are_narrowed_within_their_team(tmp_path: Path) -> None:
    found = reached(tmp_path, "ann:user:bi", TEAMS, own_dags_only=True)
    assert found == Access(bundles=frozenset({"dags-folder", "bi-bundle"}), owner="ann")
