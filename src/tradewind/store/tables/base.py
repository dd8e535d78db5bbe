"""Column types that all tables share."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

metadata: Final = sa.MetaData(
    naming_convention={
        "ix": "idx_%(table_name)s_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_uq",
        "fk": "%(table_name)s_%(referred_table_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)

Name: Final = sa.String(250)
Short: Final = sa.String(50)
LongText: Final = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
Time: Final = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
"""Aware UTC; text on SQLite."""
Key: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A number given by the database; SQLite counts only INTEGER keys itself."""
Uuid: Final = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


def key(name: str = "id") -> sa.Column[int]:
    """A primary key that the database counts; a number is never used twice."""
    return sa.Column(name, Key, primary_key=True, autoincrement=True)


def flag(name: str, default: bool = False) -> sa.Column[bool]:
    """A boolean with a default."""
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.true() if default else sa.false())


def number(name: str, default: int = 0) -> sa.Column[int]:
    """A whole number with a default."""
    return sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text(str(default)))


def to_dag(column: str = "dag_id") -> sa.ForeignKeyConstraint:
    """The row goes when its DAG goes."""
    return sa.ForeignKeyConstraint([column], ["dag.dag_id"], ondelete="CASCADE")


def to_run() -> sa.ForeignKeyConstraint:
    """The row goes when its run goes."""
    return sa.ForeignKeyConstraint(
        ["dag_id", "run_id"], ["dag_run.dag_id", "dag_run.run_id"], ondelete="CASCADE"
    )


def partial(name: str, *columns: Any, where: sa.ColumnElement[bool]) -> sa.Index:
    """An index of some rows only; of all rows where the server knows no partial indexes."""
    return sa.Index(name, *columns, sqlite_where=where, postgresql_where=where)
