"""The one policy function: may this person do that to such a thing?

The roles are those of Airflow's simple auth manager, each including the one before: viewer reads, user
also acts on DAGs, op also manages pools, connections and the like, admin does everything. The answer is
not yes or no but the DAGs for which it is yes (``domain.access``): the store's queries confine what they
read to those, so that lists, counts and single rows agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

import msgspec

from tradewind.auth.users import ROLES
from tradewind.domain import principals
from tradewind.domain.access import Access


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
    USER = "user"
    ROLE = "role"


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
    Resource.USER: ("admin", "admin"),
    Resource.ROLE: ("admin", "admin"),
}
"""Resource to the least role that may read it, and the least that may change it."""


Rights = Mapping[tuple[Action, Resource], Access]
"""What somebody may do, and to which DAGs."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose token was checked."""

    name: str
    role: str
    teams: tuple[str, ...] = ()
    rights: Rights | None = None
    """What they may do; None: what ``role`` may."""
    epoch: int | None = None
    """Of a user in our tables: tokens that name another one are worthless."""
    stamp: str = ""
    """Of a user of the configuration: tokens that carry another one are worthless."""
    elsewhere: bool = False
    """A directory knows their password, and does not tell when it ends."""


def webhook(name: str, dag_id: str | None) -> Principal:
    """A webhook whose secret was proved: it may start runs of its DAG, or (None) update its asset."""
    reached = Access(every=True) if dag_id is None else Access(dag_ids=frozenset({dag_id}))
    return Principal(
        name=f"{principals.WEBHOOK}{name}", role="webhook", rights={(Action.CREATE, Resource.RUN): reached}
    )


def access(principal: Principal, action: Action, resource: Resource) -> Access | None:
    """The DAGs for which ``principal`` may do ``action`` to things of the kind ``resource``; None where
    they may not at all. Unknown roles may nothing.
    """
    rights = _OF_ROLE.get(principal.role, {}) if principal.rights is None else principal.rights
    return rights.get((action, resource))


def _rights_of(role: str) -> Rights:
    """A role of the simple auth manager reaches every DAG, in what it may do."""
    reached = Access(every=True)
    return {
        (action, resource): reached
        for resource, (reading, changing) in LEAST_ROLE.items()
        for action in Action
        if ROLES.index(role) >= ROLES.index(reading if action is Action.READ else changing)
    }


@lru_cache(maxsize=1024)
def narrowed(role: str, reached: Access) -> Rights:
    """What the role may, of those DAGs only."""
    return dict.fromkeys(_OF_ROLE.get(role, {}), reached)


_OF_ROLE: dict[str, Rights] = {role: _rights_of(role) for role in ROLES}
