"""The schema: made, checked, upgraded and dropped.

An empty database gets the tables as they are now and the number of the newest migration, which takes a few
milliseconds. An older one is upgraded step by step by Alembic, which loads only then. A test holds both
ways against each other.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy.schema import CreateIndex, CreateTable

from tradewind.domain import errors
from tradewind.store.database import Database, Tx
from tradewind.store.statements import Statement
from tradewind.store.tables import leases, metadata, pools, versions
from tradewind.store.tables.base import for_server

HEAD: Final = "0019"
"""The newest migration; a test compares it with the files in ``versions``."""
SHARDS: Final = 256
DEFAULT_POOL: Final = "default_pool"
DEFAULT_POOL_SLOTS: Final = 128

_CURRENT = Statement(versions.alembic_version.select())


def current(db: Database) -> str | None:
    """The migration the database is at; None where it was never set up. Raises DatabaseUnavailable."""
    try:
        with db.read() as tx:
            found = tx.value(_CURRENT)
    except errors.SchemaOutdated:
        return None
    return str(found) if found is not None else None


def check(db: Database) -> None:
    """Raises SchemaOutdated unless the database is at this version's schema."""
    found = current(db)
    if found == HEAD:
        return
    if found is None:
        raise errors.SchemaOutdated(f"{db.where} was never set up. Run 'airflow db migrate'.")
    if found in _known():
        raise errors.SchemaOutdated(
            f"{db.where} is at schema {found}, this version needs {HEAD}. Run 'airflow db migrate'."
        )
    raise errors.SchemaOutdated(
        f"{db.where} is at schema {found!r}, which this version does not know: it belongs to Airflow or to a "
        "newer Tradewind. Name another database in [database] sql_alchemy_conn, or install what made it."
    )


def migrate(db: Database) -> bool:
    """Bring the database to this version's schema; whether there was anything to do.

    Safe to call from several processes at once. Raises SchemaOutdated for a database of somebody else.
    """
    found = current(db)
    if found == HEAD:
        return False
    if found is None:
        with db.write() as tx:
            return _create(tx)
    if found not in _known():
        check(db)
    _upgrade(db)
    return True


def reset(db: Database) -> None:
    """Drop every table of ours with all that is in it, and make them anew."""
    with db.write() as tx:
        for table in reversed(metadata.sorted_tables):
            tx.text(f"DROP TABLE IF EXISTS {tx.dialect.sql.identifier_preparer.format_table(table)}")
        _create(tx)


def _create(tx: Tx) -> bool:
    tx.lock_schema()
    if _exists(tx):
        return False  # another process was faster
    for table in metadata.sorted_tables:
        tx.text(str(CreateTable(table).compile(dialect=tx.dialect.sql)))
        for index in sorted(table.indexes, key=lambda index: index.name or ""):
            made = for_server(index, tx.dialect.sql.name)
            tx.text(str(CreateIndex(made).compile(dialect=tx.dialect.sql)))
    fill(tx)
    tx.run(versions.alembic_version.insert().values(version_num=HEAD))
    return True


def fill(tx: Tx) -> None:
    """The rows that are always there: the default pool and the shards."""
    tx.run(
        pools.slot_pool.insert().values(
            pool=DEFAULT_POOL, slots=DEFAULT_POOL_SLOTS, description="Default pool", include_deferred=False
        )
    )
    shards = [{"shard": shard, "fence": 0} for shard in range(SHARDS)]
    tx.run(leases.scheduler_shard.insert().values(shards))


def _exists(tx: Tx) -> bool:
    return bool(tx.value(tx.dialect.table_exists(versions.alembic_version.name)))


def _known() -> frozenset[str]:
    return frozenset(
        path.stem.split("_")[0] for path in (Path(__file__).parent / "versions").glob("[0-9]*.py")
    )


def _upgrade(db: Database) -> None:
    from tradewind.store.migrations import alembic_run  # Alembic costs 0.1 s: only where there is work for it

    alembic_run.upgrade(db)
