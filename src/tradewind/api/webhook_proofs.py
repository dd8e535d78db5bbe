"""What proves that a delivery comes from somebody who knows the webhook's secret.

Three ways, as senders have them: a signature as GitHub makes it (``X-Hub-Signature-256``: HMAC-SHA256 of the
body; Bitbucket says ``X-Hub-Signature``), one of Standard Webhooks (standardwebhooks.com: ``webhook-id``,
``webhook-timestamp``, ``webhook-signature``), and the secret itself (``Authorization: Bearer``,
``X-Gitlab-Token``), which a webhook may refuse.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
TOLERANCE: Final = 300
"""Seconds that a signed time may differ from ours, as Standard Webhooks advises."""
_IDS: Final = ("webhook-id", "x-github-delivery", "idempotency-key", "x-request-uuid", "x-delivery-id")
"""Not GitLab's ``X-Gitlab-Event-UUID``, which events that cause each other share: retries share the third."""
LONGEST_ID: Final = 250
SHORTEST: Final = 16
"""Characters of a secret that somebody brings: fewer can be guessed."""


def new_secret() -> str:
    """A secret nobody can guess: Standard Webhooks' form, 256 bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def delivery_id(headers: Mapping[str, str]) -> str | None:
    """The sender's id of this delivery, where there is one."""
    return next((headers[name] for name in _IDS if headers.get(name)), None)


def proves(secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime, signed_only: bool) -> bool:
    """The sender knows the secret. A signature that is there has to be right."""
    if "webhook-signature" in headers:
        return _standard(secret, headers, body, now)
    signature = headers.get("x-hub-signature-256") or headers.get("x-hub-signature")
    if signature is not None:
        return _same(signature, "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest())
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    given = bearer.strip() if scheme.lower() == "bearer" else headers.get("x-gitlab-token", "")
    return not signed_only and _same(given, secret)


def _standard(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    number, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not number or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        return False
    if abs(now.timestamp() - int(stamp)) > TOLERANCE:
        return False
    signed = f"{number}.{stamp}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()
    return any(_same(one, wanted) for one in headers["webhook-signature"].split())


def _key(secret: str) -> bytes:
    """The bytes of a secret in Standard Webhooks' form; of another one, its characters."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        return secret.encode()


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
