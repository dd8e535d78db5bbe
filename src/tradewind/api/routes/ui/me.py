"""Who looks, and what they may do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from tradewind.api import authentication
from tradewind.api.door import Call, Door
from tradewind.api.login_page import WORDS
from tradewind.api.routes.public.dags import row_of
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.schemas.ui import me as schemas
from tradewind.auth import permissions, service_accounts
from tradewind.auth.permissions import Action, Principal, Resource
from tradewind.domain.access import Access
from tradewind.store.queries import reading, users

door = Door(TAG, PREFIX)
OF_DAGS: Final = frozenset(
    {
        Resource.DAG, Resource.RUN, Resource.TASK, Resource.TASK_INSTANCE, Resource.LOG, Resource.XCOM,
        Resource.CODE, Resource.VERSION,
    }
)  # fmt: skip
"""Kinds of things each of which is some DAG's."""


@door.get("/me", Resource.DAG, name="ui_me", answer=schemas.UIMe)
def me(call: Call) -> schemas.UIMe:
    """Who asks, what they may do, and what the UI must know before it shows anything."""
    settings, who = call.services.settings, call.who
    ends = _session_ends(call)
    return schemas.UIMe(
        name=who.name,
        display_name=_display_name(call),
        roles=[name for name in who.role.split(", ") if name],
        all_dags=call.access.unconfined,
        rights=rights_of(who, lambda _: True),
        rights_vary=_vary(who),
        can_log_out=ends is not None and call.services.people.anonymous() is None,
        session_ends=ends,
        instance_name=settings.instance_name,
        version=settings.version,
        default_timezone=settings.default_timezone,
        languages=list(WORDS),
        docs=settings.docs,
        test_connections=settings.test_connections,
    )


@door.get("/dags/{dag_id}/rights", Resource.DAG, name="ui_dag_rights", answer=schemas.UIRights)
def dag_rights(call: Call) -> schemas.UIRights:
    """What the one who asks may do to this DAG, and to what is no DAG's."""
    dag_id = row_of(call).dag_id
    return rights_of(call.who, lambda access: reading.permits(call.tx, dag_id, access))


def rights_of(who: Principal, reaches: Callable[[Access], bool]) -> schemas.UIRights:
    """By kind of thing, what ``who`` may do to it; where it is a DAG's, to those that ``reaches`` tells."""

    def may(action: Action, resource: Resource) -> bool:
        found = permissions.access(who, action, resource)
        return found is not None and (resource not in OF_DAGS or reaches(found))

    def right(resource: Resource) -> schemas.UIRight:
        return schemas.UIRight(**{action.value: may(action, resource) for action in Action})

    return schemas.UIRights(**{resource.name.lower(): right(resource) for resource in Resource})


def _vary(who: Principal) -> bool:
    found = {permissions.access(who, action, resource) for action in Action for resource in OF_DAGS}
    return len(found - {None}) > 1


def _session_ends(call: Call) -> datetime | None:
    """When the person's token does; None for a program's, and where a proxy says who they are."""
    bearer = authentication.bearer_of(call.request)
    token = bearer or call.request.cookies.get(authentication.COOKIE, "")
    if not token or token.startswith(service_accounts.PREFIX):
        return None
    claims = call.services.signer.read(token, now=call.now)
    return datetime.fromtimestamp(claims.exp, UTC)


def _display_name(call: Call) -> str:
    """First and last name where the tables know them, else the name to log in with."""
    found = users.get(call.tx, call.who.name)
    names = () if found is None else (found.first_name, found.last_name)
    return " ".join(name for name in names if name) or call.who.name
