"""Airflow's words for rights, and what they come to."""

from __future__ import annotations

import itertools

import pytest

from tradewind.auth import roles
from tradewind.auth.permissions import Action, Resource
from tradewind.domain.access import NOTHING, Access
from tradewind.domain.errors import InvalidValue

EVERY = Access(every=True)


def of(role: str) -> dict[tuple[Action, Resource], Access]:
    return dict(roles.rights(roles.BUILT_IN[role]))


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("Public", [], [(Action.READ, Resource.DAG), (Action.READ, Resource.POOL)]),
        (
            "Viewer",
            [(Action.READ, Resource.DAG), (Action.READ, Resource.LOG), (Action.READ, Resource.TASK)],
            [(Action.EDIT, Resource.DAG), (Action.CREATE, Resource.RUN), (Action.READ, Resource.CONNECTION)],
        ),
        (
            "User",
            [(Action.EDIT, Resource.DAG), (Action.CREATE, Resource.RUN), (Action.EDIT, Resource.TASK)],
            [(Action.CREATE, Resource.POOL), (Action.READ, Resource.VARIABLE)],
        ),
        (
            "Op",
            [(Action.CREATE, Resource.POOL), (Action.READ, Resource.VARIABLE)],
            [(Action.READ, Resource.AUDIT)],
        ),
        ("Admin", [(action, resource) for action in Action for resource in Resource], []),
    ],
)  # fmt: skip
def test_built_in_roles(role: str, may: list, may_not: list) -> None:
    found = of(role)
    assert {what: found.get(what) for what in may} == dict.fromkeys(may, EVERY)
    assert [what for what in may_not if what in found] == []


def test_each_role_includes_the_one_before() -> None:
    order = [set(of(role)) for role in ("Public", "Viewer", "User", "Op", "Admin")]
    assert all(less < more for less, more in itertools.pairwise(order))
    assert set(roles.of_admin()) == set(of("Admin"))


def test_what_belongs_to_a_dag_takes_two_rights() -> None:
    runs_only = roles.rights([("can_read", "DAG Runs"), ("can_create", "DAG Runs")])
    assert runs_only == {(Action.READ, Resource.RUN): NOTHING, (Action.CREATE, Resource.RUN): NOTHING}
    dag_only = roles.rights([("can_read", "DAG:etl")])
    assert dag_only == {(Action.READ, Resource.DAG): Access(dag_ids=frozenset({"etl"}))}
    reads = roles.rights(
        [
            ("can_read", "DAG:etl"),
            ("can_read", "DAG Runs"),
            ("can_create", "DAG Runs"),
            ("can_read", "Assets"),
        ]
    )
    etl = Access(dag_ids=frozenset({"etl"}))
    assert reads[Action.READ, Resource.RUN] == etl
    assert reads[Action.CREATE, Resource.RUN] == NOTHING, "creating takes the right to edit the DAG"
    assert reads[Action.READ, Resource.ASSET] == etl


def test_dags_by_id_tag_and_team() -> None:
    found = roles.rights(
        [
            ("can_read", "DAG:a"), ("can_read", "Tag:finance"), ("can_read", "Team:ml"),
            ("can_edit", "DAG:a"), ("can_create", "DAG Run:b"), ("menu_access", "DAGs"),
        ],
        bundles_of={"ml": ("ml-dags", "ml-more")}.get,
    )  # fmt: skip
    assert found == {
        (Action.READ, Resource.DAG): Access(
            dag_ids=frozenset({"a"}), tags=frozenset({"finance"}), bundles=frozenset({"ml-dags", "ml-more"})
        ),
        (Action.EDIT, Resource.DAG): Access(dag_ids=frozenset({"a"})),
        (Action.CREATE, Resource.RUN): Access(dag_ids=frozenset({"b"})),
    }


def test_an_owner_narrows_everything() -> None:
    found = roles.rights(roles.BUILT_IN["Op"], owner="ann")
    assert set(found.values()) == {Access(every=True, owner="ann")}


@pytest.mark.parametrize(
    "written",
    [
        {"analyst": {"can_read", "can_edit"}},
        {"analyst": ["can_dag_read", "can_dag_edit"]},
        {"analyst": {"DAGs": {"can_read", "can_edit"}}},
    ],
)
def test_what_dag_files_grant(written: dict) -> None:
    found = roles.from_dag("etl", written)
    assert {role: set(pairs) for role, pairs in found.items()} == {
        "analyst": {("can_read", "DAG:etl"), ("can_edit", "DAG:etl")}
    }


def test_what_dag_files_of_today_grant() -> None:
    written = {"analyst": {"DAGs": "can_read", "DAG Runs": ["can_create"]}}
    assert roles.from_dag("etl", written) == {
        "analyst": [("can_read", "DAG:etl"), ("can_create", "DAG Run:etl")]
    }


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"r": {"can_fly"}}, "can_fly"),
        ({"r": {"Connections": {"can_read"}}}, "Connections"),
        ({"r": {"DAG:other": {"can_read"}}}, "DAG:other"),
    ],
)
def test_a_file_grants_nothing_but_itself(written: dict, said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        roles.from_dag("etl", written)


@pytest.mark.parametrize(
    ("action", "resource"), [("can_raed", "DAGs"), ("can_read", "Dags"), ("can_read", "DAG:"), ("", "DAGs")]
)
def test_unknown_words_are_refused(action: str, resource: str) -> None:
    with pytest.raises(InvalidValue):
        roles.check_pair(action, resource)


def test_every_kind_of_thing_has_a_name() -> None:
    named = {kind for kinds in roles.KINDS.values() for kind in kinds}
    assert named == set(Resource)
