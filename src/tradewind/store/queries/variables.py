"""Variables. Their values go through the caller's cipher."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain import bounds, keys
from tradewind.secrets.cipher import Cipher
from tradewind.store.database import Tx
from tradewind.store.dialects.base import Dialect
from tradewind.store.statements import Statement
from tradewind.store.tables.secrets import variable


class VariableRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``variable``, its value readable."""

    key: str
    value: str | None
    description: str | None
    is_encrypted: bool


_COLUMNS = (variable.c.key, variable.c.val, variable.c.description, variable.c.is_encrypted)
_GET = Statement(sa.select(*_COLUMNS).where(variable.c.key == sa.bindparam("name")))
_ALL = Statement(sa.select(*_COLUMNS).order_by(variable.c.key))
_KEYS = Statement(sa.select(variable.c.key).order_by(variable.c.key))
_DELETE = Statement(sa.delete(variable).where(variable.c.key == sa.bindparam("name")))


def _upsert(dialect: Dialect) -> Any:
    return dialect.upsert(variable, ["key"], ["val", "description", "is_encrypted"])


_SET = Statement(_upsert)


def get(tx: Tx, key: str, *, cipher: Cipher) -> VariableRecord | None:
    """The variable, or None. Raises CannotDecrypt."""
    row = tx.first(_GET, name=key)
    return None if row is None else _record(row, cipher)


def list_variables(tx: Tx, *, cipher: Cipher) -> list[VariableRecord]:
    """All variables by key. Raises CannotDecrypt."""
    return [_record(row, cipher) for row in tx.rows(_ALL)]


def list_keys(tx: Tx) -> list[str]:
    """The keys of all variables; nothing is decrypted."""
    return [row[0] for row in tx.rows(_KEYS)]


def set_variable(tx: Tx, key: str, value: str, *, description: str | None = None, cipher: Cipher) -> None:
    """Create or overwrite a variable. Raises InvalidId,
    InvalidValue."""
    keys.check_variable_key(key)
    bounds.check(f"The description of variable {key!r}", description, bounds.DESCRIPTION)
    _write(tx, key, value, description=description, cipher=cipher)


def _write(tx: Tx, key: str, value: str, *, description: str | None, cipher: Cipher) -> None:
    tx.run(_SET, key=key, val=cipher.encrypt(value), description=description, is_encrypted=cipher.encrypts)


def delete(tx: Tx, key: str) -> bool:
    """Remove a variable; False where there is none."""
    return tx.run(_DELETE, name=key) == 1


def rotate(tx: Tx, *, cipher: Cipher) -> int:
    """Encrypt every value with the cipher's first key; how many there are. Raises CannotDecrypt."""
    found = list_variables(tx, cipher=cipher)
    for record in found:
        _write(tx, record.key, record.value or "", description=record.description, cipher=cipher)
    return len(found)


def _record(row: Any, cipher: Cipher) -> VariableRecord:
    key, value, description, encrypted = row
    if value and encrypted:
        value = cipher.decrypt(value, what=f"Variable {key!r}")
    return VariableRecord(key=key, value=value, description=description, is_encrypted=encrypted)
