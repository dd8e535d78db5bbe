"""The one policy function: may this person do that to such a thing?

The roles are those of Airflow's simple auth manager, each including the one before: viewer reads, user
also acts on DAGs, op also manages pools, connections and the like, admin does everything. Which DAGs a
person may see at all is not decided here but handed to the store's queries (``Principal.visible``), so
that lists, counts and single reads agree.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tradewind.auth.users import ROLES


class Action(StrEnum):
    """What somebody wants to do."""

    READ = "read"
    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"


class Resource(StrEnum):
    """What it is done to."""

    DAG = "DAG"
    RUN = "DAG run"
    TASK = "task"
    TASK_INSTANCE = "task instance"
    LOG = "task log"
    XCOM = "XCom"
    CODE = "DAG source"
    VERSION = "DAG version"
    IMPORT_ERROR = "import error"
    AUDIT = "audit log"
    JOB = "job"
    POOL = "pool"
    ASSET = "asset"
    CONNECTION = "connection"
    VARIABLE = "variable"
    CONFIG = "configuration"
    PLUGIN = "plugin"


_OF_DAGS = (Resource.DAG, Resource.RUN, Resource.TASK, Resource.TASK_INSTANCE, Resource.LOG, Resource.XCOM)
_ONLY_READ = (
    Resource.CODE, Resource.VERSION, Resource.IMPORT_ERROR, Resource.AUDIT, Resource.JOB, Resource.PLUGIN,
)  # fmt: skip

LEAST_ROLE: dict[Resource, tuple[str, str]] = {
    **dict.fromkeys(_OF_DAGS, ("viewer", "user")),
    **dict.fromkeys(_ONLY_READ, ("viewer", "admin")),
    Resource.POOL: ("viewer", "op"),
    Resource.ASSET: ("viewer", "op"),
    Resource.CONFIG: ("viewer", "op"),
    Resource.CONNECTION: ("op", "op"),
    Resource.VARIABLE: ("op", "op"),
}
"""Resource to the least role that may read it, and the least that may change it."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose token was checked."""

    name: str
    role: str
    teams: tuple[str, ...] = ()
    visible: frozenset[str] | None = None
    """Ids of the DAGs they may see; None means all."""


def allowed(principal: Principal, action: Action, resource: Resource) -> bool:
    """May ``principal`` do ``action`` to things of the kind ``resource``? Unknown roles may nothing."""
    if principal.role not in ROLES:
        return False
    reading, changing = LEAST_ROLE[resource]
    least = reading if action is Action.READ else changing
    return ROLES.index(principal.role) >= ROLES.index(least)


def may_see(principal: Principal, dag_id: str) -> bool:
    """Is that DAG among those the principal may see?"""
    return principal.visible is None or dag_id in principal.visible
