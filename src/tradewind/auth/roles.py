"""Roles as Airflow 1.10 and 2.x have them: Public, Viewer, User, Op, Admin, and those that people make.

A role is a set of pairs of an action (``can_read``) and a resource (``DAGs``, ``DAG:etl``, ``Connections``).
The words are Airflow's, because commands, files and people use them; ``rights`` turns them into what the
policy function knows. The built-in roles are the tables below and are never stored, so nothing can make them
less than they are.

To touch what belongs to a DAG (its runs, logs, XComs …) takes two things, as in Airflow: the right to that
kind of thing, and the DAG itself, to read it or else to edit it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from tradewind.auth.permissions import Action, Resource, Rights
from tradewind.domain.access import NOTHING, Access
from tradewind.domain.errors import InvalidValue, did_you_mean

Pair = tuple[str, str]
"""Action, resource."""

PUBLIC, VIEWER, USER, OP, ADMIN = "Public", "Viewer", "User", "Op", "Admin"

ACTIONS: Final[dict[str, Action | None]] = {
    "can_read": Action.READ,
    "can_create": Action.CREATE,
    "can_edit": Action.EDIT,
    "can_delete": Action.DELETE,
    "menu_access": None,
}
"""``menu_access`` says which entries Airflow's menu shows; it is kept and grants nothing."""
_OLD_ACTIONS: Final = {"can_dag_read": "can_read", "can_dag_edit": "can_edit"}

KINDS: Final[dict[str, tuple[Resource, ...]]] = {
    "DAGs": (Resource.DAG,),
    "DAG Runs": (Resource.RUN,),
    "Task Instances": (Resource.TASK_INSTANCE, Resource.TASK),
    "Task Logs": (Resource.LOG,),
    "XComs": (Resource.XCOM,),
    "DAG Code": (Resource.CODE,),
    "DAG Versions": (Resource.VERSION,),
    "ImportError": (Resource.IMPORT_ERROR,),
    "Audit Logs": (Resource.AUDIT,),
    "Jobs": (Resource.JOB,),
    "Pools": (Resource.POOL,),
    "Assets": (Resource.ASSET,),
    "Datasets": (Resource.ASSET,),
    "Connections": (Resource.CONNECTION,),
    "Variables": (Resource.VARIABLE,),
    "Configurations": (Resource.CONFIG,),
    "Plugins": (Resource.PLUGIN,),
    "Users": (Resource.USER,),
    "Roles": (Resource.ROLE,),
    **dict.fromkeys(
        (
            "Asset Aliases", "Backfills", "Browse", "Admin", "Cluster Activity", "DAG Dependencies",
            "DAG Warnings", "Docs", "Documentation", "HITL Detail", "My Password", "My Profile",
            "Passwords", "Permissions",
            "Permission Views", "Providers", "Resources", "SLA Misses", "Security",
            "Task Reschedules",
            "Triggers", "User Stats", "View Menus", "Website", "Actions",
        ),
        (),
    ),
}  # fmt: skip
"""A resource's name to what it is here. Some of Airflow's are pages of its web UI: kept, and of no effect."""
DAG_PREFIX, RUN_PREFIX, TAG_PREFIX, TEAM_PREFIX = "DAG:", "DAG Run:", "Tag:", "Team:"
PREFIXES: Final = (DAG_PREFIX, RUN_PREFIX, TAG_PREFIX, TEAM_PREFIX)
_OF_DAGS: Final = frozenset(
    {
        Resource.RUN, Resource.TASK, Resource.TASK_INSTANCE, Resource.LOG, Resource.XCOM, Resource.CODE,
        Resource.VERSION,
    }
)  # fmt: skip


def _pairs(actions: str, *resources: str) -> frozenset[Pair]:
    return frozenset((f"can_{action}", resource) for action in actions.split() for resource in resources)


_VIEWER = _pairs(
    "read", "DAGs", "DAG Runs", "Task Instances", "Task Logs", "XComs", "DAG Code", "DAG Versions",
    "ImportError", "Jobs", "Pools", "Assets", "Plugins",
)  # fmt: skip
_USER = _VIEWER | _pairs("edit delete", "DAGs") | _pairs("create edit delete", "DAG Runs", "Task Instances")
_OP = (
    _USER
    | _pairs("create edit delete", "Pools", "Assets", "XComs")
    | _pairs("read create edit delete", "Connections", "Variables")
    | _pairs("read", "Configurations")
)
BUILT_IN: Final[dict[str, frozenset[Pair]]] = {
    PUBLIC: frozenset(),
    VIEWER: _VIEWER,
    USER: _USER,
    OP: _OP,
    ADMIN: _pairs("read create edit delete", *(name for name, kinds in KINDS.items() if kinds)),
}
"""Each includes the one before."""


