"""Connections. Password and extra go through the caller's cipher."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from tradewind.domain import bounds, errors, keys
from tradewind.secrets.cipher import Cipher
from tradewind.secrets.connection import Connection
from tradewind.store.database import Tx
from tradewind.store.dialects.base import Dialect
from tradewind.store.statements import Statement
from tradewind.store.tables.secrets import connection

_PLAIN = ("conn_id", "conn_type", "description", "host", "schema", "login", "port")
_NAMES = (*_PLAIN, "password", "is_encrypted", "extra", "is_extra_encrypted")
_COLUMNS = [connection.c[name] for name in _NAMES]
_GET = Statement(sa.select(*_COLUMNS).where(connection.c.conn_id == sa.bindparam("name")))
_ALL = Statement(sa.select(*_COLUMNS).order_by(connection.c.conn_id))
_IDS = Statement(sa.select(connection.c.conn_id))
_DELETE = Statement(sa.delete(connection).where(connection.c.conn_id == sa.bindparam("name")))
_BOUNDS = {
    "conn_type": bounds.CONN_TYPE, "description": bounds.DESCRIPTION, "host": bounds.HOST,
    "schema": bounds.SCHEMA, "login": bounds.LOGIN,
}  # fmt: skip


def _upsert(dialect: Dialect) -> Any:
    return dialect.upsert(connection, ["conn_id"], _NAMES[1:])


_SET = Statement(_upsert)


def get(tx: Tx, conn_id: str, *, cipher: Cipher) -> Connection | None:
    """The connection, or None. Raises CannotDecrypt."""
    row = tx.first(_GET, name=conn_id)
    return None if row is None else _connection(row, cipher)


def list_connections(tx: Tx, *, cipher: Cipher) -> list[Connection]:
    """All connections by id. Raises CannotDecrypt."""
    return [_connection(row, cipher) for row in tx.rows(_ALL)]


def set_connection(tx: Tx, of: Connection, *, cipher: Cipher, overwrite: bool = True) -> None:
    """Create a connection, or overwrite the one of its id.

    Raises InvalidId, InvalidValue for one without a type or with a text that is too long, and Conflict where
    it is there and may not be overwritten.
    """
    keys.check_conn_id(of.conn_id)
    if not of.conn_type:
        raise errors.InvalidValue(
            f"The type of connection {of.conn_id!r}", of.conn_type,
            "be given, as postgresql is in postgresql://user:password@host:5432/db",
        )  # fmt: skip
    for name, most in _BOUNDS.items():
        bounds.check(f"The {name} of connection {of.conn_id!r}", getattr(of, name), most)
    if not overwrite and tx.first(_GET, name=of.conn_id) is not None:
        raise errors.Conflict(
            f"Connection {of.conn_id!r} exists already. Delete it first, or choose another id."
        )
    _write(tx, of, cipher=cipher)


def _write(tx: Tx, of: Connection, *, cipher: Cipher) -> None:
    values: dict[str, Any] = {name: getattr(of, name) for name in _PLAIN}
    for name, encrypted in (("password", "is_encrypted"), ("extra", "is_extra_encrypted")):
        text = getattr(of, name)
        values[name] = cipher.encrypt(text) if text else text
        values[encrypted] = bool(text) and cipher.encrypts
    tx.run(_SET, **values)


def add_missing(tx: Tx, wanted: Sequence[Connection], *, cipher: Cipher) -> list[str]:
    """Create those whose id is not taken; their ids."""
    known = {row[0] for row in tx.rows(_IDS)}
    new = [one for one in wanted if one.conn_id not in known]
    for one in new:
        set_connection(tx, one, cipher=cipher)
    return [str(one.conn_id) for one in new]


def delete(tx: Tx, conn_id: str) -> bool:
    """Remove a connection; False where there is none."""
    return tx.run(_DELETE, name=conn_id) == 1


def rotate(tx: Tx, *, cipher: Cipher) -> int:
    """Encrypt every secret with the cipher's first key; how many connections there are. Raises
    CannotDecrypt.
    """
    found = list_connections(tx, cipher=cipher)
    for each in found:
        _write(tx, each, cipher=cipher)
    return len(found)


def _connection(row: Any, cipher: Cipher) -> Connection:
    values = dict(zip(_NAMES, row, strict=True))
    what = f"Connection {values['conn_id']!r}"
    for name, encrypted in (("password", "is_encrypted"), ("extra", "is_extra_encrypted")):
        if values.pop(encrypted) and values[name]:
            values[name] = cipher.decrypt(values[name], what=what)
    return Connection(**values)
