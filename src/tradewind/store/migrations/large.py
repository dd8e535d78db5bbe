"""Indexes of tables that may have millions of rows (runs, task instances, and what grows with them), on a
system that goes on meanwhile.

PostgreSQL makes an index in two ways: in a transaction, while nobody may write to the table, or outside of
any (CONCURRENTLY), while everybody goes on. So what came before in the upgrade is committed first. A process
that ends in the middle leaves an index that is not used, and the migration is run again from its beginning:
it drops the index that it finds. Therefore a migration that calls ``index`` does nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op


def index(
    name: str,
    table: str,
    columns: Sequence[str],
    *,
    where: sa.ColumnElement[bool] | sa.TextClause | None = None,
) -> None:
    """Make an index, on PostgreSQL while others write. ``where``: of these rows only."""
    partial: dict[str, Any] = {} if where is None else {"sqlite_where": where, "postgresql_where": where}
    if op.get_bind().dialect.name != "postgresql":
        op.create_index(name, table, list(columns), **partial)
        return
    connection = op.get_bind()
    connection.exec_driver_sql("COMMIT")
    op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
    op.create_index(name, table, list(columns), postgresql_concurrently=True, **partial)
    config = op.get_context().config
    assert config is not None
    connection.exec_driver_sql(config.attributes["begin"])
