"""What a webhook answers."""

from __future__ import annotations

from tradewind.api.schemas.common import Answer


class DeliveryResponse(Answer, kw_only=True):
    """What a delivery did. ``duplicate``: it came before, and does nothing again."""

    webhook: str
    delivery_id: str | None
    duplicate: bool
    dag_id: str | None
    dag_run_id: str | None
    asset_id: int | None
