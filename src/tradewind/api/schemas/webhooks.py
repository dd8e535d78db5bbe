"""Webhooks, and what they answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from tradewind.api.schemas.common import Answer, Body
from tradewind.domain import bounds

Secret = Annotated[str, Meta(max_length=bounds.SECRET_OF_WEBHOOK)]


class DeliveryResponse(Answer, kw_only=True):
    """What a delivery did. ``duplicate``: it came before, and does nothing again."""

    webhook: str
    delivery_id: str | None
    duplicate: bool
    dag_id: str | None
    dag_run_id: str | None
    asset_id: int | None


class WebhookResponse(Answer, kw_only=True):
    """A webhook, without its secret. ``params``: a param to where its value stands in what is delivered."""

    name: str
    dag_id: str | None
    asset_id: int | None
    asset_name: str | None
    signed_only: bool
    params: dict[str, str]
    created_at: datetime


class WebhookCollectionResponse(Answer, kw_only=True):
    """Webhooks."""

    webhooks: list[WebhookResponse]
    total_entries: int


class WebhookBody(Body, kw_only=True):
    """A new webhook, for a DAG or an asset. ``secret``: one that the sender gave, else one is made."""

    name: Annotated[str, Meta(min_length=1, max_length=250)]
    dag_id: str | None = None
    asset_id: int | None = None
    params: Annotated[dict[str, str], Meta(max_length=bounds.PARAMS_OF_WEBHOOK)] | UnsetType = UNSET
    signed_only: bool = False
    secret: Secret | None = None


class WebhookSecretBody(Body, kw_only=True):
    """Another secret: the sender's, or (None) a new one."""

    secret: Secret | None = None


class WebhookSecretResponse(Answer, kw_only=True):
    """Where to post, and the secret that is not shown again; None where the asker brought it."""

    name: str
    path: str
    secret: str | None
