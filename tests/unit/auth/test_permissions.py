"""The policy, as a table."""

from __future__ import annotations

import pytest

from tradewind.auth.permissions import LEAST_ROLE, Action, Principal, Resource, access
from tradewind.auth.users import ROLES
from tradewind.domain.access import Access

CHANGES = [Action.CREATE, Action.EDIT, Action.DELETE]


def allowed(role: str, action: Action, resource: Resource) -> bool:
    return access(Principal(name="x", role=role), action, resource) is not None


def least(action: Action, resource: Resource) -> str:
    """The first role that may."""
    return next(role for role in ROLES if allowed(role, action, resource))


@pytest.mark.parametrize(
    ("resource", "reading", "changing"),
    [
        (Resource.DAG, "viewer", "user"),
        (Resource.RUN, "viewer", "user"),
        (Resource.TASK_INSTANCE, "viewer", "user"),
        (Resource.XCOM, "viewer", "user"),
        (Resource.LOG, "viewer", "user"),
        (Resource.POOL, "viewer", "op"),
        (Resource.ASSET, "viewer", "op"),
        (Resource.CONFIG, "viewer", "op"),
        (Resource.CONNECTION, "op", "op"),
        (Resource.VARIABLE, "op", "op"),
    ],
)
def test_least_roles(resource: Resource, reading: str, changing: str) -> None:
    assert least(Action.READ, resource) == reading
    assert {least(action, resource) for action in CHANGES} == {changing}


def test_every_resource_has_a_rule() -> None:
    assert set(LEAST_ROLE) == set(Resource)


def test_admin_may_everything_and_strangers_nothing() -> None:
    for resource in Resource:
        for action in Action:
            found = access(Principal(name="a", role="admin"), action, resource)
            assert found is not None and found.unconfined
            assert not allowed("boss", action, resource)
            assert not allowed("", action, resource)


def test_each_role_may_what_the_one_before_may() -> None:
    for resource in Resource:
        for action in Action:
            answers = [allowed(role, action, resource) for role in ROLES]
            assert answers == sorted(answers)


def test_rights_of_ones_own_replace_those_of_the_role() -> None:
    mine = Access(dag_ids=frozenset({"mine"}))
    who = Principal(name="a", role="admin", rights={(Action.READ, Resource.DAG): mine})
    assert access(who, Action.READ, Resource.DAG) is mine
    assert access(who, Action.EDIT, Resource.DAG) is None
    assert access(who, Action.READ, Resource.RUN) is None
