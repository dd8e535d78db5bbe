"""§2.5 A plug-in of each kind, from the folder and from an installed package, starts runs; one that hangs and
one that raises hold up nobody.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.system import load
from tests.integration.system.world import World, until

pytestmark = pytest.mark.chaos

FOLDER = """
import time
from airflow.partition_mappers.base import PartitionMapper
from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.base import DagRunInfo, DataInterval, Timetable

class Once(Timetable):
    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        return None if last_automated_data_interval else DagRunInfo.exact(restriction.earliest)

    def infer_manual_data_interval(self, *, run_after):
        return DataInterval(run_after.subtract(days=7), run_after)

class Hangs(Once):
    def next_dagrun_info(self, **_):
        time.sleep(600)

class Raises(Once):
    def next_dagrun_info(self, **_):
        raise LookupError("no calendar")

    def infer_manual_data_interval(self, *, run_after):
        raise LookupError("no calendar")

class Front(PartitionMapper):
    def to_downstream(self, key):
        return key[0]

class Plugin(AirflowPlugin):
    name = "of_folder"
    timetables = [Once, Hangs, Raises]
    partition_mappers = [Front]
"""
PACKAGE = """
from datetime import datetime, timezone
from airflow.partition_mappers.window import Window
from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import BaseDeadlineReference
from airflow.task.priority_strategy import PriorityWeightStrategy
from airflow.timetables.base import DagRunInfo, Timetable

class Thrice(Timetable):
    def next_dagrun_info_v2(self, *, last_dagrun_info, restriction):
        at = last_dagrun_info.run_after.add(days=10) if last_dagrun_info else restriction.earliest
        return DagRunInfo.exact(at) if at.month == 1 else None

    def generate_run_id(self, *, run_type, run_after, data_interval, **extra):
        return f"{run_type.value}__day_{run_after.day}"

class Both(Window):
    def to_upstream(self, key):
        return [key + "1", key + "2"]

class Opening(BaseDeadlineReference):
    required_kwargs = {"run_id"}

    def _evaluate_with(self, *, session, run_id):
        return datetime(2024, 1, 1, tzinfo=timezone.utc)

class Heavy(PriorityWeightStrategy):
    def get_weight(self, ti):
        return 77

class Plugin(AirflowPlugin):
    name = "of_package"
    timetables = [Thrice]
    windows = [Both]
    deadline_references = [Opening]
    priority_weight_strategies = [Heavy]
"""
DAGS = (
    load.HEAD
    + """
from airflow.sdk import (
    Asset, DeadlineAlert, PartitionedAssetTimetable, PartitionedAtRuntime, RollupMapper, SyncCallback,
)
from of_folder import Front, Hangs, Once, Raises
from of_package import Both, Opening, Thrice

START = {"start_date": datetime(2024, 1, 1), "is_paused_upon_creation": False, "catchup": True}
ITEMS = Asset("items")

def late(**_):
    fd = os.open(FACTS + ".late", os.O_WRONLY | os.O_CREAT, 0o644)
    os.close(fd)

with DAG("once", schedule=Once(), **START):
    do("x")
with DAG("hangs", schedule=Hangs(), **START):
    do("x")
with DAG("raises", schedule=Raises(), **START):
    do("x")
with DAG("thrice", schedule=Thrice(), max_active_runs=3, **START):
    do("x", weight_rule="of_package.Heavy")
with dag("makes", schedule=PartitionedAtRuntime()):
    do("x", outlets=[ITEMS])
with DAG("takes", schedule=PartitionedAssetTimetable(assets=ITEMS,
         default_partition_mapper=RollupMapper(upstream_mapper=Front(), window=Both())), **START):
    do("x")
with dag("due", deadline=DeadlineAlert(reference=Opening(), interval=timedelta(seconds=1),
         callback=SyncCallback(late))):
    do("x")
