"""Who looks, and what they may do."""

from __future__ import annotations

from datetime import UTC, datetime

from tradewind.api import authentication
from tradewind.api.door import Call, Door
from tradewind.api.login_page import WORDS
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.schemas.ui import me as schemas
from tradewind.auth import permissions, service_accounts
from tradewind.auth.permissions import Action, Principal, Resource
from tradewind.store.queries import users

door = Door(TAG, PREFIX)


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
        rights=rights_of(who),
        can_log_out=ends is not None and call.services.people.anonymous() is None,
        session_ends=ends,
        instance_name=settings.instance_name,
        version=settings.version,
        default_timezone=settings.default_timezone,
        languages=list(WORDS),
        docs=settings.docs,
        test_connections=settings.test_connections,
    )


def rights_of(who: Principal) -> schemas.UIRights:
    """By kind of thing, what ``who`` may do to some of it at least."""

    def right(resource: Resource) -> schemas.UIRight:
        may = {action.value: permissions.access(who, action, resource) is not None for action in Action}
        return schemas.UIRight(**may)

    return schemas.UIRights(**{resource.name.lower(): right(resource) for resource in Resource})


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
