"""What plug-ins say of a DAG's next run: its id and its partition."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0009"
down_revision = "0008"

_NAME = sa.String(250)
_TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """Add the columns."""
    op.add_column("dag", sa.Column("next_dagrun_partition_key", _NAME))
    op.add_column("dag", sa.Column("next_dagrun_partition_date", _TIME))
    op.add_column("dag", sa.Column("next_dagrun_run_id", _NAME))
