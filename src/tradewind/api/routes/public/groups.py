"""Groups: people in the tables who have roles together. Afterwards somebody is still an admin."""

from __future__ import annotations

import msgspec

from tradewind.api import admins
from tradewind.api.door import OWN, Call, Door
from tradewind.api.schemas import groups as schemas
from tradewind.auth import managing
from tradewind.auth.permissions import Resource
from tradewind.store.queries import roles as store
from tradewind.store.queries import users

door = Door("Group", prefix=OWN)
ONE = "/groups/{group_name}"


@door.get("/groups", Resource.USER, answer=schemas.GroupCollectionResponse)
def get_groups(call: Call) -> schemas.GroupCollectionResponse:
    """List groups, with their roles and who is in them."""
    found = [_shown(one) for one in store.list_groups(call.tx)]
    return schemas.GroupCollectionResponse(groups=found, total_entries=len(found))


@door.post("/groups", Resource.USER, body=schemas.GroupBody, answer=schemas.GroupResponse, status=201)
def post_group(call: Call) -> schemas.GroupResponse:
    """Make a group."""
    body: schemas.GroupBody = call.body
    managing.make_group(call.tx, body.name, body.roles or ())
    store.set_group_users(call.tx, body.name, users.numbers(call.tx, body.users or ()))
    made = store.get_group(call.tx, body.name)
    call.audit("groups_create", extra={"group": made.name, "roles": made.roles, "users": made.users})
    return _shown(made)


@door.get(ONE, Resource.USER, answer=schemas.GroupResponse)
def get_group(call: Call) -> schemas.GroupResponse:
    """Show a group."""
    return _shown(store.get_group(call.tx, call.path["group_name"]))


@door.patch(ONE, Resource.USER, body=schemas.GroupPatchBody, answer=schemas.GroupResponse)
def patch_group(call: Call) -> schemas.GroupResponse:
    """Give a group other roles, or other users: what is sent is the whole list."""
    before, body = store.get_group(call.tx, call.path["group_name"]), call.body
    with admins.kept(call):
        if body.roles is not msgspec.UNSET:
            store.set_group_roles(call.tx, before.name, managing.check_roles(call.tx, body.roles))
        if body.users is not msgspec.UNSET:
            store.set_group_users(call.tx, before.name, users.numbers(call.tx, body.users))
    after = store.get_group(call.tx, before.name)
    was, now = ({"roles": one.roles, "users": one.users} for one in (before, after))
    if was != now:
        call.audit("groups_edit", extra={"group": before.name}, before=was, after=now)
    return _shown(after)


@door.delete(ONE, Resource.USER)
def delete_group(call: Call) -> None:
    """Delete a group; its users stay."""
    with admins.kept(call):
        store.delete_group(call.tx, call.path["group_name"])
    call.audit("groups_delete", extra={"group": call.path["group_name"]})


def _shown(found: store.GroupRecord) -> schemas.GroupResponse:
    return msgspec.convert(found, schemas.GroupResponse, from_attributes=True)
