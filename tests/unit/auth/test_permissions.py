"""The policy, as a table."""

from __future__ import annotations

import pytest

from tradewind.auth.permissions import LEAST_ROLE, Action, Principal, Resource, allowed, may_see
from tradewind.auth.users import ROLES

CHANGES = [Action.CREATE, Action.EDIT, Action.DELETE]


def least(action: Action, resource: Resource) -> str:
    """The first role that may."""
    return next(role for role in ROLES if allowed(Principal(name="x", role=role), action, resource))


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
            assert allowed(Principal(name="a", role="admin"), action, resource)
            assert not allowed(Principal(name="b", role="boss"), action, resource)
            assert not allowed(Principal(name="c", role=""), action, resource)


def test_each_role_may_what_the_one_before_may() -> None:
    for resource in Resource:
        for action in Action:
            answers = [allowed(Principal(name="x", role=role), action, resource) for role in ROLES]
            assert answers == sorted(answers)


def test_visible_dags() -> None:
    assert may_see(Principal(name="a", role="viewer"), "any")
    assert not may_see(Principal(name="a", role="viewer", visible=frozenset({"mine"})), "any")
