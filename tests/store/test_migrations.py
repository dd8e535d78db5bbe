"""A database is made, upgraded, checked and made anew."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests import services
from tests.store.world import World, chain

from tradewind.domain import errors
from tradewind.domain.access import SYSTEM
from tradewind.store import migrations
from tradewind.store.database import Database
from tradewind.store.migrations import alembic_run
from tradewind.store.queries import dags, scheduling, users
from tradewind.store.tables import assets, metadata, versions


def _schema(database: Database) -> dict[str, object]:
    """Everything that inspection tells of a database."""
    engine = sa.create_engine(database.url, creator=database.dialect.connect, poolclass=sa.NullPool)
    look = sa.inspect(engine)
    found: dict[str, object] = {}
    for table in sorted(look.get_table_names()):
        found[table] = {
            "columns": [
                (c["name"], str(c["type"]), c["nullable"], c["default"]) for c in look.get_columns(table)
            ],
            "key": look.get_pk_constraint(table)["constrained_columns"],
            "foreign": sorted(
                (f["constrained_columns"], f["referred_table"], f["options"])
                for f in look.get_foreign_keys(table)
            ),
            "unique": sorted(u["column_names"] for u in look.get_unique_constraints(table)),
            "indexes": sorted((i["name"], i["column_names"], i["unique"]) for i in look.get_indexes(table)),
        }
    engine.dispose()
    return found


def test_the_newest_migration_is_the_head() -> None:
    files = Path(migrations.__file__).parent / "versions"
    assert max(path.stem.split("_")[0] for path in files.glob("[0-9]*.py")) == migrations.HEAD


def test_migrate_does_its_work_once(database: Database) -> None:
    assert migrations.current(database) == migrations.HEAD
    assert migrations.migrate(database) is False
    migrations.check(database)


def test_what_is_always_there(database: Database) -> None:
    with database.read() as tx:
        (pool,) = scheduling.pools(tx)
        assert (pool.name, pool.slots, pool.include_deferred) == ("default_pool", 128, False)
        assert tx.value(sa.text("SELECT count(*) FROM scheduler_shard")) == 256


def test_both_ways_lead_to_one_schema_on_sqlite(tmp_path: Path) -> None:
    made, upgraded = (Database(f"sqlite:///{tmp_path}/{name}.db") for name in ("made", "upgraded"))
    migrations.migrate(made)
    alembic_run.upgrade(upgraded)
    _compare(made, upgraded)


@pytest.mark.postgres
def test_both_ways_lead_to_one_schema_on_postgresql(postgres_url: str) -> None:
    with services.postgres_database() as url:
        made, upgraded = Database(postgres_url), Database(url)
        alembic_run.upgrade(upgraded)
        _compare(made, upgraded)


def _compare(made: Database, upgraded: Database) -> None:
    assert migrations.current(upgraded) == migrations.HEAD
    assert _schema(made) == _schema(upgraded)
    with upgraded.read() as tx:
        assert [pool.name for pool in scheduling.pools(tx)] == ["default_pool"]
        assert tx.value(sa.text("SELECT count(*) FROM scheduler_shard")) == 256
    made.close()
    upgraded.close()


def test_events_older_than_a_mention_are_noted_as_seen(world: World) -> None:
    """Migration 0007: until then the times of events and mentions were compared."""
    world.dag(chain("old", 1))
    world.dag(chain("late", 1))
    with world.database.write() as tx:
        for sql in (
            'insert into asset (id, name, uri, "group", extra, created_at, updated_at, name_uri_hash) '
            "values (7, 'a', 's3://a', 'asset', '{}', '2026-01-01', '2026-01-01', 'h')",
            *(
                'insert into asset_event (id, asset_id, extra, "timestamp") '
                f"values ({number}, 7, '{{}}', '2026-01-0{number} 00:00:00')"
                for number in (2, 3, 4)
            ),
            "insert into asset_event_seen (asset_id, dag_id, event_id) values (7, 'old', 2)",
            "insert into dag_schedule_asset_reference (asset_id, dag_id, created_at, updated_at) "
            "values (7, 'old', '2026-01-01', '2026-01-01')",
            "insert into dag_schedule_asset_name_reference (name, dag_id, created_at, updated_at) "
            "values ('a', 'late', '2026-01-03 12:00:00', '2026-01-03')",
        ):
            tx.text(sql)
        tx.run(sa.update(versions.alembic_version).values(version_num="0006"))
    alembic_run.upgrade(world.database, "0007")  # that step alone: the others are done
    seen = sa.select(assets.asset_event_seen.c.dag_id, assets.asset_event_seen.c.event_id)
    with world.read() as tx:
        assert sorted(map(tuple, tx.rows(seen))) == [("late", 3), ("old", 2)]


def test_the_role_of_a_user_becomes_the_first_of_several(tmp_path: Path) -> None:
    """Migration 0008."""
    database = Database(f"sqlite:///{tmp_path}/old.db")
    alembic_run.upgrade(database, "0007")
    with database.write() as tx:
        tx.text("insert into ab_user (username, role) values ('ann', 'Op')")
        tx.text("insert into ab_user (username) values ('bob')")
    assert migrations.migrate(database) is True
    with database.read() as tx:
        assert {one.username: one.roles for one in users.list_users(tx)} == {
            "ann": ("Op",),
            "bob": ("Viewer",),
        }
    database.close()


def test_the_tables_are_all_there(database: Database) -> None:
    engine = sa.create_engine(database.url, creator=database.dialect.connect, poolclass=sa.NullPool)
    assert set(sa.inspect(engine).get_table_names()) == set(metadata.tables)
    engine.dispose()


def test_several_processes_may_migrate_at_once(tmp_path: Path) -> None:
    databases = [Database(f"sqlite:///{tmp_path}/a.db") for _ in range(4)]
    _all_at_once(databases)


@pytest.mark.postgres
def test_several_processes_may_migrate_postgresql_at_once() -> None:
    with services.postgres_database() as url:
        _all_at_once([Database(url) for _ in range(4)])


@pytest.mark.postgres
def test_several_processes_may_upgrade_postgresql_at_once() -> None:
    """Those that wait must not be waited for by the indexes that the first one makes."""
    with services.postgres_database() as url:
        old = Database(url)
        alembic_run.upgrade(old, "0012")
        old.close()
        databases = [Database(url) for _ in range(3)]
        threads = [threading.Thread(target=migrations.migrate, args=(one,)) for one in databases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        with databases[0].read() as tx:
            assert tx.value(sa.text("SELECT version_num FROM alembic_version")) == migrations.HEAD
            assert tx.value(sa.text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")) == 0
        for one in databases:
            one.close()


_RUN = (
    "INSERT INTO dag_run (dag_id, run_id, state, run_type, run_after, queued_at, updated_at)"
    " VALUES ('old', '{}', 'queued', 'manual', now(), now(), now())"
)
_INDEX = "SELECT indisvalid, pg_get_indexdef(indexrelid) FROM pg_index WHERE indexrelid = '{}'::regclass"

_WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    " AND query LIKE '%INDEX CONCURRENTLY%' AND datname = current_database()"
)


@pytest.mark.postgres
def test_others_write_while_a_large_table_gets_an_index() -> None:
    with services.postgres_database() as url, ExitStack() as stack:
        database = Database(url)
        stack.callback(database.close)
        alembic_run.upgrade(database, "0012")
        with database.write() as tx:
            tx.text("INSERT INTO dag (dag_id, bundle_name, fileloc) VALUES ('old', 'b', 'f')")
            # As an upgrade leaves it that was killed.
            tx.text("CREATE INDEX idx_dag_run_run_after ON dag_run (state)")
            tx.text(
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_dag_run_run_after'::regclass"
            )
        upgrade = threading.Thread(target=migrations.migrate, args=(database,))
        with database.write() as slow:
            slow.text(_RUN.format("slow"))
            upgrade.start()
            _until(database, _WAITING)
            with database.write() as quick:
                quick.text("SET LOCAL lock_timeout = '1s'")
                quick.text(_RUN.format("quick"))
        upgrade.join(60)
        assert migrations.current(database) == migrations.HEAD
        with database.read() as tx:
            assert tx.value(sa.text("SELECT count(*) FROM dag_run")) == 2
            for name, of in (("idx_dag_run_run_after", "(run_after)"), ("idx_task_instance_unwell", "WHERE")):
                valid, definition = tx.first(sa.text(_INDEX.format(name)))
                assert valid and of in definition


def _until(database: Database, count: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with database.read() as tx:
            if tx.value(sa.text(count)):
                return
        time.sleep(0.02)
    raise AssertionError(f"waited for {count}")


def _all_at_once(databases: list[Database]) -> None:
    results: list[bool] = []
    threads = [
        threading.Thread(target=lambda db=db: results.append(migrations.migrate(db))) for db in databases
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results) == [False, False, False, True]
    for database in databases:
        database.close()


def test_reset_makes_it_anew(world: World) -> None:
    world.dag(chain("c", 2))
    world.new_run(chain("c", 2))
    migrations.reset(world.database)
    migrations.check(world.database)
    with world.read() as tx:
        assert dags.ids(tx, access=SYSTEM) == []
        assert scheduling.active_runs(tx) == []


def test_check_names_the_way_out(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    with pytest.raises(errors.SchemaOutdated, match=r"never set up. Run 'airflow db migrate'"):
        migrations.check(database)
    migrations.migrate(database)
    with database.write() as tx:
        tx.run(sa.update(versions.alembic_version).values(version_num="5f2621c13b39"))
    with pytest.raises(errors.SchemaOutdated, match="belongs to Airflow or to a newer"):
        migrations.check(database)
    with pytest.raises(errors.SchemaOutdated, match="5f2621c13b39"):
        migrations.migrate(database)
    database.close()


def test_a_current_schema_needs_no_alembic(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from tradewind.store.database import Database\n"
        "from tradewind.store import migrations\n"
        f"db = Database('sqlite:///{tmp_path}/a.db')\n"
        "assert migrations.migrate(db)\n"
        "assert not migrations.migrate(db)\n"
        "migrations.check(db)\n"
        "assert 'alembic' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
