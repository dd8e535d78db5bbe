"""Run by Alembic: hands it our connection and our tables."""

from __future__ import annotations

from alembic import context

from tradewind.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
