"""Transactions, and what goes wrong with databases."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.store.world import NOW, World, chain

from tradewind.domain import errors
from tradewind.domain.access import SYSTEM
from tradewind.store import dialects, migrations
from tradewind.store.database import Database, Tx
from tradewind.store.dialects.base import UniqueViolated
from tradewind.store.queries import dags, settings
from tradewind.store.queries import pools as pool_queries
from tradewind.store.tables import pools
from tradewind.store.tables.settings import setting

_value = sa.select(setting.c.value).where(setting.c.name == "n")


def _put(database: Database, value: str) -> None:
    with database.write() as tx:
        tx.run(sa.insert(setting).values(name="n", value=value, created_at=NOW))


def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as tx:
        tx.run(sa.insert(setting).values(name="n", value="v", created_at=NOW))
        raise ZeroDivisionError
    with database.read() as tx:
        assert tx.value(_value) is None


def test_a_reader_sees_one_moment(database: Database) -> None:
    _put(database, "before")
    with database.read() as reader:
        assert reader.value(_value) == "before"
        with database.write() as tx:
            tx.run(sa.update(setting).values(value="after"))
        assert reader.value(_value) == "before"
    with database.read() as reader:
        assert reader.value(_value) == "after"


def test_a_reader_cannot_write_on_postgresql(postgres_url: str) -> None:
    database = Database(postgres_url)
    with pytest.raises(errors.DatabaseReadOnly), database.read() as tx:
        tx.run(sa.delete(setting))
    database.close()


def test_writers_wait_for_each_other(database: Database) -> None:
    _put(database, "0")

    def count() -> None:
        for _ in range(20):
            with database.write() as tx:
                row = sa.select(setting.c.value).where(setting.c.name == "n").with_for_update()
                number = int(tx.value(row))
                tx.run(sa.update(setting).values(value=str(number + 1)))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with database.read() as tx:
        assert tx.value(_value) == "80"


def test_processes_wait_for_each_other(tmp_path: Path) -> None:
    """Two Database objects are to SQLite what two processes are."""
    first, second = (Database(f"sqlite:///{tmp_path}/a.db") for _ in range(2))
    migrations.migrate(first)
    _put(first, "x")
    entered, done = threading.Event(), threading.Event()

    def slow() -> None:
        with first.write() as tx:
            tx.run(sa.update(setting).values(value="first"))
            entered.set()
            done.wait(0.2)

    thread = threading.Thread(target=slow)
    thread.start()
    assert entered.wait(5)
    with second.write() as tx:
        assert tx.value(_value) == "first"
    thread.join()
    first.close()
    second.close()


def test_a_write_inside_a_write_is_refused(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    migrations.migrate(database)
    with database.write(), pytest.raises(RuntimeError, match="inside another"), database.write():
        pass
    database.close()


def test_times_come_back_as_they_were(database: Database) -> None:
    far = timezone(timedelta(hours=5, minutes=30))
    moments = [
        datetime(2026, 3, 29, 1, 30, 0, 1, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=far),
        NOW,
    ]
    for number, moment in enumerate(moments):
        with database.write() as tx:
            tx.run(sa.insert(setting).values(name=f"m{number}", value="", created_at=moment))
            found = tx.value(sa.select(setting.c.created_at).where(setting.c.name == f"m{number}"))
        assert found == moment
        assert found.utcoffset() == timedelta(0)


def test_a_time_without_zone_is_refused_on_sqlite(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    migrations.migrate(database)
    with pytest.raises(ValueError, match="without zone"), database.write() as tx:
        tx.run(sa.insert(setting).values(name="n", value="", created_at=datetime(2026, 1, 1)))
    database.close()


def test_the_database_tells_the_time(database: Database) -> None:
    with database.read() as tx:
        assert abs((tx.now() - datetime.now(UTC)).total_seconds()) < 60


def test_statements_are_counted_as_they_are_sent(world: World) -> None:
    world.dag(chain("c", 1))
    with world.database.read() as tx:
        dags.get(tx, "c", access=SYSTEM)
        assert tx.statements == 2


def test_a_second_row_of_one_key_is_told(database: Database) -> None:
    values = {"pool": "p", "slots": 1, "include_deferred": False}
    with database.write() as tx:
        first = tx.insert(pools.slot_pool, values)
    assert first > 0
    with pytest.raises(UniqueViolated), database.write() as tx:
        tx.insert(pools.slot_pool, values)


def test_a_setting_is_made_once(database: Database) -> None:
    made = [settings.get_or_create(database, "key", lambda n=n: f"v{n}", NOW) for n in range(3)]
    assert made == ["v0"] * 3


# --- addresses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg2://u@h/d", "postgresql+psycopg"),
        ("postgres+psycopg2://u@h/d", "postgresql+psycopg"),
        ("mysql://ct:152108@localhost/airflow", "mysql+pymysql"),
        ("mariadb://h/d", "mariadb+pymysql"),
        ("sqlite:////tmp/a.db", "sqlite+pysqlite"),
    ],
)
def test_addresses_that_people_write(url: str, driver: str) -> None:
    assert dialects.parse_url(url).drivername == driver


@pytest.mark.parametrize("url", ["nonsense:secret", "oracle://u:secret@h/d", "postgrsql://u:secret@h/d"])
def test_other_addresses_are_refused_without_showing_them(url: str) -> None:
    with pytest.raises(errors.InvalidValue) as caught:
        Database(url)
    assert "secret" not in str(caught.value)


def test_a_misspelt_scheme_gets_the_right_one() -> None:
    with pytest.raises(errors.InvalidValue, match="Did you mean 'postgresql'"):
        Database("postgrsql://h/d")


def test_sqlite_in_memory_is_refused() -> None:
    with pytest.raises(errors.InvalidValue, match="memory"):
        Database("sqlite://")


# --- troubles ---------------------------------------------------------------------------------------------


def test_a_server_that_is_away(postgres_url: str) -> None:
    database = Database("postgresql://somebody:hidden@127.0.0.1:1/airflow")
    with (
        pytest.raises(errors.DatabaseUnavailable, match=r"127\.0\.0\.1:1/airflow") as caught,
        database.read(),
    ):
        pass
    assert "hidden" not in str(caught.value)
    missing = Database(postgres_url + "_missing")
    with pytest.raises(errors.DatabaseUnavailable, match="does not exist"), missing.write():
        pass


def test_a_connection_that_died_while_idle_is_replaced(postgres_url: str) -> None:
    database, other = Database(postgres_url), Database(postgres_url)
    with database.read() as tx:
        pid = tx.value(sa.select(sa.func.pg_backend_pid()))
    with other.write() as tx:
        assert tx.value(sa.select(sa.func.pg_terminate_backend(pid)))
    with database.write() as tx:
        assert tx.value(sa.select(sa.literal(1))) == 1
    database.close()
    other.close()


def test_a_database_that_was_never_set_up(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    with pytest.raises(errors.SchemaOutdated, match="airflow db migrate"), database.read():
        pass
    assert not (tmp_path / "a.db").exists(), "looking makes no file"
    (tmp_path / "a.db").touch()
    with pytest.raises(errors.SchemaOutdated, match="airflow db migrate"), database.read() as tx:
        tx.rows(_value)
    database.close()


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/nowhere/a.db")
    with pytest.raises(errors.DatabaseUnavailable, match="nowhere exists and is writable"), database.write():
        pass


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("not a database, but long enough to be looked at\n" * 100)
    database = Database(f"sqlite:///{tmp_path}/a.db")
    with pytest.raises(errors.DatabaseUnavailable, match="not an SQLite database"), database.read():
        pass


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    migrations.migrate(database)
    with database.write() as tx:
        tx.text(f"PRAGMA max_page_count={tx.value(sa.text('PRAGMA page_count')) + 2}")
    with pytest.raises(errors.DiskFull, match="nothing was changed"), database.write() as tx:
        tx.run(sa.insert(setting).values(name="n", value="x" * 1_000_000, created_at=NOW))
    with database.read() as tx:
        assert tx.value(_value) is None
    _put(database, "small")
    database.close()


def test_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    migrations.migrate(database)
    with database.write() as tx:
        tx.text("PRAGMA query_only=ON")  # what a read-only file answers, for root too
    with pytest.raises(errors.DatabaseReadOnly, match="writable for this user"):
        _put(database, "x")
    database.close()


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    migrations.migrate(database)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("a.db*")}
    assert set(modes.values()) == {0o600}
    database.close()


def test_a_part_that_raises_is_undone_alone(database: Database) -> None:
    def slots(tx: Tx) -> dict[str, int]:
        return {pool.name: pool.slots for pool in pool_queries.list_pools(tx)}

    with database.write() as tx:
        pool_queries.set_pool(tx, "before", 1, "")
        with pytest.raises(errors.Conflict), tx.nested():
            pool_queries.set_pool(tx, "before", 2, "")
            pool_queries.set_pool(tx, "within", 1, "")
            raise errors.Conflict("no")
        with tx.nested():
            pool_queries.set_pool(tx, "after", 1, "")
        assert slots(tx) == {"default_pool": 128, "before": 1, "after": 1}
    with database.read() as tx:
        assert slots(tx) == {"default_pool": 128, "before": 1, "after": 1}


def test_a_server_that_ended_the_transaction_is_heard(database: Database) -> None:
    """As MySQL does at a deadlock: the part to go back to is gone with the rest."""
    with pytest.raises(errors.DatabaseBusy, match="deadlock"), database.write() as tx:
        pool_queries.set_pool(tx, "before", 1, "")
        with tx.nested():
            tx.text("ROLLBACK")
            raise errors.DatabaseBusy("deadlock")
    with pytest.raises(errors.DatabaseError), database.write() as tx, tx.nested():
        tx.text("ROLLBACK")
        raise errors.Conflict("what was done before is lost, though this could be dealt with")
    with database.read() as tx:
        assert [pool.name for pool in pool_queries.list_pools(tx)] == ["default_pool"]
