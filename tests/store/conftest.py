"""Every test of the store runs on SQLite and on PostgreSQL, each in a database of its own making."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import services
from tests.store.world import World

from tradewind.store import migrations
from tradewind.store.database import Database
from tradewind.store.tables import metadata


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database for this session, with our tables."""
    with services.postgres_database() as url:
        database = Database(url)
        migrations.migrate(database)
        database.close()
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, otherwise empty database."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/airflow.db")
        migrations.migrate(database)
    else:
        database = Database(request.getfixturevalue("postgres_url"))
        with database.write() as tx:
            for table in reversed(metadata.sorted_tables):
                if table.name != "alembic_version":
                    tx.run(table.delete())
            migrations.fill(tx)
    yield database
    database.close()


@pytest.fixture
def world(database: Database) -> World:
    """A vocabulary for tests over that database."""
    return World(database)
