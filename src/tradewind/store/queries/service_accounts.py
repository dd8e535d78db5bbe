"""Programs that use the API, and their tokens. Only digests of tokens are here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import sqlalchemy as sa

from tradewind.domain import bounds, errors, keys
from tradewind.store.database import Tx
from tradewind.store.dialects.base import UniqueViolated
from tradewind.store.queries.reading import Reader
from tradewind.store.statements import Statement
from tradewind.store.tables.service_accounts import service_account as table
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


_accounts = Reader(AccountRecord, {name: table.c[name] for name in AccountRecord.__struct_fields__})
_tokens = Reader(
    TokenRecord,
    {
        "id": token.c.id, "account": table.c.name, "scopes": token.c.scopes,
        "created_on": token.c.created_on, "expires_on": token.c.expires_on,
        "last_used_on": token.c.last_used_on,
    },
    scopes=lambda text: tuple(json.loads(text)),
)  # fmt: skip
_TOKENS = sa.select(*_tokens.columns).join(table, table.c.id == token.c.account_id)
_BY_DIGEST = Statement(_TOKENS.where(token.c.digest == sa.bindparam("digest")))


def create(tx: Tx, name: str, description: str, now: datetime) -> None:
    """Enter a program. Raises Conflict where the name is taken, InvalidValue for one that cannot be."""
    if not keys.is_name(name, 100):
        raise errors.InvalidValue(
            "name", name, f"have {keys.NAME_RULE.format(100)}, and no blanks around them"
        )
    bounds.check(f"The description of service account {name!r}", description, bounds.DESCRIPTION_OF_ACCOUNT)
    try:
        tx.insert(table, {"name": name, "description": description, "created_on": now})
    except UniqueViolated as error:
        raise errors.Conflict(f"Service account {name!r} exists already.") from error


def list_accounts(tx: Tx) -> list[AccountRecord]:
    """All programs by name."""
    return _accounts.all(tx, sa.select(*_accounts.columns).order_by(table.c.name))


def account(tx: Tx, name: str) -> AccountRecord:
    """The program of that name. Raises NotFound."""
    found = _accounts.first(tx, sa.select(*_accounts.columns).where(table.c.name == name))
    if found is None:
        names = [one.name for one in list_accounts(tx)]
        raise errors.NotFound(f"There is no service account {name!r}.{errors.did_you_mean(name, names)}")
    return found


def delete(tx: Tx, name: str) -> None:
    """Remove a program with its tokens. Raises NotFound."""
    tx.run(sa.delete(table).where(table.c.id == account(tx, name).id))


def add_token(
    tx: Tx, name: str, *, digest: str, scopes: Sequence[str], now: datetime, expires: datetime
) -> int:
    """Give a program a token; its number. Raises NotFound."""
    try:
        number = account(tx, name).id
    except errors.NotFound as error:
        raise errors.NotFound(f"{error} 'airflow service-accounts create {name}' makes one.") from error
    values = {
        "account_id": number, "digest": digest, "scopes": json.dumps(list(scopes)),
        "created_on": now, "expires_on": expires,
    }  # fmt: skip
    return tx.insert(token, values)


def list_tokens(tx: Tx, name: str | None = None) -> list[TokenRecord]:
    """The tokens of a program (None: of all), the oldest first."""
    select = _TOKENS if name is None else _TOKENS.where(table.c.name == name)
    return _tokens.all(tx, select.order_by(token.c.id))


def by_digest(tx: Tx, digest: str) -> TokenRecord | None:
    """The token with that digest, expired or not; None where there is none."""
    return _tokens.first(tx, _BY_DIGEST, digest=digest)


def used(tx: Tx, found: TokenRecord, now: datetime) -> None:
    """Write down that a token was used."""
    tx.run(sa.update(token).where(token.c.id == found.id).values(last_used_on=now))


def delete_token(tx: Tx, number: int) -> TokenRecord:
    """Remove a token; what it was. Raises NotFound."""
    found = _tokens.first(tx, _TOKENS.where(token.c.id == number))
    if found is None:
        raise errors.NotFound(f"There is no token {number}. 'airflow tokens list' shows all.")
    tx.run(sa.delete(token).where(token.c.id == number))
    return found
