"""The first tables.

Frozen: the schema as it was when this migration was written stands in SQL files beside it, one a server, so
that later changes to ``store.tables`` do not change what this migration makes.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables, and the rows that are always there."""
    connection = op.get_bind()
    name = "mysql" if connection.dialect.name == "mariadb" else connection.dialect.name
    script = (Path(__file__).parent / f"0001_first_tables.{name}.sql").read_text()
    for statement in script.split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)
