"""Roles, groups and permissions of people who log in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ROLE = sa.String(64)


def upgrade() -> None:
    """Make the tables; the one role that a user had becomes the first of several."""
    op.add_column(
        "ab_user", sa.Column("token_epoch", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    _named("ab_role", _ROLE)
    _named("ab_group", sa.String(100))
    _links("ab_user_role", ("user_id", "ab_user"), sa.Column("role", _ROLE, nullable=False))
    _links("ab_group_role", ("group_id", "ab_group"), sa.Column("role", _ROLE, nullable=False))
    group = sa.Column("group_id", _KEY, autoincrement=False, nullable=False)
    _links("ab_user_group", ("user_id", "ab_user"), group, ("group_id", "ab_group"))
    op.create_index("idx_ab_user_group_group_id", "ab_user_group", ["group_id"])
    op.create_table(
        "role_permission",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("role", _ROLE, nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("resource", sa.String(300), nullable=False),
        sa.Column("from_dag", sa.String(250)),
        sa.ForeignKeyConstraint(
            ["from_dag"], ["dag.dag_id"], name="role_permission_dag_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="role_permission_pkey"),
        sqlite_autoincrement=True,
    )
    op.create_index("idx_role_permission_role", "role_permission", ["role"])
    op.create_index("idx_role_permission_from_dag", "role_permission", ["from_dag"])
    op.execute("INSERT INTO ab_user_role (user_id, role) SELECT id, role FROM ab_user")
    op.drop_column("ab_user", "role")


def _named(table: str, kind: sa.String) -> None:
    op.create_table(
        table,
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("name", kind, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"{table}_pkey"),
        sa.UniqueConstraint("name", name=f"{table}_name_uq"),
    )


def _links(
    table: str, first: tuple[str, str], second: sa.Column[int] | sa.Column[str], *others: tuple[str, str]
) -> None:
    """A table whose key is two columns, of which some are those of other tables."""
    op.create_table(
        table,
        sa.Column(first[0], _KEY, autoincrement=False, nullable=False),
        second,
        *(
            sa.ForeignKeyConstraint([column], [f"{of}.id"], name=f"{table}_{of}_fkey", ondelete="CASCADE")
            for column, of in (first, *others)
        ),
        sa.PrimaryKeyConstraint(first[0], second.name, name=f"{table}_pkey"),
    )
