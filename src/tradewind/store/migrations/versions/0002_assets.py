"""Assets: their events, who mentions them, and the runs that wait for them.

Frozen in SQL files beside it, one a server.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    connection = op.get_bind()
    name = "mysql" if connection.dialect.name == "mariadb" else connection.dialect.name
    script = (Path(__file__).parent / f"0002_assets.{name}.sql").read_text()
    for statement in script.split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)