def check_pair(action: str, resource: str) -> Pair:
    """The pair in today's words. Raises InvalidValue for a word that Airflow does not have either."""
    action = _OLD_ACTIONS.get(action, action)
    if action not in ACTIONS:
        known = ", ".join(ACTIONS)
        raise InvalidValue("action", action, f"be one of {known}{did_you_mean(action, ACTIONS)}")
    prefix = next((one for one in PREFIXES if resource.startswith(one)), None)
    if (prefix is None and resource not in KINDS) or resource == prefix:
        raise InvalidValue(
            "resource", resource,
            f"be a kind of thing (DAGs), or one DAG ({DAG_PREFIX}etl){did_you_mean(resource, KINDS)}",
        )  # fmt: skip
    return action, resource


def from_dag(dag_id: str, access_control: Mapping[str, Any]) -> dict[str, list[Pair]]:
    """What a DAG's file grants, role by role. Raises InvalidValue.

    Of 1.10 and 2.x: ``{"role": {"can_read"}}``; of 2.9 and later: ``{"role": {"DAGs": {"can_read"}, "DAG
    Runs": {"can_create"}}}``.
    """
    granted: dict[str, list[Pair]] = {}
    for role, given in access_control.items():
        by_kind = given if isinstance(given, Mapping) else {"DAGs": given}
        granted[role] = [
            check_pair(str(action), _of_dag(dag_id, str(kind)))
            for kind, actions in by_kind.items()
            for action in ([actions] if isinstance(actions, str) else actions)
        ]
    return granted


def _of_dag(dag_id: str, kind: str) -> str:
    prefix = {"DAGs": DAG_PREFIX, "DAG Runs": RUN_PREFIX}.get(kind)
    if prefix is None:
        raise InvalidValue("access_control", kind, "name DAGs or DAG Runs: those can be granted for one DAG")
    return f"{prefix}{dag_id}"


def rights(
    pairs: Iterable[Pair],
    *,
    owner: str | None = None,
    bundles_of: Callable[[str], Sequence[str]] = lambda _: (),
) -> Rights:
    """What these pairs come to. ``owner`` narrows it to the DAGs of that owner; ``bundles_of`` knows the
    bundles of a team.
    """
    nothing = Access(owner=owner) if owner is not None else NOTHING
    dags: dict[Action, Access] = {}
    single_runs: dict[Action, Access] = {}
    kinds: set[tuple[Action, Resource]] = set()
    for name, resource in pairs:
        action = ACTIONS[name]
        if action is None:
            continue
        reached = _reached(resource, owner, bundles_of)
        if reached is not None:
            to = single_runs if resource.startswith(RUN_PREFIX) else dags
            to[action] = to.get(action, nothing).with_those_of(reached)
        kinds.update((action, kind) for kind in KINDS.get(resource, ()) if kind is not Resource.DAG)
    found: dict[tuple[Action, Resource], Access] = {(action, Resource.DAG): to for action, to in dags.items()}
    for action, kind in kinds:
        of_dag = Action.EDIT if kind in _OF_DAGS and action is not Action.READ else Action.READ
        found[action, kind] = dags.get(of_dag, nothing)
    for action, reached in single_runs.items():
        found[action, Resource.RUN] = found.get((action, Resource.RUN), nothing).with_those_of(reached)
    return found


def _reached(resource: str, owner: str | None, bundles_of: Callable[[str], Sequence[str]]) -> Access | None:
    """The DAGs that a resource names; None for one that names none."""
    if resource == "DAGs":
        return Access(every=True, owner=owner)
    prefix = next((one for one in PREFIXES if resource.startswith(one)), None)
    if prefix is None:
        return None
    named = resource.removeprefix(prefix)
    if prefix == TAG_PREFIX:
        return Access(tags=frozenset({named}), owner=owner)
    if prefix == TEAM_PREFIX:
        return Access(bundles=frozenset(bundles_of(named)), owner=owner)
    return Access(dag_ids=frozenset({named}), owner=owner)


@cache
def of_admin() -> Rights:
    """Everything."""
    return {(action, resource): Access(every=True) for action in Action for resource in Resource}
