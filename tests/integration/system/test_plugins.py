"""§1.12 A timetable of one's own, from the plugins folder to the run."""

from __future__ import annotations

import pytest
from tests.integration.scheduler.test_timetables import WORKDAY
from tests.integration.system import load
from tests.integration.system.world import World, until

pytestmark = pytest.mark.chaos

FILE = (
    load.HEAD
    + """
from workday import AfterWorkday
from airflow.sdk import DAG
from airflow.timetables.base import Timetable

with DAG("workdays", schedule=AfterWorkday(hours=1), catchup=True, is_paused_upon_creation=False,
         start_date=datetime(2024, 5, 16), end_date=datetime(2024, 5, 21)):
    do("x")
"""
)
OWN = (
    load.HEAD
    + """
from airflow.sdk import DAG
from airflow.timetables.base import Timetable

class Mine(Timetable):
    pass

DAG("own", schedule=Mine())
"""
)


def test_runs_of_a_timetable_of_ones_own(world: World) -> None:
    (world.home / "plugins").mkdir()
    (world.home / "plugins" / "workday.py").write_text(WORKDAY)
    world.dags(workdays=FILE, own=OWN)
    world.standalone()
    ended = "select logical_date, run_after from dag_run where state = 'success' order by 1"
    until(lambda: len(world.rows(ended)) == 4, lambda: str(world.rows(ended)))
    days = [(logical[:10], after[:13]) for logical, after in world.rows(ended)]
    assert days == [
        ("2024-05-16", "2024-05-17 01"),
        ("2024-05-17", "2024-05-18 01"),
        ("2024-05-20", "2024-05-21 01"),
        ("2024-05-21", "2024-05-22 01"),
    ]
    ((told,),) = world.rows("select stacktrace from import_error")
    assert "Timetable Mine is defined in a DAG file" in told
    assert "plugins folder" in told
