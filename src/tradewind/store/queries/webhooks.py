"""Webhooks and their deliveries. Secrets go through the caller's cipher."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain import errors, keys
from tradewind.domain.access import Access
from tradewind.secrets.cipher import Cipher
from tradewind.store.database import Tx
from tradewind.store.queries.browse.assets import mentioned_to
from tradewind.store.queries.reading import within
from tradewind.store.tables.assets import asset
from tradewind.store.tables.webhooks import webhook, webhook_delivery

REMEMBERED = timedelta(days=7)
"""A delivery that comes again within that time starts nothing."""


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook. It starts runs of ``dag_id``, or updates the asset ``asset_id``, whose name is
    ``asset_name``. ``params``: name of a param to the JSON pointer (RFC 6901) of its value in what is
    delivered; empty: all that is delivered.
    """

    name: str
    dag_id: str | None
    asset_id: int | None
    asset_name: str | None
    signed_only: bool
    params: dict[str, str]
    created_at: datetime


_COLUMNS = (
    webhook.c.name, webhook.c.dag_id, webhook.c.asset_id, asset.c.name, webhook.c.signed_only,
    webhook.c.params, webhook.c.created_at,
)  # fmt: skip
_ALL = (
    sa.select(*_COLUMNS)
    .select_from(webhook.outerjoin(asset, asset.c.id == webhook.c.asset_id))
    .order_by(webhook.c.name)
)


def create(
    tx: Tx,
    name: str,
    *,
    dag_id: str | None = None,
    asset_id: int | None = None,
    secret: str,
    signed_only: bool,
    params: dict[str, str],
    now: datetime,
    cipher: Cipher,
) -> None:
    """Make a webhook for a DAG or an asset that is there. Raises InvalidId, Conflict."""
    keys.check_webhook_name(name)
    if find(tx, name) is not None:
        raise errors.Conflict(
            f"Webhook {name!r} exists already. 'tradewind webhooks delete {name}' deletes it."
        )
    values: dict[str, Any] = {
        "name": name, "dag_id": dag_id, "asset_id": asset_id, "signed_only": signed_only,
        "params": msgspec.json.encode(params).decode(), "created_at": now,
    }  # fmt: skip
    tx.run(sa.insert(webhook).values(**values, **_sealed(secret, cipher)))


def _sealed(secret: str, cipher: Cipher) -> dict[str, Any]:
    return {"secret": cipher.encrypt(secret), "is_encrypted": cipher.encrypts}


def find(tx: Tx, name: str) -> Webhook | None:
    """The webhook of that name, whoever asks; None where there is none."""
    return _one(tx, webhook.c.name == name)


def list_webhooks(tx: Tx, *, access: Access) -> list[Webhook]:
    """Webhooks by name: those of DAGs that ``access`` reaches, and of assets that such a DAG mentions."""
    return [_record(row) for row in tx.rows(_ALL.where(_reached_by(access)))]


def reached(tx: Tx, name: str, *, access: Access) -> Webhook:
    """The webhook of that name among those. Raises NotFound."""
    hook = _one(tx, webhook.c.name == name, _reached_by(access))
    if hook is None:
        raise _unknown(name)
    return hook


def _one(tx: Tx, *which: sa.ColumnElement[bool]) -> Webhook | None:
    row = tx.first(_ALL.where(*which))
    return None if row is None else _record(row)


def _reached_by(access: Access) -> sa.ColumnElement[bool]:
    if access.unconfined:
        return sa.true()  # also those of assets that no DAG mentions any more
    return sa.or_(within(webhook.c.dag_id, access), mentioned_to(webhook.c.asset_id, access))


def secret_of(tx: Tx, name: str, *, cipher: Cipher) -> str | None:
    """The webhook's secret; None where there is no such webhook. Raises CannotDecrypt."""
    row = tx.first(sa.select(webhook.c.secret, webhook.c.is_encrypted).where(webhook.c.name == name))
    if row is None:
        return None
    return cipher.decrypt(row[0], what=f"The secret of webhook {name!r}") if row[1] else str(row[0])


def set_secret(tx: Tx, name: str, secret: str, *, cipher: Cipher) -> None:
    """Give it another secret; the former one is worthless from then on. Raises NotFound."""
    if not tx.run(sa.update(webhook).where(webhook.c.name == name).values(**_sealed(secret, cipher))):
        raise _unknown(name)


def rotate(tx: Tx, *, cipher: Cipher) -> int:
    """Encrypt every secret with the cipher's first key; how many there are. Raises CannotDecrypt."""
    names = [row[0] for row in tx.rows(sa.select(webhook.c.name))]
    for name in names:
        set_secret(tx, name, secret_of(tx, name, cipher=cipher) or "", cipher=cipher)
    return len(names)


def delete(tx: Tx, name: str) -> None:
    """Delete a webhook. Raises NotFound."""
    if not tx.run(sa.delete(webhook).where(webhook.c.name == name)):
        raise _unknown(name)


def _unknown(name: str) -> errors.NotFound:
    return errors.NotFound(f"Webhook {name!r} was not found. 'tradewind webhooks list' lists them.")


def first_delivery(tx: Tx, name: str, delivery_id: str, *, now: datetime) -> bool:
    """Note a delivery; False where it came before. Forgets deliveries that are old."""
    tx.run(sa.delete(webhook_delivery).where(webhook_delivery.c.received_at < now - REMEMBERED))
    values = {"webhook": name, "delivery_id": delivery_id, "received_at": now}
    return tx.run(tx.dialect.insert_ignore(webhook_delivery).values(**values)) == 1


def note_run(tx: Tx, name: str, delivery_id: str, run_id: str) -> None:
    """That delivery started that run."""
    tx.run(sa.update(webhook_delivery).where(*_delivery(name, delivery_id)).values(run_id=run_id))


def run_of(tx: Tx, name: str, delivery_id: str) -> str | None:
    """The run that an earlier delivery of that id started."""
    found = tx.value(sa.select(webhook_delivery.c.run_id).where(*_delivery(name, delivery_id)))
    return None if found is None else str(found)


def _delivery(name: str, delivery_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return webhook_delivery.c.webhook == name, webhook_delivery.c.delivery_id == delivery_id


def _record(row: Any) -> Webhook:
    name, dag_id, asset_id, asset_name, signed_only, params, created_at = row
    return Webhook(
        name=name, dag_id=dag_id, asset_id=asset_id, asset_name=asset_name, signed_only=signed_only,
        params=msgspec.json.decode(params, type=dict[str, str]), created_at=created_at,
    )  # fmt: skip