"""
)


@pytest.fixture
def plugged(tmp_path: Path, world: World) -> World:
    (world.home / "plugins").mkdir()
    (world.home / "plugins" / "of_folder.py").write_text(FOLDER)
    (world.home / "plugins" / "broken.py").write_text("1 / 0\n")
    site = tmp_path / "site"
    words = site / "of_package-1.0.dist-info"
    words.mkdir(parents=True)
    (site / "of_package.py").write_text(PACKAGE)
    (words / "METADATA").write_text("Metadata-Version: 2.1\nName: of-package\nVersion: 1.0\n")
    (words / "entry_points.txt").write_text("[airflow.plugins]\nmine = of_package:Plugin\n")
    world.environ["PYTHONPATH"] = str(site)
    world.dags(plugged=DAGS)
    return world


def runs(world: World, dag_id: str) -> list[tuple[str, str]]:
    return [
        tuple(row)
        for row in world.rows("select run_id, state from dag_run where dag_id = ? order by id", dag_id)
    ]


def test_a_plug_in_of_each_kind_starts_runs(plugged: World) -> None:
    listed = plugged.run("plugins", "-o", "json")
    assert listed.returncode == 1
    assert "Plug-in $PLUGINS_FOLDER/broken.py cannot be loaded: ZeroDivisionError" in listed.stderr
    assert '"of_package==1.0: mine = of_package:Plugin"' in listed.stdout.replace("of-package", "of_package")
    plugged.standalone()
    plugged.wait_for_dags("once", "hangs", "raises", "thrice", "makes", "takes", "due")
    thrice = [(f"scheduled__day_{day}", "success") for day in (1, 11, 21, 31)]
    until(lambda: runs(plugged, "thrice") == thrice, lambda: str(runs(plugged, "thrice")), 60)
    until(lambda: [state for _, state in runs(plugged, "once")] == ["success"], "the folder's timetable", 60)
    weights = plugged.rows("select distinct priority_weight from task_instance where dag_id = 'thrice'")
    assert [tuple(row) for row in weights] == [(77,)]
    for key in ("a1", "b1", "a2"):
        made = plugged.call(
            "POST", "/dags/makes/dagRuns", dag_run_id=key, logical_date=None, partition_key=key
        )
        assert made.status_code == 200, made.text
    found = "select partition_key, state from dag_run where dag_id = 'takes'"
    until(
        lambda: [tuple(row) for row in plugged.rows(found)] == [("a", "success")],
        lambda: str(plugged.rows(found)), 60,
    )  # fmt: skip
    plugged.trigger("due", "r")
    until((plugged.home / "facts.jsonl.late").exists, "the deadline is told of", 60)
    assert (runs(plugged, "hangs"), runs(plugged, "raises")) == ([], [])


def test_runs_that_people_ask_for(plugged: World) -> None:
    plugged.standalone()
    plugged.wait_for_dags("once", "raises", "thrice")
    made = plugged.run("dags", "trigger", "once", "--logical-date", "2024-02-08", "-o", "json")
    assert made.returncode == 0, made.stderr
    rows = "select data_interval_start from dag_run where dag_id = 'once' and run_type = 'manual'"
    assert plugged.rows(rows)[0][0].startswith("2024-02-01")
    refused = plugged.run("dags", "trigger", "raises", "--logical-date", "2024-02-08")
    assert refused.returncode == 1
    assert "The plug-in's of_folder.Raises gives no answer: LookupError('no calendar')" in refused.stderr
    assert "Traceback" not in refused.stderr
    answer = plugged.call("POST", "/dags/raises/dagRuns", logical_date="2024-02-08T00:00:00Z")
    assert answer.status_code == 502, answer.text
    assert [run_id for run_id, _ in runs(plugged, "raises")] == []
    past = plugged.run(
        "backfill", "create", "--dag-id", "thrice", "--from-date", "2024-01-05", "--to-date", "2024-01-31",
        "--dry-run",
    )  # fmt: skip
    assert [line[:10] for line in past.stdout.split()] == ["2024-01-05", "2024-01-15", "2024-01-25"], (
        past.stderr
    )
