"""Alembic, for databases that an earlier version made."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.pool import NullPool

from tradewind.store.database import Database

_AGAIN: Final = 0.1
"""Seconds until it is asked again whether another process is done."""


def upgrade(db: Database, revision: str = "head") -> None:
    """Run the migrations that are missing, in one transaction where the server can undo schema changes, but
    for indexes of large tables (``large``)."""
    engine = sa.create_engine(
        db.url, creator=lambda: db.dialect.connect(create=True), poolclass=NullPool, echo=db.echo
    )

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(db.dialect.begin_upgrade)  # our connections begin nothing by themselves

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    try:
        with _alone(db), engine.begin() as connection:
            config.attributes.update(connection=connection, begin=db.dialect.begin_upgrade)
            command.upgrade(config, revision)
    except sa.exc.DBAPIError as error:
        raise _explained(db, error) from error
    finally:
        engine.dispose()


@contextmanager
def _alone(db: Database) -> Iterator[None]:
    """No other process changes the schema, though the transaction may end in between (``large.index``)."""
    wanted = db.dialect.schema_hold()
    if wanted is None:
        yield
        return
    connection = db.dialect.connect(create=True)
    try:
        while not connection.execute(wanted).fetchone()[0]:
            time.sleep(_AGAIN)
        yield
    finally:
        connection.close()


def _explained(db: Database, error: Any) -> Exception:
    return db.dialect.explain(error.orig) if error.orig is not None else error
