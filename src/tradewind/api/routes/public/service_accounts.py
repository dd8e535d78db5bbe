"""Service accounts and their tokens. Whoever may manage users may give a token any scope."""

from __future__ import annotations

import msgspec

from tradewind.api.door import OWN, Call, Door
from tradewind.api.schemas import service_accounts as schemas
from tradewind.auth import service_accounts
from tradewind.auth.permissions import Resource
from tradewind.store.queries import service_accounts as store

door = Door("Service Account", prefix=OWN)
ONE = "/serviceAccounts/{account_name}"


@door.get("/serviceAccounts", Resource.USER, answer=schemas.ServiceAccountCollectionResponse)
def get_service_accounts(call: Call) -> schemas.ServiceAccountCollectionResponse:
    """List service accounts."""
    found = [_shown(one) for one in store.list_accounts(call.tx)]
    return schemas.ServiceAccountCollectionResponse(service_accounts=found, total_entries=len(found))


@door.post(
    "/serviceAccounts", Resource.USER, body=schemas.ServiceAccountBody,
    answer=schemas.ServiceAccountResponse, status=201,
)  # fmt: skip
def post_service_account(call: Call) -> schemas.ServiceAccountResponse:
    """Make a service account: a name under which a program uses the API."""
    store.create(call.tx, call.body.name, call.body.description, call.now)
    call.audit("service_accounts_create", extra={"name": call.body.name})
    return _shown(store.account(call.tx, call.body.name))


@door.get(ONE, Resource.USER, answer=schemas.ServiceAccountResponse)
def get_service_account(call: Call) -> schemas.ServiceAccountResponse:
    """Show a service account."""
    return _shown(store.account(call.tx, call.path["account_name"]))


@door.delete(ONE, Resource.USER)
def delete_service_account(call: Call) -> None:
    """Delete a service account; its tokens end."""
    store.delete(call.tx, call.path["account_name"])
    call.audit("service_accounts_delete", extra={"name": call.path["account_name"]})


@door.get("/tokens", Resource.USER, query=schemas.TokenQuery, answer=schemas.TokenCollectionResponse)
def get_tokens(call: Call) -> schemas.TokenCollectionResponse:
    """List tokens: whose, what they may do, until when, when they were used last."""
    if call.query.account is not None:
        store.account(call.tx, call.query.account)
    rows = store.list_tokens(call.tx, call.query.account)
    found = [msgspec.convert(row, schemas.TokenResponse, from_attributes=True) for row in rows]
    return schemas.TokenCollectionResponse(tokens=found, total_entries=len(found))


@door.post(
    "/tokens", Resource.USER, body=schemas.TokenBody, answer=schemas.NewTokenResponse, status=201,
    name="post_service_token",
)  # fmt: skip
def post_token(call: Call) -> schemas.NewTokenResponse:
    """Give a service account a token, which is shown this once."""
    body: schemas.TokenBody = call.body
    made = service_accounts.issue(
        call.tx, body.account, scopes=body.scopes, lifetime=body.expires, now=call.now
    )
    told = {"id": made.id, "scopes": made.scopes, "expires_on": made.expires_on}
    call.audit("tokens_create", extra={"name": body.account, **told})
    return schemas.NewTokenResponse(
        token=made.token, id=made.id, account=body.account, scopes=made.scopes, expires_on=made.expires_on
    )


@door.delete("/tokens/{token_id}", Resource.USER, name="delete_service_token")
def delete_token(call: Call) -> None:
    """End a token now."""
    found = store.delete_token(call.tx, int(call.path["token_id"]))
    call.audit("tokens_revoke", extra={"name": found.account, "id": found.id})


def _shown(found: store.AccountRecord) -> schemas.ServiceAccountResponse:
    return msgspec.convert(found, schemas.ServiceAccountResponse, from_attributes=True)
