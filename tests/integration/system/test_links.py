"""§1.21 Extra links, from the plug-in and the DAG file to the REST answer."""

from __future__ import annotations

import pytest
from tests.integration.system import load
from tests.integration.system.world import World, until

pytestmark = pytest.mark.chaos

PLUGIN = """
import os
from airflow.plugins_manager import AirflowPlugin
from airflow.models.baseoperator import BaseOperatorLink

class Wiki(BaseOperatorLink):
    name = "Wiki"

    def get_link(self, operator, *, ti_key):
        if "airflow task" not in open("/proc/self/cmdline").read():
            raise RuntimeError("not in a task's process")
        return f"https://wiki/{ti_key.task_id}/{ti_key.map_index}"

class Links(AirflowPlugin):
    name = "links"
    global_operator_extra_links = [Wiki()]
"""
FILE = (
    load.HEAD
    + """
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

with dag("linked"):
    TriggerDagRunOperator(task_id="start", trigger_dag_id="other", trigger_run_id="by_hand")
    PythonOperator.partial(task_id="many", python_callable=print).expand(op_args=[[1], [2]])
    do("fails", fail_tries=9, retries=0)
with dag("other"):
    do("x")
"""
)


def test_links_of_operators_and_plugins(world: World) -> None:
    (world.home / "plugins").mkdir()
    (world.home / "plugins" / "links.py").write_text(PLUGIN)
    world.dags(linked=FILE)
    world.standalone()
    world.wait_for_dags("linked", "other")
    world.trigger("linked", "r1")
    ended = "select count(*) from dag_run where dag_id = 'linked' and state = 'failed'"
    until(
        lambda: world.rows(ended) == [(1,)],
        lambda: str(world.rows("select task_id, state from task_instance")),
    )

    def links(task: str, map_index: int = -1) -> dict[str, str | None]:
        path = f"/dags/linked/dagRuns/r1/taskInstances/{task}/links?map_index={map_index}"
        return world.call("GET", path).json()["extra_links"]

    assert links("many", 1) == {"Wiki": "https://wiki/many/1"}
    assert links("fails") == {"Wiki": "https://wiki/fails/-1"}
    found = links("start")
    assert found["Wiki"] == "https://wiki/start/-1"
    assert (found["Triggered DAG"] or "").endswith("/dags/other/runs/by_hand")
