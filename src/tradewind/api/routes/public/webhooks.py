"""Webhooks: an event from outside becomes a run, or an update of an asset, without a sensor."""

from __future__ import annotations

from typing import Any, Final

import jsonpointer

from tradewind.api import problems, webhook_proofs
from tradewind.api.door import Call, Door, Sent, Services
from tradewind.api.routes.public import assets, runs
from tradewind.api.schemas.webhooks import DeliveryResponse
from tradewind.auth import permissions
from tradewind.auth.permissions import Principal, Resource
from tradewind.domain import errors
from tradewind.store.queries import webhooks as store
from tradewind.store.queries.browse import assets as browse_assets
from tradewind.store.queries.browse.listing import Where

door = Door("Webhook")
_EVENT: Final = "x-github-event"


def known_sender(sent: Sent, services: Services) -> Principal:
    """The webhook itself, which may do what it is for and nothing else. Raises NotAuthenticated.

    A name that is not there is answered as a wrong proof is: names are nobody's business.
    """
    name = sent.path["webhook_name"]
    with services.database.read() as tx:
        hook, secret = store.find(tx, name), store.secret_of(tx, name, cipher=services.cipher)
    good = webhook_proofs.proves(
        secret or webhook_proofs.new_secret(), sent.headers, sent.body,
        now=services.clock.now(), signed_only=hook is not None and hook.signed_only,
    )  # fmt: skip
    if not good or hook is None:
        raise problems.NotAuthenticated(
            f"Not authenticated: nothing proves that the sender knows the secret of webhook {name!r}. Sign "
            "the body (X-Hub-Signature-256 or webhook-signature), or send 'Authorization: Bearer SECRET'."
        )
    return permissions.webhook(name, hook.dag_id)


@door.post("/webhooks/{webhook_name}", Resource.RUN, body=Any, answer=DeliveryResponse, proof=known_sender)
def deliver_webhook(call: Call) -> DeliveryResponse:
    """An event of some other system. Its body is any JSON."""
    name, delivery = call.path["webhook_name"], webhook_proofs.delivery_id(call.request.headers)
    hook = store.find(call.tx, name)
    if hook is None:
        raise errors.NotFound(f"Webhook {name!r} was deleted just now.")
    if call.request.headers.get(_EVENT) == "ping":  # GitHub asks so whether anybody is here
        return _answer(hook, delivery)
    if delivery is not None and len(delivery) > webhook_proofs.LONGEST_ID:
        raise errors.InvalidValue(
            "Delivery id", delivery, f"have at most {webhook_proofs.LONGEST_ID} characters"
        )
    first = delivery is None or store.first_delivery(call.tx, name, delivery, now=call.now)
    run_id = _carry_out(call, hook) if first else store.run_of(call.tx, name, delivery or "")
    if first and delivery is not None and run_id is not None:
        store.note_run(call.tx, name, delivery, run_id)
    return _answer(hook, delivery, duplicate=not first, run_id=run_id)


def _answer(
    hook: store.Webhook, delivery: str | None, *, duplicate: bool = False, run_id: str | None = None
) -> DeliveryResponse:
    return DeliveryResponse(
        webhook=hook.name, delivery_id=delivery, duplicate=duplicate, dag_id=hook.dag_id, dag_run_id=run_id,
        asset_id=hook.asset_id,
    )  # fmt: skip


def _carry_out(call: Call, hook: store.Webhook) -> str | None:
    """Start the run, whose id is returned, or record the update."""
    given = _mapped(hook.params, call.body)
    if hook.dag_id is not None:
        return runs.start(call, hook.dag_id, event="webhook", conf=given)
    asset = browse_assets.assets.one(call.tx, Where("id", "eq", hook.asset_id), access=call.access)
    if asset is None:
        raise errors.NotFound(f"The asset of webhook {hook.name!r} is not there any more.")
    assets.update(call, asset, {**given, "from_webhook": hook.name}, event="webhook")
    return None


def _mapped(params: dict[str, str], body: Any) -> dict[str, Any]:
    """Param to its value in the body; what the body does not have is left to the param's default."""
    if not isinstance(body, dict):
        words = "Input should be a JSON object"
        raise problems.Unprocessable(problems.Problem(type="dict_type", loc=("body",), msg=words))
    if not params:
        return body
    missing = object()
    found = {name: jsonpointer.resolve_pointer(body, pointer, missing) for name, pointer in params.items()}
    return {name: value for name, value in found.items() if value is not missing}
