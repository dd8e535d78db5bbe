"""Webhooks: made, listed, given another secret, deleted. A webhook is somebody who may do one thing, so this
takes the right to manage users; it reaches the webhooks of DAGs that the asker may read, and of assets that
those mention.
"""

from __future__ import annotations

import msgspec

from tradewind.api import missing, webhook_making
from tradewind.api.door import OWN, Call, Door
from tradewind.api.schemas import webhooks as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.store.queries import dags as dag_store
from tradewind.store.queries import webhooks as store
from tradewind.store.queries.browse import assets as browse_assets
from tradewind.store.queries.browse.listing import Where

door = Door("Webhook", prefix=OWN)
ONE = "/webhooks/{webhook_name}"


@door.get("/webhooks", Resource.USER, answer=schemas.WebhookCollectionResponse)
def get_webhooks(call: Call) -> schemas.WebhookCollectionResponse:
    """List webhooks."""
    found = [_shown(one) for one in store.list_webhooks(call.tx, access=call.access)]
    return schemas.WebhookCollectionResponse(webhooks=found, total_entries=len(found))


@door.get(ONE, Resource.USER, answer=schemas.WebhookResponse)
def get_webhook(call: Call) -> schemas.WebhookResponse:
    """Show a webhook."""
    return _shown(_loaded(call))


@door.post(
    "/webhooks", Resource.USER, body=schemas.WebhookBody, answer=schemas.WebhookSecretResponse, status=201
)
def post_webhook(call: Call) -> schemas.WebhookSecretResponse:
    """Let events from outside start a DAG, or update an asset. The secret is shown this once."""
    body: schemas.WebhookBody = call.body
    if (body.dag_id is None) == (body.asset_id is None):
        raise errors.BadRequest("Say what the webhook is for: dag_id or asset_id.")
    if body.dag_id is not None and dag_store.get(call.tx, body.dag_id, access=call.access) is None:
        raise missing.dag(call, body.dag_id)
    if body.asset_id is not None:
        where = Where("id", "eq", body.asset_id)
        if browse_assets.assets.one(call.tx, where, access=call.access) is None:
            raise errors.NotFound(f"There is no asset {body.asset_id}. GET /api/v2/assets lists them.")
    secret = webhook_making.usable(body.secret)
    webhook_making.make(
        call.tx, body.name, dag_id=body.dag_id, asset_id=body.asset_id, secret=secret,
        signed_only=body.signed_only, params=body.params or {}, now=call.now, cipher=call.services.cipher,
    )  # fmt: skip
    told = {"webhook": body.name, "asset_id": body.asset_id}
    call.audit("webhook_create", dag_id=body.dag_id, extra=told)
    return _secret(body.name, secret, body.secret)


@door.post(
    f"{ONE}/secret", Resource.USER, action="edit", body=schemas.WebhookSecretBody | None,
    answer=schemas.WebhookSecretResponse,
)  # fmt: skip
def rotate_webhook_secret(call: Call) -> schemas.WebhookSecretResponse:
    """Give a webhook another secret; the former one is worthless from then on."""
    hook, given = _loaded(call), call.body.secret if call.body is not None else None
    secret = webhook_making.usable(given)
    store.set_secret(call.tx, hook.name, secret, cipher=call.services.cipher)
    call.audit("webhook_rotate", dag_id=hook.dag_id, extra={"webhook": hook.name})
    return _secret(hook.name, secret, given)


@door.delete(ONE, Resource.USER)
def delete_webhook(call: Call) -> None:
    """Delete a webhook."""
    hook = _loaded(call)
    store.delete(call.tx, hook.name)
    call.audit("webhook_delete", dag_id=hook.dag_id, extra={"webhook": hook.name})


def _loaded(call: Call) -> store.Webhook:
    return store.reached(call.tx, call.path["webhook_name"], access=call.access)


def _shown(hook: store.Webhook) -> schemas.WebhookResponse:
    return msgspec.convert(hook, schemas.WebhookResponse, from_attributes=True)


def _secret(name: str, secret: str, given: str | None) -> schemas.WebhookSecretResponse:
    shown = secret if given is None else None
    return schemas.WebhookSecretResponse(name=name, path=f"/api/v2/webhooks/{name}", secret=shown)
