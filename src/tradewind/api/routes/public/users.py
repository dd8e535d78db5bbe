"""Users: those of the tables are made, changed and deleted; those of the configuration are shown too."""

from __future__ import annotations

import msgspec

from tradewind.api import managing_people, masks
from tradewind.api.door import OWN, Call, Door
from tradewind.api.schemas import users as schemas
from tradewind.auth.permissions import Resource
from tradewind.auth.users import User
from tradewind.store.queries import users as store

door = Door("User", prefix=OWN)
ONE = "/users/{username}"


@door.get("/users", Resource.USER, query=schemas.UserQuery, answer=schemas.UserCollectionResponse)
def get_users(call: Call) -> schemas.UserCollectionResponse:
    """List users by name."""
    found = {name: _of_configuration(one) for name, one in call.services.people.configured.items()}
    found |= {one.username: _shown(one) for one in store.list_users(call.tx)}  # the tables decide
    settings, begin = call.services.settings, call.query.offset
    limit = settings.page_size if call.query.limit is None else min(call.query.limit, settings.page_limit)
    names = sorted(name for name in found if _fits(found[name], call.query.search))
    page = names[begin : begin + limit]
    return schemas.UserCollectionResponse(users=[found[name] for name in page], total_entries=len(names))


@door.post("/users", Resource.USER, body=schemas.UserBody, answer=schemas.UserResponse, status=201)
@managing_people.with_hash
def post_user(call: Call, hashed: str | None) -> schemas.UserResponse:
    """Make a user, who logs in by this password."""
    body: schemas.UserBody = call.body
    about = {name: getattr(body, name) for name in ("email", "first_name", "last_name")}
    return _shown(managing_people.make_user(call, body.username, hashed, held=body.roles or (), **about))


@door.get(ONE, Resource.USER, answer=schemas.UserResponse)
def get_user(call: Call) -> schemas.UserResponse:
    """Show a user."""
    name = call.path["username"]
    configured = call.services.people.configured.get(name)
    if configured is not None and store.get(call.tx, name) is None:
        return _of_configuration(configured)
    return _shown(managing_people.user(call))


@door.patch(ONE, Resource.USER, body=schemas.UserPatchBody, answer=schemas.UserResponse)
@managing_people.with_hash
def patch_user(call: Call, hashed: str | None) -> schemas.UserResponse:
    """Change what is sent of a user. Another password, or ``active``, ends the tokens that they have."""
    return _shown(managing_people.change_user(call, masks.given(call.body, None), hashed))


@door.delete(ONE, Resource.USER)
def delete_user(call: Call) -> None:
    """Delete a user. One who logs in elsewhere is made anew when they do again: rather set ``active`` to
    false.
    """
    managing_people.delete_user(call)


def _fits(one: schemas.UserResponse, search: str | None) -> bool:
    wanted = (search or "").casefold()
    return any(wanted in text.casefold() for text in (one.username, one.first_name, one.last_name, one.email))


def _shown(found: store.UserRecord) -> schemas.UserResponse:
    shown = msgspec.convert(found, schemas.UserResponse, from_attributes=True)
    shown.source = found.source or "database"
    return shown


def _of_configuration(found: User) -> schemas.UserResponse:
    return schemas.UserResponse(
        username=found.name, email="", first_name="", last_name="", active=True, source="configuration",
        roles=[found.role], last_login=None, created_on=None,
    )  # fmt: skip
