"""Alembic, for databases that an earlier version made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.pool import NullPool

from tradewind.store.database import Database


def upgrade(db: Database, revision: str = "head") -> None:
    """Run the migrations that are missing, in one transaction where the server can undo schema changes."""
    engine = sa.create_engine(
        db.url, creator=lambda: db.dialect.connect(create=True), poolclass=NullPool, echo=db.echo
    )

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(db.dialect.begin_write)  # our connections begin nothing by themselves

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    try:
        with engine.begin() as connection:
            lock = db.dialect.schema_lock()
            if lock is not None:
                connection.exec_driver_sql(lock)
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    except sa.exc.DBAPIError as error:
        raise _explained(db, error) from error
    finally:
        engine.dispose()


def _explained(db: Database, error: Any) -> Exception:
    return db.dialect.explain(error.orig) if error.orig is not None else error
