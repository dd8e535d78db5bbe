"""How a webhook is made, and which secrets it may have: the same for the API and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import jsonpointer

from tradewind.api import webhook_proofs
from tradewind.domain import bounds, errors
from tradewind.secrets.cipher import Cipher
from tradewind.store.database import Tx
from tradewind.store.queries import webhooks as queries


def make(
    tx: Tx,
    name: str,
    *,
    dag_id: str | None,
    asset_id: int | None,
    secret: str,
    signed_only: bool,
    params: Mapping[str, str],
    now: datetime,
    cipher: Cipher,
) -> None:
    """Make a webhook for a DAG or an asset that its maker may reach, with a ``usable`` secret. Raises
    InvalidId, InvalidValue, BadRequest, Conflict.
    """
    if len(params) > bounds.PARAMS_OF_WEBHOOK:
        raise errors.BadRequest(
            f"A webhook has at most {bounds.PARAMS_OF_WEBHOOK} params, got {len(params)}."
        )
    for param, pointer in params.items():
        if not param or not points(pointer):
            raise errors.InvalidValue(
                f"The pointer of param {param!r}", pointer, "be a JSON pointer, as /commits/0/id"
            )
    queries.create(
        tx, name, dag_id=dag_id, asset_id=asset_id, secret=secret, signed_only=signed_only,
        params=dict(params), now=now, cipher=cipher,
    )  # fmt: skip


def usable(secret: str | None) -> str:
    """The secret that somebody brings, or (None) a new one. Raises BadRequest, which does not repeat it."""
    if secret is None:
        return webhook_proofs.new_secret()
    if len(secret.strip()) < webhook_proofs.SHORTEST:
        raise errors.BadRequest(f"The secret is shorter than {webhook_proofs.SHORTEST} characters.")
    if len(secret.strip()) > bounds.SECRET_OF_WEBHOOK:
        raise errors.BadRequest(f"The secret is longer than {bounds.SECRET_OF_WEBHOOK} characters.")
    if not secret.isascii():
        raise errors.BadRequest("The secret has characters that no header can carry: use ASCII.")
    return secret.strip()


def points(pointer: str) -> bool:
    """It is a JSON pointer to something that can be there: not ``-``, which is behind the end of a list."""
    try:
        parts = jsonpointer.JsonPointer(pointer).parts
    except jsonpointer.JsonPointerException:
        return False
    return bool(parts) and "-" not in parts
