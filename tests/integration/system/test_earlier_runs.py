"""§1.14 What a running task asks about runs before its own, of its database and not of a stand-in."""

from __future__ import annotations

from tests.integration.system import load
from tests.integration.system.world import World

LOOKING_BACK = (
    load.HEAD
    + """
def look(ti, dag_run):
    last = dag_run.get_previous_dagrun()
    good = dag_run.get_previous_dagrun(state="success")
    before = ti.get_previous_ti()
    mine = dag_run.get_task_instance("makes")
    tell(ti, "looked",
        day=dag_run.logical_date.day,
        last=last and [last.logical_date.day, last.get_state(), last.get_task_instance("ends").state],
        good=good and [good.logical_date.day, good.get_task_instance("ends").state],
        old_way=[run and run.run_id for run in (dag_run.get_previous_dagrun("success"),
            dag_run.get_previous_dagrun(dag_run, "success"),
            dag_run.get_previous_dagrun(dag_run=dag_run, state="success"))] == [good and good.run_id] * 3,
        before=before and [before.run_id == last.run_id, before.state, before.try_number,
            before.xcom_pull(task_ids="makes")],
        success=ti.previous_ti_success and ti.previous_ti_success.run_id == good.run_id,
        mine=[mine.state, mine.task.task_id, mine.get_dagrun() is dag_run, mine.xcom_pull()],
        user=ti.run_as_user,
    )

def end(dag_run):
    if dag_run.logical_date.day == 2:
        raise ValueError("as planned")

with dag("back", schedule="@daily", end_date=datetime(2024, 1, 3), catchup=True, max_active_runs=1):
    makes = PythonOperator(task_id="makes", python_callable=lambda dag_run: dag_run.logical_date.day)
    looks = PythonOperator(task_id="looks", python_callable=look)
    makes >> looks >> PythonOperator(task_id="ends", python_callable=end)
"""
)


def test_a_task_looks_back(world: World) -> None:
    world.dags(back=LOOKING_BACK)
    world.standalone()
    keys = [("back", f"scheduled__2024-01-0{day}T00:00:00+00:00") for day in (1, 2, 3)]
    world.wait_until_ended(*keys)
    first, second, third = sorted(world.facts("looked"), key=lambda line: line["day"])
    assert (first["last"], first["good"], first["before"], first["success"]) == (None, None, None, None)
    assert (second["last"], second["good"]) == ([1, "success", "success"], [1, "success"])
    assert (third["last"], third["good"]) == ([2, "failed", "failed"], [1, "success"])
    assert third["before"] == [True, "success", 1, 2]
    assert third["success"] is True
    for line in (first, second, third):
        assert line["mine"] == ["success", "makes", True, line["day"]]
        assert line["old_way"] is True
        assert line["user"] is None
