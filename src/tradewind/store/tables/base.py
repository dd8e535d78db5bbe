"""Column types that all tables share."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

metadata: Final = sa.MetaData(
    naming_convention={
        "ix": "idx_%(table_name)s_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_uq",
        "fk": "%(table_name)s_%(referred_table_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


class OnMysql(sa.types.TypeEngine[Any]):
    """A type as MySQL and MariaDB spell it, for ``with_variant``: SQLAlchemy's own types of a server load all
    of its dialect, 2 MB in each process.
    """

    def __init__(self, spelled: str) -> None:
        self.spelled = spelled


@compiles(OnMysql, "mysql", "mariadb")
def _spelled(kind: OnMysql, compiler: Any, **more: Any) -> str:
    return kind.spelled


Name: Final = sa.String(250)
Short: Final = sa.String(50)
LongText: Final = sa.Text().with_variant(OnMysql("LONGTEXT"), "mysql", "mariadb")
Time: Final = sa.DateTime(timezone=True).with_variant(OnMysql("DATETIME(6)"), "mysql", "mariadb")
"""Aware UTC; text on SQLite."""
Key: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A number given by the database; SQLite counts only INTEGER keys itself."""
Uuid: Final = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")


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


def index(name: str, *columns: Any, **options: Any) -> sa.Index:
    """An index with options of servers (``mysql_length``), which ``for_server`` gives it: SQLAlchemy loads a
    server's dialect for the first option of it.
    """
    return sa.Index(name, *columns, info={"options": options})


def for_server(made: sa.Index, server: str) -> sa.Index:
    """The same index, with the options of that server; for whoever makes it there."""
    options = made.info.get("options", {})
    made.dialect_kwargs.update({key: value for key, value in options.items() if key.startswith(f"{server}_")})
    return made


def partial(name: str, *columns: Any, where: sa.ColumnElement[bool]) -> sa.Index:
    """An index of some rows only; of all rows where the server knows no partial indexes."""
    return index(name, *columns, sqlite_where=where, postgresql_where=where)
