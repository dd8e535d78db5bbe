"""Backfills from the command line: §1.18, as 3.x's objects and as the commands of 1.x and 2.x."""

import pytest
from tests.compat.cli.world import Home

DAG = """
from datetime import datetime
from airflow import DAG
from airflow.operators.bash_operator import BashOperator

dag = DAG("past", start_date=datetime(2024, 1, 1), schedule_interval="@daily", catchup=False,
          max_active_runs=1, default_args={"retries": 3, "retry_delay": 0})
command = "echo {{ ds }} {{ params.get('day') }} >> TRACE; FIRST"
first = BashOperator(task_id="first", bash_command=command, dag=dag)
second = BashOperator(task_id="second", bash_command="echo second >> TRACE", dag=dag)
first >> second
"""
DAYS = ("-s", "2024-01-01", "-e", "2024-01-03")


def write(home: Home, first: str = "true") -> None:
    home.dag("past", DAG.replace("TRACE", str(home.path / "trace")).replace("FIRST", first))


def lines(home: Home) -> list[str]:
    return [line.split()[0] for line in (home.path / "trace").read_text().splitlines()]


def states(home: Home) -> dict[str, str]:
    rows = home.ok("dags", "list-runs", "past", "-o", "json").json
    return {row["logical_date"][:10]: row["state"] for row in rows}


def test_a_backfill_is_an_object(home: Home) -> None:
    write(home)
    days = ("--dag-id", "past", "--from-date", "2024-01-01", "--to-date", "2024-01-02")
    dry = home.ok("backfill", "create", *days, "--dry-run", "--run-backwards")
    assert [line[:10] for line in dry.out.splitlines()] == ["2024-01-02", "2024-01-01"]
    assert home.ok("backfill", "list", "-o", "json").json == []
    assert "Backfill 1 of DAG past: 2 runs." in home.ok("backfill", "create", *days).out
    assert home.run("backfill", "create", *days).code == 1
    home.ok("backfill", "pause", "1")
    assert [row["state"] for row in home.ok("backfill", "list", "-o", "json").json] == ["paused"]
    assert "goes on" in home.ok("backfill", "unpause", "1").out
    assert "2 runs had not started" in home.ok("backfill", "cancel", "1").out
    assert states(home) == {"2024-01-01": "failed", "2024-01-02": "failed"}
    for words in ((), ("--all",)):
        listed = home.ok("backfill", "list", *words, "-o", "json").json
        assert [row["state"] for row in listed] == ["ended"]
    ended = home.run("backfill", "cancel", "1")
    assert ended.code == 1 and "has ended already" in ended.err
    unknown = home.run("backfill", "pause", "99")
    assert unknown.code == 1 and "'airflow backfill list'" in unknown.err
    nothing = home.ok("backfill", "create", *days, "--dry-run").out
    assert nothing.startswith("Nothing to do:") and "--reprocess-behavior" in nothing
    assert "There is no backfill 7" in home.run("backfill", "pause", "7").err
    again = home.ok("backfill", "create", *days, "--reprocess-behavior", "failed")
    assert "Backfill 2 of DAG past: 2 runs." in again.out


def test_without_continue_on_failures_the_first_failed_date_is_the_last(home: Home) -> None:
    """Flags --continue-on-failures and --disable-retry."""
    write(home, first="exit 1")
    done = home.run("dags", "backfill", "past", *DAYS, "--disable-retry")
    assert done.code == 1 and "2 dates were not run because of that" in done.out, done
    assert states(home) == {"2024-01-01": "failed"}
    assert lines(home) == ["2024-01-01"]
    done = home.run(
        "backfill", "past", *DAYS, "--rerun_failed_tasks", "--continue_on_failures", "--disable_retry"
    )
    assert done.code == 1 and "0 of 3 runs succeeded" in done.out
    assert set(states(home).values()) == {"failed"} and len(states(home)) == 3


def test_backwards_in_a_pool_with_conf(home: Home) -> None:
    """Flags -B, --pool, -c, -t, -x, -I, -l, -v and --delay_on_limit in 1.x's spelling."""
    write(home)
    missing = home.run("backfill", "past", *DAYS, "--pool", "small")
    assert missing.code == 1 and "'small'" in missing.err
    home.ok("pool", "-s", "small", "1", "")
    flags = ["-B", "--pool", "small", "-c", '{"day": "x"}', "-t", "first", "-x", "-I", "-l", "-v"]
    home.ok("backfill", "past", *DAYS, *flags, "--delay_on_limit", "2.0", "-y")
    assert lines(home) == ["2024-01-03", "2024-01-02", "2024-01-01"]
    assert (home.path / "trace").read_text().splitlines()[0] == "2024-01-03 x"
    home.ok("backfill", "past", *DAYS, "--reset_dagruns", "--mark_success")
    assert set(states(home).values()) == {"success"}
    assert len(lines(home)) == 3


def test_whole_runs_are_cleared(home: Home) -> None:
    """dags clear of 3.3; tasks clear with the flags of each age."""
    write(home)
    home.ok("backfill", "past", *DAYS, "-m")
    runs = [row["run_id"] for row in home.ok("dags", "list-runs", "past", "-o", "json").json]
    assert "--run-id" in home.run("dags", "clear", "past").err
    assert "Cleared 2 task instances" in home.ok("dags", "clear", "past", "--run-id", runs[0], "-y").out
    assert "Nothing to clear" in home.ok("dags", "clear", "past", "--partition-key", "none", "-y").out
    assert sorted(states(home).values()) == ["queued", "success", "success"]
    days = ("-s", "2024-01-01", "-e", "2024-01-01")
    for words, count in (
        (("clear", "past", *days, "-t", "^first$", "-c"), 1),
        (("tasks", "clear", "past", "-s", "2024-01-02", "-e", "2024-01-02", "-t", "^second$", "-u", "-y"), 2),
        (("clear", "past", "-t", "first", "-d", "-x", "-xp", "--no_confirm", "-f"), 0),
        (("clear", "pas.*", "-dx", "-r", "-c"), 0),
    ):
        told = home.ok(*words).out
        assert ("Nothing to clear" if not count else f"Cleared {count} task") in told, (words, told)


@pytest.mark.parametrize("spelling", ["-dr", "--dry_run"])
def test_a_dry_run(home: Home, spelling: str) -> None:
    write(home)
    assert len(home.ok("backfill", "past", *DAYS, spelling).out.splitlines()) == 3
    assert states(home) == {}
