"""Variables and connections as lists. Values come as they are stored: the caller has the cipher."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from tradewind.store.queries.browse.listing import Listing
from tradewind.store.tables.secrets import connection, variable


class VariableRow(msgspec.Struct, frozen=True, kw_only=True):
    """A variable, its value encrypted where ``is_encrypted``."""

    id: int
    key: str
    value: str | None
    description: str | None
    is_encrypted: bool


class ConnectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A connection without its password; ``extra`` is encrypted where ``is_extra_encrypted``."""

    id: int
    conn_id: str
    conn_type: str
    description: str | None
    host: str | None
    login: str | None
    schema: str | None
    port: int | None
    extra: str | None
    is_extra_encrypted: bool
    has_password: bool


variables = Listing(
    VariableRow,
    {
        **{name: variable.c[name] for name in VariableRow.__struct_fields__ if name in variable.c},
        "value": variable.c.val,
    },
    variable,
    unique=variable.c.id,
    dag=None,
)
connections = Listing(
    ConnectionRow,
    {
        **{name: connection.c[name] for name in ConnectionRow.__struct_fields__ if name in connection.c},
        "has_password": sa.func.coalesce(connection.c.password, "") != "",
    },
    connection,
    unique=connection.c.id,
    dag=None,
    filters={"connection_id": connection.c.conn_id},
)
