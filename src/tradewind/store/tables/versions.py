"""Which migration the schema is at; Alembic's table."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from tradewind.store.tables.base import metadata

alembic_version = Table("alembic_version", metadata, Column("version_num", String(32), primary_key=True))
