"""2.10: setup and teardown, mapped groups, params with a schema, expand_kwargs, skip_if, object of a sensor."""

from datetime import datetime, timedelta

from airflow.decorators import dag, setup, task, task_group, teardown
from airflow.models.param import Param
from airflow.sensors.base import PokeReturnValue


@dag(
    schedule=None,
    start_date=datetime(2024, 8, 1),
    catchup=False,
    fail_stop=False,
    params={"rows": Param(2, type="integer", minimum=1), "place": Param("here", enum=["here", "there"])},
    dag_display_name="Setups of 2.10",
)
def v2_10_setups():
    @setup
    def create():
        return "cluster"

    @teardown(on_failure_fail_dagrun=False)
    def delete(name):
        raise RuntimeError(f"{name} cannot be deleted")

    @task.sensor(poke_interval=1, timeout=30, mode="reschedule")
    def ready() -> PokeReturnValue:
        return PokeReturnValue(is_done=True, xcom_value="ready")

    @task(retries=1, retry_delay=timedelta(0), map_index_template="{{ task.op_kwargs['row'] }}")
    def read(row, place, ti=None):
        if ti.try_number == 1:
            raise ValueError("not at first")
        return f"{place}-{row}"

    @task
    def rows(params=None):
        return [{"row": n, "place": params["place"]} for n in range(params["rows"])]

    @task_group
    def each(value):
        @task
        def upper(text):
            return text.upper()

        @task(trigger_rule="none_failed")
        def check(text):
            return len(text)

        return check(upper(value))

    @task.skip_if(lambda context: context["params"]["rows"] < 5)
    @task
    def many():
        return "many"

    cluster = create()
    with delete(cluster):
        waited = ready()
        values = read.expand_kwargs(rows())
        waited >> values
        each.expand(value=values)
        many()


v2_10_setups()
