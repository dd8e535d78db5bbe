"""Pools, variables, connections, database, configuration: in the spellings of every age."""

import json
import sqlite3
import stat
from pathlib import Path

import pytest
from tests.compat.cli.world import Home


def test_pools(home: Home) -> None:
    """§1.17 pools: slots, description, include_deferred."""
    home.ok("pool", "-s", "etl", "3", "for loading")
    home.ok("pools", "set", "etl", "4", "for loading", "--include-deferred")
    assert home.ok("pools", "get", "etl", "-o", "json").json == [
        {"pool": "etl", "slots": "4", "description": "for loading", "include_deferred": "True"}
    ]
    home.ok("pools", "export", str(home.path / "p.json"))
    home.ok("pools", "delete", "etl")
    assert "does not exist" in home.run("pools", "get", "etl").err
    assert "slots of pool 'etl' must be" in home.run("pools", "set", "etl", "-2").err
    (home.path / "bad.json").write_text('{"good": {"slots": 3}, "bad": {"slots": -5}}')
    assert "slots of pool 'bad' must be" in home.run("pools", "import", str(home.path / "bad.json")).err
    home.ok("pools", "import", str(home.path / "p.json"))
    assert [row["pool"] for row in home.ok("pools", "list", "-o", "json").json] == ["default_pool", "etl"]


def test_variables(home: Home) -> None:
    home.ok("variables", "-s", "a", "1")
    home.ok("variables", "set", "j", '{"k": [1]}', "--json")
    assert home.ok("variables", "get", "a").out == "1\n"
    assert json.loads(home.ok("variables", "get", "j", "-j").out) == {"k": [1]}
    assert home.ok("variables", "get", "none", "-d", "x").out == "x\n"
    home.ok("variables", "export", str(home.path / "v.json"))
    assert stat.S_IMODE((home.path / "v.json").stat().st_mode) == 0o600
    home.ok("variables", "delete", "a")
    home.ok("variables", "import", str(home.path / "v.json"))
    assert home.ok("variables", "get", "a").out == "1\n"
    assert home.ok("variables", "get", "E", AIRFLOW_VAR_E="env").out == "env\n"
    assert home.run("variables", "get", "zz").code == 1


def test_a_broken_import_changes_nothing(home: Home) -> None:
    home.ok("variables", "set", "a", "1")
    (home.path / "v.json").write_text('{"a": "2", ')
    assert "is not JSON" in home.run("variables", "import", str(home.path / "v.json")).err
    (home.path / "v.json").write_text('{"a": "2", "b": "3"}')
    assert home.run("variables", "import", str(home.path / "v.json"), "-a", "fail").code == 2
    assert home.ok("variables", "list", "-o", "json").json == [{"key": "a"}]


def test_connections_are_kept_encrypted_and_shown_with_care(home: Home) -> None:
    done = home.ok("connections", "--add", "--conn_id", "db", "--conn_uri", "mysql://u:hunter22@h:3306/s")
    assert "hunter22" not in done.out
    assert b"hunter22" not in (home.path / "airflow.db").read_bytes()
    assert "hunter22" not in home.ok("connections", "list").out
    assert home.ok("connections", "get", "db", "-o", "json").json[0]["password"] == "hunter22"
    home.ok("connections", "export", str(home.path / "c.env"))
    assert (home.path / "c.env").read_text() == "db=mysql://u:hunter22@h:3306/s\n"
    wrong = home.run("connections", "add", "x", "--conn-type", "http", "--conn-extra", "{bad")
    assert wrong.code == 2 and "--conn-extra must be a JSON object" in wrong.err
    home.ok("connections", "delete", "db")
    home.ok("connections", "import", str(home.path / "c.env"))
    assert home.ok("connections", "get", "db", "-o", "json").json[0]["host"] == "h"
    home.ok("rotate-fernet-key")


def test_the_connections_that_a_new_airflow_comes_with(home: Home) -> None:
    home.ok("connections", "add", "mysql_default", "--conn-uri", "mysql://mine")
    home.ok("connections", "create-default-connections")
    shown = {row["conn_id"]: row["host"] for row in home.ok("connections", "list", "-o", "json").json}
    assert (shown["mysql_default"], shown["postgres_default"]) == ("mine", "postgres")


def test_they_come_with_a_new_database_where_that_is_configured(tmp_path: Path) -> None:
    def listed(name: str, **environ: str) -> set[str]:
        home = Home(tmp_path / name, **environ)
        home.ok("db", "migrate")
        before = {row["conn_id"] for row in home.ok("connections", "list", "-o", "json").json}
        home.ok("db", "reset", "-y")
        assert {row["conn_id"] for row in home.ok("connections", "list", "-o", "json").json} == before
        return before

    assert {"aws_default", "gremlin_default", "ydb_default"} <= listed(
        "with", AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS="True"
    )
    assert listed("without") == set()


@pytest.mark.parametrize(
    "word",
    ["initdb", "db init", "db migrate", "db upgrade", "upgradedb", "resetdb -y"],
)
def test_the_database_commands_of_every_age(home: Home, word: str) -> None:
    home.ok(*word.split())
    assert (home.path / "airflow.db").exists()
    home.ok("db", "check-migrations")
    assert "answers" in home.ok("db", "check").out + home.ok("checkdb").out


