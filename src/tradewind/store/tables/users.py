"""People who may log in, their roles and groups, and what roles may do beyond what is built in."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from tradewind.store.tables.base import Key, Name, Time, flag, key, metadata, number, to_dag

RoleName: Final = String(64)

ab_user = Table(
    "ab_user",
    metadata,
    key(),
    Column("first_name", String(256), nullable=False, server_default=""),
    Column("last_name", String(256), nullable=False, server_default=""),
    Column("username", String(512), nullable=False, unique=True),
    Column("password", String(256)),
    flag("active", default=True),
    Column("email", String(512), nullable=False, server_default=""),
    Column("last_login", Time),
    number("login_count", 0),
    number("fail_login_count", 0),
    Column("created_on", Time),
    Column("changed_on", Time),
    Column("created_by_fk", Integer),
    Column("changed_by_fk", Integer),
    # Ours: raised where tokens that were issued before must not count any more.
    number("token_epoch", 0),
    # Ours: where they prove who they are (oidc, ldap, proxy); empty: here, by the password.
    Column("source", String(20), nullable=False, server_default=""),
    sqlite_autoincrement=True,
)

ab_role = Table("ab_role", metadata, key(), Column("name", RoleName, nullable=False, unique=True))
"""Custom roles; those that are built in stand in ``auth.roles``."""

ab_group = Table("ab_group", metadata, key(), Column("name", String(100), nullable=False, unique=True))


def _to(table: str, column: str) -> Column[int]:
    """Part of a primary key; the row goes when the other one goes."""
    target = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(column, Key, target, primary_key=True, autoincrement=False)


# Roles go by name below: built-in ones have no row, and a DAG file may name one before it is made.
ab_user_role = Table(
    "ab_user_role", metadata, _to("ab_user", "user_id"), Column("role", RoleName, primary_key=True)
)
ab_user_group = Table(
    "ab_user_group",
    metadata,
    _to("ab_user", "user_id"),
    _to("ab_group", "group_id"),
    Index("idx_ab_user_group_group_id", "group_id"),
)
ab_group_role = Table(
    "ab_group_role", metadata, _to("ab_group", "group_id"), Column("role", RoleName, primary_key=True)
)

role_permission = Table(
    "role_permission",
    metadata,
    key(),
    Column("role", RoleName, nullable=False),
    Column("action", String(20), nullable=False),
    Column("resource", String(300), nullable=False),
    # The DAG whose file says so (access_control); NULL: an administrator does.
    Column("from_dag", Name),
    to_dag("from_dag"),
    Index("idx_role_permission_role", "role"),
    Index("idx_role_permission_from_dag", "from_dag"),
    sqlite_autoincrement=True,
)
