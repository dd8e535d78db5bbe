"""Programs that use the API, and their tokens. Only digests of tokens are here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import sqlalchemy as sa

from tradewind.domain import errors
from tradewind.store.database import Tx
from tradewind.store.dialects.base import UniqueViolated
from tradewind.store.queries.reading import Reader
from tradewind.store.statements import Statement
from tradewind.store.tables.service_accounts import service_account as account
from tradewind.store.tables.service_accounts import service_token as token

USED_AGAIN: Final = timedelta(minutes=1)
"""When a token was used last is written down at most so often."""


class AccountRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One program."""

    id: int
    name: str
    description: str
    created_on: datetime


class TokenRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One token, without what it is."""

    id: int
    account: str
    scopes: tuple[str, ...]
    created_on: datetime
    expires_on: datetime
    last_used_on: datetime | None


_accounts = Reader(AccountRecord, {name: account.c[name] for name in AccountRecord.__struct_fields__})
_tokens = Reader(
    TokenRecord,
    {
        "id": token.c.id, "account": account.c.name, "scopes": token.c.scopes,
        "created_on": token.c.created_on, "expires_on": token.c.expires_on,
        "last_used_on": token.c.last_used_on,
    },
    scopes=lambda text: tuple(json.loads(text)),
)  # fmt: skip
_TOKENS = sa.select(*_tokens.columns).join(account, account.c.id == token.c.account_id)
_BY_DIGEST = Statement(_TOKENS.where(token.c.digest == sa.bindparam("digest")))


def create(tx: Tx, name: str, description: str, now: datetime) -> None:
    """Enter a program. Raises Conflict where the name is taken, InvalidValue for one that cannot be."""
    if not 1 <= len(name) <= 100 or not name.isprintable() or name != name.strip():
        raise errors.InvalidValue(
            "name", name, "have 1 to 100 printable characters and no blanks around them"
        )
    if len(description) > 500:
        raise errors.InvalidValue("description", f"{description[:50]}…", "have at most 500 characters")
    try:
        tx.insert(account, {"name": name, "description": description, "created_on": now})
    except UniqueViolated as error:
        raise errors.Conflict(f"Service account {name!r} exists already.") from error


def list_accounts(tx: Tx) -> list[AccountRecord]:
    """All programs by name."""
    return _accounts.all(tx, sa.select(*_accounts.columns).order_by(account.c.name))


def delete(tx: Tx, name: str) -> bool:
    """Remove a program with its tokens; False where there is none."""
    return tx.run(sa.delete(account).where(account.c.name == name)) == 1


def add_token(
    tx: Tx, name: str, *, digest: str, scopes: Sequence[str], now: datetime, expires: datetime
) -> int:
    """Give a program a token; its number. Raises NotFound."""
    found = tx.value(sa.select(account.c.id).where(account.c.name == name))
    if found is None:
        raise errors.NotFound(
            f"There is no service account {name!r}. 'airflow service-accounts create {name}' makes one."
        )
    values = {
        "account_id": found, "digest": digest, "scopes": json.dumps(list(scopes)), "created_on": now,
        "expires_on": expires,
    }  # fmt: skip
    return tx.insert(token, values)


def list_tokens(tx: Tx, name: str | None = None) -> list[TokenRecord]:
    """The tokens of a program (None: of all), the oldest first."""
    select = _TOKENS if name is None else _TOKENS.where(account.c.name == name)
    return _tokens.all(tx, select.order_by(token.c.id))


def by_digest(tx: Tx, digest: str) -> TokenRecord | None:
    """The token with that digest, expired or not; None where there is none."""
    return _tokens.first(tx, _BY_DIGEST, digest=digest)


def used(tx: Tx, found: TokenRecord, now: datetime) -> None:
    """Write down that a token was used."""
    tx.run(sa.update(token).where(token.c.id == found.id).values(last_used_on=now))


def delete_token(tx: Tx, number: int) -> TokenRecord | None:
    """Remove a token; what it was, or None where there is none of that number."""
    (found,) = _tokens.all(tx, _TOKENS.where(token.c.id == number)) or (None,)
    tx.run(sa.delete(token).where(token.c.id == number))
    return found