def test_a_database_without_tables_can_be_reached(home: Home) -> None:
    assert "db migrate" in home.ok("db", "check").out


def test_reset_needs_a_yes(home: Home) -> None:
    home.ok("variables", "set", "a", "1")
    assert home.run("db", "reset").code == 1
    assert home.ok("variables", "get", "a").out == "1\n"
    home.ok("db", "reset", "--yes")
    assert home.run("variables", "get", "a").code == 1


def test_the_home_is_made_with_a_config_to_edit(home: Home) -> None:
    home.ok("db", "migrate")
    cfg = home.path / "airflow.cfg"
    assert stat.S_IMODE(cfg.stat().st_mode) == 0o600
    assert "\n# parallelism = 32\n" in cfg.read_text() and "\nfernet_key = " in cfg.read_text()
    cfg.write_text(cfg.read_text().replace("# parallelism = 32", "parallelism = 7"))
    assert home.ok("config", "get-value", "core", "parallelism").out == "7\n"
    listed = home.ok("config", "list", "--section", "core", "-s").out
    assert f"# Source: file {cfg}\nparallelism = 7" in listed
    assert "fernet_key = < hidden >" in listed


def test_version_info_and_cheat_sheet(home: Home) -> None:
    assert home.ok("version").out.strip() == home.ok("--version").out.strip()
    facts = home.ok("info", "-o", "json").json[0]
    assert facts["home"] == str(home.path) and facts["executor"] == "LocalExecutor"
    assert "standalone" in home.ok("cheat-sheet").out
    assert not home.path.exists()  # looking makes no home


def test_assets(home: Home) -> None:
    """§1.11 asset materialize, from the command line and without daemons."""
    home.dag(
        "lake",
        "from airflow.sdk import DAG, Asset, AssetAlias, asset\n"
        "@asset(schedule=None, uri='s3://orders')\n"
        "def orders(): pass\n"
        "with DAG('waits', schedule=AssetAlias('found') | orders): pass\n",
    )
    (row,) = home.ok("assets", "list", "-o", "json").json
    assert (row["name"], row["uri"]) == ("orders", "s3://orders/")
    assert [row["name"] for row in home.ok("assets", "list", "--alias", "-o", "json").json] == ["found"]
    assert home.ok("assets", "details", "--uri", "s3://orders", "-o", "json").json[0]["name"] == "orders"
    (made,) = home.ok("assets", "materialize", "--name", "orders", "-o", "json").json
    assert made["dag_id"] == "orders"
    assert made["dag_run_id"].startswith("asset_materialization__")
    assert "There is no asset with name 'x'" in home.run("assets", "materialize", "--name", "x").err
    assert "Give --name or --uri" in home.run("assets", "details").err


def test_partitions(home: Home) -> None:
    """§1.11 partitions clear, dags clear --partition-key, --partition-date-start, --partition-date-end."""
    home.dag(
        "parts",
        "import pendulum\n"
        "from airflow.sdk import DAG, CronPartitionTimetable\n"
        "from airflow.providers.standard.operators.empty import EmptyOperator\n"
        "with DAG('parts', schedule=CronPartitionTimetable('0 0 * * *', timezone='Europe/Berlin'), "
        "start_date=pendulum.datetime(2026, 1, 1, tz='Europe/Berlin')): EmptyOperator(task_id='a')\n",
    )
    home.ok("dags", "list")
    for day in (1, 2, 3):
        home.ok("dags", "trigger", "parts", "-r", f"r{day}")
    with sqlite3.connect(home.path / "airflow.db") as connection:
        for day, at in ((1, "2025-12-31"), (2, "2026-01-01"), (3, "2026-01-02")):
            connection.execute(
                "UPDATE dag_run SET partition_key = ?, partition_date = ? WHERE run_id = ?",
                (f"2026-01-0{day}", f"{at} 23:00:00.000000", f"r{day}"),
            )
        connection.execute("UPDATE task_instance SET state = 'success', try_number = 1")
    connection.close()

    def cleared(*words: str) -> str:
        return home.ok("dags", "clear", "parts", *words, "-y").out

    assert "r2" in (out := cleared("--partition-key", "2026-01-02")) and "r1" not in out
    assert "r3" in (out := cleared("--partition-date-start", "2026-01-02")) and "r1" not in out
    both = home.run("dags", "clear", "parts", "--run-id", "r1", "--partition-key", "x")
    assert "say which runs" in both.err
    dry = home.ok("partitions", "clear", "-d", "parts", "-k", "2026-01-01", "--dry-run").out
    assert "r1: partition 2026-01-01" in dry and "Cleared" not in dry
    window = ("--date", "2026-01-01~2026-01-02")
    done = home.ok("partitions", "clear", "-d", "parts", *window, "--clear-task-instances")
    assert "Cleared the partition of 2 runs." in done.out and "Cleared 1 task instances." in done.out
    nothing = home.ok("partitions", "clear", "-d", "parts", "-r", "r1")
    assert nothing.out == "No run of a partition is meant.\n"
    assert "say which runs" in home.run("partitions", "clear", "-d", "parts").err
    assert "two dates" in home.run("partitions", "clear", "-d", "parts", "--date", "x").err
